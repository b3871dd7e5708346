import { notFound } from '../http/api-error.js';
import { instanceOf } from './view.js';
import type { StoredEvent } from '../store/model.js';
import { hasSlotAt, parseInstanceId } from '../series/recurrence.js';
import type { Store } from '../store/store.js';

/** True if the series of `row` was deleted as a whole; its exceptions then read as cancelled without a change of their own. */
export function isSeriesDeleted(store: Store, row: StoredEvent): boolean {
  return row.recurringEventId !== undefined && store.events.get(row.calendarId, row.recurringEventId)?.content.status === 'cancelled';
}

/** True if a series has an occurrence whose original start is `slotMs`. */
export function hasSlot(master: StoredEvent, slotMs: number): boolean {
  const { start, recurrence } = master.content;
  return recurrence !== undefined && hasSlotAt({ start, recurrence }, slotMs);
}

/**
 * The event of that id on a calendar: a stored row, or an instance derived from its series (`isStored` false).
 * Throws 404 for an id that is neither.
 */
export function findEvent(store: Store, calendarId: string, id: string): { row: StoredEvent; isStored: boolean } {
  const row = store.events.get(calendarId, id);
  if (row !== undefined) {
    if (isPurged(row, store.clock.now())) throw notFound();
    return isSeriesDeleted(store, row) ? { row: { ...row, content: { ...row.content, status: 'cancelled' } }, isStored: true } : { row, isStored: true };
  }
  const master = liveSeriesOf(store, calendarId, id) ?? seriesHaving(store, calendarId, id)[0], slotMs = parseInstanceId(id)?.slotMs;
  if (master === undefined || slotMs === undefined) throw notFound();
  return { row: instanceOf(master, slotMs), isStored: false };
}

/** Series, or parts of a split one, of which an id names an instance; deleted ones included. */
function seriesHaving(store: Store, calendarId: string, id: string): StoredEvent[] {
  const parts = parseInstanceId(id);
  if (parts === undefined) return [];
  return store.events.mastersOf(calendarId, parts.root).filter((each) => 'date' in each.content.start === parts.allDay && hasSlot(each, parts.slotMs));
}

/**
 * The live series that an id names an instance of, if no row has that id. Parts of a split series that were brought to overlap share
 * ids: the first one has them, so that one id is one event on every road.
 */
export const liveSeriesOf = (store: Store, calendarId: string, id: string): StoredEvent | undefined =>
  seriesHaving(store, calendarId, id).find((each) => each.content.status !== 'cancelled');

/** How long a deleted event can still be read. Google does not publish it (sheet 3.4, 11.5). */
const TOMBSTONE_MS = 90 * 86_400_000;

/** True for an event that was deleted so long ago that it can no longer be read. Cancelled occurrences stay with their series. */
export const isPurged = (row: StoredEvent, nowMs: number): boolean =>
  row.content.status === 'cancelled' && row.recurringEventId === undefined && row.revision / 1000 < nowMs - TOMBSTONE_MS;
