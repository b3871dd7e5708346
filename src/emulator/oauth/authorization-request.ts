import { clientOf, type Client } from './clients.js';
import { readChallenge, type Challenge } from './pkce.js';
import { isKnown, readScopes } from './scopes.js';
import type { Store } from '../store/store.js';

/** What an app asks of a person (sheet 7.1), checked. */
export interface Asked {
  readonly clientId: string;
  readonly client: Client | undefined;
  readonly redirectUri: string;
  /** As Google names them in its answers. */
  readonly scopes: readonly string[];
  readonly isOffline: boolean;
  readonly prompts: ReadonlySet<string>;
  readonly includesGranted: boolean;
  readonly loginHint: string | undefined;
  readonly hd: string | undefined;
  readonly state: string | undefined;
  readonly nonce: string | undefined;
  readonly challenge: Challenge | undefined;
}

/** Why a request is answered with a page of Google's, and never goes back to its app. */
export interface Blocked { readonly status: number; readonly code: string; readonly detail: string }

/** Parameters of a request, in the order in which the consent page carries them on. */
export const PARAMETERS = [
  'client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'access_type', 'prompt', 'include_granted_scopes', 'login_hint',
  'code_challenge', 'code_challenge_method', 'nonce', 'hd',
];

const invalidRequest = (detail: string): Blocked => ({ status: 400, code: 'invalid_request', detail });

/** True for browsers inside other apps, which Google does not let people sign in with. */
const isEmbedded = (userAgent: string): boolean =>
  /; wv\)|\bFBA[NV]\/|\bInstagram\b|\bLine\//.test(userAgent) ||
  (/\b(iPhone|iPad|iPod)\b/.test(userAgent) && userAgent.includes('AppleWebKit/') && !userAgent.includes('Safari/'));

function faultOfRedirect(client: Client | undefined, redirectUri: string): Blocked | undefined {
  if (redirectUri === '') return invalidRequest('Missing required parameter: redirect_uri');
  const isAddress = URL.canParse(redirectUri) && ['http:', 'https:'].includes(new URL(redirectUri).protocol) && !/[#\p{Cc}]/u.test(redirectUri);
  if (isAddress && client?.redirectUris?.includes(redirectUri) !== false) return undefined;
  const detail = `The redirect URI in the request, ${redirectUri}, does not match the ones authorized for the OAuth client.`;
  return { status: 400, code: 'redirect_uri_mismatch', detail };
}

function readPrompts(text: string): ReadonlySet<string> | undefined {
  const prompts = new Set(text.split(' ').filter((each) => each !== ''));
  const known = [...prompts].every((each) => ['none', 'consent', 'select_account'].includes(each));
  return known && !(prompts.has('none') && prompts.size > 1) ? prompts : undefined;
}

/** Reads a request; every fault of it is one that only a page can tell. */
export function readAsked(store: Store, params: URLSearchParams, userAgent: string): Asked | Blocked {
  const text = (name: string): string | undefined => params.get(name) || undefined;
  const twice = PARAMETERS.find((name) => params.getAll(name).length > 1);
  if (twice !== undefined) return invalidRequest(`OAuth 2 parameters can only have a single value: ${twice}`);
  const clientId = text('client_id') ?? '', redirectUri = text('redirect_uri') ?? '', scopes = readScopes(text('scope') ?? '');
  if (clientId === '') return invalidRequest('Missing required parameter: client_id');
  if (!/^[\x21-\x7e]{1,255}$/.test(clientId)) return { status: 401, code: 'invalid_client', detail: 'The OAuth client was not found.' };
  const client = clientOf(store, clientId);
  if (client?.isDeleted === true) return { status: 401, code: 'deleted_client', detail: 'The OAuth client was deleted.' };
  const redirectFault = faultOfRedirect(client, redirectUri);
  if (redirectFault !== undefined) return redirectFault;
  if (isEmbedded(userAgent)) return { status: 403, code: 'disallowed_useragent', detail: 'You cannot sign in from this app: use a browser of its own.' };
  if (text('response_type') === undefined) return invalidRequest('Missing required parameter: response_type');
  if (text('response_type') !== 'code') return { status: 400, code: 'unsupported_response_type', detail: 'Only response_type=code is offered.' };
  if (scopes.length === 0) return invalidRequest('Missing required parameter: scope');
  const unknown = scopes.filter((each) => !isKnown(each));
  if (unknown.length > 0) return { status: 400, code: 'invalid_scope', detail: `Some requested scopes were invalid: ${unknown.join(', ')}` };
  const access = text('access_type') ?? 'online', prompts = readPrompts(params.get('prompt') ?? '');
  if (access !== 'online' && access !== 'offline') return invalidRequest(`Invalid parameter value for access_type: '${access}'`);
  if (prompts === undefined) return invalidRequest(`Invalid parameter value for prompt: '${params.get('prompt') ?? ''}'`);
  const challenge = readChallenge(text('code_challenge'), text('code_challenge_method'));
  if (challenge !== undefined && 'wrong' in challenge) return invalidRequest(challenge.wrong);
  return {
    clientId, client, redirectUri, scopes, prompts, challenge, isOffline: access === 'offline', includesGranted: params.get('include_granted_scopes') === 'true',
    loginHint: text('login_hint'), hd: text('hd'), state: text('state'), nonce: text('nonce'),
  };
}

/** True if the hint of a request means this account: its address, or its `sub`. */
export const isHinted = (hint: string | undefined, account: { readonly email: string; readonly sub: string }): boolean =>
  hint !== undefined && (account.email === hint.toLowerCase() || account.sub === hint);
