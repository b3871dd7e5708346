import { createPrivateKey } from 'node:crypto';
import { JWT } from 'google-auth-library';
import { calendar } from 'googleapis/build/src/apis/calendar/index.js';
import { expect, test } from 'vitest';
import { callWith, claimsOf, foreignKey, SCOPE, signedBy, tokenRefusal } from './sign-in.js';
import { ANA, aWorld, DANA } from './world.js';

const ROBOT = 'robot@project.iam.gserviceaccount.com', EVENTS = `${SCOPE}calendar.events`;
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

interface KeyFile { type: string; client_email: string; client_id: string; private_key: string; private_key_id: string; token_uri: string; project_id: string }

/** The unmodified client, with the transporter of sheet 7.7: its token address is fixed, so the transport is bent. */
function jwtClient(url: string, file: KeyFile, more: { subject?: string; scopes?: string[] } = {}): JWT {
  const bent = (target: string | URL | Request, options?: RequestInit): Promise<Response> => {
    const asked = new URL(target instanceof Request ? target.url : String(target));
    if (asked.origin !== url && asked.hostname !== 'oauth2.googleapis.com') throw new Error(`not here: ${asked.href}`);
    return fetch(asked.hostname === 'oauth2.googleapis.com' ? url + asked.pathname : asked, options);
  };
  return new JWT({ email: file.client_email, key: file.private_key, scopes: more.scopes ?? [EVENTS], ...(more.subject === undefined ? {} : { subject: more.subject }), transporterOptions: { fetchImplementation: bent } });
}

const create = async (control: Awaited<ReturnType<typeof aWorld>>['control'], scopes?: string[]): Promise<KeyFile> =>
  (await control('POST', '/service-accounts', { email: ROBOT, ...(scopes === undefined ? {} : { delegation: { scopes } }) })) as unknown as KeyFile;

test('the key file is the usual one; the account has a calendar of its own, which the unmodified client reaches', async () => {
  const { url, control } = await aWorld();
  const file = await create(control);
  expect(file).toMatchObject({ type: 'service_account', project_id: 'project', client_email: ROBOT, client_id: expect.stringMatching(/^\d{21}$/), private_key_id: expect.stringMatching(/^[0-9a-f]{40}$/), token_uri: `${url}/token` });
  const api = calendar({ version: 'v3', auth: jwtClient(url, file), rootUrl: url, retry: false });
  const { data } = await api.events.insert({ calendarId: 'primary', requestBody: { summary: 'Own', start: { date: '2026-11-30' }, end: { date: '2026-12-01' } } });
  expect(data.creator?.email).toBe(ROBOT);
  expect((await api.events.list({ calendarId: ROBOT })).data.items?.map(({ summary }) => summary)).toEqual(['Own']);
});

test('its access token lives 3599 s, has no refresh token, and can be taken back', async () => {
  const { url, control } = await aWorld();
  const client = jwtClient(url, await create(control));
  const { access_token: token } = await client.authorize();
  expect(await callWith(url, token)).toBe(200);
  const told = await (await fetch(`${url}/tokeninfo?access_token=${token ?? ''}`)).json() as Record<string, string>;
  expect([told['scope'], told['access_type']]).toEqual([EVENTS, 'online']);
  expect(await control('GET', `/grants?email=${ROBOT}`)).toEqual({ grants: [] });
  await control('POST', '/clock', { offsetMs: 3_600_000 });
  expect(await callWith(url, token)).toBe(401);
  await control('POST', '/clock', { offsetMs: 0 });
  expect((await fetch(`${url}/revoke?token=${token ?? ''}`, { method: 'POST' })).status).toBe(200);
  expect(await callWith(url, token)).toBe(401);
});

test('it speaks for another account only with scopes that its domain allows to the letter', async () => {
  const { url, control } = await aWorld();
  const without = await create(control);
  const refused = { status: 401, error: 'unauthorized_client', description: expect.stringContaining('Client is unauthorized to retrieve access tokens using this method') };
  expect(await tokenRefusal(jwtClient(url, without, { subject: ANA }).authorize())).toEqual(refused);
  const file = await create(control, [EVENTS]);
  const api = calendar({ version: 'v3', auth: jwtClient(url, file, { subject: ANA }), rootUrl: url, retry: false });
  expect((await api.events.list({ calendarId: 'primary' })).data.summary).toBe(ANA);
  for (const scopes of [[EVENTS, `${SCOPE}calendar`], [`${SCOPE}calendar.events.readonly`]]) expect(await tokenRefusal(jwtClient(url, file, { subject: ANA, scopes }).authorize())).toEqual(refused);
  expect(await tokenRefusal(jwtClient(url, file, { subject: 'nobody@coach.example' }).authorize())).toEqual({ status: 400, error: 'invalid_grant', description: 'Invalid email or User ID' });
  expect((await jwtClient(url, file, { subject: ROBOT }).authorize()).access_token).toBeDefined();
  await control('POST', `/accounts/${DANA}/state`, { state: 'disabled' });
  expect(await tokenRefusal(jwtClient(url, file, { subject: DANA }).authorize())).toMatchObject({ error: 'invalid_grant' });
  // The key of before works as well: an account may have several.
  expect((await jwtClient(url, without, { subject: ANA }).authorize()).access_token).toBeDefined();
});

test('an assertion must be signed by its key, be meant for Google, be fresh and short, and name known scopes', async () => {
  const { url, control } = await aWorld();
  const file = await create(control), key = createPrivateKey(file.private_key), now = Math.floor(Date.now() / 1000);
  const good = { iss: ROBOT, aud: TOKEN_URL, scope: EVENTS, iat: now, exp: now + 3_600 };
  const post = async (assertion: string) => {
    const answer = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }) });
    const { error = 'none', error_description: description = '' } = await answer.json() as Record<string, string>;
    return `${answer.status} ${error}: ${description}`;
  };
  const signed = (change: object, header: object = {}) => post(signedBy(key, { ...good, ...change }, header));
  expect(await signed({})).toBe('200 none: ');
  expect(await signed({}, { kid: file.private_key_id })).toBe('200 none: ');
  for (const kid of ['__proto__', 'constructor', 'toString']) expect(await signed({}, { kid })).toBe('400 invalid_grant: Invalid JWT Signature.');
  expect(await signed({ aud: file.token_uri })).toBe('200 none: ');
  expect(await post(signedBy(foreignKey(), good))).toBe('400 invalid_grant: Invalid JWT Signature.');
  expect(await signed({}, { kid: 'another' })).toBe('400 invalid_grant: Invalid JWT Signature.');
  expect(await signed({}, { alg: 'none' })).toBe('400 invalid_grant: Invalid JWT Signature.');
  expect(await post('no token')).toContain('400 invalid_grant: Invalid JWT');
  expect(await signed({ iss: 'nobody@project.iam.gserviceaccount.com' })).toBe('400 invalid_grant: Invalid grant: account not found');
  expect(await signed({ iss: ANA })).toBe('400 invalid_grant: Invalid grant: account not found');
  expect(await signed({ aud: 'https://accounts.google.com' })).toContain('400 invalid_grant: Invalid JWT: Failed audience check.');
  const stale = [{ iat: now - 4_000, exp: now - 400 }, { iat: now + 400, exp: now + 4_000 }, { exp: now + 3_601 }, { exp: now - 1, iat: now }, { iat: undefined }, { exp: 'soon' }];
  for (const change of stale) expect(await signed(change), JSON.stringify(change)).toContain('400 invalid_grant: Invalid JWT: Token must be a short-lived token');
  for (const change of [{ iat: now - 3_700, exp: now - 100 }, { iat: now + 100, exp: now + 3_700 }]) expect(await signed(change), JSON.stringify(change)).toBe('200 none: ');
  for (const scope of ['', undefined, 'calendar', `${SCOPE}calendar.event`]) expect(await signed({ scope })).toContain('400 invalid_scope');
  expect(claimsOf(signedBy(key, good))).toEqual(good);
});

test('a service account that is disabled or deleted gets no token', async () => {
  const { url, control } = await aWorld();
  const file = await create(control), { access_token: token } = await jwtClient(url, file).authorize();
  for (const state of ['disabled', 'deleted']) {
    await control('POST', `/accounts/${ROBOT}/state`, { state });
    expect(await callWith(url, token)).toBe(401);
    expect(await tokenRefusal(jwtClient(url, file).authorize())).toMatchObject({ status: 400, error: 'invalid_grant' });
  }
});
