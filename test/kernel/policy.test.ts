import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/kernel/interval.js';
import { DEFAULT_POLICY, readPolicy } from '../../src/kernel/policy.js';

test('the defaults are those of the design, section 9', () => {
  expect(DEFAULT_POLICY).toMatchObject({
    choicesPerOffer: 4, offerLifetimeMs: DAY, minimumNoticeMs: 12 * HOUR, freezeMs: DAY, asksPerClient: { count: 1, days: 30 }, afterSilence: 'coach', reminderAt: 0.5, byItself: 'none', land: 'automatic',
    lengthMs: HOUR, bufferMs: 0, horizonMs: 60 * DAY, settleMs: MINUTE,
  });
  expect(DEFAULT_POLICY.workingHours).toEqual([1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '17:00' })));
});
test.each([[null], [undefined], ['text'], [7], [[]], [{}]])('%j stored: the defaults', (stored) => { expect(readPolicy(stored)).toEqual(DEFAULT_POLICY); });
test('what is stored rules; what is unknown is left out; the defaults stay as they are', () => {
  const before = structuredClone(DEFAULT_POLICY);
  const read = readPolicy({ land: 'manual', maxPerDay: 3, afterNextYear: true, __proto__: { freezeMs: 0 } });
  expect(read).toEqual({ ...DEFAULT_POLICY, land: 'manual', maxPerDay: 3 });
  expect(readPolicy({ constructor: 1, toString: 2 })).toEqual(DEFAULT_POLICY);
  expect(DEFAULT_POLICY).toEqual(before);
});
