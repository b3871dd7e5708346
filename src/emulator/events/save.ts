import { isDeepStrictEqual } from 'node:util';
import { timeMs } from './content.js';
import { hasSlot } from './find.js';
import { instanceOf } from './view.js';
import type { EventContent, StoredEvent } from '../store/model.js';
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
  const series = before?.content.recurrence;
  const reshaped = before !== undefined && (series ?? next.content.recurrence) !== undefined &&
    !isDeepStrictEqual([before.content.start, series], [next.content.start, next.content.recurrence]);
  const row: StoredEvent = {
    ...unplaced, revision, sequence, updatedUs: quiet ? before.updatedUs : revision,
    ...(reshaped ? { formerSeries: [...(before.formerSeries ?? []), { endedAt: revision, start: before.content.start, recurrence: series ?? [] }].slice(-20) } : {}),
  };
  store.events.put(row);
  return row;
}

/** Fields that an exception goes on sharing with its series until it is given its own. */
const isShared = (name: string): boolean => !['start', 'end', 'recurrence', 'status'].includes(name);

/**
 * After a series changed: its exceptions take over what changed where they still had the series' value, and those
 * whose slot is gone are cancelled. Undeleting a series gives its exceptions a new place in the log, so that an
 * incremental reader learns of them again. Returns the exceptions before and after.
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
    if (!revived && isDeepStrictEqual(content, own)) continue;
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
