import { readAccess } from './access-tokens.js';
import { describe } from './id-token.js';
import { revoke } from './grants.js';
import { IDENTITY, isIdentity } from './scopes.js';
import { tokenError } from './token-answer.js';
import type { Caller } from '../caller.js';
import type { Emulator } from '../emulator.js';
import type { Answer } from '../http/answer.js';

const invalidToken = (description: string): Answer => tokenError(400, 'invalid_token', description);

/** POST or GET /revoke: ends what the account granted to that client (sheet 7.2). 200, or 400 for a token that is not live. */
export function revokeToken(emulator: Emulator, token: string): Answer {
  if (token === '') return tokenError(400, 'invalid_request', 'Missing required parameter: token');
  return emulator.store.transact(() => revoke(emulator.store, token)) ? { status: 200, json: {} } : invalidToken('Token expired or revoked');
}

/** /tokeninfo of an access token: whom it was given to, what for, how long it lives. */
function accessInfo(emulator: Emulator, token: string): Answer {
  const { store } = emulator, access = readAccess(store, token), account = access === undefined ? undefined : store.account(access.account);
  if (access === undefined || account === undefined) return invalidToken('Invalid Value');
  const { sub, email, email_verified: isVerified } = describe(account, access.scopes);
  return {
    status: 200,
    json: {
      azp: access.clientId, aud: access.clientId, sub: sub ?? '', scope: access.scopes.join(' '), exp: String(Math.floor(access.expiresMs / 1000)),
      expires_in: String(Math.floor((access.expiresMs - store.clock.now()) / 1000)),
      ...(email === undefined ? {} : { email, email_verified: String(isVerified) }), access_type: access.isOffline ? 'offline' : 'online',
    },
  };
}

/** /tokeninfo of an id token: its claims, all as strings, with what its header says. */
function idInfo(emulator: Emulator, token: string): Answer {
  const believed = emulator.keys.verify(token);
  if (believed === undefined || !(Number(believed.claims['exp']) * 1000 > emulator.store.clock.now())) return invalidToken('Invalid Value');
  const all = Object.entries({ ...believed.claims, ...believed.header });
  const texts = all.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
  return { status: 200, json: Object.fromEntries(texts) as Record<string, string> };
}

/** GET or POST /tokeninfo, with `access_token`, `id_token` or a bearer token. */
export function tokenInfo(emulator: Emulator, params: URLSearchParams, bearer: string | undefined): Answer {
  const idToken = params.get('id_token');
  return idToken === null ? accessInfo(emulator, params.get('access_token') ?? bearer ?? '') : idInfo(emulator, idToken);
}

/** GET userinfo: the account behind a bearer token, as far as its scopes go; 401 without any of identity. */
export function userInfo(emulator: Emulator, caller: Caller | undefined): Answer {
  const account = caller === undefined ? undefined : emulator.store.account(caller.account);
  const scopes = [...caller?.scopes ?? IDENTITY];
  if (account === undefined || !scopes.some(isIdentity)) return tokenError(401, 'invalid_request', 'Invalid Credentials');
  return { status: 200, json: describe(account, scopes) };
}
