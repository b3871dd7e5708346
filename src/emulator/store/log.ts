import type { Database } from 'lmdb';

/** One call as it was answered; `status` 0 means that the connection was cut before the client had all of the answer. */
export interface RequestRecord {
  readonly seq: number;
  /** When it was answered, on the emulator's clock. */
  readonly timeMs: number;
  /** How long that took, on the machine's clock. */
  readonly durationMs: number;
  readonly account: string | null;
  readonly clientId: string | null;
  /** The method in Google's API, `events.insert`, or of OAuth, `oauth.token`; null for a path that has none. */
  readonly kind: string | null;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  /** Why it was refused, and in which words. */
  readonly reason?: string;
  readonly message?: string;
  /** The control rule that it met. */
  readonly rule?: number;
}

export interface Span { readonly start: string; readonly end: string }

/**
 * One write that changed the store through the API, or that stands for one of the UI; times are RFC 3339 in UTC, or dates.
 * A move is two records, one of each calendar; a split is two, one of each part.
 */
export interface WriteRecord {
  readonly seq: number;
  readonly timeMs: number;
  readonly account: string;
  readonly calendarId: string;
  readonly eventId: string;
  readonly kind: 'insert' | 'import' | 'patch' | 'update' | 'delete' | 'move' | 'split' | 'trim';
  readonly before: Span | null;
  readonly after: Span | null;
  readonly sendUpdates: string;
}

const KEPT_REQUESTS = 50_000, KEPT_WRITES = 1_000_000;

/** A numbered journal over one LMDB database, of which the newest rows are kept; numbers go on where the last run stopped. */
class Journal<R extends { readonly seq: number }> {
  constructor(private readonly rows: Database<R, number>, private readonly kept: number) {}

  /** Adds a row under the next number, in the transaction that is open, if one is: its number is given back with it. */
  append(row: Omit<R, 'seq'>): void {
    const [newest] = this.rows.getKeys({ reverse: true, limit: 1 });
    const seq = (newest ?? 0) + 1;
    this.rows.putSync(seq, { seq, ...row } as R);
    if (seq > this.kept) this.rows.removeSync(seq - this.kept);
  }

  /** Rows with a number above `since`, oldest first. */
  since(since: number): R[] {
    return [...this.rows.getRange({ start: since + 1 })].map(({ value }) => value);
  }
}

export class RequestLog extends Journal<RequestRecord> {
  constructor(rows: Database<RequestRecord, number>) {
    super(rows, KEPT_REQUESTS);
  }
}

export class WriteLog extends Journal<WriteRecord> {
  constructor(rows: Database<WriteRecord, number>) {
    super(rows, KEPT_WRITES);
  }
}
