import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant, intervalFrom, merge, overlaps, plus, sameInterval, widen, type Interval } from '../../src/kernel/interval.js';

/** Few distinct moments, so that touching, equal and empty intervals are common. */
const interval = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 8 })).map(([start, length]): Interval => ({ start: instant(start), end: instant(start + length) }));
const moments = Array.from({ length: 40 }, (_, i) => instant(i));
const has = (i: Interval, at: number): boolean => i.start <= at && at < i.end;

describe('overlaps', () => {
  test('is what sharing a moment means, on half-open intervals', () => {
    fc.assert(fc.property(interval, interval, (a, b) => overlaps(a, b) === moments.some((at) => has(a, at) && has(b, at))));
  });
  test('is symmetric; what only touches does not overlap; an empty one overlaps nothing', () => {
    fc.assert(fc.property(interval, interval, (a, b) => overlaps(a, b) === overlaps(b, a)));
    fc.assert(fc.property(interval, interval, (a, b) => !overlaps(a, { start: a.end, end: plus(a.end, b.end - b.start) })));
    fc.assert(fc.property(interval, interval, (a, b) => !overlaps(a, { start: b.start, end: b.start })));
  });
});

describe('merge', () => {
  const many = fc.array(interval, { maxLength: 12 });
  test('covers exactly what was covered', () => {
    fc.assert(fc.property(many, (given) => {
      const merged = merge(given);
      for (const at of moments) expect(merged.some((i) => has(i, at))).toBe(given.some((i) => has(i, at)));
    }));
  });
  test('is sorted, without overlap, touch or emptiness', () => {
    fc.assert(fc.property(many, (given) => {
      const merged = merge(given);
      for (const [i, one] of merged.entries()) {
        expect(one.start).toBeLessThan(one.end);
        const after = merged[i + 1];
        if (after) expect(one.end).toBeLessThan(after.start);
      }
    }));
  });
  test('does not care about order, and changes nothing that it was given or that is merged already', () => {
    fc.assert(fc.property(many, (given) => {
      const before = structuredClone(given);
      const merged = merge(given);
      expect(given).toEqual(before);
      expect(merge(given.toReversed())).toEqual(merged);
      expect(merge(merged)).toEqual(merged);
    }));
  });
});

test('widening moves both ends; overlap with the widened one is coming closer than that', () => {
  fc.assert(fc.property(interval, interval, fc.integer({ min: 0, max: 5 }), (a, b, ms) => {
    fc.pre(a.start < a.end && b.start < b.end);
    expect(overlaps(widen(a, ms), b)).toBe(b.start < a.end + ms && a.start - ms < b.end);
  }));
});
test('intervalFrom and sameInterval', () => {
  expect(intervalFrom(instant(5), 10)).toEqual({ start: 5, end: 15 });
  expect(sameInterval(intervalFrom(instant(5), 10), { start: instant(5), end: instant(15) })).toBe(true);
  expect(sameInterval(intervalFrom(instant(5), 10), intervalFrom(instant(5), 9))).toBe(false);
  expect(sameInterval(intervalFrom(instant(5), 10), { start: instant(6), end: instant(15) })).toBe(false);
});
