/** Events become occurrences here. */
import type { CalendarEvent, Occurrence } from '../calendar/event.js';
import { overlaps, type Instant, type Interval } from '../kernel/interval.js';
import { copyInto, type Field } from '../postgres/copy.js';
import { oneRow, param, rangeParam, rows, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import { applyApart, bareOf, quicklyOr } from './apart.store.js';
import { mergeRoots, occurrencesOf, originalKey, reachOf, rootOf, type RootChange } from './merge.js';
import { expansionWindow, keyOf, type CalendarRow } from './calendar.store.js';
import { letSessionsFollow } from './sessions-follow.store.js';

/** What a change of the mirror touched: how many events, its roots, and the times that were or are now taken. */
export interface Touched { readonly changed: number; readonly changes: readonly RootChange[]; readonly intervals: readonly Interval[] }

/** `isPartial`: one page of the first full read, of a calendar of which nothing was known. `isReshaped`: what is laid out comes
 *  from an older reading of the same events. */
export interface Applying { readonly generation: number; readonly now: Instant; readonly isPartial?: boolean; readonly isReshaped?: boolean }

/** Events become occurrences in one hand at a time: a pull, a write of ours and the horizon would else undo each other.
 *  Not by the calendar's row: a push and a heartbeat must not wait for the end of a long pull. */
export async function lockMirror(tx: Tx, calendar: { readonly coach_id: string; readonly id: string }): Promise<void> {
  await run(tx, `select pg_advisory_xact_lock(hashtextextended(:coach || '/' || :id, 0))`, { coach: calendar.coach_id, id: calendar.id });
}

/** Puts `events` into the mirror and takes `buried` (ids) out of it, lays out the occurrences of all touched roots anew, and
 *  lets the sessions follow. An event older than the mirrored one changes nothing. In the caller's transaction. */
export async function applyEvents(tx: Tx, calendar: CalendarRow, events: readonly CalendarEvent[], buried: readonly string[], how: Applying): Promise<Touched> {
  await lockMirror(tx, calendar);
  const roots = [...new Set(events.map(rootOf))];
  // Also the roots to which these events belong so far: an exception may have gone over to another series.
  const known = await rows<{ event: CalendarEvent }>(tx, `
    select event from events where coach_id = :coach and calendar_id = :calendar and root_id in (
      select unnest((:roots)::text[]) union select root_id from events where coach_id = :coach and calendar_id = :calendar and id = any(:ids))`,
  { ...keyOf(calendar), roots, ids: [...events.filter((e) => e.recurringEventId !== null).map((e) => e.id), ...buried] });
  const changes = mergeRoots(known.map((r) => r.event), events, buried, how).filter(isChange);
  const changed = await writeEvents(tx, calendar, changes, how);

  const window = expansionWindow(how.now);
  const laid = changes.map((change) => ({ change, root: change.root, was: occurrencesOf(change.before, window, calendar.time_zone), is: occurrencesOf(change.after, window, calendar.time_zone) }));
  const moved = how.isReshaped ? laid : laid.filter(({ was, is }) => !sameOccurrences(was, is));
  // Also where nothing was in sight: what is over lies there until the horizon rolls on, and would be in the way.
  const old = moved.filter(({ was }) => how.isPartial !== true || was.length > 0).map((m) => m.root);
  if (old.length > 0) await run(tx, 'delete from occurrences where coach_id = :coach and calendar_id = :calendar and root_id = any(:old)', { ...keyOf(calendar), old });
  await insertOccurrences(tx, calendar, moved.map((m) => [m.root, m.is]));
  // At the end of a first full read they all follow at once.
  if (moved.length > 0 && how.isPartial !== true) await letSessionsFollow(tx, calendar, moved.map((m) => m.change), window);
  return { changed, changes, intervals: laid.flatMap((m) => [...m.was, ...m.is].map(({ start, end }) => ({ start, end }))) };
}
function isChange({ before, after }: RootChange): boolean {
  const kept = new Set(after);
  return before.length !== after.length || before.some((e) => !kept.has(e));
}

/** A row of `events` on its way. */
interface Written { readonly i: string; readonly r: string; readonly g: string; readonly u: number | null; readonly s: string | null; readonly e: CalendarEvent }
const EVENT_COLUMNS = ['coach_id', 'calendar_id', 'id', 'root_id', 'etag', 'updated_at', 'generation', 'applied_at', 'reach', 'event'];
/** From so many new rows on, COPY is worth its savepoint. */
const MANY = 100;
/** Adds new rows: many by COPY, few in the careful way, and many too if Postgres refuses one of them. */
async function bring<T>(tx: Tx, table: string, columns: readonly string[], items: readonly T[], fields: (item: T) => Field[], careful: () => Promise<unknown>): Promise<void> {
  const lines = function* (): Generator<Field[]> { for (const item of items) yield fields(item); };
  if (items.length < MANY) await careful();
  else await quicklyOr(tx, (savepoint) => copyInto(savepoint, table, columns, lines()), careful);
}

async function writeEvents(tx: Tx, calendar: CalendarRow, changes: readonly RootChange[], how: Applying): Promise<number> {
  const fresh: Written[] = [], replaced: Written[] = [];
  const gone: string[] = [];
  for (const { before, after } of changes) {
    const had = new Map(before.map((e) => [e.id, e]));
    for (const event of after) {
      const old = had.get(event.id);
      had.delete(event.id);
      if (old === event) continue;
      const reach = reachOf(event);
      (old ? replaced : fresh).push({ i: event.id, r: rootOf(event), g: event.etag, u: event.updatedAt, s: reach && rangeText(reach), e: event });
    }
    gone.push(...had.keys());
  }
  if (gone.length > 0) await run(tx, 'delete from events where coach_id = :coach and calendar_id = :calendar and id = any(:gone)', { ...keyOf(calendar), gone });
  const put = (savepoint: Tx, some: readonly Written[]): Promise<number> => run(savepoint, `
      insert into events (${EVENT_COLUMNS.join(', ')})
      select :coach, :calendar, w.i, w.r, w.g, to_timestamp(w.u / 1000), :generation, :now, w.s::tstzrange, w.e
      from jsonb_to_recordset((:written)::jsonb) as w(i text, r text, g text, u double precision, s text, e jsonb)
      on conflict (coach_id, calendar_id, id) do update
        set root_id = excluded.root_id, etag = excluded.etag, updated_at = excluded.updated_at, generation = excluded.generation, applied_at = excluded.applied_at,
          reach = excluded.reach, event = excluded.event`,
    { ...keyOf(calendar), generation: how.generation, now: param(how.now), written: JSON.stringify(some) });
  const putApart = (some: readonly Written[]): Promise<unknown> => applyApart(tx, some, put, (w) => ({ ...w, g: '', u: null, s: null, e: bareOf(w.e) }));
  const applied = isoText(how.now);
  await bring(tx, 'events', EVENT_COLUMNS, fresh, (w) => [calendar.coach_id, calendar.id, w.i, w.r, w.g, w.u === null ? null : isoText(w.u), how.generation, applied, w.s, JSON.stringify(w.e)], () => putApart(fresh));
  await putApart(replaced);
  return gone.length + fresh.length + replaced.length;
}
const isoText = (ms: number): string => new Date(ms).toISOString();
const rangeText = ({ start, end }: { start: Instant; end: Instant | null }): string => `[${isoText(start)},${end === null ? '' : isoText(end)})`;

/** Two events can claim one slot of a series; both take time, so the second gets a key with its id. */
function ownKey(taken: Set<string>, root: string, o: Occurrence): string {
  const key = originalKey(o);
  const own = taken.has(`${root} ${key}`) ? `${key}~${o.eventId}` : key;
  taken.add(`${root} ${own}`);
  return own;
}

const OCCURRENCE_COLUMNS = ['coach_id', 'calendar_id', 'root_id', 'original_key', 'event_id', 'period', 'is_all_day', 'blocking'];
/** Adds occurrences; one that stands there already stays as it is. */
async function insertOccurrences(tx: Tx, calendar: CalendarRow, laid: readonly (readonly [root: string, occurrences: readonly Occurrence[]])[]): Promise<void> {
  const taken = new Set<string>();
  const added = laid.flatMap(([root, occurrences]) => occurrences.filter((o) => o.start < o.end).map((o) => ({
    r: root, k: ownKey(taken, root, o), i: o.eventId, s: o.start, e: o.end, d: o.isAllDay, b: o.blocking,
  })));
  if (added.length === 0) return;
  const insert = (): Promise<number> => run(tx, `
    insert into occurrences (${OCCURRENCE_COLUMNS.join(', ')})
    select :coach, :calendar, o.r, o.k, o.i, tstzrange(to_timestamp(o.s / 1000), to_timestamp(o.e / 1000)), o.d, o.b
    from jsonb_to_recordset((:added)::jsonb) as o(r text, k text, i text, s double precision, e double precision, d boolean, b text)
    on conflict (coach_id, calendar_id, root_id, original_key) do nothing`, { ...keyOf(calendar), added: JSON.stringify(added) });
  await bring(tx, 'occurrences', OCCURRENCE_COLUMNS, added, (o) => [calendar.coach_id, calendar.id, o.r, o.k, o.i, rangeText({ start: o.s, end: o.e }), o.d, o.b], insert);
}

const sameOccurrences = (a: readonly Occurrence[], b: readonly Occurrence[]): boolean => a.length === b.length && a.every((o, i) => {
  const p = b[i];
  return p !== undefined && o.start === p.start && o.end === p.end && o.eventId === p.eventId && o.blocking === p.blocking && o.isAllDay === p.isAllDay
    && originalKey(o) === originalKey(p);
});

/** Tables that nobody has looked at yet: without statistics the planner takes any index for as good as any other, and autovacuum
 *  comes only after a minute, in which a first read may bring a hundred thousand rows. */
export async function analyzeIfNew(tx: Tx): Promise<void> {
  const fresh = await oneRow(tx, `select 1 from pg_class where oid in ('events'::regclass, 'occurrences'::regclass) and reltuples <= 0`);
  if (fresh) await run(tx, 'analyze events, occurrences');
}

/** Takes all of a calendar out of the mirror, also what a pull has put aside. Returns how many events went. */
export async function emptyMirror(tx: Tx, calendar: { readonly coach_id: string; readonly id: string }): Promise<number> {
  await lockMirror(tx, calendar);
  for (const table of ['occurrences', 'staged_events']) await run(tx, `delete from ${table} where coach_id = :coach and calendar_id = :calendar`, keyOf(calendar));
  return run(tx, 'delete from events where coach_id = :coach and calendar_id = :calendar', keyOf(calendar));
}

/** Lays out all of a calendar anew, as its zone or our reading of events has changed. */
export async function layOutAll(tx: Tx, calendar: CalendarRow, now: Instant): Promise<Interval[]> {
  await lockMirror(tx, calendar);
  const window = expansionWindow(now);
  const before = await rows<{ s: Instant; e: Instant }>(tx, 'delete from occurrences where coach_id = :coach and calendar_id = :calendar returning lower(period) as s, upper(period) as e', keyOf(calendar));
  const intervals = before.map(({ s, e }) => ({ start: s, end: e }));
  for await (const batch of roots(tx, calendar, '')) {
    const laid = batch.map(([root, events]) => [root, occurrencesOf(events, window, calendar.time_zone)] as const);
    await insertOccurrences(tx, calendar, laid);
    await letSessionsFollow(tx, calendar, batch.map(([root, events]) => ({ root, before: events, after: events })), window);
    for (const [, occurrences] of laid) for (const { start, end } of occurrences) intervals.push({ start, end });
  }
  await setLaidOut(tx, calendar, window.end);
  return intervals;
}

/** Rolls the horizon of one calendar on to what `now` asks for: adds what comes into sight, and drops what is over.
 *  Returns how many roots reach into the new part. */
export async function rollOn(tx: Tx, calendar: CalendarRow, now: Instant): Promise<number> {
  await lockMirror(tx, calendar);
  const { start, end } = expansionWindow(now);
  const added: Interval = { start: calendar.expanded_until ?? start, end };
  // First, so that what is over is not in the way of what comes.
  await run(tx, 'delete from occurrences where coach_id = :coach and calendar_id = :calendar and upper(period) <= :start', { ...keyOf(calendar), start: param(start) });
  let count = 0;
  for await (const batch of roots(tx, calendar, 'and (reach is null or reach && (:added)::tstzrange)', { added: rangeParam(added) })) {
    await insertOccurrences(tx, calendar, batch.map(([root, events]) => [root, occurrencesOf(events, added, calendar.time_zone).filter((o) => overlaps(o, added))]));
    count += batch.length;
  }
  await setLaidOut(tx, calendar, end);
  return count;
}
const setLaidOut = (tx: Tx, calendar: CalendarRow, until: Instant): Promise<number> =>
  run(tx, 'update calendars set expanded_until = :until where coach_id = :coach and id = :calendar', { ...keyOf(calendar), until: param(until) });

const ROOTS_AT_ONCE = 500;
/** The roots of a calendar with all their events, a batch at a time, of those that have an event which fits `filter`. */
async function* roots(tx: Tx, calendar: CalendarRow, filter: string, bindings: Readonly<Record<string, string>> = {}): AsyncGenerator<[string, CalendarEvent[]][]> {
  for (let after = ''; ;) {
    const found = await rows<{ root_id: string; events: CalendarEvent[] }>(tx, `
      select root_id, jsonb_agg(event) as events from events where coach_id = :coach and calendar_id = :calendar and root_id in (
        select distinct root_id from events where coach_id = :coach and calendar_id = :calendar and root_id > :after ${filter} order by root_id limit ${ROOTS_AT_ONCE})
      group by root_id order by root_id`, { ...keyOf(calendar), after, ...bindings });
    if (found.length > 0) yield found.map((f) => [f.root_id, f.events]);
    const last = found.at(-1);
    if (found.length < ROOTS_AT_ONCE || !last) return;
    after = last.root_id;
  }
}
