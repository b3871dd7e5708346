import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ageOf, refreshAgainAt, refreshAheadAt } from '../../src/google/access.js';
import { HOUR, instant, MINUTE, plus } from '../../src/kernel/interval.js';

const NOW = instant(Date.UTC(2026, 10, 23, 9));
const spread = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a token of an hour is refreshed four to eight minutes before its end, not all at one moment', () => {
  expect(refreshAheadAt(NOW, plus(NOW, HOUR), 0)).toBe(plus(NOW, 56 * MINUTE));
  expect(refreshAheadAt(NOW, plus(NOW, HOUR), 0.999)).toBeLessThan(plus(NOW, 52.1 * MINUTE));
});
test('however short a life is, its first half is not spent on refreshing, and the refresh is due before the end', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 24 * HOUR }), spread, (life, s) => {
    const at = refreshAheadAt(NOW, plus(NOW, life), s);
    return at >= NOW + life / 2 && at <= NOW + life;
  }));
});
test('fresh, ageing, dead, in this order, and never alive at its end', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 3 * HOUR }), spread, fc.array(fc.integer({ min: 0, max: 4 * HOUR }), { minLength: 2, maxLength: 20 }), (life, s, moments) => {
    const token = { expiresAt: plus(NOW, life), refreshAt: refreshAheadAt(NOW, plus(NOW, life), s) };
    const ages = moments.sort((a, b) => a - b).map((m) => ['fresh', 'ageing', 'dead'].indexOf(ageOf(token, plus(NOW, m))));
    expect(ages).toEqual([...ages].sort());
    expect(ageOf(token, plus(NOW, life))).toBe('dead');
  }));
});
test('without an end a token is dead; without a time for its refresh it ages four minutes before its end', () => {
  expect(ageOf({ expiresAt: null, refreshAt: null }, NOW)).toBe('dead');
  const token = { expiresAt: plus(NOW, 10 * MINUTE), refreshAt: null };
  expect([5, 7, 9.9].map((m) => ageOf(token, plus(NOW, m * MINUTE)))).toEqual(['fresh', 'ageing', 'dead']);
});
test('after failures the endpoint is asked later and later, up to five minutes', () => {
  expect([1, 2, 3, 9, 10, 99].map((n) => refreshAgainAt(n, NOW, 0.5) - NOW)).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
});
