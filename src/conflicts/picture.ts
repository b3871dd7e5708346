import type { ClientId, RequestId } from '../kernel/ids.js';
import type { Interval } from '../kernel/interval.js';
import { ASK_REFUSAL_IN_WORDS, type AnswerTime, type AskRefusal, type Blocker } from './blocker.js';

/** A time that somebody wants. Null: nobody has asked for it yet, or who would is not known. */
export interface Wanted { readonly interval: Interval; readonly requestId: RequestId | null; readonly clientId: ClientId | null; /** What stands there for the one who wants it, and is not in the way. */ readonly standsAs?: string | null }

/** A free time, and what is good about it: for the coach's side and the history, never for a client. */
export interface GoodSlot extends Interval { readonly reasons: readonly string[]; readonly score: number }

/** All that a decision about one wanted time rests on: what stands there, who could be asked, which times are free. */
export interface Picture {
  readonly wanted: Interval;
  readonly blockers: readonly Blocker[];
  /** The other events of that day. */
  readonly neighbours: readonly Blocker[];
  readonly isPromised: boolean;
  /** Who sits there, if it is one session. `clientId` is null while nobody has said whose title it is, or never met. */
  readonly candidate: { readonly blocker: Blocker; readonly clientId: ClientId | null; readonly name: string; readonly email: string | null; /** How often they were asked within the policy's days. */ readonly asksLately: number } | null;
  readonly ask: { readonly slots: readonly GoodSlot[]; readonly answer: AnswerTime } | AskRefusal;
  readonly otherSlots: readonly GoodSlot[];
  readonly manual: readonly Interval[];
}

/** Whether the coach could book the wanted time itself by hand. */
export const isOpenByHand = ({ manual, wanted }: Picture): boolean => manual[0]?.start === wanted.start;

/** What the wanted time would take, in one sentence for the coach. */
export function whatItTakes(picture: Picture): string {
  const { ask, candidate, blockers } = picture;
  if (typeof ask !== 'string' && candidate) {
    const others = blockers.filter((b) => b.key !== candidate.blocker.key).map((b) => b.title);
    const times = ask.slots.length === 1 ? 'one time' : `${String(ask.slots.length)} times`;
    return `${candidate.name} sits there and could be asked to move (${times} to offer)${others.length > 0 ? `, if this does not matter: ${others.join(', ')}` : ''}.`;
  }
  if (isOpenByHand(picture)) return 'Nothing stands there; it can be booked by hand.';
  return ASK_REFUSAL_IN_WORDS[typeof ask === 'string' ? ask : 'no-session'];
}
