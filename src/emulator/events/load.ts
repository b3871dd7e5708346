import { randomBytes } from 'node:crypto';
import { badRequest } from '../http/api-error.js';
import { BadRecurrence, parseRecurrence } from '../series/recurrence-lines.js';
import { dateMs, isZone, parseDateTime } from '../series/zone-time.js';
import type { Attendee, Calendar, EventContent, EventTime, Json, JsonObject, Person, StoredEvent } from '../store/model.js';
import { isKey } from '../store/keys.js';
import type { Store } from '../store/store.js';
import { putInPlace } from './save.js';
import { showEvent } from './view.js';

const asObject = (value: Json | undefined): JsonObject | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
const asText = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** A time as far as it can be understood; a `dateTime` without `timeZone` is in the calendar's zone. */
function readTime(value: Json | undefined, calendarZone: string): EventTime | undefined {
  const time = asObject(value);
  const date = asText(time?.['date']), dateTime = asText(time?.['dateTime']), named = asText(time?.['timeZone']);
  if (date !== undefined) return dateMs(date) === undefined ? undefined : { date };
  const timeZone = named !== undefined && isZone(named) ? named : calendarZone;
  const atMs = dateTime === undefined ? undefined : parseDateTime(dateTime, timeZone);
  return atMs === undefined ? undefined : { atMs, timeZone };
}

/** Lines that the engine understands; a series with others is kept as a single event, and shown as it came. */
function readLines(value: Json | undefined): string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every((each) => typeof each === 'string')) return undefined;
  try {
    parseRecurrence(value);
    return value;
  } catch (error) {
    if (error instanceof BadRecurrence) return undefined;
    throw error;
  }
}

function readPerson(value: Json | undefined, fallback: Person): Person {
  const person = asObject(value), email = asText(person?.['email']), displayName = asText(person?.['displayName']);
  return email === undefined ? fallback : { email, ...(displayName === undefined ? {} : { displayName }) };
}

function readAttendees(value: Json | undefined): Attendee[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((each) => {
    const { self: _, organizer: __, email, responseStatus, ...rest } = asObject(each) ?? {};
    return typeof email === 'string' ? [{ ...rest, email, responseStatus: (asText(responseStatus) ?? 'needsAction') as Attendee['responseStatus'] }] : [];
  });
}

const KEPT = [
  'summary', 'description', 'location', 'colorId', 'eventLabelId', 'endTimeUnspecified', 'transparency', 'visibility', 'anyoneCanAddSelf', 'guestsCanInviteOthers', 'guestsCanModify',
  'guestsCanSeeOtherGuests', 'privateCopy', 'locked', 'extendedProperties', 'conferenceData', 'attachments', 'source', 'outOfOfficeProperties', 'focusTimeProperties', 'workingLocationProperties', 'birthdayProperties',
];

function readContent(resource: JsonObject, calendarZone: string): EventContent {
  const start = readTime(resource['start'], calendarZone) ?? readTime(resource['originalStartTime'], calendarZone) ?? { date: '1970-01-01' };
  const end = readTime(resource['end'], calendarZone) ?? start;
  const recurrence = readLines(resource['recurrence']), attendees = readAttendees(resource['attendees']);
  const isSameKind = 'date' in start === 'date' in end;
  return {
    status: (asText(resource['status']) ?? 'confirmed') as EventContent['status'], start, end: isSameKind ? end : start,
    ...Object.fromEntries(KEPT.flatMap((name) => (resource[name] === undefined || resource[name] === null ? [] : [[name, resource[name]]]))),
    ...(recurrence === undefined ? {} : { recurrence }), ...(attendees === undefined ? {} : { attendees }),
    reminders: (asObject(resource['reminders']) ?? { useDefault: true }) as unknown as EventContent['reminders'],
    eventType: asText(resource['eventType']) ?? 'default',
  };
}

const microseconds = (value: Json | undefined): number | undefined => {
  const ms = Date.parse(asText(value) ?? '');
  return Number.isNaN(ms) ? undefined : ms * 1000;
};

function read(resource: JsonObject, calendar: Calendar, revision: number): StoredEvent {
  const id = asText(resource['id']) ?? `load${randomBytes(11).toString('hex')}`;
  if (!isKey(id)) throw badRequest(`this id is too long: ${id.slice(0, 40)}…`);
  const owner: Person = { email: calendar.id, ...(calendar.primary ? {} : { displayName: calendar.summary }) };
  const recurringEventId = asText(resource['recurringEventId']), etag = asText(resource['etag']);
  const content = readContent(resource, calendar.timeZone);
  const createdUs = microseconds(resource['created']);
  return {
    calendarId: calendar.id, id, iCalUID: asText(resource['iCalUID']) ?? `${id}@google.com`, revision,
    updatedUs: microseconds(resource['updated']) ?? revision, createdMs: createdUs === undefined ? Math.floor(revision / 1e6) * 1000 : createdUs / 1000,
    sequence: typeof resource['sequence'] === 'number' ? resource['sequence'] : 0,
    creator: readPerson(resource['creator'], { email: calendar.owner }), organizer: readPerson(resource['organizer'], owner),
    ...(recurringEventId === undefined ? {} : { recurringEventId, originalStart: readTime(resource['originalStartTime'], calendar.timeZone) ?? content.start }),
    content,
    ...(resource['privateCopy'] === true ? { privateCopy: true as const } : {}),
    ...(etag === undefined ? {} : { loadedEtag: etag }),
  };
}

/** True if the row, shown to the calendar's owner, is what came: a whole resource (one with a link) exactly, a partial one in each field that came. */
function isShownAs(row: StoredEvent, resource: JsonObject, calendar: Calendar): boolean {
  const shown = showEvent(row, { calendar, role: 'owner', caller: calendar.owner, zone: calendar.timeZone });
  if (resource['htmlLink'] !== undefined) return JSON.stringify(shown) === JSON.stringify(resource);
  return Object.entries(resource).every(([name, value]) => JSON.stringify(shown[name]) === JSON.stringify(value));
}

/** Rows in one commit. A commit that touches very many pages leaves a list of free ones that slows all later commits. */
const PORTION = 250;

/**
 * Loads event resources onto a calendar as they are: no rule is applied, no copy made, no mail sent. Rows of the same
 * id are replaced, and each takes a fresh place in the change log. What the store cannot say in its own terms is kept
 * verbatim and shown so until it is written. Returns how many were loaded, and the ids kept verbatim. Commits in portions.
 * Throws 400 for an id that is longer than any of Google's.
 */
export function loadEvents(store: Store, calendar: Calendar, resources: readonly JsonObject[]): { loaded: number; verbatim: string[] } {
  const verbatim: string[] = [];
  for (let from = 0; from < resources.length; from += PORTION) {
    store.transact(() => {
      for (const resource of resources.slice(from, from + PORTION)) {
        const row = read(resource, calendar, store.nextRevision());
        const isPlain = isShownAs(row, resource, calendar);
        if (!isPlain) verbatim.push(row.id);
        putInPlace(store, isPlain ? row : { ...row, verbatim: JSON.stringify(resource) });
      }
    });
  }
  return { loaded: resources.length, verbatim };
}
