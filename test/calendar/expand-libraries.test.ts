/**
 * The expansion held against two other libraries on generated rules in a dozen zones. Where one reads a rule otherwise, a named
 * class says why, by RFC 5545 or by Google; a difference outside of these classes fails.
 */
import fc from 'fast-check';
import ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { afterAll, expect, test } from 'vitest';
import { expandSeries } from '../../src/calendar/expand.js';
import { DAY, instant } from '../../src/kernel/interval.js';
import { fromWallMs, toWallMs } from '../../src/kernel/zone.js';
import { type AnyRule, anyRule, anyWall, ruleText, ZONES } from '../emulator/any-series.js';
import { daysByHand } from '../emulator/rule-by-hand.js';
import { anEvent } from './events.js';

const YEARS = { DAILY: 1, WEEKLY: 2, MONTHLY: 4, YEARLY: 9 } as const;
const dayOf = (wallMs: number): number => Math.floor(wallMs / DAY);

/** Starts of ours in `[startMs, endMs)`, DTSTART left out: libraries disagree whether it counts outside its rule, and a test of its own says so. */
function ours(rule: string, startMs: number, zone: string, endMs: number): number[] {
  const when = { kind: 'timed', start: instant(startMs), end: instant(startMs + 60_000), zone } as const;
  const { occurrences, unparsed } = expandSeries(anEvent({ when, recurrence: [`RRULE:${rule}`] }), [], { start: instant(startMs), end: instant(endMs) }, 'UTC');
  expect(unparsed).toBeNull();
  return occurrences.map((o): number => o.start).filter((at) => at !== startMs && at < endMs);
}

/** Rules spelled out where both we and Google leave less open than the RFC: a yearly BYMONTHDAY alone, a BYWEEKNO alone. */
function spelledOut(rule: AnyRule, wall: number): AnyRule {
  if (rule.freq !== 'YEARLY' || rule.byYearDay.length > 0) return rule;
  if (rule.byMonthDay.length > 0 && rule.byMonth.length + rule.byWeekNo.length === 0) return { ...rule, byMonth: [new Date(wall).getUTCMonth() + 1] };
  if (rule.byWeekNo.length > 0 && rule.byDay.length + rule.byMonthDay.length === 0) return { ...rule, byDay: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] };
  return rule;
}

type Explained = (rule: AnyRule, wall: number, isCounted: boolean) => string | null;

const numbered = (rule: AnyRule): string[] => rule.byDay.filter((day) => day.length > 2);

/** What rrule-temporal reads otherwise. All of it are yearly rules of several parts or of weeks. */
const byTemporalOtherwise: Explained = (rule, wall) => {
  if (rule.freq !== 'YEARLY') return null;
  if (rule.byYearDay.length > 0 && rule.byDay.length > 0) return 'BYDAY added to BYYEARDAY, which it limits (3.3.10, note 2)';
  if (rule.byYearDay.length > 0 && rule.byMonthDay.length > 0) return 'BYMONTHDAY beside BYYEARDAY overlooked: parts apply one after the other (3.3.10)';
  if (rule.byWeekNo.length > 0 && rule.byMonthDay.length > 0) return 'BYMONTHDAY beside BYWEEKNO overlooked';
  if (rule.byWeekNo.length > 0 && (rule.interval > 1 || rule.bySetPos.length > 0 || dayOf(wall) - dayOf(Date.UTC(new Date(wall).getUTCFullYear(), 0)) < 7)) return 'INTERVAL and BYSETPOS of BYWEEKNO count years of weeks, not calendar years (the RFC does not say)';
  if (numbered(rule).length > 0 && numbered(rule).length < rule.byDay.length && rule.byMonth.length === 0) return 'a plain BYDAY beside a numbered one forgotten';
  if (rule.byMonth.length === 0 && numbered(rule).some((day) => Math.abs(parseInt(day, 10)) === 53)) return 'the 53rd weekday of a year with 52 taken from the next';
  return null;
};

/** What ical.js reads otherwise, refuses, or never ends to read. */
const byIcalOtherwise: Explained = (rule, wall, isCounted) => {
  if (rule.bySetPos.length > 0) return 'BYSETPOS is kept for a few shapes of rules only';
  if (rule.byWeekNo.length > 0) return 'BYWEEKNO gives more than its weeks';
  if (rule.freq === 'DAILY' && rule.byMonthDay.some((day) => day < 0)) return 'a daily BYMONTHDAY from the end is looked for without end';
  if (rule.byMonthDay.some((day) => day < 0) && (rule.freq === 'YEARLY' || rule.byDay.length > 0)) return 'a yearly BYMONTHDAY from the end, or one with BYDAY, misses days or is refused';
  if (rule.freq === 'MONTHLY' && rule.byMonth.length > 0) return 'a monthly rule does not always keep to its BYMONTH';
  if (rule.freq === 'WEEKLY' && rule.byMonth.length > 0) return 'a weekly rule does not always keep to its BYMONTH';
  if (rule.byYearDay.length > 0 && rule.byMonth.length + rule.byMonthDay.length > 0) return 'BYYEARDAY with BYMONTH or BYMONTHDAY is refused';
  if (rule.byYearDay.some((day) => Math.abs(day) === 366)) return 'day 366 of a year with 365 is taken from another year';
  if (rule.byMonthDay.length > 0 && numbered(rule).length > 0) return 'a numbered BYDAY with BYMONTHDAY is refused, or joined otherwise';
  if (rule.freq === 'YEARLY' && numbered(rule).some((day) => Math.abs(parseInt(day, 10)) > 5)) return 'the nth weekday of a year, or month, that has less of them';
  const monthDays = rule.byMonthDay.length > 0 ? rule.byMonthDay : rule.byDay.length + rule.byYearDay.length > 0 ? [] : [new Date(wall).getUTCDate()];
  if (rule.freq === 'YEARLY' && monthDays.some((day) => Math.abs(day) > 28)) return 'a date that its month has not is moved on, where it MUST be ignored (3.3.10)';
  const day = dayOf(wall) * DAY;
  return isCounted && daysByHand(rule, day, day).length === 0 ? 'COUNT begins with a DTSTART outside of the rule; Google shows that beside it' : null;
};

const end = fc.oneof(fc.constant(''), fc.integer({ min: 1, max: 40 }).map((count) => `;COUNT=${count}`));
const tally = new Map<string, number>();
const count = (what: string): void => { tally.set(what, (tally.get(what) ?? 0) + 1); };
afterAll(() => { console.log('compared:', Object.fromEntries([...tally].sort())); });

/** Both libraries expand floating time, in UTC; Temporal finds the instants: a time in a gap moves on and counts (3.3.5), two that meet are one. */
const toInstants = (walls: number[], startWall: number, startMs: number, zone: string): number[] =>
  [...new Set(walls.map((wall) => (wall === startWall ? startMs : plain(wall).toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds)))];
const plain = (wallMs: number) => Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime();

function byTemporal(rule: string, startWall: number, lastWall: number): number[] {
  return new RRuleTemporal({ rruleString: rule, dtstart: plain(startWall).toZonedDateTime('UTC'), maxIterations: 1e6 })
    .between(new Date(startWall - 1), new Date(lastWall - 1), true).map((each) => each.epochMilliseconds);
}

function byIcal(rule: string, startWall: number, lastWall: number): number[] {
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateTimeString(new Date(startWall).toISOString().slice(0, 19)));
  const found: number[] = [];
  // Its types do not say that it gives null at the end
  for (let next: ICAL.Time | null = iterator.next(); next !== null; next = iterator.next() as ICAL.Time | null) {
    const at = Date.UTC(next.year, next.month - 1, next.day, next.hour, next.minute);
    if (at >= lastWall) break;
    found.push(at);
  }
  return found;
}

test.each([
  ['rrule-temporal', byTemporal, byTemporalOtherwise, 700],
  ['ical.js', byIcal, byIcalOtherwise, 1500],
] as const)('every rule equals that of %s, in every zone, or its difference is explained', (name, theirs, otherwise, numRuns) => {
  let compared = 0;
  fc.assert(fc.property(anyRule, anyWall, fc.constantFrom(...ZONES), end, (any, wall, zone, ending) => {
    const startMs = fromWallMs(wall, zone), startWall = toWallMs(startMs, zone), lastWall = startWall + YEARS[any.freq] * 365 * DAY;
    const rule = spelledOut(any, startWall);
    const why = otherwise(rule, startWall, ending !== '');
    if (why !== null) return count(`${name}, otherwise: ${why}`);
    const endMs = fromWallMs(lastWall, zone);
    const expected = toInstants(theirs(ruleText(rule) + ending, startWall, lastWall), startWall, startMs, zone);
    expect(ours(ruleText(any) + ending, startMs, zone, endMs)).toEqual(expected.filter((at) => at !== startMs && at < endMs));
    count(`${name}, equal`);
    compared++;
  }), { numRuns });
  // Rules that nobody compares prove nothing
  expect(compared).toBeGreaterThan(numRuns / 8);
});
