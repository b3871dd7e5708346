import { ISSUER } from './id-token.js';
import type { Emulator } from '../emulator.js';
import type { Answer } from '../http/answer.js';

const CACHED = { 'cache-control': 'public, max-age=3600, must-revalidate, no-transform' };

/** /oauth2/v1/certs: `{kid: pem}` (sheet 7.5). */
export const pemCertificates = (emulator: Emulator): Answer => ({ status: 200, json: emulator.keys.pems(), headers: CACHED });

/** /oauth2/v3/certs: the same keys as a JWK set. */
export const jsonKeys = (emulator: Emulator): Answer => ({ status: 200, json: { keys: emulator.keys.jwks() }, headers: CACHED });

/** /.well-known/openid-configuration: Google's issuer string with this emulator's addresses. */
export function discovery(emulator: Emulator): Answer {
  const url = emulator.url();
  return {
    status: 200, headers: CACHED,
    json: {
      issuer: ISSUER, authorization_endpoint: `${url}/o/oauth2/v2/auth`, token_endpoint: `${url}/token`, userinfo_endpoint: `${url}/v1/userinfo`,
      revocation_endpoint: `${url}/revoke`, jwks_uri: `${url}/oauth2/v3/certs`, response_types_supported: ['code'], subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'], scopes_supported: ['openid', 'email', 'profile'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
      claims_supported: ['aud', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'iss', 'name', 'sub'],
      code_challenge_methods_supported: ['plain', 'S256'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    },
  };
}
