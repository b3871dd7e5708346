import { insufficientPermissions, notFound, requiredAccessLevel } from '../http/api-error.js';
import type { Caller } from '../caller.js';
import { ROLES, type Calendar, type Role } from '../store/model.js';
import type { Store } from '../store/store.js';
import { strongestRule } from './access-rule.js';

/** A calendar as one caller may use it. */
export interface Access { readonly calendar: Calendar; readonly role: Role }

const rank = (role: Role): number => ROLES.indexOf(role);
export const isAtLeast = (role: Role, needed: Role): boolean => rank(role) >= rank(needed);

/** The strongest role that the access rules of a calendar give to an account; undefined if none does. */
export const roleOf = (store: Store, calendarId: string, account: string): Role | undefined => strongestRule(store, calendarId, account)?.role;

/**
 * The calendar that a path names, for this caller: `primary`, or an id. Throws 404 for a calendar that is not there or
 * that the caller may not even see, and 403 if their role is weaker than `needed`.
 */
export function accessTo(store: Store, caller: Pick<Caller, 'account'>, pathId: string, needed: Role = 'freeBusyReader'): Access {
  const calendar = store.calendar(pathId === 'primary' ? caller.account : pathId);
  if (calendar === undefined || calendar.deleted === true) throw notFound();
  const role = roleOf(store, calendar.id, caller.account);
  if (role === undefined) throw notFound();
  if (!isAtLeast(role, needed)) throw requiredAccessLevel(needed);
  return { calendar, role };
}

/** What a call says about the calendar it is for: `held` are the scopes of its route that the caller holds, and `path` begins with the id. */
interface AskedCalendar {
  readonly emulator: { readonly store: Store };
  readonly caller: Caller;
  readonly held: readonly string[];
  readonly path: readonly string[];
}

/**
 * The calendar that the first part of a call's path names, as far as the caller's scopes reach (sheet 7.4):
 * `…owned` only to calendars that they own, `calendar.app.created` to those that this client made, and
 * `calendar.events.freebusy` shows busy times alone. Throws as `accessTo`, and 403 for a scope that does not reach.
 */
export function accessOf(call: AskedCalendar, needed: Role = 'freeBusyReader'): Access {
  const access = accessTo(call.emulator.store, call.caller, call.path[0] ?? '', needed);
  const reaches = (scope: string): boolean => {
    if (scope === 'calendar.app.created') return access.calendar.createdBy === call.caller.clientId;
    return !/[.]owned\b/.test(scope) || access.role === 'owner';
  };
  const reaching = call.held.filter(reaches);
  if (reaching.length === 0) throw insufficientPermissions();
  return reaching.every((each) => each === 'calendar.events.freebusy') ? { ...access, role: 'freeBusyReader' } : access;
}
