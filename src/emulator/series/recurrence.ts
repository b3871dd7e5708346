import type { EventTime } from '../store/model.js';
import { type Listed, parseRecurrence, type Rule } from './recurrence-rule.js';
import { fromWall, isoDate, toWall } from './zone-time.js';

const DAY = 86_400_000;
/** No rule is followed further than this many periods without a result (31 February has none). */
const FRUITLESS_PERIODS = 2_000;

const utc = (year: number, month: number, day: number): number => Date.UTC(year, month, day);
const daysIn = (year: number, month: number): number => new Date(utc(year, month + 1, 0)).getUTCDate();
const weekdayOf = (ms: number): number => new Date(ms).getUTCDay();

function monthDays(rule: Rule, year: number, month: number, fallback: number | undefined): number[] {
  const length = daysIn(year, month);
  const days: number[] = [];
  for (let day = 1; day <= length; day++) {
    const ms = utc(year, month, day);
    if (rule.byMonthDay.length > 0 && !rule.byMonthDay.some((each) => each === day || length + 1 + each === day)) continue;
    if (rule.byDay.length > 0) {
      const nth = Math.ceil(day / 7);
      const fromEnd = -Math.ceil((length - day + 1) / 7);
      if (!rule.byDay.some((each) => each.day === weekdayOf(ms) && (each.nth === 0 || each.nth === nth || each.nth === fromEnd))) continue;
    }
    if (rule.byDay.length === 0 && rule.byMonthDay.length === 0 && day !== fallback) continue;
    days.push(ms);
  }
  return days;
}

function yearDaysByWeekday(rule: Rule, year: number): number[] {
  const days: number[] = [];
  const first = utc(year, 0, 1), next = utc(year + 1, 0, 1), total = (next - first) / DAY;
  for (let i = 0; i < total; i++) {
    const ms = first + i * DAY;
    const nth = Math.floor(i / 7) + 1, fromEnd = -(Math.floor((total - 1 - i) / 7) + 1);
    if (rule.byDay.some((each) => each.day === weekdayOf(ms) && (each.nth === 0 || each.nth === nth || each.nth === fromEnd))) days.push(ms);
  }
  return days;
}

/** Days (midnight, as UTC ms) that the n-th period of a rule offers, in order, before COUNT and UNTIL. */
function daysOfPeriod(rule: Rule, firstDay: number, n: number): number[] {
  const start = new Date(firstDay);
  const inMonth = (ms: number): boolean => rule.byMonth.length === 0 || rule.byMonth.includes(new Date(ms).getUTCMonth() + 1);
  const inMonthDay = (ms: number): boolean => {
    if (rule.byMonthDay.length === 0) return true;
    const day = new Date(ms), length = daysIn(day.getUTCFullYear(), day.getUTCMonth());
    return rule.byMonthDay.some((each) => each === day.getUTCDate() || length + 1 + each === day.getUTCDate());
  };
  let days: number[];
  if (rule.freq === 'DAILY') {
    const day = firstDay + n * rule.interval * DAY;
    days = rule.byDay.length === 0 || rule.byDay.some((each) => each.day === weekdayOf(day)) ? [day] : [];
    days = days.filter(inMonth).filter(inMonthDay);
  } else if (rule.freq === 'WEEKLY') {
    const weekStart = firstDay - ((weekdayOf(firstDay) - rule.weekStart + 7) % 7) * DAY + n * rule.interval * 7 * DAY;
    const wanted = rule.byDay.length === 0 ? [weekdayOf(firstDay)] : rule.byDay.map((each) => each.day);
    days = [0, 1, 2, 3, 4, 5, 6].map((i) => weekStart + i * DAY).filter((ms) => wanted.includes(weekdayOf(ms))).filter(inMonth);
  } else if (rule.freq === 'MONTHLY') {
    const months = start.getUTCFullYear() * 12 + start.getUTCMonth() + n * rule.interval;
    const year = Math.floor(months / 12), month = months % 12;
    days = inMonth(utc(year, month, 1)) ? monthDays(rule, year, month, start.getUTCDate()) : [];
  } else {
    const year = start.getUTCFullYear() + n * rule.interval;
    if (rule.byMonth.length > 0) days = [...rule.byMonth].sort((a, b) => a - b).flatMap((m) => monthDays(rule, year, m - 1, start.getUTCDate()));
    else if (rule.byMonthDay.length > 0) days = Array.from({ length: 12 }, (_, m) => m).flatMap((m) => monthDays(rule, year, m, undefined));
    else if (rule.byDay.length > 0) days = yearDaysByWeekday(rule, year);
    else days = monthDays(rule, year, start.getUTCMonth(), start.getUTCDate());
  }
  if (rule.bySetPos.length === 0) return days;
  const picked = new Set(rule.bySetPos.map((each) => (each > 0 ? each - 1 : days.length + each)));
  return days.filter((_, i) => picked.has(i));
}

/** Period in which a rule without COUNT can first reach `wallMs`; one too early is harmless, one too late is not. */
function periodNear(rule: Rule, firstDay: number, wallMs: number): number {
  if (rule.count !== undefined || wallMs <= firstDay) return 0;
  const length = { DAILY: 1, WEEKLY: 7, MONTHLY: 31, YEARLY: 366 }[rule.freq] * DAY * rule.interval;
  return Math.max(0, Math.floor((wallMs - firstDay) / length) - 1);
}

/** Wall clock starts of one rule in `[fromWallMs, toWallMs)`, rising. `instant` turns wall time into an instant, for UNTIL. */
function* startsOf(rule: Rule, startWall: number, fromWallMs: number, toWallMs: number, instant: (wall: number) => number): Generator<number> {
  const clock = ((startWall % DAY) + DAY) % DAY, firstDay = startWall - clock;
  let given = 0, fruitless = 0;
  for (let n = periodNear(rule, firstDay, fromWallMs); fruitless < FRUITLESS_PERIODS; n++) {
    fruitless++;
    for (const day of daysOfPeriod(rule, firstDay, n)) {
      const wall = day + clock;
      if (wall < startWall) continue;
      if (wall >= toWallMs) return;
      const { until } = rule;
      if (until !== undefined) {
        if (until.kind === 'utc' ? instant(wall) > until.ms : until.kind === 'wall' ? wall > until.ms : day > until.ms) return;
      }
      if (rule.count !== undefined && ++given > rule.count) return;
      fruitless = 0;
      if (wall >= fromWallMs) yield wall;
    }
  }
}

/** A series to expand: its first start and its `recurrence` lines. */
interface Series { readonly start: EventTime; readonly recurrence: readonly string[] }

/**
 * Starts of a series within `[fromMs, toMs)`, rising, without repeats: instants for a timed series, midnights UTC
 * of the dates for an all-day one. Wall clock is kept across changes of the offset (RFC 5545 3.3.10).
 */
export function slotsOf(series: Series, fromMs: number, toMs: number): number[] {
  const { start } = series;
  const zone = 'date' in start ? undefined : start.timeZone;
  const startWall = 'date' in start ? Date.parse(`${start.date}T00:00:00Z`) : toWall(start.atMs, start.timeZone);
  const instant = (wall: number): number => (zone === undefined ? wall : fromWall(wall, zone));
  const listed = (each: Listed): number => {
    if (zone === undefined) return each.ms - (((each.ms % DAY) + DAY) % DAY);
    if (each.kind === 'utc') return each.ms;
    return fromWall(each.kind === 'day' ? each.ms + (startWall % DAY) : each.ms, each.zone ?? zone);
  };
  const { rules, exRules, added, removed } = parseRecurrence(series.recurrence);
  // Two days of slack: a wall clock and its instant never differ by more.
  const [fromWallMs, toWallMs] = [fromMs - 2 * DAY, toMs + 2 * DAY];
  const slots = new Set<number>(added.map(listed));
  if (rules.length === 0) slots.add(instant(startWall));
  for (const rule of rules) for (const wall of startsOf(rule, startWall, fromWallMs, toWallMs, instant)) slots.add(instant(wall));
  for (const rule of exRules) for (const wall of startsOf(rule, startWall, fromWallMs, toWallMs, instant)) slots.delete(instant(wall));
  for (const each of removed) slots.delete(listed(each));
  return [...slots].filter((ms) => ms >= fromMs && ms < toMs).sort((a, b) => a - b);
}

/** The part of an instance id after the series' root: the original start in UTC, or the date. */
function slotStamp(slotMs: number, allDay: boolean): string {
  return allDay ? isoDate(slotMs).replaceAll('-', '') : `${new Date(slotMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Id of the instance of `masterId` in a slot. A split series (`root_R…`) names its instances after the root alone. */
export const instanceId = (masterId: string, slotMs: number, allDay: boolean): string =>
  `${rootOf(masterId)}_${slotStamp(slotMs, allDay)}`;

const rootOf = (masterId: string): string => masterId.replace(/_R\d{8}(T\d{6})?$/, '');

/** Takes an instance id apart; undefined if it has not the form of one. */
export function parseInstanceId(id: string): { root: string; slotMs: number; allDay: boolean } | undefined {
  const parts = /^(.+)_(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})Z)?$/.exec(id);
  if (parts === null) return undefined;
  const [, root = '', year, month, day, hour, minute, second] = parts;
  const slotMs = Date.parse(`${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}Z`);
  return Number.isNaN(slotMs) ? undefined : { root, slotMs, allDay: hour === undefined };
}
