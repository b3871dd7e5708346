import { ApiError, invalid } from '../http/api-error.js';
import { deleteEvent } from '../events/write.js';
import type { WriteCall } from '../events/write-call.js';
import type { Calendar } from '../store/model.js';
import type { Store } from '../store/store.js';

/** calendars.delete: the calendar is gone for everybody, its channels end, lists that hold it report it as deleted. Throws 403 for a primary calendar. */
export function deleteCalendar(store: Store, calendar: Calendar): void {
  if (calendar.primary) throw new ApiError(403, 'cannotDeletePrimaryCalendar', 'Cannot delete primary calendar.', { domain: 'calendar' });
  store.transact(() => {
    const revision = store.nextRevision();
    store.putCalendar({ ...calendar, deleted: true, revision });
    store.watches.endAll('events', calendar.id);
    store.watches.endAll('acl', calendar.id);
    for (const entry of store.entriesOfCalendar(calendar.id)) if (entry.deleted !== true) store.putEntry({ ...entry, deleted: true, revision });
  });
}

/** calendars.clear: deletes every event of a primary calendar, series whole. Throws 400 for a secondary one. */
export function clearCalendar(call: WriteCall): void {
  const { emulator: { store }, calendar } = call;
  if (!calendar.primary) throw invalid('Only a primary calendar can be cleared.');
  store.transact(() => {
    for (const row of [...store.events.of(calendar.id)]) {
      const master = row.recurringEventId === undefined ? undefined : store.events.get(calendar.id, row.recurringEventId);
      const live = store.events.get(calendar.id, row.id)?.content.status !== 'cancelled';
      if (live && master?.content.recurrence === undefined) deleteEvent(call, row.id);
    }
  });
}
