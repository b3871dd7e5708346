/** Carries out what the state machine says: every change of a resolution's state is made here, in the caller's commit. */
import type { Coach } from '../coach/coach.store.js';
import { freeSlots } from '../conflicts/picture.store.js';
import { whyUnchecked } from '../conflicts/standing.store.js';
import type { HoldId } from '../kernel/ids.js';
import { MINUTE, sameInterval, type Instant, type Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { enqueue, enqueueWithCalendar } from '../mail/outbox.store.js';
import type { LetterKind } from '../mail/facts.js';
import { sessionCalendar } from '../mirror/calendar.store.js';
import type { Tx } from '../postgres/transaction.js';
import { lengthMs, type PendingReason, type Request } from '../requests/request.js';
import { requestById, setBooking, setPending } from '../requests/request.store.js';
import { remember, type Line } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { beginLanding } from './landing.store.js';
import type { SeenFree } from './live-look.js';
import type { Offer, OfferedSlot, Resolution } from './resolution.js';
import { choiceOf, closeOffer, endChoice, insertChoice, markReminded, offerOf, refreshOffer, stepTo, type Choice } from './resolution.store.js';
import { backToFindings, standingEvent } from './standing-request.step.js';
import { clearAsked, sessionById, sessionInterval } from './session.store.js';
import { next, type FactName, type Turn, type Work } from './states.js';
import { afterNo, freeHold, giveToCoach } from './turn.step.js';

/** Something that happened to an attempt, with what is known of it. */
export type Fact =
  | { readonly is: 'slot chosen'; readonly slot: Interval; readonly holdId: HoldId; readonly zone: string | null }
  | { readonly is: 'slot taken'; readonly slot: Interval }
  /** The original time, with the evidence that Google showed it free. */
  | { readonly is: 'vacated' | 'seen free'; readonly seen: SeenFree }
  | { readonly is: 'none of these'; readonly slots: readonly OfferedSlot[] }
  /** `wasPageLeft`: whoever chose no longer waits at the page, and hears of it by mail. */
  | { readonly is: 'not moved'; readonly why: string; readonly wasPageLeft: boolean }
  | { readonly is: 'not landed'; readonly reason: PendingReason; readonly at: Interval; readonly wantedAt: Instant | null; readonly wasPageLeft: boolean }
  | { readonly is: Exclude<FactName, 'vacated' | 'seen free' | 'slot chosen' | 'slot taken' | 'none of these' | 'not moved' | 'not landed'> };

interface About { readonly tx: Tx; readonly shell: Shell; readonly coach: Coach; readonly resolution: Resolution; readonly offer: Offer; readonly choice: Choice | null; readonly fact: Fact; readonly now: Instant }

/** Takes `fact` to its end: the new state with its evidence, and all that it brings with it. The caller holds the coach's
 *  lock. @throws Problem LEASE_LOST if the fact no longer fits, since somebody was faster: nothing of the commit may stand. */
export async function take(tx: Tx, shell: Shell, coach: Coach, resolution: Resolution, fact: Fact, by: Line['by'], now: Instant): Promise<void> {
  const offer = await offerOf(tx, resolution);
  const way = next(resolution, offer, fact.is, now);
  if (!way) throw new Problem('LEASE_LOST', 'The resolution went on meanwhile.', { id: resolution.id, state: resolution.state, fact: fact.is });
  const choice = resolution.state === 'chosen' ? await choiceOf(tx, resolution, 'chosen') : null;
  await stepTo(tx, resolution, way, now);
  await remember(tx, {
    coachId: coach.id, at: now, what: lineOf(fact, way.because), by, requestId: resolution.requestId, resolutionId: resolution.id, sessionId: resolution.sessionId,
    facts: { fact: fact.is, ...('slot' in fact && { start: fact.slot.start }), ...(choice && { start: choice.interval.start }) },
  });
  const about: About = { tx, shell, coach, resolution, offer, choice, fact, now };
  for (const work of way.work) await DO[work](about);
  if (way.turn) await turn(about, way.turn);
}

function lineOf(fact: Fact, because: string | null): string {
  if (fact.is === 'not moved') return `choice undone: ${fact.why}`;
  return because === null ? LINES[fact.is] ?? fact.is : `ask ended: ${because}`;
}
const LINES: Readonly<Partial<Record<FactName, string>>> = {
  'reminder due': 'reminded', left: 'session left its time in Google', 'came back': 'session is back at its time', 'seen free': 'vacated',
  'slot taken': 'slot was taken, fresh slots offered', 'length changed': 'slots of the new length offered', 'none of these': 'none of these, fresh slots offered', 'not landed': 'pick undone',
};

const DO: Readonly<Record<Work, (about: About) => Promise<unknown>>> = {
  'keep the choice': async ({ tx, coach, resolution, fact, now }) => {
    if (fact.is !== 'slot chosen') throw new Problem('IMPOSSIBLE_STATE', 'There is no choice to keep.', { fact: fact.is });
    await insertChoice(tx, { coachId: coach.id, resolutionId: resolution.id, holdId: fact.holdId, interval: fact.slot, zone: fact.zone }, now);
  },
  'finish the choice': async ({ tx, coach, resolution, choice, now }) => {
    if (!choice) throw new Problem('IMPOSSIBLE_STATE', 'A chosen resolution without a choice.', { id: resolution.id });
    await endChoice(tx, coach.id, choice.id, 'done');
    await freeHold(tx, { coachId: coach.id, id: choice.holdId, requestId: resolution.requestId, interval: choice.interval }, resolution.option === 2 ? 'moved' : 'landed', now);
  },
  'undo the choice': async ({ tx, coach, resolution, choice, now }) => {
    if (!choice) return;
    await endChoice(tx, coach.id, choice.id, 'undone');
    await freeHold(tx, { coachId: coach.id, id: choice.holdId, requestId: resolution.requestId, interval: choice.interval }, 'refused', now);
  },
  'note the vacancy': () => Promise.resolve(), // the row has it
  'forget the vacancy': () => Promise.resolve(),
  'close the offer': ({ tx, resolution, now }) => closeOffer(tx, resolution, now),
  'unmark the session': async ({ tx, coach, resolution }) => {
    if (resolution.state === 'asked' || resolution.state === 'chosen') await (resolution.sessionId && clearAsked(tx, coach.id, resolution.sessionId));
  },
  'free the promise': async ({ tx, coach, resolution, now }) => {
    if (resolution.promiseId) await freeHold(tx, { coachId: coach.id, id: resolution.promiseId, requestId: resolution.requestId, interval: resolution.interval }, 'ended', now);
  },
  'say it is over': async (about) => {
    const { tx, shell, coach, resolution, offer, now } = about;
    if (resolution.option !== 2) return;
    const session = await sessionById(tx, coach.id, resolution.sessionId);
    // Whose calendar has an entry of ours gets it put right in the same mail, if the coach has moved or deleted the session.
    const hasOldEntry = session.ical_sequence !== null && (session.status === 'cancelled' || !sameInterval(sessionInterval(session), resolution.interval));
    const letter = { coachId: coach.id, kind: 'ask-over', clientId: offer.clientId, requestId: resolution.requestId, resolutionId: resolution.id, revision: 0 } as const;
    await (hasOldEntry ? enqueueWithCalendar(tx, letter, session.id, shell.mailFrom, now) : enqueue(tx, letter, shell.mailFrom, now));
  },
  remind: async (about) => {
    await markReminded(about.tx, about.coach.id, about.offer, about.now);
    await write(about, about.resolution.option === 2 ? 'ask-reminder' : 'offer-reminder', 0);
  },
  'fresh slots': async (about) => {
    const slots = about.fact.is === 'none of these' ? about.fact.slots : await freshSlots(about);
    await refreshOffer(about.tx, about.coach.id, about.offer, slots, about.fact.is === 'none of these' ? about.offer.slots : []);
    const { tx, coach, resolution, now } = about;
    const told = slots.map(({ start, end, reasons }) => ({ start, end, reasons }));
    await remember(tx, { coachId: coach.id, at: now, what: 'offered anew', by: 'makeway', requestId: resolution.requestId, resolutionId: resolution.id, sessionId: resolution.sessionId, facts: { slots: told } });
  },
  // Who waits at the page sees it there. An offer that is over has no times to show.
  'write if the page was left': async (about) => {
    const { tx, coach, resolution, offer, fact, now } = about;
    if (!('wasPageLeft' in fact) || !fact.wasPageLeft) return;
    await write(about, resolution.option === 1 ? 'offer' : now >= offer.expiresAt ? 'ask-over' : 'ask', -offer.round);
    if (now >= offer.remindAt) await markReminded(tx, coach.id, offer, now); // this letter reminds
  },
};

const write = ({ tx, shell, coach, resolution, offer, now }: About, kind: LetterKind, revision: number): Promise<void> =>
  enqueue(tx, { coachId: coach.id, kind, clientId: offer.clientId, requestId: resolution.requestId, resolutionId: resolution.id, revision }, shell.mailFrom, now);

/** What this client can choose from now, by the rules under which the offer was made. While the calendar cannot be checked
 *  the offer stays as it was: each slot is judged again at the click. */
async function freshSlots({ tx, coach, resolution, offer, choice, fact, now }: About): Promise<readonly OfferedSlot[]> {
  if (await whyUnchecked(tx, coach)) return offer.slots;
  const want = await wantOf(tx, resolution);
  // What was lost may be taken in Google only, where the mirror has not seen it yet.
  const lost = fact.is === 'not landed' ? fact.at : fact.is === 'slot taken' ? fact.slot : choice?.interval;
  return freeSlots(tx, coach, { ...want, taken: [...want.taken, ...(lost ? [lost] : [])], clientId: offer.clientId, except: offer.passedOver, now });
}
/** Near which time, how long, and what no slot may touch besides mirror and holds. */
export async function wantOf(tx: Tx, resolution: Resolution): Promise<{ near: Instant; lengthMs: number; taken: Interval[] }> {
  if (resolution.option === 1) {
    return { near: resolution.interval.start, lengthMs: lengthMs(await requestById(tx, resolution.coachId, resolution.requestId)), taken: [resolution.interval] };
  }
  const session = await sessionById(tx, resolution.coachId, resolution.sessionId);
  return { near: session.scheduled_at, lengthMs: session.length_minutes * MINUTE, taken: [resolution.interval, sessionInterval(session)] };
}

async function turn({ tx, shell, coach, resolution, fact, now }: About, to: Turn): Promise<void> {
  const request = await requestById(tx, coach.id, resolution.requestId, 'lock');
  switch (to.next) {
    case 'coach': {
      const told = fact.is === 'not landed' ? fact : null;
      const reason = to.reason === 'as told' ? told?.reason ?? 'taken' : to.reason;
      await giveToCoach(tx, shell, coach, request, { reason, ...(told?.wantedAt && { wantedAt: told.wantedAt }) }, now);
      return;
    }
    case 'policy': return afterNo(tx, shell, coach, request, to.reason, now);
    case 'waits': {
      await setPending(tx, request, { reason: to.reason, newTurn: true, ...(to.reason === 'offered' && { wantedAt: resolution.interval.start }) }, now);
      return;
    }
    case 'lands': {
      if (!('seen' in fact)) throw new Problem('IMPOSSIBLE_STATE', 'Nobody has seen the time free.', { fact: fact.is });
      return land({ tx, shell, coach, resolution, now }, request, fact.seen);
    }
    case 'books': {
      if (fact.is !== 'slot chosen') throw new Problem('IMPOSSIBLE_STATE', 'Nothing was picked.', { fact: fact.is });
      const calendar = await sessionCalendar(tx, coach.id);
      if (!calendar) throw new Problem('NO_TARGET_CALENDAR', 'No calendar of this coach is set to hold sessions.');
      await setBooking(tx, request, fact.slot.start);
      await beginLanding(tx, { coachId: coach.id, requestId: request.id, resolutionId: resolution.id, holdId: fact.holdId, calendarId: calendar.id, interval: fact.slot, tolerated: [] }, now);
    }
  }
}

/** The original time was seen free: its landing begins, or the coach is told, as the policy says. */
async function land({ tx, shell, coach, resolution, now }: Pick<About, 'tx' | 'shell' | 'coach' | 'resolution' | 'now'>, request: Request, seen: SeenFree): Promise<void> {
  if (request.stands_as !== null && resolution.promiseId !== null) {
    const { calendarId, eventId } = await standingEvent(tx, coach, request.stands_as, resolution.interval) ?? { calendarId: null, eventId: null };
    if (calendarId === null) return backToFindings(tx, request, 'session-changed', now);
    await setPending(tx, request, { reason: 'landing', newTurn: true }, now);
    await beginLanding(tx, { coachId: coach.id, requestId: request.id, resolutionId: resolution.id, holdId: resolution.promiseId, calendarId, eventId, interval: resolution.interval, tolerated: resolution.tolerated, seenFreeAt: seen.at }, now);
    return;
  }
  const calendar = await sessionCalendar(tx, coach.id);
  if (coach.policy.land === 'manual' || !calendar || resolution.promiseId === null) {
    // The time stays promised: the coach books it by hand, also once there is a calendar for it.
    await giveToCoach(tx, shell, coach, request, { reason: coach.policy.land === 'manual' ? 'freed' : 'no-calendar' }, now);
    return;
  }
  await setPending(tx, request, { reason: 'landing', newTurn: true }, now);
  await beginLanding(tx, { coachId: coach.id, requestId: resolution.requestId, resolutionId: resolution.id, holdId: resolution.promiseId, calendarId: calendar.id, interval: resolution.interval, tolerated: resolution.tolerated, seenFreeAt: seen.at }, now);
}
