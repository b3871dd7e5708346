/** Signing in without a browser: the unmodified auth client, and the consent form filled in as a page without script would send it. */
import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { CodeChallengeMethod, type Credentials, type GenerateAuthUrlOpts, OAuth2Client } from 'google-auth-library';

export const SCOPE = 'https://www.googleapis.com/auth/';
export const BACK = 'http://127.0.0.1:9/callback?keep=1';
/** Identity and one calendar scope, in the form in which Google answers them. */
export const SCOPES = ['openid', `${SCOPE}userinfo.email`, `${SCOPE}calendar.events.owned`];
export const DAY_MS = 86_400_000;

/** The endpoints of the client, all at one server (sheet 7.7). */
export const endpointsAt = (url: string) => ({
  oauth2AuthBaseUrl: `${url}/o/oauth2/v2/auth`, oauth2TokenUrl: `${url}/token`, oauth2RevokeUrl: `${url}/revoke`, tokenInfoUrl: `${url}/tokeninfo`,
  oauth2FederatedSignonPemCertsUrl: `${url}/oauth2/v1/certs`, oauth2FederatedSignonJwkCertsUrl: `${url}/oauth2/v3/certs`, oauth2IapPublicKeyUrl: `${url}/iap/verify/public_key`,
});

/** An app, as the unmodified library plays it. */
export const appAt = (url: string, { id = 'makeway', secret = 'a secret', redirectUri = BACK }: { id?: string; secret?: string; redirectUri?: string } = {}): OAuth2Client =>
  new OAuth2Client({ clientId: id, clientSecret: secret, redirectUri, endpoints: endpointsAt(url) });

const unescaped = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

/** What the form of a consent page sends if nobody touches it: hidden fields, and what is ticked. */
export function formOf(html: string): URLSearchParams {
  const form = new URLSearchParams();
  for (const [, attributes = ''] of html.matchAll(/<input ([^>]*)>/g)) {
    const read = (name: string): string => unescaped(new RegExp(`${name}="([^"]*)"`).exec(attributes)?.[1] ?? '');
    if (read('type') === 'hidden' || /\bchecked\b/.test(attributes)) form.append(read('name'), read('value'));
  }
  return form;
}

export interface Decision { readonly account?: string; readonly decision?: 'allow' | 'cancel'; readonly untick?: readonly string[]; readonly userAgent?: string }

/** Posts the form of a consent page after a person has been at it. */
export async function decide(page: string, { account, decision = 'allow', untick = [], userAgent = 'Mozilla/5.0 Safari/605.1' }: Decision): Promise<Response> {
  const shown = await fetch(page, { redirect: 'manual' });
  const form = formOf(await shown.text());
  const kept = new URLSearchParams([...form].filter(([name, value]) => !(name === 'granted' && untick.includes(value))));
  if (account !== undefined) kept.set('account', account);
  kept.set('decision', decision);
  return fetch(new URL('/o/oauth2/v2/auth', page), { method: 'POST', body: kept, redirect: 'manual', headers: { 'user-agent': userAgent } });
}

/** Where the browser is sent after a decision. Throws if it stays on a page. */
export async function consent(page: string, decision: Decision): Promise<URL> {
  const answer = await decide(page, decision);
  const location = answer.headers.get('location');
  if (answer.status !== 302 || location === null) throw new Error(`no way back: ${answer.status} ${textOf(await answer.text())}`);
  return new URL(location);
}

/** A page's words. */
export const textOf = (html: string): string => html.replace(/<style>.*?<\/style>/s, '').replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

/** The whole way: page, consent, exchange with PKCE. */
export async function signIn(app: OAuth2Client, account: string, asked: GenerateAuthUrlOpts = {}, untick: readonly string[] = []): Promise<Credentials> {
  const { codeVerifier, codeChallenge = '' } = await app.generateCodeVerifierAsync();
  const page = app.generateAuthUrl({ scope: SCOPES, access_type: 'offline', prompt: 'consent', code_challenge: codeChallenge, code_challenge_method: CodeChallengeMethod.S256, ...asked });
  const code = (await consent(page, { account, untick })).searchParams.get('code') ?? '';
  return (await app.getToken({ code, codeVerifier })).tokens;
}

/** A refresh by a client object that knows nothing but the token. */
export async function refresh(app: OAuth2Client, tokens: Credentials): Promise<Credentials> {
  app.setCredentials({ refresh_token: tokens.refresh_token ?? null });
  return (await app.refreshAccessToken()).credentials;
}

export interface TokenRefusal { readonly status: number; readonly error: string | undefined; readonly description: string | undefined }

/** How the token endpoint refuses. Throws if it does not. */
export async function tokenRefusal(call: Promise<unknown>): Promise<TokenRefusal> {
  try {
    await call;
  } catch (error) {
    const { response } = error as { response?: { status: number; data?: { error?: string; error_description?: string } } };
    if (response === undefined) throw error;
    return { status: response.status, error: response.data?.error, description: response.data?.error_description };
  }
  throw new Error('the call was not refused');
}

/** Status of a calendar call with this access token. */
export const callWith = async (url: string, accessToken: string | null | undefined): Promise<number> =>
  (await fetch(`${url}/calendar/v3/calendars/primary/events`, { headers: { authorization: `Bearer ${accessToken ?? ''}` } })).status;

/** The claims of a token, unchecked. */
export const claimsOf = (token: string | null | undefined): Record<string, unknown> => JSON.parse(Buffer.from((token ?? '').split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

/** A token signed by a key of the test's own. */
export function signedBy(key: KeyObject, claims: object, header: object = {}): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT', ...header })}.${part(claims)}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

export const foreignKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
export const aVerifier = (length: number): string => randomBytes(length).toString('base64url').slice(0, length);
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');
