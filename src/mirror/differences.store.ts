/** Reads of the mirror to compare it with Google. */
import type { CoachId } from '../kernel/ids.js';
import type { Interval } from '../kernel/interval.js';
import { rangeParam, rows } from '../postgres/rows.js';
import type { Reader } from '../postgres/transaction.js';
import { MIRRORED } from './access-role.js';
import type { LaidOut } from './differences.js';
import { keyOf, type CalendarRow } from './calendar.store.js';

/** Etags by id, of those of `ids` that are mirrored. */
export const etagsOf = async (db: Reader, calendar: CalendarRow, ids: readonly string[]): Promise<Map<string, string>> =>
  new Map((await rows<{ id: string; etag: string }>(db, 'select id, etag from events where coach_id = :coach and calendar_id = :calendar and id = any(:ids)', { ...keyOf(calendar), ids: [...ids] })).map((r) => [r.id, r.etag]));

/** Ids of all mirrored events. */
export const mirroredIds = async (db: Reader, calendar: CalendarRow): Promise<string[]> =>
  (await rows<{ id: string }>(db, 'select id from events where coach_id = :coach and calendar_id = :calendar', keyOf(calendar))).map((r) => r.id);

/** What is laid out in `window`. */
export const laidOutIn = async (db: Reader, calendar: CalendarRow, window: Interval): Promise<LaidOut[]> =>
  rows<LaidOut>(db, `select event_id as "eventId", lower(period) as start, upper(period) as end, blocking from occurrences
    where coach_id = :coach and calendar_id = :calendar and period && (:window)::tstzrange`, { ...keyOf(calendar), window: rangeParam(window) });

/** Calendars that are mirrored, of coaches with a working grant; of one coach, or of all. The longest not fully read first. */
export const reconcilable = (db: Reader, coachId: CoachId | null): Promise<CalendarRow[]> =>
  rows(db, `select c.* from calendars c join grants g on g.coach_id = c.coach_id and g.state = 'active'
    where c.role in (${MIRRORED}) and ((:coachId)::text is null or c.coach_id = :coachId) order by c.last_full_at nulls first, c.coach_id, c.id`, { coachId });
