import { lockCoach, type Coach } from '../coach/coach.store.js';
import { standing } from '../conflicts/blocker.js';
import { pictureOf, wantedBy } from '../conflicts/picture.store.js';
import { blockersAt, whyUnchecked } from '../conflicts/standing.store.js';
import type { CoachId, RequestId } from '../kernel/ids.js';
import { intervalFrom, plus, type Instant } from '../kernel/interval.js';
import { sessionCalendar } from '../mirror/calendar.store.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { nameTitle } from '../requests/client.store.js';
import { lengthMs, wantedInterval, type Request } from '../requests/request.js';
import { requestById, setBooking } from '../requests/request.store.js';
import { reserve } from '../slots/hold.store.js';
import { claimRow } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { ask } from './ask.step.js';
import { refuse, type Decision, type DecisionAnswer } from './decision.js';
import { beginLanding, liveLanding } from './landing.store.js';
import type { Resolution } from './resolution.js';
import { liveResolution, offerOf } from './resolution.store.js';
import { next } from './states.js';
import { take } from './take.step.js';
import { closeRequest, offerOtherTimes } from './turn.step.js';

class Refusal extends Error { constructor(readonly answer: DecisionAnswer) { super('refused'); } }

/** Carries out the coach's decision in one commit, or refuses with a reason and changes nothing. A decision made on an
 *  earlier revision is stale. Deciding anew while an answer is awaited ends that attempt first; while a session is being
 *  moved or a booking written, it has to wait. */
export async function decide(shell: Shell, about: { coachId: CoachId; requestId: RequestId; revision: number | null; by: 'coach' | 'operator' }, decision: Decision): Promise<DecisionAnswer> {
  const now = shell.clock.now();
  try {
    return await inTx(shell.db, 'commit decide', async (tx) => {
      const coach = await lockCoach(tx, about.coachId);
      const request = await requestById(tx, about.coachId, about.requestId, 'lock');
      if (request.stands_as !== null) return refuse('not-possible', 'This is about two things in your calendar. You find it under Overlaps.');
      if (request.state !== 'pending_resolution') return refuse(request.state === 'booking' ? 'in-progress' : 'settled', 'This request is settled already.');
      if (about.revision !== null && about.revision !== request.revision) return refuse('stale', 'Something has changed since. Here is how it stands now.');
      const live = await liveResolution(tx, coach.id, request.id, 'lock');
      if (live && !next(live, await offerOf(tx, live), 'decided anew', now)) return refuse('in-progress', 'The session is being moved right now.');
      if (await liveLanding(tx, coach.id, request.id)) return refuse('in-progress', 'The booking is being written right now.');
      const answer = await carryOut(tx, shell, coach, request, live, decision, about.by, now);
      if ('refused' in answer) throw new Refusal(answer); // nothing of a refused decision may stand, not even the end of the attempt before it
      const made = await liveResolution(tx, coach.id, request.id);
      await remember(tx, { coachId: coach.id, at: now, what: `decided: ${decision.do}`, by: about.by, requestId: request.id, resolutionId: made?.id ?? null, sessionId: made?.sessionId ?? null });
      return answer;
    });
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

async function carryOut(tx: Tx, shell: Shell, coach: Coach, request: Request, live: Resolution | null, decision: Decision, by: 'coach' | 'operator', now: Instant): Promise<DecisionAnswer> {
  const endLive = async (): Promise<void> => {
    if (live) await take(tx, shell, coach, live, { is: 'decided anew' }, by, now);
  };
  switch (decision.do) {
    case 'decline':
      await endLive();
      await closeRequest(tx, shell, request, 'declined', by, now);
      return { did: 'decline', landing: null };
    case 'option1': {
      await endLive();
      const picture = await pictureOf(tx, coach, wantedBy(request), now);
      if (picture.otherSlots.length === 0) return refuse('not-possible', 'There is no other free time to offer.');
      await offerOtherTimes(tx, shell, coach, request, picture.otherSlots, now);
      return { did: 'option1', landing: null };
    }
    case 'option2': {
      await endLive();
      return ask(tx, shell, coach, request, decision, now);
    }
    case 'manual': return bookByHand(tx, shell, coach, request, live, decision.start, endLive, now);
    case 'not-a-client': {
      const titles = (await blockersAt(tx, coach, wantedInterval(request))).filter((b) => b.claim.kind === 'unnamed' && (decision.about === null || b.key === decision.about));
      const claim = titles.length === 1 ? titles[0]?.claim : undefined;
      if (claim?.kind !== 'unnamed') return refuse('not-possible', 'That title is known already, or no longer there.');
      await nameTitle(tx, coach.id, claim.key, null, now);
      return { did: 'not-a-client', landing: null };
    }
  }
}

/** By hand: the coach names a time. It must be free of everything; policy limits do not bind the coach. */
async function bookByHand(tx: Tx, shell: Shell, coach: Coach, request: Request, live: Resolution | null, start: Instant, endLive: () => Promise<void>, now: Instant): Promise<DecisionAnswer> {
  const interval = intervalFrom(start, lengthMs(request));
  if (start <= now) return refuse('not-possible', 'That time has passed.');
  if (start > plus(now, coach.policy.horizonMs)) return refuse('not-possible', 'That time is further ahead than you take bookings.');
  if (await whyUnchecked(tx, coach)) return refuse('not-possible', 'Your calendar cannot be checked right now, so nothing is booked.');
  const wanted = wantedInterval(request);
  // The freed original time under `land: manual`: the promise becomes the booking's own reservation.
  const keepsPromise = live?.state === 'vacated' && start === wanted.start;
  const tolerated = new Set(keepsPromise ? live.tolerated : []);
  if (standing(await blockersAt(tx, coach, interval), interval, tolerated).length > 0) return refuse('not-possible', 'Something stands at that time.');
  if (!keepsPromise) await endLive();
  const holdId = keepsPromise ? live.promiseId : await reserve(tx, { coachId: coach.id, requestId: request.id, kind: 'promise', interval }, now);
  if (!holdId) return refuse('not-possible', 'That time is promised to somebody else.');
  const calendar = await sessionCalendar(tx, coach.id);
  if (!calendar) return refuse('not-possible', 'No calendar of yours is set to hold sessions.');
  await setBooking(tx, request, start);
  const id = await beginLanding(tx, { coachId: coach.id, requestId: request.id, resolutionId: keepsPromise ? live.id : null, holdId, calendarId: calendar.id, interval, tolerated: [...tolerated] }, now);
  const claim = await claimRow(tx, 'landings', { coachId: coach.id, id }, { owner: shell.owner, now, leaseMs: shell.leaseMs });
  return { did: 'manual', landing: { id, claim } };
}
