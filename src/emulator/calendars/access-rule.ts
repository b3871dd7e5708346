import { ROLES, type AclRule, type Role } from '../store/model.js';
import type { Store } from '../store/store.js';

/** A rule that gives a role, as one that was deleted does not. */
type GivingRule = AclRule & { readonly role: Role };

/** The rule that gives an account its strongest role on a calendar: its own, its domain's, or everybody's; undefined if none does. */
export function strongestRule(store: Store, calendarId: string, account: string): GivingRule | undefined {
  const scopes = [`user:${account}`, `domain:${account.slice(account.indexOf('@') + 1)}`, 'default'];
  return scopes.flatMap((scope) => store.aclRule(calendarId, scope) ?? [])
    .filter((rule): rule is GivingRule => rule.role !== 'none')
    .sort((a, b) => ROLES.indexOf(b.role) - ROLES.indexOf(a.role))[0];
}
