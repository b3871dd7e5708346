import { createHash } from 'node:crypto';
import { invalid, required } from '../http/api-error.js';
import type { Json, JsonObject } from '../store/model.js';
import { asObject, asText } from './json.js';

/** How the making of a conference ends: at once, or first not at all (sheet 2). */
export type ConferenceOutcome = 'success' | 'pending' | 'failure';

const requestOf = (conference: JsonObject | undefined): JsonObject | undefined => asObject(conference?.['createRequest']);

/** True while a conference was asked for and is not there. */
export const isPending = (conference: JsonObject | undefined): boolean => asObject(requestOf(conference)?.['status'])?.['statusCode'] === 'pending';

/** What stands in an event after a request for a conference. The meeting code follows from the request's id. */
export function conferenceFor(requestId: string, outcome: ConferenceOutcome): JsonObject {
  const createRequest = { requestId, conferenceSolutionKey: { type: 'hangoutsMeet' }, status: { statusCode: outcome } };
  if (outcome !== 'success') return { createRequest };
  const letters = createHash('sha256').update(requestId).digest('hex').replaceAll(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? 'x');
  const code = `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7, 10)}`;
  return {
    createRequest,
    entryPoints: [{ entryPointType: 'video', uri: `https://meet.google.com/${code}`, label: `meet.google.com/${code}` }],
    conferenceSolution: { key: { type: 'hangoutsMeet' }, name: 'Google Meet', iconUri: 'https://fonts.example/meet.png' },
    conferenceId: code,
  };
}

/** The same conference after its making ended. */
export const endConference = (conference: JsonObject, outcome: 'success' | 'failure'): JsonObject =>
  conferenceFor(asText(requestOf(conference)?.['requestId']) ?? '', outcome);

/**
 * Conference of a body with `conferenceDataVersion=1`: a ready one is copied, a `createRequest` makes one, and the id of the last
 * request again changes nothing (sheet 2). Throws 400 for a request without an id and for a type that the calendar does not offer.
 */
export function readConference(value: Json | undefined, before: JsonObject | undefined, outcome: ConferenceOutcome): JsonObject | undefined {
  const wanted = asObject(value), request = requestOf(wanted);
  if (wanted === undefined || request === undefined) return wanted;
  const requestId = asText(request['requestId']), type = asText(asObject(request['conferenceSolutionKey'])?.['type']);
  if (requestId === undefined) throw required('Missing conference request id.');
  if (requestOf(before)?.['requestId'] === requestId) return before;
  if (type !== undefined && type !== 'hangoutsMeet') throw invalid('Invalid conference type value.');
  return conferenceFor(requestId, outcome);
}
