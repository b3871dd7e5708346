import type { Coach } from '../coach/coach.store.js';
import { pictureOf, wantedBy } from '../conflicts/picture.store.js';
import type { Instant } from '../kernel/interval.js';
import { pollSoon } from '../mirror/calendar.store.js';
import type { Tx } from '../postgres/transaction.js';
import type { PendingReason, Request } from '../requests/request.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { ask } from './ask.step.js';
import type { DecisionAnswer } from './decision.js';
import { liveResolution } from './resolution.store.js';
import { offerOtherTimes } from './turn.step.js';

/** Nobody can tell what is free, so nothing is decided for the coach. */
const UNCHECKED: ReadonlySet<PendingReason> = new Set<PendingReason>(['cannot-check', 'no-calendar', 'disconnected']);

/** Takes the option that the coach's policy takes without asking, if it is possible as it stands: option 1 where there are
 *  times to offer; option 2 for a known client, where one session alone stands there, whose client can be asked and has an
 *  address. False: the coach decides. In the caller's commit. */
export async function settleByItself(tx: Tx, shell: Shell, coach: Coach, request: Request, why: { reason: PendingReason; about: Instant; wasKnown: boolean }, now: Instant): Promise<boolean> {
  const option = coach.policy.byItself;
  if (option === 'none' || UNCHECKED.has(why.reason)) return false;
  if (option === 'option1') {
    const { otherSlots } = await pictureOf(tx, coach, wantedBy(request, why.about), now);
    if (otherSlots.length === 0) return false;
    await offerOtherTimes(tx, shell, coach, request, otherSlots, now);
  } else {
    if (why.reason !== 'taken' || !why.wasKnown) return false;
    const { candidate, ask: canAsk, blockers } = await pictureOf(tx, coach, wantedBy(request, why.about), now);
    if (typeof canAsk === 'string' || !candidate?.email || blockers.length > 1) return false;
    const asking = { do: 'option2', about: candidate.blocker.key, ticks: [], address: null, clientName: null, wanted: why.about } as const;
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
