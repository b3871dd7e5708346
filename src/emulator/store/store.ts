import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, type Database, type RootDatabase } from 'lmdb';
import { EmulatorClock } from './clock.js';
import type { Account, AclRule, Calendar, ListEntry, StoredEvent, WatchedKind } from './model.js';
import { RequestLog, WriteLog } from './log.js';
import { Watches } from './watches.js';
import type { Key } from './event-index.js';
import { EventRows } from './event-rows.js';
import { isKey, LAST } from './keys.js';

/** A resource that a transaction changed, as channels watch it; of events, the types that changed. */
export interface Touched { readonly kind: WatchedKind; readonly of: string; readonly eventTypes: Set<string> }

/** Raised when folders of before can no longer be read as they are. */
const FORMAT = 2;

/** Everything the emulator knows, in one LMDB folder, so that a kill at any moment loses no committed write. */
export class Store {
  private readonly root: RootDatabase;
  readonly events: EventRows;
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
    const rows = this.root.openDB<StoredEvent, Key>('events', { keyEncoding: 'ordered-binary', sharedStructuresKey: Symbol.for('structures') });
    this.parts.push(rows);
    this.events = new EventRows(rows, {
      changes: part('changes'), exceptions: part('exceptions'), spans: part('spans'), uids: part('uids'), properties: part('properties'), updates: part('updates'),
    }, (row) => this.touch('events', row.calendarId, row.content.eventType));
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
      for (const each of this.parts) each.clearSync();
      this.meta.putSync('format', FORMAT);
      if (signing !== undefined) this.meta.putSync('signingKeys', signing);
      this.clock.shift(0);
    });
  }

  async close(): Promise<void> {
    await this.root.close();
  }
}
