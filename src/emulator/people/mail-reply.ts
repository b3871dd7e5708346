import { entryOf, withAnswer } from '../events/attendees.js';
import { findEvent } from '../events/find.js';
import { notFound } from '../http/api-error.js';
import type { Attendee } from '../store/model.js';
import type { Store } from '../store/store.js';
import { carryBack } from './carry-back.js';
import { propagate } from './copies.js';
import { replyKey } from './invitation-setting.js';

/**
 * What a guest does with the links in the mail, with or without an account: the answer reaches the organizer, and a copy that
 * waited for it appears. Throws 404 for an event, or a guest of it, that is not there.
 */
export function replyByMail(store: Store, calendarId: string, eventId: string, email: string, answer: Pick<Attendee, 'responseStatus' | 'comment'>): void {
  store.transact(() => {
    const { row, isStored } = findEvent(store, calendarId, eventId);
    const guest = entryOf(row.content.attendees, email);
    if (guest === undefined || row.content.status === 'cancelled') throw notFound();
    store.meta.putSync(replyKey(email, row.iCalUID), true);
    // An answer that the organizer had put in before changes nothing there, and still lets the copy appear.
    if (isStored) propagate(store, { after: row });
    carryBack(store, row, { answer: withAnswer(guest, { ...guest, ...answer }), added: [], removed: [], edit: {} });
  });
}
