import { expect, test } from 'vitest';
import { Problem } from '../../src/kernel/problem.js';

test('a problem knows its remedy by its code, keeps its cause, and is an error', () => {
  const cause = new Error('socket');
  const problem = new Problem('GOOGLE_QUOTA', 'slow down', { call: 'events.list' }, cause);
  expect(problem).toBeInstanceOf(Error);
  expect(problem).toMatchObject({ name: 'Problem', code: 'GOOGLE_QUOTA', remedy: 'wait', message: 'slow down', facts: { call: 'events.list' }, cause });
});
test('without a cause there is none', () => {
  expect('cause' in new Problem('IMPOSSIBLE_STATE', 'x')).toBe(false);
});
