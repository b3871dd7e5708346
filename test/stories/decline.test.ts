import { expect, test } from 'vitest';
import { askDana, choose, danasSession, decide, decideOnPage, expectDanaUntouched, expectNothingStuck, expectNotLanded, linkTo, liveHolds, MONDAY, offerSam, pick, requestOf, startsIn, subjectsTo, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM } from '../support/world.js';

const open = worlds();

test('Kim declines: Sam gets one friendly no, the calendar stays as it is, and it cannot be undone by the old link', async () => {
  const w = await open();
  const before = await w.writes();
  const id = await wish(w);
  const link = await linkTo(w, KIM.email);
  expect((await decide(w, { do: 'decline' })).status).toBe(200);
  await w.settle();
  expect(await requestOf(w, id)).toMatchObject({ state: 'declined', wake_at: null });
  expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('About your session request')]);
  expect(await subjectsTo(w, DANA.email)).toEqual([]);
  expect(await w.writes()).toEqual(before);

  const print = await w.fingerprint();
  for (const what of ['option2', 'option1', 'decline']) await decide(w, { do: what }, link);
  await w.settle();
  expect(await w.fingerprint()).toBe(print);
  await expectDanaUntouched(w);
});

test('Kim declines while Dana is being asked: Dana is told once that there is nothing to do, and her links act no more', async () => {
  const w = await open();
  const id = await askDana(w);
  const [first] = await startsIn(w, DANA.email);
  const answer = await decideOnPage(w, id, { do: 'decline' });
  expect(answer.status).toBe(200);
  await w.settle();
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.stringContaining('Could we move'), expect.stringContaining('Nothing to do any more')]);
  expect(await danasSession(w)).toMatchObject({ invite_sent: false, cancellation_reason: null });
  expect(await liveHolds(w)).toEqual([]);
  const page = await choose(w, first ?? at(MONDAY, 1));
  expect(page.page).toContain('Nothing to do any more');
  await w.settle();
  await expectDanaUntouched(w);
  await expectNotLanded(w, id);
  await expectNothingStuck(w);
});

test('Kim declines while Sam is choosing: Sam\'s old link books nothing', async () => {
  const w = await open();
  const id = await offerSam(w);
  const [first] = await startsIn(w, SAM.email);
  const link = await linkTo(w, SAM.email);
  await decideOnPage(w, id, { do: 'decline' });
  await w.settle();
  await w.post(link, { start: new Date(first ?? MONDAY).toISOString() });
  await w.settle();
  expect(await requestOf(w, id)).toMatchObject({ state: 'declined' });
  await expectNotLanded(w, id);
  expect(await subjectsTo(w, SAM.email)).toHaveLength(2);
});

test('a click of Sam and a no of Kim at the same moment: one of them counts, wholly', async () => {
  const w = await open();
  const id = await offerSam(w);
  const [first] = await startsIn(w, SAM.email);
  await Promise.all([pick(w, first ?? MONDAY), decideOnPage(w, id, { do: 'decline' })]);
  await w.settle();
  const row = await requestOf(w, id);
  if (row?.state === 'declined') await expectNotLanded(w, id);
  else expect(row).toMatchObject({ state: 'booked', booked_start: first });
  expect(await liveHolds(w)).toEqual([]);
});
