import { isDeepStrictEqual } from 'node:util';
import { forbiddenForNonOrganizer } from '../http/api-error.js';
import { entryOf, without, withAnswer } from '../events/attendees.js';
import type { Attendee, EventContent, JsonObject, StoredEvent } from '../store/model.js';

/** What only the organizer may set (sheet 2). */
const ORGANIZERS = ['guestsCanInviteOthers', 'guestsCanModify', 'guestsCanSeeOtherGuests', 'anyoneCanAddSelf'] as const;

/**
 * The guest list after a guest's write: their own answer always; more guests if the organizer lets them invite (the default);
 * other guests taken off only with `guestsCanModify`, and not unseen. Throws 403 for invitations that are not allowed.
 */
function guestList(row: StoredEvent, wanted: readonly Attendee[] | undefined): readonly Attendee[] | undefined {
  const { attendees: listed = [], guestsCanModify, guestsCanInviteOthers, guestsCanSeeOtherGuests } = row.content;
  if (wanted === undefined) return row.content.attendees;
  const added = without(wanted, listed), own = entryOf(wanted, row.calendarId);
  if (added.length > 0 && guestsCanModify !== true && guestsCanInviteOthers === false) throw forbiddenForNonOrganizer();
  const mayRemove = guestsCanModify === true && guestsCanSeeOtherGuests !== false;
  const kept = listed.filter((each) => !mayRemove || entryOf(wanted, each.email) !== undefined || entryOf([each], row.calendarId) !== undefined);
  const list = [...kept.map((each) => (own !== undefined && entryOf([each], row.calendarId) !== undefined ? withAnswer(each, own) : each)), ...added];
  return list.length === 0 ? undefined : list;
}

/**
 * What a guest's write makes of their copy (sheet 3.5): everything else is theirs, until the organizer's next change. What a PUT
 * leaves out of the organizer's own fields stays. `wanted` is the body as content. Throws 403 `forbiddenForNonOrganizer`.
 */
export function asGuestMayWrite(row: StoredEvent, wanted: EventContent, body: JsonObject): EventContent {
  const before = row.content;
  if (ORGANIZERS.some((name) => Object.hasOwn(body, name) && wanted[name] !== before[name])) throw forbiddenForNonOrganizer();
  const properties = body['extendedProperties'] as JsonObject | null | undefined;
  const isSharedWritten = properties !== undefined && properties !== null && Object.hasOwn(properties, 'shared');
  if (isSharedWritten && !isDeepStrictEqual(before.extendedProperties?.shared, wanted.extendedProperties?.shared)) throw forbiddenForNonOrganizer();
  const attendees = guestList(row, wanted.attendees);
  const own = wanted.extendedProperties?.private, shared = before.extendedProperties?.shared;
  const { attendees: _a, extendedProperties: _e, guestsCanInviteOthers: _i, guestsCanModify: _m, guestsCanSeeOtherGuests: _s, anyoneCanAddSelf: _y, ...rest } = wanted;
  return {
    ...rest,
    ...Object.fromEntries(ORGANIZERS.flatMap((name) => (before[name] === undefined ? [] : [[name, before[name]]]))),
    ...(attendees === undefined ? {} : { attendees }),
    ...(own === undefined && shared === undefined ? {} : { extendedProperties: { ...(own === undefined ? {} : { private: own }), ...(shared === undefined ? {} : { shared }) } }),
  };
}
