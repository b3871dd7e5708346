import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, instant, intervalFrom, overlaps, plus, type Instant, type Interval } from '../../src/kernel/interval.js';
import { DEFAULT_POLICY, type Policy } from '../../src/kernel/policy.js';
import { rfc3339, toWallMs } from '../../src/kernel/zone.js';
import { judgeSlot, searchSlots, type SlotFacts } from '../../src/slots/search.js';
import { workingIntervals } from '../../src/slots/working-hours.js';
import { at, span, utc, wallStart, zone, ZONES } from '../calendar/events.js';

const BERLIN = 'Europe/Berlin';
const monday = [{ weekday: 1, from: '09:00', to: '12:00' }];
/** A Sunday noon in Berlin; the next working span is Monday 30 November, 9 to 12. */
function facts(policy: Partial<Policy> = {}, parts: Partial<SlotFacts> = {}): SlotFacts {
  return {
    now: at('2026-11-29 12:00'), policy: { ...DEFAULT_POLICY, workingHours: monday, horizonMs: 5 * DAY, ...policy }, zone: BERLIN,
    lengthMs: HOUR, busy: [], sessionStarts: [], ...parts,
  };
}
const starts = (f: SlotFacts): string[] => searchSlots(f).map((s) => rfc3339(s.start, f.zone).slice(11, 16));
const reason = (f: SlotFacts, start: Instant): string => {
  const judged = judgeSlot(f, start);
  return judged.free ? 'free' : judged.reason;
};

describe('workingIntervals', () => {
  const hours = (workingHours: Policy['workingHours'], window: Interval, zone = BERLIN): string[] =>
    workingIntervals({ ...DEFAULT_POLICY, workingHours }, zone, window).map((s) => `${rfc3339(s.start, zone).slice(5, 16)} ${(s.end - s.start) / HOUR}`);

  test('are whole spans of the coach\'s wall clock, also where the clocks change', () => {
    const sunday = [{ weekday: 7, from: '01:00', to: '05:00' }];
    expect(hours(sunday, span('2026-03-29', '2026-03-30'))).toEqual(['03-29T01:00 3']);
    expect(hours(sunday, span('2026-10-25', '2026-10-26'))).toEqual(['10-25T01:00 5']);
    expect(hours(sunday, span('2026-10-04', '2026-10-05', 'Australia/Lord_Howe'), 'Australia/Lord_Howe')).toEqual(['10-04T01:00 3.5']);
    expect(hours(monday, span('2026-11-30 11:00', '2026-11-30 11:30'))).toEqual(['11-30T09:00 3']);
    expect(hours(monday, span('2026-11-30 12:00', '2026-12-07 09:00'))).toEqual([]);
  });
  test('read weekdays where the coach is', () => {
    const [first] = workingIntervals({ ...DEFAULT_POLICY, workingHours: monday }, 'Asia/Kathmandu', span('2026-11-29', '2026-12-01', 'UTC'));
    expect(first?.start).toBe(utc('2026-11-30T03:15:00Z'));
  });
  test('may end at or after midnight; equal ends are no span', () => {
    const late = [{ weekday: 1, from: '22:00', to: '02:00' }, { weekday: 1, from: '20:00', to: '24:00' }, { weekday: 1, from: '09:00', to: '09:00' }];
    expect(hours(late, span('2026-11-30', '2026-12-01'))).toEqual(['11-30T20:00 4', '11-30T22:00 4']);
    expect(hours(late, span('2026-12-01 01:00', '2026-12-01 02:00'))).toEqual(['11-30T22:00 4']);
  });
});

describe('searchSlots', () => {
  test('fills working hours along the grid', () => {
    expect(starts(facts())).toEqual(['09:00', '09:30', '10:00', '10:30', '11:00']);
    expect(starts(facts({ gridMs: 45 * MINUTE }))).toEqual(['09:00', '09:45', '10:30']);
    expect(starts(facts({}, { lengthMs: 3 * HOUR }))).toEqual(['09:00']);
    expect(starts(facts({}, { lengthMs: 4 * HOUR }))).toEqual([]);
  });
  test('touching spans are one, each with its own grid', () => {
    const workingHours = [{ weekday: 1, from: '09:00', to: '10:15' }, { weekday: 1, from: '10:15', to: '12:00' }];
    expect(starts(facts({ workingHours }))).toEqual(['09:00', '09:30', '10:00', '10:15', '10:45']);
  });
  test('half-open: a slot may begin where busy time ends, and end where it begins', () => {
    expect(starts(facts({}, { busy: [span('2026-11-30 10:00', '2026-11-30 11:00')] }))).toEqual(['09:00', '11:00']);
  });
  test('keeps the buffer on both sides; overlapping busy time in any order', () => {
    const busy = [span('2026-11-30 10:50', '2026-11-30 11:00'), span('2026-11-30 08:00', '2026-11-30 09:00'), span('2026-11-30 10:45', '2026-11-30 10:55')];
    expect(starts(facts({ bufferMs: 15 * MINUTE }, { busy }))).toEqual(['09:30']);
    expect(starts(facts({ bufferMs: 16 * MINUTE }, { busy }))).toEqual([]);
    expect(starts(facts({ bufferMs: HOUR }, { busy: [span('2026-11-30 10:00', '2026-11-30 10:00')] }))).toHaveLength(5);
  });
  test('after the notice, before the horizon, within notBefore and notAfter', () => {
    expect(starts(facts({ minimumNoticeMs: 22 * HOUR }))[0]).toBe('10:00');
    expect(starts(facts({ minimumNoticeMs: 22 * HOUR + 1 }))[0]).toBe('10:30');
    expect(starts(facts({ horizonMs: 22 * HOUR }))).toEqual(['09:00', '09:30']);
    expect(starts(facts({}, { notBefore: at('2026-11-30 09:10'), notAfter: at('2026-11-30 11:30') }))).toEqual(['09:30', '10:00', '10:30']);
    expect(starts(facts({}, { notAfter: at('2026-11-29 12:00') }))).toEqual([]);
  });
  test('under the limits of a local day and an ISO week', () => {
    const late = at('2026-11-30 23:30');
    expect(starts(facts({ maxPerDay: 1 }, { sessionStarts: [late] }))).toEqual([]);
    expect(starts(facts({ maxPerDay: 1 }, { sessionStarts: [at('2026-12-01 00:00')] }))).toHaveLength(5);
    expect(starts(facts({ maxPerDay: 2 }, { sessionStarts: [late] }))).toHaveLength(5);
    expect(starts(facts({ maxPerWeek: 1 }, { sessionStarts: [at('2026-12-06 23:30')] }))).toEqual([]);
    expect(starts(facts({ maxPerWeek: 1 }, { sessionStarts: [at('2026-11-29 23:30'), at('2026-12-07 00:00')] }))).toHaveLength(5);
  });
  test('refuses a grid that would never end', () => {
    expect(() => searchSlots(facts({ gridMs: 0 }))).toThrow(RangeError);
    expect(() => searchSlots(facts({}, { lengthMs: 0 }))).toThrow(RangeError);
    expect(() => judgeSlot(facts({}, { lengthMs: Number.NaN }), at('2026-11-30 10:00'))).toThrow(RangeError);
  });
});

describe('judgeSlot', () => {
  const base = facts({ bufferMs: 10 * MINUTE, maxPerDay: 2 }, { busy: [span('2026-11-30 10:00', '2026-11-30 10:30')] });
  const half = { ...base, lengthMs: HOUR / 2 };
  test.each<[string, SlotFacts, string]>([
    ['2026-11-29 11:00', half, 'past'],
    ['2026-11-29 23:59', half, 'notice'],
    ['2026-12-04 12:00', half, 'horizon'],
    ['2026-11-30 08:50', half, 'outside-hours'],
    ['2026-11-30 11:40', half, 'outside-hours'],
    ['2026-12-01 10:00', half, 'outside-hours'],
    ['2026-11-30 09:50', half, 'busy'],
    ['2026-11-30 10:35', half, 'buffer'],
    ['2026-11-30 09:25', half, 'buffer'],
    ['2026-11-30 09:20', half, 'free'],
    ['2026-11-30 10:40', half, 'free'],
    ['2026-11-30 11:13', half, 'free'],
    ['2026-11-30 11:13', { ...half, sessionStarts: [at('2026-11-30 10:00'), at('2026-11-30 20:00')] }, 'day-limit'],
    ['2026-11-30 11:13', { ...half, policy: { ...half.policy, maxPerWeek: 1 }, sessionStarts: [at('2026-12-03 10:00')] }, 'week-limit'],
    ['2026-11-30 11:13', { ...half, notBefore: at('2026-11-30 11:14') }, 'notice'],
    ['2026-11-30 11:13', { ...half, notAfter: at('2026-11-30 11:40') }, 'horizon'],
  ])('%s', (start, given, expected) => expect(reason(given, at(start))).toBe(expected));
});

describe('properties', () => {
  const clock = fc.integer({ min: 0, max: 95 }).map((q) => `${String(Math.floor(q / 4)).padStart(2, '0')}:${String((q % 4) * 15).padStart(2, '0')}`);
  const spans = fc.array(fc.record({ weekday: fc.integer({ min: 1, max: 7 }), from: clock, to: fc.oneof(clock, fc.constant('24:00')) }), { minLength: 1, maxLength: 8 });
  const quarters = (max: number) => fc.integer({ min: 0, max }).map((n) => n * 15 * MINUTE);
  const anyFacts = fc.record({
    now: wallStart, zone, workingHours: spans, bufferMs: quarters(4), minimumNoticeMs: quarters(100), horizonMs: quarters(96 * 12),
    gridMs: fc.constantFrom(15, 30, 45, 60).map((m) => m * MINUTE), lengthMs: fc.integer({ min: 1, max: 12 }).map((n) => n * 15 * MINUTE),
    maxPerDay: fc.option(fc.integer({ min: 1, max: 3 })), maxPerWeek: fc.option(fc.integer({ min: 1, max: 5 })),
    busy: fc.array(fc.tuple(quarters(96 * 12), quarters(20)), { maxLength: 30 }), sessions: fc.array(quarters(96 * 12), { maxLength: 10 }),
  }).map((f): SlotFacts => {
    const now = instant(f.now);
    return {
      now, zone: f.zone, lengthMs: f.lengthMs,
      policy: { ...DEFAULT_POLICY, workingHours: f.workingHours, bufferMs: f.bufferMs, minimumNoticeMs: f.minimumNoticeMs, horizonMs: f.horizonMs,
        gridMs: f.gridMs, maxPerDay: f.maxPerDay, maxPerWeek: f.maxPerWeek },
      busy: f.busy.map(([from, length]) => intervalFrom(plus(now, from), length)), sessionStarts: f.sessions.map((ms) => plus(now, ms)),
    };
  });

  test('slots are sorted, unlike, never meet busy time or its buffer, and each is judged free', () => {
    fc.assert(fc.property(anyFacts, (f) => {
      const slots = searchSlots(f);
      for (const [index, slot] of slots.entries()) {
        expect(slot.start).toBeGreaterThan(slots[index - 1]?.start ?? -Infinity);
        expect(slot.end - slot.start).toBe(f.lengthMs);
        for (const busy of f.busy.filter((b) => b.start < b.end)) {
          expect(overlaps(busy, slot)).toBe(false);
          expect(busy.start >= slot.end + f.policy.bufferMs || busy.end + f.policy.bufferMs <= slot.start).toBe(true);
        }
      }
      for (const slot of slots.filter((_, n) => n % 7 === 0)) expect(judgeSlot(f, slot.start)).toEqual({ free: true });
    }), { numRuns: 300 });
  });

  test('a free time on the grid is among the slots', () => {
    fc.assert(fc.property(anyFacts, fc.nat(), fc.nat(), (f, nth, step) => {
      const spans = workingIntervals(f.policy, f.zone, { start: f.now, end: plus(f.now, f.policy.horizonMs + DAY) });
      fc.pre(spans.length > 0);
      const chosen = spans[nth % spans.length]!;
      const start = plus(chosen.start, (step % Math.ceil((chosen.end - chosen.start) / f.policy.gridMs)) * f.policy.gridMs);
      expect(searchSlots(f).some((slot) => slot.start === start)).toBe(judgeSlot(f, start).free);
    }), { numRuns: 600 });
  });

  test('a slot lies inside the working hours that the coach\'s clocks show', () => {
    fc.assert(fc.property(anyFacts, (f) => {
      const plain = f.policy.workingHours.filter(({ from, to }) => from < to && to !== '24:00');
      for (const slot of searchSlots({ ...f, policy: { ...f.policy, workingHours: plain } })) {
        const wall = new Date(toWallMs(slot.start, f.zone));
        const shown = wall.toISOString().slice(11, 16);
        const weekday = wall.getUTCDay() || 7;
        expect(plain.some((h) => h.weekday === weekday && h.from <= shown && shown < h.to)).toBe(true);
      }
    }), { numRuns: 300 });
  });
  test('all zones of the tests are known', () => expect(ZONES.map((z) => toWallMs(utc('2026-07-01T00:00:00Z'), z))).toHaveLength(6));
});
