import { createHash, createPublicKey, type webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { appAt, claimsOf, foreignKey, refresh, signedBy, signIn } from './sign-in.js';
import { ANA, aWorld } from './world.js';

async function certsOf(url: string) {
  const [pems, jwks] = await Promise.all([fetch(`${url}/oauth2/v1/certs`), fetch(`${url}/oauth2/v3/certs`)]);
  return { caching: [pems, jwks].map((each) => each.headers.get('cache-control')), pems: await pems.json() as Record<string, string>, jwks: (await jwks.json() as { keys: (webcrypto.JsonWebKey & { kid: string })[] }).keys };
}

test('an id token says who, for whom and until when; a refresh brings a new one', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/accounts', { email: 'lea@gmail.com', name: 'Lea', timeZone: 'UTC' });
  const app = appAt(url);
  const tokens = await signIn(app, ANA, { scope: ['openid', 'email', 'profile'], nonce: 'n-1' });
  const claims = claimsOf(tokens.id_token);
  expect(claims).toEqual({
    iss: 'https://accounts.google.com', azp: 'makeway', aud: 'makeway', sub: expect.stringMatching(/^\d{21}$/), hd: 'coach.example', email: ANA, email_verified: true,
    name: 'Ana Coach', given_name: 'Ana', family_name: 'Coach', at_hash: createHash('sha256').update(tokens.access_token ?? '').digest().subarray(0, 16).toString('base64url'),
    nonce: 'n-1', iat: expect.any(Number), exp: expect.any(Number),
  });
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(3_600);
  const again = claimsOf((await refresh(app, tokens)).id_token);
  expect([again['sub'], again['nonce']]).toEqual([claims['sub'], undefined]);
  const lea = claimsOf((await signIn(app, 'lea@gmail.com', { scope: ['openid'] })).id_token);
  expect(Object.keys(lea)).toEqual(['iss', 'azp', 'aud', 'sub', 'at_hash', 'iat', 'exp']);
  expect((await signIn(app, ANA, { scope: ['email'] })).id_token).toBeUndefined();
});

test('both forms of the keys are the same keys, may be cached, and pass the unmodified check', async () => {
  const { url } = await aWorld();
  const { caching, pems, jwks } = await certsOf(url);
  expect(caching).toEqual(Array(2).fill(expect.stringMatching(/^public, max-age=\d+/)));
  expect(jwks.map(({ kid }) => kid).sort()).toEqual(Object.keys(pems).sort());
  expect(jwks).toHaveLength(2);
  for (const { kid, ...jwk } of jwks) expect(createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })).toBe(pems[kid]);
  const app = appAt(url), { id_token: idToken = '' } = await signIn(app, ANA);
  expect((await app.verifyIdToken({ idToken: idToken ?? '', audience: 'makeway' })).getUserId()).toMatch(/^\d{21}$/);
});

test('the unmodified check refuses a foreign key, another audience, another issuer, a changed or an old token', async () => {
  const { url, control } = await aWorld();
  const app = appAt(url), { id_token: kept } = await signIn(app, ANA), idToken = kept ?? '';
  const [kid] = Object.keys((await certsOf(url)).pems);
  const check = (token: string, audience = 'makeway') => app.verifyIdToken({ idToken: token, audience });
  await expect(check(signedBy(foreignKey(), claimsOf(idToken)))).rejects.toThrow('No pem found');
  await expect(check(signedBy(foreignKey(), claimsOf(idToken), { kid }))).rejects.toThrow('Invalid token signature');
  await expect(check(idToken, 'another')).rejects.toThrow('Wrong recipient');
  const [head = '', , signature = ''] = idToken.split('.');
  await expect(check(`${head}.${Buffer.from(JSON.stringify({ ...claimsOf(idToken), email: 'x@y.example' })).toString('base64url')}.${signature}`)).rejects.toThrow('Invalid token signature');
  const sign = async (claims: object) => String((await control('POST', '/id-tokens', { claims }))['idToken']);
  const now = Math.floor(Date.now() / 1000);
  await expect(check(await sign({ aud: 'makeway', iat: now - 4_000, exp: now - 400 }))).rejects.toThrow('Token used too late');
  await expect(check(await sign({ aud: 'makeway', iss: 'https://elsewhere.example' }))).rejects.toThrow('Invalid issuer');
  expect((await check(await sign({ aud: 'makeway', iss: 'accounts.google.com', iat: now - 4_000, exp: now - 200 }))).getPayload()?.aud).toBe('makeway');
});

test('an add-on’s system token is any claims under the emulator’s key (sheet 8.3)', async () => {
  const { url, control } = await aWorld();
  const claims = { aud: 'https://app.example/addon/event', email: 'service-123@gcp-sa-gsuiteaddons.iam.gserviceaccount.com', email_verified: true, sub: '1' };
  const { idToken } = await control('POST', '/id-tokens', { claims });
  const payload = (await appAt(url).verifyIdToken({ idToken: String(idToken), audience: 'https://app.example/addon/event' })).getPayload();
  expect(payload).toEqual({ ...claims, iss: 'https://accounts.google.com', iat: expect.any(Number), exp: expect.any(Number) });
  await expect(control('POST', '/id-tokens', { claim: {} })).rejects.toThrow('400');
});

test('keys rotate: the next one was known before it signs, the old one stays until the rotation after', async () => {
  const { url, control } = await aWorld();
  const cached = appAt(url);
  const { id_token: old } = await signIn(cached, ANA);
  await cached.verifyIdToken({ idToken: old ?? '', audience: 'makeway' });
  const before = Object.keys((await certsOf(url)).pems);
  const { kids } = await control('POST', '/keys/rotate') as { kids: string[] };
  expect(Object.keys((await certsOf(url)).pems)).toEqual(kids);
  expect(kids).toEqual([...before, expect.stringMatching(/^[0-9a-f]{40}$/)]);
  const { id_token: fresh } = await signIn(cached, ANA);
  const kidOf = (token: string | null | undefined) => (JSON.parse(Buffer.from((token ?? '').split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid;
  expect([kidOf(old), kidOf(fresh)]).toEqual(before);
  for (const app of [cached, appAt(url)]) for (const token of [old, fresh]) expect((await app.verifyIdToken({ idToken: token ?? '', audience: 'makeway' })).getPayload()?.email).toBe(ANA);
  await control('POST', '/keys/rotate');
  await expect(appAt(url).verifyIdToken({ idToken: old ?? '', audience: 'makeway' })).rejects.toThrow('No pem found');
  expect((await appAt(url).verifyIdToken({ idToken: fresh ?? '', audience: 'makeway' })).getPayload()?.email).toBe(ANA);
});

test('discovery names the endpoints of this emulator under Google’s issuer', async () => {
  const { url } = await aWorld();
  const found = await (await fetch(`${url}/.well-known/openid-configuration`)).json() as Record<string, unknown>;
  expect(found).toMatchObject({
    issuer: 'https://accounts.google.com', authorization_endpoint: `${url}/o/oauth2/v2/auth`, token_endpoint: `${url}/token`, revocation_endpoint: `${url}/revoke`,
    jwks_uri: `${url}/oauth2/v3/certs`, userinfo_endpoint: `${url}/v1/userinfo`, code_challenge_methods_supported: ['plain', 'S256'], id_token_signing_alg_values_supported: ['RS256'],
  });
});
