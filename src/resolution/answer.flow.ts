/** What a client's click does: choose or keep (option 2), pick (option 1). Each is one commit; Google is called afterwards. */
import { lockCoach, type Coach } from '../coach/coach.store.js';
import { freeSlots, slotIsFree } from '../conflicts/picture.store.js';
import { whyUnchecked } from '../conflicts/standing.store.js';
import type { CoachId, ResolutionId } from '../kernel/ids.js';
import { sameInterval, type Instant, type Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { sessionCalendar } from '../mirror/calendar.store.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { clientById, muteClient } from '../requests/client.store.js';
import { requestById, setBooking, setPending } from '../requests/request.store.js';
import { reserve } from '../slots/hold.store.js';
import { claimRow, notifyDue, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { beginLanding } from './landing.store.js';
import type { Offer, Resolution } from './resolution.js';
import { advanceState, insertChoice, offerOf, refreshOffer, resolutionById } from './resolution.store.js';
import { sessionById, sessionInterval } from './session.store.js';
import { afterNo, endResolution } from './turn.step.js';

/** `over`: the offer is no longer open, the page tells what is true now. `taken`: the offer now shows fresh slots.
 *  `not-now`: the coach's calendar cannot be checked, so nothing is held; the offer stays open. */
export type Answer = { readonly did: 'chosen' | 'picked'; readonly claim: Claim | null } | { readonly did: 'kept' } | { readonly did: 'over' } | { readonly did: 'taken' } | { readonly did: 'not-now' } | { readonly did: 'no-such-slot' };

type About = { coachId: CoachId; resolutionId: ResolutionId };

/** Reads what a click is about, under the coach's lock: clicks on one coach's time are judged one after the other. */
async function openOffer(tx: Tx, about: About, now: Instant): Promise<{ coach: Coach; resolution: Resolution; offer: Offer } | null> {
  const coach = await lockCoach(tx, about.coachId);
  const resolution = await resolutionById(tx, about.coachId, about.resolutionId, 'lock');
  const offer = await offerOf(tx, resolution);
  return resolution.state === 'asked' && now < offer.expiresAt ? { coach, resolution, offer } : null;
}

/** The existing client chose `start`, or the incoming client picked it. The slot is judged again and held; what is left
 *  to do in Google goes on from the claimed row. */
export async function chooseSlot(shell: Shell, about: About, start: Instant, zone: string | null): Promise<Answer> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit choose', async (tx): Promise<Answer> => {
    const open = await openOffer(tx, about, now);
    if (!open) return { did: 'over' };
    const { coach, resolution, offer } = open;
    if (await whyUnchecked(tx, coach)) return { did: 'not-now' };
    const slot = offer.slots.find((s) => s.start === start);
    if (!slot) return { did: 'no-such-slot' };
    const taken = await takenBesides(tx, resolution);
    const holdId = (await slotIsFree(tx, coach, slot, taken, now))
      ? await reserve(tx, { coachId: coach.id, requestId: resolution.requestId, kind: resolution.option === 2 ? 'choice' : 'promise', interval: slot }, now)
      : null;
    if (!holdId) return freshChoices(tx, coach, resolution, offer, slot, taken, now);

    await advanceState(tx, resolution, 'chosen', now, now);
    await insertChoice(tx, { coachId: coach.id, resolutionId: resolution.id, holdId, interval: slot, zone }, now);
    await remember(tx, { coachId: coach.id, at: now, what: 'slot chosen', by: 'client', requestId: resolution.requestId, resolutionId: resolution.id, sessionId: resolution.sessionId, facts: { start: slot.start } });
    const lease = { owner: shell.owner, now, leaseMs: shell.leaseMs };
    const request = await requestById(tx, coach.id, resolution.requestId, 'lock');
    if (resolution.option === 2) {
      await setPending(tx, request, { reason: 'moving', newTurn: true }, now);
      await notifyDue(tx, 'resolutions');
      return { did: 'chosen', claim: await claimRow(tx, 'resolutions', { coachId: coach.id, id: resolution.id }, lease) };
    }
    const calendar = await sessionCalendar(tx, coach.id);
    if (!calendar) throw new Problem('NO_TARGET_CALENDAR', 'No calendar of this coach is set to hold sessions.');
    await setBooking(tx, request, slot.start);
    const id = await beginLanding(tx, { coachId: coach.id, requestId: request.id, resolutionId: resolution.id, holdId, calendarId: calendar.id, interval: slot, tolerated: [] }, now);
    return { did: 'picked', claim: await claimRow(tx, 'landings', { coachId: coach.id, id }, lease) };
  });
}

/** What no slot may touch besides mirror and holds: under option 1 the wanted time, which was not free. */
async function takenBesides(tx: Tx, resolution: Resolution): Promise<Interval[]> {
  if (resolution.sessionId === null) return [resolution.interval];
  return [resolution.interval, sessionInterval(await sessionById(tx, resolution.coachId, resolution.sessionId))];
}

async function freshChoices(tx: Tx, coach: Coach, resolution: Resolution, offer: Offer, lost: Interval, taken: readonly Interval[], now: Instant): Promise<Answer> {
  const slots = await freeSlots(tx, coach, { near: resolution.interval.start, lengthMs: lost.end - lost.start, clientId: offer.clientId, taken, now });
  await refreshOffer(tx, coach.id, offer, slots.filter((s) => !sameInterval(s, lost)));
  await remember(tx, { coachId: coach.id, at: now, what: 'slot was taken, fresh slots offered', by: 'makeway', requestId: resolution.requestId, resolutionId: resolution.id, facts: { slots: slots.length } });
  return { did: 'taken' };
}

/** The existing client keeps their time: nothing changes for them; the request goes on as the coach's policy says. */
export async function keepTime(shell: Shell, about: About, mute: boolean): Promise<Answer> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit keep', async (tx): Promise<Answer> => {
    const coach = await lockCoach(tx, about.coachId);
    const resolution = await resolutionById(tx, about.coachId, about.resolutionId, 'lock');
    const offer = await offerOf(tx, resolution);
    if (mute) await muteClient(tx, coach.id, (await clientById(tx, coach.id, offer.clientId)).id, now);
    if (resolution.state !== 'asked' || now >= offer.expiresAt) return { did: 'over' };
    await endResolution(tx, shell, resolution, offer.clientId, { reason: 'kept', by: 'client', tellAsked: false }, now);
    await afterNo(tx, shell, coach, await requestById(tx, coach.id, resolution.requestId, 'lock'), 'kept', now);
    return { did: 'kept' };
  });
}
