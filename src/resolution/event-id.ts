import { createHash } from 'node:crypto';

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';

/** The id of the event that a request lands as: the same for the same attempt, however often it is sent, so that a
 *  repeat is a 409 and never a second event. base32hex as Google asks for (Events.insert, `id`): 0-9 and a-v, 5 to 1024. */
export function eventIdFor(requestId: string, attempt: number): string {
  const digest = createHash('sha256').update(`landing ${requestId} ${attempt}`).digest();
  return `mk${[...digest.subarray(0, 24)].map((byte) => BASE32HEX[byte & 31]).join('')}`;
}
