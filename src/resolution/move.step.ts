/** The session is moved: patched, never deleted and made again. */
import { lockCoach } from '../coach/coach.store.js';
import { overlaps, sameInterval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { canWrite } from '../mirror/access-role.js';
import { applyEvents } from '../mirror/apply.store.js';
import { markDirty, type CalendarRow } from '../mirror/calendar.store.js';
import type { CalendarEvent } from '../calendar/event.js';
import { inTx } from '../postgres/transaction.js';
import { clientById } from '../requests/client.store.js';
import { holdLease } from '../work/due.store.js';
import { confirmWrites, IN_FLIGHT_MS, markSent, openWrite, refuseWrites } from './landing.store.js';
import { lookLive } from './look-live.step.js';
import { choiceOf, pageWasLeft, type Choice } from './resolution.store.js';
import { calendarOf, eventZone, keyOf, timeOf, type MovingScene } from './scene.step.js';
import { take, type Fact } from './take.step.js';
import { isStillTheirs } from './theirs.step.js';

/** The choice is carried out: the session is patched to the chosen slot under its etag. Before the call the row says
 *  that it may have been sent; a repeat looks first, and finds it done or does it again. */
export async function move(scene: MovingScene): Promise<string> {
  const { shell, claim, coach, resolution, session, now } = scene;
  const choice = await choiceOf(shell.db, resolution, 'chosen');
  if (!choice) throw new Problem('IMPOSSIBLE_STATE', 'A chosen resolution without a choice.', { id: resolution.id });
  const calendar = await calendarOf(shell, session);
  const sent = await openWrite(shell.db, coach.id, { resolutionId: resolution.id }, 'move');
  // Judged before Google is asked: nobody is moved out of a session that has begun, or into the past.
  const isTooLate = now >= resolution.interval.start || now >= choice.interval.start;
  if (isTooLate && !sent) return undoChoice(scene, choice, 'it is too late', calendar);
  const google = await shell.google(coach.id);
  // Both at once: a click waits for this. What the look says is asked for below, where it matters.
  const [read, look] = await Promise.allSettled([google.getEvent(calendar.google_id, session.event_id), lookLive(shell, google, coach.id, choice.interval)]);
  const event = answerOf(read);
  const stands = timeOf(event);
  if (sent && event && stands && sameInterval(stands, choice.interval)) return recordMoved(scene, calendar, event);
  const mayStillArrive = sent?.sent_at !== undefined && sent.sent_at !== null && shell.clock.now() - sent.sent_at < IN_FLIGHT_MS;
  if (isTooLate) {
    if (mayStillArrive) throw new Problem('GOOGLE_ANSWER_LOST', 'The move may still be on its way.');
    return undoChoice(scene, choice, 'it is too late', calendar);
  }
  if (calendar.role !== 'sessions' || !canWrite(calendar.access_role)) {
    if (mayStillArrive) throw new Problem('GOOGLE_ANSWER_LOST', 'The move may still be on its way.');
    return calendar.role !== 'sessions' ? undoChoice(scene, choice, 'the calendar is gone', calendar) : withdrawQuestion(scene, { is: 'not permitted' });
  }
  // A 404 proves nothing: it also comes for a calendar that is out of sight.
  if (!event) throw new Problem('GOOGLE_UNREACHABLE', 'Google does not show the session.');
  if (!stands || !overlaps(stands, resolution.interval)) return undoChoice(scene, choice, 'the session is no longer where it was', calendar);

  // The coach has made it longer or shorter since: the client chooses among slots of that length. Seen here before the mirror
  // saw it: a group, or somebody else's by now, is not moved at one client's word. Also where a move was tried before; it may
  // still arrive for a while, and nothing is undone until then.
  const client = await clientById(shell.db, coach.id, scene.offer.clientId);
  const hasOtherLength = stands.end - stands.start !== choice.interval.end - choice.interval.start;
  const isTheirs = await isStillTheirs(shell.db, coach, client, event);
  if ((hasOtherLength || !isTheirs) && mayStillArrive) throw new Problem('GOOGLE_ANSWER_LOST', 'The move may still be on its way.');
  if (!isTheirs) return withdrawQuestion(scene, { is: 'session changed' });
  if (hasOtherLength) return undoChoice(scene, choice, 'the session has another length now', calendar);

  const { seen } = answerOf(look);
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
  let moved: CalendarEvent;
  try {
    moved = await google.moveEvent(calendar.google_id, session.event_id, event.etag, choice.interval, eventZone(event, calendar), isGuest ? 'guests' : 'nobody');
  } catch (error) {
    // Google refused it for good, so it changed nothing. The coach can still move it by hand.
    if (!(error instanceof Problem) || error.code !== 'GOOGLE_REFUSED') throw error;
    return withdrawQuestion(scene, { is: 'not permitted' });
  }
  return recordMoved(scene, calendar, moved);
}

/** The answer of one of several calls, or its error, where it is asked for. */
function answerOf<T>(call: PromiseSettledResult<T>): T {
  if (call.status === 'fulfilled') return call.value;
  throw call.reason instanceof Error ? call.reason : new Error(String(call.reason));
}

/** The question is withdrawn; the session stays where it is. */
async function withdrawQuestion({ shell, claim, coach, resolution, session }: MovingScene, fact: Fact): Promise<string> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit end-ask', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await refuseWrites(tx, coach.id, { resolutionId: resolution.id }, 'move');
    await take(tx, shell, coach, resolution, fact, 'google', now);
    await markDirty(tx, coach.id, session.calendar_id, now);
  });
  return fact.is;
}

async function recordMoved({ shell, claim, coach, resolution }: MovingScene, calendar: CalendarRow, moved: CalendarEvent): Promise<string> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit moved', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await confirmWrites(tx, coach.id, { resolutionId: resolution.id }, 'move', now);
    await applyEvents(tx, calendar, [moved], [], { generation: calendar.generation, now: now });
    await take(tx, shell, coach, resolution, { is: 'moved' }, 'makeway', now);
  });
  return 'moved';
}

/** The choice cannot be carried out. Nothing was changed; the client finds fresh slots behind the same link. */
async function undoChoice({ shell, claim, coach, resolution }: MovingScene, choice: Choice, why: string, calendar: CalendarRow): Promise<string> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit fresh-choices', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await refuseWrites(tx, coach.id, { resolutionId: resolution.id }, 'move');
    await take(tx, shell, coach, resolution, { is: 'not moved', why, wasPageLeft: pageWasLeft(choice, claim.attempts, now) }, 'makeway', now);
    // What Google showed is not in the mirror yet.
    await markDirty(tx, coach.id, calendar.id, now);
  });
  return `choice undone: ${why}`;
}
