import { expect, test } from 'vitest';
import { ANA, DANA, aWorld, clientFor, mondays, refusal, timed } from './world.js';

const KEYS = ['kind', 'etag', 'id', 'status', 'htmlLink', 'created', 'updated', 'summary', 'creator', 'organizer', 'start', 'end', 'iCalUID', 'sequence', 'reminders', 'eventType'];

test('a new event has the recorded keys in the recorded order, and Google\'s defaults', async () => {
  const { ana } = await aWorld();
  const { data, headers } = await ana.events.insert({ calendarId: 'primary', requestBody: { summary: 'Session', ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') } });
  expect(Object.keys(data)).toEqual(KEYS);
  expect(data).toMatchObject({
    kind: 'calendar#event', status: 'confirmed', sequence: 0, eventType: 'default', reminders: { useDefault: true }, iCalUID: `${data.id}@google.com`,
    creator: { email: ANA, self: true }, organizer: { email: ANA, self: true },
    start: { dateTime: '2026-11-30T13:00:00+01:00', timeZone: 'Europe/Berlin' },
  });
  expect(data.id).toMatch(/^[0-9a-v]{26}$/);
  expect(data.created).toMatch(/\.000Z$/);
  expect(Math.floor(Number(data.etag?.replaceAll('"', '')) / 2000)).toBe(Date.parse(data.updated ?? ''));
  expect((headers as unknown as Headers).get('etag')).toBe(data.etag);
  expect(Buffer.from(data.htmlLink?.split('eid=')[1] ?? '', 'base64url').toString()).toBe(`${data.id} ${ANA}`);
});

test('offsets follow the calendar, the zone name follows the event', async () => {
  const { ana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: ANA, requestBody: timed('2026-10-27T09:00:00-04:00', '2026-10-27T10:00:00-04:00', 'America/New_York') });
  expect(data.start).toEqual({ dateTime: '2026-10-27T14:00:00+01:00', timeZone: 'America/New_York' });
  const { data: inTokyo } = await ana.events.get({ calendarId: ANA, eventId: data.id ?? '', timeZone: 'Asia/Tokyo' });
  expect(inTokyo.start?.dateTime).toBe('2026-10-27T22:00:00+09:00');
});

test('an id chosen by the client is kept, and taken for ever', async () => {
  const { ana } = await aWorld();
  const body = { id: 'se5v8q0k2m4o6q8s', ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') };
  expect((await ana.events.insert({ calendarId: 'primary', requestBody: body })).data.id).toBe(body.id);
  expect(await refusal(ana.events.insert({ calendarId: 'primary', requestBody: body }))).toEqual({ status: 409, reason: 'duplicate' });
  await ana.events.delete({ calendarId: 'primary', eventId: body.id });
  expect(await refusal(ana.events.insert({ calendarId: 'primary', requestBody: body }))).toEqual({ status: 409, reason: 'duplicate' });
  expect((await ana.events.get({ calendarId: 'primary', eventId: body.id })).data).toMatchObject({ status: 'cancelled', sequence: 1 });
  expect(await refusal(ana.events.delete({ calendarId: 'primary', eventId: body.id }))).toEqual({ status: 410, reason: 'deleted' });
  const { data: restored } = await ana.events.patch({ calendarId: 'primary', eventId: body.id, requestBody: { status: 'confirmed' } });
  expect(restored.status).toBe('confirmed');
  for (const id of ['abc', 'UPPER', 'with_underscore', 'wxyz0']) expect((await refusal(ana.events.insert({ calendarId: 'primary', requestBody: { ...body, id } }))).status).toBe(400);
});

test('If-Match lets exactly one of two writers win; If-None-Match answers 304', async () => {
  const { ana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') });
  const target = { calendarId: 'primary', eventId: data.id ?? '' }, options = { headers: { 'If-Match': data.etag ?? '' } };
  const results = await Promise.allSettled(['a', 'b'].map((summary) => ana.events.patch({ ...target, requestBody: { summary } }, options)));
  expect(results.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await refusal(ana.events.delete(target, options))).toEqual({ status: 412, reason: 'conditionNotMet' });
  const { data: now } = await ana.events.get(target);
  expect((await ana.events.get(target, { headers: { 'If-None-Match': now.etag ?? '' } })).status).toBe(304);
});

test('a write that changes nothing keeps the etag and is not a write', async () => {
  const { ana, control } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: { summary: 'Same', ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') } });
  const { data: again } = await ana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', requestBody: { summary: 'Same', start: { dateTime: '2026-11-30T12:00:00Z' } } });
  expect(again.etag).toBe(data.etag);
  const { data: put } = await ana.events.update({ calendarId: 'primary', eventId: data.id ?? '', requestBody: again });
  expect(put.etag).toBe(data.etag);
  const { writes } = await control('GET', '/writes?since=0') as { writes: unknown[] };
  expect(writes).toHaveLength(1);
});

test('patch merges objects, replaces lists, deletes nulls; put resets what it does not name', async () => {
  const { ana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: {
    summary: 'S', location: 'Room', extendedProperties: { private: { a: '1', b: '2' } }, ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') } });
  const target = { calendarId: 'primary', eventId: data.id ?? '' };
  const { data: patched } = await ana.events.patch({ ...target, requestBody: { location: null, extendedProperties: { private: { a: null, c: '3' } } as never, start: { dateTime: '2026-11-30T12:30:00' } } });
  expect(patched).toMatchObject({ extendedProperties: { private: { b: '2', c: '3' } }, start: { dateTime: '2026-11-30T12:30:00+01:00' }, sequence: 1 });
  expect(patched.location).toBeUndefined();
  const { data: put } = await ana.events.update({ ...target, requestBody: timed('2026-11-30T12:30:00', '2026-11-30T14:00:00') });
  expect(put.summary).toBeUndefined();
  expect(put.extendedProperties).toBeUndefined();
});

test('unknown parameters, unknown and mistyped fields, impossible times are refused in Google\'s form', async () => {
  const { ana, url } = await aWorld();
  const ok = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');
  const insert = (requestBody: object) => refusal(ana.events.insert({ calendarId: 'primary', requestBody }));
  for (const body of [
    { ...ok, colour: 'red' }, { ...ok, summary: 7 }, { ...ok, attendees: [{ mail: 'x@y.example' }] }, { ...ok, attendees: [{ email: 'no address' }] },
    { summary: 'no times' }, timed('2026-11-30T13:00:00', '2026-11-30T12:00:00'), timed('2026-11-30T13:00:00', '2026-11-30T14:00:00', 'Mars/Base'),
    { ...ok, recurrence: ['RRULE:FREQ=SOMETIMES'] }, { ...ok, recurrence: ['DTSTART:20261130T130000Z'] }, { start: { date: '2026-02-30' }, end: { date: '2026-03-01' } },
  ]) expect((await insert(body)).status, JSON.stringify(body)).toBe(400);
  const answer = await fetch(`${url}/calendar/v3/calendars/primary/events?colour=red`, { headers: { authorization: `Bearer sandbox:${ANA}` } });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ error: { code: 400, errors: [{ domain: 'global', location: 'colour' }] } });
  const raw = async (path: string, init: RequestInit = {}) => (await fetch(`${url}/calendar/v3${path}`, { ...init, headers: { authorization: `Bearer sandbox:${ANA}` } })).status;
  expect(await raw('/calendars/%E0%A4%A/events')).toBe(400);
  expect(await raw('/calendars/primary/events?fields=items(')).toBe(400);
  expect(await raw('/calendars/primary/events?fields=constructor(x)')).toBe(400);
  expect(await raw('/calendars/primary/events?maxResults=0')).toBe(400);
  expect(await raw('/calendars/primary/events?timeMin=2026-11-30T00:00:00')).toBe(400);
  expect(await raw('/calendars/primary/events', { method: 'POST', body: '{' })).toBe(400);
  expect(await raw('/calendars/primary/events', { method: 'POST', body: 'x'.repeat(3_000_000) })).toBe(413);
  expect(await raw('/nothing')).toBe(404);
});

test('401 without or with a wrong bearer; 404 for another account\'s calendar', async () => {
  const { url, ana } = await aWorld();
  const path = `${url}/calendar/v3/calendars/primary/events`;
  expect((await fetch(path)).status).toBe(401);
  const answer = await fetch(path, { headers: { authorization: 'Bearer sandbox:nobody@x.example' } });
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ error: { errors: [{ reason: 'authError', location: 'Authorization' }] } });
  expect(await refusal(ana.events.list({ calendarId: DANA }))).toEqual({ status: 404, reason: 'notFound' });
});

test('an instance that is written becomes an exception; a deleted one a cancelled exception; a non-occurrence is 404', async () => {
  const { ana } = await aWorld();
  const { data: master } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays() });
  const at = (stamp: string) => ({ calendarId: 'primary', eventId: `${master.id}_${stamp}` });
  const { data: plain } = await ana.events.get(at('20261026T120000Z'));
  expect(plain).toMatchObject({ etag: master.etag, recurringEventId: master.id, originalStartTime: { dateTime: '2026-10-26T13:00:00+01:00' }, iCalUID: master.iCalUID });
  expect(plain.recurrence).toBeUndefined();
  const { data: moved } = await ana.events.patch({ ...at('20261026T120000Z'), requestBody: timed('2026-10-26T14:00:00', '2026-10-26T15:00:00') });
  expect(moved).toMatchObject({ id: plain.id, start: { dateTime: '2026-10-26T14:00:00+01:00' }, originalStartTime: { dateTime: '2026-10-26T13:00:00+01:00' }, sequence: 1 });
  expect(moved.etag).not.toBe(master.etag);
  await ana.events.delete(at('20261102T120000Z'));
  expect(await refusal(ana.events.get(at('20261027T120000Z')))).toEqual({ status: 404, reason: 'notFound' });
  expect((await ana.events.get(at('20261012T110000Z'))).data.start?.dateTime).toBe('2026-10-12T13:00:00+02:00');
  const { data: rows } = await ana.events.list({ calendarId: 'primary' });
  const cancelled = rows.items?.find((each) => each.status === 'cancelled');
  expect(cancelled).toEqual({
    kind: 'calendar#event', etag: cancelled?.etag, id: `${master.id}_20261102T120000Z`, status: 'cancelled', recurringEventId: master.id,
    originalStartTime: { dateTime: '2026-11-02T13:00:00+01:00', timeZone: 'UTC' },
  });
  const { data: expanded } = await ana.events.list({ calendarId: 'primary', singleEvents: true, orderBy: 'startTime', timeMin: '2026-10-20T00:00:00Z', timeMax: '2026-11-15T00:00:00Z' });
  expect(expanded.items?.map((each) => each.start?.dateTime)).toEqual(['2026-10-26T14:00:00+01:00', '2026-11-09T13:00:00+01:00']);
  expect(expanded.nextSyncToken).toBeUndefined();
  const { data: instances } = await ana.events.instances({ calendarId: 'primary', eventId: master.id ?? '', timeMax: '2026-11-10T00:00:00Z', showDeleted: true });
  expect(instances.items?.map((each) => each.status)).toEqual(['confirmed', 'confirmed', 'confirmed', 'confirmed', 'cancelled', 'confirmed']);
});

test('exceptions follow their series where they were not changed, and go when their slot goes', async () => {
  const { ana } = await aWorld();
  const { data: master } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays() });
  const exception = { calendarId: 'primary', eventId: `${master.id}_20261026T120000Z` };
  await ana.events.patch({ ...exception, requestBody: { location: 'Studio' } });
  await ana.events.patch({ calendarId: 'primary', eventId: master.id ?? '', requestBody: { summary: 'New title', location: 'Office' } });
  expect((await ana.events.get(exception)).data).toMatchObject({ summary: 'New title', location: 'Studio' });
  await ana.events.patch({ calendarId: 'primary', eventId: master.id ?? '', requestBody: { recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20261020T000000Z'] } });
  expect((await ana.events.get(exception)).data.status).toBe('cancelled');
});

test('all-day events: dates, exclusive end, no default reminders, dated instance ids', async () => {
  const { ana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: { start: { date: '2026-11-03' }, end: { date: '2026-11-04' }, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU', 'EXDATE;VALUE=DATE:20261117'] } });
  expect(data.reminders).toEqual({ useDefault: false });
  const { data: list } = await ana.events.list({ calendarId: 'primary', singleEvents: true, timeMax: '2026-11-30T23:00:00Z' });
  expect(list.items?.map((each) => each.id?.split('_')[1])).toEqual(['20261103', '20261110', '20261124']);
  // Midnight in Berlin is 23:00 UTC the day before: the bound is exclusive on the start.
  const { data: before } = await ana.events.list({ calendarId: 'primary', singleEvents: true, timeMax: '2026-11-02T23:00:00Z' });
  expect(before.items).toEqual([]);
});

test('filters, order and partial answers', async () => {
  const { ana } = await aWorld();
  await ana.events.insert({ calendarId: 'primary', requestBody: { summary: 'Lunch with Jo', extendedProperties: { private: { saga: '7' }, shared: { s: 'x' } }, ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') } });
  const { data: other } = await ana.events.insert({ calendarId: 'primary', requestBody: { summary: 'Out', eventType: 'outOfOffice', ...timed('2026-11-29T13:00:00', '2026-11-29T14:00:00') } });
  const titles = async (params: object) => (await ana.events.list({ calendarId: 'primary', ...params })).data.items?.map((each) => each.summary);
  expect(await titles({ privateExtendedProperty: ['saga=7'] })).toEqual(['Lunch with Jo']);
  expect(await titles({ privateExtendedProperty: ['saga=8'] })).toEqual([]);
  expect(await titles({ sharedExtendedProperty: ['s=x'] })).toEqual(['Lunch with Jo']);
  expect(await titles({ q: 'lunch' })).toEqual(['Lunch with Jo']);
  expect(await titles({ iCalUID: other.iCalUID })).toEqual(['Out']);
  expect(await titles({ eventTypes: ['outOfOffice'] })).toEqual(['Out']);
  expect(await titles({ singleEvents: true, orderBy: 'startTime' })).toEqual(['Out', 'Lunch with Jo']);
  expect(await titles({ orderBy: 'updated' })).toEqual(['Lunch with Jo', 'Out']);
  expect(await titles({ updatedMin: new Date(Date.now() + 60_000).toISOString() })).toEqual([]);
  expect(await refusal(ana.events.list({ calendarId: 'primary', orderBy: 'startTime' }))).toEqual({ status: 400, reason: 'badRequest' });
  expect(await refusal(ana.events.list({ calendarId: 'primary', timeMin: '2026-11-30T00:00:00Z', timeMax: '2026-11-30T00:00:00Z' }))).toEqual({ status: 400, reason: 'timeRangeEmpty' });
  expect((await ana.events.list({ calendarId: 'primary', fields: 'items(id,start/dateTime),nextSyncToken' })).data.items?.[0]).toEqual({ id: expect.any(String), start: { dateTime: expect.any(String) } });
});

test('secondary calendars: the calendar is the organizer; free time merges what overlaps', async () => {
  const { ana, url } = await aWorld();
  const { data: room } = await ana.calendars.insert({ requestBody: { summary: 'Team room', timeZone: 'UTC' } });
  const { data } = await ana.events.insert({ calendarId: room.id ?? '', requestBody: timed('2026-11-04T10:00:00', '2026-11-04T11:00:00', 'America/Los_Angeles') });
  expect(data).toMatchObject({ creator: { email: ANA }, organizer: { email: room.id, displayName: 'Team room', self: true }, start: { dateTime: '2026-11-04T18:00:00Z', timeZone: 'America/Los_Angeles' } });
  expect(data.creator?.self).toBeUndefined();
  await ana.events.insert({ calendarId: room.id ?? '', requestBody: timed('2026-11-04T18:30:00', '2026-11-04T19:30:00', 'UTC') });
  await ana.events.insert({ calendarId: room.id ?? '', requestBody: { transparency: 'transparent', ...timed('2026-11-04T20:30:00', '2026-11-04T21:30:00', 'UTC') } });
  const { data: busy } = await ana.freebusy.query({ requestBody: { timeMin: '2026-11-04T00:00:00+01:00', timeMax: '2026-11-05T00:00:00+01:00', items: [{ id: room.id ?? '' }, { id: DANA }] } });
  expect(busy).toEqual({
    kind: 'calendar#freeBusy', timeMin: '2026-11-03T23:00:00.000Z', timeMax: '2026-11-04T23:00:00.000Z',
    calendars: { [room.id ?? '']: { busy: [{ start: '2026-11-04T18:00:00Z', end: '2026-11-04T19:30:00Z' }] }, [DANA]: { errors: [{ domain: 'global', reason: 'notFound' }], busy: [] } },
  });
  const { data: list } = await ana.calendarList.list();
  expect(list.items?.map((each) => each.id)).toEqual([ANA, room.id]);
  expect((await ana.calendarList.list({ syncToken: list.nextSyncToken ?? '' })).data.items).toEqual([]);
  await ana.calendars.insert({ requestBody: { summary: 'Another' } });
  expect((await ana.calendarList.list({ syncToken: list.nextSyncToken ?? '' })).data.items?.map((each) => each.summary)).toEqual(['Another']);
  expect((await ana.settings.get({ setting: 'timezone' })).data.value).toBe('Europe/Berlin');
  expect((await clientFor(url, DANA).calendars.get({ calendarId: 'primary' })).data.timeZone).toBe('Europe/London');
});

test('instances of a series of centuries come page by page, and one slot at once', async () => {
  const { ana } = await aWorld();
  const read = async (eventId: string, more: object) => (await ana.events.instances({ calendarId: 'primary', eventId, maxResults: 2, ...more })).data;
  const starts = ({ items = [] }: Awaited<ReturnType<typeof read>>) => items.map((each) => each.originalStartTime?.date ?? each.originalStartTime?.dateTime?.slice(0, 10));
  const { data: old } = await ana.events.insert({ calendarId: 'primary', requestBody: { start: { date: '0001-01-01' }, end: { date: '0001-01-02' }, recurrence: ['RRULE:FREQ=DAILY'] } });
  const id = old.id ?? '';
  await ana.events.delete({ calendarId: 'primary', eventId: `${id}_00010102` });
  await ana.events.patch({ calendarId: 'primary', eventId: `${id}_00010106`, requestBody: { start: { date: '0001-01-04' }, end: { date: '0001-01-05' } } });
  const seen: unknown[] = [];
  // 130 pages of 2: far too many to make the whole list for each.
  for (let page = await read(id, {}), i = 0; ; page = await read(id, { pageToken: page.nextPageToken })) {
    seen.push(...starts(page));
    if (++i === 130) break;
  }
  const days = (from: number, count: number) => Array.from({ length: count }, (_, i) => new Date(Date.parse('0001-01-01') + (from + i) * 86_400_000).toISOString().slice(0, 10));
  expect(seen).toEqual(['0001-01-01', '0001-01-03', '0001-01-04', '0001-01-06', '0001-01-05', ...days(6, 255)]);
  expect(starts(await read(id, { originalStart: '2026-11-30' }))).toEqual(['2026-11-30']);
  expect(starts(await read(id, { originalStart: '0001-01-06' }))).toEqual(['0001-01-06']);
  expect([starts(await read(id, { originalStart: '0001-01-02' })), starts(await read(id, { originalStart: '0001-01-02', showDeleted: true }))]).toEqual([[], ['0001-01-02']]);
  expect(starts(await read(id, { originalStart: '2026-11-30', timeMax: '2026-11-30T00:00:00+01:00' }))).toEqual([]);
  // Each occurrence lasts for thousands of years: all of them meet the window.
  const { data: long } = await ana.events.insert({ calendarId: 'primary', requestBody: { ...timed('2026-11-30T10:00:00', '9000-11-30T10:00:00'), recurrence: ['RRULE:FREQ=DAILY'] } });
  const late = { timeMin: '8999-12-01T00:00:00Z', timeMax: '9001-01-01T00:00:00Z' };
  const first = await read(long.id ?? '', late), second = await read(long.id ?? '', { ...late, pageToken: first.nextPageToken });
  expect([...starts(first), ...starts(second)]).toEqual(['2026-11-30', '2026-12-01', '2026-12-02', '2026-12-03']);
});
