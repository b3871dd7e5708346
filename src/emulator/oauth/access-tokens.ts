import { hashOf, mintSecret } from './secret.js';
import type { Caller } from '../caller.js';
import type { Store } from '../store/store.js';

/** What a bearer token says. It carries all that a call needs to know, so that a call costs one read. */
export interface AccessToken {
  readonly account: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The grant that it was drawn from; 0 for a service account, which has none. */
  readonly grantId: number;
  readonly isOffline: boolean;
  /** The service account that holds it, if one does. */
  readonly serviceAccount?: string;
}

interface KeptToken extends AccessToken { readonly expiresMs: number }

export const ACCESS_LIFETIME_S = 3_599;
const LAST = '\uffff';

/** A new access token, good for 3599 s. Use within `transact`. */
export function issueAccess(store: Store, access: AccessToken): string {
  const token = mintSecret('ya29.'), now = store.clock.now(), place = ['accessOf', access.account, access.clientId, access.grantId];
  for (const { key, value } of [...store.credentials.getRange({ start: place, end: [...place, LAST] })]) {
    if ((value as number) <= now) forget(store, key);
  }
  const expiresMs = now + ACCESS_LIFETIME_S * 1000, hash = hashOf(token);
  store.credentials.putSync(['accessToken', hash], { ...access, expiresMs } satisfies KeptToken);
  store.credentials.putSync([...place, hash], expiresMs);
  return token;
}

function forget(store: Store, key: readonly (string | number)[]): void {
  store.credentials.removeSync([...key]);
  store.credentials.removeSync(['accessToken', key.at(-1) ?? '']);
}

/** A live access token; undefined if it is unknown, ended or expired. */
export function readAccess(store: Store, token: string): KeptToken | undefined {
  const kept = store.credentials.get(['accessToken', hashOf(token)]) as KeptToken | undefined;
  return kept !== undefined && kept.expiresMs > store.clock.now() ? kept : undefined;
}

/** Whose access tokens: an account's, one client's of it, one grant's. */
interface Whose { readonly account: string; readonly clientId?: string | undefined; readonly grantId?: number }

/** Ends access tokens, or those of them that are meant. Answers the grants of those that were live. Use within `transact`. */
export function endAccess(store: Store, of: Whose, isMeant: (access: AccessToken) => boolean = () => true): Set<number> {
  const place = ['accessOf', ...[of.account, of.clientId, of.grantId].filter((each) => each !== undefined)];
  const ended = new Set<number>(), now = store.clock.now();
  for (const { key, value } of [...store.credentials.getRange({ start: place, end: [...place, LAST] })]) {
    const access = store.credentials.get(['accessToken', key.at(-1) ?? '']) as KeptToken | undefined;
    if (access !== undefined && !isMeant(access)) continue;
    if ((value as number) > now) ended.add(Number(key[3]));
    forget(store, key);
  }
  return ended;
}

/** Who a bearer token speaks for; `sandbox:<address>` speaks for any active account with all scopes. One read. */
export function callerOf(store: Store, bearer: string): Caller | undefined {
  if (bearer.startsWith('sandbox:')) {
    const address = bearer.slice('sandbox:'.length);
    const account = address.length > 320 ? undefined : store.account(address);
    return account === undefined || account.state !== undefined ? undefined : { account: account.email, clientId: 'sandbox' };
  }
  const access = readAccess(store, bearer);
  if (access === undefined) return undefined;
  const { account, clientId, serviceAccount } = access;
  return {
    account, clientId, scopes: new Set(access.scopes),
    ...(serviceAccount === undefined ? {} : { serviceAccount: { email: serviceAccount, isDelegated: serviceAccount !== account } }),
  };
}
