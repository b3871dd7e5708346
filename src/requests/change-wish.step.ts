import type { Coach } from '../coach/coach.store.js';
import type { Instant } from '../kernel/interval.js';
import type { Tx } from '../postgres/transaction.js';
import { liveLanding } from '../resolution/landing.store.js';
import { liveResolution, offerOf } from '../resolution/resolution.store.js';
import { next } from '../resolution/states.js';
import { take } from '../resolution/take.step.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { saveClient } from './client.store.js';
import { lengthMs, type Request } from './request.js';
import { setWish } from './request.store.js';
import { knownBefore, settleWish, type Asked, type TakenIn } from './take-in.step.js';

/** A request is about something else from now on: another time, length or client. What was asked of anybody for it ends first, and
 *  whoever was asked hears that there is nothing to do any more. Then it is judged as if it had just come in, in a turn of its own:
 *  links of before only tell. Null: it is being moved or booked at this moment, or settled. In the caller's commit; they hold the
 *  coach's lock and the request's row. @throws AlreadyYours: nothing of the commit may stand */
export async function changeWish(tx: Tx, shell: Shell, coach: Coach, request: Request, wish: Asked, now: Instant): Promise<TakenIn | null> {
  if (request.state !== 'pending_resolution' || (await liveLanding(tx, coach.id, request.id))) return null;
  const live = await liveResolution(tx, coach.id, request.id, 'lock');
  if (live) {
    if (!next(live, await offerOf(tx, live), 'decided anew', now)) return null;
    await take(tx, shell, coach, live, { is: 'decided anew' }, 'coach', now);
  }
  const before = await knownBefore(tx, coach, wish);
  const client = await saveClient(tx, coach.id, wish.client, now);
  const changed = await setWish(tx, request, { clientId: client.id, sessionType: wish.sessionType, lengthMinutes: wish.lengthMinutes ?? lengthMs(request) / 60_000, wantedStarts: wish.wantedStarts });
  await remember(tx, { coachId: coach.id, at: now, what: 'wish changed', by: 'coach', requestId: request.id, facts: { wanted: wish.wantedStarts, lengthMinutes: changed.length_minutes } });
  return settleWish(tx, shell, coach, changed, { ...before, isFirst: false }, now);
}
