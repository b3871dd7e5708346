import { DAY, instant, intervalFrom, merge, overlaps, plus, widen, type Instant, type Interval } from '../kernel/interval.js';
import type { Policy } from '../kernel/policy.js';
import { addDays, wallClock } from '../kernel/zone.js';
import { workingIntervals } from './working-hours.js';

/** All that decides about a slot. Ranges are half-open. */
export interface SlotFacts {
  readonly now: Instant;
  readonly policy: Policy;
  /** The coach's zone: working hours, days and ISO weeks are read in it. */
  readonly zone: string;
  readonly lengthMs: number;
  /** Events, holds and the promised time, unsorted. */
  readonly busy: readonly Interval[];
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

/**
 * All free slots on the grid, sorted: starts at each multiple of `policy.gridMs` (real time) from the start of each working
 * span, whole inside working hours (touching spans count as one), at least a buffer away from everything busy.
 * O(busy log busy + slots). @throws RangeError if length or grid is not positive.
 */
export function searchSlots(facts: SlotFacts): Interval[] {
  requirePositive(facts.lengthMs, 'length');
  requirePositive(facts.policy.gridMs, 'grid');
  const range = rangeOf(facts);
  if (range.first >= range.horizon || plus(range.first, facts.lengthMs) > range.lastEnd) return [];
  const spans = workingIntervals(facts.policy, facts.zone, { start: range.first, end: plus(range.horizon, facts.lengthMs + DAY) });
  const open = merge(spans);
  const blocked = blockedBy(facts);
  const limits = limitsOf(facts);
  const slots: Interval[] = [];
  let openAt = 0;
  let blockedAt = 0;
  for (const start of gridStarts(spans, facts.policy.gridMs, range)) {
    const slot = intervalFrom(start, facts.lengthMs);
    if (slot.end > range.lastEnd) break;
    while ((open[openAt]?.end ?? Infinity) <= slot.start) openAt++;
    while ((blocked[blockedAt]?.end ?? Infinity) <= slot.start) blockedAt++;
    const hours = open[openAt];
    const next = blocked[blockedAt];
    if (!hours || slot.end > hours.end || (next && next.start < slot.end)) continue;
    if (limits.refusal(start) === null) slots.push(slot);
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

function refusal(facts: SlotFacts, slot: Interval): SlotReason | null {
  const range = rangeOf(facts);
  if (slot.start < facts.now) return 'past';
  if (slot.start < range.first) return 'notice';
  if (slot.start >= range.horizon || slot.end > range.lastEnd) return 'horizon';
  const open = merge(workingIntervals(facts.policy, facts.zone, widen(slot, DAY)));
  if (!open.some((span) => span.start <= slot.start && slot.end <= span.end)) return 'outside-hours';
  if (facts.busy.some((busy) => overlaps(busy, slot))) return 'busy';
  if (blockedBy(facts).some((blocked) => overlaps(blocked, slot))) return 'buffer';
  return limitsOf(facts).refusal(slot.start);
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
const blockedBy = (facts: SlotFacts): Interval[] =>
  merge(merge(facts.busy).map((busy) => widen(busy, facts.policy.bufferMs)));

/** Grid starts of all spans in the range, sorted, each once. */
function gridStarts(spans: readonly Interval[], gridMs: number, range: { first: Instant; horizon: Instant }): Instant[] {
  const starts = new Set<Instant>();
  for (const span of spans) {
    const skipped = Math.max(0, Math.ceil((range.first - span.start) / gridMs));
    const end = Math.min(span.end, range.horizon);
    for (let at = span.start + skipped * gridMs; at < end; at += gridMs) starts.add(instant(at));
  }
  return [...starts].sort((a, b) => a - b);
}

/** Counts the sessions of each local day and ISO week; asks the clock only where a limit is set. */
function limitsOf(facts: SlotFacts): { refusal(start: Instant): 'day-limit' | 'week-limit' | null } {
  const { maxPerDay, maxPerWeek } = facts.policy;
  if (maxPerDay === null && maxPerWeek === null) return { refusal: () => null };
  const perDay = new Map<string, number>();
  const perWeek = new Map<string, number>();
  for (const start of facts.sessionStarts) {
    const { day, week } = dayAndWeek(start, facts.zone);
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
    perWeek.set(week, (perWeek.get(week) ?? 0) + 1);
  }
  return {
    refusal(start) {
      const { day, week } = dayAndWeek(start, facts.zone);
      if (maxPerDay !== null && (perDay.get(day) ?? 0) >= maxPerDay) return 'day-limit';
      return maxPerWeek !== null && (perWeek.get(week) ?? 0) >= maxPerWeek ? 'week-limit' : null;
    },
  };
}

/** The local date, and the Monday of its ISO week. */
function dayAndWeek(at: Instant, zone: string): { day: string; week: string } {
  const { date, weekday } = wallClock(at, zone);
  return { day: date, week: addDays(date, 1 - weekday) };
}

function requirePositive(ms: number, what: string): void {
  if (!(ms > 0)) throw new RangeError(`the ${what} of a slot must be positive: ${ms}`);
}
