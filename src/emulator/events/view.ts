import { showTime, timeMs } from './content.js';
import type { Attendee, Calendar, EventTime, JsonObject, Person, Role, StoredEvent } from '../store/model.js';
import { instanceId } from '../series/recurrence.js';
import { isoDate } from '../series/zone-time.js';

/** How one answer shows events: the calendar they are on, the zone for offsets, and who asks. */
export interface View {
  readonly calendar: Calendar;
  readonly role: Role;
  /** Address of the account that asks. */
  readonly caller: string;
  readonly zone: string;
  readonly maxAttendees?: number | undefined;
}

/** Twice the microseconds of the last write (sheet 0.10). */
export const etagOf = (row: StoredEvent): string => row.loadedEtag ?? `"${row.revision * 2}"`;

/** The link that carries event and calendar id; Google shortens its own domains (sheet 2). */
export function htmlLink(eventId: string, calendarId: string): string {
  const short = calendarId.replace(/@group\.calendar\.google\.com$/, '@g').replace(/@gmail\.com$/, '@m');
  return `https://www.google.com/calendar/event?eid=${Buffer.from(`${eventId} ${short}`).toString('base64url')}`;
}

const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function person(who: Person, calendarId: string): JsonObject {
  return { email: who.email, ...(who.displayName === undefined ? {} : { displayName: who.displayName }), ...(sameAddress(who.email, calendarId) ? { self: true } : {}) };
}

function showAttendee(guest: Attendee, row: StoredEvent): JsonObject {
  return {
    email: guest.email,
    ...(guest.displayName === undefined ? {} : { displayName: guest.displayName }),
    ...(sameAddress(guest.email, row.organizer.email) ? { organizer: true } : {}),
    ...(sameAddress(guest.email, row.calendarId) ? { self: true } : {}),
    ...(guest.resource ? { resource: true } : {}),
    ...(guest.optional ? { optional: true } : {}),
    responseStatus: guest.responseStatus,
    ...(guest.additionalGuests === undefined ? {} : { additionalGuests: guest.additionalGuests }),
    ...(guest.comment === undefined ? {} : { comment: guest.comment }),
  };
}

/** The guests that this copy shows: with "see others" false a guest sees only itself (sheet 2). */
export function visibleGuests(row: StoredEvent): readonly Attendee[] | undefined {
  const { attendees, guestsCanSeeOtherGuests } = row.content;
  if (guestsCanSeeOtherGuests !== false || sameAddress(row.organizer.email, row.calendarId)) return attendees;
  return attendees?.filter((each) => sameAddress(each.email, row.calendarId));
}

function showAttendees(row: StoredEvent, maxAttendees: number | undefined): JsonObject {
  const visible = visibleGuests(row);
  if (visible === undefined) return {};
  if (maxAttendees !== undefined && visible.length > maxAttendees) {
    const own = visible.filter((each) => sameAddress(each.email, row.calendarId));
    return { attendees: own.map((each) => showAttendee(each, row)), attendeesOmitted: true };
  }
  return { attendees: visible.map((each) => showAttendee(each, row)) };
}

const hangoutLink = (row: StoredEvent): string | undefined => {
  const points = row.content.conferenceData?.['entryPoints'];
  if (!Array.isArray(points)) return undefined;
  const video = points.find((each) => (each as JsonObject)['entryPointType'] === 'video') as JsonObject | undefined;
  const uri = video?.['uri'];
  return typeof uri === 'string' && uri.startsWith('https://meet.google.com/') ? uri : undefined;
};

/** True if this caller may only see that the time is taken: by their role, or because the event is private (sheet 5). */
export const isMasked = (row: StoredEvent, role: Role): boolean =>
  role === 'freeBusyReader' || ((role === 'reader' || role === 'writerWithoutPrivateAccess') && (row.content.visibility === 'private' || row.content.visibility === 'confidential'));

/** An event of which only the time may be seen, as recorded (sheet 5, FB24). */
function showBusy(row: StoredEvent, { calendar, zone }: View): JsonObject {
  return {
    kind: 'calendar#event', etag: etagOf(row), id: row.id, status: row.content.status, htmlLink: htmlLink(row.id, calendar.id), updated: updatedOf(row),
    start: showTime(row.content.start, zone), end: showTime(row.content.end, zone),
    ...(row.recurringEventId === undefined ? {} : { recurringEventId: row.recurringEventId }),
    ...(row.originalStart === undefined ? {} : { originalStartTime: showTime(row.originalStart, zone) }),
    visibility: 'private', iCalUID: row.iCalUID,
  };
}

const updatedOf = (row: StoredEvent): string => new Date(Math.floor(row.updatedUs / 1000)).toISOString();

/** The event resource as this caller may see it, keys in the recorded order. */
export function showEvent(row: StoredEvent, view: View): JsonObject {
  if (isMasked(row, view.role)) return showBusy(row, view);
  if (row.verbatim !== undefined) return JSON.parse(row.verbatim) as JsonObject;
  const { content } = row;
  const { calendar, zone } = view;
  const linkId = content.recurrence === undefined ? row.id : instanceId(row.id, timeMs(content.start), 'date' in content.start);
  const link = hangoutLink(row);
  const kept = (...names: (keyof typeof content)[]): JsonObject =>
    Object.fromEntries(names.flatMap((name) => (content[name] === undefined ? [] : [[name, content[name] as JsonObject]])));
  return {
    kind: 'calendar#event', etag: etagOf(row), id: row.id, status: content.status, htmlLink: htmlLink(linkId, calendar.id),
    created: new Date(row.createdMs).toISOString(), updated: updatedOf(row),
    ...kept('summary', 'description', 'location', 'colorId', 'eventLabelId'),
    creator: person(row.creator, calendar.id), organizer: person(row.organizer, calendar.id),
    start: showTime(content.start, zone), end: showTime(content.end, zone),
    ...kept('endTimeUnspecified', 'recurrence'),
    ...(row.recurringEventId === undefined ? {} : { recurringEventId: row.recurringEventId }),
    ...(row.originalStart === undefined ? {} : { originalStartTime: showTime(row.originalStart, zone) }),
    ...kept('transparency', 'visibility'),
    iCalUID: row.iCalUID, sequence: row.sequence,
    ...showAttendees(row, view.maxAttendees),
    ...(link === undefined ? {} : { hangoutLink: link }),
    ...kept('conferenceData', 'anyoneCanAddSelf', 'guestsCanInviteOthers', 'guestsCanModify', 'guestsCanSeeOtherGuests', 'extendedProperties', 'privateCopy', 'locked', 'reminders',
      ...(sameAddress(row.creator.email, view.caller) ? ['source' as const] : []), 'attachments', 'outOfOfficeProperties', 'focusTimeProperties',
      'workingLocationProperties', 'birthdayProperties', 'eventType'),
  };
}

/** A deleted event as lists without `showDeleted` give it; a cancelled occurrence also names its slot, with zone "UTC" (sheet 1.5). */
export function showStub(row: StoredEvent, view: View): JsonObject {
  const slot = row.originalStart;
  return {
    kind: 'calendar#event', etag: etagOf(row), id: row.id, status: 'cancelled',
    ...(row.recurringEventId === undefined || slot === undefined ? {} : {
      recurringEventId: row.recurringEventId,
      originalStartTime: 'date' in slot ? { date: slot.date } : { ...showTime(slot, view.zone), timeZone: 'UTC' },
    }),
  };
}

/** The moment `slotMs` in the form of a series' own times. */
const slotTime = (like: EventTime, slotMs: number): EventTime =>
  'date' in like ? { date: isoDate(slotMs) } : { atMs: slotMs, timeZone: like.timeZone };

/** An unmodified instance of a series: the master's content at another time, with the master's etag. */
export function instanceOf(master: StoredEvent, slotMs: number): StoredEvent {
  const { recurrence: _r, ...content } = master.content;
  const { formerSeries: _f, verbatim: _v, ...rest } = master;
  const start = slotTime(content.start, slotMs);
  const end = slotTime(content.end, slotMs + timeMs(content.end) - timeMs(content.start));
  return {
    ...rest, id: instanceId(master.id, slotMs, 'date' in content.start),
    recurringEventId: master.id, originalStart: start, content: { ...content, start, end },
  };
}
