/** A coach's calendars: how far each is mirrored, and when it is read next. */
import type { CalendarEvent } from '../calendar/event.js';
import type { CalendarKey, CoachId } from '../kernel/ids.js';
import { DAY, plus, type Instant, type Interval } from '../kernel/interval.js';
import { param, oneRow, rows, run } from '../postgres/rows.js';
import type { Db, Reader, Tx } from '../postgres/transaction.js';
import { MIRRORED, WRITING, type Role } from './access-role.js';

export interface CalendarRow {
  coach_id: CoachId; id: CalendarKey; google_id: string; summary: string; time_zone: string; access_role: string; role: Role;
  cursor: string | null; cursor_shape: number | null; generation: number; dirty: number; pulled: number; pushes: number;
  last_pull_at: Instant | null; last_full_at: Instant | null; expanded_until: Instant | null; frozen_at: Instant | null; freeze_reason: string | null;
}

/** What names a calendar in the statements of the mirror. */
export const keyOf = (calendar: { readonly coach_id: string; readonly id: string }): { coach: string; calendar: string } => ({ coach: calendar.coach_id, calendar: calendar.id });

/** Raised when the request that fills the mirror changes its shape: an older cursor is then of no use. */
export const SHAPE = 2;
/** How far occurrences are laid out: two days back, and 30 days beyond the longest booking horizon. */
const BACK_MS = 2 * DAY;
const AHEAD_MS = 120 * DAY;
export const expansionWindow = (now: Instant): Interval => ({ start: plus(now, -BACK_MS), end: plus(now, AHEAD_MS) });

/** A coach's calendars, but for those of which a disconnect has left no more than the id. */
export const calendarsOf = (db: Reader, coachId: CoachId): Promise<CalendarRow[]> =>
  rows(db, `select * from calendars where coach_id = :coachId and google_id not like 'forgotten:%' order by role = 'sessions' desc, google_id`, { coachId });
export const calendarRow = (db: Reader, coachId: CoachId, id: string): Promise<CalendarRow | null> =>
  oneRow(db, 'select * from calendars where coach_id = :coachId and id = :id', { coachId, id });
/** The calendars whose events take the coach's time. */
export const blockingCalendars = (db: Reader, coachId: CoachId): Promise<CalendarRow[]> =>
  rows(db, `select * from calendars where coach_id = :coachId and role in ('sessions', 'busy') order by id`, { coachId });
/** Where sessions of this coach are written, or null: of several such calendars the primary one, else the first. */
export const sessionCalendar = (db: Reader, coachId: CoachId): Promise<CalendarRow | null> =>
  oneRow(db, `select * from calendars where coach_id = :coachId and role = 'sessions' and access_role = any(:writing) order by is_primary desc, google_id limit 1`, { coachId, writing: [...WRITING] });

/** The reason to freeze a calendar that Google does not show any more. */
export const OUT_OF_SIGHT = 'it cannot be read at Google';
/** Stops trusting a calendar whose full read looks wrong, until the next sane read. */
export async function freeze(tx: Tx, calendar: CalendarRow, reason: string, now: Instant, wakeAt: Instant): Promise<void> {
  await run(tx, `update calendars set frozen_at = coalesce(frozen_at, :now), freeze_reason = :reason, cursor = null, wake_at = :wake where coach_id = :coach and id = :calendar`,
    { ...keyOf(calendar), reason, now: param(now), wake: param(wakeAt) });
}

/** In place of a cursor's shape: the next full read is believed whatever it buries, as the access changed or a person said so. */
export const UNBRAKED = 0;
/** Forgets the cursor: the next pull reads everything again. */
export const forgetCursor = (tx: Tx, calendar: CalendarRow, now: Instant): Promise<number> =>
  run(tx, 'update calendars set cursor = null, cursor_shape = :shape, access_role = :role, wake_at = :now where coach_id = :coach and id = :calendar', { ...keyOf(calendar), shape: calendar.cursor_shape, role: calendar.access_role, now: param(now) });

/** Makes calendars whose cursor is of an older shape wait for a full read, spread over ten minutes. Their place is not lost until
 *  that read: it goes to the slots of full reads, and changes of others do not wait behind it. */
export const outdateCursors = (db: Db, now: Instant): Promise<number> =>
  run(db, `update calendars set cursor = null, wake_at = least(wake_at, cast(:now as timestamptz) + random() * interval '10 minutes')
    where cursor is not null and cursor_shape is distinct from :shape and wake_at is not null`, { now: param(now), shape: SHAPE });

/** The mirrored event behind one occurrence: its exception if there is one, else its series or single event. */
export const mirroredEvent = async (db: Reader, at: { coachId: CoachId; calendarId: string; eventId: string; rootId: string }): Promise<CalendarEvent | null> =>
  (await oneRow<{ event: CalendarEvent }>(db, `select event from events where coach_id = :coachId and calendar_id = :calendarId and id in (:eventId, :rootId) order by id = :eventId desc limit 1`, at))?.event ?? null;

/** Marks a calendar dirty and wakes it: what a push or a person's doubt does. One whose place was lost is about to be
 *  read in full, which sees everything: it is not woken earlier. */
export const markDirty = (tx: Tx, coachId: CoachId, calendarId: string, now: Instant): Promise<number> =>
  run(tx, `update calendars set dirty = dirty + 1,
    wake_at = case when cursor is null and last_full_at is not null and frozen_at is null then coalesce(wake_at, :now) else least(wake_at, :now) end where coach_id = :coachId and id = :calendarId and role in (${MIRRORED})`, { coachId, calendarId, now: param(now) });

/** While a request is open its coach's calendars are read at least this often. */
export const OPEN_REQUEST_POLL_MS = 30_000;
export async function pollSoon(tx: Tx, coachId: CoachId, now: Instant): Promise<void> {
  // A calendar whose pull is just ending is not waited for: the pull itself looks for open requests after its commit.
  await run(tx, `update calendars set awaited = true, wake_at = least(wake_at, :soon) where (coach_id, id) in (
    select coach_id, id from calendars where coach_id = :coachId and role in (${MIRRORED}) and not awaited for no key update skip locked)`, { coachId, soon: param(plus(now, OPEN_REQUEST_POLL_MS)) });
}
export const hasOpenRequest = async (db: Reader, coachId: CoachId): Promise<boolean> =>
  (await oneRow(db, `select 1 from requests where coach_id = :coachId and state in ('pending_resolution', 'booking') limit 1`, { coachId })) !== null;

/** Mirrored calendars whose horizon did not roll on since `since`. */
export const calendarsToRollOn = (db: Reader, since: Instant): Promise<CalendarRow[]> =>
  rows(db, `select * from calendars where role in (${MIRRORED}) and last_full_at is not null and (expanded_until is null or expanded_until < :until)`, { until: param(plus(since, AHEAD_MS)) });
/** Mirrored calendars of working grants that nothing would wake. None, if all is well. */
export const wakeForgotten = (tx: Tx, now: Instant): Promise<number> =>
  run(tx, `update calendars c set wake_at = :now from grants g where g.coach_id = c.coach_id and g.state = 'active' and c.role in (${MIRRORED}) and c.wake_at is null`, { now: param(now) });
