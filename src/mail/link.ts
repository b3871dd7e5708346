import { timingSafeEqual } from 'node:crypto';
import { sha256 } from '../work/hash.js';
import type { Keyring } from '../work/shell.port.js';

/** What a link may be used for. `decide`: the coach settles a request; `choose`: the existing client moves or stays;
 *  `pick`: the incoming client takes another time; `status`: they see how their request stands; `confirm`: a visitor of the
 *  booking page says that it was them. */
export const LINK_PURPOSES = ['decide', 'choose', 'pick', 'status', 'confirm'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];
/** A key's id is as settings allow it. */
const SHAPE = /^([A-Za-z0-9_-]{1,32})\.([a-z0-9]{16})\.([A-Za-z0-9_-]{22})$/;

const macOf = (keys: Keyring, purpose: LinkPurpose, id: string, keyId?: string): { keyId: string; mac: string } | null => {
  const signed = keys.sign(`link ${purpose}`, id, keyId);
  return signed && { keyId: signed.keyId, mac: signed.mac.subarray(0, 16).toString('base64url') };
};

/** The token of a link: key id, link id and 128 bits of MAC over purpose and id. It can be made again from the id, so
 *  that mails need not store it; the database keeps only its hash. Null if that key is gone. */
export function tokenOf(keys: Keyring, purpose: LinkPurpose, linkId: string, keyId?: string): { token: string; keyId: string } | null {
  const signed = macOf(keys, purpose, linkId, keyId);
  return signed && { token: `${signed.keyId}.${linkId.replace(/^li_/, '')}.${signed.mac}`, keyId: signed.keyId };
}

/** The purpose for which this token was truly made, or null: a forged one is refused before the database is asked. */
export function readToken(keys: Keyring, token: string): LinkPurpose | null {
  const [, keyId, id, mac] = SHAPE.exec(token) ?? [];
  if (!keyId || !id || !mac) return null;
  let found: LinkPurpose | null = null;
  for (const purpose of LINK_PURPOSES) {
    const expected = macOf(keys, purpose, `li_${id}`, keyId);
    if (expected && timingSafeEqual(Buffer.from(expected.mac), Buffer.from(mac))) found = purpose;
  }
  return found;
}

export const tokenHash = (token: string): Buffer => sha256(token);
