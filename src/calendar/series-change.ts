/** Where an occurrence went when its series was retimed, split, or turned into something else. Pure. */
import { instant, type Interval } from '../kernel/interval.js';
import { fromWallMs, knownZone, toWallMs } from '../kernel/zone.js';
import type { CalendarEvent, OriginalStart } from './event.js';
import { expandSeries, instanceId } from './expand.js';

/** The name of an occurrence within its root: its original start, or `single`. */
export const slotName = (slot: OriginalStart | null): string => (slot === null ? 'single' : instanceId('', slot).replace(/^_/, ''));

/** The slot behind such a name; null for `single`, and for what is no name. */
export function slotNamed(name: string): OriginalStart | null {
  const [, date, time] = /^(\d{8})(?:T(\d{6})Z)?$/.exec(name) ?? [];
  if (date === undefined) return null;
  const on = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  if (time === undefined) return { kind: 'all-day', on };
  return { kind: 'timed', at: instant(Date.parse(`${on}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}Z`)) };
}

/** The slots of `was` within `window` that `is` does not have, in order. Exceptions play no part. */
export function lostSlots(was: CalendarEvent, is: CalendarEvent, window: Interval, zone: string): OriginalStart[] {
  const kept = new Set(slotsOf(is, window, zone).map(slotName));
  return slotsOf(was, window, zone).filter((slot) => !kept.has(slotName(slot)));
}

function slotsOf(event: CalendarEvent, window: Interval, zone: string): OriginalStart[] {
  if (event.recurrence === null) return event.when ? [firstSlot(event.when)] : [];
  return expandSeries(event, [], window, zone).occurrences.map((o) => o.originalStart);
}
const firstSlot = (when: NonNullable<CalendarEvent['when']>): OriginalStart => (when.kind === 'timed' ? { kind: 'timed', at: when.start } : { kind: 'all-day', on: when.startOn });

/** A change of one root, and the events that may have taken over its occurrences: itself, the other part of a split. */
export interface Change {
  /** The single event or series as it was; null if that is no longer known. */
  readonly was: CalendarEvent | null;
  /** What stands under the same id now; null if nothing does. */
  readonly is: CalendarEvent | null;
  /** Where the occurrence is looked for: `is`, or the new part. */
  readonly to: CalendarEvent;
  readonly window: Interval;
  readonly zone: string;
}

/**
 * The name in `to` of the occurrence that was called `name`: by the same name; as the one event that a series became, or
 * the first slot of the series that an event became; shifted by as much as the series was (wall clock); on the same day.
 * @returns null if it has no successor: then it is gone.
 */
export function successor(name: string, { was, is, to, window, zone }: Change): string | null {
  if (to.status === 'cancelled' || !to.when) return null;
  if (to.recurrence === null) return becameSingle(name, was, to) ? 'single' : null;
  const slots = slotsOf(to, window, zone);
  const names = new Set(slots.map(slotName));
  if (names.has(name)) return name;
  const slot = name === 'single' ? (was?.when ? firstSlot(was.when) : null) : slotNamed(name);
  if (slot === null) return name === 'single' ? slotName(firstSlot(to.when)) : null;
  const shifted = was && shiftOf(slot, { was, is, to, window, zone });
  if (shifted && names.has(slotName(shifted))) return slotName(shifted);
  const sameDay = slots.filter((s) => dayOf(s, to, zone) === dayOf(slot, was ?? to, zone));
  if (sameDay.length === 1 && sameDay[0]) return slotName(sameDay[0]);
  return name === 'single' ? slotName(firstSlot(to.when)) : null;
}

/** A series that became one event lives on in its first occurrence, or in the one that stands where the event does. */
function becameSingle(name: string, was: CalendarEvent | null, to: CalendarEvent): boolean {
  if (name === 'single') return true;
  if (!to.when) return false;
  return name === slotName(firstSlot(to.when)) || (was?.when !== undefined && was.when !== null && name === slotName(firstSlot(was.when)));
}

/** `slot` moved by as much wall-clock time as the series, or the part that was split off, was moved. */
function shiftOf(slot: OriginalStart, { was, is, to, window, zone }: Change & { was: CalendarEvent }): OriginalStart | null {
  if (!was.when || !to.when || slot.kind !== was.when.kind || slot.kind !== to.when.kind) return null;
  // A part begins where the old series ends now; the same series begins where it began.
  const began = to.id === was.id ? firstSlot(was.when) : is && lostSlots(was, is, window, zone)[0];
  if (!began) return null;
  const byMs = wallMs(firstSlot(to.when), to, zone) - wallMs(began, was, zone);
  const at = wallMs(slot, was, zone) + byMs;
  if (to.when.kind === 'all-day') return { kind: 'all-day', on: new Date(at).toISOString().slice(0, 10) };
  return { kind: 'timed', at: fromWallMs(at, zoneOf(to, zone)) };
}

const zoneOf = (event: CalendarEvent, zone: string): string => (event.when?.kind === 'timed' && event.when.zone !== null ? knownZone(event.when.zone) ?? zone : zone);
const wallMs = (slot: OriginalStart, event: CalendarEvent, zone: string): number => (slot.kind === 'all-day' ? Date.parse(slot.on) : toWallMs(slot.at, zoneOf(event, zone)));
const dayOf = (slot: OriginalStart, event: CalendarEvent, zone: string): string => (slot.kind === 'all-day' ? slot.on : new Date(wallMs(slot, event, zone)).toISOString().slice(0, 10));
