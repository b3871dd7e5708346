import { isDeepStrictEqual } from 'node:util';
import { ApiError } from '../http/api-error.js';
import type { Call } from '../http/route.js';
import type { JsonObject, ListEntry } from '../store/model.js';
import type { Access } from './access.js';
import { entryEtag, readChoice, showEntry, type Choice } from './calendar-entry.js';
import { checkIfMatch } from './if-match.js';

const rgb = (call: Call): boolean => call.query.flag('colorRgbFormat');

function choiceOf({ account: _a, calendarId: _c, revision: _r, deleted: _d, ...choice }: ListEntry): Choice {
  return choice;
}

/** calendarList.insert: puts an existing calendar on the caller's list; one that is there already is changed by what the body says. */
export function insertEntry(call: Call, { calendar, role }: Access): JsonObject {
  const { emulator: { store }, caller: { account } } = call;
  return store.transact(() => {
    const known = store.entry(account, calendar.id);
    if (known !== undefined && known.deleted !== true) return changeEntry(call, { calendar, role }, known, 'patch');
    const entry: ListEntry = { account, calendarId: calendar.id, revision: store.nextRevision(), ...readChoice(call.body, {}, calendar, rgb(call)) };
    store.putEntry(entry);
    return showEntry(entry, calendar, role);
  });
}

/** calendarList.patch and calendarList.update: merge, or full replacement. An unchanged entry keeps its etag. Throws 400 and 412. */
export function changeEntry(call: Call, { calendar, role }: Access, entry: ListEntry, kind: 'patch' | 'update'): JsonObject {
  const { store } = call.emulator;
  checkIfMatch(call, entryEtag(entry));
  const choice = readChoice(call.body, kind === 'patch' ? choiceOf(entry) : {}, calendar, rgb(call));
  if (isDeepStrictEqual(choice, choiceOf(entry))) return showEntry(entry, calendar, role);
  return store.transact(() => {
    const saved: ListEntry = { account: entry.account, calendarId: entry.calendarId, revision: store.nextRevision(), ...choice };
    store.putEntry(saved);
    return showEntry(saved, calendar, role);
  });
}

/** calendarList.delete: takes a calendar off the caller's list. Throws 403 for the primary one, and for any other that the caller's data are in. */
export function removeEntry(call: Call, { calendar }: Access, entry: ListEntry): void {
  const { store } = call.emulator;
  checkIfMatch(call, entryEtag(entry));
  if (calendar.owner === entry.account) {
    throw calendar.primary ? new ApiError(403, 'cannotChangeOwnPrimarySubscription', 'Cannot change the subscription to the own primary calendar.', { domain: 'calendar' })
      : new ApiError(403, 'cannotUnsubscribeFromOwnedCalendar', 'The data owner of a calendar cannot remove such a calendar from their calendar list.', { domain: 'calendar' });
  }
  store.transact(() => store.putEntry({ ...entry, deleted: true, revision: store.nextRevision() }));
}
