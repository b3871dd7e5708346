/** The original time becomes vacated: seen free in Google itself, after the move, and after whatever slipped in was dealt with. */
import { blockerKey } from '../conflicts/blocker.js';
import { lockCoach, type Coach } from '../coach/coach.store.js';
import { sameInterval, type Instant, type Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { knownZone } from '../kernel/zone.js';
import { enqueue } from '../mail/outbox.store.js';
import { applyEvents } from '../mirror/apply.store.js';
import { calendarRow, markDirty, sessionCalendar, type CalendarRow } from '../mirror/calendar.store.js';
import type { GoogleCalendar } from '../google/google.port.js';
import type { CalendarEvent } from '../calendar/event.js';
import { inTx, type Tx } from '../postgres/transaction.js';
import { clientById } from '../requests/client.store.js';
import { requestById, setPending } from '../requests/request.store.js';
import { holdLease, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { beginLanding, confirmWrites, markSent, openWrite } from './landing.store.js';
import { lookLive } from './look-live.step.js';
import type { Offer, Resolution } from './resolution.js';
import { advanceState, choiceOf, type Choice } from './resolution.store.js';
import { sessionById, type Session } from './session.store.js';
import { endResolution, giveToCoach } from './turn.step.js';

/** Everything a step is given. */
export interface Scene { readonly shell: Shell; readonly claim: Claim; readonly coach: Coach; readonly resolution: Resolution; readonly offer: Offer; readonly now: Instant }

/** The original time was seen free: the landing begins, or the coach is told, as the policy says. In the caller's commit. */
export async function becomeVacated(tx: Tx, { shell, coach, resolution, now }: Scene, by: 'google' | 'makeway'): Promise<void> {
  await advanceState(tx, resolution, 'vacated', resolution.interval.start, now);
  await remember(tx, { coachId: coach.id, at: now, what: 'vacated', by, requestId: resolution.requestId, resolutionId: resolution.id, sessionId: resolution.sessionId });
  const request = await requestById(tx, coach.id, resolution.requestId, 'lock');
  if (coach.policy.land === 'manual') {
    await giveToCoach(tx, shell, coach, request, { reason: 'freed' }, now);
    return;
  }
  if (!resolution.promiseId) throw new Problem('IMPOSSIBLE_STATE', 'Option 2 without a promise.', { id: resolution.id });
  const calendar = await sessionCalendar(tx, coach.id);
  if (!calendar) {
    // The time stays promised: the coach books it by hand as soon as there is a calendar for it.
    await giveToCoach(tx, shell, coach, request, { reason: 'no-calendar' }, now);
    return;
  }
  await setPending(tx, request, { reason: 'landing', newTurn: true }, now);
  await beginLanding(tx, { coachId: coach.id, requestId: resolution.requestId, resolutionId: resolution.id, holdId: resolution.promiseId, calendarId: calendar.id, interval: resolution.interval, tolerated: resolution.tolerated }, now);
}

export const keyOf = (s: Session): string => blockerKey(s.calendar_id, s.root_id, s.original_key);
export async function sessionOf(shell: Shell, resolution: Resolution): Promise<Session> {
  if (!resolution.sessionId) throw new Problem('IMPOSSIBLE_STATE', 'Option 2 without a session.', { id: resolution.id });
  return sessionById(shell.db, resolution.coachId, resolution.sessionId);
}
export async function calendarOf(shell: Shell, session: Session): Promise<CalendarRow> {
  const row = await calendarRow(shell.db, session.coach_id, session.calendar_id);
  if (!row) throw new Problem('NO_TARGET_CALENDAR', 'The session\'s calendar is gone.');
  return row;
}
export const timeOf = (event: CalendarEvent | null): Interval | null =>
  event && event.status !== 'cancelled' && event.when?.kind === 'timed' ? { start: event.when.start, end: event.when.end } : null;

/** The event's own zone, unless it is one that we do not know: imported events name strange ones. */
export const eventZone = (event: CalendarEvent, calendar: CalendarRow): string => knownZone((event.when?.kind === 'timed' ? event.when.zone : null) ?? '') ?? calendar.time_zone;
/** After the move, both windows are read again, live. Something slipped into the new one: the session goes back if its
 *  old time is still free, else it stays and the coach is told. Something new at the old one: nothing is landed.
 *  Both as they should be: the original time counts as vacated. */
export async function checkVacated(scene: Scene): Promise<string> {
  const { shell, claim, coach, resolution, offer } = scene;
  const choice = await choiceOf(shell.db, resolution, 'done');
  const session = await sessionOf(shell, resolution);
  const calendar = await calendarOf(shell, session);
  const google = await shell.google(coach.id);
  const own = keyOf(session);
  const [there, here] = await Promise.all([lookLive(shell, google, coach.id, resolution.interval), choice ? lookLive(shell, google, coach.id, choice.interval) : null]);
  const old = there.seen.filter((s) => s.key !== own && !resolution.tolerated.includes(s.key));
  const isBack = await openWrite(shell.db, coach.id, { resolutionId: resolution.id }, 'move-back');
  const slipped = here?.seen.filter((s) => s.key !== own) ?? [];

  if ((slipped.length > 0 || isBack) && old.length === 0 && choice) {
    const back = await moveBack(scene, google, calendar, session, choice);
    if (back) return back;
  }
  const stillThere = there.seen.some((s) => s.key === own);
  // Google has told its guest; anybody else hears it from us, now that the session stays where it is.
  const client = await clientById(shell.db, coach.id, offer.clientId);
  const tellsMoved = here?.seen.some((s) => s.key === own && !s.event.attendees.some((a) => a.email === client.email)) ?? false;
  const now = shell.clock.now();
  await inTx(shell.db, 'commit vacated', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    if (slipped.length > 0) await enqueue(tx, { coachId: coach.id, kind: 'clash', clientId: null, requestId: resolution.requestId, resolutionId: resolution.id, revision: 0 }, shell.mailFrom, now);
    if (tellsMoved && !stillThere) await enqueue(tx, { coachId: coach.id, kind: 'moved', clientId: client.id, requestId: resolution.requestId, resolutionId: resolution.id, revision: 0 }, shell.mailFrom, now);
    if (old.length === 0 && !stillThere) return becomeVacated(tx, { ...scene, now }, 'makeway');
    await endResolution(tx, shell, resolution, offer.clientId, { reason: 'taken', by: 'google', tellAsked: false }, now);
    await markDirty(tx, coach.id, calendar.id, now);
    await giveToCoach(tx, shell, coach, await requestById(tx, coach.id, resolution.requestId, 'lock'), { reason: 'taken-again' }, now);
  });
  return old.length === 0 && !stillThere ? 'vacated' : 'the original time was taken again';
}

async function moveBack(scene: Scene, google: GoogleCalendar, calendar: CalendarRow, session: Session, choice: Choice): Promise<string | null> {
  const { shell, claim, coach, resolution, offer, now } = scene;
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
    await endResolution(tx, shell, resolution, offer.clientId, { reason: 'taken', by: 'google', tellAsked: false }, at);
    await giveToCoach(tx, shell, coach, await requestById(tx, coach.id, resolution.requestId, 'lock'), { reason: 'slipped-in' }, at);
    await remember(tx, { coachId: coach.id, at, what: 'moved back: something slipped in', by: 'makeway', requestId: resolution.requestId, resolutionId: resolution.id, sessionId: session.id });
  });
  return 'moved back';
}
