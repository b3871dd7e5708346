import { civilOf, isLeap, monthStart, monthStarts, weekdayOf, yearOf, yearStart } from './civil.js';
import { impliedParts, type Rule } from './rule.js';

/** Days that one period of a rule offers: `base` plus each of the offsets, rising. */
interface Offer { readonly base: number; readonly offsets: readonly number[] }

/** A rule as a row of periods (days, weeks, months or years, INTERVAL apart), number 0 the one with the start. Days are day numbers. */
export interface Periods {
  /** The last period that begins no later than `day`; no later day lies in an earlier one. */
  periodOf(day: number): number;
  /** What a period offers, before COUNT, UNTIL and the start cut it. */
  offer(n: number): Offer;
  /** A rule that offers nothing in so many periods on end never offers anything: the calendar repeats every 400 years. */
  readonly cycle: number;
}

const NOTHING: readonly number[] = [];
/** Periods of the Gregorian cycle of 400 years. */
const CYCLE = { DAILY: 146_097, WEEKLY: 20_871, MONTHLY: 4_800, YEARLY: 400 };

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** A position among `length`, counted from 1, or as a negative number from the end. */
const hits = (wanted: readonly number[], position: number, length: number): boolean =>
  wanted.length === 0 || wanted.includes(position) || wanted.includes(position - length - 1);

const inMonth = (rule: Rule, month: number): boolean => rule.byMonth.length === 0 || rule.byMonth.includes(month);

/** BYDAY for a day that is the `position`-th of `length` days within which ordinals count. */
const isWeekday = (rule: Rule, weekday: number, position: number, length: number): boolean =>
  rule.byDay.length === 0 || rule.byDay.some(({ day, nth }) =>
    day === weekday && (nth === 0 || nth === Math.ceil(position / 7) || nth === -Math.ceil((length - position + 1) / 7)));

const atPositions = (rule: Rule, offsets: readonly number[]): readonly number[] =>
  rule.bySetPos.length === 0 ? offsets : offsets.filter((_, i) => hits(rule.bySetPos, i + 1, offsets.length));

/** Offsets by the shape of a period: there are few shapes, and a long series meets each of them often. */
function recall(known: Map<number, readonly number[]>, shape: number, find: () => readonly number[]): readonly number[] {
  let offsets = known.get(shape);
  if (offsets === undefined) known.set(shape, (offsets = find()));
  return offsets;
}

function daily(rule: Rule, firstDay: number): Omit<Periods, 'cycle'> {
  const whole = atPositions(rule, [0]);
  const isLimited = rule.byMonth.length + rule.byMonthDay.length > 0;
  const isOffered = (day: number): boolean => {
    if (!isWeekday(rule, weekdayOf(day), 1, 1)) return false;
    if (!isLimited) return true;
    const { month, dayOfMonth, monthLength } = civilOf(day);
    return inMonth(rule, month) && hits(rule.byMonthDay, dayOfMonth, monthLength);
  };
  return {
    periodOf: (day) => Math.floor((day - firstDay) / rule.interval),
    offer: (n) => {
      const base = firstDay + n * rule.interval;
      return { base, offsets: isOffered(base) ? whole : NOTHING };
    },
  };
}

function weekly(rule: Rule, firstDay: number): Omit<Periods, 'cycle'> {
  const firstWeek = firstDay - ((weekdayOf(firstDay) - rule.weekStart + 7) % 7);
  const week = [0, 1, 2, 3, 4, 5, 6].filter((i) => isWeekday(rule, (rule.weekStart + i) % 7, 1, 1));
  const whole = atPositions(rule, week);
  return {
    periodOf: (day) => Math.floor((day - firstWeek) / (7 * rule.interval)),
    offer: (n) => {
      const base = firstWeek + n * 7 * rule.interval;
      if (rule.byMonth.length === 0) return { base, offsets: whole };
      return { base, offsets: atPositions(rule, week.filter((i) => inMonth(rule, civilOf(base + i).month))) };
    },
  };
}

/** Offsets within a month that begins on `weekday`. */
function monthDays(rule: Rule, length: number, weekday: number): readonly number[] {
  const isOffered = (i: number): boolean => hits(rule.byMonthDay, i + 1, length) && isWeekday(rule, (weekday + i) % 7, i + 1, length);
  return atPositions(rule, Array.from({ length }, (_, i) => i).filter(isOffered));
}

function monthly(rule: Rule, firstDay: number): Omit<Periods, 'cycle'> {
  const monthIndex = (day: number): number => { const { year, month } = civilOf(day); return year * 12 + month - 1; };
  const firstMonth = monthIndex(firstDay);
  const known = new Map<number, readonly number[]>();
  return {
    periodOf: (day) => Math.floor((monthIndex(day) - firstMonth) / rule.interval),
    offer: (n) => {
      const month = firstMonth + n * rule.interval, base = monthStart(month);
      if (!inMonth(rule, (((month % 12) + 12) % 12) + 1)) return { base, offsets: NOTHING };
      const length = monthStart(month + 1) - base, weekday = weekdayOf(base);
      return { base, offsets: recall(known, length * 7 + weekday, () => monthDays(rule, length, weekday)) };
    },
  };
}

/** Day on which week number one of a year begins: the first week with at least four days in the year (RFC 5545 3.3.10, BYWEEKNO). */
function firstWeekOf(year: number, weekStart: number): number {
  const newYear = yearStart(year), intoYear = (weekStart - weekdayOf(newYear) + 7) % 7;
  return newYear + intoYear - (intoYear > 3 ? 7 : 0);
}

/** BYWEEKNO for a day of `year`. Days around New Year may belong to a week of the year before or after; they are offered all the same. */
function inWeeks(rule: Rule, year: number, day: number): boolean {
  if (rule.byWeekNo.length === 0) return true;
  const start = (y: number): number => firstWeekOf(y, rule.weekStart);
  const ofYear = day < start(year) ? year - 1 : day >= start(year + 1) ? year + 1 : year;
  return hits(rule.byWeekNo, Math.floor((day - start(ofYear)) / 7) + 1, (start(ofYear + 1) - start(ofYear)) / 7);
}

/** Offsets from 1 January. BYDAY's numbers count within the month if there is a BYMONTH, else within the year. */
function yearDays(rule: Rule, year: number): readonly number[] {
  const starts = monthStarts(year), newYear = yearStart(year), yearLength = starts[12] ?? 0, offsets: number[] = [];
  for (let month = 1; month <= 12; month++) {
    if (!inMonth(rule, month)) continue;
    const first = starts[month - 1] ?? 0, end = starts[month] ?? 0;
    for (let i = first; i < end; i++) {
      if (!hits(rule.byMonthDay, i - first + 1, end - first) || !hits(rule.byYearDay, i + 1, yearLength)) continue;
      const isNamed = rule.byMonth.length > 0 ? isWeekday(rule, weekdayOf(newYear + i), i - first + 1, end - first) : isWeekday(rule, weekdayOf(newYear + i), i + 1, yearLength);
      if (isNamed && inWeeks(rule, year, newYear + i)) offsets.push(i);
    }
  }
  return atPositions(rule, offsets);
}

function yearly(rule: Rule, firstDay: number): Omit<Periods, 'cycle'> {
  const firstYear = yearOf(firstDay), known = new Map<number, readonly number[]>();
  return {
    periodOf: (day) => Math.floor((yearOf(day) - firstYear) / rule.interval),
    offer: (n) => {
      const year = firstYear + n * rule.interval, base = yearStart(year);
      // Weeks also depend on how long the years around it are.
      const leaps = rule.byWeekNo.length === 0 ? [year] : [year, year - 1, year + 1];
      const shape = leaps.reduce((sum, each) => sum * 2 + (isLeap(each) ? 1 : 0), weekdayOf(base));
      return { base, offsets: recall(known, shape, () => yearDays(rule, year)) };
    },
  };
}

const BY_FREQUENCY = { DAILY: daily, WEEKLY: weekly, MONTHLY: monthly, YEARLY: yearly };

/** The periods of a rule whose start lies on `firstDay`, as the table of RFC 5545 3.3.10 expands and limits them. */
export function periodsOf(rule: Rule, firstDay: number): Periods {
  const full = { ...rule, ...impliedParts(rule, firstDay) };
  return { ...BY_FREQUENCY[rule.freq](full, firstDay), cycle: CYCLE[rule.freq] / divisor(CYCLE[rule.freq], rule.interval) };
}
