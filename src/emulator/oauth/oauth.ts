import { createHash } from 'node:crypto';
import type { Emulator } from '../emulator.js';
import { consentPage, refusalPage } from './consent-page.js';
import { ACCESS_LIFETIME_S, type Grant, Grants, type PendingCode } from './grants.js';
import type { Answer } from '../http/answer.js';

const ISSUER = 'https://accounts.google.com';
const CARRIED = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'access_type', 'prompt', 'include_granted_scopes', 'login_hint', 'code_challenge', 'code_challenge_method', 'nonce', 'hd'];

const html = (status: number, body: string): Answer => ({ status, html: body });
const refuse = (code: string, detail: string): Answer => html(400, refusalPage(code, detail));
const tokenError = (status: number, error: string, description: string): Answer => ({ status, json: { error, error_description: description } });

function checkRequest(asked: URLSearchParams): { code: string; detail: string } | undefined {
  const redirect = asked.get('redirect_uri') ?? '';
  if ((asked.get('client_id') ?? '') === '') return { code: 'invalid_request', detail: 'Missing required parameter: client_id' };
  if (!URL.canParse(redirect) || !['http:', 'https:'].includes(new URL(redirect).protocol) || redirect.includes('#')) {
    return { code: 'redirect_uri_mismatch', detail: 'The redirect_uri must be an absolute http(s) address without a fragment.' };
  }
  if (asked.get('response_type') !== 'code') return { code: 'unsupported_response_type', detail: 'Only response_type=code is offered.' };
  if ((asked.get('scope') ?? '').trim() === '') return { code: 'invalid_request', detail: 'Missing required parameter: scope' };
  const challenge = asked.get('code_challenge'), method = asked.get('code_challenge_method');
  if (method !== null && method !== 'S256') return { code: 'invalid_request', detail: 'Only code_challenge_method=S256 is offered.' };
  if ((challenge === null) !== (method === null) || (challenge !== null && !/^[A-Za-z0-9_-]{43}$/.test(challenge))) return { code: 'invalid_request', detail: 'code_challenge must be the base64url SHA-256 of the verifier.' };
  return undefined;
}

/** GET /o/oauth2/v2/auth: shows the consent page; changes nothing. */
export function showConsent(emulator: Emulator, asked: URLSearchParams): Answer {
  const wrong = checkRequest(asked);
  if (wrong !== undefined) return refuse(wrong.code, wrong.detail);
  const fields = Object.fromEntries(CARRIED.flatMap((name) => { const value = asked.get(name); return value === null ? [] : [[name, value]]; }));
  return html(200, consentPage(emulator.store.allAccounts(), asked.get('login_hint')?.toLowerCase(), {
    clientId: asked.get('client_id') ?? '', redirectUri: asked.get('redirect_uri') ?? '', scopes: (asked.get('scope') ?? '').split(/\s+/),
  }, fields));
}

/** POST /o/oauth2/v2/auth: takes the decision and sends the browser back with a code, or with `access_denied`. */
export function decideConsent(emulator: Emulator, form: URLSearchParams): Answer {
  const wrong = checkRequest(form);
  if (wrong !== undefined) return refuse(wrong.code, wrong.detail);
  const back = new URL(form.get('redirect_uri') ?? '');
  const state = form.get('state'), challenge = form.get('code_challenge'), nonce = form.get('nonce');
  if (state !== null) back.searchParams.set('state', state);
  if (form.get('decision') !== 'allow') {
    back.searchParams.set('error', 'access_denied');
    return { status: 302, headers: { location: back.href } };
  }
  const account = emulator.store.account(form.get('account') ?? '');
  if (account === undefined) return refuse('invalid_request', 'Choose one of the accounts.');
  const clientId = form.get('client_id') ?? '', scopes = [...new Set((form.get('scope') ?? '').trim().split(/\s+/))];
  const grants = new Grants(emulator.store);
  const offline = form.get('access_type') === 'offline' && ((form.get('prompt') ?? '').split(' ').includes('consent') || !grants.hasConsented(account.email, clientId));
  const code = grants.issueCode({
    account: account.email, clientId, redirectUri: form.get('redirect_uri') ?? '', scopes, offline,
    ...(challenge === null ? {} : { challenge }), ...(nonce === null ? {} : { nonce }),
  });
  back.searchParams.set('code', code);
  back.searchParams.set('scope', scopes.join(' '));
  return { status: 302, headers: { location: back.href } };
}

function idToken(emulator: Emulator, grant: Grant, nonce: string | undefined): string {
  const account = emulator.store.account(grant.account);
  const iat = Math.floor(emulator.store.clock.now() / 1000);
  const withMail = grant.scopes.some((each) => each === 'email' || each.endsWith('/userinfo.email'));
  const withName = grant.scopes.some((each) => each === 'profile' || each.endsWith('/userinfo.profile'));
  return emulator.keys.sign({
    iss: ISSUER, azp: grant.clientId, aud: grant.clientId, sub: account?.sub,
    ...(withMail ? { email: grant.account, email_verified: true } : {}), ...(withName ? { name: account?.name } : {}),
    ...(nonce === undefined ? {} : { nonce }), iat, exp: iat + 3_600,
  });
}

function tokens(emulator: Emulator, grants: Grants, grant: Grant, more: { refreshToken?: string | undefined; nonce?: string | undefined }): Answer {
  return {
    status: 200,
    json: {
      access_token: grants.issueAccess(grant), expires_in: ACCESS_LIFETIME_S,
      ...(more.refreshToken === undefined ? {} : { refresh_token: more.refreshToken }),
      scope: grant.scopes.join(' '), token_type: 'Bearer',
      ...(grant.scopes.includes('openid') ? { id_token: idToken(emulator, grant, more.nonce) } : {}),
    },
  };
}

const verifies = (pending: PendingCode, verifier: string | null): boolean =>
  pending.challenge === undefined ? verifier === null || verifier === '' : createHash('sha256').update(verifier ?? '').digest('base64url') === pending.challenge;

/** POST /token: authorization_code and refresh_token. */
export function exchangeToken(emulator: Emulator, form: URLSearchParams, authorization: string | undefined): Answer {
  const grants = new Grants(emulator.store);
  const basic = /^Basic (.+)$/i.exec(authorization ?? '');
  const [basicId, basicSecret] = basic === null ? [] : Buffer.from(basic[1] ?? '', 'base64').toString().split(':').map(decodeURIComponent);
  const clientId = form.get('client_id') ?? basicId ?? '', secret = form.get('client_secret') ?? basicSecret ?? '';
  if (clientId === '') return tokenError(400, 'invalid_request', 'Could not determine client ID from request.');
  const fixed = Object.hasOwn(emulator.oauthClients, clientId) ? emulator.oauthClients[clientId] : undefined;
  if (fixed !== undefined && fixed !== secret) return tokenError(401, 'invalid_client', 'The provided client secret is invalid.');
  if (form.get('grant_type') === 'refresh_token') {
    const grant = grants.byRefresh(form.get('refresh_token') ?? '', clientId, secret);
    return grant === undefined ? tokenError(400, 'invalid_grant', 'Token has been expired or revoked.') : tokens(emulator, grants, grant, {});
  }
  if (form.get('grant_type') !== 'authorization_code') return tokenError(400, 'unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type') ?? ''}`);
  const code = form.get('code') ?? '';
  const pending = grants.takeCode(code);
  if (pending === undefined || pending.clientId !== clientId || !verifies(pending, form.get('code_verifier'))) return tokenError(400, 'invalid_grant', 'Bad Request');
  if (pending.redirectUri !== form.get('redirect_uri')) return tokenError(400, 'redirect_uri_mismatch', 'Bad Request');
  const { grant, refreshToken } = grants.issueGrant(pending, secret, pending.offline);
  grants.noteCodeGrant(code, grant.id);
  return tokens(emulator, grants, grant, { refreshToken, nonce: pending.nonce });
}

/** POST /revoke: ends what the account granted to that client. */
export function revokeToken(emulator: Emulator, form: URLSearchParams): Answer {
  return new Grants(emulator.store).revokeToken(form.get('token') ?? '') ? { status: 200, json: {} } : tokenError(400, 'invalid_token', 'Token expired or revoked');
}

/** GET or POST /tokeninfo for an access token. */
export function tokenInfo(emulator: Emulator, token: string): Answer {
  const found = new Grants(emulator.store).byAccess(token);
  if (found === undefined) return tokenError(400, 'invalid_token', 'Invalid Value');
  const { grant, expiresMs } = found;
  return {
    status: 200,
    json: {
      azp: grant.clientId, aud: grant.clientId, sub: emulator.store.account(grant.account)?.sub ?? '', scope: grant.scopes.join(' '),
      exp: String(Math.floor(expiresMs / 1000)), expires_in: String(Math.max(0, Math.floor((expiresMs - emulator.store.clock.now()) / 1000))),
      email: grant.account, email_verified: 'true', access_type: 'offline',
    },
  };
}

/** GET userinfo: the account behind a bearer token. */
export function userInfo(emulator: Emulator, account: string): Answer {
  const found = emulator.store.account(account);
  return { status: 200, json: { sub: found?.sub ?? '', name: found?.name ?? '', email: account, email_verified: true } };
}

const CACHED = { 'cache-control': 'public, max-age=3600, must-revalidate, no-transform' };
export const pemCertificates = (emulator: Emulator): Answer => ({ status: 200, json: { [emulator.keys.kid]: emulator.keys.publicPem() }, headers: CACHED });
export const jsonKeys = (emulator: Emulator): Answer => ({ status: 200, json: { keys: [emulator.keys.jwk()] }, headers: CACHED });

/** /.well-known/openid-configuration: Google's issuer string with this emulator's addresses. */
export function discovery(emulator: Emulator): Answer {
  const url = emulator.url();
  return {
    status: 200,
    json: {
      issuer: ISSUER, authorization_endpoint: `${url}/o/oauth2/v2/auth`, token_endpoint: `${url}/token`, userinfo_endpoint: `${url}/v1/userinfo`,
      revocation_endpoint: `${url}/revoke`, jwks_uri: `${url}/oauth2/v3/certs`, response_types_supported: ['code'], subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'], scopes_supported: ['openid', 'email', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      claims_supported: ['aud', 'email', 'email_verified', 'exp', 'iat', 'iss', 'name', 'sub'],
      code_challenge_methods_supported: ['S256'], grant_types_supported: ['authorization_code', 'refresh_token'],
    },
  };
}
