import type { Coach } from '../coach/coach.store.js';
import type { ClientId } from '../kernel/ids.js';
import { DAY, instant, intervalFrom, overlaps, widen, type Instant, type Interval } from '../kernel/interval.js';
import { addDays, startOfDay, wallClock } from '../kernel/zone.js';
import { asksOf, clientByEmail, clientById, pastStarts, type Client } from '../requests/client.store.js';
import { lengthMs, type Request } from '../requests/request.js';
import { liveHolds } from '../slots/hold.store.js';
import { rankSlots, type RankedSlot } from '../slots/rank.js';
import { judgeSlot, searchSlots, type SlotFacts, type SlotReason } from '../slots/search.js';
import type { Reader } from '../postgres/transaction.js';
import { answerTime, candidateOf, mayAsk, type Blocker } from './blocker.js';
import type { Picture, Wanted } from './picture.js';
import { blockersAt, slotFacts, whyUnchecked } from './standing.store.js';

/** One of the times that a request names; else the one that it is about now. */
export const wantedBy = (request: Request, start: Instant = request.wanted_at): Wanted =>
  ({ interval: intervalFrom(start, lengthMs(request)), requestId: request.id, clientId: request.client_id, standsAs: request.stands_as });

/** Reads the mirror and the holds, each once. Nothing is judged that is not judged again at the click. */
export async function pictureOf(db: Reader, coach: Coach, { interval: wanted, requestId, clientId, standsAs = null }: Wanted, now: Instant): Promise<Picture> {
  const length = wanted.end - wanted.start;
  const date = wallClock(wanted.start, coach.zone).date;
  const day = { start: startOfDay(date, coach.zone), end: startOfDay(addDays(date, 1), coach.zone) };
  const around = (await blockersAt(db, coach, { start: day.start, end: instant(Math.max(day.end, wanted.end)) })).filter((b) => b.key !== standsAs);
  const blockers = around.filter((b) => overlaps(b.interval, wanted));
  const neighbours = around.filter((b) => overlaps(b.interval, day) && !overlaps(b.interval, wanted));
  const isPromised = (await liveHolds(db, coach.id, wanted)).some((h) => h.requestId !== requestId);
  const candidate = await candidateIn(db, coach, blockers);
  const known = candidate?.client ?? null;
  const asksLately = known ? await asksOf(db, coach.id, known.id, coach.policy.asksPerClient.days, now) : 0;
  const about = known && { isMuted: known.muted_at !== null, asksLately, isIncoming: known.id === clientId };

  const seen = {
    wanted, blockers, neighbours, isPromised,
    candidate: candidate && { blocker: candidate.blocker, clientId: known?.id ?? null, name: candidate.name, email: candidate.email, asksLately },
  };
  // A mirror that cannot be trusted looks empty: nothing is offered from it.
  if (await whyUnchecked(db, coach)) return { ...seen, ask: 'unchecked', otherSlots: [], manual: [] };
  const verdict = mayAsk({ now, policy: coach.policy, blockers, isPromised, client: about });
  const facts = await slotFacts(db, coach, now, length, []);
  const otherSlots = await ranked(db, coach, { ...facts, busy: [...facts.busy, wanted] }, { near: wanted.start, clientId });
  let ask: Picture['ask'];
  if (typeof verdict === 'string') ask = verdict;
  else {
    const { interval } = verdict;
    const slots = await ranked(db, coach, { ...facts, lengthMs: interval.end - interval.start, busy: [...facts.busy, wanted, interval] }, { near: interval.start, clientId: known?.id ?? null });
    ask = slots.length === 0 ? 'no-slot' : { slots, answer: answerTime(now, coach.policy, interval.start) };
  }
  const isPossible = judgeSlot(facts, wanted.start).free || (blockers.length === 0 && !isPromised && wanted.start > now);
  return { ...seen, ask, otherSlots, manual: isPossible ? [wanted, ...otherSlots] : otherSlots };
}

/** The pictures of the other times that a request names and that are still to come. */
export async function otherPictures(db: Reader, coach: Coach, request: Request, now: Instant): Promise<Picture[]> {
  const pictures: Picture[] = [];
  for (const start of request.wanted_starts) if (start !== request.wanted_at && start > now) pictures.push(await pictureOf(db, coach, wantedBy(request, start), now));
  return pictures;
}

async function candidateIn(db: Reader, coach: Coach, blockers: readonly Blocker[]): Promise<{ blocker: Blocker; client: Client | null; name: string; email: string | null } | null> {
  const blocker = candidateOf(blockers);
  if (!blocker) return null;
  switch (blocker.claim.kind) {
    case 'guest': {
      const client = await clientByEmail(db, coach.id, blocker.claim.email);
      return { blocker, client, name: client?.name ?? blocker.claim.displayName ?? blocker.claim.email, email: blocker.claim.email };
    }
    case 'named': {
      const client = await clientById(db, coach.id, blocker.claim.clientId);
      return { blocker, client, name: client.name, email: client.email };
    }
    case 'unnamed': return { blocker, client: null, name: blocker.claim.title, email: null };
    case 'group':
    case 'not-ours':
    case 'plain': return null;
  }
}

/** The best free slots for one person near a time, by the coach's policy, each with its score and the reasons for it: these
 *  are kept for the coach and the history, and never shown to a client. `taken` counts as busy besides mirror and holds;
 *  slots that start at one of `except` are left out, and those that are not `only`. */
export async function freeSlots(db: Reader, coach: Coach, want: { near: Instant; lengthMs: number; clientId: ClientId | null; taken: readonly Interval[]; except?: readonly Instant[]; only?: (slot: Interval) => boolean; now: Instant }): Promise<RankedSlot[]> {
  if (await whyUnchecked(db, coach)) return [];
  return ranked(db, coach, await slotFacts(db, coach, want.now, want.lengthMs, want.taken), want);
}

interface For { readonly near: Instant; readonly clientId: ClientId | null; readonly except?: readonly Instant[]; readonly only?: (slot: Interval) => boolean }
async function ranked(db: Reader, coach: Coach, facts: SlotFacts, { near, clientId, except = [], only = () => true }: For): Promise<RankedSlot[]> {
  const left = searchSlots(facts).filter((slot) => !except.includes(slot.start) && only(slot));
  return rankSlots(left, { near, zone: coach.zone, busy: facts.busy, count: coach.policy.choicesPerOffer, pastStarts: clientId ? await pastStarts(db, coach.id, clientId) : [] });
}

/** What is against one slot, by the same rules under which slots are offered; null if it can be had. */
export async function whyNoSlot(db: Reader, coach: Coach, slot: Interval, taken: readonly Interval[], now: Instant): Promise<SlotReason | null> {
  const judged = judgeSlot(await slotFacts(db, coach, now, slot.end - slot.start, taken, widen(slot, 8 * DAY)), slot.start);
  return judged.free ? null : judged.reason;
}
/** Whether a slot of an offer can still be had. */
export const slotIsFree = async (...about: Parameters<typeof whyNoSlot>): Promise<boolean> => (await whyNoSlot(...about)) === null;
