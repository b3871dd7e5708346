import { describe, expect, test } from 'vitest';
import { translateGoogleError } from '../../src/google/translate-error.js';
import { Problem } from '../../src/kernel/problem.js';

/** As the official client throws it: status and body on `response`, the message is Google's text and must not matter. */
const answered = (status: number, reason: string | null, message = 'whatever Google says') => Object.assign(new Error(message), {
  status, code: status, response: { status, data: reason === null ? '<html>Bad gateway</html>' : { error: { code: status, message, errors: [{ domain: 'global', reason, message }] } } },
});
const token = (status: number, error: string) => Object.assign(new Error(error), { status, code: status, response: { status, data: { error, error_description: 'Token has been expired or revoked.' } } });
const unanswered = (code: string | undefined, message = 'request failed') => Object.assign(new Error(message), code === undefined ? {} : { code });

const READ = { name: 'events.list', isWrite: false };
const INCREMENTAL = { name: 'events.list', isWrite: false, hasCursor: true };
const WRITE = { name: 'events.patch', isWrite: true };

/** Sheet section 6 (and 1.6, 3.4, 6.1, 7.3), row by row. */
test.each([
  [400, 'badRequest', READ, 'GOOGLE_REFUSED'],
  [400, 'invalid', READ, 'GOOGLE_REFUSED'],
  [400, 'invalid', INCREMENTAL, 'GOOGLE_CURSOR_GONE'],
  [400, 'timeRangeEmpty', INCREMENTAL, 'GOOGLE_REFUSED'],
  [401, 'authError', READ, 'GOOGLE_GRANT_REVOKED'],
  [403, 'userRateLimitExceeded', READ, 'GOOGLE_QUOTA'],
  [403, 'rateLimitExceeded', WRITE, 'GOOGLE_QUOTA'],
  [403, 'quotaExceeded', WRITE, 'GOOGLE_QUOTA_SPENT'],
  [403, 'forbiddenForNonOrganizer', WRITE, 'GOOGLE_REFUSED'],
  [403, 'forbiddenForServiceAccounts', WRITE, 'GOOGLE_REFUSED'],
  [403, 'insufficientPermissions', READ, 'GOOGLE_REFUSED'],
  [403, 'forbidden', READ, 'GOOGLE_REFUSED'],
  [404, 'notFound', READ, 'GOOGLE_NOT_FOUND'],
  [409, 'duplicate', WRITE, 'GOOGLE_DUPLICATE'],
  [410, 'fullSyncRequired', INCREMENTAL, 'GOOGLE_CURSOR_GONE'],
  [410, 'updatedMinTooLongAgo', INCREMENTAL, 'GOOGLE_CURSOR_GONE'],
  [412, 'conditionNotMet', WRITE, 'GOOGLE_EVENT_CHANGED'],
  [429, 'rateLimitExceeded', READ, 'GOOGLE_QUOTA'],
  [429, 'somethingNew', WRITE, 'GOOGLE_QUOTA'],
  [500, 'backendError', READ, 'GOOGLE_UNREACHABLE'],
  [502, null, READ, 'GOOGLE_UNREACHABLE'],
  [503, 'backendError', READ, 'GOOGLE_UNREACHABLE'],
  [504, null, READ, 'GOOGLE_UNREACHABLE'],
  // A write that ended in a fault of Google's may have taken effect.
  [500, 'backendError', WRITE, 'GOOGLE_ANSWER_LOST'],
  [502, null, WRITE, 'GOOGLE_ANSWER_LOST'],
  [418, 'teapot', READ, 'GOOGLE_REFUSED'],
] as const)('%i %s on %j is %s', (status, reason, call, code) => {
  const problem = translateGoogleError(answered(status, reason), call);
  expect(problem.code).toBe(code);
  expect(problem.facts).toMatchObject({ call: call.name, status });
});

describe('no answer', () => {
  test.each(['ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'TimeoutError', undefined])('%s: a read is tried again, a write is looked for first', (code) => {
    expect(translateGoogleError(unanswered(code), READ).code).toBe('GOOGLE_UNREACHABLE');
    expect(translateGoogleError(unanswered(code, 'The operation was aborted.'), WRITE).code).toBe('GOOGLE_ANSWER_LOST');
  });
  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])('%s proves that a write never left', (code) => {
    expect(translateGoogleError(unanswered(code), WRITE).code).toBe('GOOGLE_UNREACHABLE');
    expect(translateGoogleError(Object.assign(new Error('fetch failed'), { cause: unanswered(code) }), WRITE).code).toBe('GOOGLE_UNREACHABLE');
  });
  test.each([null, undefined, 'text', 7, {}])('%j thrown is no answer either', (thrown) => {
    expect(translateGoogleError(thrown, READ).code).toBe('GOOGLE_UNREACHABLE');
    expect(translateGoogleError(thrown, WRITE).code).toBe('GOOGLE_ANSWER_LOST');
  });
});

test.each([[400, 'invalid_grant', 'GOOGLE_GRANT_REVOKED'], [400, 'admin_policy_enforced', 'GOOGLE_GRANT_REVOKED'], [401, 'invalid_client', 'GOOGLE_REFUSED'], [400, 'invalid_request', 'GOOGLE_REFUSED'], [503, 'temporarily_unavailable', 'GOOGLE_UNREACHABLE']] as const)(
  'the token endpoint: %i %s is %s', (status, error, code) => {
    expect(translateGoogleError(token(status, error), READ)).toMatchObject({ code, facts: { reason: error } });
  });

test('the message never decides: it says one thing, the reason another', () => {
  expect(translateGoogleError(answered(403, 'forbidden', 'Rate Limit Exceeded'), READ).code).toBe('GOOGLE_REFUSED');
  expect(translateGoogleError(answered(403, 'rateLimitExceeded', 'Forbidden'), READ).code).toBe('GOOGLE_QUOTA');
});

test('a problem stays the one it is; a translated error keeps its cause, and says no name or text of Google\'s', () => {
  const problem = new Problem('CALENDAR_FROZEN', 'frozen');
  expect(translateGoogleError(problem, READ)).toBe(problem);
  const thrown = answered(404, 'notFound', 'No calendar of dana@x.example');
  const translated = translateGoogleError(thrown, READ);
  expect(translated.cause).toBe(thrown);
  expect(JSON.stringify([translated.message, translated.facts])).not.toContain('dana');
});
