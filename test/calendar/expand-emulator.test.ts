/** The expansion held against two others that share no code with it: the RFC read by hand, and the emulator's. */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { walkAny } from '../../src/calendar/any-rule.js';
import type { CalendarEvent } from '../../src/calendar/event.js';
import { expandSeries } from '../../src/calendar/expand.js';
import { readRecurrence } from '../../src/calendar/recurrence-lines.js';
import { slotsOf } from '../../src/emulator/series/recurrence.js';
import { DAY, instant } from '../../src/kernel/interval.js';
import { fromWallMs, startOfWallDay } from '../../src/kernel/zone.js';
import { type AnyRule, anyRule, anyWall, ruleText, ZONES } from '../emulator/any-series.js';
import { daysByHand } from '../emulator/rule-by-hand.js';
import { anEvent } from './events.js';

/** How long each rule is followed. */
const YEARS = { DAILY: 1, WEEKLY: 2, MONTHLY: 4, YEARLY: 9 } as const;
const compared = { 'rules with the RFC by hand': 0, 'series with the emulator': 0, 'occurrences with the emulator': 0 };
afterAll(() => { console.log('compared:', compared); });

const text = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
const withoutRepeats = (rule: AnyRule): string => `RRULE:${ruleText(rule)}`;

test('every rule is expanded as RFC 5545 3.3.10 says, read day by day', () => {
  fc.assert(fc.property(anyRule, anyWall, (rule, wall) => {
    const startDay = Math.floor(wall / DAY) * DAY, lastDay = startDay + YEARS[rule.freq] * 365 * DAY;
    const read = readRecurrence([withoutRepeats(rule)]);
    expect(read.faults).toEqual([]);
    const days = walkAny(read.rules[0]!, wall, 0, lastDay + DAY - 1).starts.map((at) => Math.floor(at / DAY) * DAY);
    expect(days).toEqual(daysByHand(rule, startDay, lastDay));
    compared['rules with the RFC by hand']++;
  }), { numRuns: 1000 });
});

/** What one line beside the rule says, given days after the start, in all the forms that a line can have. */
const listed = fc.tuple(fc.constantFrom('RDATE', 'EXDATE'), fc.integer({ min: -3, max: 400 }), fc.constantFrom('utc', 'wall', 'date', 'zone', 'clock'), fc.constantFrom(...ZONES));
const end = fc.oneof(
  fc.constant(null), fc.integer({ min: 1, max: 40 }).map((count) => ({ count })),
  fc.tuple(fc.integer({ min: -40, max: 1500 }), fc.constantFrom('utc', 'wall', 'date'), fc.constantFrom(0, -1000, 1000)).map(([days, form, shift]) => ({ days, form, shift })),
);
const anySeries = fc.record({
  rules: fc.array(fc.tuple(fc.constantFrom('RRULE', 'RRULE', 'RRULE', 'EXRULE'), anyRule, end), { minLength: 1, maxLength: 2 }),
  dates: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(listed, { maxLength: 3 }) }),
  wall: anyWall, zone: fc.constantFrom(...ZONES), quarters: fc.integer({ min: 1, max: 96 * 3 }), isAllDay: fc.boolean(), order: fc.nat(),
});
type AnySeries = typeof anySeries extends fc.Arbitrary<infer T> ? T : never;

function linesOf({ rules, dates, wall, zone, isAllDay }: AnySeries, startMs: number): string[] {
  const day = Math.floor(wall / DAY) * DAY;
  const lines = rules.map(([name, rule, ending]) => {
    if (ending === null) return `${name}:${ruleText(rule)}`;
    if ('count' in ending) return `${name}:${ruleText(rule)};COUNT=${ending.count}`;
    const at = ending.form === 'utc' ? text(startMs + ending.days * DAY + ending.shift)
      : ending.form === 'wall' ? text(wall + ending.days * DAY + ending.shift).slice(0, 15) : text(day + ending.days * DAY).slice(0, 8);
    return `${name}:${ruleText(rule)};UNTIL=${at}`;
  });
  for (const [name, days, form, other] of dates) {
    const at = wall + days * DAY;
    if (isAllDay || form === 'date') lines.push(`${name};VALUE=DATE:${text(at).slice(0, 8)}`);
    else if (form === 'utc') lines.push(`${name}:${text(fromWallMs(at, zone))}`);
    else if (form === 'zone') lines.push(`${name};TZID=${other}:${text(at).slice(0, 15)}`);
    else lines.push(`${name}${form === 'clock' ? `;TZID="${zone}"` : ''}:${text(at).slice(0, 15)}`);
  }
  return lines;
}

function masterOf(any: AnySeries): { master: CalendarEvent; startMs: number } {
  const { wall, zone, quarters, isAllDay } = any;
  const day = Math.floor(wall / DAY) * DAY;
  const startMs = isAllDay ? day : fromWallMs(wall, zone);
  const on = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const when = isAllDay
    ? { kind: 'all-day', startOn: on(day), endOn: on(day + Math.ceil(quarters / 96) * DAY) } as const
    : { kind: 'timed', start: instant(startMs), end: instant(startMs + quarters * 900_000), zone } as const;
  return { master: anEvent({ when, recurrence: linesOf(any, startMs) }), startMs };
}

test('every series is expanded as the emulator expands it: rules, dates, ends, gaps, all-day', () => {
  fc.assert(fc.property(anySeries, fc.integer({ min: -30, max: 1200 }), fc.integer({ min: 1, max: 900 }), (any, from, length) => {
    const { master, startMs } = masterOf(any);
    const window = { start: instant(startMs + from * DAY), end: instant(startMs + (from + length) * DAY) };
    const { occurrences, unparsed } = expandSeries(master, [], window, any.zone);
    const start = any.isAllDay ? { date: new Date(startMs).toISOString().slice(0, 10) } : { atMs: startMs, timeZone: any.zone };
    const span = (slot: number): [number, number] => (any.isAllDay
      ? [startOfWallDay(slot, any.zone), startOfWallDay(slot + Math.ceil(any.quarters / 96) * DAY, any.zone)] : [slot, slot + any.quarters * 900_000]);
    const expected = slotsOf({ start, recurrence: master.recurrence ?? [] }, window.start - 5 * DAY, window.end + 2 * DAY).map(span)
      .filter(([begin, finish]) => begin < finish && begin < window.end && finish > window.start);
    expect(unparsed).toBeNull();
    expect(occurrences.map((o) => [o.start, o.end])).toEqual(expected);
    compared['series with the emulator']++;
    compared['occurrences with the emulator'] += expected.length;
  }), { numRuns: 2500 });
});
