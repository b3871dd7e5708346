import type { CalendarEvent } from '../calendar/event.js';
import type { Instant, Interval } from '../kernel/interval.js';

/** One page of `events.list` (`singleEvents=false`). The cursor comes on the last page only. */
export interface EventsPage {
  readonly events: readonly CalendarEvent[];
  /** Items of the page that were no event: without an id they can be counted, and nothing more. */
  readonly unreadable: number;
  readonly nextPageToken: string | null;
  readonly nextCursor: string | null;
  /** Null where Google did not say, or named a zone that nobody knows: what was known before still holds. */
  readonly timeZone: string | null;
  readonly accessRole: string | null;
}
/** A calendar on its coach's list. `summary` is the coach's own name for it, if they gave one; `timeZone` is one that we know. */
export interface CalendarListEntry { readonly id: string; readonly summary: string; readonly timeZone: string; readonly accessRole: string; readonly isPrimary: boolean; readonly isSelected: boolean; readonly isHidden: boolean; /** Made by Makeway for requests (`INBOX_MARK`). */ readonly isInbox?: true }
/** One page of `calendarList.list`, hidden entries included. `removed`: ids that are not on the list any more, as far as
 *  Google says so. The cursor comes on the last page only. */
export interface CalendarListPage { readonly entries: readonly CalendarListEntry[]; readonly removed: readonly string[]; readonly nextPageToken: string | null; readonly nextCursor: string | null }
export interface OpenChannel { readonly resourceId: string; readonly expiresAt: Instant }

/** What Makeway writes as a new event: quiet, without guests. */
export interface NewEvent { readonly id: string; readonly summary: string; readonly description: string; readonly interval: Interval; readonly zone: string; readonly privateProperties: Readonly<Record<string, string>> }

/** An event with its coach's own words in full: `event` keeps titles cut, and no descriptions. */
export interface WholeEvent { readonly event: CalendarEvent; readonly title: string; readonly description: string }

/** One coach's Google Calendar. No method is called inside a transaction. Every method throws Problems only:
 *  GOOGLE_UNREACHABLE, GOOGLE_QUOTA, GOOGLE_QUOTA_SPENT, GOOGLE_GRANT_REVOKED, GOOGLE_REFUSED, and those named beside it.
 *  A write whose answer was lost throws GOOGLE_ANSWER_LOST: look before you repeat it. */
export interface GoogleCalendar {
  /** @throws GOOGLE_CURSOR_GONE as `listEvents`. Changes of titles and access rights alone are not told to a cursor (sheet 5). */
  listCalendars(from: { cursor: string | null; pageToken: string | null }): Promise<CalendarListPage>;
  /** Whether the events of a calendar can be read: `gone` for a 404, `refused` for a 403 that is not about quotas. */
  sightOf(calendarId: string): Promise<'readable' | 'gone' | 'refused'>;
  /** From a cursor, or from the start: all, or what touches `window`. @throws GOOGLE_CURSOR_GONE when the cursor or page token is no longer good: read everything again. */
  listEvents(calendarId: string, from: { cursor: string | null; pageToken: string | null; window: Interval | null }): Promise<EventsPage>;
  /** All single events and instances that touch the window, read live. */
  listWindow(calendarId: string, window: Interval): Promise<CalendarEvent[]>;
  /** The event, cancelled ones too; null if Google does not know it. */
  getEvent(calendarId: string, eventId: string): Promise<CalendarEvent | null>;
  /** As `getEvent`, with title and description as they are. */
  getWholeEvent(calendarId: string, eventId: string): Promise<WholeEvent | null>;
  /** Writes title and description under the etag, silently. @throws GOOGLE_EVENT_CHANGED, GOOGLE_NOT_FOUND */
  annotateEvent(calendarId: string, eventId: string, etag: string, words: { title: string; description: string }): Promise<CalendarEvent>;
  /** Makes a calendar of the coach's own. Needs the scope `calendar.app.created`. Not at most once: look for it before. */
  makeCalendar(calendar: { title: string; description: string; zone: string }): Promise<void>;
  /** @throws GOOGLE_DUPLICATE when the id is taken, by us or by a deleted event. */
  insertEvent(calendarId: string, event: NewEvent): Promise<CalendarEvent>;
  /** Moves an event under its etag. @throws GOOGLE_EVENT_CHANGED, GOOGLE_NOT_FOUND */
  moveEvent(calendarId: string, eventId: string, etag: string, to: Interval, zone: string, tell: 'guests' | 'nobody'): Promise<CalendarEvent>;
  /** Adds the guest beside those that are there, under the event's etag, and lets Google tell. @throws GOOGLE_EVENT_CHANGED, GOOGLE_NOT_FOUND */
  /** Says yes to an invitation, as the calendar's owner; the organizer hears it from Google. @throws Problem GOOGLE_EVENT_CHANGED */
  acceptInvitation(calendarId: string, event: CalendarEvent): Promise<CalendarEvent>;
  inviteGuest(calendarId: string, event: CalendarEvent, guest: { email: string; displayName: string }): Promise<CalendarEvent>;
  /** Deletes under the etag, silently; an event that is gone already is fine. @throws GOOGLE_EVENT_CHANGED */
  deleteEvent(calendarId: string, eventId: string, etag: string): Promise<void>;
  /** @throws GOOGLE_REFUSED for a calendar that cannot be watched. */
  watch(calendarId: string, channel: { id: string; token: string; address: string }): Promise<OpenChannel>;
  stopChannel(channel: { id: string; resourceId: string }): Promise<void>;
}
