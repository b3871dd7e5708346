/** The worker of resolutions: takes one from where it stands to where it has to wait. Each step ends in one commit;
 *  a crash between two costs a repeat of the look, never of the effect. */
import { coachById, lockCoach } from '../coach/coach.store.js';
import { blockersAt } from '../conflicts/standing.store.js';
import { plus } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { enqueue } from '../mail/outbox.store.js';
import { canWrite } from '../mirror/access-role.js';
import { calendarRow, markDirty, mirroredEvent } from '../mirror/calendar.store.js';
import { inTx, type Reader } from '../postgres/transaction.js';
import { clientById } from '../requests/client.store.js';
import { requestById } from '../requests/request.store.js';
import { holdLease, renewLease, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { endAsk } from './end-ask.step.js';
import { liveLanding } from './landing.store.js';
import { lookLive } from './look-live.step.js';
import { nextStep } from './resolution.js';
import { closeOffer, markReminded, offerOf, resolutionById, restResolution } from './resolution.store.js';
import { clearAsked, sessionById } from './session.store.js';
import { afterNo, endResolution, giveToCoach } from './turn.step.js';
import { move } from './move.step.js';
import { becameAnothers, endAsAnothers, hasOtherLength, offerOtherLength } from './theirs.step.js';
import { becomeVacated, keyOf, sessionOf, checkVacated, type Scene } from './vacate.step.js';

const MOST_STEPS = 12;


export async function advanceResolution(shell: Shell, claim: Claim): Promise<Report> {
  const done: string[] = [];
  for (let i = 0; i < MOST_STEPS; i++) {
    const resolution = await resolutionById(shell.db, claim.coachId, claim.id);
    const scene: Scene = { shell, claim, coach: await coachById(shell.db, claim.coachId), resolution, offer: await offerOf(shell.db, resolution), now: shell.clock.now() };
    const isFree = await mirrorShowsFree(shell.db, scene);
    const step = nextStep(resolution, scene.offer, isFree, scene.coach.policy.settleMs, scene.now);
    if (await hasDeclined(shell.db, scene)) {
      done.push(await clientDeclined(scene));
      return { outcome: 'done', did: done.join(', ') };
    }
    if (!isFree && (await becameAnothers(shell.db, scene))) {
      done.push(await endAsAnothers(scene));
      return { outcome: 'done', did: done.join(', ') };
    }
    if (!isFree && (await hasOtherLength(shell.db, scene))) {
      done.push(await offerOtherLength(scene));
      continue;
    }
    if (await cannotBeMoved(shell.db, scene)) {
      done.push(await giveBack(scene));
      return { outcome: 'done', did: done.join(', ') };
    }
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

/** Option 2: has the client who was asked declined the session itself in Google, since we asked? */
async function hasDeclined(db: Reader, { coach, resolution, offer, now }: Scene): Promise<boolean> {
  if (resolution.option !== 2 || resolution.state !== 'asked' || !resolution.sessionId || now >= offer.expiresAt) return false;
  const session = await sessionById(db, coach.id, resolution.sessionId);
  const event = await mirroredEvent(db, { coachId: coach.id, calendarId: session.calendar_id, eventId: session.event_id, rootId: session.root_id });
  const { email } = await clientById(db, coach.id, offer.clientId);
  if (!event?.updatedAt || event.updatedAt <= resolution.askedAt) return false;
  return event.attendees.some((a) => a.email === email && a.responseStatus === 'declined');
}

/** Option 2: does the session that was asked stand on a calendar that we can no longer write on? One that is gone for good
 *  is another matter: its sessions are gone, too, and the time is free. */
async function cannotBeMoved(db: Reader, { coach, resolution }: Scene): Promise<boolean> {
  if (resolution.option !== 2 || resolution.state !== 'asked' || !resolution.sessionId) return false;
  const session = await sessionById(db, coach.id, resolution.sessionId);
  const calendar = await calendarRow(db, coach.id, session.calendar_id);
  return calendar?.role === 'sessions' && !canWrite(calendar.access_role);
}

/** Nobody is kept waiting for a move that cannot be made: the question is withdrawn, and the coach hears why. */
async function giveBack(scene: Scene): Promise<string> {
  await endAsk(scene, { reason: 'no-calendar', by: 'google', tellAsked: true }, scene.now);
  return 'the calendar can no longer be written';
}

/** A declined invitation vacates nothing: the session still stands in the coach's calendar. The coach is asked first. */
async function clientDeclined(scene: Scene): Promise<string> {
  await endAsk(scene, { reason: 'client-declined', by: 'client', tellAsked: false }, scene.now);
  return 'the client declined the session in Google';
}

/** Option 2: by the mirror, is the session that was asked gone from the original time? */
async function mirrorShowsFree(db: Reader, { coach, resolution }: Pick<Scene, 'coach' | 'resolution'>): Promise<boolean> {
  if (resolution.option !== 2 || resolution.state !== 'asked' || !resolution.sessionId) return false;
  const session = await sessionById(db, coach.id, resolution.sessionId);
  const there = await blockersAt(db, coach, resolution.interval);
  return !there.some((b) => b.key === keyOf(session));
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
