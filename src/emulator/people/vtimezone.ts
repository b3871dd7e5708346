import { Temporal } from 'temporal-polyfill';
import { icalTime, offsetAt } from '../series/zone-time.js';

/** One change of a zone's offset; offsets in ms east of UTC. `wallMs` is the old wall clock at that moment, written as if it were UTC. */
interface Onset { readonly atMs: number; readonly wallMs: number; readonly fromOffset: number; readonly toOffset: number }

const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];
/** How far ahead changes are looked up: rules that hold that long are written as rules. */
const YEARS_AHEAD = 20;

function onsetsFrom(zone: string, fromMs: number): Onset[] {
  const onset = ({ epochMilliseconds: atMs }: Temporal.ZonedDateTime): Onset => {
    const fromOffset = offsetAt(zone, atMs - 1);
    return { atMs, wallMs: atMs + fromOffset, fromOffset, toOffset: offsetAt(zone, atMs) };
  };
  const from = Temporal.Instant.fromEpochMilliseconds(fromMs).toZonedDateTimeISO(zone);
  const until = from.add({ years: YEARS_AHEAD }).epochMilliseconds;
  const before = from.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const onsets = before === null ? [] : [onset(before)];
  for (let next = from.getTimeZoneTransition('next'); next !== null && next.epochMilliseconds < until; next = next.getTimeZoneTransition('next')) onsets.push(onset(next));
  return onsets.filter((each) => each.fromOffset !== each.toOffset);
}

const offsetText = (ms: number): string => {
  const minutes = Math.floor(Math.abs(ms) / 60_000), two = (n: number): string => String(n).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}${two(minutes % 60)}`;
};

/** The rule of changes that come each year on the same weekday of the same month at the same time; undefined if there is none. */
function yearlyRule(onsets: readonly Onset[]): string | undefined {
  const dates = onsets.map((each) => new Date(each.wallMs));
  const same = (read: (date: Date, i: number) => string | number): boolean => new Set(dates.map(read)).size === 1;
  const [first] = dates;
  const isYearly = first !== undefined && onsets.length >= YEARS_AHEAD - 1 && same((each, i) => each.getUTCFullYear() - i);
  if (!isYearly || !same((each) => each.getUTCMonth()) || !same((each) => each.getUTCDay()) || !same((each) => each.toISOString().slice(11))) return undefined;
  const fromEnd = (each: Date): number => Math.floor((new Date(Date.UTC(each.getUTCFullYear(), each.getUTCMonth() + 1, 0)).getUTCDate() - each.getUTCDate()) / 7) + 1;
  const fromStart = (each: Date): number => Math.ceil(each.getUTCDate() / 7);
  const nth = same(fromEnd) ? -fromEnd(first) : same(fromStart) ? fromStart(first) : undefined;
  return nth === undefined ? undefined : `RRULE:FREQ=YEARLY;BYMONTH=${first.getUTCMonth() + 1};BYDAY=${nth}${DAYS[first.getUTCDay()]}`;
}

function observance(onsets: readonly Onset[]): string[] {
  const [first, ...rest] = onsets;
  if (first === undefined) return [];
  const name = first.toOffset > first.fromOffset ? 'DAYLIGHT' : 'STANDARD';
  const rule = yearlyRule(onsets);
  // One date a line, and the first again: not every reader takes lists here, or counts DTSTART beside them.
  const dates = rest.length === 0 ? [] : onsets.map((each) => `RDATE:${icalTime(each.wallMs)}`);
  return [
    `BEGIN:${name}`, `TZOFFSETFROM:${offsetText(first.fromOffset)}`, `TZOFFSETTO:${offsetText(first.toOffset)}`,
    `DTSTART:${icalTime(first.wallMs)}`, ...(rule === undefined ? dates : [rule]), `END:${name}`,
  ];
}

/**
 * VTIMEZONE of an IANA zone, true from the instant `fromMs` on: endless where the zone keeps to a yearly rule, for twenty years
 * where it does not (RFC 5545 3.6.5). Unfolded lines.
 */
export function vtimezone(zone: string, fromMs: number): string[] {
  const onsets = onsetsFrom(zone, fromMs);
  const offset = offsetAt(zone, fromMs);
  const kinds = new Set(onsets.map((each) => `${each.fromOffset} ${each.toOffset}`));
  const groups = [...kinds].map((kind) => onsets.filter((each) => `${each.fromOffset} ${each.toOffset}` === kind));
  // Before its first known change, and if it has none, a zone has one offset for ever.
  const [first] = onsets;
  const base = first === undefined || first.atMs > fromMs ? [{ atMs: 0, wallMs: 0, fromOffset: offset, toOffset: offset }] : [];
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, `X-LIC-LOCATION:${zone}`, ...observance(base), ...groups.flatMap(observance), 'END:VTIMEZONE'];
}
