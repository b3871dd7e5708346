import { isDeepStrictEqual } from 'node:util';
import { timeMs } from './content.js';
import { hasSlot } from './find.js';
import { instanceOf } from './view.js';
import type { EventContent, StoredEvent } from '../store/model.js';
import { SYNC_TOKEN_DAYS } from '../store/list-token.js';
import type { Store } from '../store/store.js';

/** A row before it has its place in the log. */
export type Unplaced = Omit<StoredEvent, 'revision' | 'updatedUs' | 'sequence'>;

/** What a write says about its place itself: a `sequence` in place of the computed one; `isUpdate` moves `updated` whatever changed. */
export interface Placing { readonly sequence?: number; readonly isUpdate?: true }

const onlyRemindersDiffer = (a: EventContent, b: EventContent): boolean => isDeepStrictEqual({ ...a, reminders: b.reminders }, b);

/** Content that an iCalendar client would call a new version: times and rule (sheet 2, `sequence`). */
const isRetimed = (a: EventContent, b: EventContent): boolean =>
  !isDeepStrictEqual([a.start, a.end, a.recurrence], [b.start, b.end, b.recurrence]) || (a.status !== 'cancelled' && b.status === 'cancelled');

/**
 * Gives a row its place in the log and stores it. `before` is what it replaces (or the plain instance that it becomes
 * an exception of). Use within `transact`.
 */
export function saveEvent(store: Store, before: StoredEvent | undefined, next: Unplaced, placing: Placing = {}): StoredEvent {
  const revision = store.nextRevision();
  const { loadedEtag: _e, verbatim: _v, ...unplaced } = next;
  const sequence = placing.sequence ?? (before === undefined ? 0 : before.sequence + (isRetimed(before.content, next.content) ? 1 : 0));
  const quiet = before !== undefined && placing.isUpdate !== true && onlyRemindersDiffer(before.content, next.content);
  const row: StoredEvent = { ...unplaced, revision, sequence, updatedUs: quiet ? before.updatedUs : revision };
  return putInPlace(store, row);
}

type FormerSeries = NonNullable<StoredEvent['formerSeries']>;

/** Shapes that readers on from any living token may know of a row that `row` replaces; each only once, with its latest end. */
function formerSeries(store: Store, was: StoredEvent | undefined, { revision, content: is }: StoredEvent): FormerSeries {
  if (was === undefined) return [];
  const { start, recurrence } = was.content;
  const reshaped = (recurrence ?? is.recurrence) !== undefined && !isDeepStrictEqual([start, recurrence], [is.start, is.recurrence]);
  const ended = { endedAt: revision, start, recurrence: recurrence ?? [] };
  const oldestUs = (store.clock.now() - (SYNC_TOKEN_DAYS + 1) * 86_400_000) * 1000;
  const kept = (was.formerSeries ?? []).filter((each) => each.endedAt > oldestUs && !(reshaped && isDeepStrictEqual([each.start, each.recurrence], [ended.start, ended.recurrence])));
  return reshaped ? [...kept, ended] : kept;
}

/**
 * Stores a row that has its place in the log, with what readers on from their tokens need to learn of its instances: which vanished,
 * and, when a deleted series comes back by whatever road, that its exceptions do too, each by a place of its own. Use within `transact`.
 */
export function putInPlace(store: Store, placed: StoredEvent): StoredEvent {
  const { formerSeries: _, ...rest } = placed;
  const was = store.events.get(placed.calendarId, placed.id), former = formerSeries(store, was, placed);
  const row: StoredEvent = { ...rest, ...(former.length === 0 ? {} : { formerSeries: former }) };
  store.events.put(row);
  const isBack = was?.content.status === 'cancelled' && row.content.status !== 'cancelled' && row.recurringEventId === undefined;
  if (isBack) for (const each of store.events.exceptionsOf(row.calendarId, row.id)) store.events.put({ ...each, revision: store.nextRevision() });
  return row;
}

/** Fields that an exception goes on sharing with its series until it is given its own. */
const isShared = (name: string): boolean => !['start', 'end', 'recurrence', 'status'].includes(name);

/**
 * After a series changed: its exceptions take over what changed where they still had the series' value, and those
 * whose slot is gone are cancelled; so do cancelled ones of a series that comes back. Returns the exceptions before and after.
 */
export function followSeries(store: Store, before: StoredEvent, after: StoredEvent): { before: StoredEvent; after: StoredEvent }[] {
  const revived = before.content.status === 'cancelled' && after.content.status !== 'cancelled';
  const changed: { before: StoredEvent; after: StoredEvent }[] = [];
  for (const exception of store.events.exceptionsOf(after.calendarId, after.id)) {
    const slot = exception.originalStart;
    if (slot === undefined || (exception.content.status === 'cancelled' && !revived)) continue;
    const own = exception.content;
    let content: EventContent;
    if (!hasSlot(after, timeMs(slot))) {
      content = { ...own, status: 'cancelled' };
    } else {
      const inherited = { ...own } as Record<string, unknown>;
      const was = new Map(Object.entries(before.content));
      const is = new Map(Object.entries(after.content));
      for (const name of new Set([...was.keys(), ...is.keys()].filter(isShared))) {
        if (isDeepStrictEqual(was.get(name), is.get(name)) || !isDeepStrictEqual(inherited[name], was.get(name))) continue;
        if (is.get(name) === undefined) delete inherited[name];
        else inherited[name] = is.get(name);
      }
      const plain = instanceOf(before, timeMs(slot)).content, now = instanceOf(after, timeMs(slot)).content;
      const keptTimes = isDeepStrictEqual([own.start, own.end], [plain.start, plain.end]);
      content = { ...(inherited as unknown as EventContent), ...(keptTimes ? { start: now.start, end: now.end } : {}) };
    }
    if (isDeepStrictEqual(content, own)) continue;
    changed.push({ before: exception, after: saveEvent(store, exception, { ...exception, content }) });
  }
  return changed;
}

/**
 * After `part` was split off a series: it takes over the exceptions whose slots it has, and they follow it in what was changed
 * with the split. `former` is the whole series as it was, on the same calendar.
 */
export function adoptExceptions(store: Store, former: StoredEvent, part: StoredEvent): void {
  for (const each of store.events.exceptionsOf(part.calendarId, former.id)) {
    if (each.originalStart === undefined || !hasSlot(part, timeMs(each.originalStart))) continue;
    saveEvent(store, each, { ...each, recurringEventId: part.id, iCalUID: part.iCalUID });
  }
  followSeries(store, former, part);
}
