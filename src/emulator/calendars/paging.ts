import { issuePageToken, readPageToken } from '../events/page.js';
import type { Query } from '../http/query.js';
import type { ListTokens } from '../store/list-token.js';

/** A list that fits into memory: the rows of one account, or of one calendar, in the order of their places. */
export interface Rows<R> {
  /** What is listed, and for whom; page tokens are bound to it. */
  readonly of: string;
  readonly account: string;
  /** Newest change when the first page was made, microseconds. */
  readonly newest: number;
  readonly rows: readonly { readonly place: string; readonly row: R }[];
}

const DEFAULT_PAGE = 100, LARGEST_PAGE = 250;
const BESIDE = ['pageToken', 'maxResults', 'prettyPrint', 'key', 'quotaUser', 'fields', 'alt'];

/**
 * The page that a query asks for (sheet 5: 100 rows, 250 at most). A page token holds the place of the last row, so
 * that changes between pages hide nothing; `upTo` is the `newest` of the first page, where the next sync has to begin.
 */
export function takePage<R>(tokens: ListTokens, query: Query, { of, account, newest, rows }: Rows<R>): { rows: R[]; upTo: number; nextPageToken?: string } {
  const bound = `${account} ${query.fingerprint(...BESIDE)}`;
  const page = readPageToken(tokens, query.text('pageToken'), of, bound);
  const upTo = page?.upTo ?? newest;
  const rest = rows.filter(({ place }) => page === undefined || place > String(page.at));
  const shown = rest.slice(0, Math.min(query.count('maxResults') ?? DEFAULT_PAGE, LARGEST_PAGE));
  const last = shown.at(-1);
  const more = last !== undefined && rest.length > shown.length;
  return { rows: shown.map(({ row }) => row), upTo, ...(more ? { nextPageToken: issuePageToken(tokens, of, bound, { at: last.place, upTo }) } : {}) };
}
