import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../http/api-error.js';
import { findEvent } from '../events/find.js';
import { followSeries, saveEvent } from '../events/save.js';
import type { StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { contribute, type Contribution } from './contribution.js';
import { propagate } from './copies.js';

function organizersRow(store: Store, guestRow: StoredEvent): StoredEvent | undefined {
  const calendar = store.calendar(guestRow.organizer.email);
  if (calendar === undefined || calendar.deleted === true) return undefined;
  try {
    const { row } = findEvent(store, calendar.id, guestRow.id);
    return row.iCalUID === guestRow.iCalUID && row.content.status !== 'cancelled' ? row : undefined;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined; // the organizer's event is gone
    throw error;
  }
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
