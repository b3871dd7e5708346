import { createHash } from 'node:crypto';
import { MOST_ID_BYTES, MOST_TEXT } from './decode-limits.js';

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text that Postgres takes: NUL goes, half characters are replaced; longer than `most` it is cut, and ends in "…". */
export function text(value: unknown, most = MOST_TEXT): string | null {
  if (typeof value !== 'string') return null;
  const whole = value.length > most ? `${value.slice(0, most - 1)}…` : value;
  return whole.replaceAll('\u0000', '').toWellFormed();
}
/** A name of a zone or a type. */
export const shortText = (value: unknown): string | null => text(value, 64);

export const digest = (of: string): string => createHash('sha256').update(of).digest('base64url');

/** An id as a key of ours. One that no index or header would take is replaced by its hash, the same each time: the event
 *  still blocks, is told, and is found again when it changes or goes. Null if there is none. */
export function readId(value: unknown): { id: string; isOdd: boolean } | null {
  if (typeof value !== 'string' || value === '') return null;
  const isOdd = value.length > MOST_ID_BYTES || value.includes('\u0000') || !value.isWellFormed() || Buffer.byteLength(value) > MOST_ID_BYTES;
  return { id: isOdd ? `~${digest(JSON.stringify(value))}` : value, isOdd };
}
