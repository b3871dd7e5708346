import type { Answer } from '../http/answer.js';
import type { ParamKind } from '../http/query.js';
import { invalidParameter, required, requiredAccessLevel } from '../http/api-error.js';
import { answerResource, type Call, type Route } from '../http/route.js';
import { accessOf, isAtLeast, type Access } from '../calendars/access.js';
import type { StoredEvent } from '../store/model.js';
import { findEvent } from './find.js';
import { importEvent } from './import.js';
import { listInstances } from './instances.js';
import { listEvents } from './list.js';
import { moveEvent } from './move.js';
import { eventBody } from './schema.js';
import { showEvent } from './view.js';
import { changeEvent, deleteEvent, insertEvent } from './write.js';
import type { WriteCall } from './write-call.js';

export const READS = ['calendar', 'calendar.readonly', 'calendar.events', 'calendar.events.readonly', 'calendar.events.owned', 'calendar.events.owned.readonly', 'calendar.app.created', 'calendar.events.freebusy'];
const WRITES = ['calendar', 'calendar.events', 'calendar.events.owned', 'calendar.app.created'];

const SHOWING: Record<string, ParamKind> = { alwaysIncludeEmail: 'bool', maxAttendees: 'count' };
const PAGING: Record<string, ParamKind> = { maxResults: 'count', pageToken: 'text' };
const WRITING: Record<string, ParamKind> = {
  sendUpdates: 'updates', sendNotifications: 'bool', conferenceDataVersion: 'text', supportsAttachments: 'bool', eventLabelVersion: 'text', maxAttendees: 'count',
};
/** Parameters of events.list (sheet 1.1); events.watch takes the same. */
export const LIST_PARAMS: Record<string, ParamKind> = {
  ...SHOWING, ...PAGING, eventTypes: 'texts', iCalUID: 'text', orderBy: 'text', privateExtendedProperty: 'texts', sharedExtendedProperty: 'texts', q: 'text',
  showDeleted: 'bool', showHiddenInvitations: 'bool', singleEvents: 'bool', syncToken: 'text', timeMax: 'time', timeMin: 'time', timeZone: 'zone', updatedMin: 'time',
};

function showOne(call: Call, { calendar, role }: Access, row: StoredEvent, timeZone?: string): Answer {
  return answerResource(call, showEvent(row, { calendar, role, caller: call.caller.account, zone: timeZone ?? calendar.timeZone, maxAttendees: call.query.count('maxAttendees') }));
}

/** A parameter that says which version of a feature the client knows: 0 (the default) or 1. */
function version(call: Call, name: string): 0 | 1 {
  const value = call.query.text(name) ?? '0';
  if (value !== '0' && value !== '1') throw invalidParameter(`Invalid integer value: '${value.slice(0, 80)}'. Allowed values: [0, 1]`, name);
  return value === '1' ? 1 : 0;
}

/** Any writer may write; what those without access to private events may not is checked with the event. */
function writable(call: Call): Access {
  const access = accessOf(call);
  if (!isAtLeast(access.role, 'writerWithoutPrivateAccess')) throw requiredAccessLevel('writer');
  return access;
}

const writing = (call: Call, access: Access): WriteCall => ({
  emulator: call.emulator, caller: call.caller, calendar: access.calendar, role: access.role, ifMatch: call.headers.ifMatch,
  sendUpdates: call.query.text('sendUpdates') ?? (call.query.flag('sendNotifications') ? 'all' : 'none'),
  takesConference: version(call, 'conferenceDataVersion') === 1, takesAttachments: call.query.flag('supportsAttachments'), takesLabels: version(call, 'eventLabelVersion') === 1,
});

function getEvent(call: Call): Answer {
  const access = accessOf(call);
  const { row } = findEvent(call.emulator.store, access.calendar.id, call.path[1] ?? '');
  return showOne(call, access, row, call.query.text('timeZone'));
}

function write(call: Call, kind: 'insert' | 'import' | 'patch' | 'update'): Answer {
  const access = writable(call);
  const target = writing(call, access);
  const row = kind === 'insert' ? insertEvent(target, call.body)
    : kind === 'import' ? importEvent(target, call.body) : changeEvent(target, call.path[1] ?? '', kind, call.body);
  return showOne(call, access, row);
}

/** The destination's access is asked for with the same scopes as the source's. */
function move(call: Call): Answer {
  const destination = call.query.text('destination') ?? '';
  if (destination === '') throw required('Missing destination.');
  const access = writable(call), target = writable({ ...call, path: [destination] });
  return showOne(call, access, moveEvent(writing(call, access), call.path[1] ?? '', target.calendar));
}

/** The methods of the events resource. */
export const eventRoutes: readonly Route[] = [
  {
    id: 'events.list', method: 'GET', path: '/calendars/:calendarId/events', scopes: READS, params: LIST_PARAMS,
    answer: (call) => ({ status: 200, json: listEvents(call.emulator.store, call.tokens, accessOf(call), call.caller, call.query) }),
  },
  { id: 'events.insert', method: 'POST', path: '/calendars/:calendarId/events', scopes: WRITES, params: WRITING, body: eventBody, answer: (call) => write(call, 'insert') },
  {
    id: 'events.import', method: 'POST', path: '/calendars/:calendarId/events/import', scopes: WRITES, body: eventBody,
    params: { conferenceDataVersion: 'text', eventLabelVersion: 'text', supportsAttachments: 'bool' }, answer: (call) => write(call, 'import'),
  },
  {
    id: 'events.move', method: 'POST', path: '/calendars/:calendarId/events/:eventId/move', scopes: WRITES.filter((each) => each !== 'calendar.app.created'),
    params: { destination: 'text', sendUpdates: 'updates', sendNotifications: 'bool' }, answer: move,
  },
  { id: 'events.get', method: 'GET', path: '/calendars/:calendarId/events/:eventId', scopes: READS, params: { ...SHOWING, timeZone: 'zone' }, answer: getEvent },
  { id: 'events.patch', method: 'PATCH', path: '/calendars/:calendarId/events/:eventId', scopes: WRITES, params: { ...WRITING, alwaysIncludeEmail: 'bool' }, body: eventBody, answer: (call) => write(call, 'patch') },
  { id: 'events.update', method: 'PUT', path: '/calendars/:calendarId/events/:eventId', scopes: WRITES, params: { ...WRITING, alwaysIncludeEmail: 'bool' }, body: eventBody, answer: (call) => write(call, 'update') },
  {
    id: 'events.delete', method: 'DELETE', path: '/calendars/:calendarId/events/:eventId', scopes: WRITES, params: { sendUpdates: 'updates', sendNotifications: 'bool' },
    answer: (call) => {
      deleteEvent(writing(call, writable(call)), call.path[1] ?? '');
      return { status: 204 };
    },
  },
  {
    id: 'events.instances', method: 'GET', path: '/calendars/:calendarId/events/:eventId/instances', scopes: READS,
    params: { ...SHOWING, ...PAGING, originalStart: 'text', showDeleted: 'bool', timeMax: 'time', timeMin: 'time', timeZone: 'zone' },
    answer: (call) => ({ status: 200, json: listInstances(call.emulator.store, call.tokens, accessOf(call), call.caller, call.path[1] ?? '', call.query) }),
  },
];
