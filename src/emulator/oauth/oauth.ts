import { decideConsent, showConsent } from './authorize.js';
import { discovery, jsonKeys, pemCertificates } from './discovery.js';
import { exchangeToken } from './token-endpoint.js';
import { revokeToken, tokenInfo, userInfo } from './token-info.js';
import type { Caller } from '../caller.js';
import type { Emulator } from '../emulator.js';
import type { Answer } from '../http/answer.js';

/** A call to Google's sign-in. */
interface OAuthCall {
  readonly emulator: Emulator;
  readonly method: string;
  readonly pathname: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
  readonly caller: Caller | undefined;
}

const bearerOf = (authorization: string | undefined): string | undefined => /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
const both = ({ query, form }: OAuthCall): URLSearchParams => new URLSearchParams([...query, ...form]);
const revokes = (call: OAuthCall): Answer => revokeToken(call.emulator, both(call).get('token') ?? '');
const informs = (call: OAuthCall): Answer => tokenInfo(call.emulator, both(call), bearerOf(call.authorization));
const describes = (call: OAuthCall): Answer => userInfo(call.emulator, call.caller);

/** The endpoints of sheet 7, by method and path; Google's hosts are one here. */
const ENDPOINTS: Readonly<Record<string, (call: OAuthCall) => Answer>> = {
  'GET /o/oauth2/v2/auth': ({ emulator, query, userAgent = '' }) => showConsent(emulator, query, userAgent),
  'POST /o/oauth2/v2/auth': ({ emulator, form, userAgent = '' }) => decideConsent(emulator, form, userAgent),
  'POST /token': ({ emulator, form, authorization }) => exchangeToken(emulator, form, authorization),
  'POST /revoke': revokes,
  'GET /revoke': revokes,
  'GET /tokeninfo': informs,
  'POST /tokeninfo': informs,
  'GET /v1/userinfo': describes,
  'GET /oauth2/v3/userinfo': describes,
  'GET /oauth2/v1/certs': ({ emulator }) => pemCertificates(emulator),
  'GET /oauth2/v3/certs': ({ emulator }) => jsonKeys(emulator),
  'GET /.well-known/openid-configuration': ({ emulator }) => discovery(emulator),
};

/** Answers a call to Google's sign-in; undefined if there is nothing at that address. */
export function answerOAuthCall(call: OAuthCall): Answer | undefined {
  const name = `${call.method} ${call.pathname}`;
  return Object.hasOwn(ENDPOINTS, name) ? ENDPOINTS[name]?.(call) : undefined;
}
