/** How a request is stored, wherever it came from. */
import type { Coach } from '../coach/coach.store.js';
import { blockersAt } from '../conflicts/standing.store.js';
import type { LandingId } from '../kernel/ids.js';
import { DAY, intervalFrom, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { makeLink } from '../mail/link.store.js';
import type { Tx } from '../postgres/transaction.js';
import { settleByItself } from '../resolution/by-itself.step.js';
import { giveToCoach } from '../resolution/turn.step.js';
import { claimRow, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { bookAtOnce } from './book.step.js';
import { hasHadSession, saveClient } from './client.store.js';
import { judgeRequest, ownSessionAt } from './judge.step.js';
import { lengthMs, type Request, type RequestSource } from './request.js';
import { insertRequest, requestById } from './request.store.js';

/** What somebody wants, already read: times are instants in order of preference; `zone` null: not told. */
export interface Asked {
  readonly source: RequestSource;
  readonly client: { readonly name: string; readonly email: string; readonly zone: string | null };
  readonly sessionType: string;
  /** Null: the coach's usual length. */
  readonly lengthMinutes: number | null;
  readonly wantedStarts: readonly Instant[];
  readonly idempotency: { readonly key: string; readonly hash: Buffer } | null;
}
export interface TakenIn { readonly request: Request; readonly landing: { readonly id: LandingId; readonly claim: Claim | null } | null }

/** The incoming client is the existing one: they have this time already. The caller's transaction must not stand. */
export class AlreadyYours extends Error { constructor(readonly start: Instant) { super('already yours'); } }

/** Stores a request in the caller's commit, with the link to its status page. A free time is reserved at once and its landing
 *  begun; else a policy settles it, or the coach is asked. The caller holds the coach's lock. Nothing is written to Google here.
 *  @throws Problem REQUEST_INVALID for a time that has passed or is too far ahead; AlreadyYours */
export async function takeIn(tx: Tx, shell: Shell, coach: Coach, wish: Asked, now: Instant): Promise<TakenIn> {
  checkTimes(wish.wantedStarts, coach, now);
  const before = await knownBefore(tx, coach, wish);
  const client = await saveClient(tx, coach.id, wish.client, now);
  const request = await insertRequest(tx, {
    coachId: coach.id, clientId: client.id, sessionType: wish.sessionType, lengthMinutes: wish.lengthMinutes ?? coach.policy.lengthMs / 60_000,
    wantedStarts: wish.wantedStarts, idempotency: wish.idempotency, source: wish.source,
  }, now);
  await makeLink(tx, shell.keys, { coachId: coach.id, purpose: 'status', requestId: request.id, resolutionId: null, revision: 0 }, now);
  await remember(tx, { coachId: coach.id, at: now, what: 'received', by: wish.source === 'calendar' ? 'coach' : 'client', requestId: request.id, facts: { wanted: wish.wantedStarts, source: wish.source } });
  return settleWish(tx, shell, coach, request, { ...before, isFirst: true }, now);
}

/** What has to be known of a client before their wish is stored. */
export interface KnownBefore { readonly own: Instant | null; readonly wasKnown: boolean }
export const knownBefore = async (tx: Tx, coach: Coach, wish: Pick<Asked, 'client' | 'wantedStarts'>): Promise<KnownBefore> => ({
  own: await ownSessionAt(tx, coach, wish.client.email, wish.wantedStarts),
  wasKnown: coach.policy.byItself === 'option2' && (await hasHadSession(tx, coach.id, wish.client.email)),
});

/** Judges a wish that was just stored: a free time is reserved and its landing begun; else a policy settles it, or it is the coach's
 *  turn; `isFirst`: for the first time. @throws AlreadyYours */
export async function settleWish(tx: Tx, shell: Shell, coach: Coach, request: Request, { own, wasKnown, isFirst }: KnownBefore & { readonly isFirst: boolean }, now: Instant): Promise<TakenIn> {
  const verdict = await judgeRequest(tx, coach, request, now);
  // Only a time that they would like better, and that is free, comes before the one they have.
  if (own !== null && !(verdict.is === 'free' && request.wanted_starts.indexOf(verdict.start) < request.wanted_starts.indexOf(own))) throw new AlreadyYours(own);
  switch (verdict.is) {
    case 'free': {
      const id = await bookAtOnce(tx, coach, request, verdict, now);
      const landing = { id, claim: await claimRow(tx, 'landings', { coachId: coach.id, id }, { owner: shell.owner, now, leaseMs: shell.leaseMs }) };
      return { request: await requestById(tx, coach.id, request.id), landing };
    }
    case 'not-free': {
      const there = verdict.reason === 'taken' ? await blockersAt(tx, coach, intervalFrom(verdict.about, lengthMs(request))) : [];
      await remember(tx, { coachId: coach.id, at: now, what: 'not free', by: 'makeway', requestId: request.id, facts: { start: verdict.about, reason: verdict.reason, blockers: there.map((b) => b.key) } });
      if (await settleByItself(tx, shell, coach, request, { ...verdict, wasKnown }, now)) return { request: await requestById(tx, coach.id, request.id), landing: null };
      const pending = await giveToCoach(tx, shell, coach, request, { reason: verdict.reason, wantedAt: verdict.about, isFirst }, now);
      return { request: pending, landing: null };
    }
  }
}

function checkTimes(starts: readonly Instant[], coach: Coach, now: Instant): void {
  const past = starts.filter((s) => s <= now);
  if (past.length > 0) throw new Problem('REQUEST_INVALID', `A wanted start lies in the past: ${past.map((s) => new Date(s).toISOString()).join(', ')}. Ask for a time to come.`);
  const far = starts.filter((s) => s - now > coach.policy.horizonMs);
  if (far.length > 0) throw new Problem('REQUEST_INVALID', `A wanted start is too far ahead: ${far.map((s) => new Date(s).toISOString()).join(', ')}. This coach takes bookings up to ${Math.floor(coach.policy.horizonMs / DAY)} days ahead.`);
}

