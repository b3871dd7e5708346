import { DAY, instant, intervalFrom, merge, overlaps, plus, widen, type Instant, type Interval } from '../kernel/interval.js';
import type { Policy } from '../kernel/policy.js';
import { toWallMs } from '../kernel/zone.js';
import { workingTime } from './working-hours.js';

/** All that decides about a slot. Ranges are half-open. */
export interface SlotFacts {
  readonly now: Instant;
  readonly policy: Policy;
  /** The coach's zone: working hours, days and ISO weeks are read in it. */
  readonly zone: string;
  readonly lengthMs: number;
  /** Events, holds and the promised time, unsorted. */
  readonly busy: readonly Interval[];
  /** The working time as the coach keeps it in a calendar; with it the policy's hours do not count. None left: no hours at all. */
  readonly hours?: readonly Interval[];
  /** Starts of the sessions that count for the day and week limits. */
  readonly sessionStarts: readonly Instant[];
  /** A slot starts at this time or later. */
  readonly notBefore?: Instant;
  /** A slot has ended by this time. */
  readonly notAfter?: Instant;
}

/** Why a time is no slot; of several reasons the first in this order. `notBefore` counts as notice, `notAfter` as horizon. */
export type SlotReason =
  | 'past' | 'notice' | 'horizon' | 'outside-hours' | 'busy' | 'buffer' | 'day-limit' | 'week-limit';

/** The same reasons, told to the coach's side. */
export const WHY_NOT: Readonly<Record<SlotReason, string>> = {
  past: 'past', notice: 'sooner than the minimum notice', horizon: 'further ahead than bookings are taken', 'outside-hours': 'would run past the working hours', busy: 'taken',
  buffer: 'too close to another event', 'day-limit': 'the day has all the sessions it may have', 'week-limit': 'the week has all the sessions it may have',
};

/**
 * All free slots on the grid, sorted: starts at each multiple of `policy.gridMs` (real time) from the start of each working
 * span, whole inside working hours (touching spans count as one), at least a buffer away from everything busy.
 * One pass over working hours and merged busy time: O(busy log busy + slots). @throws RangeError if length or grid is not positive.
 */
export function searchSlots(facts: SlotFacts): Interval[] {
  requirePositive(facts.lengthMs, 'length');
  requirePositive(facts.policy.gridMs, 'grid');
  const range = rangeOf(facts);
  if (range.first >= range.horizon || plus(range.first, facts.lengthMs) > range.lastEnd) return [];
  const spans = workingTime(facts, { start: range.first, end: plus(range.horizon, facts.lengthMs + DAY) });
  const blocked = blockedBy(facts);
  const overLimit = limitsOf(facts);
  const slots: Interval[] = [];
  let blockedAt = 0;
  for (const open of openTimes(spans)) {
    for (const start of gridStarts(open.spans, facts.policy.gridMs, range)) {
      const slot = intervalFrom(start, facts.lengthMs);
      if (slot.end > range.lastEnd) return slots;
      if (slot.end > open.end) break;
      while ((blocked[blockedAt]?.end ?? Infinity) <= start) blockedAt++;
      if ((blocked[blockedAt]?.start ?? Infinity) < slot.end) continue;
      if (overLimit(start) === null) slots.push(slot);
    }
  }
  return slots;
}

/**
 * Whether a session may start at `start`, on the grid or off it: the same rules as searchSlots, for a time that somebody named.
 * @throws RangeError if the length is not positive.
 */
export function judgeSlot(facts: SlotFacts, start: Instant): { readonly free: true } | { readonly free: false; readonly reason: SlotReason } {
  requirePositive(facts.lengthMs, 'length');
  const reason = refusal(facts, intervalFrom(start, facts.lengthMs));
  return reason === null ? { free: true } : { free: false, reason };
}

/** Every start on the grid of the working hours within `window`, and what stands against it: for people who ask why not.
 *  @throws RangeError if length or grid is not positive. */
export function judgeGrid(facts: SlotFacts, window: Interval): { readonly start: Instant; readonly reason: SlotReason | null }[] {
  requirePositive(facts.lengthMs, 'length');
  requirePositive(facts.policy.gridMs, 'grid');
  const spans = workingTime(facts, window);
  return openTimes(spans).flatMap((open) => gridStarts(open.spans, facts.policy.gridMs, { first: window.start, horizon: window.end }))
    .map((start) => ({ start, reason: refusal(facts, intervalFrom(start, facts.lengthMs)) }));
}

function refusal(facts: SlotFacts, slot: Interval): SlotReason | null {
  const range = rangeOf(facts);
  if (slot.start < facts.now) return 'past';
  if (slot.start < range.first) return 'notice';
  if (slot.start >= range.horizon || slot.end > range.lastEnd) return 'horizon';
  const open = merge(workingTime(facts, widen(slot, DAY)));
  if (!open.some((span) => span.start <= slot.start && slot.end <= span.end)) return 'outside-hours';
  if (facts.busy.some((busy) => overlaps(busy, slot))) return 'busy';
  if (facts.busy.some((busy) => busy.start < busy.end && overlaps(widen(busy, facts.policy.bufferMs), slot))) return 'buffer';
  return limitsOf(facts)(slot.start);
}

/** `first` ≤ start < `horizon`, and the end is at most `lastEnd`. */
function rangeOf(facts: SlotFacts): { first: Instant; horizon: Instant; lastEnd: number } {
  const earliest = plus(facts.now, Math.max(0, facts.policy.minimumNoticeMs));
  return {
    first: instant(Math.max(earliest, facts.notBefore ?? earliest)),
    horizon: plus(facts.now, facts.policy.horizonMs),
    lastEnd: facts.notAfter ?? Infinity,
  };
}

/** Busy time and its buffers, merged. An empty interval has no buffer. */
const blockedBy = ({ busy, policy }: SlotFacts): Interval[] =>
  merge(policy.bufferMs === 0 ? busy : busy.filter((b) => b.start < b.end).map((b) => widen(b, policy.bufferMs)));

/** Working spans that touch or overlap, as one open time that ends at `end`. Spans are sorted. */
interface Open { end: number; readonly spans: Interval[] }
function openTimes(spans: readonly Interval[]): Open[] {
  const times: Open[] = [];
  for (const span of spans) {
    const last = times.at(-1);
    if (last && span.start <= last.end) {
      last.spans.push(span);
      last.end = Math.max(last.end, span.end);
    } else times.push({ end: span.end, spans: [span] });
  }
  return times;
}

/** Grid starts of the spans of one open time in the range, sorted, each once. */
function gridStarts(spans: readonly Interval[], gridMs: number, range: { first: Instant; horizon: Instant }): Instant[] {
  const starts: Instant[] = [];
  for (const span of spans) {
    const skipped = Math.max(0, Math.ceil((range.first - span.start) / gridMs));
    const end = Math.min(span.end, range.horizon);
    for (let at = span.start + skipped * gridMs; at < end; at += gridMs) starts.push(instant(at));
  }
  return spans.length === 1 ? starts : [...new Set(starts)].sort((a, b) => a - b);
}

/** Says of a start which limit it would break. Sessions are counted by local day and ISO week, where a limit is set. */
function limitsOf({ policy, zone, sessionStarts }: SlotFacts): (start: Instant) => 'day-limit' | 'week-limit' | null {
  const { maxPerDay, maxPerWeek } = policy;
  if (maxPerDay === null && maxPerWeek === null) return () => null;
  const days = sessionStarts.map((start) => dayOf(start, zone));
  const perDay = countsOf(days);
  const perWeek = countsOf(days.map(weekOf));
  return (start) => {
    const day = dayOf(start, zone);
    if (maxPerDay !== null && (perDay.get(day) ?? 0) >= maxPerDay) return 'day-limit';
    return maxPerWeek !== null && (perWeek.get(weekOf(day)) ?? 0) >= maxPerWeek ? 'week-limit' : null;
  };
}

/** The local day of `at`, counted from 1 January 1970, and the ISO week of such a day: that was a Thursday. */
const dayOf = (at: Instant, zone: string): number => Math.floor(toWallMs(at, zone) / DAY);
const weekOf = (day: number): number => Math.floor((day + 3) / 7);

function countsOf(values: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function requirePositive(ms: number, what: string): void {
  if (!(ms > 0)) throw new RangeError(`the ${what} of a slot must be positive: ${ms}`);
}
