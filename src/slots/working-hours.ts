import { DAY, MINUTE, instant, overlaps, type Interval } from '../kernel/interval.js';
import type { Policy } from '../kernel/policy.js';
import { fromWallMs, startOfWallDay, toWallMs } from '../kernel/zone.js';

/** A span of a weekday's clock: milliseconds after its midnight, as the clocks count. `untilMs` null: the day's end. */
interface Hours { readonly fromMs: number; readonly untilMs: number | null }

/** The working spans that share a moment with `window`, whole and sorted: those that a calendar of role `hours` holds, else the policy's. */
export const workingTime = (facts: { readonly policy: Policy; readonly zone: string; readonly hours?: readonly Interval[] }, window: Interval): Interval[] =>
  facts.hours === undefined ? workingIntervals(facts.policy, facts.zone, window)
    : facts.hours.filter((span) => span.start < span.end && overlaps(span, window)).sort((a, b) => a.start - b.start || a.end - b.end);

/**
 * The working spans that share a moment with `window`, whole (not cut at its edges) and sorted; spans that touch stay
 * separate, because each begins its own slot grid. Times are wall clock in `zone`, resolved day by day. `to` of "24:00"
 * is the day's end; a `to` earlier than `from` is on the next day; equal ones are no span.
 */
export function workingIntervals(policy: Policy, zone: string, window: Interval): Interval[] {
  const week = hoursOfWeek(policy);
  const spans: Interval[] = [];
  const last = toWallMs(window.end, zone);
  // One day back for a span that runs past midnight
  for (let day = midnight(toWallMs(instant(window.start - DAY), zone)); day <= last; day += DAY) {
    for (const { fromMs, untilMs } of week[weekdayOf(day)] ?? []) {
      const start = fromWallMs(day + fromMs, zone);
      const end = untilMs === null ? startOfWallDay(day + DAY, zone) : fromWallMs(day + untilMs, zone);
      const span = { start, end };
      if (overlaps(span, window)) spans.push(span);
    }
  }
  return spans.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The policy's hours by ISO weekday. */
function hoursOfWeek(policy: Policy): readonly Hours[][] {
  const week: Hours[][] = Array.from({ length: 8 }, () => []);
  for (const { weekday, from, to } of policy.workingHours) {
    if (from !== to) week[weekday]?.push({ fromMs: clockMs(from), untilMs: to === '24:00' ? null : clockMs(to) + (to < from ? DAY : 0) });
  }
  return week;
}

/** "HH:MM" in milliseconds. */
const clockMs = (clock: string): number => (Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))) * MINUTE;
const midnight = (wallMs: number): number => Math.floor(wallMs / DAY) * DAY;
/** 1 = Monday … 7 = Sunday, of a floating time. */
const weekdayOf = (wallMs: number): number => new Date(wallMs).getUTCDay() || 7;
