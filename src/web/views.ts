import type { AnswerTime } from '../conflicts/blocker.js';
import type { InboxOffer } from './pages/inbox-offer.js';
import type { Instant, Interval } from '../kernel/interval.js';

/** What the pages show. Views are plain values; `pages` turn them into HTML and know nothing else. */

export interface BlockerView {
  /** Names the blocker in the form. */
  readonly key: string;
  readonly title: string;
  readonly interval: Interval;
  readonly isAllDay: boolean;
  /** `session`: can perhaps be asked; `unnamed`: a title without a client, the coach may say who it is; `promised`: reserved for another request. */
  readonly kind: 'session' | 'unnamed' | 'other' | 'promised';
}

/** Who can be asked to move, and with which slots. `key`: the blocker. `asksLately`: how often they were asked
 *  in the last `asksDays` days. */
export interface AskView { readonly key: string; readonly name: string; readonly email: string | null; readonly slots: readonly Interval[]; readonly answer: AnswerTime; readonly unnamedKey: string | null; readonly asksLately: number; readonly asksDays: number }

/** One request, for its coach: from a decision link, or on the pending page. */
export interface DecisionView {
  readonly action: string;
  /** Cross-site guard of the signed-in pages; null where the link itself is the capability. */
  readonly guard: string | null;
  /** Where all that happened to it stands; null where nobody is signed in. */
  readonly historyPath: string | null;
  readonly revision: number;
  readonly zone: string;
  readonly incoming: { readonly name: string; readonly email: string };
  readonly sessionType: string;
  readonly wanted: Interval;
  /** The other times that would do, and what each would take. */
  readonly alsoWanted: readonly { readonly wanted: Interval; readonly takes: string; readonly blockers: readonly BlockerView[]; readonly ask: AskView | null; readonly isOpenByHand: boolean }[];
  /** One sentence: where the request stands. */
  readonly standing: string;
  /** False once the request is settled: the page then only tells. */
  readonly isOpen: boolean;
  /** The link was made for an earlier state: the page says so, and shows the present one. */
  readonly isStale: boolean;
  /** The coach has just decided, with this very page: it says so, and `standing` tells what follows. */
  readonly isDecided: boolean;
  readonly blockers: readonly BlockerView[];
  readonly neighbours: readonly { readonly title: string; readonly interval: Interval }[];
  readonly ask:
    | AskView
    | { readonly why: string };
  readonly otherSlots: readonly Interval[];
  /** How long the incoming client could pick one of the other times. */
  readonly offerAnswer: AnswerTime;
  /** After a no or a silence the incoming client is offered other times by itself. */
  readonly offersAfterNo: boolean;
  /** The link of a question that waits and that the coach passes on, since the address is missing. */
  readonly passOn: { readonly name: string; readonly link: string } | null;
  /** Free times for booking by hand; the wanted time comes first if it is free. */
  readonly manual: readonly Interval[];
  /** Which button was pressed in the mail: it is shown first. */
  readonly prepared: 'option1' | 'option2' | 'decline' | 'manual' | null;
  /** What was wrong with the last attempt, if any. */
  readonly fault: string | null;
}

/** The page behind an offer: the existing client moves (`ask`), or the incoming client picks (`offer`). */
export interface OfferView {
  readonly kind: 'ask' | 'offer';
  readonly action: string;
  readonly coachName: string;
  readonly clientName: string;
  /** The zone whose clocks the page shows, beside the coach's. */
  readonly zone: string;
  readonly coachZone: string;
  /** The visitor's own zone, once the page knows it: it goes along with every click, and is kept with the choice. */
  readonly ownZone: string | null;
  /** The session as it stands now (ask), or null. */
  readonly session: Interval | null;
  readonly sessionIsPast: boolean;
  /**
   * `open`: choose; `confirm`: one slot is picked, the page says what will happen and asks once more; `confirm-mute`: "please
   * don't ask me again" is about to be said, while the question is open or after it;
   * `working`: being moved or booked right now, and looked at again; `done`: moved or booked; `kept`; `withdrawn`; `over`: nothing to do any more.
   */
  readonly state: 'open' | 'confirm' | 'confirm-keep' | 'confirm-mute' | 'confirm-withdraw' | 'working' | 'done' | 'kept' | 'withdrawn' | 'over';
  /** The question is still open. */
  readonly isOpen: boolean;
  /** We have an address of this client. */
  readonly getsMail: boolean;
  /** This client is not asked any more. */
  readonly isMuted: boolean;
  /** It is over because nobody answered in time. */
  readonly isTooLate: boolean;
  /** The request behind a closed offer is still the coach's to decide. */
  readonly isStillWanted: boolean;
  /** "None of these" was pressed: what would suit is asked at once. */
  readonly isNoneOpen: boolean;
  readonly slots: readonly Interval[];
  readonly picked: Interval | null;
  readonly until: Instant;
  /** "That time was taken meanwhile. These are free now." */
  readonly note: string | null;
}

export interface PendingRow {
  readonly requestId: string;
  readonly incomingName: string;
  readonly wanted: Interval;
  /** Where it stands, in a sentence; null where `turn` says it all. */
  readonly standing: string | null;
  /** Whose turn it is, or what became of it, in a few words. */
  readonly turn: string;
  readonly needsYou: boolean;
}
export interface PendingView { /** How many things stand on top of each other. */ readonly overlaps: number; readonly coachName: string; readonly zone: string; readonly guard: string; readonly rows: readonly PendingRow[]; readonly settled: readonly PendingRow[]; readonly google: 'active' | 'broken' | 'none' }

/** How a coach's calendar is connected. `open`: requests that wait. `wasNotReached`: Google could not be told of the end. */
export type Connection =
  | { readonly is: 'connected' | 'broken'; readonly account: string; readonly since: Instant | null; readonly open: number }
  | { readonly is: 'leaving' | 'none'; readonly wasNotReached: boolean };
/** `coach` and `connection` are null for somebody who is not signed in. */
export interface ConnectView { readonly start: string; /** The same way, with a calendar for requests. */ readonly inboxStart?: string; readonly inbox?: InboxOffer; readonly coach: { readonly name: string; readonly zone: string; readonly guard: string } | null; readonly connection: Connection | null }
