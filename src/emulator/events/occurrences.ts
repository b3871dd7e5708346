import { classesMeeting } from '../store/event-index.js';
import type { StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { fromWall } from '../series/zone-time.js';
import { cancelled, horizonOf, plainSlots } from './expand.js';
import { instantOf, isInWindow, isWanted, lookupOf, type Wanted } from './filter.js';
import { isPurged, isSeriesDeleted } from './find.js';
import type { Step } from './page.js';
import { instanceOf } from './view.js';

/** The next thing of one cursor: a row (or one that the filters hide), or a series that is opened when its turn comes. */
interface Head { readonly rank: number; readonly id: string; readonly row?: StoredEvent; readonly opens?: StoredEvent; readonly rest: Iterator<Head> }
type Found = Omit<Head, 'rest'>;

const isBefore = (a: Found, b: Found): boolean => a.rank < b.rank || (a.rank === b.rank && a.id < b.id);

/** A binary heap of cursors, the earliest on top: a list of a million rows is merged without being held. */
class Heads {
  private readonly heads: Head[] = [];

  /** Adds a cursor at its next row, if it has one. */
  pushNext(rest: Iterator<Found>): void {
    const next = rest.next();
    if (next.done === true) return;
    this.heads.push({ ...next.value, rest: rest as Iterator<Head> });
    for (let at = this.heads.length - 1; at > 0;) {
      const above = (at - 1) >> 1;
      if (!this.swapIfBefore(at, above)) return;
      at = above;
    }
  }

  pop(): Head | undefined {
    const top = this.heads[0], last = this.heads.pop();
    if (top === undefined || last === undefined || this.heads.length === 0) return top;
    this.heads[0] = last;
    for (let at = 0;;) {
      const left = 2 * at + 1, right = left + 1;
      const [a, b] = [this.heads[left], this.heads[right]];
      const least = a !== undefined && b !== undefined && isBefore(b, a) ? right : left;
      if (a === undefined || !this.swapIfBefore(least, at)) return top;
      at = least;
    }
  }

  private swapIfBefore(low: number, high: number): boolean {
    const [a, b] = [this.heads[low], this.heads[high]];
    if (a === undefined || b === undefined || !isBefore(a, b)) return false;
    [this.heads[low], this.heads[high]] = [b, a];
    return true;
  }
}

/**
 * Singles and instances of a calendar (`singleEvents=true`), rising by start and then id, strictly behind `after`;
 * all-day dates begin at midnight in `zone`. Deleted ones are shown if wanted. Lazy: it costs what is taken from it.
 */
export function* occurrences(store: Store, calendarId: string, wanted: Wanted, zone: string, after?: readonly [number, string]): Generator<Step> {
  const untilMs = wanted.timeMaxMs ?? horizonOf(store, wanted);
  const fromMs = Math.max(wanted.timeMinMs ?? -Infinity, after?.[0] ?? -Infinity);
  const now = store.clock.now();
  // Who asks for what was updated is told of deletions too (sheet 1.1).
  const withDeleted = wanted.showDeleted || wanted.updatedMinMs !== undefined;

  function* singlesAmong(rows: Iterable<[startMs: number, row: StoredEvent]>): Generator<Found> {
    for (const [startMs, stored] of rows) {
      const row = isSeriesDeleted(store, stored) ? cancelled(stored) : stored;
      const { content, id } = row;
      const rank = 'date' in content.start ? fromWall(startMs, zone) : startMs;
      if (content.recurrence !== undefined) {
        if (content.status !== 'cancelled' && isWanted(row, wanted)) yield { rank, id, opens: row };
      } else if ((content.status !== 'cancelled' || (withDeleted && !isPurged(row, now))) && isInWindow(content.start, content.end, wanted, zone)) {
        yield isWanted(row, wanted) ? { rank, id, row } : { rank, id };
      }
    }
  }
  function* instancesOf(master: StoredEvent): Generator<Found> {
    for (const slot of plainSlots(store, master, fromMs, untilMs, after?.[0])) {
      const row = instanceOf(master, slot);
      if (isInWindow(row.content.start, row.content.end, wanted, zone)) yield { rank: instantOf(row.content.start, zone), id: row.id, row };
    }
  }

  const heads = new Heads();
  const lookup = lookupOf(wanted);
  if (lookup === undefined) {
    for (const each of classesMeeting(fromMs, untilMs)) {
      heads.pushNext(singlesAmong(rowsIn(store, calendarId, each.lengthClass, each.fromMs, each.toMs)));
    }
  } else {
    for (const row of store.events.under(lookup, calendarId)) heads.pushNext(singlesAmong([[instantOf(row.content.start, 'UTC'), row]]));
  }
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    heads.pushNext(head.rest);
    if (head.opens !== undefined) heads.pushNext(instancesOf(head.opens));
    else if (after === undefined || head.rank > after[0] || (head.rank === after[0] && head.id > after[1])) {
      yield { place: [head.rank, head.id], counts: head.row !== undefined, ...(head.row === undefined ? {} : { row: head.row }) };
    }
  }
}

function* rowsIn(store: Store, calendarId: string, lengthClass: number, fromMs: number, toMs: number): Generator<[number, StoredEvent]> {
  for (const { startMs, id } of store.events.startsIn(calendarId, lengthClass, fromMs, toMs)) {
    const row = store.events.get(calendarId, id);
    if (row !== undefined) yield [startMs, row];
  }
}
