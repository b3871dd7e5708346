import { accessOf } from '../calendars/access.js';
import { LIST_PARAMS, READS } from '../events/routes.js';
import type { Answer } from '../http/answer.js';
import type { Call, Route } from '../http/route.js';
import { CALENDAR_LIST_PARAMS, LIST_SCOPES } from '../calendars/calendar-list-routes.js';
import { ACL_LIST_PARAMS, ACL_READ_SCOPES } from '../calendars/acl-routes.js';
import { SETTINGS_PARAMS, SETTINGS_SCOPES } from '../calendars/settings-routes.js';
import { checkWatchable, openChannel, stopChannel, type Watchable } from './channels.js';
import { channelBody } from './watch-body.js';

/** With `syncFirst` the answer waits until the first message was tried. */
function watch(call: Call, resource: Watchable): Answer {
  const { pushes } = call.emulator;
  const { json, channel } = openChannel(call.emulator, call.caller, resource, call.body);
  return { status: 200, json, ...(pushes.conditions.syncFirst ? { after: pushes.quiet(channel) } : {}) };
}

/** The calendar id of a path, as Google writes it into `resourceUri`. */
const part = (call: Call): string => encodeURIComponent(call.path[0] ?? '').replaceAll('%40', '@');

/** The watch methods of the four resources that have one, and channels.stop. */
export const channelRoutes: readonly Route[] = [
  {
    id: 'events.watch', method: 'POST', path: '/calendars/:calendarId/events/watch', scopes: READS, body: channelBody, params: LIST_PARAMS,
    answer: (call) => {
      const { calendar } = accessOf(call);
      checkWatchable(calendar);
      return watch(call, { kind: 'events', of: calendar.id, path: `/calendars/${part(call)}/events`, eventTypes: call.query.texts('eventTypes') });
    },
  },
  {
    id: 'acl.watch', method: 'POST', path: '/calendars/:calendarId/acl/watch', scopes: ACL_READ_SCOPES, body: channelBody, params: ACL_LIST_PARAMS,
    answer: (call) => {
      const { calendar } = accessOf(call, 'writer');
      checkWatchable(calendar);
      return watch(call, { kind: 'acl', of: calendar.id, path: `/calendars/${part(call)}/acl` });
    },
  },
  {
    id: 'calendarList.watch', method: 'POST', path: '/users/me/calendarList/watch', scopes: LIST_SCOPES, body: channelBody, params: CALENDAR_LIST_PARAMS,
    answer: (call) => watch(call, { kind: 'calendarList', of: call.caller.account, path: '/users/me/calendarList' }),
  },
  {
    id: 'settings.watch', method: 'POST', path: '/users/me/settings/watch', scopes: SETTINGS_SCOPES, body: channelBody, params: SETTINGS_PARAMS,
    answer: (call) => watch(call, { kind: 'settings', of: call.caller.account, path: '/users/me/settings' }),
  },
  {
    id: 'channels.stop', method: 'POST', path: '/channels/stop', params: {}, body: channelBody,
    scopes: [...READS, ...LIST_SCOPES, ...ACL_READ_SCOPES, ...SETTINGS_SCOPES, 'calendar.events.freebusy', 'calendar.events.public.readonly'],
    answer: (call) => { stopChannel(call.emulator, call.caller, call.body); return { status: 204 }; },
  },
];
