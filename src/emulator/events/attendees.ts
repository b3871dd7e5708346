import { invalid, required } from '../http/api-error.js';
import type { Attendee, Json } from '../store/model.js';
import { asObject, asText } from './json.js';

export const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The entry of one address in a guest list. */
export const entryOf = (attendees: readonly Attendee[] | undefined, email: string): Attendee | undefined =>
  attendees?.find((each) => sameAddress(each.email, email));

/** Those of `attendees` whose address is not in `others`. */
export function without(attendees: readonly Attendee[] | undefined, others: readonly Attendee[] | undefined): Attendee[] {
  const known = new Set(others?.map((each) => each.email.toLowerCase()));
  return (attendees ?? []).filter((each) => !known.has(each.email.toLowerCase()));
}

/** One address as a mail can name it: nothing that its header would read as a list, a comment or a route (RFC 5322 3.2.3). */
const ADDRESS = /^[^\s@<>"(),:;[\\\]\p{Cc}]+@[^\s@<>"(),:;[\\\]\p{Cc}]+$/u;

function readAttendee(value: Json): Attendee {
  const guest = asObject(value) ?? {};
  const email = asText(guest['email']), comment = asText(guest['comment']), displayName = asText(guest['displayName']);
  if (email === undefined) throw required('Missing attendee email.');
  if (!ADDRESS.test(email)) throw invalid('Invalid attendee email.');
  const extra = Number(guest['additionalGuests'] ?? 0);
  if (extra < 0) throw invalid('Invalid number of additional guests.');
  return {
    email,
    ...(displayName === undefined ? {} : { displayName }),
    ...(guest['resource'] === true ? { resource: true as const } : {}),
    ...(guest['optional'] === true ? { optional: true as const } : {}),
    responseStatus: (asText(guest['responseStatus']) ?? 'needsAction') as Attendee['responseStatus'],
    ...(comment === undefined ? {} : { comment }),
    ...(extra > 0 ? { additionalGuests: extra } : {}),
  };
}

/** The guest list of a body that passed the schema; an address counts once, its first entry wins. Throws Google's 400s. */
export function readAttendees(value: Json | undefined): Attendee[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const list = new Map<string, Attendee>();
  for (const each of value.map(readAttendee)) if (!list.has(each.email.toLowerCase())) list.set(each.email.toLowerCase(), each);
  return [...list.values()];
}

/** A guest's entry with the parts that the guest decides taken from `answer`. */
export function withAnswer(entry: Attendee, answer: Attendee): Attendee {
  const { comment: _, additionalGuests: __, ...rest } = entry;
  return {
    ...rest, responseStatus: answer.responseStatus,
    ...(answer.comment === undefined ? {} : { comment: answer.comment }),
    ...(answer.additionalGuests === undefined ? {} : { additionalGuests: answer.additionalGuests }),
  };
}
