/** The calendar for requests that a coach wants made. */
import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { mintId, oneRow, param, paramOrNull, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { notifyDue } from '../work/due.store.js';

/** `sent_at`: when Google was last asked to make it. */
export interface Inbox { readonly coach_id: CoachId; readonly id: string; readonly state: 'wanted' | 'made'; readonly sent_at: Instant | null }

export const inboxOf = (db: Reader, coachId: CoachId): Promise<Inbox | null> => oneRow(db, 'select coach_id, id, state, sent_at from inboxes where coach_id = :coachId', { coachId });
/** Has this coach a calendar of role `requests`? */
export const hasRequestsCalendar = async (db: Reader, coachId: CoachId): Promise<boolean> =>
  (await oneRow(db, `select 1 from calendars where coach_id = :coachId and role = 'requests' limit 1`, { coachId })) !== null;

/** The coach agrees: it is to be made, or found again if it was made before. Due at once. */
export async function wantInbox(tx: Tx, coachId: CoachId, now: Instant): Promise<void> {
  await run(tx, `insert into inboxes (coach_id, id, state, wanted_at, wake_at) values (:coachId, :id, 'wanted', :now, :now)
    on conflict (coach_id) do update set state = 'wanted', wanted_at = excluded.wanted_at, made_at = null, wake_at = excluded.wake_at, attempts = 0`, { coachId, id: mintId('inbox'), now: param(now) });
  await notifyDue(tx, 'inboxes');
}
export const setSent = (tx: Tx, coachId: CoachId, now: Instant): Promise<number> => run(tx, 'update inboxes set sent_at = :now where coach_id = :coachId', { coachId, now: param(now) });
/** `madeAt` null: it cannot be made as things are, and waits for nothing. */
export const setMade = (tx: Tx, coachId: CoachId, madeAt: Instant | null): Promise<number> =>
  run(tx, `update inboxes set state = case when cast(:at as timestamptz) is null then state else 'made' end, made_at = :at, wake_at = null where coach_id = :coachId`, { coachId, at: paramOrNull(madeAt) });
