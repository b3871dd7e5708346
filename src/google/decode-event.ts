import type { Attendee, CalendarEvent, ResponseStatus } from '../calendar/event.js';
import { readRecurrence } from '../calendar/recurrence-lines.js';
import { instant, type Instant } from '../kernel/interval.js';
import { knownZone } from '../kernel/zone.js';
import { MOST_ADDRESS, MOST_GUESTS, MOST_PROPERTIES, MOST_REASON, MOST_RECURRENCE } from './decode-limits.js';
import { digest, isRecord, readId, shortText, text } from './decode-text.js';
import { forEver, isEndless, readMoment, readOriginalStart, readWhen } from './decode-when.js';

const RESPONSES: ReadonlySet<unknown> = new Set<ResponseStatus>(['needsAction', 'declined', 'tentative', 'accepted']);
const STATUSES: ReadonlySet<unknown> = new Set<CalendarEvent['status']>(['confirmed', 'tentative', 'cancelled']);
/** `updated` beyond this is nonsense, and would make every later change look old. */
const LATEST_UPDATE = instant(Date.UTC(2200, 0));

/**
 * Reads one event resource as Google sent it. Never throws. Returns null without an id.
 *
 * - `dateTime` gives the instant, `timeZone` the wall clock (field reference, Events); `calendarZone` where neither an
 *   offset nor a zone is told.
 * - Absent and unknown values of little weight get the reading that blocks. What may hide busy time is said in `unparsed`:
 *   such an event blocks what is known of its time, whatever else it says.
 * - What is kept is limited by decode-limits.ts. Descriptions are not kept.
 */
export function decodeEvent(raw: unknown, calendarZone: string | null = null): CalendarEvent | null {
  if (!isRecord(raw)) return null;
  const key = readId(raw.id);
  if (!key) return null;
  const faults: string[] = key.isOdd ? ['an id that is none of Google\'s'] : [];
  const status = readStatus(raw.status, faults);
  const { when, fault } = readWhen(raw, calendarZone);
  if (fault !== null && status !== 'cancelled') faults.push(fault);
  const recurrence = readLines(raw.recurrence, faults);
  const series = readId(raw.recurringEventId);
  // An instance has no rule of its own: which of the two it is nobody can tell, so that both block.
  if (recurrence && series) faults.push('a rule on an instance');
  const instanceOf = recurrence ? null : series?.id ?? null;
  const originalStart = readOriginalStart(raw.originalStartTime, instanceOf === null ? '' : key.id, calendarZone);
  if (instanceOf !== null && originalStart === null) faults.push('an instance without its original start');
  const guests = readGuests(raw.attendees);
  const isLong = recurrence !== null && when !== null && isEndless(when);
  if (isLong) faults.push('instances that last for years');
  if (recurrence !== null) faults.push(...seriesFaults(recurrence, when));

  const event = {
    id: key.id, etag: '', updatedAt: readUpdated(raw.updated), status,
    when: isLong ? forEver(when) : when,
    recurrence: isLong ? null : recurrence,
    recurringEventId: instanceOf,
    originalStart,
    iCalUid: text(raw.iCalUID),
    summary: text(raw.summary),
    transparency: raw.transparency === 'transparent' ? 'transparent' as const : 'opaque' as const,
    eventType: shortText(raw.eventType) ?? 'default',
    organizedHere: isRecord(raw.organizer) && raw.organizer.self === true,
    ...organizerElsewhere(raw.organizer),
    attendees: guests.kept,
    attendeesOmitted: raw.attendeesOmitted === true || guests.isCut,
    createdAt: readMoment(raw.created),
    isPrivate: raw.visibility === 'private' || raw.visibility === 'confidential',
    privateProperties: readOurs(raw.extendedProperties),
    unparsed: faults.length > 0 ? text(faults.join('; '), MOST_REASON) : null,
  };
  return { ...event, etag: readEtag(raw.etag, event) };
}

function organizerElsewhere(value: unknown): Pick<CalendarEvent, 'organizer'> {
  if (!isRecord(value) || value.self === true) return {};
  const email = shortText(value.email);
  return email === null ? {} : { organizer: { email: email.toLowerCase(), displayName: shortText(value.displayName) } };
}

/** What of a series cannot be laid out: its lines, or the clock it goes by. */
function seriesFaults(lines: readonly string[], when: CalendarEvent['when']): string[] {
  const zone = when?.kind === 'timed' ? when.zone : null;
  const faults = [...new Set(readRecurrence(lines).faults)].slice(0, 3);
  return zone !== null && knownZone(zone) === null ? [...faults, 'an unknown time zone'] : faults;
}

function readStatus(value: unknown, faults: string[]): CalendarEvent['status'] {
  if (STATUSES.has(value)) return value as CalendarEvent['status'];
  if (value !== undefined && value !== null) faults.push('an unknown status');
  return 'confirmed';
}

/** Recurrence lines, or null for a single event. A series that has no readable line is still a series. */
function readLines(value: unknown, faults: string[]): string[] | null {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return null;
  const all: unknown[] = Array.isArray(value) ? value : [value];
  const lines = all.filter((line) => typeof line === 'string').map((line) => line.replaceAll('\u0000', '').toWellFormed());
  if (!Array.isArray(value) || lines.length < all.length) faults.push('recurrence that is not text');
  const length = lines.reduce((sum, line) => sum + line.length, 0);
  if (length > MOST_RECURRENCE) {
    faults.push('too many recurrence dates');
    return cutLines(lines);
  }
  return lines.length > 0 ? lines : ['unreadable'];
}

/** As many lines as are kept, those that add time before those that take it away; the one in between is cut at a comma. */
function cutLines(lines: readonly string[]): string[] {
  let room = MOST_RECURRENCE;
  const adds = (line: string): boolean => !/^\s*ex/i.test(line);
  return [...lines.filter(adds), ...lines.filter((line) => !adds(line))].flatMap((line) => {
    const kept = line.length <= room ? line : line.slice(0, Math.max(0, line.lastIndexOf(',', room)));
    room -= kept.length;
    return kept === '' ? [] : [kept];
  });
}

/** Who is asked. Entries that cannot be read, and more than anybody needs, are left out and said to be. */
function readGuests(value: unknown): { kept: Attendee[]; isCut: boolean } {
  if (!Array.isArray(value)) return { kept: [], isCut: value !== undefined && value !== null };
  const all: readonly unknown[] = value;
  const kept = (all.length > MOST_GUESTS ? coachFirst(all).slice(0, MOST_GUESTS) : all).flatMap((entry) => readGuest(entry) ?? []);
  return { kept, isCut: kept.length < all.length };
}
function coachFirst(all: readonly unknown[]): unknown[] {
  const rank = (entry: unknown): number => (!isRecord(entry) ? 2 : entry.self === true ? 0 : entry.organizer === true ? 1 : 2);
  return [0, 1, 2].flatMap((wanted) => all.filter((entry) => rank(entry) === wanted));
}

function readGuest(value: unknown): Attendee | null {
  if (!isRecord(value)) return null;
  const self = value.self === true;
  const email = text(value.email, MOST_ADDRESS + 1);
  const isUsable = email !== null && email !== '' && email.length <= MOST_ADDRESS;
  // Our own answer counts even without an address.
  if (!isUsable && !self) return null;
  return {
    email: isUsable ? email.toLowerCase() : '', displayName: text(value.displayName),
    responseStatus: RESPONSES.has(value.responseStatus) ? (value.responseStatus as ResponseStatus) : 'needsAction',
    self, organizer: value.organizer === true, resource: value.resource === true,
  };
}

/** Private properties that we wrote ourselves. */
function readOurs(value: unknown): Record<string, string> {
  const all = isRecord(value) && isRecord(value.private) ? value.private : {};
  const ours: [string, string][] = [];
  for (const key of Object.keys(all)) {
    const name = key.startsWith('makeway') ? text(key, 64) : null;
    const property = name === null ? null : text(all[key]);
    if (name !== null && property !== null && ours.length < MOST_PROPERTIES) ours.push([name, property]);
  }
  return Object.fromEntries(ours);
}

function readUpdated(value: unknown): Instant | null {
  const at = readMoment(value);
  return at === null || at > LATEST_UPDATE ? null : at;
}

/** The etag as it can be sent back; where there is none, one that changes with what we know of the event. */
const readEtag = (value: unknown, event: CalendarEvent): string =>
  typeof value === 'string' && /^[\x20-\x7e]{1,512}$/.test(value) ? value : `~${digest(JSON.stringify(event))}`;

/** What a `busy` calendar may leave in the mirror: times and status, nothing of what it is about or with whom. */
export const timesOnly = (event: CalendarEvent): CalendarEvent => ({
  ...event, ...(event.organizer && { organizer: null }), summary: null, iCalUid: null, privateProperties: {},
  attendees: event.attendees.filter((a) => a.self).map((a) => ({ ...a, email: '', displayName: null })),
});
