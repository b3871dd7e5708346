import type { Instant } from '../kernel/interval.js';
import { timeFault, type InboxReading, type InboxWish, type Unclear } from './read-inbox-event.js';
import type { RequestState } from './request.js';

/** What is known of an event on the requests calendar, from before. Hashes as text. */
export interface InboxKnown { readonly state: 'open' | 'gone' | 'tidied'; readonly wishHash: string | null; readonly wishStart: Instant | null; readonly refused: 'already-theirs' | 'in-progress' | null; readonly refusedHash: string | null }
/** What Google shows of it now; `hash` stands for the wish. */
export type InboxSight = { readonly is: 'gone' } | { readonly is: 'there'; readonly reading: InboxReading; readonly hash: string | null };

/** What is to be done about it. `stay`: nothing; `why` is what keeps the event from counting as it now stands. `startsAnew`: it was
 *  deleted, or its request has ended, and it stands for nothing that was before. */
export type InboxTurn =
  | { readonly do: 'withdraw' } | { readonly do: 'close' } | { readonly do: 'tidy' }
  | { readonly do: 'take in' | 'change'; readonly wish: InboxWish; readonly hash: string }
  | { readonly do: 'stay'; readonly why: Unclear | 'past' | 'too-far' | 'already-theirs' | null; readonly start: Instant | null; readonly startsAnew: boolean };

/** Decides. `request`: the state of the one it stands for, null if there is none. An event is taken in once, changes its request
 *  only as long as that one is open, and takes it back when it is deleted. After a request has ended unbooked, moving its event asks
 *  anew, unless it was the client who took it back. */
export function inboxTurn(known: InboxKnown, request: RequestState | null, sight: InboxSight, at: { readonly now: Instant; readonly horizonMs: number }): InboxTurn {
  const isOpen = request === 'pending_resolution' || request === 'booking';
  if (sight.is === 'gone') return isOpen ? { do: 'withdraw' } : { do: 'close' };
  const isBack = known.state !== 'open' && !isOpen;
  if (request === 'booked' && !isBack) return { do: 'tidy' };
  const { reading, hash } = sight;
  const startsAnew = isBack || request === null;
  if (reading.is === 'unclear' || hash === null) return { do: 'stay', why: request !== null && !isOpen && !isBack ? null : reading.is === 'unclear' ? reading.why : null, start: null, startsAnew };
  const { wish } = reading;
  const fault = timeFault(wish.start, at.now, at.horizonMs);
  if (!startsAnew && hash === known.wishHash) return { do: 'stay', why: null, start: null, startsAnew };
  if (!startsAnew && !isOpen) {
    const asksAnew = request !== 'withdrawn' && wish.start !== known.wishStart && fault === null && known.refusedHash !== hash;
    return asksAnew ? { do: 'take in', wish, hash } : { do: 'stay', why: null, start: null, startsAnew };
  }
  if (fault !== null) return { do: 'stay', why: fault, start: wish.start, startsAnew };
  if (known.refused === 'already-theirs' && known.refusedHash === hash) return { do: 'stay', why: 'already-theirs', start: null, startsAnew: false };
  return { do: startsAnew ? 'take in' : 'change', wish, hash };
}
