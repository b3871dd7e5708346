import { alreadyDeleted, duplicate, invalid } from '../http/api-error.js';
import { isOrganizerCopy } from '../people/copies.js';
import { entryOf, sameAddress } from './attendees.js';
import { tellGuests, witness } from './conclude.js';
import { findEvent } from './find.js';
import { cannotChangeOrganizer, cannotChangeOrganizerOfInstance, eventTypeRestriction } from './refusals.js';
import { saveEvent } from './save.js';
import { checkMatch, checkPrivateAccess, type WriteCall } from './write-call.js';
import type { Calendar, Person, StoredEvent } from '../store/model.js';

/** Row of the new organizer. One that is there already is a guest's copy, or what an earlier move left behind. */
function arrive({ emulator: { store } }: WriteCall, row: StoredEvent, organizer: Person, calendarId: string): { before: StoredEvent | undefined; after: StoredEvent } {
  const before = store.events.get(calendarId, row.id);
  if (before !== undefined && (before.iCalUID !== row.iCalUID || isOrganizerCopy(before))) throw duplicate();
  const { leftByGuest: _, ...rest } = row;
  return { before, after: saveEvent(store, before, { ...rest, calendarId, organizer }, { sequence: row.sequence }) };
}

/** What stays on the old calendar: a guest's copy if it invited itself, and a cancelled row otherwise. */
function leave({ emulator: { store } }: WriteCall, row: StoredEvent, organizer: Person): StoredEvent {
  const isGuest = entryOf(row.content.attendees, row.calendarId) !== undefined;
  const content = isGuest ? row.content : { ...row.content, status: 'cancelled' as const };
  return saveEvent(store, row, { ...row, organizer, content }, { sequence: row.sequence });
}

/**
 * events.move (sheet 3.6): the event gets another organizer under the same id, with its exceptions if it is a series. Answers the row
 * that stays on the old calendar, as recorded; a repeated move answers it again. Throws 400 for other types than `default`, for
 * single instances and for events that this calendar does not organize, 409 if the id is another event's on `destination`.
 */
export function moveEvent(call: WriteCall, eventId: string, destination: Calendar): StoredEvent {
  const { emulator: { store }, calendar } = call;
  return store.transact(() => {
    const { row } = findEvent(store, calendar.id, eventId);
    checkPrivateAccess(call, row.content);
    if (row.recurringEventId !== undefined) throw cannotChangeOrganizerOfInstance();
    if (row.content.eventType !== 'default') throw eventTypeRestriction('Only events of type default can be moved.');
    if (sameAddress(row.organizer.email, destination.id) && !sameAddress(destination.id, calendar.id)) return row;
    if (row.content.status === 'cancelled') throw alreadyDeleted();
    if (!isOrganizerCopy(row)) throw cannotChangeOrganizer();
    if (destination.id === calendar.id) throw invalid('Source and destination calendar are the same.', 'destination');
    checkMatch(call, row);
    const organizer: Person = { email: destination.id, ...(destination.primary ? {} : { displayName: destination.summary }) };
    const exceptions = row.content.recurrence === undefined ? [] : store.events.exceptionsOf(calendar.id, row.id);
    const [arrived] = [row, ...exceptions].map((each) => arrive(call, each, organizer, destination.id));
    const [left = row] = [row, ...exceptions].map((each) => leave(call, each, organizer));
    if (arrived !== undefined) {
      if (row.privateCopy !== true) tellGuests(call, row, arrived.after, []);
      witness(call, 'move', arrived.before, arrived.after);
    }
    witness(call, 'move', row, left);
    return left;
  });
}
