import { randomBytes } from 'node:crypto';
import { invalid } from '../http/api-error.js';

const BASE32HEX = '0123456789abcdefghijklmnopqrstuv';
const digit = (value: number): string => BASE32HEX.charAt(value & 31);

/** A server's id: 26 characters of base32hex (sheet 2). */
export const newId = (): string => [...randomBytes(26)].map((byte) => digit(byte)).join('');

/** Id of an imported event: `_` and its iCalUID in base32hex, lower case, without padding (sheet 2). */
export function importedId(iCalUID: string): string {
  let id = '_', bits = 0, held = 0;
  for (const byte of Buffer.from(iCalUID)) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) id += digit(held >> (bits - 5));
    held &= (1 << bits) - 1;
  }
  return bits === 0 ? id : id + digit(held << (5 - bits));
}

/** Ids that a client may choose: base32hex, 5 to 1024 characters (sheet 2). Throws 400 for any other. */
export function checkClientId(id: string): void {
  if (!/^[0-9a-v]{5,1024}$/.test(id)) throw invalid('Invalid resource id value.');
}
