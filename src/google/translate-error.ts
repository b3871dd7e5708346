import { Problem, type ProblemCode } from '../kernel/problem.js';
import { mustLook, type Answer } from './retries.js';
import { retryAfterMs } from './retry-after.js';

const QUOTA: ReadonlySet<string> = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'rate_limit_exceeded']);
/** A usage limit that lasts hours or longer, mostly of writes (sheet 6). */
const SPENT = 'quotaExceeded';
/** What the token endpoint says when a coach's permission is over: also an administrator's policy ends it until the coach connects anew. */
const GRANT_OVER: ReadonlySet<string> = new Set(['invalid_grant', 'admin_policy_enforced']);
/** Faults of its own that the token endpoint tells with a 4xx. */
const TRANSIENT: ReadonlySet<string> = new Set(['internal_failure', 'server_error', 'temporarily_unavailable', 'slow_down']);
/** Socket codes that prove the request never left: nothing can have happened at Google. */
const NOT_SENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

interface Thrown { status?: unknown; code?: unknown; message?: unknown; cause?: unknown; response?: { status?: unknown; data?: unknown; headers?: unknown } }
const recordOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {});

/** The Problem behind what the Google client threw, by status and reason, never by message (sheet section 6).
 *  `call` is a read or a write: a write without an answer may have taken effect. */
export function translateGoogleError(thrown: unknown, call: { name: string; isWrite: boolean; hasCursor?: boolean }): Problem {
  if (thrown instanceof Problem) return thrown;
  const error = recordOf(thrown) as Thrown;
  const status = Number(error.response?.status ?? error.status ?? 0);
  const body = recordOf(recordOf(error.response?.data).error);
  const first = recordOf(Array.isArray(body.errors) ? body.errors[0] : null);
  const reason = String(first.reason ?? recordOf(error.response?.data).error ?? '');
  const waitMs = retryAfterMs(error.response?.headers);
  const facts = { call: call.name, status, reason, ...(waitMs !== null && { retryAfterMs: waitMs }) };
  const maybeDone = (answer: Answer): boolean => mustLook(call.name, answer, call.isWrite);
  const say = (code: ProblemCode, message: string): Problem => new Problem(code, message, facts, thrown);

  if (!status) {
    const code = String(error.code ?? recordOf(error.cause).code ?? '');
    if (maybeDone(NOT_SENT.has(code) ? 'never left' : 'no answer')) return say('GOOGLE_ANSWER_LOST', 'Google did not answer; the change may have been made.');
    return say('GOOGLE_UNREACHABLE', 'Google cannot be reached.');
  }
  // The token endpoint names its error in one word. It may be at fault itself; and what is neither that nor about this one
  // permission is about our client: a wrong secret or a deleted client must not break every grant.
  const isTokenEndpoint = typeof recordOf(error.response?.data).error === 'string';
  if (isTokenEndpoint && TRANSIENT.has(reason)) return say('GOOGLE_UNREACHABLE', 'Google has a fault of its own.');
  if (isTokenEndpoint && status === 401) return say('GOOGLE_REFUSED', 'Google does not accept our OAuth client. Check GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET.');
  if (status === 400 && GRANT_OVER.has(reason)) return say('GOOGLE_GRANT_REVOKED', 'The permission at Google is no longer valid.');
  if (status === 401) return say('GOOGLE_GRANT_REVOKED', 'The permission at Google is no longer valid.');
  if (status === 410 || (status === 400 && call.hasCursor && reason === 'invalid')) return say('GOOGLE_CURSOR_GONE', 'Google no longer knows our place in this calendar.');
  if (status === 412) return say('GOOGLE_EVENT_CHANGED', 'The event was changed in Google meanwhile.');
  if (status === 409) return say('GOOGLE_DUPLICATE', 'Google already has an event with this id.');
  if (status === 404) return say('GOOGLE_NOT_FOUND', 'Google does not know this calendar or event.');
  if (status === 403 && reason === SPENT) return say('GOOGLE_QUOTA_SPENT', 'A usage limit of Google is reached; it lasts for hours.');
  if (status === 429 || (status === 403 && QUOTA.has(reason))) return say('GOOGLE_QUOTA', 'Google asks us to slow down.');
  if (status >= 500) return say(maybeDone('fault') ? 'GOOGLE_ANSWER_LOST' : 'GOOGLE_UNREACHABLE', 'Google has a fault of its own.');
  return say('GOOGLE_REFUSED', 'Google refuses this.');
}
