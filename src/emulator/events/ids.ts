import { createHash, randomBytes } from 'node:crypto';
import { invalid } from '../http/api-error.js';

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';
const digit = (value: number): string => BASE32HEX.charAt(value & 31);

/** A server's id: 26 characters of base32hex (sheet 2). */
export const newId = (): string => [...randomBytes(26)].map((byte) => digit(byte)).join('');

function base32hex(bytes: Buffer): string {
  let text = '', bits = 0, held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += digit(held >> (bits - 5));
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + digit(held << (5 - bits));
}

const LONGEST = 1_024;

/** Id of an imported event: `_` and its iCalUID in base32hex, lower case, without padding (sheet 2); its hash if that would be longer than any id. */
export function importedId(iCalUID: string): string {
  const bytes = Buffer.from(iCalUID);
  return `_${base32hex(Math.ceil((bytes.length * 8) / 5) < LONGEST ? bytes : createHash('sha256').update(bytes).digest())}`;
}

/** Ids that a client may choose: base32hex, 5 to 1024 characters (sheet 2). Throws 400 for any other. */
export function checkClientId(id: string): void {
  if (!/^[0-9a-v]{5,1024}$/.test(id)) throw invalid('Invalid resource id value.');
}
