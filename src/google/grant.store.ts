import type { CoachId, GrantId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { MIRRORED } from '../mirror/access-role.js';
import { mintId, oneRow, param, paramOrNull, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';

/** A coach's permission at Google. `id` is new with each connect: what concerns an earlier one cannot touch this one. */
export interface Grant {
  readonly coach_id: CoachId; readonly id: GrantId; readonly google_sub: string; readonly email: string; readonly scopes: readonly string[]; readonly refresh_token_sealed: string;
  readonly access_token_sealed: string | null; readonly access_expires_at: Instant | null; readonly refresh_at: Instant | null;
  readonly refresh_failures: number; readonly refresh_not_before: Instant | null;
  readonly state: 'active' | 'broken'; readonly broken_at: Instant | null; readonly broken_reason: string | null;
}

export const grantOf = (db: Reader, coachId: CoachId): Promise<Grant | null> => oneRow(db, 'select * from grants where coach_id = :coachId', { coachId });
/** The coach whose calendar is connected with this Google account, by its `sub`: an address can change or change hands. */
export const coachOfAccount = async (db: Reader, sub: string): Promise<CoachId | null> =>
  (await oneRow<{ coach_id: CoachId }>(db, 'select coach_id from grants where google_sub = :sub order by updated_at desc limit 1', { sub }))?.coach_id ?? null;

/** Keeps a new permission in place of the old; the coach works again. Tokens come sealed. */
export async function saveGrant(tx: Tx, g: { coachId: CoachId; sub: string; email: string; scopes: readonly string[]; refreshSealed: string; accessSealed: string | null; accessExpiresAt: Instant | null; refreshAt: Instant | null }, now: Instant): Promise<GrantId> {
  const id = mintId<GrantId>('grant');
  await run(tx, `insert into grants (coach_id, id, google_sub, email, scopes, refresh_token_sealed, access_token_sealed, access_expires_at, refresh_at, state, updated_at)
    values (:coach, :id, :sub, :email, :scopes, :refresh, :access, :expires, :refreshAt, 'active', :now)
    on conflict (coach_id) do update set id = excluded.id, google_sub = excluded.google_sub, email = excluded.email, scopes = excluded.scopes,
      refresh_token_sealed = excluded.refresh_token_sealed, access_token_sealed = excluded.access_token_sealed, access_expires_at = excluded.access_expires_at,
      refresh_at = excluded.refresh_at, refresh_owner = null, refresh_until = null, refresh_fence = grants.refresh_fence + 1, refresh_failures = 0, refresh_not_before = null,
      state = 'active', broken_at = null, broken_reason = null, updated_at = excluded.updated_at`, {
    coach: g.coachId, id, sub: g.sub, email: g.email, scopes: [...g.scopes], refresh: g.refreshSealed, access: g.accessSealed,
    expires: paramOrNull(g.accessExpiresAt), refreshAt: paramOrNull(g.refreshAt), now: param(now),
  });
  return id;
}

/** Calendars seen at connect: new ones get `role`. Known ones stay as they are until the list is read: what changed about
 *  them has consequences. All are read at once. */
export async function saveCalendar(tx: Tx, c: { coachId: CoachId; id: string; googleId: string; summary: string; zone: string; accessRole: string; role: 'sessions' | 'busy' | 'requests' | 'ignored' }, now: Instant): Promise<void> {
  await run(tx, `insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role, wake_at) values (:coach, :id, :google, :summary, :zone, :access, :role, :wake)
    on conflict (coach_id, google_id) do update set wake_at = case when calendars.role in (${MIRRORED}) then cast(:now as timestamptz) end`, {
    coach: c.coachId, id: c.id, google: c.googleId, summary: c.summary, zone: c.zone, access: c.accessRole, role: c.role, now: param(now), wake: c.role === 'ignored' ? null : param(now),
  });
}

export const saveSignIn = (tx: Tx, hash: Buffer, coachId: CoachId, now: Instant, expiresAt: Instant): Promise<number> =>
  run(tx, 'insert into sign_ins (token_hash, coach_id, created_at, expires_at) values (:hash, :coachId, :now, :expires)', { hash, coachId, now: param(now), expires: param(expiresAt) });
export const signedInCoach = async (db: Reader, hash: Buffer, now: Instant): Promise<CoachId | null> =>
  (await oneRow<{ coach_id: CoachId }>(db, 'select coach_id from sign_ins where token_hash = :hash and expires_at > :now', { hash, now: param(now) }))?.coach_id ?? null;
export const endSignIn = (tx: Tx, hash: Buffer): Promise<number> => run(tx, 'delete from sign_ins where token_hash = :hash', { hash });
/** Forgets sign-ins whose time is over. */
export const pruneSignIns = (tx: Tx, now: Instant): Promise<number> => run(tx, 'delete from sign_ins where expires_at < :now', { now: param(now) });
