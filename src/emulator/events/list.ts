import { ApiError, badRequest, fullSyncRequired, invalid, timeRangeEmpty } from '../http/api-error.js';
import { expandAll, expandChanges, byStart, meetsWindow, plainInstances } from './expand.js';
import { type Wanted, instantOf, isInWindow, isWanted } from './filter.js';
import { findEvent, isSeriesDeleted } from './find.js';
import { showEvent, showStub, type View } from './view.js';
import type { Access } from '../calendars/access.js';
import { listEtag } from '../store/list-token.js';
import { timeMs } from './content.js';
import type { ListTokens } from '../store/list-token.js';
import type { Calendar, JsonObject, StoredEvent } from '../store/model.js';
import type { Query } from '../http/query.js';
import type { Store } from '../store/store.js';

const RESTRICTIONS = ['timeMin', 'timeMax', 'updatedMin', 'q', 'iCalUID', 'privateExtendedProperty', 'sharedExtendedProperty'];
const EVERYTHING: Wanted = { singleEvents: false, showDeleted: false, eventTypes: [], privateProperties: [], sharedProperties: [] };

type Position = string | number | readonly [number, string];
interface Page { readonly rows: StoredEvent[]; readonly next?: Position | undefined }

/** Raised by the control API; a sync token of an older epoch answers 410. */
const syncEpoch = (store: Store, calendarId: string): string =>
  `${(store.meta.get('epoch') as number | undefined) ?? 0}.${(store.meta.get(`epoch:${calendarId}`) as number | undefined) ?? 0}`;

function readWanted(query: Query): Wanted {
  const [timeMinMs, timeMaxMs, updatedMinMs] = [query.timeMs('timeMin'), query.timeMs('timeMax'), query.timeMs('updatedMin')];
  if (timeMinMs !== undefined && timeMaxMs !== undefined && timeMaxMs <= timeMinMs) throw timeRangeEmpty();
  const [iCalUID, q] = [query.text('iCalUID'), query.text('q')];
  for (const name of ['privateExtendedProperty', 'sharedExtendedProperty']) {
    if (query.texts(name).some((each) => each.indexOf('=') < 1)) throw invalid(`Invalid value for: ${name}`, name);
  }
  const types = ['default', 'outOfOffice', 'focusTime', 'workingLocation', 'birthday', 'fromGmail'];
  if (query.texts('eventTypes').some((each) => !types.includes(each))) throw invalid('Invalid value for: eventTypes', 'eventTypes');
  return {
    singleEvents: query.flag('singleEvents'), showDeleted: query.flag('showDeleted'), eventTypes: query.texts('eventTypes'),
    ...(timeMinMs === undefined ? {} : { timeMinMs }), ...(timeMaxMs === undefined ? {} : { timeMaxMs }),
    ...(updatedMinMs === undefined ? {} : { updatedMinMs }), ...(iCalUID === undefined ? {} : { iCalUID }), ...(q === undefined ? {} : { q }),
    privateProperties: query.texts('privateExtendedProperty'), sharedProperties: query.texts('sharedExtendedProperty'),
  };
}

/** The masters-and-exceptions list: walks rows by id from the top. Tombstones count towards the page, so a page may be short or empty. */
function fullPage(store: Store, calendar: Calendar, wanted: Wanted, zone: string, below: string | undefined, size: number): Page {
  const rows: StoredEvent[] = [];
  let seen = 0, last: string | undefined;
  for (const row of store.eventsOf(calendar.id, below)) {
    const seriesDeleted = isSeriesDeleted(store, row);
    const dead = row.content.status === 'cancelled' || seriesDeleted;
    if (!isWanted(row, wanted) || !meetsWindow(store, row, wanted, zone)) continue;
    if (seen === size) return { rows, next: last };
    seen++;
    last = row.id;
    const isCancelledOccurrence = row.recurringEventId !== undefined && !seriesDeleted;
    if (!dead || isCancelledOccurrence || wanted.showDeleted || wanted.updatedMinMs !== undefined) rows.push(seriesDeleted ? { ...row, content: { ...row.content, status: 'cancelled' } } : row);
  }
  return { rows };
}

function changedPage(store: Store, calendar: Calendar, wanted: Wanted, zone: string, after: number, upTo: number, size: number): Page {
  const rows: StoredEvent[] = [];
  let seen = 0, last = after;
  for (const row of store.changedWithin(calendar.id, after, upTo)) {
    if (seen === size) return { rows, next: last };
    seen++;
    last = row.revision;
    if (row.content.status === 'cancelled' || isSeriesDeleted(store, row)) rows.push({ ...row, content: { ...row.content, status: 'cancelled' } });
    else if (isWanted(row, wanted) && meetsWindow(store, row, wanted, zone)) rows.push(row);
  }
  return { rows };
}

/**
 * A page out of a list that is computed as a whole, sorted by `rank` and id. The position is the last row's place and
 * not an index, so that writes between two pages hide nothing.
 */
function slicePage(all: StoredEvent[], rank: (row: StoredEvent) => number, after: Position | undefined, size: number): Page {
  let from = 0;
  if (Array.isArray(after)) {
    const [rankBefore, idBefore] = after as [number, string];
    const first = all.findIndex((row) => rank(row) > rankBefore || (rank(row) === rankBefore && row.id > idBefore));
    from = first < 0 ? all.length : first;
  }
  const rows = all.slice(from, from + size), last = rows.at(-1);
  return { rows, next: from + size < all.length && last !== undefined ? [rank(last), last.id] : undefined };
}

/** The answer of a list around its items. */
function envelope(store: Store, { calendar, role }: Access, zone: string, items: JsonObject[], tokens: JsonObject): JsonObject {
  const updated = Math.max(store.lastChange(calendar.id), calendar.revision);
  return {
    kind: 'calendar#events', etag: listEtag(`${calendar.id} ${updated}`), summary: calendar.summary, description: calendar.description ?? '',
    updated: new Date(Math.floor(updated / 1000)).toISOString(), timeZone: zone, accessRole: role,
    defaultReminders: calendar.primary ? [{ method: 'popup', minutes: 10 }] : [], ...tokens, items,
  };
}

/** events.list (sheet 1): full or incremental, paged. */
export function listEvents(store: Store, tokens: ListTokens, access: Access, query: Query): JsonObject {
  const { calendar, role } = access;
  const syncToken = query.text('syncToken'), orderBy = query.text('orderBy');
  let wanted = readWanted(query), since: number | undefined;
  if (orderBy !== undefined && orderBy !== 'startTime' && orderBy !== 'updated') throw invalid('Invalid value for: orderBy', 'orderBy');
  if (syncToken !== undefined) {
    if (orderBy !== undefined) throw new ApiError(400, 'syncTokenWithNonDefaultOrdering', 'Sync token cannot be used with non-default ordering.', { domain: 'calendar' });
    if (RESTRICTIONS.some((name) => query.has(name)) || query.text('showDeleted') === 'false') {
      throw new ApiError(400, 'syncTokenWithRequestRestrictions', 'Sync token cannot be used with other request restrictions.', { domain: 'calendar' });
    }
    const token = tokens.read(syncToken);
    if (token?.['kind'] !== 'sync' || token['calendar'] !== calendar.id) throw invalid('Invalid sync token value.');
    if (token['epoch'] !== syncEpoch(store, calendar.id)) throw fullSyncRequired();
    since = Number(token['revision']);
    wanted = { ...EVERYTHING, ...(token['wanted'] as Partial<Wanted>) };
  } else if (orderBy === 'startTime' && !wanted.singleEvents) {
    throw badRequest('The requested ordering is not available for the particular query.');
  }
  const zone = query.text('timeZone') ?? calendar.timeZone;
  const bound = query.fingerprint('pageToken', 'maxResults', 'prettyPrint', 'key', 'quotaUser', 'fields');
  const page = readPageToken(tokens, query.text('pageToken'), calendar.id, bound);
  const upTo = page?.upTo ?? store.lastChange(calendar.id);
  const size = Math.min(query.count('maxResults') ?? 250, 2500);
  const at = page?.at;
  const startRank = (row: StoredEvent): number => instantOf(row.content.start, calendar.timeZone);
  let result: Page;
  if (since !== undefined && !wanted.singleEvents) result = changedPage(store, calendar, wanted, calendar.timeZone, Number(at ?? since), upTo, size);
  else if (since !== undefined) result = slicePage(expandChanges(store, store.changedWithin(calendar.id, since, upTo), since, wanted, calendar.timeZone), startRank, at, size);
  else if (wanted.singleEvents || orderBy !== undefined) {
    const all = wanted.singleEvents ? expandAll(store, calendar.id, wanted, calendar.timeZone) : fullPage(store, calendar, wanted, calendar.timeZone, undefined, Infinity).rows;
    if (orderBy === 'updated') all.sort((a, b) => a.updatedUs - b.updatedUs || (a.id < b.id ? -1 : 1));
    result = slicePage(all, orderBy === 'updated' ? (row) => row.updatedUs : startRank, at, size);
  } else result = fullPage(store, calendar, wanted, calendar.timeZone, at === undefined ? undefined : String(at), size);
  const view: View = { calendar, role, zone, maxAttendees: query.count('maxAttendees') };
  const items = result.rows.map((row) => (row.content.status === 'cancelled' && !query.flag('showDeleted') ? showStub(row, view) : showEvent(row, view)));
  let next: JsonObject = {};
  if (result.next !== undefined) next = { nextPageToken: tokens.issue({ kind: 'page', calendar: calendar.id, bound, at: result.next, upTo }) };
  else if (orderBy === undefined) next = { nextSyncToken: tokens.issue({ kind: 'sync', calendar: calendar.id, revision: upTo, epoch: syncEpoch(store, calendar.id), wanted: sparse(wanted) }) };
  return envelope(store, access, zone, items, next);
}

/** Only what differs from a plain list, so that tokens stay short. */
function sparse(wanted: Wanted): Partial<Wanted> {
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== false && !(Array.isArray(value) && value.length === 0)));
}

function readPageToken(tokens: ListTokens, text: string | undefined, calendarId: string, bound: string): { at: Position; upTo: number } | undefined {
  if (text === undefined) return undefined;
  const token = tokens.read(text);
  if (token?.['kind'] !== 'page' || token['calendar'] !== calendarId || token['bound'] !== bound) throw invalid('Invalid page token value.', 'pageToken');
  return { at: token['at'] as Position, upTo: Number(token['upTo']) };
}

/** events.instances (sheet 1.1): one series, exceptions in place of their slots. `timeMin` is inclusive here. */
export function listInstances(store: Store, tokens: ListTokens, access: Access, eventId: string, query: Query): JsonObject {
  const { calendar, role } = access;
  const { row: master } = findEvent(store, calendar.id, eventId);
  if (master.content.recurrence === undefined) throw badRequest('The event is not recurring.');
  const [min, timeMaxMs] = [query.timeMs('timeMin'), query.timeMs('timeMax')];
  if (min !== undefined && timeMaxMs !== undefined && timeMaxMs <= min) throw timeRangeEmpty();
  const wanted: Wanted = { ...EVERYTHING, ...(min === undefined ? {} : { timeMinMs: min - 1 }), ...(timeMaxMs === undefined ? {} : { timeMaxMs }) };
  const withDeleted = query.flag('showDeleted');
  const exceptions = store.exceptionsOf(calendar.id, master.id).filter((each) =>
    (withDeleted || each.content.status !== 'cancelled') && isInWindow(each.content.start, each.content.end, wanted, calendar.timeZone));
  const dead = master.content.status === 'cancelled';
  let rows = dead && !withDeleted ? [] : byStart([...plainInstances(store, master, wanted, calendar.timeZone), ...exceptions], calendar.timeZone);
  const slot = query.text('originalStart');
  if (slot !== undefined) {
    const slotMs = /^\d{4}-\d{2}-\d{2}$/.test(slot) ? Date.parse(`${slot}T00:00:00Z`) : query.timeMs('originalStart');
    if (slotMs === undefined) throw invalid('Invalid value for: originalStart', 'originalStart');
    rows = rows.filter((row) => row.originalStart !== undefined && timeMs(row.originalStart) === slotMs);
  }
  const zone = query.text('timeZone') ?? calendar.timeZone;
  const bound = `${eventId}?${query.fingerprint('pageToken', 'maxResults')}`;
  const page = readPageToken(tokens, query.text('pageToken'), calendar.id, bound);
  const upTo = page?.upTo ?? store.lastChange(calendar.id);
  const result = slicePage(rows, (row) => instantOf(row.content.start, calendar.timeZone), page?.at, Math.min(query.count('maxResults') ?? 250, 2500));
  const next = result.next === undefined
    ? { nextSyncToken: tokens.issue({ kind: 'instances', calendar: calendar.id, revision: upTo }) }
    : { nextPageToken: tokens.issue({ kind: 'page', calendar: calendar.id, bound, at: result.next, upTo }) };
  const view: View = { calendar, role, zone, maxAttendees: query.count('maxAttendees') };
  return envelope(store, access, zone, result.rows.map((row) => showEvent(dead ? { ...row, content: { ...row.content, status: 'cancelled' } } : row, view)), next);
}
