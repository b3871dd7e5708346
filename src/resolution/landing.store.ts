import type { CalendarKey, CoachId, HoldId, LandingId, RequestId, ResolutionId, SessionId } from '../kernel/ids.js';
import type { Instant, Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { intervalOf, mintId, oneRow, param, PERIOD, rangeParam, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { notifyDue } from '../work/due.store.js';
import { eventIdFor } from './event-id.js';
import { LANDING, type LandingState } from './states.js';

/** The writing of one incoming event (states.ts). */
export interface Landing {
  readonly coachId: CoachId; readonly id: LandingId; readonly requestId: RequestId; readonly resolutionId: ResolutionId | null; readonly holdId: HoldId; readonly attempt: number;
  readonly calendarId: CalendarKey; readonly eventId: string; readonly interval: Interval; readonly tolerated: readonly string[]; readonly state: LandingState;
  readonly sessionId: SessionId | null; readonly seenFreeAt: Instant | null;
}
interface Row { coach_id: CoachId; id: LandingId; request_id: RequestId; resolution_id: ResolutionId | null; hold_id: HoldId; attempt: number; calendar_id: CalendarKey; event_id: string; tolerated: string[]; state: LandingState; session_id: SessionId | null; seen_free_at: Instant | null; period_start: number; period_end: number }
const COLUMNS = `coach_id, id, request_id, resolution_id, hold_id, attempt, calendar_id, event_id, tolerated, state, session_id, seen_free_at, ${PERIOD}`;
const landingOf = (r: Row): Landing => ({
  coachId: r.coach_id, id: r.id, requestId: r.request_id, resolutionId: r.resolution_id, holdId: r.hold_id, attempt: r.attempt, calendarId: r.calendar_id,
  eventId: r.event_id, interval: intervalOf(r), tolerated: r.tolerated, state: r.state, sessionId: r.session_id, seenFreeAt: r.seen_free_at,
});

export async function landingById(db: Reader, coachId: CoachId, id: string): Promise<Landing> {
  const row = await oneRow<Row>(db, `select ${COLUMNS} from landings where coach_id = :coachId and id = :id`, { coachId, id });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A landing is missing.', { id });
  return landingOf(row);
}
export async function liveLanding(db: Reader, coachId: CoachId, requestId: RequestId): Promise<Landing | null> {
  const row = await oneRow<Row>(db, `select ${COLUMNS} from landings where coach_id = :coachId and request_id = :requestId and state in ('intended', 'inserted', 'verified')`, { coachId, requestId });
  return row && landingOf(row);
}

/** Begins a landing: target calendar and event id are fixed here, before anything is sent. The attempt rises only after
 *  an earlier one has ended. The caller has the hold. `seenFreeAt`: when a live look showed the time free; while it is fresh,
 *  the insert needs no other. */
export async function beginLanding(tx: Tx, l: { coachId: CoachId; requestId: RequestId; resolutionId: ResolutionId | null; holdId: HoldId; calendarId: CalendarKey; interval: Interval; tolerated: readonly string[]; seenFreeAt?: Instant; /** The event that stands there already; else a new one is written. */ eventId?: string }, now: Instant): Promise<LandingId> {
  const id = mintId<LandingId>('landing');
  const before = await rows(tx, 'select 1 from landings where coach_id = :coach and request_id = :request', { coach: l.coachId, request: l.requestId });
  const attempt = before.length + 1;
  await run(tx, `insert into landings (coach_id, id, request_id, resolution_id, hold_id, attempt, calendar_id, event_id, period, tolerated, state, seen_free_at, created_at, wake_at)
    values (:coach, :id, :request, :resolution, :hold, :attempt, :calendar, :event, :period, :tolerated, 'intended', :seen, :now, :now)`, {
    coach: l.coachId, id, request: l.requestId, resolution: l.resolutionId, hold: l.holdId, attempt, calendar: l.calendarId, event: l.eventId ?? eventIdFor(l.requestId, attempt),
    period: rangeParam(l.interval), tolerated: JSON.stringify(l.tolerated), seen: l.seenFreeAt === undefined ? null : param(l.seenFreeAt), now: param(now),
  });
  await notifyDue(tx, 'landings');
  return id;
}

const STAMP: Readonly<Record<'inserted' | 'verified' | 'landed', string>> = { inserted: 'inserted_at', verified: 'verified_at', landed: 'landed_at' };
/** Takes a landing on and stamps the evidence. @throws Problem LEASE_LOST */
export async function advanceLanding(tx: Tx, landing: Landing, to: keyof typeof STAMP, now: Instant): Promise<void> {
  const changed = await run(tx, `update landings set state = :to, came_from = state, ${STAMP[to]} = :now, wake_at = ${to === 'landed' ? 'null' : ':now'} where coach_id = :coach and id = :id and state = :from`,
    { coach: landing.coachId, id: landing.id, from: landing.state, to, now: param(now) });
  if (changed === 0) throw new Problem('LEASE_LOST', 'The landing went on meanwhile.', { id: landing.id });
}
/** It is given up: refused if nothing was sent, undone if something was. */
export async function endLanding(tx: Tx, landing: Landing, reason: string): Promise<void> {
  const ways: Readonly<Record<string, LandingState>> = LANDING[landing.state];
  const to = ways['given up'];
  if (!to) throw new Problem('LEASE_LOST', 'The landing went on meanwhile.', { id: landing.id });
  const changed = await run(tx, 'update landings set state = :to, came_from = state, end_reason = :reason, wake_at = null where coach_id = :coach and id = :id and state = :from',
    { coach: landing.coachId, id: landing.id, from: landing.state, to, reason });
  if (changed === 0) throw new Problem('LEASE_LOST', 'The landing went on meanwhile.', { id: landing.id });
}
/** The time was seen free at `at`: from here on the event may stand in Google. */
export const markSeenFree = (tx: Tx, landing: Landing, sessionId: SessionId | null, at: Instant): Promise<number> =>
  run(tx, 'update landings set seen_free_at = :at, session_id = :sessionId where coach_id = :coach and id = :id', { coach: landing.coachId, id: landing.id, sessionId, at: param(at) });

/** How long after a lost answer a write is still thought to be on its way. */
export const IN_FLIGHT_MS = 15_000;

// What we send to Google, each written down before it is sent.
export type WriteKind = 'insert' | 'move' | 'move-back' | 'invite' | 'delete' | 'accept';
export interface Write { readonly id: string; readonly kind: WriteKind; readonly state: 'intended' | 'sent' | 'confirmed' | 'refused'; readonly event_id: string; readonly calendar_id: CalendarKey; readonly sent_at: Instant | null }

/** Writes down that a call is about to be sent: from here on it may have taken effect. */
export async function markSent(tx: Tx, w: { coachId: CoachId; kind: WriteKind; resolutionId: ResolutionId | null; landingId: LandingId | null; calendarId: CalendarKey; eventId: string; interval: Interval | null }, now: Instant): Promise<string> {
  const id = mintId('write');
  await run(tx, `insert into google_writes (coach_id, id, kind, resolution_id, landing_id, calendar_id, event_id, period, state, intended_at, sent_at)
    values (:coach, :id, :kind, :resolution, :landing, :calendar, :event, :period, 'sent', :now, :now)`, {
    coach: w.coachId, id, kind: w.kind, resolution: w.resolutionId, landing: w.landingId, calendar: w.calendarId, event: w.eventId,
    period: w.interval ? rangeParam(w.interval) : null, now: param(now),
  });
  return id;
}
/** The write of this kind that may be in Google already, unconfirmed; null if none was sent. */
export const openWrite = (db: Reader, coachId: CoachId, about: { landingId: LandingId } | { resolutionId: ResolutionId }, kind: WriteKind): Promise<Write | null> =>
  oneRow(db, `select id, kind, state, event_id, calendar_id, sent_at from google_writes where coach_id = :coachId and kind = :kind and state in ('intended', 'sent')
    and ${'landingId' in about ? 'landing_id = :about' : 'resolution_id = :about'} order by intended_at desc limit 1`,
  { coachId, kind, about: 'landingId' in about ? about.landingId : about.resolutionId });
export const confirmWrites = (tx: Tx, coachId: CoachId, about: { landingId: LandingId } | { resolutionId: ResolutionId }, kind: WriteKind, now: Instant): Promise<number> =>
  run(tx, `update google_writes set state = 'confirmed', confirmed_at = :now where coach_id = :coachId and kind = :kind and state in ('intended', 'sent')
    and ${'landingId' in about ? 'landing_id = :about' : 'resolution_id = :about'}`, { coachId, kind, now: param(now), about: 'landingId' in about ? about.landingId : about.resolutionId });
export const refuseWrites = (tx: Tx, coachId: CoachId, about: { landingId: LandingId } | { resolutionId: ResolutionId }, kind: WriteKind): Promise<number> =>
  run(tx, `update google_writes set state = 'refused' where coach_id = :coachId and kind = :kind and state in ('intended', 'sent')
    and ${'landingId' in about ? 'landing_id = :about' : 'resolution_id = :about'}`, { coachId, kind, about: 'landingId' in about ? about.landingId : about.resolutionId });
