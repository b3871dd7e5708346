import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CalendarEvent, Occurrence } from '../../src/calendar/event.js';
import { expandSeries } from '../../src/calendar/expand.js';
import { readRecurrence } from '../../src/calendar/recurrence-lines.js';
import type { Rule } from '../../src/calendar/rule.js';
import { walkAny } from '../../src/calendar/any-rule.js';
import { walkPlain } from '../../src/calendar/plain-rule.js';
import { DAY, instant, merge, overlaps, type Interval } from '../../src/kernel/interval.js';
import { fromWallMs, toWallMs } from '../../src/kernel/zone.js';
import { anEvent, wallStart, zone } from './events.js';

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const byDay = fc.uniqueArray(fc.constantFrom(...DAYS), { minLength: 1, maxLength: 7 }).map((days) => `BYDAY=${days.join(',')}`);
const compact = (wallMs: number): string => new Date(wallMs).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');

/** Plain daily and weekly rules: the ones with a fast path. */
const plainRule = fc.tuple(
  fc.constantFrom('DAILY', 'WEEKLY'), maybe(fc.integer({ min: 1, max: 5 })), maybe(fc.constantFrom(...DAYS)), maybe(byDay),
  maybe(fc.oneof(
    fc.integer({ min: 1, max: 200 }).map((count) => `COUNT=${count}`),
    wallStart.chain((ms) => fc.constantFrom(`UNTIL=${compact(ms)}`, `UNTIL=${compact(ms).slice(0, 8)}`, `UNTIL=${compact(ms).slice(0, 15)}`)),
  )),
).map(([frequency, interval, start, days, end]) =>
  ['RRULE:FREQ=' + frequency, interval && `INTERVAL=${interval}`, start && `WKST=${start}`, days, end].filter(Boolean).join(';'));

/** Rules that rrule walks. */
const otherRule = fc.tuple(
  fc.constantFrom('MONTHLY', 'YEARLY'), fc.integer({ min: 1, max: 3 }),
  fc.constantFrom('BYDAY=-1FR', 'BYDAY=2TU', 'BYMONTHDAY=31', 'BYMONTHDAY=-1', 'BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1'), maybe(fc.integer({ min: 1, max: 20 })),
).map(([frequency, interval, by, count]) => `RRULE:FREQ=${frequency};INTERVAL=${interval};${by}${count ? `;COUNT=${count}` : ''}`);

const window = fc.tuple(wallStart, fc.integer({ min: 1, max: 120 * 24 }))
  .map(([start, hours]): Interval => ({ start: instant(start), end: instant(start + hours * 3_600_000) }));

const master = fc.tuple(fc.oneof(plainRule, otherRule), wallStart, fc.integer({ min: 1, max: 96 * 3 }), zone, fc.boolean())
  .map(([rule, wall, quarters, in_, isAllDay]): { event: CalendarEvent; zone: string } => {
    const start = fromWallMs(wall, in_);
    const on = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
    const when = isAllDay
      ? { kind: 'all-day', startOn: on(wall), endOn: on(wall + Math.ceil(quarters / 96) * DAY) } as const
      : { kind: 'timed', start, end: instant(start + quarters * 900_000), zone: in_ } as const;
    return { event: anEvent({ when, recurrence: [rule] }), zone: in_ };
  });

const ruleOf = (line: string): Rule => {
  const [rule] = readRecurrence([line]).rules;
  if (!rule) throw new Error(`not readable: ${line}`);
  return rule;
};
const ids = (found: readonly Occurrence[]): string[] => found.map((o) => `${o.eventId} ${o.start} ${o.end}`);

describe('the fast path', () => {
  test('yields what rrule yields', () => {
    fc.assert(fc.property(plainRule, wallStart, window, (line, first, { start, end }) => {
      const rule = ruleOf(line);
      const fast = walkPlain(rule, first, start, end);
      // A daily rule with BYDAY and an interval is not plain
      fc.pre(fast !== null);
      expect(fast).toEqual(end < first ? { starts: [], outOfBudget: false } : walkAny(rule, first, start, end));
    }), { numRuns: 1500 });
  });

  test('expands, in all zones and over changes of the clocks, to what the same rule expands to without it', () => {
    fc.assert(fc.property(plainRule, master, window, (line, { event, zone: in_ }, within) => {
      // Naming all months changes nothing, but sends the rule to rrule
      const slow = `${line};BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12`;
      expect(expandSeries({ ...event, recurrence: [line] }, [], within, in_)).toEqual(expandSeries({ ...event, recurrence: [slow] }, [], within, in_));
    }), { numRuns: 500 });
  });
});

describe('the walk by rrule', () => {
  const ms = (text: string): number => Date.parse(`${text}Z`);
  test('reaches the last period of the window, however short the way there', () => {
    expect(walkAny(ruleOf('RRULE:FREQ=YEARLY;BYYEARDAY=1'), ms('2026-12-31T10:00'), 0, ms('2027-01-01T10:00')).starts).toEqual([ms('2027-01-01T10:00')]);
    expect(walkAny(ruleOf('RRULE:FREQ=MONTHLY;BYMONTHDAY=1'), ms('2026-11-30T10:00'), 0, ms('2026-12-01T10:00')).starts).toEqual([ms('2026-12-01T10:00')]);
    expect(walkAny(ruleOf('RRULE:FREQ=WEEKLY;BYDAY=MO'), ms('2026-11-29T10:00'), 0, ms('2026-11-30T10:00')).starts).toEqual([ms('2026-11-30T10:00')]);
    expect(walkAny(ruleOf('RRULE:FREQ=DAILY;BYHOUR=9'), ms('2026-11-29T10:00'), 0, ms('2026-11-30T09:00')).starts).toEqual([ms('2026-11-30T09:00')]);
  });
  test('ends at the window though the rule never yields anything', () => {
    const began = performance.now();
    expect(walkAny(ruleOf('RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'), ms('2026-01-01T10:00'), 0, ms('2027-01-01T10:00'))).toEqual({ starts: [], outOfBudget: false });
    expect(performance.now() - began).toBeLessThan(500);
  });
});

test('a window is its two halves', () => {
  fc.assert(fc.property(master, window, fc.double({ min: 0, max: 1, noNaN: true }), ({ event, zone: in_ }, within, where) => {
    const middle = instant(Math.round(within.start + where * (within.end - within.start)));
    const whole = expandSeries(event, [], within, in_).occurrences;
    const left = expandSeries(event, [], { ...within, end: middle }, in_).occurrences;
    const right = expandSeries(event, [], { ...within, start: middle }, in_).occurrences;
    expect([...new Set([...ids(left), ...ids(right)])].sort()).toEqual(ids(whole).sort());
    for (const o of whole) expect(overlaps(o, within)).toBe(true);
  }), { numRuns: 500 });
});

test('an EXDATE, and a cancelled exception, take away exactly one', () => {
  fc.assert(fc.property(master, window, fc.nat(), fc.constantFrom('utc', 'zone', 'exception'), ({ event, zone: in_ }, within, nth, how) => {
    const all = expandSeries(event, [], within, in_).occurrences;
    fc.pre(all.length > 0);
    const gone = all[nth % all.length]!;
    const original = gone.originalStart;
    const text = original.kind === 'all-day' ? `EXDATE;VALUE=DATE:${original.on.replaceAll('-', '')}`
      : how === 'utc' ? `EXDATE:${compact(original.at)}`
      : `EXDATE;TZID=${in_}:${compact(toWallMs(original.at, in_)).slice(0, 15)}`;
    // The second of two equal hours has no floating name
    fc.pre(how !== 'zone' || original.kind === 'all-day' || fromWallMs(toWallMs(original.at, in_), in_) === original.at);
    const left = how === 'exception'
      ? expandSeries(event, [anEvent({ id: gone.eventId, status: 'cancelled', when: null, recurringEventId: event.id, originalStart: original })], within, in_)
      : expandSeries({ ...event, recurrence: [...event.recurrence ?? [], text] }, [], within, in_);
    expect(ids(left.occurrences)).toEqual(ids(all.filter((o) => o !== gone)));
  }), { numRuns: 500 });
});

test('every occurrence starts at the wall-clock time of its series, unless the clocks skip it', () => {
  fc.assert(fc.property(master, window, ({ event, zone: in_ }, within) => {
    fc.pre(event.when?.kind === 'timed');
    const first = toWallMs(event.when.start, in_);
    for (const { start } of expandSeries(event, [], within, in_).occurrences) {
      const shift = (toWallMs(start, in_) - first) % DAY;
      if (shift !== 0) expect(fromWallMs(toWallMs(start, in_) - shift, in_)).toBe(start);
    }
  }), { numRuns: 300 });
});

const interval = fc.tuple(fc.nat(50), fc.nat(10)).map(([start, length]): Interval => ({ start: instant(start), end: instant(start + length) }));
test('overlap is symmetric, and means a shared moment', () => {
  fc.assert(fc.property(interval, interval, (a, b) => {
    expect(overlaps(a, b)).toBe(overlaps(b, a));
    const shared = Array.from({ length: 61 }, (_, t) => t).some((t) => a.start <= t && t < a.end && b.start <= t && t < b.end);
    expect(overlaps(a, b)).toBe(shared);
    expect(merge([a, b])).toEqual(merge([b, a]));
  }));
});
