import type { Coach } from '../coach/coach.store.js';
import type { Instant } from '../kernel/interval.js';
import { enqueue } from '../mail/outbox.store.js';
import type { Tx } from '../postgres/transaction.js';
import { liveLanding } from '../resolution/landing.store.js';
import { liveResolution, offerOf } from '../resolution/resolution.store.js';
import { next } from '../resolution/states.js';
import { take } from '../resolution/take.step.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import type { Request } from './request.js';
import { setClosed } from './request.store.js';

/** `in-progress`: the session is being moved or the booking written at this moment. `settled`: it has ended before. */
export type Withdrawal = 'withdrawn' | 'in-progress' | 'settled';

/** The wish is taken back, in the caller's commit. Whoever was asked to move hears that there is nothing to do any more; the coach
 *  hears of it unless it was they. No session is touched. The caller holds the coach's lock and the request's row. */
export async function withdrawRequest(tx: Tx, shell: Shell, coach: Coach, request: Request, by: 'client' | 'coach', now: Instant): Promise<Withdrawal> {
  if (request.state === 'withdrawn') return 'withdrawn';
  if (request.state === 'booking' || (await liveLanding(tx, coach.id, request.id))) return 'in-progress';
  if (request.state !== 'pending_resolution') return 'settled';
  const live = await liveResolution(tx, coach.id, request.id, 'lock');
  if (live) {
    if (!next(live, await offerOf(tx, live), 'withdrawn', now)) return 'in-progress';
    await take(tx, shell, coach, live, { is: 'withdrawn' }, by, now);
  }
  await setClosed(tx, request, 'withdrawn', now);
  if (by === 'client') await enqueue(tx, { coachId: coach.id, kind: 'withdrawn', clientId: null, requestId: request.id, resolutionId: null, revision: 0 }, shell.mailFrom, now);
  await remember(tx, { coachId: coach.id, at: now, what: 'withdrawn', by, requestId: request.id });
  return 'withdrawn';
}
