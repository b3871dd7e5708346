import { lockCoach, type Coach } from '../coach/coach.store.js';
import { slotFacts, whyUnchecked } from '../conflicts/standing.store.js';
import type { CoachId, RequestId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { liveLanding } from '../resolution/landing.store.js';
import { liveResolution, offerOf } from '../resolution/resolution.store.js';
import { next } from '../resolution/states.js';
import { take } from '../resolution/take.step.js';
import { giveToCoach } from '../resolution/turn.step.js';
import { publicTimes } from '../slots/public-times.js';
import { claimRow, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { bookAtOnce } from './book.step.js';
import { judgeRequest } from './judge.step.js';
import { lengthMs, type Request } from './request.js';
import { requestById, setWanted } from './request.store.js';
import { MOST_STARTS } from './wish.js';

/** `in-progress`: a session is being moved or a booking written at this moment, or other times are offered. `no-such-time`: the
 *  public cannot ask for it. `full`: the request names as many times as it may. `settled`: it has ended before. */
export type Added = { readonly did: 'noted' } | { readonly did: 'booking'; readonly claim: Claim | null } | { readonly did: 'in-progress' | 'no-such-time' | 'full' | 'settled' };

/** The incoming client names one more time that would do. If it is free, it is booked at once, and whoever was asked to move hears
 *  that there is nothing to do any more. Else, if the coach has not decided yet, it is the coach's turn anew, and the links of the
 *  turn before only tell; while an answer is awaited, the wish is kept for when it comes. To the client all that reads the same. */
export async function addWish(shell: Shell, about: { coachId: CoachId; requestId: RequestId }, start: Instant): Promise<Added> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit add-wishes', async (tx): Promise<Added> => {
    const coach = await lockCoach(tx, about.coachId);
    const before = await requestById(tx, about.coachId, about.requestId, 'lock');
    if (before.state !== 'pending_resolution') return { did: before.state === 'booking' ? 'in-progress' : 'settled' };
    if (before.wanted_starts.includes(start)) return { did: 'noted' };
    const live = await liveResolution(tx, coach.id, before.id, 'lock');
    if (live?.option === 1 || (live && !next(live, await offerOf(tx, live), 'decided anew', now)) || (await liveLanding(tx, coach.id, before.id))) return { did: 'in-progress' };
    if (before.wanted_starts.length >= MOST_STARTS) return { did: 'full' };
    if (!(await isPublic(tx, coach, before, start, now))) return { did: 'no-such-time' };

    const request = await setWanted(tx, before, [...before.wanted_starts, start]);
    await remember(tx, { coachId: coach.id, at: now, what: 'wish added', by: 'client', requestId: request.id, facts: { start } });
    const verdict = await judgeRequest(tx, coach, { ...request, wanted_starts: [start] }, now);
    if (verdict.is === 'free') {
      if (live) await take(tx, shell, coach, live, { is: 'decided anew' }, 'client', now);
      const id = await bookAtOnce(tx, coach, request, verdict, now);
      return { did: 'booking', claim: await claimRow(tx, 'landings', { coachId: coach.id, id }, { owner: shell.owner, now, leaseMs: shell.leaseMs }) };
    }
    if (!live) await giveToCoach(tx, shell, coach, request, { reason: request.pending_reason ?? verdict.reason }, now);
    return { did: 'noted' };
  });
}

async function isPublic(tx: Tx, coach: Coach, request: Request, start: Instant, now: Instant): Promise<boolean> {
  const isUnchecked = (await whyUnchecked(tx, coach)) !== null;
  return publicTimes(await slotFacts(tx, coach, now, lengthMs(request), []), isUnchecked).some((time) => time.start === start);
}
