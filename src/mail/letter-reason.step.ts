import { clientById } from '../requests/client.store.js';
import { REASON_IN_WORDS, type PendingReason, type Request } from '../requests/request.js';
import { lastResolution, offerOf } from '../resolution/resolution.store.js';
import type { Reader } from '../postgres/transaction.js';

/** Why a request is with its coach, in one sentence that names who was asked last. `isAgain`: the coach has decided
 *  before, and it came back. For the coach only. */
export async function reasonForCoach(db: Reader, request: Request): Promise<{ sentence: string; isAgain: boolean }> {
  const reason = request.pending_reason ?? 'taken';
  const last = await lastResolution(db, request.coach_id, request.id);
  if (!last) return { sentence: REASON_IN_WORDS[reason], isAgain: false };
  const { name } = await clientById(db, request.coach_id, (await offerOf(db, last)).clientId);
  const named: Partial<Record<PendingReason, string>> = {
    kept: `${name} keeps the time.`,
    'client-declined': `${name} has declined the session in Google. If it is off, delete it there, and the time is booked by itself; or offer other times.`,
    'offer-expired': `${name} did not answer in time. Nothing has changed.`,
    undeliverable: `The mail to ${name} could not be delivered.`,
  };
  return { sentence: named[reason] ?? REASON_IN_WORDS[reason], isAgain: true };
}
