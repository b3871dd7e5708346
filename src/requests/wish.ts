/** What a visitor of the booking page asks for, until they have confirmed it by the mailed link; and how much of that is taken. */
import type { CoachId, RequestId, WishId } from '../kernel/ids.js';
import { DAY, HOUR, instant, MINUTE, plus, type Instant } from '../kernel/interval.js';

export interface Wish {
  readonly coach_id: CoachId;
  readonly id: WishId;
  /** Both null once it is confirmed: from then on the clients have them. */
  readonly name: string | null;
  readonly email: string | null;
  readonly time_zone: string;
  readonly session_type: string;
  readonly length_minutes: number;
  /** In order of preference. */
  readonly starts: readonly Instant[];
  readonly created_at: Instant;
  readonly expires_at: Instant;
  readonly confirmed_at: Instant | null;
  readonly request_id: RequestId | null;
}

/** How long the mailed link can confirm a wish. */
export const WISH_LASTS_MS = DAY;
/** The link of a confirmed wish leads to its request for as long as other links tell. */
export const CONFIRMED_TELLS_MS = 90 * DAY;
/** The most starts that one wish, or one request, names. */
export const MOST_STARTS = 10;

/** What is taken from people who have not confirmed. The limits of one address are silent: the page answers as always, so that
 *  nobody learns from it who writes to whom. */
export const LIMITS = {
  /** Forms sent from one place to one coach, in an hour. */
  knocksPerHour: 30,
  /** Unconfirmed wishes of one address to one coach, in a day. */
  perAddress: 5,
  /** Unconfirmed wishes to one coach, in an hour. */
  perCoach: 60,
  /** Between two confirmation mails to one address about one coach. */
  mailsApartMs: 10 * MINUTE,
} as const;
export const KNOCKS_COUNT_FOR_MS = HOUR;

/** What is known of an address, a coach and a place when a wish comes in. `lastMailAt` may lie ahead: a letter that waits. */
export interface Traffic { readonly knocks: number; readonly ofAddress: number; readonly ofCoach: number; readonly lastMailAt: Instant | null; readonly isRepeat: boolean }

/** What becomes of a wish: kept, its mail going out at `mailAt`; dropped, and nobody is told; or refused, for all alike. */
export function admit(traffic: Traffic, now: Instant): { readonly is: 'kept'; readonly mailAt: Instant } | { readonly is: 'dropped' } | { readonly is: 'refused' } {
  if (traffic.knocks > LIMITS.knocksPerHour || traffic.ofCoach >= LIMITS.perCoach) return { is: 'refused' };
  if (traffic.isRepeat || traffic.ofAddress >= LIMITS.perAddress) return { is: 'dropped' };
  return { is: 'kept', mailAt: traffic.lastMailAt === null ? now : instant(Math.max(now, plus(traffic.lastMailAt, LIMITS.mailsApartMs))) };
}
