import { dateMs } from './zone-time.js';

type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';

/** One RRULE or EXRULE (RFC 5545 3.3.10), parts that the emulator expands. */
export interface Rule {
  readonly freq: Frequency;
  readonly interval: number;
  readonly count?: number;
  /** Last moment included: `utc` compares instants, `wall` compares wall clock, `day` includes the whole local day. */
  readonly until?: { readonly kind: 'utc' | 'wall' | 'day'; readonly ms: number };
  readonly byDay: readonly { readonly nth: number; readonly day: number }[];
  readonly byMonthDay: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPos: readonly number[];
  /** First day of the week, 0 = Sunday. */
  readonly weekStart: number;
}

/** A listed moment: RDATE and EXDATE values. `wall` is local to `zone` (or the series' zone), `utc` an instant, `day` a date. */
export interface Listed { readonly kind: 'utc' | 'wall' | 'day'; readonly ms: number; readonly zone?: string }

/** What the lines of `recurrence` say. */
export interface Recurrence {
  readonly rules: readonly Rule[];
  readonly exRules: readonly Rule[];
  readonly added: readonly Listed[];
  readonly removed: readonly Listed[];
}

/** A `recurrence` line that cannot be understood. */
export class BadRecurrence extends Error {}

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
const FREQUENCIES: readonly string[] = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];

function stamp(text: string): Listed {
  const parts = /^(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?$/.exec(text);
  const day = parts === null ? undefined : dateMs(`${parts[1]}-${parts[2]}-${parts[3]}`);
  if (parts === null || day === undefined) throw new BadRecurrence(text);
  if (parts[4] === undefined) return { kind: 'day', ms: day };
  const ms = day + ((Number(parts[4]) * 60 + Number(parts[5])) * 60 + Number(parts[6])) * 1000;
  return { kind: parts[7] === 'Z' ? 'utc' : 'wall', ms };
}

function whole(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || value < min || value > max || (min < 0 && value === 0)) throw new BadRecurrence(text);
  return value;
}

function weekday(text: string): { nth: number; day: number } {
  const parts = /^([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)$/.exec(text);
  if (parts === null) throw new BadRecurrence(text);
  return { nth: parts[1] === undefined ? 0 : whole(parts[1], -53, 53), day: DAYS.indexOf(parts[2] ?? '') };
}

function parseRule(text: string): Rule {
  const parts = new Map<string, string>();
  for (const part of text.split(';').filter((each) => each !== '')) {
    const [name = '', value = ''] = part.toUpperCase().split('=');
    if (value === '' || parts.has(name)) throw new BadRecurrence(part);
    parts.set(name, value);
  }
  const known = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS', 'WKST'];
  for (const name of parts.keys()) if (!known.includes(name)) throw new BadRecurrence(name);
  const freq = parts.get('FREQ');
  if (freq === undefined || !FREQUENCIES.includes(freq)) throw new BadRecurrence(`FREQ=${freq}`);
  const list = (name: string): string[] => parts.get(name)?.split(',') ?? [];
  const count = parts.get('COUNT');
  const until = parts.get('UNTIL');
  if (count !== undefined && until !== undefined) throw new BadRecurrence('COUNT with UNTIL');
  return {
    freq: freq as Frequency,
    interval: whole(parts.get('INTERVAL') ?? '1', 1, 10_000),
    ...(count === undefined ? {} : { count: whole(count, 1, 100_000) }),
    ...(until === undefined ? {} : { until: stamp(until) }),
    byDay: list('BYDAY').map(weekday),
    byMonthDay: list('BYMONTHDAY').map((each) => whole(each, -31, 31)),
    byMonth: list('BYMONTH').map((each) => whole(each, 1, 12)),
    bySetPos: list('BYSETPOS').map((each) => whole(each, -366, 366)),
    weekStart: parts.has('WKST') ? weekday(parts.get('WKST') ?? '').day : 1,
  };
}

const parsed = new Map<string, Recurrence>();

/** Reads the lines of an event's `recurrence`: RRULE, EXRULE, RDATE, EXDATE. Throws BadRecurrence. */
export function parseRecurrence(lines: readonly string[]): Recurrence {
  const key = lines.join('\n');
  const seen = parsed.get(key);
  if (seen !== undefined) return seen;
  const rules: Rule[] = [], exRules: Rule[] = [], added: Listed[] = [], removed: Listed[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const [name, ...settings] = line.slice(0, colon < 0 ? 0 : colon).split(';');
    const value = line.slice(colon + 1);
    const zone = settings.find((each) => each.startsWith('TZID='))?.slice(5);
    const moments = (): Listed[] => value.split(',').map((each) => ({ ...stamp(each), ...(zone === undefined ? {} : { zone }) }));
    if (name === 'RRULE') rules.push(parseRule(value));
    else if (name === 'EXRULE') exRules.push(parseRule(value));
    else if (name === 'RDATE') added.push(...moments());
    else if (name === 'EXDATE') removed.push(...moments());
    else throw new BadRecurrence(line);
  }
  const result: Recurrence = { rules, exRules, added, removed };
  if (parsed.size > 5_000) parsed.clear();
  parsed.set(key, result);
  return result;
}
