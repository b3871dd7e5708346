import type { Brand } from './ids.js';

/** A moment: milliseconds since the Unix epoch, UTC. */
export type Instant = Brand<number, 'Instant'>;

/** Half-open `[start, end)`: what ends at 14:00 does not touch what starts at 14:00. */
export interface Interval { readonly start: Instant; readonly end: Instant }

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const instant = (ms: number): Instant => ms as Instant;
/** `at` moved by `ms` real milliseconds. */
export const plus = (at: Instant, ms: number): Instant => (at + ms) as Instant;

/** The `[start, start + lengthMs)` that begins at `start`. */
export const intervalFrom = (start: Instant, lengthMs: number): Interval => ({ start, end: plus(start, lengthMs) });

/** True if the two share at least one moment. An empty interval shares none. */
export const overlaps = (a: Interval, b: Interval): boolean =>
  a.start < b.end && b.start < a.end && a.start < a.end && b.start < b.end;

/** `interval` widened by `ms` on both sides. */
export const widen = (interval: Interval, ms: number): Interval =>
  ({ start: plus(interval.start, -ms), end: plus(interval.end, ms) });

export const sameInterval = (a: Interval, b: Interval): boolean => a.start === b.start && a.end === b.end;

/** The union of `intervals`, sorted, without overlap or touch. Empty intervals vanish. O(n log n). */
export function merge(intervals: readonly Interval[]): Interval[] {
  const sorted = intervals.filter((i) => i.start < i.end).sort((a, b) => a.start - b.start);
  const merged: { start: Instant; end: Instant }[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last && next.start <= last.end) last.end = next.end > last.end ? next.end : last.end;
    else merged.push({ ...next });
  }
  return merged;
}
