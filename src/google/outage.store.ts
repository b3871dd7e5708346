/** A permission that is over, and its coming back: the coach's calendars and channels rest in between. */
import type { CoachId, GrantId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { MIRRORED } from '../mirror/access-role.js';
import { enqueueAboutGrant } from '../mail/outbox.store.js';
import { param, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import { BACKGROUND } from '../work/claim.js';
import { notifyDue } from '../work/due.store.js';
import { remember } from '../work/history.store.js';

/** The permission is over: the coach is paused until they connect again. Their calendars and channels rest, and one letter
 *  tells them; all in the caller's commit, once for each grant. A newer grant than the one that failed stays as it is.
 *  True the first time. `reason` is Google's word for it. */
export async function breakGrant(tx: Tx, grant: { coachId: CoachId; id: GrantId; reason: string }, mailFrom: string, now: Instant): Promise<boolean> {
  const broken = await run(tx, `update grants set state = 'broken', broken_at = :now, broken_reason = :reason, refresh_owner = null, refresh_until = null, updated_at = :now
    where coach_id = :coachId and id = :id and state = 'active'`, { ...grant, now: param(now) });
  if (broken === 0) return false;
  for (const queue of BACKGROUND) await run(tx, `update ${queue} set wake_at = null where coach_id = :coach and wake_at is not null`, { coach: grant.coachId });
  await enqueueAboutGrant(tx, { coachId: grant.coachId, kind: 'reconnect', grantId: grant.id }, mailFrom, now);
  await remember(tx, { coachId: grant.coachId, at: now, what: 'permission ended', by: 'google', facts: { grant: grant.id, reason: grant.reason } });
  return true;
}

/** The permission is back: all that rested is due now, with the cursors it had. Whoever still works with the old
 *  permission loses its lease. Channels are opened anew: what became of them meanwhile, nobody was told. */
export async function resume(tx: Tx, coachId: CoachId, now: Instant): Promise<void> {
  const rested = { coach: coachId, now: param(now) };
  await run(tx, `update calendars set wake_at = :now, dirty = dirty + 1, attempts = 0, last_error = null, lease_owner = null, lease_until = null, fence = fence + 1
    where coach_id = :coach and role in (${MIRRORED})`, rested);
  await run(tx, 'update calendar_lists set attempts = 0, last_error = null, lease_owner = null, lease_until = null, fence = fence + 1 where coach_id = :coach', { coach: coachId });
  await run(tx, `update channels set wake_at = :now, renew_at = case when state = 'open' then cast(:now as timestamptz) else renew_at end, attempts = 0, last_error = null, lease_owner = null, lease_until = null, fence = fence + 1
    where coach_id = :coach and state in ('opening', 'open', 'closing')`, rested);
  await notifyDue(tx, 'calendars');
  await notifyDue(tx, 'channels');
}
