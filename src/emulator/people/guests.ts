import { isDeepStrictEqual } from 'node:util';
import { findEvent } from '../events/find.js';
import { followSeries, saveEvent } from '../events/save.js';
import type { Attendee, EventContent, StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { ApiError } from '../http/api-error.js';

const lower = (email: string): string => email.toLowerCase();

/** True if this copy is the organizer's own, from which changes flow to guests. */
export const isOrganizerCopy = (row: StoredEvent): boolean => lower(row.organizer.email) === lower(row.calendarId);

const guestAddresses = (row: StoredEvent | undefined): string[] =>
  row === undefined ? [] : (row.content.attendees ?? []).map((each) => lower(each.email));

/** What a guest's copy holds: the organizer's content, with the fields that are private to each copy kept (sheet 3.5). */
function copiedContent(from: EventContent, copy: EventContent | undefined): EventContent {
  const { colorId: _c, transparency, extendedProperties, reminders: _r, ...shared } = from;
  const own = copy?.extendedProperties?.private;
  const properties = { ...(own === undefined ? {} : { private: own }), ...(extendedProperties?.shared === undefined ? {} : { shared: extendedProperties.shared }) };
  const busy = copy === undefined ? transparency : copy.transparency;
  return {
    ...shared,
    ...(copy?.colorId === undefined ? {} : { colorId: copy.colorId }),
    ...(busy === undefined ? {} : { transparency: busy }),
    ...(Object.keys(properties).length === 0 ? {} : { extendedProperties: properties }),
    reminders: copy?.reminders ?? { useDefault: !('date' in from.start) },
  };
}

function writeCopy(store: Store, calendarId: string, source: StoredEvent, content: EventContent): void {
  const existing = store.event(calendarId, source.id);
  if (existing !== undefined && existing.iCalUID !== source.iCalUID) return; // another event has this id there
  if (existing?.leftByGuest === true && content.status !== 'cancelled') return;
  if (existing !== undefined && existing.sequence === source.sequence && isDeepStrictEqual(existing.content, content)) return;
  const { formerSeries: _, leftByGuest: __, ...shared } = source;
  const saved = saveEvent(store, existing, { ...(existing?.formerSeries === undefined ? {} : { formerSeries: existing.formerSeries }), ...shared, calendarId, content });
  store.putEvent({ ...saved, sequence: source.sequence });
}

function cancelCopy(store: Store, calendarId: string, source: StoredEvent): void {
  const copy = store.event(calendarId, source.id);
  if (copy !== undefined) {
    if (copy.iCalUID === source.iCalUID && copy.content.status !== 'cancelled') writeCopy(store, calendarId, source, { ...copy.content, status: 'cancelled' });
    return;
  }
  const series = source.recurringEventId === undefined ? undefined : store.event(calendarId, source.recurringEventId);
  if (series !== undefined && series.iCalUID === source.iCalUID) writeCopy(store, calendarId, source, { ...copiedContent(source.content, series.content), status: 'cancelled' });
}

/**
 * Brings the copies on guests' calendars in line with the organizer's row: for guests that the emulator has accounts
 * for. Guests who left the list lose theirs. Use within `transact`.
 */
export function propagate(store: Store, before: StoredEvent | undefined, after: StoredEvent): void {
  if (!isOrganizerCopy(after)) return;
  const series = after.recurringEventId === undefined ? undefined : store.event(after.calendarId, after.recurringEventId);
  const live = after.content.status !== 'cancelled';
  const now = new Set(live ? guestAddresses(after) : []);
  const involved = new Set([...now, ...guestAddresses(before), ...guestAddresses(after), ...guestAddresses(series)]);
  const revived: string[] = [];
  for (const address of involved) {
    if (address === lower(after.calendarId) || store.account(address) === undefined) continue;
    if (now.has(address) && store.event(address, after.id)?.content.status === 'cancelled') revived.push(address);
    if (now.has(address)) {
      const seriesCopy = after.recurringEventId === undefined ? undefined : store.event(address, after.recurringEventId);
      writeCopy(store, address, after, copiedContent(after.content, (store.event(address, after.id) ?? seriesCopy)?.content));
    } else {
      cancelCopy(store, address, after);
    }
  }
  if (after.content.recurrence !== undefined) {
    for (const exception of store.exceptionsOf(after.calendarId, after.id)) propagate(store, undefined, exception);
    // Who forgot the exceptions with the deleted series learns of them again, as on the organizer's calendar.
    for (const address of revived) {
      if (store.event(address, after.id)?.content.status === 'cancelled') continue; // left by its guest: it stays so
      for (const hole of store.exceptionsOf(address, after.id)) if (hole.content.status === 'cancelled') saveEvent(store, hole, hole);
    }
  }
}

/**
 * Carries a guest's answer from their copy to the organizer's event, and from there to the other copies.
 * Does nothing if the organizer has no calendar here. Use within `transact`.
 */
export function carryAnswer(store: Store, guestRow: StoredEvent, answer: Attendee): void {
  const calendar = store.calendar(guestRow.organizer.email);
  if (calendar === undefined) return;
  let found;
  try {
    found = findEvent(store, calendar.id, guestRow.id).row;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return; // the organizer's event is gone
    throw error;
  }
  const listed = found.content.attendees ?? [];
  const attendees = listed.map((each) => (lower(each.email) === lower(answer.email) ? withAnswer(each, answer) : each));
  if (found.content.status === 'cancelled' || isDeepStrictEqual(attendees, listed)) return;
  const saved = saveEvent(store, found, { ...found, content: { ...found.content, attendees } });
  if (saved.content.recurrence !== undefined) followSeries(store, found, saved);
  propagate(store, found, saved);
}

/** A guest's entry with the parts that the guest decides taken from `answer`. */
export function withAnswer(entry: Attendee, answer: Attendee): Attendee {
  const { comment: _, additionalGuests: __, ...rest } = entry;
  return {
    ...rest, responseStatus: answer.responseStatus,
    ...(answer.comment === undefined ? {} : { comment: answer.comment }),
    ...(answer.additionalGuests === undefined ? {} : { additionalGuests: answer.additionalGuests }),
  };
}
