import { coachBySlug, lockCoach } from '../coach/coach.store.js';
import { sha256 } from '../work/hash.js';
import type { LandingId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { inTx } from '../postgres/transaction.js';
import type { Claim } from '../work/claim.js';
import type { Shell } from '../work/shell.port.js';
import type { Request } from './request.js';
import { requestByKey } from './request.store.js';
import { AlreadyYours, takeIn } from './take-in.step.js';

/** What came in, already read: times are instants, the zone is known. */
export interface Wish {
  readonly coachSlug: string;
  readonly client: { readonly name: string; readonly email: string; readonly zone: string };
  readonly sessionType: string;
  readonly lengthMinutes: number | null;
  readonly wantedStarts: readonly Instant[];
  readonly idempotencyKey: string | null;
}

export type Received =
  | { readonly outcome: 'accepted'; readonly request: Request; readonly isRepeat: boolean; readonly landing: { readonly id: LandingId; readonly claim: Claim | null } | null }
  /** The incoming client is the existing one: they have this time already. Nothing was stored. */
  | { readonly outcome: 'already-yours'; readonly start: Instant };

/** Stores a request. A free time is reserved at once and its landing begun; else the request is pending and the coach is
 *  asked, all in one commit. Nothing is written to Google here.
 *  @throws Problem COACH_UNKNOWN, REQUEST_INVALID, IDEMPOTENCY_KEY_REUSED */
export async function receive(shell: Shell, wish: Wish): Promise<Received> {
  const now = shell.clock.now();
  const known = await coachBySlug(shell.db, wish.coachSlug);
  if (!known) throw new Problem('COACH_UNKNOWN', `There is no coach "${wish.coachSlug}". Check the coach's slug.`);
  const hash = sha256(JSON.stringify([wish.coachSlug, wish.client, wish.sessionType, wish.lengthMinutes, wish.wantedStarts]));

  const store = inTx(shell.db, 'commit receive', async (tx): Promise<Received> => {
    const coach = await lockCoach(tx, known.id);
    const repeat = wish.idempotencyKey === null ? null : await requestByKey(tx, wish.idempotencyKey);
    if (repeat) {
      if (!repeat.idempotency_hash?.equals(hash)) throw new Problem('IDEMPOTENCY_KEY_REUSED', 'This Idempotency-Key was used for another request. Use a new key for a new request.');
      return { outcome: 'accepted', request: repeat, isRepeat: true, landing: null };
    }
    return { outcome: 'accepted', isRepeat: false, ...(await takeIn(tx, shell, coach, { ...wish, source: 'api', idempotency: wish.idempotencyKey === null ? null : { key: wish.idempotencyKey, hash } }, now)) };
  });
  return store.catch((error: unknown): Received => {
    if (error instanceof AlreadyYours) return { outcome: 'already-yours', start: error.start };
    throw error;
  });
}
