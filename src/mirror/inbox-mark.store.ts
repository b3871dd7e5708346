/** What the mirror hands to the requests: which events of a requests calendar are to be looked at. */
import { DAY, MINUTE, plus, type Instant } from '../kernel/interval.js';
import { oneRow, param } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import { DUE } from '../work/due.store.js';
import { keyOf, type CalendarRow } from './calendar.store.js';

/** What ended longer ago than this is left alone. */
const OLD_MS = DAY;
/** Google's clock and ours may differ by so much. */
const CLOCKS_MS = MINUTE;

/** Makes due what a pull brought to a calendar of role `requests`: events that are new to us, that are in another version than the
 *  one we last heeded or wrote, or that have left the mirror. What was there before the calendar got its role, and was not touched
 *  since, is left alone. `isFull`: all that is open is looked at again. In the pull's commit. */
export async function markInbox(tx: Tx, calendar: CalendarRow, isFull: boolean, now: Instant): Promise<void> {
  if (calendar.role !== 'requests') return;
  await oneRow(tx, `
    with fresh as (
      insert into inbox_events (coach_id, id, calendar_id, event_id, first_seen_at, wake_at)
      select :coach, 'ib_' || left(md5(:calendar || '/' || e.id), 16), :calendar, e.id, :now, :now
      from events e join calendars c on c.coach_id = e.coach_id and c.id = e.calendar_id
      where e.coach_id = :coach and e.calendar_id = :calendar and e.id = e.root_id and e.event ->> 'status' <> 'cancelled'
        and (e.reach is null or upper(e.reach) is null or upper(e.reach) > :old)
        and (c.requests_since is null or coalesce(e.updated_at, :now) >= c.requests_since - make_interval(secs => :clocks / 1000.0))
        and not exists (select 1 from inbox_events i where i.coach_id = :coach and i.calendar_id = :calendar and i.event_id = e.id)
      order by e.id on conflict do nothing returning 1),
    changed as (
      update inbox_events i set dirty = i.dirty + 1, wake_at = :now from events e
      where i.coach_id = :coach and i.calendar_id = :calendar and e.coach_id = :coach and e.calendar_id = :calendar and e.id = i.event_id
        and (e.etag is distinct from i.seen_etag or (:isFull and i.state = 'open')) returning 1),
    gone as (
      update inbox_events i set dirty = i.dirty + 1, wake_at = :now
      where i.coach_id = :coach and i.calendar_id = :calendar and i.state = 'open'
        and not exists (select 1 from events e where e.coach_id = :coach and e.calendar_id = :calendar and e.id = i.event_id) returning 1)
    select pg_notify('${DUE}', 'inbox_events') from (select 1 from fresh union all select 1 from changed union all select 1 from gone limit 1) any_of`,
  { ...keyOf(calendar), isFull, now: param(now), old: param(plus(now, -OLD_MS)), clocks: CLOCKS_MS });
}
