import { civilOf, weekdayOf } from './civil.js';

type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';

/** A moment as a line writes it: `utc` an instant, `wall` a wall clock of its zone, `day` a date (midnight); ms as if it were UTC. */
export interface Written { readonly kind: 'utc' | 'wall' | 'day'; readonly ms: number }

/** A BYDAY entry: `day` 0 = Sunday, `nth` 0 for every one, negative from the end of the month or year. */
interface WeekdayOf { readonly nth: number; readonly day: number }

/** One RRULE or EXRULE (RFC 5545 3.3.10). An empty list means that the part is absent. */
export interface Rule {
  readonly freq: Frequency;
  readonly interval: number;
  readonly count?: number;
  /** Last moment included: `utc` compares instants, `wall` compares wall clock, `day` includes the whole local day. */
  readonly until?: Written;
  readonly byDay: readonly WeekdayOf[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNo: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPos: readonly number[];
  /** First day of the week, 0 = Sunday. */
  readonly weekStart: number;
  /** Single BYHOUR, BYMINUTE, BYSECOND: said only to repeat the start's own clock. */
  readonly clock: { readonly BYHOUR?: number; readonly BYMINUTE?: number; readonly BYSECOND?: number };
}

/** A `recurrence` line that cannot be understood, or that Google refuses; the message is the text at fault. */
export class BadRecurrence extends Error {}

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const FREQUENCIES: readonly string[] = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] satisfies Frequency[];
const PARTS = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', 'BYMONTHDAY', 'BYYEARDAY', 'BYWEEKNO', 'BYMONTH', 'BYSETPOS', 'BYHOUR', 'BYMINUTE', 'BYSECOND'];
const LARGEST = 2 ** 31 - 1;

/** Reads `YYYYMMDD` or `YYYYMMDDTHHMMSS[Z]`. Throws BadRecurrence. */
export function readMoment(text: string): Written {
  const parts = /^(\d{4})(\d{2})(\d{2})(?:T([01]\d|2[0-3])([0-5]\d)([0-5]\d|60)(Z)?)?$/i.exec(text);
  if (parts === null) throw new BadRecurrence(text);
  const [, year, month, day, hour, minute, second, utc] = parts;
  const ms = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  // Date.parse takes 30 February for 2 March.
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(day)) throw new BadRecurrence(text);
  if (hour === undefined) return { kind: 'day', ms };
  // Second 60 is second 59 where leap seconds are not known (RFC 5545 3.3.12).
  return { kind: utc === undefined ? 'wall' : 'utc', ms: ms + ((Number(hour) * 60 + Number(minute)) * 60 + Math.min(59, Number(second))) * 1000 };
}

function unsigned(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < min || value > max) throw new BadRecurrence(text);
  return value;
}

function signed(text: string, max: number): number {
  const value = unsigned(text.replace(/^[+-]/, ''), 1, max);
  return text.startsWith('-') ? -value : value;
}

function weekday(text: string): WeekdayOf {
  const parts = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(text);
  if (parts === null) throw new BadRecurrence(text);
  return { nth: parts[1] === undefined ? 0 : signed(parts[1], 53), day: DAYS.indexOf(parts[2] ?? '') };
}

/** Combinations that RFC 5545 3.3.10 forbids ("MUST NOT"). */
function checkCombination(rule: Rule, text: string): void {
  const { freq, byDay, byMonthDay, byYearDay, byWeekNo, byMonth, bySetPos } = rule;
  const ordinals = byDay.some((each) => each.nth !== 0);
  if (rule.count !== undefined && rule.until !== undefined) throw new BadRecurrence('COUNT with UNTIL');
  if (freq !== 'YEARLY' && byWeekNo.length > 0) throw new BadRecurrence(`BYWEEKNO with FREQ=${freq}`);
  if (freq !== 'YEARLY' && byYearDay.length > 0) throw new BadRecurrence(`BYYEARDAY with FREQ=${freq}`);
  if (freq === 'WEEKLY' && byMonthDay.length > 0) throw new BadRecurrence('BYMONTHDAY with FREQ=WEEKLY');
  if (ordinals && (freq === 'DAILY' || freq === 'WEEKLY' || byWeekNo.length > 0)) throw new BadRecurrence(`BYDAY with a number: ${text}`);
  const others = [byDay, byMonthDay, byYearDay, byWeekNo, byMonth, Object.keys(rule.clock)];
  if (bySetPos.length > 0 && others.every((each) => each.length === 0)) throw new BadRecurrence('BYSETPOS alone');
}

/** Reads the value of an RRULE or EXRULE; parts in any order and any case. Throws BadRecurrence, also for X- parts and sub-daily frequencies. */
export function parseRule(text: string): Rule {
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().replace(/;$/, '').split(';')) {
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(0, equals));
    if (!PARTS.includes(name) || parts.has(name)) throw new BadRecurrence(part);
    parts.set(name, part.slice(equals + 1));
  }
  const freq = parts.get('FREQ');
  if (freq === undefined || !FREQUENCIES.includes(freq)) throw new BadRecurrence(`FREQ=${freq}`);
  const list = (name: string, read: (each: string) => number): number[] =>
    [...new Set(parts.get(name)?.split(',').map(read))].sort((a, b) => a - b);
  const single = (name: 'BYHOUR' | 'BYMINUTE' | 'BYSECOND', max: number): object => {
    const value = parts.get(name);
    return value === undefined ? {} : { [name]: unsigned(value, 0, max) };
  };
  const count = parts.get('COUNT');
  const until = parts.get('UNTIL');
  const weekStart = weekday(parts.get('WKST') ?? 'MO');
  if (weekStart.nth !== 0) throw new BadRecurrence(`WKST=${parts.get('WKST')}`);
  const rule: Rule = {
    freq: freq as Frequency,
    interval: unsigned(parts.get('INTERVAL') ?? '1', 1, LARGEST),
    ...(count === undefined ? {} : { count: unsigned(count, 1, LARGEST) }),
    ...(until === undefined ? {} : { until: readMoment(until) }),
    byDay: parts.get('BYDAY')?.split(',').map(weekday) ?? [],
    byMonthDay: list('BYMONTHDAY', (each) => signed(each, 31)),
    byYearDay: list('BYYEARDAY', (each) => signed(each, 366)),
    byWeekNo: list('BYWEEKNO', (each) => signed(each, 53)),
    byMonth: list('BYMONTH', (each) => unsigned(each, 1, 12)),
    bySetPos: list('BYSETPOS', (each) => signed(each, 366)),
    weekStart: weekStart.day,
    clock: { ...single('BYHOUR', 23), ...single('BYMINUTE', 59), ...single('BYSECOND', 59) },
  };
  checkCombination(rule, text);
  return rule;
}

/**
 * What a rule leaves to the start's date (RFC 5545 3.3.10, "information, not contained in the rule"), as parts of the rule.
 * Google's choices: a yearly BYMONTHDAY without a month means the start's month, and a bare BYWEEKNO means all seven days.
 */
export function impliedParts(rule: Rule, firstDay: number): { readonly byDay?: [WeekdayOf]; readonly byMonthDay?: [number]; readonly byMonth?: [number] } {
  const { month, dayOfMonth } = civilOf(firstDay);
  const isBare = rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length + rule.byWeekNo.length === 0;
  if (rule.freq === 'WEEKLY') return rule.byDay.length > 0 ? {} : { byDay: [{ nth: 0, day: weekdayOf(firstDay) }] };
  if (rule.freq === 'MONTHLY') return isBare ? { byMonthDay: [dayOfMonth] } : {};
  if (rule.freq === 'DAILY') return {};
  const takesMonth = rule.byMonth.length === 0 && (isBare || (rule.byMonthDay.length > 0 && rule.byYearDay.length + rule.byWeekNo.length === 0));
  return { ...(isBare ? { byMonthDay: [dayOfMonth] } : {}), ...(takesMonth ? { byMonth: [month] } : {}) };
}

/** How BYDAY writes an entry. */
export const weekdayText = ({ nth, day }: WeekdayOf): string => `${nth === 0 ? '' : nth}${DAYS[day]}`;
