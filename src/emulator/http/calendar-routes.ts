import { badRequest, insufficientPermissions, notFound } from './api-error.js';
import type { Answer } from './answer.js';
import type { Check } from './body-schema.js';
import { calendarFor, insertCalendar, listCalendars, showCalendar, showEntry } from '../calendars/calendars.js';
import { stopChannel, watchEvents } from '../push/channels.js';
import type { Caller, Emulator } from '../emulator.js';
import { findEvent } from '../events/find.js';
import { listEvents, listInstances } from '../events/list.js';
import { calendarBody, channelBody, eventBody, freeBusyBody } from '../events/schema.js';
import { etagOf, showEvent } from '../events/view.js';
import { changeEvent, deleteEvent, insertEvent, type WriteCall } from '../events/write.js';
import { queryFreeBusy } from '../calendars/free-busy.js';
import type { ListTokens } from '../store/list-token.js';
import type { Calendar, JsonObject, StoredEvent } from '../store/model.js';
import { Query, type ParamKind } from './query.js';

interface Call {
  readonly emulator: Emulator;
  readonly caller: Caller;
  readonly tokens: ListTokens;
  /** Path parameters, decoded. */
  readonly path: readonly string[];
  readonly query: Query;
  readonly body: JsonObject;
  readonly headers: { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: string | undefined };
}

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly params: Record<string, ParamKind>;
  readonly scopes: readonly string[];
  readonly body?: Check;
  readonly answer: (call: Call) => Answer;
}

const SCOPE = 'https://www.googleapis.com/auth/';
const READS = ['calendar', 'calendar.readonly', 'calendar.events', 'calendar.events.readonly', 'calendar.events.owned', 'calendar.events.owned.readonly'];
const WRITES = ['calendar', 'calendar.events', 'calendar.events.owned'];
const LISTS = ['calendar', 'calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly'];

const EVENTS = /^\/calendar\/v3\/calendars\/([^/]+)\/events$/;
const EVENT = /^\/calendar\/v3\/calendars\/([^/]+)\/events\/([^/]+)$/;
const SHOWING: Record<string, ParamKind> = { alwaysIncludeEmail: 'bool', maxAttendees: 'count' };
const PAGING: Record<string, ParamKind> = { maxResults: 'count', pageToken: 'text' };
const WRITING: Record<string, ParamKind> = {
  sendUpdates: 'updates', sendNotifications: 'bool', conferenceDataVersion: 'text', supportsAttachments: 'bool', eventLabelVersion: 'text', maxAttendees: 'count',
};

const calendarOf = (call: Call): Calendar => calendarFor(call.emulator.store, call.caller.account, call.path[0] ?? '');

function showOne(call: Call, calendar: Calendar, row: StoredEvent, timeZone?: string): Answer {
  const shown = showEvent(row, { calendar, zone: timeZone ?? calendar.timeZone, maxAttendees: call.query.count('maxAttendees') });
  return { status: 200, json: shown, headers: { etag: etagOf(row) } };
}

const writing = (call: Call): WriteCall => ({
  emulator: call.emulator, caller: call.caller, calendar: calendarOf(call), ifMatch: call.headers.ifMatch,
  sendUpdates: call.query.text('sendUpdates') ?? (call.query.flag('sendNotifications') ? 'all' : 'none'),
  takesConference: call.query.text('conferenceDataVersion') === '1', takesAttachments: call.query.flag('supportsAttachments'),
});

function getEvent(call: Call): Answer {
  const calendar = calendarOf(call);
  const { row } = findEvent(call.emulator.store, calendar.id, call.path[1] ?? '');
  if (call.headers.ifNoneMatch?.split(',').some((each) => each.trim() === etagOf(row) || each.trim() === '*')) return { status: 304, headers: { etag: etagOf(row) } };
  return showOne(call, calendar, row, call.query.text('timeZone'));
}

function write(call: Call, kind: 'insert' | 'patch' | 'update'): Answer {
  const target = writing(call);
  const row = kind === 'insert' ? insertEvent(target, call.body) : changeEvent(target, call.path[1] ?? '', kind, call.body);
  return showOne(call, target.calendar, row);
}

const ROUTES: readonly Route[] = [
  {
    method: 'GET', pattern: EVENTS, scopes: READS,
    params: {
      ...SHOWING, ...PAGING, eventTypes: 'texts', iCalUID: 'text', orderBy: 'text', privateExtendedProperty: 'texts', sharedExtendedProperty: 'texts', q: 'text',
      showDeleted: 'bool', showHiddenInvitations: 'bool', singleEvents: 'bool', syncToken: 'text', timeMax: 'time', timeMin: 'time', timeZone: 'zone', updatedMin: 'time',
    },
    answer: (call) => ({ status: 200, json: listEvents(call.emulator.store, call.tokens, calendarOf(call), call.query) }),
  },
  { method: 'POST', pattern: EVENTS, scopes: WRITES, params: WRITING, body: eventBody, answer: (call) => write(call, 'insert') },
  {
    method: 'POST', pattern: /^\/calendar\/v3\/calendars\/([^/]+)\/events\/watch$/, scopes: READS, body: channelBody,
    params: {
      ...SHOWING, ...PAGING, eventTypes: 'texts', iCalUID: 'text', orderBy: 'text', privateExtendedProperty: 'texts', sharedExtendedProperty: 'texts', q: 'text',
      showDeleted: 'bool', showHiddenInvitations: 'bool', singleEvents: 'bool', syncToken: 'text', timeMax: 'time', timeMin: 'time', timeZone: 'zone', updatedMin: 'time',
    },
    answer: (call) => ({ status: 200, json: watchEvents(call.emulator, call.caller, calendarOf(call), call.path[0] ?? '', call.body) }),
  },
  { method: 'GET', pattern: EVENT, scopes: READS, params: { ...SHOWING, timeZone: 'zone' }, answer: getEvent },
  { method: 'PATCH', pattern: EVENT, scopes: WRITES, params: { ...WRITING, alwaysIncludeEmail: 'bool' }, body: eventBody, answer: (call) => write(call, 'patch') },
  { method: 'PUT', pattern: EVENT, scopes: WRITES, params: { ...WRITING, alwaysIncludeEmail: 'bool' }, body: eventBody, answer: (call) => write(call, 'update') },
  {
    method: 'DELETE', pattern: EVENT, scopes: WRITES, params: { sendUpdates: 'updates', sendNotifications: 'bool' },
    answer: (call) => { deleteEvent(writing(call), call.path[1] ?? ''); return { status: 204 }; },
  },
  {
    method: 'GET', pattern: /^\/calendar\/v3\/calendars\/([^/]+)\/events\/([^/]+)\/instances$/, scopes: READS,
    params: { ...SHOWING, ...PAGING, originalStart: 'text', showDeleted: 'bool', timeMax: 'time', timeMin: 'time', timeZone: 'zone' },
    answer: (call) => ({ status: 200, json: listInstances(call.emulator.store, call.tokens, calendarOf(call), call.path[1] ?? '', call.query) }),
  },
  {
    method: 'GET', pattern: /^\/calendar\/v3\/users\/me\/calendarList$/, scopes: LISTS,
    params: { ...PAGING, minAccessRole: 'text', showDeleted: 'bool', showHidden: 'bool', showOwnOrganizationOnly: 'bool', syncToken: 'text' },
    answer: (call) => ({ status: 200, json: listCalendars(call.emulator.store, call.tokens, call.caller.account, call.query) }),
  },
  {
    method: 'GET', pattern: /^\/calendar\/v3\/users\/me\/calendarList\/([^/]+)$/, scopes: LISTS, params: {},
    answer: (call) => { const entry = showEntry(calendarOf(call)); return { status: 200, json: entry, headers: { etag: String(entry['etag']) } }; },
  },
  {
    method: 'GET', pattern: /^\/calendar\/v3\/calendars\/([^/]+)$/, params: {},
    scopes: ['calendar', 'calendar.readonly', 'calendar.calendars', 'calendar.calendars.readonly', 'calendar.app.created'],
    answer: (call) => { const shown = showCalendar(calendarOf(call)); return { status: 200, json: shown, headers: { etag: String(shown['etag']) } }; },
  },
  {
    method: 'POST', pattern: /^\/calendar\/v3\/calendars$/, params: {}, body: calendarBody, scopes: ['calendar', 'calendar.calendars', 'calendar.app.created'],
    answer: (call) => {
      const account = call.emulator.store.account(call.caller.account);
      if (account === undefined) throw notFound();
      const shown = insertCalendar(call.emulator.store, account, call.body);
      return { status: 200, json: shown, headers: { etag: String(shown['etag']) } };
    },
  },
  {
    method: 'GET', pattern: /^\/calendar\/v3\/users\/me\/settings\/([^/]+)$/, params: {}, scopes: ['calendar', 'calendar.readonly', 'calendar.settings.readonly'],
    answer: (call) => {
      const account = call.emulator.store.account(call.caller.account), calendar = call.emulator.store.calendar(call.caller.account);
      if (call.path[0] !== 'timezone' || account === undefined || calendar === undefined) throw notFound();
      return { status: 200, json: { kind: 'calendar#setting', etag: `"${calendar.revision}"`, id: 'timezone', value: account.timeZone } };
    },
  },
  {
    method: 'POST', pattern: /^\/calendar\/v3\/freeBusy$/, params: {}, body: freeBusyBody,
    scopes: ['calendar', 'calendar.readonly', 'calendar.freebusy', 'calendar.events.freebusy'],
    answer: (call) => ({ status: 200, json: queryFreeBusy(call.emulator.store, call.caller.account, call.body) }),
  },
  {
    method: 'POST', pattern: /^\/calendar\/v3\/channels\/stop$/, params: {}, body: channelBody, scopes: [...READS, ...LISTS],
    answer: (call) => { stopChannel(call.emulator, call.caller, call.body); return { status: 204 }; },
  },
];

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest('Malformed percent-encoding in the path.');
  }
}

/** Answers a call under /calendar/v3. `readBody` parses the body as JSON, or throws the 400 that it earns. Throws ApiError. */
export function answerCalendarCall(
  emulator: Emulator, tokens: ListTokens, caller: Caller, method: string, url: URL, readBody: () => JsonObject, headers: Call['headers'],
): Answer {
  for (const route of ROUTES) {
    const match = route.method === method ? route.pattern.exec(url.pathname) : null;
    if (match === null) continue;
    if (caller.scopes !== undefined && !route.scopes.some((each) => caller.scopes?.has(SCOPE + each))) throw insufficientPermissions();
    const query = new Query(url.searchParams, route.params);
    const body = route.body === undefined ? {} : readBody();
    route.body?.(body, '');
    return route.answer({ emulator, caller, tokens, path: match.slice(1).map(decodePart), query, body, headers });
  }
  throw notFound();
}
