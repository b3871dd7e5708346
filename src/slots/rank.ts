import { DAY, HOUR, MINUTE, type Instant, type Interval } from '../kernel/interval.js';
import { toWallMs } from '../kernel/zone.js';

/** What makes a slot good for the person asked. */
export interface RankFacts {
  /** The time that is given up (or was wished). */
  readonly near: Instant;
  /** Days and hours are compared in this zone. */
  readonly zone: string;
  /** Starts of this client's earlier sessions. */
  readonly pastStarts: readonly Instant[];
  /** The coach's busy time, unsorted. */
  readonly busy: readonly Interval[];
  /** How many to return, at most. */
  readonly count: number;
}

export type SlotMerit = 'same day' | 'same weekday' | 'same time' | 'similar time' | 'came at this time before' | 'keeps the day compact';
/** `reasons` are for history and the coach; they are never shown to a client, because they tell of the coach's day. */
export interface RankedSlot extends Interval { readonly score: number; readonly reasons: readonly SlotMerit[] }

/** A slot on its way to the menu; `crowd` is what it loses for those that are on it already, `isMet` if one of them overlaps it. */
interface Candidate { readonly slot: Interval; readonly day: number; readonly score: number; readonly marks: Marks; crowd: number; isMet: boolean }
/** What is said of a slot: whole days and hours between it and `near`, and how it lies. */
interface Marks { readonly days: number; readonly hours: number; readonly isHabit: boolean; readonly sides: number }

/** A gap up to this long beside a session leaves no hole in the coach's day. */
const ADJACENT = 15 * MINUTE;

/**
 * The best `count` of `slots` as a small menu, sorted by time: near the given-up time in day and hour, at the times at
 * which this client used to come, beside the coach's other sessions, spread over days (at most half of them, rounded up,
 * on one day if other days have slots). The same facts give the same answer, in whatever order they come.
 */
export function rankSlots(slots: readonly Interval[], facts: RankFacts): RankedSlot[] {
  const near = toWallMs(facts.near, facts.zone);
  const habit = habitOf(facts.pastStarts.map((at) => toWallMs(at, facts.zone)));
  const busy = facts.busy.filter((b) => b.start < b.end);
  // Typed arrays sort numbers without asking a function for each pair
  const starts = Float64Array.from(busy, (b) => b.start).sort();
  const ends = Float64Array.from(busy, (b) => b.end).sort();
  const candidates = slots.map((slot): Candidate => {
    const wall = toWallMs(slot.start, facts.zone);
    const day = dayOf(wall);
    const came = habit(timeOf(wall));
    const marks = {
      days: Math.abs(day - dayOf(near)), hours: Math.abs(timeOf(wall) - timeOf(near)) / HOUR, isHabit: came.alike > 0,
      sides: Number(hasIn(ends, slot.start - ADJACENT, slot.start)) + Number(hasIn(starts, slot.end, slot.end + ADJACENT)),
    };
    const score = nearness(marks, wall > near) + (marks.isHabit ? (6 * came.alike + 6 * (came.onWeekday[weekdayOf(day)] ?? 0)) / facts.pastStarts.length : 0)
      + (marks.sides === 2 ? 10 : marks.sides === 1 ? 6 : 0);
    return { slot, day, score: Math.round(score * 100) / 100, marks, crowd: 0, isMet: false };
  });
  return menuOf(candidates, facts.count)
    .sort((a, b) => a.slot.start - b.slot.start || a.slot.end - b.slot.end)
    .map(({ slot, score, marks }) => ({ start: slot.start, end: slot.end, score, reasons: inWords(marks) }));
}

/** Points: day up to 30, weekday 12, small shift 12, hour up to 30. Beside these: habit up to 12, compactness up to 10. */
function nearness({ days, hours }: Marks, isLater: boolean): number {
  const score = 30 / (1 + days / 3) + 30 / (1 + hours / 1.5) + (days % 7 === 0 ? 12 : 0);
  // A small shift on the day itself is what most people can do; later is easier to reach than sooner
  return days === 0 && hours <= 2 ? score + (isLater || hours === 0 ? 12 : 10) : score;
}

function inWords({ days, hours, isHabit, sides }: Marks): SlotMerit[] {
  const words: SlotMerit[] = [];
  if (days % 7 === 0) words.push(days === 0 ? 'same day' : 'same weekday');
  if (hours <= 2) words.push(hours === 0 ? 'same time' : 'similar time');
  if (isHabit) words.push('came at this time before');
  if (sides > 0) words.push('keeps the day compact');
  return words;
}

/** How often the client came within half an hour of a time of day, and of these on each weekday. A menu has few times of day,
 *  so each is counted once. */
function habitOf(past: readonly number[]): (time: number) => { readonly alike: number; readonly onWeekday: readonly number[] } {
  const known = new Map<number, { alike: number; onWeekday: number[] }>();
  return (time) => {
    let came = known.get(time);
    if (!came) {
      const alike = past.filter((at) => Math.abs(timeOf(at) - time) <= HOUR / 2);
      came = { alike: alike.length, onWeekday: [0, 0, 0, 0, 0, 0, 0] };
      for (const at of alike) came.onWeekday[weekdayOf(dayOf(at))] = (came.onWeekday[weekdayOf(dayOf(at))] ?? 0) + 1;
      known.set(time, came);
    }
    return came;
  };
}

/** Takes the best, then again and again the best that is left, where a day already on the menu or an overlapping time counts less. */
function menuOf(candidates: readonly Candidate[], count: number): Candidate[] {
  const perDay = Math.ceil(count / 2);
  const menu: Candidate[] = [];
  let left = candidates;
  while (menu.length < count && left.length > 0) {
    const best = left.reduce((a, b) => (isBetter(b, a) ? b : a));
    menu.push(best);
    left = left.filter((c) => c !== best);
    const isFull = menu.filter((m) => m.day === best.day).length === perDay;
    for (const c of left) {
      if (c.day === best.day) c.crowd += isFull ? 1008 : 8;
      if (!c.isMet && c.slot.start < best.slot.end && best.slot.start < c.slot.end) [c.isMet, c.crowd] = [true, c.crowd + 15];
    }
  }
  return menu;
}

/** Of two that are worth the same, the one that scores higher, then the earlier. */
function isBetter(a: Candidate, b: Candidate): boolean {
  return (a.score - a.crowd - (b.score - b.crowd) || a.score - b.score || b.slot.start - a.slot.start || b.slot.end - a.slot.end) > 0;
}

/** Whether the sorted `values` have one in `[from, to]`. */
function hasIn(values: Float64Array, from: number, to: number): boolean {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? Infinity) < from) low = middle + 1;
    else high = middle;
  }
  return (values[low] ?? Infinity) <= to;
}

const dayOf = (wallMs: number): number => Math.floor(wallMs / DAY);
const timeOf = (wallMs: number): number => wallMs - dayOf(wallMs) * DAY;
/** 0 to 6; which day is 0 does not matter. */
const weekdayOf = (day: number): number => ((day % 7) + 7) % 7;
