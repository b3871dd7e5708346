import type { Picture } from '../conflicts/picture.js';
import type { Policy } from '../kernel/policy.js';
import { isUnchecked, type PendingReason } from './request.js';

/** The option that the coach's policy takes without asking, if it is possible as things stand; null: the coach decides. Option 1
 *  needs times to offer. Option 2 is for a client who was known before, where one session alone stands there, whose client can
 *  be asked and has an address. */
export function optionByItself(policy: Policy, why: { readonly reason: PendingReason; readonly wasKnown: boolean }, picture: Pick<Picture, 'otherSlots' | 'blockers' | 'ask'> & { readonly candidate: { readonly email: string | null } | null }): 'option1' | 'option2' | null {
  if (isUnchecked(why.reason)) return null;
  if (policy.byItself === 'option1') return picture.otherSlots.length > 0 ? 'option1' : null;
  const canAsk = policy.byItself === 'option2' && why.reason === 'taken' && why.wasKnown && typeof picture.ask !== 'string' && picture.candidate?.email && picture.blockers.length === 1;
  return canAsk ? 'option2' : null;
}
