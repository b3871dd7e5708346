import { endAccess } from './access-tokens.js';
import { dropConsents } from './consents.js';
import { endGrant, grantsOf, killGrants } from './grants.js';
import { isRestricted, keepPolicy, type Policy } from './policy.js';
import { isOfGmail } from './scopes.js';
import type { Account } from '../store/model.js';
import type { Store } from '../store/store.js';

/**
 * Makes an account active, disabled or deleted. Its access tokens end at once. The refresh tokens of a disabled account
 * rest until it is active again; those of a deleted one are gone.
 */
export function setState(store: Store, account: Account, state: 'active' | 'disabled' | 'deleted'): void {
  store.transact(() => {
    const { state: _before, ...active } = account;
    store.putAccount(state === 'active' ? active : { ...active, state });
    if (state === 'disabled') endAccess(store, { account: account.email });
    if (state === 'deleted') killGrants(store, account.email);
  });
}

/** A new password: grants that carry Gmail scopes end (sheet 7.3). Answers how many. */
export function changePassword(store: Store, account: Account): number {
  return store.transact(() => {
    const ended = grantsOf(store, account.email).filter(({ scopes }) => scopes.some(isOfGmail));
    for (const grant of ended) {
      endGrant(store, grant);
      dropConsents(store, account.email, grant.clientId);
    }
    return ended.length;
  });
}

/** A new policy: access tokens that carry a scope which is now restricted end at once. */
export function layDown(store: Store, account: Account, policy: Policy): void {
  store.transact(() => {
    keepPolicy(store, account.email, policy);
    endAccess(store, { account: account.email }, ({ scopes }) => isRestricted(policy, scopes));
  });
}
