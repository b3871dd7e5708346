import { describe, expect, test } from 'vitest';
import { ANSWERS, RETRIES, type Answer, type Next } from '../../src/google/retries.js';
import { retryAfterMs } from '../../src/google/retry-after.js';
import { translateGoogleError } from '../../src/google/translate-error.js';
import { textOf } from '../contracts/source.js';

const answered = (status: number, reason: string): Error => Object.assign(new Error('x'), { response: { status, data: { error: { errors: [{ reason }] } } } });
/** One error of each kind, as the client throws it. */
const THROWN: Readonly<Record<Answer, unknown>> = {
  'never left': Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'no answer': Object.assign(new Error('x'), { code: 'ECONNRESET' }),
  fault: answered(503, 'backendError'), 'slow down': answered(403, 'userRateLimitExceeded'), spent: answered(403, 'quotaExceeded'), refused: answered(403, 'forbidden'),
  'signed out': answered(401, 'authError'), 'not found': answered(404, 'notFound'), gone: answered(410, 'deleted'), changed: answered(412, 'conditionNotMet'), taken: answered(409, 'duplicate'),
};
const WRITES = /insert|patch|delete|watch|stop/;
/** What the shell does by itself about a problem. `done` and `other` are the callers', and have their own tests. */
const IN_CODE: Readonly<Record<Exclude<Next, 'done' | 'other'>, (p: { code: string; remedy: string }) => boolean>> = {
  repeat: (p) => p.code === 'GOOGLE_UNREACHABLE' || p.code === 'GOOGLE_QUOTA',
  look: (p) => p.code === 'GOOGLE_ANSWER_LOST' || p.code === 'GOOGLE_DUPLICATE',
  hours: (p) => p.code === 'GOOGLE_QUOTA_SPENT',
  anew: (p) => p.remedy === 'reread',
  person: (p) => p.remedy === 'operator',
  reconnect: (p) => p.remedy === 'reconnect',
};

describe.each(Object.entries(RETRIES))('%s', (method, row) => {
  test.each(ANSWERS)('%s', (answer) => {
    const next: Next = row[answer];
    const problem = translateGoogleError(THROWN[answer], { name: method, isWrite: WRITES.test(method) });
    if (next !== 'done' && next !== 'other') expect(IN_CODE[next](problem), `${next}: ${problem.code}`).toBe(true);
    // Nothing that may have taken effect is simply repeated, unless a repeat cannot do it twice.
    if (/insert|patch|delete/.test(method) && (answer === 'no answer' || answer === 'fault')) expect(next).toBe('look');
  });
});

test('a write that the table does not know is looked for; a read is not', () => {
  expect(translateGoogleError(THROWN['no answer'], { name: 'acl.insert', isWrite: true }).code).toBe('GOOGLE_ANSWER_LOST');
  expect(translateGoogleError(THROWN['no answer'], { name: 'acl.list', isWrite: false }).code).toBe('GOOGLE_UNREACHABLE');
});

test('docs/retries.md shows the same table', () => {
  const rows = [...textOf('docs/retries.md').matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(([, method = '', cells = '']) => [method, cells.split('|').map((c) => c.trim())] as const);
  const heads = /^\| call \|(.*)\|$/m.exec(textOf('docs/retries.md'))?.[1]?.split('|').map((c) => c.trim());
  expect(heads).toEqual([...ANSWERS]);
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(Object.entries(RETRIES).map(([method, row]) => [method, ANSWERS.map((a) => row[a])])));
});

test.each([
  [{ 'retry-after': '7' }, 7_000], [new Headers({ 'Retry-After': '120' }), 120_000],
  [{ 'retry-after': 'Mon, 23 Nov 2026 10:00:30 GMT', date: 'Mon, 23 Nov 2026 10:00:00 GMT' }, 30_000],
  [{ 'retry-after': 'Mon, 23 Nov 2026 09:00:00 GMT', date: 'Mon, 23 Nov 2026 10:00:00 GMT' }, 0],
  [{ 'retry-after': 'Mon, 23 Nov 2026 10:00:30 GMT' }, null], [{ 'retry-after': 'soon' }, null], [{ 'retry-after': '-3' }, null], [{ 'retry-after': 7 }, null], [{}, null], [undefined, null], ['text', null],
] as const)('Retry-After of %j is %s', (headers, ms) => {
  expect(retryAfterMs(headers)).toBe(ms);
});
