/** What a client's click does: choose, pass over, or keep (option 2), pick or pass over (option 1). Each is one commit;
 *  Google is called afterwards. */
import { lockCoach, type Coach } from '../coach/coach.store.js';
import { freeSlots, slotIsFree } from '../conflicts/picture.store.js';
import { whyUnchecked } from '../conflicts/standing.store.js';
import type { Effect } from '../kernel/effects.js';
import type { CoachId, ResolutionId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { clientById, muteClient } from '../requests/client.store.js';
import { fits, type Facet } from '../slots/facet.js';
import { reserve } from '../slots/hold.store.js';
import { claimRow, notifyDue, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { liveLanding } from './landing.store.js';
import type { Offer, Resolution } from './resolution.js';
import { offerOf, resolutionById } from './resolution.store.js';
import { next } from './states.js';
import { take, wantOf } from './take.step.js';

/** `over`: the offer is no longer open, the page tells what is true now. `taken`, `fresh`: the offer now shows fresh slots.
 *  `not-now`: the coach's calendar cannot be checked, so nothing is held; the offer stays open. */
export type Answer = { readonly did: 'chosen' | 'picked'; readonly claim: Claim | null } | { readonly did: 'kept' } | { readonly did: 'over' } | { readonly did: 'taken' } | { readonly did: 'not-now' } | { readonly did: 'no-such-slot' } | { readonly did: 'fresh' } | { readonly did: 'none-left' };

type About = { coachId: CoachId; resolutionId: ResolutionId };

interface Open { readonly coach: Coach; readonly resolution: Resolution; readonly offer: Offer; readonly now: Instant }

/** Answers an offer that is still open, under the coach's lock: clicks on one coach's time are judged one after the other. While
 *  the calendar cannot be checked, nothing is answered. */
async function whileOpen(shell: Shell, about: About, effect: Extract<Effect, `commit ${string}`>, answer: (tx: Tx, open: Open) => Promise<Answer>): Promise<Answer> {
  const now = shell.clock.now();
  return inTx(shell.db, effect, async (tx) => {
    const coach = await lockCoach(tx, about.coachId);
    const resolution = await resolutionById(tx, about.coachId, about.resolutionId, 'lock');
    const offer = await offerOf(tx, resolution);
    if (!next(resolution, offer, 'slot chosen', now)) return { did: 'over' };
    if (await whyUnchecked(tx, coach)) return { did: 'not-now' };
    return answer(tx, { coach, resolution, offer, now });
  });
}

/** The existing client chose `start`, or the incoming client picked it. The slot is judged again and held; what is left
 *  to do in Google goes on from the claimed row. `zone`: the visitor's own, if the page knows it; it is kept with the choice. */
export function chooseSlot(shell: Shell, about: About, start: Instant, zone: string | null): Promise<Answer> {
  return whileOpen(shell, about, 'commit choose', async (tx, { coach, resolution, offer, now }) => {
    const slot = offer.slots.find((s) => s.start === start);
    if (!slot) return { did: 'no-such-slot' };
    const { taken } = await wantOf(tx, resolution);
    const holdId = (await slotIsFree(tx, coach, slot, taken, now))
      ? await reserve(tx, { coachId: coach.id, requestId: resolution.requestId, kind: resolution.option === 2 ? 'choice' : 'promise', interval: slot }, now)
      : null;
    if (!holdId) {
      await take(tx, shell, coach, resolution, { is: 'slot taken', slot }, 'makeway', now);
      return { did: 'taken' };
    }
    await take(tx, shell, coach, resolution, { is: 'slot chosen', slot, holdId, zone }, 'client', now);
    // The click goes on at once from the row that it made due.
    const lease = { owner: shell.owner, now, leaseMs: shell.leaseMs };
    if (resolution.option === 2) {
      await notifyDue(tx, 'resolutions');
      return { did: 'chosen', claim: await claimRow(tx, 'resolutions', { coachId: coach.id, id: resolution.id }, lease) };
    }
    const landing = await liveLanding(tx, coach.id, resolution.requestId);
    return { did: 'picked', claim: landing && await claimRow(tx, 'landings', { coachId: coach.id, id: landing.id }, lease) };
  });
}

/** None of the slots suits: a fresh ranked offer, of what the client said would, on the same page. Those passed over do not
 *  come back. `none-left`: there is no such time, and the offer stays as it was. `zone`: whose mornings are meant, if not the
 *  client's as known. */
export function noneOfThese(shell: Shell, about: About, facets: readonly Facet[], zone: string | null): Promise<Answer> {
  return whileOpen(shell, about, 'commit fresh-choices', async (tx, { coach, resolution, offer, now }) => {
    const offered = offer.slots.map((slot) => slot.start);
    const theirs = zone ?? (await clientById(tx, coach.id, offer.clientId)).time_zone ?? coach.zone;
    const wanted = new Set(facets);
    const slots = await freeSlots(tx, coach, {
      ...(await wantOf(tx, resolution)), clientId: offer.clientId, except: [...offer.passedOver, ...offered], only: (slot) => fits(slot, wanted, offered, theirs), now,
    });
    if (slots.length === 0) return { did: 'none-left' };
    await take(tx, shell, coach, resolution, { is: 'none of these', slots }, 'client', now);
    return { did: 'fresh' };
  });
}

/** The existing client keeps their time: nothing changes for them; the request goes on as the coach's policy says. `mute`: they do not
 *  want to be asked again; that counts at any time, also when the question is long over. */
export async function keepTime(shell: Shell, about: About, mute: boolean): Promise<Answer> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit keep', async (tx): Promise<Answer> => {
    const coach = await lockCoach(tx, about.coachId);
    const resolution = await resolutionById(tx, about.coachId, about.resolutionId, 'lock');
    const offer = await offerOf(tx, resolution);
    if (mute && (await muteClient(tx, coach.id, offer.clientId, now)) > 0) {
      await remember(tx, { coachId: coach.id, at: now, what: 'client muted', by: 'client', requestId: resolution.requestId, resolutionId: resolution.id, facts: { client: offer.clientId } });
    }
    if (!next(resolution, offer, 'time kept', now)) return { did: 'over' };
    await take(tx, shell, coach, resolution, { is: 'time kept' }, 'client', now);
    return { did: 'kept' };
  });
}
