import { expect, test } from 'vitest';
import { rfc3339 } from '../../src/kernel/zone.js';
import { askDana, choose, danasSession, decide, decideOnPage, expectDanaUntouched, expectLanded, expectNothingStuck, expectNotLanded, liveHolds, MONDAY, on, pendingReason, pick, requestOf, standsAt, startsIn, subjectsTo, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM } from '../support/world.js';

const open = worlds();
const start = (at: number): string => rfc3339(at as typeof MONDAY, 'UTC');

test('Kim books Sam by hand at a free time: at once, there and nowhere else', async () => {
  const w = await open();
  const id = await wish(w);
  expect((await decide(w, { do: 'manual', start: start(on(1, '10:00')) })).status).toBe(200);
  await w.settle();
  await expectLanded(w, id, on(1, '10:00'));
  await expectDanaUntouched(w);
  expect(await subjectsTo(w, DANA.email)).toEqual([]);
});

test('the coach is not bound by working hours: a time typed in, in the coach\'s zone', async () => {
  const w = await open();
  const id = await wish(w);
  const local = rfc3339(on(1, '20:15'), w.zone).slice(0, 16);
  expect((await decide(w, { do: 'manual', start: '', start_local: local })).status).toBe(200);
  await w.settle();
  await expectLanded(w, id, on(1, '20:15'));
});

test('a time that is taken, past or promised is refused with the reason, and nothing changes', async () => {
  const w = await open();
  const id = await wish(w);
  const print = await w.fingerprint();
  const taken = await decide(w, { do: 'manual', start: start(at(MONDAY, 0.5)) });
  expect(taken).toMatchObject({ status: 409, page: expect.stringContaining('Something stands at that time') as string });
  const past = await decide(w, { do: 'manual', start: start(at(w.now(), -24)) });
  expect(past).toMatchObject({ status: 409, page: expect.stringContaining('has passed') as string });
  const far = await decide(w, { do: 'manual', start: start(at(w.now(), 24 * 90)) });
  expect(far.status).toBe(409);
  expect((await decide(w, { do: 'manual', start: 'soon' })).status).toBe(400);
  expect(await w.fingerprint()).toBe(print);
  await expectNotLanded(w, id);
});

test('a time that something took in Google a moment ago: nothing is booked, and Kim gets a new turn', async () => {
  const w = await open();
  const id = await wish(w);
  await w.addEvent({ summary: 'Dentist', start: on(1, '10:00') });
  await decide(w, { do: 'manual', start: start(on(1, '10:00')) });
  await w.settle();
  expect(await pendingReason(w, id)).toBe('taken-again');
  expect(await standsAt(w, on(1, '10:00'))).toEqual(['Dentist']);
  await expectNotLanded(w, id);
  expect(await liveHolds(w)).toEqual([]);
  expect(await subjectsTo(w, SAM.email)).toEqual([]);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
  expect(await w.one('select wanted_at from requests')).toEqual({ wanted_at: MONDAY }); // Sam's wish, not Kim's idea
});

test('Kim books by hand while Dana is asked: Dana hears that it is over, and keeps her time', async () => {
  const w = await open();
  const id = await askDana(w);
  expect((await decideOnPage(w, id, { do: 'manual', start: start(on(1, '10:00')) })).status).toBe(200);
  await w.settle();
  await expectLanded(w, id, on(1, '10:00'));
  await expectDanaUntouched(w);
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.stringContaining('Could we move'), expect.stringContaining('Nothing to do any more')]);
});

/** `land: manual`, and Dana has moved to 14:00. */
async function freed(): Promise<{ w: Awaited<ReturnType<typeof open>>; id: string }> {
  const w = await open({ policy: { land: 'manual' } });
  const id = await askDana(w);
  await choose(w, at(MONDAY, 1));
  await w.settle();
  expect(await danasSession(w)).toEqual({ status: 'scheduled', scheduled_at: at(MONDAY, 1), invite_sent: false, cancellation_reason: null });
  expect(await standsAt(w, MONDAY)).toEqual([]);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'freed' });
  expect(await w.all('select 1 from sessions where request_id is not null')).toEqual([]);
  return { w, id };
}

test('land: manual: the freed time waits for Kim, kept from everybody else, and Kim books Sam there', async () => {
  const { w, id } = await freed();
  // Nobody else gets the freed time meanwhile.
  const alex = await w.request(MONDAY, { name: 'Alex', email: 'alex@client.example' });
  expect(alex.body).toMatchObject({ state: 'pending_resolution', pending_reason: 'promised' });
  await w.pass(3_600_000);
  await expectNotLanded(w, id);
  expect((await decideOnPage(w, id, { do: 'manual', start: start(MONDAY) })).status).toBe(200);
  await w.settle();
  await expectLanded(w, id, MONDAY);
  expect(await standsAt(w, at(MONDAY, 1))).toEqual([DANA.email]);
  expect(await w.one('select state from resolutions')).toEqual({ state: 'landed' });
  // Alex's turn has come: the time is taken now, by Sam.
  expect(await pendingReason(w, alex.body.id)).toBe('taken');
  await expectNothingStuck(w);
});

test('land: manual: at the freed time, by the button of the mail', async () => {
  const { w, id } = await freed();
  expect((await decide(w, { do: 'manual', start: start(MONDAY) })).status).toBe(200);
  await w.settle();
  await expectLanded(w, id, MONDAY);
});

test('land: manual: Kim offers Sam other times after all; the freed time is free for others', async () => {
  const { w, id } = await freed();
  expect((await decideOnPage(w, id, { do: 'option1' })).status).toBe(200);
  await w.settle();
  expect(await liveHolds(w)).toEqual([]);
  const [first] = await startsIn(w, SAM.email);
  await pick(w, first ?? MONDAY);
  await w.settle();
  await expectLanded(w, id, first ?? MONDAY);
  expect(await standsAt(w, at(MONDAY, 1))).toEqual([DANA.email]);
});

test('land: manual: Kim never decides: when the time has passed the request ends, Dana stays where she chose', async () => {
  const { w, id } = await freed();
  await w.pass(MONDAY - w.now());
  await w.pass(2_000);
  expect(await requestOf(w, id)).toMatchObject({ state: 'expired' });
  expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('has ended')]);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2); // none about a time that has passed
  expect(await liveHolds(w)).toEqual([]);
  expect(await standsAt(w, at(MONDAY, 1))).toEqual([DANA.email]);
  await expectNotLanded(w, id);
});
