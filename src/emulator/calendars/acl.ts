import { ApiError, invalid, notFound, required } from '../http/api-error.js';
import type { AclRule, Calendar, Json, JsonObject, Role } from '../store/model.js';
import type { Store } from '../store/store.js';
import { isAtLeast, roleOf } from './access.js';
import { numbered } from './numbered-token.js';

const LONGEST_VALUE = 320;

/** An access rule, keys in the documented order. */
export const showRule = (rule: AclRule): JsonObject =>
  ({ kind: 'calendar#aclRule', etag: ruleEtag(rule), id: rule.id, scope: { ...rule.scope }, role: rule.role });

export const ruleEtag = (rule: AclRule): string => `"${numbered(rule.revision)}"`;

/** The scope that a body names. A user, a group and a domain have a value, everybody (`default`) has none. Throws 400. */
function readScope(value: Json | undefined): AclRule['scope'] {
  const { type, value: text } = (value ?? {}) as { type?: AclRule['scope']['type']; value?: string };
  if (type === undefined) throw required('Missing scope type.');
  if (type === 'default') return { type };
  const address = text?.toLowerCase() ?? '';
  const fits = type === 'domain' ? /^[^@\s]+\.[^@\s]+$/ : /^[^@\s]+@[^@\s]+$/;
  if (!fits.test(address) || address.length > LONGEST_VALUE) throw new ApiError(400, 'invalidScopeValue', 'Invalid scope value.', { domain: 'calendar' });
  return { type, value: address };
}

const idOf = ({ type, value }: AclRule['scope']): string => (value === undefined ? type : `${type}:${value}`);

/** The rule with this id; one that was deleted is none. Throws 404. */
export function findRule(store: Store, calendar: Calendar, ruleId: string): AclRule {
  const rule = ruleId.length > LONGEST_VALUE + 8 ? undefined : store.aclRule(calendar.id, ruleId.toLowerCase());
  if (rule === undefined || rule.role === 'none') throw notFound();
  return rule;
}

/** Owners cannot change their own access, and nobody that of the data's owner or of the calendar itself: so the last owner stays. */
function checkChangeable(calendar: Calendar, { type, value }: AclRule['scope'], caller: string): void {
  if (type !== 'user') return;
  if (value === caller) throw new ApiError(403, 'cannotChangeOwnAcl', 'Cannot change your own access level.', { domain: 'calendar' });
  if (value === calendar.owner || value === calendar.id) throw new ApiError(403, 'cannotChangeOwnerAcl', 'Cannot change the access level of the calendar owner.', { domain: 'calendar' });
}

/**
 * Gives a scope a role, or none. Who loses sight of the calendar by it loses it from their list; who gains it must add
 * it themselves (sheet 4). An unchanged rule keeps its etag. Throws 400 and 403.
 */
function setRole(store: Store, calendar: Calendar, caller: string, scope: AclRule['scope'], role: Role | 'none'): AclRule {
  const known = store.aclRule(calendar.id, idOf(scope));
  if (known?.role === role) return known;
  checkChangeable(calendar, scope, caller);
  if (scope.type === 'default' && role !== 'none' && isAtLeast(role, 'writerWithoutPrivateAccess')) {
    throw new ApiError(400, 'illegalAccessRoleForDefault', 'Everybody can be given read access at most.', { domain: 'calendar' });
  }
  return store.transact(() => {
    const rule: AclRule = { calendarId: calendar.id, id: idOf(scope), scope, role, revision: store.nextRevision() };
    store.putAclRule(rule);
    for (const entry of store.entriesOfCalendar(calendar.id)) {
      if (entry.deleted !== true && roleOf(store, calendar.id, entry.account) === undefined) store.putEntry({ ...entry, deleted: true, revision: store.nextRevision() });
    }
    return rule;
  });
}

/** acl.insert: a new rule, or a new role for a scope that has one. Throws 400 and 403. */
export function insertRule(store: Store, calendar: Calendar, caller: string, body: JsonObject): JsonObject {
  const { role, scope } = body;
  if (typeof role !== 'string') throw required('Missing role.');
  return showRule(setRole(store, calendar, caller, readScope(scope), role as Role | 'none'));
}

/** acl.patch and acl.update: another role for the same scope. Throws 400 and 403. */
export function changeRule(store: Store, calendar: Calendar, caller: string, rule: AclRule, kind: 'patch' | 'update', body: JsonObject): JsonObject {
  const { role = kind === 'patch' ? rule.role : undefined, scope } = body;
  if (typeof role !== 'string') throw required('Missing role.');
  if (scope !== undefined && scope !== null && idOf(readScope({ ...rule.scope, ...(scope as JsonObject) })) !== rule.id) throw invalid('The scope of a rule cannot be changed.');
  return showRule(setRole(store, calendar, caller, rule.scope, role as Role | 'none'));
}

/** acl.delete. Throws 403. */
export function deleteRule(store: Store, calendar: Calendar, caller: string, rule: AclRule): void {
  setRole(store, calendar, caller, rule.scope, 'none');
}
