import { expect, test } from 'vitest';
import { ANA, DANA, SAM, aWorld, clientFor, mondays, refusal, timed } from './world.js';

const at = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');
const on = (eventId: string | null | undefined, calendarId: string | null | undefined = 'primary') => ({ calendarId: calendarId ?? '', eventId: eventId ?? '' });

async function aMover() {
  const world = await aWorld();
  const { data: room } = await world.ana.calendars.insert({ requestBody: { summary: 'Room', timeZone: 'Europe/Berlin' } });
  const writes = async () => (await world.control('GET', '/writes?since=0') as { writes: { kind: string; calendarId: string; before: unknown; after: unknown }[] }).writes;
  const move = async (eventId: string | null | undefined, destination: string | null | undefined, calendarId = 'primary') => (await world.ana.events.move({ ...on(eventId, calendarId), destination: destination ?? '' })).data;
  return { ...world, room: room.id ?? '', writes, move };
}

test('a moved event has another organizer under its id; a cancelled row stays, guests keep their copies', async () => {
  const { ana, dana, room, writes, move } = await aMover();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: { summary: 'M', ...at, attendees: [{ email: DANA, responseStatus: 'accepted' }], extendedProperties: { private: { p: '1' } }, colorId: '4' } });
  await dana.events.patch({ ...on(data.id), requestBody: { colorId: '2' } });
  const left = await move(data.id, room);
  expect(left).toMatchObject({ id: data.id, status: 'cancelled', sequence: 0, organizer: { email: room, displayName: 'Room' }, creator: { email: ANA, self: true } });
  expect(left.organizer?.self).toBeUndefined();
  const { data: there } = await ana.events.get(on(data.id, room));
  expect(there).toMatchObject({ status: 'confirmed', sequence: 0, created: data.created, iCalUID: data.iCalUID, organizer: { email: room, self: true }, extendedProperties: { private: { p: '1' } }, colorId: '4', attendees: [{ email: DANA, responseStatus: 'accepted' }] });
  expect((await dana.events.get(on(data.id))).data).toMatchObject({ status: 'confirmed', organizer: { email: room }, colorId: '2' });
  expect((await move(data.id, room)).etag).toBe(left.etag);
  expect((await writes()).filter((each) => each.kind === 'move')).toMatchObject([
    { calendarId: room, before: null, after: { start: '2026-11-30T12:00:00Z' } }, { calendarId: ANA, before: { start: '2026-11-30T12:00:00Z' }, after: null },
  ]);
  await dana.events.patch({ ...on(data.id), requestBody: { attendees: [{ email: DANA, responseStatus: 'declined' }] } });
  expect((await ana.events.get(on(data.id, room))).data.attendees?.[0]?.responseStatus).toBe('declined');
  expect((await move(data.id, 'primary', room)).status).toBe('cancelled');
  expect((await ana.events.get(on(data.id))).data).toMatchObject({ status: 'confirmed', organizer: { email: ANA, self: true } });
});

test('an old organizer who is invited keeps a guest\'s copy', async () => {
  const { ana, room, move } = await aMover();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: { ...at, attendees: [{ email: ANA, responseStatus: 'accepted' }, { email: DANA }] } });
  expect(await move(data.id, room)).toMatchObject({ status: 'confirmed', organizer: { email: room } });
  await ana.events.patch({ ...on(data.id, room), requestBody: { summary: 'From the room' } });
  expect((await ana.events.get(on(data.id))).data.summary).toBe('From the room');
});

test('a series moves with its exceptions', async () => {
  const { ana, room, move } = await aMover();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] }) });
  await ana.events.patch({ ...on(`${data.id}_20261012T110000Z`), requestBody: { summary: 'Other' } });
  await ana.events.delete(on(`${data.id}_20261019T110000Z`));
  await move(data.id, room);
  const titles = async (calendarId: string) => (await ana.events.list({ calendarId, singleEvents: true, orderBy: 'startTime' })).data.items?.map((each) => [each.summary, each.organizer?.email]);
  expect(await titles(room)).toEqual([['Dana', room], ['Other', room], ['Dana', room]]);
  expect(await titles('primary')).toEqual([]);
});

test('what does not move: instances, other types, guests\' copies, taken ids, without write access on both sides', async () => {
  const { ana, dana, room, move, url } = await aMover();
  const { data: series } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays() });
  expect(await refusal(move(`${series.id}_20261012T110000Z`, room))).toEqual({ status: 400, reason: 'cannotChangeOrganizerOfInstance' });
  const { data: focus } = await ana.events.insert({ calendarId: 'primary', requestBody: { eventType: 'focusTime', ...at } });
  expect(await refusal(move(focus.id, room))).toEqual({ status: 400, reason: 'eventTypeRestriction' });
  const { data: invited } = await dana.events.insert({ calendarId: 'primary', requestBody: { ...at, attendees: [{ email: ANA }] } });
  expect(await refusal(move(invited.id, room))).toEqual({ status: 400, reason: 'cannotChangeOrganizer' });
  const taken = { id: 'taken0', ...at };
  await ana.events.insert({ calendarId: 'primary', requestBody: taken });
  await ana.events.insert({ calendarId: room, requestBody: taken });
  expect(await refusal(move('taken0', room))).toEqual({ status: 409, reason: 'duplicate' });
  expect((await refusal(move(series.id, ANA))).status).toBe(400);
  expect((await refusal(ana.events.move({ ...on(series.id), destination: '' }))).status).toBe(400);
  expect(await refusal(move(series.id, DANA))).toEqual({ status: 404, reason: 'notFound' });
  await dana.acl.insert({ calendarId: DANA, requestBody: { role: 'reader', scope: { type: 'user', value: ANA } } });
  expect((await refusal(move(series.id, DANA))).status).toBe(403);
  const { data: gone } = await ana.events.insert({ calendarId: 'primary', requestBody: at });
  await ana.events.delete(on(gone.id));
  expect(await refusal(move(gone.id, room))).toEqual({ status: 410, reason: 'deleted' });
  expect((await fetch(`${url}/calendar/v3/calendars/primary/events/${series.id}/move?destination=${encodeURIComponent(room)}`, { method: 'POST', headers: { authorization: `Bearer sandbox:${ANA}` } })).status).toBe(200);
});

test('an import is found again by its iCalUID, concerns nobody else, and is always a default event', async () => {
  const { ana, dana, writes, control } = await aMover();
  const body = { iCalUID: 'test-import-event-2026-03-12@example.com', summary: 'I', attendees: [{ email: DANA }], ...at };
  const { data } = await ana.events.import({ calendarId: 'primary', requestBody: body });
  expect(data).toMatchObject({ id: '_ehin6t1dd5mn0rriegmmatj5dpq2qchg68r2qc1j5koj4g35f1gmqs3cckn66rrd', sequence: 0, organizer: { email: ANA, self: true }, eventType: 'default' });
  expect(await refusal(dana.events.get(on(data.id)))).toEqual({ status: 404, reason: 'notFound' });
  await control('POST', '/clock', { offsetMs: 60_000 });
  const { data: again } = await ana.events.import({ calendarId: 'primary', requestBody: body });
  expect([again.id, again.created, Date.parse(again.updated ?? '') > Date.parse(data.updated ?? '')]).toEqual([data.id, data.created, true]);
  const { data: typed } = await ana.events.import({ calendarId: 'primary', requestBody: { ...body, eventType: 'outOfOffice', outOfOfficeProperties: { declineMessage: 'x' }, sequence: 3 } });
  expect([typed.id, typed.eventType, typed.outOfOfficeProperties, typed.sequence]).toEqual([data.id, 'default', undefined, 3]);
  await ana.events.patch({ ...on(data.id), requestBody: { summary: 'changed' } });
  expect((await refusal(dana.events.get(on(data.id)))).status).toBe(404);
  await ana.events.delete(on(data.id));
  expect((await ana.events.import({ calendarId: 'primary', requestBody: body })).data).toMatchObject({ id: data.id, status: 'confirmed', created: data.created });
  expect((await writes()).map((each) => each.kind)).toEqual(['import', 'import', 'import', 'patch', 'delete', 'import']);
  for (const bad of [{ ...body, iCalUID: '' }, { iCalUID: 'x', summary: 'no times' }, { iCalUID: 'x', start: at.start }]) expect((await refusal(ana.events.import({ calendarId: 'primary', requestBody: bad }))).status).toBe(400);
});

test('somebody else\'s event is imported as a private copy, if it invites the calendar', async () => {
  const { ana, control, url } = await aMover();
  await control('POST', '/accounts', { email: SAM, name: 'Sam', timeZone: 'UTC' });
  const sam = clientFor(url, SAM);
  const body = { iCalUID: 'foreign@x.example', organizer: { email: SAM, displayName: 'Sam' }, ...at };
  expect(await refusal(ana.events.import({ calendarId: 'primary', requestBody: body }))).toEqual({ status: 400, reason: 'participantIsNeitherOrganizerNorAttendee' });
  const { data } = await ana.events.import({ calendarId: 'primary', requestBody: { ...body, attendees: [{ email: ANA }, { email: DANA }] } });
  expect(data).toMatchObject({ organizer: { email: SAM, displayName: 'Sam' }, creator: { email: ANA, self: true }, privateCopy: true });
  const { data: answered } = await ana.events.patch({ ...on(data.id), requestBody: { summary: 'mine to change', attendees: [{ email: ANA, responseStatus: 'accepted' }] } });
  expect(answered).toMatchObject({ summary: 'mine to change', privateCopy: true });
  expect((await sam.events.list({ calendarId: 'primary' })).data.items).toEqual([]);
});

test('an event inserted as a private copy reaches no guest, and stays one', async () => {
  const { ana, dana } = await aMover();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: { ...at, privateCopy: true, attendees: [{ email: DANA }] } });
  expect((await ana.events.patch({ ...on(data.id), requestBody: { privateCopy: false, summary: 'x' } })).data.privateCopy).toBe(true);
  expect((await refusal(dana.events.get(on(data.id)))).status).toBe(404);
});
