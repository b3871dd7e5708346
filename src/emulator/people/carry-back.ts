import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../http/api-error.js';
import { findEvent } from '../events/find.js';
import { followSeries, saveEvent } from '../events/save.js';
import type { StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { contribute, type Contribution } from './contribution.js';
import { isOrganizerCopy, propagate } from './copies.js';

/** The event of a copy on one calendar; undefined if it is not there. */
function rowOn(store: Store, calendarId: string, copy: StoredEvent): StoredEvent | undefined {
  const calendar = store.calendar(calendarId);
  if (calendar === undefined || calendar.deleted === true) return undefined;
  try {
    const { row } = findEvent(store, calendar.id, copy.id);
    return row.iCalUID === copy.iCalUID ? row : undefined;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined; // the organizer's event is gone
    throw error;
  }
}

/** The organizer's live row. A copy may not know yet that its event was moved: what the move left behind names the new organizer. */
function organizersRow(store: Store, copy: StoredEvent): StoredEvent | undefined {
  const asked = new Set<string>();
  for (let at = copy.organizer.email.toLowerCase(); !asked.has(at);) {
    asked.add(at);
    const row = rowOn(store, at, copy);
    if (row === undefined) return undefined;
    if (isOrganizerCopy(row)) return row.content.status === 'cancelled' ? undefined : row;
    at = row.organizer.email.toLowerCase();
  }
  return undefined;
}

/**
 * Carries what a guest wrote from their copy to the organizer's event, and from there to the other copies. Does nothing
 * if the organizer has no such event here. Use within `transact`.
 */
export function carryBack(store: Store, guestRow: StoredEvent, contribution: Contribution): void {
  const found = organizersRow(store, guestRow);
  if (found === undefined) return;
  const content = contribute(found.content, contribution);
  if (isDeepStrictEqual(content, found.content)) return;
  const saved = saveEvent(store, found, { ...found, content });
  const followers = found.content.recurrence === undefined ? [] : followSeries(store, found, saved);
  for (const change of [{ before: found, after: saved }, ...followers]) propagate(store, change);
}
