import { coachBySlug, lockCoach, type Coach } from '../coach/coach.store.js';
import { blockersAt } from '../conflicts/standing.store.js';
import { sha256 } from '../work/hash.js';
import type { LandingId } from '../kernel/ids.js';
import { DAY, intervalFrom, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { inTx } from '../postgres/transaction.js';
import { settleByItself } from '../resolution/by-itself.step.js';
import { giveToCoach } from '../resolution/turn.step.js';
import { claimRow, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { bookAtOnce } from './book.step.js';
import { judgeRequest, ownSessionAt } from './judge.step.js';
import { hasHadSession, saveClient } from './client.store.js';
import { lengthMs, type Request } from './request.js';
import { insertRequest, requestById, requestByKey } from './request.store.js';

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

/** Nothing of this wish is stored. */
class AlreadyYours extends Error { constructor(readonly start: Instant) { super('already yours'); } }

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
    checkTimes(wish.wantedStarts, coach, now);
    const own = await ownSessionAt(tx, coach, wish.client.email, wish.wantedStarts);
    const wasKnown = coach.policy.byItself === 'option2' && (await hasHadSession(tx, coach.id, wish.client.email));
    const client = await saveClient(tx, coach.id, wish.client, now);
    const request = await insertRequest(tx, {
      coachId: coach.id, clientId: client.id, sessionType: wish.sessionType, lengthMinutes: wish.lengthMinutes ?? coach.policy.lengthMs / 60_000,
      wantedStarts: wish.wantedStarts, idempotency: wish.idempotencyKey === null ? null : { key: wish.idempotencyKey, hash },
    }, now);
    await remember(tx, { coachId: coach.id, at: now, what: 'received', by: 'client', requestId: request.id, facts: { wanted: wish.wantedStarts } });

    const verdict = await judgeRequest(tx, coach, request, now);
    // Only a time that they would like better, and that is free, comes before the one they have.
    if (own !== null && !(verdict.is === 'free' && wish.wantedStarts.indexOf(verdict.start) < wish.wantedStarts.indexOf(own))) throw new AlreadyYours(own);
    switch (verdict.is) {
      case 'free': {
        const id = await bookAtOnce(tx, coach, request, verdict, now);
        const landing = { id, claim: await claimRow(tx, 'landings', { coachId: coach.id, id }, { owner: shell.owner, now, leaseMs: shell.leaseMs }) };
        return { outcome: 'accepted', request: await requestById(tx, coach.id, request.id), isRepeat: false, landing };
      }
      case 'not-free': {
        const there = verdict.reason === 'taken' ? await blockersAt(tx, coach, intervalFrom(verdict.about, lengthMs(request))) : [];
        await remember(tx, { coachId: coach.id, at: now, what: 'not free', by: 'makeway', requestId: request.id, facts: { start: verdict.about, reason: verdict.reason, blockers: there.map((b) => b.key) } });
        if (await settleByItself(tx, shell, coach, request, { ...verdict, wasKnown }, now)) return { outcome: 'accepted', request: await requestById(tx, coach.id, request.id), isRepeat: false, landing: null };
        const pending = await giveToCoach(tx, shell, coach, request, { reason: verdict.reason, wantedAt: verdict.about, isFirst: true }, now);
        return { outcome: 'accepted', request: pending, isRepeat: false, landing: null };
      }
    }
  });
  return store.catch((error: unknown): Received => {
    if (error instanceof AlreadyYours) return { outcome: 'already-yours', start: error.start };
    throw error;
  });
}

function checkTimes(starts: readonly Instant[], coach: Coach, now: Instant): void {
  const past = starts.filter((s) => s <= now);
  if (past.length > 0) throw new Problem('REQUEST_INVALID', `A wanted start lies in the past: ${past.map((s) => new Date(s).toISOString()).join(', ')}. Ask for a time to come.`);
  const far = starts.filter((s) => s - now > coach.policy.horizonMs);
  if (far.length > 0) throw new Problem('REQUEST_INVALID', `A wanted start is too far ahead: ${far.map((s) => new Date(s).toISOString()).join(', ')}. This coach takes bookings up to ${Math.floor(coach.policy.horizonMs / DAY)} days ahead.`);
}

