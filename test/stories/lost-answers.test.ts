/** Invariant 4, Google: whatever answer is lost or refused, a request lands at most once, a session moves at most once. */
import { expect, test } from 'vitest';
import { askDana, choose, DANAS_INSTANCE, DELETES, expectLanded, expectNothingStuck, expectNotLanded, holdCall, INSERTS, liveHolds, MONDAY, on, pendingReason, requestOf, standsAt, subjectsTo, trouble, worlds, type Rule } from '../support/story.js';
import { at, DANA, SAM, type World } from '../support/world.js';

const open = worlds();
const TWO = at(MONDAY, 1);
const OURS = String.raw`/events/mk`;
const DANAS = `/events/${DANAS_INSTANCE}`;

/** Time goes by until the last retry has had its turn. */
async function goOn(w: World): Promise<void> {
  for (const seconds of [2, 4, 8, 16, 32]) await w.pass(seconds * 1_000);
}
async function expectOnce(w: World, id: string): Promise<void> {
  await expectLanded(w, id, MONDAY);
  expect(await standsAt(w, MONDAY)).toEqual([SAM.email]);
  expect(await standsAt(w, TWO)).toEqual([DANA.email]);
  const writes = await w.writes();
  expect(writes.filter((x) => x.eventId.startsWith('mk')).map((x) => x.kind)).toEqual(['insert', 'patch']);
  expect(writes.filter((x) => x.eventId === DANAS_INSTANCE).map((x) => x.kind)).toEqual(['patch']);
  expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('Invitation')]);
  expect((await subjectsTo(w, DANA.email)).filter((s) => s.includes('Updated'))).toHaveLength(1);
  expect(await w.all('select 1 from sessions where request_id is not null')).toHaveLength(1);
  await expectNothingStuck(w);
}

const FAULTS: readonly (readonly [string, Partial<Rule>])[] = [
  ['the answer is lost', { mode: 'dropAnswer' }], ['the call is lost', { mode: 'dropRequest' }], ['503', { status: 503, reason: 'backendError' }],
  ['500 with the page of a gateway', { status: 500 }], ['429', { status: 429, reason: 'rateLimitExceeded' }], ['403 quota', { status: 403, reason: 'userRateLimitExceeded' }],
];
const CALLS: readonly (readonly [string, Rule])[] = [
  ['the move of Dana\'s session', { method: 'PATCH', pathPattern: DANAS }],
  ['the insert of Sam\'s event', INSERTS],
  ['the invitation of Sam', { method: 'PATCH', pathPattern: OURS }],
  ['the look before and after', { method: 'GET', pathPattern: 'singleEvents=true' }],
  ['the read of the event', { method: 'GET', pathPattern: `${DANAS}|${OURS}` }],
];
test.each(CALLS.flatMap(([what, call]) => FAULTS.map(([fault, rule]) => [what, fault, { ...call, ...rule }] as const)))('%s: %s, twice', async (_, fault, rule) => {
  const w = await open();
  const id = await askDana(w);
  await trouble(w, { ...rule, times: fault === 'the answer is lost' ? 1 : 2 });
  expect((await choose(w, TWO)).status).toBe(200);
  await w.settle();
  await goOn(w);
  await expectOnce(w, id);
});

test('every answer to every write is lost once', async () => {
  const w = await open();
  const id = await askDana(w);
  for (const rule of [{ method: 'PATCH', pathPattern: DANAS }, INSERTS, { method: 'PATCH', pathPattern: OURS }] as Rule[]) await trouble(w, { ...rule, mode: 'dropAnswer' });
  await choose(w, TWO);
  await w.settle();
  await goOn(w);
  await expectOnce(w, id);
});

test.each(FAULTS)('the delete that undoes a clash: %s', async (_, rule) => {
  const w = await open();
  const hold = await holdCall(w, INSERTS);
  const asked = w.request(on(0, '15:00'));
  await hold.held();
  await w.addEvent({ summary: 'Dentist', start: on(0, '15:00') });
  await trouble(w, { ...DELETES, ...rule });
  await hold.letGo();
  const id = (await asked).body.id;
  await w.settle();
  await goOn(w);
  expect(await pendingReason(w, id)).toBe('taken-again');
  expect(await standsAt(w, on(0, '15:00'))).toEqual(['Dentist']);
  await expectNotLanded(w, id);
  expect((await w.writes()).filter((x) => x.eventId.startsWith('mk')).map((x) => x.kind)).toEqual(['insert', 'delete']);
  expect(await subjectsTo(w, SAM.email)).toEqual([]);
  expect(await liveHolds(w)).toEqual([]);
});

test.each(FAULTS)('the patch that moves Dana back: %s', async (_, rule) => {
  const w = await open();
  const id = await askDana(w);
  const hold = await holdCall(w, { method: 'PATCH', pathPattern: DANAS });
  const clicked = choose(w, TWO);
  await hold.held();
  await w.addEvent({ summary: 'Dentist', start: at(TWO, 0.5) });
  await trouble(w, { method: 'PATCH', pathPattern: DANAS, ...rule });
  await hold.letGo();
  await clicked;
  await w.settle();
  await goOn(w);
  expect(await pendingReason(w, id)).toBe('slipped-in');
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect((await w.writes()).filter((x) => x.eventId === DANAS_INSTANCE).map((x) => x.kind)).toEqual(['patch', 'patch']);
  await expectNotLanded(w, id);
  expect(await liveHolds(w)).toEqual([]);
  await expectNothingStuck(w);
});

test('the delete\'s answer is lost and the clash goes away meanwhile: the undo is carried through, the request is Kim\'s', async () => {
  const w = await open();
  const hold = await holdCall(w, INSERTS);
  const asked = w.request(on(0, '15:00'));
  await hold.held();
  const dentist = await w.addEvent({ summary: 'Dentist', start: on(0, '15:00') });
  await trouble(w, { ...DELETES, status: 503, reason: 'backendError' });
  await hold.letGo();
  const id = (await asked).body.id;
  // The rule is spent; Kim's own delete passes.
  await w.deleteEvent(dentist.id);
  await goOn(w);
  expect((await w.writes()).filter((x) => x.eventId.startsWith('mk')).map((x) => x.kind).slice(0, 2)).toEqual(['insert', 'delete']);
  // The time is free again, so the wish comes true under a new id, after the settle time.
  await w.pass(30_000);
  await w.pass(61_000);
  expect(await requestOf(w, id)).toMatchObject({ state: 'booked' });
  expect(await standsAt(w, on(0, '15:00'))).toEqual([SAM.email]);
});

test('Sam\'s event was inserted, the answer lost, and Kim deletes it at once: it is not written again behind her back', async () => {
  const w = await open();
  await trouble(w, { ...INSERTS, mode: 'dropAnswer' });
  const asked = await w.request(on(0, '15:00'));
  const [ours] = await w.inGoogle(on(0, '15:00'));
  await w.deleteEvent(ours?.id ?? '');
  await goOn(w);
  expect(await pendingReason(w, asked.body.id)).toBe('deleted-at-landing');
  expect(await standsAt(w, on(0, '15:00'))).toEqual([]);
  await expectNotLanded(w, asked.body.id);
  expect(await liveHolds(w)).toEqual([]);
});

test('the insert\'s call was lost, and something took the time meanwhile: not given up while it could arrive, then Kim decides', async () => {
  const w = await open();
  await trouble(w, { ...INSERTS, mode: 'dropRequest' });
  const asked = await w.request(on(0, '15:00'));
  await w.addEvent({ summary: 'Dentist', start: on(0, '15:00') });
  await w.pass(5_000);
  expect(await requestOf(w, asked.body.id)).toMatchObject({ state: 'booking' });
  expect(await liveHolds(w)).toHaveLength(1);
  await goOn(w);
  expect(await pendingReason(w, asked.body.id)).toBe('taken-again');
  expect(await standsAt(w, on(0, '15:00'))).toEqual(['Dentist']);
});

test('the move\'s call was lost, and something took the slot meanwhile: the hold stays while the move could arrive, then fresh times', async () => {
  const w = await open();
  const id = await askDana(w);
  await trouble(w, { method: 'PATCH', pathPattern: DANAS, mode: 'dropRequest' });
  await choose(w, TWO);
  await w.addEvent({ summary: 'Dentist', start: TWO });
  await w.pass(3_000);
  expect(await w.one('select state from resolutions')).toEqual({ state: 'chosen' });
  expect(await liveHolds(w)).toHaveLength(2);
  await goOn(w);
  expect(await pendingReason(w, id)).toBe('asked');
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect(await standsAt(w, TWO)).toEqual(['Dentist']);
});

test('two daemons at it at once: each piece of work is done once', async () => {
  const w = await open();
  const id = await askDana(w);
  await Promise.all([choose(w, TWO), w.settle(), w.settle(), w.settle()]);
  await Promise.all([w.settle(), w.settle(), w.settle()]);
  await expectOnce(w, id);
});

test('Google is away for an hour in the middle: it waits, and goes on where it stopped', async () => {
  const w = await open();
  const id = await askDana(w);
  await trouble(w, { method: 'GET', times: 10_000, status: 503, reason: 'backendError' });
  await choose(w, TWO);
  for (let i = 0; i < 12; i++) await w.pass(300_000);
  expect(await w.one('select state from resolutions')).toEqual({ state: 'chosen' });
  expect(await standsAtNow(w)).toBe(0);
  await fetch(`${w.emulator.url}/control/rules`, { method: 'DELETE' });
  await w.pass(400_000);
  await goOn(w);
  await expectOnce(w, id);
});

const standsAtNow = async (w: World): Promise<number> => (await w.writes()).filter((x) => x.eventId.startsWith('mk') || x.eventId === DANAS_INSTANCE).length;
