import { isDeepStrictEqual } from 'node:util';
import { alreadyDeleted, duplicate, invalid } from '../http/api-error.js';
import { MAIN_FIELDS } from '../people/contribution.js';
import { isOrganizerCopy } from '../people/copies.js';
import { asGuestMayWrite } from '../people/guest-rights.js';
import { entryOf, readAttendees, sameAddress, withAnswer } from './attendees.js';
import { conclude } from './conclude.js';
import { rememberPending } from './pending-conferences.js';
import { readContent, writableBody } from './content.js';
import { editableFields } from './event-type.js';
import { findEvent } from './find.js';
import { checkClientId, newId } from './ids.js';
import { asText, merge } from './json.js';
import { eventTypeRestriction, lockedCopy } from './refusals.js';
import { saveEvent, type Placing, type Unplaced } from './save.js';
import { occurrenceVisibility } from './visibility.js';
import { checkInviting, checkMatch, checkPrivateAccess, checkProperties, contextOf, type WriteCall } from './write-call.js';
import type { WriteRecord } from '../store/log.js';
import type { EventContent, JsonObject, StoredEvent } from '../store/model.js';

/** Stores what a call wrote, after the checks that need the whole row, and lets it take effect. Returns the row as it then is. */
export function storeWrite(call: WriteCall, kind: WriteRecord['kind'], before: StoredEvent | undefined, next: Unplaced, placing?: Placing): StoredEvent {
  const { store } = call.emulator;
  checkPrivateAccess(call, next.content);
  const saved = saveEvent(store, before, next, placing);
  checkProperties(call, saved);
  rememberPending(store, saved);
  conclude(call, kind, before, saved);
  call.emulator.quotas.countEvent(call.caller, before, saved);
  return store.events.get(saved.calendarId, saved.id) ?? saved;
}

/**
 * events.insert. Throws 409 for an id that is or was in use on this calendar, and for an iCalUID that is; 400 if both are
 * chosen (sheet 2).
 */
export function insertEvent(call: WriteCall, body: JsonObject): StoredEvent {
  const { emulator: { store }, caller, calendar } = call;
  return store.transact(() => {
    const chosen = asText(body['id']), uid = asText(body['iCalUID']);
    if (chosen !== undefined && uid !== undefined) throw invalid('Only one of id and iCalUID can be chosen.');
    if (chosen !== undefined) checkClientId(chosen);
    if (chosen !== undefined && store.events.get(calendar.id, chosen) !== undefined) throw duplicate();
    if (uid !== undefined && store.events.under({ iCalUID: uid }, calendar.id).next().done !== true) throw duplicate();
    const content = readContent(body, contextOf(call));
    if (content.status === 'cancelled') throw invalid('Invalid event status.');
    checkInviting(call, undefined, content);
    const id = chosen ?? newId(), isPrivateCopy = body['privateCopy'] === true;
    return storeWrite(call, 'insert', undefined, {
      calendarId: calendar.id, id, iCalUID: uid ?? `${id}@google.com`, createdMs: Math.floor(store.clock.now() / 1000) * 1000,
      creator: { email: caller.account },
      organizer: { email: calendar.id, ...(calendar.primary ? {} : { displayName: calendar.summary }) },
      content: isPrivateCopy ? { ...content, privateCopy: true } : content, ...(isPrivateCopy ? { privateCopy: true as const } : {}),
    });
  });
}

/** `attendeesOmitted` limits a write to the caller's own response (sheet 2): the rest of the body is not looked at. */
function withOwnAnswer({ content, calendarId }: StoredEvent, body: JsonObject): EventContent {
  const answer = entryOf(readAttendees(body['attendees']), calendarId);
  if (answer === undefined || content.attendees === undefined) return content;
  return { ...content, attendees: content.attendees.map((each) => (sameAddress(each.email, calendarId) ? withAnswer(each, answer) : each)) };
}

/** The whole event that a body asks for. What this caller cannot change of it stays if a PUT leaves it out. Throws if it is changed. */
function wantedContent(call: WriteCall, row: StoredEvent, kind: 'patch' | 'update', body: JsonObject): EventContent {
  const before = row.content, old = writableBody(before, call.calendar.timeZone);
  const editable = editableFields(before);
  const isIn = (names: readonly string[], name: string): boolean => names.includes(name);
  const fixed = Object.keys(old).filter((name) => (editable !== undefined && !isIn(editable, name)) || (before.locked === true && isIn(MAIN_FIELDS, name)));
  const whole = kind === 'patch' ? merge(old, body) : { ...Object.fromEntries(fixed.map((name) => [name, old[name] ?? null])), ...merge({}, body) };
  if (kind === 'update' && asText(whole['status']) === undefined) whole['status'] = 'confirmed';
  // Only its creator sees the source of an event, and can write it (sheet 2).
  if (!sameAddress(row.creator.email, call.caller.account)) whole['source'] = old['source'] ?? null;
  const wanted = readContent(whole, contextOf(call, row));
  const changed = (names: readonly string[]): boolean => names.some((name) => !isDeepStrictEqual(before[name as keyof EventContent], wanted[name as keyof EventContent]));
  if (before.locked === true && changed(MAIN_FIELDS)) throw lockedCopy();
  if (editable !== undefined && changed(Object.keys({ ...before, ...wanted }).filter((name) => !isIn(editable, name)))) {
    throw eventTypeRestriction('This field of an event of this type cannot be changed.');
  }
  return isOrganizerCopy(row) || row.privateCopy === true ? wanted : asGuestMayWrite(row, wanted, body);
}

const withVisibility = ({ visibility: _, ...rest }: EventContent, visibility: EventContent['visibility']): EventContent =>
  ({ ...rest, ...(visibility === undefined ? {} : { visibility }) });

/** events.patch and events.update: merge, or full replacement. An unchanged event keeps its etag and its place in the log. */
export function changeEvent(call: WriteCall, eventId: string, kind: 'patch' | 'update', body: JsonObject): StoredEvent {
  const { emulator: { store }, calendar } = call;
  return store.transact(() => {
    let { row } = findEvent(store, calendar.id, eventId);
    checkPrivateAccess(call, row.content);
    checkMatch(call, row);
    const uid = asText(body['iCalUID']);
    if (uid !== undefined && uid !== row.iCalUID) throw invalid('Invalid iCal UID value.');
    let content = body['attendeesOmitted'] === true ? withOwnAnswer(row, body) : wantedContent(call, row, kind, body);
    checkInviting(call, row.content, content);
    const series = row.recurringEventId === undefined ? undefined : store.events.get(calendar.id, row.recurringEventId);
    if (series !== undefined) {
      const visibility = occurrenceVisibility(content.visibility, row.content.visibility, series.content.visibility);
      content = withVisibility(content, visibility.own);
      if (visibility.series !== series.content.visibility) {
        storeWrite(call, kind, series, { ...series, content: withVisibility(series.content, visibility.series) });
        row = findEvent(store, calendar.id, eventId).row;
      }
    }
    if (isDeepStrictEqual(content, row.content)) return row;
    const { leftByGuest: _, ...kept } = row;
    return storeWrite(call, kind, row, { ...kept, content, ...leaving(row, content) });
  });
}

/** A guest who deletes their copy has left: the organizer's later changes do not bring it back. */
const leaving = (row: StoredEvent, content: EventContent): { leftByGuest?: true } =>
  content.status === 'cancelled' && (row.content.status !== 'cancelled' || row.leftByGuest === true) && !isOrganizerCopy(row) && row.privateCopy !== true ? { leftByGuest: true } : {};

/** events.delete. Of an instance: a cancelled exception. Throws 410 if it is deleted already. */
export function deleteEvent(call: WriteCall, eventId: string): void {
  const { emulator: { store }, calendar } = call;
  store.transact(() => {
    const { row } = findEvent(store, calendar.id, eventId);
    checkPrivateAccess(call, row.content);
    if (row.content.status === 'cancelled') throw alreadyDeleted();
    checkMatch(call, row);
    const content: EventContent = { ...row.content, status: 'cancelled' };
    storeWrite(call, 'delete', row, { ...row, content, ...leaving(row, content) });
  });
}
