import { ApiError, fullSyncRequired, invalid } from '../http/api-error.js';
import type { Query } from '../http/query.js';
import { listEtag, type ListTokens } from '../store/list-token.js';
import { ROLES, type Calendar, type JsonObject, type ListEntry, type Role } from '../store/model.js';
import type { Store } from '../store/store.js';
import { isAtLeast, roleOf } from './access.js';
import { showEntry, showGone } from './calendar-entry.js';
import { takePage } from './paging.js';

/** As for events: Google publishes no lifetime. */
const SYNC_TOKEN_MS = 80 * 86_400_000;

const epochOf = (store: Store): number => (store.meta.get('epoch') as number | undefined) ?? 0;
const domainOf = (address: string): string => address.slice(address.indexOf('@') + 1);

/** The place in an account's list log that a sync token stands for; undefined without one. Throws 400 or 410 (sheet 5). */
function readSince(store: Store, tokens: ListTokens, account: string, query: Query): number | undefined {
  const text = query.text('syncToken');
  if (text === undefined) return undefined;
  if (query.has('minAccessRole') || query.has('showOwnOrganizationOnly') || query.text('showDeleted') === 'false' || query.text('showHidden') === 'false') {
    throw new ApiError(400, 'syncTokenWithRequestRestrictions', 'Sync token cannot be used with other request restrictions.', { domain: 'calendar' });
  }
  const token = tokens.read(text);
  if (token?.['kind'] !== 'calendars' || token['account'] !== account) throw invalid('Invalid sync token value.');
  if (token['epoch'] !== epochOf(store) || Number(token['issuedMs']) < store.clock.now() - SYNC_TOKEN_MS) throw fullSyncRequired();
  return Number(token['revision']);
}

/** Whether a living entry belongs into an answer that is not incremental. */
function isWanted(query: Query, account: string, entry: ListEntry, calendar: Calendar, role: Role): boolean {
  if (entry.hidden === true && !query.flag('showHidden')) return false;
  if (query.flag('showOwnOrganizationOnly') && domainOf(calendar.owner) !== domainOf(account)) return false;
  const least = query.text('minAccessRole');
  return least === undefined || isAtLeast(role, least as Role);
}

/** calendarList.list: full or incremental, paged, the primary calendar first and then by id. Throws the 400s and 410 of sheet 5. */
export function listCalendars(store: Store, tokens: ListTokens, account: string, query: Query): JsonObject {
  const least = query.text('minAccessRole');
  if (least !== undefined && !(ROLES as readonly string[]).includes(least)) throw invalid('Invalid value for: minAccessRole', 'minAccessRole');
  const since = readSince(store, tokens, account, query);
  const all = store.entriesOf(account);
  const newest = Math.max(0, ...all.map(({ revision }) => revision));
  const rows = all.flatMap((entry) => {
    if (since !== undefined && entry.revision <= since) return [];
    const calendar = store.calendar(entry.calendarId), role = roleOf(store, entry.calendarId, account);
    const place = `${calendar?.primary === true && calendar.owner === account ? 0 : 1} ${entry.calendarId}`;
    if (entry.deleted === true || calendar === undefined || role === undefined) return since !== undefined || query.flag('showDeleted') ? [{ place, row: showGone(entry) }] : [];
    return since !== undefined || isWanted(query, account, entry, calendar, role) ? [{ place, row: showEntry(entry, calendar, role) }] : [];
  });
  const page = takePage(tokens, query, { of: 'calendarList', account, newest, rows });
  return {
    kind: 'calendar#calendarList', etag: listEtag(`${account} ${newest}`),
    ...(page.nextPageToken === undefined ? { nextSyncToken: tokens.issue({ kind: 'calendars', account, revision: page.upTo, issuedMs: store.clock.now(), epoch: epochOf(store) }) }
      : { nextPageToken: page.nextPageToken }),
    items: page.rows,
  };
}
