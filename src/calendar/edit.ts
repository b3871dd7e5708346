import type { Instant, Interval } from '../kernel/interval.js';
import type { OriginalStart } from './event.js';

/** Every edit that is told apart, with the words under which the history keeps it. `other` is what we have no word for:
 *  it is told all the same. */
export const EDIT_IN_WORDS = {
  made: 'made in Google',
  restored: 'restored in Google',
  deleted: 'deleted in Google',
  arrived: 'moved here from another calendar',
  left: 'moved to another calendar',
  'occurrence-cancelled': 'occurrence cancelled in Google',
  'occurrence-restored': 'occurrence restored in Google',
  'exception-made': 'exception made in Google',
  'exception-undone': 'exception undone in Google',
  moved: 'moved in Google',
  'moved-back': 'moved back in Google',
  lengthened: 'lengthened in Google',
  shortened: 'shortened in Google',
  'turned-all-day': 'turned all-day in Google',
  'turned-timed': 'turned timed in Google',
  'zone-changed': 'zone changed in Google',
  'turned-series': 'turned into a series in Google',
  'turned-single': 'turned into a single event in Google',
  'rule-changed': 'rule changed in Google',
  'series-trimmed': 'series trimmed in Google',
  'series-extended': 'series extended in Google',
  'split-off': 'split off from a series in Google',
  'set-free': 'set free in Google',
  'set-busy': 'set busy in Google',
  'made-tentative': 'made tentative in Google',
  confirmed: 'confirmed in Google',
  'coach-declined': 'declined by the coach in Google',
  'coach-accepted': 'accepted by the coach in Google',
  'coach-tentative': 'accepted tentatively by the coach in Google',
  'coach-unanswered': 'answer withdrawn by the coach in Google',
  'client-declined': 'declined by a guest in Google',
  'client-accepted': 'accepted by a guest in Google',
  'client-tentative': 'accepted tentatively by a guest in Google',
  'client-unanswered': 'answer withdrawn by a guest in Google',
  'guest-added': 'guest added in Google',
  'guest-removed': 'guest removed in Google',
  'became-group': 'made a group in Google',
  'one-client-again': 'left with one guest in Google',
  renamed: 'renamed in Google',
  'organizer-changed': 'organizer changed in Google',
  'made-private': 'made private in Google',
  'made-public': 'made public in Google',
  'type-changed': 'type changed in Google',
  unparsed: 'no longer readable in Google',
  'readable-again': 'readable again in Google',
  echo: 'own change seen in Google',
  other: 'changed in Google',
} as const;
export type EditKind = keyof typeof EDIT_IN_WORDS;

/** What of an edit may be told of a `busy` calendar: times and status, nothing else (design, section 10). */
export const TIMES_AND_STATUS: ReadonlySet<EditKind> = new Set([
  'made', 'restored', 'deleted', 'arrived', 'left', 'occurrence-cancelled', 'occurrence-restored', 'exception-made', 'exception-undone', 'moved', 'moved-back',
  'lengthened', 'shortened', 'turned-all-day', 'turned-timed', 'zone-changed', 'turned-series', 'turned-single', 'rule-changed', 'series-trimmed', 'series-extended',
  'split-off', 'set-free', 'set-busy', 'made-tentative', 'confirmed', 'coach-declined', 'coach-accepted', 'coach-tentative', 'coach-unanswered',
  'unparsed', 'readable-again', 'echo', 'other',
]);

/** An instant, or the date of an all-day event. */
export type Moment = Instant | string;

/** One thing that somebody did to one event. Ids, times and counts only. */
export interface Edit {
  readonly what: EditKind;
  readonly eventId: string;
  /** The slot of the series, if it happened to one occurrence. */
  readonly original: OriginalStart | null;
  /** What it was and what it is now: starts where it moved, ends where its length changed. */
  readonly from: Moment | null;
  readonly to: Moment | null;
  /** How many guests, or occurrences within the laid-out horizon, it touched; null where one is meant. */
  readonly count: number | null;
}

/** A write of ours to one event that Google may have and the mirror has not confirmed. */
export interface OurWrite { readonly kind: 'insert' | 'move' | 'move-back' | 'invite' | 'delete' | 'accept'; readonly interval: Interval | null }

/** What the reading of edits needs to know besides the events. */
export interface EditContext {
  /** The calendar's zone, and how far occurrences are laid out. */
  readonly zone: string;
  readonly window: Interval;
  /** When the calendar was last read before this. What is new here but older than that came back, or came from elsewhere. */
  readonly since: Instant | null;
  /** True for a `busy` calendar. */
  readonly timesOnly: boolean;
  /** The coach's own addresses, lower case: they are no guests. */
  readonly own: ReadonlySet<string>;
  /** Roots that stand, or stood, on another calendar of the same coach. */
  readonly elsewhere: ReadonlySet<string>;
  /** Open writes of ours by event id. */
  readonly ours: ReadonlyMap<string, OurWrite>;
}
