import { instanceId, isPartId } from '../series/instance-id.js';
import { slotsFrom, slotsOf } from '../series/recurrence.js';
import type { StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { timeMs } from './content.js';
import { type Wanted, instantOf, isInWindow, isWanted } from './filter.js';
import { isSeriesDeleted, liveSeriesOf } from './find.js';
import { instanceOf } from './view.js';

const DAY_MS = 86_400_000;
/** How far an unbounded expansion reaches ahead; Google's own horizon is not published (sheet 1.1). */
const HORIZON_MS = 730 * DAY_MS;
/** A deleted series was reported to yield about six months of cancelled instances (sheet 1.5). */
const DELETED_HORIZON_MS = 183 * DAY_MS;

export const cancelled = (row: StoredEvent): StoredEvent => {
  if (row.content.status === 'cancelled') return row;
  const { verbatim: _, ...rest } = row;
  return { ...rest, content: { ...row.content, status: 'cancelled' } };
};

/** Where an expansion without `timeMax` ends. */
export const horizonOf = (store: Store, wanted: Wanted): number => Math.max(store.clock.now(), wanted.timeMinMs ?? -Infinity) + HORIZON_MS;

/**
 * Slots of a series that have no stored exception, rising, whose occurrences can meet `[fromMs, untilMs)` and begin no earlier than
 * `startsFromMs`; generous by a day on both sides. One id is one event: a slot that another part of a split series has is left to
 * that part if it comes first, and to its exception in any case, as if it were asked for by its id.
 */
export function* plainSlots(store: Store, master: StoredEvent, fromMs: number, untilMs: number, startsFromMs = -Infinity): Generator<number> {
  const { start, end, recurrence } = master.content;
  if (recurrence === undefined) return;
  const taken = new Set([...store.events.exceptionSlots(master.calendarId, master.id)].map(({ slotMs }) => slotMs));
  const length = timeMs(end) - timeMs(start), isPart = isPartId(master.id) && master.content.status !== 'cancelled';
  const isElsewhere = (id: string): boolean =>
    store.events.get(master.calendarId, id) !== undefined || (isPart && liveSeriesOf(store, master.calendarId, id)?.id !== master.id);
  for (const slot of slotsFrom({ start, recurrence }, Math.max(-8e15, fromMs - length - DAY_MS, startsFromMs - DAY_MS), untilMs + DAY_MS)) {
    if (!taken.has(slot) && !isElsewhere(instanceId(master.id, slot, 'date' in start))) yield slot;
  }
}

/**
 * Plain instances of a series that meet the window, rising, those that begin a day before `startsFromMs` or earlier left out; slots
 * that have a stored exception are left to that exception.
 */
export function* plainInstances(store: Store, master: StoredEvent, wanted: Wanted, zone: string, startsFromMs?: number): Generator<StoredEvent> {
  for (const slot of plainSlots(store, master, wanted.timeMinMs ?? -Infinity, wanted.timeMaxMs ?? horizonOf(store, wanted), startsFromMs)) {
    const row = instanceOf(master, slot);
    if (isInWindow(row.content.start, row.content.end, wanted, zone)) yield row;
  }
}

/** True if a row has an occurrence in the window: what keeps a master in a list that does not expand. */
export function meetsWindow(store: Store, row: StoredEvent, wanted: Wanted, zone: string): boolean {
  if (wanted.timeMinMs === undefined && wanted.timeMaxMs === undefined) return true;
  if (row.content.recurrence === undefined) return isInWindow(row.content.start, row.content.end, wanted, zone);
  if (plainInstances(store, row, wanted, zone).next().done !== true) return true;
  return store.events.exceptionsOf(row.calendarId, row.id).some((each) => each.content.status !== 'cancelled' && isInWindow(each.content.start, each.content.end, wanted, zone));
}

const order = (a: { row: StoredEvent; at: number }, b: { row: StoredEvent; at: number }): number =>
  a.at - b.at || (a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0);

/** Sorts by start, then id; all-day dates count from midnight in `zone`. */
export const byStart = (rows: Iterable<StoredEvent>, zone: string): StoredEvent[] =>
  [...rows].map((row) => ({ row, at: instantOf(row.content.start, zone) })).sort(order).map(({ row }) => row);

/**
 * What became of a slot that a series has no more: an instance of another part of it, or cancelled. Undefined if a row has its id,
 * which tells itself.
 */
function whatIsLeft(store: Store, gone: StoredEvent, slotMs: number, wanted: Wanted, zone: string): StoredEvent | undefined {
  if (store.events.get(gone.calendarId, gone.id) !== undefined) return undefined;
  const other = liveSeriesOf(store, gone.calendarId, gone.id);
  if (other === undefined || !isWanted(other, wanted)) return cancelled(gone);
  const row = instanceOf(other, slotMs);
  return isInWindow(row.content.start, row.content.end, wanted, zone) ? row : cancelled(gone);
}

/** What changed since `since`, as singles and instances, in any order: also instances that vanished with an older shape of their series. */
export function expandChanges(store: Store, changed: Iterable<StoredEvent>, since: number, wanted: Wanted, zone: string): Iterable<StoredEvent> {
  const rows = new Map<string, StoredEvent>();
  for (const stored of changed) {
    const row = isSeriesDeleted(store, stored) ? cancelled(stored) : stored;
    const { recurrence, start } = row.content;
    if (recurrence === undefined) {
      if (row.content.status === 'cancelled' || (isWanted(row, wanted) && isInWindow(row.content.start, row.content.end, wanted, zone))) rows.set(row.id, row);
    }
    const until = row.content.status === 'cancelled' ? store.clock.now() + DELETED_HORIZON_MS : wanted.timeMaxMs ?? store.clock.now() + HORIZON_MS;
    const shapes = [...(row.formerSeries ?? []).filter((each) => each.endedAt > since), ...(recurrence !== undefined && row.content.status === 'cancelled' ? [{ start, recurrence }] : [])];
    for (const shape of shapes) {
      if (shape.recurrence.length === 0) {
        if (recurrence !== undefined) rows.set(row.id, cancelled(row));
        continue;
      }
      const former = { ...row, content: { ...row.content, start: shape.start, recurrence: shape.recurrence } };
      for (const slot of slotsOf(shape, -8e15, until)) {
        const gone = instanceOf(former, slot), left = rows.has(gone.id) ? undefined : whatIsLeft(store, gone, slot, wanted, zone);
        if (left !== undefined) rows.set(gone.id, left);
      }
    }
    if (row.content.status === 'cancelled') for (const each of store.events.exceptionsOf(row.calendarId, row.id)) rows.set(each.id, cancelled(each));
    else if (recurrence !== undefined && isWanted(row, wanted)) for (const each of plainInstances(store, row, wanted, zone)) rows.set(each.id, each);
  }
  return rows.values();
}
