import { Temporal } from 'temporal-polyfill';

/** A stretch of time over which a zone keeps one offset, `[fromMs, untilMs)`. */
interface Stretch { readonly fromMs: number; readonly untilMs: number; readonly offsetMs: number }

const DAY_MS = 86_400_000;
const zones = new Map<string, Stretch[]>();

/** True if `zone` is an IANA zone that the platform knows. */
export function isZone(zone: string): boolean {
  if (zones.has(zone)) return true;
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    zones.set(zone, []);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Offset of `zone` from UTC at an instant, both in ms. Stretches are remembered: a list asks thousands of times. */
export function offsetAt(zone: string, atMs: number): number {
  let known = zones.get(zone);
  if (known === undefined) zones.set(zone, (known = []));
  for (let i = known.length - 1; i >= 0; i--) {
    const stretch = known[i];
    if (stretch !== undefined && atMs >= stretch.fromMs && atMs < stretch.untilMs) return stretch.offsetMs;
  }
  const moment = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
  const next = moment.getTimeZoneTransition('next');
  const before = moment.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const found: Stretch = {
    fromMs: before?.epochMilliseconds ?? -Infinity,
    untilMs: next?.epochMilliseconds ?? Infinity,
    offsetMs: moment.offsetNanoseconds / 1e6,
  };
  known.push(found);
  return found.offsetMs;
}

/** Wall clock in `zone` at an instant, written as if it were UTC ms. */
export const toWall = (atMs: number, zone: string): number => atMs + offsetAt(zone, atMs);

/** Instant of a wall clock time in `zone`; gaps and overlaps resolved "compatible" (RFC 5545 3.3.5): later in a gap, earlier in an overlap. */
export function fromWall(wallMs: number, zone: string): number {
  const before = offsetAt(zone, wallMs - DAY_MS);
  const after = offsetAt(zone, wallMs + DAY_MS);
  const early = wallMs - Math.max(before, after);
  const late = wallMs - Math.min(before, after);
  if (toWall(early, zone) === wallMs) return early;
  if (toWall(late, zone) === wallMs) return late;
  return wallMs - before;
}

/** RFC 3339 with the offset that `zone` has at that instant, `Z` for zero, whole seconds. */
export function rfc3339(atMs: number, zone: string): string {
  const offset = offsetAt(zone, atMs);
  const wall = new Date(atMs + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${wall}Z`;
  const minutes = Math.round(Math.abs(offset) / 60_000);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${wall}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** Midnight UTC of a `YYYY-MM-DD`, or undefined if there is no such day. */
export function dateMs(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return undefined;
  const ms = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== date ? undefined : ms;
}

export const isoDate = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** An RFC 3339 time with offset, or a local one with `zone`. Fractions of seconds are dropped, as Google drops them. */
export function parseDateTime(text: string, zone: string | undefined): number | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(Z|z|[+-]\d{2}:\d{2})?$/.exec(text);
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
