import { ROLES, type AclRule, type Role } from '../store/model.js';
import type { Store } from '../store/store.js';

/**
 * Names the access that an account has to a calendar now: its role, and the version of the rule that gives it. It
 * differs after every change that ends the account's sync tokens there, also after access was lost and given again
 * (sheet 1.4, "changes of related ACLs"); changes of other people's access leave it alone.
 */
export function accessEpoch(store: Store, calendarId: string, account: string): string {
  const scopes = [`user:${account}`, `domain:${account.slice(account.indexOf('@') + 1)}`, 'default'];
  const rank = ({ role }: AclRule): number => ROLES.indexOf(role as Role);
  const giving = scopes.flatMap((scope) => store.aclRule(calendarId, scope) ?? []).filter(({ role }) => role !== 'none').sort((a, b) => rank(b) - rank(a))[0];
  return giving === undefined ? 'none' : `${giving.role}@${giving.revision}`;
}
