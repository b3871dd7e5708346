import { badRequest, fullSyncRequired, invalid } from '../http/api-error.js';
import type { Query } from '../http/query.js';
import { isAtLeast, type Access } from '../calendars/access.js';
import { accessEpoch } from '../calendars/access-epoch.js';
import type { Caller } from '../caller.js';
import { type ListTokens, listEtag, SYNC_TOKEN_DAYS } from '../store/list-token.js';
import type { JsonObject, StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { expandChanges } from './expand.js';
import type { Wanted } from './filter.js';
import { occurrences } from './occurrences.js';
import { fillPage, issuePageToken, readPageToken, type Page, type Place, type Step } from './page.js';
import { showEvent, showStub, type View } from './view.js';
import { walkChanges, walkRows } from './walk.js';
import { checkAloneness, EVERYTHING, readWanted, sparse } from './wanted.js';

/** Days since the epoch, so that two tokens of the same state are the same. */
const today = (store: Store): number => Math.floor(store.clock.now() / 86_400_000);
const DEFAULT_PAGE = 250, LARGEST_PAGE = 2500;

/** Raised by the control API and by changes of access; a sync token of an older epoch answers 410. */
const syncEpoch = (store: Store, { calendar }: Access, account: string): string =>
  `${(store.meta.get('epoch') as number | undefined) ?? 0}.${(store.meta.get(`epoch:${calendar.id}`) as number | undefined) ?? 0}.${accessEpoch(store, calendar.id, account)}`;

export const pageSize = (query: Query): number => Math.min(query.count('maxResults') ?? DEFAULT_PAGE, LARGEST_PAGE);

/** The answer of a list around its items, keys in the recorded order (sheet 1.2). */
export function envelope(store: Store, { calendar, role }: Access, account: string, zone: string, items: JsonObject[], tokens: JsonObject): JsonObject {
  const updated = Math.max(store.events.lastChange(calendar.id), calendar.revision);
  return {
    kind: 'calendar#events', etag: listEtag(`${calendar.id} ${updated}`), summary: calendar.summary, description: calendar.description ?? '',
    updated: new Date(Math.floor(updated / 1000)).toISOString(), timeZone: zone, accessRole: role,
    defaultReminders: [...(store.entry(account, calendar.id)?.defaultReminders ?? [])], ...tokens, items,
  };
}

/** What a sync token stands for, if the query has one. Throws 400 or 410. */
function readSyncToken(store: Store, tokens: ListTokens, access: Access, caller: Caller, query: Query): { since: number; wanted: Wanted } | undefined {
  const text = query.text('syncToken');
  if (text === undefined) return undefined;
  checkAloneness(query);
  const token = tokens.read(text);
  if (token?.['kind'] !== 'sync' || token['calendar'] !== access.calendar.id || token['account'] !== caller.account) throw invalid('Invalid sync token value.');
  if (token['epoch'] !== syncEpoch(store, access, caller.account) || today(store) - Number(token['issuedOn']) > SYNC_TOKEN_DAYS) throw fullSyncRequired();
  return { since: Number(token['revision']), wanted: { ...EVERYTHING, ...(token['wanted'] as Partial<Wanted>) } };
}

function* ranked(rows: Iterable<StoredEvent>, rank: (row: StoredEvent) => number, after: Place | undefined): Generator<Step> {
  const [rankBefore, idBefore] = Array.isArray(after) ? (after as [number, string]) : [-Infinity, ''];
  for (const row of rows) {
    const at = rank(row);
    if (at > rankBefore || (at === rankBefore && row.id > idBefore)) yield { place: [at, row.id], counts: true, row };
  }
}

/** What changes of time leave in its place, so that nothing slips from a page to come to one that was read. */
function* byId(rows: Iterable<StoredEvent>, after: Place | undefined): Generator<Step> {
  const idBefore = after === undefined ? '' : String(after);
  for (const row of [...rows].sort((a, b) => (a.id < b.id ? -1 : 1))) if (row.id > idBefore) yield { place: row.id, counts: true, row };
}

/** The rows of one page, by the road that the question allows. */
function findPage(store: Store, calendarId: string, zone: string, asked: { wanted: Wanted; orderBy: string | undefined; since: number | undefined; upTo: number; at: Place | undefined; size: number }): Page {
  const { wanted, orderBy, since, upTo, at, size } = asked;
  const pair = Array.isArray(at) ? (at as [number, string]) : undefined;
  if (since !== undefined) {
    if (!wanted.singleEvents) return fillPage(walkChanges(store, calendarId, wanted, zone, Number(at ?? since), upTo), size);
    // Not only up to `upTo`: a series that changes again between two pages must not take what vanished at its first change with it.
    const changes = expandChanges(store, store.events.changedWithin(calendarId, since, Number.MAX_SAFE_INTEGER - 1), since, wanted, zone);
    return fillPage(byId(changes, at), size);
  }
  if (!wanted.singleEvents) return fillPage(walkRows(store, calendarId, wanted, zone, orderBy === 'updated', at), size);
  if (orderBy !== 'updated') return fillPage(occurrences(store, calendarId, wanted, zone, pair), size);
  const all = [...occurrences(store, calendarId, wanted, zone)].flatMap((step) => step.row ?? []).sort((a, b) => a.updatedUs - b.updatedUs || (a.id < b.id ? -1 : 1));
  return fillPage(ranked(all, (row) => row.updatedUs, at), size);
}

/** events.list (sheet 1): full or incremental, paged. Throws the 400s and 410s of sheet 1.6. */
export function listEvents(store: Store, tokens: ListTokens, access: Access, caller: Caller, query: Query): JsonObject {
  const { calendar, role } = access;
  const orderBy = query.text('orderBy');
  if (orderBy !== undefined && orderBy !== 'startTime' && orderBy !== 'updated') throw invalid('Invalid value for: orderBy', 'orderBy');
  const sync = readSyncToken(store, tokens, access, caller, query);
  // Who may only see busy times is always answered with occurrences (sheet 1.1).
  const kept: Wanted = { ...(sync?.wanted ?? readWanted(query, store.clock.now())), ...(isAtLeast(role, 'reader') ? {} : { singleEvents: true }) };
  const wanted: Wanted = { ...kept, role };
  if (orderBy === 'startTime' && !wanted.singleEvents) throw badRequest('The requested ordering is not available for the particular query.');
  const bound = `${caller.account} ${query.fingerprint('pageToken', 'maxResults', 'prettyPrint', 'key', 'quotaUser', 'fields')}`;
  const page = readPageToken(tokens, query.text('pageToken'), calendar.id, bound);
  const upTo = page?.upTo ?? store.events.lastChange(calendar.id);
  const { rows, next } = findPage(store, calendar.id, calendar.timeZone, { wanted, orderBy, since: sync?.since, upTo, at: page?.at, size: pageSize(query) });
  const zone = query.text('timeZone') ?? calendar.timeZone;
  const view: View = { calendar, role, caller: caller.account, zone, maxAttendees: query.count('maxAttendees') };
  const items = rows.map((row) => (row.content.status === 'cancelled' && !query.flag('showDeleted') ? showStub(row, view) : showEvent(row, view)));
  let token: JsonObject = {};
  if (next !== undefined) token = { nextPageToken: issuePageToken(tokens, calendar.id, bound, { at: next, upTo }) };
  else if (orderBy === undefined) {
    token = { nextSyncToken: tokens.issue({
      kind: 'sync', calendar: calendar.id, account: caller.account, revision: upTo, issuedOn: today(store), epoch: syncEpoch(store, access, caller.account), wanted: sparse(kept),
    }) };
  }
  return envelope(store, access, caller.account, zone, items, token);
}
