import { DAY, instant, overlaps, type Interval } from '../kernel/interval.js';
import { knownZone, startOfDay, startOfWallDay, toWallMs } from '../kernel/zone.js';
import { blockingOf } from './busy.js';
import { dateMs, dateText } from './days.js';
import type { CalendarEvent, Occurrence, OriginalStart, When } from './event.js';
import { rootId, slotText } from './instance-id.js';
import { frameOf, slotsOf, zoneOr, type Frame } from './series-slots.js';

export { instanceId } from './instance-id.js';

/** `unparsed` says in words what of the series could not be understood; then the occurrences may be too few or too many. */
export interface Expansion { readonly occurrences: Occurrence[]; readonly unparsed: string | null }

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
 * - A series beyond the budget is one busy stretch, from its first slot in the window to the window's end: nobody meets so often.
 */
export function expandSeries(
  master: CalendarEvent, exceptions: readonly CalendarEvent[], window: Interval, calendarZone: string,
): Expansion {
  if (master.status === 'cancelled') return { occurrences: [], unparsed: null };
  const faults: string[] = master.unparsed === null ? [] : [master.unparsed];
  const zone = zoneOr(calendarZone, 'UTC', faults);
  const series = master.when === null ? null : frameOf(master.when, zone, faults);
  if (!series && faults.length === 0) faults.push('a series without a start');

  const found = exceptions.length > 0 ? exceptionsOf(master, exceptions, series, window, zone) : [];
  if (series) addSlots(found, master, exceptions, series, window, zone, faults);
  for (let i = 1; i < found.length; i++) {
    if ((found[i]?.start ?? 0) <= (found[i - 1]?.start ?? 0)) {
      found.sort((a, b) => a.start - b.start || (a.eventId < b.eventId ? -1 : 1));
      break;
    }
  }
  return { occurrences: found, unparsed: faults.length > 0 ? [...new Set(faults)].join('; ') : null };
}

/**
 * The one occurrence of a single event, or of an exception whose master we do not have.
 * @returns null if the event is cancelled, has no time, or has no length.
 */
export function occurrenceOfEvent(event: CalendarEvent, calendarZone: string): Occurrence | null {
  if (event.status === 'cancelled' || event.when === null) return null;
  const { start, end } = spanOf(event.when, knownZone(calendarZone) ?? 'UTC');
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

function exceptionsOf(
  master: CalendarEvent, exceptions: readonly CalendarEvent[], series: Frame | null, window: Interval, zone: string,
): Occurrence[] {
  const found: Occurrence[] = [];
  for (const exception of exceptions) {
    const occurrence = occurrenceOfEvent(exception, zone) ?? (series && unreadException(exception, series, zone));
    if (occurrence && overlaps(occurrence, window)) found.push({ ...occurrence, seriesId: exception.recurringEventId ?? master.id });
  }
  return found;
}

/** Adds the slots that no exception stands for. */
function addSlots(
  found: Occurrence[], master: CalendarEvent, exceptions: readonly CalendarEvent[], series: Frame, window: Interval, zone: string, faults: string[],
): void {
  const { slots, ends, isCut } = slotsOf(master.recurrence ?? [], series, window, faults);
  const taken = exceptions.length > 0 ? new Set(exceptions.map((exception) => slotOf(exception.originalStart, series))) : null;
  const blocking = blockingOf(master);
  const root = rootId(master.id);
  const derived = (slot: number, span: Interval, how = blocking): Occurrence => ({
    eventId: `${root}_${slotText(slot, series.isAllDay)}`, seriesId: master.id, originalStart: originalOf(slot, series), ...span, isAllDay: series.isAllDay, blocking: how,
  });

  for (const slot of slots) {
    if (taken?.has(slot)) continue;
    const span = spanFrom(slot, ends?.get(slot), series, zone);
    if (!overlaps(span, window)) continue;
    if (isCut) return void found.push(derived(slot, { start: span.start, end: window.end }, 'busy'));
    found.push(derived(slot, span));
  }
  if (!isCut) return;
  const from = Math.max(series.firstSlot, series.isAllDay ? Math.floor(window.start / DAY) * DAY : window.start);
  const span = { start: spanFrom(from, undefined, series, zone).start, end: window.end };
  if (overlaps(span, window)) found.push(derived(from, span, 'busy'));
}

function spanFrom(slot: number, end: number | undefined, series: Frame, zone: string): Interval {
  if (!series.isAllDay) return { start: instant(slot), end: instant(end ?? slot + series.lengthMs) };
  return { start: startOfWallDay(slot, zone), end: startOfWallDay(slot + series.lengthMs, zone) };
}

const originalOf = (slot: number, series: Frame): OriginalStart =>
  series.isAllDay ? { kind: 'all-day', on: dateText(slot) } : { kind: 'timed', at: instant(slot) };

/** The slot that an exception stands for; NaN if it says none, or one of the other kind. */
function slotOf(original: OriginalStart | null, series: Frame): number {
  if (original === null || (original.kind === 'all-day') !== series.isAllDay) return Number.NaN;
  return original.kind === 'all-day' ? dateMs(original.on) : original.at;
}

/** An exception that is there but could not be read blocks the slot it stands for. */
function unreadException(exception: CalendarEvent, series: Frame, zone: string): Occurrence | null {
  const { originalStart } = exception;
  if (exception.status === 'cancelled' || exception.when !== null || !originalStart) return null;
  const isAllDay = originalStart.kind === 'all-day';
  const slot = isAllDay ? dateMs(originalStart.on) : originalStart.at;
  // A series that was all-day until now, or is from now on: whole days
  const ofDay = isAllDay || !series.isAllDay ? slot : toWallMs(instant(slot), zone);
  const like: Frame = isAllDay === series.isAllDay ? series : { ...series, isAllDay: true, lengthMs: series.isAllDay ? series.lengthMs : DAY };
  return {
    eventId: exception.id, seriesId: exception.recurringEventId, originalStart, ...spanFrom(ofDay, undefined, like, zone), isAllDay, blocking: 'busy',
  };
}

function spanOf(when: When, zone: string): Interval {
  if (when.kind === 'timed') return { start: when.start, end: when.end };
  return { start: startOfDay(when.startOn, zone), end: startOfDay(when.endOn, zone) };
}

const startOf = (when: When): OriginalStart =>
  when.kind === 'timed' ? { kind: 'timed', at: when.start } : { kind: 'all-day', on: when.startOn };
