import { createHash } from 'node:crypto';
import { seriesSpan } from '../series/recurrence.js';
import type { EventTime, StoredEvent } from './model.js';

export type Key = (string | number)[];
export type IndexName = 'changes' | 'exceptions' | 'spans' | 'uids' | 'properties' | 'updates';
/** What rows can be looked up by, beside their id and time. */
export type Lookup = { readonly iCalUID: string } | { readonly side: 'private' | 'shared'; readonly property: string };

/** One entry of an index; `text` tells whether two entries are the same. */
interface IndexEntry { readonly index: IndexName; readonly key: Key; readonly value: unknown; readonly text: string }

const digest = (text: string): string => createHash('sha1').update(text).digest('base64url');
/** Ids may have 1,024 characters, and a key of the store not twice that. */
export const short = (id: string): string => (id.length <= 100 ? id : `~${digest(id)}`);

/** Index and hash under which a lookup finds its rows. `property` is `name=value`. */
export const lookupKey = (lookup: Lookup): [IndexName, string] =>
  'iCalUID' in lookup ? ['uids', digest(lookup.iCalUID)] : ['properties', digest(`${lookup.side} ${lookup.property}`)];

/** Lengths fall into classes of factor four, so that a window finds what began before it without walking the past. */
const LONGEST_CLASS = 25;
const ENDLESS_CLASS = 40;
/** Dates have classes of their own: their instants depend on the zone of whoever looks. */
const ALL_DAY = 50;
const DAY_MS = 86_400_000;
/** No zone is further from UTC. */
const ZONE_SLACK_MS = 15 * 3_600_000;

const startMs = (time: EventTime): number => ('date' in time ? Date.parse(`${time.date}T00:00:00Z`) : time.atMs);

/** Class of a length in ms: the smallest `c` with `4^c` not below it. */
const classOf = (lengthMs: number): number => (lengthMs <= 1 ? 0 : Math.min(LONGEST_CLASS, Math.ceil(Math.log2(lengthMs) / 2)));

/** Where a row lies in time as a whole: a series from its first start to the end of its last occurrence. */
function placeInTime(row: StoredEvent): { firstMs: number; lengthClass: number } {
  const { start, end, recurrence } = row.content;
  const allDay = 'date' in start ? ALL_DAY : 0;
  const firstMs = startMs(start), lengthMs = startMs(end) - firstMs;
  if (recurrence === undefined) return { firstMs, lengthClass: allDay + classOf(lengthMs) };
  const span = seriesSpan({ start, recurrence });
  if (span === undefined) return { firstMs, lengthClass: allDay + classOf(lengthMs) };
  const first = Math.min(firstMs, span.firstMs);
  // The first occurrence of a series may end a day later by the clock than its plain length says (changes of offset).
  return { firstMs: first, lengthClass: allDay + (span.lastMs === Infinity ? ENDLESS_CLASS : classOf(span.lastMs + lengthMs + DAY_MS - first)) };
}

/**
 * The classes of length, each with the first starts that a row of it can have if it meets `[fromMs, toMs)`.
 * The bounds are generous: whoever asks must still test each row.
 */
export function classesMeeting(fromMs: number, toMs: number): { lengthClass: number; fromMs: number; toMs: number }[] {
  return [0, ALL_DAY].flatMap((kind) => [...Array.from({ length: LONGEST_CLASS + 1 }, (_, c) => c), ENDLESS_CLASS].map((c) => {
    const slack = kind === ALL_DAY ? ZONE_SLACK_MS : 0;
    const back = c === ENDLESS_CLASS ? Infinity : 4 ** c;
    return { lengthClass: kind + c, fromMs: Math.max(-9e15, fromMs - back - slack), toMs: Math.min(9e15, toMs + slack) };
  }));
}

/** Everything that the indexes hold about a row. */
export function indexKeys(row: StoredEvent): IndexEntry[] {
  const { calendarId, id, content, recurringEventId, originalStart } = row;
  const entry = (index: IndexName, key: Key, value: unknown = id): IndexEntry => ({ index, key, value, text: `${index} ${key.join(' ')} ${String(value)}` });
  const { firstMs, lengthClass } = placeInTime(row);
  const entries = [
    entry('changes', [calendarId, row.revision]),
    entry('spans', [calendarId, lengthClass, firstMs, id]),
    entry('uids', [calendarId, digest(row.iCalUID), short(id)]),
    entry('updates', [calendarId, row.updatedUs, id]),
  ];
  if (recurringEventId !== undefined) entries.push(entry('exceptions', [calendarId, short(recurringEventId), short(id)], [id, originalStart === undefined ? 0 : startMs(originalStart)]));
  for (const side of ['private', 'shared'] as const) {
    for (const [name, text] of Object.entries(content.extendedProperties?.[side] ?? {})) {
      entries.push(entry('properties', [calendarId, lookupKey({ side, property: `${name}=${text}` })[1], short(id)]));
    }
  }
  return entries;
}
