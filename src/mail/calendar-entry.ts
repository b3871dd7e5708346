/** A session as a calendar entry in a mail of ours: iCalendar (RFC 5545), sent as iTIP (RFC 5546) by mail (RFC 6047). */
import type { Instant, Interval } from '../kernel/interval.js';
import { oneLine } from './letter-blocks.js';

export interface CalendarEntry {
  /** REQUEST: it stands at `interval`. CANCEL: it no longer stands. */
  readonly method: 'REQUEST' | 'CANCEL';
  /** Of the session, for its whole life. */
  readonly uid: string;
  /** Rises with each entry of the session. */
  readonly sequence: number;
  /** When this entry was made. */
  readonly stamp: Instant;
  readonly interval: Interval;
  readonly summary: string;
  /** The address that the mail comes from: an answer by machine goes there, and never makes a second event on the coach's calendar. */
  readonly organizer: { readonly name: string; readonly address: string };
  readonly attendee: { readonly name: string; readonly address: string };
}

/**
 * The whole iCalendar object. Times are in UTC: each calendar shows them in its owner's zone, and there is no zone to be read
 * wrongly. The client has chosen the time, so no answer is asked for.
 */
export function calendarText(entry: CalendarEntry): string {
  const { organizer, attendee } = entry;
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Makeway//Makeway//EN',
    'CALSCALE:GREGORIAN',
    `METHOD:${entry.method}`,
    'BEGIN:VEVENT',
    `UID:${escaped(entry.uid)}`,
    `SEQUENCE:${String(entry.sequence)}`,
    `DTSTAMP:${utc(entry.stamp)}`,
    `DTSTART:${utc(entry.interval.start)}`,
    `DTEND:${utc(entry.interval.end)}`,
    `SUMMARY:${escaped(entry.summary)}`,
    `STATUS:${entry.method === 'CANCEL' ? 'CANCELLED' : 'CONFIRMED'}`,
    'TRANSP:OPAQUE',
    `ORGANIZER;CN=${quoted(organizer.name)}:mailto:${mailto(organizer.address)}`,
    `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=${entry.method === 'CANCEL' ? 'NEEDS-ACTION' : 'ACCEPTED'};RSVP=FALSE;CN=${quoted(attendee.name)}:mailto:${mailto(attendee.address)}`,
    'END:VEVENT',
    'END:VCALENDAR',
  ].map(folded).join('');
}

/** "20261130T120000Z" (RFC 5545 3.3.5, form 2). */
const utc = (at: Instant): string => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, '');

/** TEXT (RFC 5545 3.3.11). */
const escaped = (text: string): string => oneLine(text, 200).replace(/[\\;,]/g, (sign) => `\\${sign}`);

/** A quoted parameter value has no way to write a double quote (RFC 5545 3.2). */
const quoted = (text: string): string => `"${oneLine(text, 100).replaceAll('"', "'")}"`;

const mailto = (address: string): string => oneLine(address, 320).replace(/[^A-Za-z0-9@.!#$&'*+/=^_`{|}~-]/g, (sign) => encodeURIComponent(sign));

const MOST_OCTETS = 75;
/** One content line: at most 75 octets, then CRLF and a space; no character is torn (RFC 5545 3.1). */
function folded(line: string): string {
  const lines: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line) {
    const more = Buffer.byteLength(character);
    if (octets + more > MOST_OCTETS) {
      lines.push(part);
      part = ' ';
      octets = 1;
    }
    part += character;
    octets += more;
  }
  return `${[...lines, part].join('\r\n')}\r\n`;
}
