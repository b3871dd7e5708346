import type { Answer } from './answer.js';
import { provokedError } from './provoked-error.js';
import type { Rule } from '../control/rules.js';

/** What leaves for the client: an answer, half of one, or nothing. */
export interface Leaving { readonly answer: Answer; readonly cut?: 'whole' | 'half' }

const provoked = (rule: Rule, status: number): Answer =>
  rule.body === undefined ? { status, json: provokedError(status, rule.reason, rule.message).body() }
    : { status, html: rule.body, ...(rule.contentType === undefined ? {} : { headers: { 'content-type': rule.contentType } }) };

/** What a rule answers before anything is done; undefined if the call is done first. */
export function refusedBy(rule: Rule | undefined): Leaving | undefined {
  if (rule?.mode === 'dropRequest') return { answer: { status: 0 }, cut: 'whole' };
  return rule?.status === undefined || rule.applied === true ? undefined : changedBy(rule, provoked(rule, rule.status));
}

/** What a rule makes of the answer to a call that was done. */
export function changedBy(rule: Rule | undefined, done: Answer): Leaving {
  if (rule === undefined) return { answer: done };
  const said = rule.status !== undefined && rule.applied === true ? provoked(rule, rule.status) : done;
  const answer = rule.headers === undefined ? said : { ...said, headers: { ...said.headers, ...rule.headers } };
  return { answer, ...(rule.mode === 'dropAnswer' ? { cut: 'whole' as const } : rule.mode === 'truncate' ? { cut: 'half' as const } : {}) };
}
