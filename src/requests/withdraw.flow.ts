import { lockCoach } from '../coach/coach.store.js';
import type { CoachId, RequestId } from '../kernel/ids.js';
import { inTx } from '../postgres/transaction.js';
import type { Shell } from '../work/shell.port.js';
import { requestById } from './request.store.js';
import { withdrawRequest, type Withdrawal } from './withdraw.step.js';

/** The incoming client no longer wants the time. Withdrawing twice is withdrawing once. */
export async function withdraw(shell: Shell, about: { coachId: CoachId; requestId: RequestId }): Promise<Withdrawal> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit withdraw', async (tx): Promise<Withdrawal> => {
    const coach = await lockCoach(tx, about.coachId);
    return withdrawRequest(tx, shell, coach, await requestById(tx, about.coachId, about.requestId, 'lock'), 'client', now);
  });
}
