import { hashOf } from './secret.js';

/** What an authorization request demands of the exchange of its code (RFC 7636). */
export interface Challenge { readonly value: string; readonly method: 'S256' | 'plain' }

/** The challenge of a request, or what is wrong with it. Without a method it is `plain`, as Google has it. */
export function readChallenge(value: string | undefined, method: string | undefined): Challenge | undefined | { readonly wrong: string } {
  if (value === undefined) return method === undefined ? undefined : { wrong: 'Parameter not allowed without code_challenge: code_challenge_method' };
  const kind = method ?? 'plain';
  if (kind !== 'S256' && kind !== 'plain') return { wrong: `Invalid parameter value for code_challenge_method: '${kind}' is not a valid CodeChallengeMethod` };
  const wellFormed = kind === 'S256' ? /^[A-Za-z0-9_-]{43}$/ : /^[A-Za-z0-9._~-]{43,128}$/;
  return wellFormed.test(value) ? { value, method: kind } : { wrong: 'Invalid parameter value for code_challenge' };
}

/** Why a verifier does not answer a challenge, in Google's words; undefined if it does. 43 to 128 characters (sheet 7.1). */
export function faultOfVerifier(challenge: Challenge | undefined, verifier: string | undefined): string | undefined {
  if (challenge === undefined) return verifier === undefined ? undefined : 'code_verifier or verifier is not needed.';
  if (verifier === undefined) return 'Missing code verifier.';
  const answer = challenge.method === 'S256' ? hashOf(verifier) : verifier;
  return /^[A-Za-z0-9._~-]{43,128}$/.test(verifier) && answer === challenge.value ? undefined : 'Invalid code verifier.';
}
