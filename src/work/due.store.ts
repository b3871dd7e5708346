/** Rows are the queue. What waits carries `wake_at`; a claim is a lease with a fence; a commit of the work
 *  compares the fence, so that whoever lost the lease can change nothing. */
import { hostname } from 'node:os';
import type { CoachId } from '../kernel/ids.js';
import { plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { param, rows, run, oneRow } from '../postgres/rows.js';
import type { Db, Reader, Tx } from '../postgres/transaction.js';
import { QUEUES, type Claim, type Queue, type Reading, type Source } from './claim.js';
import { backgroundDue, coachIsFree, isBackground, isDue, notBusy, ofReading, plainDue } from './due-rows.store.js';

export { QUEUES, type Claim, type Queue, type Reading, type Source };

/** The channel that a commit notifies when it made work due. */
export const DUE = 'makeway_due';

/** Claims up to `limit` due rows: oldest first, in the background the urgent ones before the others, and one per coach;
 *  elsewhere none of the coaches who are `busy`. */
export async function claimDue(db: Db, queue: Queue, lease: { owner: string; now: Instant; leaseMs: number; limit: number; reading?: Reading; busy?: readonly CoachId[] }): Promise<Claim[]> {
  const found = await rows<{ coach_id: CoachId; id: string; fence: number; attempts: number; lease_until: Instant }>(db, `
    with ${isBackground(queue) ? backgroundDue(queue, lease.reading) : plainDue(queue)}
    update ${queue} t set lease_owner = :owner, lease_until = :until, fence = t.fence + 1
    from due where t.coach_id = due.coach_id and t.id = due.id
    returning t.coach_id, t.id, t.fence, t.attempts, t.lease_until`,
  { now: param(lease.now), until: param(plus(lease.now, lease.leaseMs)), owner: lease.owner, limit: lease.limit, ...(!isBackground(queue) && { busy: lease.busy ?? [] }) });
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

export const leaseLost = (claim: Claim): Problem => new Problem('LEASE_LOST', 'Somebody else went on with this work.', { queue: claim.queue, id: claim.id });

/** Locks the claimed row and refuses if the lease went to somebody else. First statement of every commit of claimed work.
 *  @throws Problem LEASE_LOST */
export async function holdLease(tx: Tx, claim: Claim): Promise<void> {
  const row = await oneRow(tx, `select 1 from ${claim.queue} where coach_id = :coach and id = :id and fence = :fence for no key update`,
    { coach: claim.coachId, id: claim.id, fence: claim.fence });
  if (!row) throw leaseLost(claim);
}

/** Lengthens the lease before a slow call. @throws Problem LEASE_LOST */
export async function renewLease(db: Db, claim: Claim, now: Instant, leaseMs: number): Promise<void> {
  const renewed = await run(db, `update ${claim.queue} set lease_until = :until where coach_id = :coach and id = :id and fence = :fence and lease_owner is not null`,
    { coach: claim.coachId, id: claim.id, fence: claim.fence, until: param(plus(now, leaseMs)) });
  if (renewed === 0) throw leaseLost(claim);
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
  for (const queue of ['landings', 'resolutions', 'requests', 'inbox_events', 'inboxes'] as const) {
    await run(tx, `update ${queue} set wake_at = least(wake_at, :now) where coach_id = :coachId and wake_at is not null`, { coachId, now: param(now) });
    await notifyDue(tx, queue);
  }
}
export async function notifyDue(tx: Tx, queue: Queue): Promise<void> {
  await run(tx, `select pg_notify('${DUE}', :queue)`, { queue });
}

/** How soon a row is looked at again that was due and could not be claimed, because somebody just had it locked. */
const SOON_MS = 100;

/** What comes next in one source: `at`, the earliest moment at which there may be work, or null; `waits`: something is due
 *  already, and waits for another piece of its coach's work to end. */
export interface Ahead { readonly at: Instant | null; readonly waits: boolean }

/** Looks ahead in each of `sources`, after all that was due at `now` has been claimed. A row becomes due, or somebody else's
 *  lease ends; what was due and free and could not be claimed is looked at again soon. Own leases (`owner`) do not count: who
 *  holds them knows when they end; nor, outside the background, what is due of coaches who are `busy`. */
export async function nextDueAt(db: Db, sources: readonly Source[], now: Instant, owner: string, busy: readonly CoachId[] = []): Promise<Ahead[]> {
  const of = ({ queue, reading }: Source, i: number): string => `
    select ${i} as i, least((select wake_at from ${queue} where wake_at > :now ${ofReading(reading, '')} order by wake_at limit 1),
      (select min(lease_until) from ${queue} where wake_at <= :now and lease_until > :now and lease_owner <> :owner),
      case when exists (select 1 from ${queue} t where ${isDue('t', reading)} ${isBackground(queue) ? coachIsFree(queue, reading) : notBusy}) then cast(:soon as timestamptz) end) as at,
      exists (select 1 from ${queue} t where ${isDue('t', reading)}) as waits`;
  return rows<Ahead>(db, `${sources.map(of).join(' union all ')} order by i`, { now: param(now), soon: param(plus(now, SOON_MS)), owner, busy });
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
