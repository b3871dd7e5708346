import type { Attendee, CalendarEvent, OriginalStart, ResponseStatus, When } from '../calendar/event.js';
import { HOUR, instant, plus, type Instant } from '../kernel/interval.js';
import { readRfc3339 } from '../kernel/zone.js';

const text = (value: unknown): string | null => (typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : null);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
/** A date that exists, in the years that `sane` allows: "2026-02-30" is none. */
const isDate = (value: unknown): value is string => {
  if (typeof value !== 'string' || !/^(19|20|21)\d{2}-\d{2}-\d{2}$/.test(value)) return false;
  const ms = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value);
};
/** Beyond these years no calendar of a coach means anything, and Postgres ranges stay well inside. */
const sane = (at: Instant): Instant | null => (at > instant(Date.UTC(1900, 0)) && at < instant(Date.UTC(2200, 0)) ? at : null);

function moment(value: unknown): Instant | null {
  const at = typeof value === 'string' ? readRfc3339(value) : null;
  return at === null ? null : sane(at);
}

function decodeWhen(start: unknown, end: unknown): When | null {
  if (!isRecord(start) || !isRecord(end)) return null;
  if (isDate(start.date) && isDate(end.date) && start.date <= end.date) return { kind: 'all-day', startOn: start.date, endOn: end.date };
  const from = moment(start.dateTime);
  const to = moment(end.dateTime);
  return from === null || to === null || to < from ? null : { kind: 'timed', start: from, end: to, zone: text(start.timeZone) };
}

/** An event without an end blocks an hour at least: the end that Google fills in may be its start. */
const ofSomeLength = (when: When | null, hasNoEnd: boolean): When | null =>
  (hasNoEnd && when?.kind === 'timed' && when.start === when.end ? { ...when, end: plus(when.start, HOUR) } : when);

function decodeOriginalStart(value: unknown): OriginalStart | null {
  if (!isRecord(value)) return null;
  if (isDate(value.date)) return { kind: 'all-day', on: value.date };
  const at = moment(value.dateTime);
  return at === null ? null : { kind: 'timed', at };
}

const RESPONSES: ReadonlySet<string> = new Set(['needsAction', 'declined', 'tentative', 'accepted']);
function decodeAttendee(value: unknown): Attendee[] {
  if (!isRecord(value)) return [];
  const email = text(value.email);
  if (!email) return [];
  const status = text(value.responseStatus) ?? 'needsAction';
  return [{
    email: email.toLowerCase(), displayName: text(value.displayName),
    responseStatus: RESPONSES.has(status) ? (status as ResponseStatus) : 'needsAction',
    self: value.self === true, organizer: value.organizer === true, resource: value.resource === true,
  }];
}

/** Why the event's time cannot be relied on, or null. An end that Google made up (`endTimeUnspecified`, sheet 2) still
 *  says where the event is. */
function unreadable(raw: Record<string, unknown>, when: When | null): string | null {
  if (!when) return 'the event has no start and end that can be read';
  return raw.endTimeUnspecified === true ? 'the event has no end of its own' : null;
}

/** Reads one event resource as Google sent it. Never throws: what cannot be understood is said in `unparsed`.
 *  `dateTime` gives the instant, `timeZone` the wall clock (field reference, Events). Returns null without an id. */
export function decodeEvent(raw: unknown): CalendarEvent | null {
  if (!isRecord(raw)) return null;
  const id = text(raw.id);
  if (!id || id.length > 1024) return null;
  const status = raw.status === 'cancelled' || raw.status === 'tentative' ? raw.status : 'confirmed';
  const when = ofSomeLength(decodeWhen(raw.start, raw.end), raw.endTimeUnspecified === true);
  const properties = isRecord(raw.extendedProperties) && isRecord(raw.extendedProperties.private) ? raw.extendedProperties.private : {};
  const lines = Array.isArray(raw.recurrence) ? raw.recurrence.filter((l): l is string => typeof l === 'string') : null;
  const updated = moment(raw.updated);
  return {
    id, etag: text(raw.etag) ?? '', updatedAt: updated, status, when,
    recurrence: lines && lines.length > 0 ? lines : null,
    recurringEventId: text(raw.recurringEventId),
    originalStart: decodeOriginalStart(raw.originalStartTime),
    iCalUid: text(raw.iCalUID),
    summary: text(raw.summary),
    transparency: raw.transparency === 'transparent' ? 'transparent' : 'opaque',
    eventType: text(raw.eventType) ?? 'default',
    organizedHere: isRecord(raw.organizer) && raw.organizer.self === true,
    attendees: Array.isArray(raw.attendees) ? raw.attendees.slice(0, 500).flatMap(decodeAttendee) : [],
    attendeesOmitted: raw.attendeesOmitted === true,
    createdAt: moment(raw.created),
    isPrivate: raw.visibility === 'private' || raw.visibility === 'confidential',
    privateProperties: Object.fromEntries(Object.entries(properties).filter((e): e is [string, string] => typeof e[1] === 'string' && e[0].startsWith('makeway'))),
    unparsed: status === 'cancelled' ? null : unreadable(raw, when),
  };
}

/** What a `busy` calendar may leave in the mirror: times and status, nothing of what it is about or with whom. */
export const timesOnly = (event: CalendarEvent): CalendarEvent => ({
  ...event, summary: null, iCalUid: null, privateProperties: {},
  attendees: event.attendees.filter((a) => a.self).map((a) => ({ ...a, email: '', displayName: null })),
});
