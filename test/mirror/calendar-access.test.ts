/** Access to a calendar is lowered and raised, its zone changes, its role is changed by hand. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, plus } from '../../src/kernel/interval.js';
import { isMirrored, type Role } from '../../src/mirror/access-role.js';
import { changeRole } from '../../src/mirror/calendar-role.flow.js';
import { decide } from '../../src/resolution/decide.flow.js';
import { calendarCommand } from '../../src/ops/calendar-command.js';
import { timesOnly } from '../../src/google/decode-event.js';
import type { CalendarEvent } from '../../src/calendar/event.js';
import type { CalendarKey, RequestId } from '../../src/kernel/ids.js';
import { MONDAY, on, worlds } from '../support/story.js';
import { DANA, KIM, SAM, type World } from '../support/world.js';
import { A_LIST_POLL, calendars } from './calendar-bed.js';

const aWorld = worlds();
/** Words that must not be where only times may be. */
const SECRET = 'Xylophone';
const GUEST = 'secret.guest@elsewhere.example';

async function byHand(w: World, googleId: string, to: Role): Promise<Awaited<ReturnType<typeof changeRole>>> {
  const row = await calendars(w).row(googleId);
  const answer = await changeRole(w.shell, { coachId: w.coachId, calendarId: (row?.id ?? '') as CalendarKey, by: 'operator' }, to);
  await w.settle();
  return answer;
}
/** Kim has a second calendar, Dana's, on which she may write and which holds sessions; her own one is ignored. */
async function withSharedSessions(): Promise<{ w: World; c: ReturnType<typeof calendars>; practice: string }> {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const practice = await c.shared('Practice', 'writer');
  await w.pass(A_LIST_POLL);
  expect(await byHand(w, practice, 'sessions')).toMatchObject({ mirror: 'forget' });
  expect(await byHand(w, KIM.email, 'busy')).toMatchObject({ mirror: 'strip' });
  return { w, c, practice };
}
const readWhole = async (w: World): Promise<void> => { await w.shell.db('calendar_lists').update({ last_full_at: null }); await w.pass(A_LIST_POLL); };

describe('access', () => {
  test('the sessions calendar loses its writer: nothing lands there, the coach is told once and sees why; with the right back, all goes on', async () => {
    const { w, c, practice } = await withSharedSessions();
    await c.share(practice, 'reader');
    await readWhole(w);
    expect(await c.row(practice)).toMatchObject({ role: 'sessions', access_role: 'reader' });
    const asked = await w.request(MONDAY);
    expect(asked.body.state).toBe('pending_resolution');
    await w.settle();
    expect(await w.one('select pending_reason from requests')).toEqual({ pending_reason: 'no-calendar' });
    expect((await w.writes()).filter((write) => write.kind === 'insert' && write.calendarId === practice)).toEqual([]);
    await readWhole(w);
    const told = (await w.mailsTo(KIM.email)).filter((m) => m.subject.includes('can no longer write'));
    expect(told).toHaveLength(1);
    expect(await c.lines(practice)).toEqual(expect.arrayContaining(['calendar access changed', 'calendar can no longer be written']));

    await c.share(practice, 'writer');
    await readWhole(w);
    await w.pass(2 * MINUTE);
    expect(await w.one('select state from requests')).toEqual({ state: 'booked' });
    expect((await w.writes()).filter((write) => write.calendarId === practice).map((write) => write.kind)).toContain('insert');
    expect(await c.lines(practice)).toContain('calendar can be written again');
  });

  test('somebody who sits there is being asked: the question is withdrawn, since the session could not be moved', async () => {
    const { w, c, practice } = await withSharedSessions();
    await c.event(practice, { summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] });
    await w.pass(3 * MINUTE);
    await w.request(MONDAY);
    await w.settle();
    const [request] = await w.all<{ id: string }>('select id from requests');
    expect(await decide(w.shell, { coachId: w.coachId, requestId: (request?.id ?? '') as RequestId, revision: null, by: 'operator' }, { do: 'option2', about: null, ticks: [], address: null, clientName: null, wanted: null })).toMatchObject({ did: 'option2' });
    await w.settle();
    expect(await w.one('select state from resolutions')).toEqual({ state: 'asked' });

    // While Dana is being asked, the calendar keeps its role.
    expect(await byHand(w, practice, 'ignored')).toMatchObject({ refused: 'asks' });
    expect(await byHand(w, practice, 'busy')).toMatchObject({ refused: 'asks' });

    await c.share(practice, 'reader');
    await readWhole(w);
    expect(await w.one('select state, end_reason from resolutions')).toEqual({ state: 'ended', end_reason: 'superseded' });
    expect(await w.one('select state, pending_reason from requests')).toEqual({ state: 'pending_resolution', pending_reason: 'no-permission' });
    expect(await w.one('select status, invite_sent, cancellation_reason from sessions')).toEqual({ status: 'scheduled', invite_sent: false, cancellation_reason: null });
    expect(await w.all('select 1 from holds where released_at is null')).toEqual([]);
    expect((await w.mailsTo(DANA.email)).filter((m) => m.from.includes('makeway')).map((m) => m.subject).at(-1)).toContain('Nothing to do any more');
  });

  test('a sessions calendar that is gone for good: its sessions are cancelled, and the promised time lands elsewhere or is the coach’s', async () => {
    const { w, c, practice } = await withSharedSessions();
    await c.event(practice, { summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] });
    await w.pass(3 * MINUTE);
    await w.request(MONDAY);
    await w.settle();
    const [request] = await w.all<{ id: string }>('select id from requests');
    await decide(w.shell, { coachId: w.coachId, requestId: (request?.id ?? '') as RequestId, revision: null, by: 'operator' }, { do: 'option2', about: null, ticks: [], address: null, clientName: null, wanted: null });
    await w.settle();
    await c.share(practice, 'none');
    for (let i = 0; i < 3; i++) await w.pass(A_LIST_POLL);
    expect(await c.row(practice)).toMatchObject({ role: 'ignored', retired_role: 'sessions' });
    expect(await w.one('select status, invite_sent from sessions where request_id is null')).toEqual({ status: 'cancelled', invite_sent: false });
    await w.pass(3 * MINUTE);
    expect(await w.one('select state from resolutions')).toEqual({ state: 'vacated' });
    expect(await w.one('select state, pending_reason from requests')).toEqual({ state: 'pending_resolution', pending_reason: 'no-calendar' });
    expect((await w.mailsTo(KIM.email)).filter((m) => m.subject.includes('gone'))).toHaveLength(1);

    // The coach says where sessions live now, and books the promised time by hand.
    expect(await byHand(w, KIM.email, 'sessions')).toMatchObject({ mirror: 'forget' });
    const booked = await decide(w.shell, { coachId: w.coachId, requestId: (request?.id ?? '') as RequestId, revision: null, by: 'operator' }, { do: 'manual', start: MONDAY });
    expect(booked).toMatchObject({ did: 'manual' });
    await w.pass(MINUTE);
    expect(await w.one('select state from requests')).toEqual({ state: 'booked' });
  });

  test.each([
    ['can no longer be written', 'reader', 1], ['is gone for good', 'none', 3],
  ] as const)('a booking is being written when its calendar %s: it ends, and the request is the coach’s with that reason', async (_what, role, reads) => {
    const { w, c, practice } = await withSharedSessions();
    // The answer is lost: it may have been written, until Google says that it was not.
    await w.control('/rules', { kind: 'events.insert', mode: 'dropRequest', times: 1 });
    await w.control('/rules', { kind: 'events.get', status: 503, times: 1 });
    await w.request(MONDAY);
    expect(await w.all('select state from landings')).toEqual([{ state: 'intended' }]);
    expect(await w.all('select state from google_writes')).toEqual([{ state: 'sent' }]);
    expect(await byHand(w, practice, 'busy')).toMatchObject({ refused: 'landings' });
    await c.share(practice, role);
    w.setNow(plus(w.now(), MINUTE));
    for (let i = 0; i < reads; i++) await readWhole(w);
    await w.pass(MINUTE);
    expect(await w.all('select state, end_reason from landings')).toEqual([{ state: 'refused', end_reason: 'no-calendar' }]);
    expect(await w.one('select state, pending_reason from requests')).toEqual({ state: 'pending_resolution', pending_reason: 'no-calendar' });
    expect(await w.all('select 1 from holds where released_at is null')).toEqual([]);
    expect(await w.all(`select 1 from google_writes where state = 'sent'`)).toEqual([]);
  });

  test('details go when only busy times may be seen, and come back with the right to see them', async () => {
    const w = await aWorld({ events: [] });
    const c = calendars(w);
    const practice = await c.shared('Practice', 'writer');
    await c.event(practice, { summary: SECRET, start: MONDAY, guests: [GUEST], rule: 'RRULE:FREQ=WEEKLY' });
    await c.event(practice, { summary: `${SECRET} once`, start: on(1, '09:00') });
    await w.pass(A_LIST_POLL);
    await byHand(w, practice, 'sessions');
    expect(await c.whereIs(SECRET)).toContain('events');

    await c.share(practice, 'freeBusyReader');
    await readWhole(w);
    await w.pass(MINUTE);
    expect(await c.whereIs(SECRET)).toEqual([]);
    expect(await c.whereIs(GUEST)).toEqual([]);
    expect(await c.row(practice)).toMatchObject({ access_role: 'freeBusyReader', frozen_at: null, last_full_at: expect.any(Number) as number });
    const taken = async (start: typeof MONDAY): Promise<number> => (await w.all(`select 1 from occurrences where period @> cast(:at as timestamptz) and blocking = 'busy'`, { at: new Date(start) })).length;
    expect([await taken(MONDAY), await taken(plus(MONDAY, 7 * DAY)), await taken(on(1, '09:00')), await taken(on(2, '09:00'))]).toEqual([1, 1, 1, 0]);
    // It is nobody's session any more: nothing of it is shown.
    await w.request(MONDAY);
    await w.settle();
    expect((await w.mailsTo(KIM.email)).map((m) => m.text).join()).not.toContain(SECRET);

    // A week later, the window has rolled on.
    await w.pass(7 * DAY);
    const { until } = (await w.one<{ until: number }>('select max(upper(period)) as until from occurrences')) ?? { until: 0 };
    expect(until).toBeGreaterThan(plus(w.now(), 113 * DAY));

    await c.share(practice, 'writer');
    await readWhole(w);
    await w.pass(MINUTE);
    expect(await c.whereIs(SECRET)).toContain('events');
    expect([await taken(plus(MONDAY, 14 * DAY)), (await c.row(practice))?.frozen_at]).toEqual([1, null]);
  });

  test('a calendar that only shows busy times is read in a window, and read in full again every day', async () => {
    const w = await aWorld({ events: [] });
    const c = calendars(w);
    const theirs = await c.shared('Theirs', 'freeBusyReader');
    await c.event(theirs, { summary: SECRET, start: MONDAY, rule: 'RRULE:FREQ=DAILY', by: DANA.email });
    await w.pass(A_LIST_POLL);
    expect(await c.role(theirs)).toBe('ignored');
    await byHand(w, theirs, 'busy');
    expect((await c.mirrored(theirs)).occurrences).toBeGreaterThan(100);
    expect((await c.mirrored(theirs)).occurrences).toBeLessThan(130);
    const full = (await c.row(theirs))?.last_full_at ?? 0;
    await w.pass(12 * HOUR);
    expect((await c.row(theirs))?.last_full_at).toBe(full);
    await w.pass(12 * HOUR + MINUTE);
    expect((await c.row(theirs))?.last_full_at).toBeGreaterThan(full);
  });

  test('the emulator answers such a caller as the sheet says: occurrences, also without singleEvents, and times alone', async () => {
    const w = await aWorld({ events: [] });
    const c = calendars(w);
    const theirs = await c.shared('Theirs', 'freeBusyReader');
    await c.event(theirs, { summary: SECRET, start: MONDAY, rule: 'RRULE:FREQ=DAILY;COUNT=3', guests: [GUEST], by: DANA.email });
    const answer = (await c.ask(KIM.email, 'GET', `/calendars/${encodeURIComponent(theirs)}/events?singleEvents=false`)) as { accessRole: string; items: Record<string, unknown>[] };
    expect(answer.accessRole).toBe('freeBusyReader');
    expect(answer.items).toHaveLength(3);
    expect(JSON.stringify(answer)).not.toMatch(new RegExp(`${SECRET}|${GUEST}|recurrence"`));
  });
});

test('the zone changes: all-day events lie elsewhere, as soon as the list says so', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const family = await c.own('Family');
  await c.ask(KIM.email, 'POST', `/calendars/${encodeURIComponent(family)}/events`, { summary: 'Fair', start: { date: new Date(MONDAY).toISOString().slice(0, 10) }, end: { date: new Date(plus(MONDAY, DAY)).toISOString().slice(0, 10) } });
  await w.pass(A_LIST_POLL);
  const begins = async (): Promise<number> => (await w.one<{ at: number }>('select lower(period) as at from occurrences where is_all_day'))?.at ?? 0;
  const before = await begins();
  await c.change(family, { timeZone: 'Asia/Kathmandu' });
  await readWhole(w);
  expect(before - (await begins())).toBe((5.75 - 1) * HOUR);
  expect(await c.lines(family)).toContain('calendar has another zone');
  await readWhole(w);
  expect((await c.lines(family)).filter((l) => l === 'calendar has another zone')).toHaveLength(1);
});

describe('roles by hand', () => {
  test('sessions to busy: what events are about, and with whom, is gone in that commit; the times stay', async () => {
    const w = await aWorld({ events: [{ summary: SECRET, start: MONDAY, guests: [GUEST] }, { id: 'dance0000', summary: `${SECRET} 2`, start: on(1, '09:00'), rule: 'RRULE:FREQ=WEEKLY' }] });
    const c = calendars(w);
    const before = await w.all<{ event: CalendarEvent }>('select event from events order by id');
    const times = await w.all('select root_id, original_key, period::text, blocking from occurrences order by 1, 2');
    const row = await c.row(KIM.email);
    expect(await changeRole(w.shell, { coachId: w.coachId, calendarId: row?.id as CalendarKey, by: 'operator' }, 'busy')).toMatchObject({ mirror: 'strip' });
    expect([await c.whereIs(SECRET), await c.whereIs(GUEST)]).toEqual([[], []]);
    expect(await w.all('select event from events order by id')).toEqual(before.map(({ event }) => ({ event: timesOnly(event) })));
    expect(await w.all('select root_id, original_key, period::text, blocking from occurrences order by 1, 2')).toEqual(times);
    await w.pass(3 * MINUTE);
    await w.patchEvent('dance0000', { summary: `${SECRET} 3` });
    await w.pass(3 * MINUTE);
    expect(await c.whereIs(SECRET)).toEqual([]);
    // And back: read in full, with all details.
    expect(await byHand(w, KIM.email, 'sessions')).toMatchObject({ mirror: 'forget' });
    expect(await c.whereIs(SECRET)).toEqual(['events']);
    expect((await w.all<{ what: string }>(`select what from history where what = 'calendar role changed'`))).toHaveLength(2);
  });

  test('a pull that was under way when the role changed commits nothing of what it read', async () => {
    const w = await aWorld({ events: [] });
    const c = calendars(w);
    await w.control('/rules', { kind: 'events.list', mode: 'hold', times: 1 });
    await w.addEvent({ summary: SECRET, start: MONDAY, guests: [GUEST] });
    await w.shell.db('calendars').update({ wake_at: new Date(w.now()) });
    const pulling = w.settle();
    for (let held = 0; held === 0;) held = Number((await w.control('/rules')).held);
    const row = await c.row(KIM.email);
    await changeRole(w.shell, { coachId: w.coachId, calendarId: row?.id as CalendarKey, by: 'operator' }, 'busy');
    await fetch(`${w.emulator.url}/control/rules`, { method: 'DELETE' });
    await pulling;
    await w.settle();
    expect([await c.whereIs(SECRET), await c.whereIs(GUEST)]).toEqual([[], []]);
    expect((await c.mirrored(KIM.email)).occurrences).toBe(1);
  });

  test('to ignored: the mirror of it is gone, its channel is closed, and what stood there is free', async () => {
    const w = await aWorld({ events: [], pushes: true });
    const c = calendars(w);
    const family = await c.own('Family');
    await c.event(family, { summary: SECRET, start: MONDAY });
    await w.pass(A_LIST_POLL);
    await w.request(MONDAY);
    await w.settle();
    expect(await w.one('select state from requests')).toEqual({ state: 'pending_resolution' });
    expect(await byHand(w, family, 'ignored')).toMatchObject({ mirror: 'forget' });
    expect(await c.mirrored(family)).toEqual({ events: 0, occurrences: 0, staged: 0 });
    expect(await w.all(`select 1 from channels h join calendars c on c.id = h.calendar_id where c.google_id = :family and h.state in ('opening', 'open')`, { family })).toEqual([]);
    await w.pass(2 * MINUTE);
    expect(await w.one('select state from requests')).toEqual({ state: 'booked' });
    expect(await w.one('select wake_at from calendars where google_id = :family', { family })).toEqual({ wake_at: null });
  });

  test('the commands say what there is and what they did, and refuse with a reason', async () => {
    const w = await aWorld();
    const c = calendars(w);
    const theirs = await c.shared('Theirs', 'reader');
    await w.pass(A_LIST_POLL);
    const list = await calendarCommand(w.shell, ['list', 'kim']);
    expect(list?.lines).toHaveLength(2);
    expect(list?.lines.join('\n')).toMatch(/sessions {2}owner .*"kim@coach\.example" {2}\(primary\)/);
    expect(list?.lines.join('\n')).toMatch(/ignored {3}reader .*"Theirs"/);
    expect(await calendarCommand(w.shell, ['role', 'kim', theirs, 'sessions'])).toMatchObject({ isRefused: true, lines: [expect.stringContaining('may not write') as string] });
    expect(await calendarCommand(w.shell, ['role', 'kim', theirs, 'busy'])).toMatchObject({ isRefused: false });
    expect(await calendarCommand(w.shell, ['role', 'kim', theirs, 'busy'])).toMatchObject({ isRefused: true });
    expect(await c.role(theirs)).toBe('busy');
    for (const words of [[], ['list'], ['role', 'kim', theirs], ['role', 'kim', theirs, 'boss'], ['list', 'kim', 'more']]) expect(await calendarCommand(w.shell, words)).toBeNull();
    await expect(calendarCommand(w.shell, ['list', 'nobody'])).rejects.toMatchObject({ code: 'COACH_UNKNOWN' });
    await expect(calendarCommand(w.shell, ['role', 'kim', 'ca_aaaaaaaaaaaaaaaa', 'busy'])).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

test('several calendars in all roles: what takes time does, and of a busy one nothing but times is anywhere', async () => {
  const w = await aWorld({ events: [{ summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] }] });
  const c = calendars(w);
  const [second, busy, inbox, off] = [await c.own('Second practice'), await c.own('Family'), await c.own('Inbox'), await c.own('Old')];
  await c.event(second, { summary: 'Mira: coaching', start: on(1, '10:00'), guests: ['mira@client.example'] });
  for (const id of [busy, off]) await c.event(id, { summary: `${SECRET} ${id}`, start: on(2, '10:00'), guests: [GUEST] });
  await c.event(inbox, { summary: 'Somebody', start: on(2, '10:00') });
  await w.pass(A_LIST_POLL);
  await byHand(w, second, 'sessions');
  await byHand(w, inbox, 'requests');
  await byHand(w, off, 'ignored');
  const mirrored = await w.all<{ role: Role; events: number }>('select c.role, count(e.id) as events from calendars c left join events e on e.calendar_id = c.id group by c.id, c.role order by c.role, events');
  for (const m of mirrored) expect(m.events > 0).toBe(isMirrored(m.role));
  expect([await c.whereIs(SECRET), await c.whereIs(GUEST)]).toEqual([[], []]);
  // A time on each: Dana's and Mira's sessions can be asked, the busy one blocks, the others do not.
  for (const [start, reason] of [[MONDAY, 'taken'], [on(1, '10:00'), 'taken'], [on(2, '10:00'), 'taken']] as const) {
    const answer = await w.request(start, SAM);
    expect([start, answer.body.state]).toEqual([start, 'pending_resolution']);
    expect(await w.one('select pending_reason from requests where id = :id', { id: answer.body.id })).toEqual({ pending_reason: reason });
  }
  await byHand(w, busy, 'ignored');
  const free = await w.request(on(2, '10:00'), { name: 'Noor Haddad', email: 'noor@client.example' });
  expect(free.status).toBeLessThan(300);
  await w.pass(2 * MINUTE);
  // Of several sessions calendars, the primary one takes the new session.
  expect((await w.writes()).filter((x) => x.kind === 'insert').at(-1)).toMatchObject({ calendarId: KIM.email });
  expect(await w.all(`select pending_reason from requests where state = 'pending_resolution' order by wanted_at`)).toEqual(expect.arrayContaining([{ pending_reason: 'taken' }]));
});
