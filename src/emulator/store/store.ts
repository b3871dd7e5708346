import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, type Database, type RootDatabase } from 'lmdb';
import { EmulatorClock } from './clock.js';
import type { Account, AclRule, Calendar, Channel, ListEntry, StoredEvent } from './model.js';
import { RequestLog, WriteLog } from './log.js';

type Key = (string | number)[];
/** Sorts after every string that an id can be. */
const LAST = '\uffff';

/**
 * Everything the emulator knows, in one LMDB folder, so that a kill at any moment loses no committed write.
 * Each event's place in its calendar's change log is its revision; `changes` holds only the latest place of each
 * event, which is all that an incremental answer needs.
 */
export class Store {
  private readonly root: RootDatabase;
  private readonly events: Database<StoredEvent, Key>;
  private readonly changes: Database<string, Key>;
  private readonly exceptions: Database<true, Key>;
  private readonly accounts: Database<Account, string>;
  private readonly calendars: Database<Calendar, string>;
  private readonly entries: Database<ListEntry, Key>;
  private readonly acl: Database<AclRule, Key>;
  readonly meta: Database<unknown, string>;
  readonly channels: Database<Channel, string>;
  readonly credentials: Database<unknown, Key>;
  readonly mails: Database<unknown, number>;
  readonly requests: RequestLog;
  readonly writes: WriteLog;
  readonly clock: EmulatorClock;
  private depth = 0;
  private touched = new Set<string>();
  private afterCommit: (calendars: ReadonlySet<string>) => void = () => undefined;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.root = open({ path: `${dataDir}/calendar.lmdb`, maxDbs: 16, keyEncoding: 'ordered-binary' });
    const part = <V, K extends Key | string | number>(name: string): Database<V, K> =>
      this.root.openDB<V, K>(name, { keyEncoding: 'ordered-binary' });
    this.events = this.root.openDB<StoredEvent, Key>('events', { keyEncoding: 'ordered-binary', sharedStructuresKey: Symbol.for('structures') });
    this.changes = part('changes');
    this.exceptions = part('exceptions');
    this.accounts = part('accounts');
    this.calendars = part('calendars');
    this.entries = part('entries');
    this.acl = part('acl');
    this.meta = part('meta');
    this.channels = part('channels');
    this.credentials = part('credentials');
    this.mails = part('mails');
    this.clock = new EmulatorClock(this.meta);
    this.requests = new RequestLog(part('requests'));
    this.writes = new WriteLog(part('writes'));
  }

  /** Runs `work` in one transaction; whatever it throws undoes all of it. Nested calls join the outer one. */
  transact<T>(work: () => T): T {
    if (this.depth > 0) return work();
    this.depth++;
    this.touched = new Set();
    let result: T;
    try {
      result = this.root.transactionSync(work);
    } finally {
      this.depth--;
    }
    if (this.touched.size > 0) this.afterCommit(this.touched);
    return result;
  }

  /** Called after each commit that changed events, with the calendars changed. */
  onCommit(listener: (calendars: ReadonlySet<string>) => void): void {
    this.afterCommit = listener;
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
    const next = ((this.meta.get(`number:${name}`) as number | undefined) ?? 0) + 1;
    this.meta.putSync(`number:${name}`, next);
    return next;
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
    return this.events.get([calendarId, id]);
  }

  /** Writes a row and moves its place in the change log. Use within `transact`. */
  putEvent(row: StoredEvent): void {
    const before = this.event(row.calendarId, row.id);
    if (before !== undefined) this.changes.removeSync([row.calendarId, before.revision]);
    this.events.putSync([row.calendarId, row.id], row);
    this.changes.putSync([row.calendarId, row.revision], row.id);
    if (row.recurringEventId !== undefined) this.exceptions.putSync([row.calendarId, row.recurringEventId, row.id], true);
    this.touched.add(row.calendarId);
  }

  /** Rows of a calendar from the highest id down (so exceptions come before their master), strictly below `belowId`. */
  *eventsOf(calendarId: string, belowId: string = LAST): Generator<StoredEvent> {
    for (const { value } of this.events.getRange({ start: [calendarId, belowId], end: [calendarId, ''], reverse: true })) {
      if (value.id !== belowId) yield value;
    }
  }

  /** Rows whose latest change lies in `(after, upTo]`, in the order of their changes. */
  *changedWithin(calendarId: string, after: number, upTo: number): Generator<StoredEvent> {
    for (const { value } of this.changes.getRange({ start: [calendarId, after + 1], end: [calendarId, upTo + 1] })) {
      const row = this.event(calendarId, value);
      if (row !== undefined) yield row;
    }
  }

  /** Revision of the newest change on a calendar, 0 if it never had one. */
  lastChange(calendarId: string): number {
    const [newest] = this.changes.getKeys({ start: [calendarId, Number.MAX_SAFE_INTEGER], end: [calendarId, 0], reverse: true, limit: 1 });
    return newest === undefined ? 0 : Number(newest[1]);
  }

  /** Stored exceptions of a series on this calendar, cancelled ones included. */
  exceptionsOf(calendarId: string, masterId: string): StoredEvent[] {
    const keys = [...this.exceptions.getKeys({ start: [calendarId, masterId, ''], end: [calendarId, masterId, LAST] })];
    return keys.flatMap((key) => this.event(calendarId, String(key[2])) ?? []);
  }

  /** Series whose instances are named after `root`: the master itself and the parts split off it. */
  mastersOf(calendarId: string, root: string): StoredEvent[] {
    const parts = this.events.getRange({ start: [calendarId, `${root}_R`], end: [calendarId, `${root}_S`] });
    return [this.event(calendarId, root), ...[...parts].map(({ value }) => value)]
      .filter((row): row is StoredEvent => row?.content.recurrence !== undefined);
  }

  account(email: string): Account | undefined {
    return this.accounts.get(email.toLowerCase());
  }

  allAccounts(): Account[] {
    return [...this.accounts.getRange()].map(({ value }) => value);
  }

  putAccount(account: Account): void {
    this.accounts.putSync(account.email, account);
  }

  calendar(id: string): Calendar | undefined {
    return this.calendars.get(id.toLowerCase());
  }

  putCalendar(calendar: Calendar): void {
    this.calendars.putSync(calendar.id, calendar);
  }

  /** What an account's list holds, removed ones included: its primary calendar first, then by age. */
  entriesOf(account: string): ListEntry[] {
    return [...this.entries.getRange({ start: [account, ''], end: [account, LAST] })].map(({ value }) => value)
      .sort((a, b) => Number(b.calendarId === account) - Number(a.calendarId === account) || a.revision - b.revision);
  }

  entry(account: string, calendarId: string): ListEntry | undefined {
    return this.entries.get([account, calendarId]);
  }

  putEntry(entry: ListEntry): void {
    this.entries.putSync([entry.account, entry.calendarId], entry);
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
  }

  async close(): Promise<void> {
    await this.root.close();
  }
}
