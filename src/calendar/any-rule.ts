/**
 * Any rule: its days by rrule, its times of day and BYSETPOS by ourselves.
 *
 * BYSETPOS is not left to rrule 2.8.1, which takes it wrongly in four ways (each in the tests, by hand):
 * - a position counted from the end that lies before the set gives its first member: BYMONTHDAY=20,31;BYSETPOS=-2 gives the
 *   20th of months without a 31st;
 * - one that lies behind it gives an invalid date, which leaves the others of that period unsorted: COUNT and the window
 *   then cut at the wrong place (BYMONTHDAY=1,15,31;BYSETPOS=-1,3,1);
 * - two positions that name the same member give it twice, and COUNT counts both: BYMONTHDAY=15;BYSETPOS=1,-1;
 * - in the week of DTSTART only the days from DTSTART on are in the set.
 */
import { DAY, HOUR, MINUTE } from '../kernel/interval.js';
import { dayOf } from './days.js';
import { periodsOf, type Periods } from './rule-days.js';
import type { Rule } from './rule.js';
import { MOST_PERIODS, MOST_STARTS, type Walk } from './walk.js';

/** What walking one rule may cost, in about microseconds. */
const WORK_BUDGET = 2 * MOST_PERIODS;
/** Starts that may be passed on the way to the end of the window. */
const MOST_TRIED = 2_000_000;

const UNIT: Readonly<Partial<Record<Rule['frequency'], number>>> = { HOURLY: HOUR, MINUTELY: MINUTE, SECONDLY: 1000 };

/** The starts of `rule` in `[fromMs, toMs]`, as walkRule promises them. */
export function walkAny(rule: Rule, firstMs: number, fromMs: number, toMs: number): Walk {
  const firstDay = dayOf(firstMs);
  const periods = periodsOf(rule, firstDay);
  const times = timesOf(rule, firstMs);
  const count = rule.count !== null && rule.count < (dayOf(toMs) - firstDay + 1) * times.most ? rule.count : null;
  // COUNT has to be counted from the first start; else, and if there cannot be so many, the walk begins at the window
  const from = count === null ? Math.max(0, periods.periodOf(dayOf(Math.max(fromMs, firstMs)))) : 0;
  const needed = periods.periodOf(dayOf(toMs)) - from + 1;
  const affordable = Math.floor(WORK_BUDGET / (periods.cost + times.tries / 10));
  const days = periods.days(from, Math.min(needed, affordable));

  const starts: number[] = [];
  let tried = 0;
  let left = count ?? Infinity;
  for (const set of setsOf(days, times, rule, periods)) {
    if ((tried += set.length) > MOST_TRIED) return { starts, outOfBudget: true };
    for (const at of positionsOf(set, rule.lists.BYSETPOS)) {
      if (at < firstMs) continue;
      if (at > toMs || --left < 0) return { starts, outOfBudget: false };
      if (at < fromMs) continue;
      if (starts.length === MOST_STARTS) return { starts, outOfBudget: true };
      starts.push(at);
    }
  }
  return { starts, outOfBudget: needed > affordable };
}

/** The starts of each period together, where BYSETPOS has to choose among them; else in small groups as they come. */
function* setsOf(days: readonly number[], ofDay: Times, rule: Rule, periods: Periods): Generator<number[]> {
  const unit = UNIT[rule.frequency];
  const key = unit === undefined ? (at: number): number => periods.periodKey(dayOf(at)) : (at: number): number => Math.floor(at / unit);
  let set: number[] = [];
  for (const day of days) {
    const times = ofDay.each(day);
    if (!rule.lists.BYSETPOS) {
      yield times;
      continue;
    }
    for (const at of times) {
      if (set.length > 0 && key(set[0] ?? 0) !== key(at)) {
        yield set;
        set = [];
      }
      set.push(at);
    }
  }
  yield set;
}

function positionsOf(set: readonly number[], positions: readonly number[] | undefined): readonly number[] {
  if (!positions) return set;
  const chosen = new Set(positions.map((position) => (position > 0 ? position - 1 : set.length + position)));
  return set.filter((_, index) => chosen.has(index));
}

/** The starts that one day of the rule has, rising; how many at most, and how many have to be tried. */
interface Times { each(day: number): number[]; readonly most: number; readonly tries: number }

function timesOf(rule: Rule, firstMs: number): Times {
  const clock = firstMs - dayOf(firstMs) * DAY;
  const unit = UNIT[rule.frequency];
  const { BYHOUR, BYMINUTE, BYSECOND } = rule.lists;
  const seconds = BYSECOND ?? [Math.floor(clock / 1000) % 60];
  const minutes = BYMINUTE ?? [Math.floor(clock / MINUTE) % 60];
  const below = clock % 1000;
  const inMinute = seconds.map((second) => second * 1000 + below);
  const inHour = minutes.flatMap((minute) => inMinute.map((ms) => minute * MINUTE + ms));
  if (unit === undefined) {
    const inDay = (BYHOUR ?? [Math.floor(clock / HOUR)]).flatMap((hour) => inHour.map((ms) => hour * HOUR + ms));
    return { most: inDay.length, tries: 0, each: (day) => inDay.map((ms) => day * DAY + ms) };
  }
  const inUnit = unit === HOUR ? inHour : unit === MINUTE ? inMinute : [below];
  const anchor = Math.floor(firstMs / unit) * unit;
  const period = rule.interval * unit;
  const isWanted = (ofDay: number): boolean =>
    (!BYHOUR || BYHOUR.includes(Math.floor(ofDay / HOUR))) &&
    (unit === HOUR || !BYMINUTE || BYMINUTE.includes(Math.floor(ofDay / MINUTE) % 60)) &&
    (unit > 1000 || !BYSECOND || BYSECOND.includes(Math.floor(ofDay / 1000) % 60));
  const each = (day: number): number[] => {
    const found: number[] = [];
    for (let at = anchor + Math.max(0, Math.ceil((day * DAY - anchor) / period)) * period; at < (day + 1) * DAY; at += period) {
      if (isWanted(at - day * DAY)) for (const ms of inUnit) found.push(at + ms);
    }
    return found;
  };
  return { each, most: (DAY / unit) * inUnit.length, tries: DAY / period };
}
