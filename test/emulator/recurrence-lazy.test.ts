import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasSlotAt, seriesSpan, slotsFrom, slotsOf } from '../../src/emulator/series/recurrence.js';
import { anyRule, anyWall, ruleText, ZONES } from './any-series.js';

const DAY = 86_400_000;
const SPAN = 1500 * DAY;
const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

/** A series of one or two rules with dates added and taken, timed in any zone or all-day; some rules end. */
const anySeries = fc.tuple(
  fc.array(fc.tuple(anyRule, fc.option(fc.oneof(fc.nat(30).map((n) => `COUNT=${n + 1}`), fc.integer({ min: 10_000, max: 24_000 }).map((day) => `UNTIL=${stamp(day * DAY)}`)))), { minLength: 0, maxLength: 2 }),
  fc.array(fc.tuple(fc.constantFrom('RDATE', 'EXDATE'), fc.integer({ min: -400, max: 1500 })), { maxLength: 6 }), fc.option(anyRule, { freq: 6 }), anyWall, fc.option(fc.constantFrom(...ZONES)),
).map(([rules, dates, exRule, wall, timeZone]) => ({
  start: timeZone === null ? { date: new Date(wall).toISOString().slice(0, 10) } : { atMs: wall, timeZone },
  recurrence: [
    ...dates.map(([name, days]) => `${name}:${stamp(wall + days * DAY)}`),
    ...rules.map(([rule, end]) => `RRULE:${ruleText(rule)}${end === null ? '' : `;${end}`}`), ...(exRule === null ? [] : [`EXRULE:${ruleText(exRule)};COUNT=3`]),
  ],
  startMs: timeZone === null ? Math.floor(wall / DAY) * DAY : wall,
}));

/** Eagerly: everything from long before the start, as one list. */
const eager = (series: Parameters<typeof slotsOf>[0], toMs: number): number[] => slotsOf(series, -8e15, toMs);

test('a window is its halves; lazy is eager; slots rise without repeats', () => {
  fc.assert(fc.property(anySeries, fc.nat(1500), fc.nat(1500), (series, a, b) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)].map((days) => series.startMs + days * DAY) as [number, number];
    const all = eager(series, series.startMs + SPAN);
    const within = all.filter((slot) => slot >= from && slot < to);
    expect(slotsOf(series, from, to)).toEqual(within);
    const middle = from + Math.floor((to - from) / 2);
    expect([...slotsOf(series, from, middle), ...slotsOf(series, middle, to)]).toEqual(within);
    const lazy: number[] = [];
    for (const slot of slotsFrom(series, from)) {
      if (slot >= to || lazy.length > within.length) break;
      lazy.push(slot);
    }
    expect(lazy).toEqual(within);
    expect(all.every((slot, i) => i === 0 || slot > all[i - 1]!)).toBe(true);
  }), { numRuns: 600 });
});

test('hasSlotAt knows the slots and nothing between; an EXDATE takes exactly one', () => {
  fc.assert(fc.property(anySeries, fc.nat(), (series, pick) => {
    const all = eager(series, series.startMs + SPAN);
    for (const slot of all.slice(0, 20)) {
      expect(hasSlotAt(series, slot)).toBe(true);
      for (const beside of [slot - 1000, slot + 1000, slot + DAY]) if (beside < series.startMs + SPAN) expect(hasSlotAt(series, beside)).toBe(all.includes(beside));
    }
    if (all.length === 0) return;
    const gone = all[pick % all.length]!;
    const without = { ...series, recurrence: [...series.recurrence, `EXDATE:${stamp(gone)}`] };
    expect(eager(without, series.startMs + SPAN)).toEqual(all.filter((slot) => slot !== gone));
    expect(hasSlotAt(without, gone)).toBe(false);
  }), { numRuns: 400 });
});

test('an UNTIL leaves what lies no later, whatever the zone; a COUNT the first ones', () => {
  fc.assert(fc.property(anyRule, anyWall, fc.constantFrom(...ZONES), fc.integer({ min: 0, max: 600 }), fc.integer({ min: 1, max: 30 }), (rule, atMs, timeZone, days, count) => {
    const series = (end: string) => ({ start: { atMs, timeZone }, recurrence: [`RRULE:${ruleText(rule)}${end}`] });
    const all = eager(series(''), atMs + SPAN), untilMs = atMs + days * DAY;
    expect(eager(series(`;UNTIL=${stamp(untilMs)}`), atMs + SPAN)).toEqual(all.filter((slot) => slot <= untilMs));
    // The start may be one more, beside COUNT.
    const counted = eager(series(`;COUNT=${count}`), atMs + SPAN);
    expect(counted).toEqual(all.slice(0, counted.length));
    expect([count, count + 1].includes(counted.length) || counted.length === all.length || timeZone === 'Pacific/Apia').toBe(true);
  }), { numRuns: 400 });
});

test('seriesSpan is the first and the last slot, Infinity without an end, undefined without any slot', () => {
  fc.assert(fc.property(anySeries, (series) => {
    const span = seriesSpan(series);
    const isEndless = series.recurrence.some((line) => line.startsWith('RRULE') && !/COUNT|UNTIL/.test(line));
    const [first] = slotsFrom(series, -8e15);
    expect(span?.firstMs).toBe(first);
    if (span === undefined) return;
    if (!isEndless) expect(span.lastMs).toBe(eager(series, 8e15).at(-1));
    // An endless rule that never matches has an end all the same.
    else if (span.lastMs !== Infinity) expect([...slotsFrom(series, span.lastMs)]).toEqual([span.lastMs]);
  }), { numRuns: 400 });
  const start = { atMs: Date.UTC(2026, 10, 2, 12), timeZone: 'Europe/Berlin' };
  const span = (...recurrence: string[]) => seriesSpan({ start, recurrence });
  expect(span()).toEqual({ firstMs: start.atMs, lastMs: start.atMs });
  expect(span('RRULE:FREQ=WEEKLY')).toEqual({ firstMs: start.atMs, lastMs: Infinity });
  expect(span('RRULE:FREQ=WEEKLY;COUNT=3', 'RDATE:20260101T000000Z', 'EXDATE:20261116T120000Z')).toEqual({ firstMs: Date.UTC(2026, 0), lastMs: start.atMs + 7 * DAY });
  expect(span('RRULE:FREQ=WEEKLY', 'EXDATE:20261102T120000Z')).toEqual({ firstMs: start.atMs + 7 * DAY, lastMs: Infinity });
  expect(span('RRULE:FREQ=WEEKLY;COUNT=1', 'EXDATE:20261102T120000Z')).toBeUndefined();
  // What takes everything away for ever is not followed to the year 9999.
  expect(span('RRULE:FREQ=DAILY', 'EXRULE:FREQ=DAILY')).toEqual({ firstMs: start.atMs, lastMs: Infinity });
  expect(span('RRULE:FREQ=DAILY;COUNT=20', 'EXRULE:FREQ=DAILY')).toBeUndefined();
  expect(span('RRULE:FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30')).toEqual({ firstMs: start.atMs, lastMs: start.atMs });
});

// The work is bounded by the calendar: it repeats every 400 years, and it ends in 9999. No clock is read here; without the bounds these would not end.
test.each([
  ['DAILY;BYMONTH=2;BYMONTHDAY=30', 1], ['DAILY;INTERVAL=7;BYDAY=TU', 1], ['WEEKLY;BYDAY=MO;BYSETPOS=2', 1], ['MONTHLY;BYMONTHDAY=31;BYMONTH=4,6', 1], ['YEARLY;BYWEEKNO=53;BYMONTH=6', 1],
  ['YEARLY;BYYEARDAY=366;BYMONTH=1', 1], ['MONTHLY;INTERVAL=12;BYMONTH=3', 1], ['YEARLY;INTERVAL=2147483647', 1], ['DAILY;INTERVAL=2147483647', 1],
  ['YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29', 1], ['YEARLY;INTERVAL=28;BYMONTH=2;BYMONTHDAY=28;COUNT=10', 11], ['DAILY;COUNT=100000', 100_000], ['WEEKLY;BYDAY=MO,WE;COUNT=100000', 100_000], ['YEARLY;COUNT=100000', 7975],
])('a rule that never matches, matches seldom or counts far comes to an end: %s', (rule, expected) => {
  const series = { start: { atMs: Date.UTC(2025, 0, 6, 12), timeZone: 'UTC' }, recurrence: [`RRULE:FREQ=${rule}`] };
  let found = 0;
  for (const _ of slotsFrom(series, -8e15)) found++;
  expect(found).toBe(expected);
  expect(slotsOf(series, Date.UTC(9999, 0), 8e15).length).toBeLessThanOrEqual(1);
});

test('an endless series goes on to the last day of 9999, and can be asked there at once', () => {
  const daily = { start: { atMs: Date.UTC(2005, 0, 3, 8), timeZone: 'Europe/Berlin' }, recurrence: ['RRULE:FREQ=DAILY'] };
  expect(slotsFrom(daily, Date.UTC(9000, 0)).next().value).toBe(Date.UTC(9000, 0, 1, 8));
  expect([...slotsFrom(daily, Date.UTC(9999, 11, 30))]).toEqual([Date.UTC(9999, 11, 30, 8), Date.UTC(9999, 11, 31, 8)]);
  const counted = { ...daily, recurrence: ['RRULE:FREQ=DAILY;COUNT=100000'] };
  expect([...slotsFrom(counted, Date.UTC(2005, 0, 3 + 99_999 - 3))]).toHaveLength(4);
  const old = { start: { date: '0001-01-01' }, recurrence: ['RRULE:FREQ=YEARLY;BYDAY=MO;BYMONTH=1;BYSETPOS=1'] };
  expect(slotsOf(old, -8e15, Date.parse('0004-01-01T00:00:00Z')).map((ms) => new Date(ms).toISOString().slice(0, 10))).toEqual(['0001-01-01', '0002-01-07', '0003-01-06']);
  expect(slotsOf(old, Date.UTC(9998, 0), 8e15).map((ms) => new Date(ms).toISOString().slice(0, 10))).toEqual(['9998-01-05', '9999-01-04']);
});
