/** What differs between two states of one event resource. Pure; says nothing of who did it or why. */
import type { Edit, EditKind, Moment } from './edit.js';
import type { Attendee, CalendarEvent, OriginalStart, ResponseStatus, When } from './event.js';

export type Difference = Omit<Edit, 'eventId' | 'original'>;
export const difference = (what: EditKind, from: Moment | null = null, to: Moment | null = null, count: number | null = null): Difference => ({ what, from, to, count });

/** The edits that lead from `before` to `after`, both of one single event, occurrence or series, neither cancelled.
 *  Recurrence is judged elsewhere. Empty if nothing that Makeway reads differs. */
export function differences(before: CalendarEvent, after: CalendarEvent, own: ReadonlySet<string>): Difference[] {
  const found: Difference[] = [];
  if (before.unparsed === null && after.unparsed !== null) found.push(difference('unparsed'));
  if (before.unparsed !== null && after.unparsed === null) found.push(difference('readable-again'));
  if (before.when && after.when) found.push(...timesOf(before.when, after.when, after.originalStart));
  if (before.transparency !== after.transparency) found.push(difference(after.transparency === 'transparent' ? 'set-free' : 'set-busy'));
  if (before.status !== after.status) found.push(difference(after.status === 'tentative' ? 'made-tentative' : 'confirmed'));
  if (before.organizedHere !== after.organizedHere) found.push(difference('organizer-changed'));
  found.push(...coachsAnswer(before, after), ...guestsOf(before, after, own));
  if (before.summary !== after.summary) found.push(difference('renamed'));
  if (before.eventType !== after.eventType) found.push(difference('type-changed'));
  // Rows mirrored before this was read do not say it: no news.
  if (before.isPrivate !== undefined && after.isPrivate !== undefined && before.isPrivate !== after.isPrivate) found.push(difference(after.isPrivate ? 'made-private' : 'made-public'));
  return found;
}

export const startOf = (when: When): Moment => (when.kind === 'timed' ? when.start : when.startOn);
export const momentOf = (original: OriginalStart): Moment => (original.kind === 'timed' ? original.at : original.on);
const endOf = (when: When): Moment => (when.kind === 'timed' ? when.end : when.endOn);
const lengthOf = (when: When): number => (when.kind === 'timed' ? when.end - when.start : Date.parse(when.endOn) - Date.parse(when.startOn));

function timesOf(before: When, after: When, original: OriginalStart | null): Difference[] {
  const [from, to] = [startOf(before), startOf(after)];
  if (before.kind !== after.kind) return [difference(after.kind === 'all-day' ? 'turned-all-day' : 'turned-timed', from, to)];
  const found: Difference[] = [];
  if (from !== to) found.push(difference(original !== null && momentOf(original) === to ? 'moved-back' : 'moved', from, to));
  const longer = lengthOf(after) - lengthOf(before);
  if (longer !== 0) found.push(difference(longer > 0 ? 'lengthened' : 'shortened', endOf(before), endOf(after)));
  if (before.kind === 'timed' && after.kind === 'timed' && before.zone !== after.zone) found.push(difference('zone-changed'));
  return found;
}

const COACH: Readonly<Record<ResponseStatus, EditKind>> = { declined: 'coach-declined', accepted: 'coach-accepted', tentative: 'coach-tentative', needsAction: 'coach-unanswered' };
const CLIENT: Readonly<Record<ResponseStatus, EditKind>> = { declined: 'client-declined', accepted: 'client-accepted', tentative: 'client-tentative', needsAction: 'client-unanswered' };

function coachsAnswer(before: CalendarEvent, after: CalendarEvent): Difference[] {
  const answer = (event: CalendarEvent): ResponseStatus | null => event.attendees.find((a) => a.self)?.responseStatus ?? null;
  const [was, is] = [answer(before), answer(after)];
  // Who gets the first guest, or is invited, has said nothing yet.
  const saysNothing = was === null && (is === 'needsAction' || is === 'accepted');
  return is === null || is === was || saysNothing ? [] : [difference(COACH[is])];
}

/** Guests who are neither the coach, the organizer nor a room, as sessionClaim counts them. */
const outside = (event: CalendarEvent, own: ReadonlySet<string>): Map<string, Attendee> =>
  new Map(event.attendees.filter((a) => !a.self && !a.organizer && !a.resource && !own.has(a.email.toLowerCase())).map((a) => [a.email, a]));

function guestsOf(before: CalendarEvent, after: CalendarEvent, own: ReadonlySet<string>): Difference[] {
  const [was, is] = [outside(before, own), outside(after, own)];
  const size = (event: CalendarEvent, guests: ReadonlyMap<string, Attendee>): number => (event.attendeesOmitted ? Math.max(2, guests.size) : guests.size);
  const found: Difference[] = [];
  // A list that Google cut says nothing about who is missing.
  if (!before.attendeesOmitted && !after.attendeesOmitted) {
    const added = [...is.keys()].filter((email) => !was.has(email)).length;
    const removed = [...was.keys()].filter((email) => !is.has(email)).length;
    if (added > 0) found.push(difference('guest-added', null, null, added));
    if (removed > 0) found.push(difference('guest-removed', null, null, removed));
  }
  const [sizeBefore, sizeAfter] = [size(before, was), size(after, is)];
  if (sizeBefore < 2 && sizeAfter >= 2) found.push(difference('became-group', null, null, sizeAfter));
  if (sizeBefore >= 2 && sizeAfter === 1) found.push(difference('one-client-again'));
  const answers = new Map<ResponseStatus, number>();
  for (const [email, guest] of is) {
    const earlier = was.get(email);
    if (earlier && earlier.responseStatus !== guest.responseStatus) answers.set(guest.responseStatus, (answers.get(guest.responseStatus) ?? 0) + 1);
  }
  for (const [answer, count] of answers) found.push(difference(CLIENT[answer], null, null, count));
  return found;
}
