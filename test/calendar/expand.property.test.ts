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

const end = maybe(fc.oneof(
  fc.integer({ min: 1, max: 200 }).map((count) => `COUNT=${count}`),
  wallStart.chain((ms) => fc.constantFrom(`UNTIL=${compact(ms)}`, `UNTIL=${compact(ms).slice(0, 8)}`, `UNTIL=${compact(ms).slice(0, 15)}`)),
));
const fewMonths = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }).map((months) => `BYMONTH=${months.join(',')}`);
const monthDays = fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 31 }), fc.integer({ min: -31, max: -1 }), fc.constantFrom(29, 30, 31, -1)), { minLength: 1, maxLength: 4 })
  .map((days) => `BYMONTHDAY=${days.join(',')}`);
const nthDays = fc.uniqueArray(fc.tuple(fc.constantFrom('', '1', '2', '4', '5', '-1', '-5'), fc.constantFrom(...DAYS)).map(([nth, day]) => nth + day), { minLength: 1, maxLength: 4 })
  .map((days) => `BYDAY=${days.join(',')}`);

/** Plain rules: the ones with a fast path. */
const plainMonthly = fc.tuple(
  fc.oneof(
    fc.tuple(fc.constant('MONTHLY'), fc.oneof(fc.constant(null), monthDays, nthDays), fc.constant(null)),
    fc.tuple(fc.constant('YEARLY'), maybe(monthDays), maybe(fewMonths)),
    fc.tuple(fc.constant('YEARLY'), nthDays, fewMonths),
  ), maybe(fc.integer({ min: 1, max: 5 })), end,
).map(([[frequency, by, months], interval, ending]) => ['RRULE:FREQ=' + frequency, interval && `INTERVAL=${interval}`, by, months, ending].filter(Boolean).join(';'));
const plainWeekly = fc.tuple(
  fc.constantFrom('DAILY', 'WEEKLY'), maybe(fc.integer({ min: 1, max: 5 })), maybe(fc.constantFrom(...DAYS)), maybe(byDay),
  end,
).map(([frequency, interval, start, days, ending]) =>
  ['RRULE:FREQ=' + frequency, interval && `INTERVAL=${interval}`, start && `WKST=${start}`, days, ending].filter(Boolean).join(';'));

const plainRule = fc.oneof(plainWeekly, plainMonthly);

/** Rules that rrule walks. */
const otherRule = fc.tuple(
  fc.constantFrom('MONTHLY', 'YEARLY'), fc.integer({ min: 1, max: 3 }),
  fc.constantFrom('BYDAY=-1FR;BYMONTHDAY=25,26,27,28,29,30,31', 'BYMONTHDAY=31;BYHOUR=2,3', 'BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'BYDAY=MO,1FR;BYSETPOS=1,2,-1'), maybe(fc.integer({ min: 1, max: 20 })),
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
    }), { numRuns: 2000 });
  });

  test('expands, in all zones and over changes of the clocks, to what the same rule expands to without it', () => {
    fc.assert(fc.property(plainRule, master, window, (line, { event, zone: in_ }, within) => {
      // Naming all positions changes nothing, but sends the rule to rrule
      const slow = `${line};BYSETPOS=${Array.from({ length: 366 }, (_, i) => i + 1).join(',')}`;
      // On its own it would be a fault
      fc.pre(/BY/.test(line));
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
    expect(walkAny(ruleOf('RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'), ms('2026-01-01T10:00'), 0, ms('2027-01-01T10:00'))).toEqual({ starts: [], outOfBudget: false });
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
    fc.pre(event.when?.kind === 'timed' && !event.recurrence?.some((line) => line.includes('BYHOUR')));
    const first = toWallMs(event.when.start, in_);
    for (const { start } of expandSeries(event, [], within, in_).occurrences) {
      const shift = (toWallMs(start, in_) - first) % DAY;
      if (shift !== 0) expect(fromWallMs(toWallMs(start, in_) - shift, in_)).toBe(start);
    }
  }), { numRuns: 300 });
});

test('COUNT keeps the first so many', () => {
  fc.assert(fc.property(master, fc.integer({ min: 1, max: 30 }), ({ event, zone: in_ }, count) => {
    const [line = ''] = event.recurrence ?? [];
    fc.pre(!/COUNT|UNTIL/.test(line));
    const first = event.when?.kind === 'timed' ? event.when.start : instant(Date.parse(`${event.when?.kind === 'all-day' ? event.when.startOn : ''}T00:00Z`) - 2 * DAY);
    const within = { start: first, end: instant(first + 4 * 366 * DAY) };
    const all = expandSeries(event, [], within, in_).occurrences;
    const some = expandSeries({ ...event, recurrence: [`${line};COUNT=${count}`] }, [], within, in_).occurrences;
    expect(ids(some)).toEqual(ids(all).slice(0, some.length));
    // DTSTART stands beside COUNT where the rule does not have it
    expect([count, count + 1]).toContain(some.length < all.length ? some.length : Math.min(Math.max(some.length, count), count + 1));
  }), { numRuns: 300 });
});

test('shifting the zone and the window together shifts every start', () => {
  const fixed = fc.integer({ min: -12, max: 12 }).map((hours) => [`Etc/GMT${hours <= 0 ? '+' : '-'}${Math.abs(hours)}`, hours] as const);
  fc.assert(fc.property(fc.oneof(plainRule, otherRule), wallStart, window, fixed, (line, wall, within, [in_, hours]) => {
    // A UTC time in the rule would have to be shifted too
    fc.pre(!/UNTIL=\d+T\d+Z/.test(line));
    const at = (shift: number, zoneName: string) => expandSeries(
      anEvent({ when: { kind: 'timed', start: instant(wall - shift), end: instant(wall - shift + 900_000), zone: zoneName }, recurrence: [line] }), [],
      { start: instant(within.start - shift), end: instant(within.end - shift) }, 'UTC').occurrences.map((o) => o.start + shift);
    expect(at(hours * 3_600_000, in_)).toEqual(at(0, 'UTC'));
  }), { numRuns: 300 });
});

test('an exception replaces exactly one, wherever it moves', () => {
  fc.assert(fc.property(master, window, fc.nat(), fc.integer({ min: -200, max: 200 }), ({ event, zone: in_ }, within, nth, hours) => {
    const all = expandSeries(event, [], within, in_).occurrences;
    fc.pre(all.length > 0);
    const old = all[nth % all.length]!;
    const start = instant(old.start + hours * 3_600_000), end_ = instant(start + 1_800_000);
    const moved = anEvent({ id: old.eventId, when: { kind: 'timed', start, end: end_, zone: in_ }, recurringEventId: event.id, originalStart: old.originalStart });
    const left = expandSeries(event, [moved], within, in_).occurrences;
    const stays = overlaps({ start, end: end_ }, within);
    expect(left).toHaveLength(all.length - (stays ? 0 : 1));
    expect(ids(left).filter((id) => !id.startsWith(`${old.eventId} `))).toEqual(ids(all.filter((o) => o !== old)));
    expect(left.filter((o) => o.eventId === old.eventId).map((o) => o.start)).toEqual(stays ? [start] : []);
  }), { numRuns: 300 });
});

test('the order of lines, and of exceptions, does not matter', () => {
  const lines = fc.array(fc.oneof(plainRule, otherRule, plainRule.map((line) => line.replace('RRULE', 'EXRULE')), wallStart.map((ms) => `EXDATE:${compact(ms)}`), wallStart.map((ms) => `RDATE:${compact(ms)}`)), { minLength: 2, maxLength: 5 });
  fc.assert(fc.property(master, lines, window, ({ event, zone: in_ }, recurrence, within) => {
    const there = expandSeries({ ...event, recurrence }, [], within, in_).occurrences;
    expect(expandSeries({ ...event, recurrence: [...recurrence].reverse() }, [], within, in_).occurrences).toEqual(there);
    expect(there.map((o) => o.eventId)).toEqual([...new Set(there.map((o) => o.eventId))]);
  }), { numRuns: 300 });
});

test('nothing that stands in a line makes it throw, or work without end', () => {
  const word = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('FREQ=SECONDLY', 'FREQ=DAILY', 'FREQ=YEARLY', 'BYSETPOS=-366', 'INTERVAL=999999999', 'COUNT=999999999', 'BYMONTHDAY=31', 'BYMONTH=2',
    'BYDAY=53MO', 'BYWEEKNO=53', 'UNTIL=99991231', 'UNTIL=00010101T000000Z', 'BYHOUR=0,23', 'BYSECOND=60', '20261130T120000Z', '20261130/P1D', '\u0000', '\ud800'));
  const line = fc.tuple(fc.constantFrom('RRULE:', 'EXRULE:', 'RDATE:', 'EXDATE;VALUE=DATE:', 'RDATE;TZID=Mars/Base:', ''), fc.array(word, { maxLength: 6 })).map(([head, words]) => head + words.join(';'));
  const years = fc.constantFrom('0001-01-01', '1604-02-29', '1900-01-01', '2026-11-30', '9999-12-31');
  fc.assert(fc.property(fc.array(line, { maxLength: 4 }), years, fc.boolean(), window, fc.constantFrom('UTC', 'Nowhere', ''), (recurrence, day, isAllDay, within, in_) => {
    const at = instant(Date.parse(`${day}T10:00:00Z`));
    const when = isAllDay ? { kind: 'all-day', startOn: day, endOn: day } as const : { kind: 'timed', start: at, end: instant(at + 60_000), zone: in_ } as const;
    for (const { start, end } of expandSeries(anEvent({ when, recurrence }), [], within, in_).occurrences) expect(start).toBeLessThan(end);
  }), { numRuns: 1000 });
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
