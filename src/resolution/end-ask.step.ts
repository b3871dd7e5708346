import { lockCoach } from '../coach/coach.store.js';
import type { Instant } from '../kernel/interval.js';
import { inTx } from '../postgres/transaction.js';
import { requestById } from '../requests/request.store.js';
import type { PendingReason } from '../requests/request.js';
import { holdLease } from '../work/due.store.js';
import { endResolution, giveToCoach } from './turn.step.js';
import type { Scene } from './vacate.step.js';

/** Something in Google made the question pointless: it ends, and the coach decides anew, with `reason`. `tellAsked`: whoever
 *  was asked hears once that there is nothing to do any more. */
export async function endAsk({ shell, claim, coach, resolution, offer }: Scene, why: { reason: PendingReason; by: 'google' | 'client'; tellAsked: boolean }, now: Instant): Promise<void> {
  await inTx(shell.db, 'commit end-ask', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await endResolution(tx, shell, resolution, offer.clientId, { reason: 'superseded', by: why.by, tellAsked: why.tellAsked }, now);
    await giveToCoach(tx, shell, coach, await requestById(tx, coach.id, resolution.requestId, 'lock'), { reason: why.reason }, now);
  });
}
