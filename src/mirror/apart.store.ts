import type { CalendarEvent } from '../calendar/event.js';
import type { Tx } from '../postgres/transaction.js';

/** SQLSTATE classes that are about the content of a row: data (22), constraints (23), limits of the program such as the
 *  longest row of an index (54). Anything else is about the database, and passes on. */
const CONTENT = /^(22|23|54)/;
const isAboutContent = (error: unknown): boolean => error instanceof Error && CONTENT.test(String((error as { code?: unknown }).code ?? ''));

/**
 * Does `apply` with all of `items` at once. If Postgres refuses something in them, does it with each half, and so on: what
 * is refused alone is given to `instead`, so that one poisoned row never keeps back the others. One savepoint where all is
 * well, about 2 log2(n) where one row is refused.
 * @returns those that were refused
 */
export async function applyApart<T>(tx: Tx, items: readonly T[], apply: (tx: Tx, items: readonly T[]) => Promise<unknown>, instead: (refused: T) => T): Promise<T[]> {
  if (items.length === 0) return [];
  try {
    await tx.transaction(async (savepoint) => { await apply(savepoint as unknown as Tx, items); });
    return [];
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    const [only] = items;
    if (items.length === 1 && only !== undefined) {
      await apply(tx, [instead(only)]);
      return [only];
    }
    const half = items.length >> 1;
    return [...(await applyApart(tx, items.slice(0, half), apply, instead)), ...(await applyApart(tx, items.slice(half), apply, instead))];
  }
}

/** Does `quick`, and if Postgres refuses something in it, `careful` in its place: what is quick takes all rows or none. */
export async function quicklyOr(tx: Tx, quick: (tx: Tx) => Promise<unknown>, careful: () => Promise<unknown>): Promise<void> {
  try {
    await tx.transaction(async (savepoint) => { await quick(savepoint as unknown as Tx); });
  } catch (error) {
    if (!isAboutContent(error)) throw error;
    await careful();
  }
}

/** What is left of an event that Postgres refuses: where and when it is. It blocks, and says why. */
export const bareOf = (event: CalendarEvent): CalendarEvent => ({
  id: event.id, etag: '', updatedAt: null, status: event.status, when: event.when?.kind === 'timed' ? { ...event.when, zone: null } : event.when,
  recurrence: null, recurringEventId: event.recurringEventId, originalStart: event.originalStart, iCalUid: null, summary: null,
  transparency: 'opaque', eventType: 'default', organizedHere: false, attendees: [], attendeesOmitted: true, privateProperties: {}, unparsed: 'Postgres refuses it',
});
