import { clientById } from '../requests/client.store.js';
import { REASON_IN_WORDS, type PendingReason, type Request } from '../requests/request.js';
import { lastResolution, offerOf } from '../resolution/resolution.store.js';
import type { Reader } from '../postgres/transaction.js';
import { BACK_AGAIN } from './texts-to-coach.js';

/** Why a request is with its coach, in one sentence that names who was asked last. `isAgain`: the coach has decided
 *  before, and it came back. For the coach only. */
export async function reasonForCoach(db: Reader, request: Request): Promise<{ sentence: string; isAgain: boolean }> {
  const reason = request.pending_reason ?? 'taken';
  const last = await lastResolution(db, request.coach_id, request.id);
  if (!last) return { sentence: REASON_IN_WORDS[reason], isAgain: false };
  const { name } = await clientById(db, request.coach_id, (await offerOf(db, last)).clientId);
  const named: Partial<Record<PendingReason, string>> = {
    kept: BACK_AGAIN.kept(name), 'client-declined': BACK_AGAIN.declined(name), 'offer-expired': BACK_AGAIN.silent(name), undeliverable: BACK_AGAIN.undeliverable(name),
  };
  return { sentence: named[reason] ?? REASON_IN_WORDS[reason], isAgain: true };
}
