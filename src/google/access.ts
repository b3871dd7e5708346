/** When an access token is refreshed: decisions only, all times from the caller. */
import { instant, MINUTE, plus, type Instant } from '../kernel/interval.js';

const LEAST_AHEAD_MS = 4 * MINUTE;
const SPREAD_MS = 4 * MINUTE;
/** So close to its end a token is not sent any more: clocks differ, and the call itself takes time. */
const LAST_USE_MS = 30_000;
const LONGEST_PAUSE_MS = 5 * MINUTE;

/** From when on a token that lives until `expiresAt` is refreshed ahead of need: four to eight minutes before its end, never
 *  in the first half of its life. `spread` in [0, 1) keeps the coaches of one morning from coming back at one moment. */
export const refreshAheadAt = (now: Instant, expiresAt: Instant, spread: number): Instant =>
  instant(Math.max(expiresAt - LEAST_AHEAD_MS - spread * SPREAD_MS, now + (expiresAt - now) / 2));

/** `fresh`: use it. `ageing`: use it, and refresh it if nobody else does. `dead`: nothing goes without a new one. */
export function ageOf(token: { readonly expiresAt: Instant | null; readonly refreshAt: Instant | null }, now: Instant): 'fresh' | 'ageing' | 'dead' {
  if (token.expiresAt === null || now >= token.expiresAt - LAST_USE_MS) return 'dead';
  return now >= (token.refreshAt ?? token.expiresAt - LEAST_AHEAD_MS) ? 'ageing' : 'fresh';
}

/** When the token endpoint is asked again after `failures` failures in a row: 1 s, 2 s, 4 s … up to five minutes, spread. */
export const refreshAgainAt = (failures: number, now: Instant, spread: number): Instant =>
  plus(now, Math.min(1_000 * 2 ** Math.min(failures - 1, 9), LONGEST_PAUSE_MS) * (0.75 + spread / 2));
