import { timeMs } from '../events/content.js';
import type { Attendee, EventTime, StoredEvent } from '../store/model.js';
import { icalTime, toWall } from '../series/zone-time.js';
import { vtimezone } from './vtimezone.js';

export type Method = 'REQUEST' | 'CANCEL' | 'REPLY';

/** An event as one person is told of it: guests that they may know of, and for a series the occurrences that differ. */
export interface Told {
  readonly row: StoredEvent;
  readonly organizerName: string;
  readonly guests: readonly Attendee[];
  readonly overrides: readonly Told[];
  /** Original starts of occurrences that this person has not. */
  readonly holes: readonly EventTime[];
  /** What the guest wrote with their answer. */
  readonly comment?: string | undefined;
}

const PARTSTAT = { needsAction: 'NEEDS-ACTION', accepted: 'ACCEPTED', declined: 'DECLINED', tentative: 'TENTATIVE' } as const;

const escapeText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll(';', '\\;').replaceAll(',', '\\,').replaceAll(/\r\n|\n|\r/g, '\\n');
/** A parameter's value can hold neither quotes nor line breaks (RFC 5545 3.2). */
const quote = (text: string): string => `"${text.replaceAll('"', "'").replaceAll(/\p{Cc}/gu, ' ')}"`;
const stamp = (ms: number): string => `${icalTime(ms)}Z`;

/** Folds a content line at 75 octets (RFC 5545 3.1). */
function fold(line: string): string {
  const pieces: string[] = [];
  let piece = '';
  for (const char of line) {
    if (Buffer.byteLength(piece + char) > (pieces.length === 0 ? 75 : 74)) { pieces.push(piece); piece = ''; }
    piece += char;
  }
  return [...pieces, piece].join('\r\n ');
}

const isOfSeries = ({ row }: Told): boolean => row.content.recurrence !== undefined || row.recurringEventId !== undefined;

/** A series and its occurrences keep their zone, so that the rule means the same; a single event is told in UTC, as by Google. */
function timeLine(name: string, time: EventTime, keepsZone: boolean): string {
  if ('date' in time) return `${name};VALUE=DATE:${time.date.replaceAll('-', '')}`;
  return keepsZone ? `${name};TZID=${time.timeZone}:${icalTime(toWall(time.atMs, time.timeZone))}` : `${name}:${stamp(time.atMs)}`;
}

function attendeeLine(guest: Attendee, method: Method): string {
  return [
    'ATTENDEE', `CUTYPE=${guest.resource === true ? 'RESOURCE' : 'INDIVIDUAL'}`, `ROLE=${guest.optional === true ? 'OPT' : 'REQ'}-PARTICIPANT`,
    `PARTSTAT=${PARTSTAT[guest.responseStatus]}`, ...(method === 'REQUEST' ? ['RSVP=TRUE'] : []), `CN=${quote(guest.displayName ?? guest.email)}`,
    `X-NUM-GUESTS=${guest.additionalGuests ?? 0}:mailto:${guest.email}`,
  ].join(';');
}

function eventLines(told: Told, method: Method, nowMs: number): string[] {
  const { row, organizerName, guests, holes, comment } = told;
  const { content } = row, keepsZone = isOfSeries(told);
  return [
    'BEGIN:VEVENT', timeLine('DTSTART', content.start, keepsZone), timeLine('DTEND', content.end, keepsZone), ...(content.recurrence ?? []),
    ...holes.map((each) => timeLine('EXDATE', each, true)),
    `DTSTAMP:${stamp(nowMs)}`, `ORGANIZER;CN=${quote(organizerName)}:mailto:${row.organizer.email}`, `UID:${row.iCalUID}`,
    ...(row.originalStart === undefined ? [] : [timeLine('RECURRENCE-ID', row.originalStart, true)]),
    ...guests.map((each) => attendeeLine(each, method)),
    `CREATED:${stamp(row.createdMs)}`, `LAST-MODIFIED:${stamp(Math.floor(row.updatedUs / 1000))}`,
    ...(content.description === undefined ? [] : [`DESCRIPTION:${escapeText(content.description)}`]),
    ...(content.location === undefined ? [] : [`LOCATION:${escapeText(content.location)}`]),
    ...(comment === undefined ? [] : [`COMMENT:${escapeText(comment)}`]),
    `SEQUENCE:${row.sequence}`, `STATUS:${method === 'CANCEL' ? 'CANCELLED' : content.status === 'tentative' ? 'TENTATIVE' : 'CONFIRMED'}`,
    `SUMMARY:${escapeText(content.summary ?? '')}`, `TRANSP:${content.transparency === 'transparent' ? 'TRANSPARENT' : 'OPAQUE'}`,
    ...(content.visibility === 'private' || content.visibility === 'confidential' ? [`CLASS:${content.visibility.toUpperCase()}`] : []),
    'END:VEVENT',
  ];
}

/** Zones that the lines of an event name, each with the earliest instant at which they are used. */
function zonesOf(told: Told): Map<string, number> {
  const { row, overrides, holes } = told;
  const zones = new Map<string, number>();
  const use = (zone: string, ms: number): void => { zones.set(zone, Math.min(ms, zones.get(zone) ?? Infinity)); };
  if (isOfSeries(told)) {
    const { start, end } = row.content;
    for (const time of [start, end, row.originalStart, ...holes]) if (time !== undefined && 'atMs' in time) use(time.timeZone, time.atMs);
    for (const line of row.content.recurrence ?? []) {
      const zone = /^[^:]*;TZID="?([^;:"]+)/i.exec(line)?.[1];
      // Dates listed beside the rule may lie before the start.
      if (zone !== undefined) use(zone, timeMs(start) - 366 * 86_400_000);
    }
  }
  for (const each of overrides) for (const [zone, ms] of zonesOf(each)) use(zone, ms);
  return zones;
}

/** The iCalendar object of a letter (RFC 5546): one event, or a series with the occurrences that differ; lines folded, CRLF. */
export function calendarObject(told: Told, method: Method, nowMs: number): string {
  const lines = [
    'BEGIN:VCALENDAR', 'PRODID:-//Calendar emulator//EN', 'VERSION:2.0', 'CALSCALE:GREGORIAN', `METHOD:${method}`,
    ...[...zonesOf(told)].flatMap(([zone, fromMs]) => vtimezone(zone, fromMs)),
    ...[told, ...told.overrides].flatMap((each) => eventLines(each, method, nowMs)), 'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}
