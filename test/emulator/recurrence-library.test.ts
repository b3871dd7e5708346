/**
 * The expansion held against two others: the RFC read by hand (`rule-by-hand.ts`), for every rule, and the library rrule-temporal,
 * for every rule that it reads as the RFC does. Where it does not, `readOtherwise` says why, and a table below shows it.
 */
import fc from 'fast-check';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { slotsOf } from '../../src/emulator/series/recurrence.js';
import { type AnyRule, anyRule, anyWall, ruleText, ZONES } from './any-series.js';
import { daysByHand } from './rule-by-hand.js';

const DAY = 86_400_000;
/** How long each rule is followed: a few dozen of its periods at most. */
const YEARS = { DAILY: 1, WEEKLY: 2, MONTHLY: 4, YEARLY: 9 };
/** The period that a start lies in may have begun this much earlier; BYSETPOS counts from there. */
const PERIOD = { DAILY: DAY, WEEKLY: 7 * DAY, MONTHLY: 31 * DAY, YEARLY: 366 * DAY };

const dayOf = (wall: number): number => Math.floor(wall / DAY) * DAY;
const resolve = (wall: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC').toPlainDateTime().toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
const unique = (slots: number[]): number[] => [...new Set(slots)];

/** Slots of the emulator before `endMs`, without the start if the rule does not have it: Google shows that beside the rule (`recurrence.test.ts`). */
function ours(rule: string, startMs: number, zone: string, endMs: number, hasStart: boolean): number[] {
  const slots = slotsOf({ start: { atMs: startMs, timeZone: zone }, recurrence: [`RRULE:${rule}`] }, -8e15, endMs);
  return hasStart ? slots : slots.filter((slot) => slot !== startMs);
}

/** Slots of the library within `[startMs, endMs)`. It leaves out a start that its rule does not match. */
const theirs = (rule: string, startMs: number, zone: string, endMs: number): number[] =>
  new RRuleTemporal({ rruleString: rule, dtstart: Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(zone), maxIterations: 1e6 })
    .between(new Date(startMs - 1), new Date(endMs - 1), true).map((each) => each.epochMilliseconds);

/**
 * The same rule in words that leave nothing open where Google and the library choose differently:
 * - a yearly BYMONTHDAY alone: Google takes the start's month, the library all twelve (RFC 5545 3.3.10, BYMONTHDAY expands a year);
 * - a BYWEEKNO alone: seven days here, the start's weekday there ("information, not contained in the rule", 3.3.10).
 */
function spelledOut(rule: AnyRule, wall: number): AnyRule {
  if (rule.freq !== 'YEARLY') return rule;
  if (rule.byMonthDay.length > 0 && rule.byMonth.length + rule.byYearDay.length + rule.byWeekNo.length === 0) return { ...rule, byMonth: [new Date(wall).getUTCMonth() + 1] };
  if (rule.byWeekNo.length > 0 && rule.byDay.length + rule.byMonthDay.length === 0) return { ...rule, byDay: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] };
  return rule;
}

/** Why the library's answer for a (spelled out) rule is not the RFC's, or undefined. Only yearly rules with several parts, or with weeks, are concerned. */
function readOtherwise(rule: AnyRule, wall: number): string | undefined {
  if (rule.freq !== 'YEARLY') return undefined;
  const ordinals = rule.byDay.filter((each) => each.length > 2);
  if (rule.byYearDay.length > 0 && rule.byDay.length > 0) return 'BYDAY added to BYYEARDAY';
  if (rule.byYearDay.length > 0 && rule.byMonthDay.length > 0) return 'BYMONTHDAY beside BYYEARDAY';
  if (rule.byWeekNo.length > 0 && rule.byMonthDay.length > 0) return 'BYMONTHDAY beside BYWEEKNO';
  // The first days of January may be in a week of the year before, which the library then thinks is over.
  const isNewYear = new Date(wall).getUTCMonth() === 0 && new Date(wall).getUTCDate() <= 7;
  if (rule.byWeekNo.length > 0 && (rule.interval > 1 || isNewYear)) return 'years of BYWEEKNO';
  if (rule.byWeekNo.length > 0 && rule.bySetPos.length > 0) return 'sets of BYWEEKNO';
  if (ordinals.length > 0 && ordinals.length < rule.byDay.length && rule.byMonth.length === 0) return 'BYDAY of both kinds';
  if (ordinals.some((each) => Math.abs(parseInt(each, 10)) === 53) && rule.byMonth.length === 0) return 'the 53rd of 52';
  return undefined;
}

test('every rule is expanded as RFC 5545 3.3.10 says, read day by day', () => {
  fc.assert(fc.property(anyRule, anyWall, (rule, wall) => {
    const startDay = dayOf(wall), lastDay = startDay + YEARS[rule.freq] * 365 * DAY;
    const expected = daysByHand(rule, startDay, lastDay);
    expect(ours(ruleText(rule), wall, 'UTC', lastDay + DAY, expected.includes(startDay)).map(dayOf)).toEqual(expected);
  }), { numRuns: 800 });
});

/** Wall clocks that a zone left out, `[from, to)`, in the years that the rules run through. */
const gapsOf = (zone: string): { from: number; to: number }[] => {
  const gaps = [];
  for (let at = Temporal.ZonedDateTime.from(`2004-01-01T00:00[${zone}]`); ;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.year > 2042) return gaps;
    const before = next.subtract({ nanoseconds: 1 }).offsetNanoseconds / 1e6, after = next.offsetNanoseconds / 1e6;
    if (after > before) gaps.push({ from: next.epochMilliseconds + before, to: next.epochMilliseconds + after });
    at = next;
  }
};
const GAPS = new Map(ZONES.map((zone) => [zone, gapsOf(zone)]));

test('every rule equals the library\'s, in every zone, with COUNT, UNTIL or no end', () => {
  let compared = 0, throughGaps = 0;
  const end = fc.oneof(fc.constant(undefined), fc.record({ count: fc.integer({ min: 1, max: 40 }) }), fc.record({ untilDays: fc.integer({ min: 0, max: 1500 }), form: fc.constantFrom('instant', 'date') }));
  fc.assert(fc.property(anyRule, anyWall, fc.constantFrom(...ZONES), end, (any, wall, zone, ending) => {
    const rule = spelledOut(any, wall);
    if (readOtherwise(rule, wall) !== undefined) return;
    const startMs = resolve(wall, zone);
    const startWall = startMs + Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(zone).offsetNanoseconds / 1e6;
    const lastWall = startWall + YEARS[rule.freq] * 365 * DAY;
    const clock = startWall - dayOf(startWall);
    const crosses = GAPS.get(zone)!.some(({ from, to }) => to > startWall - PERIOD[rule.freq] && from < lastWall && Array.from({ length: 3 }, (_, i) => dayOf(from) + (i - 1) * DAY + clock).some((each) => each >= from && each < to));
    const endMs = resolve(lastWall, zone);
    let suffix = '', untilMs = Infinity;
    if (ending !== undefined && 'count' in ending) suffix = `;COUNT=${ending.count}`;
    else if (ending?.form === 'instant') {
      untilMs = startMs + ending.untilDays * DAY;
      suffix = `;UNTIL=${new Date(untilMs).toISOString().replace(/[-:]|\.000/g, '')}`;
    } else if (ending !== undefined) {
      const untilDay = dayOf(startWall) + ending.untilDays * DAY;
      untilMs = resolve(untilDay + DAY, zone) - 1;
      suffix = `;UNTIL=${new Date(untilDay).toISOString().slice(0, 10).replaceAll('-', '')}`;
    }
    let expected: number[];
    // The library leaves out a time that does not exist (RFC 5545 3.3.10, "MUST be ignored"), before COUNT and BYSETPOS; Google puts it
    // off (3.3.5). And it overlooks that Morocco goes back to UTC for the few weeks of Ramadan. There it expands wall clocks, in UTC,
    // and Temporal finds their instants.
    if (crosses || zone === 'Africa/Casablanca') {
      if (crosses) throughGaps++;
      const counted = suffix.startsWith(';COUNT') ? suffix : '';
      expected = unique(theirs(ruleText(rule) + counted, startWall, 'UTC', lastWall).map((each) => (each === startWall ? startMs : resolve(each, zone)))).filter((each) => each <= untilMs);
    } else {
      // A bare date as UNTIL of a timed rule is no RFC 5545; both read it as the whole local day.
      expected = theirs(ruleText(rule) + suffix, startMs, zone, endMs);
    }
    compared++;
    expect(ours(ruleText(any) + suffix, startMs, zone, endMs, expected.includes(startMs)).filter((slot) => slot < endMs)).toEqual(expected.filter((slot) => slot < endMs));
  }), { numRuns: 3000 });
  // Rules that nobody compares prove nothing.
  expect(compared).toBeGreaterThan(2000);
  expect(throughGaps).toBeGreaterThan(150);
});

// Each is a rule that `readOtherwise` passes over; the emulator has the RFC's answer, the library another one.
test.each([
  // Table of 3.3.10, note 2: BYDAY limits if BYYEARDAY is present. The library adds the Mondays to the 100th day.
  ['BYDAY added to BYYEARDAY', { byYearDay: [100], byDay: ['FR'] }, ['1998-04-10', '2004-04-09', '2009-04-10']],
  // Parts apply one after the other (3.3.10), so what BYYEARDAY gives must also be a first of the month. The library ignores BYMONTHDAY.
  ['BYMONTHDAY beside BYYEARDAY', { byYearDay: [91, 100], byMonthDay: [1] }, ['1998-04-01', '1999-04-01']],
  ['BYMONTHDAY beside BYWEEKNO', { byWeekNo: [20], byMonthDay: [13] }, ['1997-05-13', '1998-05-13']],
  // INTERVAL counts calendar years here and in most libraries, years of weeks there: Monday 30 December 2002 is in week 1 of 2003. The RFC does not say.
  ['years of BYWEEKNO', { interval: 2, byWeekNo: [1], byDay: ['MO'] }, ['1997-12-29', '1999-01-04', '2001-01-01', '2001-12-31']],
  // For the same reason the set that BYSETPOS picks from: the calendar year here.
  ['sets of BYWEEKNO', { byWeekNo: [1], byDay: ['MO', 'TH'], bySetPos: [1] }, ['1998-01-01', '1999-01-04', '2000-01-03', '2001-01-01']],
  // "BYDAY … a list of days" (3.3.10): a numbered one beside a plain one takes nothing from it. The library forgets the plain one.
  ['BYDAY of both kinds', { byDay: ['-1WE', 'TU'] }, ['1997-05-13', '1997-05-20', '1997-05-27']],
  // A year with 52 Mondays has no 53rd. The library takes the first of the next year.
  ['the 53rd of 52', { byDay: ['53MO'] }, ['2001-12-31', '2007-12-31']],
])('read otherwise by the library: %s', (name, parts, expected) => {
  const rule: AnyRule = { freq: 'YEARLY', interval: 1, byDay: [], byMonthDay: [], byYearDay: [], byWeekNo: [], byMonth: [], bySetPos: [], wkst: undefined, ...parts };
  const startMs = Date.UTC(1997, 4, 13, 9), endMs = Date.UTC(2013, 0);
  expect(readOtherwise(rule, startMs)).toBe(name);
  const slots = ours(ruleText(rule), startMs, 'UTC', endMs, expected[0] === '1997-05-13');
  expect(slots.slice(0, expected.length).map((ms) => new Date(ms).toISOString().slice(0, 10))).toEqual(expected);
  expect(slots.map(dayOf)).toEqual(daysByHand(rule, dayOf(startMs), endMs - DAY));
  expect(theirs(ruleText(rule), startMs, 'UTC', endMs)).not.toEqual(slots);
});
