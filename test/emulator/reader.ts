import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { expect } from 'vitest';

export type Event = calendar_v3.Schema$Event;
export type Api = calendar_v3.Calendar;

/** What a reader asks for with every call. */
export interface Shape { readonly calendarId?: string; readonly singleEvents?: boolean; readonly maxResults?: number }

const isGone = (error: unknown): boolean => (error as { status?: number }).status === 410;

/**
 * A client as the sheet wants it (1.4, 1.5): pages by token alone, keeps the sync token only after the whole chain,
 * upserts by id, buries what is cancelled, cascades from a dead series, and starts anew on 410.
 */
export class Reader {
  readonly rows = new Map<string, Event>();
  /** Pages read, and full reads that a 410 forced. */
  pages = 0;
  restarts = 0;
  private readonly dead = new Set<string>();
  private syncToken: string | undefined;
  private pageToken: string | undefined;
  /** Rows of the pages of a chain that is not at its end. */
  private waiting: Event[] = [];

  constructor(private readonly api: Api, private readonly shape: Shape = {}) {}

  /** Another reader that knows what this one knows now, and reads on from the same token, in pages of any size. */
  fork(maxResults = this.shape.maxResults): Reader {
    const twin = new Reader(this.api, { ...this.shape, ...(maxResults === undefined ? {} : { maxResults }) });
    for (const [id, row] of this.rows) twin.rows.set(id, row);
    for (const id of this.dead) twin.dead.add(id);
    twin.syncToken = this.syncToken;
    return twin;
  }

  /** Reads on to the end of the chain. Returns the rows in the order in which they came. */
  async read(): Promise<Event[]> {
    let rows: Event[] | undefined;
    do rows = await this.page(); while (rows === undefined);
    return rows;
  }

  /** Reads one page. Returns the rows of the whole chain if it was the last one; others may write between two pages. */
  async page(): Promise<Event[] | undefined> {
    const { syncToken, pageToken } = this;
    try {
      const { data } = await this.api.events.list({
        calendarId: 'primary', ...this.shape, ...(syncToken === undefined ? {} : { syncToken }), ...(pageToken === undefined ? {} : { pageToken }),
      });
      this.pages++;
      if (this.shape.maxResults !== undefined) expect(data.items?.length).toBeLessThanOrEqual(this.shape.maxResults);
      expect(data.nextPageToken == null).toBe(data.nextSyncToken != null);
      this.waiting.push(...(data.items ?? []));
      this.pageToken = data.nextPageToken ?? undefined;
      if (this.pageToken !== undefined) return undefined;
      this.syncToken = data.nextSyncToken ?? undefined;
    } catch (error) {
      if (!isGone(error) || syncToken === undefined) throw error;
      this.restarts++;
      this.rows.clear();
      this.dead.clear();
      this.waiting = [];
      this.syncToken = this.pageToken = undefined;
      return undefined;
    }
    const seen = this.waiting;
    this.waiting = [];
    for (const row of seen) this.apply(row);
    return seen;
  }

  private apply(row: Event): void {
    const id = row.id ?? '';
    const isCancelledOccurrence = row.recurringEventId != null && this.shape.singleEvents !== true;
    if (row.status !== 'cancelled' || isCancelledOccurrence) this.rows.set(id, row);
    else this.rows.delete(id);
    if (row.status !== 'cancelled') this.dead.delete(id);
    // With singleEvents a series' id is buried only because the single event of that id became a series.
    else if (!isCancelledOccurrence && this.shape.singleEvents !== true) this.dead.add(id);
  }

  /** Rows by id; exceptions of a series that is gone are gone too, and a cancelled occurrence means nothing without its series. */
  state(): Event[] {
    return [...this.rows.values()]
      .filter((row) => row.recurringEventId == null || (!this.dead.has(row.recurringEventId) && (this.shape.singleEvents === true || row.status !== 'cancelled' || this.rows.has(row.recurringEventId))))
      .sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
  }
}

/** Fails unless a reader that has read on from its tokens knows what one that reads anew, in one page, finds. */
export async function expectFresh(reader: Reader, api: Api, shape: Shape): Promise<void> {
  const anew = new Reader(api, { ...shape, maxResults: 2500 });
  await anew.read();
  // First in short, so that a failure can be read.
  const short = (each: Reader): string[] => each.state().map(({ id, etag, status }) => `${id} ${etag} ${status}`);
  expect(short(reader)).toEqual(short(anew));
  expect(reader.state()).toEqual(anew.state());
}
