import { classesMeeting } from '../store/event-index.js';
import type { StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { cancelled, meetsWindow } from './expand.js';
import { isWanted, lookupOf, type Wanted } from './filter.js';
import { isPurged, isSeriesDeleted } from './find.js';
import type { Place, Step } from './page.js';

/** A row as a list without expansion shows it, or hides it (sheet 1.3). */
function stepAt(store: Store, place: Place, row: StoredEvent, wanted: Wanted, zone: string): Step {
  if (isPurged(row, store.clock.now()) || !isWanted(row, wanted) || !meetsWindow(store, row, wanted, zone)) return { place, counts: false };
  const seriesDeleted = isSeriesDeleted(store, row);
  const dead = row.content.status === 'cancelled' || seriesDeleted;
  const isCancelledOccurrence = row.recurringEventId !== undefined && !seriesDeleted;
  if (dead && !isCancelledOccurrence && !wanted.showDeleted && wanted.updatedMinMs === undefined) return { place, counts: true };
  return { place, counts: true, row: seriesDeleted ? cancelled(row) : row };
}

function* byStartOf(store: Store, calendarId: string, fromMs: number, toMs: number, after: readonly (string | number)[] | undefined): Generator<[Place, StoredEvent]> {
  for (const each of classesMeeting(fromMs, toMs)) {
    if (after !== undefined && each.lengthClass < Number(after[0])) continue;
    const behind = after !== undefined && each.lengthClass === Number(after[0]) ? [Number(after[1]), String(after[2])] as const : undefined;
    for (const { startMs, id } of store.events.startsIn(calendarId, each.lengthClass, each.fromMs, each.toMs, behind)) {
      const row = store.events.get(calendarId, id);
      if (row !== undefined) yield [[each.lengthClass, startMs, id], row];
    }
  }
}

function* candidates(store: Store, calendarId: string, wanted: Wanted, byUpdate: boolean, after: Place | undefined): Generator<[Place, StoredEvent]> {
  const lookup = lookupOf(wanted);
  const behind = Array.isArray(after) ? (after as (string | number)[]) : undefined;
  if (byUpdate || (wanted.updatedMinMs !== undefined && lookup === undefined)) {
    const [from, id] = behind ?? [(wanted.updatedMinMs ?? 0) * 1000, ''];
    for (const row of store.events.updatedSince(calendarId, Number(from), String(id))) yield [[row.updatedUs, row.id], row];
  } else if (lookup !== undefined) {
    for (const row of store.events.under(lookup, calendarId, after === undefined ? '' : String(after))) yield [row.id, row];
  } else if (wanted.timeMinMs !== undefined || wanted.timeMaxMs !== undefined) {
    yield* byStartOf(store, calendarId, wanted.timeMinMs ?? -Infinity, wanted.timeMaxMs ?? Infinity, behind);
  } else {
    for (const row of store.events.of(calendarId, after === undefined ? undefined : String(after))) yield [row.id, row];
  }
}

/**
 * Masters, exceptions and singles of a calendar, through the index that fits the question best, in an order that is
 * stable but means nothing, unless `byUpdate`. Plain lists go from the highest id down, so exceptions come before their master.
 */
export function* walkRows(store: Store, calendarId: string, wanted: Wanted, zone: string, byUpdate: boolean, after: Place | undefined): Generator<Step> {
  for (const [place, row] of candidates(store, calendarId, wanted, byUpdate, after)) yield stepAt(store, place, row, wanted, zone);
}

/** What changed in `(since, upTo]`, in the order of the changes: deleted rows always, others if wanted (sheet 1.5). */
export function* walkChanges(store: Store, calendarId: string, wanted: Wanted, zone: string, since: number, upTo: number): Generator<Step> {
  for (const row of store.events.changedWithin(calendarId, since, upTo)) {
    const place = row.revision;
    if (row.content.status === 'cancelled' || isSeriesDeleted(store, row)) yield { place, counts: true, row: cancelled(row) };
    else if (isWanted(row, wanted) && meetsWindow(store, row, wanted, zone)) yield { place, counts: true, row };
    else yield { place, counts: true };
  }
}
