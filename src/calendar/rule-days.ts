/** The days of a rule by rrule, which is given dates without time or zone, and only those parts of a rule that it gets right. */
import rrule, { type Options } from 'rrule';
import { DAY } from '../kernel/interval.js';
import { dayOf, dayOfMonth, monthInYear, monthOf, monthStart, weekdayOf } from './days.js';
import type { ByList, Rule, RuleDay } from './rule.js';

/** A rule as a row of periods, INTERVAL apart, number 0 the one with DTSTART. Rules of less than a day are taken day by day. */
export interface Periods {
  /** The last period that begins no later than `day`. */
  periodOf(day: number): number;
  /** The days that `count` whole periods from number `from` on have, rising, also those before DTSTART. */
  days(from: number, count: number): number[];
  /** Tells the days of one period from those of the next. */
  periodKey(day: number): number;
  /** What walking one period takes rrule, in about microseconds (measured). */
  readonly cost: number;
}

/** The periods of `rule`, without COUNT, UNTIL, BYSETPOS and its times of day. */
export function periodsOf(rule: Rule, firstDay: number): Periods {
  const { interval, weekStart } = rule;
  const days = (startDay: (n: number) => number) => (from: number, count: number) => daysByRrule(rule, firstDay, startDay(from), count);
  if (rule.frequency === 'WEEKLY') {
    const firstWeek = firstDay - ((weekdayOf(firstDay) - weekStart + 7) % 7);
    const week = (day: number): number => Math.floor((day - firstWeek) / 7);
    return { cost: 5, periodOf: (day) => Math.floor(week(day) / interval), periodKey: week, days: days((n) => firstWeek + 7 * n * interval) };
  }
  if (rule.frequency === 'MONTHLY') {
    const first = monthOf(firstDay);
    return { cost: 10, periodOf: (day) => Math.floor((monthOf(day) - first) / interval), periodKey: monthOf, days: days((n) => monthStart(first + n * interval)) };
  }
  if (rule.frequency === 'YEARLY') {
    const yearOf = (day: number): number => Math.floor(monthOf(day) / 12);
    const first = yearOf(firstDay);
    return { cost: 30, periodOf: (day) => Math.floor((yearOf(day) - first) / interval), periodKey: yearOf, days: days((n) => monthStart(12 * (first + n * interval))) };
  }
  const step = rule.frequency === 'DAILY' ? interval : 1;
  return { cost: 2, periodOf: (day) => Math.floor((day - firstDay) / step), periodKey: (day) => day, days: days((n) => firstDay + n * step) };
}

function daysByRrule(rule: Rule, firstDay: number, startDay: number, count: number): number[] {
  const walker = new rrule.RRule(optionsOf(rule, firstDay, startDay), true);
  // A rule such as "30 February" never yields anything, so no callback of rrule's can end it: it walks to the year 9999.
  // It asks for the interval once before the walk and twice after each period (is it zero? then: add it), and ends at zero.
  const { interval } = walker.options;
  let asked = 0;
  Object.defineProperty(walker.options, 'interval', { get: () => (++asked >= 2 * count ? 0 : interval) });
  const days = walker.all().map((date) => dayOf(date.getTime()));
  const { BYWEEKNO } = rule.lists;
  return BYWEEKNO ? days.filter((day) => isInWeeks(day, BYWEEKNO, rule.weekStart)) : days;
}

/** The day on which week number one of a year begins: the week that has 4 January in it (RFC 5545 3.3.10, BYWEEKNO). */
function firstWeek(year: number, weekStart: number): number {
  const fourth = monthStart(12 * (year - 1970)) + 3;
  return fourth - ((weekdayOf(fourth) - weekStart + 7) % 7);
}

/** BYWEEKNO is not left to rrule either: around New Year it takes weeks of one year for those of the other when they are
 *  counted from the end (BYWEEKNO=-53 of 2008 finds a day, though that year has 52 weeks). */
function isInWeeks(day: number, wanted: readonly number[], weekStart: number): boolean {
  const calendarYear = new Date(day * DAY).getUTCFullYear();
  const year = day < firstWeek(calendarYear, weekStart) ? calendarYear - 1 : day >= firstWeek(calendarYear + 1, weekStart) ? calendarYear + 1 : calendarYear;
  const first = firstWeek(year, weekStart);
  const week = Math.floor((day - first) / 7);
  const weeks = (firstWeek(year + 1, weekStart) - first) / 7;
  return wanted.includes(week + 1) || wanted.includes(week - weeks);
}

const OPTION_OF: Readonly<Partial<Record<ByList, keyof Options>>> =
  { BYMONTH: 'bymonth', BYMONTHDAY: 'bymonthday', BYYEARDAY: 'byyearday' };
const FREQUENCY = { YEARLY: 'YEARLY', MONTHLY: 'MONTHLY', WEEKLY: 'WEEKLY', DAILY: 'DAILY', HOURLY: 'DAILY', MINUTELY: 'DAILY', SECONDLY: 'DAILY' } as const;

function optionsOf(rule: Rule, firstDay: number, startDay: number): Partial<Options> {
  const isSubDaily = FREQUENCY[rule.frequency] !== rule.frequency;
  const { days, lists } = withImplied(rule, firstDay);
  const options: Partial<Options> = {
    freq: rrule.Frequency[FREQUENCY[rule.frequency]], interval: isSubDaily ? 1 : rule.interval, wkst: rule.weekStart, dtstart: new Date(startDay * DAY),
  };
  if (days.length > 0) options.byweekday = oneKind(days, rule).map(({ day, nth }) => new rrule.Weekday(day, nth ?? undefined));
  for (const [key, option] of Object.entries(OPTION_OF)) {
    const values = lists[key as ByList];
    if (values) Object.assign(options, { [option]: [...values] });
  }
  return options;
}

/**
 * What a rule leaves to DTSTART (RFC 5545 3.3.10, "information, not contained in the rule"), written out, because the walk
 * begins at the start of a period. A yearly BYMONTHDAY without a month means DTSTART's month, as at Google.
 */
function withImplied(rule: Rule, firstDay: number): Pick<Rule, 'days' | 'lists'> {
  const { frequency, days, lists } = rule;
  const { BYMONTH = [monthInYear(monthOf(firstDay))], BYMONTHDAY, BYYEARDAY, BYWEEKNO } = lists;
  const isBare = days.length === 0 && !BYMONTHDAY && !BYYEARDAY && !BYWEEKNO;
  if (frequency === 'WEEKLY' && isBare) return { days: [{ day: weekdayOf(firstDay), nth: null }], lists };
  if (frequency === 'MONTHLY' && isBare) return { days, lists: { ...lists, BYMONTHDAY: [dayOfMonth(firstDay)] } };
  if (frequency !== 'YEARLY') return { days, lists };
  if (isBare) return { days, lists: { ...lists, BYMONTH, BYMONTHDAY: [dayOfMonth(firstDay)] } };
  // A bare BYWEEKNO means all days of its weeks, as in rrule and most libraries; more blocks than DTSTART's weekday would
  if (BYWEEKNO && days.length === 0 && !BYMONTHDAY && !BYYEARDAY) return { days: [0, 1, 2, 3, 4, 5, 6].map((day) => ({ day, nth: null })), lists };
  return BYMONTHDAY && !BYYEARDAY && !BYWEEKNO ? { days, lists: { ...lists, BYMONTH } } : { days, lists };
}

/** rrule joins weekdays with and without a number by "and", where "MO,1FR" means either (RFC 5545 3.3.10): all of them numbered. */
function oneKind(days: readonly RuleDay[], { frequency, lists }: Rule): readonly RuleDay[] {
  if (frequency !== 'MONTHLY' && frequency !== 'YEARLY') return days;
  if (days.every((day) => day.nth === null) || days.every((day) => day.nth !== null)) return days;
  const most = frequency === 'YEARLY' && !lists.BYMONTH ? 53 : 5;
  return days.flatMap(({ day, nth }) => (nth === null ? Array.from({ length: most }, (_, i) => ({ day, nth: i + 1 })) : [{ day, nth }]));
}
