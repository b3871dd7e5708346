import { accessTo } from '../calendars/access.js';
import { channelBody } from '../events/schema.js';
import { LIST_PARAMS, READS } from '../events/routes.js';
import type { Route } from '../http/route.js';
import { LIST_SCOPES } from '../calendars/routes.js';
import { stopChannel, watchEvents } from './channels.js';

/** events.watch and channels.stop. */
export const channelRoutes: readonly Route[] = [
  {
    method: 'POST', path: '/calendars/:calendarId/events/watch', scopes: READS, body: channelBody, params: LIST_PARAMS,
    answer: ({ emulator, caller, path, body }) => {
      const { calendar } = accessTo(emulator.store, caller, path[0] ?? '');
      return { status: 200, json: watchEvents(emulator, caller, calendar, path[0] ?? '', body) };
    },
  },
  {
    method: 'POST', path: '/channels/stop', params: {}, body: channelBody, scopes: [...READS, ...LIST_SCOPES],
    answer: ({ emulator, caller, body }) => { stopChannel(emulator, caller, body); return { status: 204 }; },
  },
];
