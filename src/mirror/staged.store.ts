/** What a pull has read and not yet applied. In the end it is the difference between Google and the mirror. */
import type { CalendarEvent } from '../calendar/event.js';
import type { Instant } from '../kernel/interval.js';
import { oneRow, param, rows, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import { rootOf } from './merge.js';
import { keyOf, type CalendarRow } from './calendar.store.js';

/** Forgets what a pull has put aside. */
export const clearStaged = (tx: Tx, calendar: CalendarRow): Promise<number> =>
  run(tx, 'delete from staged_events where coach_id = :coach and calendar_id = :calendar', keyOf(calendar));

/** Forgets what was put aside by pulls that never came to their end. Who pulls now owns the calendar's lease. */
export const pruneStaged = (tx: Tx): Promise<number> =>
  run(tx, 'delete from staged_events s using calendars c where c.coach_id = s.coach_id and c.id = s.calendar_id and c.lease_owner is null');

/** Puts one page of a pull aside. */
export async function stagePage(tx: Tx, calendar: CalendarRow, events: readonly CalendarEvent[]): Promise<void> {
  // The same event can stand on two pages, or twice on one, when it changed in between: the later one is the newer truth.
  const last = new Map(events.map((e) => [e.id, { i: e.id, r: rootOf(e), g: e.etag, e }]));
  if (last.size === 0) return;
  await run(tx, `
    insert into staged_events (coach_id, calendar_id, id, root_id, etag, event)
    select :coach, :calendar, s.i, s.r, s.g, s.e from jsonb_to_recordset((:events)::jsonb) as s(i text, r text, g text, e jsonb)
    on conflict (coach_id, calendar_id, id) do update set root_id = excluded.root_id, etag = excluded.etag, event = excluded.event`, { ...keyOf(calendar), events: JSON.stringify([...last.values()]) });
}

/** After a full read: stages the absence of mirrored events that it did not see. What we wrote ourselves after the read began
 *  (`since`) may be too new for it. Returns how many are missing, and out of how many. */
export async function stageUnseen(tx: Tx, calendar: CalendarRow, since: Instant): Promise<{ missing: number; known: number }> {
  const missing = await run(tx, `
    insert into staged_events (coach_id, calendar_id, id, root_id)
    select e.coach_id, e.calendar_id, e.id, e.root_id from events e where e.coach_id = :coach and e.calendar_id = :calendar and e.applied_at < :since
      and not exists (select 1 from staged_events s where s.coach_id = e.coach_id and s.calendar_id = e.calendar_id and s.id = e.id)`, { ...keyOf(calendar), since: param(since) });
  const known = await oneRow<{ n: number }>(tx, 'select count(*) as n from events where coach_id = :coach and calendar_id = :calendar', keyOf(calendar));
  return { missing, known: known?.n ?? 0 };
}

/** Drops what is no news: events with the mirrored etag, and deletions of what was never here. Returns how many. */
export async function dropUnchanged(tx: Tx, calendar: CalendarRow): Promise<number> {
  const same = await run(tx, `
    delete from staged_events s using events e
    where s.coach_id = :coach and s.calendar_id = :calendar and e.coach_id = s.coach_id and e.calendar_id = s.calendar_id and e.id = s.id and e.etag = s.etag and e.etag <> ''`, keyOf(calendar));
  return same + await run(tx, `
    delete from staged_events s
    where s.coach_id = :coach and s.calendar_id = :calendar and s.id = s.root_id and s.event ->> 'status' = 'cancelled'
      and not exists (select 1 from events e where e.coach_id = s.coach_id and e.calendar_id = s.calendar_id and e.root_id = s.root_id)`, keyOf(calendar));
}

/** The next batch of staged rows in order of their roots: all rows of up to `limit` roots after `after`. An event of null is
 *  one that is no longer there. */
export const stagedAfter = (tx: Tx, calendar: CalendarRow, after: string, limit: number): Promise<{ id: string; root_id: string; event: CalendarEvent | null }[]> =>
  rows(tx, `
    select id, root_id, event from staged_events where coach_id = :coach and calendar_id = :calendar and root_id in (
      select distinct root_id from staged_events where coach_id = :coach and calendar_id = :calendar and root_id > :after order by root_id limit :limit)
    order by root_id`, { ...keyOf(calendar), after, limit });
