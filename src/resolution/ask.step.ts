import type { Coach } from '../coach/coach.store.js';
import { ASK_REFUSAL_IN_WORDS, offerEnd, standing } from '../conflicts/blocker.js';
import type { Picture } from '../conflicts/picture.js';
import { pictureOf, wantedBy } from '../conflicts/picture.store.js';
import { whyUnchecked } from '../conflicts/standing.store.js';
import type { ClientId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { makeLink } from '../mail/link.store.js';
import { enqueue } from '../mail/outbox.store.js';
import type { Tx } from '../postgres/transaction.js';
import { giveAddress, nameTitle, saveClient } from '../requests/client.store.js';
import type { Request } from '../requests/request.js';
import { setPending } from '../requests/request.store.js';
import { reserve } from '../slots/hold.store.js';
import { notifyDue } from '../work/due.store.js';
import type { Shell } from '../work/shell.port.js';
import { refuse, type Decision, type DecisionAnswer, type RefusedDecision } from './decision.js';
import { insertOffer, insertResolution } from './resolution.store.js';
import { markAsked, saveSession, sessionById } from './session.store.js';
import { remindsAt } from './turn.step.js';

type Asking = Extract<Decision, { do: 'option2' }>;

/** Option 2: the time is promised to the request, and the existing client is asked. Their session stays where it is. */
export async function ask(tx: Tx, shell: Shell, coach: Coach, request: Request, decision: Asking, now: Instant): Promise<DecisionAnswer> {
  const unchecked = await whyUnchecked(tx, coach);
  if (unchecked) return refuse('not-possible', 'Your calendar cannot be checked right now, so nobody is asked.');
  const start = decision.wanted ?? request.wanted_at;
  if (!request.wanted_starts.includes(start) && start !== request.wanted_at) return refuse('not-possible', 'That time was not asked for.');
  const wanted = wantedBy(request, start);
  let picture = await pictureOf(tx, coach, wanted, now);
  // Somebody else may have been put there since the page was shown.
  if (decision.about !== null && picture.candidate?.blocker.key !== decision.about) return refuse('not-possible', 'Your calendar has changed since. Here is how it stands now.');
  const named = await clientBehind(tx, coach, picture, decision, now);
  if ('refused' in named) return named;
  // The coach has just said who it is: judge again with what is now known of that client.
  picture = await pictureOf(tx, coach, wanted, now);
  const { candidate } = picture;
  if (typeof picture.ask === 'string' || !candidate) return refuse('not-possible', askRefusal(picture));
  const ticked = new Set(decision.ticks);
  const others = standing(picture.blockers, picture.wanted, ticked).filter((b) => b.key !== candidate.blocker.key);
  if (others.length > 0) return refuse('not-possible', `Something else stands there too: ${others.map((b) => b.title).join(', ')}. Tick it if it does not matter here.`);
  const tolerated = picture.blockers.filter((b) => ticked.has(b.key) && b.key !== candidate.blocker.key).map((b) => b.key);
  if (request.stands_as !== null) tolerated.push(request.stands_as);

  const promise = await reserve(tx, { coachId: coach.id, requestId: request.id, kind: 'promise', interval: picture.wanted }, now);
  if (!promise) return refuse('not-possible', 'The time is promised to somebody else already.');
  const pending = await setPending(tx, request, { reason: 'asked', newTurn: true, wantedAt: start }, now);
  const sessionId = await saveSession(tx, coach.id, candidate.blocker, named.clientId, now);
  if ((await sessionById(tx, coach.id, sessionId)).invite_sent) return refuse('not-possible', 'This client is being asked already, for another request.');
  await markAsked(tx, coach.id, sessionId, request.id);
  const { slots } = picture.ask;
  const expiresAt = offerEnd(now, coach.policy, candidate.blocker.interval.start);
  const remindAt = remindsAt(now, expiresAt, coach.policy);
  const id = await insertResolution(tx, { coachId: coach.id, requestId: request.id, option: 2, sessionId, promiseId: promise, interval: picture.wanted, tolerated }, remindAt, now);
  await insertOffer(tx, { coachId: coach.id, resolutionId: id, clientId: named.clientId, slots, expiresAt, remindAt }, now);
  await makeLink(tx, shell.keys, { coachId: coach.id, purpose: 'choose', requestId: request.id, resolutionId: id, revision: pending.revision }, now);
  await enqueue(tx, { coachId: coach.id, kind: 'ask', clientId: named.clientId, requestId: request.id, resolutionId: id, revision: pending.revision }, shell.mailFrom, now);
  await notifyDue(tx, 'resolutions');
  return { did: 'option2', landing: null };
}

const askRefusal = (picture: Picture): string => ASK_REFUSAL_IN_WORDS[typeof picture.ask === 'string' ? picture.ask : 'no-session'];

/** The client who is to be asked, made known if needed: no address is guessed, the coach says it once. */
async function clientBehind(tx: Tx, coach: Coach, picture: Picture, decision: Asking, now: Instant): Promise<{ clientId: ClientId } | RefusedDecision> {
  const { candidate } = picture;
  if (!candidate) return refuse('not-possible', askRefusal(picture));
  const { claim } = candidate.blocker;
  if (claim.kind === 'guest') return { clientId: (await saveClient(tx, coach.id, { name: candidate.name, email: claim.email, zone: null }, now)).id };
  if (candidate.clientId && candidate.email) return { clientId: candidate.clientId };
  // Without an address the link is passed on by the coach; who has one is written to.
  if (decision.passOn) {
    if (candidate.clientId) return { clientId: candidate.clientId };
    if (claim.kind !== 'unnamed') return refuse('not-possible', askRefusal(picture));
    const met = await saveClient(tx, coach.id, { name: decision.clientName?.trim() || candidate.name, email: null, zone: null }, now);
    await nameTitle(tx, coach.id, claim.key, met.id, now);
    return { clientId: met.id };
  }
  const address = decision.address?.trim().toLowerCase() ?? '';
  if (!/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/.test(address)) {
    return refuse('not-possible', `Whose session is "${candidate.name}"? Give the client's e-mail address, so that they can be asked.`);
  }
  if (candidate.clientId) return { clientId: await giveAddress(tx, coach.id, candidate.clientId, address) };
  const client = await saveClient(tx, coach.id, { name: decision.clientName?.trim() || candidate.name, email: address, zone: null }, now);
  if (claim.kind === 'unnamed') await nameTitle(tx, coach.id, claim.key, client.id, now);
  return { clientId: client.id };
}
