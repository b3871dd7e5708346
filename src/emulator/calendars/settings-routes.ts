import { notFound } from '../http/api-error.js';
import type { ParamKind } from '../http/query.js';
import { answerResource, type Call, type Route } from '../http/route.js';
import type { Account } from '../store/model.js';
import { colors } from './palette.js';
import { getSetting, listSettings } from './settings.js';

export const SETTINGS_SCOPES = ['calendar', 'calendar.readonly', 'calendar.settings.readonly'];
/** Parameters of settings.list; settings.watch takes the same. */
export const SETTINGS_PARAMS: Record<string, ParamKind> = { maxResults: 'count', pageToken: 'text', syncToken: 'text' };

function accountOf({ emulator, caller }: Call): Account {
  const account = emulator.store.account(caller.account);
  if (account === undefined) throw notFound();
  return account;
}

/** The methods of settings and colors. */
export const settingsRoutes: readonly Route[] = [
  {
    id: 'settings.list', method: 'GET', path: '/users/me/settings', params: SETTINGS_PARAMS, scopes: SETTINGS_SCOPES,
    answer: (call) => ({ status: 200, json: listSettings(call.emulator.store, call.tokens, accountOf(call), call.query) }),
  },
  {
    id: 'settings.get', method: 'GET', path: '/users/me/settings/:setting', params: {}, scopes: SETTINGS_SCOPES,
    answer: (call) => answerResource(call, getSetting(call.emulator.store, accountOf(call), call.path[0] ?? '')),
  },
  {
    id: 'colors.get', method: 'GET', path: '/colors', params: {},
    scopes: [
      'calendar', 'calendar.readonly', 'calendar.calendarlist', 'calendar.calendarlist.readonly', 'calendar.app.created', 'calendar.events.freebusy',
      'calendar.events.owned', 'calendar.events.owned.readonly', 'calendar.events.public.readonly',
    ],
    answer: () => ({ status: 200, json: colors() }),
  },
];
