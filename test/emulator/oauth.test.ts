import { calendar } from 'googleapis/build/src/apis/calendar/index.js';
import { CodeChallengeMethod } from 'google-auth-library';
import { expect, test } from 'vitest';
import { appAt, aVerifier, callWith, challengeOf, consent, refresh, SCOPE, SCOPES, signIn, tokenRefusal } from './sign-in.js';
import { ANA, aWorld, refusal } from './world.js';

test('the code flow with PKCE: consent, exchange, id token, calendar call, refresh, revoke', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url);
  const { codeVerifier, codeChallenge } = await app.generateCodeVerifierAsync();
  const page = app.generateAuthUrl({ scope: ['openid', 'email', `${SCOPE}calendar.events.owned`], access_type: 'offline', prompt: 'consent', state: 's&1', login_hint: ANA, code_challenge: codeChallenge ?? '', code_challenge_method: CodeChallengeMethod.S256, nonce: 'n-1' });
  const back = await consent(page, {});
  expect(Object.fromEntries(back.searchParams)).toEqual({ keep: '1', state: 's&1', code: expect.stringMatching(/^4\/0A/), scope: SCOPES.join(' '), authuser: '0', hd: 'coach.example', prompt: 'consent' });
  const { tokens } = await app.getToken({ code: back.searchParams.get('code') ?? '', codeVerifier });
  expect(tokens).toMatchObject({ token_type: 'Bearer', scope: SCOPES.join(' '), access_token: expect.any(String), refresh_token: expect.any(String) });
  const ticket = await app.verifyIdToken({ idToken: tokens.id_token ?? '', audience: 'makeway' });
  expect(ticket.getPayload()).toMatchObject({ iss: 'https://accounts.google.com', aud: 'makeway', email: ANA, email_verified: true, nonce: 'n-1', sub: expect.stringMatching(/^\d{21}$/) });
  app.setCredentials(tokens);
  const api = calendar({ version: 'v3', auth: app, rootUrl: url, retry: false });
  expect((await api.events.list({ calendarId: 'primary' })).data.summary).toBe(ANA);
  expect(await refusal(api.calendarList.list())).toEqual({ status: 403, reason: 'insufficientPermissions' });
  await control('POST', '/clock', { offsetMs: 3_300_000 });
  expect(await callWith(url, tokens.access_token)).toBe(200);
  await control('POST', '/clock', { offsetMs: 3_700_000 });
  expect(await callWith(url, tokens.access_token)).toBe(401);
  const again = await refresh(app, tokens);
  expect(await callWith(url, again.access_token)).toBe(200);
  expect(await tokenRefusal(refresh(appAt(url, { secret: 'another secret' }), tokens))).toMatchObject({ status: 400, error: 'invalid_grant' });
  expect(await tokenRefusal(refresh(appAt(url, { id: 'another' }), tokens))).toEqual({ status: 401, error: 'unauthorized_client', description: 'Unauthorized' });
  await app.revokeToken(tokens.refresh_token ?? '');
  expect(await tokenRefusal(refresh(app, tokens))).toEqual({ status: 400, error: 'invalid_grant', description: 'Token has been expired or revoked.' });
  expect(await callWith(url, again.access_token)).toBe(401);
});

test('a code works once, for ten minutes, with its verifier and its redirect address; a second use ends what the first gave', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url), verifier = aVerifier(43);
  const code = async (more: object = { code_challenge: challengeOf(verifier), code_challenge_method: CodeChallengeMethod.S256 }) =>
    (await consent(app.generateAuthUrl({ scope: SCOPES, access_type: 'offline', prompt: 'consent', ...more }), { account: ANA })).searchParams.get('code') ?? '';
  const refused = (description: string, error = 'invalid_grant') => ({ status: 400, error, description });
  expect(await tokenRefusal(app.getToken({ code: await code(), codeVerifier: aVerifier(43) }))).toEqual(refused('Invalid code verifier.'));
  expect(await tokenRefusal(app.getToken({ code: await code() }))).toEqual(refused('Missing code verifier.'));
  expect(await tokenRefusal(app.getToken({ code: await code({}), codeVerifier: verifier }))).toEqual(refused('code_verifier or verifier is not needed.'));
  expect(await tokenRefusal(app.getToken({ code: await code({}), redirect_uri: 'http://127.0.0.1:9/other' }))).toEqual(refused('Bad Request', 'redirect_uri_mismatch'));
  expect(await tokenRefusal(app.getToken('made up'))).toEqual(refused('Malformed auth code.'));
  expect(await tokenRefusal(app.getToken('4/0Amadeup'))).toEqual(refused('Bad Request'));
  expect(await tokenRefusal(appAt(url, { id: 'another' }).getToken({ code: await code(), codeVerifier: verifier }))).toEqual(refused('Bad Request'));
  const good = await code();
  const { tokens } = await app.getToken({ code: good, codeVerifier: verifier });
  expect(await tokenRefusal(app.getToken({ code: good, codeVerifier: verifier }))).toEqual(refused('Bad Request'));
  expect(await tokenRefusal(refresh(app, tokens))).toMatchObject({ error: 'invalid_grant' });
  expect(await callWith(url, tokens.access_token)).toBe(401);
  const late = await code();
  await control('POST', '/clock', { offsetMs: 600_000 });
  expect(await tokenRefusal(app.getToken({ code: late, codeVerifier: verifier }))).toEqual(refused('Bad Request'));
});

test('a verifier has 43 to 128 characters; a challenge without a method is plain, as Google has it', async () => {
  const { url } = await aWorld();
  const app = appAt(url);
  const exchange = async (verifier: string, asked: object) => {
    const back = await consent(app.generateAuthUrl({ scope: SCOPES, ...asked }), { account: ANA });
    return app.getToken({ code: back.searchParams.get('code') ?? '', codeVerifier: verifier });
  };
  for (const length of [43, 128]) {
    const verifier = aVerifier(length);
    expect((await exchange(verifier, { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' })).tokens.access_token).toBeDefined();
    expect((await exchange(verifier, { code_challenge: verifier })).tokens.access_token).toBeDefined();
    expect((await exchange(verifier, { code_challenge: verifier, code_challenge_method: 'plain' })).tokens.access_token).toBeDefined();
  }
  for (const length of [42, 129]) {
    const verifier = aVerifier(length);
    expect(await tokenRefusal(exchange(verifier, { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' }))).toMatchObject({ error: 'invalid_grant', description: 'Invalid code verifier.' });
    expect((await fetch(app.generateAuthUrl({ scope: SCOPES, code_challenge: verifier }))).status).toBe(400);
  }
});

test('a refresh token comes with consent only: the first, one for more, and with prompt=consent', async () => {
  const { url } = await aWorld();
  const app = appAt(url);
  const refreshed = async (asked: object) => (await signIn(app, ANA, { prompt: '', ...asked })).refresh_token !== undefined;
  expect(await refreshed({})).toBe(true);
  expect(await refreshed({})).toBe(false);
  expect(await refreshed({ scope: [...SCOPES, `${SCOPE}calendar.calendarlist.readonly`] })).toBe(true);
  expect(await refreshed({})).toBe(false);
  expect(await refreshed({ prompt: 'consent' })).toBe(true);
  expect(await refreshed({ prompt: 'consent', access_type: 'online' })).toBe(false);
});

test('revoke takes any token, by GET as by POST, and ends all that the account granted to that client, and no more', async () => {
  const { url } = await aWorld();
  const app = appAt(url), other = appAt(url, { id: 'another' });
  const first = await signIn(app, ANA), second = await signIn(app, ANA), elsewhere = await signIn(other, ANA);
  await app.revokeToken(second.access_token ?? '');
  for (const tokens of [first, second]) {
    expect(await callWith(url, tokens.access_token)).toBe(401);
    expect(await tokenRefusal(refresh(app, tokens))).toMatchObject({ error: 'invalid_grant' });
    expect(await tokenRefusal(app.revokeToken(tokens.refresh_token ?? ''))).toEqual({ status: 400, error: 'invalid_token', description: 'Token expired or revoked' });
  }
  expect((await refresh(other, elsewhere)).access_token).toBeDefined();
  expect((await fetch(`${url}/revoke?token=${elsewhere.refresh_token ?? ''}`)).status).toBe(200);
  expect((await fetch(`${url}/revoke`, { method: 'POST', body: new URLSearchParams({ token: elsewhere.refresh_token ?? '' }) })).status).toBe(400);
  expect((await fetch(`${url}/revoke`, { method: 'POST' })).status).toBe(400);
  expect((await signIn(app, ANA, { prompt: '' })).refresh_token).toBeDefined();
});

test('tokeninfo and userinfo say what the scopes allow', async () => {
  const { url } = await aWorld();
  const app = appAt(url);
  const get = async (path: string, headers: Record<string, string> = {}) => { const answer = await fetch(url + path, { headers }); return { status: answer.status, json: await answer.json() as Record<string, unknown> }; };
  const full = await signIn(app, ANA, { scope: ['openid', 'email', 'profile', `${SCOPE}calendar`] });
  expect(await app.getTokenInfo(full.access_token ?? '')).toMatchObject({ aud: 'makeway', azp: 'makeway', email: ANA, access_type: 'offline', scopes: ['openid', `${SCOPE}userinfo.email`, `${SCOPE}userinfo.profile`, `${SCOPE}calendar`] });
  const { json: access } = await get(`/tokeninfo?access_token=${full.access_token ?? ''}`);
  expect(Number(access['expires_in'])).toBeGreaterThan(3_300);
  expect(access).toMatchObject({ email_verified: 'true', exp: expect.stringMatching(/^\d+$/) });
  const { json: identity } = await get(`/tokeninfo?id_token=${full.id_token ?? ''}`);
  expect(identity).toMatchObject({ iss: 'https://accounts.google.com', aud: 'makeway', email: ANA, email_verified: 'true', alg: 'RS256', typ: 'JWT', exp: expect.stringMatching(/^\d+$/) });
  const bearer = { authorization: `Bearer ${full.access_token ?? ''}` };
  expect(await get('/v1/userinfo', bearer)).toEqual({ status: 200, json: { sub: expect.stringMatching(/^\d{21}$/), hd: 'coach.example', email: ANA, email_verified: true, name: 'Ana Coach', given_name: 'Ana', family_name: 'Coach' } });
  expect((await get('/oauth2/v3/userinfo', bearer)).json).toMatchObject({ email: ANA });
  const bare = await signIn(app, ANA, { scope: [`${SCOPE}calendar.freebusy`], access_type: 'online' });
  const { json: told } = await get(`/tokeninfo?access_token=${bare.access_token ?? ''}`);
  expect([told['email'], told['access_type']]).toEqual([undefined, 'online']);
  expect((await get('/v1/userinfo', { authorization: `Bearer ${bare.access_token ?? ''}` })).status).toBe(401);
  for (const query of ['access_token=made-up', 'id_token=made.up.token', `id_token=${(full.id_token ?? '').slice(0, -8)}AAAAAAAA`, '']) {
    expect(await get(`/tokeninfo?${query}`), query).toMatchObject({ status: 400, json: { error: 'invalid_token' } });
  }
});

test('the token endpoint refuses what it cannot read; a client may name itself in the header', async () => {
  const { url } = await aWorld();
  const app = appAt(url), tokens = await signIn(app, ANA);
  const post = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(fields), headers });
    return [answer.status, ((await answer.json()) as { error?: string }).error];
  };
  expect(await post({})).toEqual([400, 'invalid_request']);
  expect(await post({ client_id: 'makeway', grant_type: 'password' })).toEqual([400, 'unsupported_grant_type']);
  expect(await post({ client_id: 'makeway', grant_type: 'authorization_code' })).toEqual([400, 'invalid_request']);
  expect(await post({ client_id: 'makeway', grant_type: 'refresh_token' })).toEqual([400, 'invalid_request']);
  expect(await post({ client_id: 'makeway', grant_type: 'refresh_token', refresh_token: '1//made-up' })).toEqual([400, 'invalid_grant']);
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` });
  expect(await post({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }, basic('makeway:a secret'))).toEqual([200, undefined]);
  expect(await post({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' }, basic('makeway:an other'))).toEqual([400, 'invalid_grant']);
});
