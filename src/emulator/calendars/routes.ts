import { notFound } from '../http/api-error.js';
import { answerResource, type Call, type Route } from '../http/route.js';
import { accessOf } from './access.js';
import { clearCalendar, deleteCalendar } from './calendar-end.js';
import { calendarListRoutes } from './calendar-list-routes.js';
import { changeCalendar, etagOf, insertCalendar, showCalendar } from './calendars.js';
import { queryFreeBusy } from './free-busy.js';
import { checkIfMatch } from './if-match.js';
import { calendarBody, freeBusyBody } from './schema.js';
import { settingsRoutes } from './settings-routes.js';

const WRITES = ['calendar', 'calendar.calendars', 'calendar.app.created'];
const CALENDAR = '/calendars/:calendarId';

function change(call: Call, kind: 'patch' | 'update') {
  const { calendar } = accessOf(call, 'owner');
  checkIfMatch(call, etagOf(calendar));
  return answerResource(call, changeCalendar(call.emulator.store, calendar, kind, call.body));
}

/** The methods of calendars, calendarList, settings, colors and freeBusy. */
export const calendarRoutes: readonly Route[] = [
  ...calendarListRoutes,
  {
    id: 'calendars.get', method: 'GET', path: CALENDAR, params: {}, scopes: [...WRITES, 'calendar.readonly', 'calendar.calendars.readonly'],
    answer: (call) => answerResource(call, showCalendar(accessOf(call).calendar)),
  },
  {
    id: 'calendars.insert', method: 'POST', path: '/calendars', params: {}, body: calendarBody, scopes: WRITES,
    answer: (call) => {
      const account = call.emulator.store.account(call.caller.account);
      if (account === undefined) throw notFound();
      return answerResource(call, insertCalendar(call.emulator.store, account, call.caller.clientId, call.body));
    },
  },
  { id: 'calendars.patch', method: 'PATCH', path: CALENDAR, params: {}, body: calendarBody, scopes: WRITES, answer: (call) => change(call, 'patch') },
  { id: 'calendars.update', method: 'PUT', path: CALENDAR, params: {}, body: calendarBody, scopes: WRITES, answer: (call) => change(call, 'update') },
  {
    id: 'calendars.delete', method: 'DELETE', path: CALENDAR, params: {}, scopes: WRITES,
    answer: (call) => {
      const { calendar } = accessOf(call, 'owner');
      checkIfMatch(call, etagOf(calendar));
      deleteCalendar(call.emulator.store, calendar);
      return { status: 204 };
    },
  },
  {
    id: 'calendars.clear', method: 'POST', path: `${CALENDAR}/clear`, params: {}, scopes: ['calendar', 'calendar.calendars'],
    answer: (call) => {
      clearCalendar({
        emulator: call.emulator, caller: call.caller, ...accessOf(call, 'owner'), sendUpdates: 'none', takesConference: false, takesAttachments: false, takesLabels: false,
      });
      return { status: 204 };
    },
  },
  ...settingsRoutes,
  {
    id: 'freebusy.query', method: 'POST', path: '/freeBusy', params: {}, body: freeBusyBody, scopes: ['calendar', 'calendar.readonly', 'calendar.freebusy', 'calendar.events.freebusy'],
    answer: ({ emulator, caller, body }) => ({ status: 200, json: queryFreeBusy(emulator.store, caller, body) }),
  },
];
