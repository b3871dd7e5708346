/** Section 1 of the sheet: events.list with its parameters, envelope, tokens, incremental content and errors; and facts 0.1 to 0.4, 0.10, 0.11. */
import { OAuth2Client } from 'google-auth-library';
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished } from 'vitest';
import { allDay, clientWith, eventually, fact, listAll, refusal, timed, uncertain, type Api, type Bed, type Event, type ProvokedBed } from './bed.js';

type ListParams = calendar_v3.Params$Resource$Events$List;

const DAY_MS = 86_400_000;
const HOUR: Event = { summary: 'One hour', ...timed('2027-02-02T10:00:00', '2027-02-02T11:00:00') };
/** Four Mondays, 10:00 to 11:00 in Berlin (09:00Z), from 1 February 2027. */
const MONDAYS: Event = { summary: 'Mondays', ...timed('2027-02-01T10:00:00', '2027-02-01T11:00:00'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] };
const MONDAY_STAMPS = ['20270201T090000Z', '20270208T090000Z', '20270215T090000Z', '20270222T090000Z'];

async function insert(bed: Bed, calendarId: string, requestBody: Event = HOUR): Promise<Event & { id: string }> {
  const { data } = await bed.coach.api.events.insert({ calendarId, requestBody, sendUpdates: 'none' });
  return { ...data, id: data.id ?? '' };
}
/** On the coach's own calendar, taken away again with the test. */
async function insertOnPrimary(bed: Bed, requestBody: Event): Promise<Event & { id: string }> {
  const made = await insert(bed, 'primary', { id: bed.freshId(), ...requestBody });
  onTestFinished(async () => { await bed.coach.api.events.delete({ calendarId: 'primary', eventId: made.id, sendUpdates: 'none' }); });
  return made;
}
const remove = (bed: Bed, calendarId: string, eventId: string) => bed.coach.api.events.delete({ calendarId, eventId });
const change = (bed: Bed, calendarId: string, eventId: string, requestBody: Event) => bed.coach.api.events.patch({ calendarId, eventId, requestBody });
const page = async (api: Api, params: ListParams): Promise<calendar_v3.Schema$Events> => (await api.events.list(params)).data;

/** The last page of a list: against Google a calendar holds the tombstones of earlier facts, which fill pages too. */
async function lastPage(api: Api, params: ListParams): Promise<calendar_v3.Schema$Events> {
  let answer = await page(api, params);
  while (answer.nextPageToken != null) answer = await page(api, { ...params, pageToken: answer.nextPageToken });
  return answer;
}
/** A calendar that no other fact has used. */
const newCalendar = (bed: Bed): Promise<string> => bed.scratch('Europe/Berlin', 'makeway contract suite, used once (may be deleted)');

const idsOf = (items: readonly Event[] | undefined): string[] => (items ?? []).map((each) => each.id ?? '').sort();
const list = async (bed: Bed, params: ListParams): Promise<Event[]> => (await listAll(bed.coach.api, params)).items;
const listIds = async (bed: Bed, params: ListParams): Promise<string[]> => idsOf(await list(bed, params));
const tokenOf = async (bed: Bed, params: ListParams): Promise<string> => (await listAll(bed.coach.api, params)).syncToken ?? '';
const row = (items: readonly Event[] | undefined, id: string): Event | undefined => items?.find((each) => each.id === id);
const path = (calendarId: string, query = ''): string => `/calendars/${encodeURIComponent(calendarId)}/events${query}`;

/** Path and query that the unmodified client sends for a call. */
async function sentFor(call: (api: Api) => Promise<unknown>): Promise<string> {
  let sent = '';
  const server = createServer((request, response) => { sent = request.url ?? ''; response.setHeader('content-type', 'application/json').end('{}'); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: 'any', expiry_date: 4e12 });
  await call(clientWith(auth, `http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  server.close();
  server.closeAllConnections();
  return sent;
}

/** One of many, as the loading call takes it: what is left out is filled in. */
const loadable = (n: number): Event => ({ id: `bulk${n.toString(32).padStart(6, '0')}`, summary: `Bulk ${n}`, ...timed('2027-02-02T10:00:00+01:00', '2027-02-02T11:00:00+01:00') });
async function loadMany(bed: ProvokedBed, calendarId: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    const events = Array.from({ length: Math.min(500, count - from) }, (_, i) => loadable(from + i));
    expect(await bed.control('POST', '/events', { calendarId, events })).toMatchObject({ loaded: events.length, verbatim: [] });
  }
}
const sandboxCalendar = async (bed: ProvokedBed): Promise<string> =>
  (await bed.coach.api.calendars.insert({ requestBody: { summary: 'own', timeZone: 'Europe/Berlin' } })).data.id ?? '';

describe('0 The facts that break naive designs', () => {
  fact('rec', '0.1 dateTime carries the offset of the calendar\'s zone, timeZone the zone of the event', async (bed) => {
    const calendarId = await bed.scratch('America/Sao_Paulo');
    const { id } = await insert(bed, calendarId, timed('2027-03-16T09:00:00', '2027-03-16T10:00:00', 'America/Los_Angeles'));
    const { start, end } = row(await list(bed, { calendarId }), id) ?? {};
    expect(start).toEqual({ dateTime: '2027-03-16T13:00:00-03:00', timeZone: 'America/Los_Angeles' });
    expect(end).toEqual({ dateTime: '2027-03-16T14:00:00-03:00', timeZone: 'America/Los_Angeles' });
  });
  fact('rec', '0.1 a UTC calendar gives dateTime with Z', async (bed) => {
    const calendarId = await bed.scratch('UTC');
    const { id } = await insert(bed, calendarId, timed('2027-03-16T09:00:00', '2027-03-16T10:00:00', 'America/Los_Angeles'));
    expect(row(await list(bed, { calendarId }), id)?.start).toEqual({ dateTime: '2027-03-16T16:00:00Z', timeZone: 'America/Los_Angeles' });
  });
  fact.provoked('rec', '0.2 a page may have no items and a next page token: deleted rows take their place', async (bed) => {
    const calendarId = await sandboxCalendar(bed);
    const kept = await insert(bed, calendarId, { id: '00000', ...HOUR });
    for (const id of ['vvvv1', 'vvvv2', 'vvvv3', 'vvvv4', 'vvvv5']) await remove(bed, calendarId, (await insert(bed, calendarId, { id, ...HOUR })).id);
    let pageToken: string | undefined, seen: string[] = [], emptyWithToken = 0;
    do {
      const answer = await page(bed.coach.api, { calendarId, maxResults: 5, ...(pageToken === undefined ? {} : { pageToken }) });
      pageToken = answer.nextPageToken ?? undefined;
      expect(answer.items).toBeInstanceOf(Array);
      if (answer.items?.length === 0 && pageToken !== undefined) emptyWithToken++;
      seen = [...seen, ...idsOf(answer.items)];
    } while (pageToken !== undefined);
    expect(seen).toEqual([kept.id]);
    expect(emptyWithToken).toBeGreaterThan(0);
  });
  fact('rec', '0.3 orderBy gives no sync token, also on the last page', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed, calendarId);
    for (const params of [{ orderBy: 'updated' }, { orderBy: 'startTime', singleEvents: true }]) {
      const { nextPageToken, nextSyncToken } = await lastPage(bed.coach.api, { calendarId, ...params });
      expect([nextPageToken, nextSyncToken]).toEqual([undefined, undefined]);
      expect(await list(bed, { calendarId, ...params })).toHaveLength(1);
    }
  });
  fact('doc', '0.3 timeMin and timeMax alone leave the sync token', async (bed) => {
    const calendarId = await bed.scratch();
    const { nextSyncToken } = await lastPage(bed.coach.api, { calendarId, timeMin: '2027-01-01T00:00:00Z', timeMax: '2027-12-01T00:00:00Z' });
    expect(nextSyncToken).toEqual(expect.any(String));
  });
  fact('2nd', '0.4 the id of a deleted event stays taken: insert is 409 duplicate', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, { id: bed.freshId(), ...HOUR });
    await remove(bed, calendarId, id);
    expect(await refusal(insert(bed, calendarId, { id, ...HOUR }))).toMatchObject({ status: 409, reason: 'duplicate' });
  });
  fact('doc', '0.4 get of a deleted event is 200 with status cancelled, a second delete is 410 deleted', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    await remove(bed, calendarId, id);
    const { status, data } = await bed.coach.api.events.get({ calendarId, eventId: id });
    expect([status, data.status]).toEqual([200, 'cancelled']);
    expect(await refusal(remove(bed, calendarId, id))).toMatchObject({ status: 410, reason: 'deleted' });
  });
  fact('2nd', '0.4 writing status confirmed brings a deleted event back', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    await remove(bed, calendarId, id);
    await change(bed, calendarId, id, { status: 'confirmed' });
    expect(await list(bed, { calendarId })).toMatchObject([{ id, status: 'confirmed', summary: HOUR.summary }]);
  });
  fact('rec', '0.10 the etag of an event is "<2 × updated in microseconds>"', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    const { data } = await change(bed, calendarId, id, { summary: 'changed' });
    const { data: single } = await bed.coach.api.events.get({ calendarId, eventId: id });
    for (const { etag, updated } of [data, single, row(await list(bed, { calendarId }), id) ?? {}]) {
      const number = Number(/^"(\d+)"$/.exec(etag ?? '')?.[1]);
      expect(number % 2).toBe(0);
      expect(Math.floor(number / 2000)).toBe(Date.parse(updated ?? ''));
    }
  });
  fact('doc', '0.11 cancelled occurrences are listed though showDeleted is false, without start, iCalUID or updated', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    await remove(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`);
    const hole = row(await list(bed, { calendarId }), `${id}_${MONDAY_STAMPS[1]}`);
    expect(hole).toMatchObject({ status: 'cancelled', recurringEventId: id });
    for (const key of ['start', 'end', 'iCalUID', 'updated', 'created', 'summary']) expect(hole).not.toHaveProperty(key);
  });
});

describe('1 The path', () => {
  fact('run', 'primary and the full address, percent-encoded, are the same calendar', async (bed) => {
    const byName = await bed.raw('GET', '/calendars/primary/events?maxResults=1');
    const byId = await bed.raw('GET', path(bed.coach.email, '?maxResults=1'));
    expect([byName.status, byId.status]).toEqual([200, 200]);
    expect(byId.json.summary).toBe(byName.json.summary);
    expect(encodeURIComponent(bed.coach.email)).toContain('%40');
  });
  fact('run', 'the client sends the id percent-encoded', async () => {
    expect(await sentFor((api) => api.events.list({ calendarId: 'a b@x.com' }))).toBe('/calendar/v3/calendars/a%20b%40x.com/events');
  });
});

describe('1.1 Parameters', () => {
  fact('doc', 'maxResults: 250 if not given; longer lists are paged, and no row is lost or doubled', async (bed) => {
    const calendarId = await newCalendar(bed);
    const made: string[] = [];
    for (let i = 0; i < 17; i++) made.push(...(await Promise.all(Array.from({ length: 15 }, () => insert(bed, calendarId)))).map(({ id }) => id));
    const first = await page(bed.coach.api, { calendarId });
    expect(first.items?.length).toBeLessThanOrEqual(250);
    expect(first.nextPageToken).toEqual(expect.any(String));
    expect(first.nextSyncToken).toBeUndefined();
    const all = await listAll(bed.coach.api, { calendarId });
    expect(all.pages).toBeGreaterThan(1);
    expect(idsOf(all.items)).toEqual([...made].sort());
    // An incremental answer pages by the same default, and a larger page is asked for by maxResults.
    expect((await page(bed.coach.api, { calendarId, maxResults: 2500 })).nextSyncToken).toEqual(expect.any(String));
  });
  fact.provoked('doc', 'maxResults: 250 if not given, 2500 at most', async (bed) => {
    const calendarId = await sandboxCalendar(bed);
    await loadMany(bed, calendarId, 2600);
    const sizes = async (maxResults?: number): Promise<number | undefined> => (await page(bed.coach.api, { calendarId, ...(maxResults === undefined ? {} : { maxResults }) })).items?.length;
    expect([await sizes(), await sizes(300), await sizes(2500), await sizes(2501), await sizes(10_000)]).toEqual([250, 300, 2500, 2500, 2500]);
    expect(await list(bed, { calendarId, maxResults: 2500 })).toHaveLength(2600);
  });
  fact('doc', 'maxResults: a page never holds more', async (bed) => {
    const calendarId = await bed.scratch();
    for (let i = 0; i < 5; i++) await insert(bed, calendarId);
    for (const shape of [{}, { singleEvents: true }, { orderBy: 'updated' }, { showDeleted: true }]) {
      expect((await page(bed.coach.api, { calendarId, maxResults: 2, ...shape })).items?.length).toBeLessThanOrEqual(2);
      expect((await list(bed, { calendarId, maxResults: 2, ...shape })).filter((each) => each.status === 'confirmed')).toHaveLength(5);
    }
  });
  fact('doc', 'maxResults, singleEvents and the others may differ from the first sync: undefined, but no error', async (bed) => {
    const calendarId = await bed.scratch();
    const syncToken = await tokenOf(bed, { calendarId, maxResults: 10 });
    await insert(bed, calendarId);
    for (const other of [{ maxResults: 1 }, { singleEvents: true }, { eventTypes: ['default'] }, { timeZone: 'UTC' }, { maxAttendees: 1 }, { showHiddenInvitations: true }, { showDeleted: true }]) {
      expect((await bed.coach.api.events.list({ calendarId, syncToken, ...other })).status).toBe(200);
    }
  });
  fact('doc', 'pageToken goes on with the same query where the page ended', async (bed) => {
    const calendarId = await bed.scratch();
    const made = [await insert(bed, calendarId), await insert(bed, calendarId), await insert(bed, calendarId)];
    const query = { calendarId, maxResults: 2, singleEvents: true };
    const first = await page(bed.coach.api, query);
    const second = await page(bed.coach.api, { ...query, pageToken: first.nextPageToken ?? '' });
    expect(await listIds(bed, query)).toEqual(idsOf(made));
    expect(await page(bed.coach.api, { ...query, pageToken: first.nextPageToken ?? '' })).toEqual(second);
  });
  uncertain('a page token together with another query', ['400 invalid', '400 badRequest', 'answered'], async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed, calendarId);
    await insert(bed, calendarId);
    const { nextPageToken } = await page(bed.coach.api, { calendarId, maxResults: 1 });
    const other = bed.coach.api.events.list({ calendarId, maxResults: 1, singleEvents: true, pageToken: nextPageToken ?? '' });
    return other.then(() => 'answered', async () => { const { status, reason } = await refusal(other); return `${status} ${reason}`; });
  });
  uncertain('a page token that is none', ['400 invalid', '400 badRequest'], async (bed) => {
    const calendarId = await bed.scratch();
    const { status, reason } = await refusal(bed.coach.api.events.list({ calendarId, pageToken: 'garbage' }));
    return `${status} ${reason}`;
  });
  fact('doc', 'syncToken gives the changes since, deleted rows among them', async (bed) => {
    const calendarId = await bed.scratch();
    const [quiet, doomed] = [await insert(bed, calendarId), await insert(bed, calendarId)];
    const syncToken = await tokenOf(bed, { calendarId });
    const fresh = await insert(bed, calendarId);
    await remove(bed, calendarId, doomed.id);
    const changes = await list(bed, { calendarId, syncToken });
    expect(idsOf(changes)).toEqual(idsOf([fresh, doomed]));
    expect(row(changes, doomed.id)?.status).toBe('cancelled');
    expect(row(changes, quiet.id)).toBeUndefined();
  });
  fact('doc', 'singleEvents is false if not given: masters, exceptions and singles, no plain instances', async (bed) => {
    const calendarId = await bed.scratch();
    const [single, series] = [await insert(bed, calendarId), await insert(bed, calendarId, MONDAYS)];
    const exception = `${series.id}_${MONDAY_STAMPS[2]}`;
    await change(bed, calendarId, exception, { summary: 'other' });
    expect(await listIds(bed, { calendarId })).toEqual([single.id, series.id, exception].sort());
    expect(await listIds(bed, { calendarId, singleEvents: false })).toEqual([single.id, series.id, exception].sort());
  });
  fact('doc', 'singleEvents=true: singles and instances, exceptions in their slots, never masters', async (bed) => {
    const calendarId = await bed.scratch();
    const [single, series] = [await insert(bed, calendarId), await insert(bed, calendarId, MONDAYS)];
    await change(bed, calendarId, `${series.id}_${MONDAY_STAMPS[2]}`, { summary: 'other' });
    const items = await list(bed, { calendarId, singleEvents: true });
    expect(idsOf(items)).toEqual([single.id, ...MONDAY_STAMPS.map((stamp) => `${series.id}_${stamp}`)].sort());
    expect(items.some((each) => each.recurrence != null)).toBe(false);
    expect(row(items, `${series.id}_${MONDAY_STAMPS[2]}`)?.summary).toBe('other');
  });
  fact('doc', 'showDeleted is false if not given', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    await remove(bed, calendarId, id);
    expect(await listIds(bed, { calendarId })).toEqual([]);
    expect(await listIds(bed, { calendarId, showDeleted: false })).toEqual([]);
    expect(row(await list(bed, { calendarId, showDeleted: true }), id)?.status).toBe('cancelled');
  });
  fact('doc', 'showHiddenInvitations: ordinary events are there either way', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    for (const showHiddenInvitations of [true, false]) expect(await listIds(bed, { calendarId, showHiddenInvitations })).toEqual([id]);
  });
  fact('doc', 'eventTypes: all types if not given, else those that are named, one or several', async (bed) => {
    const plain = await insertOnPrimary(bed, HOUR);
    const birthday = await insertOnPrimary(bed, {
      summary: 'Birthday', ...allDay('2027-02-02', '2027-02-03'), recurrence: ['RRULE:FREQ=YEARLY'], eventType: 'birthday', visibility: 'private', transparency: 'transparent',
    });
    const found = async (eventTypes?: string[]): Promise<string[]> => {
      const all = await listIds(bed, { calendarId: 'primary', ...(eventTypes === undefined ? {} : { eventTypes }) });
      return all.filter((id) => id === plain.id || id === birthday.id);
    };
    expect(await found()).toEqual(idsOf([plain, birthday]));
    expect(await found(['default'])).toEqual([plain.id]);
    expect(await found(['birthday'])).toEqual([birthday.id]);
    expect(await found(['birthday', 'default'])).toEqual(idsOf([plain, birthday]));
    expect(await found(['fromGmail', 'workingLocation'])).toEqual([]);
    expect(await found(['outOfOffice', 'focusTime'])).toEqual([]);
  });
  fact('doc', 'eventTypes stays the same with a syncToken: other types are not reported', async (bed) => {
    const query = { calendarId: 'primary', eventTypes: ['default'] };
    const syncToken = await tokenOf(bed, query);
    const birthday = await insertOnPrimary(bed, {
      summary: 'Birthday', ...allDay('2027-02-02', '2027-02-03'), recurrence: ['RRULE:FREQ=YEARLY'], eventType: 'birthday', visibility: 'private', transparency: 'transparent',
    });
    const plain = await insertOnPrimary(bed, HOUR);
    const reported = await listIds(bed, { ...query, syncToken });
    expect(reported).toContain(plain.id);
    expect(reported).not.toContain(birthday.id);
  });
  fact('doc', 'timeZone: offsets of the response follow it; the event keeps its zone', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    expect(row(await list(bed, { calendarId }), id)?.start).toEqual({ dateTime: '2027-02-02T10:00:00+01:00', timeZone: 'Europe/Berlin' });
    expect(row(await list(bed, { calendarId, timeZone: 'America/New_York' }), id)?.start).toEqual({ dateTime: '2027-02-02T04:00:00-05:00', timeZone: 'Europe/Berlin' });
    const { data } = await bed.coach.api.events.get({ calendarId, eventId: id, timeZone: 'Asia/Kolkata' });
    expect(data.start).toEqual({ dateTime: '2027-02-02T14:30:00+05:30', timeZone: 'Europe/Berlin' });
  });
  uncertain('timeZone of the envelope under the parameter timeZone', ['the parameter', 'the calendar\'s'], async (bed) => {
    const calendarId = await bed.scratch();
    const { timeZone } = await page(bed.coach.api, { calendarId, timeZone: 'America/New_York' });
    return timeZone === 'America/New_York' ? 'the parameter' : timeZone === 'Europe/Berlin' ? 'the calendar\'s' : String(timeZone);
  });
  fact('doc', 'maxAttendees: above it only the caller\'s entry is returned, with attendeesOmitted', async (bed) => {
    const guests = [{ email: bed.coach.email, responseStatus: 'accepted' }, { email: 'one@guests.example' }, { email: 'two@guests.example' }];
    const { id } = await insertOnPrimary(bed, { ...HOUR, attendees: guests });
    const window = { calendarId: 'primary', timeMin: '2027-02-02T00:00:00Z', timeMax: '2027-02-03T00:00:00Z' };
    const cut = row(await list(bed, { ...window, maxAttendees: 2 }), id);
    expect(cut?.attendees).toMatchObject([{ email: bed.coach.email, self: true, responseStatus: 'accepted' }]);
    expect(cut?.attendeesOmitted).toBe(true);
    for (const more of [{}, { maxAttendees: 3 }]) {
      const whole = row(await list(bed, { ...window, ...more }), id);
      expect(whole?.attendees).toHaveLength(3);
      expect(whole).not.toHaveProperty('attendeesOmitted');
    }
  });
  fact('doc', 'timeMin is an exclusive lower bound on an event\'s end', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    for (const singleEvents of [false, true]) {
      expect(await listIds(bed, { calendarId, singleEvents, timeMin: '2027-02-02T10:59:59+01:00' })).toEqual([id]);
      expect(await listIds(bed, { calendarId, singleEvents, timeMin: '2027-02-02T11:00:00+01:00' })).toEqual([]);
    }
  });
  fact('doc', 'timeMax is an exclusive upper bound on an event\'s start', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    for (const singleEvents of [false, true]) {
      expect(await listIds(bed, { calendarId, singleEvents, timeMax: '2027-02-02T10:00:01+01:00' })).toEqual([id]);
      expect(await listIds(bed, { calendarId, singleEvents, timeMax: '2027-02-02T10:00:00+01:00' })).toEqual([]);
    }
  });
  fact('doc', 'an event that spans the whole window is in it; instances are judged one by one', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, timed('2027-02-01T00:00:00', '2027-02-20T00:00:00'));
    const series = await insert(bed, calendarId, MONDAYS);
    expect(await listIds(bed, { calendarId, singleEvents: true, timeMin: '2027-02-08T00:00:00Z', timeMax: '2027-02-09T00:00:00Z' }))
      .toEqual([id, `${series.id}_${MONDAY_STAMPS[1]}`].sort());
  });
  fact.provoked('doc', 'updatedMin is a lower bound on updated', async (bed) => {
    const calendarId = await sandboxCalendar(bed);
    const [early, touched] = [await insert(bed, calendarId), await insert(bed, calendarId)];
    await bed.control('POST', '/clock', { offsetMs: 3_600_000 });
    const late = await insert(bed, calendarId);
    await change(bed, calendarId, touched.id, { summary: 'touched' });
    const updatedMin = new Date(Date.parse(early.updated ?? '') + 1_800_000).toISOString();
    expect(await listIds(bed, { calendarId, updatedMin })).toEqual(idsOf([touched, late]));
    expect(await listIds(bed, { calendarId, updatedMin: early.updated ?? '' })).toEqual(idsOf([early, touched, late]));
  });
  fact('doc', 'updatedMin: deleted rows are always included, whatever showDeleted says', async (bed) => {
    const calendarId = await bed.scratch();
    const { id, updated } = await insert(bed, calendarId);
    await remove(bed, calendarId, id);
    for (const more of [{}, { showDeleted: false }, { showDeleted: true }]) {
      expect(row(await list(bed, { calendarId, updatedMin: updated ?? '', ...more }), id)?.status).toBe('cancelled');
    }
  });
  fact('doc', 'updatedMin: deleted rows are included with singleEvents=true too', async (bed) => {
    const calendarId = await bed.scratch();
    const { id, updated } = await insert(bed, calendarId);
    await remove(bed, calendarId, id);
    expect(row(await list(bed, { calendarId, updatedMin: updated ?? '', singleEvents: true }), id)?.status).toBe('cancelled');
  });
  fact('doc', 'orderBy=startTime, with singleEvents=true, sorts by start', async (bed) => {
    const calendarId = await bed.scratch();
    const series = await insert(bed, calendarId, MONDAYS);
    const late = await insert(bed, calendarId, timed('2027-03-01T10:00:00', '2027-03-01T11:00:00'));
    const middle = await insert(bed, calendarId, timed('2027-02-10T10:00:00', '2027-02-10T11:00:00'));
    const night = await insert(bed, calendarId, timed('2027-02-11T00:30:00', '2027-02-11T01:00:00'));
    const day = await insert(bed, calendarId, allDay('2027-02-11', '2027-02-12'));
    const [a, b, c, d] = MONDAY_STAMPS.map((stamp) => `${series.id}_${stamp}`);
    for (const maxResults of [2, 250]) {
      expect((await list(bed, { calendarId, singleEvents: true, orderBy: 'startTime', maxResults })).map((each) => each.id)).toEqual([a, b, middle.id, day.id, night.id, c, d, late.id]);
    }
  });
  fact('doc', 'orderBy=updated sorts by updated, oldest first', async (bed) => {
    const calendarId = await bed.scratch();
    const [one, two, three] = [await insert(bed, calendarId), await insert(bed, calendarId), await insert(bed, calendarId)];
    await change(bed, calendarId, one.id, { summary: 'changed last' });
    for (const maxResults of [2, 250]) {
      expect((await list(bed, { calendarId, orderBy: 'updated', maxResults })).map((each) => each.id)).toEqual([two.id, three.id, one.id]);
    }
  });
  fact('doc', 'without orderBy the order is unspecified but stable', async (bed) => {
    const calendarId = await bed.scratch();
    for (let i = 0; i < 6; i++) await insert(bed, calendarId, { ...MONDAYS, summary: `Series ${i}` });
    for (const singleEvents of [false, true]) {
      const order = async (maxResults: number) => (await list(bed, { calendarId, singleEvents, maxResults })).map((each) => each.id);
      expect(await order(100)).toEqual(await order(100));
      expect(await order(4)).toEqual(await order(4));
    }
  });
  fact('doc', 'q finds text of the event', async (bed) => {
    const calendarId = await bed.scratch();
    const hit = await insert(bed, calendarId, { ...HOUR, summary: 'Kaleidoscope practice' });
    const told = await insert(bed, calendarId, { ...HOUR, summary: 'Session', description: 'bring the kaleidoscope' });
    await insert(bed, calendarId, { ...HOUR, summary: 'Lunch' });
    await eventually(async () => { expect(await listIds(bed, { calendarId, q: 'kaleidoscope' })).toEqual(idsOf([hit, told])); });
    expect(await listIds(bed, { calendarId, q: 'marzipan' })).toEqual([]);
  });
  fact('doc', 'iCalUID finds the event, or the series, of that uid', async (bed) => {
    const calendarId = await bed.scratch();
    const [single, series] = [await insert(bed, calendarId), await insert(bed, calendarId, MONDAYS)];
    expect(await listIds(bed, { calendarId, iCalUID: `${single.id}@google.com` })).toEqual([single.id]);
    expect(await listIds(bed, { calendarId, iCalUID: `${series.id}@google.com` })).toEqual([series.id]);
    expect(await listIds(bed, { calendarId, iCalUID: `${series.id}@google.com`, singleEvents: true })).toHaveLength(4);
    expect(await listIds(bed, { calendarId, iCalUID: 'nobody@google.com' })).toEqual([]);
  });
  fact('doc', 'privateExtendedProperty and sharedExtendedProperty filter by name=value, each in its own space', async (bed) => {
    const calendarId = await bed.scratch();
    const own = await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { saga: '1=2' } } });
    const shared = await insert(bed, calendarId, { ...HOUR, extendedProperties: { shared: { saga: '1=2' } } });
    await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { saga: '2' }, shared: { other: '1=2' } } });
    expect(await listIds(bed, { calendarId, privateExtendedProperty: ['saga=1=2'] })).toEqual([own.id]);
    expect(await listIds(bed, { calendarId, sharedExtendedProperty: ['saga=1=2'] })).toEqual([shared.id]);
    expect(await listIds(bed, { calendarId, privateExtendedProperty: ['saga=1'] })).toEqual([]);
  });
  fact('doc', 'a private and a shared filter must both match', async (bed) => {
    const calendarId = await bed.scratch();
    const both = await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { a: '1' }, shared: { b: '2' } } });
    await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { a: '1' }, shared: { b: '3' } } });
    await insert(bed, calendarId, { ...HOUR, extendedProperties: { shared: { b: '2' } } });
    await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { a: '1', b: '2' } } });
    expect(await listIds(bed, { calendarId, privateExtendedProperty: ['a=1'], sharedExtendedProperty: ['b=2'] })).toEqual([both.id]);
  });
  uncertain('repeated filters of one kind (question 8)', ['all must match', 'one must match'], async (bed) => {
    const calendarId = await bed.scratch();
    const both = await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { a: '1', b: '2' } } });
    const one = await insert(bed, calendarId, { ...HOUR, extendedProperties: { private: { a: '1' } } });
    const found = await listIds(bed, { calendarId, privateExtendedProperty: ['a=1', 'b=2'] });
    expect(found).toContain(both.id);
    return found.includes(one.id) ? 'one must match' : 'all must match';
  });
  fact('doc', 'alwaysIncludeEmail is ignored', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed, calendarId);
    expect(await list(bed, { calendarId, alwaysIncludeEmail: true })).toEqual(await list(bed, { calendarId }));
  });
  fact('doc', 'fields picks parts of the response, also deep ones', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    const { json } = await bed.raw('GET', path(calendarId, `?fields=${encodeURIComponent('timeZone,items(id,start/dateTime)')}`));
    expect(json).toEqual({ timeZone: 'Europe/Berlin', items: [{ id, start: { dateTime: '2027-02-02T10:00:00+01:00' } }] });
    expect(Object.keys(await lastPage(bed.coach.api, { calendarId, fields: 'nextPageToken,nextSyncToken' }))).toEqual(['nextSyncToken']);
  });
  fact('doc', 'alt=json, prettyPrint and quotaUser are taken and change no content', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed, calendarId);
    const { json: { items } } = await bed.raw('GET', path(calendarId));
    for (const query of ['?alt=json', '?prettyPrint=false', '?prettyPrint=true', '?quotaUser=someone']) {
      const answer = await bed.raw('GET', path(calendarId, query));
      expect([answer.status, answer.json.items]).toEqual([200, items]);
    }
  });
  fact('doc', 'fields, alt, prettyPrint and quotaUser go with a syncToken', async (bed) => {
    const calendarId = await bed.scratch();
    const syncToken = await tokenOf(bed, { calendarId });
    const { id } = await insert(bed, calendarId);
    const query = new URLSearchParams({ syncToken, fields: 'items/id', alt: 'json', prettyPrint: 'false', quotaUser: 'someone' }).toString();
    const answer = await bed.raw('GET', path(calendarId, `?${query}`));
    expect([answer.status, answer.json]).toEqual([200, { items: [{ id }] }]);
  });
  fact.provoked('doc', 'key, an API key, is taken', async (bed) => {
    expect((await bed.raw('GET', '/calendars/primary/events?key=anything')).status).toBe(200);
  });
  fact('doc', 'times are RFC 3339 with a mandatory offset', async (bed) => {
    const calendarId = await bed.scratch();
    for (const name of ['timeMin', 'timeMax', 'updatedMin']) {
      for (const wrong of ['2027-02-02T10:00:00', '2027-02-02', 'yesterday']) {
        expect((await bed.raw('GET', path(calendarId, `?${name}=${wrong}`))).status).toBe(400);
      }
    }
    for (const right of ['2027-02-02T10:00:00Z', '2027-02-02T10:00:00+01:00', '2027-02-02T10:00:00-09:30']) {
      expect((await bed.coach.api.events.list({ calendarId, timeMin: right })).status).toBe(200);
    }
  });
  fact('doc', 'fractions of seconds in times are accepted and ignored', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    expect(await listIds(bed, { calendarId, timeMax: '2027-02-02T09:00:00.900Z' })).toEqual([]);
    expect(await listIds(bed, { calendarId, timeMax: '2027-02-02T09:00:01.000Z' })).toEqual([id]);
    expect(await listIds(bed, { calendarId, timeMin: '2027-02-02T09:59:59.900Z' })).toEqual([id]);
    expect(await listIds(bed, { calendarId, timeMin: '2027-02-02T10:00:00.000Z' })).toEqual([]);
  });
  fact('run', 'the client sends lists as repeated keys and spaces as %20', async () => {
    expect(await sentFor((api) => api.events.list({ calendarId: 'primary', eventTypes: ['default', 'birthday'], q: 'two words' })))
      .toBe('/calendar/v3/calendars/primary/events?eventTypes=default&eventTypes=birthday&q=two%20words');
  });
  fact.ofTwo('doc', 'who has only freeBusyReader always gets singles and instances', async (bed) => {
    const calendarId = await bed.scratch();
    await bed.coach.api.acl.insert({ calendarId, sendNotifications: false, requestBody: { role: 'freeBusyReader', scope: { type: 'user', value: bed.guest.email } } });
    const { id } = await insert(bed, calendarId, MONDAYS);
    const instances = MONDAY_STAMPS.map((stamp) => `${id}_${stamp}`);
    await eventually(async () => {
      for (const more of [{}, { singleEvents: false }, { singleEvents: true }]) {
        const items = (await listAll(bed.guest.api, { calendarId, timeMax: '2028-01-01T00:00:00Z', ...more })).items;
        expect(idsOf(items)).toEqual(instances);
        expect(items.some((each) => each.recurrence != null || each.summary != null)).toBe(false);
      }
    });
  });
  /** Reads an endless series, expanded, for some pages: how far ahead it got, and whether there is more. */
  async function readAhead(bed: Bed, rule: string, maxPages: number): Promise<{ years: number; isMore: boolean }> {
    const calendarId = await bed.scratch();
    const start = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
    await insert(bed, calendarId, { ...timed(`${start}T10:00:00`, `${start}T11:00:00`), recurrence: [rule] });
    let pageToken: string | undefined, last = 0;
    for (let i = 0; i < maxPages; i++) {
      const answer = await page(bed.coach.api, { calendarId, singleEvents: true, ...(pageToken === undefined ? {} : { pageToken }) });
      last = Math.max(last, ...(answer.items ?? []).map((each) => Date.parse(each.start?.dateTime ?? '')));
      pageToken = answer.nextPageToken ?? undefined;
      if (pageToken === undefined) break;
    }
    return { years: (last - Date.now()) / (365 * DAY_MS), isMore: pageToken !== undefined };
  }
  fact('rec', 'an endless series with singleEvents=true: pages of 250 go on beyond a year, and still have a next one', async (bed) => {
    const { years, isMore } = await readAhead(bed, 'RRULE:FREQ=DAILY', 2);
    expect(years).toBeGreaterThan(1);
    expect(isMore).toBe(true);
  });
  uncertain('how far an endless series is expanded with singleEvents=true and no timeMax', ['two years', 'one year', 'three years', 'further'], async (bed) => {
    const { years, isMore } = await readAhead(bed, 'RRULE:FREQ=WEEKLY', 4);
    return isMore || years > 3.2 ? 'further' : years > 2.2 ? 'three years' : years > 1.2 ? 'two years' : 'one year';
  });
});

describe('1.1 instances', () => {
  const instances = async (bed: Bed, params: calendar_v3.Params$Resource$Events$Instances): Promise<calendar_v3.Schema$Events> => (await bed.coach.api.events.instances(params)).data;

  fact('doc', 'pages like list: maxResults, pageToken, every instance once', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const seen: string[] = [];
    let pageToken: string | undefined;
    do {
      const answer: calendar_v3.Schema$Events = await instances(bed, { calendarId, eventId: id, maxResults: 3, ...(pageToken === undefined ? {} : { pageToken }) });
      expect(answer.items?.length).toBeLessThanOrEqual(3);
      seen.push(...idsOf(answer.items));
      pageToken = answer.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    expect(seen.sort()).toEqual(MONDAY_STAMPS.map((stamp) => `${id}_${stamp}`));
  });
  fact('rec', 'gives a nextSyncToken, on its last page only', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const { nextSyncToken, kind } = await instances(bed, { calendarId, eventId: id });
    expect([kind, nextSyncToken]).toEqual(['calendar#events', expect.any(String)]);
    expect(await instances(bed, { calendarId, eventId: id, maxResults: 1 })).not.toHaveProperty('nextSyncToken');
  });
  uncertain('the nextSyncToken of instances, which the method cannot accept', ['400 badRequest', '400 invalid', 'ignored'], async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const { nextSyncToken } = await instances(bed, { calendarId, eventId: id });
    const { status, json } = await bed.raw('GET', `${path(calendarId)}/${id}/instances?syncToken=${encodeURIComponent(nextSyncToken ?? '')}`);
    if (status === 200) return (json.items as Event[]).length === 4 ? 'ignored' : 'taken';
    return `${status} ${String((json.error as { errors: { reason: string }[] }).errors[0]?.reason)}`;
  });
  fact('doc', 'originalStart picks the slot, also after the occurrence was moved', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const moved = `${id}_${MONDAY_STAMPS[1]}`;
    await change(bed, calendarId, moved, timed('2027-02-10T15:00:00', '2027-02-10T16:00:00'));
    for (const originalStart of ['2027-02-08T10:00:00+01:00', '2027-02-08T09:00:00Z']) {
      expect(idsOf((await instances(bed, { calendarId, eventId: id, originalStart })).items)).toEqual([moved]);
    }
    expect((await instances(bed, { calendarId, eventId: id, originalStart: '2027-02-10T15:00:00+01:00' })).items).toEqual([]);
  });
  fact('doc', 'timeMin is inclusive on the end here, timeMax exclusive on the start', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const [a, b, c, d] = MONDAY_STAMPS.map((stamp) => `${id}_${stamp}`);
    const within = async (bounds: { timeMin?: string; timeMax?: string }) => idsOf((await instances(bed, { calendarId, eventId: id, ...bounds })).items);
    expect(await within({ timeMin: '2027-02-08T10:00:00Z' })).toEqual([b, c, d]);
    expect(await within({ timeMin: '2027-02-08T10:00:01Z' })).toEqual([c, d]);
    expect(await within({ timeMax: '2027-02-15T09:00:00Z' })).toEqual([a, b]);
    expect(await within({ timeMax: '2027-02-15T09:00:01Z' })).toEqual([a, b, c]);
  });
  fact('doc', 'showDeleted adds cancelled occurrences', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    await remove(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`);
    const kept = MONDAY_STAMPS.filter((_, i) => i !== 1).map((stamp) => `${id}_${stamp}`);
    expect(idsOf((await instances(bed, { calendarId, eventId: id })).items)).toEqual(kept);
    const all = (await instances(bed, { calendarId, eventId: id, showDeleted: true })).items;
    expect(idsOf(all)).toEqual(MONDAY_STAMPS.map((stamp) => `${id}_${stamp}`));
    expect(row(all, `${id}_${MONDAY_STAMPS[1]}`)?.status).toBe('cancelled');
  });
  fact('doc', 'timeZone and maxAttendees show the instances as list does', async (bed) => {
    const guests = [{ email: bed.coach.email }, { email: 'one@guests.example' }, { email: 'two@guests.example' }];
    const { id } = await insertOnPrimary(bed, { ...MONDAYS, attendees: guests });
    const { items } = await instances(bed, { calendarId: 'primary', eventId: id, timeZone: 'UTC', maxAttendees: 1 });
    expect(items).toHaveLength(4);
    expect(items?.[0]).toMatchObject({ start: { dateTime: '2027-02-01T09:00:00Z', timeZone: 'Europe/Berlin' }, attendees: [{ email: bed.coach.email, self: true }], attendeesOmitted: true });
  });
});

describe('1.2 Response envelope', () => {
  const KEYS = ['kind', 'etag', 'summary', 'description', 'updated', 'timeZone', 'accessRole', 'defaultReminders'];
  /** Keys of the last page, as they came. */
  async function lastKeys(bed: Bed, calendarId: string, more = ''): Promise<string[]> {
    for (let next = '';;) {
      const { json } = await bed.raw('GET', path(calendarId, `?maxResults=2500${more}${next}`));
      if (json.nextPageToken === undefined) return Object.keys(json);
      next = `&pageToken=${encodeURIComponent(json.nextPageToken as string)}`;
    }
  }

  fact('rec', 'keys in order, with nextSyncToken on the last page', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed, calendarId);
    expect(await lastKeys(bed, calendarId)).toEqual([...KEYS, 'nextSyncToken', 'items']);
  });
  fact('rec', 'keys in order, with nextPageToken before the last page', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed, calendarId);
    await insert(bed, calendarId);
    const { json } = await bed.raw('GET', path(calendarId, '?maxResults=1'));
    expect(Object.keys(json)).toEqual([...KEYS, 'nextPageToken', 'items']);
  });
  fact('rec', 'neither token on the last page of an ordered list', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed, calendarId);
    expect(await lastKeys(bed, calendarId, '&orderBy=updated')).toEqual([...KEYS, 'items']);
  });
  fact('rec', 'what it says: kind, an etag that is no number, title, "" for no description, updated, zone, role, reminders', async (bed) => {
    const calendarId = await bed.scratch('America/Lima', 'makeway envelope (may be deleted)');
    const { json } = await bed.raw('GET', path(calendarId));
    expect(json).toMatchObject({
      kind: 'calendar#events', summary: 'makeway envelope (may be deleted)', description: '', timeZone: 'America/Lima', accessRole: 'owner', defaultReminders: [], items: [],
    });
    expect(json.etag).toMatch(/^"[^"]+"$/);
    expect(json.etag).not.toMatch(/^"\d+"$/);
    expect(json.updated).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });
  fact('rec', 'zone, role and default reminders of the envelope are those of calendars.get and the calendar list', async (bed) => {
    const { timeZone, accessRole, defaultReminders } = await page(bed.coach.api, { calendarId: 'primary', maxResults: 1 });
    const { data: entry } = await bed.coach.api.calendarList.get({ calendarId: 'primary' });
    expect(timeZone).toBe((await bed.coach.api.calendars.get({ calendarId: 'primary' })).data.timeZone);
    expect(accessRole).toBe(entry.accessRole);
    expect(defaultReminders).toEqual(entry.defaultReminders);
  });
  fact('rec', 'the envelope\'s etag changes with its events', async (bed) => {
    const calendarId = await bed.scratch();
    const before = (await page(bed.coach.api, { calendarId })).etag;
    await insert(bed, calendarId);
    expect((await page(bed.coach.api, { calendarId })).etag).not.toBe(before);
  });
  fact('rec', 'no ETag header on lists; get, insert, patch and update carry one, equal to the resource\'s', async (bed) => {
    const calendarId = await bed.scratch();
    const json = { 'content-type': 'application/json' };
    const made = await bed.raw('POST', path(calendarId), { headers: json, body: JSON.stringify(HOUR) });
    const one = `${path(calendarId)}/${String(made.json.id)}`;
    const answers = [made, await bed.raw('GET', one), await bed.raw('PATCH', one, { headers: json, body: '{"summary":"b"}' }), await bed.raw('PUT', one, { headers: json, body: JSON.stringify(HOUR) })];
    for (const { status, headers, json: { etag } } of answers) expect([status, headers.get('etag')]).toEqual([200, etag]);
    expect((await bed.raw('GET', path(calendarId))).headers.get('etag')).toBeNull();
    expect((await bed.raw('GET', `${path(calendarId)}?orderBy=updated`)).headers.get('etag')).toBeNull();
  });
  fact('rec', 'headers of reads and writes', async (bed) => {
    const calendarId = await bed.scratch();
    const [read, written] = [await bed.raw('GET', path(calendarId)), await bed.raw('POST', path(calendarId), { body: JSON.stringify(HOUR) })];
    for (const { headers } of [read, written]) {
      expect(headers.get('content-type')).toBe('application/json; charset=UTF-8');
      expect(headers.get('vary')?.split(/, */)).toEqual(expect.arrayContaining(['Origin', 'X-Origin', 'Referer']));
      expect(headers.get('server')).toBe('ESF');
    }
    expect(read.headers.get('cache-control')).toBe('private, max-age=0, must-revalidate, no-transform');
    expect(written.headers.get('cache-control')).toBe('no-cache, no-store, max-age=0, must-revalidate');
  });
});

describe('1.3 Which deleted rows appear', () => {
  /** A live and a deleted single, a deleted series, and a live one with a changed and a cancelled occurrence. */
  async function everyKind(bed: Bed) {
    const calendarId = await bed.scratch();
    const [single, deadSingle, deadSeries, series] = [await insert(bed, calendarId), await insert(bed, calendarId), await insert(bed, calendarId, MONDAYS), await insert(bed, calendarId, MONDAYS)];
    const [plain, changed, hole, last] = MONDAY_STAMPS.map((stamp) => `${series.id}_${stamp}`) as [string, string, string, string];
    await change(bed, calendarId, changed, { summary: 'other' });
    await remove(bed, calendarId, hole);
    await remove(bed, calendarId, deadSingle.id);
    await remove(bed, calendarId, deadSeries.id);
    const all = [single.id, deadSingle.id, deadSeries.id, series.id, plain, changed, hole, last];
    const own = async (params: ListParams): Promise<Event[]> => (await list(bed, params)).filter((each) => all.includes(each.id ?? '') || each.recurringEventId === deadSeries.id);
    return { calendarId, own, single: single.id, deadSingle: deadSingle.id, deadSeries: deadSeries.id, series: series.id, plain, changed, hole, last };
  }

  fact('doc', 'singleEvents=false, showDeleted=false: no deleted singles or masters, but cancelled occurrences of live series', async (bed) => {
    const { calendarId, own, single, series, changed, hole } = await everyKind(bed);
    const items = await own({ calendarId, singleEvents: false, showDeleted: false });
    expect(idsOf(items)).toEqual([single, series, changed, hole].sort());
    expect(items.filter((each) => each.status === 'cancelled').map((each) => each.id)).toEqual([hole]);
  });
  fact('doc', 'singleEvents=false, showDeleted=true: everything', async (bed) => {
    const { calendarId, own, single, deadSingle, deadSeries, series, changed, hole } = await everyKind(bed);
    const items = await own({ calendarId, singleEvents: false, showDeleted: true });
    expect(idsOf(items)).toEqual([single, deadSingle, deadSeries, series, changed, hole].sort());
    expect(idsOf(items.filter((each) => each.status === 'cancelled'))).toEqual([deadSingle, deadSeries, hole].sort());
  });
  fact('doc', 'singleEvents=true, showDeleted=false: only live singles and instances', async (bed) => {
    const { calendarId, own, single, plain, changed, last } = await everyKind(bed);
    const items = await own({ calendarId, singleEvents: true, showDeleted: false });
    expect(idsOf(items)).toEqual([single, plain, changed, last].sort());
    expect(items.every((each) => each.status === 'confirmed')).toBe(true);
  });
  fact('doc', 'singleEvents=true, showDeleted=true: deleted singles and deleted instances too, no masters', async (bed) => {
    const { calendarId, own, single, deadSingle, deadSeries, series, plain, changed, hole, last } = await everyKind(bed);
    const items = await own({ calendarId, singleEvents: true, showDeleted: true });
    expect(idsOf(items)).toEqual(expect.arrayContaining([single, deadSingle, plain, changed, hole, last]));
    expect(idsOf(items)).not.toContain(series);
    expect(idsOf(items)).not.toContain(deadSeries);
    expect([row(items, deadSingle)?.status, row(items, hole)?.status]).toEqual(['cancelled', 'cancelled']);
  });
  uncertain('occurrences of a deleted series with singleEvents=true, showDeleted=true', ['none', 'all, cancelled'], async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    await remove(bed, calendarId, id);
    const items = (await list(bed, { calendarId, singleEvents: true, showDeleted: true })).filter((each) => each.id === id || each.recurringEventId === id);
    expect(items.every((each) => each.status === 'cancelled' && each.recurringEventId === id)).toBe(true);
    return items.length === 0 ? 'none' : items.length === 4 ? 'all, cancelled' : `${items.length} of 4`;
  });
  uncertain('a changed occurrence of a deleted series with singleEvents=false, showDeleted=false', ['not there', 'there, cancelled'], async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { summary: 'other' });
    await remove(bed, calendarId, id);
    const items = (await list(bed, { calendarId })).filter((each) => each.recurringEventId === id);
    expect(items.every((each) => each.status === 'cancelled')).toBe(true);
    return items.length === 0 ? 'not there' : 'there, cancelled';
  });
});

describe('1.4 Tokens', () => {
  fact('doc', 'nextSyncToken comes on the last page only', async (bed) => {
    const calendarId = await bed.scratch();
    for (let i = 0; i < 3; i++) await insert(bed, calendarId);
    let pageToken: string | undefined, tokens: (string | null | undefined)[] = [];
    do {
      const answer = await page(bed.coach.api, { calendarId, maxResults: 1, ...(pageToken === undefined ? {} : { pageToken }) });
      tokens = [...tokens, answer.nextSyncToken];
      pageToken = answer.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    expect(tokens.length).toBeGreaterThanOrEqual(3);
    expect(tokens.map((each) => each != null)).toEqual(tokens.map((_, i) => i === tokens.length - 1));
  });
  fact('doc', 'an incremental answer is paged too: the same query and syncToken, plus pageToken', async (bed) => {
    const calendarId = await bed.scratch();
    const syncToken = await tokenOf(bed, { calendarId, maxResults: 2 });
    const made = [];
    for (let i = 0; i < 5; i++) made.push(await insert(bed, calendarId));
    const all = await listAll(bed.coach.api, { calendarId, maxResults: 2, syncToken });
    expect(idsOf(all.items)).toEqual(idsOf(made));
    expect(all.pages).toBeGreaterThanOrEqual(3);
    expect(await listIds(bed, { calendarId, syncToken: all.syncToken ?? '' })).toEqual([]);
  });
  fact('doc', 'a write while the pages of a full list are read is in the next incremental answer, if not in a page', async (bed) => {
    const calendarId = await newCalendar(bed);
    for (let i = 0; i < 4; i++) await insert(bed, calendarId);
    const first = await page(bed.coach.api, { calendarId, maxResults: 2 });
    const late = await insert(bed, calendarId);
    const doomed = first.items?.[0]?.id ?? '';
    await remove(bed, calendarId, doomed);
    const rest = await listAll(bed.coach.api, { calendarId, maxResults: 2, pageToken: first.nextPageToken ?? '' });
    const next = await list(bed, { calendarId, syncToken: rest.syncToken ?? '' });
    expect([...idsOf(rest.items), ...idsOf(next)]).toContain(late.id);
    expect(row(next, doomed)?.status).toBe('cancelled');
  });
  fact('doc', 'a first sync may be restricted by timeMin; then the token alone is sent', async (bed) => {
    const calendarId = await bed.scratch();
    const syncToken = await tokenOf(bed, { calendarId, timeMin: '2027-02-01T00:00:00Z' });
    const { id } = await insert(bed, calendarId);
    expect(await listIds(bed, { calendarId, syncToken })).toEqual([id]);
  });
  uncertain('a new event outside the window of a token from a timeMin list', ['not reported', 'reported'], async (bed) => {
    const calendarId = await bed.scratch();
    const syncToken = await tokenOf(bed, { calendarId, timeMin: '2027-06-01T00:00:00Z' });
    await insert(bed, calendarId);
    return (await list(bed, { calendarId, syncToken })).length === 0 ? 'not reported' : 'reported';
  });
  uncertain('an event that moves out of the window of a token from a timeMin list (question 2)', ['not reported', 'reported as it is', 'reported as cancelled'], async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    const syncToken = await tokenOf(bed, { calendarId, timeMin: '2027-02-01T00:00:00Z' });
    await change(bed, calendarId, id, timed('2027-01-05T10:00:00', '2027-01-05T11:00:00'));
    const [seen] = await list(bed, { calendarId, syncToken });
    return seen === undefined ? 'not reported' : seen.status === 'cancelled' ? 'reported as cancelled' : 'reported as it is';
  });
  fact('2nd', 'no change since the token: no items, and a token', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed, calendarId);
    const syncToken = await tokenOf(bed, { calendarId });
    const answer = await page(bed.coach.api, { calendarId, syncToken });
    expect([answer.items, answer.nextSyncToken]).toEqual([[], expect.any(String)]);
    expect(await listIds(bed, { calendarId, syncToken: answer.nextSyncToken ?? '' })).toEqual([]);
  });
  uncertain('the token of an answer without changes', ['the same', 'another'], async (bed) => {
    const calendarId = await bed.scratch();
    const syncToken = await tokenOf(bed, { calendarId });
    return (await tokenOf(bed, { calendarId, syncToken })) === syncToken ? 'the same' : 'another';
  });
  fact('2nd', 'an older token that is still valid works, and replays more', async (bed) => {
    const calendarId = await bed.scratch();
    const old = await tokenOf(bed, { calendarId });
    const first = await insert(bed, calendarId);
    const newer = await tokenOf(bed, { calendarId, syncToken: old });
    const second = await insert(bed, calendarId);
    expect(await listIds(bed, { calendarId, syncToken: newer })).toEqual([second.id]);
    expect(await listIds(bed, { calendarId, syncToken: old })).toEqual(idsOf([first, second]));
    expect(await listIds(bed, { calendarId, syncToken: old })).toEqual(idsOf([first, second]));
  });
  fact.provoked('doc', 'a token expires: 410, a full sync gives a new one; other calendars keep theirs', async (bed) => {
    const [one, other] = [await sandboxCalendar(bed), await sandboxCalendar(bed)];
    const [syncToken, otherToken] = [await tokenOf(bed, { calendarId: one }), await tokenOf(bed, { calendarId: other })];
    await bed.control('POST', '/sync-tokens/expire', { calendarId: one });
    expect(await refusal(bed.coach.api.events.list({ calendarId: one, syncToken }))).toMatchObject({ status: 410, reason: 'fullSyncRequired' });
    expect(await listIds(bed, { calendarId: other, syncToken: otherToken })).toEqual([]);
    expect(await listIds(bed, { calendarId: one, syncToken: await tokenOf(bed, { calendarId: one }) })).toEqual([]);
    await bed.control('POST', '/sync-tokens/expire', {});
    expect(await refusal(bed.coach.api.events.list({ calendarId: other, syncToken: otherToken }))).toMatchObject({ status: 410, reason: 'fullSyncRequired' });
  });
  fact.provoked('doc', '410 can come at any page of an incremental answer', async (bed) => {
    const calendarId = await sandboxCalendar(bed);
    const syncToken = await tokenOf(bed, { calendarId });
    for (let i = 0; i < 3; i++) await insert(bed, calendarId);
    const { nextPageToken } = await page(bed.coach.api, { calendarId, syncToken, maxResults: 1 });
    await bed.control('POST', '/sync-tokens/expire', { calendarId });
    expect(await refusal(bed.coach.api.events.list({ calendarId, syncToken, maxResults: 1, pageToken: nextPageToken ?? '' }))).toMatchObject({ status: 410, reason: 'fullSyncRequired' });
  });
  uncertain.provoked('life of a sync token that is kept', ['60 to 100 days', 'less than 60 days', 'more than 100 days'], async (bed) => {
    const calendarId = await sandboxCalendar(bed);
    const syncToken = await tokenOf(bed, { calendarId });
    const worksAfter = async (days: number): Promise<boolean> => {
      await bed.control('POST', '/clock', { offsetMs: days * DAY_MS });
      const again = bed.coach.api.events.list({ calendarId, syncToken });
      return again.then(() => true, async () => {
        expect(await refusal(again)).toMatchObject({ status: 410, reason: 'fullSyncRequired' });
        return false;
      });
    };
    if (!await worksAfter(60)) return 'less than 60 days';
    return await worksAfter(100) ? 'more than 100 days' : '60 to 100 days';
  });
  uncertain.ofTwo('the token of another caller', ['400 invalid', '410 fullSyncRequired', 'answered'], async (bed) => {
    const calendarId = await bed.scratch();
    await bed.coach.api.acl.insert({ calendarId, sendNotifications: false, requestBody: { role: 'owner', scope: { type: 'user', value: bed.guest.email } } });
    await eventually(async () => { expect((await bed.guest.api.events.list({ calendarId })).status).toBe(200); });
    const theirs = bed.guest.api.events.list({ calendarId, syncToken: await tokenOf(bed, { calendarId }) });
    return theirs.then(() => 'answered', async () => { const { status, reason } = await refusal(theirs); return `${status} ${reason}`; });
  });
  uncertain.ofTwo('the token of a reader whose role was changed', ['410 fullSyncRequired', 'still valid'], async (bed) => {
    const calendarId = await bed.scratch();
    const scope = { type: 'user', value: bed.guest.email };
    const { data: rule } = await bed.coach.api.acl.insert({ calendarId, sendNotifications: false, requestBody: { role: 'reader', scope } });
    const syncToken = await eventually(async () => (await listAll(bed.guest.api, { calendarId })).syncToken ?? '');
    await bed.coach.api.acl.patch({ calendarId, ruleId: rule.id ?? '', sendNotifications: false, requestBody: { role: 'writer' } });
    const again = bed.guest.api.events.list({ calendarId, syncToken });
    return again.then(() => 'still valid', async () => { const { status, reason } = await refusal(again); return `${status} ${reason}`; });
  });
  uncertain('updatedMin further back than about 30 days', ['410 beyond 30 days', 'answered'], async (bed) => {
    const calendarId = await bed.scratch();
    const ago = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
    expect((await bed.coach.api.events.list({ calendarId, updatedMin: ago(27) })).status).toBe(200);
    const far = bed.coach.api.events.list({ calendarId, updatedMin: ago(40) });
    return far.then(() => 'answered', async () => {
      expect(await refusal(far)).toMatchObject({ status: 410, reason: 'updatedMinTooLongAgo' });
      return '410 beyond 30 days';
    });
  });
});

describe('1.5 Incremental content', () => {
  const DELETED = ['kind', 'etag', 'id', 'status'];
  const HOLE = ['kind', 'etag', 'id', 'status', 'recurringEventId', 'originalStartTime'];

  fact('doc', 'a deleted event comes as kind, etag, id and status alone', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId);
    const syncToken = await tokenOf(bed, { calendarId });
    await remove(bed, calendarId, id);
    const [gone] = await list(bed, { calendarId, syncToken });
    expect(gone).toEqual({ kind: 'calendar#event', etag: expect.stringMatching(/^"\d+"$/), id, status: 'cancelled' });
    expect(Object.keys(gone ?? {})).toEqual(DELETED);
  });
  fact('doc', 'a deleted series comes as kind, etag, id and status alone', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const syncToken = await tokenOf(bed, { calendarId });
    await remove(bed, calendarId, id);
    expect(Object.keys(row(await list(bed, { calendarId, syncToken }), id) ?? {})).toEqual(DELETED);
  });
  fact('doc', 'the organizer\'s copy keeps its details for get and for lists with showDeleted', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, { ...HOUR, description: 'why' });
    const syncToken = await tokenOf(bed, { calendarId, showDeleted: true });
    await remove(bed, calendarId, id);
    const details = { id, status: 'cancelled', summary: HOUR.summary, description: 'why', iCalUID: `${id}@google.com`, start: { dateTime: '2027-02-02T10:00:00+01:00' } };
    expect((await bed.coach.api.events.get({ calendarId, eventId: id })).data).toMatchObject(details);
    expect(row(await list(bed, { calendarId, showDeleted: true }), id)).toMatchObject(details);
    expect(await list(bed, { calendarId, syncToken, showDeleted: true })).toMatchObject([details]);
  });
  fact('rec', 'a cancelled occurrence has six keys, in order; its zone is "UTC", its offset the calendar\'s', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const syncToken = await tokenOf(bed, { calendarId });
    const hole = `${id}_${MONDAY_STAMPS[1]}`;
    await remove(bed, calendarId, hole);
    for (const items of [await list(bed, { calendarId, syncToken }), await list(bed, { calendarId })]) {
      const seen = row(items, hole);
      expect(Object.keys(seen ?? {})).toEqual(HOLE);
      expect(seen).toMatchObject({ status: 'cancelled', recurringEventId: id, originalStartTime: { dateTime: '2027-02-08T10:00:00+01:00', timeZone: 'UTC' } });
    }
  });
  fact('rec', 'a cancelled all-day occurrence names its date', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, { ...allDay('2027-02-01', '2027-02-02'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] });
    await remove(bed, calendarId, `${id}_20270208`);
    const seen = row(await list(bed, { calendarId }), `${id}_20270208`);
    expect(Object.keys(seen ?? {})).toEqual(HOLE);
    expect(seen?.originalStartTime).toEqual({ date: '2027-02-08' });
  });
  fact('doc', 'a cancelled occurrence stays as long as its series lives', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    await remove(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`);
    await change(bed, calendarId, id, { summary: 'renamed' });
    expect(row(await list(bed, { calendarId }), `${id}_${MONDAY_STAMPS[1]}`)?.status).toBe('cancelled');
    await remove(bed, calendarId, id);
    expect(await listIds(bed, { calendarId })).not.toContain(id);
  });
  fact.ofTwo('2nd', 'an occurrence can be on a calendar without its series: its guest was invited to it alone', async (bed) => {
    const series = await insertOnPrimary(bed, MONDAYS);
    const one = `${series.id}_${MONDAY_STAMPS[2]}`;
    await change(bed, 'primary', one, { attendees: [{ email: bed.guest.email }] });
    await eventually(async () => {
      const { items } = await listAll(bed.guest.api, { calendarId: 'primary', iCalUID: series.iCalUID ?? '' });
      expect(items).toMatchObject([{ id: one, recurringEventId: series.id, originalStartTime: { dateTime: expect.any(String) } }]);
    });
    expect((await refusal(bed.guest.api.events.get({ calendarId: 'primary', eventId: series.id }))).status).toBe(404);
  });
  fact.provoked('doc', 'the order is unspecified: an occurrence may come before its series, on an earlier page', async (bed) => {
    const calendarId = await sandboxCalendar(bed);
    const { id } = await insert(bed, calendarId, MONDAYS);
    await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { summary: 'other' });
    const first = await page(bed.coach.api, { calendarId, maxResults: 1 });
    expect(first.items).toMatchObject([{ recurringEventId: id }]);
    expect((await page(bed.coach.api, { calendarId, maxResults: 1, pageToken: first.nextPageToken ?? '' })).items).toMatchObject([{ id }]);
  });
  fact('doc', 'moving an event to another calendar leaves a cancelled row on the old one', async (bed) => {
    const [from, to] = [await bed.scratch(), await bed.scratch()];
    const { id } = await insert(bed, from);
    const [fromToken, toToken] = [await tokenOf(bed, { calendarId: from }), await tokenOf(bed, { calendarId: to })];
    await bed.coach.api.events.move({ calendarId: from, eventId: id, destination: to });
    expect(await list(bed, { calendarId: from, syncToken: fromToken })).toMatchObject([{ id, status: 'cancelled' }]);
    expect(await list(bed, { calendarId: to, syncToken: toToken })).toMatchObject([{ id, status: 'confirmed' }]);
    expect(await listIds(bed, { calendarId: from })).toEqual([]);
  });
  fact('2nd', 'changing a series, singleEvents=false: the master, and no plain instances', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed, calendarId);
    const series = await insert(bed, calendarId, MONDAYS);
    const syncToken = await tokenOf(bed, { calendarId });
    await change(bed, calendarId, series.id, { summary: 'renamed' });
    expect(await list(bed, { calendarId, syncToken })).toMatchObject([{ id: series.id, summary: 'renamed' }]);
  });
  fact('2nd', 'changing an occurrence, singleEvents=false: that exception alone', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const syncToken = await tokenOf(bed, { calendarId });
    await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { summary: 'other' });
    expect(await list(bed, { calendarId, syncToken })).toMatchObject([{ id: `${id}_${MONDAY_STAMPS[1]}`, summary: 'other' }]);
  });
  fact('2nd', 'changing a series, singleEvents=true: its instances', async (bed) => {
    const calendarId = await bed.scratch();
    const series = await insert(bed, calendarId, MONDAYS);
    await insert(bed, calendarId);
    const syncToken = await tokenOf(bed, { calendarId, singleEvents: true });
    await change(bed, calendarId, series.id, { summary: 'renamed' });
    const items = await list(bed, { calendarId, singleEvents: true, syncToken });
    expect(idsOf(items)).toEqual(MONDAY_STAMPS.map((stamp) => `${series.id}_${stamp}`));
    expect(items.every((each) => each.summary === 'renamed')).toBe(true);
  });
  fact('2nd', 'deleting an endless series, singleEvents=true: about six months of cancelled instances', async (bed) => {
    const calendarId = await bed.scratch();
    const start = new Date(Date.now() + DAY_MS).toISOString().slice(0, 10);
    const { id } = await insert(bed, calendarId, { ...timed(`${start}T10:00:00`, `${start}T11:00:00`), recurrence: ['RRULE:FREQ=DAILY'] });
    const syncToken = await tokenOf(bed, { calendarId, singleEvents: true });
    await remove(bed, calendarId, id);
    const items = await list(bed, { calendarId, singleEvents: true, syncToken });
    expect(items.every((each) => each.status === 'cancelled' && each.id !== id)).toBe(true);
    expect(items.length).toBeGreaterThan(150);
    expect(items.length).toBeLessThan(220);
  });
  fact('doc', 'deleting a series: the cancelled master arrives', async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    const syncToken = await tokenOf(bed, { calendarId });
    await remove(bed, calendarId, id);
    expect(row(await list(bed, { calendarId, syncToken }), id)?.status).toBe('cancelled');
  });
  uncertain('the stored exceptions of a series that is deleted (question 3)', ['do not arrive', 'arrive as cancelled'], async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { summary: 'other' });
    const syncToken = await tokenOf(bed, { calendarId });
    await remove(bed, calendarId, id);
    const exception = row(await list(bed, { calendarId, syncToken }), `${id}_${MONDAY_STAMPS[1]}`);
    return exception === undefined ? 'do not arrive' : exception.status === 'cancelled' ? 'arrive as cancelled' : 'arrive alive';
  });
  uncertain('the exceptions of a series whose times change (question 3)', ['arrive as cancelled', 'arrive alive', 'do not arrive'], async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    await change(bed, calendarId, `${id}_${MONDAY_STAMPS[1]}`, { summary: 'other' });
    const syncToken = await tokenOf(bed, { calendarId });
    await change(bed, calendarId, id, timed('2027-02-01T12:00:00', '2027-02-01T13:00:00'));
    const exception = row(await list(bed, { calendarId, syncToken }), `${id}_${MONDAY_STAMPS[1]}`);
    return exception === undefined ? 'do not arrive' : exception.status === 'cancelled' ? 'arrive as cancelled' : 'arrive alive';
  });
  uncertain('the exceptions of a series that is trimmed before them (question 3)', ['arrive as cancelled', 'do not arrive'], async (bed) => {
    const calendarId = await bed.scratch();
    const { id } = await insert(bed, calendarId, MONDAYS);
    await change(bed, calendarId, `${id}_${MONDAY_STAMPS[3]}`, { summary: 'other' });
    const syncToken = await tokenOf(bed, { calendarId });
    await change(bed, calendarId, id, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] });
    const exception = row(await list(bed, { calendarId, syncToken }), `${id}_${MONDAY_STAMPS[3]}`);
    return exception === undefined ? 'do not arrive' : exception.status === 'cancelled' ? 'arrive as cancelled' : 'arrive alive';
  });
  uncertain.provoked('how long a deleted event can be read', ['vanishes within 120 days', 'stays'], async (bed) => {
    const calendarId = await sandboxCalendar(bed);
    const { id } = await insert(bed, calendarId);
    const syncToken = await tokenOf(bed, { calendarId });
    await remove(bed, calendarId, id);
    await bed.control('POST', '/clock', { offsetMs: 20 * DAY_MS });
    expect((await bed.coach.api.events.get({ calendarId, eventId: id })).data.status).toBe('cancelled');
    await bed.control('POST', '/clock', { offsetMs: 120 * DAY_MS });
    await insert(bed, calendarId, { ...HOUR, summary: 'touches the calendar' });
    const gone = await bed.coach.api.events.get({ calendarId, eventId: id }).then(() => 'stays', async () => 'vanishes within 120 days');
    // Whoever still has a token from before the deletion is told of it, or told to start anew: never left with the event.
    const told = await listAll(bed.coach.api, { calendarId, syncToken })
      .then(({ items }) => row(items, id)?.status, async () => (await refusal(bed.coach.api.events.list({ calendarId, syncToken }))).reason);
    expect(['cancelled', 'fullSyncRequired']).toContain(told);
    return gone;
  });
});

describe('1.6 Errors of list', () => {
  const empty = { domain: 'calendar', reason: 'timeRangeEmpty', locationType: 'parameter', location: 'timeMax' };
  const restrictions: Record<string, ListParams> = {
    timeMin: { timeMin: '2027-01-01T00:00:00Z' }, timeMax: { timeMax: '2027-01-01T00:00:00Z' }, updatedMin: { updatedMin: new Date(Date.now() - DAY_MS).toISOString() },
    q: { q: 'x' }, iCalUID: { iCalUID: 'x@google.com' }, privateExtendedProperty: { privateExtendedProperty: ['a=b'] },
    sharedExtendedProperty: { sharedExtendedProperty: ['a=b'] }, 'showDeleted=false': { showDeleted: false },
  };

  fact.provoked('doc', '410 fullSyncRequired: domain calendar, location syncToken', async (bed) => {
    const syncToken = await tokenOf(bed, { calendarId: 'primary' });
    await bed.control('POST', '/sync-tokens/expire', {});
    expect(await refusal(bed.coach.api.events.list({ calendarId: 'primary', syncToken }))).toMatchObject({
      status: 410, body: { error: { code: 410, errors: [{ domain: 'calendar', reason: 'fullSyncRequired', locationType: 'parameter', location: 'syncToken' }] } },
    });
  });
  fact('doc', '410 updatedMinTooLongAgo: location updatedMin', async (bed) => {
    const calendarId = await bed.scratch();
    expect(await refusal(bed.coach.api.events.list({ calendarId, updatedMin: '2001-01-01T00:00:00Z' }))).toMatchObject({
      status: 410, body: { error: { code: 410, errors: [{ domain: 'calendar', reason: 'updatedMinTooLongAgo', locationType: 'parameter', location: 'updatedMin' }] } },
    });
  });
  for (const [name, restriction] of Object.entries(restrictions)) {
    fact('2nd', `400 syncTokenWithRequestRestrictions: a token with ${name}`, async (bed) => {
      const calendarId = await bed.scratch();
      const syncToken = await tokenOf(bed, { calendarId });
      expect(await refusal(bed.coach.api.events.list({ calendarId, syncToken, ...restriction }))).toMatchObject({
        status: 400, reason: 'syncTokenWithRequestRestrictions', message: 'Sync token cannot be used with other request restrictions.',
      });
    });
  }
  for (const order of [{ orderBy: 'updated' }, { orderBy: 'startTime', singleEvents: true }]) {
    uncertain(`reason of a token with orderBy=${order.orderBy} (question 1)`, ['400 syncTokenWithNonDefaultOrdering', '400 syncTokenWithRequestRestrictions'], async (bed) => {
      const calendarId = await bed.scratch();
      const { singleEvents = false } = order;
      const { status, reason } = await refusal(bed.coach.api.events.list({ calendarId, syncToken: await tokenOf(bed, { calendarId, singleEvents }), ...order }));
      return `${status} ${reason}`;
    });
  }
  fact('2nd', '400 "…non-default ordering": a token with orderBy', async (bed) => {
    const calendarId = await bed.scratch();
    expect(await refusal(bed.coach.api.events.list({ calendarId, syncToken: await tokenOf(bed, { calendarId }), orderBy: 'updated' })))
      .toMatchObject({ status: 400, message: expect.stringMatching(/non-default ordering/) });
  });
  fact('2nd', '400 invalid: a malformed token', async (bed) => {
    const calendarId = await bed.scratch();
    expect(await refusal(bed.coach.api.events.list({ calendarId, syncToken: 'garbage' }))).toMatchObject({ status: 400, reason: 'invalid', message: 'Invalid sync token value.' });
  });
  uncertain('a slightly mangled token', ['400 invalid', '410 fullSyncRequired'], async (bed) => {
    const calendarId = await bed.scratch();
    const syncToken = await tokenOf(bed, { calendarId });
    const middle = Math.floor(syncToken.length / 2);
    const mangled = `${syncToken.slice(0, middle)}${syncToken[middle] === 'A' ? 'B' : 'A'}${syncToken.slice(middle + 1)}`;
    const { status, reason } = await refusal(bed.coach.api.events.list({ calendarId, syncToken: mangled }));
    return `${status} ${reason}`;
  });
  uncertain('the token of another calendar', ['400 invalid', '410 fullSyncRequired'], async (bed) => {
    const [one, other] = [await bed.scratch(), await bed.scratch()];
    const { status, reason } = await refusal(bed.coach.api.events.list({ calendarId: other, syncToken: await tokenOf(bed, { calendarId: one }) }));
    return `${status} ${reason}`;
  });
  fact('2nd', '400: orderBy=startTime without singleEvents', async (bed) => {
    const calendarId = await bed.scratch();
    for (const more of [{}, { singleEvents: false }]) {
      expect(await refusal(bed.coach.api.events.list({ calendarId, orderBy: 'startTime', ...more })))
        .toMatchObject({ status: 400, message: 'The requested ordering is not available for the particular query.' });
    }
  });
  uncertain('reason of orderBy=startTime without singleEvents (question 1)', ['badRequest', 'invalid'], async (bed) =>
    String((await refusal(bed.coach.api.events.list({ calendarId: await bed.scratch(), orderBy: 'startTime' }))).reason));
  fact('doc', '400 timeRangeEmpty: timeMax at or before timeMin', async (bed) => {
    const calendarId = await bed.scratch();
    for (const timeMax of ['2027-02-02T10:00:00Z', '2027-02-02T09:00:00Z', '2027-02-02T11:00:00+01:00']) {
      expect(await refusal(bed.coach.api.events.list({ calendarId, timeMin: '2027-02-02T10:00:00Z', timeMax }))).toMatchObject({ status: 400, body: { error: { errors: [empty] } } });
    }
  });
  fact('doc', '404 notFound: a calendar that is not there', async (bed) => {
    for (const calendarId of ['nobody@group.calendar.google.com', `${bed.freshId()}@group.calendar.google.com`]) {
      expect(await refusal(bed.coach.api.events.list({ calendarId }))).toMatchObject({ status: 404, reason: 'notFound' });
    }
  });
  fact.ofTwo('doc', '404 notFound: a calendar without access to it', async (bed) => {
    const calendarId = await bed.scratch();
    expect(await refusal(bed.guest.api.events.list({ calendarId }))).toMatchObject({ status: 404, reason: 'notFound' });
    expect(await refusal(bed.guest.api.events.list({ calendarId: bed.coach.email }))).toMatchObject({ status: 404, reason: 'notFound' });
  });
});
