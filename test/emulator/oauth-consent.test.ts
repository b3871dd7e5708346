import { expect, test } from 'vitest';
import { appAt, BACK, consent, DAY_MS, decide, formOf, refresh, SCOPE, SCOPES, signIn, textOf, tokenRefusal } from './sign-in.js';
import { ANA, aWorld, DANA } from './world.js';

const EVENTS = `${SCOPE}calendar.events`, LIST = `${SCOPE}calendar.calendarlist.readonly`, FREE = `${SCOPE}calendar.freebusy`;

/** What the page of a blocked request says. */
async function blocked(page: string | URL, userAgent = 'Mozilla/5.0 Safari/605.1'): Promise<string> {
  const answer = await fetch(page, { redirect: 'manual', headers: { 'user-agent': userAgent } });
  const said = /Error (\d+: \w+)/.exec(textOf(await answer.text()))?.[1] ?? 'no error';
  expect(said.startsWith(String(answer.status)) || said === 'no error').toBe(true);
  return said;
}
async function blockedDecision(page: string, account: string): Promise<string> {
  const answer = await decide(page, { account });
  return /Error (\d+: \w+)/.exec(textOf(await answer.text()))?.[1] ?? `${answer.status}`;
}

test('a request with a fault ends on a page and never goes back to its app', async () => {
  const { url } = await aWorld();
  const page = (change: Record<string, string | undefined>) => {
    const asked = new URL(appAt(url).generateAuthUrl({ scope: SCOPES, access_type: 'offline' }));
    for (const [name, value] of Object.entries(change)) { if (value === undefined) asked.searchParams.delete(name); else asked.searchParams.set(name, value); }
    return asked;
  };
  const cases: [Record<string, string | undefined>, string][] = [
    [{ client_id: undefined }, '400: invalid_request'], [{ client_id: 'with space' }, '401: invalid_client'], [{ redirect_uri: undefined }, '400: invalid_request'],
    [{ redirect_uri: 'nowhere' }, '400: redirect_uri_mismatch'], [{ redirect_uri: `${BACK}#part` }, '400: redirect_uri_mismatch'], [{ redirect_uri: 'ftp://a.example/' }, '400: redirect_uri_mismatch'],
    [{ redirect_uri: `${BACK}\r\nx` }, '400: redirect_uri_mismatch'], [{ redirect_uri: `${BACK}\0` }, '400: redirect_uri_mismatch'],
    [{ response_type: undefined }, '400: invalid_request'], [{ response_type: 'token' }, '400: unsupported_response_type'],
    [{ scope: ' ' }, '400: invalid_request'], [{ scope: `${SCOPE}calendar.event` }, '400: invalid_scope'], [{ scope: 'calendar' }, '400: invalid_scope'],
    [{ access_type: 'forever' }, '400: invalid_request'], [{ prompt: 'nothing' }, '400: invalid_request'], [{ prompt: 'none consent' }, '400: invalid_request'],
    [{ code_challenge_method: 'S256' }, '400: invalid_request'], [{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S512' }, '400: invalid_request'],
    [{ code_challenge: 'short', code_challenge_method: 'S256' }, '400: invalid_request'],
  ];
  for (const [change, code] of cases) expect(await blocked(page(change)), JSON.stringify(change)).toBe(code);
  expect(await blocked(`${page({}).href}&scope=openid`)).toBe('400: invalid_request');
  expect(await blocked(page({ scope: 'openid https://mail.google.com/ https://www.googleapis.com/auth/gmail.readonly' }))).toBe('no error');
});

test('browsers inside other apps are not let in', async () => {
  const { url } = await aWorld();
  const page = appAt(url).generateAuthUrl({ scope: SCOPES });
  const safari = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1';
  const embedded = [
    'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/126.0 Mobile Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148', `${safari} [FBAN/FBIOS;FBAV/470.0]`,
  ];
  for (const agent of embedded) {
    expect(await blocked(page, agent)).toBe('403: disallowed_useragent');
    expect((await decide(page, { account: ANA, userAgent: agent })).status).toBe(403);
  }
  expect(await blocked(page, safari)).toBe('no error');
});

test('a registered app: its redirect addresses to the letter, its secret, its organisation, its end', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/clients', { id: 'makeway', secret: 'right', redirectUris: ['http://localhost:3000/callback', BACK] });
  const page = (redirectUri: string) => appAt(url, { redirectUri }).generateAuthUrl({ scope: SCOPES });
  expect(await blocked(page('http://localhost:3000/callback'))).toBe('no error');
  for (const other of ['https://localhost:3000/callback', 'http://localhost:3000/Callback', 'http://localhost:3000/callback/', 'http://localhost:3000/callback?x=1', 'http://127.0.0.1:3000/callback']) {
    expect(await blocked(page(other)), other).toBe('400: redirect_uri_mismatch');
  }
  const right = appAt(url, { secret: 'right' }), tokens = await signIn(right, ANA);
  expect(await tokenRefusal(refresh(appAt(url, { secret: 'wrong' }), tokens))).toEqual({ status: 401, error: 'invalid_client', description: 'The provided client secret is invalid.' });
  expect(await tokenRefusal(signIn(appAt(url, { secret: 'wrong' }), ANA))).toMatchObject({ error: 'invalid_client' });
  expect(await tokenRefusal(signIn(appAt(url, { secret: '' }), ANA))).toEqual({ status: 400, error: 'invalid_request', description: 'client_secret is missing.' });
  await control('POST', '/clients', { id: 'inside', internalTo: 'coach.example' });
  const inside = appAt(url, { id: 'inside' }).generateAuthUrl({ scope: SCOPES });
  expect(await blockedDecision(inside, DANA)).toBe('403: org_internal');
  expect((await consent(inside, { account: ANA })).searchParams.has('code')).toBe(true);
  await control('POST', '/clients', { id: 'makeway', secret: 'right', deleted: true });
  expect(await blocked(page(BACK))).toBe('401: deleted_client');
  expect(await tokenRefusal(refresh(right, tokens))).toEqual({ status: 401, error: 'deleted_client', description: 'The OAuth client was deleted.' });
});

test('the secret is kept as a hash: it is nowhere in the answer of the control call', async () => {
  const { control } = await aWorld();
  expect(await control('POST', '/clients', { id: 'a', secret: 'top-secret' })).toEqual({ id: 'a', redirectUris: null, publishing: 'production', internalTo: null, deleted: false, verified: true });
});

test('an administrator keeps a scope from all apps: no consent', async () => {
  const { url, control } = await aWorld();
  await control('POST', `/accounts/${ANA}/policy`, { restrictedScopes: [EVENTS] });
  const page = (scope: string) => appAt(url).generateAuthUrl({ scope });
  expect(await blockedDecision(page(`openid ${EVENTS}`), ANA)).toBe('400: admin_policy_enforced');
  expect((await consent(page(`openid ${EVENTS}`), { account: DANA })).searchParams.has('code')).toBe(true);
  expect((await consent(page(`openid ${LIST}`), { account: ANA })).searchParams.has('code')).toBe(true);
  await control('POST', `/accounts/${ANA}/policy`, {});
  expect((await consent(page(`openid ${EVENTS}`), { account: ANA })).searchParams.has('code')).toBe(true);
});

test('with several scopes to choose from each has a tick box; what stays ticked is granted, in redirect and tokens', async () => {
  const { url } = await aWorld();
  const app = appAt(url), scope = ['openid', 'email', EVENTS, LIST];
  const html = await (await fetch(app.generateAuthUrl({ scope }))).text();
  expect(formOf(html).getAll('granted')).toEqual(['', EVENTS, LIST]);
  expect(formOf(await (await fetch(app.generateAuthUrl({ scope: ['openid', EVENTS] }))).text()).has('granted')).toBe(false);
  const named = ['openid', `${SCOPE}userinfo.email`];
  expect((await signIn(app, ANA, { scope })).scope).toBe([...named, EVENTS, LIST].join(' '));
  expect((await signIn(app, ANA, { scope }, [EVENTS])).scope).toBe([...named, LIST].join(' '));
  const back = await consent(app.generateAuthUrl({ scope }), { account: ANA, untick: [EVENTS, LIST] });
  expect(back.searchParams.get('scope')).toBe(named.join(' '));
  const nothing = await consent(app.generateAuthUrl({ scope: [EVENTS, LIST] }), { account: ANA, untick: [EVENTS, LIST] });
  expect([nothing.searchParams.get('error'), nothing.searchParams.has('code')]).toEqual(['access_denied', false]);
  // A tick box that was never on the page grants nothing.
  const form = new URLSearchParams({ client_id: 'makeway', redirect_uri: BACK, response_type: 'code', scope: EVENTS, account: ANA, decision: 'allow', granted: `${SCOPE}calendar` });
  const forged = await fetch(`${url}/o/oauth2/v2/auth`, { method: 'POST', body: form, redirect: 'manual' });
  expect(forged.headers.get('location')).toContain('error=access_denied');
  form.delete('granted');
  const whole = await fetch(`${url}/o/oauth2/v2/auth`, { method: 'POST', body: form, redirect: 'manual' });
  expect(new URL(whole.headers.get('location') ?? '').searchParams.get('scope')).toBe(EVENTS);
});

test('include_granted_scopes adds what this account granted this client before', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url);
  await signIn(app, ANA, { scope: [EVENTS] });
  await signIn(app, DANA, { scope: [FREE] });
  await signIn(appAt(url, { id: 'another' }), ANA, { scope: [`${SCOPE}calendar`] });
  const page = app.generateAuthUrl({ scope: [LIST], include_granted_scopes: true });
  expect((await consent(page, { account: ANA })).searchParams.get('scope')).toBe(`${LIST} ${EVENTS}`);
  expect((await signIn(app, ANA, { scope: [LIST] })).scope).toBe(LIST);
  expect((await signIn(app, ANA, { scope: ['openid'], include_granted_scopes: true })).scope).toBe(`openid ${EVENTS} ${LIST}`);
  await control('POST', '/grants/kill', { email: ANA });
  expect((await signIn(app, ANA, { scope: ['openid'], include_granted_scopes: true })).scope).toBe('openid');
});

test('prompt=none shows nothing: a code if all was consented, else an error to the app', async () => {
  const { url } = await aWorld();
  const app = appAt(url);
  const silent = async (more: object) => {
    const answer = await fetch(app.generateAuthUrl({ scope: SCOPES, prompt: 'none', state: 's', ...more }), { redirect: 'manual' });
    return Object.fromEntries(new URL(answer.headers.get('location') ?? '').searchParams);
  };
  expect(await silent({})).toEqual({ keep: '1', state: 's', error: 'login_required' });
  expect(await silent({ login_hint: 'nobody@coach.example' })).toMatchObject({ error: 'login_required' });
  expect(await silent({ login_hint: ANA })).toEqual({ keep: '1', state: 's', error: 'interaction_required' });
  const first = await signIn(app, ANA);
  const { code = '' } = await silent({ login_hint: ANA, access_type: 'offline' });
  const { tokens } = await app.getToken(code);
  expect([tokens.scope, tokens.refresh_token, first.refresh_token === undefined]).toEqual([SCOPES.join(' '), undefined, false]);
  expect(await silent({ login_hint: ANA, scope: [...SCOPES, LIST] })).toMatchObject({ error: 'interaction_required' });
});

test('login_hint chooses by address or sub, select_account asks again, hd shows one organisation', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/accounts', { email: 'lea@gmail.com', name: 'Lea', timeZone: 'UTC' });
  const { accounts } = await control('GET', '/accounts') as { accounts: { email: string; sub: string }[] };
  const shown = async (more: object) => {
    const html = await (await fetch(appAt(url).generateAuthUrl({ scope: SCOPES, ...more }))).text();
    return { chosen: formOf(html).get('account'), people: [...html.matchAll(/name="account" value="([^"]*)"/g)].map(([, email]) => email) };
  };
  const everybody = [ANA, DANA, 'lea@gmail.com'];
  expect(await shown({})).toEqual({ chosen: null, people: everybody });
  expect(await shown({ login_hint: ANA.toUpperCase() })).toEqual({ chosen: ANA, people: everybody });
  expect(await shown({ login_hint: accounts.find(({ email }) => email === DANA)?.sub ?? '' })).toEqual({ chosen: DANA, people: everybody });
  expect(await shown({ login_hint: ANA, prompt: 'select_account' })).toEqual({ chosen: null, people: everybody });
  expect(await shown({ hd: 'coach.example' })).toEqual({ chosen: ANA, people: [ANA] });
  expect(await shown({ hd: '*' })).toEqual({ chosen: null, people: [ANA, DANA] });
});

test('cancel goes back as access_denied; an account that cannot sign in is not offered and not taken', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/service-accounts', { email: 'robot@project.iam.gserviceaccount.com' });
  await control('POST', `/accounts/${DANA}/state`, { state: 'disabled' });
  const page = appAt(url).generateAuthUrl({ scope: SCOPES, state: 'x' });
  const html = await (await fetch(page)).text();
  expect([html.includes(ANA), html.includes(DANA), html.includes('robot@')]).toEqual([true, false, false]);
  for (const account of [DANA, 'robot@project.iam.gserviceaccount.com', 'nobody@coach.example']) expect(await blockedDecision(page, account)).toBe('400: invalid_request');
  const denied = await consent(page, { account: ANA, decision: 'cancel' });
  expect(Object.fromEntries(denied.searchParams)).toEqual({ keep: '1', state: 'x', error: 'access_denied' });
});

test('an unverified app is for a hundred people', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/clients', { id: 'young', verified: false });
  const page = appAt(url, { id: 'young' }).generateAuthUrl({ scope: SCOPES });
  for (let i = 0; i < 99; i++) {
    await control('POST', '/accounts', { email: `p${i}@people.example`, name: `P${i}`, timeZone: 'UTC' });
    const form = new URLSearchParams({ client_id: 'young', redirect_uri: BACK, response_type: 'code', scope: SCOPES.join(' '), account: `p${i}@people.example`, decision: 'allow' });
    expect((await fetch(`${url}/o/oauth2/v2/auth`, { method: 'POST', body: form, redirect: 'manual' })).status).toBe(302);
  }
  expect((await consent(page, { account: ANA })).searchParams.has('code')).toBe(true);
  expect(await blockedDecision(page, DANA)).toBe('403: access_denied');
  expect((await consent(page, { account: ANA })).searchParams.has('code')).toBe(true);
  expect((await consent(appAt(url, { id: 'young' }).generateAuthUrl({ scope: ['openid', 'email'] }), { account: DANA })).searchParams.has('code')).toBe(true);
});

test('the page escapes what it is given, loads nothing, and changes nothing by being looked at', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/accounts', { email: 'x@y.example', name: '<img src=x>', timeZone: 'UTC' });
  const page = new URL(appAt(url).generateAuthUrl({ scope: SCOPES, state: '"><script>alert(1)</script>' }));
  const html = await (await fetch(page)).text();
  expect(html).not.toMatch(/<script|<img/);
  expect(formOf(html).get('state')).toBe('"><script>alert(1)</script>');
  expect([...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address)).toEqual(['data:,']);
  expect(await control('GET', `/grants?email=${ANA}`)).toEqual({ grants: [] });
  page.searchParams.set('redirect_uri', '<b>nowhere');
  expect(await (await fetch(page)).text()).not.toContain('<b>nowhere');
});

test('a consent of limited time ends with its refresh token, and is asked for anew', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/clients', { id: 'makeway', publishing: 'testing' });
  const app = appAt(url);
  expect((await signIn(app, ANA)).refresh_token).toBeDefined();
  await control('POST', '/clock', { offsetMs: 6 * DAY_MS });
  expect((await signIn(app, ANA, { prompt: '' })).refresh_token).toBeUndefined();
  await control('POST', '/clock', { offsetMs: 7 * DAY_MS });
  expect((await signIn(app, ANA, { prompt: '' })).refresh_token).toBeDefined();
});
