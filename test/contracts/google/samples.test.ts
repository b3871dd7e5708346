/**
 * The emulator can hold and serve every recorded event exactly, key order included, and its other answers have the
 * keys, their order and the forms of the recorded ones. The data: test/fixtures/google-event-samples.json.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { startEmulator } from '../../../src/emulator/index.js';
import { fact, listAll, type Api, type Event, type ProvokedBed } from './bed.js';

interface Sample { readonly case: string; readonly note: string; readonly event: Event & { readonly id: string } }
interface Samples { readonly calendarContext: { id: string; timeZone: string }; readonly samples: readonly Sample[]; readonly responses: Record<string, unknown> }

const { calendarContext, samples, responses } = JSON.parse(readFileSync(new URL('../../fixtures/google-event-samples.json', import.meta.url), 'utf8')) as Samples;
const COACH = calendarContext.id;
/** After the last change in the data, and before any of its deleted rows is old. */
const NOW = '2026-11-10T12:00:00.000Z';

const sampleOf = (name: string): Sample => {
  const found = samples.find((each) => each.case === name);
  if (found === undefined) throw new Error(`no sample ${name}`);
  return found;
};
const eventOf = (name: string): Event & { id: string } => sampleOf(name).event;
/** As text, so that the order of keys counts. */
const text = (value: unknown): string => JSON.stringify(value, null, 1);

/** Not loaded but derived by the emulator: plain instances of the series named here. */
const DERIVED: Record<string, string> = {
  'recurring-instance-before-dst': 'recurring-weekly-master-across-dst', 'recurring-instance-after-dst': 'recurring-weekly-master-across-dst',
  'split-series-instance': 'split-series-new-master',
};
/** Shown so only by a list without showDeleted. */
const MINIMAL = ['exception-cancelled-minimal', 'exception-cancelled-all-day', 'cancelled-minimal', 'cancelled-series-master'];
/** Another calendar, another viewer, or cut: each has its own test below. */
const OTHER_VIEW = ['timed-utc-offset-z-with-zone', 'attendee-copy-of-app-session', 'private-seen-by-reader', 'attendees-omitted'];
const PLAIN = samples.filter((each) => !(each.case in DERIVED) && !MINIMAL.includes(each.case) && !OTHER_VIEW.includes(each.case));
/**
 * What the emulator may keep as the text it was, because no write of its own could make it. All else must go through
 * its model, or serving it would prove nothing.
 */
const KEPT_AS_TEXT: Record<string, string> = {
  'timed-zone-missing': 'a write fills the zone in',
};

async function load(bed: ProvokedBed, calendarId: string, events: readonly unknown[]): Promise<string[]> {
  const { loaded, verbatim } = await bed.control('POST', '/events', { calendarId, events }) as { loaded: number; verbatim: string[] };
  expect(loaded).toBe(events.length);
  return verbatim;
}
const atNow = (bed: ProvokedBed) => bed.control('POST', '/clock', { now: NOW });
const get = async (api: Api, eventId: string, calendarId = 'primary', more: { maxAttendees?: number } = {}): Promise<string> =>
  text((await api.events.get({ calendarId, eventId, ...more })).data);
const rowOf = (items: readonly Event[], id: string): string => text(items.find((each) => each.id === id));

describe('The samples, one by one', () => {
  for (const { case: name, event } of PLAIN) {
    fact.provoked('rec', `${name}: get and list give it back`, async (bed) => {
      expect(bed.coach.email).toBe(COACH);
      await atNow(bed);
      await load(bed, COACH, [event]);
      expect(await get(bed.coach.api, event.id)).toBe(text(event));
      expect(rowOf((await listAll(bed.coach.api, { calendarId: 'primary', showDeleted: true })).items, event.id)).toBe(text(event));
    });
  }
  for (const [name, master] of Object.entries(DERIVED)) {
    fact.provoked('rec', `${name}: get, instances and an expanded list derive it from its series`, async (bed) => {
      await atNow(bed);
      const [event, series] = [eventOf(name), eventOf(master)];
      expect(await load(bed, COACH, [series])).toEqual([]);
      expect(await get(bed.coach.api, event.id)).toBe(text(event));
      const window = { timeMin: '2026-10-01T00:00:00Z', timeMax: '2027-01-01T00:00:00Z' };
      expect(rowOf((await bed.coach.api.events.instances({ calendarId: 'primary', eventId: series.id, ...window })).data.items ?? [], event.id)).toBe(text(event));
      expect(rowOf((await listAll(bed.coach.api, { calendarId: 'primary', singleEvents: true, ...window })).items, event.id)).toBe(text(event));
    });
  }
  for (const name of MINIMAL) {
    fact.provoked('rec', `${name}: an incremental list without showDeleted gives it so`, async (bed) => {
      await atNow(bed);
      const event = eventOf(name);
      const { syncToken } = await listAll(bed.coach.api, { calendarId: 'primary' });
      await load(bed, COACH, [event]);
      expect(text((await listAll(bed.coach.api, { calendarId: 'primary', syncToken: syncToken ?? '' })).items)).toBe(text([event]));
    });
  }
  for (const [name, master] of [['exception-cancelled-minimal', 'recurring-weekly-master-across-dst'], ['exception-cancelled-all-day', 'recurring-all-day-master']] as const) {
    fact.provoked('rec', `${name}: a full list without showDeleted gives it beside its series, an expanded one does not`, async (bed) => {
      await atNow(bed);
      const [event, series] = [eventOf(name), eventOf(master)];
      await load(bed, COACH, [series, event]);
      expect(rowOf((await listAll(bed.coach.api, { calendarId: 'primary' })).items, event.id)).toBe(text(event));
      const expanded = await listAll(bed.coach.api, { calendarId: 'primary', singleEvents: true, timeMax: '2027-01-01T00:00:00Z' });
      expect(expanded.items.map((each) => each.id)).not.toContain(event.id);
      expect(expanded.items.length).toBeGreaterThan(2);
    });
  }
  fact.provoked('rec', 'timed-utc-offset-z-with-zone: on a secondary calendar in UTC', async (bed) => {
    await atNow(bed);
    const event = eventOf('timed-utc-offset-z-with-zone'), id = event.organizer?.email ?? '';
    await bed.control('POST', '/calendars', { id, owner: COACH, summary: event.organizer?.displayName, timeZone: 'UTC' });
    expect(await load(bed, id, [event])).toEqual([]);
    expect(await get(bed.coach.api, event.id, id)).toBe(text(event));
    expect(text((await listAll(bed.coach.api, { calendarId: id })).items)).toBe(text([event]));
  });
  fact.provoked('rec', 'attendee-copy-of-app-session: on the guest\'s calendar, beside the organizer\'s', async (bed) => {
    await atNow(bed);
    const [copy, own] = [eventOf('attendee-copy-of-app-session'), eventOf('app-owned-session-extended-properties')];
    await load(bed, COACH, [own]);
    expect(await load(bed, bed.guest.email, [copy])).toEqual([]);
    expect(await get(bed.guest.api, copy.id)).toBe(text(copy));
    expect(await get(bed.coach.api, own.id)).toBe(text(own));
  });
  for (const role of ['freeBusyReader', 'reader']) {
    fact.provoked('rec', `private-seen-by-reader: what a ${role} sees of a private event`, async (bed) => {
      await atNow(bed);
      const seen = eventOf('private-seen-by-reader'), whole = { ...eventOf('private-visible-to-owner'), ...seen };
      await load(bed, COACH, [whole]);
      await bed.coach.api.acl.insert({ calendarId: 'primary', requestBody: { role, scope: { type: 'user', value: bed.guest.email } } });
      expect(await get(bed.guest.api, seen.id, COACH)).toBe(text(seen));
      expect(text((await listAll(bed.guest.api, { calendarId: COACH })).items)).toBe(text([seen]));
    });
  }
  fact.provoked('rec', 'attendees-omitted: what maxAttendees leaves of a longer list', async (bed) => {
    await atNow(bed);
    const { attendeesOmitted, ...cut } = eventOf('attendees-omitted');
    const own = cut.attendees ?? [];
    const guests = [{ email: 'ceo@partner.example', displayName: 'CEO', organizer: true, responseStatus: 'accepted' }, ...own, { email: 'all@partner.example', responseStatus: 'needsAction' }];
    await load(bed, COACH, [Object.fromEntries(Object.entries(cut).map(([key, value]) => [key, key === 'attendees' ? guests : value]))]);
    expect(attendeesOmitted).toBe(true);
    expect(await get(bed.coach.api, cut.id, 'primary', { maxAttendees: 1 })).toBe(text(eventOf('attendees-omitted')));
    expect(text((await listAll(bed.coach.api, { calendarId: 'primary', maxAttendees: 2 })).items)).toBe(text([eventOf('attendees-omitted')]));
  });
});

describe('The samples together', () => {
  fact.provoked('rec', 'all of the coach\'s calendar at once: a list in small pages holds every row exactly', async (bed) => {
    await atNow(bed);
    const events = [...PLAIN.map((each) => each.event), ...MINIMAL.map(eventOf)];
    await load(bed, COACH, events);
    for (const maxResults of [7, 2500]) {
      const { items } = await listAll(bed.coach.api, { calendarId: 'primary', showDeleted: true, maxResults });
      expect(items.map((each) => each.id).sort()).toEqual(events.map((each) => each.id).sort());
      for (const event of PLAIN.map((each) => each.event)) expect(rowOf(items, event.id)).toBe(text(event));
    }
  });
  fact.provoked('rec', 'only what no write could make is kept as text', async (bed) => {
    await atNow(bed);
    const kept = new Set(await load(bed, COACH, PLAIN.map((each) => each.event)));
    expect(PLAIN.filter((each) => kept.has(each.event.id)).map((each) => each.case).sort()).toEqual(Object.keys(KEPT_AS_TEXT).sort());
  });
  fact.provoked('rec', 'a restart changes nothing: everything is on disk', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'samples-'));
    onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
    const told = async (path: string, body?: unknown): Promise<unknown> => {
      const answer = await fetch(`${emulator.url}${path}`, { headers: { authorization: `Bearer sandbox:${COACH}` }, ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }) });
      return answer.json();
    };
    const all = async (): Promise<string> => text((await told('/calendar/v3/calendars/primary/events?showDeleted=true&maxResults=2500') as { items: unknown[] }).items);
    let emulator = await startEmulator({ dataDir });
    await told('/control/accounts', { email: COACH, name: 'Ana', timeZone: calendarContext.timeZone });
    await told('/control/clock', { now: NOW });
    await told('/control/events', { calendarId: COACH, events: PLAIN.map((each) => each.event) });
    const before = await all();
    await emulator.close();
    emulator = await startEmulator({ dataDir });
    expect(await all()).toBe(before);
    await emulator.close();
    expect(JSON.parse(before)).toHaveLength(PLAIN.length);
  });
  fact.provoked('rec', 'a write on a loaded row goes on from what was loaded', async (bed) => {
    await atNow(bed);
    for (const name of ['timed-plain', 'timed-zone-missing', 'attendees-rich', 'conference-meet']) {
      const event = eventOf(name);
      await load(bed, COACH, [event]);
      const { data } = await bed.coach.api.events.patch({ calendarId: 'primary', eventId: event.id, requestBody: { summary: 'after' } });
      expect(data).toMatchObject({ id: event.id, summary: 'after', iCalUID: event.iCalUID, created: event.created, start: { dateTime: event.start?.dateTime } });
      expect(data.etag).not.toBe(event.etag);
      expect(data.attendees ?? []).toHaveLength(event.attendees?.length ?? 0);
    }
  });
});

describe('The recorded responses', () => {
  /** Keys of an object in order, and of all below it; what a value is for the rest. */
  function formOf(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(formOf);
    if (value !== null && typeof value === 'object') return Object.entries(value).map(([key, inner]) => [key, formOf(inner)]);
    return typeof value;
  }
  const sameForm = (seen: unknown, recorded: unknown): void => { expect(text(formOf(seen))).toBe(text(formOf(recorded))); };
  /** Equal but for the named keys, whose values nobody can foretell; key order counts. */
  function sameBut(seen: Record<string, unknown>, recorded: unknown, ...open: string[]): void {
    sameForm(seen, recorded);
    const masked = (value: object): unknown => Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, open.includes(key) ? '' : inner as unknown]));
    expect(text(masked(seen))).toBe(text(masked(recorded as object)));
  }
  const listed = async (bed: ProvokedBed, query = ''): Promise<Record<string, unknown>> => (await bed.raw('GET', `/calendars/primary/events${query}`)).json;

  fact.provoked('rec', 'eventsListEmptyPageWithNext: a page without items', async (bed) => {
    await atNow(bed);
    await load(bed, COACH, [eventOf('timed-plain')]);
    for (const id of ['vvvvv1', 'vvvvv2']) {
      await bed.coach.api.events.insert({ calendarId: 'primary', requestBody: { id, start: { date: '2026-11-20' }, end: { date: '2026-11-21' } } });
      await bed.coach.api.events.delete({ calendarId: 'primary', eventId: id });
    }
    sameBut(await listed(bed, '?maxResults=2'), responses.eventsListEmptyPageWithNext, 'etag', 'updated', 'nextPageToken');
  });
  fact.provoked('rec', 'eventsListLastPage and eventsListOrderedLastPage: with a sync token, and with no token', async (bed) => {
    await atNow(bed);
    // On the coach's own calendar, which has default reminders; the recorded pages have none.
    const own = (recorded: unknown) => ({ ...recorded as object, defaultReminders: [{ method: 'popup', minutes: 10 }] });
    sameBut(await listed(bed), own(responses.eventsListLastPage), 'etag', 'updated', 'nextSyncToken');
    sameBut(await listed(bed, '?orderBy=updated'), own(responses.eventsListOrderedLastPage), 'etag', 'updated');
    const { data } = await bed.coach.api.calendars.insert({ requestBody: { summary: COACH, timeZone: 'Europe/Berlin' } });
    sameBut((await bed.raw('GET', `/calendars/${encodeURIComponent(data.id ?? '')}/events`)).json, responses.eventsListLastPage, 'etag', 'updated', 'nextSyncToken');
  });
  fact.provoked('rec', 'watch: keys of the answer in order, its forms, seven days to the second', async (bed) => {
    await bed.control('POST', '/pushes', { mode: 'off' });
    await bed.control('POST', '/clock', { now: '2026-11-06T16:00:00.000Z' });
    const { request, response } = responses.watch as { request: { id: string }; response: Record<string, unknown> };
    const { json } = await bed.raw('POST', '/calendars/primary/events/watch', { body: JSON.stringify(request) });
    sameBut(json, response, 'resourceId', 'resourceUri', 'expiration');
    expect(json.resourceUri).toMatch(/\/calendar\/v3\/calendars\/[^/]+\/events\?alt=json$/);
    expect(json.expiration).toMatch(/^\d{10}000$/);
    expect(Math.abs(Number(json.expiration) - Number(response.expiration))).toBeLessThan(60_000);
  });
  fact.provoked('rec', 'freeBusy: busy in UTC, an unknown calendar with its error', async (bed) => {
    await atNow(bed);
    await load(bed, COACH, [eventOf('timed-plain')]);
    const { request, response } = responses.freeBusy as { request: unknown; response: unknown };
    expect(text((await bed.raw('POST', '/freeBusy', { body: JSON.stringify(request) })).json)).toBe(text(response));
  });
  fact.provoked('rec', 'calendarListEntryPrimary', async (bed) => {
    const { json } = await bed.raw('GET', '/users/me/calendarList/primary');
    sameBut(json, responses.calendarListEntryPrimary, 'etag');
    expect(json.etag).toMatch(/^"\d{16}"$/);
  });
  fact.provoked('rec', 'calendarListEntrySecondary', async (bed) => {
    const recorded = responses.calendarListEntrySecondary as { id: string; summary: string; timeZone: string };
    await bed.control('POST', '/calendars', { id: recorded.id, owner: COACH, summary: recorded.summary, timeZone: recorded.timeZone });
    const { json } = await bed.raw('GET', `/users/me/calendarList/${encodeURIComponent(recorded.id)}`);
    sameBut(json, recorded, 'etag');
    expect(json.etag).toMatch(/^"\d{16}"$/);
  });
  fact.provoked('rec', 'calendarListEntryDeletedIncremental', async (bed) => {
    const recorded = responses.calendarListEntryDeletedIncremental as { id: string };
    await bed.control('POST', '/calendars', { id: recorded.id, owner: COACH, summary: 'gone', timeZone: 'UTC' });
    const { data } = await bed.coach.api.calendarList.list();
    await bed.coach.api.calendars.delete({ calendarId: recorded.id });
    const { json } = await bed.raw('GET', `/users/me/calendarList?syncToken=${encodeURIComponent(data.nextSyncToken ?? '')}`);
    const items = json.items as Record<string, unknown>[];
    expect(items).toHaveLength(1);
    sameBut(items[0] ?? {}, recorded, 'etag');
  });
  fact.provoked('rec', 'settingTimezone', async (bed) => {
    const { json } = await bed.raw('GET', '/users/me/settings/timezone');
    sameBut(json, responses.settingTimezone, 'etag');
    expect(json.etag).toMatch(/^"\d{16}"$/);
  });
  fact.provoked('rec', 'tokenExchange and tokenRefresh: keys in order', async (bed) => {
    const { scope } = responses.tokenExchange as { scope: string };
    const client = { client_id: 'sample', client_secret: 's3cret', redirect_uri: 'http://127.0.0.1:9/back' };
    const token = async (form: Record<string, string>): Promise<Record<string, unknown>> =>
      (await fetch(`${bed.url}/token`, { method: 'POST', body: new URLSearchParams({ ...client, ...form }) })).json() as Promise<Record<string, unknown>>;
    const consent = async (asked: string): Promise<string> => {
      const page = `${bed.url}/o/oauth2/v2/auth?${new URLSearchParams({ ...client, response_type: 'code', scope: asked, access_type: 'offline', prompt: 'consent', login_hint: COACH }).toString()}`;
      const html = await (await fetch(page)).text();
      const form = new URLSearchParams({ account: COACH, decision: 'allow' });
      for (const [, name = '', value = ''] of html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) form.append(name, value.replaceAll('&amp;', '&'));
      for (const [, value = ''] of html.matchAll(/<input type="checkbox" name="granted" value="([^"]*)"/g)) form.append('granted', value);
      const answer = await fetch(`${bed.url}/o/oauth2/v2/auth`, { method: 'POST', body: form, redirect: 'manual' });
      return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
    };
    sameBut(await token({ grant_type: 'authorization_code', code: await consent(scope) }), responses.tokenExchange, 'access_token', 'refresh_token', 'id_token');
    const { refresh_token } = await token({ grant_type: 'authorization_code', code: await consent('https://www.googleapis.com/auth/calendar.events') });
    sameBut(await token({ grant_type: 'refresh_token', refresh_token: String(refresh_token) }), responses.tokenRefresh, 'access_token');
  });
});
