import { isDeepStrictEqual } from 'node:util';
import { entryOf, without, withAnswer } from '../events/attendees.js';
import type { Attendee, EventContent, StoredEvent } from '../store/model.js';

/** Above this many guests their answers stay on their own copies (sheet 3.5). */
const MOST_ANSWERING = 200;

/** Fields of the event itself, which a guest may change for all with `guestsCanModify`. */
export const MAIN_FIELDS = ['summary', 'description', 'location', 'start', 'end', 'endTimeUnspecified', 'recurrence', 'conferenceData', 'attachments'] as const;

/** What a guest's write to their own copy says to the organizer. */
export interface Contribution {
  readonly answer?: Attendee;
  readonly added: readonly Attendee[];
  readonly removed: readonly Attendee[];
  /** Those of the main fields that changed; undefined stands for one that is gone. */
  readonly edit: Readonly<Record<string, unknown>>;
}

/**
 * What the organizer has to learn of a guest's write (sheet 3.5): the answer, where deleting the copy is a no and bringing it back
 * gives the answer again; guests added; and with `guestsCanModify` also guests taken off and changed fields. Undefined if nothing.
 */
export function contributionOf(before: StoredEvent | undefined, after: StoredEvent): Contribution | undefined {
  const was = before?.content, is = after.content;
  const own = entryOf(is.attendees, after.calendarId);
  const leaves = is.status === 'cancelled' && was?.status !== 'cancelled', returns = is.status !== 'cancelled' && was?.status === 'cancelled';
  const answers = own !== undefined && (leaves || returns || !isDeepStrictEqual(entryOf(was?.attendees, after.calendarId), own));
  const mayModify = is.guestsCanModify === true && !leaves;
  const edited = MAIN_FIELDS.filter((name) => mayModify && was !== undefined && !isDeepStrictEqual(was[name], is[name]));
  const added = leaves ? [] : without(is.attendees, was?.attendees), removed = mayModify ? without(was?.attendees, is.attendees) : [];
  if (!answers && edited.length === 0 && added.length === 0 && removed.length === 0) return undefined;
  return {
    ...(answers ? { answer: leaves ? { ...own, responseStatus: 'declined' as const } : own } : {}),
    added, removed, edit: Object.fromEntries(edited.map((name) => [name, is[name]])),
  };
}

/** The organizer's content after a guest's contribution. Answers are not taken over from one of very many guests. */
export function contribute(content: EventContent, { answer, added, removed, edit }: Contribution): EventContent {
  const listed = content.attendees ?? [];
  const isTaken = answer !== undefined && listed.length <= MOST_ANSWERING;
  const attendees = [
    ...without(listed, removed).map((each) => (isTaken && entryOf([each], answer.email) !== undefined ? withAnswer(each, answer) : each)),
    ...without(added, listed),
  ];
  const merged: Record<string, unknown> = { ...content, ...(attendees.length === 0 ? {} : { attendees }) };
  for (const [name, value] of Object.entries(edit)) {
    if (value === undefined) delete merged[name];
    else merged[name] = value;
  }
  return merged as unknown as EventContent;
}
