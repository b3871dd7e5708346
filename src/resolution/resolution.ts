/**
 * One attempt to settle a request.
 *
 * Option 2 goes  asked → chosen → moved → vacated → landed.  The existing client is asked; chooses; the session is moved
 * in Google; the original time is seen free; the incoming event stands there.
 * It leaves that path in two ways. The time becomes free without a choice (the coach drags the session away): asked →
 * vacated, after it was looked at again. Or it ends: kept, expired, superseded, undeliverable, taken, stuck, passed.
 * An end never touches the existing session.
 * Option 1 goes  asked → chosen → landed,  or ends.
 *
 * `nextStep` is the whole table: what to do next, from the row and the time alone.
 */
import type { ClientId, CoachId, HoldId, OfferId, RequestId, ResolutionId, SessionId } from '../kernel/ids.js';
import { plus, type Instant, type Interval } from '../kernel/interval.js';

export type EndReason = 'kept' | 'expired' | 'superseded' | 'undeliverable' | 'taken' | 'stuck' | 'passed';
export type ResolutionState = 'asked' | 'chosen' | 'moved' | 'vacated' | 'landed' | 'ended';

export interface Resolution {
  readonly coachId: CoachId;
  readonly id: ResolutionId;
  readonly requestId: RequestId;
  readonly option: 1 | 2;
  readonly state: ResolutionState;
  /** Option 2: the session whose client was asked, and the hold on its time for the request. */
  readonly sessionId: SessionId | null;
  readonly promiseId: HoldId | null;
  /** The original time. */
  readonly interval: Interval;
  /** Blockers that the coach ticked as not mattering here. */
  readonly tolerated: readonly string[];
  readonly freedNoticedAt: Instant | null;
  readonly askedAt: Instant;
  readonly endReason: EndReason | null;
}

export interface Offer {
  readonly id: OfferId;
  readonly clientId: ClientId;
  readonly round: number;
  readonly slots: readonly Interval[];
  readonly expiresAt: Instant;
  readonly remindAt: Instant;
  readonly remindedAt: Instant | null;
}

export type Step =
  | { readonly do: 'expire' }
  | { readonly do: 'remind' }
  /** The mirror shows the time free (or not): note it, look again after `settle`. */
  | { readonly do: 'look-if-freed' }
  | { readonly do: 'move' }
  | { readonly do: 'check-vacated' }
  | { readonly do: 'rest'; readonly until: Instant };

/** When a time was seen free without us, this long passes before it is believed. */
export function nextStep(resolution: Resolution, offer: Offer, mirrorShowsFree: boolean, settleMs: number, now: Instant): Step {
  switch (resolution.state) {
    case 'asked': {
      if (now >= offer.expiresAt) return { do: 'expire' };
      if (resolution.option === 2) {
        const settled = resolution.freedNoticedAt === null ? null : plus(resolution.freedNoticedAt, settleMs);
        if (mirrorShowsFree !== (resolution.freedNoticedAt !== null)) return { do: 'look-if-freed' };
        if (settled !== null && now >= settled) return { do: 'look-if-freed' };
        if (offer.remindedAt === null && now >= offer.remindAt && !mirrorShowsFree) return { do: 'remind' };
        const until = settled ?? (offer.remindedAt === null ? offer.remindAt : offer.expiresAt);
        return { do: 'rest', until: until < offer.expiresAt ? until : offer.expiresAt };
      }
      if (offer.remindedAt === null && now >= offer.remindAt) return { do: 'remind' };
      return { do: 'rest', until: offer.remindedAt === null ? offer.remindAt : offer.expiresAt };
    }
    case 'chosen': return resolution.option === 2 ? { do: 'move' } : { do: 'rest', until: plus(now, 3_600_000) };
    case 'moved': return { do: 'check-vacated' };
    case 'vacated': return now >= resolution.interval.start ? { do: 'expire' } : { do: 'rest', until: resolution.interval.start };
    case 'landed':
    case 'ended': return { do: 'rest', until: plus(now, 86_400_000) };
  }
}
