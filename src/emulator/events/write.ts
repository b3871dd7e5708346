import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { alreadyDeleted, conditionNotMet, duplicate, forbiddenForNonOrganizer, invalid } from '../http/api-error.js';
import type { Caller, Emulator } from '../emulator.js';
import { checkClientId, checkInstanceStays, merge, readContent, showTime, writableBody } from './content.js';
import { findEvent } from './find.js';
import { followSeries, saveEvent } from './save.js';
import { etagOf } from './view.js';
import { carryAnswer, isOrganizerCopy, propagate, withAnswer } from '../people/guests.js';
import type { Span, WriteRecord } from '../store/log.js';
import type { Calendar, EventContent, JsonObject, StoredEvent } from '../store/model.js';

/** What a write call says beside its body. */
export interface WriteCall {
  readonly emulator: Emulator;
  readonly caller: Caller;
  readonly calendar: Calendar;
  readonly sendUpdates: string;
  readonly ifMatch?: string | undefined;
  readonly takesConference: boolean;
  readonly takesAttachments: boolean;
}

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';
const newId = (): string => [...randomBytes(26)].map((byte) => BASE32HEX[byte % 32]).join('');
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const span = (row: StoredEvent | undefined): Span | null => {
  if (row === undefined || row.content.status === 'cancelled') return null;
  const shown = (time: EventContent['start']): string => { const t = showTime(time, 'UTC'); return String(t['date'] ?? t['dateTime']); };
  return { start: shown(row.content.start), end: shown(row.content.end) };
};

/** Writes down what a call changed, spreads it to guests' copies and queues their mails: all in the call's transaction. */
function finish(call: WriteCall, kind: WriteRecord['kind'], before: StoredEvent | undefined, after: StoredEvent): void {
  const { emulator: { store, mail }, caller, calendar, sendUpdates } = call;
  const followers = before?.content.recurrence !== undefined && after.content.status !== 'cancelled' ? followSeries(store, before, after) : [];
  if (isOrganizerCopy(after)) {
    propagate(store, before, after);
    for (const each of followers) propagate(store, each.before, each.after);
    mail.announce(before, after, { actor: caller.account, sendUpdates });
  } else {
    const own = (row: StoredEvent | undefined) => row?.content.attendees?.find((each) => same(each.email, calendar.id));
    const answer = own(after);
    const leaves = after.content.status === 'cancelled' && before?.content.status !== 'cancelled';
    if (answer !== undefined && (leaves || !isDeepStrictEqual(own(before), answer))) {
      carryAnswer(store, after, leaves ? { ...answer, responseStatus: 'declined' } : answer);
    }
  }
  store.writes.append({
    timeMs: store.clock.now(), account: caller.account, calendarId: calendar.id, eventId: after.id, kind,
    before: span(before), after: span(after), sendUpdates,
  });
}

/** events.insert. Throws 409 for an id that is or was in use on this calendar. */
export function insertEvent(call: WriteCall, body: JsonObject): StoredEvent {
  const { emulator: { store }, caller, calendar } = call;
  return store.transact(() => {
    const chosen = typeof body['id'] === 'string' && body['id'] !== '' ? body['id'] : undefined;
    if (chosen !== undefined) {
      checkClientId(chosen);
      if (store.event(calendar.id, chosen) !== undefined) throw duplicate();
    }
    const content = readContent(body, {
      calendarZone: calendar.timeZone, isPrimary: calendar.primary, takesConference: call.takesConference, takesAttachments: call.takesAttachments,
    });
    if (content.status === 'cancelled') throw invalid('Invalid event status.');
    const id = chosen ?? newId();
    const uid = typeof body['iCalUID'] === 'string' && body['iCalUID'] !== '' ? body['iCalUID'] : `${id}@google.com`;
    const row = saveEvent(store, undefined, {
      calendarId: calendar.id, id, iCalUID: uid, createdMs: Math.floor(store.clock.now() / 1000) * 1000,
      creator: { email: caller.account },
      organizer: { email: calendar.id, ...(calendar.primary ? {} : { displayName: calendar.summary }) },
      content,
    });
    finish(call, 'insert', undefined, row);
    return store.event(calendar.id, id) ?? row;
  });
}

/** A guest's write to their own copy: only their answer and the fields of their copy are theirs (sheet 3.5). */
function asGuestMayWrite(row: StoredEvent, wanted: EventContent, calendarId: string): EventContent {
  const before = row.content;
  const guarded = (content: EventContent): unknown[] =>
    [content.extendedProperties?.shared, content.guestsCanInviteOthers, content.guestsCanModify, content.guestsCanSeeOtherGuests];
  if (!isDeepStrictEqual(guarded(before), guarded(wanted))) throw forbiddenForNonOrganizer();
  const answer = wanted.attendees?.find((each) => same(each.email, calendarId));
  const attendees = before.attendees?.map((each) => (answer !== undefined && same(each.email, calendarId) ? withAnswer(each, answer) : each));
  const { attendees: _, ...rest } = wanted;
  return { ...rest, ...(attendees === undefined ? {} : { attendees }) };
}

/** events.patch and events.update: merge, or full replacement. An unchanged event keeps its etag and its place in the log. */
export function changeEvent(call: WriteCall, eventId: string, kind: 'patch' | 'update', body: JsonObject): StoredEvent {
  const { emulator: { store }, calendar } = call;
  return store.transact(() => {
    const { row } = findEvent(store, calendar.id, eventId);
    checkMatch(call, row);
    const old = writableBody(row.content, calendar.timeZone);
    const whole = kind === 'patch' ? merge(old, body) : merge({}, body);
    if (kind === 'update' && typeof whole['status'] !== 'string') whole['status'] = 'confirmed';
    if (body['attendeesOmitted'] === true) {
      const answers = Array.isArray(body['attendees']) ? (body['attendees'] as JsonObject[]) : [];
      const own = answers.find((each) => same(String(each['email']), calendar.id));
      whole['attendees'] = (row.content.attendees ?? []).map((each) =>
        own !== undefined && same(each.email, calendar.id) ? { ...each, ...own } : { ...each });
    }
    if (typeof body['iCalUID'] === 'string' && body['iCalUID'] !== row.iCalUID) throw invalid('Invalid iCal UID value.');
    const read = readContent(whole, {
      calendarZone: calendar.timeZone, isPrimary: calendar.primary, before: row.content,
      takesConference: call.takesConference, takesAttachments: call.takesAttachments,
    });
    checkInstanceStays(read, row.recurringEventId !== undefined);
    const content = isOrganizerCopy(row) ? read : asGuestMayWrite(row, read, calendar.id);
    if (isDeepStrictEqual(content, row.content)) return row;
    const { leftByGuest: _, ...kept } = row;
    const saved = saveEvent(store, row, { ...kept, content });
    finish(call, kind, row, saved);
    return store.event(calendar.id, saved.id) ?? saved;
  });
}

/** events.delete. Of an instance: a cancelled exception. Throws 410 if it is deleted already. */
export function deleteEvent(call: WriteCall, eventId: string): void {
  const { emulator: { store }, calendar } = call;
  store.transact(() => {
    const { row } = findEvent(store, calendar.id, eventId);
    if (row.content.status === 'cancelled') throw alreadyDeleted();
    checkMatch(call, row);
    const saved = saveEvent(store, row, {
      ...row, content: { ...row.content, status: 'cancelled' }, ...(isOrganizerCopy(row) ? {} : { leftByGuest: true as const }),
    });
    finish(call, 'delete', row, saved);
  });
}

function checkMatch(call: WriteCall, row: StoredEvent): void {
  const { ifMatch } = call;
  if (ifMatch === undefined || ifMatch === '*') return;
  if (!ifMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === etagOf(row))) throw conditionNotMet();
}
