/** A moment of an event as stored: an all-day date (`YYYY-MM-DD`), or an instant in ms with the event's IANA zone. */
export type EventTime = { readonly date: string } | { readonly atMs: number; readonly timeZone: string };

type ResponseStatus = 'needsAction' | 'declined' | 'tentative' | 'accepted';

/** A guest as stored; `self` and `organizer` depend on the copy and are added when it is shown. */
export interface Attendee {
  readonly email: string;
  readonly displayName?: string;
  readonly id?: string;
  readonly resource?: true;
  readonly optional?: true;
  readonly responseStatus: ResponseStatus;
  readonly comment?: string;
  readonly additionalGuests?: number;
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** What a client may write. Absent means Google's default. */
export interface EventContent {
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  readonly summary?: string;
  readonly description?: string;
  readonly location?: string;
  readonly colorId?: string;
  readonly start: EventTime;
  readonly end: EventTime;
  readonly endTimeUnspecified?: true;
  readonly recurrence?: readonly string[];
  readonly transparency?: 'transparent';
  readonly visibility?: 'public' | 'private' | 'confidential';
  readonly attendees?: readonly Attendee[];
  readonly anyoneCanAddSelf?: true;
  readonly guestsCanInviteOthers?: false;
  readonly guestsCanModify?: true;
  readonly guestsCanSeeOtherGuests?: false;
  readonly extendedProperties?: { readonly private?: Record<string, string>; readonly shared?: Record<string, string> };
  readonly reminders: { readonly useDefault: boolean; readonly overrides?: readonly { method: string; minutes: number }[] };
  readonly conferenceData?: JsonObject;
  readonly attachments?: readonly JsonObject[];
  readonly source?: JsonObject;
  readonly outOfOfficeProperties?: JsonObject;
  readonly focusTimeProperties?: JsonObject;
  readonly workingLocationProperties?: JsonObject;
  readonly birthdayProperties?: JsonObject;
  readonly eventType: string;
}

export interface Person { readonly email: string; readonly displayName?: string }

/** One row of the event store: a single event, a series' master, or an exception, on one calendar. */
export interface StoredEvent {
  readonly calendarId: string;
  readonly id: string;
  readonly iCalUID: string;
  /** Place in the change log, microseconds; the etag is twice this. */
  readonly revision: number;
  /** What `updated` shows, microseconds; a change of reminders alone leaves it. */
  readonly updatedUs: number;
  readonly createdMs: number;
  readonly sequence: number;
  readonly creator: Person;
  readonly organizer: Person;
  readonly recurringEventId?: string;
  readonly originalStart?: EventTime;
  readonly content: EventContent;
  /** A guest deleted this copy: the organizer's later changes do not bring it back. */
  readonly leftByGuest?: true;
  /** Shapes that a series had before, each with the revision that ended it (no lines: a single event); needed to tell which instances vanished. */
  readonly formerSeries?: readonly { readonly endedAt: number; readonly start: EventTime; readonly recurrence: readonly string[] }[];
}

export interface Account {
  readonly email: string;
  readonly name: string;
  readonly timeZone: string;
  readonly sub: string;
}

export interface Calendar {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly location?: string;
  readonly timeZone: string;
  /** Account that owns it. */
  readonly owner: string;
  readonly primary: boolean;
  /** Place of its calendarList entry in the owner's list log, microseconds. */
  readonly revision: number;
}

export interface Channel {
  readonly id: string;
  readonly resourceId: string;
  readonly resourceUri: string;
  readonly calendarId: string;
  readonly account: string;
  readonly clientId: string;
  readonly address: string;
  readonly token?: string;
  readonly expirationMs: number;
  readonly messageNumber: number;
  readonly stopped: boolean;
}
