/** Reads one RRULE or EXRULE (RFC 5545 3.3.10). */
import { readTime, Unreadable, type WrittenTime } from './written-time.js';

export type Frequency = 'YEARLY' | 'MONTHLY' | 'WEEKLY' | 'DAILY' | 'HOURLY' | 'MINUTELY' | 'SECONDLY';

/** BYDAY entry; `day` counts from 0 = Monday, `nth` is the ordinal of `-1FR`. */
export interface RuleDay { readonly day: number; readonly nth: number | null }

export type ByList = 'BYSETPOS' | 'BYMONTH' | 'BYMONTHDAY' | 'BYYEARDAY' | 'BYWEEKNO' | 'BYHOUR' | 'BYMINUTE' | 'BYSECOND';

export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  readonly until: WrittenTime | null;
  /** 0 = Monday. */
  readonly weekStart: number;
  readonly days: readonly RuleDay[];
  readonly lists: Readonly<Partial<Record<ByList, readonly number[]>>>;
}

const FREQUENCIES: ReadonlySet<string> =
  new Set<Frequency>(['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY']);
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** Allowed values of each list; where `signed`, the same range counted from the end is allowed too. */
const LISTS: Readonly<Record<ByList, { readonly from: number; readonly to: number; readonly signed: boolean }>> = {
  BYSETPOS: { from: 1, to: 366, signed: true },
  BYMONTH: { from: 1, to: 12, signed: false },
  BYMONTHDAY: { from: 1, to: 31, signed: true },
  BYYEARDAY: { from: 1, to: 366, signed: true },
  BYWEEKNO: { from: 1, to: 53, signed: true },
  BYHOUR: { from: 0, to: 23, signed: false },
  BYMINUTE: { from: 0, to: 59, signed: false },
  BYSECOND: { from: 0, to: 59, signed: false },
};
const isList = (key: string): key is ByList => Object.hasOwn(LISTS, key);

export interface ReadRule { readonly rule: Rule; readonly faults: readonly string[] }

/** Rules by their text: a calendar of thousands of series knows a few dozen of them. */
const known = new Map<string, ReadRule>();
const MOST_KNOWN = 5_000;
const LONGEST_KNOWN = 200;

/** The rule, and what it says that RFC 5545 forbids. @throws Unreadable */
export function ruleOf(value: string): ReadRule {
  const found = known.get(value);
  if (found) return found;
  const rule = readRule(value);
  const read = { rule, faults: breachesOf(rule) };
  if (known.size >= MOST_KNOWN) known.clear();
  if (value.length <= LONGEST_KNOWN) known.set(value, read);
  return read;
}

/** Combinations that RFC 5545 3.3.10 forbids. */
function breachesOf({ frequency, days, lists }: Rule): string[] {
  const isYearly = frequency === 'YEARLY';
  const hasOrdinals = days.some((day) => day.nth !== null);
  const breaches: string[] = [];
  if (lists.BYWEEKNO && !isYearly) breaches.push(`BYWEEKNO with FREQ=${frequency}`);
  if (lists.BYYEARDAY && ['DAILY', 'WEEKLY', 'MONTHLY'].includes(frequency)) breaches.push(`BYYEARDAY with FREQ=${frequency}`);
  if (lists.BYMONTHDAY && frequency === 'WEEKLY') breaches.push('BYMONTHDAY with FREQ=WEEKLY');
  if (hasOrdinals && !isYearly && frequency !== 'MONTHLY') breaches.push(`a numbered BYDAY with FREQ=${frequency}`);
  if (hasOrdinals && lists.BYWEEKNO) breaches.push('a numbered BYDAY with BYWEEKNO');
  if (lists.BYSETPOS && days.length === 0 && Object.keys(lists).length === 1) breaches.push('BYSETPOS alone');
  return breaches;
}

function readRule(value: string): Rule {
  const parts = new Map<string, string>();
  for (const part of value.toUpperCase().split(';').map((p) => p.trim()).filter((p) => p !== '')) {
    const [key = '', text = ''] = part.split('=');
    if (parts.has(key)) throw new Unreadable(`${key.slice(0, 40)} twice in a rule`);
    parts.set(key, text);
  }
  const rule = { interval: 1, count: null as number | null, until: null as WrittenTime | null, weekStart: 0, days: [] as RuleDay[] };
  const lists: Partial<Record<ByList, number[]>> = {};
  let frequency: Frequency | null = null;
  for (const [key, text] of parts) {
    if (key === 'FREQ') frequency = readFrequency(text);
    else if (key === 'INTERVAL') rule.interval = readCount(key, text);
    else if (key === 'COUNT') rule.count = readCount(key, text);
    else if (key === 'UNTIL') rule.until = readTime(text, null);
    else if (key === 'WKST') rule.weekStart = readWeekday(text);
    else if (key === 'BYDAY') rule.days = text.split(',').map(readDay);
    else if (isList(key)) lists[key] = readList(key, text);
    else throw new Unreadable(`unknown rule part ${key.slice(0, 40)}`);
  }
  if (!frequency) throw new Unreadable('a rule without FREQ');
  return { frequency, ...rule, lists };
}

function readFrequency(text: string): Frequency {
  if (!FREQUENCIES.has(text)) throw new Unreadable(`unknown frequency ${text.slice(0, 40)}`);
  return text as Frequency;
}

function readCount(key: string, text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new Unreadable(`${key} is no positive number`);
  return count;
}

function readWeekday(text: string): number {
  const day = WEEKDAYS.indexOf(text);
  if (day < 0) throw new Unreadable(`unknown weekday ${text.slice(0, 40)}`);
  return day;
}

function readDay(text: string): RuleDay {
  const parts = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(text.trim());
  if (!parts) throw new Unreadable(`unknown weekday ${text.slice(0, 40)}`);
  const nth = parts[1] === undefined ? null : Number(parts[1]);
  if (nth !== null && (nth === 0 || Math.abs(nth) > 53)) throw new Unreadable(`no such ordinal: ${text}`);
  return { day: readWeekday(parts[2] ?? ''), nth };
}

function readList(key: ByList, text: string): number[] {
  const { from, to, signed } = LISTS[key];
  const values = text.split(',').map((entry) => {
    const value = /^[+-]?\d{1,3}$/.test(entry.trim()) ? Number(entry) : Number.NaN;
    if (key === 'BYSECOND' && value === 60) return 59;
    const size = signed ? Math.abs(value) : value;
    if (!(size >= from && size <= to)) throw new Unreadable(`${key} out of range: ${entry.slice(0, 10)}`);
    return value;
  });
  return [...new Set(values)].sort((a, b) => a - b);
}
