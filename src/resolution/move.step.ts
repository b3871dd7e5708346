/** The session is moved: patched, never deleted and made again. */
import { lockCoach } from '../coach/coach.store.js';
import { freeSlots } from '../conflicts/picture.store.js';
import { whyUnchecked } from '../conflicts/standing.store.js';
import { overlaps, sameInterval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { enqueue } from '../mail/outbox.store.js';
import { canWrite } from '../mirror/access-role.js';
import { applyEvents } from '../mirror/apply.store.js';
import { markDirty, type CalendarRow } from '../mirror/calendar.store.js';
import type { CalendarEvent } from '../calendar/event.js';
import { inTx } from '../postgres/transaction.js';
import { clientById } from '../requests/client.store.js';
import { requestById, setPending } from '../requests/request.store.js';
import { holdLease } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import { confirmWrites, IN_FLIGHT_MS, markSent, openWrite, refuseWrites } from './landing.store.js';
import { lookLive } from './look-live.step.js';
import { advanceState, backToAsked, choiceOf, closeOffer, endChoice, markReminded, pageWasLeft, refreshOffer, type Choice } from './resolution.store.js';
import { clearAsked, type Session } from './session.store.js';
import { isStillTheirs, endAsAnothers } from './theirs.step.js';
import { freeHold } from './turn.step.js';
import { keyOf, sessionOf, calendarOf, timeOf, eventZone, type Scene } from './vacate.step.js';

/** The choice is carried out: the session is patched to the chosen slot under its etag. Before the call the row says
 *  that it may have been sent; a repeat looks first, and finds it done or does it again. */
export async function move(scene: Scene): Promise<string> {
  const { shell, claim, coach, resolution, now } = scene;
  const choice = await choiceOf(shell.db, resolution, 'chosen');
  if (!choice) throw new Problem('IMPOSSIBLE_STATE', 'A chosen resolution without a choice.', { id: resolution.id });
  const session = await sessionOf(shell, resolution);
  const calendar = await calendarOf(shell, session);
  const sent = await openWrite(shell.db, coach.id, { resolutionId: resolution.id }, 'move');
  // Judged before Google is asked: nobody is moved out of a session that has begun, or into the past.
  const isTooLate = now >= resolution.interval.start || now >= choice.interval.start;
  if (isTooLate && !sent) return undoChoice(scene, choice, 'it is too late', calendar);
  const google = await shell.google(coach.id);
  const event = await google.getEvent(calendar.google_id, session.event_id);
  const stands = timeOf(event);
  if (sent && event && stands && sameInterval(stands, choice.interval)) return recordMoved(scene, choice, session, calendar, event);
  const mayStillArrive = sent?.sent_at !== undefined && sent.sent_at !== null && shell.clock.now() - sent.sent_at < IN_FLIGHT_MS;
  if (isTooLate) {
    if (mayStillArrive) throw new Problem('GOOGLE_ANSWER_LOST', 'The move may still be on its way.');
    return undoChoice(scene, choice, 'it is too late', calendar);
  }
  const isOver = whyNotMoved(calendar);
  if (isOver) {
    if (mayStillArrive) throw new Problem('GOOGLE_ANSWER_LOST', 'The move may still be on its way.');
    return undoChoice(scene, choice, isOver, calendar);
  }
  // A 404 proves nothing: it also comes for a calendar that is out of sight.
  if (!event) throw new Problem('GOOGLE_UNREACHABLE', 'Google does not show the session.');
  if (!stands || !overlaps(stands, resolution.interval)) return undoChoice(scene, choice, 'the session is no longer where it was', calendar);

  // The coach has made it longer or shorter since: the client chooses among slots of that length.
  if (!sent && stands.end - stands.start !== choice.interval.end - choice.interval.start) return undoChoice(scene, choice, 'the session has another length now', calendar);
  const client = await clientById(shell.db, coach.id, scene.offer.clientId);
  // Seen here before the mirror saw it: a group, or somebody else's by now, is not moved at one client's word.
  if (!sent && !(await isStillTheirs(shell.db, coach, client, event))) return endAsAnothers(scene);

  const { seen } = await lookLive(shell, google, coach.id, choice.interval);
  if (seen.some((s) => s.key !== keyOf(session))) {
    // A patch whose answer was lost may still arrive: the choice is not undone while it could.
    if (mayStillArrive) throw new Problem('GOOGLE_ANSWER_LOST', 'The move may still be on its way.');
    return undoChoice(scene, choice, 'the chosen slot was taken in Google', calendar);
  }
  await inTx(shell.db, 'commit intend-move', async (tx) => {
    await holdLease(tx, claim);
    await markSent(tx, { coachId: coach.id, kind: 'move', resolutionId: resolution.id, landingId: null, calendarId: session.calendar_id, eventId: session.event_id, interval: choice.interval }, now);
  });
  // One voice: a guest hears it from Google, anybody else from us.
  const isGuest = event.attendees.some((a) => a.email === client.email);
  const moved = await google.moveEvent(calendar.google_id, session.event_id, event.etag, choice.interval, eventZone(event, calendar), isGuest ? 'guests' : 'nobody');
  return recordMoved(scene, choice, session, calendar, moved);
}

/** Why nothing on this calendar can be moved by us; null if it can. */
const whyNotMoved = (calendar: CalendarRow): string | null =>
  calendar.role !== 'sessions' ? 'the calendar is gone' : canWrite(calendar.access_role) ? null : 'the calendar can no longer be written';

async function recordMoved({ shell, claim, coach, resolution }: Scene, choice: Choice, session: Session, calendar: CalendarRow, moved: CalendarEvent): Promise<string> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit moved', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await confirmWrites(tx, coach.id, { resolutionId: resolution.id }, 'move', now);
    await applyEvents(tx, calendar, [moved], [], { generation: calendar.generation, now: now });
    await advanceState(tx, resolution, 'moved', now, now);
    await endChoice(tx, coach.id, choice.id, 'done');
    await freeHold(tx, { coachId: coach.id, id: choice.holdId, requestId: resolution.requestId, interval: choice.interval }, 'moved', now);
    await clearAsked(tx, coach.id, session.id);
    await closeOffer(tx, resolution, now);
    await remember(tx, { coachId: coach.id, at: now, what: 'moved', by: 'makeway', requestId: resolution.requestId, resolutionId: resolution.id, sessionId: session.id, facts: { from: resolution.interval.start, to: choice.interval.start } });
  });
  return 'moved';
}

/** The choice cannot be carried out. Nothing was changed; the client finds fresh slots behind the same link. */
async function undoChoice({ shell, claim, coach, resolution, offer, now }: Scene, choice: Choice, why: string, calendar: CalendarRow): Promise<string> {
  await inTx(shell.db, 'commit fresh-choices', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await refuseWrites(tx, coach.id, { resolutionId: resolution.id }, 'move');
    await endChoice(tx, coach.id, choice.id, 'undone');
    await freeHold(tx, { coachId: coach.id, id: choice.holdId, requestId: resolution.requestId, interval: choice.interval }, 'refused', now);
    await backToAsked(tx, resolution, now);
    // While the calendar cannot be checked there are no fresh ones; each is judged again at the click.
    const slots = (await whyUnchecked(tx, coach)) ? offer.slots : await freeSlots(tx, coach, { near: resolution.interval.start, lengthMs: choice.interval.end - choice.interval.start, clientId: offer.clientId, taken: [resolution.interval, choice.interval], now });
    await refreshOffer(tx, coach.id, offer, slots);
    // Who was told to come back later hears of it; who waits at the page sees it there. An offer that is over has no times to show.
    const kind = now >= offer.expiresAt ? 'ask-over' : 'ask';
    if (pageWasLeft(choice, claim.attempts, shell.clock.now())) {
      await enqueue(tx, { coachId: coach.id, kind, clientId: offer.clientId, requestId: resolution.requestId, resolutionId: resolution.id, revision: -offer.round }, shell.mailFrom, now);
      if (now >= offer.remindAt) await markReminded(tx, coach.id, offer, now); // this letter reminds
    }
    await setPending(tx, await requestById(tx, coach.id, resolution.requestId, 'lock'), { reason: 'asked', newTurn: true }, now);
    // What Google showed is not in the mirror yet.
    await markDirty(tx, coach.id, calendar.id, now);
    await remember(tx, { coachId: coach.id, at: now, what: `choice undone: ${why}`, by: 'makeway', requestId: resolution.requestId, resolutionId: resolution.id });
  });
  return `choice undone: ${why}`;
}
