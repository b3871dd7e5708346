import type { Database } from 'lmdb';
import { indexKeys, lookupKey, short, type IndexName, type Key, type Lookup } from './event-index.js';
import { isKey, LAST } from './keys.js';
import type { StoredEvent } from './model.js';

/**
 * The rows of events, and the indexes derived from them in the same commit. A row's place in its calendar's change log
 * is its revision; `changes` holds only the latest place of each, which is all that an incremental answer needs.
 */
export class EventRows {
  constructor(
    private readonly rows: Database<StoredEvent, Key>,
    private readonly indexes: Record<IndexName, Database<unknown, Key>>,
    private readonly touch: (row: StoredEvent) => void,
  ) {}

  /** The row of that id on a calendar, cancelled ones included. */
  get(calendarId: string, id: string): StoredEvent | undefined {
    return isKey(id) ? this.rows.get([calendarId, id]) : undefined;
  }

  /** Writes a row, moves its place in the change log and brings every index in line. Use within `transact`. */
  put(row: StoredEvent): void {
    const before = this.get(row.calendarId, row.id);
    const was = before === undefined ? [] : indexKeys(before), is = indexKeys(row);
    const kept = new Set(is.map((each) => each.text));
    for (const { index, key, text } of was) if (!kept.has(text)) this.indexes[index].removeSync(key);
    const had = new Set(was.map((each) => each.text));
    this.rows.putSync([row.calendarId, row.id], row);
    for (const { index, key, value, text } of is) if (!had.has(text)) this.indexes[index].putSync(key, value);
    this.touch(row);
  }

  /** Rows of a calendar from the highest id down (so exceptions come before their master), strictly below `belowId`. */
  *of(calendarId: string, belowId: string = LAST): Generator<StoredEvent> {
    for (const { value } of this.rows.getRange({ start: [calendarId, belowId], end: [calendarId, ''], reverse: true })) {
      if (value.id !== belowId) yield value;
    }
  }

  /** Rows of a calendar under one key of an index (an iCalUID, or an extended property), strictly behind `afterId`. */
  *under(lookup: Lookup, calendarId: string, afterId = ''): Generator<StoredEvent> {
    const [index, hash] = lookupKey(lookup);
    for (const { value } of this.indexes[index].getRange({ start: [calendarId, hash, short(afterId)], end: [calendarId, hash, LAST] })) {
      const row = value === afterId ? undefined : this.get(calendarId, String(value));
      if (row !== undefined) yield row;
    }
  }

  /** Rows of a calendar in the order in which they were updated, from `updatedUs` (and behind `afterId` at that very moment) on. */
  *updatedSince(calendarId: string, updatedUs: number, afterId = ''): Generator<StoredEvent> {
    for (const { key, value } of this.indexes.updates.getRange({ start: [calendarId, updatedUs, afterId], end: [calendarId, Number.MAX_SAFE_INTEGER] })) {
      const row = Number(key[1]) === updatedUs && value === afterId ? undefined : this.get(calendarId, String(value));
      if (row !== undefined) yield row;
    }
  }

  /**
   * Ids of a calendar's rows in one class of length whose first start lies in `[fromMs, toMs)`, rising by start and
   * then id, strictly behind `after`.
   */
  *startsIn(calendarId: string, lengthClass: number, fromMs: number, toMs: number, after?: readonly [number, string]): Generator<{ startMs: number; id: string }> {
    const [startMs, afterId] = after ?? [fromMs, ''];
    for (const { key, value } of this.indexes.spans.getRange({ start: [calendarId, lengthClass, startMs, afterId], end: [calendarId, lengthClass, toMs] })) {
      if (after !== undefined && key[2] === after[0] && String(value) <= afterId) continue;
      yield { startMs: Number(key[2]), id: String(value) };
    }
  }

  /** Rows whose latest change lies in `(after, upTo]`, in the order of their changes. */
  *changedWithin(calendarId: string, after: number, upTo: number): Generator<StoredEvent> {
    for (const { value } of this.indexes.changes.getRange({ start: [calendarId, after + 1], end: [calendarId, upTo + 1] })) {
      const row = this.get(calendarId, String(value));
      if (row !== undefined) yield row;
    }
  }

  /** Revision of the newest change on a calendar, 0 if it never had one. */
  lastChange(calendarId: string): number {
    const [newest] = this.indexes.changes.getKeys({ start: [calendarId, Number.MAX_SAFE_INTEGER], end: [calendarId, 0], reverse: true, limit: 1 });
    return newest === undefined ? 0 : Number(newest[1]);
  }

  /** Ids and original starts (ms) of the stored exceptions of a series on this calendar, cancelled ones included. */
  *exceptionSlots(calendarId: string, masterId: string): Generator<{ id: string; slotMs: number }> {
    const series = short(masterId);
    for (const { value } of this.indexes.exceptions.getRange({ start: [calendarId, series], end: [calendarId, series, LAST] })) {
      const [id, slotMs] = value as [string, number];
      yield { id, slotMs };
    }
  }

  /** Stored exceptions of a series on this calendar, cancelled ones included. */
  exceptionsOf(calendarId: string, masterId: string): StoredEvent[] {
    return [...this.exceptionSlots(calendarId, masterId)].flatMap(({ id }) => this.get(calendarId, id) ?? []);
  }

  /** Series whose instances are named after `root`: the master itself and the parts split off it. */
  mastersOf(calendarId: string, root: string): StoredEvent[] {
    const parts = this.rows.getRange({ start: [calendarId, `${root}_R`], end: [calendarId, `${root}_S`] });
    return [this.get(calendarId, root), ...[...parts].map(({ value }) => value)]
      .filter((row): row is StoredEvent => row?.content.recurrence !== undefined);
  }
}
