import type { Store } from '../store/store.js';

/** What the administrator of an account, or its owner, has laid down about apps. */
export interface Policy {
  /** Scopes that no app may have: consent is refused, and tokens that carry one do not work. */
  readonly restrictedScopes?: readonly string[];
  /** Consents end after this time. */
  readonly consentSeconds?: number;
}

export const policyOf = (store: Store, account: string): Policy => (store.credentials.get(['policy', account]) as Policy | undefined) ?? {};

/** Lays down a policy in place of the one before. */
export function keepPolicy(store: Store, account: string, policy: Policy): void {
  store.credentials.putSync(['policy', account], policy);
}

export const isRestricted = (policy: Policy, scopes: readonly string[]): boolean => scopes.some((each) => policy.restrictedScopes?.includes(each) === true);
