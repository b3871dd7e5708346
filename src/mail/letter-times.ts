import type { AnswerTime } from '../conflicts/blocker.js';
import { DAY, HOUR, MINUTE, type Instant, type Interval } from '../kernel/interval.js';
import { addDays, dayInWords, momentInWords, timeInWords, wallClock, zoneInWords } from '../kernel/zone.js';

const atMidnight = (at: Instant, zone: string): boolean => {
  const { hour, minute } = wallClock(at, zone);
  return hour === 0 && minute === 0;
};

/** True if `interval` is made of whole days of `zone`. */
export const isWholeDays = (interval: Interval, zone: string): boolean =>
  interval.start < interval.end && atMidnight(interval.start, zone) && atMidnight(interval.end, zone);

/**
 * The hours of `interval` for a reader who sees its first day beside it: "13:00–14:00", "all day",
 * "22:00 – Tuesday 1 December, 02:00". Names no zone; whatever stands around it must.
 */
export function hoursInWords(interval: Interval, zone: string): string {
  const first = wallClock(interval.start, zone).date;
  const last = wallClock(interval.end, zone).date;
  if (isWholeDays(interval, zone)) {
    return addDays(first, 1) === last ? 'all day' : `all day, until ${dayInWords((interval.end - 1) as Instant, zone)}`;
  }
  const from = timeInWords(interval.start, zone);
  const to = timeInWords(interval.end, zone);
  const endsThatDay = first === last || (addDays(first, 1) === last && atMidnight(interval.end, zone));
  return endsThatDay ? `${from}–${to}` : `${from} – ${dayInWords(interval.end, zone)}, ${to}`;
}

/** "Monday 30 November, 13:00–14:00 (Berlin time)". */
export const spanInWords = (interval: Interval, zone: string): string =>
  `${dayInWords(interval.start, zone)}, ${hoursInWords(interval, zone)} (${zoneInWords(zone)})`;

/** The hours of a span for a reader who sees its day beside them, as another zone's clocks show them; with the day if it is another
 *  one there. Null if there is no other zone. */
export function hoursElsewhere(interval: Interval, zone: string, otherZone: string): string | null {
  if (zone === otherZone) return null;
  const isSameDay = wallClock(interval.start, zone).date === wallClock(interval.start, otherZone).date;
  return isSameDay ? `${hoursInWords(interval, otherZone)} (${zoneInWords(otherZone)})` : spanInWords(interval, otherZone);
}

/** One line, or two where the reader's zone is not the coach's. */
export const spanInZones = (interval: Interval, zone: string, otherZone: string): string[] =>
  (zone === otherZone ? [zone] : [zone, otherZone]).map((each) => spanInWords(interval, each));

/** Items under the local day on which each begins, earliest first; within a day by time. */
export function groupByDay<T>(items: readonly T[], when: (item: T) => Interval, zone: string): { readonly day: string; readonly items: readonly T[] }[] {
  const days = new Map<string, T[]>();
  for (const item of [...items].sort((a, b) => when(a).start - when(b).start)) {
    const { date } = wallClock(when(item).start, zone);
    days.set(date, [...(days.get(date) ?? []), item]);
  }
  return [...days.values()].map((group) => ({ day: dayInWords(when(group[0] as T).start, zone), items: group }));
}

/** A moment on the reader's clocks and, where they differ, on the coach's. */
export const momentInZones = (at: Instant, zone: string, otherZone: string): string =>
  zone === otherZone ? momentInWords(at, zone) : `${momentInWords(at, zone)}, that is ${momentInWords(at, otherZone)}`;

/** "24 hours", "3 days", "90 minutes": in the largest unit that fits without a rest; days from the third on. */
export function lifetimeInWords(ms: number): string {
  const [unit, name] = ms % DAY === 0 && ms > 2 * DAY ? [DAY, 'day'] as const : ms % HOUR === 0 ? [HOUR, 'hour'] as const : [MINUTE, 'minute'] as const;
  const count = Math.round(ms / unit);
  return `${String(count)} ${name}${count === 1 ? '' : 's'}`;
}
/** How long a client can answer what the coach is yet to decide: it counts from the decision, not from the moment of reading. */
export const answerInWords = (answer: AnswerTime, zone: string): string => 'until' in answer ? `until ${momentInWords(answer.until, zone)}`
  : `for ${lifetimeInWords(answer.forMs)} from your decision${answer.latest === null ? '' : `, at the latest until ${momentInWords(answer.latest, zone)}`}`;
/** The same in a few words, for a line under a heading. */
export const answerInShort = (answer: AnswerTime, zone: string): string =>
  'until' in answer ? `until ${momentInWords(answer.until, zone)}` : `${lifetimeInWords(answer.forMs)} to answer`;

/** "once", "twice", "3 times". */
export const oftenInWords = (count: number): string => (count === 1 ? 'once' : count === 2 ? 'twice' : `${String(count)} times`);
/** "1 time", "4 times". */
export const timesInWords = (count: number): string => (count === 1 ? '1 time' : `${String(count)} times`);
