import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOUR, instant, MINUTE } from '../../src/kernel/interval.js';
import { Problem, PROBLEMS, type ProblemCode } from '../../src/kernel/problem.js';
import { retryAt } from '../../src/work/back-off.js';

const NOW = instant(Date.UTC(2026, 10, 23, 10));
const after = (code: ProblemCode | null, attempts: number, spread: number, facts = {}): number => retryAt(code && new Problem(code, 'x', facts), attempts, NOW, spread) - NOW;
const codes = fc.constantFrom(...(Object.keys(PROBLEMS) as ProblemCode[]), null);
const spreads = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('always later, never at once, and never more than six hours away', () => {
  fc.assert(fc.property(codes, fc.nat(10_000), spreads, (code, attempts, spread) => {
    const ms = after(code, attempts, spread);
    expect(ms).toBeGreaterThanOrEqual(100);
    expect(ms).toBeLessThanOrEqual(6 * HOUR);
    expect(Number.isFinite(ms)).toBe(true);
  }));
});

describe('what waits for Google or the mail server', () => {
  test.each([[0, 1_000], [1, 2_000], [2, 4_000], [8, 256_000], [9, 5 * MINUTE], [1_000, 5 * MINUTE]])('after %i failures: anywhere up to %i ms', (attempts, most) => {
    expect(after('GOOGLE_QUOTA', attempts, 0.5)).toBe(most / 2);
    expect(after('GOOGLE_QUOTA', attempts, 0)).toBe(100);
    expect(after('GOOGLE_UNREACHABLE', attempts, 0.999_999)).toBeCloseTo(most, -1);
  });
  test('a hundred that failed together come back spread over the whole time', () => {
    const tenths = new Set(Array.from({ length: 100 }, (_, i) => Math.floor(after('GOOGLE_QUOTA', 12, i / 100) / (30_000))));
    expect(tenths.size).toBe(10);
  });
  test('not before Retry-After, but that for an hour at most', () => {
    expect(after('GOOGLE_QUOTA', 0, 0.5, { retryAfterMs: 40_000 })).toBe(40_000);
    expect(after('GOOGLE_QUOTA', 20, 0.9, { retryAfterMs: 40_000 })).toBe(270_000);
    expect(after('GOOGLE_QUOTA', 0, 0.5, { retryAfterMs: 90 * 24 * HOUR })).toBe(HOUR);
  });
});

test('a usage limit: in hours', () => {
  expect([0, 1, 2, 3, 50].map((attempts) => after('GOOGLE_QUOTA_SPENT', attempts, 0) / HOUR)).toEqual([0.5, 1, 2, 3, 3]);
});
test('an old picture: soon, and never so soon that nothing can have changed', () => {
  expect(after('MIRROR_BEHIND', 0, 0)).toBe(750);
  expect(after('MIRROR_BEHIND', 3, 0)).toBe(6_000);
});
test.each(['GOOGLE_REFUSED', 'IMPOSSIBLE_STATE', 'GOOGLE_GRANT_REVOKED', null] as const)('%s: about once an hour, whatever happened before', (code) => {
  for (const attempts of [0, 5, 500]) {
    expect(after(code, attempts, 0)).toBe(0.75 * HOUR);
    expect(after(code, attempts, 0.999_999)).toBeLessThanOrEqual(HOUR);
  }
});
