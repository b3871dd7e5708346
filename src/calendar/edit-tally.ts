import { EDIT_IN_WORDS, type Edit, type EditKind } from './edit.js';
import { momentOf } from './event-differences.js';

/** More edits than this in one pull are told in one line with counts (a calendar cleared, a series of years retimed). */
export const MOST_LINES = 50;

/** The edits of one pull, gathered batch by batch: memory does not grow with them. */
export interface EditTally {
  readonly total: number;
  readonly counts: Readonly<Partial<Record<EditKind, number>>>;
  /** Each of them, up to MOST_LINES. */
  readonly edits: readonly Edit[];
}
export const NO_EDITS: EditTally = { total: 0, counts: {}, edits: [] };

export function addEdits(tally: EditTally, edits: readonly Edit[]): EditTally {
  if (edits.length === 0) return tally;
  const counts: Partial<Record<EditKind, number>> = { ...tally.counts };
  for (const { what } of edits) counts[what] = (counts[what] ?? 0) + 1;
  return { total: tally.total + edits.length, counts, edits: [...tally.edits, ...edits].slice(0, MOST_LINES) };
}

/** The edits of two batches of one pull. */
export function addTallies(a: EditTally, b: EditTally): EditTally {
  const counts = { ...a.counts };
  for (const [what, count] of Object.entries(b.counts) as [EditKind, number][]) counts[what] = (counts[what] ?? 0) + count;
  return { total: a.total + b.total, counts, edits: [...a.edits, ...b.edits].slice(0, MOST_LINES) };
}

/** One line of history, about one event or about all. */
export interface EditLine { readonly what: string; readonly edit: Edit | null; readonly facts: Readonly<Record<string, unknown>> }

/** What the history says of these edits: a line for each, or one with counts if there are more than MOST_LINES. */
export function editLines(tally: EditTally): EditLine[] {
  if (tally.total > MOST_LINES) return [{ what: 'many changes in Google', edit: null, facts: { edits: tally.total, ...tally.counts } }];
  return continued(tally.edits).map((edit) => ({
    what: EDIT_IN_WORDS[edit.what],
    edit,
    facts: {
      event: edit.eventId,
      ...(edit.original && { original: momentOf(edit.original) }),
      ...(edit.from !== null && { from: edit.from }),
      ...(edit.to !== null && { to: edit.to }),
      ...(edit.count !== null && { count: edit.count }),
    },
  }));
}

/** A new series that begins exactly where another one now ends is its continuation: so do programs split, which cannot
 *  give it an id that says so (sheet 2.1). */
function continued(edits: readonly Edit[]): Edit[] {
  const ends = new Set(edits.filter((e) => e.what === 'series-trimmed' && e.to !== null).map((e) => e.to));
  return edits.map((e) => (e.what === 'made' && e.original === null && ends.has(e.to) ? { ...e, what: 'split-off' } : e));
}
