import type { ClientId, CoachId, RequestId } from '../kernel/ids.js';
import { plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { mintId, oneRow, param, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { holdLease, notifyDue, type Claim } from '../work/due.store.js';
import { requestStatesBefore } from '../resolution/states.js';
import { lastStart, type PendingReason, type Request, type RequestSource, type RequestState } from './request.js';

/** timestamptz[] comes from the driver as Dates. */
type Row = Omit<Request, 'wanted_starts'> & { wanted_starts: Date[] };
const requestOf = (row: Row): Request => ({ ...row, wanted_starts: row.wanted_starts.map((d) => new Date(d).getTime() as Instant) });

export async function findRequest(db: Reader, coachId: CoachId, id: string, lock: 'lock' | 'read' = 'read'): Promise<Request | null> {
  const row = await oneRow<Row>(db, `select * from requests where coach_id = :coachId and id = :id ${lock === 'lock' ? 'for no key update' : ''}`, { coachId, id });
  return row && requestOf(row);
}
export async function requestById(db: Reader, coachId: CoachId, id: string, lock: 'lock' | 'read' = 'read'): Promise<Request> {
  const request = await findRequest(db, coachId, id, lock);
  if (!request) throw new Problem('REQUEST_UNKNOWN', 'There is no such request.', { id });
  return request;
}
/** For operators, who know the id alone. */
export async function requestAnywhere(db: Reader, id: string): Promise<Request | null> {
  const row = await oneRow<Row>(db, 'select * from requests where id = :id', { id });
  return row && requestOf(row);
}
export async function requestByKey(db: Reader, key: string): Promise<Request | null> {
  const row = await oneRow<Row>(db, 'select * from requests where idempotency_key = :key', { key });
  return row && requestOf(row);
}

/** Requests of a coach: the open ones, oldest wish first, or the latest settled ones. */
export const requestsOf = async (db: Reader, coachId: CoachId, which: 'open' | 'settled'): Promise<Request[]> =>
  (await rows<Row>(db, which === 'open'
    ? `select * from requests where coach_id = :coachId and state in ('pending_resolution', 'booking') order by wanted_at, id`
    : `select * from requests where coach_id = :coachId and settled_at is not null order by settled_at desc limit 20`, { coachId })).map(requestOf);
export const allOpenRequests = async (db: Reader): Promise<Request[]> =>
  (await rows<Row>(db, `select * from requests where state in ('pending_resolution', 'booking') order by coach_id, wanted_at, id`)).map(requestOf);

export async function insertRequest(tx: Tx, wish: { coachId: CoachId; clientId: ClientId; sessionType: string; lengthMinutes: number; wantedStarts: readonly Instant[]; idempotency: { key: string; hash: Buffer } | null; source: RequestSource; standsAs?: string }, now: Instant): Promise<Request> {
  const first = wish.wantedStarts[0];
  if (first === undefined) throw new Problem('REQUEST_INVALID', 'At least one start is needed.');
  const row = await oneRow<Row>(tx, `
    insert into requests (coach_id, id, client_id, source, stands_as, session_type, length_minutes, wanted_starts, wanted_at, idempotency_key, idempotency_hash,
      state, pending_reason, wake_at, created_at)
    values (:coach, :id, :client, :source, :standsAs, :type, :length, :starts, :first, :key, :hash, 'pending_resolution', 'taken', :first, :now)
    on conflict (idempotency_key) do nothing
    returning *`, {
    coach: wish.coachId, id: mintId('request'), client: wish.clientId, type: wish.sessionType, length: wish.lengthMinutes, starts: wish.wantedStarts.map(param),
    first: param(first), source: wish.source, standsAs: wish.standsAs ?? null, key: wish.idempotency?.key ?? null, hash: wish.idempotency?.hash ?? null, now: param(now),
  });
  if (!row) throw new Problem('DATABASE_BUSY', 'The same key came in twice at once.');
  return requestOf(row);
}

/** The states from which a request may come into `to`, as SQL. */
const before = (to: RequestState): string => requestStatesBefore(to).map((state) => `'${state}'`).join(', ');

/** Puts the request (back) on the pending list. `newTurn` raises the revision: links of an earlier turn then only tell. */
export async function setPending(tx: Tx, request: Request, to: { reason: PendingReason; newTurn: boolean; wantedAt?: Instant }, now: Instant): Promise<Request> {
  const last = lastStart(request);
  const row = await oneRow<Row>(tx, `
    update requests set state = 'pending_resolution', came_from = state, pending_reason = :reason, wanted_at = :wanted, revision = revision + :step,
      freed_noticed_at = null, wake_at = :wake
    where coach_id = :coach and id = :id and state in (${before('pending_resolution')}) returning *`, {
    coach: request.coach_id, id: request.id, reason: to.reason, wanted: param(to.wantedAt ?? request.wanted_at), step: to.newTurn ? 1 : 0,
    wake: param(last > now ? last : plus(now, 1_000)),
  });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A settled request cannot be pending again.', { id: request.id });
  await stirInbox(tx, request);
  return requestOf(row);
}
/** The times that would do, in order of preference, become these. */
export async function setWanted(tx: Tx, request: Request, starts: readonly Instant[]): Promise<Request> {
  await run(tx, 'update requests set wanted_starts = :starts where coach_id = :coach and id = :id', { coach: request.coach_id, id: request.id, starts: starts.map(param) });
  return { ...request, wanted_starts: starts };
}
/** The request's time is reserved here and on its way into Google. */
export async function setBooking(tx: Tx, request: Request, start: Instant): Promise<void> {
  const changed = await run(tx, `update requests set state = 'booking', came_from = state, pending_reason = null, wanted_at = :start, revision = revision + 1, wake_at = :start
    where coach_id = :coach and id = :id and state in (${before('booking')})`, { coach: request.coach_id, id: request.id, start: param(start) });
  if (changed === 0) throw new Problem('IMPOSSIBLE_STATE', 'A settled request cannot be booked.', { id: request.id });
  await stirInbox(tx, request);
}
export async function setBooked(tx: Tx, request: Request, booked: { start: Instant; eventId: string; seenFreeAt: Instant }, now: Instant): Promise<void> {
  const changed = await run(tx, `update requests set state = 'booked', came_from = state, pending_reason = null, revision = revision + 1, wake_at = null, settled_at = :now,
      booked_at = :now, booked_start = :start, booked_event_id = :event, seen_free_at = :seen
    where coach_id = :coach and id = :id and state in (${before('booked')})`,
  { coach: request.coach_id, id: request.id, now: param(now), start: param(booked.start), event: booked.eventId, seen: param(booked.seenFreeAt) });
  if (changed === 0) throw new Problem('IMPOSSIBLE_STATE', 'The request was settled in another way.', { id: request.id });
  await stirInbox(tx, request);
}
export async function setClosed(tx: Tx, request: Request, state: 'declined' | 'expired' | 'withdrawn', now: Instant): Promise<void> {
  await run(tx, `update requests set state = :state, came_from = state, pending_reason = null, revision = revision + 1, wake_at = null, settled_at = :now
    where coach_id = :coach and id = :id and state in (${before(state)})`, { coach: request.coach_id, id: request.id, state, now: param(now) });
  await stirInbox(tx, request);
}

/** The event on the requests calendar that the request came from is to show how it stands now: due at once. */
async function stirInbox(tx: Tx, request: Request): Promise<void> {
  if (request.source !== 'calendar') return;
  const told = await run(tx, 'update inbox_events set dirty = dirty + 1, wake_at = :past where coach_id = :coach and request_id = :id', { coach: request.coach_id, id: request.id, past: param(request.created_at) });
  if (told > 0) await notifyDue(tx, 'inbox_events');
}
/** Sets when the request is looked at again. In the commit of the work that holds `claim`. */
export async function restRequest(tx: Tx, claim: Claim, wakeAt: Instant, freedNoticedAt: Instant | null): Promise<void> {
  await holdLease(tx, claim);
  await run(tx, 'update requests set wake_at = :wake, freed_noticed_at = :freed where coach_id = :coach and id = :id and wake_at is not null',
    { coach: claim.coachId, id: claim.id, wake: param(wakeAt), freed: freedNoticedAt === null ? null : param(freedNoticedAt) });
}
/** The wish itself is another one now; what follows from that is the caller's. */
export async function setWish(tx: Tx, request: Request, wish: { clientId: ClientId; sessionType: string; lengthMinutes: number; wantedStarts: readonly Instant[] }): Promise<Request> {
  const [first] = wish.wantedStarts;
  if (first === undefined) throw new Problem('REQUEST_INVALID', 'At least one start is needed.');
  const row = await oneRow<Row>(tx, `update requests set client_id = :client, session_type = :type, length_minutes = :length, wanted_starts = :starts, wanted_at = :first, freed_noticed_at = null, wake_at = :first
    where coach_id = :coach and id = :id and state = 'pending_resolution' returning *`, {
    coach: request.coach_id, id: request.id, client: wish.clientId, type: wish.sessionType, length: wish.lengthMinutes, starts: wish.wantedStarts.map(param), first: param(first),
  });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A settled request cannot be changed.', { id: request.id });
  return requestOf(row);
}
/** A promise has ended: the requests that waited for that time get their turn, in the same commit. */
export async function wakeWaitingFor(tx: Tx, coachId: CoachId, period: string, exceptId: RequestId, now: Instant): Promise<void> {
  await run(tx, `update requests set wake_at = :now where coach_id = :coachId and id <> :exceptId and state = 'pending_resolution' and pending_reason = 'promised'
    and tstzrange(wanted_at, wanted_at + make_interval(mins => length_minutes)) && (:period)::tstzrange`, { coachId, exceptId, period, now: param(now) });
  await notifyDue(tx, 'requests');
}
