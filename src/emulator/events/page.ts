import { invalid } from '../http/api-error.js';
import type { ListTokens } from '../store/list-token.js';
import type { StoredEvent } from '../store/model.js';

/** Where a list stands: the place of the last row looked at, never an index, so that writes between pages hide nothing. */
export type Place = string | number | readonly (string | number)[];

/**
 * One row that a list walks over. Without `row` it is not shown; with `counts` it takes its place on the page
 * nevertheless, as tombstones do: so a page may be short or empty and still have a next one (sheet 0.2).
 */
export interface Step { readonly place: Place; readonly row?: StoredEvent; readonly counts: boolean }

export interface Page { readonly rows: StoredEvent[]; readonly next?: Place }

/** No page looks at more rows than this; what a rare filter has not found by then, the next page goes on to look for. */
const LONGEST_WALK = 20_000;

/** Takes steps until the page is full, or long enough was walked. */
export function fillPage(steps: Iterable<Step>, size: number): Page {
  const rows: StoredEvent[] = [];
  let counted = 0, walked = 0, last: Place | undefined;
  for (const step of steps) {
    if (last !== undefined && (counted >= size || walked >= LONGEST_WALK)) return { rows, next: last };
    walked++;
    last = step.place;
    if (step.counts) counted++;
    if (step.row !== undefined) rows.push(step.row);
  }
  return { rows };
}

export interface PageToken { readonly at: Place; readonly upTo: number }

export function issuePageToken(tokens: ListTokens, calendarId: string, bound: string, next: PageToken): string {
  return tokens.issue({ kind: 'page', calendar: calendarId, bound, ...next });
}

/** Reads a page token; it must come with the query that it was given to (`bound`). Throws 400. */
export function readPageToken(tokens: ListTokens, text: string | undefined, calendarId: string, bound: string): PageToken | undefined {
  if (text === undefined) return undefined;
  const token = tokens.read(text);
  if (token?.['kind'] !== 'page' || token['calendar'] !== calendarId || token['bound'] !== bound) throw invalid('Invalid page token value.', 'pageToken');
  return { at: token['at'] as Place, upTo: Number(token['upTo']) };
}
