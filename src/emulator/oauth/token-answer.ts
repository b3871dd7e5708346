import { ACCESS_LIFETIME_S, type AccessToken, issueAccess } from './access-tokens.js';
import { idClaims } from './id-token.js';
import type { Emulator } from '../emulator.js';
import type { Answer } from '../http/answer.js';

/** A refusal of the token endpoint (RFC 6749 5.2). */
export const tokenError = (status: number, error: string, description: string): Answer => ({ status, json: { error, error_description: description } });

/** Seconds of a refresh token's life that remain, for grants of a limited time. */
const remaining = (endsMs: number, nowMs: number): number => Math.floor((endsMs - nowMs) / 1000);

interface More { readonly refreshToken?: string | undefined; readonly endsMs?: number | undefined; readonly nonce?: string | undefined }

/** The answer that carries a new access token, and an id token with `openid` (sheet 7.2). Use within `transact`. */
export function tokenAnswer(emulator: Emulator, access: AccessToken, more: More = {}): Answer {
  const { store } = emulator, account = store.account(access.account), now = store.clock.now();
  const accessToken = issueAccess(store, access);
  const idToken = account !== undefined && access.scopes.includes('openid') ? emulator.keys.sign(idClaims(account, access, { accessToken, nonce: more.nonce }, now)) : undefined;
  return {
    status: 200,
    json: {
      access_token: accessToken, expires_in: ACCESS_LIFETIME_S,
      ...(more.refreshToken === undefined ? {} : { refresh_token: more.refreshToken }),
      scope: access.scopes.join(' '), token_type: 'Bearer',
      ...(idToken === undefined ? {} : { id_token: idToken }),
      ...(more.endsMs === undefined ? {} : { refresh_token_expires_in: remaining(more.endsMs, now) }),
    },
  };
}
