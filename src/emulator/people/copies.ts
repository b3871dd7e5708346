import { isDeepStrictEqual } from 'node:util';
import { sameAddress } from '../events/attendees.js';
import { isSeriesDeleted } from '../events/find.js';
import { timeMs } from '../events/times.js';
import { instanceOf } from '../events/view.js';
import { adoptExceptions, followSeries, saveEvent } from '../events/save.js';
import type { EventContent, StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { appearsFor } from './invitation-setting.js';

/** True if this copy is the organizer's own. */
export const isOrganizerCopy = (row: StoredEvent): boolean => sameAddress(row.organizer.email, row.calendarId);

const addressesOf = (row: StoredEvent | undefined): string[] => (row?.content.attendees ?? []).map((each) => each.email.toLowerCase());

/** What a guest's copy holds: the organizer's content, with the fields that are private to each copy kept (sheet 3.5). */
function copiedContent(from: EventContent, copy: EventContent | undefined): EventContent {
  const { colorId: _c, eventLabelId: _l, transparency, extendedProperties, reminders: _r, source: _s, locked: _k, ...shared } = from;
  const own = copy?.extendedProperties?.private;
  const properties = { ...(own === undefined ? {} : { private: own }), ...(extendedProperties?.shared === undefined ? {} : { shared: extendedProperties.shared }) };
  const busy = copy === undefined ? transparency : copy.transparency;
  return {
    ...shared,
    ...(copy?.colorId === undefined ? {} : { colorId: copy.colorId }), ...(copy?.eventLabelId === undefined ? {} : { eventLabelId: copy.eventLabelId }),
    ...(busy === undefined ? {} : { transparency: busy }),
    ...(Object.keys(properties).length === 0 ? {} : { extendedProperties: properties }),
    ...(copy?.locked === undefined ? {} : { locked: copy.locked }),
    reminders: copy?.reminders ?? { useDefault: !('date' in from.start) },
  };
}

/**
 * True if a row under the same id is a copy of the organizer's event, and not an event of its own calendar: ids are unique per
 * calendar only. An occurrence changes its iCalUID when a split moves it to another part of its series.
 */
function isCopyOf(store: Store, copy: StoredEvent, source: StoredEvent): boolean {
  if (isOrganizerCopy(copy)) return false;
  if (sameAddress(copy.organizer.email, source.organizer.email)) return copy.iCalUID === source.iCalUID || (copy.recurringEventId !== undefined && source.recurringEventId !== undefined);
  // Another organizer: it was moved, unless the one that the copy knows still has it.
  const known = store.events.get(copy.organizer.email.toLowerCase(), copy.id);
  return copy.iCalUID === source.iCalUID && (known === undefined || !isOrganizerCopy(known));
}

function writeCopy(store: Store, calendarId: string, source: StoredEvent, content: EventContent): void {
  const existing = store.events.get(calendarId, source.id);
  if (existing !== undefined && !isCopyOf(store, existing, source)) return; // another event has this id there
  if (existing?.leftByGuest === true && content.status !== 'cancelled') return;
  const { leftByGuest: _, ...shared } = source;
  const isAsBefore = existing?.sequence === source.sequence && existing.recurringEventId === source.recurringEventId &&
    existing.organizer.email === source.organizer.email && isDeepStrictEqual(existing.content, content);
  if (isAsBefore) return;
  const saved = saveEvent(store, existing, { ...shared, calendarId, content }, { sequence: source.sequence });
  // A guest may have exceptions that the organizer has not: a colour of one occurrence, say.
  if (existing?.content.recurrence !== undefined && content.status !== 'cancelled') followSeries(store, existing, saved);
}

function cancelCopy(store: Store, calendarId: string, source: StoredEvent): void {
  const copy = store.events.get(calendarId, source.id);
  if (copy !== undefined) {
    if (isCopyOf(store, copy, source) && copy.content.status !== 'cancelled') writeCopy(store, calendarId, source, { ...copy.content, status: 'cancelled' });
    return;
  }
  const series = source.recurringEventId === undefined ? undefined : store.events.get(calendarId, source.recurringEventId);
  // Who is not a guest of an occurrence sees of it what they saw before: the series.
  if (series !== undefined && source.originalStart !== undefined && isCopyOf(store, series, source)) {
    writeCopy(store, calendarId, source, { ...instanceOf(series, timeMs(source.originalStart)).content, status: 'cancelled' });
  }
}

/** A change of an organizer's row, on its way to the guests. */
export interface Change {
  readonly before?: StoredEvent | undefined;
  readonly after: StoredEvent;
  /** The event whose copies a new row takes over what is private to each: the series that it was split off. */
  readonly heirOf?: string;
}

/**
 * Brings the copies on guests' calendars in line with the organizer's row: for guests that the emulator has accounts
 * for. Guests who left the list lose theirs. Use within `transact`.
 */
export function propagate(store: Store, { before, after, heirOf }: Change): void {
  const { calendarId, id, recurringEventId, content } = after;
  const series = recurringEventId === undefined ? undefined : store.events.get(calendarId, recurringEventId);
  const isLive = content.status !== 'cancelled' && !isSeriesDeleted(store, after);
  const now = new Set(isLive ? addressesOf(after) : []);
  const involved = new Set([...now, ...addressesOf(before), ...addressesOf(after), ...addressesOf(series)]);
  for (const address of involved) {
    if (address === calendarId.toLowerCase() || store.account(address) === undefined) continue;
    if (!now.has(address)) {
      cancelCopy(store, address, after);
      continue;
    }
    const own = store.events.get(address, id);
    const model = own ?? [recurringEventId, heirOf].map((each) => (each === undefined ? undefined : store.events.get(address, each))).find((each) => each !== undefined);
    if (model === undefined && !appearsFor(store, address, after)) continue;
    writeCopy(store, address, after, copiedContent(content, model?.content));
    const copy = store.events.get(address, id), former = heirOf === undefined ? undefined : store.events.get(address, heirOf);
    if (copy !== undefined && former !== undefined) adoptExceptions(store, former, copy);
  }
  if (content.recurrence === undefined) return;
  for (const exception of store.events.exceptionsOf(calendarId, id)) {
    if (isLive) propagate(store, { after: exception });
    else for (const address of addressesOf(exception)) cancelOrphan(store, address, exception);
  }
}

/** Cancels a copy of one occurrence on a calendar that does not have its series, and so cannot know that this was deleted. */
function cancelOrphan(store: Store, address: string, exception: StoredEvent): void {
  if (address === exception.calendarId.toLowerCase() || store.account(address) === undefined) return;
  if (exception.recurringEventId !== undefined && store.events.get(address, exception.recurringEventId) === undefined) cancelCopy(store, address, exception);
}
