import type { Database } from 'lmdb';

/** One call as it was answered; `status` 0 means that the connection was cut. */
interface RequestRecord {
  readonly seq: number;
  readonly timeMs: number;
  readonly account: string | null;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
}

export interface Span { readonly start: string; readonly end: string }

/** One write that changed the store through the API; times are RFC 3339 in UTC, or dates. */
export interface WriteRecord {
  readonly seq: number;
  readonly timeMs: number;
  readonly account: string;
  readonly calendarId: string;
  readonly eventId: string;
  readonly kind: 'insert' | 'patch' | 'update' | 'delete';
  readonly before: Span | null;
  readonly after: Span | null;
  readonly sendUpdates: string;
}

const KEPT_REQUESTS = 50_000;

/** A numbered journal over one LMDB database; numbers go on where the last run stopped. */
class Journal<R extends { readonly seq: number }> {
  private last: number;

  constructor(private readonly rows: Database<R, number>, private readonly kept: number) {
    const [newest] = rows.getKeys({ reverse: true, limit: 1 });
    this.last = newest ?? 0;
  }

  append(row: Omit<R, 'seq'>): void {
    const seq = ++this.last;
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
    super(rows, Number.MAX_SAFE_INTEGER);
  }
}
