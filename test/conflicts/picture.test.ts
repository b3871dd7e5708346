import { describe, expect, test } from 'vitest';
import { coachById } from '../../src/coach/coach.store.js';
import { freeSlots, slotIsFree } from '../../src/conflicts/picture.store.js';
import { DAY, HOUR, intervalFrom, MINUTE } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { askDana, INSERTS, linkTo, look, on, requestOf, trouble, worlds } from '../support/story.js';
import { DANA, ZONE, type World } from '../support/world.js';

const aWorld = worlds();
const offered = async (w: World, days: number, time: string, lengthMs = HOUR): Promise<{ shown: string[]; starts: number[] }> => {
  const slots = await freeSlots(w.shell.db, await coachById(w.shell.db, w.coachId), { near: on(days, time), lengthMs, clientId: null, taken: [], now: w.now() });
  return { shown: slots.map((s) => rfc3339(s.start, ZONE).slice(0, 16)), starts: slots.map((s) => s.start) };
};

describe('what the search is told of the coach\'s time', () => {
  test('a session that is over counts for the limit of its week, as it does at the click', async () => {
    const w = await aWorld({ policy: { maxPerWeek: 1, horizonMs: 4 * DAY, minimumNoticeMs: 0 } });
    await w.pass(on(1, '10:00') - w.now()); // Tuesday; Dana's session was yesterday
    expect((await offered(w, 1, '13:00')).starts).toEqual([]);
    expect(await slotIsFree(w.shell.db, await coachById(w.shell.db, w.coachId), intervalFrom(on(1, '13:00'), HOUR), [], w.now())).toBe(false);
  });
  test('what has just ended keeps its buffer', async () => {
    const w = await aWorld({ policy: { bufferMs: HOUR, horizonMs: DAY, minimumNoticeMs: 0 } });
    await w.pass(on(0, '14:00') - w.now());
    expect((await offered(w, 0, '14:00')).shown[0]).toBe(rfc3339(on(0, '15:00'), ZONE).slice(0, 16));
  });
  test('a booking that is still on its way counts for the limit of its day', async () => {
    const w = await aWorld({ policy: { maxPerDay: 1 } });
    await trouble(w, { ...INSERTS, times: 5, status: 503 });
    const first = await w.request(on(1, '09:00'));
    const second = await w.request(on(1, '15:00'), { name: 'Noa Lind', email: 'noa@client.example' });
    expect(await requestOf(w, first.body.id)).toMatchObject({ state: 'booking' });
    expect(await requestOf(w, second.body.id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'day-limit' });
  });
  test('a promise for the time of a session that stands there is not one session more', async () => {
    const w = await aWorld({ policy: { maxPerDay: 2 } });
    await askDana(w);
    expect(await slotIsFree(w.shell.db, await coachById(w.shell.db, w.coachId), intervalFrom(on(0, '15:00'), HOUR), [], w.now())).toBe(true);
    await w.addEvent({ summary: 'Noa: coaching', start: on(0, '09:00') });
    await w.pass(MINUTE);
    expect(await slotIsFree(w.shell.db, await coachById(w.shell.db, w.coachId), intervalFrom(on(0, '15:00'), HOUR), [], w.now())).toBe(false);
  });
});

test('offered slots keep their reasons in the row; no mail or page has them', async () => {
  const w = await aWorld();
  const id = await askDana(w);
  const row = await w.one<{ slots: { start: number; end: number; reasons: string[] }[] }>('select slots from offers o join resolutions r on r.coach_id = o.coach_id and r.id = o.resolution_id where r.request_id = :id', { id });
  expect(row?.slots.find((s) => s.start === on(0, '14:00'))).toEqual({ start: on(0, '14:00'), end: on(0, '15:00'), reasons: ['same day', 'similar time', 'keeps the day compact'] });
  const page = (await look(await linkTo(w, DANA.email))).page;
  for (const text of [page, ...(await w.mailsTo(DANA.email)).map((m) => m.text + m.html)]) expect(text).not.toMatch(/same day|similar time|compact|came at/);
});
