/** Reads the `recurrence` lines of a master (RFC 5545 3.8.5). What cannot be read is a fault in words, never an exception. */

export type Frequency = 'YEARLY' | 'MONTHLY' | 'WEEKLY' | 'DAILY' | 'HOURLY' | 'MINUTELY' | 'SECONDLY';

/** A date or time as it stands in a line. `wallMs` are the milliseconds at which UTC shows the same reading. */
export interface WrittenTime {
  readonly form: 'date' | 'floating' | 'utc';
  readonly wallMs: number;
  /** TZID of the line; null where the zone of the series is meant. */
  readonly zone: string | null;
}

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

export interface RecurrenceLines {
  readonly rules: readonly Rule[];
  readonly exRules: readonly Rule[];
  readonly dates: readonly WrittenTime[];
  readonly exDates: readonly WrittenTime[];
  /** One entry for each line or part that was left out because it could not be read. */
  readonly faults: readonly string[];
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

/** A value that could not be read; turned into a fault by readRecurrence. */
class Unreadable extends Error {}

/** Reads all lines, in any order. Lines other than RRULE, EXRULE, RDATE and EXDATE are faults (Google refuses them). */
export function readRecurrence(lines: readonly string[]): RecurrenceLines {
  const rules: Rule[] = [];
  const exRules: Rule[] = [];
  const dates: WrittenTime[] = [];
  const exDates: WrittenTime[] = [];
  const faults: string[] = [];
  for (const line of lines) {
    try {
      const { name, zone, value } = splitLine(line);
      if (name === 'RRULE') rules.push(readRule(value));
      else if (name === 'EXRULE') exRules.push(readRule(value));
      else if (name === 'RDATE') dates.push(...readTimes(value, zone));
      else if (name === 'EXDATE') exDates.push(...readTimes(value, zone));
      else throw new Unreadable(`unknown line ${name}`);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      faults.push(error.message);
    }
  }
  return { rules, exRules, dates, exDates, faults };
}

function splitLine(line: string): { name: string; zone: string | null; value: string } {
  const parts = /^([A-Za-z-]+)((?:;[^:;]*(?:"[^"]*")?)*):(.*)$/s.exec(line.replace(/\r?\n[ \t]/g, '').trim());
  if (!parts) throw new Unreadable(`not a recurrence line: ${line.slice(0, 40)}`);
  const [, name = '', parameters = '', value = ''] = parts;
  const zone = /;TZID="?([^";]+)"?/i.exec(parameters)?.[1] ?? null;
  return { name: name.toUpperCase(), zone, value: value.trim() };
}

function readTimes(value: string, zone: string | null): WrittenTime[] {
  return value.split(',').map((text) => {
    if (text.includes('/')) throw new Unreadable(`periods are not supported: ${text.slice(0, 40)}`);
    return readTime(text.trim(), zone);
  });
}

function readTime(text: string, zone: string | null): WrittenTime {
  const parts = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?$/i.exec(text);
  const [, year = '', month = '', day = '', hour, minute, second, utc] = parts ?? [];
  const wallMs = Date.parse(`${year}-${month}-${day}T${hour ?? '00'}:${minute ?? '00'}:${second ?? '00'}Z`);
  // Date.parse rolls 30 February over to March: read back what it understood
  if (!parts || Number.isNaN(wallMs) || new Date(wallMs).getUTCDate() !== Number(day)) {
    throw new Unreadable(`not a date: ${text.slice(0, 40)}`);
  }
  if (hour === undefined) return { form: 'date', wallMs, zone };
  return utc ? { form: 'utc', wallMs, zone: null } : { form: 'floating', wallMs, zone };
}

function readRule(value: string): Rule {
  const parts = new Map<string, string>();
  for (const part of value.toUpperCase().split(';').map((p) => p.trim()).filter((p) => p !== '')) {
    const [key = '', text = ''] = part.split('=');
    if (parts.has(key)) throw new Unreadable(`${key} twice in a rule`);
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
    const size = signed ? Math.abs(value) : value;
    if (!(size >= from && size <= to)) throw new Unreadable(`${key} out of range: ${entry.slice(0, 10)}`);
    return value;
  });
  return [...new Set(values)].sort((a, b) => a - b);
}
