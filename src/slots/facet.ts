import type { Instant, Interval } from '../kernel/interval.js';
import { wallClock } from '../kernel/zone.js';

/** How a client who wants none of the offered slots says what would suit. */
export const FACETS = ['mornings', 'afternoons', 'other-days'] as const;
export type Facet = (typeof FACETS)[number];

/** Whether `slot` has one of the wanted times of day, and another day than all of `offered` if that is wanted. Days and hours
 *  are the client's, in `zone`; afternoons begin at 12:00. No facets: everything fits. */
export function fits(slot: Interval, facets: ReadonlySet<Facet>, offered: readonly Instant[], zone: string): boolean {
  const { date, hour } = wallClock(slot.start, zone);
  const isMorning = hour < 12;
  if (facets.has('mornings') !== facets.has('afternoons') && isMorning !== facets.has('mornings')) return false;
  return !facets.has('other-days') || !offered.some((start) => wallClock(start, zone).date === date);
}
