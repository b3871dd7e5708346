/** A coach who leaves: the row that carries what is still to be done, and what is forgotten. */
import { mintId, oneRow, param, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { sha256 } from '../work/hash.js';
import { holdLease, notifyDue, type Claim } from '../work/due.store.js';
import type { Grant } from './grant.store.js';

export interface Disconnection {
  readonly coach_id: CoachId; readonly id: string; readonly state: 'forgetting' | 'leaving' | 'done'; readonly by: 'coach' | 'operator'; readonly refresh_token_sealed: string | null;
  readonly channels: readonly { id: string; resourceId: string }[]; readonly attempts: number; readonly began_at: Instant; readonly outcome: 'revoked' | 'dead' | 'not-reached' | 'superseded' | null;
}

export const disconnectionById = (db: Reader, coachId: CoachId, id: string): Promise<Disconnection | null> =>
  oneRow(db, 'select * from disconnections where coach_id = :coachId and id = :id', { coachId, id });
/** The last disconnection of a coach, over or not. */
export const lastDisconnection = (db: Reader, coachId: CoachId): Promise<Disconnection | null> =>
  oneRow(db, 'select * from disconnections where coach_id = :coachId order by began_at desc, state = \'done\' limit 1', { coachId });

/** Takes the permission out of use. What is needed to give it back moves into the disconnection; the channels' rows go, so
 *  that a push of theirs is a stranger's; the calendars are nobody's, and whoever still reads one loses its lease. */
export async function beginDisconnection(tx: Tx, grant: Grant, by: 'coach' | 'operator', now: Instant): Promise<string> {
  const key = { coach: grant.coach_id };
  const channels = await rows<{ id: string; resource_id: string }>(tx, `select id, resource_id from channels where coach_id = :coach and resource_id is not null and state in ('opening', 'open', 'closing')`, key);
  const id = mintId('disconnection');
  await run(tx, `insert into disconnections (coach_id, id, state, by, refresh_token_sealed, channels, began_at, wake_at) values (:coach, :id, 'forgetting', :by, :token, :channels, :now, :now)`,
    { ...key, id, by, token: grant.refresh_token_sealed, channels: JSON.stringify(channels.map((c) => ({ id: c.id, resourceId: c.resource_id }))), now: param(now) });
  await run(tx, 'delete from channels where coach_id = :coach', key);
  await run(tx, `update calendars set role = 'ignored', cursor = null, cursor_shape = null, last_full_at = null, last_pull_at = null, expanded_until = null, frozen_at = null, freeze_reason = null,
      is_primary = false, listed = null, listed_access = null, listed_zone = null, gone_since = null, retired_at = null, retired_role = null, parked_reason = null, freeze_told_at = null, awaited = false,
      push_proven_at = null, push_misses = 0, unannounced_at = null, wake_at = null, attempts = 0, last_error = null, lease_owner = null, lease_until = null, fence = fence + 1 where coach_id = :coach`, key);
  for (const table of ['calendar_lists', 'findings', 'lookouts']) await run(tx, `delete from ${table} where coach_id = :coach`, key);
  await run(tx, 'delete from grants where coach_id = :coach', key);
  await notifyDue(tx, 'disconnections');
  return id;
}

/** The mirror's tables that go, the leaves first. */
const MIRROR = ['staged_events', 'occurrences', 'events'] as const;
/** Deletes some rows of a coach's mirror. Returns how many; zero: all are gone. */
export async function forgetSome(tx: Tx, coachId: CoachId, limit: number): Promise<number> {
  let forgotten = 0;
  for (const table of MIRROR) {
    if (forgotten < limit) forgotten += await run(tx, `delete from ${table} where ctid = any(array(select ctid from ${table} where coach_id = :coachId limit :limit))`, { coachId, limit: limit - forgotten });
  }
  return forgotten;
}

/** What a calendar is remembered by when its name is forgotten: enough to know it again, if it is ever shown again. */
const nameless = (coachId: CoachId, googleId: string): string => `forgotten:${sha256(`${coachId} ${googleId}`).toString('hex')}`;

/** Forgets the calendars. Those that the history of sessions and bookings refers to stay as ids without a name. */
export async function forgetCalendars(tx: Tx, coachId: CoachId): Promise<void> {
  await run(tx, `delete from calendars c where c.coach_id = :coachId
    and not exists (select 1 from sessions s where s.coach_id = c.coach_id and s.calendar_id = c.id)
    and not exists (select 1 from landings l where l.coach_id = c.coach_id and l.calendar_id = c.id)
    and not exists (select 1 from google_writes w where w.coach_id = c.coach_id and w.calendar_id = c.id)
    and not exists (select 1 from inbox_events i where i.coach_id = c.coach_id and i.calendar_id = c.id)`, { coachId });
  const kept = await rows<{ id: string; google_id: string }>(tx, `select id, google_id from calendars where coach_id = :coachId and google_id not like 'forgotten:%'`, { coachId });
  for (const c of kept) {
    await run(tx, `update calendars set google_id = :nameless, summary = '', time_zone = 'UTC', access_role = 'none' where coach_id = :coachId and id = :id`, { coachId, id: c.id, nameless: nameless(coachId, c.google_id) });
  }
}

/** Calendars that were forgotten and are shown again get their ids back, so that a session of before is the same session. */
export async function recallCalendars(tx: Tx, coachId: CoachId, shown: readonly { id: string; summary: string; timeZone: string; accessRole: string; role: 'sessions' | 'busy' | 'requests' | 'ignored' }[]): Promise<void> {
  for (const c of shown) {
    await run(tx, 'update calendars set google_id = :googleId, summary = :summary, time_zone = :zone, access_role = :access, role = :role where coach_id = :coachId and google_id = :nameless',
      { coachId, googleId: c.id, summary: c.summary, zone: c.timeZone, access: c.accessRole, role: c.role, nameless: nameless(coachId, c.id) });
  }
}
/** The primary calendar has a new name, because its account has. Google's tokens for the old name are not trusted. */
export const renamePrimary = (tx: Tx, coachId: CoachId, from: string, to: string): Promise<number> =>
  run(tx, `update calendars set google_id = :to, cursor = null where coach_id = :coachId and google_id = :from
    and not exists (select 1 from calendars k where k.coach_id = :coachId and k.google_id = :to)`, { coachId, from, to });

/** Moves a disconnection on: the mirror is gone, Google is to be told. In the commit of the work that holds `claim`. */
export async function setForgotten(tx: Tx, claim: Claim, now: Instant): Promise<void> {
  await holdLease(tx, claim);
  await run(tx, `update disconnections set state = 'leaving', forgotten_at = :now, wake_at = :now where coach_id = :coach and id = :id and state = 'forgetting'`, { coach: claim.coachId, id: claim.id, now: param(now) });
}
/** Ends a disconnection; the permission's token is forgotten with it. */
export async function setLeft(tx: Tx, claim: Claim, outcome: 'revoked' | 'dead' | 'not-reached', now: Instant): Promise<void> {
  await holdLease(tx, claim);
  await run(tx, `update disconnections set state = 'done', outcome = :outcome, ended_at = :now, wake_at = null, refresh_token_sealed = null, channels = '[]' where coach_id = :coach and id = :id`,
    { coach: claim.coachId, id: claim.id, outcome, now: param(now) });
}

/** The coach connects again: what was still to be told Google is dropped, since a revocation would end the new permission
 *  too. False while the mirror is not yet forgotten, or Google is being told right now. */
export async function supersedeDisconnection(tx: Tx, coachId: CoachId, now: Instant): Promise<boolean> {
  const live = await oneRow<{ id: string; state: string; lease_until: Instant | null }>(tx, `select id, state, lease_until from disconnections where coach_id = :coachId and state <> 'done' for no key update`, { coachId });
  if (!live) return true;
  if (live.state === 'forgetting' || (live.lease_until !== null && live.lease_until > now)) return false;
  await run(tx, `update disconnections set state = 'done', outcome = 'superseded', ended_at = :now, wake_at = null, refresh_token_sealed = null, channels = '[]', fence = fence + 1, lease_owner = null, lease_until = null
    where coach_id = :coachId and id = :id`, { coachId, id: live.id, now: param(now) });
  return true;
}

/** Changes at Google of this coach that were sent and not yet confirmed, the latest of them. */
export const lastOpenWriteAt = async (db: Reader, coachId: CoachId): Promise<Instant | null> =>
  (await oneRow<{ at: Instant | null }>(db, `
    select max(sent_at) as at from google_writes w where coach_id = :coachId and state in ('intended', 'sent') and (
      exists (select 1 from landings l where l.coach_id = w.coach_id and l.id = w.landing_id and l.state in ('intended', 'inserted', 'verified'))
      or exists (select 1 from resolutions r where r.coach_id = w.coach_id and r.id = w.resolution_id and r.state not in ('landed', 'ended')))`, { coachId }))?.at ?? null;
