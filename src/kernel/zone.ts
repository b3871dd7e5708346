/** The one home of the time library: all wall-clock arithmetic of the process happens here. */
import { Temporal } from 'temporal-polyfill';
import { instant, type Instant } from './interval.js';

/** The zone's canonical spelling for our use, or null if this process does not know it. */
export function knownZone(name: string): string | null {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Wall clock of `at` in `zone`. `weekday` is ISO: 1 = Monday … 7 = Sunday. */
export interface WallClock { readonly date: string; readonly hour: number; readonly minute: number; readonly weekday: number }
export function wallClock(at: Instant, zone: string): WallClock {
  const z = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  return { date: z.toPlainDate().toString(), hour: z.hour, minute: z.minute, weekday: z.dayOfWeek };
}

/** The instant at which `zone`'s clocks show `date` and `time` ("HH:MM" or "HH:MM:SS"). A wall time in a gap moves
 *  forward, one that occurs twice is the first ("compatible", RFC 5545 3.3.5). @throws RangeError for a bad date or zone. */
export function atWallClock(date: string, time: string, zone: string): Instant {
  return instant(Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds);
}

/** The instant at which `date` begins in `zone`. */
export const startOfDay = (date: string, zone: string): Instant =>
  instant(Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds);

/** `date` moved by whole calendar days. */
export const addDays = (date: string, days: number): string => Temporal.PlainDate.from(date).add({ days }).toString();

/** Reads an RFC 3339 time with a mandatory offset. Returns null for anything else. */
export function readRfc3339(text: string): Instant | null {
  if (!/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/.test(text)) return null;
  const ms = Date.parse(text.replace(' ', 'T').toUpperCase());
  const day = Number(text.slice(8, 10)); // Date.parse reads 30 February as 2 March
  const daysInMonth = new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
  return Number.isNaN(ms) || day > daysInMonth ? null : instant(ms);
}

/** RFC 3339 in `zone`'s offset, whole seconds, as Google writes it: `2026-11-30T13:00:00+01:00`. */
export function rfc3339(at: Instant, zone: string): string {
  const z = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const text = z.toString({ timeZoneName: 'never', smallestUnit: 'second' });
  return z.offset === '+00:00' ? text.replace('+00:00', 'Z') : text;
}

const dayText = new Map<string, Intl.DateTimeFormat>();
function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let made = dayText.get(key);
  if (!made) dayText.set(key, (made = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options })));
  return made;
}

/** "Monday 30 November". */
export const dayInWords = (at: Instant, zone: string): string =>
  formatter(zone, { weekday: 'long', day: 'numeric', month: 'long' }).format(at).replace(',', '');

/** "13:00". */
export const timeInWords = (at: Instant, zone: string): string =>
  formatter(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

/** "Berlin time": how a zone is named to people. */
export function zoneInWords(zone: string): string {
  if (zone === 'UTC' || zone.startsWith('Etc/')) return zone.replace('Etc/', '');
  return `${(zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')} time`;
}

/** "Monday 30 November, 13:00 (Berlin time)". A time is never shown without its zone. */
export const momentInWords = (at: Instant, zone: string): string =>
  `${dayInWords(at, zone)}, ${timeInWords(at, zone)} (${zoneInWords(zone)})`;

/** What `zone`'s clocks show at `at`, as the milliseconds at which UTC shows the same: a floating time that can be counted in. */
export function toWallMs(at: Instant, zone: string): number {
  return at + Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000;
}

/** The instant at which `zone`'s clocks show the floating time `wallMs`; gaps and overlaps as in atWallClock.
 *  @throws RangeError for an unknown zone. */
export function fromWallMs(wallMs: number, zone: string): Instant {
  const floating = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime();
  return instant(floating.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds);
}
