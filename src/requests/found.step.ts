import type { Coach } from '../coach/coach.store.js';
import type { Blocker } from '../conflicts/blocker.js';
import type { Picture } from '../conflicts/picture.js';
import { pictureOf } from '../conflicts/picture.store.js';
import { blockersAt } from '../conflicts/standing.store.js';
import type { Instant } from '../kernel/interval.js';
import type { Reader } from '../postgres/transaction.js';
import type { Finding } from './finding.store.js';

/** A finding with the two events as the mirror shows them now. */
export interface Found { readonly finding: Finding; readonly one: Blocker; readonly other: Blocker }

/** The findings that still are so: of which both events stand there, each in its whole length. */
export async function foundNow(db: Reader, coach: Coach, findings: readonly Finding[]): Promise<Found[]> {
  const found: Found[] = [];
  for (const finding of findings) {
    const there = await blockersAt(db, coach, finding.interval);
    const one = there.find((b) => b.key === finding.one_key);
    const other = there.find((b) => b.key === finding.other_key);
    if (one && other) found.push({ finding, one, other });
  }
  return found;
}

/** What it would take that `stays` stands alone: judged as for any request that wants its time. */
export const pictureIf = (db: Reader, coach: Coach, stays: Blocker, now: Instant): Promise<Picture> =>
  pictureOf(db, coach, { interval: stays.interval, requestId: null, clientId: null, standsAs: stays.key }, now);
