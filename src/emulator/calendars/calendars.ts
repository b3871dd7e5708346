import { createHash, randomBytes } from 'node:crypto';
import { fullSyncRequired, invalid, notFound, required } from '../http/api-error.js';
import { listEtag } from '../events/view.js';
import type { ListTokens } from '../store/list-token.js';
import type { Account, Calendar, JsonObject } from '../store/model.js';
import type { Query } from '../http/query.js';
import type { Store } from '../store/store.js';
import { isZone } from '../series/zone-time.js';

/** The calendar that a path names, for this account: `primary`, or an id. 404 if it is not theirs. */
export function calendarFor(store: Store, account: string, pathId: string): Calendar {
  const calendar = store.calendar(pathId === 'primary' ? account : pathId);
  if (calendar === undefined || calendar.owner !== account) throw notFound();
  return calendar;
}

/** Creates an account with its primary calendar; for a known address it changes name and zone only. */
export function ensureAccount(store: Store, email: string, name: string, timeZone: string): Account {
  return store.transact(() => {
    const known = store.account(email);
    const address = email.toLowerCase();
    const account: Account = { email: address, name, timeZone, sub: known?.sub ?? BigInt(`0x1${createHash('sha256').update(address).digest('hex').slice(0, 16)}`).toString().padStart(21, '1') };
    store.putAccount(account);
    const calendar = store.calendar(address);
    if (calendar?.timeZone !== timeZone) {
      store.putCalendar({ ...calendar, id: address, summary: address, timeZone, owner: address, primary: true, revision: store.nextRevision() });
    }
    return account;
  });
}

/** calendars.insert: a secondary calendar of the account. */
export function insertCalendar(store: Store, account: Account, body: JsonObject): JsonObject {
  const { summary, description, location, timeZone = account.timeZone } = body;
  if (typeof summary !== 'string' || summary === '') throw required('Missing summary.');
  if (typeof timeZone !== 'string' || !isZone(timeZone)) throw invalid('Invalid time zone.');
  return store.transact(() => {
    const calendar: Calendar = {
      id: `c_${randomBytes(16).toString('hex')}@group.calendar.google.com`, summary, timeZone, owner: account.email, primary: false,
      revision: store.nextRevision(),
      ...(typeof description === 'string' && description !== '' ? { description } : {}),
      ...(typeof location === 'string' && location !== '' ? { location } : {}),
    };
    store.putCalendar(calendar);
    return showCalendar(calendar);
  });
}

export const showCalendar = (calendar: Calendar): JsonObject => ({
  kind: 'calendar#calendar', etag: `"${createHash('sha1').update(JSON.stringify(calendar)).digest('base64url')}"`, id: calendar.id, summary: calendar.summary,
  ...(calendar.description === undefined ? {} : { description: calendar.description }),
  ...(calendar.location === undefined ? {} : { location: calendar.location }),
  timeZone: calendar.timeZone, ...(calendar.primary ? {} : { dataOwner: calendar.owner }),
  conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
});

export function showEntry(calendar: Calendar): JsonObject {
  return {
    kind: 'calendar#calendarListEntry', etag: `"${calendar.revision}"`, id: calendar.id, summary: calendar.summary,
    ...(calendar.description === undefined ? {} : { description: calendar.description }),
    ...(calendar.location === undefined ? {} : { location: calendar.location }),
    timeZone: calendar.timeZone, ...(calendar.primary ? {} : { dataOwner: calendar.owner }),
    ...(calendar.primary ? { colorId: '14', backgroundColor: '#9fe1e7', foregroundColor: '#000000' } : { colorId: '16', backgroundColor: '#4986e7', foregroundColor: '#000000' }),
    selected: true, accessRole: 'owner',
    defaultReminders: calendar.primary ? [{ method: 'popup', minutes: 10 }] : [],
    ...(calendar.primary ? { notificationSettings: { notifications: [{ type: 'eventCreation', method: 'email' }] }, primary: true } : {}),
    conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
  };
}

/** calendarList.list with paging and sync tokens. */
export function listCalendars(store: Store, tokens: ListTokens, account: string, query: Query): JsonObject {
  const syncToken = query.text('syncToken');
  let since = 0;
  if (syncToken !== undefined) {
    if (query.has('minAccessRole') || query.has('showOwnOrganizationOnly') || query.text('showDeleted') === 'false' || query.text('showHidden') === 'false') {
      throw invalid('Sync token cannot be used with other request restrictions.', 'syncToken');
    }
    const token = tokens.read(syncToken);
    if (token?.['kind'] !== 'calendars' || token['account'] !== account) throw invalid('Invalid sync token value.');
    if (token['epoch'] !== ((store.meta.get('epoch') as number | undefined) ?? 0)) throw fullSyncRequired();
    since = Number(token['revision']);
  }
  const all = store.calendarsOf(account);
  const newest = Math.max(0, ...all.map((each) => each.revision));
  const entries = all.filter((each) => each.revision > since);
  const pageToken = query.text('pageToken');
  const from = pageToken === undefined ? 0 : Number(tokens.read(pageToken)?.['calendarsFrom'] ?? NaN);
  if (Number.isNaN(from)) throw invalid('Invalid page token value.', 'pageToken');
  const size = Math.min(query.count('maxResults') ?? 100, 250);
  return {
    kind: 'calendar#calendarList', etag: listEtag(`${account} ${newest}`),
    ...(from + size < entries.length ? { nextPageToken: tokens.issue({ calendarsFrom: from + size }) }
      : { nextSyncToken: tokens.issue({ kind: 'calendars', account, revision: newest, epoch: (store.meta.get('epoch') as number | undefined) ?? 0 }) }),
    items: entries.slice(from, from + size).map(showEntry),
  };
}
