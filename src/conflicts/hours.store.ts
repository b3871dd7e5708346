import { isWorkingTime } from '../calendar/busy.js';
import type { CalendarEvent } from '../calendar/event.js';
import type { Coach } from '../coach/coach.store.js';
import type { Interval } from '../kernel/interval.js';
import { intervalOf, oneRow, PERIOD, rangeParam, rows } from '../postgres/rows.js';
import type { Reader } from '../postgres/transaction.js';

/** The working spans within `window`, as the coach's calendars of role `hours` hold them; null: there is no such calendar, and the
 *  policy's hours count. An exception of a series is judged by itself. */
export async function hoursWithin(db: Reader, coach: Coach, window: Interval): Promise<Interval[] | null> {
  if (!(await oneRow(db, `select 1 from calendars where coach_id = :coachId and role = 'hours' limit 1`, { coachId: coach.id }))) return null;
  const found = await rows<{ period_start: number; period_end: number; event: CalendarEvent }>(db, `
    select ${PERIOD.replaceAll('period)', 'o.period)')}, e.event from calendars c
    join occurrences o on o.coach_id = c.coach_id and o.calendar_id = c.id and not o.is_all_day and o.period && (:window)::tstzrange
    join lateral (select event from events e where e.coach_id = o.coach_id and e.calendar_id = o.calendar_id and e.id in (o.event_id, o.root_id)
      order by e.id = o.event_id desc limit 1) e on true
    where c.coach_id = :coachId and c.role = 'hours'`, { coachId: coach.id, window: rangeParam(window) });
  return found.filter((f) => isWorkingTime(f.event)).map(intervalOf);
}
