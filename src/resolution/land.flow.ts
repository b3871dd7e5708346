/** The worker of landings: writes the incoming client's event. Quiet and without guests first; looked at again; only
 *  then the guest is added and people are told (design, invariant 1). */
import { coachById, lockCoach, type Coach } from '../coach/coach.store.js';
import type { CalendarEvent } from '../calendar/event.js';
import { blockerKey, standing } from '../conflicts/blocker.js';
import { blockersAt } from '../conflicts/standing.store.js';
import type { GoogleCalendar } from '../google/google.port.js';
import { Problem } from '../kernel/problem.js';
import { enqueue } from '../mail/outbox.store.js';
import { canWrite } from '../mirror/access-role.js';
import { applyEvents } from '../mirror/apply.store.js';
import { blockingCalendars, calendarRow, markDirty, type CalendarRow } from '../mirror/calendar.store.js';
import { lookSoon } from '../mirror/lookout.store.js';
import { inTx } from '../postgres/transaction.js';
import { clientById, type Client } from '../requests/client.store.js';
import type { PendingReason, Request } from '../requests/request.js';
import { requestById, setBooked } from '../requests/request.store.js';
import { holdLease, renewLease, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { adopt } from './adopt.step.js';
import { advanceLanding, confirmWrites, endLanding, IN_FLIGHT_MS, landingById, markSeenFree, markSent, openWrite, refuseWrites, type Landing, type Write } from './landing.store.js';
import { isFresh, seenFree, stillFresh, type SeenFree } from './live-look.js';
import { lookLive } from './look-live.step.js';
import { choiceOf, pageWasLeft, resolutionById } from './resolution.store.js';
import { proposeSession, setSessionStatus } from './session.store.js';
import { take } from './take.step.js';
import { freeHold, giveToCoach } from './turn.step.js';

/** How often a landing waits for the mirror to catch up with Google before a person is asked. */
const MOST_MIRROR_WAITS = 8;

interface Scene { readonly shell: Shell; readonly claim: Claim; readonly coach: Coach; readonly request: Request; readonly client: Client; readonly landing: Landing; readonly calendar: CalendarRow; readonly google: GoogleCalendar; readonly key: string;
  /** The insert that may be in Google already. */
  readonly sent: Write | null;
  /** Our event as the look of this very run saw it: under its etag, the invitation needs no other read. */
  readonly lately: { own: CalendarEvent | null } }

export async function advanceLandingRow(shell: Shell, claim: Claim): Promise<Report> {
  const done: string[] = [];
  const lately: Scene['lately'] = { own: null };
  for (;;) {
    const landing = await landingById(shell.db, claim.coachId, claim.id);
    if (landing.state === 'landed' || landing.state === 'refused' || landing.state === 'undone') return { outcome: done.length > 0 ? 'done' : 'nothing', did: done.join(', ') };
    const [coach, request, calendar, sent] = await Promise.all([
      coachById(shell.db, landing.coachId), requestById(shell.db, landing.coachId, landing.requestId), calendarRow(shell.db, landing.coachId, landing.calendarId), openWrite(shell.db, landing.coachId, { landingId: landing.id }, 'insert'),
    ]);
    if (!calendar) throw new Problem('NO_TARGET_CALENDAR', 'The calendar of this landing is gone.');
    // Judged before Google is asked: a permission that is gone must not keep a passed time open.
    if (landing.state === 'intended' && landing.interval.start <= shell.clock.now() && !sent) {
      return { outcome: 'done', did: await giveUp({ shell, claim, coach, request, landing, calendar }, 'past') };
    }
    // Gone for good, or never sent and not to be written any more: there is nothing at Google to wait for.
    if (calendar.role !== 'sessions' || (landing.state === 'intended' && !sent && !canWrite(calendar.access_role))) {
      return { outcome: 'done', did: await giveUp({ shell, claim, coach, request, landing, calendar }, 'no-calendar') };
    }
    let google: GoogleCalendar;
    try {
      google = await shell.google(coach.id);
    } catch (error) {
      // Somebody else found out that the permission is gone: as in the look, what was not sent is given back.
      if (!(error instanceof Problem) || error.remedy !== 'reconnect' || landing.state !== 'intended' || sent) throw error;
      return { outcome: 'done', did: await giveUp({ shell, claim, coach, request, landing, calendar }, 'cannot-check') };
    }
    const scene: Scene = {
      shell, claim, coach, request, landing, calendar, google,
      client: await clientById(shell.db, coach.id, request.client_id), key: blockerKey(calendar.id, landing.eventId, 'single'), sent, lately,
    };
    done.push(request.stands_as === null ? await STEPS[landing.state](scene) : await takeStanding(scene));
    if (done.length > MOST_STEPS) throw new Problem('IMPOSSIBLE_STATE', 'A landing does not come to an end.', { id: claim.id });
    await renewLease(shell.db, claim, shell.clock.now(), shell.leaseMs).catch((error: unknown) => { if (!(error instanceof Problem && error.code === 'LEASE_LOST')) throw error; });
  }
}
/** Insert, verify, invite, and one look more for each. */
const MOST_STEPS = 6;
const STEPS = { intended: insert, inserted: verify, verified: invite } as const;

/** Looks, and only if Google, the mirror and all holds show the time free, inserts within five seconds of that look. */
async function insert(scene: Scene): Promise<string> {
  const { shell, claim, coach, request, client, landing, calendar, google, sent } = scene;
  if (sent) {
    const there = await google.getEvent(calendar.google_id, landing.eventId);
    if (there && there.status !== 'cancelled') return recordInserted(scene, there);
    if (there) return giveUp(scene, 'deleted-at-landing');
    if (!canWrite(calendar.access_role)) {
      if (sent.sent_at && shell.clock.now() - sent.sent_at < IN_FLIGHT_MS) throw new Problem('GOOGLE_ANSWER_LOST', 'The insert may still be on its way.');
      return giveUp(scene, 'no-calendar');
    }
  }
  const isPast = landing.interval.start <= shell.clock.now();
  const tolerated = new Set(landing.tolerated);
  let free: SeenFree | null;
  try {
    // The look that showed the time vacated is the look before the insert, if it was a moment ago and this is the first try.
    free = (claim.attempts === 0 && !sent ? stillFresh(landing.interval, landing.seenFreeAt, shell.clock.now()) : null)
      ?? seenFree(await lookLive(shell, google, coach.id, landing.interval), landing.interval, tolerated, scene.key);
  } catch (error) {
    // A calendar that cannot be checked is not free; nothing was sent, so the coach can have the request back.
    if (sent || !(error instanceof Problem) || (error.remedy !== 'operator' && error.remedy !== 'reconnect')) throw error;
    return giveUp(scene, 'cannot-check');
  }
  const inMirror = standing(await blockersAt(shell.db, coach, landing.interval), landing.interval, tolerated).filter((b) => b.key !== scene.key);
  if (!free || isPast) {
    // A write whose answer was lost may still arrive: nothing is given up while it could.
    if (sent?.sent_at && shell.clock.now() - sent.sent_at < IN_FLIGHT_MS) throw new Problem('GOOGLE_ANSWER_LOST', 'The insert may still be on its way.');
    return giveUp(scene, isPast ? 'past' : 'taken-again');
  }
  if (inMirror.length > 0) {
    if (claim.attempts >= MOST_MIRROR_WAITS) return giveUp(scene, 'cannot-check');
    // Google says free, the mirror not yet: read the calendars again and come back.
    await inTx(shell.db, 'commit wait', async (tx) => {
      await holdLease(tx, claim);
      for (const id of new Set(inMirror.map((b) => b.calendarId))) await markDirty(tx, coach.id, id, shell.clock.now());
    });
    throw new Problem('MIRROR_BEHIND', 'The mirror has not caught up with Google yet.', { blockers: inMirror.length });
  }
  await inTx(shell.db, 'commit send-insert', async (tx) => {
    await holdLease(tx, claim);
    const sessionId = await proposeSession(tx, { coachId: coach.id, clientId: client.id, requestId: request.id, calendarId: landing.calendarId, eventId: landing.eventId, interval: landing.interval }, free.at);
    await markSeenFree(tx, landing, sessionId, free.at);
    await markSent(tx, { coachId: coach.id, kind: 'insert', resolutionId: null, landingId: landing.id, calendarId: landing.calendarId, eventId: landing.eventId, interval: landing.interval }, shell.clock.now());
  });
  if (!isFresh(free.at, shell.clock.now())) {
    // It was not sent after all. Google, or we, are too slow now: come back later.
    await inTx(shell.db, 'commit wait', async (tx) => { await holdLease(tx, claim); await refuseWrites(tx, coach.id, { landingId: landing.id }, 'insert'); });
    throw new Problem('GOOGLE_UNREACHABLE', 'The look at the calendars was too old by the time of the insert.');
  }
  try {
    return await recordInserted(scene, await writeAt(scene, free));
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'GOOGLE_DUPLICATE') throw error;
    const there = await google.getEvent(calendar.google_id, landing.eventId);
    if (there?.status === 'cancelled') return giveUp(scene, 'deleted-at-landing');
    if (there?.privateProperties.makewayRequest === request.id) return recordInserted(scene, there);
    // Not to be seen yet (Google may answer 404 right after a create), or not ours: look again later.
    throw new Problem('GOOGLE_ANSWER_LOST', 'The event is there, but cannot be read yet.');
  }
}

/** The one place from which an incoming event goes out: quietly, without guests, into a window that was seen free. */
const writeAt = ({ coach, request, client, landing, calendar, google }: Scene, free: SeenFree): Promise<CalendarEvent> => google.insertEvent(calendar.google_id, {
  id: landing.eventId, interval: free.window, zone: coach.zone, summary: `${client.name}: ${request.session_type}`,
  description: 'Booked through Makeway. To move or cancel it, change or delete it here, or answer the invitation.', privateProperties: { makewayRequest: request.id, makewayAttempt: String(landing.attempt) },
});

async function recordInserted({ shell, claim, coach, landing, calendar }: Scene, event: CalendarEvent): Promise<string> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit inserted', async (tx) => {
    await holdLease(tx, claim);
    await confirmWrites(tx, coach.id, { landingId: landing.id }, 'insert', now);
    await applyEvents(tx, calendar, [event], [], { generation: calendar.generation, now: now });
    await advanceLanding(tx, landing, 'inserted', now);
  });
  return 'inserted';
}

/** A 404 proves nothing: Google may answer so right after a create, and for a calendar that is out of sight. */
const notSeen = (): Problem => new Problem('GOOGLE_UNREACHABLE', 'Google does not show the event that it took.');

/** Reads the window again. A clash is undone before anybody heard of it. */
async function verify(scene: Scene): Promise<string> {
  const { shell, claim, coach, landing, calendar, google } = scene;
  const [look, own] = await Promise.all([lookLive(shell, google, coach.id, landing.interval), google.getEvent(calendar.google_id, landing.eventId)]);
  const isFree = seenFree(look, landing.interval, new Set(landing.tolerated), scene.key) !== null;
  // A delete once sent may still arrive, so it is carried through, even if the clash has gone.
  const isUndoing = (await openWrite(shell.db, coach.id, { landingId: landing.id }, 'delete')) !== null;
  if (own?.status === 'cancelled' || (!own && isUndoing)) return giveUp(scene, isUndoing ? 'taken-again' : 'deleted-at-landing');
  if (!own) throw notSeen();
  if (!isFree || isUndoing) {
    await inTx(shell.db, 'commit intend-undo', async (tx) => {
      await holdLease(tx, claim);
      await markSent(tx, { coachId: coach.id, kind: 'delete', resolutionId: null, landingId: landing.id, calendarId: landing.calendarId, eventId: landing.eventId, interval: null }, shell.clock.now());
    });
    await google.deleteEvent(calendar.google_id, landing.eventId, own.etag);
    return giveUp(scene, 'taken-again');
  }
  await inTx(shell.db, 'commit verified', async (tx) => {
    await holdLease(tx, claim);
    await advanceLanding(tx, landing, 'verified', shell.clock.now());
    await markSent(tx, { coachId: coach.id, kind: 'invite', resolutionId: null, landingId: landing.id, calendarId: landing.calendarId, eventId: landing.eventId, interval: null }, shell.clock.now());
  });
  scene.lately.own = own;
  return 'verified';
}

/** Now people are told: Google invites the guest, we tell the coach. */
async function invite(scene: Scene): Promise<string> {
  const { client, landing, calendar, google } = scene;
  let event = scene.lately.own ?? await google.getEvent(calendar.google_id, landing.eventId);
  // Deleted by the coach after it stood there verified: understood, not fought. Nobody was told of a booking.
  if (!event) throw notSeen();
  if (event.status === 'cancelled') return giveUp(scene, 'deleted-at-landing');
  if (client.email && !event.attendees.some((a) => a.email === client.email)) {
    event = await google.inviteGuest(calendar.google_id, event, { email: client.email, displayName: client.name });
  }
  await recordLanded(scene, event, landing);
  return 'landed';
}

/** Nothing is written of a request whose event stands there already. */
async function takeStanding(scene: Scene): Promise<string> {
  const { landing } = scene;
  if (landing.interval.start <= scene.shell.clock.now()) return giveUp(scene, 'past');
  const adopted = await adopt(scene);
  if ('not' in adopted) return giveUp(scene, adopted.not);
  await recordLanded(scene, adopted.event, await landingById(scene.shell.db, landing.coachId, landing.id));
  return 'landed';
}

/** The states that are left, and the end of it all: in one commit. */
const LEFT = { intended: ['inserted', 'verified', 'landed'], inserted: ['verified', 'landed'], verified: ['landed'] } as const;

async function recordLanded({ shell, claim, coach, request, calendar }: Scene, event: CalendarEvent, landing: Landing): Promise<void> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit landed', async (tx) => {
    // Who is just being judged against this hold has to be seen as waiting for it, or comes after.
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    for (const kind of ['invite', 'accept'] as const) await confirmWrites(tx, coach.id, { landingId: landing.id }, kind, now);
    // The session follows its event, also where the coach has dragged it since: understood, not fought.
    if (landing.sessionId) await setSessionStatus(tx, coach.id, landing.sessionId, 'scheduled');
    await applyEvents(tx, calendar, [event], [], { generation: calendar.generation, now: now });
    let at = landing;
    for (const to of landing.state in LEFT ? LEFT[landing.state as keyof typeof LEFT] : []) {
      await advanceLanding(tx, at, to, now);
      at = { ...at, state: to };
    }
    await freeHold(tx, { coachId: coach.id, id: landing.holdId, requestId: request.id, interval: landing.interval }, 'landed', now);
    await setBooked(tx, request, { start: event.when?.kind === 'timed' ? event.when.start : landing.interval.start, eventId: landing.eventId, seenFreeAt: landing.seenFreeAt ?? now }, now);
    if (request.stands_as !== null) await lookSoon(tx, coach.id, 0, now);
    if (landing.resolutionId) await take(tx, shell, coach, await resolutionById(tx, coach.id, landing.resolutionId, 'lock'), { is: 'landed' }, 'makeway', now);
    await enqueue(tx, { coachId: coach.id, kind: 'settled', clientId: null, requestId: request.id, resolutionId: landing.resolutionId, revision: 0 }, shell.mailFrom, now);
    await remember(tx, { coachId: coach.id, at: now, what: 'landed', by: 'makeway', requestId: request.id, resolutionId: landing.resolutionId, sessionId: landing.sessionId, facts: { start: landing.interval.start } });
  });
}

/** The landing ends without an event of ours in Google. Who picked the time finds fresh ones behind the same link;
 *  otherwise the request is the coach's turn, with the reason. A client who was moved is not moved again. */
async function giveUp({ shell, claim, coach, request, landing, calendar }: Pick<Scene, 'shell' | 'claim' | 'coach' | 'request' | 'landing' | 'calendar'>, reason: PendingReason): Promise<string> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit undone', async (tx) => {
    await lockCoach(tx, coach.id);
    await holdLease(tx, claim);
    await refuseWrites(tx, coach.id, { landingId: landing.id }, 'insert');
    for (const kind of ['invite', 'accept'] as const) await refuseWrites(tx, coach.id, { landingId: landing.id }, kind);
    await confirmWrites(tx, coach.id, { landingId: landing.id }, 'delete', now);
    await endLanding(tx, landing, reason);
    if (landing.sessionId) await setSessionStatus(tx, coach.id, landing.sessionId, 'cancelled');
    if (landing.state !== 'intended') await applyEvents(tx, calendar, [], [landing.eventId], { generation: calendar.generation, now: now });
    // What could not be looked at is read anew before this is tried again.
    const blind = reason === 'cannot-check' ? await blockingCalendars(tx, coach.id) : [];
    for (const id of new Set([landing.calendarId, ...blind.map((c) => c.id)])) await markDirty(tx, coach.id, id, now);
    await freeHold(tx, { coachId: coach.id, id: landing.holdId, requestId: request.id, interval: landing.interval }, 'refused', now);
    await remember(tx, { coachId: coach.id, at: now, what: `not landed: ${reason}`, by: 'google', requestId: request.id, resolutionId: landing.resolutionId });
    // A time that the coach had named is not the client's wish.
    const wantedAt = request.wanted_starts.includes(landing.interval.start) ? landing.interval.start : request.wanted_starts.find((start) => start > now) ?? null;
    const resolution = landing.resolutionId ? await resolutionById(tx, coach.id, landing.resolutionId, 'lock') : null;
    if (!resolution) {
      await giveToCoach(tx, shell, coach, await requestById(tx, coach.id, request.id, 'lock'), { reason, ...(wantedAt !== null && { wantedAt }) }, now);
      return;
    }
    const choice = await choiceOf(tx, resolution, 'chosen');
    await take(tx, shell, coach, resolution, { is: 'not landed', reason, at: landing.interval, wantedAt, wasPageLeft: choice !== null && pageWasLeft(choice, claim.attempts, now) }, 'google', now);
  });
  return `not landed: ${reason}`;
}
