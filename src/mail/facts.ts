import type { AnswerTime } from '../conflicts/blocker.js';
import type { Instant, Interval } from '../kernel/interval.js';

/** What a letter tells. Each kind carries just what its reader may know: the letters to clients have no field
 *  for another client, so none can slip in. `link` is the capability URL of the page behind the letter. */
export type LetterFacts =
  | DecisionFacts
  | ({ readonly letter: 'ask' | 'ask-reminder' } & AskFacts)
  | { readonly letter: 'ask-over'; readonly to: Addressee; readonly coachName: string; readonly zone: string; readonly coachZone: string; readonly session: Interval; readonly entry: EntryInMail }
  | ({ readonly letter: 'offer' | 'offer-reminder' } & OfferFacts)
  | { readonly letter: 'moved'; readonly to: Addressee; readonly coachName: string; readonly zone: string; readonly coachZone: string; readonly from: Interval; readonly now: Interval; readonly entry: EntryInMail }
  | { readonly letter: 'declined' | 'expired'; readonly to: Addressee; readonly coachName: string; readonly zone: string; readonly coachZone: string; readonly wanted: readonly Interval[]; readonly statusLink: string | null }
  | { readonly letter: 'settled'; readonly to: Addressee; readonly zone: string; readonly incomingName: string; readonly booked: Interval; /** It stood there before: another has left its time. */ readonly stoodThere: boolean;
      readonly moved: { readonly name: string; readonly from: Interval; readonly now: Interval } | null }
  | DigestFacts
  | { readonly letter: 'withdrawn'; readonly to: Addressee; readonly zone: string; readonly incomingName: string; readonly wanted: Interval }
  | { readonly letter: 'frozen'; readonly to: Addressee; readonly zone: string; readonly calendar: string; readonly since: Instant }
  | { readonly letter: 'clash'; readonly to: Addressee; readonly zone: string; readonly what: string; readonly at: Interval }
  | { readonly letter: 'calendar-gone' | 'calendar-read-only'; readonly to: Addressee; readonly zone: string; readonly calendar: string; readonly noticedAt: Instant; /** Another calendar holds sessions. */ readonly hasTarget: boolean; /** Sessions stood on it. */ readonly heldSessions: boolean; /** Its events were the working hours. */ readonly heldHours?: boolean }
  | { readonly letter: 'reconnect'; readonly to: Addressee; readonly zone: string; readonly since: Instant; readonly account: string; readonly open: number; readonly link: string }
  | ({ readonly letter: 'confirm' } & ConfirmFacts);
export type LetterKind = LetterFacts['letter'];

/** What the calendar entry says that goes along with the mail: where the session stands, or that it does not; null: there is none. */
export type EntryInMail = 'REQUEST' | 'CANCEL' | null;

export interface Addressee { readonly name: string }

/** To the coach: a request waits for your decision. */
export interface DecisionFacts {
  readonly letter: 'decision';
  readonly to: Addressee;
  readonly zone: string;
  readonly incoming: { readonly name: string; readonly email: string };
  readonly sessionType: string;
  readonly wanted: Interval;
  /** The other times that would do, and what each would take. */
  readonly alsoWanted: readonly { readonly interval: Interval; readonly takes: string }[];
  /** Why it is with the coach (again), one sentence: "The time is taken." "Dana keeps the time." */
  readonly reason: string;
  /** The coach has decided before, and it came back. */
  readonly isAgain: boolean;
  readonly blockers: readonly { readonly title: string; readonly interval: Interval }[];
  /** That day's other events. */
  readonly neighbours: readonly { readonly title: string; readonly interval: Interval }[];
  /** What asking the client who sits there would mean, or why it is not possible. `toTick`: titles that the coach has to tick on the page. */
  readonly ask: { readonly name: string; readonly slots: number; readonly answer: AnswerTime; readonly needsAddress: boolean; readonly toTick: readonly string[] } | { readonly why: string };
  /** How often whoever sits there was asked to move within the last `days` days; null: that is not known to be anybody. */
  readonly lately: { readonly name: string; readonly asks: number; readonly days: number } | null;
  /** How many other times could be offered, and how long they would be open. */
  readonly other: { readonly slots: number; readonly answer: AnswerTime };
  /** Deep links: the same page, with that choice prepared. */
  readonly link: { readonly open: string; readonly option1: string; readonly option2: string; readonly decline: string };
}

/** To the coach: what stands on top of each other, found since the last digest. */
export interface DigestFacts {
  readonly letter: 'digest';
  readonly to: Addressee;
  readonly zone: string;
  readonly findings: readonly { readonly kind: 'overlap' | 'invitation'; readonly one: string; readonly other: string; readonly interval: Interval; /** Why an attempt to settle it came to nothing. */ readonly cameBack: string | null }[];
  readonly link: string;
}

/** To the existing client: could we move? */
export interface AskFacts {
  readonly to: Addressee;
  readonly coachName: string;
  readonly zone: string;
  readonly coachZone: string;
  readonly session: Interval;
  readonly slots: readonly { readonly interval: Interval; readonly link: string }[];
  readonly keepLink: string;
  /** The page with "none of these" open, and the one with "please don't ask me again". */
  readonly noneLink: string;
  readonly muteLink: string;
  readonly until: Instant;
}

/** To the incoming client: other free times. */
export interface OfferFacts {
  readonly to: Addressee;
  readonly coachName: string;
  readonly zone: string;
  readonly coachZone: string;
  readonly sessionType: string;
  readonly slots: readonly { readonly interval: Interval; readonly link: string }[];
  readonly noneLink: string;
  /** The page that tells how the request stands; null for one that came before there were such pages. */
  readonly statusLink: string | null;
  readonly until: Instant;
}

/** To a visitor of the booking page, who has to say that it was them. */
export interface ConfirmFacts {
  readonly coachName: string;
  readonly zone: string;
  readonly coachZone: string;
  readonly sessionType: string;
  /** In order of preference. */
  readonly wanted: readonly Interval[];
  readonly until: Instant;
  readonly link: string;
}

/** A letter, ready but for its envelope. The text part says all that the HTML part says. */
export interface Letter { readonly subject: string; readonly text: string; readonly html: string }
