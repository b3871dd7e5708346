/** The requests calendar, where it is not plain: what cannot be read, guests, edits that come too late, faults of Google's, and others at work. */
import { expect, test } from 'vitest';
import { DAY, plus } from '../../src/kernel/interval.js';
import { changeRole } from '../../src/mirror/calendar-role.flow.js';
import { withdraw } from '../../src/requests/withdraw.flow.js';
import type { CalendarKey, RequestId } from '../../src/kernel/ids.js';
import { WORKERS } from '../../src/ops/compose.js';
import { drain } from '../../src/work/run-due.flow.js';
import { wallClock } from '../../src/kernel/zone.js';
import { aRequestsCalendar, inbox } from '../support/inbox.js';
import { allMails, decide, expectLanded, expectNotLanded, holdCall, INSERTS, MONDAY, on, PATCHES, standsAt, subjectsTo, trouble, worlds } from '../support/story.js';
import { DANA, KIM, SAM, ZONE } from '../support/world.js';

const aWorld = worlds();
const SAMS = `Sam ${SAM.email}`;

test('what cannot be read as a request says what is missing, once, and becomes one when it is there', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const cases: [string, Parameters<typeof box.put>[0], string][] = [
    ['no address', { title: 'Sam, 60 min', start: MONDAY }, 'add the client’s e-mail address'],
    ['two', { title: 'a@x.example or b@x.example', start: MONDAY }, 'leave one e-mail address'],
    ['all day', { title: SAMS, start: MONDAY, allDay: wallClock(MONDAY, ZONE).date }, 'give it a time of day'],
    ['repeating', { title: SAMS, start: MONDAY, rule: 'RRULE:FREQ=WEEKLY;COUNT=3' }, 'cannot repeat'],
    ['past', { title: SAMS, start: plus(w.now(), -2 * 3_600_000) }, 'this time has passed'],
    ['too far', { title: SAMS, start: plus(MONDAY, 80 * DAY) }, 'too far ahead'],
    ['a day long', { title: SAMS, start: MONDAY, hours: 20 }, '5 minutes to 12 hours, please'],
  ];
  const events = [];
  for (const [, e] of cases) events.push(await box.put(e));
  await box.seen();
  for (const [i, [what, , title]] of cases.entries()) {
    const event = await box.get(events[i]?.id ?? '');
    expect(event.summary, what).toMatch(new RegExp(`^❓ .*‹${title.replace(/[?.]/g, '.')}›$`));
    expect(event.description, what).toContain('[Makeway]');
    expect(await box.request(event.id), what).toBeNull();
    expect(await box.ours(event.id), what).toEqual(['insert', 'patch']);
  }
  expect(await w.all('select 1 from requests')).toEqual([]);
  expect(await allMails(w)).toEqual([]);
  // What is missing is added, in the title as it now stands.
  const [first] = events;
  await box.change(first?.id ?? '', { summary: `❓ Sam ${SAM.email}, 60 min ‹add the client’s e-mail address›` });
  await box.seen();
  expect(await box.request(first?.id ?? '')).toMatchObject({ email: SAM.email, name: 'Sam', pending_reason: 'taken' });
  expect(await box.title(first?.id ?? '')).toBe(`⏳ Sam ${SAM.email}, 60 min ‹waiting for you›`);
  // Too far ahead: looked at again by itself.
  await w.pass(40 * DAY);
  expect(await box.request(events[5]?.id ?? '')).toMatchObject({ email: SAM.email });
});

test('an event with a guest is read and never annotated; a guest who is added later sees nothing of ours', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: 'Coaching', start: MONDAY, guests: [SAM.email] });
  expect(await box.request(event.id)).toMatchObject({ email: SAM.email, pending_reason: 'taken' });
  expect(event.summary).toBe('Coaching');
  await decide(w, { do: 'option2' });
  await w.settle();
  await w.pass(60_000);
  expect(await box.ours(event.id)).toEqual(['insert']);
  expect((await box.get(event.id)).description).toBeUndefined();

  const second = await box.drop({ title: `Eva eva@client.example`, start: on(7, '13:00') });
  expect(second.summary).toContain('‹waiting for you›');
  await box.change(second.id, { attendees: [{ email: 'eva@client.example' }] });
  await box.seen();
  const clean = await box.get(second.id);
  expect([clean.summary, clean.description ?? '']).toEqual(['Eva eva@client.example', '']);
  expect((await box.request(second.id))?.state).toBe('pending_resolution');
  await w.pass(60_000);
  expect(await box.ours(second.id)).toEqual(['insert', 'patch', 'patch', 'patch']); // ours, Kim's, and ours taken away
  expect((await w.writes()).filter((x) => x.calendarId === box.id).map((x) => x.sendUpdates).filter((s) => s !== undefined && s !== 'none')).toEqual([]);
});

test('another length, title or client changes the wish; a change that cannot be read leaves it as it was, and says so', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: SAMS, start: MONDAY });
  await box.change(event.id, { summary: `Eva eva@client.example 90 min` });
  await box.seen();
  const changed = await box.request(event.id);
  expect(changed).toMatchObject({ email: 'eva@client.example', length_minutes: 90, pending_reason: 'taken' });
  await box.change(event.id, { summary: 'Eva' });
  await box.seen();
  expect(await box.request(event.id)).toEqual(changed);
  const unclear = await box.get(event.id);
  expect(unclear.summary).toBe('⏳ Eva ‹waiting for you; the change does not count›');
  expect(unclear.description).toContain('Add the client’s e-mail address');
  await box.change(event.id, { summary: 'Eva eva@client.example 90 min' });
  await box.seen();
  expect(await box.request(event.id)).toEqual(changed);
  expect(await box.title(event.id)).toBe('⏳ Eva eva@client.example 90 min ‹waiting for you›');
  // Words that say nothing of the wish.
  await box.change(event.id, { summary: 'Eva Maria eva@client.example 90 min' });
  await box.seen();
  expect((await box.request(event.id))?.revision).toBe(changed?.revision);
});

test('who has that time already is told so in the title; the request is not made, and not tried again and again', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: `Dana ${DANA.email}`, start: MONDAY });
  expect(event.summary).toContain('‹they have this time already›');
  expect(await w.all('select 1 from requests')).toEqual([]);
  await box.moveTo(event.id, on(1, '10:00'));
  await box.seen();
  await expectLanded(w, (await box.request(event.id))?.id ?? '', on(1, '10:00'), DANA.email);
});

test('while the booking is on its way nothing changes it: moved or deleted, it lands', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  await box.put({ title: SAMS, start: on(1, '10:00') });
  await trouble(w, { ...INSERTS, times: 1, status: 503, mode: 'dropAnswer' });
  await box.seen();
  const [event] = await w.all<{ event_id: string }>('select event_id from inbox_events');
  const id = event?.event_id ?? '';
  expect(await box.request(id)).toMatchObject({ state: 'booking' });
  await box.moveTo(id, on(2, '10:00'));
  await box.seen();
  expect(await box.row(id)).toMatchObject({ refused: 'in-progress' });
  expect((await box.get(id)).description).toContain('on its way already');
  await box.remove(id);
  await box.seen();
  expect(await box.request(id)).toMatchObject({ state: 'booking' });
  await w.pass(60_000);
  await w.pass(60_000);
  await expectLanded(w, (await box.request(id))?.id ?? '', on(1, '10:00'));
  expect(await box.row(id)).toMatchObject({ state: 'gone', wake_at: null });
});

test('deleted and brought back from the bin, it asks anew', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: SAMS, start: MONDAY });
  const first = await box.request(event.id);
  await box.remove(event.id);
  await box.seen();
  await box.change(event.id, { status: 'confirmed' });
  await box.seen();
  const second = await box.request(event.id);
  expect(second?.id).not.toBe(first?.id);
  expect(second).toMatchObject({ state: 'pending_resolution', email: SAM.email });
  expect(await w.all('select state from requests order by created_at')).toHaveLength(2);
});

test('after a no, moving the event asks anew; after the client took it back, it does not', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: SAMS, start: MONDAY });
  await decide(w, { do: 'decline' });
  await w.settle();
  await box.moveTo(event.id, on(7, '13:00'));
  await box.seen();
  expect(await box.request(event.id)).toMatchObject({ state: 'pending_resolution', wanted_at: on(7, '13:00') });
  expect(await w.all('select state from requests order by state')).toEqual([{ state: 'declined' }, { state: 'pending_resolution' }]);
  const request = await box.request(event.id);
  await withdraw(w.shell, { coachId: w.coachId, requestId: (request?.id ?? '') as RequestId });
  await w.settle();
  expect(await box.title(event.id)).toBe(`✖️ ${SAMS} ‹withdrawn by the client›`);
  await box.moveTo(event.id, on(14, '13:00'));
  await box.seen();
  expect(await box.request(event.id)).toMatchObject({ id: request?.id, state: 'withdrawn' });
});

test('what stood on a calendar before it became the one for requests is left alone, until it is touched', async () => {
  const w = await aWorld();
  let old = '';
  const box = await aRequestsCalendar(w, { before: async (id) => { old = (await inbox(w, id).put({ title: SAMS, start: MONDAY })).id; } });
  expect(await w.all('select 1 from inbox_events')).toEqual([]);
  expect(await box.title(old)).toBe(SAMS);
  await w.pass(2 * 60_000);
  await box.moveTo(old, on(7, '13:00'));
  await box.seen();
  expect(await box.request(old)).toMatchObject({ wanted_at: on(7, '13:00') });
});

test('a calendar that is out of sight, or frozen, takes nothing back; nor does one that gets another role', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: SAMS, start: MONDAY });
  const { id } = (await w.control('/rules', { method: 'GET', pathPattern: encodeURIComponent(box.id), status: 404, reason: 'notFound' })) as { id: string };
  await w.all('update inbox_events set wake_at = :now returning 1', { now: new Date(w.now()) });
  await box.seen();
  await w.pass(60_000);
  expect(await box.request(event.id)).toMatchObject({ state: 'pending_resolution' });
  expect(await w.one('select frozen_at is not null as frozen from calendars where google_id = :id', { id: box.id })).toEqual({ frozen: true });
  // The rest of the coach's day goes on.
  expect((await w.request(on(1, '11:00'), { name: 'Eva', email: 'eva@client.example' })).status).toBe(201);
  await w.settle();
  expect(await standsAt(w, on(1, '11:00'))).toEqual(['eva@client.example']);
  await fetch(`${w.emulator.url}/control/rules?id=${id}`, { method: 'DELETE' });
  const calendar = await w.one<{ id: CalendarKey }>('select id from calendars where google_id = :id', { id: box.id });
  await changeRole(w.shell, { coachId: w.coachId, calendarId: calendar?.id ?? ('' as CalendarKey), by: 'coach' }, 'ignored');
  await box.remove(event.id);
  await w.pass(10 * 60_000);
  expect(await box.request(event.id)).toMatchObject({ state: 'pending_resolution' });
});

test('an annotation whose answer was lost is not written twice; one that was overtaken by an edit is written to the newer event', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  await trouble(w, { ...PATCHES, times: 1, mode: 'dropAnswer' });
  const event = await box.drop({ title: SAMS, start: MONDAY });
  await w.pass(60_000);
  expect(await box.title(event.id)).toBe(`⏳ ${SAMS} ‹waiting for you›`);
  expect(await box.ours(event.id)).toEqual(['insert', 'patch']);
  const held = await holdCall(w, { ...PATCHES, times: 1 });
  const second = await box.put({ title: `Eva eva@client.example`, start: on(7, '13:00') });
  const going = box.seen();
  await held.held();
  const description = 'from the phone';
  await box.ask('PUT', `${box.path}/${second.id}`, { summary: 'Eva M. eva@client.example', description, ...box.times(on(7, '13:00'), 1) });
  await held.letGo();
  await going;
  await w.pass(60_000);
  expect(await box.get(second.id)).toMatchObject({ summary: '⏳ Eva M. eva@client.example ‹waiting for you›', description: expect.stringMatching(/^from the phone\n\n\[Makeway\]/) as string });
});

test('two daemons make one request of an event', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  for (let i = 0; i < 6; i++) await box.put({ title: `P${i} p${i}@client.example`, start: on(i, '10:00') });
  await w.all('update calendars set wake_at = :now where google_id = :id returning 1', { now: new Date(w.now()), id: box.id });
  const other = { ...w.shell, owner: 'elsewhere:1:other' };
  await Promise.all([drain(w.shell, WORKERS), drain(other, WORKERS)]);
  await w.pass(60_000);
  expect(await w.all('select event_id from inbox_events where request_id is not null')).toHaveLength(6);
  expect(await w.all('select id from requests')).toHaveLength(6);
});

test('a session that the requests calendar asks for takes no time before it is booked', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  await box.drop({ title: 'Sam, no address', start: on(1, '10:00') });
  const answer = await w.request(on(1, '10:00'), { name: 'Eva', email: 'eva@client.example' });
  await w.settle();
  await expectLanded(w, answer.body.id, on(1, '10:00'), 'eva@client.example');
  await box.drop({ title: SAMS, start: MONDAY });
  await decide(w, { do: 'decline' });
  await w.settle();
  await expectNotLanded(w, (await w.one<{ id: string }>(`select id from requests where source = 'calendar'`))?.id ?? '');
  expect((await subjectsTo(w, KIM.email)).length).toBeGreaterThan(0);
});
