import { timeMs } from './content.js';
import { type Wanted, instantOf, isInWindow, isWanted } from './filter.js';
import { isSeriesDeleted } from './find.js';
import { instanceOf } from './view.js';
import type { StoredEvent } from '../store/model.js';
import { slotsOf } from '../series/recurrence.js';
import type { Store } from '../store/store.js';

const DAY_MS = 86_400_000;
/** How far an unbounded expansion reaches ahead; Google's own horizon is not published (sheet 1.1). */
const HORIZON_MS = 730 * DAY_MS;
/** A deleted series was reported to yield about six months of cancelled instances (sheet 1.5). */
const DELETED_HORIZON_MS = 183 * DAY_MS;

const cancelled = (row: StoredEvent): StoredEvent => ({ ...row, content: { ...row.content, status: 'cancelled' } });

/** Plain instances of a live series that meet the window; slots that have a stored exception are left to that exception. */
export function plainInstances(store: Store, master: StoredEvent, wanted: Wanted, zone: string): StoredEvent[] {
  const { start, end, recurrence } = master.content;
  if (recurrence === undefined) return [];
  const length = timeMs(end) - timeMs(start);
  const from = wanted.timeMinMs === undefined ? timeMs(start) : wanted.timeMinMs - length - DAY_MS;
  const until = wanted.timeMaxMs === undefined ? store.clock.now() + HORIZON_MS : wanted.timeMaxMs + DAY_MS;
  const taken = new Set(store.exceptionsOf(master.calendarId, master.id).flatMap((each) => (each.originalStart === undefined ? [] : [timeMs(each.originalStart)])));
  // A listed extra date may lie before the start.
  return slotsOf({ start, recurrence }, Math.min(from, wanted.timeMinMs ?? -8e15), until)
    .filter((slot) => !taken.has(slot)).map((slot) => instanceOf(master, slot))
    .filter((row) => isInWindow(row.content.start, row.content.end, wanted, zone));
}

/** True if a master has an occurrence in the window: what keeps it in a list that does not expand. */
export function meetsWindow(store: Store, row: StoredEvent, wanted: Wanted, zone: string): boolean {
  if (wanted.timeMinMs === undefined && wanted.timeMaxMs === undefined) return true;
  if (row.content.recurrence === undefined) return isInWindow(row.content.start, row.content.end, wanted, zone);
  if (wanted.timeMaxMs !== undefined && instantOf(row.content.start, zone) >= wanted.timeMaxMs && !row.content.recurrence.some((line) => line.startsWith('RDATE'))) return false;
  if (wanted.timeMinMs === undefined) return true;
  const bounded = { ...wanted, timeMaxMs: wanted.timeMaxMs ?? Math.max(wanted.timeMinMs, store.clock.now()) + HORIZON_MS };
  return plainInstances(store, row, bounded, zone).length > 0 ||
    store.exceptionsOf(row.calendarId, row.id).some((each) => each.content.status !== 'cancelled' && isInWindow(each.content.start, each.content.end, wanted, zone));
}

const order = (a: { row: StoredEvent; at: number }, b: { row: StoredEvent; at: number }): number =>
  a.at - b.at || (a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0);

/** Sorts by start, then id; all-day dates count from midnight in `zone`. */
export const byStart = (rows: StoredEvent[], zone: string): StoredEvent[] =>
  rows.map((row) => ({ row, at: instantOf(row.content.start, zone) })).sort(order).map(({ row }) => row);

/** All singles and instances of a calendar that a `singleEvents=true` list holds, by start. Deleted ones are included if wanted. */
export function expandAll(store: Store, calendarId: string, wanted: Wanted, zone: string): StoredEvent[] {
  const rows: StoredEvent[] = [];
  for (const stored of store.eventsOf(calendarId)) {
    const row = isSeriesDeleted(store, stored) ? cancelled(stored) : stored;
    if (!isWanted(row, wanted)) continue;
    if (row.content.recurrence !== undefined) {
      if (row.content.status !== 'cancelled') rows.push(...plainInstances(store, row, wanted, zone));
    } else if ((row.content.status !== 'cancelled' || wanted.showDeleted) && isInWindow(row.content.start, row.content.end, wanted, zone)) {
      rows.push(row);
    }
  }
  return byStart(rows, zone);
}

/** What changed since `since`, as singles and instances: also instances that vanished with an older shape of their series. */
export function expandChanges(store: Store, changed: Iterable<StoredEvent>, since: number, wanted: Wanted, zone: string): StoredEvent[] {
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
        const gone = cancelled(instanceOf(former, slot));
        if (store.event(row.calendarId, gone.id) === undefined && !rows.has(gone.id)) rows.set(gone.id, gone);
      }
    }
    if (recurrence === undefined) continue;
    if (row.content.status === 'cancelled') for (const each of store.exceptionsOf(row.calendarId, row.id)) rows.set(each.id, cancelled(each));
    else if (isWanted(row, wanted)) for (const each of plainInstances(store, row, wanted, zone)) rows.set(each.id, each);
  }
  return byStart([...rows.values()], zone);
}
