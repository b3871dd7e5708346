import { expect, test } from 'vitest';
import { DAY } from '../../src/kernel/interval.js';
import { askDana, danasSession, decide, decideOnPage, expectDanaUntouched, expectNothingStuck, expectNotLanded, keep, linkTo, liveHolds, look, on, pendingReason, requestOf, signedIn, subjectsTo, wish, worlds } from '../support/story.js';
import { DANA, KIM, SAM } from '../support/world.js';

const open = worlds();

test('Dana keeps her time: nothing changes for her, the marks go, and the request is back with Kim', async () => {
  const w = await open();
  const id = await askDana(w);
  const before = await w.writes();
  const link = await linkTo(w, DANA.email);
  expect((await look(`${link}?keep=1`)).page).toContain('Keep your time?');
  expect(await danasSession(w)).toMatchObject({ invite_sent: true });

  const page = await keep(w);
  expect(page).toMatchObject({ status: 200, page: expect.stringContaining('Your time is kept') as string });
  await w.settle();
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'kept' });
  expect(await liveHolds(w)).toEqual([]);
  expect(await w.writes()).toEqual(before);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
  expect(await subjectsTo(w, DANA.email)).toHaveLength(1);
  expect(await subjectsTo(w, SAM.email)).toEqual([]);
  await expectDanaUntouched(w);
  await expectNotLanded(w, id);
  await expectNothingStuck(w);
});

test('having kept, Dana cannot choose by an older page, and clicks of hers say how it stands', async () => {
  const w = await open();
  const id = await askDana(w);
  const link = await linkTo(w, DANA.email);
  await keep(w);
  await w.settle();
  const print = await w.fingerprint();
  const answer = await w.post(link, { start: new Date(on(0, '14:00')).toISOString() });
  expect(await answer.text()).toContain('Your time is kept');
  await keep(w);
  await w.settle();
  expect(await w.fingerprint()).toBe(print);
  await expectNotLanded(w, id);
});

test('"please don\'t ask me again": Kim cannot ask Dana any more, and is told why; also much later', async () => {
  const w = await open();
  await askDana(w);
  await keep(w, { mute: '1' });
  await keep(w, { mute: '1' });
  await w.settle();
  expect(await w.all(`select by from history where what = 'client muted'`), 'told once').toEqual([{ by: 'client' }]);
  expect((await (await signedIn(w)).get('/history')).page).toContain('does not want to be asked to move again.');
  const again = await wish(w, on(7, '13:00'), { name: 'Alex', email: 'alex@client.example' });
  expect((await look(await linkTo(w, KIM.email))).page).toContain('asked not to be asked again');
  const refused = await decide(w, { do: 'option2' });
  expect(refused).toMatchObject({ status: 409, page: expect.stringContaining('asked not to be asked again') as string });
  expect(await pendingReason(w, again)).toBe('taken');
  expect(await liveHolds(w)).toEqual([]);
  expect(await subjectsTo(w, DANA.email)).toHaveLength(1);

  await w.pass(31 * DAY);
  const later = await wish(w, on(35, '13:00'), { name: 'Bo', email: 'bo@client.example' });
  expect((await decideOnPage(w, later, { do: 'option2' })).page).toContain('asked not to be asked again');
});

test('after Dana\'s no, Kim can still offer Sam other times; or the policy does it by itself', async () => {
  const w = await open({ policy: { afterSilence: 'option1' } });
  const id = await askDana(w);
  await keep(w);
  await w.settle();
  expect(await pendingReason(w, id)).toBe('offered');
  expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('Times for your session')]);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(1);
  expect(await w.one(`select count(*) as n from resolutions where option = 1 and state = 'asked'`)).toEqual({ n: 1 });
  await expectDanaUntouched(w);
});
