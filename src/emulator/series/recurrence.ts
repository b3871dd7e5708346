import { DAY_MS, dayOf } from './civil.js';
import { type Expansion, type Series, expansionOf } from './expansion.js';
import type { RuleWalk } from './rule-walk.js';

export { instanceId, parseInstanceId } from './instance-id.js';

/** A rising stream and its next value, Infinity at its end. */
interface Head { next: number; advance(): void }

function headOf(stream: Iterator<number, void>): Head {
  const head: Head = {
    next: Infinity,
    advance() {
      const { done, value } = stream.next();
      head.next = done === true ? Infinity : value;
    },
  };
  head.advance();
  return head;
}

function* ruleSlots(series: Expansion, rule: RuleWalk, fromMs: number, toMs: number): Generator<number, void> {
  // A wall clock and its instant differ by a day at most, and a date that a zone left out is put off by one more.
  for (const day of rule.days(dayOf(fromMs) - 2, dayOf(toMs) + 2)) {
    const slot = series.slotOn(day);
    if (slot >= fromMs) yield slot;
  }
}

function* listedSlots({ listed }: Expansion, fromMs: number): Generator<number, void> {
  for (const slot of listed) if (slot >= fromMs) yield slot;
}

function* slots(series: Expansion, fromMs: number, toMs: number): Generator<number, void> {
  const sources = [headOf(listedSlots(series, fromMs)), ...series.rules.map((rule) => headOf(ruleSlots(series, rule, fromMs, toMs)))];
  const taken = series.exRules.map((rule) => headOf(ruleSlots(series, rule, fromMs, toMs)));
  for (;;) {
    const slot = sources.reduce((least, { next }) => Math.min(least, next), Infinity);
    if (slot >= toMs || slot === Infinity) return;
    for (const each of taken) while (each.next < slot) each.advance();
    if (!series.removed.has(slot) && taken.every(({ next }) => next !== slot)) yield slot;
    for (const source of sources) while (source.next === slot) source.advance();
  }
}

/**
 * Slots of a series within `[fromMs, toMs)`, rising, without repeats, as lazily as they are asked for: RRULEs, RDATEs and the start, less
 * EXRULEs and EXDATEs (RFC 5545 3.8.5). Instants for a timed series, midnights UTC of the dates for an all-day one; up to the year 9999.
 *
 * - The start is a slot even if no rule has it, and then outside of COUNT, as at Google; an EXDATE or EXRULE removes it. It is none
 *   if all RRULEs ended before it: so Google leaves the old part of a series that was split at its first start.
 * - The wall clock is kept across changes of the offset (RFC 5545 3.3.10); one that a day leaves out is put off, one that a day has
 *   twice is the first. It counts for COUNT. A date that a zone left out counts too, and falls together with the next day's slot.
 */
export const slotsFrom = (series: Series, fromMs: number, toMs = Infinity): Generator<number, void> => slots(expansionOf(series), fromMs, toMs);

/** The slots within `[fromMs, toMs)`, as `slotsFrom` gives them. */
export const slotsOf = (series: Series, fromMs: number, toMs: number): number[] => [...slots(expansionOf(series), fromMs, toMs)];

/** True if a series has a slot at this very moment. */
export const hasSlotAt = (series: Series, slotMs: number): boolean => slots(expansionOf(series), slotMs, slotMs + 1).next().done !== true;

/** How far the first slot is looked for, behind all that are taken away. */
const LONGEST_SEARCH_MS = 50 * 366 * DAY_MS;

/**
 * First and last slot of a series; `lastMs` is Infinity if one of its rules has no end, whatever an EXRULE takes from it.
 * Undefined for a series without any slot. If EXRULE and EXDATE leave nothing in the first fifty years: what they were given.
 */
export function seriesSpan(series: Series): { firstMs: number; lastMs: number } | undefined {
  const expansion = expansionOf(series);
  const ends = expansion.rules.map((rule) => rule.lastDay());
  const endMs = Math.max(...expansion.listed.slice(-1), ...ends.map((day) => (day === undefined ? -Infinity : day === Infinity ? Infinity : expansion.slotOn(day))));
  const beginMs = expansion.listed[0] ?? expansion.startMs;
  const first = slots(expansion, -Infinity, beginMs + LONGEST_SEARCH_MS).next();
  if (first.done === true) return endMs < beginMs + LONGEST_SEARCH_MS ? undefined : { firstMs: beginMs, lastMs: endMs };
  if (endMs === Infinity) return { firstMs: first.value, lastMs: Infinity };
  // What stands last may be removed: look back further and further.
  for (let back = 0; ; back = 2 * back + DAY_MS) {
    const last = [...slots(expansion, endMs - back, endMs + 1)].at(-1);
    if (last !== undefined) return { firstMs: first.value, lastMs: last };
  }
}
