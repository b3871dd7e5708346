/**
 * RFC 5545 3.3.10 read literally, one day after the other: slow, without tables or jumps, and without any code of the emulator.
 * Google's own choices are the two lines marked so.
 */
import type { AnyRule } from './any-series.js';

const DAY = 86_400_000;
const NAMES = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

const utc = (year: number, month: number, day: number): number => new Date(0).setUTCFullYear(year, month, day);
const weekBegin = (ms: number, wkst: number): number => ms - ((new Date(ms).getUTCDay() - wkst + 7) % 7) * DAY;

/** First day of week number one: the week with 4 January in it has at least four days in the year, whatever the week starts with. */
const firstWeek = (year: number, wkst: number): number => weekBegin(utc(year, 0, 4), wkst);

function weekMatches(ms: number, wanted: readonly number[], wkst: number): boolean {
  const year = [1, 0, -1].map((d) => new Date(ms).getUTCFullYear() + d).find((each) => firstWeek(each, wkst) <= ms)!;
  const number = (weekBegin(ms, wkst) - firstWeek(year, wkst)) / DAY / 7 + 1;
  const weeks = (firstWeek(year + 1, wkst) - firstWeek(year, wkst)) / DAY / 7;
  return wanted.includes(number) || wanted.includes(number - weeks - 1);
}

/** Days of the rule from `startDay` to `lastDay` (midnights), without COUNT and UNTIL. */
export function daysByHand(rule: AnyRule, startDay: number, lastDay: number): number[] {
  const { freq, byDay, byMonthDay, byYearDay, byWeekNo, bySetPos } = rule;
  const wkst = NAMES.indexOf(rule.wkst ?? 'MO'), start = new Date(startDay);
  const isBare = byDay.length + byMonthDay.length + byYearDay.length + byWeekNo.length === 0;
  let byMonth = rule.byMonth;
  if (freq === 'YEARLY' && isBare && byMonth.length === 0) byMonth = [start.getUTCMonth() + 1];
  // Google: a yearly BYMONTHDAY alone means the start's month; the RFC's table would take all twelve.
  if (freq === 'YEARLY' && byMonthDay.length > 0 && byMonth.length + byYearDay.length + byWeekNo.length === 0) byMonth = [start.getUTCMonth() + 1];

  const periodBegin = (ms: number): number => {
    const date = new Date(ms);
    if (freq === 'DAILY') return ms;
    if (freq === 'WEEKLY') return weekBegin(ms, wkst);
    return utc(date.getUTCFullYear(), freq === 'MONTHLY' ? date.getUTCMonth() : 0, 1);
  };
  const steps = (ms: number): number => {
    const [from, to] = [new Date(periodBegin(startDay)), new Date(periodBegin(ms))];
    if (freq === 'DAILY') return (to.getTime() - from.getTime()) / DAY;
    if (freq === 'WEEKLY') return (to.getTime() - from.getTime()) / DAY / 7;
    const years = to.getUTCFullYear() - from.getUTCFullYear();
    return freq === 'YEARLY' ? years : years * 12 + to.getUTCMonth() - from.getUTCMonth();
  };
  const isDay = (ms: number): boolean => {
    const date = new Date(ms), year = date.getUTCFullYear(), month = date.getUTCMonth(), name = NAMES[date.getUTCDay()]!;
    if (byMonth.length > 0 && !byMonth.includes(month + 1)) return false;
    if (byWeekNo.length > 0 && !weekMatches(ms, byWeekNo, wkst)) return false;
    const fromYear = (ms - utc(year, 0, 1)) / DAY, toYear = (utc(year + 1, 0, 1) - ms) / DAY;
    if (byYearDay.length > 0 && !byYearDay.includes(fromYear + 1) && !byYearDay.includes(-toYear)) return false;
    const fromMonth = (ms - utc(year, month, 1)) / DAY, toMonth = (utc(year, month + 1, 1) - ms) / DAY;
    if (byMonthDay.length > 0 && !byMonthDay.includes(fromMonth + 1) && !byMonthDay.includes(-toMonth)) return false;
    if (byDay.length > 0) {
      const isInMonth = freq === 'MONTHLY' || byMonth.length > 0;
      const [before, after] = isInMonth ? [fromMonth, toMonth - 1] : [fromYear, toYear - 1];
      return byDay.includes(name) || byDay.includes(`${Math.floor(before / 7) + 1}${name}`) || byDay.includes(`-${Math.floor(after / 7) + 1}${name}`);
    }
    // What the rule does not say comes from the start. Google: a BYWEEKNO alone means its seven days.
    if (freq === 'WEEKLY') return date.getUTCDay() === start.getUTCDay();
    return freq === 'DAILY' || !isBare || date.getUTCDate() === start.getUTCDate();
  };

  const found: number[] = [];
  let period: number[] = [];
  for (let ms = periodBegin(startDay); ms <= lastDay + 366 * DAY; ms += DAY) {
    if (period.length > 0 && periodBegin(period[0]!) !== periodBegin(ms)) {
      const set = period;
      found.push(...set.filter((_, i) => bySetPos.length === 0 || bySetPos.includes(i + 1) || bySetPos.includes(i - set.length)));
      period = [];
      if (ms > lastDay) break;
    }
    if (steps(ms) % rule.interval === 0 && isDay(ms)) period.push(ms);
  }
  return found.filter((ms) => ms >= startDay && ms <= lastDay);
}
