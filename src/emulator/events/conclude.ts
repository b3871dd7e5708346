import { contributionOf } from '../people/contribution.js';
import { isOrganizerCopy } from '../people/copies.js';
import type { WriteCall } from './write-call.js';
import { followSeries } from './save.js';
import { showTime } from './content.js';
import type { Span, WriteRecord } from '../store/log.js';
import type { EventContent, StoredEvent } from '../store/model.js';

/** Who is behind a write, and which mails it causes: what a control call has, too, that stands for the UI. */
export type Behind = Pick<WriteCall, 'emulator' | 'sendUpdates'> & { readonly caller: { readonly account: string } };

const span = (row: StoredEvent | undefined): Span | null => {
  if (row === undefined || row.content.status === 'cancelled') return null;
  const shown = (time: EventContent['start']): string => { const t = showTime(time, 'UTC'); return String(t['date'] ?? t['dateTime']); };
  return { start: shown(row.content.start), end: shown(row.content.end) };
};

/** Puts a write into the log of writes: the witness of what callers did. */
export function witness({ emulator: { store }, caller, sendUpdates }: Behind, kind: WriteRecord['kind'], before: StoredEvent | undefined, after: StoredEvent): void {
  store.writes.append({
    timeMs: store.clock.now(), account: caller.account, calendarId: after.calendarId, eventId: after.id, kind,
    before: span(before), after: span(after), sendUpdates,
  });
}

/** Sends an organizer's change to the guests' copies, and the mails that it causes; `followers` are exceptions that changed with their series. */
export function tellGuests(
  behind: Behind, before: StoredEvent | undefined, after: StoredEvent, followers: readonly { before: StoredEvent; after: StoredEvent }[], heirOf?: string,
): void {
  const { emulator: { copies, mail }, caller, sendUpdates } = behind;
  const sending = { actor: caller.account, sendUpdates };
  copies.pass({ to: 'guests', change: { before, after, ...(heirOf === undefined ? {} : { heirOf }) } });
  mail.announce(before, after, sending);
  // Guests of the whole series heard of its exceptions with it.
  const ofSeries = new Set([before, after].flatMap((row) => row?.content.attendees ?? []).map((each) => each.email.toLowerCase()));
  for (const change of followers) {
    copies.pass({ to: 'guests', change });
    mail.announce(change.before, change.after, sending, ofSeries);
  }
}

/** Sends a guest's write to the organizer, as far as it concerns them, and the mails that it causes. */
function tellOrganizer(behind: Behind, before: StoredEvent | undefined, after: StoredEvent): void {
  const contribution = contributionOf(before, after);
  if (contribution === undefined) return;
  const { emulator: { copies, mail }, caller, sendUpdates } = behind;
  const sending = { actor: caller.account, sendUpdates }, { answer, added, edit } = contribution;
  copies.pass({ to: 'organizer', row: after, contribution });
  if (answer !== undefined) mail.tellAnswer(after, answer, sending);
  if (added.length > 0 || Object.keys(edit).length > 0) mail.announce(before, after, sending);
}

/**
 * What follows from a write, all in the call's transaction: exceptions follow their series, guests or the organizer learn
 * of it on their calendars and by mail, and the log of writes keeps it. Private copies concern nobody else (sheet 3).
 */
export function conclude(behind: Behind, kind: WriteRecord['kind'], before: StoredEvent | undefined, after: StoredEvent): void {
  const { store } = behind.emulator;
  const isLiveSeries = before !== undefined && after.content.status !== 'cancelled' && (before.content.recurrence !== undefined || before.content.status === 'cancelled');
  const followers = isLiveSeries ? followSeries(store, before, after) : [];
  if (after.privateCopy !== true) {
    if (isOrganizerCopy(after)) tellGuests(behind, before, after, followers);
    else tellOrganizer(behind, before, after);
  }
  witness(behind, kind, before, after);
}
