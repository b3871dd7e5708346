/** Rows are the queue. What waits carries `wake_at`; a claim is a lease with a fence; a commit of the work
 *  compares the fence, so that whoever lost the lease can change nothing. */
import { hostname } from 'node:os';
import type { CoachId } from '../kernel/ids.js';
import { plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { param, rows, run, oneRow } from '../postgres/rows.js';
import type { Db, Reader, Tx } from '../postgres/transaction.js';
import { QUEUES, type Claim, type Queue } from './claim.js';

export { QUEUES, type Claim, type Queue };

/** The channel that a commit notifies when it made work due. */
export const DUE = 'makeway_due';

/** Claims up to `limit` due rows, oldest first. Background pulls take one row per coach at a time,
 *  so that a coach with many calendars occupies one slot. */
export async function claimDue(db: Db, queue: Queue, lease: { owner: string; now: Instant; leaseMs: number; limit: number }): Promise<Claim[]> {
  const onePerCoach = queue === 'calendars'
    ? `and t.id = (select m.id from calendars m where m.coach_id = t.coach_id and m.wake_at <= :now order by m.wake_at, m.id limit 1)
       and not exists (select 1 from calendars o where o.coach_id = t.coach_id and o.lease_until > :now)`
    : '';
  const found = await rows<{ coach_id: CoachId; id: string; fence: number; attempts: number; lease_until: Instant }>(db, `
    with due as (
      select coach_id, id from ${queue} t
      where wake_at <= :now and (lease_until is null or lease_until <= :now) ${onePerCoach}
      order by wake_at limit :limit for no key update skip locked)
    update ${queue} t set lease_owner = :owner, lease_until = :until, fence = t.fence + 1
    from due where t.coach_id = due.coach_id and t.id = due.id
    returning t.coach_id, t.id, t.fence, t.attempts, t.lease_until`,
  { now: param(lease.now), until: param(plus(lease.now, lease.leaseMs)), owner: lease.owner, limit: lease.limit });
  return found.map((r) => ({ queue, coachId: r.coach_id, id: r.id, fence: r.fence, attempts: r.attempts, leaseUntil: r.lease_until }));
}

/** Claims one row for the caller, due or not, unless somebody else works on it: for a click that goes on at once. */
export async function claimRow(db: Reader, queue: Queue, key: { coachId: CoachId; id: string }, lease: { owner: string; now: Instant; leaseMs: number }): Promise<Claim | null> {
  const row = await oneRow<{ fence: number; attempts: number; lease_until: Instant }>(db, `
    update ${queue} set lease_owner = :owner, lease_until = :until, fence = fence + 1
    where coach_id = :coach and id = :id and wake_at is not null and (lease_until is null or lease_until <= :now)
    returning fence, attempts, lease_until`,
  { coach: key.coachId, id: key.id, now: param(lease.now), until: param(plus(lease.now, lease.leaseMs)), owner: lease.owner });
  return row && { queue, coachId: key.coachId, id: key.id, fence: row.fence, attempts: row.attempts, leaseUntil: row.lease_until };
}

/** Locks the claimed row and refuses if the lease went to somebody else. First statement of every commit of claimed work.
 *  @throws Problem LEASE_LOST */
export async function holdLease(tx: Tx, claim: Claim): Promise<void> {
  const row = await oneRow(tx, `select 1 from ${claim.queue} where coach_id = :coach and id = :id and fence = :fence for no key update`,
    { coach: claim.coachId, id: claim.id, fence: claim.fence });
  if (!row) throw new Problem('LEASE_LOST', 'Somebody else went on with this work.', { queue: claim.queue, id: claim.id });
}

/** Lengthens the lease before a slow call. @throws Problem LEASE_LOST */
export async function renewLease(db: Db, claim: Claim, now: Instant, leaseMs: number): Promise<void> {
  const renewed = await run(db, `update ${claim.queue} set lease_until = :until where coach_id = :coach and id = :id and fence = :fence and lease_owner is not null`,
    { coach: claim.coachId, id: claim.id, fence: claim.fence, until: param(plus(now, leaseMs)) });
  if (renewed === 0) throw new Problem('LEASE_LOST', 'Somebody else went on with this work.', { queue: claim.queue, id: claim.id });
}

/** Gives the row back after work that went well; its next `wake_at` was set by the work itself. */
export async function release(db: Db, claim: Claim): Promise<void> {
  await giveBack(db, claim, 'attempts = 0, last_error = null', '', {});
}

/** Gives the row back after a failure: it is due again at `wakeAt`, one attempt later, with the error on it. */
export async function putOff(db: Db, claim: Claim, wakeAt: Instant, error: string): Promise<void> {
  await giveBack(db, claim, 'attempts = t.attempts + 1, last_error = :error, wake_at = :wake', 'and wake_at is not null', { wake: param(wakeAt), error });
}

/** Gives the row back to rest: its coach's permission is over, and whoever connects it again wakes the row. If that has
 *  happened meanwhile, it is due again at `wakeAt`. */
export async function layToRest(db: Db, claim: Claim, wakeAt: Instant, error: string): Promise<void> {
  await giveBack(db, claim, `attempts = 0, last_error = :error,
    wake_at = case when exists (select 1 from grants g where g.coach_id = t.coach_id and g.state = 'active') then coalesce(t.wake_at, cast(:wake as timestamptz)) end`, '', { wake: param(wakeAt), error });
}

/** Ends the lease. Who sleeps counts a leased row from the lease's end, and is told if it is due before that. */
const giveBack = (db: Db, claim: Claim, changes: string, unless: string, bindings: Readonly<Record<string, unknown>>): Promise<number> =>
  run(db, `
    with held as (select coach_id, id, lease_until from ${claim.queue} where coach_id = :coach and id = :id and fence = :fence ${unless} for no key update),
    freed as (update ${claim.queue} t set lease_owner = null, lease_until = null, ${changes} from held
      where t.coach_id = held.coach_id and t.id = held.id returning t.wake_at < held.lease_until as is_early)
    select pg_notify('${DUE}', :queue) from freed where is_early`,
  { coach: claim.coachId, id: claim.id, fence: claim.fence, queue: claim.queue, ...bindings });

/** Makes rows due at `at` (or leaves them due earlier) and tells the workers when this transaction commits. */
export async function wake(tx: Tx, queue: Queue, coachId: CoachId, id: string, at: Instant): Promise<void> {
  await run(tx, `update ${queue} set wake_at = least(coalesce(wake_at, :at), :at) where coach_id = :coach and id = :id`, { at: param(at), coach: coachId, id });
  await notifyDue(tx, queue);
}
/** Makes due what a coach's requests wait for: their permission is back, or a calendar can be read again. */
export async function wakeAllOf(tx: Tx, coachId: CoachId, now: Instant): Promise<void> {
  for (const queue of ['landings', 'resolutions', 'requests'] as const) {
    await run(tx, `update ${queue} set wake_at = least(wake_at, :now) where coach_id = :coachId and wake_at is not null`, { coachId, now: param(now) });
    await notifyDue(tx, queue);
  }
}
export async function notifyDue(tx: Tx, queue: Queue): Promise<void> {
  await run(tx, `select pg_notify('${DUE}', :queue)`, { queue });
}

/** The earliest moment at which a row of these queues becomes due, or null. A leased row counts from its lease's end. */
export async function nextDueAt(db: Db, queues: readonly Queue[]): Promise<Instant | null> {
  // A calendar also waits for the one of the same coach that is being read.
  const free = (q: Queue): string => (q === 'calendars' ? '(select max(o.lease_until) from calendars o where o.coach_id = q.coach_id)' : 'lease_until');
  const union = queues.map((q) => `(select greatest(wake_at, ${free(q)}) as at from ${q} q where wake_at is not null order by wake_at limit 50)`).join(' union all ');
  return (await oneRow<{ at: Instant | null }>(db, `select min(at) as at from (${union}) due`))?.at ?? null;
}

/** What should have been done more than `graceMs` ago, per queue: the first place to look when something hangs. */
export async function overdue(db: Db, now: Instant, graceMs: number): Promise<{ queue: Queue; n: number; oldest: Instant; error: string | null }[]> {
  const late = await Promise.all(QUEUES.map((queue) => rows<{ queue: Queue; n: number; oldest: Instant | null; error: string | null }>(db,
    `select '${queue}' as queue, count(*) as n, min(wake_at) as oldest, max(last_error) as error from ${queue} where wake_at < :late`, { late: param(plus(now, -graceMs)) })));
  return late.flat().flatMap((r) => (r.oldest === null ? [] : [{ ...r, oldest: r.oldest }]));
}

/** Who a lease belongs to: this machine, this process, this thread. */
export const leaseOwner = (thread: string): string => `${hostname()}:${process.pid}:${thread}`;

/** Ends the leases of processes of this machine that are no more, so that a restart goes on at once.
 *  `isAlive` tells of a process id. A lease taken over too early would still be harmless: the fence refuses its commits. */
export async function endLeasesOfTheDead(db: Db, now: Instant, isAlive: (pid: number) => boolean): Promise<number> {
  let ended = 0;
  for (const queue of QUEUES) {
    const owners = await rows<{ lease_owner: string }>(db, `select distinct lease_owner from ${queue} where lease_until > :now`, { now: param(now) });
    for (const { lease_owner: owner } of owners) {
      const [host, pid] = owner.split(':');
      if (host !== hostname() || isAlive(Number(pid))) continue;
      ended += await run(db, `update ${queue} set lease_until = :now where lease_owner = :owner and lease_until > :now`, { now: param(now), owner });
    }
  }
  return ended;
}
