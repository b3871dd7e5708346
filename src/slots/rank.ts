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

/** `reasons` are for history and the coach; they are never shown to a client, because they tell of the coach's day. */
export interface RankedSlot extends Interval { readonly score: number; readonly reasons: string[] }

interface Candidate extends RankedSlot { readonly day: number }

/** A gap up to this long beside a session leaves no hole in the coach's day. */
const ADJACENT = 15 * MINUTE;

/**
 * The best `count` of `slots` as a small menu, sorted by time: near the given-up time in day and hour, at the times at
 * which this client used to come, beside the coach's other sessions, spread over days (at most half of them, rounded up,
 * on one day if other days have slots). The same facts give the same answer, in whatever order they come.
 */
export function rankSlots(slots: readonly Interval[], facts: RankFacts): RankedSlot[] {
  const near = toWallMs(facts.near, facts.zone);
  const past = facts.pastStarts.map((at) => toWallMs(at, facts.zone));
  const busy = facts.busy.filter((b) => b.start < b.end);
  const starts = busy.map((b) => b.start).sort((a, b) => a - b);
  const ends = busy.map((b) => b.end).sort((a, b) => a - b);
  const candidates = slots
    .map((slot) => scored(slot, toWallMs(slot.start, facts.zone), near, past, { starts, ends }))
    .sort((a, b) => b.score - a.score || a.start - b.start || a.end - b.end);
  return pick(candidates, facts.count)
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map(({ start, end, score, reasons }) => ({ start, end, score, reasons }));
}

/** Points: day up to 30, weekday 12, small shift 12, hour up to 30, habit up to 12, compactness up to 10. */
function scored(
  slot: Interval, wall: number, near: number, past: readonly number[], edges: { starts: readonly number[]; ends: readonly number[] },
): Candidate {
  const reasons: string[] = [];
  const days = Math.abs(dayOf(wall) - dayOf(near));
  const hours = Math.abs(timeOf(wall) - timeOf(near)) / HOUR;
  let score = 30 / (1 + days / 3) + 30 / (1 + hours / 1.5);
  if (days === 0) reasons.push('same day');
  else if (days % 7 === 0) reasons.push('same weekday');
  if (days % 7 === 0) score += 12;
  // A small shift on the day itself is what most people can do; later is easier to reach than sooner
  if (days === 0 && hours <= 2) score += wall < near ? 10 : 12;
  if (hours === 0) reasons.push('same time');
  else if (hours <= 2) reasons.push('similar time');

  const alike = past.filter((at) => Math.abs(timeOf(at) - timeOf(wall)) <= HOUR / 2);
  if (alike.length > 0) {
    const sameWeekday = alike.filter((at) => (dayOf(at) - dayOf(wall)) % 7 === 0).length;
    score += (6 * alike.length + 6 * sameWeekday) / past.length;
    reasons.push('came at this time before');
  }
  const sides = Number(hasIn(edges.ends, slot.start - ADJACENT, slot.start)) + Number(hasIn(edges.starts, slot.end, slot.end + ADJACENT));
  if (sides > 0) {
    score += sides === 2 ? 10 : 6;
    reasons.push('keeps the day compact');
  }
  return { start: slot.start, end: slot.end, score: Math.round(score * 100) / 100, reasons, day: dayOf(wall) };
}

/** Takes the best, then again and again the best that is left, where a day already on the menu or an overlapping time counts less. */
function pick(candidates: readonly Candidate[], count: number): Candidate[] {
  const perDay = Math.ceil(count / 2);
  const left = [...candidates];
  const picked: Candidate[] = [];
  while (picked.length < count && left.length > 0) {
    const onDay = (day: number): number => picked.filter((p) => p.day === day).length;
    const worth = (c: Candidate): number =>
      c.score - 8 * onDay(c.day) - (picked.some((p) => p.start < c.end && c.start < p.end) ? 15 : 0)
      - (onDay(c.day) >= perDay ? 1000 : 0);
    let best = 0;
    let bestWorth = -Infinity;
    for (const [index, candidate] of left.entries()) {
      const value = worth(candidate);
      if (value > bestWorth) [best, bestWorth] = [index, value];
    }
    picked.push(...left.splice(best, 1));
  }
  return picked;
}

/** Whether the sorted `values` have one in `[from, to]`. */
function hasIn(values: readonly number[], from: number, to: number): boolean {
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
