/** The lease under which one process at a time refreshes a coach's access token. It stands on the grant's row, so that no
 *  transaction is open during the call, and it ends by itself when its holder was killed. */
import type { CoachId, GrantId } from '../kernel/ids.js';
import { plus, type Instant } from '../kernel/interval.js';
import { oneRow, param, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import type { Grant } from './grant.store.js';

/** Longer than the token endpoint is waited for: who holds the lease has given up before it ends. */
export const REFRESH_LEASE_MS = 15_000;

/** Takes the lease, or null: somebody else refreshes, or has done so, or the grant is another one by now. `seen` is the
 *  grant as the caller decided on it. */
export async function takeRefreshLease(tx: Tx, seen: Grant, owner: string, now: Instant): Promise<number | null> {
  const row = await oneRow<{ refresh_fence: number }>(tx, `
    update grants set refresh_owner = :owner, refresh_until = :until, refresh_fence = refresh_fence + 1
    where coach_id = :coach and id = :id and state = 'active' and access_token_sealed is not distinct from :access
      and (refresh_until is null or refresh_until <= :now) returning refresh_fence`,
  { coach: seen.coach_id, id: seen.id, access: seen.access_token_sealed, owner, until: param(plus(now, REFRESH_LEASE_MS)), now: param(now) });
  return row?.refresh_fence ?? null;
}

interface Leased { readonly coachId: CoachId; readonly id: GrantId; readonly fence: number }

/** Keeps a refreshed access token and ends the lease. Nothing is kept if the lease has gone to somebody else, or the coach
 *  has connected anew. `refreshSealed`: Google gave a new refresh token too. */
export const saveAccess = (tx: Tx, l: Leased, access: { accessSealed: string; refreshSealed: string | null; expiresAt: Instant; refreshAt: Instant }, now: Instant): Promise<number> =>
  run(tx, `update grants set access_token_sealed = :access, access_expires_at = :expires, refresh_at = :refreshAt, refresh_token_sealed = coalesce(:refresh, refresh_token_sealed),
      refresh_owner = null, refresh_until = null, refresh_failures = 0, refresh_not_before = null, updated_at = :now
    where coach_id = :coach and id = :id and refresh_fence = :fence`,
  { coach: l.coachId, id: l.id, fence: l.fence, access: access.accessSealed, refresh: access.refreshSealed, expires: param(access.expiresAt), refreshAt: param(access.refreshAt), now: param(now) });

/** Ends the lease after a refresh that failed. `notBefore`: until then nobody asks the token endpoint for this coach. */
export const putOffRefresh = (tx: Tx, l: Leased, notBefore: Instant | null): Promise<number> =>
  run(tx, `update grants set refresh_owner = null, refresh_until = null, refresh_failures = refresh_failures + :step, refresh_not_before = :notBefore
    where coach_id = :coach and id = :id and refresh_fence = :fence`,
  { coach: l.coachId, id: l.id, fence: l.fence, step: notBefore === null ? 0 : 1, notBefore: notBefore === null ? null : param(notBefore) });
