import type { ChoiceId, ClientId, CoachId, HoldId, OfferId, RequestId, ResolutionId, SessionId } from '../kernel/ids.js';
import { instant, type Instant, type Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { intervalOf, mintId, oneRow, param, PERIOD, rangeParam, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import type { EndReason, Offer, OfferedSlot, Resolution, ResolutionState } from './resolution.js';
import type { Way } from './states.js';

interface Row { coach_id: CoachId; id: ResolutionId; request_id: RequestId; option: 1 | 2; state: ResolutionState; session_id: SessionId | null; promise_id: HoldId | null; tolerated: string[]; freed_noticed_at: Instant | null; asked_at: Instant; end_reason: EndReason | null; period_start: number; period_end: number }
const COLUMNS = `coach_id, id, request_id, option, state, session_id, promise_id, tolerated, freed_noticed_at, asked_at, end_reason, ${PERIOD}`;
function resolutionOf(r: Row): Resolution {
  const common = { coachId: r.coach_id, id: r.id, requestId: r.request_id, interval: intervalOf(r), tolerated: r.tolerated, freedNoticedAt: r.freed_noticed_at, askedAt: r.asked_at, endReason: r.end_reason };
  if (r.option === 2 && r.session_id !== null && r.promise_id !== null) return { ...common, option: 2, state: r.state, sessionId: r.session_id, promiseId: r.promise_id };
  if (r.option === 1 && r.session_id === null && r.promise_id === null && r.state !== 'moved' && r.state !== 'vacated') return { ...common, option: 1, state: r.state, sessionId: null, promiseId: null };
  throw new Problem('IMPOSSIBLE_STATE', 'A resolution that the database should have refused.', { id: r.id });
}

export async function resolutionById(db: Reader, coachId: CoachId, id: string, lock: 'lock' | 'read' = 'read'): Promise<Resolution> {
  const row = await oneRow<Row>(db, `select ${COLUMNS} from resolutions where coach_id = :coachId and id = :id ${lock === 'lock' ? 'for no key update' : ''}`, { coachId, id });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A resolution is missing.', { id });
  return resolutionOf(row);
}
export async function liveResolution(db: Reader, coachId: CoachId, requestId: RequestId, lock: 'lock' | 'read' = 'read'): Promise<Resolution | null> {
  const row = await oneRow<Row>(db, `select ${COLUMNS} from resolutions where coach_id = :coachId and request_id = :requestId
    and state in ('asked', 'chosen', 'moved', 'vacated') ${lock === 'lock' ? 'for no key update' : ''}`, { coachId, requestId });
  return row && resolutionOf(row);
}
/** The latest resolution of a request, live or not. */
export async function lastResolution(db: Reader, coachId: CoachId, requestId: RequestId): Promise<Resolution | null> {
  const row = await oneRow<Row>(db, `select ${COLUMNS} from resolutions where coach_id = :coachId and request_id = :requestId order by asked_at desc limit 1`, { coachId, requestId });
  return row && resolutionOf(row);
}

export async function insertResolution(tx: Tx, r: { coachId: CoachId; requestId: RequestId; option: 1 | 2; sessionId: SessionId | null; promiseId: HoldId | null; interval: Interval; tolerated: readonly string[] }, wakeAt: Instant, now: Instant): Promise<ResolutionId> {
  const id = mintId<ResolutionId>('resolution');
  await run(tx, `insert into resolutions (coach_id, id, request_id, option, state, session_id, promise_id, period, tolerated, asked_at, wake_at)
    values (:coach, :id, :request, :option, 'asked', :session, :promise, :period, :tolerated, :now, :wake)`, {
    coach: r.coachId, id, request: r.requestId, option: r.option, session: r.sessionId, promise: r.promiseId, period: rangeParam(r.interval),
    tolerated: JSON.stringify(r.tolerated), now: param(now), wake: param(wakeAt),
  });
  return id;
}

const STAMP: Readonly<Record<Exclude<ResolutionState, 'asked'>, string>> = { chosen: 'chosen_at', moved: 'moved_at', vacated: 'vacated_at', landed: 'landed_at', ended: 'ended_at' };

/** Takes a resolution the given way and stamps the evidence; it is due at once, or at its original time if that is all it
 *  waits for. @throws Problem LEASE_LOST if it is no longer where the caller saw it: nothing of this commit may stand. */
export async function stepTo(tx: Tx, resolution: Resolution, way: Way, now: Instant): Promise<void> {
  const { to } = way;
  const isElsewhere = to !== resolution.state;
  const stamp = to === 'asked' ? (isElsewhere ? ', chosen_at = null' : '') : `, ${STAMP[to]} = :now`;
  const noticed = way.work.includes('note the vacancy') ? now : isElsewhere || way.work.includes('forget the vacancy') ? null : resolution.freedNoticedAt;
  const wakeAt = to === 'landed' || to === 'ended' ? null : to === 'vacated' ? resolution.interval.start : now;
  const changed = await run(tx, `update resolutions set state = :to, came_from = ${isElsewhere ? 'state' : 'came_from'}, wake_at = :wake, end_reason = :reason, freed_noticed_at = :noticed${stamp}
    where coach_id = :coach and id = :id and state = :from`,
  { coach: resolution.coachId, id: resolution.id, from: resolution.state, to, now: param(now), wake: wakeAt === null ? null : param(wakeAt), reason: way.because, noticed: noticed === null ? null : param(noticed) });
  if (changed === 0) throw new Problem('LEASE_LOST', 'The resolution went on meanwhile.', { id: resolution.id, from: resolution.state, to });
}
/** Sleeps until `wakeAt`. */
export const restResolution = (tx: Tx, resolution: Resolution, wakeAt: Instant): Promise<number> =>
  run(tx, 'update resolutions set wake_at = :wake where coach_id = :coach and id = :id and state = :state', { coach: resolution.coachId, id: resolution.id, state: resolution.state, wake: param(wakeAt) });
/** What was seen of a vacancy is forgotten: Google says otherwise. The mirror is to be read again. */
export const forgetVacancy = (tx: Tx, resolution: Resolution, now: Instant): Promise<number> =>
  run(tx, 'update resolutions set wake_at = :now, freed_noticed_at = null where coach_id = :coach and id = :id and state = :state', { coach: resolution.coachId, id: resolution.id, state: resolution.state, now: param(now) });

// Offers: the slots mailed to one client. Offered slots are not held.
interface OfferRow { id: OfferId; client_id: ClientId; round: number; slots: { start: number; end: number; reasons?: string[] }[]; passed_over: number[]; expires_at: Instant; remind_at: Instant; reminded_at: Instant | null }
export async function offerOf(db: Reader, resolution: Resolution): Promise<Offer> {
  const r = await oneRow<OfferRow>(db, 'select id, client_id, round, slots, passed_over, expires_at, remind_at, reminded_at from offers where coach_id = :coach and resolution_id = :id', { coach: resolution.coachId, id: resolution.id });
  if (!r) throw new Problem('IMPOSSIBLE_STATE', 'A resolution without an offer.', { id: resolution.id });
  return { id: r.id, clientId: r.client_id, round: r.round, slots: r.slots.map((s) => ({ start: instant(s.start), end: instant(s.end), reasons: s.reasons ?? [] })), passedOver: r.passed_over.map(instant), expiresAt: r.expires_at, remindAt: r.remind_at, remindedAt: r.reminded_at };
}
const slotsParam = (slots: readonly OfferedSlot[]): string => JSON.stringify(slots.map(({ start, end, reasons }) => ({ start, end, reasons })));
export async function insertOffer(tx: Tx, o: { coachId: CoachId; resolutionId: ResolutionId; clientId: ClientId; slots: readonly OfferedSlot[]; expiresAt: Instant; remindAt: Instant }, now: Instant): Promise<void> {
  await run(tx, `insert into offers (coach_id, id, resolution_id, client_id, slots, expires_at, remind_at, created_at) values (:coach, :id, :resolution, :client, :slots, :expires, :remind, :now)`, {
    coach: o.coachId, id: mintId('offer'), resolution: o.resolutionId, client: o.clientId, slots: slotsParam(o.slots), expires: param(o.expiresAt), remind: param(o.remindAt), now: param(now),
  });
}
/** Replaces the slots of an open offer; the same link now shows these. `passedOver`: those the client wanted none of. */
export const refreshOffer = (tx: Tx, coachId: CoachId, offer: Offer, slots: readonly OfferedSlot[], passedOver: readonly Interval[] = []): Promise<number> =>
  run(tx, 'update offers set slots = :slots, passed_over = passed_over || cast(:passed as jsonb), round = round + 1 where coach_id = :coachId and id = :id and closed_at is null',
    { coachId, id: offer.id, slots: slotsParam(slots), passed: JSON.stringify(passedOver.map((s) => s.start)) });
export const closeOffer = (tx: Tx, resolution: Resolution, now: Instant): Promise<number> =>
  run(tx, 'update offers set closed_at = coalesce(closed_at, :now) where coach_id = :coach and resolution_id = :id', { coach: resolution.coachId, id: resolution.id, now: param(now) });
export const markReminded = (tx: Tx, coachId: CoachId, offer: Offer, now: Instant): Promise<number> =>
  run(tx, 'update offers set reminded_at = :now where coach_id = :coachId and id = :id', { coachId, id: offer.id, now: param(now) });

// Choices: the slot taken, with its hold.
export interface Choice { readonly id: ChoiceId; readonly holdId: HoldId; readonly interval: Interval; readonly zone: string | null; readonly chosenAt: Instant }
interface ChoiceRow { id: ChoiceId; hold_id: HoldId; zone: string | null; chosen_at: Instant; period_start: number; period_end: number }
export async function choiceOf(db: Reader, resolution: Resolution, state: 'chosen' | 'done'): Promise<Choice | null> {
  const r = await oneRow<ChoiceRow>(db, `select id, hold_id, zone, chosen_at, ${PERIOD} from choices where coach_id = :coach and resolution_id = :id and state = :state order by chosen_at desc limit 1`,
    { coach: resolution.coachId, id: resolution.id, state });
  return r && { id: r.id, holdId: r.hold_id, zone: r.zone, interval: intervalOf(r), chosenAt: r.chosen_at };
}
/** No page waits longer than this for what a choice began: whoever chose then learns by mail what became of it. */
const PAGE_WAITS_MS = 5_000;
/** Has the page been left on which `choice` was made? */
export const pageWasLeft = (choice: Choice, attempts: number, now: Instant): boolean => attempts > 0 || now - choice.chosenAt >= PAGE_WAITS_MS;
export async function insertChoice(tx: Tx, c: { coachId: CoachId; resolutionId: ResolutionId; holdId: HoldId; interval: Interval; zone: string | null }, now: Instant): Promise<void> {
  await run(tx, `insert into choices (coach_id, id, resolution_id, hold_id, period, zone, state, chosen_at) values (:coach, :id, :resolution, :hold, :period, :zone, 'chosen', :now)`,
    { coach: c.coachId, id: mintId('choice'), resolution: c.resolutionId, hold: c.holdId, period: rangeParam(c.interval), zone: c.zone, now: param(now) });
}
export const endChoice = (tx: Tx, coachId: CoachId, id: ChoiceId, state: 'done' | 'undone'): Promise<number> =>
  run(tx, 'update choices set state = :state where coach_id = :coachId and id = :id', { coachId, id, state });

/** Whoever works on a coach's resolutions and landings loses the lease, and commits nothing more. */
export async function takeFromWorkers(tx: Tx, coachId: CoachId): Promise<void> {
  for (const queue of ['resolutions', 'landings'] as const) {
    await run(tx, `update ${queue} set fence = fence + 1, lease_owner = null, lease_until = null where coach_id = :coachId and wake_at is not null`, { coachId });
  }
}
