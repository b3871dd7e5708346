import { Temporal } from 'temporal-polyfill';
import { DAY_MS } from './civil.js';

/** A stretch of time over which a zone keeps one offset, `[fromMs, untilMs)`. */
interface Stretch { readonly fromMs: number; readonly untilMs: number; readonly offsetMs: number }

/** What is known of a zone: its stretches as they were asked for, by time, and the one asked for last. */
interface Zone { readonly stretches: Stretch[]; last: Stretch }

const NO_STRETCH: Stretch = { fromMs: 0, untilMs: 0, offsetMs: 0 };
const zones = new Map<string, Zone>();

/** True if `zone` is an IANA zone that the platform knows. */
export function isZone(zone: string): boolean {
  if (zones.has(zone)) return true;
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function findStretch(zone: string, atMs: number): Stretch {
  const moment = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
  const next = moment.getTimeZoneTransition('next');
  const before = moment.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  return {
    fromMs: before?.epochMilliseconds ?? -Infinity,
    untilMs: next?.epochMilliseconds ?? Infinity,
    offsetMs: moment.offsetNanoseconds / 1e6,
  };
}

/** Offset of `zone` from UTC at an instant, both in ms. Stretches are remembered: a list asks for the same few thousands of times. */
export function offsetAt(zone: string, atMs: number): number {
  let known = zones.get(zone);
  if (known !== undefined && atMs >= known.last.fromMs && atMs < known.last.untilMs) return known.last.offsetMs;
  const { stretches } = known ?? { stretches: [] };
  let low = 0, high = stretches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle] ?? NO_STRETCH).untilMs <= atMs) low = middle + 1;
    else high = middle;
  }
  let found = stretches[low];
  if (found === undefined || found.fromMs > atMs) {
    found = findStretch(zone, atMs);
    stretches.splice(low, 0, found);
  }
  if (known === undefined) zones.set(zone, (known = { stretches, last: found }));
  known.last = found;
  return found.offsetMs;
}

/** Wall clock in `zone` at an instant, written as if it were UTC ms. */
export const toWall = (atMs: number, zone: string): number => atMs + offsetAt(zone, atMs);

/** Instant of a wall clock time in `zone`; gaps and overlaps resolved "compatible" (RFC 5545 3.3.5): later in a gap, earlier in an overlap. */
export function fromWall(wallMs: number, zone: string): number {
  // No zone ever changed twice within four days, and none by more than a day.
  const before = offsetAt(zone, wallMs - DAY_MS);
  const after = offsetAt(zone, wallMs + DAY_MS);
  if (before === after) return wallMs - before;
  const early = wallMs - Math.max(before, after);
  const late = wallMs - Math.min(before, after);
  if (toWall(early, zone) === wallMs) return early;
  if (toWall(late, zone) === wallMs) return late;
  return wallMs - before;
}

/** `YYYY-MM-DDTHH:MM:SS` in UTC; years beyond four digits are written in full, those before the year 0 with a minus sign. */
function isoText(ms: number): string {
  const text = new Date(ms).toISOString();
  return (text.length === 24 ? text : text.replace(/^([+-])0*(\d{4,}-)/, (_, sign: string, year: string) => (sign === '-' ? '-' : '') + year)).slice(0, -5);
}

/** RFC 3339 with the offset that `zone` has at that instant, in whole minutes, `Z` for zero; whole seconds. It always names that very instant. */
export function rfc3339(atMs: number, zone: string): string {
  const offset = Math.round(offsetAt(zone, atMs) / 60_000), minutes = Math.abs(offset);
  const wall = isoText(atMs + offset * 60_000);
  if (minutes === 0) return `${wall}Z`;
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${wall}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Midnight UTC of a `YYYY-MM-DD`, or undefined if there is no such day. */
export function dateMs(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const ms = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(ms) || isoDate(ms) !== date ? undefined : ms;
}

/** `YYYY-MM-DD` of a moment, in UTC. */
export const isoDate = (ms: number): string => isoText(ms).slice(0, -9);

/** iCalendar's form of a moment in UTC: `YYYYMMDDTHHMMSS`, without the Z. */
export const icalTime = (ms: number): string => isoText(ms).replaceAll(/(?!^)[-:]/g, '');

/** An RFC 3339 time with offset, or a local one with `zone`. Fractions of seconds are dropped, as Google drops them. */
export function parseDateTime(text: string, zone: string | undefined): number | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/.exec(text);
  if (parts === null) return undefined;
  const [, date = '', hour, minute, second, offset] = parts;
  const day = dateMs(date);
  if (day === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const wall = day + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000;
  if (offset === undefined) return zone === undefined ? undefined : fromWall(wall, zone);
  if (offset.toUpperCase() === 'Z') return wall;
  const sign = offset.startsWith('-') ? -1 : 1;
  return wall - sign * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6))) * 60_000;
}
