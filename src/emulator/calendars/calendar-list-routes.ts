import { notFound, required } from '../http/api-error.js';
import type { ParamKind } from '../http/query.js';
import { answerResource, type Call, type Route } from '../http/route.js';
import type { ListEntry } from '../store/model.js';
import { accessOf, accessTo, type Access } from './access.js';
import { showEntry } from './calendar-entry.js';
import { listCalendars } from './calendar-list.js';
import { changeEntry, insertEntry, removeEntry } from './calendar-list-writes.js';
import { entryBody } from './schema.js';

export const LIST_SCOPES = ['calendar', 'calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly'];
const ENTRY_WRITES = ['calendar', 'calendar.calendarlist', 'calendar.app.created'];
/** Parameters of calendarList.list; calendarList.watch takes the same. */
export const CALENDAR_LIST_PARAMS: Record<string, ParamKind> = {
  maxResults: 'count', pageToken: 'text', minAccessRole: 'text', showDeleted: 'bool', showHidden: 'bool', showOwnOrganizationOnly: 'bool', syncToken: 'text',
};
const ENTRY = '/users/me/calendarList/:calendarId';

/** The entry that a path names, if the caller has it on their list. Throws 404. */
function entryOf(call: Call): { access: Access; entry: ListEntry } {
  const access = accessOf(call);
  const entry = call.emulator.store.entry(call.caller.account, access.calendar.id);
  if (entry === undefined || entry.deleted === true) throw notFound();
  return { access, entry };
}

function change(call: Call, kind: 'patch' | 'update') {
  const { access, entry } = entryOf(call);
  return answerResource(call, changeEntry(call, access, entry, kind));
}

/** The methods of the calendarList resource. */
export const calendarListRoutes: readonly Route[] = [
  {
    id: 'calendarList.list', method: 'GET', path: '/users/me/calendarList', scopes: LIST_SCOPES, params: CALENDAR_LIST_PARAMS,
    answer: ({ emulator, tokens, caller, query }) => ({ status: 200, json: listCalendars(emulator.store, tokens, caller.account, query) }),
  },
  {
    id: 'calendarList.get', method: 'GET', path: ENTRY, scopes: [...LIST_SCOPES, 'calendar.app.created'], params: {},
    answer: (call) => {
      const { access: { calendar, role }, entry } = entryOf(call);
      return answerResource(call, showEntry(entry, calendar, role));
    },
  },
  {
    id: 'calendarList.insert', method: 'POST', path: '/users/me/calendarList', scopes: ['calendar', 'calendar.calendarlist'], params: { colorRgbFormat: 'bool' }, body: entryBody,
    answer: (call) => {
      const { id } = call.body;
      if (typeof id !== 'string' || id === '') throw required('Missing calendar id.');
      return answerResource(call, insertEntry(call, accessTo(call.emulator.store, call.caller, id)));
    },
  },
  { id: 'calendarList.patch', method: 'PATCH', path: ENTRY, scopes: ENTRY_WRITES, params: { colorRgbFormat: 'bool' }, body: entryBody, answer: (call) => change(call, 'patch') },
  { id: 'calendarList.update', method: 'PUT', path: ENTRY, scopes: ENTRY_WRITES, params: { colorRgbFormat: 'bool' }, body: entryBody, answer: (call) => change(call, 'update') },
  {
    id: 'calendarList.delete', method: 'DELETE', path: ENTRY, scopes: ENTRY_WRITES, params: {},
    answer: (call) => {
      const { access, entry } = entryOf(call);
      removeEntry(call, access, entry);
      return { status: 204 };
    },
  },
];
