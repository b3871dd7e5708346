import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { oneRow, param, paramOrNull, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';

export interface Grant { readonly coach_id: CoachId; readonly google_sub: string; readonly email: string; readonly refresh_token_sealed: string; readonly access_token_sealed: string | null; readonly access_expires_at: Instant | null; readonly state: 'active' | 'broken'; readonly broken_reason: string | null }

export const grantOf = (db: Reader, coachId: CoachId): Promise<Grant | null> => oneRow(db, 'select * from grants where coach_id = :coachId', { coachId });

/** Keeps a new permission in place of the old; the coach works again. Tokens come sealed. */
export async function saveGrant(tx: Tx, g: { coachId: CoachId; sub: string; email: string; scopes: readonly string[]; refreshSealed: string; accessSealed: string | null; accessExpiresAt: Instant | null }, now: Instant): Promise<void> {
  await run(tx, `insert into grants (coach_id, google_sub, email, scopes, refresh_token_sealed, access_token_sealed, access_expires_at, state, updated_at)
    values (:coach, :sub, :email, :scopes, :refresh, :access, :expires, 'active', :now)
    on conflict (coach_id) do update set google_sub = excluded.google_sub, email = excluded.email, scopes = excluded.scopes, refresh_token_sealed = excluded.refresh_token_sealed,
      access_token_sealed = excluded.access_token_sealed, access_expires_at = excluded.access_expires_at, state = 'active', broken_at = null, broken_reason = null, updated_at = excluded.updated_at`, {
    coach: g.coachId, sub: g.sub, email: g.email, scopes: [...g.scopes], refresh: g.refreshSealed, access: g.accessSealed, expires: paramOrNull(g.accessExpiresAt), now: param(now),
  });
}
/** Keeps a refreshed access token, unless the coach has connected anew since. */
export const saveAccessToken = (tx: Tx, coachId: CoachId, refreshSealed: string, accessSealed: string, expiresAt: Instant, now: Instant): Promise<number> =>
  run(tx, 'update grants set access_token_sealed = :accessSealed, access_expires_at = :expires, updated_at = :now where coach_id = :coachId and refresh_token_sealed = :refreshSealed', { coachId, refreshSealed, accessSealed, expires: param(expiresAt), now: param(now) });
/** The permission is gone: this coach pauses until they connect again. A newer one than the one that failed stays. True the first time. */
export const breakGrant = async (tx: Tx, coachId: CoachId, refreshSealed: string, reason: string, now: Instant): Promise<boolean> =>
  (await run(tx, `update grants set state = 'broken', broken_at = :now, broken_reason = :reason, updated_at = :now where coach_id = :coachId and state = 'active' and refresh_token_sealed = :refreshSealed`, { coachId, refreshSealed, reason, now: param(now) })) > 0;

/** Calendars seen at connect: new ones get `role`. Known ones stay as they are until the list is read: what changed about
 *  them has consequences. All are read at once. */
export async function saveCalendar(tx: Tx, c: { coachId: CoachId; id: string; googleId: string; summary: string; zone: string; accessRole: string; role: 'sessions' | 'busy' | 'ignored' }, now: Instant): Promise<void> {
  await run(tx, `insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role, wake_at) values (:coach, :id, :google, :summary, :zone, :access, :role, :wake)
    on conflict (coach_id, google_id) do update set wake_at = case when calendars.role in ('sessions', 'busy') then cast(:now as timestamptz) end`, {
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
