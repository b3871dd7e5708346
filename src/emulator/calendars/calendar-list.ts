import { fullSyncRequired, invalid } from '../http/api-error.js';
import type { Query } from '../http/query.js';
import type { ListTokens } from '../store/list-token.js';
import type { Calendar, JsonObject, ListEntry, Role } from '../store/model.js';
import type { Store } from '../store/store.js';
import { listEtag } from '../store/list-token.js';
import { roleOf } from './access.js';

/** An entry of the calendar list, keys in the recorded order. */
export function showEntry(entry: ListEntry, calendar: Calendar, role: Role): JsonObject {
  return {
    kind: 'calendar#calendarListEntry', etag: `"${entry.revision}"`, id: calendar.id, summary: calendar.summary,
    ...(calendar.description === undefined ? {} : { description: calendar.description }),
    ...(calendar.location === undefined ? {} : { location: calendar.location }),
    timeZone: calendar.timeZone, ...(calendar.primary ? {} : { dataOwner: calendar.owner }),
    colorId: entry.colorId, backgroundColor: entry.colorId === '14' ? '#9fe1e7' : '#4986e7', foregroundColor: '#000000',
    selected: entry.selected ?? false, accessRole: role, defaultReminders: [...entry.defaultReminders],
    ...(entry.notifications === undefined ? {} : { notificationSettings: { notifications: [...entry.notifications] } }),
    ...(calendar.primary && calendar.owner === entry.account ? { primary: true } : {}),
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
  const all = store.entriesOf(account);
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
    items: entries.slice(from, from + size).flatMap((entry) => {
      const calendar = store.calendar(entry.calendarId), role = roleOf(store, entry.calendarId, account);
      return calendar === undefined || role === undefined ? [] : [showEntry(entry, calendar, role)];
    }),
  };
}
