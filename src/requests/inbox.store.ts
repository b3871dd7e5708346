/** Events on a requests calendar and the requests that they stand for. The rows hold no title and no address. */
import type { CalendarKey, CoachId, RequestId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { oneRow, param, paramOrNull, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { holdLease, type Claim } from '../work/due.store.js';

/** `gone`: it was deleted at Google. `tidied`: we deleted it, as its request is settled. `wish_hash`: what its request goes
 *  by. `refused`: why what was read last, `refused_hash`, is not taken. `seen_etag`: the version that was last heeded, ours included. */
export interface InboxEvent {
  readonly coach_id: CoachId; readonly id: string; readonly calendar_id: CalendarKey; readonly event_id: string; readonly state: 'open' | 'gone' | 'tidied';
  readonly request_id: RequestId | null; readonly wish_hash: Buffer | null; readonly wish_start: Instant | null; readonly refused: 'already-theirs' | 'in-progress' | null; readonly refused_hash: Buffer | null;
  readonly seen_etag: string | null; readonly told_hash: Buffer | null; readonly dirty: number;
}

export const inboxEvent = (db: Reader, coachId: CoachId, id: string): Promise<InboxEvent | null> =>
  oneRow(db, 'select * from inbox_events where coach_id = :coachId and id = :id', { coachId, id });

/** Is the event in the mirror, which is sound: read in full, and not frozen? `unsure` if the mirror is not. */
export async function inMirror(db: Reader, row: InboxEvent): Promise<'there' | 'not-there' | 'unsure'> {
  const found = await oneRow<{ is_sound: boolean; is_there: boolean }>(db, `
    select c.last_full_at is not null and c.frozen_at is null as is_sound,
      exists (select 1 from events e where e.coach_id = c.coach_id and e.calendar_id = c.id and e.id = :event) as is_there
    from calendars c where c.coach_id = :coach and c.id = :calendar`, { coach: row.coach_id, calendar: row.calendar_id, event: row.event_id });
  return found?.is_sound !== true ? 'unsure' : found.is_there ? 'there' : 'not-there';
}

/** The addresses under which the coach is known. */
export const ownAddresses = async (db: Reader, coachId: CoachId): Promise<Set<string>> =>
  new Set((await rows<{ email: string }>(db, `select lower(email) as email from coaches where id = :coachId union select lower(email) from grants where coach_id = :coachId
    union select lower(google_id) from calendars where coach_id = :coachId and access_role = 'owner'`, { coachId })).map((r) => r.email));

export const settledAt = async (db: Reader, coachId: CoachId, requestId: RequestId): Promise<Instant | null> =>
  (await oneRow<{ at: Instant | null }>(db, 'select settled_at as at from requests where coach_id = :coachId and id = :requestId', { coachId, requestId }))?.at ?? null;

/** The event stands for this request from now on, by this reading. In the commit that decides it. */
export const keepWish = (tx: Tx, claim: Claim, requestId: RequestId, wish: { hash: Buffer; start: Instant }): Promise<number> =>
  run(tx, `update inbox_events set request_id = :requestId, wish_hash = :hash, wish_start = :start, refused = null, refused_hash = null, state = 'open' where coach_id = :coach and id = :id`,
    { coach: claim.coachId, id: claim.id, requestId, hash: wish.hash, start: param(wish.start) });
/** What was read is not taken: the event stands for what it stood for before. `startsAnew`: for nothing. */
export const keepRefusal = (tx: Tx, claim: Claim, refusal: { why: NonNullable<InboxEvent['refused']>; hash: Buffer } | null, startsAnew: boolean): Promise<number> =>
  run(tx, `update inbox_events set refused = :why, refused_hash = :hash ${startsAnew ? `, state = 'open', request_id = null, wish_hash = null, wish_start = null` : ''} where coach_id = :coach and id = :id`,
    { coach: claim.coachId, id: claim.id, why: refusal?.why ?? null, hash: refusal?.hash ?? null });

/** The event has been heeded in this version, and shows `told`. It is looked at again at `wakeAt`, or at once if something came in
 *  between. @throws Problem LEASE_LOST */
export async function rest(tx: Tx, claim: Claim, row: InboxEvent, to: { etag: string | null; told: Buffer | null; state: InboxEvent['state']; wakeAt: Instant | null }, now: Instant): Promise<void> {
  await holdLease(tx, claim);
  await run(tx, `update inbox_events set seen_etag = coalesce(:etag, seen_etag), told_hash = :told, state = :state,
      wake_at = case when dirty > :dirty then cast(:now as timestamptz) else cast(:wake as timestamptz) end where coach_id = :coach and id = :id`,
  { coach: claim.coachId, id: claim.id, etag: to.etag, told: to.told, state: to.state, dirty: row.dirty, now: param(now), wake: paramOrNull(to.wakeAt) });
}

/** Forgets events that are gone since before `before`. */
export const pruneInbox = (tx: Tx, before: Instant): Promise<number> =>
  run(tx, `delete from inbox_events i using requests r where i.state <> 'open' and i.wake_at is null and r.coach_id = i.coach_id and r.id = i.request_id and r.settled_at < :before`, { before: param(before) });
