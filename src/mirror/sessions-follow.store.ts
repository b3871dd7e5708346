/** Sessions follow their events: to another time, another part of a split series, another calendar of the coach. */
import type { CalendarEvent } from '../calendar/event.js';
import { successor } from '../calendar/series-change.js';
import type { CalendarKey, CoachId, SessionId } from '../kernel/ids.js';
import { DAY, plus, type Instant, type Interval } from '../kernel/interval.js';
import { param, rangeParam, rows, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import type { RootChange } from './merge.js';
import type { CalendarRow } from './calendar.store.js';

/** How far from its old time the other part of a split is looked for. */
const NEAR_MS = 8 * DAY;
/** What "this and following" leaves on a series' id; both parts share what is before it (sheet 2.1). */
const BASE = String.raw`'_R[0-9]{8}(T[0-9]{6}){0,1}$'`;

/**
 * Lets the sessions of the changed roots follow their events; null: all of the calendar, of which no more is known than what
 * it is now. One whose occurrence is gone is looked for where it went: in its
 * retimed series, in the new part of a split, in a single event turned series or back, under the same id on another
 * calendar of role `sessions`; and a new root takes over what an earlier pull saw go. Then a session that stands gets its
 * event's time; one whose occurrence is gone, all-day or free is cancelled. A session that somebody else's row
 * stands for already stays where it is. In the caller's transaction, after the occurrences were laid out.
 */
export async function letSessionsFollow(tx: Tx, calendar: CalendarRow, changes: readonly RootChange[] | null, window: Interval): Promise<void> {
  const concerned = await concernedBy(tx, calendar, changes, window);
  if (concerned.length === 0) return;
  const moved = await relink(tx, calendar, concerned.filter((s) => s.is_orphan), changes, window);
  await takeTimes(tx, calendar.coach_id, [...new Set([...concerned.filter((s) => s.is_here).map((s) => s.id), ...moved])], window);
}

interface Orphan { readonly id: SessionId; readonly calendar_id: CalendarKey; readonly root_id: string; readonly original_key: string; readonly scheduled_at: Instant; readonly email: string | null }
/** `is_here`: it is of one of the changed roots. `is_orphan`: it has lost its occurrence. */
interface Concerned extends Orphan { readonly is_here: boolean; readonly is_orphan: boolean }

async function relink(tx: Tx, calendar: CalendarRow, orphans: readonly Orphan[], changes: readonly RootChange[] | null, window: Interval): Promise<SessionId[]> {
  const moved: SessionId[] = [];
  for (const orphan of orphans) {
    const change = changes?.find((c) => c.root === orphan.root_id && orphan.calendar_id === calendar.id) ?? null;
    for (const to of await candidatesFor(tx, calendar.coach_id, orphan)) {
      const name = nameIn(calendar.time_zone, change, orphan, to, window);
      if (name !== null && (await link(tx, calendar.coach_id, orphan, to, name))) {
        moved.push(orphan.id);
        break;
      }
    }
  }
  return moved;
}

/** Sessions of the touched roots; and those, lost before, whose occurrence may have come with a root that is new here. In order
 *  of id, so that two pulls do not wait for each other. Most edits concern none: then this is all that is asked. */
async function concernedBy(tx: Tx, calendar: CalendarRow, changes: readonly RootChange[] | null, window: Interval): Promise<Concerned[]> {
  const roots = changes && changes.map((c) => c.root);
  const fresh = (changes ?? []).filter((c) => main(c.before, c.root) === null && main(c.after, c.root) !== null).map((c) => c.root);
  const bindings = { coach: calendar.coach_id, calendar: calendar.id, roots, fresh, from: param(window.start), to: param(window.end) };
  return rows<Concerned>(tx, `
    select * from (
      select s.id, s.calendar_id, s.root_id, s.original_key, s.scheduled_at, c.email, ${HERE} as is_here,
        s.scheduled_at >= :from and s.scheduled_at < :to
          and not exists (select 1 from occurrences o where o.coach_id = s.coach_id and o.calendar_id = s.calendar_id and o.root_id = s.root_id and o.original_key = s.original_key) as is_orphan
      from sessions s join clients c on c.coach_id = s.coach_id and c.id = s.client_id
      where s.coach_id = :coach and s.status in ('scheduled', 'cancelled') and (${HERE} ${fresh.length > 0 ? `or (s.status = 'cancelled' and s.scheduled_at >= :from and s.scheduled_at < :to)` : ''})) s
    ${fresh.length > 0 ? `where is_here or (is_orphan and (${CLAIMED}))` : ''} order by id`, bindings);
}
const HERE = `(s.calendar_id = :calendar and ((:roots)::text[] is null or s.root_id = any(:roots)))`;
/** A root that is new here may be where the lost occurrence of `s` lives on. */
const CLAIMED = `(root_id = any(:fresh) and calendar_id <> :calendar)
  or (calendar_id = :calendar and regexp_replace(root_id, ${BASE}, '') in (select regexp_replace(f, ${BASE}, '') from unnest((:fresh)::text[]) f))
  or (calendar_id = :calendar and exists (select 1 from occurrences o where o.coach_id = :coach and o.calendar_id = :calendar and o.root_id = any(:fresh) and o.original_key = s.original_key))`;

interface Candidate { readonly calendar_id: CalendarKey; readonly event: CalendarEvent; readonly kin: 'itself' | 'part' | 'elsewhere' | 'continuation' }

/** Roots in which an occurrence may live on: its own; a part of the same split; the same id on another calendar; a series
 *  that has an occurrence in the very same slot. The nearest kin first. */
const candidatesFor = (tx: Tx, coachId: CoachId, orphan: Orphan): Promise<Candidate[]> => rows<Candidate>(tx, `
  with near as (
    select distinct o.calendar_id, o.root_id, o.original_key = :key as same_slot from occurrences o
    where o.coach_id = :coach and o.calendar_id = :home and o.blocking <> 'free' and o.period && (:around)::tstzrange and o.root_id <> :root),
  kin as (
    select calendar_id, root_id, case when regexp_replace(root_id, ${BASE}, '') = regexp_replace(:root, ${BASE}, '') then 2 else 4 end as rank from near
    where same_slot or regexp_replace(root_id, ${BASE}, '') = regexp_replace(:root, ${BASE}, '')
    union all select id, :root, case when id = :home then 1 else 3 end from calendars where coach_id = :coach and role = 'sessions')
  select e.calendar_id, e.event, (array['itself', 'part', 'elsewhere', 'continuation'])[min(k.rank)] as kin
  from kin k join events e on e.coach_id = :coach and e.calendar_id = k.calendar_id and e.id = k.root_id
  group by e.calendar_id, e.event order by min(k.rank)`,
{ coach: coachId, home: orphan.calendar_id, root: orphan.root_id, key: orphan.original_key, around: rangeParam({ start: plus(orphan.scheduled_at, -NEAR_MS), end: plus(orphan.scheduled_at, NEAR_MS) }) });

const main = (events: readonly CalendarEvent[], root: string): CalendarEvent | null => events.find((e) => e.id === root && e.recurringEventId === null) ?? null;

/** What the orphan is called in `to`, or null. A series without a known kinship must have the same guest and slot. */
function nameIn(zone: string, change: RootChange | null, orphan: Orphan, { event, kin }: Candidate, window: Interval): string | null {
  const [was, is] = [main(change?.before ?? [], orphan.root_id), main(change?.after ?? [], orphan.root_id)];
  const name = successor(orphan.original_key, { was, is, to: event, window, zone });
  if (kin !== 'continuation') return name;
  const isTheirs = event.recurrence !== null && orphan.email !== null && event.attendees.some((a) => a.email === orphan.email);
  return isTheirs && name === orphan.original_key ? name : null;
}

const link = async (tx: Tx, coachId: CoachId, orphan: Orphan, to: Candidate, name: string): Promise<boolean> => (await run(tx, `
  update sessions s set calendar_id = :calendar, root_id = :root, original_key = :name
  where s.coach_id = :coachId and s.id = :id
    and exists (select 1 from occurrences o where o.coach_id = s.coach_id and o.calendar_id = :calendar and o.root_id = :root and o.original_key = :name)
    and not exists (select 1 from sessions t where t.coach_id = s.coach_id and t.calendar_id = :calendar and t.root_id = :root and t.original_key = :name)`,
{ coachId, id: orphan.id, calendar: to.calendar_id, root: to.event.id, name })) > 0;

/** A session that stands in the mirror, timed and taking the coach's time, gets its time from there; one that does not, although
 *  it should be in sight, is cancelled. */
async function takeTimes(tx: Tx, coachId: CoachId, sessions: readonly SessionId[], window: Interval): Promise<void> {
  if (sessions.length === 0) return;
  await run(tx, `
    update sessions s set
      scheduled_at = coalesce(lower(found.period), s.scheduled_at), event_id = coalesce(found.event_id, s.event_id),
      length_minutes = coalesce(extract(epoch from upper(found.period) - lower(found.period)) / 60, s.length_minutes),
      status = case when found.event_id is null then 'cancelled' else 'scheduled' end
    from sessions t left join occurrences found on found.coach_id = t.coach_id and found.calendar_id = t.calendar_id and found.root_id = t.root_id
      and found.original_key = t.original_key and not found.is_all_day and found.blocking <> 'free'
    where s.coach_id = :coachId and s.id = any(:sessions) and t.coach_id = s.coach_id and t.id = s.id and s.status in ('scheduled', 'cancelled')
      and (found.event_id is not null or (s.status = 'scheduled' and s.scheduled_at >= :from and s.scheduled_at < :to))`,
  { coachId, sessions: [...sessions], from: param(window.start), to: param(window.end) });
}
