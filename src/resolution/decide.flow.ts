import { lockCoach, type Coach } from '../coach/coach.store.js';
import { ASK_REFUSAL_IN_WORDS, standing } from '../conflicts/blocker.js';
import { pictureOf, wantedBy, type Picture } from '../conflicts/picture.store.js';
import { blockersAt, whyUnchecked } from '../conflicts/standing.store.js';
import type { ClientId, CoachId, RequestId } from '../kernel/ids.js';
import { intervalFrom, plus, type Instant } from '../kernel/interval.js';
import { makeLink } from '../mail/link.store.js';
import { enqueue } from '../mail/outbox.store.js';
import { sessionCalendar } from '../mirror/calendar.store.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { nameTitle, saveClient } from '../requests/client.store.js';
import { lengthMs, wantedInterval, type Request } from '../requests/request.js';
import { requestById, setBooking, setPending } from '../requests/request.store.js';
import { reserve } from '../slots/hold.store.js';
import { claimRow, notifyDue } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { beginLanding, liveLanding } from './landing.store.js';
import { insertOffer, insertResolution, liveResolution, offerOf } from './resolution.store.js';
import { markAsked, saveSession, sessionById } from './session.store.js';
import type { Decision, DecisionAnswer, RefusedDecision } from './decision.js';
import type { Resolution } from './resolution.js';
import { closeRequest, endResolution, offerOtherTimes } from './turn.step.js';

const refuse = (refused: RefusedDecision['refused'], why: string): RefusedDecision => ({ refused, why });
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
      if (request.state !== 'pending_resolution') return refuse(request.state === 'booking' ? 'in-progress' : 'settled', 'This request is settled already.');
      if (about.revision !== null && about.revision !== request.revision) return refuse('stale', 'Something has changed since. Here is how it stands now.');
      const live = await liveResolution(tx, coach.id, request.id, 'lock');
      if (live && (live.state === 'chosen' || live.state === 'moved')) return refuse('in-progress', 'The session is being moved right now.');
      if (await liveLanding(tx, coach.id, request.id)) return refuse('in-progress', 'The booking is being written right now.');
      const answer = await carryOut(tx, shell, coach, request, live, decision, about.by, now);
      if ('refused' in answer) throw new Refusal(answer); // nothing of a refused decision may stand, not even the end of the attempt before it
      await remember(tx, { coachId: coach.id, at: now, what: `decided: ${decision.do}`, by: about.by, requestId: request.id });
      return answer;
    });
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

async function carryOut(tx: Tx, shell: Shell, coach: Coach, request: Request, live: Resolution | null, decision: Decision, by: 'coach' | 'operator', now: Instant): Promise<DecisionAnswer> {
  const endLive = async (): Promise<void> => {
    if (live) await endResolution(tx, shell, live, (await offerOf(tx, live)).clientId, { reason: 'superseded', by, tellAsked: live.state === 'asked' }, now);
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

/** Option 2: the time is promised to the request, and the existing client is asked. Their session stays where it is. */
async function ask(tx: Tx, shell: Shell, coach: Coach, request: Request, decision: Extract<Decision, { do: 'option2' }>, now: Instant): Promise<DecisionAnswer> {
  const unchecked = await whyUnchecked(tx, coach);
  if (unchecked) return refuse('not-possible', 'Your calendar cannot be checked right now, so nobody is asked.');
  let picture = await pictureOf(tx, coach, wantedBy(request), now);
  // Somebody else may have been put there since the page was shown.
  if (decision.about !== null && picture.candidate?.blocker.key !== decision.about) return refuse('not-possible', 'Your calendar has changed since. Here is how it stands now.');
  const named = await clientBehind(tx, coach, picture, decision, now);
  if ('refused' in named) return named;
  // The coach has just said who it is: judge again with what is now known of that client.
  picture = await pictureOf(tx, coach, wantedBy(request), now);
  const { candidate } = picture;
  if (typeof picture.ask === 'string' || !candidate) return refuse('not-possible', askRefusal(picture));
  const ticked = new Set(decision.ticks);
  const others = standing(picture.blockers, picture.wanted, ticked).filter((b) => b.key !== candidate.blocker.key);
  if (others.length > 0) return refuse('not-possible', `Something else stands there too: ${others.map((b) => b.title).join(', ')}. Tick it if it does not matter here.`);
  const tolerated = picture.blockers.filter((b) => ticked.has(b.key) && b.key !== candidate.blocker.key).map((b) => b.key);

  const promise = await reserve(tx, { coachId: coach.id, requestId: request.id, kind: 'promise', interval: picture.wanted }, now);
  if (!promise) return refuse('not-possible', 'The time is promised to somebody else already.');
  const pending = await setPending(tx, request, { reason: 'asked', newTurn: true }, now);
  const sessionId = await saveSession(tx, coach.id, candidate.blocker, named.clientId, now);
  if ((await sessionById(tx, coach.id, sessionId)).invite_sent) return refuse('not-possible', 'This client is being asked already, for another request.');
  await markAsked(tx, coach.id, sessionId, request.id);
  const { slots, until: expiresAt } = picture.ask;
  const remindAt = plus(now, (expiresAt - now) / 2);
  const id = await insertResolution(tx, { coachId: coach.id, requestId: request.id, option: 2, sessionId, promiseId: promise, interval: picture.wanted, tolerated }, remindAt, now);
  await insertOffer(tx, { coachId: coach.id, resolutionId: id, clientId: named.clientId, slots, expiresAt, remindAt }, now);
  await makeLink(tx, shell.keys, { coachId: coach.id, purpose: 'choose', requestId: request.id, resolutionId: id, revision: pending.revision }, now);
  await enqueue(tx, { coachId: coach.id, kind: 'ask', clientId: named.clientId, requestId: request.id, resolutionId: id, revision: pending.revision }, shell.mailFrom, now);
  await notifyDue(tx, 'resolutions');
  return { did: 'option2', landing: null };
}

const askRefusal = (picture: Picture): string => ASK_REFUSAL_IN_WORDS[typeof picture.ask === 'string' ? picture.ask : 'no-session'];

/** The client who is to be asked, made known if needed: no address is guessed, the coach says it once. */
async function clientBehind(tx: Tx, coach: Coach, picture: Picture, decision: Extract<Decision, { do: 'option2' }>, now: Instant): Promise<{ clientId: ClientId } | RefusedDecision> {
  const { candidate } = picture;
  if (!candidate) return refuse('not-possible', askRefusal(picture));
  const { claim } = candidate.blocker;
  if (claim.kind === 'guest') return { clientId: (await saveClient(tx, coach.id, { name: candidate.name, email: claim.email, zone: null }, now)).id };
  if (candidate.client?.email) return { clientId: candidate.client.id };
  const address = decision.address?.trim().toLowerCase() ?? '';
  if (!/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(address)) {
    return refuse('not-possible', `Whose session is "${candidate.name}"? Give the client's e-mail address, so that they can be asked.`);
  }
  const client = await saveClient(tx, coach.id, { name: decision.clientName?.trim() || candidate.name, email: address, zone: null }, now);
  if (claim.kind === 'unnamed') await nameTitle(tx, coach.id, claim.key, client.id, now);
  return { clientId: client.id };
}

/** By hand: the coach names a time. It must be free of everything; policy limits do not bind the coach. */
async function bookByHand(tx: Tx, shell: Shell, coach: Coach, request: Request, live: Resolution | null, start: Instant, endLive: () => Promise<void>, now: Instant): Promise<DecisionAnswer> {
  const interval = intervalFrom(start, lengthMs(request));
  if (start <= now) return refuse('not-possible', 'That time has passed.');
  if (start > plus(now, coach.policy.horizonMs)) return refuse('not-possible', 'That time is further ahead than you take bookings.');
  if (await whyUnchecked(tx, coach)) return refuse('not-possible', 'Your calendar cannot be checked right now, so nothing is booked.');
  const wanted = wantedInterval(request);
  // The freed original time under `land: manual`: the promise becomes the booking's own reservation.
  const keepsPromise = live?.state === 'vacated' && live.promiseId !== null && start === wanted.start;
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
