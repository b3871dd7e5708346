import { DAY, instant, overlaps, type Interval } from '../kernel/interval.js';
import type { Policy } from '../kernel/policy.js';
import { addDays, atWallClock, startOfDay, wallClock } from '../kernel/zone.js';

/**
 * The working spans that share a moment with `window`, whole (not cut at its edges) and sorted; spans that touch stay
 * separate, because each begins its own slot grid. Times are wall clock in `zone`, resolved day by day. `to` of "24:00"
 * is the day's end; a `to` earlier than `from` is on the next day; equal ones are no span.
 */
export function workingIntervals(policy: Policy, zone: string, window: Interval): Interval[] {
  const spans: Interval[] = [];
  const last = wallClock(window.end, zone).date;
  // One day back for a span that runs past midnight
  for (let date = wallClock(instant(window.start - DAY), zone).date; date <= last; date = addDays(date, 1)) {
    const weekday = isoWeekday(date);
    for (const { from, to, weekday: on } of policy.workingHours) {
      if (on !== weekday || from === to) continue;
      const start = atWallClock(date, from, zone);
      const nextDay = addDays(date, 1);
      const end = to === '24:00' ? startOfDay(nextDay, zone) : atWallClock(to < from ? nextDay : date, to, zone);
      const span = { start, end };
      if (overlaps(span, window)) spans.push(span);
    }
  }
  return spans.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** 1 = Monday … 7 = Sunday. */
const isoWeekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay() || 7;
