import type { AclRule, Calendar } from '../store/model.js';
import type { Store } from '../store/store.js';

const PRIMARY_COLOR = '14', OTHER_COLOR = '16';

/** The colour of an entry whose owner chose none. */
export const usualColor = (calendar: Calendar): string => (calendar.primary ? PRIMARY_COLOR : OTHER_COLOR);

/**
 * Stores a new calendar. An owned one gets its owner's rule (a secondary one also the rule of its own address, as at
 * Google) and a place on the owner's list. Use within `transact`.
 */
export function storeNewCalendar(store: Store, calendar: Calendar): void {
  const { id: calendarId, owner, primary, revision } = calendar;
  store.putCalendar(calendar);
  if (owner === '') return;
  for (const value of new Set([owner, calendarId])) store.putAclRule({ calendarId, id: `user:${value}`, scope: { type: 'user', value }, role: 'owner', revision });
  store.putEntry({
    account: owner, calendarId, revision, selected: true, colorId: usualColor(calendar),
    defaultReminders: primary ? [{ method: 'popup', minutes: 10 }] : [],
    ...(primary ? { notifications: [{ type: 'eventCreation', method: 'email' }] } : {}),
  });
}

/** Lets everybody read a calendar. Use within `transact`. */
export function openToEveryone(store: Store, { id: calendarId }: Calendar): void {
  const rule: AclRule = { calendarId, id: 'default', scope: { type: 'default' }, role: 'reader', revision: store.nextRevision() };
  if (store.aclRule(calendarId, rule.id)?.role !== rule.role) store.putAclRule(rule);
}
