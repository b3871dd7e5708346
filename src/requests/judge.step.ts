import type { Coach } from '../coach/coach.store.js';
import { whyNoSlot } from '../conflicts/picture.store.js';
import { blockersAt, whyUnchecked } from '../conflicts/standing.store.js';
import type { HoldId, RequestId } from '../kernel/ids.js';
import { intervalFrom, type Instant, type Interval } from '../kernel/interval.js';
import { liveHolds, reserve } from '../slots/hold.store.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { clientByEmail } from './client.store.js';
import { lengthMs, type PendingReason, type Request } from './request.js';

export type Verdict =
  | { readonly is: 'free'; readonly start: Instant; readonly holdId: HoldId }
  | { readonly is: 'not-free'; readonly reason: PendingReason; readonly about: Instant };

/** Looks at each wanted start in order of preference, by mirror and holds: the first free one is reserved in this commit.
 *  What cannot be checked is not free. The caller holds the coach's lock. */
export async function judgeRequest(tx: Tx, coach: Coach, request: Request, now: Instant): Promise<Verdict> {
  const wanted = request.wanted_starts.filter((s) => s > now);
  const first = wanted[0] ?? request.wanted_at;
  const unchecked = await whyUnchecked(tx, coach);
  if (unchecked) return { is: 'not-free', reason: unchecked, about: first };
  let verdict: Verdict = { is: 'not-free', reason: 'past', about: first };
  for (const start of wanted) {
    const interval = intervalFrom(start, lengthMs(request));
    let reason = await whyNotFree(tx, coach, interval, request.id, now);
    if (reason === null) {
      const holdId = await reserve(tx, { coachId: coach.id, requestId: request.id, kind: 'promise', interval }, now);
      if (holdId) return { is: 'free', start, holdId };
      reason = 'promised';
    }
    if (start === first) verdict = { is: 'not-free', reason, about: start };
  }
  return verdict;
}

/** What stands against a time for a request, or for one that is yet to come, by mirror and holds; null if it is free. */
export async function whyNotFree(db: Reader, coach: Coach, interval: Interval, requestId: RequestId | null, now: Instant): Promise<PendingReason | null> {
  // A promised time is first of all promised, even while the session that will leave it still stands there.
  if ((await liveHolds(db, coach.id, interval)).some((h) => h.requestId !== requestId)) return 'promised';
  if ((await blockersAt(db, coach, interval)).length > 0) return 'taken';
  return whyNoSlot(db, coach, interval, [], now);
}

/** The first of `starts` at which this very client sits already, or null. */
export async function ownSessionAt(db: Reader, coach: Coach, email: string, starts: readonly Instant[]): Promise<Instant | null> {
  const known = await clientByEmail(db, coach.id, email);
  for (const start of starts) {
    const there = await blockersAt(db, coach, intervalFrom(start, 1));
    if (there.some((b) => b.interval.start === start && ((b.claim.kind === 'guest' && b.claim.email === email) || (b.claim.kind === 'named' && b.claim.clientId === known?.id)))) return start;
  }
  return null;
}
