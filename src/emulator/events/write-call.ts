import { conditionNotMet, requiredAccessLevel } from '../http/api-error.js';
import type { Caller } from '../caller.js';
import type { Emulator } from '../emulator.js';
import { sameAddress, without } from './attendees.js';
import type { ConferenceOutcome } from './conference.js';
import type { ReadingContext } from './content.js';
import { checkPropertyTotal } from './properties.js';
import { forbiddenForServiceAccounts } from './refusals.js';
import { etagOf } from './view.js';
import type { Calendar, EventContent, Role, StoredEvent } from '../store/model.js';

/** What a write call says beside its body. */
export interface WriteCall {
  readonly emulator: Emulator;
  readonly caller: Caller;
  readonly calendar: Calendar;
  readonly role: Role;
  readonly sendUpdates: string;
  readonly ifMatch?: string | undefined;
  readonly takesConference: boolean;
  readonly takesAttachments: boolean;
  readonly takesLabels: boolean;
}

/** How the calendar's bodies are to be read in this call; `row` is what the write changes. */
export function contextOf(call: WriteCall, row?: StoredEvent): ReadingContext {
  const { emulator: { store }, calendar, takesConference, takesAttachments, takesLabels } = call;
  const outcome = (store.meta.get('conferenceOutcome') as ConferenceOutcome | undefined) ?? 'success';
  return {
    calendarZone: calendar.timeZone, isPrimary: calendar.primary, ...(row === undefined ? {} : { before: row.content, isInstance: row.recurringEventId !== undefined }),
    conferences: takesConference ? outcome : undefined, takesAttachments, takesLabels,
  };
}

/** Throws 412 if the caller knows another version (sheet 3.2). */
export function checkMatch({ ifMatch }: WriteCall, row: StoredEvent): void {
  if (ifMatch === undefined || ifMatch === '*') return;
  if (!ifMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === etagOf(row))) throw conditionNotMet();
}

const isPrivate = ({ visibility }: EventContent): boolean => visibility === 'private' || visibility === 'confidential';

/** Throws 403 for a private event and a writer without access to such (sheet 5). */
export function checkPrivateAccess({ role }: WriteCall, ...contents: readonly EventContent[]): void {
  if (role === 'writerWithoutPrivateAccess' && contents.some(isPrivate)) throw requiredAccessLevel('writer');
}

/** Throws 403 for a service account that invites somebody without acting for a user (sheet 3.5). */
export function checkInviting({ caller }: WriteCall, before: EventContent | undefined, after: EventContent): void {
  if (caller.serviceAccount?.isDelegated === false && without(after.attendees, before?.attendees).length > 0) throw forbiddenForServiceAccounts();
}

/** Throws 400 if the event's copies hold too many extended properties after this write (sheet 2). */
export function checkProperties({ emulator: { store } }: WriteCall, row: StoredEvent): void {
  const { content, organizer, calendarId, id, iCalUID } = row;
  if (content.extendedProperties === undefined) return;
  const people = [organizer, ...(content.attendees ?? [])].map((each) => each.email.toLowerCase());
  const copies = [...new Set(people)].filter((each) => !sameAddress(each, calendarId)).map((each) => store.events.get(each, id)).filter((each) => each?.iCalUID === iCalUID);
  checkPropertyTotal(content.extendedProperties, copies.map((each) => each?.content.extendedProperties));
}
