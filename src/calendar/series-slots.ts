/** The slots of a series: what its rules, dates and start produce, less what is taken out (RFC 5545 3.8.5). */
import { DAY, instant, type Interval } from '../kernel/interval.js';
import { fromWallMs, knownZone, toWallMs } from '../kernel/zone.js';
import { dateMs } from './days.js';
import type { When } from './event.js';
import { readRecurrence } from './recurrence-lines.js';
import type { Rule } from './rule.js';
import { walkRule } from './walk-rule.js';
import type { WrittenTime } from './written-time.js';

/** A master's own time. A slot is the instant of a timed start; for an all-day series the midnight, in UTC, of its date. */
export interface Frame {
  readonly isAllDay: boolean;
  /** The zone whose wall clock rules; of an all-day series the calendar's. */
  readonly zone: string;
  /** Slot and floating time of DTSTART. */
  readonly firstSlot: number;
  readonly firstMs: number;
  /** Real milliseconds, or whole days. */
  readonly lengthMs: number;
}

export interface Slots {
  /** Rising, without repeats: all whose occurrences can overlap the window, and some more. */
  readonly slots: readonly number[];
  /** Ends of those that an RDATE gave a length of their own. */
  readonly ends: ReadonlyMap<number, number> | null;
  /** There may be more slots after the last one: the budget for the series is used up. */
  readonly isCut: boolean;
}

/** Floating time and instant differ by at most a day (a skipped calendar day); one more costs nothing. */
const SLACK = 2 * DAY;

/** The frame of a master at `when`. An unknown zone is a fault, and the calendar's is taken instead. */
export function frameOf(when: When, calendarZone: string, faults: string[]): Frame {
  if (when.kind === 'all-day') {
    const firstMs = dateMs(when.startOn);
    return { isAllDay: true, zone: calendarZone, firstSlot: firstMs, firstMs, lengthMs: dateMs(when.endOn) - firstMs };
  }
  const zone = zoneOr(when.zone, calendarZone, faults);
  return { isAllDay: false, zone, firstSlot: when.start, firstMs: toWallMs(when.start, zone), lengthMs: when.end - when.start };
}

/**
 * The slots of a series for a window. DTSTART is one even if it is in no rule, beside COUNT (as at Google), unless all rules
 * ended before it: so Google leaves the old part of a series that was split at its first start, and shows nothing of it.
 */
export function slotsOf(lines: readonly string[], series: Frame, window: Interval, faults: string[]): Slots {
  const read = readRecurrence(lines);
  faults.push(...read.faults);
  const slots: number[] = [];
  const hasEnded = read.rules.length > 0 && read.faults.length === 0 && read.rules.every((rule) => isPast(series.firstMs, series.firstSlot, limitOf(rule, series)));
  if (!hasEnded) slots.push(series.firstSlot);
  let isCut = false;
  for (const rule of read.rules) isCut = addRule(slots, rule, series, window, faults) || isCut;
  const ends = read.dates.length > 0 ? addDates(slots, read.dates, series, faults) : null;
  const gone = new Set(read.exDates.map((date) => writtenSlot(date, series, faults)));
  for (const rule of read.exRules) {
    const removed: number[] = [];
    addRule(removed, rule, series, window, faults);
    removed.forEach((slot) => gone.add(slot));
  }
  const rising = inOrder(slots);
  return { slots: gone.size === 0 ? rising : rising.filter((slot) => !gone.has(slot)), ends, isCut };
}

/** Several sources come one after the other, and a gap of the clocks can swap or join two slots of one rule. */
function inOrder(slots: number[]): number[] {
  for (let i = 1; i < slots.length; i++) {
    if ((slots[i] ?? 0) <= (slots[i - 1] ?? 0)) return [...new Set(slots)].sort((a, b) => a - b);
  }
  return slots;
}

/** Adds what `rule` produces. Returns true if there may be more. */
function addRule(slots: number[], rule: Rule, series: Frame, window: Interval, faults: string[]): boolean {
  const isSubDaily = rule.frequency === 'HOURLY' || rule.frequency === 'MINUTELY' || rule.frequency === 'SECONDLY';
  if (series.isAllDay && isSubDaily) {
    faults.push(`FREQ=${rule.frequency} on an all-day event`);
    return false;
  }
  const limit = limitOf(rule, series);
  const toMs = Math.min(window.end, limit.wallMs, limit.slot) + SLACK;
  const walk = walkRule(series.isAllDay ? daysOnly(rule) : rule, series.firstMs, window.start - series.lengthMs - SLACK, toMs);
  for (const wallMs of walk.starts) {
    const slot = slotAt(wallMs, series);
    if (!isPast(wallMs, slot, limit) && slot !== slots.at(-1)) slots.push(slot);
  }
  if (walk.outOfBudget) faults.push('the rule is too much work');
  return walk.outOfBudget;
}

/** Times of day mean nothing to an all-day series (RFC 5545 3.3.10: "MUST be ignored"). */
function daysOnly(rule: Rule): Rule {
  const { BYHOUR, BYMINUTE, BYSECOND, ...lists } = rule.lists;
  return BYHOUR ?? BYMINUTE ?? BYSECOND ? { ...rule, lists } : rule;
}

/** The last floating time and the last slot that UNTIL allows. */
interface Limit { readonly wallMs: number; readonly slot: number }
const NO_LIMIT: Limit = { wallMs: Infinity, slot: Infinity };

/**
 * A bare date includes that whole day on the series' clock; a time without Z is one on that clock. Of a time that ends an
 * all-day series its date counts, as it stands: RFC 5545 wants a date there, and the date in UTC of Google's own trim, local
 * midnight less a second, is never a day too early.
 */
function limitOf({ until }: Rule, series: Frame): Limit {
  if (until === null) return NO_LIMIT;
  if (series.isAllDay || until.form === 'date') return { wallMs: Math.floor(until.wallMs / DAY) * DAY + DAY - 1, slot: Infinity };
  return until.form === 'utc' ? { wallMs: Infinity, slot: until.wallMs } : { wallMs: until.wallMs, slot: Infinity };
}
const isPast = (wallMs: number, slot: number, limit: Limit): boolean => wallMs > limit.wallMs || slot > limit.slot;

function slotAt(wallMs: number, series: Frame): number {
  // DTSTART may stand in the second of two equal hours, which floating time cannot say
  return wallMs === series.firstMs ? series.firstSlot : series.isAllDay ? wallMs : fromWallMs(wallMs, series.zone);
}

/** Adds RDATEs. A bare date in a timed series means that day at the series' time. */
function addDates(slots: number[], dates: readonly WrittenTime[], series: Frame, faults: string[]): Map<number, number> | null {
  const ends = new Map<number, number>();
  for (const date of dates) {
    const clock = date.form === 'date' && !series.isAllDay ? series.firstMs - Math.floor(series.firstMs / DAY) * DAY : 0;
    const slot = writtenSlot({ ...date, wallMs: date.wallMs + clock }, series, faults);
    const end = series.isAllDay ? null : periodEnd(date, slot, series, faults);
    // The same start can also come from a rule, with the length of the series: the longer one is sure to cover both
    if (end !== null) ends.set(slot, Math.max(end, ends.get(slot) ?? end, slots.includes(slot) ? slot + series.lengthMs : end));
    slots.push(slot);
  }
  return ends.size > 0 ? ends : null;
}

/** The end of a PERIOD: days are counted by the calendar, the rest is real time (RFC 5545 3.3.6). */
function periodEnd(date: WrittenTime, slot: number, series: Frame, faults: string[]): number | null {
  if (date.until) return writtenSlot(date.until, series, faults);
  if (!date.lasts) return null;
  const zone = date.form === 'utc' ? 'UTC' : zoneOr(date.zone, series.zone, faults);
  return fromWallMs(toWallMs(instant(slot), zone) + date.lasts.days * DAY, zone) + date.lasts.ms;
}

/** The slot that a value names. In a timed series a bare date is its midnight: Google was seen to take one as EXDATE, and to
 *  remove nothing. */
function writtenSlot(written: WrittenTime, series: Frame, faults: string[]): number {
  if (series.isAllDay) return Math.floor(written.wallMs / DAY) * DAY;
  if (written.form === 'utc') return written.wallMs;
  const zone = zoneOr(written.zone, series.zone, faults);
  if (zone !== series.zone) return fromWallMs(written.wallMs, zone);
  return written.wallMs === series.firstMs ? series.firstSlot : fromWallMs(written.wallMs, zone);
}

/** `name`, or `fallback` and a fault if this process does not know it. */
export function zoneOr(name: string | null, fallback: string, faults: string[]): string {
  if (name === null) return fallback;
  const zone = knownZone(name);
  if (zone === null) faults.push(`unknown time zone ${name.slice(0, 40)}`);
  return zone ?? fallback;
}
