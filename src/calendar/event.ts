import type { Instant } from '../kernel/interval.js';

/** When an event is: an all-day event stays a pair of dates (`endOn` exclusive) until it is asked for in a zone. */
export type When =
  | { readonly kind: 'timed'; readonly start: Instant; readonly end: Instant; readonly zone: string | null }
  | { readonly kind: 'all-day'; readonly startOn: string; readonly endOn: string };

/** The slot of a series that an instance stands for; it survives moves of the instance. */
export type OriginalStart =
  | { readonly kind: 'timed'; readonly at: Instant }
  | { readonly kind: 'all-day'; readonly on: string };

export type ResponseStatus = 'needsAction' | 'declined' | 'tentative' | 'accepted';

export interface Attendee {
  readonly email: string;
  readonly displayName: string | null;
  readonly responseStatus: ResponseStatus;
  readonly self: boolean;
  readonly organizer: boolean;
  readonly resource: boolean;
}

/** One event resource of Google Calendar, as much of it as Makeway needs. Names are Google's. */
export interface CalendarEvent {
  readonly id: string;
  readonly etag: string;
  /** Google's `updated`; null on a minimal cancelled stub. */
  readonly updatedAt: Instant | null;
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  /** Null on a cancelled stub, and where the event could not be read (`unparsed` says why). */
  readonly when: When | null;
  readonly recurrence: readonly string[] | null;
  readonly recurringEventId: string | null;
  readonly originalStart: OriginalStart | null;
  readonly iCalUid: string | null;
  readonly summary: string | null;
  readonly transparency: 'opaque' | 'transparent';
  readonly eventType: string;
  /** True if this calendar organises the event: only then may we move it. */
  readonly organizedHere: boolean;
  readonly attendees: readonly Attendee[];
  readonly attendeesOmitted: boolean;
  readonly privateProperties: Readonly<Record<string, string>>;
  /** Who organises it, where that is somebody else, who need not be a guest; absent also in rows that were mirrored before it was read. */
  readonly organizer?: { readonly email: string; readonly displayName: string | null } | null;
  /** Google's `created`; absent in rows that were mirrored before it was read. */
  readonly createdAt?: Instant | null;
  /** `visibility` private or confidential; absent in rows that were mirrored before it was read. */
  readonly isPrivate?: boolean;
  /** Why the event could not be understood; such an event blocks its time and stops nothing. */
  readonly unparsed: string | null;
}

/** What a stretch of an event means for the coach's time. `soft` is focus time. */
export type Blocking = 'busy' | 'soft' | 'free';

/** One concrete `[start, end)` that an event or series stands for. */
export interface Occurrence {
  /** The id to read or write at Google: the event's, the exception's, or the derived instance id `<series>_<YYYYMMDDTHHMMSSZ>`. */
  readonly eventId: string;
  readonly seriesId: string | null;
  readonly originalStart: OriginalStart;
  readonly start: Instant;
  readonly end: Instant;
  readonly isAllDay: boolean;
  readonly blocking: Blocking;
}
