import { blockingOf } from '../calendar/busy.js';
import type { CalendarEvent } from '../calendar/event.js';
import { occurrenceOfEvent } from '../calendar/expand.js';
import { keyOfEvent } from '../conflicts/blocker.js';
import { overlaps, plus, type Instant, type Interval } from '../kernel/interval.js';

/** One thing that Google itself shows within a window. */
export interface Seen { readonly key: string; readonly calendarId: string; readonly event: CalendarEvent; readonly interval: Interval }

/** What takes time within `window` in a live answer (`singleEvents=true`): overlap, not start, decides; free and declined
 *  events do not count; an event without a readable time counts, since Google said it touches the window. */
export function takesTime(calendarId: string, zone: string, events: readonly CalendarEvent[], window: Interval): Seen[] {
  return events.flatMap((event) => {
    if (event.status === 'cancelled' || blockingOf(event) === 'free') return [];
    const occurrence = occurrenceOfEvent(event, zone);
    const interval = occurrence ?? window;
    return overlaps(interval, window) ? [{ key: keyOfEvent(calendarId, event), calendarId, event, interval: { start: interval.start, end: interval.end } }] : [];
  });
}

declare const SEEN: unique symbol;
/** A window that Google itself showed free, and when. There is no other way to come by one than a look, and nothing is inserted
 *  without: an early write does not compile. */
export interface SeenFree { readonly window: Interval; readonly at: Instant; readonly [SEEN]: true }
/** The evidence that `window` was free in `look` of everything but the `tolerated` and what is called `own`, our own event; null if it was not. */
export const seenFree = (look: { readonly seen: readonly Seen[]; readonly at: Instant }, window: Interval, tolerated: ReadonlySet<string>, own: string | null): SeenFree | null =>
  look.seen.some((s) => s.key !== own && !tolerated.has(s.key)) ? null : ({ window, at: look.at } as SeenFree);

/** The same evidence, written down when the time became vacated, while it is fresh and will be for the moment that an insert takes. */
export const stillFresh = (window: Interval, seenAt: Instant | null, now: Instant): SeenFree | null =>
  seenAt !== null && isFresh(seenAt, plus(now, MOMENT_MS)) ? ({ window, at: seenAt } as SeenFree) : null;
const MOMENT_MS = 1_000;

/** A live look is evidence for five seconds (design, invariant 1). */
export const LOOK_LASTS_MS = 5_000;
export const isFresh = (lookedAt: Instant, now: Instant): boolean => now - lookedAt <= LOOK_LASTS_MS;
