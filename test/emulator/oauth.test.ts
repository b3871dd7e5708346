import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library';
import { calendar } from 'googleapis/build/src/apis/calendar/index.js';
import { expect, test } from 'vitest';
import { ANA, aWorld, refusal } from './world.js';

const SCOPES = ['openid', 'email', 'https://www.googleapis.com/auth/calendar.events.owned'];
const BACK = 'http://127.0.0.1:9/callback?keep=1';

function clientOf(url: string, secret = 'a secret'): OAuth2Client {
  return new OAuth2Client({
    clientId: 'makeway', clientSecret: secret, redirectUri: BACK,
    endpoints: {
      oauth2AuthBaseUrl: `${url}/o/oauth2/v2/auth`, oauth2TokenUrl: `${url}/token`, oauth2RevokeUrl: `${url}/revoke`, tokenInfoUrl: `${url}/tokeninfo`,
      oauth2FederatedSignonPemCertsUrl: `${url}/oauth2/v1/certs`, oauth2FederatedSignonJwkCertsUrl: `${url}/oauth2/v3/certs`,
    },
  });
}

/** Fills in the consent form as a browser without script would: every field of the page, and one button. */
async function consent(page: string, decision: string, account?: string): Promise<URL> {
  const html = await (await fetch(page)).text();
  const form = new URLSearchParams();
  for (const [, name, value] of html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)) form.set(name ?? '', (value ?? '').replaceAll('&amp;', '&'));
  const checked = /value="([^"]+)" required checked/.exec(html)?.[1];
  form.set('account', account ?? checked ?? '');
  form.set('decision', decision);
  const answer = await fetch(new URL('/o/oauth2/v2/auth', page), { method: 'POST', body: form, redirect: 'manual' });
  expect(answer.status).toBe(302);
  return new URL(answer.headers.get('location') ?? '');
}

const failure = async (call: Promise<unknown>) => {
  try { await call; } catch (error) { return (error as { response?: { status: number; data?: { error?: string } } }).response?.data?.error; }
  throw new Error('the call was not refused');
};

test('the code flow with PKCE: consent, exchange, id token, calendar call, refresh, revoke', async () => {
  const { url, control } = await aWorld();
  const client = clientOf(url);
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const page = client.generateAuthUrl({ scope: SCOPES, access_type: 'offline', prompt: 'consent', state: 's&1', login_hint: ANA, code_challenge: codeChallenge ?? '', code_challenge_method: CodeChallengeMethod.S256, nonce: 'n-1' });
  const back = await consent(page, 'allow');
  expect([back.searchParams.get('state'), back.searchParams.get('keep'), back.searchParams.get('scope')]).toEqual(['s&1', '1', SCOPES.join(' ')]);
  const code = back.searchParams.get('code') ?? '';
  const { tokens } = await client.getToken({ code, codeVerifier });
  expect(tokens).toMatchObject({ token_type: 'Bearer', scope: SCOPES.join(' '), access_token: expect.any(String), refresh_token: expect.any(String) });
  const ticket = await client.verifyIdToken({ idToken: tokens.id_token ?? '', audience: 'makeway' });
  expect(ticket.getPayload()).toMatchObject({ iss: 'https://accounts.google.com', aud: 'makeway', email: ANA, email_verified: true, nonce: 'n-1', sub: expect.stringMatching(/^\d{21}$/) });
  client.setCredentials(tokens);
  const api = calendar({ version: 'v3', auth: client, rootUrl: url, retry: false });
  expect((await api.events.list({ calendarId: 'primary' })).data.summary).toBe(ANA);
  expect(await refusal(api.calendarList.list())).toEqual({ status: 403, reason: 'insufficientPermissions' });
  expect(await client.getTokenInfo(tokens.access_token ?? '')).toMatchObject({ aud: 'makeway', scopes: SCOPES });
  await control('POST', '/clock', { offsetMs: 3_700_000 });
  client.setCredentials({ ...tokens, expiry_date: 4e12 });
  expect(await refusal(api.events.list({ calendarId: 'primary' }))).toEqual({ status: 401, reason: 'authError' });
  client.setCredentials({ refresh_token: tokens.refresh_token ?? null });
  expect((await api.events.list({ calendarId: 'primary' })).status).toBe(200);
  const stranger = clientOf(url, 'another secret');
  stranger.setCredentials({ refresh_token: tokens.refresh_token ?? null });
  expect(await failure(stranger.getAccessToken())).toBe('invalid_grant');
  await client.revokeToken(tokens.refresh_token ?? '');
  client.setCredentials({ refresh_token: tokens.refresh_token ?? null });
  expect(await failure(client.getAccessToken())).toBe('invalid_grant');
});

test('a code works once, with its verifier and its redirect address; a second use ends the grant', async () => {
  const { url } = await aWorld();
  const client = clientOf(url);
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const code = async (pkce: boolean) => (await consent(client.generateAuthUrl({ scope: SCOPES, access_type: 'offline', prompt: 'consent', ...(pkce ? { code_challenge: codeChallenge ?? '', code_challenge_method: CodeChallengeMethod.S256 } : {}) }), 'allow', ANA)).searchParams.get('code') ?? '';
  expect(await failure(client.getToken({ code: await code(true), codeVerifier: 'x'.repeat(43) }))).toBe('invalid_grant');
  expect(await failure(client.getToken({ code: await code(true) }))).toBe('invalid_grant');
  expect(await failure(client.getToken({ code: await code(false), redirect_uri: 'http://127.0.0.1:9/other' }))).toBe('redirect_uri_mismatch');
  const good = await code(true);
  const { tokens } = await client.getToken({ code: good, codeVerifier });
  expect(await failure(client.getToken({ code: good, codeVerifier }))).toBe('invalid_grant');
  client.setCredentials({ refresh_token: tokens.refresh_token ?? null });
  expect(await failure(client.getAccessToken())).toBe('invalid_grant');
});

test('cancel, wrong requests, no second refresh token without prompt, killed grants', async () => {
  const { url, control } = await aWorld();
  const client = clientOf(url);
  const page = (more: object = {}) => client.generateAuthUrl({ scope: SCOPES, access_type: 'offline', state: 'x', ...more });
  const denied = await consent(page(), 'cancel', ANA);
  expect([denied.searchParams.get('error'), denied.searchParams.get('state')]).toEqual(['access_denied', 'x']);
  for (const [name, value] of [['client_id', ''], ['redirect_uri', 'nowhere'], ['response_type', 'token'], ['scope', ' '], ['code_challenge_method', 'plain']] as const) {
    const wrong = new URL(page());
    wrong.searchParams.set(name, value);
    expect((await fetch(wrong)).status, name).toBe(400);
  }
  const first = await client.getToken((await consent(page(), 'allow', ANA)).searchParams.get('code') ?? '');
  const second = await client.getToken((await consent(page(), 'allow', ANA)).searchParams.get('code') ?? '');
  expect(first.tokens.refresh_token).toBeDefined();
  expect(second.tokens.refresh_token).toBeUndefined();
  expect(await control('POST', '/grants/kill', { email: ANA })).toEqual({ killed: 2 });
  client.setCredentials(first.tokens);
  expect((await fetch(`${url}/calendar/v3/calendars/primary/events`, { headers: { authorization: `Bearer ${first.tokens.access_token}` } })).status).toBe(401);
});

test('the consent page escapes what it is given, and changes nothing by being looked at', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/accounts', { email: 'x@y.example', name: '<img src=x>', timeZone: 'UTC' });
  const page = new URL(clientOf(url).generateAuthUrl({ scope: SCOPES, state: '"><script>alert(1)</script>' }));
  const html = await (await fetch(page)).text();
  expect(html).not.toContain('<script>');
  expect(html).not.toContain('<img');
  const discovery = await (await fetch(`${url}/.well-known/openid-configuration`)).json() as Record<string, string>;
  expect(discovery).toMatchObject({ issuer: 'https://accounts.google.com', token_endpoint: `${url}/token` });
  const { keys } = await (await fetch(discovery['jwks_uri'] ?? '')).json() as { keys: { kid: string }[] };
  expect(Object.keys(await (await fetch(`${url}/oauth2/v1/certs`)).json() as object)).toEqual([keys[0]?.kid]);
});
