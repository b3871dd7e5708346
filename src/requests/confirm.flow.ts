import { lockCoach } from '../coach/coach.store.js';
import type { CoachId, RequestId, WishId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { inTx } from '../postgres/transaction.js';
import type { Shell } from '../work/shell.port.js';
import { AlreadyYours, takeIn, type TakenIn } from './take-in.step.js';
import { setConfirmed, wishById } from './wish.store.js';

export type Confirmed =
  | { readonly is: 'taken'; readonly requestId: RequestId; readonly landing: TakenIn['landing'] }
  /** The visitor sits there already: nothing was stored. */
  | { readonly is: 'already-yours'; readonly start: Instant }
  /** The link's day is over, or all the times have passed. */
  | { readonly is: 'too-late' };

/** The visitor says that it was them: their wish becomes a request in one commit, once. A free time is reserved at once and its
 *  landing begun; else the coach is asked. Times that have passed meanwhile are left out. */
export async function confirmWish(shell: Shell, about: { coachId: CoachId; wishId: WishId }): Promise<Confirmed> {
  const now = shell.clock.now();
  const confirmed = inTx(shell.db, 'commit confirm', async (tx): Promise<Confirmed> => {
    const coach = await lockCoach(tx, about.coachId);
    const wish = await wishById(tx, about.coachId, about.wishId, 'lock');
    if (wish.request_id !== null) return { is: 'taken', requestId: wish.request_id, landing: null };
    const wantedStarts = wish.starts.filter((start) => start > now);
    if (wish.name === null || wish.email === null || now >= wish.expires_at || wantedStarts.length === 0) return { is: 'too-late' };
    const { request, landing } = await takeIn(tx, shell, coach, {
      source: 'page', client: { name: wish.name, email: wish.email, zone: wish.time_zone }, sessionType: wish.session_type, lengthMinutes: wish.length_minutes, wantedStarts, idempotency: null,
    }, now);
    await setConfirmed(tx, wish, request.id, now);
    return { is: 'taken', requestId: request.id, landing };
  });
  return confirmed.catch((error: unknown): Confirmed => {
    if (error instanceof AlreadyYours) return { is: 'already-yours', start: error.start };
    throw error;
  });
}
