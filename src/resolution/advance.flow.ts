/** The worker of resolutions: takes one from where it stands to where it has to wait. Each step ends in one commit;
 *  a crash between two costs a repeat of the look, never of the effect. */
import { coachById, lockCoach, type Coach } from '../coach/coach.store.js';
import { freeSlots } from '../conflicts/picture.store.js';
import { blockersAt, whyUnchecked } from '../conflicts/standing.store.js';
import { overlaps, plus, sameInterval, type Instant, type Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { knownZone } from '../kernel/zone.js';
import { enqueue } from '../mail/outbox.store.js';
import { applyEvents, calendarRow, markDirty, sessionCalendar, type CalendarRow } from '../mirror/mirror.store.js';
import type { GoogleCalendar } from '../google/google.port.js';
import type { CalendarEvent } from '../calendar/event.js';
import { inTx, type Reader, type Tx } from '../postgres/transaction.js';
import { clientById } from '../requests/client.store.js';
import { requestById, setPending } from '../requests/request.store.js';
import { holdLease, renewLease, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { beginLanding, confirmWrites, IN_FLIGHT_MS, liveLanding, markSent, openWrite, refuseWrites } from './landing.store.js';
import { lookLive } from './look-live.step.js';
import { nextStep, type Offer, type Resolution } from './resolution.js';
import { advanceState, backToAsked, choiceOf, closeOffer, endChoice, markReminded, offerOf, pageWasLeft, refreshOffer, resolutionById, restResolution, type Choice } from './resolution.store.js';
import { clearAsked, sessionById, type Session } from './session.store.js';
import { afterNo, endResolution, freeHold, giveToCoach } from './turn.step.js';

const MOST_STEPS = 12;

/** Everything a step is given. */
interface Scene { readonly shell: Shell; readonly claim: Claim; readonly coach: Coach; readonly resolution: Resolution; readonly offer: Offer; readonly now: Instant }

export async function advanceResolution(shell: Shell, claim: Claim): Promise<Report> {
  const done: string[] = [];
  for (let i = 0; i < MOST_STEPS; i++) {
    const resolution = await resolutionById(shell.db, claim.coachId, claim.id);
    const scene: Scene = { shell, claim, coach: await coachById(shell.db, claim.coachId), resolution, offer: await offerOf(shell.db, resolution), now: shell.clock.now() };
    const isFree = await mirrorShowsFree(shell.db, scene);
    const step = nextStep(resolution, scene.offer, isFree, scene.coach.policy.settleMs, scene.now);
    const isLanding = resolution.state === 'vacated' && (await liveLanding(shell.db, claim.coachId, resolution.requestId)) !== null;
    if (step.do === 'rest' || isLanding) {
      // A timer does not end what is being written; and what a pull changed while we looked is looked at before resting.
      const until = isLanding || step.do !== 'rest' ? plus(scene.now, 3_600_000) : step.until;
      const rested = await inTx(shell.db, 'commit wait', async (tx) => {
        await holdLease(tx, claim);
        if ((await mirrorShowsFree(tx, scene)) !== isFree) return false;
        await restResolution(tx, resolution, until, resolution.freedNoticedAt);
        return true;
      });
      if (!rested) continue;
      return done.length > 0 ? { outcome: 'done', did: done.join(', ') } : { outcome: 'nothing' };
    }
    done.push(await STEPS[step.do](scene));
    await renewLease(shell.db, claim, shell.clock.now(), shell.leaseMs);
    const { state } = await resolutionById(shell.db, claim.coachId, claim.id);
    if (state === 'ended' || state === 'landed') return { outcome: 'done', did: done.join(', ') };
  }
  throw new Problem('IMPOSSIBLE_STATE', 'A resolution does not come to rest.', { id: claim.id, done });
}

const STEPS = { expire, remind, 'look-if-freed': lookIfFreed, move, 'check-vacated': checkVacated } as const;

/** Option 2: by the mirror, is the session that was asked gone from the original time? */
async function mirrorShowsFree(db: Reader, { coach, resolution }: Pick<Scene, 'coach' | 'resolution'>): Promise<boolean> {
  if (resolution.option !== 2 || resolution.state !== 'asked' || !resolution.sessionId) return false;
  const session = await sessionById(db, coach.id, resolution.sessionId);
  const there = await blockersAt(db, coach, resolution.interval);
  return !there.some((b) => b.calendarId === session.calendar_id && b.rootId === session.root_id && b.originalKey === session.original_key);
}

async function expire({ shell, claim, coach, resolution, offer, now }: Scene): Promise<string> {
  await inTx(shell.db, 'commit end-ask', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    const passed = resolution.state === 'vacated';
    await endResolution(tx, shell, resolution, offer.clientId, { reason: passed ? 'passed' : 'expired', by: 'makeway', tellAsked: false }, now);
    const request = await requestById(tx, coach.id, resolution.requestId, 'lock');
    if (passed) await giveToCoach(tx, shell, coach, request, { reason: 'past' }, now);
    // Who let other times pass is not offered yet others: the coach decides.
    else if (resolution.option === 1) await giveToCoach(tx, shell, coach, request, { reason: 'offer-expired' }, now);
    else await afterNo(tx, shell, coach, request, 'offer-expired', now);
  });
  return 'expired';
}

async function remind({ shell, claim, coach, resolution, offer, now }: Scene): Promise<string> {
  await inTx(shell.db, 'commit remind', async (tx) => {
    await holdLease(tx, claim);
    await markReminded(tx, coach.id, offer, now);
    await enqueue(tx, { coachId: coach.id, kind: resolution.option === 2 ? 'ask-reminder' : 'offer-reminder', clientId: offer.clientId, requestId: resolution.requestId, resolutionId: resolution.id, revision: 0 }, shell.mailFrom, now);
    await remember(tx, { coachId: coach.id, at: now, what: 'reminded', by: 'makeway', requestId: resolution.requestId, resolutionId: resolution.id });
  });
  return 'reminded';
}

/** The session left the original time without our doing. It is noted, and believed only when it is still so after
 *  `settle`, and Google itself says so: a drag by mistake is undone by its author. */
async function lookIfFreed(scene: Scene): Promise<string> {
  const { shell, claim, coach, resolution, offer, now } = scene;
  const isFree = await mirrorShowsFree(shell.db, scene);
  if (!isFree || resolution.freedNoticedAt === null) {
    await inTx(shell.db, 'commit notice-freed', async (tx) => {
      await holdLease(tx, claim);
      await restResolution(tx, resolution, now, isFree ? now : null);
      await remember(tx, { coachId: coach.id, at: now, what: isFree ? 'session left its time in Google' : 'session is back at its time', by: 'google', requestId: resolution.requestId, resolutionId: resolution.id, sessionId: resolution.sessionId });
    });
    return isFree ? 'noticed the time may be free' : 'the session is back';
  }
  const { seen } = await lookLive(shell, await shell.google(coach.id), coach.id, resolution.interval);
  const session = await sessionOf(shell, resolution);
  if (seen.some((s) => s.key === keyOf(session))) {
    await inTx(shell.db, 'commit notice-freed', async (tx) => {
      await holdLease(tx, claim);
      await restResolution(tx, resolution, now, null);
      await markDirty(tx, coach.id, session.calendar_id, now);
    });
    return 'Google says the session is still there';
  }
  const blocked = seen.filter((s) => !resolution.tolerated.includes(s.key));
  await inTx(shell.db, 'commit settle', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    if (blocked.length > 0) {
      await endResolution(tx, shell, resolution, offer.clientId, { reason: 'taken', by: 'google', tellAsked: true }, now);
      await giveToCoach(tx, shell, coach, await requestById(tx, coach.id, resolution.requestId, 'lock'), { reason: 'taken' }, now);
      return;
    }
    await closeOffer(tx, resolution, now);
    await clearAsked(tx, coach.id, session.id);
    await enqueue(tx, { coachId: coach.id, kind: 'ask-over', clientId: offer.clientId, requestId: resolution.requestId, resolutionId: resolution.id, revision: 0 }, shell.mailFrom, now);
    await becomeVacated(tx, scene, 'google');
  });
  return blocked.length > 0 ? 'something else stands there now' : 'vacated';
}

/** The original time was seen free: the landing begins, or the coach is told, as the policy says. In the caller's commit. */
async function becomeVacated(tx: Tx, { shell, coach, resolution, now }: Scene, by: 'google' | 'makeway'): Promise<void> {
  await advanceState(tx, resolution, 'vacated', resolution.interval.start, now);
  await remember(tx, { coachId: coach.id, at: now, what: 'vacated', by, requestId: resolution.requestId, resolutionId: resolution.id, sessionId: resolution.sessionId });
  const request = await requestById(tx, coach.id, resolution.requestId, 'lock');
  if (coach.policy.land === 'manual') {
    await giveToCoach(tx, shell, coach, request, { reason: 'freed' }, now);
    return;
  }
  const calendar = await sessionCalendar(tx, coach.id);
  if (!calendar || !resolution.promiseId) throw new Problem('NO_TARGET_CALENDAR', 'No calendar of this coach is set to hold sessions.');
  await setPending(tx, request, { reason: 'landing', newTurn: true }, now);
  await beginLanding(tx, { coachId: coach.id, requestId: resolution.requestId, resolutionId: resolution.id, holdId: resolution.promiseId, calendarId: calendar.id, interval: resolution.interval, tolerated: resolution.tolerated }, now);
}

const keyOf = (s: Session): string => `${s.calendar_id}/${s.root_id}/${s.original_key}`;
async function sessionOf(shell: Shell, resolution: Resolution): Promise<Session> {
  if (!resolution.sessionId) throw new Problem('IMPOSSIBLE_STATE', 'Option 2 without a session.', { id: resolution.id });
  return sessionById(shell.db, resolution.coachId, resolution.sessionId);
}
async function calendarOf(shell: Shell, session: Session): Promise<CalendarRow> {
  const row = await calendarRow(shell.db, session.coach_id, session.calendar_id);
  if (!row) throw new Problem('NO_TARGET_CALENDAR', 'The session\'s calendar is gone.');
  return row;
}
const timeOf = (event: CalendarEvent | null): Interval | null =>
  event && event.status !== 'cancelled' && event.when?.kind === 'timed' ? { start: event.when.start, end: event.when.end } : null;

/** The choice is carried out: the session is patched to the chosen slot under its etag. Before the call the row says
 *  that it may have been sent; a repeat looks first, and finds it done or does it again. */
async function move(scene: Scene): Promise<string> {
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
  // A 404 proves nothing: it also comes for a calendar that is out of sight.
  if (!event) throw new Problem('GOOGLE_UNREACHABLE', 'Google does not show the session.');
  if (!stands || !overlaps(stands, resolution.interval)) return undoChoice(scene, choice, 'the session is no longer where it was', calendar);

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
  const client = await clientById(shell.db, coach.id, scene.offer.clientId);
  // One voice: a guest hears it from Google, anybody else from us.
  const isGuest = event.attendees.some((a) => a.email === client.email);
  const moved = await google.moveEvent(calendar.google_id, session.event_id, event.etag, choice.interval, eventZone(event, calendar), isGuest ? 'guests' : 'nobody');
  return recordMoved(scene, choice, session, calendar, moved);
}

/** The event's own zone, unless it is one that we do not know: imported events name strange ones. */
const eventZone = (event: CalendarEvent, calendar: CalendarRow): string => knownZone((event.when?.kind === 'timed' ? event.when.zone : null) ?? '') ?? calendar.time_zone;

async function recordMoved({ shell, claim, coach, resolution }: Scene, choice: Choice, session: Session, calendar: CalendarRow, moved: CalendarEvent): Promise<string> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit moved', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await confirmWrites(tx, coach.id, { resolutionId: resolution.id }, 'move', now);
    await applyEvents(tx, calendar, calendar.generation, [moved], [], now);
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

/** After the move, both windows are read again, live. Something slipped into the new one: the session goes back if its
 *  old time is still free, else it stays and the coach is told. Something new at the old one: nothing is landed.
 *  Both as they should be: the original time counts as vacated. */
async function checkVacated(scene: Scene): Promise<string> {
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
    await applyEvents(tx, calendar, calendar.generation, [back], [], at);
    await markDirty(tx, coach.id, calendar.id, at);
    await endResolution(tx, shell, resolution, offer.clientId, { reason: 'taken', by: 'google', tellAsked: false }, at);
    await giveToCoach(tx, shell, coach, await requestById(tx, coach.id, resolution.requestId, 'lock'), { reason: 'slipped-in' }, at);
    await remember(tx, { coachId: coach.id, at, what: 'moved back: something slipped in', by: 'makeway', requestId: resolution.requestId, resolutionId: resolution.id, sessionId: session.id });
  });
  return 'moved back';
}
