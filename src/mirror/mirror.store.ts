/** The mirror: our copy of a coach's events, and the occurrences derived from them. */
import type { CalendarEvent, Occurrence } from '../calendar/event.js';
import { expandSeries, instanceId, occurrenceOfEvent } from '../calendar/expand.js';

import type { CalendarKey, CoachId } from '../kernel/ids.js';
import { DAY, instant, plus, type Instant, type Interval } from '../kernel/interval.js';
import { param, rangeParam, oneRow, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';

export type CalendarRole = 'sessions' | 'busy' | 'requests' | 'ignored';
export interface CalendarRow {
  coach_id: CoachId; id: CalendarKey; google_id: string; summary: string; time_zone: string; access_role: string; role: CalendarRole;
  cursor: string | null; cursor_shape: number | null; generation: number; dirty: number; pulled: number;
  last_pull_at: Instant | null; last_full_at: Instant | null; frozen_at: Instant | null; freeze_reason: string | null;
}

/** Raised when the request that fills the mirror changes its shape: an older cursor is then of no use. */
export const SHAPE = 1;
/** How far occurrences are laid out: two days back, and 30 days beyond the longest booking horizon. */
const BACK_MS = 2 * DAY;
const AHEAD_MS = 120 * DAY;
export const expansionWindow = (now: Instant): Interval => ({ start: plus(now, -BACK_MS), end: plus(now, AHEAD_MS) });

export const calendarsOf = (db: Reader, coachId: CoachId): Promise<CalendarRow[]> =>
  rows(db, `select * from calendars where coach_id = :coachId order by role = 'sessions' desc, google_id`, { coachId });
export const calendarRow = (db: Reader, coachId: CoachId, id: string): Promise<CalendarRow | null> =>
  oneRow(db, 'select * from calendars where coach_id = :coachId and id = :id', { coachId, id });
/** The calendars whose events take the coach's time. */
export const blockingCalendars = (db: Reader, coachId: CoachId): Promise<CalendarRow[]> =>
  rows(db, `select * from calendars where coach_id = :coachId and role in ('sessions', 'busy') order by id`, { coachId });
/** Where sessions of this coach are written, or null. */
export const sessionCalendar = (db: Reader, coachId: CoachId): Promise<CalendarRow | null> =>
  oneRow(db, `select * from calendars where coach_id = :coachId and role = 'sessions' order by google_id limit 1`, { coachId });

const rootOf = (event: CalendarEvent): string => event.recurringEventId ?? event.id;
/** Names one occurrence for ever: the slot of its series, or the single event whatever its time. */
export const originalKey = (o: Occurrence): string => (o.seriesId === null ? 'single' : instanceId('', o.originalStart).replace(/^_/, ''));

/** What a change of the mirror touched: times that were or are now taken. */
export interface Touched { readonly changed: number; readonly intervals: readonly Interval[] }

/** Occurrences of one root from its mirrored events. Overridable parts are pure; this only puts them together. */
function derive(events: readonly CalendarEvent[], window: Interval, zone: string): Occurrence[] {
  const master = events.find((e) => e.recurringEventId === null);
  const exceptions = events.filter((e) => e.recurringEventId !== null);
  if (master?.recurrence) {
    const { occurrences, unparsed } = expandSeries(master, exceptions, window, zone);
    // A series that cannot be laid out blocks where it is known to be, even if its events say "free" nowhere.
    return unparsed ? occurrences.map((o) => ({ ...o, blocking: 'busy' as const })) : occurrences;
  }
  return events.flatMap((event) => {
    const o = occurrenceOfEvent(event, zone);
    return o && o.start < window.end && o.end > window.start ? [o] : [];
  });
}

/** Events become occurrences in one hand at a time: a pull, a write of ours and the horizon would else undo each other. */
async function lockCalendar(tx: Tx, calendar: CalendarRow): Promise<void> {
  await run(tx, 'select 1 from calendars where coach_id = :coach and id = :id for no key update', { coach: calendar.coach_id, id: calendar.id });
}

/** Puts `events` into the mirror and takes `buried` out of it, lays out the occurrences of all touched roots anew, and
 *  lets the sessions follow. An event older than the mirrored one changes nothing. In the caller's transaction. */
export async function applyEvents(tx: Tx, calendar: CalendarRow, generation: number, events: readonly CalendarEvent[], buried: readonly string[], now: Instant): Promise<Touched> {
  const key = { coach: calendar.coach_id, calendar: calendar.id };
  await lockCalendar(tx, calendar);
  const touchedRoots = new Set(events.map(rootOf));
  if (buried.length > 0) {
    const gone = await rows<{ root_id: string }>(tx, `delete from events where coach_id = :coach and calendar_id = :calendar and id = any(:ids) returning root_id`, { ...key, ids: [...buried] });
    gone.forEach((g) => touchedRoots.add(g.root_id));
  }
  // A deleted single or master leaves the mirror, with its exceptions; a cancelled exception stays: it is a hole in its series.
  const deleted = events.filter((e) => e.status === 'cancelled' && e.recurringEventId === null).map((e) => e.id);
  const kept = events.filter((e) => !(e.status === 'cancelled' && e.recurringEventId === null));
  if (deleted.length > 0) await run(tx, `delete from events where coach_id = :coach and calendar_id = :calendar and root_id = any(:ids)`, { ...key, ids: deleted });
  if (kept.length > 0) {
    await run(tx, `
      insert into events (coach_id, calendar_id, id, root_id, etag, updated_at, generation, applied_at, event)
      select :coach, :calendar, e ->> 'id', coalesce(e ->> 'recurringEventId', e ->> 'id'), e ->> 'etag',
             to_timestamp((e ->> 'updatedAt')::double precision / 1000), :generation, :now, e
      from jsonb_array_elements((:events)::jsonb) e
      on conflict (coach_id, calendar_id, id) do update
        set root_id = excluded.root_id, etag = excluded.etag, updated_at = excluded.updated_at, generation = excluded.generation, applied_at = excluded.applied_at, event = excluded.event
        where events.updated_at is null or excluded.updated_at is null or excluded.updated_at >= events.updated_at`,
    { ...key, generation, now: param(now), events: JSON.stringify(kept) });
  }
  return layOut(tx, calendar, [...touchedRoots], now);
}

/** Lays out the occurrences of `roots` anew, and lets sessions follow their events. `isAll`: with these the whole
 *  calendar is laid out from `now`. */
export async function layOut(tx: Tx, calendar: CalendarRow, roots: readonly string[], now: Instant, isAll = false): Promise<Touched> {
  const key = { coach: calendar.coach_id, calendar: calendar.id };
  const window = expansionWindow(now);
  await lockCalendar(tx, calendar);
  if (isAll) await run(tx, 'update calendars set expanded_until = :until where coach_id = :coach and id = :calendar', { ...key, until: param(window.end) });
  if (roots.length === 0) return { changed: 0, intervals: [] };
  const mirrored = await rows<{ root_id: string; event: CalendarEvent }>(tx,
    `select root_id, event from events where coach_id = :coach and calendar_id = :calendar and root_id = any(:roots)`, { ...key, roots: [...roots] });
  const byRoot = new Map<string, CalendarEvent[]>();
  for (const m of mirrored) byRoot.set(m.root_id, [...(byRoot.get(m.root_id) ?? []), m.event]);

  const laid = [...byRoot].flatMap(([root, events]) => derive(events, window, calendar.time_zone).filter((o) => o.start < o.end).map((o) => ({
    root, key: originalKey(o), event: o.eventId, period: rangeParam(o), allDay: o.isAllDay, blocking: o.blocking, start: o.start, end: o.end,
  })));
  const before = await rows<{ s: number; e: number }>(tx, `
    delete from occurrences where coach_id = :coach and calendar_id = :calendar and root_id = any(:roots)
    returning lower(period) as s, upper(period) as e`, { ...key, roots: [...roots] });
  if (laid.length > 0) {
    await run(tx, `
      insert into occurrences (coach_id, calendar_id, root_id, original_key, event_id, period, is_all_day, blocking)
      select :coach, :calendar, o.root, o.key, o.event, o.period::tstzrange, o."allDay", o.blocking
      from jsonb_to_recordset((:laid)::jsonb) as o(root text, key text, event text, period text, "allDay" boolean, blocking text)
      on conflict (coach_id, calendar_id, root_id, original_key) do nothing`, { ...key, laid: JSON.stringify(laid) });
  }
  await letSessionsFollow(tx, calendar, roots, window);
  return {
    changed: roots.length,
    intervals: [...before.map((b) => ({ start: instant(b.s), end: instant(b.e) })), ...laid.map((o) => ({ start: o.start, end: o.end }))],
  };
}

/** Sessions follow their events: a moved one gets the new time, one whose occurrence is gone is cancelled. */
async function letSessionsFollow(tx: Tx, calendar: CalendarRow, roots: readonly string[], window: Interval): Promise<void> {
  const key = { coach: calendar.coach_id, calendar: calendar.id, roots: [...roots], from: param(window.start), to: param(window.end) };
  await run(tx, `
    update sessions s set scheduled_at = lower(o.period), event_id = o.event_id, status = 'scheduled',
      length_minutes = extract(epoch from upper(o.period) - lower(o.period)) / 60
    from occurrences o
    where s.coach_id = :coach and s.calendar_id = :calendar and s.root_id = any(:roots) and s.status in ('scheduled', 'cancelled')
      and o.coach_id = s.coach_id and o.calendar_id = s.calendar_id and o.root_id = s.root_id and o.original_key = s.original_key`, key);
  await run(tx, `
    update sessions s set status = 'cancelled'
    where s.coach_id = :coach and s.calendar_id = :calendar and s.root_id = any(:roots) and s.status = 'scheduled'
      and s.scheduled_at >= :from and s.scheduled_at < :to
      and not exists (select 1 from occurrences o where o.coach_id = s.coach_id and o.calendar_id = s.calendar_id and o.root_id = s.root_id and o.original_key = s.original_key)`, key);
}

/** Puts one page of a pull aside; the first page clears what an unfinished pull left. */
export async function stagePage(tx: Tx, calendar: CalendarRow, events: readonly CalendarEvent[], isFirst: boolean): Promise<void> {
  const key = { coach: calendar.coach_id, calendar: calendar.id };
  if (isFirst) await run(tx, 'delete from staged_events where coach_id = :coach and calendar_id = :calendar', key);
  // The same event can stand on two pages when it changed in between: the later page is the newer truth.
  const last = new Map(events.map((e) => [e.id, e]));
  await run(tx, `
    insert into staged_events (coach_id, calendar_id, id, event)
    select :coach, :calendar, e ->> 'id', e from jsonb_array_elements((:events)::jsonb) e
    on conflict (coach_id, calendar_id, id) do update set event = excluded.event`, { ...key, events: JSON.stringify([...last.values()]) });
}

/** Staged events that differ from the mirror, a batch in order of id after `after`. */
export const stagedChanges = async (tx: Tx, calendar: CalendarRow, after: string, limit: number): Promise<CalendarEvent[]> =>
  (await rows<{ event: CalendarEvent }>(tx, `
    select s.event from staged_events s
    left join events e on e.coach_id = s.coach_id and e.calendar_id = s.calendar_id and e.id = s.id
    where s.coach_id = :coach and s.calendar_id = :calendar and s.id > :after
      and (e.id is null and not (s.event ->> 'status' = 'cancelled' and s.event ->> 'recurringEventId' is null)
           or e.etag <> s.event ->> 'etag')
    order by s.id limit :limit`, { coach: calendar.coach_id, calendar: calendar.id, after, limit })).map((r) => r.event);

/** Mirrored events that a full read did not see, and how many the mirror has. What we wrote ourselves after the read
 *  began (`since`) may be too new for it. */
export async function unseen(tx: Tx, calendar: CalendarRow, since: Instant): Promise<{ ids: string[]; known: number }> {
  const key = { coach: calendar.coach_id, calendar: calendar.id };
  const ids = await rows<{ id: string }>(tx, `
    select e.id from events e where e.coach_id = :coach and e.calendar_id = :calendar and e.applied_at < :since
      and not exists (select 1 from staged_events s where s.coach_id = e.coach_id and s.calendar_id = e.calendar_id and s.id = e.id)`, { ...key, since: param(since) });
  const known = await oneRow<{ n: number }>(tx, 'select count(*) as n from events where coach_id = :coach and calendar_id = :calendar', key);
  return { ids: ids.map((r) => r.id), known: known?.n ?? 0 };
}

/** Ends a pull: the cursor moves, the staged rows go. Returns true if the calendar became dirty again meanwhile. */
export async function finishPull(tx: Tx, calendar: CalendarRow, end: { cursor: string | null; generation: number; isFull: boolean; timeZone: string; accessRole: string; now: Instant; wakeAt: Instant }): Promise<boolean> {
  const key = { coach: calendar.coach_id, calendar: calendar.id };
  await run(tx, 'delete from staged_events where coach_id = :coach and calendar_id = :calendar', key);
  const row = await oneRow<{ dirty: number }>(tx, `
    update calendars set cursor = :cursor, cursor_shape = :shape, generation = :generation, pulled = :pulled, last_pull_at = :now,
      last_full_at = case when :isFull then :now else last_full_at end, time_zone = :zone, access_role = :role,
      frozen_at = null, freeze_reason = null, wake_at = case when dirty > :pulled then cast(:now as timestamptz) else cast(:wake as timestamptz) end
    where coach_id = :coach and id = :calendar returning dirty`,
  { ...key, cursor: end.cursor, shape: SHAPE, generation: end.generation, pulled: calendar.dirty, isFull: end.isFull, now: param(end.now), wake: param(end.wakeAt), zone: end.timeZone, role: end.accessRole });
  return (row?.dirty ?? 0) > calendar.dirty;
}

/** Stops trusting a calendar whose full read looks wrong, until the next sane read. */
export async function freeze(tx: Tx, calendar: CalendarRow, reason: string, now: Instant, wakeAt: Instant): Promise<void> {
  await run(tx, `update calendars set frozen_at = coalesce(frozen_at, :now), freeze_reason = :reason, cursor = null, wake_at = :wake where coach_id = :coach and id = :calendar`,
    { coach: calendar.coach_id, calendar: calendar.id, reason, now: param(now), wake: param(wakeAt) });
}

/** Forgets the cursor: the next pull reads everything again. */
export const forgetCursor = (tx: Tx, calendar: CalendarRow, now: Instant): Promise<number> =>
  run(tx, 'update calendars set cursor = null, wake_at = :now where coach_id = :coach and id = :calendar', { coach: calendar.coach_id, calendar: calendar.id, now: param(now) });

/** The mirrored event behind one occurrence: its exception if there is one, else its series or single event. */
export const mirroredEvent = async (db: Reader, at: { coachId: CoachId; calendarId: string; eventId: string; rootId: string }): Promise<CalendarEvent | null> =>
  (await oneRow<{ event: CalendarEvent }>(db, `select event from events where coach_id = :coachId and calendar_id = :calendarId and id in (:eventId, :rootId) order by id = :eventId desc limit 1`, at))?.event ?? null;

/** Marks a calendar dirty and wakes it: what a push or a person's doubt does. One whose place was lost is about to be
 *  read in full, which sees everything: it is not woken earlier. */
export const markDirty = (tx: Tx, coachId: CoachId, calendarId: string, now: Instant): Promise<number> =>
  run(tx, `update calendars set dirty = dirty + 1,
    wake_at = case when cursor is null and last_full_at is not null and frozen_at is null then coalesce(wake_at, :now) else least(wake_at, :now) end where coach_id = :coachId and id = :calendarId and role in ('sessions', 'busy')`, { coachId, calendarId, now: param(now) });

/** While a request is open its coach's calendars are read at least this often. */
export const OPEN_REQUEST_POLL_MS = 30_000;
export async function pollSoon(tx: Tx, coachId: CoachId, now: Instant): Promise<void> {
  // A calendar whose pull is just ending is not waited for: the pull itself looks for open requests after its commit.
  await run(tx, `update calendars set wake_at = least(wake_at, :soon) where (coach_id, id) in (
    select coach_id, id from calendars where coach_id = :coachId and role in ('sessions', 'busy') for no key update skip locked)`, { coachId, soon: param(plus(now, OPEN_REQUEST_POLL_MS)) });
}
export const hasOpenRequest = async (db: Reader, coachId: CoachId): Promise<boolean> =>
  (await oneRow(db, `select 1 from requests where coach_id = :coachId and state in ('pending_resolution', 'booking') limit 1`, { coachId })) !== null;

/** Wakes what waits for one of the touched times: requests with the coach, and resolutions. */
export async function wakeWaiting(tx: Tx, coachId: CoachId, touched: Touched, now: Instant): Promise<void> {
  if (touched.intervals.length === 0) return;
  const bindings = { coachId, now: param(now), ranges: touched.intervals.map(rangeParam) };
  await run(tx, `update resolutions set wake_at = least(wake_at, :now) where coach_id = :coachId and state in ('asked', 'vacated')
    and period && any((:ranges)::tstzrange[])`, bindings);
  // Any of the wanted starts may have become free.
  await run(tx, `update requests set wake_at = least(wake_at, :now) where coach_id = :coachId and state = 'pending_resolution'
    and exists (select 1 from unnest(wanted_starts) s where tstzrange(s, s + make_interval(mins => length_minutes)) && any((:ranges)::tstzrange[]))`, bindings);
}


/** Mirrored calendars whose occurrences were not laid out since `since`. */
export const calendarsToLayOut = (db: Reader, since: Instant): Promise<CalendarRow[]> =>
  rows(db, `select * from calendars where role in ('sessions', 'busy') and last_full_at is not null and (expanded_until is null or expanded_until < :until)`, { until: param(plus(since, AHEAD_MS)) });
export const seriesRoots = async (db: Reader, calendar: CalendarRow): Promise<string[]> =>
  (await rows<{ root_id: string }>(db, `select distinct root_id from events where coach_id = :coach and calendar_id = :calendar order by root_id`, { coach: calendar.coach_id, calendar: calendar.id })).map((r) => r.root_id);
/** Mirrored calendars of working grants that nothing would wake. None, if all is well. */
export const wakeForgotten = (tx: Tx, now: Instant): Promise<number> =>
  run(tx, `update calendars c set wake_at = :now from grants g where g.coach_id = c.coach_id and g.state = 'active' and c.role in ('sessions', 'busy') and c.wake_at is null`, { now: param(now) });
