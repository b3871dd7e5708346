import { endGrant, issueRefresh, nextGrantId, noteUse, readRefresh } from './grants.js';
import { clientOf, faultOfSecret } from './clients.js';
import { noteGrant, takeCode } from './codes.js';
import { faultOfVerifier } from './pkce.js';
import { isRestricted, policyOf } from './policy.js';
import { hashOf } from './secret.js';
import { exchangeAssertion } from './assertions.js';
import { tokenAnswer, tokenError } from './token-answer.js';
import type { Emulator } from '../emulator.js';
import type { Answer } from '../http/answer.js';

const ENDED = 'Token has been expired or revoked.';

function basicCredentials(authorization: string | undefined): string[] {
  const basic = /^Basic (.+)$/i.exec(authorization ?? '')?.[1];
  return basic === undefined ? [] : Buffer.from(basic, 'base64').toString().split(/:(.*)/s).slice(0, 2);
}

/** POST /token: codes, refresh tokens and the assertions of service accounts (sheet 7.2). One transaction. */
export function exchangeToken(emulator: Emulator, form: URLSearchParams, authorization: string | undefined): Answer {
  return emulator.store.transact(() => {
    const kind = form.get('grant_type');
    if (kind === 'urn:ietf:params:oauth:grant-type:jwt-bearer') return exchangeAssertion(emulator, form.get('assertion') ?? '');
    const [basicId, basicSecret] = basicCredentials(authorization);
    const clientId = form.get('client_id') ?? basicId ?? '', secret = form.get('client_secret') ?? basicSecret;
    if (!/^[\x21-\x7e]{1,255}$/.test(clientId)) return tokenError(400, 'invalid_request', 'Could not determine client ID from request.');
    const client = clientOf(emulator.store, clientId);
    if (client?.isDeleted === true) return tokenError(401, 'deleted_client', 'The OAuth client was deleted.');
    const fault = faultOfSecret(emulator, clientId, client, secret);
    if (fault === 'missing') return tokenError(400, 'invalid_request', 'client_secret is missing.');
    if (fault === 'wrong') return tokenError(401, 'invalid_client', 'The provided client secret is invalid.');
    if (kind === 'refresh_token') return refresh(emulator, form.get('refresh_token') ?? '', clientId, secret ?? '');
    if (kind === 'authorization_code') return exchangeCode(emulator, form, clientId, secret ?? '');
    return tokenError(400, 'unsupported_grant_type', `Invalid grant_type: ${kind ?? ''}`);
  });
}

/** A refresh does not rotate the refresh token (sheet 7.2). */
function refresh(emulator: Emulator, token: string, clientId: string, secret: string): Answer {
  const { store } = emulator;
  if (token === '') return tokenError(400, 'invalid_request', 'Missing required parameter: refresh_token');
  const grant = readRefresh(store, token);
  if (grant === undefined) return tokenError(400, 'invalid_grant', 'Bad Request');
  if (grant === 'dead') return tokenError(400, 'invalid_grant', ENDED);
  if (grant.clientId !== clientId) return tokenError(401, 'unauthorized_client', 'Unauthorized');
  if (grant.secretHash !== hashOf(secret)) return tokenError(400, 'invalid_grant', 'Bad Request');
  const account = store.account(grant.account);
  if (account === undefined || account.state !== undefined) return tokenError(400, 'invalid_grant', ENDED);
  const isAllowed = !isRestricted(policyOf(store, grant.account), grant.scopes);
  if (!isAllowed) return tokenError(400, 'admin_policy_enforced', 'The administrator of this account does not allow this app.');
  noteUse(store, grant);
  return tokenAnswer(emulator, { account: grant.account, clientId, scopes: grant.scopes, grantId: grant.id, isOffline: true }, { endsMs: grant.endsMs });
}

function exchangeCode(emulator: Emulator, form: URLSearchParams, clientId: string, secret: string): Answer {
  const { store } = emulator;
  const code = form.get('code') ?? '';
  if (code === '') return tokenError(400, 'invalid_request', 'Missing required parameter: code');
  if (!code.startsWith('4/')) return tokenError(400, 'invalid_grant', 'Malformed auth code.');
  const taken = takeCode(store, code);
  if ('gave' in taken) {
    if (taken.gave !== undefined) endGrant(store, taken.gave);
    return tokenError(400, 'invalid_grant', 'Bad Request');
  }
  if (taken.clientId !== clientId) return tokenError(400, 'invalid_grant', 'Bad Request');
  if (taken.redirectUri !== form.get('redirect_uri')) return tokenError(400, 'redirect_uri_mismatch', 'Bad Request');
  const fault = faultOfVerifier(taken.challenge, form.get('code_verifier') || undefined);
  if (fault !== undefined) return tokenError(400, 'invalid_grant', fault);
  const account = store.account(taken.account);
  if (account === undefined || account.state !== undefined) return tokenError(400, 'invalid_grant', 'Bad Request');
  const { scopes, isOffline, nonce } = taken, id = nextGrantId(store), now = store.clock.now(), ends = taken.endsMs === undefined ? {} : { endsMs: taken.endsMs };
  noteGrant(store, code, id);
  const access = { account: taken.account, clientId, scopes, grantId: id, isOffline };
  if (!taken.withRefresh) return tokenAnswer(emulator, access, { nonce });
  const refreshToken = issueRefresh(store, { id, account: taken.account, clientId, scopes, secretHash: hashOf(secret), issuedMs: now, usedMs: now, ...ends });
  return tokenAnswer(emulator, access, { refreshToken, nonce, ...ends });
}
