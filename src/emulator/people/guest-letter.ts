import { randomUUID } from 'node:crypto';
import { timeMs } from '../events/content.js';
import type { EventTime, StoredEvent } from '../store/model.js';
import { isoDate, toWall } from '../series/zone-time.js';

export type Occasion = 'Invitation' | 'Updated invitation' | 'Canceled event';

/** A mail as it waits in the queue. */
export interface Letter {
  readonly messageId: string;
  readonly to: string;
  readonly replyTo: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly calendar: string;
  readonly method: 'REQUEST' | 'CANCEL';
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const day = (wallMs: number): string => {
  const date = new Date(wallMs);
  return `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
};
const clock = (wallMs: number): string => new Date(wallMs).toISOString().slice(11, 16);

/** When an event is, for people: `Mon 30 Nov 2026 13:00 - 14:00 (Europe/Berlin)` in the given zone; dates alone for all-day events. */
function whenText(start: EventTime, end: EventTime, zone: string): string {
  if ('date' in start) {
    const last = timeMs(end) - 86_400_000;
    return last <= timeMs(start) ? day(timeMs(start)) : `${day(timeMs(start))} - ${day(last)}`;
  }
  const [from, to] = [toWall(timeMs(start), zone), toWall(timeMs(end), zone)];
  return `${day(from)} ${clock(from)} - ${isoDate(from) === isoDate(to) ? '' : `${day(to)} `}${clock(to)} (${zone})`;
}

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const escapeText = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll(';', '\\;').replaceAll(',', '\\,').replaceAll(/\r?\n/g, '\\n');
const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

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

/** A series keeps its zone, so that its rule means the same; everything else is told in UTC. */
function timeLine(name: string, time: EventTime, keepZone: boolean): string {
  if ('date' in time) return `${name};VALUE=DATE:${time.date.replaceAll('-', '')}`;
  return keepZone ? `${name};TZID=${time.timeZone}:${stamp(toWall(time.atMs, time.timeZone)).slice(0, -1)}` : `${name}:${stamp(time.atMs)}`;
}

function invitation(row: StoredEvent, organizer: string, guests: StoredEvent['content']['attendees'], method: string, nowMs: number): string {
  const { content } = row;
  const recurring = content.recurrence !== undefined;
  const lines = [
    'BEGIN:VCALENDAR', 'PRODID:-//Calendar emulator//EN', 'VERSION:2.0', 'CALSCALE:GREGORIAN', `METHOD:${method}`, 'BEGIN:VEVENT',
    timeLine('DTSTART', content.start, recurring), timeLine('DTEND', content.end, recurring), ...(content.recurrence ?? []),
    `DTSTAMP:${stamp(nowMs)}`, `ORGANIZER;CN="${organizer.replaceAll('"', "'")}":mailto:${row.organizer.email}`,
    `UID:${row.iCalUID}`, ...(row.originalStart === undefined ? [] : [timeLine('RECURRENCE-ID', row.originalStart, false)]),
    ...(guests ?? []).map((each) => `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=${each.optional ? 'OPT' : 'REQ'}-PARTICIPANT;PARTSTAT=${{ needsAction: 'NEEDS-ACTION', accepted: 'ACCEPTED', declined: 'DECLINED', tentative: 'TENTATIVE' }[each.responseStatus]};RSVP=TRUE:mailto:${each.email}`),
    ...(content.description === undefined ? [] : [`DESCRIPTION:${escapeText(content.description)}`]),
    ...(content.location === undefined ? [] : [`LOCATION:${escapeText(content.location)}`]),
    `SEQUENCE:${row.sequence}`, `STATUS:${method === 'CANCEL' ? 'CANCELLED' : content.status.toUpperCase()}`, `SUMMARY:${escapeText(content.summary ?? '')}`,
    `TRANSP:${content.transparency === 'transparent' ? 'TRANSPARENT' : 'OPAQUE'}`, 'END:VEVENT', 'END:VCALENDAR',
  ];
  return `${lines.map(fold).join('\r\n')}\r\n`;
}

/** The mail that tells one guest. Other guests are named only if the event lets guests see each other. Times are in `zone`. */
export function guestLetter(occasion: Occasion, row: StoredEvent, to: string, facing: { zone: string; organizerName: string; nowMs: number }): Letter {
  const { content } = row;
  const { zone, organizerName: organizer, nowMs } = facing;
  const title = content.summary ?? '(no title)';
  const when = whenText(content.start, content.end, zone);
  const guests = (content.attendees ?? []).filter((each) => content.guestsCanSeeOtherGuests !== false || each.email.toLowerCase() === to.toLowerCase());
  const method = occasion === 'Canceled event' ? 'CANCEL' : 'REQUEST';
  const lead = { Invitation: `${organizer} invites you to this event.`, 'Updated invitation': 'This event has been updated.', 'Canceled event': 'This event has been canceled and removed from your calendar.' }[occasion];
  const facts: [string, string][] = [
    ['When', when], ...(content.recurrence === undefined ? [] : [['Repeats', content.recurrence.join(', ')] as [string, string]]),
    ...(content.location === undefined ? [] : [['Where', content.location] as [string, string]]), ['Organizer', organizer],
    ...(guests.length === 0 ? [] : [['Guests', guests.map((each) => each.displayName ?? each.email).join(', ')] as [string, string]]),
  ];
  const text = [lead, '', title, ...facts.map(([name, value]) => `${name}: ${value}`), ...(content.description === undefined ? [] : ['', content.description]), '', 'Invitation from Google Calendar (emulator)'].join('\n');
  const color = method === 'CANCEL' ? '#c5221f' : '#1a73e8';
  const html = `<!doctype html><html lang="en"><body style="margin:0;background:#f6f8fc;font-family:Roboto,Arial,sans-serif;color:#3c4043">
<div style="max-width:560px;margin:16px auto;background:#fff;border:1px solid #dadce0;border-radius:8px;overflow:hidden">
<p style="margin:0;padding:12px 24px;background:${color};color:#fff;font-size:14px">${escapeHtml(lead)}</p><div style="padding:20px 24px">
<h2 style="margin:0 0 16px;font-weight:500;font-size:20px;color:#202124${method === 'CANCEL' ? ';text-decoration:line-through' : ''}">${escapeHtml(title)}</h2>
${facts.map(([name, value]) => `<p style="margin:0 0 12px"><b style="display:block;font-size:13px;color:#5f6368">${name}</b>${escapeHtml(value)}</p>`).join('\n')}
${content.description === undefined ? '' : `<p style="white-space:pre-line;border-top:1px solid #dadce0;padding-top:12px">${escapeHtml(content.description)}</p>`}
</div></div><p style="text-align:center;font-size:12px;color:#70757a">Invitation from Google Calendar (emulator)</p></body></html>`;
  return {
    messageId: `<calendar-${randomUUID()}@google.example>`, to, replyTo: row.organizer.email, subject: `${occasion}: ${title} @ ${when}`,
    text, html, calendar: invitation(row, organizer, guests, method, nowMs), method,
  };
}
