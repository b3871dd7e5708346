/** Walks one rule over floating wall-clock time. Zones play no part here: the caller resolves what comes out. */
import rrule, { type Options } from 'rrule';
import { DAY, HOUR, MINUTE } from '../kernel/interval.js';
import type { ByList, Frequency, Rule } from './recurrence-lines.js';

const WEEK = 7 * DAY;

/** Shortest length of a period, and what walking over one costs, in about microseconds (measured). */
const PERIOD: Readonly<Record<Frequency, { readonly atLeastMs: number; readonly cost: number }>> = {
  YEARLY: { atLeastMs: 365 * DAY, cost: 30 },
  MONTHLY: { atLeastMs: 28 * DAY, cost: 10 },
  WEEKLY: { atLeastMs: WEEK, cost: 5 },
  DAILY: { atLeastMs: DAY, cost: 2 },
  HOURLY: { atLeastMs: HOUR, cost: 4 },
  MINUTELY: { atLeastMs: MINUTE, cost: 4 },
  SECONDLY: { atLeastMs: 1000, cost: 4 },
};

/** Most that walking one rule may cost: 270 years of days, or five years of hours. */
export const WORK_BUDGET = 200_000;
/** Starts that one rule may have in one window. */
export const MOST_STARTS = 10_000;

/** `starts` are sorted. `outOfBudget`: there may be more of them. */
export interface Walk { readonly starts: readonly number[]; readonly outOfBudget: boolean }

/**
 * The floating starts of `rule`, counted from `firstMs` (DTSTART), that lie in `[fromMs, toMs]`. UNTIL is left to the
 * caller, who can compare instants; COUNT is kept here. DTSTART itself is returned only if the rule produces it.
 */
export function walkRule(rule: Rule, firstMs: number, fromMs: number, toMs: number): Walk {
  if (toMs < firstMs || toMs < fromMs) return { starts: [], outOfBudget: false };
  return walkPlain(rule, firstMs, fromMs, toMs) ?? walkAny(rule, firstMs, fromMs, toMs);
}

/**
 * Plain daily and weekly rules by arithmetic: jumps to the window, however long ago the series began.
 * @returns null if the rule is not a plain one. A property test holds it equal to walkAny.
 */
export function walkPlain(rule: Rule, firstMs: number, fromMs: number, toMs: number): Walk | null {
  if (Object.keys(rule.lists).length > 0 || rule.days.some((d) => d.nth !== null)) return null;
  if (rule.frequency === 'DAILY' && rule.days.length === 0) {
    return step(firstMs, [0], 1, rule.interval * DAY, rule.count, fromMs, toMs);
  }
  // Every Monday and Friday is the same said daily or weekly
  if (rule.frequency === 'DAILY' && rule.interval > 1) return null;
  if (rule.frequency !== 'WEEKLY' && rule.frequency !== 'DAILY') return null;
  const firstDay = weekdayOf(firstMs);
  const days = rule.days.length > 0 ? rule.days.map((d) => d.day) : [firstDay];
  const offsets = [...new Set(days.map((day) => (day - rule.weekStart + 7) % 7))].sort((a, b) => a - b);
  const intoWeek = (firstDay - rule.weekStart + 7) % 7;
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
    for (const [nth, offset] of offsets.entries()) {
      const at = anchor + k * period + offset;
      const index = k * offsets.length + nth - skipped;
      if (index < 0 || at < fromMs) continue;
      if (at > toMs || (count !== null && index >= count)) return { starts, outOfBudget: false };
      if (starts.length === MOST_STARTS) return { starts, outOfBudget: true };
      starts.push(at);
    }
  }
  return { starts, outOfBudget: false };
}

/** Any rule, by rrule, walking from DTSTART. Exported for the proof that walkPlain equals it. */
export function walkAny(rule: Rule, firstMs: number, fromMs: number, toMs: number): Walk {
  const { atLeastMs, cost } = PERIOD[rule.frequency];
  const needed = Math.floor((toMs - firstMs) / (rule.interval * atLeastMs)) + 1;
  const affordable = Math.floor(WORK_BUDGET / cost);
  const limit = Math.min(needed, affordable);
  const walker = new rrule.RRule(optionsOf(rule, firstMs), true);

  // A rule such as "30 February" never yields anything, so no callback of rrule's can end it: it walks to the year 9999.
  // It asks for the interval once before the walk and twice after each period (is it zero? then: add it), and ends at zero;
  // so one period more than `limit` is walked.
  let asked = 0;
  Object.defineProperty(walker.options, 'interval', { get: () => (++asked > 2 * limit + 1 ? 0 : rule.interval) });

  const found = walker.between(new Date(Math.max(fromMs, firstMs)), new Date(toMs), true).map((date) => date.getTime());
  const isCut = asked > 2 * limit + 1 && needed > affordable;
  return { starts: found.slice(0, MOST_STARTS), outOfBudget: isCut || found.length > MOST_STARTS };
}

const OPTION_OF: Readonly<Record<ByList, keyof Options>> = {
  BYSETPOS: 'bysetpos', BYMONTH: 'bymonth', BYMONTHDAY: 'bymonthday', BYYEARDAY: 'byyearday',
  BYWEEKNO: 'byweekno', BYHOUR: 'byhour', BYMINUTE: 'byminute', BYSECOND: 'bysecond',
};

function optionsOf(rule: Rule, firstMs: number): Partial<Options> {
  const options: Partial<Options> = {
    freq: rrule.Frequency[rule.frequency], interval: rule.interval, wkst: rule.weekStart, dtstart: new Date(firstMs),
  };
  if (rule.count !== null) options.count = rule.count;
  if (rule.days.length > 0) options.byweekday = rule.days.map((d) => new rrule.Weekday(d.day, d.nth ?? undefined));
  for (const [key, values] of Object.entries(rule.lists)) Object.assign(options, { [OPTION_OF[key as ByList]]: [...values] });
  return options;
}

/** 0 = Monday. The epoch began on a Thursday. */
const weekdayOf = (wallMs: number): number => (((Math.floor(wallMs / DAY) + 3) % 7) + 7) % 7;
