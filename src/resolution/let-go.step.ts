import type { Coach } from '../coach/coach.store.js';
import type { Instant } from '../kernel/interval.js';
import type { Tx } from '../postgres/transaction.js';
import { requestsOf, setClosed, setPending } from '../requests/request.store.js';
import { remember, type Line } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { endLanding, liveLanding, openWrite, refuseWrites, type Landing } from './landing.store.js';
import { liveResolution, takeFromWorkers } from './resolution.store.js';
import { setSessionStatus } from './session.store.js';
import { take } from './take.step.js';
import { freeHold } from './turn.step.js';

/** Everything that counts on the calendar of a coach who leaves comes to its end, in the caller's commit: questions to
 *  clients are closed, and those who were asked are told so; holds are free; nothing is written any more. Sessions stay
 *  where they stand, and the requests on the pending list, without a letter: the coach is at it. `unclear`: writes that
 *  may have reached Google; nobody will look any more. */
export async function letGoOfRequests(tx: Tx, shell: Shell, coach: Coach, by: Line['by'], now: Instant): Promise<{ requests: number; asks: number; unclear: number }> {
  await takeFromWorkers(tx, coach.id);
  let [requests, asks, unclear] = [0, 0, 0];
  for (const request of await requestsOf(tx, coach.id, 'open')) {
    const live = await liveResolution(tx, coach.id, request.id, 'lock');
    const landing = await liveLanding(tx, coach.id, request.id);
    const writes = [
      ...(landing ? await Promise.all((['insert', 'invite', 'delete'] as const).map((kind) => openWrite(tx, coach.id, { landingId: landing.id }, kind))) : []),
      ...(live ? await Promise.all((['move', 'move-back'] as const).map((kind) => openWrite(tx, coach.id, { resolutionId: live.id }, kind))) : []),
    ];
    if (writes.some((w) => w !== null)) unclear++;
    if (landing) await dropLanding(tx, coach, landing, now);
    if (live) {
      const isAsked = live.state === 'asked' || live.state === 'chosen';
      if (isAsked) asks++;
      for (const kind of ['move', 'move-back'] as const) await refuseWrites(tx, coach.id, { resolutionId: live.id }, kind);
      await take(tx, shell, coach, live, { is: 'disconnected' }, by, now);
    } else await setPending(tx, request, { reason: 'disconnected', newTurn: true }, now);
    // What it stood for is forgotten with the calendar.
    if (request.stands_as !== null) await setClosed(tx, request, 'withdrawn', now);
    await remember(tx, { coachId: coach.id, at: now, what: 'waits: the calendar is not connected', by, requestId: request.id, resolutionId: live?.id ?? null });
    requests++;
  }
  return { requests, asks, unclear };
}

/** A booking that was being written is written no further. What stands in Google already stays there, without guests. */
async function dropLanding(tx: Tx, coach: Coach, landing: Landing, now: Instant): Promise<void> {
  for (const kind of ['insert', 'invite', 'delete'] as const) await refuseWrites(tx, coach.id, { landingId: landing.id }, kind);
  await endLanding(tx, landing, 'disconnected');
  if (landing.sessionId) await setSessionStatus(tx, coach.id, landing.sessionId, 'cancelled');
  await freeHold(tx, { coachId: coach.id, id: landing.holdId, requestId: landing.requestId, interval: landing.interval }, 'refused', now);
}
