import { createHash } from 'node:crypto';
import type { Account, JsonObject } from '../store/model.js';

export const ISSUER = 'https://accounts.google.com';
const LIFETIME_S = 3_600;
const USERINFO = 'https://www.googleapis.com/auth/userinfo.';

/** The organisation that an account belongs to: its domain, but for Google's own for everybody and for service accounts. */
export function organisationOf(email: string): string | undefined {
  const domain = email.slice(email.indexOf('@') + 1);
  return ['gmail.com', 'googlemail.com'].includes(domain) || domain.endsWith('.gserviceaccount.com') ? undefined : domain;
}

/** What scopes let a client know of an account, in the words of OpenID Connect. */
export function describe(account: Account, scopes: readonly string[]): JsonObject {
  const hd = organisationOf(account.email);
  const [given = account.name, ...family] = account.name.split(' ');
  return {
    sub: account.sub,
    ...(hd === undefined ? {} : { hd }),
    ...(scopes.includes(`${USERINFO}email`) ? { email: account.email, email_verified: true } : {}),
    ...(scopes.includes(`${USERINFO}profile`) ? { name: account.name, given_name: given, ...(family.length === 0 ? {} : { family_name: family.join(' ') }) } : {}),
  };
}

/** The claims of an id token (sheet 7.5); `now` in ms. */
export function idClaims(
  account: Account, to: { clientId: string; scopes: readonly string[] }, more: { accessToken: string; nonce: string | undefined }, now: number,
): JsonObject {
  const iat = Math.floor(now / 1000);
  return {
    iss: ISSUER, azp: to.clientId, aud: to.clientId, ...describe(account, to.scopes),
    at_hash: createHash('sha256').update(more.accessToken).digest().subarray(0, 16).toString('base64url'),
    ...(more.nonce === undefined ? {} : { nonce: more.nonce }), iat, exp: iat + LIFETIME_S,
  };
}
