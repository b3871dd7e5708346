import type { OriginalStart, When } from '../calendar/event.js';
import { DAY, HOUR, instant, plus, type Instant } from '../kernel/interval.js';
import { addDays, atWallClock, knownZone, readRfc3339 } from '../kernel/zone.js';
import { LONGEST_INSTANCE_DAYS, UNREAD_LENGTH } from './decode-limits.js';
import { isRecord, shortText } from './decode-text.js';

/** Four-digit years with a day to spare for any zone: the times that JSON, RFC 5545 and Postgres all can write. */
const FIRST_DAY = '0001-01-02';
const LAST_DAY = '9999-12-30';
const FIRST = instant(Date.parse(FIRST_DAY));
const LAST = instant(Date.parse(LAST_DAY));

/** A time as far as it could be read. `fault` says in words what could not; then the event blocks what is known of it. */
export interface ReadWhen { readonly when: When | null; readonly fault: string | null }
type Reading = { readonly date: string } | { readonly at: Instant } | null;

const clamp = (at: Instant): Instant => instant(Math.min(LAST, Math.max(FIRST, at)));

/** A date that exists: "2026-02-30" does not. */
function readDate(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return null;
  const ms = Date.parse(`${value}T00:00:00Z`);
  if (Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(value)) return null;
  return value < FIRST_DAY ? FIRST_DAY : value > LAST_DAY ? LAST_DAY : value;
}

/** An RFC 3339 time, or one without offset in a zone that is named beside it. */
export function readMoment(value: unknown, zone: string | null = null): Instant | null {
  if (typeof value !== 'string') return null;
  const at = readRfc3339(value);
  if (at !== null) return clamp(at);
  const floating = /^(\d{4}-\d{2}-\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d+)?$/.exec(value);
  const date = readDate(floating?.[1]);
  if (!floating || date === null || zone === null || knownZone(zone) === null) return null;
  return clamp(atWallClock(date, `${floating[2] ?? ''}:${floating[3] ?? ''}:${floating[4] ?? ''}`, zone));
}

function readEnd(value: unknown, calendarZone: string | null): Reading {
  if (!isRecord(value)) return null;
  const date = readDate(value.date);
  if (date !== null) return { date };
  const at = readMoment(value.dateTime, shortText(value.timeZone) ?? calendarZone);
  return at === null ? null : { at };
}

/** `start` and `end` of an event resource. An event with one readable end blocks an hour or a day from (or to) it; so does
 *  one whose `end` is a filler (`endTimeUnspecified`, sheet 2) that gives it no length. */
export function readWhen({ start, end, endTimeUnspecified }: Readonly<Record<string, unknown>>, calendarZone: string | null): ReadWhen {
  const from = readEnd(start, calendarZone);
  const to = readEnd(end, calendarZone);
  const known = from ?? to;
  const zone = isRecord(start) ? shortText(start.timeZone) : null;
  if (known === null) return { when: null, fault: 'no time that can be read' };
  if ('date' in known) {
    if (from !== null && to !== null && 'date' in from && 'date' in to && from.date < to.date) return { when: { kind: 'all-day', startOn: from.date, endOn: to.date }, fault: null };
    // A day is the least that an all-day event can last.
    const startOn = from === null ? addDays(known.date, -UNREAD_LENGTH) : known.date;
    return { when: { kind: 'all-day', startOn, endOn: addDays(startOn, UNREAD_LENGTH) }, fault: faultOf(from, to) };
  }
  if (from !== null && to !== null && 'at' in from && 'at' in to && from.at <= to.at) {
    const end = endTimeUnspecified === true && to.at === from.at ? plus(from.at, UNREAD_LENGTH * HOUR) : to.at;
    return { when: { kind: 'timed', start: from.at, end, zone }, fault: endTimeUnspecified === true ? 'no end of its own' : null };
  }
  const at = from === null ? plus(known.at, -UNREAD_LENGTH * HOUR) : known.at;
  return { when: { kind: 'timed', start: at, end: plus(at, UNREAD_LENGTH * HOUR), zone }, fault: faultOf(from, to) };
}

function faultOf(from: Reading, to: Reading): string {
  if (from === null) return 'no start that can be read';
  if (to === null) return 'no end that can be read';
  return 'date' in from === 'date' in to ? 'the end is not after the start' : 'a date and a time';
}

/** True if instances of this length overlap each other for years. */
export function isEndless(when: When): boolean {
  const ms = when.kind === 'timed' ? when.end - when.start : Date.parse(when.endOn) - Date.parse(when.startOn);
  return ms > LONGEST_INSTANCE_DAYS * DAY;
}
/** The same start, without an end. */
export const forEver = (when: When): When => (when.kind === 'timed' ? { ...when, end: LAST } : { ...when, endOn: LAST_DAY });

/** The slot of an instance: as told, else as its id has it (`root_20261130T120000Z`, `root_20261130`; sheet 2.1). */
export function readOriginalStart(value: unknown, id: string, calendarZone: string | null): OriginalStart | null {
  const told = readEnd(value, calendarZone);
  if (told !== null) return 'date' in told ? { kind: 'all-day', on: told.date } : { kind: 'timed', at: told.at };
  const [, y = '', m = '', d = '', time] = /_(\d{4})(\d\d)(\d\d)(?:T(\d{6})Z)?$/.exec(id) ?? [];
  const date = readDate(`${y}-${m}-${d}`);
  if (date === null) return null;
  if (time === undefined) return { kind: 'all-day', on: date };
  const at = readMoment(`${date}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`);
  return at === null ? null : { kind: 'timed', at };
}
