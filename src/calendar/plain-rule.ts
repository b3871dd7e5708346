/** Plain rules by arithmetic: whole days, weeks, months and years from DTSTART, jumping to the window however long ago the
 *  series began. A property test holds every one of them equal to the general path. */
import { DAY } from '../kernel/interval.js';
import { dayOf, dayOfMonth, monthInYear, monthOf, monthStart, weekdayOf } from './days.js';
import type { Rule } from './rule.js';
import { MOST_PERIODS, MOST_STARTS, type Walk } from './walk.js';

/**
 * The starts of `rule` in `[fromMs, toMs]`, as walkRule promises them.
 * @returns null if the rule is not a plain one.
 */
export function walkPlain(rule: Rule, firstMs: number, fromMs: number, toMs: number): Walk | null {
  const parts = Object.keys(rule.lists);
  if (parts.length === 0 && rule.frequency === 'DAILY' && rule.days.length === 0) {
    return step(firstMs, [0], 1, rule.interval * DAY, rule.count, fromMs, toMs);
  }
  if (parts.length === 0 && (rule.frequency === 'WEEKLY' || (rule.frequency === 'DAILY' && rule.interval === 1))) {
    // Every Monday and Friday is the same said daily or weekly
    return rule.days.some((day) => day.nth !== null) ? null : weekly(rule, firstMs, fromMs, toMs);
  }
  if (rule.frequency === 'MONTHLY' || rule.frequency === 'YEARLY') return monthly(rule, parts, firstMs, fromMs, toMs);
  return null;
}

const WEEK = 7 * DAY;

function weekly(rule: Rule, firstMs: number, fromMs: number, toMs: number): Walk {
  const firstDay = weekdayOf(dayOf(firstMs));
  const intoWeek = (firstDay - rule.weekStart + 7) % 7;
  const offsets = rule.days.length === 0 ? [intoWeek] : [...new Set(rule.days.map(({ day }) => (day - rule.weekStart + 7) % 7))].sort((a, b) => a - b);
  const inFirstWeek = offsets.filter((offset) => offset >= intoWeek).length;
  return step(firstMs - intoWeek * DAY, offsets.map((o) => o * DAY), inFirstWeek, rule.interval * WEEK, rule.count, fromMs, toMs);
}

/** Starts at `anchor + k × period + offset`. Of the first period only the last `inFirst` offsets count. */
function step(
  anchor: number, offsets: readonly number[], inFirst: number, period: number, count: number | null, fromMs: number, toMs: number,
): Walk {
  const starts: number[] = [];
  const skipped = offsets.length - inFirst;
  for (let k = Math.max(0, Math.floor((fromMs - anchor) / period) - 1); anchor + k * period <= toMs; k++) {
    let index = k * offsets.length - skipped - 1;
    for (const offset of offsets) {
      const at = anchor + k * period + offset;
      if (++index < 0 || at < fromMs) continue;
      if (at > toMs || (count !== null && index >= count)) return { starts, outOfBudget: false };
      if (starts.length === MOST_STARTS) return { starts, outOfBudget: true };
      starts.push(at);
    }
  }
  return { starts, outOfBudget: false };
}

/** Rules that pick days of certain months: by number or by weekday, not by both. */
function monthly(rule: Rule, parts: readonly string[], firstMs: number, fromMs: number, toMs: number): Walk | null {
  const { BYMONTH, BYMONTHDAY } = rule.lists;
  const firstDay = dayOf(firstMs);
  const firstMonth = monthOf(firstDay);
  const isYearly = rule.frequency === 'YEARLY';
  const named = (BYMONTH ? 1 : 0) + (BYMONTHDAY ? 1 : 0);
  if (parts.length > named || (BYMONTHDAY && rule.days.length > 0)) return null;
  // Without a month, a yearly BYDAY counts its weekdays through the year
  if (isYearly ? rule.days.length > 0 && !BYMONTH : BYMONTH) return null;

  const monthDays = BYMONTHDAY ?? [dayOfMonth(firstDay)];
  const daysIn = (start: number, length: number): number[] => ascending(rule.days.length > 0
    ? rule.days.flatMap(({ day, nth }) => weekdaysIn((day - weekdayOf(start) + 7) % 7, nth, length))
    : monthDays.map((day) => (day > 0 ? day - 1 : length + day)).filter((offset) => offset >= 0 && offset < length));
  const months = isYearly ? (BYMONTH ?? [monthInYear(firstMonth)]).map((month) => month - 1) : [0];
  const period = rule.interval * (isYearly ? 12 : 1);
  const anchor = isYearly ? firstMonth - monthInYear(firstMonth) + 1 : firstMonth;

  const clock = firstMs - firstDay * DAY;
  const lastMonth = monthOf(dayOf(toMs));
  // COUNT has to be counted from the first start; else the walk begins at the window
  const from = rule.count === null ? Math.max(0, Math.floor((monthOf(dayOf(fromMs)) - anchor) / period)) : 0;
  const starts: number[] = [];
  let left = rule.count ?? Infinity;
  for (let k = from; anchor + k * period <= lastMonth; k++) {
    if (k - from > MOST_PERIODS) return { starts, outOfBudget: true };
    for (const shift of months) {
      const month = anchor + k * period + shift;
      const start = monthStart(month);
      for (const offset of daysIn(start, monthStart(month + 1) - start)) {
        const at = (start + offset) * DAY + clock;
        if (at < firstMs) continue;
        if (at > toMs || --left < 0) return { starts, outOfBudget: false };
        if (at < fromMs) continue;
        if (starts.length === MOST_STARTS) return { starts, outOfBudget: true };
        starts.push(at);
      }
    }
  }
  return { starts, outOfBudget: false };
}

/** Offsets of one weekday in a month of `length` days whose first such day is `first` days after its beginning. */
function weekdaysIn(first: number, nth: number | null, length: number): number[] {
  const all = Math.ceil((length - first) / 7);
  if (nth === null) return Array.from({ length: all }, (_, week) => first + 7 * week);
  const week = nth > 0 ? nth - 1 : all + nth;
  return week >= 0 && week < all ? [first + 7 * week] : [];
}

function ascending(offsets: number[]): number[] {
  return offsets.length < 2 ? offsets : [...new Set(offsets)].sort((a, b) => a - b);
}
