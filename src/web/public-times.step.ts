import type { Coach } from '../coach/coach.store.js';
import { slotFacts, whyUnchecked } from '../conflicts/standing.store.js';
import { DAY, type Instant } from '../kernel/interval.js';
import type { Reader } from '../postgres/transaction.js';
import { publicTimes, type PublicTime } from '../slots/public-times.js';

/** All that the public may know of a coach's time: which working times are free. Nothing is, while nobody can look. */
export const timesOf = async (db: Reader, coach: Coach, lengthMs: number, now: Instant): Promise<PublicTime[]> =>
  publicTimes(await slotFacts(db, coach, now, lengthMs, []), (await whyUnchecked(db, coach)) !== null);

/** Half a day more than a week, so that no day ends at its noon. */
const NEAR_MS = 7.5 * DAY;
/** The times within a week of `start`, without the ones that are named already. */
export const timesNear = (times: readonly PublicTime[], start: Instant, named: readonly Instant[]): PublicTime[] =>
  times.filter((time) => Math.abs(time.start - start) <= NEAR_MS && !named.includes(time.start));
