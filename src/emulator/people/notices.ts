import { isDeepStrictEqual } from 'node:util';
import type { EventTime, StoredEvent } from '../store/model.js';

/** Why guests get mail; it begins the subject. */
export type Occasion = 'Invitation' | 'Updated invitation' | 'Canceled event';

/** That one guest has to hear of an event. */
export interface Notice { readonly occasion: Occasion; readonly to: string; readonly row: StoredEvent }

/** What guests are told about; a change of anything else mails nobody. */
const told = ({ content, organizer }: StoredEvent): unknown[] =>
  [content.start, content.end, content.recurrence, content.summary, content.location, content.description, organizer.email.toLowerCase()];

const guestsOf = (row: StoredEvent | undefined): Map<string, string> =>
  new Map((row === undefined || row.content.status === 'cancelled' ? [] : row.content.attendees ?? []).map((each) => [each.email.toLowerCase(), each.email]));

/** Who has to hear of a change of an organizer's event, and what: new guests, all guests, guests that are no longer. */
export function noticesOf(before: StoredEvent | undefined, after: StoredEvent): Notice[] {
  const [were, are] = [guestsOf(before), guestsOf(after)];
  const isChanged = before !== undefined && !isDeepStrictEqual(told(before), told(after));
  const notices: Notice[] = [];
  for (const [address, to] of are) {
    if (!were.has(address)) notices.push({ occasion: 'Invitation', to, row: after });
    else if (isChanged) notices.push({ occasion: 'Updated invitation', to, row: after });
  }
  // Somebody who is no longer a guest is told of what they knew, under the number of the version that ended it.
  for (const [address, to] of were) if (!are.has(address) && before !== undefined) notices.push({ occasion: 'Canceled event', to, row: { ...before, sequence: after.sequence } });
  return notices;
}

/** Of a series' exceptions, those that one guest has in their own form, and the slots that they have not. */
export function occurrencesFor(exceptions: readonly StoredEvent[], address: string): { overrides: StoredEvent[]; holes: EventTime[] } {
  const overrides = exceptions.filter((each) => guestsOf(each).has(address.toLowerCase()));
  return { overrides, holes: exceptions.flatMap((each) => (overrides.includes(each) || each.originalStart === undefined ? [] : [each.originalStart])) };
}
