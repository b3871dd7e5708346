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
  /** The newer labels, in place of a colour (sheet 2). */
  readonly eventLabelId?: string;
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
  /** Shown on copies of somebody else's event that was imported, and on events inserted as private copies. */
  readonly privateCopy?: true;
  /** The main fields of this copy cannot change (sheet 2). */
  readonly locked?: true;
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
  /** Place in the change log, microseconds; the etag is twice this, but for loaded rows. */
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
  /** Set by events.import: no invitations, no copies, no answers back (sheet 3). */
  readonly privateCopy?: true;
  /** JSON of a resource that was loaded and is shown as it came, because no write could have made it; the next write replaces it. */
  readonly verbatim?: string;
  /** The etag with which it was loaded; the next write replaces it. */
  readonly loadedEtag?: string;
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
  /** When its settings last changed, microseconds. */
  readonly settingsRevision?: number;
  /** Absent: active. Nobody signs in to the others, and no token speaks for them. */
  readonly state?: 'disabled' | 'deleted';
}

/** What an account may do with a calendar, weakest first (sheet 5). */
export const ROLES = ['freeBusyReader', 'reader', 'writerWithoutPrivateAccess', 'writer', 'owner'] as const;
export type Role = (typeof ROLES)[number];

/** A label that the events of a calendar may carry. */
export interface EventLabel { readonly id: string; readonly name?: string; readonly backgroundColor: string }

export interface Calendar {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly location?: string;
  readonly timeZone: string;
  /** Account that owns its data; empty for calendars that nobody here owns (holidays). */
  readonly owner: string;
  readonly primary: boolean;
  readonly labels?: readonly EventLabel[];
  /** OAuth client that made it, for the scope `calendar.app.created`. */
  readonly createdBy?: string;
  /** Deleted by its owner: 404 for everybody from then on. */
  readonly deleted?: true;
  /** When it last changed, microseconds. */
  readonly revision: number;
}

/** A calendar on an account's list: what the account chose for itself. */
export interface ListEntry {
  readonly account: string;
  readonly calendarId: string;
  /** Place in the account's list log, microseconds; the etag. */
  readonly revision: number;
  readonly colorId: string;
  readonly backgroundColor?: string;
  readonly foregroundColor?: string;
  readonly summaryOverride?: string;
  readonly selected?: boolean;
  readonly hidden?: true;
  readonly defaultReminders: readonly { readonly method: string; readonly minutes: number }[];
  readonly notifications?: readonly { readonly type: string; readonly method: string }[];
  readonly deleted?: true;
}

/** A rule of access to a calendar. Its id is `type:value`, or `default`. */
export interface AclRule {
  readonly calendarId: string;
  readonly id: string;
  readonly scope: { readonly type: 'default' | 'user' | 'group' | 'domain'; readonly value?: string };
  /** `none`: the rule was deleted. */
  readonly role: Role | 'none';
  readonly revision: number;
}

/** What a channel watches: the events of a calendar, its access rules, or an account's list or settings. */
export type WatchedKind = 'events' | 'acl' | 'calendarList' | 'settings';

export interface Channel {
  readonly id: string;
  /** Project of the OAuth client that made it; ids are unique within one. */
  readonly project: string;
  readonly resourceId: string;
  readonly resourceUri: string;
  readonly kind: WatchedKind;
  /** Id of the calendar for `events` and `acl`, the account's address otherwise. */
  readonly of: string;
  readonly account: string;
  readonly clientId: string;
  /** Made by a service account: any user of its client may stop it (sheet 4). */
  readonly byServiceAccount?: true;
  readonly address: string;
  readonly token?: string;
  /** It only hears of changes of events of these types. */
  readonly eventTypes?: readonly string[];
  readonly expirationMs: number;
  readonly messageNumber: number;
  readonly stopped: boolean;
}

/** A message to a channel's address that was not yet delivered. */
export interface Delivery {
  readonly state: 'sync' | 'exists';
  readonly messageNumber: number;
  /** How often it was tried. */
  readonly attempts: number;
}
