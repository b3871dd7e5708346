import type { Answer } from '../http/answer.js';
import type { ParamKind } from '../http/query.js';
import { answerResource, type Call, type Route } from '../http/route.js';
import { accessTo, type Access } from '../calendars/access.js';
import type { StoredEvent } from '../store/model.js';
import { findEvent } from './find.js';
import { listEvents, listInstances } from './list.js';
import { eventBody } from './schema.js';
import { showEvent } from './view.js';
import { changeEvent, deleteEvent, insertEvent, type WriteCall } from './write.js';

export const READS = ['calendar', 'calendar.readonly', 'calendar.events', 'calendar.events.readonly', 'calendar.events.owned', 'calendar.events.owned.readonly', 'calendar.app.created'];
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

const accessOf = (call: Call): Access => accessTo(call.emulator.store, call.caller, call.path[0] ?? '');

function showOne(call: Call, { calendar, role }: Access, row: StoredEvent, timeZone?: string): Answer {
  return answerResource(call, showEvent(row, { calendar, role, zone: timeZone ?? calendar.timeZone, maxAttendees: call.query.count('maxAttendees') }));
}

const writing = (call: Call, access: Access): WriteCall => ({
  emulator: call.emulator, caller: call.caller, calendar: access.calendar, ifMatch: call.headers.ifMatch,
  sendUpdates: call.query.text('sendUpdates') ?? (call.query.flag('sendNotifications') ? 'all' : 'none'),
  takesConference: call.query.text('conferenceDataVersion') === '1', takesAttachments: call.query.flag('supportsAttachments'),
});

function getEvent(call: Call): Answer {
  const access = accessOf(call);
  const { row } = findEvent(call.emulator.store, access.calendar.id, call.path[1] ?? '');
  return showOne(call, access, row, call.query.text('timeZone'));
}

function write(call: Call, kind: 'insert' | 'patch' | 'update'): Answer {
  const access = accessTo(call.emulator.store, call.caller, call.path[0] ?? '', 'writer');
  const target = writing(call, access);
  const row = kind === 'insert' ? insertEvent(target, call.body) : changeEvent(target, call.path[1] ?? '', kind, call.body);
  return showOne(call, access, row);
}

/** The methods of the events resource. */
export const eventRoutes: readonly Route[] = [
  {
    method: 'GET', path: '/calendars/:calendarId/events', scopes: READS, params: LIST_PARAMS,
    answer: (call) => ({ status: 200, json: listEvents(call.emulator.store, call.tokens, accessOf(call), call.query) }),
  },
  { method: 'POST', path: '/calendars/:calendarId/events', scopes: WRITES, params: WRITING, body: eventBody, answer: (call) => write(call, 'insert') },
  { method: 'GET', path: '/calendars/:calendarId/events/:eventId', scopes: READS, params: { ...SHOWING, timeZone: 'zone' }, answer: getEvent },
  { method: 'PATCH', path: '/calendars/:calendarId/events/:eventId', scopes: WRITES, params: { ...WRITING, alwaysIncludeEmail: 'bool' }, body: eventBody, answer: (call) => write(call, 'patch') },
  { method: 'PUT', path: '/calendars/:calendarId/events/:eventId', scopes: WRITES, params: { ...WRITING, alwaysIncludeEmail: 'bool' }, body: eventBody, answer: (call) => write(call, 'update') },
  {
    method: 'DELETE', path: '/calendars/:calendarId/events/:eventId', scopes: WRITES, params: { sendUpdates: 'updates', sendNotifications: 'bool' },
    answer: (call) => {
      deleteEvent(writing(call, accessTo(call.emulator.store, call.caller, call.path[0] ?? '', 'writer')), call.path[1] ?? '');
      return { status: 204 };
    },
  },
  {
    method: 'GET', path: '/calendars/:calendarId/events/:eventId/instances', scopes: READS,
    params: { ...SHOWING, ...PAGING, originalStart: 'text', showDeleted: 'bool', timeMax: 'time', timeMin: 'time', timeZone: 'zone' },
    answer: (call) => ({ status: 200, json: listInstances(call.emulator.store, call.tokens, accessOf(call), call.path[1] ?? '', call.query) }),
  },
];
