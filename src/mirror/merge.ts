/** Decides what a change of the mirror comes to. Pure: events in, events out. */
import type { CalendarEvent, Occurrence } from '../calendar/event.js';
import { expandSeries, occurrenceOfEvent } from '../calendar/expand.js';
import { slotName } from '../calendar/series-change.js';
import { DAY, instant, overlaps, plus, type Interval } from '../kernel/interval.js';

/** An event's own root: itself, or the series that it is an exception of. */
export const rootOf = (event: CalendarEvent): string => event.recurringEventId ?? event.id;

/** Names one occurrence for ever: the slot of its series, or the single event whatever its time. */
export const originalKey = (o: Occurrence): string => slotName(o.seriesId === null ? null : o.originalStart);

/** How a reading is to be understood; see mergeRoots. */
export interface Merging { readonly isReshaped?: boolean; readonly isPartial?: boolean }

/** One root before and after: a single event, or a series with its exceptions. */
export interface RootChange { readonly root: string; readonly before: readonly CalendarEvent[]; readonly after: readonly CalendarEvent[] }

/**
 * What becomes of each touched root when `seen` was read at Google and `buried` (ids) is no longer there.
 *
 * - An event older than the mirrored one (by `updated`), or with its etag, changes nothing: our own write may be newer than the
 *   read. With `isReshaped` the same etag is read anew.
 * - A deleted single event or master leaves, and what was known of its exceptions with it (sheet 1.5: cascade locally).
 * - A cancelled exception is a hole in its series, and stays as long as the series does; with `isPartial` the series may be on
 *   a page that is yet to come.
 * - An exception that now belongs to another series, as a part was split off, leaves its old one.
 * - A series that was turned into a single event keeps its exceptions, which mean nothing: Google keeps them too, and says
 *   nothing of them when it becomes a series again.
 */
export function mergeRoots(known: readonly CalendarEvent[], seen: readonly CalendarEvent[], buried: readonly string[], how: Merging = {}): RootChange[] {
  const before = byRoot(known);
  const arriving = byRoot(seen);
  const gone = new Set(buried);
  const homes = new Map(seen.map((e) => [e.id, rootOf(e)]));
  return [...new Set([...before.keys(), ...arriving.keys()])].map((root) => {
    const had = before.get(root) ?? [];
    const left = had.filter((e) => gone.has(e.id) || (homes.get(e.id) ?? root) !== root).map((e) => e.id);
    return { root, before: had, after: mergeRoot(root, had, arriving.get(root) ?? [], new Set(left), how) };
  });
}

function byRoot(events: readonly CalendarEvent[]): Map<string, CalendarEvent[]> {
  const roots = new Map<string, CalendarEvent[]>();
  for (const event of events) {
    const root = roots.get(rootOf(event));
    if (root) root.push(event);
    else roots.set(rootOf(event), [event]);
  }
  return roots;
}

function mergeRoot(root: string, had: readonly CalendarEvent[], seen: readonly CalendarEvent[], gone: ReadonlySet<string>, how: Merging): CalendarEvent[] {
  const after = new Map(had.map((e) => [e.id, e]));
  const news = seen.filter((event) => {
    const old = after.get(event.id);
    if (!old) return true;
    if (old.etag === event.etag && event.etag !== '' && how.isReshaped !== true) return false;
    return old.updatedAt === null || event.updatedAt === null || event.updatedAt >= old.updatedAt;
  });
  const isDead = news.some((e) => e.id === root && e.status === 'cancelled');
  for (const e of had) if (isDead || gone.has(e.id)) after.delete(e.id);
  for (const e of news) if (e.id !== root || !isDead) after.set(e.id, e);
  const isMasterKnown = after.has(root);
  return [...after.values()].filter((e) => isMasterKnown || e.status !== 'cancelled' || how.isPartial === true);
}

/** The occurrences of one root that touch `window`; all-day ones lie in `zone`. A series that cannot be laid out blocks
 *  wherever it is known to be. */
export function occurrencesOf(events: readonly CalendarEvent[], window: Interval, zone: string): Occurrence[] {
  const master = events.find((e) => e.recurringEventId === null);
  if (master?.recurrence) {
    const { occurrences, unparsed } = expandSeries(master, events.filter((e) => e !== master), window, zone);
    return unparsed ? occurrences.map((o) => ({ ...o, blocking: 'busy' as const })) : occurrences;
  }
  return (master ? [master] : events).flatMap((event) => {
    const o = occurrenceOfEvent(event, zone);
    return o && overlaps(o, window) ? [o] : [];
  });
}

/** `[start, end)` outside of which an event has no occurrence, in any zone; `end` null: none known. Null: any time. */
export function reachOf(event: CalendarEvent): { start: Interval['start']; end: Interval['end'] | null } | null {
  if (event.when === null || event.unparsed !== null) return null;
  const [start, end] = event.when.kind === 'timed' ? [event.when.start, event.when.end]
    : [plus(instant(Date.parse(event.when.startOn)), -DAY), plus(instant(Date.parse(event.when.endOn)), DAY)];
  if (event.recurrence === null) return { start, end: end > start ? end : plus(start, 1) };
  // RDATE may lie before DTSTART, and only a walk tells where a COUNT ends: what is sure is the UNTIL of a lone rule.
  const [line, ...more] = event.recurrence;
  const until = more.length === 0 ? /^RRULE:.*\bUNTIL=(\d{4})(\d\d)(\d\d)/i.exec(line ?? '') : null;
  if (!until) return null;
  const last = Date.parse(`${until[1] ?? ''}-${until[2] ?? ''}-${until[3] ?? ''}`);
  // Beyond these years Postgres and its texts are not to be trusted; nothing of the mirror lies there.
  return Number.isNaN(last) || last > Date.UTC(9000, 0) ? null : { start, end: plus(instant(Math.max(last + 2 * DAY, start)), end - start) };
}
