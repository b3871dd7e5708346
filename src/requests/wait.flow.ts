import { coachById, lockCoach, type Coach } from '../coach/coach.store.js';
import { blockersAt } from '../conflicts/standing.store.js';
import { instant, intervalFrom, plus, type Instant } from '../kernel/interval.js';
import { inTx, type Reader } from '../postgres/transaction.js';
import { liveLanding } from '../resolution/landing.store.js';
import { liveResolution } from '../resolution/resolution.store.js';
import { take } from '../resolution/take.step.js';
import { backToFindings } from '../resolution/standing-request.step.js';
import { closeRequest, giveToCoach } from '../resolution/turn.step.js';
import { releaseHold } from '../slots/hold.store.js';
import { holdLease, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { judgeRequest } from './judge.step.js';
import { bookAtOnce } from './book.step.js';
import { isUnchecked, lastStart, lengthMs, needsCoach, type PendingReason, type Request } from './request.js';
import { requestById, restRequest, setPending } from './request.store.js';

const LATER_MS = 3_600_000;
/** Nobody was asked to move, or nothing came of it: if the time becomes free by itself, the wish comes true after all. */
const STILL_WANTED: ReadonlySet<PendingReason | null> = new Set(['taken', 'offered', 'cannot-check', 'kept', 'client-declined', 'session-changed', 'no-permission', 'offer-expired', 'undeliverable', 'taken-again', 'slipped-in'] as const);

/** Nobody could look: a request keeps the reason that it had. */
const BLIND: ReadonlySet<PendingReason | null> = new Set(['cannot-check', 'disconnected'] as const);

/** The worker of requests that wait: one whose times have all passed expires; one whose time was promised to another gets
 *  its turn; one whose time became free while the coach had not decided is booked, once the freedom has settled, or given
 *  to the coach as the policy says. */
export async function attendRequest(shell: Shell, claim: Claim): Promise<Report> {
  const now = shell.clock.now();
  const request = await requestById(shell.db, claim.coachId, claim.id);
  if (request.state === 'booking') return sleep(shell, claim, plus(now, LATER_MS));
  if (request.state !== 'pending_resolution') return { outcome: 'nothing' };
  const coach = await coachById(shell.db, claim.coachId);
  const live = await liveResolution(shell.db, claim.coachId, request.id);
  // While other times are offered, the wanted one may become free: then the wish comes true after all.
  const isOffered = live?.option === 1 && live.state === 'asked' && coach.policy.land === 'automatic';
  if ((live && !isOffered) || (await liveLanding(shell.db, claim.coachId, request.id))) return sleep(shell, claim, plus(now, LATER_MS));
  if (request.stands_as !== null) return endStanding(shell, claim, request);
  const last = lastStart(request);
  if (now >= last && isOffered) return sleep(shell, claim, plus(now, LATER_MS));
  if (now >= last) {
    await inTx(shell.db, 'commit expire-request', async (tx) => {
      await lockCoach(tx, claim.coachId);
      await holdLease(tx, claim);
      const still = await requestById(tx, claim.coachId, claim.id, 'lock');
      if (still.revision === request.revision) await closeRequest(tx, shell, still, 'expired', 'makeway', now);
    });
    return { outcome: 'done', did: 'expired' };
  }
  const wasPromised = request.pending_reason === 'promised';
  // It is judged as if it had just come in, once somebody can look.
  if (isUnchecked(request.pending_reason)) return judgeAnew(shell, claim, request);
  const isFree = STILL_WANTED.has(request.pending_reason) && (await anyStartFree(shell.db, coach, request, now));
  if (!wasPromised && !isFree) return rest(shell, claim, request, last, null, now);

  const settlesAt = request.freed_noticed_at === null ? null : plus(request.freed_noticed_at, coach.policy.settleMs);
  if (!wasPromised && (settlesAt === null || now < settlesAt)) return rest(shell, claim, request, settlesAt ?? plus(now, coach.policy.settleMs), request.freed_noticed_at ?? now, now);
  return judgeAnew(shell, claim, request);
}

/** Nothing is at work for it any more: what was found is the coach's again. */
async function endStanding(shell: Shell, claim: Claim, seen: Request): Promise<Report> {
  await inTx(shell.db, 'commit expire-request', async (tx) => {
    await lockCoach(tx, claim.coachId);
    await holdLease(tx, claim);
    const request = await requestById(tx, claim.coachId, claim.id, 'lock');
    if (request.revision === seen.revision && request.state === 'pending_resolution') await backToFindings(tx, request, request.pending_reason ?? 'taken', shell.clock.now());
  });
  return { outcome: 'done', did: 'both stand as before' };
}

async function judgeAnew(shell: Shell, claim: Claim, seen: Request): Promise<Report> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit assess', async (tx): Promise<Report> => {
    const coach = await lockCoach(tx, claim.coachId);
    await holdLease(tx, claim);
    const request = await requestById(tx, claim.coachId, claim.id, 'lock');
    if (request.revision !== seen.revision || request.state !== 'pending_resolution') return { outcome: 'nothing' };
    const verdict = await judgeRequest(tx, coach, request, now);
    if (verdict.is === 'free') {
      await remember(tx, { coachId: coach.id, at: now, what: 'the time became free', by: 'google', requestId: request.id });
      if (coach.policy.land === 'manual') {
        await releaseHold(tx, coach.id, verdict.holdId, 'ended', now);
        await giveToCoach(tx, shell, coach, request, { reason: 'freed', wantedAt: verdict.start }, now);
        return { outcome: 'done', did: 'its turn: freed' };
      }
      const live = await liveResolution(tx, coach.id, request.id, 'lock');
      if (live) await take(tx, shell, coach, live, { is: 'became free' }, 'google', now);
      await bookAtOnce(tx, coach, request, verdict, now);
      return { outcome: 'done', did: 'booked: the time became free' };
    }
    if (request.pending_reason !== 'offered' && verdict.reason !== request.pending_reason && needsCoach(verdict.reason) && !BLIND.has(verdict.reason)) {
      await giveToCoach(tx, shell, coach, request, { reason: verdict.reason, wantedAt: verdict.about }, now);
      return { outcome: 'done', did: `its turn: ${verdict.reason}` };
    }
    // Promised to another meanwhile: it waits for that promise to end.
    if (verdict.reason === 'promised' && request.pending_reason !== 'promised' && request.pending_reason !== 'offered') await setPending(tx, request, { reason: 'promised', newTurn: false }, now);
    await restRequest(tx, claim, instant(Math.min(plus(now, LATER_MS), lastStart(request))), null);
    return { outcome: 'nothing' };
  });
}

/** Something else is at work for this request, and wakes it when its turn comes. */
async function sleep(shell: Shell, claim: Claim, wakeAt: Instant): Promise<Report> {
  await inTx(shell.db, 'commit wait', (tx) => restRequest(tx, claim, wakeAt, null));
  return { outcome: 'nothing' };
}

/** Sleeps until `wakeAt`. What a pull changed while we looked is seen here, under the row's lock, and looked at again at once. */
async function rest(shell: Shell, claim: Claim, seen: Request, wakeAt: Instant, freedNoticedAt: Instant | null, now: Instant): Promise<Report> {
  await inTx(shell.db, 'commit wait', async (tx) => {
    await holdLease(tx, claim);
    const isFree = STILL_WANTED.has(seen.pending_reason) && (await anyStartFree(tx, await coachById(tx, claim.coachId), seen, now));
    await restRequest(tx, claim, isFree && freedNoticedAt === null ? now : wakeAt, freedNoticedAt);
  });
  return { outcome: 'nothing' };
}

/** By the mirror: does nothing stand at one of the wanted starts that are still to come? */
async function anyStartFree(db: Reader, coach: Coach, request: Request, now: Instant): Promise<boolean> {
  for (const start of request.wanted_starts) {
    if (start > now && (await blockersAt(db, coach, intervalFrom(start, lengthMs(request)))).length === 0) return true;
  }
  return false;
}
