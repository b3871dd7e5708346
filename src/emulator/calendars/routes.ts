import { notFound } from '../http/api-error.js';
import { answerResource, type Route } from '../http/route.js';
import { calendarBody, freeBusyBody } from '../events/schema.js';
import { accessTo } from './access.js';
import { listCalendars, showEntry } from './calendar-list.js';
import { insertCalendar, showCalendar } from './calendars.js';
import { queryFreeBusy } from './free-busy.js';

export const LIST_SCOPES = ['calendar', 'calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly'];

/** The methods of calendars, calendarList, settings and freeBusy. */
export const calendarRoutes: readonly Route[] = [
  {
    method: 'GET', path: '/users/me/calendarList', scopes: LIST_SCOPES,
    params: { maxResults: 'count', pageToken: 'text', minAccessRole: 'text', showDeleted: 'bool', showHidden: 'bool', showOwnOrganizationOnly: 'bool', syncToken: 'text' },
    answer: ({ emulator, tokens, caller, query }) => ({ status: 200, json: listCalendars(emulator.store, tokens, caller.account, query) }),
  },
  {
    method: 'GET', path: '/users/me/calendarList/:calendarId', scopes: LIST_SCOPES, params: {},
    answer: (call) => {
      const { store } = call.emulator;
      const { calendar, role } = accessTo(store, call.caller, call.path[0] ?? '');
      const entry = store.entry(call.caller.account, calendar.id);
      if (entry === undefined || entry.deleted === true) throw notFound();
      return answerResource(call, showEntry(entry, calendar, role));
    },
  },
  {
    method: 'GET', path: '/calendars/:calendarId', params: {}, scopes: ['calendar', 'calendar.readonly', 'calendar.calendars', 'calendar.calendars.readonly', 'calendar.app.created'],
    answer: (call) => answerResource(call, showCalendar(accessTo(call.emulator.store, call.caller, call.path[0] ?? '').calendar)),
  },
  {
    method: 'POST', path: '/calendars', params: {}, body: calendarBody, scopes: ['calendar', 'calendar.calendars', 'calendar.app.created'],
    answer: (call) => {
      const account = call.emulator.store.account(call.caller.account);
      if (account === undefined) throw notFound();
      return answerResource(call, insertCalendar(call.emulator.store, account, call.caller.clientId, call.body));
    },
  },
  {
    method: 'GET', path: '/users/me/settings/:setting', params: {}, scopes: ['calendar', 'calendar.readonly', 'calendar.settings.readonly'],
    answer: (call) => {
      const account = call.emulator.store.account(call.caller.account), calendar = call.emulator.store.calendar(call.caller.account);
      if (call.path[0] !== 'timezone' || account === undefined || calendar === undefined) throw notFound();
      return answerResource(call, { kind: 'calendar#setting', etag: `"${calendar.revision}"`, id: 'timezone', value: account.timeZone });
    },
  },
  {
    method: 'POST', path: '/freeBusy', params: {}, body: freeBusyBody, scopes: ['calendar', 'calendar.readonly', 'calendar.freebusy', 'calendar.events.freebusy'],
    answer: ({ emulator, caller, body }) => ({ status: 200, json: queryFreeBusy(emulator.store, caller, body) }),
  },
];
