import { projectOf } from '../caller.js';
import { endAccess, readAccess } from './access-tokens.js';
import { dropConsents } from './consents.js';
import { isAlive } from './lifetime.js';
import { hashOf, mintSecret } from './secret.js';
import type { Store } from '../store/store.js';

/** A client's lasting permission: one refresh token. */
export interface Grant {
  /** Rises from grant to grant. */
  readonly id: number;
  readonly account: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The client secret of the exchange, which must come again. */
  readonly secretHash: string;
  readonly issuedMs: number;
  readonly usedMs: number;
  /** End of a grant of a limited time. */
  readonly endsMs?: number;
}

const MOST_PER_CLIENT = 100;
const LAST = '\uffff';
const keyOf = (grant: Pick<Grant, 'account' | 'clientId' | 'id'>): (string | number)[] => ['grant', grant.account, grant.clientId, grant.id];

/** The number of the next grant. Use within `transact`. */
export const nextGrantId = (store: Store): number => store.nextNumber('grant');

/** Keeps a new grant and mints its refresh token. The oldest of more than a hundred of one account and client dies unsaid (sheet 7.3). Use within `transact`. */
export function issueRefresh(store: Store, grant: Grant): string {
  const token = mintSecret('1//0'), place = ['grant', grant.account, grant.clientId];
  store.credentials.putSync(keyOf(grant), grant);
  // Stays when the grant is gone: a token that once worked is refused with other words than one that never did.
  store.credentials.putSync(['refreshToken', hashOf(token)], keyOf(grant));
  const keys = [...store.credentials.getKeys({ start: place, end: [...place, LAST] })];
  for (const key of keys.slice(0, Math.max(0, keys.length - MOST_PER_CLIENT))) store.credentials.removeSync(key);
  return token;
}

/** The grant of a refresh token; `dead` if it has ended, undefined if there never was such a token. */
export function readRefresh(store: Store, token: string): Grant | 'dead' | undefined {
  const key = store.credentials.get(['refreshToken', hashOf(token)]) as (string | number)[] | undefined;
  if (key === undefined) return undefined;
  const grant = store.credentials.get(key) as Grant | undefined;
  return grant === undefined || !isAlive(grant, store.clock.now()) ? 'dead' : grant;
}

/** Notes that a refresh token was used, from which its six months run. Use within `transact`. */
export function noteUse(store: Store, grant: Grant): void {
  store.credentials.putSync(keyOf(grant), { ...grant, usedMs: store.clock.now() });
}

function kept(store: Store, account: string, clientId?: string): Grant[] {
  const place = ['grant', account, ...(clientId === undefined ? [] : [clientId])];
  return [...store.credentials.getRange({ start: place, end: [...place, LAST] })].map(({ value }) => value as Grant);
}

/** Live grants of an account, oldest first within a client. */
export const grantsOf = (store: Store, account: string): Grant[] => kept(store, account).filter((each) => isAlive(each, store.clock.now()));

/** Ends one grant with its access tokens. Use within `transact`. */
export function endGrant(store: Store, grant: Pick<Grant, 'account' | 'clientId' | 'id'>): void {
  store.credentials.removeSync(keyOf(grant));
  endAccess(store, { account: grant.account, clientId: grant.clientId, grantId: grant.id });
}

/**
 * Takes back what an account granted, to one client or to all: consent, refresh tokens and access tokens. Answers how
 * many grants were live, those without a refresh token included.
 */
export function killGrants(store: Store, account: string, clientId?: string): number {
  return store.transact(() => {
    const live = new Set<number>();
    for (const grant of kept(store, account, clientId)) {
      if (isAlive(grant, store.clock.now())) live.add(grant.id);
      store.credentials.removeSync(keyOf(grant));
    }
    for (const id of endAccess(store, { account, clientId })) live.add(id);
    dropConsents(store, account, clientId);
    return live.size;
  });
}

/** The clients that an account has granted something to, or keeps a consent for. */
function clientsOf(store: Store, account: string): Set<string> {
  const keys = ['grant', 'consent'].flatMap((kind) => [...store.credentials.getKeys({ start: [kind, account], end: [kind, account, LAST] })]);
  return new Set(keys.map((key) => String(key[2])));
}

/**
 * Ends all that the account behind a token granted to its client, and to the others of its project (sheet 7.2), whichever of its
 * tokens it is. False if the token is not live.
 */
export function revoke(store: Store, token: string): boolean {
  const grant = readRefresh(store, token);
  const found = typeof grant === 'object' ? grant : readAccess(store, token);
  if (found === undefined) return false;
  const project = projectOf(found.clientId);
  for (const clientId of new Set([found.clientId, ...clientsOf(store, found.account)])) if (projectOf(clientId) === project) killGrants(store, found.account, clientId);
  return true;
}
