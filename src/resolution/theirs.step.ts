/** An ask is about one client's own session. Edits in Google can make it something else while the answer is awaited. */
import type { CalendarEvent } from '../calendar/event.js';
import { sessionClaim } from '../calendar/session-of.js';
import { lockCoach, type Coach } from '../coach/coach.store.js';
import { freeSlots } from '../conflicts/picture.store.js';
import { whyUnchecked } from '../conflicts/standing.store.js';
import { MINUTE } from '../kernel/interval.js';
import { mirroredEvent } from '../mirror/calendar.store.js';
import { inTx, type Reader } from '../postgres/transaction.js';
import { clientById, namedTitles, type Client } from '../requests/client.store.js';
import { holdLease } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import { endAsk } from './end-ask.step.js';
import { refreshOffer } from './resolution.store.js';
import { sessionById, sessionInterval } from './session.store.js';
import { sessionOf, type Scene } from './vacate.step.js';

/** Whether `event` is still a session of this client alone, which we may move: not a group now, not all-day, not organised
 *  by somebody else, not under another name, and not without them. */
export async function isStillTheirs(db: Reader, coach: Coach, client: Client, event: CalendarEvent): Promise<boolean> {
  const claim = sessionClaim(event, await namedTitles(db, coach.id), new Set([coach.email]));
  return (claim.kind === 'guest' && claim.email === client.email) || (claim.kind === 'named' && claim.clientId === client.id);
}

/** Option 2, while the session stands at its time: does the mirror show that it is no longer theirs alone? */
export async function becameAnothers(db: Reader, { coach, resolution, offer, now }: Scene): Promise<boolean> {
  if (resolution.option !== 2 || resolution.state !== 'asked' || !resolution.sessionId || now >= offer.expiresAt) return false;
  const session = await sessionById(db, coach.id, resolution.sessionId);
  const event = await mirroredEvent(db, { coachId: coach.id, calendarId: session.calendar_id, eventId: session.event_id, rootId: session.root_id });
  return event !== null && !(await isStillTheirs(db, coach, await clientById(db, coach.id, offer.clientId), event));
}

/** The ask ends, whoever was asked hears once that there is nothing to do any more, and the coach decides anew. */
export async function endAsAnothers(scene: Scene): Promise<string> {
  await endAsk(scene, { reason: 'session-changed', by: 'google', tellAsked: true }, scene.shell.clock.now());
  return 'what was asked about is no longer that client\'s session';
}

/** Option 2: was the session made longer or shorter since its slots were offered? A move would undo that. */
export async function hasOtherLength(db: Reader, { coach, resolution, offer, now }: Scene): Promise<boolean> {
  const [slot] = offer.slots;
  if (resolution.option !== 2 || resolution.state !== 'asked' || !resolution.sessionId || !slot || now >= offer.expiresAt) return false;
  const session = await sessionById(db, coach.id, resolution.sessionId);
  return session.status === 'scheduled' && session.length_minutes * MINUTE !== slot.end - slot.start && (await whyUnchecked(db, coach)) === null;
}

/** The same link shows slots of the new length; nobody is written to. */
export async function offerOtherLength(scene: Scene): Promise<string> {
  const { shell, claim, coach, resolution, offer, now } = scene;
  const session = sessionInterval(await sessionOf(shell, resolution));
  await inTx(shell.db, 'commit fresh-choices', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    const slots = await freeSlots(tx, coach, { near: session.start, lengthMs: session.end - session.start, clientId: offer.clientId, taken: [resolution.interval, session], now });
    await refreshOffer(tx, coach.id, offer, slots);
    await remember(tx, { coachId: coach.id, at: now, what: 'slots of the new length offered', by: 'makeway', requestId: resolution.requestId, resolutionId: resolution.id, sessionId: resolution.sessionId, facts: { slots: slots.length } });
  });
  return 'offered slots of the new length';
}
