/** The search against the rules of design.md section 8 read one by one, minute by minute: slow, plain, and sharing no code with
 *  it. The clocks are read with Temporal, day by day. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, instant, intervalFrom, type Interval } from '../../src/kernel/interval.js';
import { DEFAULT_POLICY } from '../../src/kernel/policy.js';
import { judgeSlot, searchSlots, type SlotFacts, type SlotReason } from '../../src/slots/search.js';

/** With days around which their clocks change, in both directions where they do. */
const CLOCKS: Readonly<Record<string, readonly string[]>> = {
  'Europe/Berlin': ['2026-03-29', '2026-10-25'],
  'America/St_Johns': ['2026-03-08', '2026-11-01'],
  'Australia/Lord_Howe': ['2026-04-05', '2026-10-04'],
  'Pacific/Chatham': ['2026-04-05', '2026-09-27'],
  'America/Santiago': ['2026-04-05', '2026-09-06'], // its clocks change at midnight: a day without one
  'Asia/Kathmandu': ['2026-06-10'],
  'Australia/Eucla': ['2026-06-10'],
  'Pacific/Apia': ['2011-12-30'], // a day that it left out
};

const zoned = (ms: number, zone: string): Temporal.ZonedDateTime => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone);
const clockOf = (time: string): Temporal.PlainTime => Temporal.PlainTime.from(time);

/** Each working span of the days around, as its first moment and the one after its last. */
function spansOf({ now, policy, zone, lengthMs }: SlotFacts): { from: number; to: number }[] {
  const spans: { from: number; to: number }[] = [];
  const last = zoned(now + policy.horizonMs + lengthMs + 2 * DAY, zone).toPlainDate();
  for (let date = zoned(now - 2 * DAY, zone).toPlainDate(); Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const at = (on: Temporal.PlainDate, time: string): number => on.toZonedDateTime({ timeZone: zone, plainTime: clockOf(time) }).epochMilliseconds;
    for (const { weekday, from, to } of policy.workingHours) {
      if (weekday !== date.dayOfWeek || from === to) continue;
      const next = date.add({ days: 1 });
      const end = to === '24:00' ? next.toZonedDateTime(zone).epochMilliseconds : at(to < from ? next : date, to);
      if (at(date, from) < end) spans.push({ from: at(date, from), to: end });
    }
  }
  return spans;
}

/** What each rule says of a start; null where all are content. */
function refusalOf(f: SlotFacts, spans: readonly { from: number; to: number }[], start: number): SlotReason | null {
  const { policy, zone } = f;
  const end = start + f.lengthMs;
  if (start < f.now) return 'past';
  if (start < f.now + policy.minimumNoticeMs || start < (f.notBefore ?? -Infinity)) return 'notice';
  if (start >= f.now + policy.horizonMs || end > (f.notAfter ?? Infinity)) return 'horizon';
  const minutes = Array.from({ length: f.lengthMs / MINUTE }, (_, n) => start + n * MINUTE);
  if (!minutes.every((m) => spans.some((s) => s.from <= m && m + MINUTE <= s.to))) return 'outside-hours';
  const busy = f.busy.filter((b) => b.start < b.end);
  if (minutes.some((m) => busy.some((b) => b.start <= m && m < b.end))) return 'busy';
  if (minutes.some((m) => busy.some((b) => b.start - policy.bufferMs <= m && m < b.end + policy.bufferMs))) return 'buffer';
  const week = (ms: number): string => `${zoned(ms, zone).yearOfWeek} ${zoned(ms, zone).weekOfYear}`;
  const day = (ms: number): string => zoned(ms, zone).toPlainDate().toString();
  if (policy.maxPerDay !== null && f.sessionStarts.filter((s) => day(s) === day(start)).length >= policy.maxPerDay) return 'day-limit';
  if (policy.maxPerWeek !== null && f.sessionStarts.filter((s) => week(s) === week(start)).length >= policy.maxPerWeek) return 'week-limit';
  return null;
}
/** All starts, found by asking of each minute whether it lies on the grid of a span and breaks no rule. */
function startsByHand(f: SlotFacts): number[] {
  const spans = spansOf(f);
  const starts: number[] = [];
  for (let m = f.now; m < f.now + f.policy.horizonMs; m = instant(m + MINUTE)) {
    const isOnGrid = spans.some((s) => s.from <= m && m < s.to && (m - s.from) % f.policy.gridMs === 0);
    if (isOnGrid && refusalOf(f, spans, m) === null) starts.push(m);
  }
  return starts;
}

const minutes = (max: number, step = 1): fc.Arbitrary<number> => fc.integer({ min: 0, max: Math.floor(max / step) }).map((n) => n * step * MINUTE);
const clock = fc.integer({ min: 0, max: 24 * 12 - 1 }).map((n) => `${String(Math.floor(n / 12)).padStart(2, '0')}:${String((n % 12) * 5).padStart(2, '0')}`);
const hours = fc.oneof(
  fc.record({ weekday: fc.integer({ min: 1, max: 7 }), from: clock, to: fc.oneof(clock, clock, fc.constant('24:00')) }),
  fc.integer({ min: 1, max: 7 }).map((weekday) => ({ weekday, from: '09:00', to: '17:00' })),
  fc.integer({ min: 1, max: 7 }).map((weekday) => ({ weekday, from: '00:00', to: '24:00' })),
  // Around the hours in which clocks change
  fc.integer({ min: 1, max: 7 }).map((weekday) => ({ weekday, from: '00:30', to: '04:15' })),
);
const WEEK = 7 * 24 * 60;
const anyFacts: fc.Arbitrary<SlotFacts> = fc.record({
  place: fc.constantFrom(...Object.entries(CLOCKS).flatMap(([zone, days]) => days.map((date) => ({ zone, date })))),
  back: minutes(5 * 24 * 60), workingHours: fc.array(hours, { minLength: 1, maxLength: 9 }), horizonMs: fc.oneof(minutes(WEEK), fc.constant(7 * DAY)), minimumNoticeMs: fc.oneof(fc.constant(0), minutes(24 * 60)),
  bufferMs: fc.constantFrom(0, 0, 5, 10, 25, 60).map((m) => m * MINUTE), gridMs: fc.constantFrom(5, 15, 20, 25, 30, 45, 60).map((m) => m * MINUTE),
  lengthMs: fc.constantFrom(25, 45, 50, 60, 75, 100).map((m) => m * MINUTE),
  maxPerDay: fc.option(fc.integer({ min: 1, max: 3 })), maxPerWeek: fc.option(fc.integer({ min: 1, max: 4 })),
  busy: fc.array(fc.tuple(minutes(WEEK, 5), minutes(300, 5)), { maxLength: 25 }), sessions: fc.array(minutes(WEEK), { maxLength: 8 }),
  notBefore: fc.option(minutes(WEEK)), notAfter: fc.option(minutes(WEEK)),
}).map((f) => {
  const now = instant(Temporal.PlainDate.from(f.place.date).toZonedDateTime(f.place.zone).epochMilliseconds - f.back);
  const { workingHours, horizonMs, minimumNoticeMs, bufferMs, gridMs, maxPerDay, maxPerWeek } = f;
  return {
    now, zone: f.place.zone, lengthMs: f.lengthMs, policy: { ...DEFAULT_POLICY, workingHours, horizonMs, minimumNoticeMs, bufferMs, gridMs, maxPerDay, maxPerWeek },
    busy: f.busy.map(([from, length]): Interval => intervalFrom(instant(now + from - 2 * HOUR), length)), sessionStarts: f.sessions.map((ms) => instant(now + ms)),
    ...(f.notBefore !== null && { notBefore: instant(now + f.notBefore) }), ...(f.notAfter !== null && { notAfter: instant(now + f.notAfter) }),
  };
});

describe('the search, held against the rules read by hand', () => {
  test('finds the same starts', () => {
    let found = 0;
    fc.assert(fc.property(anyFacts, (f) => {
      const byHand = startsByHand(f);
      found += byHand.length;
      expect(searchSlots(f).map((s) => s.start)).toEqual(byHand);
    }), { numRuns: 200 });
    expect(found).toBeGreaterThan(500);
  });
  test('judges any minute alike, and names the same rule', () => {
    const reasons = new Set<string>();
    fc.assert(fc.property(anyFacts, fc.array(minutes(WEEK + 120), { minLength: 20, maxLength: 20 }), (f, offsets) => {
      const spans = spansOf(f);
      for (const offset of offsets) {
        const start = instant(f.now - HOUR + offset);
        const byHand = refusalOf(f, spans, start);
        const judged = judgeSlot(f, start);
        reasons.add(byHand ?? 'free');
        expect(judged.free ? null : judged.reason).toBe(byHand);
      }
    }), { numRuns: 600 });
    expect([...reasons].sort()).toEqual(['buffer', 'busy', 'day-limit', 'free', 'horizon', 'notice', 'outside-hours', 'past', 'week-limit']);
  });
});
