/** A session whose client has no address: the coach passes the link on by chat or text. */
import { expect, test } from 'vitest';
import { rfc3339 } from '../../src/kernel/zone.js';
import { decide, expectLanded, expectNothingStuck, linkTo, look, MONDAY, on, pendingReason, requestOf, signedIn, standsAt, subjectsTo, wish, worlds, type Answered } from '../support/story.js';
import { at, KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const titled = (): Parameters<typeof open>[0] => ({ events: [{ id: 'danaseries', summary: 'Dana 13h', start: on(-28, '13:00'), rule: 'RRULE:FREQ=WEEKLY;BYDAY=MO' }] });
const linkOn = (answer: Answered): string => /value="([^"]*\/l\/[^"]+)"/.exec(answer.page)?.[1] ?? '';
const about = async (w: World): Promise<string> => /name="about" value="([^"]+)"/.exec((await look(await linkTo(w, KIM.email))).page)?.[1] ?? '';

test('the link stands on the page, no mail goes to the client; a click on it moves the session, and the other one lands', async () => {
  const w = await open(titled());
  const id = await wish(w);
  const answer = await decide(w, { do: 'pass-on', about: await about(w), client_name: 'Dana' });
  expect(answer).toMatchObject({ status: 200, page: expect.stringContaining('Dana was asked to move') as string });
  const link = linkOn(answer);
  await w.settle();
  const kim = await signedIn(w);
  expect(linkOn(await kim.get(`/pending/${id}`))).toBe(link);
  expect((await kim.get('/pending')).page).toContain('Dana’s turn');

  const page = (await look(`${link}?start=${encodeURIComponent(rfc3339(at(MONDAY, 1), 'UTC'))}`)).page;
  expect(page).toContain('Move your session?');
  expect(page).not.toContain('by mail');
  expect(await (await w.post(link, { start: rfc3339(at(MONDAY, 1), 'UTC') })).text()).toContain('Your session has moved');
  await w.settle();
  await expectLanded(w, id, MONDAY);
  expect(await standsAt(w, at(MONDAY, 1))).toEqual(['Dana 13h']);
  expect(await w.all(`select letter from outbox o join clients c on c.coach_id = o.coach_id and c.id = o.client_id where c.email is null and o.state <> 'pointless'`)).toEqual([]);
  expect((await w.catcher.mails()).flatMap((m) => m.to).filter((to) => to !== KIM.email && to !== SAM.email)).toEqual([]);
  expect(linkOn(await kim.get(`/pending/${id}`))).toBe('');
  await expectNothingStuck(w);
});

test('what was not known then can be said the next time, and is remembered; also if it is the address of somebody known', async () => {
  const w = await open({ ...titled(), policy: { asksPerClient: { count: 9, days: 30 } } });
  const first = await wish(w);
  const link = linkOn(await decide(w, { do: 'pass-on', about: await about(w), client_name: 'Dana' }));
  await w.settle();
  await w.post(link, { keep: '1' });
  await w.settle();
  expect(await pendingReason(w, first)).toBe('kept');
  await decide(w, { do: 'decline' });
  await w.settle();

  const second = await wish(w, on(7, '13:00'));
  expect((await look(await linkTo(w, KIM.email))).page).toContain('E-mail address of Dana');
  expect((await decide(w, { do: 'option2', about: await about(w) })).status).toBe(409);
  expect((await decide(w, { do: 'option2', about: await about(w), address: 'dana@elsewhere.example' })).page).toContain('That is decided');
  await w.settle();
  expect(await subjectsTo(w, 'dana@elsewhere.example')).toEqual(['Could we move your session?']);
  expect(await w.all(`select name, email from clients where name = 'Dana'`)).toEqual([{ name: 'Dana', email: 'dana@elsewhere.example' }]);
  expect((await requestOf(w, second))?.pending_reason).toBe('asked');
});

test('a session with a guest is asked by mail, whatever is pressed', async () => {
  const w = await open();
  await wish(w);
  await decide(w, { do: 'pass-on' });
  await w.settle();
  expect(await subjectsTo(w, 'dana@client.example')).toEqual(['Could we move your session?']);
  expect(linkOn(await look(await linkTo(w, KIM.email)))).toBe('');
});
