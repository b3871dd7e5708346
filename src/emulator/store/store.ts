import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, type Database, type RootDatabase } from 'lmdb';
import { EmulatorClock } from './clock.js';
import type { Account, AclRule, Calendar, ListEntry, StoredEvent, WatchedKind } from './model.js';
import { RequestLog, WriteLog } from './log.js';
import { Watches } from './watches.js';
import { indexKeys, lookupKey, short, type IndexName, type Key, type Lookup } from './event-index.js';

/** A resource that a transaction changed, as channels watch it; of events, the types that changed. */
export interface Touched { readonly kind: WatchedKind; readonly of: string; readonly eventTypes: Set<string> }

/** Sorts after every string that an id can be. */
const LAST = '\uffff';

/** Raised when folders of before can no longer be read as they are. */
const FORMAT = 2;

/** What is longer names nothing here: keys of the store are limited, ids of Google to 1,024 characters and an instance's stamp. */
const isKey = (id: string): boolean => Buffer.byteLength(id) <= 1_100;

/**
 * Everything the emulator knows, in one LMDB folder, so that a kill at any moment loses no committed write.
 * Each event's place in its calendar's change log is its revision; `changes` holds only the latest place of each
 * event, which is all that an incremental answer needs. The indexes are derived from the rows, in the same commit.
 */
export class Store {
  private readonly root: RootDatabase;
  private readonly events: Database<StoredEvent, Key>;
  private readonly indexes: Record<IndexName, Database<unknown, Key>>;
  private readonly accounts: Database<Account, string>;
  private readonly calendars: Database<Calendar, string>;
  private readonly entries: Database<ListEntry, Key>;
  private readonly listed: Database<true, Key>;
  private readonly acl: Database<AclRule, Key>;
  readonly meta: Database<unknown, string>;
  readonly watches: Watches;
  readonly credentials: Database<unknown, Key>;
  readonly mails: Database<unknown, number>;
  readonly requests: RequestLog;
  readonly writes: WriteLog;
  readonly clock: EmulatorClock;
  private readonly parts: { clearSync(): void }[] = [];
  private depth = 0;
  private touched = new Map<string, Touched>();
  private beforeCommit: (touched: Iterable<Touched>) => void = () => undefined;
  private afterCommit: () => void = () => undefined;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    // A kill leaves what was written in the system's hands; only a loss of power could harm the folder, and waiting for the disk costs most of a call.
    this.root = open({ path: `${dataDir}/calendar.lmdb`, maxDbs: 32, noSync: true, keyEncoding: 'ordered-binary' });
    const part = <V, K extends Key | string | number>(name: string): Database<V, K> => {
      const opened = this.root.openDB<V, K>(name, { keyEncoding: 'ordered-binary' });
      this.parts.push(opened);
      return opened;
    };
    this.events = this.root.openDB<StoredEvent, Key>('events', { keyEncoding: 'ordered-binary', sharedStructuresKey: Symbol.for('structures') });
    this.indexes = {
      changes: part('changes'), exceptions: part('exceptions'), spans: part('spans'), uids: part('uids'), properties: part('properties'), updates: part('updates'),
    };
    this.accounts = part('accounts');
    this.calendars = part('calendars');
    this.entries = part('entries');
    this.listed = part('listed');
    this.acl = part('acl');
    this.meta = part('meta');
    this.watches = new Watches(part('channels'), part('living'), part('deliveries'));
    this.credentials = part('credentials');
    this.mails = part('mails');
    this.clock = new EmulatorClock(this.meta);
    this.requests = new RequestLog(part('requests'));
    this.writes = new WriteLog(part('writes'));
    const format = this.meta.get('format');
    if (format === undefined && this.accounts.getCount() === 0) this.meta.putSync('format', FORMAT);
    else if (format !== FORMAT) throw new Error(`${dataDir} was written by another version of the emulator. Delete it, and what was made from it, or name another folder.`);
  }

  /** Runs `work` in one transaction; whatever it throws undoes all of it. Nested calls join the outer one. */
  transact<T>(work: () => T): T {
    if (this.depth > 0) return work();
    this.depth++;
    this.touched = new Map();
    let result: T;
    try {
      result = this.root.transactionSync(() => {
        const done = work();
        if (this.touched.size > 0) this.beforeCommit(this.touched.values());
        return done;
      });
    } finally {
      this.depth--;
    }
    if (this.touched.size > 0) this.afterCommit();
    return result;
  }

  /** `before` is called at the end of each transaction that changed something watchable, within it; `after` once it is committed. */
  onChange(before: (touched: Iterable<Touched>) => void, after: () => void): void {
    this.beforeCommit = before;
    this.afterCommit = after;
  }

  private touch(kind: WatchedKind, of: string, eventType?: string): void {
    const touched = this.touched.get(`${kind} ${of}`) ?? { kind, of, eventTypes: new Set() };
    if (eventType !== undefined) touched.eventTypes.add(eventType);
    this.touched.set(`${kind} ${of}`, touched);
  }

  /** The next place in the log: microseconds of the clock, always above the last. Use within `transact`. */
  nextRevision(): number {
    const revision = Math.max(this.clock.now() * 1000 + Math.floor(Math.random() * 1000), this.lastRevision() + 1);
    this.meta.putSync('revision', revision);
    return revision;
  }

  lastRevision(): number {
    return (this.meta.get('revision') as number | undefined) ?? 0;
  }

  /** A number that rises by one each time, per name. Use within `transact`. */
  nextNumber(name: string): number {
    const next = this.lastNumber(name) + 1;
    this.meta.putSync(`number:${name}`, next);
    return next;
  }

  /** What `nextNumber` gave last, 0 if nothing yet. */
  lastNumber(name: string): number {
    return (this.meta.get(`number:${name}`) as number | undefined) ?? 0;
  }

  resetNumber(name: string): void {
    this.meta.putSync(`number:${name}`, 0);
  }

  /** The key that signs page and sync tokens; made once per folder. */
  tokenKey(): Buffer {
    const kept = this.meta.get('tokenKey') as string | undefined;
    if (kept !== undefined) return Buffer.from(kept, 'hex');
    const made = randomBytes(32);
    this.meta.putSync('tokenKey', made.toString('hex'));
    return made;
  }

  event(calendarId: string, id: string): StoredEvent | undefined {
    return isKey(id) ? this.events.get([calendarId, id]) : undefined;
  }

  /** Writes a row, moves its place in the change log and brings every index in line. Use within `transact`. */
  putEvent(row: StoredEvent): void {
    const before = this.event(row.calendarId, row.id);
    const was = before === undefined ? [] : indexKeys(before), is = indexKeys(row);
    const kept = new Set(is.map((each) => each.text));
    for (const { index, key, text } of was) if (!kept.has(text)) this.indexes[index].removeSync(key);
    const had = new Set(was.map((each) => each.text));
    this.events.putSync([row.calendarId, row.id], row);
    for (const { index, key, value, text } of is) if (!had.has(text)) this.indexes[index].putSync(key, value);
    this.touch('events', row.calendarId, row.content.eventType);
  }

  /** Rows of a calendar from the highest id down (so exceptions come before their master), strictly below `belowId`. */
  *eventsOf(calendarId: string, belowId: string = LAST): Generator<StoredEvent> {
    for (const { value } of this.events.getRange({ start: [calendarId, belowId], end: [calendarId, ''], reverse: true })) {
      if (value.id !== belowId) yield value;
    }
  }

  /** Rows of a calendar under one key of an index (an iCalUID, or an extended property), strictly behind `afterId`. */
  *eventsUnder(lookup: Lookup, calendarId: string, afterId = ''): Generator<StoredEvent> {
    const [index, hash] = lookupKey(lookup);
    for (const { value } of this.indexes[index].getRange({ start: [calendarId, hash, short(afterId)], end: [calendarId, hash, LAST] })) {
      const row = value === afterId ? undefined : this.event(calendarId, String(value));
      if (row !== undefined) yield row;
    }
  }

  /** Rows of a calendar in the order in which they were updated, from `updatedUs` (and behind `afterId` at that very moment) on. */
  *updatedSince(calendarId: string, updatedUs: number, afterId = ''): Generator<StoredEvent> {
    for (const { key, value } of this.indexes.updates.getRange({ start: [calendarId, updatedUs, afterId], end: [calendarId, Number.MAX_SAFE_INTEGER] })) {
      const row = Number(key[1]) === updatedUs && value === afterId ? undefined : this.event(calendarId, String(value));
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
      const row = this.event(calendarId, String(value));
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
    return [...this.exceptionSlots(calendarId, masterId)].flatMap(({ id }) => this.event(calendarId, id) ?? []);
  }

  /** Series whose instances are named after `root`: the master itself and the parts split off it. */
  mastersOf(calendarId: string, root: string): StoredEvent[] {
    const parts = this.events.getRange({ start: [calendarId, `${root}_R`], end: [calendarId, `${root}_S`] });
    return [this.event(calendarId, root), ...[...parts].map(({ value }) => value)]
      .filter((row): row is StoredEvent => row?.content.recurrence !== undefined);
  }

  account(email: string): Account | undefined {
    return isKey(email) ? this.accounts.get(email.toLowerCase()) : undefined;
  }

  allAccounts(): Account[] {
    return [...this.accounts.getRange()].map(({ value }) => value);
  }

  putAccount(account: Account): void {
    if (this.account(account.email)?.settingsRevision !== account.settingsRevision) this.touch('settings', account.email);
    this.accounts.putSync(account.email, account);
  }

  calendar(id: string): Calendar | undefined {
    return isKey(id) ? this.calendars.get(id.toLowerCase()) : undefined;
  }

  putCalendar(calendar: Calendar): void {
    this.calendars.putSync(calendar.id, calendar);
  }

  /** What an account's list holds, removed ones included: its primary calendar first, then by id. */
  entriesOf(account: string): ListEntry[] {
    return [...this.entries.getRange({ start: [account, ''], end: [account, LAST] })].map(({ value }) => value)
      .sort((a, b) => Number(b.calendarId === account) - Number(a.calendarId === account));
  }

  entry(account: string, calendarId: string): ListEntry | undefined {
    return this.entries.get([account, calendarId]);
  }

  putEntry(entry: ListEntry): void {
    this.entries.putSync([entry.account, entry.calendarId], entry);
    this.listed.putSync([entry.calendarId, entry.account], true);
    this.touch('calendarList', entry.account);
  }

  /** The entries of every account that has, or had, a calendar on its list. */
  entriesOfCalendar(calendarId: string): ListEntry[] {
    return [...this.listed.getKeys({ start: [calendarId, ''], end: [calendarId, LAST] })].flatMap(([, account]) => this.entry(String(account), calendarId) ?? []);
  }

  aclRule(calendarId: string, id: string): AclRule | undefined {
    return this.acl.get([calendarId, id]);
  }

  /** All rules of a calendar, deleted ones included. */
  aclOf(calendarId: string): AclRule[] {
    return [...this.acl.getRange({ start: [calendarId, ''], end: [calendarId, LAST] })].map(({ value }) => value);
  }

  putAclRule(rule: AclRule): void {
    this.acl.putSync([rule.calendarId, rule.id], rule);
    this.touch('acl', rule.calendarId);
  }

  /** Forgets everything but the keys of id tokens, which clients have cached. */
  clear(): void {
    this.transact(() => {
      const signing = this.meta.get('signingKeys');
      for (const each of [this.events, ...this.parts]) each.clearSync();
      this.meta.putSync('format', FORMAT);
      if (signing !== undefined) this.meta.putSync('signingKeys', signing);
      this.clock.shift(0);
    });
  }

  async close(): Promise<void> {
    await this.root.close();
  }
}
