/** The one home of the time library: all wall-clock arithmetic of the process happens here. */
import { Temporal } from 'temporal-polyfill';
import { DAY, instant, type Instant, type Interval } from './interval.js';

const spelling = new Map<string, string>();
const MOST_SPELLINGS = 5_000;

/** The zone's canonical spelling for our use, or null if this process does not know it. */
export function knownZone(name: string): string | null {
  const known = spelling.get(name);
  if (known !== undefined) return known;
  try {
    const canonical = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
    if (spelling.size >= MOST_SPELLINGS) spelling.clear();
    spelling.set(name, canonical);
    return canonical;
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

/** Wall clock of `at` in `zone`. `weekday` is ISO: 1 = Monday … 7 = Sunday. */
export interface WallClock { readonly date: string; readonly hour: number; readonly minute: number; readonly weekday: number }
export function wallClock(at: Instant, zone: string): WallClock {
  const wall = new Date(toWallMs(at, zone));
  const text = wall.toISOString();
  return { date: text.slice(0, text.indexOf('T')), hour: wall.getUTCHours(), minute: wall.getUTCMinutes(), weekday: wall.getUTCDay() || 7 };
}

/** The instant at which `zone`'s clocks show `date` and `time` ("HH:MM" or "HH:MM:SS"). A wall time in a gap moves
 *  forward, one that occurs twice is the first ("compatible", RFC 5545 3.3.5). @throws RangeError for a bad date or zone. */
export function atWallClock(date: string, time: string, zone: string): Instant {
  return instant(Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds);
}

/** The instant at which `date` begins in `zone`. @throws RangeError for a bad date or zone. */
export function startOfDay(date: string, zone: string): Instant {
  const wallMs = /^\d{4}-\d{2}-(?:[01]\d|2[0-8])$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  // Date.parse reads 30 February as 2 March: the last days of a month, and whatever else is written, are left to Temporal
  return startOfWallDay(Number.isNaN(wallMs) ? Temporal.PlainDate.from(date).toZonedDateTime('UTC').epochMilliseconds : wallMs, zone);
}

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
/** "13:00–14:00" of `[start, end)`. */
export const timesOfDay = ({ start, end }: Interval, zone: string): string => `${timeInWords(start, zone)}–${timeInWords(end, zone)}`;
/** Day and times, without the zone: where it is said once for all. */
export const bareSpanInWords = (interval: Interval, zone: string): string => `${dayInWords(interval.start, zone)}, ${timesOfDay(interval, zone)}`;

/** "Berlin time": how a zone is named to people. */
export function zoneInWords(zone: string): string {
  if (zone === 'UTC' || zone.startsWith('Etc/')) return zone.replace('Etc/', '');
  return `${(zone.split('/').at(-1) ?? zone).replaceAll('_', ' ')} time`;
}

/** "Monday 30 November, 13:00 (Berlin time)". A time is never shown without its zone. */
export const momentInWords = (at: Instant, zone: string): string =>
  `${dayInWords(at, zone)}, ${timeInWords(at, zone)} (${zoneInWords(zone)})`;

/** "Mon 13:00": for a title in the coach's own calendar, which shows its zone itself. */
export const shortMomentInWords = (at: Instant, zone: string): string => `${formatter(zone, { weekday: 'short' }).format(at)} ${timeInWords(at, zone)}`;

/** A time over which a zone keeps one offset, `[fromMs, untilMs)`. */
interface Stretch { readonly fromMs: number; readonly untilMs: number; readonly offsetMs: number }

/** The stretches of one zone that were needed so far, rising and apart, and the one needed last. Temporal takes 16 us for
 *  an offset and up to a millisecond for a change of the clocks; each change is looked for once per process. */
interface Clocks { readonly zone: string; readonly stretches: Stretch[]; last: Stretch }

const clocksOf = new Map<string, Clocks>();
const NEVER: Stretch = { fromMs: 0, untilMs: 0, offsetMs: 0 };
let clocksOfLast: Clocks = { zone: '', stretches: [], last: NEVER };

function clocks(zone: string): Clocks {
  if (zone === clocksOfLast.zone) return clocksOfLast;
  let known = clocksOf.get(zone);
  // Kept only after knownZone has accepted the name, so the map holds no more than there are zones, in whatever case they came
  if (!known) {
    if (knownZone(zone) === null) throw new RangeError(`no such time zone: ${zone.slice(0, 40)}`);
    if (clocksOf.size >= MOST_SPELLINGS) clocksOf.clear();
    clocksOf.set(zone, (known = { zone, stretches: [], last: NEVER }));
  }
  return (clocksOfLast = known);
}

function stretchByTemporal(zone: string, atMs: number): Stretch {
  const moment = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
  // "previous" means strictly before: a change at this very moment has to be found too
  const before = Temporal.Instant.fromEpochMilliseconds(atMs + 1).toZonedDateTimeISO(zone).getTimeZoneTransition('previous');
  return {
    fromMs: before?.epochMilliseconds ?? -Infinity,
    untilMs: moment.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity,
    offsetMs: moment.offsetNanoseconds / 1_000_000,
  };
}

function stretchAt(of: Clocks, atMs: number): Stretch {
  if (atMs >= of.last.fromMs && atMs < of.last.untilMs) return of.last;
  const { stretches } = of;
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle] ?? NEVER).untilMs <= atMs) low = middle + 1;
    else high = middle;
  }
  let found = stretches[low];
  if (!found || found.fromMs > atMs) stretches.splice(low, 0, (found = stretchByTemporal(of.zone, atMs)));
  return (of.last = found);
}

/** The instant that the clocks show as `wallMs`, and whether they never show it (a gap). No zone was ever moved by more
 *  than a day and an hour, and none twice within two days. */
function resolve(wallMs: number, of: Clocks): { readonly atMs: number; readonly isSkipped: boolean } {
  const before = stretchAt(of, wallMs - DAY).offsetMs;
  const after = stretchAt(of, wallMs + DAY).offsetMs;
  const first = wallMs - before;
  if (before === after || stretchAt(of, first).offsetMs === before) return { atMs: first, isSkipped: false };
  const second = wallMs - after;
  return stretchAt(of, second).offsetMs === after ? { atMs: second, isSkipped: false } : { atMs: first, isSkipped: true };
}

/** What `zone`'s clocks show at `at`, as the milliseconds at which UTC shows the same: a floating time that can be counted in.
 *  @throws RangeError for an unknown zone. */
export const toWallMs = (at: Instant, zone: string): number => at + stretchAt(clocks(zone), at).offsetMs;

/** The instant at which `zone`'s clocks show the floating time `wallMs`; gaps and overlaps as in atWallClock.
 *  @throws RangeError for an unknown zone. */
export function fromWallMs(wallMs: number, zone: string): Instant {
  const of = clocks(zone);
  const atMs = wallMs - of.last.offsetMs;
  // Far enough behind the last change, a reading cannot belong to the time before it; near the next one, the first of two is meant
  if (atMs - of.last.fromMs >= 2 * DAY && atMs < of.last.untilMs) return instant(atMs);
  return instant(resolve(wallMs, of).atMs);
}

/** The instant at which the day of the floating time `wallMs` begins in `zone`. A day that has no midnight begins when the
 *  clocks have moved on; one that the zone left out begins, and ends, with the day after.
 *  @throws RangeError for an unknown zone. */
export function startOfWallDay(wallMs: number, zone: string): Instant {
  const of = clocks(zone);
  const midnight = Math.floor(wallMs / DAY) * DAY;
  const atMs = midnight - of.last.offsetMs;
  if (atMs - of.last.fromMs >= 2 * DAY && atMs < of.last.untilMs) return instant(atMs);
  const resolved = resolve(midnight, of);
  return instant(resolved.isSkipped ? stretchAt(of, resolved.atMs).fromMs : resolved.atMs);
}
