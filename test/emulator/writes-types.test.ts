import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { expect, test } from 'vitest';
import { ANA, aWorld, refusal, timed } from './world.js';

type Body = calendar_v3.Schema$Event;
const at = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');
const day = (from: string, to: string) => ({ start: { date: from }, end: { date: to } });
const on = (eventId: string | null | undefined) => ({ calendarId: 'primary', eventId: eventId ?? '' });
const office = (more: Body = {}): Body => ({ eventType: 'workingLocation', visibility: 'public', transparency: 'transparent', workingLocationProperties: { type: 'officeLocation', officeLocation: { label: 'HQ' } }, ...day('2026-11-30', '2026-12-01'), ...more });
const birthday = (more: Body = {}): Body => ({ eventType: 'birthday', summary: 'Jo', visibility: 'private', transparency: 'transparent', recurrence: ['RRULE:FREQ=YEARLY'], ...day('2026-11-30', '2026-12-01'), ...more });

async function aWriter() {
  const world = await aWorld();
  const insert = async (requestBody: Body) => (await world.ana.events.insert({ calendarId: 'primary', requestBody })).data;
  const patch = async (eventId: string | null | undefined, requestBody: Body) => (await world.ana.events.patch({ ...on(eventId), requestBody })).data;
  const load = (events: object[]) => world.control('POST', '/events', { calendarId: ANA, events });
  return { ...world, insert, patch, load };
}

test('absence and focus: timed, opaque, on the primary calendar, with what belongs to them', async () => {
  const { ana, insert } = await aWriter();
  const { data: room } = await ana.calendars.insert({ requestBody: { summary: 'Room' } });
  for (const eventType of ['outOfOffice', 'focusTime']) {
    expect(await insert({ eventType, ...at })).toMatchObject({ eventType, reminders: { useDefault: false } });
    const bad: Body[] = [{ ...day('2026-11-30', '2026-12-01') }, { ...at, transparency: 'transparent' }, { ...at, attendees: [{ email: 'x@y.example' }] }];
    for (const each of bad) expect((await refusal(insert({ eventType, ...each }))).reason, JSON.stringify(each)).toBe(eventType === 'focusTime' ? 'malformedFocusTimeEvent' : 'malformedOutOfOfficeEvent');
    expect((await refusal(ana.events.insert({ calendarId: room.id ?? '', requestBody: { eventType, ...at } }))).status).toBe(400);
  }
  for (const each of [{ description: 'x' }, { location: 'x' }]) expect(await refusal(insert({ eventType: 'outOfOffice', ...at, ...each }))).toEqual({ status: 400, reason: 'malformedOutOfOfficeEvent' });
  const focus = await insert({ eventType: 'focusTime', ...at, focusTimeProperties: { autoDeclineMode: 'declineNone', chatStatus: 'doNotDisturb' }, outOfOfficeProperties: { declineMessage: 'dropped' } });
  expect([focus.focusTimeProperties, focus.outOfOfficeProperties]).toEqual([{ autoDeclineMode: 'declineNone', chatStatus: 'doNotDisturb' }, undefined]);
  for (const focusTimeProperties of [{ autoDeclineMode: 'sometimes' }, { chatStatus: 'busy' }]) expect((await refusal(insert({ eventType: 'focusTime', ...at, focusTimeProperties }))).status).toBe(400);
});

test('working location: public, transparent, one day or timed; it has a title of its own', async () => {
  const { insert } = await aWriter();
  expect((await insert(office())).summary).toBe('Office (HQ)');
  expect((await insert(office({ ...at, workingLocationProperties: { type: 'homeOffice', homeOffice: {} } }))).summary).toBe('Home');
  expect((await insert(office({ workingLocationProperties: { type: 'customLocation' } }))).summary).toBe('Custom location');
  expect((await insert(office({ summary: 'Mine' }))).summary).toBe('Mine');
  const bad: Body[] = [{ visibility: 'private' }, { transparency: 'opaque' }, { workingLocationProperties: null } as unknown as Body, day('2026-11-30', '2026-12-02')];
  for (const each of bad) expect(await refusal(insert(office(each))), JSON.stringify(each)).toEqual({ status: 400, reason: 'malformedWorkingLocationEvent' });
});

test('birthdays: one all-day, every year, private; only colour, title, reminders and one\'s own date can change', async () => {
  const { insert, patch, ana, load } = await aWriter();
  const { id, birthdayProperties } = await insert(birthday());
  expect(birthdayProperties).toEqual({ type: 'birthday' });
  expect((await insert(birthday({ ...day('2028-02-29', '2028-03-01'), recurrence: ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1'] }))).eventType).toBe('birthday');
  const bad: Body[] = [at, day('2026-11-30', '2026-12-02'), { recurrence: ['RRULE:FREQ=MONTHLY'] }, { recurrence: [] }, { recurrence: ['RRULE:FREQ=YEARLY;COUNT=3'] }, { visibility: 'public' }, { transparency: 'opaque' },
    { ...day('2028-02-29', '2028-03-01') }, { birthdayProperties: { type: 'anniversary' } }];
  for (const each of bad) expect((await refusal(insert(birthday(each)))).status, JSON.stringify(each)).toBe(400);
  expect(await patch(id, { summary: 'Joanna', colorId: '4', reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 600 }] } })).toMatchObject({ summary: 'Joanna', colorId: '4' });
  expect((await patch(id, day('2026-12-05', '2026-12-06'))).start).toEqual({ date: '2026-12-05' });
  for (const each of [{ description: 'x' }, { location: 'x' }, { visibility: 'public' }, { extendedProperties: { private: { a: 'b' } } }, { attendees: [{ email: 'x@y.example' }] }]) {
    expect((await refusal(patch(id, each))).status, JSON.stringify(each)).toBe(400);
  }
  expect((await ana.events.update({ ...on(id), requestBody: { summary: 'Put', ...day('2026-12-05', '2026-12-06'), recurrence: ['RRULE:FREQ=YEARLY'] } })).data).toMatchObject({ summary: 'Put', recurrence: ['RRULE:FREQ=YEARLY'], visibility: 'private' });
  await load([{ id: 'ofcontact', ...birthday(), birthdayProperties: { type: 'birthday', contact: 'people/c1' } }]);
  expect(await refusal(patch('ofcontact', day('2026-12-05', '2026-12-06')))).toEqual({ status: 400, reason: 'eventTypeRestriction' });
  expect((await patch('ofcontact', { summary: 'Still' })).summary).toBe('Still');
});

test('events from Gmail cannot be created; what is the mail\'s stays, what is the user\'s can change', async () => {
  const { insert, patch, ana, load } = await aWriter();
  expect(await refusal(insert({ eventType: 'fromGmail', ...at }))).toEqual({ status: 400, reason: 'eventTypeRestriction' });
  await load([{ id: '_hotel', eventType: 'fromGmail', summary: 'Hotel', location: 'Lisbon', visibility: 'private', privateCopy: true, locked: true, ...at }]);
  const changes: Body = { colorId: '2', visibility: 'public', transparency: 'transparent', reminders: { useDefault: false }, extendedProperties: { private: { a: 'b' } }, attendees: [{ email: 'x@y.example' }] };
  expect(await patch('_hotel', changes)).toMatchObject({ ...changes, summary: 'Hotel', locked: true, privateCopy: true });
  for (const each of [{ summary: 'x' }, { location: null }, { end: { dateTime: '2026-11-30T15:00:00+01:00' } }] as Body[]) expect((await refusal(patch('_hotel', each))).status, JSON.stringify(each)).toBeGreaterThanOrEqual(400);
  await ana.events.delete(on('_hotel'));
  expect((await patch('_hotel', { status: 'confirmed' })).status).toBe('confirmed');
});

test('a type never changes, whichever way', async () => {
  const { insert, patch, ana } = await aWriter();
  const plain = await insert(at), focus = await insert({ eventType: 'focusTime', ...at });
  expect(await refusal(patch(plain.id, { eventType: 'focusTime' }))).toEqual({ status: 400, reason: 'eventTypeRestriction' });
  expect(await refusal(patch(focus.id, { eventType: 'default' }))).toEqual({ status: 400, reason: 'eventTypeRestriction' });
  expect((await ana.events.update({ ...on(focus.id), requestBody: { summary: 'x', ...at } })).data.eventType).toBe('focusTime');
});

test('the main fields of a locked copy stay, its own can change', async () => {
  const { patch, load } = await aWriter();
  await load([{ id: 'locked1', summary: 'Fixed', locked: true, organizer: { email: 'boss@x.example' }, attendees: [{ email: ANA, responseStatus: 'needsAction' }], ...at }]);
  expect(await refusal(patch('locked1', { summary: 'x' }))).toEqual({ status: 403, reason: 'forbidden' });
  expect(await refusal(patch('locked1', { start: { dateTime: '2026-11-30T12:00:00+01:00' } }))).toEqual({ status: 403, reason: 'forbidden' });
  expect(await patch('locked1', { colorId: '3', locked: false, attendees: [{ email: ANA, responseStatus: 'accepted' }] })).toMatchObject({ colorId: '3', locked: true, attendees: [{ responseStatus: 'accepted' }] });
});
