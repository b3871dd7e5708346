/** How a request changes hands: every path to, and away from, the coach's pending list is here. */
import type { Coach } from '../coach/coach.store.js';
import { freeSlots } from '../conflicts/picture.store.js';
import type { CoachId, HoldId, RequestId } from '../kernel/ids.js';
import { plus, type Instant, type Interval } from '../kernel/interval.js';
import type { Policy } from '../kernel/policy.js';
import { makeLink } from '../mail/link.store.js';
import { enqueue } from '../mail/outbox.store.js';
import { OPEN_REQUEST_POLL_MS, pollSoon } from '../mirror/calendar.store.js';
import { rangeParam } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import { setClosed, setPending, wakeWaitingFor } from '../requests/request.store.js';
import { releaseHold } from '../slots/hold.store.js';
import { wake } from '../work/due.store.js';
import { remember, type Line } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { lengthMs, wantedInterval, type PendingReason, type Request } from '../requests/request.js';
import { backToFindings } from './standing-request.step.js';
import type { OfferedSlot } from './resolution.js';
import { insertOffer, insertResolution } from './resolution.store.js';

type Actor = Line['by'];

/** The request is the coach's turn (again): a new revision, one decision letter with its link, and polls while it is open.
 *  If all its times have passed meanwhile, there is nothing left to decide and it ends. */
export async function giveToCoach(tx: Tx, shell: Shell, coach: Coach, request: Request, to: { reason: PendingReason; wantedAt?: Instant; isFirst?: boolean }, now: Instant): Promise<Request> {
  if (request.stands_as !== null) {
    await backToFindings(tx, request, to.reason, now);
    return request;
  }
  if (request.wanted_starts.every((start) => start <= now)) {
    await closeRequest(tx, shell, request, 'expired', 'makeway', now);
    return request;
  }
  const pending = await setPending(tx, request, { reason: to.reason, newTurn: !to.isFirst, ...(to.wantedAt !== undefined && { wantedAt: to.wantedAt }) }, now);
  await makeLink(tx, shell.keys, { coachId: coach.id, purpose: 'decide', requestId: request.id, resolutionId: null, revision: pending.revision }, now);
  await enqueue(tx, { coachId: coach.id, kind: 'decision', clientId: null, requestId: request.id, resolutionId: null, revision: pending.revision }, shell.mailFrom, now);
  await pollSoon(tx, coach.id, now);
  // What stood in the way may be gone before the mirror ever saw it: once more after the next poll.
  if (!to.isFirst) await wake(tx, 'requests', coach.id, request.id, plus(now, OPEN_REQUEST_POLL_MS));
  await remember(tx, { coachId: coach.id, at: now, what: 'given to the coach', by: 'makeway', requestId: request.id, facts: { reason: to.reason, revision: pending.revision } });
  return pending;
}

/** A reservation ends: the requests that waited for its time get their turn in the same commit. */
export async function freeHold(tx: Tx, hold: { coachId: CoachId; id: HoldId; requestId: RequestId; interval: Interval }, reason: Parameters<typeof releaseHold>[3], now: Instant): Promise<void> {
  await releaseHold(tx, hold.coachId, hold.id, reason, now);
  await wakeWaitingFor(tx, hold.coachId, rangeParam(hold.interval), hold.requestId, now);
}

/** The request ends without a session, and the incoming client is told once. */
export async function closeRequest(tx: Tx, shell: Shell, request: Request, to: 'declined' | 'expired', by: Actor, now: Instant): Promise<void> {
  await setClosed(tx, request, to, now);
  // Whose event stands there already has asked for nothing.
  if (request.stands_as === null) await enqueue(tx, { coachId: request.coach_id, kind: to, clientId: request.client_id, requestId: request.id, resolutionId: null, revision: 0 }, shell.mailFrom, now);
  await remember(tx, { coachId: request.coach_id, at: now, what: to, by, requestId: request.id });
}


/** When an offer that ends at `expiresAt` reminds; without reminders at its end, which comes first. */
export const remindsAt = (now: Instant, expiresAt: Instant, policy: Policy): Instant => policy.reminderAt === null ? expiresAt : plus(now, Math.round((expiresAt - now) * policy.reminderAt));

/** Option 1: other free times go to the incoming client. Nothing is held, no session exists until one is picked. */
export async function offerOtherTimes(tx: Tx, shell: Shell, coach: Coach, request: Request, slots: readonly OfferedSlot[], now: Instant): Promise<void> {
  const pending = await setPending(tx, request, { reason: 'offered', newTurn: true }, now);
  const expiresAt = plus(now, coach.policy.offerLifetimeMs);
  const remindAt = remindsAt(now, expiresAt, coach.policy);
  const id = await insertResolution(tx, { coachId: coach.id, requestId: request.id, option: 1, sessionId: null, promiseId: null, interval: wantedInterval(request), tolerated: [] }, remindAt, now);
  await insertOffer(tx, { coachId: coach.id, resolutionId: id, clientId: request.client_id, slots, expiresAt, remindAt }, now);
  await makeLink(tx, shell.keys, { coachId: coach.id, purpose: 'pick', requestId: request.id, resolutionId: id, revision: pending.revision }, now);
  await enqueue(tx, { coachId: coach.id, kind: 'offer', clientId: request.client_id, requestId: request.id, resolutionId: id, revision: pending.revision }, shell.mailFrom, now);
}

/** After a no or a silence: back to the coach, or on to option 1 where the coach's policy says so and there is a time to offer. */
export async function afterNo(tx: Tx, shell: Shell, coach: Coach, request: Request, reason: PendingReason, now: Instant): Promise<void> {
  if (coach.policy.afterSilence === 'option1' && request.stands_as === null) {
    const wanted = wantedInterval(request);
    const slots = await freeSlots(tx, coach, { near: wanted.start, lengthMs: lengthMs(request), clientId: request.client_id, taken: [wanted], now });
    if (slots.length > 0) return offerOtherTimes(tx, shell, coach, request, slots, now);
  }
  await giveToCoach(tx, shell, coach, request, { reason }, now);
}
