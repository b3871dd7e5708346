/**
 * The state machine of settling: what may follow what, and what each step brings with it.
 *
 * A request is `pending_resolution` until somebody decides. Deciding begins an attempt to settle it, the *resolution*:
 *
 * Option 2. The existing client is ASKED to move, and their session stays where it is. If they choose a slot, it is held
 * and the resolution is CHOSEN; the session is patched in Google, and it is MOVED; the original time is seen free in
 * Google, and it is VACATED; the incoming event is written there, and it has LANDED. The time may also be left without a
 * choice (the coach drags the session away): then it goes from asked to vacated, once the vacancy has settled and Google
 * itself shows it. A choice that cannot be carried out leads back to asked, with fresh slots.
 *
 * Option 1. The incoming client is ASKED to pick. Their pick is held (CHOSEN) and written (LANDED), or leads back to asked.
 *
 * Whatever else happens ENDS the attempt. An end frees what was held inside Makeway and takes the marks off the session;
 * it never touches the session itself. The request then is the coach's turn, or goes on as the coach's policy says.
 *
 * A landing writes one event: INTENDED, INSERTED without guests, VERIFIED by a second look, LANDED; or it is REFUSED before
 * anything was sent, or UNDONE before anybody heard of it.
 *
 * These tables are all there is. `docs/states.svg` is drawn from them, and the database refuses every other step.
 */
import { instant, plus, type Instant } from '../kernel/interval.js';
import type { PendingReason, RequestState } from '../requests/request.js';
import type { EndReason, Offer, Resolution, ResolutionState } from './resolution.js';

/** What can happen to an attempt. */
export type FactName =
  // said by the client who was asked
  | 'slot chosen' | 'slot taken' | 'time kept' | 'none of these'
  // brought by time
  | 'reminder due' | 'no answer' | 'time passed'
  // said by the incoming client, the coach, or the mail server
  | 'withdrawn' | 'decided anew' | 'disconnected' | 'address refused'
  // seen in Google, while an answer is awaited
  | 'left' | 'came back' | 'seen free' | 'seen taken' | 'declined in Google' | 'session changed' | 'length changed' | 'not permitted' | 'became free'
  // what became of our own writes
  | 'moved' | 'not moved' | 'vacated' | 'taken again' | 'slipped in' | 'landed' | 'not landed';

/** What a step does besides the new state, in the same transaction, in this order. */
export type Work =
  | 'keep the choice' | 'finish the choice' | 'undo the choice'
  | 'note the vacancy' | 'forget the vacancy'
  | 'close the offer' | 'unmark the session' | 'free the promise' | 'say it is over'
  | 'fresh slots' | 'remind' | 'write if the page was left';

/** Whose turn the request is then. `coach`: theirs, with a letter; `as told`: the reason comes with the fact. `policy`: the
 *  coach's, or on to option 1. `lands`: written at the original time, if the policy is to land by itself. `books`: written
 *  at the picked time. `waits`: for an answer or for our own work. Null: the caller says. */
export type Turn =
  | { readonly next: 'coach'; readonly reason: PendingReason | 'as told' }
  | { readonly next: 'policy'; readonly reason: PendingReason }
  | { readonly next: 'waits'; readonly reason: 'asked' | 'offered' | 'moving' | 'disconnected' }
  | { readonly next: 'lands' } | { readonly next: 'books' };

export interface Way<State extends string = ResolutionState> { readonly to: State; readonly because: EndReason | null; readonly work: readonly Work[]; readonly turn: Turn | null }
type Ways<State extends string> = { readonly [From in State]: Readonly<Partial<Record<FactName, Way<State>>>> };
/** Option 1 moves nothing, so it is never `moved` or `vacated`. */
export type PickState = Exclude<ResolutionState, 'moved' | 'vacated'>;

const goes = <State extends ResolutionState>(to: State, work: readonly Work[], turn: Turn | null = null): Way<State> => ({ to, because: null, work, turn });
const stays = (...work: Work[]): Way<'asked'> => goes('asked', work);
const ends = (because: EndReason, turn: Turn | null, ...last: Work[]): Way<'ended'> =>
  ({ to: 'ended', because, work: ['undo the choice', 'close the offer', 'unmark the session', 'free the promise', ...last], turn });
const coach = (reason: PendingReason | 'as told'): Turn => ({ next: 'coach', reason });
const policy = (reason: PendingReason): Turn => ({ next: 'policy', reason });
const waits = (reason: 'asked' | 'offered' | 'moving' | 'disconnected'): Turn => ({ next: 'waits', reason });

export const OPTION_2: Ways<ResolutionState> = {
  asked: {
    'slot chosen': goes('chosen', ['keep the choice'], waits('moving')),
    'slot taken': stays('fresh slots'),
    'none of these': stays('fresh slots'),
    'length changed': stays('fresh slots'),
    'reminder due': stays('remind'),
    left: stays('note the vacancy'),
    'came back': stays('forget the vacancy'),
    'seen free': goes('vacated', ['close the offer', 'unmark the session', 'say it is over'], { next: 'lands' }),
    'time kept': ends('kept', policy('kept')),
    'no answer': ends('expired', policy('offer-expired')),
    'address refused': ends('undeliverable', coach('undeliverable')),
    'declined in Google': ends('superseded', coach('client-declined')),
    'seen taken': ends('taken', coach('taken'), 'say it is over'),
    'session changed': ends('superseded', coach('session-changed'), 'say it is over'),
    'not permitted': ends('superseded', coach('no-permission'), 'say it is over'),
    'decided anew': ends('superseded', null, 'say it is over'),
    withdrawn: ends('withdrawn', null, 'say it is over'),
    disconnected: ends('stuck', waits('disconnected'), 'say it is over'),
  },
  chosen: {
    moved: goes('moved', ['finish the choice', 'close the offer', 'unmark the session']),
    'not moved': goes('asked', ['undo the choice', 'fresh slots', 'write if the page was left'], waits('asked')),
    'session changed': ends('superseded', coach('session-changed'), 'say it is over'),
    'not permitted': ends('superseded', coach('no-permission'), 'say it is over'),
    disconnected: ends('stuck', waits('disconnected'), 'say it is over'),
  },
  moved: {
    vacated: goes('vacated', [], { next: 'lands' }),
    'taken again': ends('taken', coach('taken-again')),
    'slipped in': ends('taken', coach('slipped-in')),
    disconnected: ends('stuck', waits('disconnected')),
  },
  vacated: {
    landed: goes('landed', []),
    'not landed': ends('taken', coach('as told')),
    'time passed': ends('passed', coach('past')),
    'decided anew': ends('superseded', null),
    withdrawn: ends('withdrawn', null),
    disconnected: ends('stuck', waits('disconnected')),
  },
  landed: {},
  ended: {},
};

export const OPTION_1: Ways<PickState> = {
  asked: {
    'slot chosen': goes('chosen', ['keep the choice'], { next: 'books' }),
    'slot taken': stays('fresh slots'),
    'none of these': stays('fresh slots'),
    'reminder due': stays('remind'),
    'no answer': ends('expired', coach('offer-expired')),
    'address refused': ends('undeliverable', coach('undeliverable')),
    'became free': ends('superseded', null),
    'decided anew': ends('superseded', null),
    withdrawn: ends('withdrawn', null),
    disconnected: ends('stuck', waits('disconnected')),
  },
  chosen: {
    landed: goes('landed', ['finish the choice']),
    'not landed': goes('asked', ['undo the choice', 'fresh slots', 'write if the page was left'], waits('offered')),
    disconnected: ends('stuck', waits('disconnected')),
  },
  landed: {},
  ended: {},
};

export type LandingState = 'intended' | 'inserted' | 'verified' | 'landed' | 'refused' | 'undone';
export const LANDING = {
  intended: { inserted: 'inserted', 'given up': 'refused' },
  inserted: { verified: 'verified', 'given up': 'undone' },
  verified: { landed: 'landed', 'given up': 'undone' },
  landed: {},
  refused: {},
  undone: {},
} as const satisfies Record<LandingState, Readonly<Record<string, LandingState>>>;

/** `booking`: its time is reserved and on its way into Google. A request that waits may go on waiting with another reason. */
export const REQUEST = {
  pending_resolution: { waits: 'pending_resolution', reserved: 'booking', landed: 'booked', declined: 'declined', 'times passed': 'expired', withdrawn: 'withdrawn' },
  booking: { 'not landed': 'pending_resolution', reserved: 'booking', landed: 'booked', 'times passed': 'expired' },
  booked: {},
  declined: {},
  expired: {},
  withdrawn: {},
} as const satisfies Record<RequestState, Readonly<Record<string, RequestState>>>;
/** The states from which a request can come into `to`. */
export const requestStatesBefore = (to: RequestState): RequestState[] =>
  (Object.keys(REQUEST) as RequestState[]).filter((from) => (Object.values(REQUEST[from]) as RequestState[]).includes(to));

/** Said by a client: it counts only while the offer is open. */
const ANSWERS: ReadonlySet<FactName> = new Set<FactName>(['slot chosen', 'slot taken', 'time kept', 'none of these']);

/** What `fact` makes of an attempt at `now`; null: nothing, since it has gone on already, or the offer is over. */
export function next(resolution: Resolution, offer: Offer, fact: FactName, now: Instant): Way | null {
  if (ANSWERS.has(fact) && now >= offer.expiresAt) return null;
  const ways: Readonly<Partial<Record<FactName, Way>>> = resolution.option === 2 ? OPTION_2[resolution.state] : OPTION_1[resolution.state];
  return ways[fact] ?? null;
}

/** What the mirror shows of the session whose client was asked. */
export interface Sight {
  /** Nothing of it stands at the original time. */
  readonly isGone: boolean;
  /** Its client has declined it since the ask. */
  readonly isDeclined: boolean;
  /** It is no longer that client's alone. */
  readonly isAnothers: boolean;
  /** It is longer or shorter than the offered slots. */
  readonly hasOtherLength: boolean;
  /** We may no longer change it. */
  readonly isReadOnly: boolean;
}
const NOTHING_SEEN: Sight = { isGone: false, isDeclined: false, isAnothers: false, hasOtherLength: false, isReadOnly: false };

/** What an attempt needs now. `look`, `move` and `check`: Google is asked, and its answer is the next fact. */
export type Need = { readonly fact: FactName } | { readonly do: 'look' | 'move' | 'check' } | { readonly restUntil: Instant };

/** What time and the mirror have brought. A vacancy that we did not cause is looked at in Google after `settleMs`: a drag by
 *  mistake is undone by its author. */
export function needOf(resolution: Resolution, offer: Offer, sight: Sight | null, settleMs: number, now: Instant): Need {
  switch (resolution.state) {
    case 'asked': {
      const seen = sight ?? NOTHING_SEEN;
      if (now >= offer.expiresAt) return { fact: 'no answer' };
      if (seen.isDeclined) return { fact: 'declined in Google' };
      if (seen.isAnothers && !seen.isGone) return { fact: 'session changed' };
      if (seen.isReadOnly) return { fact: 'not permitted' };
      if (seen.hasOtherLength && !seen.isGone) return { fact: 'length changed' };
      const noticed = resolution.freedNoticedAt;
      if (seen.isGone !== (noticed !== null)) return { fact: seen.isGone ? 'left' : 'came back' };
      const settled = noticed === null ? null : plus(noticed, settleMs);
      if (settled !== null && now >= settled) return { do: 'look' };
      if (offer.remindedAt === null && now >= offer.remindAt && !seen.isGone) return { fact: 'reminder due' };
      return { restUntil: instant(Math.min(offer.expiresAt, settled ?? (offer.remindedAt === null ? offer.remindAt : offer.expiresAt))) };
    }
    case 'chosen': return resolution.option === 2 ? { do: 'move' } : { restUntil: plus(now, 3_600_000) };
    case 'moved': return { do: 'check' };
    case 'vacated': return now >= resolution.interval.start ? { fact: 'time passed' } : { restUntil: resolution.interval.start };
    case 'landed':
    case 'ended': return { restUntil: plus(now, 86_400_000) };
  }
}
