/** The truth that a mirror must equal: read from Google by plain HTTP, compared with rows read by plain SQL. Shares no code
 *  with the mirror: neither its client, nor its decoder, nor its recurrence, nor its zones. */
import type { Knex } from 'knex';
import { allPages, type Json } from './converge-call.js';

const DAY_MS = 86_400_000;

export interface Mirrored { readonly id: string; readonly google_id: string; readonly role: string; readonly time_zone: string }
interface EventRow { calendar_id: string; id: string; root_id: string; etag: string; updated_at: number | null; event: Json }
interface OccurrenceRow { calendar_id: string; root_id: string; event_id: string; s: number; e: number; is_all_day: boolean; blocking: string }

/** What is compared, and how strictly. */
export interface Question {
  readonly url: string;
  readonly coach: string;
  readonly coachId: string;
  readonly nowMs: number;
  /** Occurrences must be there from two days before now until here, and may be beyond. */
  readonly untilMs: number;
  /** Nothing may be there beyond that window. */
  readonly isExact: boolean;
  readonly doubtful: ReadonlySet<string>;
}

const select = async <Row>(db: Knex, sql: string, bindings: Record<string, unknown>): Promise<Row[]> => (await db.raw<{ rows: Row[] }>(sql, bindings)).rows;

/** Every difference between the mirror and Google, in words; empty if there is none. */
export async function differences(db: Knex, q: Question): Promise<string[]> {
  const calendars = await select<Mirrored>(db, `select id, google_id, role, time_zone from calendars where coach_id = :id and role in ('sessions', 'busy', 'hours') order by google_id`, { id: q.coachId });
  const events = await select<EventRow>(db, 'select calendar_id, id, root_id, etag, updated_at, event from events where coach_id = :id', { id: q.coachId });
  const occurrences = await select<OccurrenceRow>(db, `select calendar_id, root_id, event_id, lower(period) as s, upper(period) as e, is_all_day, blocking from occurrences where coach_id = :id`, { id: q.coachId });
  const found: string[] = [];
  for (const c of calendars) {
    const say = (lines: string[]): void => { found.push(...lines.map((line) => `${c.google_id.split('@')[0]}: ${line}`)); };
    const path = `/calendars/${encodeURIComponent(c.google_id)}/events`;
    const expanded = await allPages(q.url, q.coach, path, { singleEvents: 'true', timeMin: new Date(q.nowMs - 3 * DAY_MS).toISOString(), timeMax: new Date(q.nowMs + 123 * DAY_MS).toISOString() });
    if (expanded.envelope.timeZone !== c.time_zone) say([`zone ${c.time_zone}, at Google ${expanded.envelope.timeZone}`]);
    // Who shows us busy times alone shows no series, and no end of them: there is a window of occurrences to compare, once it was read anew.
    const isBlind = expanded.envelope.accessRole === 'freeBusyReader';
    if (isBlind && !q.isExact) continue;
    const read = isBlind ? [] : (await allPages(q.url, q.coach, path, {})).items;
    // What a reader is shown of somebody's private series is not known.
    const hidden = new Set(expanded.envelope.accessRole === 'reader' ? [...read, ...expanded.items].filter(isHidden).map((item) => rootId(item.id)) : []);
    const seen = (id: string): boolean => !hidden.has(rootId(id));
    const items = read.filter((item) => seen(item.id));
    if (!isBlind) say(comparedEvents(items, events.filter((e) => e.calendar_id === c.id && seen(e.id)), c.role !== 'sessions', q.doubtful));
    const doubtful = new Set([...q.doubtful, ...items.filter(isUncertain).map((item) => String(item.id))]);
    say(comparedOccurrences(expanded.items.filter((item) => seen(item.id)), expanded.envelope.timeZone, occurrences.filter((o) => o.calendar_id === c.id && seen(o.root_id)), { ...q, doubtful, mustTakeTime: q.doubtful }));
  }
  return found;
}

const isHidden = (item: Json): boolean => item.visibility === 'private' && item.organizer === undefined && item.status !== 'cancelled';
/** The id of a series, from that of any part of it. Ids made by the histories have no other underscore, but at the start. */
const rootId = (id: string): string => id.replace(/(?<=.)_.*$/, '');

/** Where it is not known what Google makes of a series: a rule that ends before its first start, and a bare date as an
 *  exception from timed occurrences. Two implementations may differ there, and nothing depends on it. */
function isUncertain({ start, recurrence }: Json): boolean {
  const lines: string[] = Array.isArray(recurrence) ? recurrence : [];
  if (start?.dateTime !== undefined && lines.some((line) => /^EXDATE.*:\d{8}(,|$)/.test(line))) return true;
  return lines.some((line) => {
    const [, y, m, d, hh, mm, ss] = /UNTIL=(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?/.exec(line) ?? [];
    if (y === undefined) return false;
    return Date.parse(`${y}-${m}-${d}T${hh ?? '23'}:${mm ?? '59'}:${ss ?? '59'}Z`) < Date.parse(start?.dateTime ?? start?.date) + (hh === undefined ? DAY_MS : 0);
  });
}

function comparedEvents(items: Json[], rows: EventRow[], isBusyOnly: boolean, doubtful: ReadonlySet<string>): string[] {
  const seen = new Map<string, Json>(items.map((item: Json) => [item.id, item]));
  const held = new Map(rows.map((row) => [row.id, row]));
  // A hole in what is no series means nothing.
  for (const item of items) if (item.status === 'cancelled' && seen.get(item.recurringEventId)?.recurrence === undefined) seen.delete(item.id);
  for (const row of rows) if (row.event.status === 'cancelled' && (held.get(row.event.recurringEventId)?.event.recurrence ?? null) === null) held.delete(row.id);

  const found: string[] = [];
  for (const [id, item] of seen) {
    const row = held.get(id);
    if (!row) found.push(`event ${id} (${item.status}) is missing`);
    else if (!doubtful.has(id)) found.push(...fieldsApart(id, fieldsOf(item, isBusyOnly), fieldsHeld(row)));
    if (row && isBusyOnly && /title|@/.test(JSON.stringify(row.event))) found.push(`event ${id} of a busy calendar keeps more than times: ${JSON.stringify(row.event)}`);
  }
  for (const [id, row] of held) if (!seen.has(id)) found.push(`event ${id} (${row.event.status}) is not at Google any more`);
  return found;
}

function fieldsApart(id: string, wanted: Record<string, unknown>, held: Record<string, unknown>): string[] {
  return Object.keys(wanted).filter((name) => JSON.stringify(wanted[name]) !== JSON.stringify(held[name]))
    .map((name) => `event ${id}: ${name} is ${JSON.stringify(held[name])}, at Google ${JSON.stringify(wanted[name])}`);
}

const zoneless = (time: Json): string | null => (time?.date !== undefined ? `day ${time.date}` : time?.dateTime !== undefined ? `at ${Date.parse(time.dateTime)}` : null);
/** What Google says of an event, in the fields that matter. */
const fieldsOf = (item: Json, isBusyOnly: boolean): Record<string, unknown> => ({
  etag: item.etag, status: item.status, root: item.recurringEventId ?? item.id, updated: item.updated === undefined ? null : Date.parse(item.updated),
  start: zoneless(item.start), end: zoneless(item.end), zone: item.start?.dateTime === undefined ? null : (item.start.timeZone ?? null),
  recurrence: item.recurrence ?? null, original: zoneless(item.originalStartTime), transparency: item.transparency ?? 'opaque', type: item.eventType ?? 'default',
  summary: isBusyOnly ? null : (item.summary?.replaceAll('\u0000', '').replaceAll(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd') ?? null),
  answer: (item.attendees ?? []).find((a: Json) => a.self === true)?.responseStatus ?? null,
});
/** The same fields as the mirror holds them. */
function fieldsHeld({ id, root_id, etag, updated_at, event }: EventRow): Record<string, unknown> {
  const { when, originalStart: original } = event;
  const isTimed = when?.kind === 'timed';
  return {
    etag, status: event.status, root: event.recurringEventId === null ? (root_id === id ? id : `column ${root_id}`) : root_id === event.recurringEventId ? root_id : `column ${root_id}`, updated: updated_at,
    start: when === null ? null : isTimed ? `at ${when.start}` : `day ${when.startOn}`, end: when === null ? null : isTimed ? `at ${when.end}` : `day ${when.endOn}`, zone: isTimed ? when.zone : null,
    recurrence: event.recurrence, original: original === null ? null : original.kind === 'timed' ? `at ${original.at}` : `day ${original.on}`, transparency: event.transparency, type: event.eventType,
    summary: event.summary, answer: event.attendees.find((a: Json) => a.self === true)?.responseStatus ?? null,
  };
}

/** Busy by the design, section 8, from what Google sends. */
function blockingOf(item: Json): string {
  if (item.eventType === 'workingLocation' || item.eventType === 'birthday' || item.transparency === 'transparent') return 'free';
  if ((item.attendees ?? []).some((a: Json) => a.self === true && a.responseStatus === 'declined')) return 'free';
  return item.eventType === 'focusTime' ? 'soft' : 'busy';
}

function comparedOccurrences(items: Json[], zone: string, rows: OccurrenceRow[], q: Question & { mustTakeTime: ReadonlySet<string> }): string[] {
  const [from, to] = [q.nowMs - 2 * DAY_MS, q.untilMs];
  const found: string[] = [];
  const wanted = new Map<string, string>(), must = new Set<string>();
  for (const item of items) {
    if (item.status === 'cancelled') continue;
    const isAllDay = item.start?.date !== undefined;
    const [s, e] = [item.start, item.end].map((time: Json) => (time?.date === undefined ? Date.parse(time?.dateTime) : dayBegins(time.date, zone)));
    const root = item.recurringEventId ?? item.id;
    if (q.doubtful.has(root) || q.doubtful.has(item.id)) {
      // Whatever it means, the time that it is known to have is taken.
      if (q.mustTakeTime.has(item.id) && s !== undefined && e !== undefined && s < e && s < to && e > from && !rows.some((r) => r.root_id === root && r.s < e && r.e > s && r.blocking === 'busy')) found.push(`the doubtful event ${item.id} takes no time`);
      continue;
    }
    if (s === undefined || e === undefined || !(s < e)) continue;
    wanted.set(item.id, `${shown(s)} to ${shown(e)}${isAllDay ? ' all day' : ''} ${blockingOf(item)} of ${root}`);
    if (s < to && e > from) must.add(item.id);
  }
  const held = new Map<string, string>();
  for (const r of rows) {
    if (q.doubtful.has(r.root_id)) continue;
    const text = `${shown(r.s)} to ${shown(r.e)}${r.is_all_day ? ' all day' : ''} ${r.blocking} of ${r.root_id}`;
    // What is over may stay as it was until the horizon rolls on.
    if (r.e <= from && !q.isExact) continue;
    if (held.has(r.event_id)) found.push(`occurrence ${r.event_id} is there twice: ${text}, ${held.get(r.event_id)}`);
    held.set(r.event_id, text);
    if (q.isExact && !(r.s < to && r.e > from)) { found.push(`occurrence ${r.event_id} lies outside the window: ${text}`); continue; }
    if (wanted.get(r.event_id) !== text) found.push(`occurrence ${r.event_id}: ${text}, at Google ${wanted.get(r.event_id) ?? 'there is none'}`);
  }
  for (const id of must) if (!held.has(id)) found.push(`occurrence ${id} is missing: ${wanted.get(id)}`);
  return found;
}
const shown = (ms: number): string => new Date(ms).toISOString();

const clocks = new Map<string, Intl.DateTimeFormat>();
function dateAt(ms: number, zone: string): string {
  let clock = clocks.get(zone);
  if (!clock) clocks.set(zone, (clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })));
  return clock.format(ms);
}
const begun = new Map<string, number>();
/** The first moment at which the clocks of `zone` show `date`, or a later date if it was skipped there. */
function dayBegins(date: string, zone: string): number {
  const key = `${date} ${zone}`, known = begun.get(key);
  if (known !== undefined) return known;
  const utc = Date.parse(`${date}T00:00:00Z`);
  let [before, after] = [utc - 16 * 3_600_000, utc + 16 * 3_600_000];
  // Offsets are whole minutes in our time.
  while (after - before > 60_000) {
    const middle = before + Math.floor((after - before) / 120_000) * 60_000;
    if (dateAt(middle, zone) >= date) after = middle;
    else before = middle;
  }
  begun.set(key, after);
  return after;
}
