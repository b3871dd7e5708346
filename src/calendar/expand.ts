import { DAY, instant, overlaps, plus, type Interval } from '../kernel/interval.js';
import { fromWallMs, knownZone, startOfDay, toWallMs } from '../kernel/zone.js';
import { blockingOf } from './busy.js';
import type { CalendarEvent, Occurrence, OriginalStart, When } from './event.js';
import { readRecurrence, type Rule, type WrittenTime } from './recurrence-lines.js';
import { walkRule } from './walk-rule.js';

/** `unparsed` says in words what of the series could not be understood; then the occurrences may be too few or too many. */
export interface Expansion { readonly occurrences: Occurrence[]; readonly unparsed: string | null }

/** Floating time and instant differ by at most a day (a skipped calendar day); one more costs nothing. */
const SLACK = 2 * DAY;

/**
 * The occurrences of a series that share a moment with `window`, sorted by start.
 *
 * - `exceptions` are the events whose recurringEventId is the master's id; each replaces or removes the slot with its
 *   original start, and counts also if the rule has no such slot.
 * - DTSTART is an occurrence even if it is not in its rule, beside COUNT (as at Google), unless all rules ended before it.
 * - The wall clock of the master's zone (else `calendarZone`) rules; an all-day event lasts whole days of `calendarZone`.
 *   A timed occurrence lasts as many real milliseconds as the master, also across a change of the clocks.
 * - UNTIL as a bare date includes that whole day.
 * - A cancelled master has no occurrences, whatever its exceptions say. An occurrence of no length is none.
 */
export function expandSeries(
  master: CalendarEvent, exceptions: readonly CalendarEvent[], window: Interval, calendarZone: string,
): Expansion {
  if (master.status === 'cancelled') return { occurrences: [], unparsed: null };
  const faults: string[] = master.unparsed === null ? [] : [master.unparsed];
  const series = master.when === null ? null : frameOf(master.when, calendarZone, faults);
  if (!series && faults.length === 0) faults.push('a series without a start');

  const found: Occurrence[] = [];
  const taken = new Set<string>();
  for (const exception of exceptions) {
    if (exception.originalStart) taken.add(slotKey(exception.originalStart));
    const occurrence = occurrenceOfEvent(exception, calendarZone) ?? (series && unreadException(master, exception, series));
    if (occurrence) found.push({ ...occurrence, seriesId: exception.recurringEventId ?? master.id });
  }
  const blocking = blockingOf(master);
  for (const slot of series ? slotsOf(master.recurrence ?? [], series, window, faults) : []) {
    if (taken.has(slotKey(slot))) continue;
    found.push(derivedOccurrence(master, slot, blocking, calendarZone));
  }
  const occurrences = found
    .filter((occurrence) => overlaps(occurrence, window))
    .sort((a, b) => a.start - b.start || (a.eventId < b.eventId ? -1 : 1));
  return { occurrences, unparsed: faults.length > 0 ? [...new Set(faults)].join('; ') : null };
}

/**
 * The one occurrence of a single event, or of an exception whose master we do not have.
 * @returns null if the event is cancelled, has no time, or has no length.
 */
export function occurrenceOfEvent(event: CalendarEvent, calendarZone: string): Occurrence | null {
  if (event.status === 'cancelled' || event.when === null) return null;
  const { start, end } = spanOf(event.when, calendarZone);
  if (start >= end) return null;
  return {
    eventId: event.id,
    seriesId: event.recurringEventId,
    originalStart: event.originalStart ?? startOf(event.when),
    start,
    end,
    isAllDay: event.when.kind === 'all-day',
    blocking: blockingOf(event),
  };
}

/** The id under which Google knows one slot of a series: `root_20261130T120000Z`, all-day `root_20261130`. The `_R…` that a
 *  split leaves on a master's id is not part of its instances' ids. */
export function instanceId(seriesId: string, original: OriginalStart): string {
  const root = seriesId.replace(/_R\d{8}(T\d{6})?$/, '');
  if (original.kind === 'all-day') return `${root}_${original.on.replaceAll('-', '')}`;
  return `${root}_${new Date(original.at).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '')}`;
}

/** A master's own time, floating: what its rules are counted from. */
interface Frame {
  readonly when: When;
  readonly zone: string;
  readonly firstMs: number;
  readonly lengthMs: number;
}

function frameOf(when: When, calendarZone: string, faults: string[]): Frame {
  if (when.kind === 'all-day') {
    const firstMs = dateMs(when.startOn);
    return { when, zone: calendarZone, firstMs, lengthMs: dateMs(when.endOn) - firstMs };
  }
  const zone = zoneOr(when.zone, calendarZone, faults);
  return { when, zone, firstMs: toWallMs(when.start, zone), lengthMs: when.end - when.start };
}

/** The slots that rules, RDATE and DTSTART produce, less EXDATE and EXRULE: all that can overlap `window`, and some more. */
function slotsOf(lines: readonly string[], series: Frame, window: Interval, faults: string[]): OriginalStart[] {
  const read = readRecurrence(lines);
  faults.push(...read.faults);
  const slots = new Map<string, OriginalStart>();
  const add = (slot: OriginalStart): void => { slots.set(slotKey(slot), slot); };

  const first = startOf(series.when);
  const hasEnded = read.rules.length > 0 && read.faults.length === 0 && read.rules.every((rule) => isPast(first, rule, series));
  if (!hasEnded) add(first);
  for (const rule of read.rules) ruleSlots(rule, series, window, faults).forEach(add);
  for (const date of read.dates) add(writtenSlot(date, series, faults));
  for (const rule of read.exRules) for (const slot of ruleSlots(rule, series, window, faults)) slots.delete(slotKey(slot));
  for (const date of read.exDates) slots.delete(slotKey(writtenSlot(date, series, faults)));
  return [...slots.values()];
}

function ruleSlots(rule: Rule, series: Frame, window: Interval, faults: string[]): OriginalStart[] {
  const isSubDaily = ['HOURLY', 'MINUTELY', 'SECONDLY'].includes(rule.frequency);
  const { BYHOUR, BYMINUTE, BYSECOND, ...dayLists } = rule.lists;
  // rrule looks for the next matching hour in a loop of its own, and never ends if the interval steps over all of them
  if (isSubDaily && (BYHOUR ?? BYMINUTE ?? BYSECOND)) {
    faults.push(`FREQ=${rule.frequency} with a BYHOUR, BYMINUTE or BYSECOND is not supported`);
    return [];
  }
  const isAllDay = series.when.kind === 'all-day';
  if (isAllDay && isSubDaily) {
    faults.push(`FREQ=${rule.frequency} on an all-day event`);
    return [];
  }
  const walked = isAllDay ? { ...rule, lists: dayLists } : rule;
  // An instant and its floating time are less than SLACK apart, so either may end the walk
  const last = rule.until === null ? Infinity : lastSlotMs(rule.until, series);
  const walk = walkRule(walked, series.firstMs, window.start - series.lengthMs - SLACK, Math.min(window.end, last) + SLACK);
  if (walk.outOfBudget) faults.push('the rule is too much work');
  return walk.starts.map((wallMs) => slotAt(wallMs, series)).filter((slot) => !isPast(slot, rule, series));
}

/** Whether `slot` lies beyond the UNTIL of `rule`. */
const isPast = (slot: OriginalStart, rule: Rule, series: Frame): boolean =>
  rule.until !== null && (slot.kind === 'timed' ? slot.at : dateMs(slot.on)) > lastSlotMs(rule.until, series);

/** The last moment that UNTIL allows: an instant for a timed series, the floating start of a date for an all-day one. */
function lastSlotMs(until: WrittenTime, series: Frame): number {
  if (series.when.kind === 'all-day') {
    const wallMs = until.form === 'utc' ? toWallMs(instant(until.wallMs), series.zone) : until.wallMs;
    return Math.floor(wallMs / DAY) * DAY;
  }
  if (until.form === 'utc') return until.wallMs;
  return until.form === 'date' ? fromWallMs(until.wallMs + DAY, series.zone) - 1 : fromWallMs(until.wallMs, series.zone);
}

function slotAt(wallMs: number, series: Frame): OriginalStart {
  if (series.when.kind === 'all-day') return { kind: 'all-day', on: dateText(wallMs) };
  // DTSTART may stand in the second of two equal hours, which floating time cannot say
  if (wallMs === series.firstMs) return startOf(series.when);
  return { kind: 'timed', at: fromWallMs(wallMs, series.zone) };
}

/** The slot that an RDATE or EXDATE names. In a timed series a bare date means that day at the series' time. */
function writtenSlot(written: WrittenTime, series: Frame, faults: string[]): OriginalStart {
  if (series.when.kind === 'all-day') return { kind: 'all-day', on: dateText(written.wallMs) };
  if (written.form === 'utc') return { kind: 'timed', at: instant(written.wallMs) };
  if (written.form === 'date') return slotAt(written.wallMs + (((series.firstMs % DAY) + DAY) % DAY), series);
  const zone = zoneOr(written.zone, series.zone, faults);
  return zone === series.zone ? slotAt(written.wallMs, series) : { kind: 'timed', at: fromWallMs(written.wallMs, zone) };
}

function derivedOccurrence(
  master: CalendarEvent, slot: OriginalStart, blocking: Occurrence['blocking'], calendarZone: string,
): Occurrence {
  const span = slot.kind === 'timed' && master.when?.kind === 'timed'
    ? { start: slot.at, end: plus(slot.at, master.when.end - master.when.start) }
    : daysFrom(slot, master.when, calendarZone);
  return {
    eventId: instanceId(master.id, slot), seriesId: master.id, originalStart: slot, ...span, isAllDay: slot.kind === 'all-day', blocking,
  };
}

function daysFrom(slot: OriginalStart, when: When | null, zone: string): Interval {
  const on = slot.kind === 'all-day' ? slot.on : dateText(toWallMs(slot.at, zone));
  const days = when?.kind === 'all-day' ? dateMs(when.endOn) - dateMs(when.startOn) : DAY;
  return spanOf({ kind: 'all-day', startOn: on, endOn: dateText(dateMs(on) + days) }, zone);
}

/** An exception that is there but could not be read blocks the slot it stands for. */
function unreadException(master: CalendarEvent, exception: CalendarEvent, series: Frame): Occurrence | null {
  if (exception.status === 'cancelled' || exception.when !== null || !exception.originalStart) return null;
  const like = derivedOccurrence({ ...master, when: series.when }, exception.originalStart, 'busy', series.zone);
  return { ...like, eventId: exception.id };
}

function spanOf(when: When, calendarZone: string): Interval {
  if (when.kind === 'timed') return { start: when.start, end: when.end };
  return { start: startOfDay(when.startOn, calendarZone), end: startOfDay(when.endOn, calendarZone) };
}

const startOf = (when: When): OriginalStart =>
  when.kind === 'timed' ? { kind: 'timed', at: when.start } : { kind: 'all-day', on: when.startOn };

const slotKey = (slot: OriginalStart): string => (slot.kind === 'timed' ? `t${slot.at}` : `d${slot.on}`);

function zoneOr(name: string | null, fallback: string, faults: string[]): string {
  if (name === null) return fallback;
  const zone = knownZone(name);
  if (zone === null) faults.push(`unknown time zone ${name.slice(0, 40)}`);
  return zone ?? fallback;
}

const dateMs = (date: string): number => Date.parse(`${date}T00:00:00Z`);
const dateText = (wallMs: number): string => new Date(wallMs).toISOString().slice(0, 10);
