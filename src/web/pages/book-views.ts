/** What the pages for visitors show. Plain values; the pages turn them into HTML and know nothing else. */
import type { Interval } from '../../kernel/interval.js';
import type { PublicTime } from '../../slots/public-times.js';

/** What can be booked, as the coach named it. */
export interface Kind { readonly name: string; readonly lengthMs: number }

/** What all parts of a booking page know. */
export interface BookFrame {
  /** `/book/<slug>`. */
  readonly path: string;
  readonly coachName: string;
  readonly coachZone: string;
  /** The visitor's zone: all days and times are read in it. */
  readonly zone: string;
  readonly kinds: readonly Kind[];
  readonly kind: Kind;
}
/** `month`: "YYYY-MM", with the days in it on which a working time begins. */
export interface MonthView extends BookFrame {
  readonly month: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly days: ReadonlyMap<string, { readonly free: number }>;
  readonly soonest: readonly PublicTime[];
}
/** `day`: "YYYY-MM-DD". */
export interface DayView extends BookFrame {
  readonly day: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly times: readonly PublicTime[];
}

/** What is wrong with a field of the form, by its name. */
export interface Fault { readonly field: 'start' | 'name' | 'email' | 'also'; readonly text: string }
export interface AskView extends BookFrame {
  readonly wanted: PublicTime | null;
  /** Other times that might do. */
  readonly others: readonly PublicTime[];
  readonly given: { readonly name: string; readonly email: string; readonly also: readonly string[] };
  readonly faults: readonly Fault[];
  /** Why it was not taken, if that is not the visitor's fault. */
  readonly note: string | null;
  readonly stamp: string;
}

/** What a mailed confirmation shows before the press of its button, and what can become of it. */
export interface ConfirmView {
  readonly state: 'open' | 'too-late' | 'already-yours';
  readonly action: string;
  readonly bookPath: string;
  readonly coachName: string;
  readonly coachZone: string;
  readonly zone: string;
  readonly sessionType: string;
  readonly wanted: readonly Interval[];
  readonly email: string;
}

/** How a request stands for the person who made it. What else goes on in the coach's calendar reads the same in all cases. */
export type StatusState = 'looked-after' | 'offered' | 'booking' | 'booked' | 'declined' | 'expired' | 'withdrawn';
export interface StatusView {
  readonly action: string;
  readonly bookPath: string;
  readonly coachName: string;
  readonly coachZone: string;
  readonly zone: string;
  readonly sessionType: string;
  readonly state: StatusState;
  readonly wanted: readonly Interval[];
  readonly booked: Interval | null;
  /** Where other times can be picked. */
  readonly pickPath: string | null;
  /** What the person is about to say. */
  readonly say: 'withdraw' | 'others' | null;
  /** Times that can be added to the wishes. */
  readonly others: readonly PublicTime[];
  readonly note: { readonly text: string; readonly isFault: boolean } | null;
}
