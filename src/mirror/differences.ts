/** What the mirror and Google disagree about. Pure. */
import type { CalendarEvent } from '../calendar/event.js';
import { occurrenceOfEvent } from '../calendar/expand.js';
import { overlaps, type Interval } from '../kernel/interval.js';
import type { Blocking } from '../calendar/event.js';

/** `missing`: Google has it and the mirror does not; `extra`: the other way round; `different`: both have it, not alike. */
export interface Difference { readonly of: 'event' | 'occurrence'; readonly kind: 'missing' | 'extra' | 'different'; readonly id: string }

/** An occurrence as the mirror has it laid out. */
export interface LaidOut extends Interval { readonly eventId: string; readonly blocking: Blocking }

/** Compares one page of a full read with what the mirror has under the same ids. */
export function compareEvents(read: readonly CalendarEvent[], mirrored: ReadonlyMap<string, string>): Difference[] {
  return read.flatMap(({ id, etag, status, recurringEventId }): Difference[] => {
    const kept = mirrored.get(id);
    // What is deleted for good need not be here; a cancelled exception does: it is a hole in its series.
    if (kept === undefined) return status === 'cancelled' && recurringEventId === null ? [] : [{ of: 'event', kind: 'missing', id }];
    return kept === etag ? [] : [{ of: 'event', kind: 'different', id }];
  });
}

/** Compares Google's own expansion of `window` with what is laid out there. All-day events lie in `zone`. */
export function compareOccurrences(expansion: readonly CalendarEvent[], laidOut: readonly LaidOut[], window: Interval, zone: string): Difference[] {
  const ours = new Map(laidOut.map((o) => [o.eventId, o]));
  const found = expansion.flatMap((event): Difference[] => {
    const theirs = occurrenceOfEvent(event, zone);
    if (!theirs || !overlaps(theirs, window)) return [];
    const own = ours.get(event.id);
    ours.delete(event.id);
    if (!own) return [{ of: 'occurrence', kind: 'missing', id: event.id }];
    return own.start === theirs.start && own.end === theirs.end && own.blocking === theirs.blocking ? [] : [{ of: 'occurrence', kind: 'different', id: event.id }];
  });
  return [...found, ...[...ours.keys()].map((id): Difference => ({ of: 'occurrence', kind: 'extra', id }))];
}

/** Those of `now` that stood in `before` too: what a read and a write of the same moment disagreed about is gone by then. */
export function lasting(before: readonly Difference[], now: readonly Difference[]): Difference[] {
  const known = new Set(before.map((d) => `${d.of} ${d.kind} ${d.id}`));
  return now.filter((d) => known.has(`${d.of} ${d.kind} ${d.id}`));
}
