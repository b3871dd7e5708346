import { expect, test } from 'vitest';
import { askDana, choose, DANAS_ID, DANAS_INSTANCE, danasSession, expectDanaUntouched, expectLanded, expectNothingStuck, expectNotLanded, liveHolds, MONDAY, on, pendingReason, requestOf, standsAt, subjectsTo, until, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const OVER = [expect.stringContaining('Could we move'), expect.stringContaining('Nothing to do any more')];
const ELSEWHERE = on(2, '11:00');

/** What the poll has seen is believed a minute later, not before. */
async function expectLandsAfterSettle(w: World, id: string): Promise<void> {
  const before = (await w.writes()).length;
  await w.pass(22_000); // a read comes within 22.5 to 30 s
  expect(await w.one('select freed_noticed_at from resolutions')).toEqual({ freed_noticed_at: null });
  await w.pass(8_000);
  expect(await w.one('select freed_noticed_at from resolutions')).toEqual({ freed_noticed_at: w.now() });
  await w.pass(59_000);
  expect(await w.writes()).toHaveLength(before);
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'asked' });
  await w.pass(1_000);
  await expectLanded(w, id, MONDAY);
  expect((await w.writes()).slice(before).map((x) => x.kind)).toEqual(['insert', 'patch']);
  await expectNothingStuck(w);
}

test('pushes off: Kim drags Dana\'s session away while Dana is asked: noticed by the poll, settled, looked at, and Sam lands', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.moveTo(DANAS_INSTANCE, ELSEWHERE);
  await expectLandsAfterSettle(w, id);
  expect(await standsAt(w, ELSEWHERE)).toEqual([DANA.email]);
  expect(await danasSession(w)).toEqual({ status: 'scheduled', scheduled_at: ELSEWHERE, invite_sent: false, cancellation_reason: null });
  expect((await subjectsTo(w, DANA.email)).filter((s) => !s.includes('nvitation'))).toEqual(OVER);
  expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('Invitation')]);
  expect(await w.one('select state from resolutions')).toEqual({ state: 'landed' });
});

test('dragged away and back within the settle time: nothing happens, the question stays open', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.moveTo(DANAS_INSTANCE, ELSEWHERE);
  await w.pass(30_000);
  await w.moveTo(DANAS_INSTANCE, MONDAY);
  await w.pass(30_000);
  expect(await w.one('select freed_noticed_at from resolutions')).toEqual({ freed_noticed_at: null });
  await w.pass(120_000);
  await expectNotLanded(w, id);
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'asked' });
  expect(await danasSession(w)).toMatchObject({ scheduled_at: MONDAY, invite_sent: true });
  expect((await subjectsTo(w, DANA.email)).filter((s) => !s.includes('nvitation'))).toHaveLength(1);

  await choose(w, at(MONDAY, 1));
  await w.settle();
  await expectLanded(w, id, MONDAY);
});

test('dragged back a moment before the minute is over, unknown to the mirror: Google itself is asked, nothing lands', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.moveTo(DANAS_INSTANCE, ELSEWHERE);
  await w.pass(30_000);
  await w.pass(40_000);
  await w.moveTo(DANAS_INSTANCE, MONDAY);
  // Only the look that is due, not the poll.
  w.setNow(at(w.now(), 20 / 3600));
  await w.settle();
  await w.pass(120_000);
  await expectNotLanded(w, id);
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'asked' });
});

test('dragged away twice: each vacancy settles anew', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.moveTo(DANAS_INSTANCE, ELSEWHERE);
  await w.pass(30_000);
  await w.moveTo(DANAS_INSTANCE, MONDAY);
  await w.pass(30_000);
  await w.moveTo(DANAS_INSTANCE, ELSEWHERE);
  await expectLandsAfterSettle(w, id);
});

test('only half away: still in the way, so nothing happens', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.moveTo(DANAS_INSTANCE, at(MONDAY, 0.5));
  await w.pass(30_000);
  await w.pass(120_000);
  await expectNotLanded(w, id);
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'asked' });
});

test.each<[string, (w: World) => Promise<unknown>]>([
  ['the session is deleted', (w) => w.deleteEvent(DANAS_INSTANCE)],
  ['the session is set free', (w) => w.patchEvent(DANAS_INSTANCE, { transparency: 'transparent' })],
  ['the series ends before that day', (w) => w.patchEvent(DANAS_ID, { recurrence: [`RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=${new Date(on(-1, '12:00')).toISOString().replace(/[-:]|\.000/g, '')}`] })],
  ['the whole series is deleted', (w) => w.deleteEvent(DANAS_ID)],
  ['the whole series moves to Tuesday', async (w) => w.moveTo(DANAS_ID, on(-27, '13:00')).then(() => w.patchEvent(DANAS_ID, { recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU'] }))],
])('%s: noticed, settled, and Sam lands', async (_, happens) => {
  const w = await open();
  const id = await askDana(w);
  await happens(w);
  await expectLandsAfterSettle(w, id);
  expect((await subjectsTo(w, DANA.email)).filter((s) => !s.includes('nvitation') && !s.includes('Canceled'))).toEqual(OVER);
});

test('Kim drags Dana away and something else onto the time: nothing lands, the request is Kim\'s, Dana hears that it is over', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.moveTo(DANAS_INSTANCE, ELSEWHERE);
  await w.addEvent({ summary: 'Plumber', start: MONDAY });
  await w.pass(30_000);
  await w.pass(60_000);
  expect(await pendingReason(w, id)).toBe('taken');
  await expectNotLanded(w, id);
  expect(await liveHolds(w)).toEqual([]);
  expect((await subjectsTo(w, DANA.email)).filter((s) => !s.includes('nvitation'))).toEqual(OVER);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
});

test('Dana merely declines the invitation: her session stands, nothing lands by itself, and Kim is asked first', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.patchEvent(DANAS_INSTANCE, { attendees: [{ email: DANA.email, responseStatus: 'declined' }] }, DANA.email);
  await w.pass(30_000);
  await w.pass(120_000);
  await expectNotLanded(w, id);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'client-declined' });
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect(await danasSession(w)).toMatchObject({ status: 'scheduled', invite_sent: false, cancellation_reason: null });
  expect((await w.mailsTo(KIM.email)).at(-1)?.text).toContain('has declined the session in Google');

  // It is off: Kim deletes it, and Sam lands by himself.
  await w.deleteEvent(DANAS_INSTANCE);
  await w.pass(30_000);
  await w.pass(120_000);
  await expectLanded(w, id, MONDAY);
});

test('land: manual: the time that Kim freed waits for Kim', async () => {
  const w = await open({ policy: { land: 'manual' } });
  const id = await askDana(w);
  await w.moveTo(DANAS_INSTANCE, ELSEWHERE);
  await w.pass(30_000);
  await w.pass(60_000);
  expect(await pendingReason(w, id)).toBe('freed');
  await expectNotLanded(w, id);
  expect((await subjectsTo(w, DANA.email)).filter((s) => !s.includes('nvitation'))).toEqual(OVER);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
});

test('with pushes on, the drag is noticed without waiting for the poll', async () => {
  const w = await open({ pushes: true });
  const id = await askDana(w);
  await w.moveTo(DANAS_INSTANCE, ELSEWHERE);
  await until('the push', async () => (await w.settle(), (await w.one<{ freed_noticed_at: number | null }>('select freed_noticed_at from resolutions'))?.freed_noticed_at ?? null));
  await expectNotLanded(w, id);
  await w.pass(60_000);
  await expectLanded(w, id, MONDAY);
});

test('nobody has decided yet, and the time becomes free: after the settle time the request is booked', async () => {
  const w = await open();
  const id = await wish(w);
  await w.deleteEvent(DANAS_INSTANCE);
  await w.pass(30_000);
  await w.pass(59_000);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution' });
  await w.pass(1_000);
  await expectLanded(w, id, MONDAY);
  expect(await subjectsTo(w, DANA.email)).toEqual([]);
});

test('nobody has decided yet, dragged away and back: nothing happens', async () => {
  const w = await open();
  const id = await wish(w);
  await w.moveTo(DANAS_INSTANCE, ELSEWHERE);
  await w.pass(30_000);
  await w.moveTo(DANAS_INSTANCE, MONDAY);
  await w.pass(30_000);
  await w.pass(120_000);
  await expectNotLanded(w, id);
  expect(await pendingReason(w, id)).toBe('taken');
});

test('after Dana\'s silence too: when the time becomes free by itself, Sam gets it', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.pass(24 * 3_600_000);
  expect(await pendingReason(w, id)).toBe('offer-expired');
  await expectDanaUntouched(w);
  await w.deleteEvent(DANAS_INSTANCE);
  await w.pass(30_000);
  await w.pass(60_000);
  await expectLanded(w, id, MONDAY);
});

test('land: manual: an undecided time that became free is not booked by itself, but Kim is told', async () => {
  const w = await open({ policy: { land: 'manual' } });
  const id = await wish(w);
  await w.deleteEvent(DANAS_INSTANCE);
  await w.pass(30_000);
  await w.pass(120_000);
  await expectNotLanded(w, id);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'freed' });
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
  expect(await liveHolds(w)).toEqual([]);
  await w.pass(3_600_000);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
});
