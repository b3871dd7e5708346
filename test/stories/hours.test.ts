/** A calendar that holds the working hours: its events are when the coach works, and nothing else about them counts. */
import { describe, expect, test } from 'vitest';
import { isWorkingTime } from '../../src/calendar/busy.js';
import { slotFacts, whyUnchecked } from '../../src/conflicts/standing.store.js';
import { DAY, HOUR, plus } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import type { CalendarKey } from '../../src/kernel/ids.js';
import type { Role } from '../../src/mirror/access-role.js';
import { changeRole } from '../../src/mirror/calendar-role.flow.js';
import { searchSlots } from '../../src/slots/search.js';
import { anEvent } from '../calendar/events.js';
import { A_LIST_POLL, calendars } from '../mirror/calendar-bed.js';
import { on, pendingReason, requestOf, worlds } from '../support/story.js';
import { SAM, type World } from '../support/world.js';

const aWorld = worlds();
const give = async (w: World, googleId: string, role: Role): Promise<void> => {
  const answer = await changeRole(w.shell, { coachId: w.coachId, calendarId: ((await calendars(w).row(googleId))?.id ?? '') as CalendarKey, by: 'coach' }, role);
  expect(answer).not.toHaveProperty('refused');
};
/** Kim's office hours: Tuesdays 18–20, marked as free. */
async function withHours(): Promise<{ w: World; c: ReturnType<typeof calendars>; office: string; series: string }> {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const office = await c.own('Office hours of Kim');
  const { id } = await c.ask('kim@coach.example', 'POST', `/calendars/${encodeURIComponent(office)}/events`, {
    summary: 'Open for clients', transparency: 'transparent', recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU'],
    start: { dateTime: rfc3339(on(-13, '18:00'), w.zone), timeZone: w.zone }, end: { dateTime: rfc3339(on(-13, '20:00'), w.zone), timeZone: w.zone },
  }) as { id: string };
  await w.pass(A_LIST_POLL);
  await give(w, office, 'hours');
  await w.settle();
  return { w, c, office, series: id };
}
const starts = async (w: World): Promise<string[]> => {
  const coach = await w.coach();
  if (!coach) throw new Error('no coach');
  return searchSlots(await slotFacts(w.shell.db, coach, w.now(), HOUR, [])).filter((s) => s.start < on(7, '00:00') && s.start >= on(0, '00:00')).map((s) => rfc3339(s.start, w.zone).slice(5, 16));
};
const day = (offset: number, time: string): string => rfc3339(on(offset, time), 'Europe/Berlin').slice(5, 16);
const ask = async (w: World, start: ReturnType<typeof on>, n: number): Promise<string> => (await w.request(start, { ...SAM, email: `sam${n}@client.example` })).body.id;

describe('a calendar of role hours', () => {
  test('opens its events, also free ones, and nothing else; a busy one does not block; what they are about is not kept', async () => {
    const { w, c, office } = await withHours();
    expect(await starts(w)).toEqual([day(1, '18:00'), day(1, '18:30'), day(1, '19:00')]);
    await c.event(office, { summary: 'Also open', start: on(3, '10:00'), hours: 1.5 });
    await c.ask('kim@coach.example', 'POST', `/calendars/${encodeURIComponent(office)}/events`, { summary: 'Vacation', start: { date: rfc3339(on(4, '12:00'), w.zone).slice(0, 10) }, end: { date: rfc3339(on(5, '12:00'), w.zone).slice(0, 10) } });
    await w.pass(A_LIST_POLL);
    expect(await starts(w)).toEqual([day(1, '18:00'), day(1, '18:30'), day(1, '19:00'), day(3, '10:00'), day(3, '10:30')]);
    expect(await c.whereIs('Open for clients')).toEqual([]);
    expect(await c.whereIs('Also open')).toEqual([]);

    const [inside, outside] = [await ask(w, on(3, '10:00'), 1), await ask(w, on(0, '13:00'), 2)];
    await w.settle();
    expect((await requestOf(w, inside))?.state).toBe('booked');
    expect(await pendingReason(w, outside)).toBe('outside-hours');
  });
  test('follows what the coach does there: one evening moved, one deleted, the last one gone', async () => {
    const { w, c, office, series } = await withHours();
    const path = `/calendars/${encodeURIComponent(office)}/events`;
    const instance = `${series}_${new Date(on(1, '18:00')).toISOString().replace(/[-:]|\.000/g, '')}`;
    await c.ask('kim@coach.example', 'PATCH', `${path}/${instance}`, { start: { dateTime: rfc3339(on(2, '08:00'), w.zone), timeZone: w.zone }, end: { dateTime: rfc3339(on(2, '09:00'), w.zone), timeZone: w.zone } });
    await w.pass(A_LIST_POLL);
    expect(await starts(w)).toEqual([day(2, '08:00')]);
    await c.ask('kim@coach.example', 'DELETE', `${path}/${series}`);
    await w.pass(A_LIST_POLL);
    expect(await starts(w), 'no events are no hours').toEqual([]);
  });
  test('fails closed while it is not read or frozen; ignored, the hours of the rules count again', async () => {
    const { w, office } = await withHours();
    const coach = await w.coach();
    if (!coach) throw new Error('no coach');
    expect(await whyUnchecked(w.shell.db, coach)).toBeNull();
    await w.shell.db('calendars').where({ google_id: office }).update({ frozen_at: new Date(w.now()), freeze_reason: 'a test' });
    expect(await whyUnchecked(w.shell.db, coach)).toBe('cannot-check');
    const blind = await ask(w, on(1, '18:00'), 1);
    expect(await pendingReason(w, blind)).toBe('cannot-check');
    await w.shell.db('calendars').where({ google_id: office }).update({ frozen_at: null, freeze_reason: null, last_full_at: null });
    expect(await whyUnchecked(w.shell.db, coach)).toBe('cannot-check');
    await give(w, office, 'ignored');
    await w.settle();
    expect((await starts(w)).filter((s) => s.startsWith(day(0, '09:00').slice(0, 5)))).toContain(day(0, '09:00'));
  });
  test('deleted at Google it is retired: the hours of the rules count, the coach is told so, and it may come back as what it was', async () => {
    const { w, c, office } = await withHours();
    await c.remove(office);
    await w.pass(A_LIST_POLL);
    await w.pass(A_LIST_POLL);
    await w.pass(A_LIST_POLL);
    expect(await c.row(office)).toMatchObject({ role: 'ignored', retired_role: 'hours' });
    expect(await starts(w)).toContain(day(0, '09:00'));
    const told = (await w.mailsTo('kim@coach.example')).find((m) => m.text.includes('Office hours of Kim'));
    expect(told?.text).toContain('the working hours of your rules count');
    expect(told?.text).not.toContain('their times can be booked');
  });
  test('which events are working time', () => {
    const timed = anEvent({ when: { kind: 'timed', start: on(1, '18:00'), end: plus(on(1, '18:00'), DAY), zone: null } });
    expect(isWorkingTime(timed)).toBe(true);
    expect(isWorkingTime({ ...timed, transparency: 'transparent' })).toBe(true);
    const me = { email: '', displayName: null, responseStatus: 'declined', self: true, organizer: false, resource: false } as const;
    for (const not of [{ status: 'cancelled' }, { unparsed: 'x' }, { eventType: 'outOfOffice' }, { eventType: 'workingLocation' }, { when: { kind: 'all-day', startOn: '2026-12-01', endOn: '2026-12-02' } }, { when: null }, { attendees: [me] }] as const) {
      expect(isWorkingTime({ ...timed, ...not }), JSON.stringify(not)).toBe(false);
    }
  });
});
