/** The original time becomes vacated: seen free in Google itself, after the move, and after whatever slipped in was dealt with. */
import { lockCoach } from '../coach/coach.store.js';
import type { GoogleCalendar } from '../google/google.port.js';
import { sameInterval } from '../kernel/interval.js';
import { enqueue, enqueueWithCalendar } from '../mail/outbox.store.js';
import { applyEvents } from '../mirror/apply.store.js';
import { markDirty, type CalendarRow } from '../mirror/calendar.store.js';
import { inTx } from '../postgres/transaction.js';
import { clientById } from '../requests/client.store.js';
import { holdLease } from '../work/due.store.js';
import { confirmWrites, markSent, openWrite } from './landing.store.js';
import { seenFree } from './live-look.js';
import { lookLive } from './look-live.step.js';
import { choiceOf, type Choice } from './resolution.store.js';
import { calendarOf, eventZone, keyOf, timeOf, type MovingScene } from './scene.step.js';
import { take } from './take.step.js';

/** After the move, both windows are read again, live. Something slipped into the new one: the session goes back if its
 *  old time is still free, else it stays and the coach is told. Something new at the old one: nothing is landed.
 *  Both as they should be: the original time counts as vacated. */
export async function checkVacated(scene: MovingScene): Promise<string> {
  const { shell, claim, coach, resolution, offer, session } = scene;
  const choice = await choiceOf(shell.db, resolution, 'done');
  const calendar = await calendarOf(shell, session);
  const google = await shell.google(coach.id);
  const own = keyOf(session);
  const [there, here] = await Promise.all([lookLive(shell, google, coach.id, resolution.interval), choice ? lookLive(shell, google, coach.id, choice.interval) : null]);
  const tolerated = new Set(resolution.tolerated);
  const canGoBack = seenFree(there, resolution.interval, tolerated, own) !== null;
  const isBack = await openWrite(shell.db, coach.id, { resolutionId: resolution.id }, 'move-back');
  const slipped = here?.seen.filter((s) => s.key !== own) ?? [];

  if ((slipped.length > 0 || isBack) && canGoBack && choice) {
    const back = await moveBack(scene, google, calendar, choice);
    if (back) return back;
  }
  const stillThere = there.seen.some((s) => s.key === own);
  // The session itself counts, too: while it stands there, the time is not free.
  const free = seenFree(there, resolution.interval, tolerated, null);
  // Google has told its guest; anybody else hears it from us, now that the session stays where it is.
  const client = await clientById(shell.db, coach.id, offer.clientId);
  const tellsMoved = here?.seen.some((s) => s.key === own && !s.event.attendees.some((a) => a.email === client.email)) ?? false;
  const now = shell.clock.now();
  await inTx(shell.db, 'commit vacated', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    if (slipped.length > 0) await enqueue(tx, { coachId: coach.id, kind: 'clash', clientId: null, requestId: resolution.requestId, resolutionId: resolution.id, revision: 0 }, shell.mailFrom, now);
    if (tellsMoved && !stillThere) await enqueueWithCalendar(tx, { coachId: coach.id, kind: 'moved', clientId: client.id, requestId: resolution.requestId, resolutionId: resolution.id, revision: 0 }, session.id, shell.mailFrom, now);
    if (free) await take(tx, shell, coach, resolution, { is: 'vacated', seen: free }, 'makeway', now);
    else {
      await take(tx, shell, coach, resolution, { is: 'taken again' }, 'google', now);
      await markDirty(tx, coach.id, calendar.id, now);
    }
  });
  return free ? 'vacated' : 'the original time was taken again';
}

async function moveBack({ shell, claim, coach, resolution, session, now }: MovingScene, google: GoogleCalendar, calendar: CalendarRow, choice: Choice): Promise<string | null> {
  const event = await google.getEvent(calendar.google_id, session.event_id);
  const stands = timeOf(event);
  if (!event || !stands) return null;
  let back = event;
  if (!sameInterval(stands, resolution.interval)) {
    if (!sameInterval(stands, choice.interval)) return null; // its coach has moved it since: that is theirs to decide
    await inTx(shell.db, 'commit intend-move', async (tx) => {
      await holdLease(tx, claim);
      await markSent(tx, { coachId: coach.id, kind: 'move-back', resolutionId: resolution.id, landingId: null, calendarId: session.calendar_id, eventId: session.event_id, interval: resolution.interval }, now);
    });
    back = await google.moveEvent(calendar.google_id, session.event_id, event.etag, resolution.interval, eventZone(event, calendar), event.attendees.length > 0 ? 'guests' : 'nobody');
  }
  await inTx(shell.db, 'commit moved-back', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    const at = shell.clock.now();
    await confirmWrites(tx, coach.id, { resolutionId: resolution.id }, 'move-back', at);
    await applyEvents(tx, calendar, [back], [], { generation: calendar.generation, now: at });
    await markDirty(tx, coach.id, calendar.id, at);
    await take(tx, shell, coach, resolution, { is: 'slipped in' }, 'google', at);
  });
  return 'moved back';
}
