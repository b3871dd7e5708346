import { createPublicKey } from 'node:crypto';
import { isSignedBy, readJwt } from './jwt.js';
import { isKnown, readScopes } from './scopes.js';
import { serviceAccountOf } from './key-files.js';
import { tokenAnswer, tokenError } from './token-answer.js';
import type { Emulator } from '../emulator.js';
import type { Answer } from '../http/answer.js';

const AUDIENCE = 'https://oauth2.googleapis.com/token';
const LONGEST_S = 3_600;
/** How far a service account's clock may be off. */
const SKEW_S = 300;

const UNTIMELY = 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.';
const UNAUTHORIZED = 'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.';

const invalidGrant = (description: string): Answer => tokenError(400, 'invalid_grant', description);

function isTimely(iat: unknown, exp: unknown, nowS: number): boolean {
  return typeof iat === 'number' && typeof exp === 'number' && iat <= nowS + SKEW_S && exp > nowS - SKEW_S && exp > iat && exp - iat <= LONGEST_S;
}

/** The jwt-bearer grant (RFC 7523, sheet 7.2 and 7.6): a service account speaks for itself, or with `sub` for another account. Use within `transact`. */
export function exchangeAssertion(emulator: Emulator, assertion: string): Answer {
  const { store } = emulator;
  const jwt = readJwt(assertion);
  if (jwt === undefined) return invalidGrant('Invalid JWT: Failed to parse the token.');
  const { iss, aud, iat, exp, sub, scope } = jwt.claims;
  const holder = typeof iss === 'string' && iss.length <= 320 ? serviceAccountOf(store, iss) : undefined;
  const own = holder === undefined ? undefined : store.account(holder.email);
  if (holder === undefined || own === undefined || own.state === 'deleted') return invalidGrant('Invalid grant: account not found');
  if (own.state === 'disabled') return invalidGrant('Account disabled');
  const { kid } = jwt.header;
  const keys = typeof kid === 'string' ? Object.entries(holder.keys).flatMap(([id, pem]) => (id === kid ? [pem] : [])) : Object.values(holder.keys);
  if (!keys.some((pem) => isSignedBy(jwt, createPublicKey(pem)))) return invalidGrant('Invalid JWT Signature.');
  if (aud !== AUDIENCE && aud !== `${emulator.url()}/token`) return invalidGrant(`Invalid JWT: Failed audience check. The right audience is ${AUDIENCE}`);
  if (!isTimely(iat, exp, store.clock.now() / 1000)) return invalidGrant(UNTIMELY);
  const scopes = readScopes(typeof scope === 'string' ? scope : '');
  if (scopes.length === 0 || !scopes.every(isKnown)) return tokenError(400, 'invalid_scope', 'Invalid OAuth scope or ID token audience provided.');
  const subject = typeof sub === 'string' && sub.toLowerCase() !== holder.email ? sub.toLowerCase() : holder.email;
  if (subject !== holder.email) {
    if (!scopes.every((each) => holder.delegatedScopes.includes(each))) return tokenError(401, 'unauthorized_client', UNAUTHORIZED);
    const person = subject.length > 320 ? undefined : store.account(subject);
    if (person === undefined || person.state !== undefined) return invalidGrant('Invalid email or User ID');
  }
  return tokenAnswer(emulator, { account: subject, clientId: holder.clientId, scopes, grantId: 0, isOffline: false, serviceAccount: holder.email });
}
