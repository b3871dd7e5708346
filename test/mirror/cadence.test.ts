import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, instant, MINUTE, plus } from '../../src/kernel/interval.js';
import { callsPerDay, countFullRead, FULL_READS_PER_HOUR, fullReadAt, nextPullAt, stretchFor, UNSTRETCHED, usualGap, type FullReads, type Pace } from '../../src/mirror/cadence.js';
import { renewAt } from '../../src/mirror/channel.js';
import { judgePushes, LATE_PUSH_MS, pushHealth, type PushRecord } from '../../src/mirror/push-health.js';

const NOW = instant(Date.UTC(2026, 10, 23, 10));
const ms = (pace: Partial<Pace>, spread = 0.5, stretch = UNSTRETCHED): number => nextPullAt({ hasOpenRequest: false, push: 'none', quietForMs: null, now: NOW, stretch, spread, ...pace }) - NOW;
const spreads = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const paces: fc.Arbitrary<Pace> = fc.record({ hasOpenRequest: fc.boolean(), push: fc.constantFrom('none', 'unproven', 'proven', 'missing'), quietForMs: fc.option(fc.nat(40 * DAY)) });

describe('when a calendar is read next', () => {
  test.each([
    ['just changed', { quietForMs: 0 }, MINUTE], ['changed half an hour ago', { quietForMs: 30 * MINUTE }, 3 * MINUTE], ['quiet since long', { quietForMs: 9 * DAY }, 10 * MINUTE], ['never seen to change', {}, 10 * MINUTE],
    ['pushes are missing', { push: 'missing', quietForMs: 0 }, MINUTE], ['Google reaches us, nothing is proven', { push: 'unproven', quietForMs: 5 * HOUR }, 30 * MINUTE], ['the same, quiet since long', { push: 'unproven', quietForMs: 9 * DAY }, HOUR],
    ['pushes are proven', { push: 'proven', quietForMs: 0 }, 2 * HOUR], ['pushes are proven, but a request is open', { push: 'proven', hasOpenRequest: true }, 26_250],
  ] as const)('%s', (_, pace, expected) => { expect(ms(pace)).toBe(expected); });

  test('while a request is open: within 30 s, whatever else', () => {
    fc.assert(fc.property(paces, spreads, (pace, spread) => {
      const wait = ms({ ...pace, hasOpenRequest: true }, spread);
      expect(wait).toBeGreaterThanOrEqual(22_500);
      expect(wait).toBeLessThanOrEqual(30_000);
    }));
  });
  test('a quarter more or less by chance, so that what was read together drifts apart', () => {
    expect([0, 0.25, 0.5, 0.75, 0.999_999].map((spread) => Math.round(ms({ push: 'proven' }, spread) / MINUTE))).toEqual([90, 105, 120, 135, 150]);
  });
  test('the longer the quiet the longer the wait; better health never reads more often', () => {
    fc.assert(fc.property(paces, fc.nat(40 * DAY), spreads, (pace, more, spread) => {
      const quietForMs = pace.quietForMs ?? 0;
      expect(ms({ ...pace, quietForMs: quietForMs + more }, spread)).toBeGreaterThanOrEqual(ms({ ...pace, quietForMs }, spread));
      const by = (push: Pace['push']): number => ms({ ...pace, push }, spread);
      expect(by('proven')).toBeGreaterThanOrEqual(by('unproven'));
      expect(by('unproven')).toBeGreaterThanOrEqual(by('none'));
      expect(by('none')).toBe(by('missing'));
    }));
  });
});

describe('the budget', () => {
  const installations = fc.array(paces.chain((pace) => fc.nat(3_000).map((count) => ({ ...pace, count }))), { minLength: 1, maxLength: 12 });
  const grid = Array.from({ length: 200 }, (_, i) => (i + 0.5) / 200);
  /** Calls a day, on average over chance. */
  const callsOf = (c: Pace & { count: number }, stretch: ReturnType<typeof stretchFor>): number => c.count * (grid.reduce((sum, spread) => sum + DAY / ms(c, spread, stretch), 0) / grid.length);

  test('whatever the calendars are, all reads on the timetable together stay within seven tenths of it', () => {
    fc.assert(fc.property(installations, fc.integer({ min: 1_000, max: 2_000_000 }), (calendars, budget) => {
      const stretch = stretchFor(callsPerDay(calendars), budget);
      const calls = calendars.reduce((sum, c) => sum + callsOf(c, stretch), 0);
      expect(calls).toBeLessThanOrEqual(0.7 * budget * 1.001);
    }));
  });
  test('nothing is stretched that need not be, and never shortened', () => {
    fc.assert(fc.property(installations, fc.integer({ min: 1_000, max: 2_000_000 }), (calendars, budget) => {
      const calls = callsPerDay(calendars);
      const stretch = stretchFor(calls, budget);
      expect(Math.min(stretch.awaited, stretch.quiet)).toBeGreaterThanOrEqual(1);
      if (calls.awaited + calls.quiet <= 0.7 * budget) expect(stretch).toEqual(UNSTRETCHED);
      else expect(calls.awaited / stretch.awaited + calls.quiet / stretch.quiet).toBeCloseTo(0.7 * budget, 0);
    }));
  });
  test('who waits is stretched last', () => {
    expect(stretchFor({ awaited: 200_000, quiet: 1_000_000 }, 500_000)).toEqual({ awaited: 1, quiet: 1_000_000 / 150_000 });
    expect(stretchFor({ awaited: 1_000_000, quiet: 0 }, 500_000).awaited).toBeCloseTo(1_000_000 / 350_000);
    expect(stretchFor({ awaited: 1_000_000, quiet: 1_000_000 }, 500_000)).toEqual({ awaited: 1_000_000 / 262_500, quiet: 1_000_000 / 87_500 });
  });
  test('ten thousand coaches with proven pushes are read every two hours, within a third of the default budget', () => {
    const calls = callsPerDay([{ hasOpenRequest: false, push: 'proven', quietForMs: DAY, count: 10_000 }]);
    expect(stretchFor(calls, 500_000)).toEqual(UNSTRETCHED);
    expect(calls.quiet).toBeLessThan(500_000 / 3);
  });
});

describe('full reads', () => {
  test('so many in an hour, then the next when the hour is over', () => {
    let reads: FullReads = { count: 0, since: null };
    for (let n = 0; n < FULL_READS_PER_HOUR; n++) {
      expect(fullReadAt(reads, plus(NOW, n * MINUTE))).toBe(plus(NOW, n * MINUTE));
      reads = countFullRead(reads, plus(NOW, n * MINUTE));
    }
    expect(fullReadAt(reads, plus(NOW, 20 * MINUTE))).toBe(plus(NOW, HOUR));
    expect(fullReadAt(reads, plus(NOW, HOUR))).toBe(plus(NOW, HOUR));
    expect(countFullRead(reads, plus(NOW, HOUR))).toEqual({ count: 1, since: plus(NOW, HOUR) });
  });
  test('never more than twice as many in any hour, and never put off for more than one', () => {
    fc.assert(fc.property(fc.array(fc.nat(30 * MINUTE), { minLength: 1, maxLength: 100 }), (pauses) => {
      let at = NOW;
      let reads: FullReads = { count: 0, since: null };
      const done: number[] = [];
      for (const pause of pauses) {
        at = plus(at, pause);
        const allowed = fullReadAt(reads, at);
        expect(allowed - at).toBeLessThanOrEqual(HOUR);
        if (allowed > at) continue;
        reads = countFullRead(reads, at);
        done.push(at);
      }
      for (const first of done) expect(done.filter((d) => d >= first && d < first + HOUR).length).toBeLessThanOrEqual(2 * FULL_READS_PER_HOUR - 1);
    }));
  });
});

describe('whether pushes reach us', () => {
  const standing: PushRecord = { openSince: plus(NOW, -DAY), isGreeted: true, provenAt: null, misses: 0, unannouncedAt: null };
  const found = (record: PushRecord, isAnnounced: boolean, now = NOW, isChanged = true): PushRecord & { missed: number } =>
    ({ ...record, ...judgePushes(record, { isChanged, isAnnounced, previousAt: plus(now, -HOUR), now }) });

  test.each([
    [{ openSince: null }, 'none'], [{ isGreeted: false }, 'none'], [{}, 'unproven'], [{ provenAt: NOW }, 'proven'], [{ provenAt: NOW, misses: 1 }, 'unproven'], [{ provenAt: NOW, misses: 2 }, 'missing'], [{ misses: 7 }, 'missing'],
    [{ openSince: null, provenAt: NOW, misses: 7 }, 'none'],
  ] as const)('%j is %s', (record, health) => { expect(pushHealth({ ...standing, ...record })).toBe(health); });

  test('a change that a push announced proves it, and forgives what was missed', () => {
    expect(found({ ...standing, misses: 3, unannouncedAt: plus(NOW, -1_000) }, true)).toMatchObject({ provenAt: NOW, misses: 0, unannouncedAt: null, missed: 0 });
  });
  test('a change that a poll saw first may still be announced; after two minutes it was missed, once', () => {
    const early = found(standing, false);
    expect(early).toMatchObject({ unannouncedAt: NOW, misses: 0, missed: 0 });
    expect(found(early, false, plus(NOW, LATE_PUSH_MS - 1), false)).toMatchObject({ unannouncedAt: NOW, misses: 0 });
    const late = found(early, false, plus(NOW, LATE_PUSH_MS), false);
    expect(late).toMatchObject({ unannouncedAt: null, misses: 1, missed: 1 });
    expect(found(late, false, plus(NOW, DAY), false)).toMatchObject({ misses: 1, missed: 0 });
  });
  test('a change that may be older than the channel says nothing; nor does one without a channel, or the first read', () => {
    expect(found({ ...standing, openSince: plus(NOW, -MINUTE) }, false).unannouncedAt).toBeNull();
    expect(found({ ...standing, openSince: null }, false).unannouncedAt).toBeNull();
    expect(judgePushes(standing, { isChanged: true, isAnnounced: false, previousAt: null, now: NOW }).unannouncedAt).toBeNull();
  });
  test('a push that comes to nothing proves nothing', () => {
    expect(found(standing, true, NOW, false)).toMatchObject({ provenAt: null, misses: 0, unannouncedAt: null });
  });
});

describe('renewal of channels', () => {
  test('a thousand channels opened in one hour are renewed over days: never more than a few in one minute', () => {
    const renewals = Array.from({ length: 1_000 }, (_, i) => {
      const opened = plus(NOW, (i / 1_000) * HOUR);
      return renewAt(plus(opened, 7 * DAY), opened, (i * 0.618_033_988_75) % 1);
    });
    const perMinute = new Map<number, number>();
    for (const at of renewals) perMinute.set(Math.floor(at / MINUTE), (perMinute.get(Math.floor(at / MINUTE)) ?? 0) + 1);
    expect(Math.max(...perMinute.values())).toBeLessThanOrEqual(3);
    expect(Math.max(...renewals) - Math.min(...renewals)).toBeGreaterThan(2.5 * DAY);
  });
  test('in time, whatever life Google gives, and never at once', () => {
    fc.assert(fc.property(fc.integer({ min: 10 * MINUTE, max: 60 * DAY }), spreads, (life, spread) => {
      const wait = renewAt(plus(NOW, life), NOW, spread) - NOW;
      expect(wait).toBeGreaterThanOrEqual(life / 2 - 1);
      expect(wait).toBeLessThanOrEqual(0.9 * life + 1);
    }));
    expect(renewAt(plus(NOW, 1_000), NOW, 0)).toBe(plus(NOW, MINUTE));
    expect(renewAt(plus(NOW, -DAY), NOW, 0.9)).toBe(plus(NOW, MINUTE));
  });
});

test('the usual gap follows slowly', () => {
  expect(usualGap(null, HOUR)).toBe(HOUR);
  expect(usualGap(10 * HOUR, 20 * HOUR)).toBe(12 * HOUR);
});
