import type { Coach } from '../coach/coach.store.js';
import { pictureOf, wantedBy } from '../conflicts/picture.store.js';
import type { Instant } from '../kernel/interval.js';
import { pollSoon } from '../mirror/calendar.store.js';
import type { Tx } from '../postgres/transaction.js';
import { optionByItself } from '../requests/by-itself.js';
import type { PendingReason, Request } from '../requests/request.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { ask } from './ask.step.js';
import type { DecisionAnswer } from './decision.js';
import { liveResolution } from './resolution.store.js';
import { offerOtherTimes } from './turn.step.js';

/** Takes the option that the coach's policy takes without asking. False: the coach decides. In the caller's commit. */
export async function settleByItself(tx: Tx, shell: Shell, coach: Coach, request: Request, why: { reason: PendingReason; about: Instant; wasKnown: boolean }, now: Instant): Promise<boolean> {
  if (coach.policy.byItself === 'none') return false;
  const picture = await pictureOf(tx, coach, wantedBy(request, why.about), now);
  const option = optionByItself(coach.policy, why, picture);
  if (option === null) return false;
  if (option === 'option1') await offerOtherTimes(tx, shell, coach, request, picture.otherSlots, now);
  else {
    const asking = { do: 'option2', about: picture.candidate?.blocker.key ?? null, ticks: [], address: null, clientName: null, wanted: why.about } as const;
    if (!(await wholly(tx, (inner) => ask(inner, shell, coach, request, asking, now)))) return false;
  }
  await pollSoon(tx, coach.id, now);
  const made = await liveResolution(tx, coach.id, request.id);
  await remember(tx, { coachId: coach.id, at: now, what: `decided: ${option}`, by: 'makeway', requestId: request.id, resolutionId: made?.id ?? null, sessionId: made?.sessionId ?? null });
  return true;
}

class NotDone extends Error {}
/** Nothing of a refused decision may stand. */
async function wholly(tx: Tx, work: (inner: Tx) => Promise<DecisionAnswer>): Promise<boolean> {
  try {
    await tx.transaction(async (inner) => { if ('refused' in (await work(inner as Tx))) throw new NotDone(); });
    return true;
  } catch (error) {
    if (error instanceof NotDone) return false;
    throw error;
  }
}
