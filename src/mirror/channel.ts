/** The life of a channel, as arithmetic. Lengths in milliseconds. */
import { DAY, MINUTE, plus, type Instant } from '../kernel/interval.js';

/** How long the old channel still stands when its successor does. */
export const OVERLAP_MS = 10 * MINUTE;
/** A channel by which nothing ever came, or by which changes are missed, is replaced when it is so old. */
export const REPLACE_AFTER_MS = DAY;
/** A calendar that cannot be watched is asked again after a week. */
export const REFUSED_FOR_MS = 7 * DAY;
/** Google gives a channel seven days unless told otherwise (sheet 4). One whose answer was lost may stand that long, and more is safer. */
export const LOST_LIVES_MS = 8 * DAY;

/** When the successor of a channel is opened: somewhere between half and nine tenths of its life. `spread` in [0, 1) is
 *  chance: what was opened in one hour is renewed over days, never in one minute. Not at once, however short the life. */
export function renewAt(expiresAt: Instant, now: Instant, spread: number): Instant {
  return plus(now, Math.max(MINUTE, Math.round((expiresAt - now) * (0.5 + 0.4 * spread))));
}
