import { createHash, randomBytes } from 'node:crypto';
import { invalid, required } from '../http/api-error.js';
import type { Account, Calendar, JsonObject } from '../store/model.js';
import type { Store } from '../store/store.js';
import { isZone } from '../series/zone-time.js';

/** Stores a new calendar with its owner's rule and, for an owned one, its place on the owner's list. Use within `transact`. */
function create(store: Store, calendar: Calendar): void {
  store.putCalendar(calendar);
  if (calendar.owner === '') {
    store.putAclRule({ calendarId: calendar.id, id: 'default', scope: { type: 'default' }, role: 'reader', revision: calendar.revision });
    return;
  }
  store.putAclRule({ calendarId: calendar.id, id: `user:${calendar.owner}`, scope: { type: 'user', value: calendar.owner }, role: 'owner', revision: calendar.revision });
  store.putEntry({
    account: calendar.owner, calendarId: calendar.id, revision: calendar.revision, selected: true, colorId: calendar.primary ? '14' : '16',
    defaultReminders: calendar.primary ? [{ method: 'popup', minutes: 10 }] : [],
    ...(calendar.primary ? { notifications: [{ type: 'eventCreation', method: 'email' }] } : {}),
  });
}

/** Creates an account with its primary calendar; for a known address it changes name and zone only. */
export function ensureAccount(store: Store, email: string, name: string, timeZone: string): Account {
  return store.transact(() => {
    const known = store.account(email);
    const address = email.toLowerCase();
    const account: Account = { ...known, email: address, name, timeZone, sub: known?.sub ?? BigInt(`0x1${createHash('sha256').update(address).digest('hex').slice(0, 16)}`).toString().padStart(21, '1') };
    store.putAccount(account);
    const calendar = store.calendar(address);
    if (calendar === undefined) create(store, { id: address, summary: address, timeZone, owner: address, primary: true, revision: store.nextRevision() });
    else if (calendar.timeZone !== timeZone) store.putCalendar({ ...calendar, timeZone, revision: store.nextRevision() });
    return account;
  });
}

/** calendars.insert: a secondary calendar of the account, made by this OAuth client. */
export function insertCalendar(store: Store, account: Account, clientId: string, body: JsonObject): JsonObject {
  const { summary, description, location, timeZone = account.timeZone } = body;
  if (typeof summary !== 'string' || summary === '') throw required('Missing summary.');
  if (typeof timeZone !== 'string' || !isZone(timeZone)) throw invalid('Invalid time zone.');
  return store.transact(() => {
    const calendar: Calendar = {
      id: `c_${randomBytes(16).toString('hex')}@group.calendar.google.com`, summary, timeZone, owner: account.email, primary: false,
      createdBy: clientId, revision: store.nextRevision(),
      ...(typeof description === 'string' && description !== '' ? { description } : {}),
      ...(typeof location === 'string' && location !== '' ? { location } : {}),
    };
    create(store, calendar);
    return showCalendar(calendar);
  });
}

/** The calendar resource, keys in the recorded order. */
export const showCalendar = (calendar: Calendar): JsonObject => ({
  kind: 'calendar#calendar', etag: `"${createHash('sha1').update(JSON.stringify(calendar)).digest('base64url')}"`, id: calendar.id, summary: calendar.summary,
  ...(calendar.description === undefined ? {} : { description: calendar.description }),
  ...(calendar.location === undefined ? {} : { location: calendar.location }),
  timeZone: calendar.timeZone, ...(calendar.primary ? {} : { dataOwner: calendar.owner }),
  conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
});
