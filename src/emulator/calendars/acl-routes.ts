import type { ParamKind } from '../http/query.js';
import { answerResource, type Call, type Route } from '../http/route.js';
import { accessOf } from './access.js';
import { changeRule, deleteRule, findRule, insertRule, ruleEtag, showRule } from './acl.js';
import { listRules } from './acl-list.js';
import { checkIfMatch } from './if-match.js';
import { ruleBody } from './schema.js';

export const ACL_READ_SCOPES = ['calendar', 'calendar.acls', 'calendar.acls.readonly'];
const ACL_WRITE_SCOPES = ['calendar', 'calendar.acls'];
/** Parameters of acl.list; acl.watch takes the same. */
export const ACL_LIST_PARAMS: Record<string, ParamKind> = { maxResults: 'count', pageToken: 'text', showDeleted: 'bool', syncToken: 'text' };
/** Nobody is mailed about sharing here, so it makes no difference. */
const SHARING: Record<string, ParamKind> = { sendNotifications: 'bool' };
const RULES = '/calendars/:calendarId/acl', RULE = '/calendars/:calendarId/acl/:ruleId';

function change(call: Call, kind: 'patch' | 'update') {
  const { store } = call.emulator;
  const { calendar } = accessOf(call, 'owner');
  const rule = findRule(store, calendar, call.path[1] ?? '');
  checkIfMatch(call, ruleEtag(rule));
  return answerResource(call, changeRule(store, calendar, call.caller.account, rule, kind, call.body));
}

/** The methods of the acl resource. Writers may read the rules, owners may change them (client package, field docs of `role`). */
export const aclRoutes: readonly Route[] = [
  {
    id: 'acl.list', method: 'GET', path: RULES, scopes: ACL_READ_SCOPES, params: ACL_LIST_PARAMS,
    answer: (call) => ({ status: 200, json: listRules(call.emulator.store, call.tokens, accessOf(call, 'writer').calendar, call.caller.account, call.query) }),
  },
  {
    id: 'acl.get', method: 'GET', path: RULE, scopes: [...ACL_READ_SCOPES, 'calendar.readonly'], params: {},
    answer: (call) => answerResource(call, showRule(findRule(call.emulator.store, accessOf(call, 'writer').calendar, call.path[1] ?? ''))),
  },
  {
    id: 'acl.insert', method: 'POST', path: RULES, scopes: ACL_WRITE_SCOPES, params: SHARING, body: ruleBody,
    answer: (call) => answerResource(call, insertRule(call.emulator.store, accessOf(call, 'owner').calendar, call.caller.account, call.body)),
  },
  { id: 'acl.patch', method: 'PATCH', path: RULE, scopes: ACL_WRITE_SCOPES, params: SHARING, body: ruleBody, answer: (call) => change(call, 'patch') },
  { id: 'acl.update', method: 'PUT', path: RULE, scopes: ACL_WRITE_SCOPES, params: SHARING, body: ruleBody, answer: (call) => change(call, 'update') },
  {
    id: 'acl.delete', method: 'DELETE', path: RULE, scopes: ACL_WRITE_SCOPES, params: {},
    answer: (call) => {
      const { store } = call.emulator;
      const { calendar } = accessOf(call, 'owner');
      const rule = findRule(store, calendar, call.path[1] ?? '');
      checkIfMatch(call, ruleEtag(rule));
      deleteRule(store, calendar, call.caller.account, rule);
      return { status: 204 };
    },
  },
];
