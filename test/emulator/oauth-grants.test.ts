import { expect, test } from 'vitest';
import { appAt, callWith, DAY_MS, refresh, SCOPE, SCOPES, signIn, tokenRefusal } from './sign-in.js';
import { startEmulator } from '../../src/emulator/index.js';
import { ANA, aWorld, clientFor, control as controlOf, DANA, refusal, scratchDir } from './world.js';

const ENDED = { status: 400, error: 'invalid_grant', description: 'Token has been expired or revoked.' };

test('a refresh token unused for six months ends; each use renews it', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url), used = await signIn(app, ANA), unused = await signIn(app, ANA);
  await control('POST', '/clock', { offsetMs: 180 * DAY_MS });
  const { refresh_token: rotated } = await refresh(app, used);
  expect(rotated).toBe(used.refresh_token);
  await control('POST', '/clock', { offsetMs: 184 * DAY_MS });
  expect(await tokenRefusal(refresh(app, unused))).toEqual(ENDED);
  expect((await refresh(app, used)).access_token).toBeDefined();
});

test('a new password ends the grants with Gmail scopes, and only those', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url), mailer = appAt(url, { id: 'mailer' });
  const calendar = await signIn(app, ANA), mail = await signIn(mailer, ANA, { scope: ['openid', 'https://mail.google.com/'] });
  const reader = await signIn(mailer, DANA, { scope: [`${SCOPE}gmail.readonly`] });
  expect(await control('POST', `/accounts/${ANA}/password`)).toEqual({ ended: 1 });
  expect(await tokenRefusal(refresh(mailer, mail))).toEqual(ENDED);
  expect(await callWith(url, mail.access_token)).toBe(401);
  expect((await refresh(app, calendar)).access_token).toBeDefined();
  expect((await refresh(mailer, reader)).access_token).toBeDefined();
});

test('the hundred-and-first refresh token of an account and client ends the oldest, unsaid', async () => {
  const { url } = await aWorld();
  const app = appAt(url), other = appAt(url, { id: 'another' });
  const elsewhere = await signIn(other, ANA), hers = await signIn(app, DANA);
  const first = await signIn(app, ANA), second = await signIn(app, ANA);
  for (let i = 2; i < 100; i++) await signIn(app, ANA);
  expect((await refresh(app, first)).access_token).toBeDefined();
  const last = await signIn(app, ANA);
  expect(await tokenRefusal(refresh(app, first))).toEqual(ENDED);
  for (const [client, tokens] of [[app, second], [app, last], [app, hers], [other, elsewhere]] as const) expect((await refresh(client, tokens)).access_token).toBeDefined();
});

test('an app in testing: seven days, told in the answer, but for identity alone and for an organisation’s own', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/clients', { id: 'makeway', publishing: 'testing' });
  await control('POST', '/clients', { id: 'inside', publishing: 'testing', internalTo: 'coach.example' });
  const app = appAt(url), inside = appAt(url, { id: 'inside' });
  const left = (tokens: object): number => Number((tokens as { refresh_token_expires_in?: number }).refresh_token_expires_in);
  const all = await signIn(app, ANA), identity = await signIn(app, ANA, { scope: ['openid', 'email', 'profile'] }), own = await signIn(inside, ANA);
  expect([left(identity), left(own)]).toEqual([NaN, NaN]);
  expect(left(all)).toBeGreaterThan(604_500);
  expect(left(all)).toBeLessThanOrEqual(604_800);
  await control('POST', '/clock', { offsetMs: 6 * DAY_MS });
  expect(left(await refresh(app, all))).toBeLessThanOrEqual(86_400);
  await control('POST', '/clock', { offsetMs: 7 * DAY_MS });
  expect(await tokenRefusal(refresh(app, all))).toEqual(ENDED);
  expect((await refresh(app, identity)).access_token).toBeDefined();
  expect((await refresh(inside, own)).access_token).toBeDefined();
});

test('a consent given for a time', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url);
  await control('POST', `/accounts/${ANA}/policy`, { consentSeconds: 86_400 });
  const limited = await signIn(app, ANA);
  await control('POST', `/accounts/${ANA}/policy`, {});
  const lasting = await signIn(appAt(url, { id: 'another' }), ANA);
  expect([limited, lasting].map((each) => 'refresh_token_expires_in' in each)).toEqual([true, false]);
  expect((await refresh(app, limited)).access_token).toBeDefined();
  await control('POST', '/clock', { offsetMs: DAY_MS });
  expect(await tokenRefusal(refresh(app, limited))).toEqual(ENDED);
  expect((await refresh(appAt(url, { id: 'another' }), lasting)).access_token).toBeDefined();
});

test('a scope that an administrator restricts: access ends at once, a refresh says why, and works again when it is lifted', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url), tokens = await signIn(app, ANA), identity = await signIn(app, ANA, { scope: ['openid', 'email', `${SCOPE}calendar.readonly`] });
  await control('POST', `/accounts/${ANA}/policy`, { restrictedScopes: [`${SCOPE}calendar.events.owned`] });
  expect([await callWith(url, tokens.access_token), await callWith(url, identity.access_token)]).toEqual([401, 200]);
  expect(await tokenRefusal(refresh(app, tokens))).toMatchObject({ status: 400, error: 'admin_policy_enforced' });
  await control('POST', `/accounts/${ANA}/policy`, {});
  expect((await refresh(app, tokens)).access_token).toBeDefined();
});

test('a disabled account: no token works until it is active again; a deleted one loses them for good', async () => {
  const { url, control, ana, dana } = await aWorld();
  const app = appAt(url), hers = await signIn(app, ANA), his = await signIn(app, DANA);
  await control('POST', `/accounts/${ANA}/state`, { state: 'disabled' });
  await control('POST', `/accounts/${DANA}/state`, { state: 'deleted' });
  for (const tokens of [hers, his]) {
    expect(await callWith(url, tokens.access_token)).toBe(401);
    expect(await tokenRefusal(refresh(app, tokens))).toEqual(ENDED);
  }
  for (const api of [ana, dana]) expect(await refusal(api.events.list({ calendarId: 'primary' }))).toMatchObject({ status: 401, reason: 'authError' });
  for (const email of [ANA, DANA]) await control('POST', `/accounts/${email}/state`, { state: 'active' });
  expect((await refresh(app, hers)).access_token).toBeDefined();
  expect(await tokenRefusal(refresh(app, his))).toEqual(ENDED);
  expect((await dana.events.list({ calendarId: 'primary' })).status).toBe(200);
  await expect(control('POST', '/accounts/nobody@coach.example/state', { state: 'active' })).rejects.toThrow('404');
});

test('a person takes back what they granted: to one app, or to all', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url), other = appAt(url, { id: 'another' });
  const one = await signIn(app, ANA), online = await signIn(app, ANA, { access_type: 'online' }), two = await signIn(other, ANA), hers = await signIn(app, DANA);
  expect(await control('POST', '/grants/kill', { email: ANA.toUpperCase(), clientId: 'makeway' })).toEqual({ killed: 2 });
  expect(await tokenRefusal(refresh(app, one))).toEqual(ENDED);
  expect([await callWith(url, one.access_token), await callWith(url, online.access_token)]).toEqual([401, 401]);
  expect((await refresh(other, two)).access_token).toBeDefined();
  expect(await control('POST', '/grants/kill', { email: ANA })).toEqual({ killed: 1 });
  expect(await tokenRefusal(refresh(other, two))).toEqual(ENDED);
  expect((await refresh(app, hers)).access_token).toBeDefined();
  expect(await control('POST', '/grants/kill', { email: ANA })).toEqual({ killed: 0 });
});

test('the live grants of an account are listed without their secrets', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url), tokens = await signIn(app, ANA);
  await signIn(appAt(url, { id: 'another' }), ANA, { access_type: 'online' });
  const { grants } = await control('GET', `/grants?email=${ANA}`);
  expect(grants).toEqual([{ clientId: 'makeway', scopes: SCOPES, issuedMs: expect.any(Number), usedMs: expect.any(Number), endsMs: null }]);
  expect(JSON.stringify(grants)).not.toContain(tokens.refresh_token ?? '');
  await control('POST', '/clock', { offsetMs: 184 * DAY_MS });
  expect(await control('GET', `/grants?email=${ANA}`)).toEqual({ grants: [] });
  await expect(control('GET', '/grants')).rejects.toThrow('400');
});

test('grants, tokens and codes outlive the emulator', async () => {
  const dataDir = scratchDir();
  const before = await startEmulator({ dataDir });
  await controlOf(before.url, 'POST', '/accounts', { email: ANA, name: 'Ana', timeZone: 'UTC' });
  const tokens = await signIn(appAt(before.url), ANA);
  await before.close();
  const { url } = await aWorld({ dataDir });
  expect(await callWith(url, tokens.access_token)).toBe(200);
  expect((await refresh(appAt(url), tokens)).access_token).toBeDefined();
  expect((await appAt(url).verifyIdToken({ idToken: tokens.id_token ?? '', audience: 'makeway' })).getPayload()?.email).toBe(ANA);
  expect((await clientFor(url, ANA).events.list({ calendarId: 'primary' })).status).toBe(200);
});
