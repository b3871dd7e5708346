import { required } from '../http/api-error.js';
import { entryOf, sameAddress } from './attendees.js';
import { readContent } from './content.js';
import { importedId } from './ids.js';
import { asObject, asText } from './json.js';
import { neitherOrganizerNorAttendee } from './refusals.js';
import { storeWrite } from './write.js';
import { checkPrivateAccess, contextOf, type WriteCall } from './write-call.js';
import type { JsonObject, Person, StoredEvent } from '../store/model.js';

/** The row that an iCalUID has on a calendar: a single event or a series, not one of its occurrences. */
function rowOf({ emulator: { store }, calendar }: WriteCall, iCalUID: string): StoredEvent | undefined {
  for (const row of store.events.under({ iCalUID }, calendar.id)) if (row.recurringEventId === undefined) return row;
  return undefined;
}

/**
 * events.import (sheet 3, 3.1): a private copy of an event, perhaps somebody else's. The same iCalUID again replaces the same event:
 * `created` stays, `updated` moves whatever changed. No guest hears of it. Other event types become `default`, without their
 * properties. Throws 400 without iCalUID, start or end, and if the calendar is neither organizer nor guest;
 * 403 for a private event and a writer without access to such.
 */
export function importEvent(call: WriteCall, body: JsonObject): StoredEvent {
  const { emulator: { store }, caller, calendar } = call;
  const iCalUID = asText(body['iCalUID']);
  if (iCalUID === undefined) throw required('Missing iCal UID.');
  return store.transact(() => {
    const before = rowOf(call, iCalUID);
    if (before !== undefined) checkPrivateAccess(call, before.content);
    const isOurs = before !== undefined && before.privateCopy !== true;
    const own: Person = { email: calendar.id, ...(calendar.primary ? {} : { displayName: calendar.summary }) };
    const given = asObject(body['organizer']), email = asText(given?.['email']), displayName = asText(given?.['displayName']);
    const organizer: Person = email === undefined || sameAddress(email, calendar.id) ? own : { email, ...(displayName === undefined ? {} : { displayName }) };
    const { eventType: _t, ...rest } = body;
    const { before: _b, isInstance: _i, ...context } = contextOf(call);
    const content = readContent({ ...rest, eventType: 'default' }, context);
    if (organizer !== own && entryOf(content.attendees, calendar.id) === undefined) throw neitherOrganizerNorAttendee();
    const sequence = Math.max(before?.sequence ?? 0, typeof body['sequence'] === 'number' ? body['sequence'] : 0);
    return storeWrite(call, 'import', before, {
      calendarId: calendar.id, id: before?.id ?? importedId(iCalUID), iCalUID,
      createdMs: before?.createdMs ?? Math.floor(store.clock.now() / 1000) * 1000, creator: before?.creator ?? { email: caller.account },
      organizer: isOurs ? before.organizer : organizer, content: organizer === own || isOurs ? content : { ...content, privateCopy: true },
      ...(isOurs ? {} : { privateCopy: true as const }),
    }, { sequence, isUpdate: true });
  });
}
