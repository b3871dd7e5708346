import type { Store } from '../store/store.js';
import { strongestRule } from './access-rule.js';

/**
 * Names the access that an account has to a calendar now: its role, and the version of the rule that gives it. It
 * differs after every change that ends the account's sync tokens there, also after access was lost and given again
 * (sheet 1.4, "changes of related ACLs"); changes of other people's access leave it alone.
 */
export function accessEpoch(store: Store, calendarId: string, account: string): string {
  const rule = strongestRule(store, calendarId, account);
  return rule === undefined ? 'none' : `${rule.role}@${rule.revision}`;
}
