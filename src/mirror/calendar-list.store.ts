import type { CalendarListEntry } from '../google/google.port.js';
import type { CalendarKey, CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { mintId, oneRow, param, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { notifyDue } from '../work/due.store.js';
import { isMirrored, MIRRORED, type Role } from './access-role.js';
import { listedAs, type KnownCalendar } from './calendar-list.js';
import { OUT_OF_SIGHT } from './calendar.store.js';

/** A coach's list of calendars. `account` is the Google account whose list was read; `grantedBy` the one that connected. */
export interface ListRow { readonly cursor: string | null; readonly account: string | null; readonly last_full_at: Instant | null; readonly granted_by: string | null }
export interface Known extends KnownCalendar { readonly coachId: CoachId; readonly id: CalendarKey }

export const listRow = (db: Reader, coachId: CoachId): Promise<ListRow | null> =>
  oneRow(db, `select l.cursor, l.account, l.last_full_at, g.google_sub as granted_by from calendar_lists l left join grants g on g.coach_id = l.coach_id where l.coach_id = :coachId`, { coachId });

/** Has a coach's list read in full, now: at connect, and whenever something about a calendar does not fit what we know. */
export async function readListAnew(tx: Tx, coachId: CoachId, now: Instant): Promise<void> {
  await run(tx, `insert into calendar_lists (coach_id, wake_at) values (:coachId, :now)
    on conflict (coach_id) do update set cursor = null, last_full_at = null, wake_at = least(calendar_lists.wake_at, excluded.wake_at)`, { coachId, now: param(now) });
  await notifyDue(tx, 'calendar_lists');
}
/** Coaches with a working grant whose list nothing would wake. None, if all is well. */
export const wakeForgottenLists = (tx: Tx, now: Instant): Promise<number> =>
  run(tx, `insert into calendar_lists (coach_id, wake_at) select coach_id, cast(:now as timestamptz) from grants where state = 'active'
    on conflict (coach_id) do update set wake_at = excluded.wake_at where calendar_lists.wake_at is null`, { now: param(now) });

/** The cursor moves, and the next read is due at `wakeAt`; null: at no time. */
export const finishListRead = (tx: Tx, coachId: CoachId, end: { cursor: string | null; account: string | null; isFull: boolean; now: Instant; wakeAt: Instant | null }): Promise<number> =>
  run(tx, `update calendar_lists set cursor = :cursor, account = :account, last_read_at = :now, last_full_at = case when :isFull then cast(:now as timestamptz) else last_full_at end, wake_at = :wake
    where coach_id = :coachId`, { coachId, cursor: end.cursor, account: end.account, isFull: end.isFull, now: param(end.now), wake: end.wakeAt === null ? null : param(end.wakeAt) });
export const forgetListCursor = (tx: Tx, coachId: CoachId, now: Instant): Promise<number> =>
  run(tx, 'update calendar_lists set cursor = null, last_full_at = null, wake_at = :now where coach_id = :coachId', { coachId, now: param(now) });
export const connectedCoaches = async (db: Reader): Promise<number> => (await oneRow<{ n: number }>(db, `select count(*) as n from grants where state = 'active'`))?.n ?? 0;

/** All calendars that we know of a coach, but for those of which a disconnect has left no more than the id. What they are for is changed only under the coach's lock; a pull changes what it
 *  saw itself: access, zone, frozen. */
export const knownCalendars = (db: Reader, coachId: CoachId): Promise<Known[]> =>
  rows(db, `select coach_id as "coachId", id, google_id as "googleId", summary, time_zone as zone, access_role as "accessRole", role, is_primary as "isPrimary", listed,
      listed_access as "listedAccess", listed_zone as "listedZone", gone_since as "goneSince", retired_role as "retiredRole"
    from calendars where coach_id = :coachId and google_id not like 'forgotten:%' order by id`, { coachId });

/** A calendar that was not known. A mirrored one is read at once. */
export async function insertCalendar(tx: Tx, coachId: CoachId, entry: CalendarListEntry, role: Role, now: Instant): Promise<CalendarKey> {
  const id = mintId<CalendarKey>('calendar');
  await run(tx, `insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role, is_primary, listed, listed_access, listed_zone, wake_at)
    values (:coachId, :id, :google, :summary, :zone, :access, :role, :primary, :listed, :access, :zone, :wake)`,
  { coachId, id, google: entry.id, ...told(entry), role, wake: isMirrored(role) ? param(now) : null });
  return id;
}
/** Keeps what the list says of a known calendar. The zone of a mirrored one stays until a pull has laid it out anew. */
export const keepEntry = (tx: Tx, { coachId, id }: Known, entry: CalendarListEntry): Promise<number> =>
  run(tx, `update calendars set google_id = :google, summary = :summary, access_role = :access, is_primary = :primary, listed = :listed, listed_access = :access, listed_zone = :zone,
      gone_since = null, time_zone = case when role in (${MIRRORED}) then time_zone else :zone end
    where coach_id = :coachId and id = :id`, { coachId, id, google: entry.id, ...told(entry) });
const told = (entry: CalendarListEntry) => ({ summary: entry.summary, zone: entry.timeZone, access: entry.accessRole, primary: entry.isPrimary, listed: listedAs(entry) });

/** No other calendar is the primary one. */
export const keepPrimary = (tx: Tx, coachId: CoachId, googleId: string): Promise<number> =>
  run(tx, 'update calendars set is_primary = false where coach_id = :coachId and is_primary and google_id <> :googleId', { coachId, googleId });
export const markAbsent = (tx: Tx, { coachId, id }: Known): Promise<number> =>
  run(tx, `update calendars set listed = 'absent' where coach_id = :coachId and id = :id`, { coachId, id });
/** Out of sight: nothing is offered or landed on a blind spot. Or, without `since`, in sight again: the next sane read unfreezes it. */
export const markGone = (tx: Tx, { coachId, id }: Known, since: Instant | null): Promise<number> =>
  since === null ? run(tx, 'update calendars set gone_since = null where coach_id = :coachId and id = :id', { coachId, id })
    : run(tx, `update calendars set gone_since = :since, frozen_at = coalesce(frozen_at, :since), freeze_reason = coalesce(freeze_reason, :reason) where coach_id = :coachId and id = :id`,
      { coachId, id, since: param(since), reason: OUT_OF_SIGHT });

/** Gives a calendar another role. A mirrored one is read at once; another waits for nothing. */
export const setRole = (tx: Tx, { coachId, id }: { coachId: CoachId; id: string }, role: Role, now: Instant): Promise<number> =>
  run(tx, `update calendars set role = :role, retired_at = null, retired_role = null, dirty = dirty + 1, wake_at = :wake,
    requests_since = case when :role = 'requests' then cast(:now as timestamptz) else requests_since end where coach_id = :coachId and id = :id`,
    { coachId, id, role, now: param(now), wake: isMirrored(role) ? param(now) : null });
/** Gone for good: it takes no time any more, and keeps what it was, in case it comes back. */
export const setRetired = (tx: Tx, { coachId, id }: Known, now: Instant): Promise<number> =>
  run(tx, `update calendars set retired_role = role, role = 'ignored', retired_at = :now, gone_since = null, wake_at = null where coach_id = :coachId and id = :id and role in (${MIRRORED})`, { coachId, id, now: param(now) });
