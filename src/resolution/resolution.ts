/** One attempt to settle a request, and the offer in it. How it goes on: states.ts. */
import type { ClientId, CoachId, HoldId, OfferId, RequestId, ResolutionId, SessionId } from '../kernel/ids.js';
import type { Instant, Interval } from '../kernel/interval.js';

export type ResolutionState = 'asked' | 'chosen' | 'moved' | 'vacated' | 'landed' | 'ended';
export type EndReason = 'kept' | 'expired' | 'superseded' | 'withdrawn' | 'undeliverable' | 'taken' | 'stuck' | 'passed';

interface Common {
  readonly coachId: CoachId;
  readonly id: ResolutionId;
  readonly requestId: RequestId;
  /** The original time: the one that was wanted. */
  readonly interval: Interval;
  /** Blockers that the coach ticked as not mattering here. */
  readonly tolerated: readonly string[];
  readonly freedNoticedAt: Instant | null;
  readonly askedAt: Instant;
  readonly endReason: EndReason | null;
}
/** Option 1: the incoming client picks another time. */
export interface Picking extends Common { readonly option: 1; readonly state: Exclude<ResolutionState, 'moved' | 'vacated'>; readonly sessionId: null; readonly promiseId: null }
/** Option 2: the client of `sessionId` is asked to move, and its time is promised to the request. */
export interface Moving extends Common { readonly option: 2; readonly state: ResolutionState; readonly sessionId: SessionId; readonly promiseId: HoldId }
export type Resolution = Picking | Moving;

/** A time that was offered, and why: for the coach and the history, never for a client. */
export interface OfferedSlot extends Interval { readonly reasons: readonly string[] }

export interface Offer {
  readonly id: OfferId;
  readonly clientId: ClientId;
  readonly round: number;
  readonly slots: readonly OfferedSlot[];
  /** Starts that the client has passed over. */
  readonly passedOver: readonly Instant[];
  readonly expiresAt: Instant;
  readonly remindAt: Instant;
  readonly remindedAt: Instant | null;
}
