import { lockCoach } from '../coach/coach.store.js';
import type { CoachId, RequestId } from '../kernel/ids.js';
import { enqueue } from '../mail/outbox.store.js';
import { inTx } from '../postgres/transaction.js';
import { liveLanding } from '../resolution/landing.store.js';
import { liveResolution, offerOf } from '../resolution/resolution.store.js';
import { next } from '../resolution/states.js';
import { take } from '../resolution/take.step.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { requestById, setClosed } from './request.store.js';

/** `in-progress`: the session is being moved or the booking written at this moment. `settled`: it has ended before. */
export type Withdrawal = 'withdrawn' | 'in-progress' | 'settled';

/** The incoming client no longer wants the time. Whoever was asked to move hears that there is nothing to do any more, and the
 *  coach that the request is gone; no session is touched. Withdrawing twice is withdrawing once. */
export async function withdraw(shell: Shell, about: { coachId: CoachId; requestId: RequestId }): Promise<Withdrawal> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit withdraw', async (tx): Promise<Withdrawal> => {
    const coach = await lockCoach(tx, about.coachId);
    const request = await requestById(tx, about.coachId, about.requestId, 'lock');
    if (request.state === 'withdrawn') return 'withdrawn';
    if (request.state === 'booking' || (await liveLanding(tx, coach.id, request.id))) return 'in-progress';
    if (request.state !== 'pending_resolution') return 'settled';
    const live = await liveResolution(tx, coach.id, request.id, 'lock');
    if (live) {
      if (!next(live, await offerOf(tx, live), 'withdrawn', now)) return 'in-progress';
      await take(tx, shell, coach, live, { is: 'withdrawn' }, 'client', now);
    }
    await setClosed(tx, request, 'withdrawn', now);
    await enqueue(tx, { coachId: coach.id, kind: 'withdrawn', clientId: null, requestId: request.id, resolutionId: null, revision: 0 }, shell.mailFrom, now);
    await remember(tx, { coachId: coach.id, at: now, what: 'withdrawn', by: 'client', requestId: request.id });
    return 'withdrawn';
  });
}
