import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { parseRecurrence } from '../../src/emulator/series/recurrence-lines.js';
import { slotsOf } from '../../src/emulator/series/recurrence.js';
import { restRecurrence, trimRecurrence } from '../../src/emulator/series/split.js';
import type { EventTime } from '../../src/emulator/store/model.js';
import { anyRule, anyWall, ruleText, ZONES } from './any-series.js';

const DAY = 86_400_000;
const NEW_YORK = 'America/New_York';
const at = (local: string, timeZone = NEW_YORK): { atMs: number; timeZone: string } => ({ atMs: Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone).epochMilliseconds, timeZone });
const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

interface Series { readonly start: EventTime; readonly recurrence: readonly string[] }
/** The two parts of a series split at a slot, as "this and following" makes them: the new one starts at the slot. */
const parts = (series: Series, splitMs: number): { old: Series; rest: Series } => ({
  old: { ...series, recurrence: trimRecurrence(series, splitMs) },
  rest: { start: 'date' in series.start ? { date: new Date(splitMs).toISOString().slice(0, 10) } : { ...series.start, atMs: splitMs }, recurrence: restRecurrence(series, splitMs) },
});

describe('a weekly series split as Google does it (sheet 2.1)', () => {
  const start = at('2024-10-01T11:00'), split = at('2024-11-26T11:00').atMs;
  const lines = (...recurrence: string[]) => ({ old: trimRecurrence({ start, recurrence }, split), rest: restRecurrence({ start, recurrence }, split) });

  test('the old part ends a second before local midnight, where Google writes it; the new part goes on', () => {
    expect(lines('RRULE:FREQ=WEEKLY;WKST=MO;BYDAY=TU')).toEqual({ old: ['RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20241126T045959Z;BYDAY=TU'], rest: ['RRULE:FREQ=WEEKLY;WKST=MO;BYDAY=TU'] });
    expect(lines('RRULE:FREQ=WEEKLY;INTERVAL=2')).toEqual({ old: ['RRULE:FREQ=WEEKLY;UNTIL=20241126T045959Z;INTERVAL=2'], rest: ['RRULE:FREQ=WEEKLY;INTERVAL=2'] });
  });

  test('COUNT is shared out, UNTIL stays with the new part', () => {
    expect(lines('RRULE:FREQ=WEEKLY;COUNT=12;BYDAY=TU')).toEqual({ old: ['RRULE:FREQ=WEEKLY;UNTIL=20241126T045959Z;BYDAY=TU'], rest: ['RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU'] });
    expect(lines('rrule:byday=tu;until=20250131T045959Z;freq=weekly').rest).toEqual(['rrule:byday=tu;until=20250131T045959Z;freq=weekly']);
    expect(lines('RRULE:FREQ=WEEKLY;UNTIL=20250131').old).toEqual(['RRULE:FREQ=WEEKLY;UNTIL=20241126T045959Z']);
  });

  test('dates go with their part, as they were written', () => {
    expect(lines('EXDATE;TZID=America/New_York:20241008T110000,20241203T110000', 'RDATE:20241120T150000Z,20241204T160000Z', 'RRULE:FREQ=WEEKLY;BYDAY=TU', 'EXDATE:20241105T160000Z')).toEqual({
      old: ['EXDATE;TZID=America/New_York:20241008T110000', 'RDATE:20241120T150000Z', 'RRULE:FREQ=WEEKLY;UNTIL=20241126T045959Z;BYDAY=TU', 'EXDATE:20241105T160000Z'],
      rest: ['EXDATE;TZID=America/New_York:20241203T110000', 'RDATE:20241204T160000Z', 'RRULE:FREQ=WEEKLY;BYDAY=TU'],
    });
  });

  test('the old part stays a series if all of its dates go with the new one: its exceptions keep their master', () => {
    expect(lines('RDATE:20241126T160000Z,20241203T160000Z')).toEqual({ old: ['RDATE:20241001T150000Z'], rest: ['RDATE:20241126T160000Z,20241203T160000Z'] });
    expect(trimRecurrence({ start: { date: '2024-10-01' }, recurrence: ['RDATE;VALUE=DATE:20241008'] }, Date.UTC(2024, 9, 8))).toEqual(['RDATE;VALUE=DATE:20241001']);
  });

  test('an all-day series ends on the date before', () => {
    const series = { start: { date: '2024-10-01' }, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=10', 'EXDATE;VALUE=DATE:20241008'] };
    expect(trimRecurrence(series, Date.UTC(2024, 9, 22))).toEqual(['RRULE:FREQ=WEEKLY;UNTIL=20241021', 'EXDATE;VALUE=DATE:20241008']);
    expect(restRecurrence(series, Date.UTC(2024, 9, 22))).toEqual(['RRULE:FREQ=WEEKLY;COUNT=7']);
  });

  test('at the first slot nothing is left of the old part, at the last one no lines for the new', () => {
    const series = { start, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] };
    expect(slotsOf(parts(series, start.atMs).old, -8e15, 8e15)).toEqual([]);
    expect(restRecurrence(series, start.atMs)).toEqual(['RRULE:FREQ=WEEKLY;COUNT=3']);
    expect(restRecurrence({ start, recurrence: ['RDATE:20241126T160000Z,20241001T100000Z'] }, start.atMs)).toEqual(['RDATE:20241126T160000Z']);
    expect(restRecurrence({ start, recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20241020T000000Z', 'RDATE:20241020T150000Z', 'EXDATE:20241008T150000Z'] }, split)).toEqual([]);
  });

  test('a rule that the split does not lie on keeps the day it took from the first start', () => {
    const series = { start, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU', 'RRULE:FREQ=MONTHLY', 'RRULE:FREQ=YEARLY;COUNT=3', 'EXRULE:FREQ=WEEKLY;COUNT=2'] };
    expect(restRecurrence(series, split)).toEqual(['RRULE:FREQ=WEEKLY;BYDAY=TU', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=1', 'RRULE:FREQ=YEARLY;COUNT=2;BYMONTH=10;BYMONTHDAY=1']);
  });

  test('a date that the zone left out counts for the old part', () => {
    const series = { start: at('2011-12-28T10:00', 'Pacific/Apia'), recurrence: ['RRULE:FREQ=DAILY;COUNT=5'] };
    const { rest } = parts(series, at('2011-12-31T10:00', 'Pacific/Apia').atMs);
    expect(rest.recurrence).toEqual(['RRULE:FREQ=DAILY;COUNT=2']);
    expect(slotsOf(rest, -8e15, 8e15).at(-1)).toBe(slotsOf(series, -8e15, 8e15).at(-1));
  });

  test('a rule\'s slot on the split\'s own day stays in the old part', () => {
    const series = { start, recurrence: ['RRULE:FREQ=WEEKLY', 'RDATE:20241126T200000Z'] };
    const { old } = parts(series, at('2024-11-26T15:00').atMs);
    expect(old.recurrence).toEqual(['RRULE:FREQ=WEEKLY;UNTIL=20241126T195959Z']);
    expect(slotsOf(old, -8e15, 8e15).at(-1)).toBe(split);
  });
});

/** A split slot is a good one if it shows the series' own clock; else the new part, which takes its clock from there, is another series. */
const showsClock = ({ start }: Series, slotMs: number): boolean => {
  if ('date' in start) return true;
  const [own, there] = [start.atMs, slotMs].map((ms) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(start.timeZone).toPlainTime().toString());
  return own === there;
};

test('the parts together are the whole: one rule with any end, dates added and taken', () => {
  let splits = 0;
  fc.assert(fc.property(
    anyRule, fc.constantFrom('', ';COUNT=25', ';COUNT=3', 'UNTIL'), fc.array(fc.tuple(fc.constantFrom('RDATE', 'EXDATE'), fc.integer({ min: -100, max: 700 }), fc.nat(2)), { maxLength: 4 }),
    anyWall, fc.option(fc.constantFrom(...ZONES)), fc.nat(),
    (rule, end, dates, wall, timeZone, pick) => {
      const startMs = timeZone === null ? Math.floor(wall / DAY) * DAY : wall, endMs = startMs + 3000 * DAY;
      const series: Series = {
        start: timeZone === null ? { date: new Date(startMs).toISOString().slice(0, 10) } : { atMs: startMs, timeZone },
        recurrence: [`RRULE:${ruleText(rule)}${end === 'UNTIL' ? `;UNTIL=${stamp(startMs + 900 * DAY)}` : end}`, ...dates.map(([name, days, hours]) => `${name}:${stamp(wall + days * DAY + hours * 3_600_000)}`)],
      };
      const ofRule = new Set(slotsOf({ ...series, recurrence: series.recurrence.slice(0, 1) }, -8e15, endMs));
      const whole = slotsOf(series, -8e15, endMs);
      // The start may be a slot that the rule does not have; as a new start it would be one again.
      const good = whole.filter((slot) => ofRule.has(slot) && slot !== startMs && showsClock(series, slot));
      const splitMs = good[pick % good.length];
      if (splitMs === undefined) return;
      splits++;
      const { old, rest } = parts(series, splitMs);
      expect(() => parseRecurrence([...old.recurrence, ...rest.recurrence])).not.toThrow();
      expect(slotsOf(old, -8e15, 8e15)).toEqual(whole.filter((slot) => slot < splitMs));
      expect(slotsOf(rest, -8e15, endMs)).toEqual(whole.filter((slot) => slot >= splitMs));
    },
  ), { numRuns: 600 });
  expect(splits).toBeGreaterThan(300);
});

test('the parts together are the whole: several rules without INTERVAL, any split between first and last', () => {
  fc.assert(fc.property(fc.array(fc.tuple(anyRule, fc.constantFrom('', ';COUNT=12')), { minLength: 2, maxLength: 3 }), fc.option(anyRule), anyWall, fc.constantFrom(...ZONES), fc.nat(), (rules, exRule, atMs, timeZone, pick) => {
    const text = (rule: Parameters<typeof ruleText>[0]): string => ruleText({ ...rule, interval: 1 });
    const series: Series = { start: { atMs, timeZone }, recurrence: [...rules.map(([rule, end]) => `RRULE:${text(rule)}${end}`), ...(exRule === null ? [] : [`EXRULE:${text(exRule)};COUNT=9`])] };
    const endMs = atMs + 1000 * DAY, whole = slotsOf(series, -8e15, endMs);
    const good = whole.filter((slot) => showsClock(series, slot));
    const splitMs = good[pick % good.length];
    if (splitMs === undefined) return;
    const { old, rest } = parts(series, splitMs);
    expect(slotsOf(old, -8e15, 8e15)).toEqual(whole.filter((slot) => slot < splitMs));
    expect(slotsOf(rest, -8e15, endMs)).toEqual(whole.filter((slot) => slot >= splitMs));
  }), { numRuns: 300 });
});
