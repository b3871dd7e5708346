import type { ClientId, CoachId, RequestId } from '../kernel/ids.js';
import { instant, intervalFrom, MINUTE, type Instant, type Interval } from '../kernel/interval.js';
import type { SlotReason } from '../slots/search.js';

/** Why a request is not settled. The ones in `NEEDS_COACH` stand on the pending list as the coach's turn. */
export type PendingReason =
  | 'taken' | 'promised' | 'cannot-check' | 'no-calendar' | 'disconnected'
  | SlotReason
  | 'asked' | 'offered' | 'moving' | 'landing' | 'freed'
  | 'kept' | 'client-declined' | 'session-changed' | 'no-permission' | 'offer-expired' | 'undeliverable' | 'taken-again' | 'slipped-in' | 'deleted-at-landing';

const WORKING: ReadonlySet<PendingReason> = new Set(['asked', 'offered', 'moving', 'landing']);
export const needsCoach = (reason: PendingReason): boolean => !WORKING.has(reason) && reason !== 'promised';

/** Nobody could look or book: what is free is not known. */
export const isUnchecked = (reason: PendingReason | null): boolean => reason === 'cannot-check' || reason === 'disconnected' || reason === 'no-calendar';

/** The same reasons, told to the coach. `name` is the existing client. */
export const REASON_IN_WORDS: Readonly<Record<PendingReason, string>> = {
  taken: 'That time is taken.',
  promised: 'That time is promised to somebody else already; this request waits for its turn.',
  'cannot-check': 'Your calendar could not be checked, so nothing was booked.',
  'no-calendar': 'No calendar of yours can hold the session: none is set to, or it is gone or can no longer be written.',
  disconnected: 'Your Google Calendar is not connected, so nothing can be booked. It goes on when you connect it, or you decline it.',
  past: 'That time has passed.',
  notice: 'That time is free, but sooner than your minimum notice.',
  horizon: 'That time is further ahead than you take bookings.',
  'outside-hours': 'That time is free, but outside your working hours.',
  busy: 'That time is taken.',
  buffer: 'That time is free, but too close to another event.',
  'day-limit': 'That day has all the sessions you allow.',
  'week-limit': 'That week has all the sessions you allow.',
  asked: 'The existing client was asked to move; waiting for the answer.',
  offered: 'Other times were offered; waiting for the answer.',
  moving: 'The session is being moved.',
  landing: 'The booking is being written to your calendar.',
  freed: 'The time is free now. Book it by hand, or offer other times.',
  kept: 'The existing client keeps the time.',
  'client-declined': 'The existing client has declined the session in Google. If it is off, delete it there, and the time is booked by itself; or offer other times.',
  'session-changed': 'What stands there was changed in Google, and is no longer the session of the client who was asked. The question to them has ended.',
  'no-permission': 'Google does not let Makeway change that session. Move it yourself in Google, and the booking is made by itself; or offer other times.',
  'offer-expired': 'There was no answer in time. Nothing has changed.',
  undeliverable: 'The mail could not be delivered to that address.',
  'taken-again': 'The time was freed, but something else took it before the booking could be written.',
  'slipped-in': 'Something new stands at the chosen time, so nothing was moved there.',
  'deleted-at-landing': 'The booking was deleted in Google while it was being written.',
};

/** Where a request came from: a program, the booking page, the coach's requests calendar, an invitation over a session, or two
 *  sessions that the coach put at one time. */
export type RequestSource = 'api' | 'page' | 'calendar' | 'invitation' | 'overlap';
export type RequestState = 'pending_resolution' | 'booking' | 'booked' | 'declined' | 'expired' | 'withdrawn';

export interface Request {
  readonly coach_id: CoachId;
  readonly id: RequestId;
  readonly client_id: ClientId;
  readonly source: RequestSource;
  /** The blocker that this request stands for, if it is in the coach's calendar already: what is wanted is that the other leaves. */
  readonly stands_as: string | null;
  readonly session_type: string;
  readonly length_minutes: number;
  readonly wanted_starts: readonly Instant[];
  readonly wanted_at: Instant;
  readonly state: RequestState;
  readonly pending_reason: PendingReason | null;
  readonly revision: number;
  readonly booked_start: Instant | null;
  readonly booked_event_id: string | null;
  readonly freed_noticed_at: Instant | null;
  readonly idempotency_hash: Buffer | null;
  readonly created_at: Instant;
}

export const lengthMs = (request: Request): number => request.length_minutes * MINUTE;
/** The last moment at which the request still makes sense: the latest of its wanted starts. */
export const lastStart = (request: Request): Instant => instant(Math.max(request.wanted_at, ...request.wanted_starts));
/** The time the request is about now. */
export const wantedInterval = (request: Request): Interval => intervalFrom(request.wanted_at, lengthMs(request));
