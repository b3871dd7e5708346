import { randomUUID } from 'node:crypto';
import { timeMs } from '../events/content.js';
import type { Attendee, EventTime, StoredEvent } from '../store/model.js';
import { isoDate, toWall } from '../series/zone-time.js';
import { calendarObject, type Method, type Told } from './ical.js';
import { occurrencesFor, type Occasion } from './notices.js';

/** A mail as it waits in the queue. */
export interface Letter {
  readonly messageId: string;
  readonly to: string;
  readonly replyTo: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly calendar: string;
  readonly method: Method;
}

/** Whose letter it is, and when. */
export interface Facing {
  /** Zone of the organizer's calendar, in which people are told the times. */
  readonly zone: string;
  readonly organizerName: string;
  readonly nowMs: number;
  /** Stored exceptions of the series that the letter is about. */
  readonly exceptions: readonly StoredEvent[];
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

const visibleTo = ({ content }: StoredEvent, to: string): Attendee[] =>
  (content.attendees ?? []).filter((each) => content.guestsCanSeeOtherGuests !== false || each.email.toLowerCase() === to.toLowerCase());

const FOOT = 'Invitation from Google Calendar (emulator)';

/** Text and HTML of a letter. */
function pages(lead: string, title: string, facts: readonly [string, string][], note: string | undefined, look: { color: string; isStruck: boolean }): Pick<Letter, 'text' | 'html'> {
  const text = [lead, '', title, ...facts.map(([name, value]) => `${name}: ${value}`), ...(note === undefined ? [] : ['', note]), '', FOOT].join('\n');
  const html = `<!doctype html><html lang="en"><body style="margin:0;background:#f6f8fc;font-family:Roboto,Arial,sans-serif;color:#3c4043">
<div style="max-width:560px;margin:16px auto;background:#fff;border:1px solid #dadce0;border-radius:8px;overflow:hidden">
<p style="margin:0;padding:12px 24px;background:${look.color};color:#fff;font-size:14px">${escapeHtml(lead)}</p><div style="padding:20px 24px">
<h2 style="margin:0 0 16px;font-weight:500;font-size:20px;color:#202124${look.isStruck ? ';text-decoration:line-through' : ''}">${escapeHtml(title)}</h2>
${facts.map(([name, value]) => `<p style="margin:0 0 12px"><b style="display:block;font-size:13px;color:#5f6368">${name}</b>${escapeHtml(value)}</p>`).join('\n')}
${note === undefined ? '' : `<p style="white-space:pre-line;border-top:1px solid #dadce0;padding-top:12px">${escapeHtml(note)}</p>`}
</div></div><p style="text-align:center;font-size:12px;color:#70757a">${FOOT}</p></body></html>`;
  return { text, html };
}

const messageId = (): string => `<calendar-${randomUUID()}@google.example>`;

/**
 * The mail that tells one guest. Other guests are named only if the event lets guests see each other. A new guest of a series
 * also learns of its occurrences that differ.
 */
export function guestLetter(occasion: Occasion, row: StoredEvent, to: string, facing: Facing): Letter {
  const { content } = row;
  const { zone, organizerName, nowMs } = facing;
  const title = content.summary ?? '(no title)', when = whenText(content.start, content.end, zone);
  const method = occasion === 'Canceled event' ? 'CANCEL' : 'REQUEST';
  const lead = { Invitation: `${organizerName} invites you to this event.`, 'Updated invitation': 'This event has been updated.', 'Canceled event': 'This event has been canceled and removed from your calendar.' }[occasion];
  const plain = (each: StoredEvent): Told => ({ row: each, organizerName, guests: visibleTo(each, to), overrides: [], holes: [] });
  const { overrides, holes } = occurrencesFor(method === 'REQUEST' && content.recurrence !== undefined ? facing.exceptions : [], to);
  const guests = visibleTo(row, to);
  const facts: [string, string][] = [
    ['When', when], ...(content.recurrence === undefined ? [] : [['Repeats', content.recurrence.join(', ')] as [string, string]]),
    ...(content.location === undefined ? [] : [['Where', content.location] as [string, string]]), ['Organizer', organizerName],
    ...(guests.length === 0 ? [] : [['Guests', guests.map((each) => each.displayName ?? each.email).join(', ')] as [string, string]]),
  ];
  return {
    messageId: messageId(), to, replyTo: row.organizer.email, subject: `${occasion}: ${title} @ ${when}`,
    ...pages(lead, title, facts, content.description, { color: method === 'CANCEL' ? '#c5221f' : '#1a73e8', isStruck: method === 'CANCEL' }),
    calendar: calendarObject({ ...plain(row), overrides: overrides.map(plain), holes }, method, nowMs), method,
  };
}

/** The mail that tells an organizer what a guest answered; times in the organizer's zone if it is known. */
export function answerLetter(row: StoredEvent, answer: Attendee, facing: Facing): Letter {
  const { content, organizer } = row;
  const title = content.summary ?? '(no title)', when = whenText(content.start, content.end, facing.zone);
  const word = { accepted: 'Accepted', tentative: 'Tentatively Accepted', declined: 'Declined', needsAction: 'Not answered' }[answer.responseStatus];
  const who = answer.displayName ?? answer.email;
  const facts: [string, string][] = [['When', when], ['Guest', who], ...(answer.additionalGuests === undefined ? [] : [['Brings', String(answer.additionalGuests)] as [string, string]])];
  return {
    messageId: messageId(), to: organizer.email, replyTo: answer.email, subject: `${word}: ${title} @ ${when}`,
    ...pages(`${who}: ${word.toLowerCase()}.`, title, facts, answer.comment, { color: '#1a73e8', isStruck: false }),
    calendar: calendarObject({ row, organizerName: facing.organizerName, guests: [answer], overrides: [], holes: [], comment: answer.comment }, 'REPLY', facing.nowMs), method: 'REPLY',
  };
}
