/** Rules by hand: where rrule goes wrong, where Google decides, and where the budget ends. */
import rrule from 'rrule';
import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../../src/calendar/event.js';
import { expandSeries } from '../../src/calendar/expand.js';
import { HOUR, type Interval } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { allDay, anEvent, span, timed, utc } from './events.js';

const BERLIN = 'Europe/Berlin';
const year: Interval = { start: utc('2026-01-01T00:00:00Z'), end: utc('2028-01-01T00:00:00Z') };
const series = (first: string, ...recurrence: string[]): CalendarEvent => anEvent({ when: timed(`${first} 10:00`, `${first} 11:00`), recurrence });
const days = (master: CalendarEvent, window = year, zone = BERLIN): string[] =>
  expandSeries(master, [], window, zone).occurrences.map((o) => rfc3339(o.start, zone).slice(0, 10));

describe('BYSETPOS, which rrule takes wrongly', () => {
  const cases: [string, string, string, string[]][] = [
    ['a position before the set is none', '2026-01-20', 'FREQ=MONTHLY;BYMONTHDAY=20,31;BYSETPOS=-2;COUNT=4', ['2026-01-20', '2026-03-20', '2026-05-20', '2026-07-20']],
    ['one behind it leaves the others in order', '2026-01-01', 'FREQ=MONTHLY;BYMONTHDAY=1,15,31;BYSETPOS=-1,3,1;COUNT=5', ['2026-01-01', '2026-01-31', '2026-02-01', '2026-02-15', '2026-03-01']],
    ['two positions of one member count once', '2026-01-15', 'FREQ=MONTHLY;BYMONTHDAY=15;BYSETPOS=1,-1;COUNT=3', ['2026-01-15', '2026-02-15', '2026-03-15']],
    ['the set of the first week is the whole week', '2026-01-07', 'FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=1;COUNT=2', ['2026-01-12', '2026-01-19']],
  ];
  test.each(cases)('%s', (_, first, rule, expected) => {
    expect(days(series(first, `RRULE:${rule}`)).filter((day) => day !== first || expected.includes(first))).toEqual(expected);
  });
  test('rrule itself has each of these faults: without them the work round could go', () => {
    for (const [, first, rule, expected] of cases) {
      const found = new rrule.RRule({ ...rrule.RRule.parseString(rule), dtstart: new Date(`${first}T10:00:00Z`) }).all();
      expect(found.map((date) => date.toISOString().slice(0, 10))).not.toEqual(expected);
    }
  });
  test('picks among times of day too', () => {
    const found = expandSeries(series('2026-03-02', 'RRULE:FREQ=DAILY;BYHOUR=9,12,17;BYMINUTE=0,30;BYSETPOS=-1,2;COUNT=4'), [], year, BERLIN).occurrences;
    expect(found.map((o) => rfc3339(o.start, BERLIN).slice(8, 16))).toEqual(['02T10:00', '02T17:30', '03T09:30', '03T17:30', '04T09:30']);
  });
});

test('weekdays with and without a number mean either', () => {
  expect(days(series('2026-01-02', 'RRULE:FREQ=MONTHLY;BYDAY=MO,1FR;COUNT=6'))).toEqual(['2026-01-02', '2026-01-05', '2026-01-12', '2026-01-19', '2026-01-26', '2026-02-02']);
});
test('weeks counted from the end, around New Year', () => {
  expect(days(series('2026-06-01', 'RRULE:FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR'))).toEqual(['2026-06-01', '2027-01-01', '2027-12-31']);
});

describe('what Google decides', () => {
  test('a yearly BYMONTHDAY without a month means DTSTART\'s month', () => {
    expect(days(series('2026-05-13', 'RRULE:FREQ=YEARLY;BYMONTHDAY=13'))).toEqual(['2026-05-13', '2027-05-13']);
    expect(days(series('2026-05-13', 'RRULE:FREQ=YEARLY;BYMONTHDAY=13;BYSETPOS=1'))).toEqual(['2026-05-13', '2027-05-13']);
  });
  test('a bare date as EXDATE of a timed series removes a start at midnight only; as RDATE it is that day at the series\' time', () => {
    expect(days(series('2026-05-11', 'RRULE:FREQ=WEEKLY;COUNT=2', 'EXDATE;VALUE=DATE:20260518'))).toEqual(['2026-05-11', '2026-05-18']);
    const midnight = anEvent({ when: timed('2026-05-11 00:00', '2026-05-11 01:00'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2', 'EXDATE;VALUE=DATE:20260518'] });
    expect(days(midnight)).toEqual(['2026-05-11']);
  });
  test('the old part of a series that was split at its first start has no occurrence; a start ahead of its rule has', () => {
    expect(days(series('2026-05-11', 'RRULE:FREQ=WEEKLY;UNTIL=20260510T215959Z'))).toEqual([]);
    expect(days(series('2026-05-11', 'RRULE:FREQ=WEEKLY;UNTIL=20260510T215959Z', 'RRULE:FREQ=MONTHLY;COUNT=1'))).toEqual(['2026-05-11']);
    expect(days(series('2026-05-11', 'RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=1'))).toEqual(['2026-05-11', '2026-05-12']);
  });
});

describe('RDATE with a PERIOD', () => {
  const ends = (...recurrence: string[]): string[] =>
    expandSeries(series('2026-03-27', ...recurrence), [], year, BERLIN).occurrences.map((o) => `${rfc3339(o.start, BERLIN).slice(5, 16)} ${(o.end - o.start) / HOUR}`);
  test('has its own length, by its end, in days of the calendar, or in hours', () => {
    expect(ends('RDATE;VALUE=PERIOD:20260401T080000Z/20260401T113000Z')).toEqual(['03-27T10:00 1', '04-01T10:00 3.5']);
    expect(ends('RDATE;VALUE=PERIOD;TZID=Europe/Berlin:20260328T120000/P1D,20260330T120000/PT1H30M')).toEqual(['03-27T10:00 1', '03-28T12:00 23', '03-30T12:00 1.5']);
    expect(ends('RDATE;VALUE=PERIOD:20260328T120000Z/P1W')).toEqual(['03-27T10:00 1', '03-28T13:00 168']);
  });
  test('that starts with an occurrence of the rule is the longer of both', () => {
    expect(ends('RDATE;VALUE=PERIOD:20260327T090000Z/PT15M')).toEqual(['03-27T10:00 1']);
    expect(ends('RDATE;VALUE=PERIOD:20260327T090000Z/PT4H')).toEqual(['03-27T10:00 4']);
  });
  test('one bad date takes nothing from the others', () => {
    const { occurrences, unparsed } = expandSeries(series('2026-03-27', 'RDATE:20260230T100000Z,20260401T080000Z'), [], year, BERLIN);
    expect(occurrences).toHaveLength(2);
    expect(unparsed).toMatch(/20260230/);
  });
});

describe('dates that are not, and times below the day', () => {
  test('a date that a zone left out falls together with the next', () => {
    const when = timed('2011-12-29 10:00', '2011-12-29 11:00', 'Pacific/Apia');
    const { occurrences } = expandSeries(anEvent({ when, recurrence: ['RRULE:FREQ=DAILY;COUNT=4'] }), [], { start: utc('2011-12-01T00:00:00Z'), end: utc('2012-02-01T00:00:00Z') }, 'UTC');
    expect(occurrences.map((o) => new Date(o.start).toISOString().slice(0, 13))).toEqual(['2011-12-29T20', '2011-12-30T20', '2011-12-31T20']);
    const off = anEvent({ when: allDay('2011-12-29', '2011-12-30'), recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    expect(days(off, { start: utc('2011-12-01T00:00:00Z'), end: utc('2012-02-01T00:00:00Z') }, 'Pacific/Apia')).toEqual(['2011-12-29', '2011-12-31']);
  });
  test('29 February comes in leap years, the 31st in long months', () => {
    const window = { start: utc('2024-01-01T00:00:00Z'), end: utc('2033-01-01T00:00:00Z') };
    expect(days(series('2024-02-29', 'RRULE:FREQ=YEARLY'), window)).toEqual(['2024-02-29', '2028-02-29', '2032-02-29']);
    expect(days(series('2026-01-31', 'RRULE:FREQ=MONTHLY;COUNT=3'))).toEqual(['2026-01-31', '2026-03-31', '2026-05-31']);
  });
  test('hours within hours of the day, though the interval steps over them', () => {
    const hourly = (rule: string): string[] => expandSeries(series('2026-05-11', rule), [], span('2026-05-11', '2026-05-13'), BERLIN).occurrences.map((o) => rfc3339(o.start, BERLIN).slice(8, 16));
    expect(hourly('RRULE:FREQ=HOURLY;INTERVAL=5;BYHOUR=6,10,15')).toEqual(['11T10:00', '11T15:00', '12T06:00']);
    expect(hourly('RRULE:FREQ=HOURLY;INTERVAL=2;BYHOUR=11')).toEqual(['11T10:00']);
    expect(hourly('RRULE:FREQ=HOURLY;BYMINUTE=0,30;BYSETPOS=-1;COUNT=2')).toEqual(['11T10:00', '11T10:30', '11T11:30']);
  });
  test('times of day mean nothing to an all-day series', () => {
    expect(days(anEvent({ when: allDay('2026-05-11', '2026-05-12'), recurrence: ['RRULE:FREQ=DAILY;BYHOUR=9,10;COUNT=2'] }))).toEqual(['2026-05-11', '2026-05-12']);
  });
});

describe('the budget of a series', () => {
  // Without a budget each of these would outlast the test
  const within = (master: CalendarEvent) => expandSeries(master, [], year, BERLIN);
  test.each(['RRULE:FREQ=SECONDLY', 'RRULE:FREQ=MINUTELY', 'RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0,15,30,45', 'RRULE:FREQ=SECONDLY;BYSECOND=0'])('%s blocks from its start until the window ends, as one', (rule) => {
    const master: CalendarEvent = { ...series('2026-05-11', rule), transparency: 'transparent' };
    const { occurrences, unparsed } = within(master);
    expect(unparsed).toBe('the rule is too much work');
    expect(occurrences).toMatchObject([{ start: master.when?.kind === 'timed' && master.when.start, end: year.end, blocking: 'busy' }]);
  });
  test('a count that cannot be reached, an interval that is never met, a rule without any day: no work at all', () => {
    for (const rule of ['RRULE:FREQ=DAILY;COUNT=999999999', 'RRULE:FREQ=DAILY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;COUNT=999999999']) expect(within(series('2004-01-05', rule))).toMatchObject({ unparsed: null });
    for (const freq of ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY', 'SECONDLY']) expect(within(series('2026-05-11', `RRULE:FREQ=${freq};INTERVAL=999999999`)).occurrences).toHaveLength(1);
    for (const never of ['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4;COUNT=3', 'FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6']) {
      expect(within(series('2004-05-11', `RRULE:${never}`))).toEqual({ occurrences: [], unparsed: null });
    }
  });
  test('a count from long ago that is too much to follow blocks the window', () => {
    const { occurrences, unparsed } = within(series('2001-01-01', 'RRULE:FREQ=SECONDLY;BYSECOND=0;COUNT=99999999'));
    expect(unparsed).toBe('the rule is too much work');
    expect(occurrences).toMatchObject([{ start: year.start, end: year.end, blocking: 'busy' }]);
  });
});

test('what RFC 5545 forbids is read as a limit, and said', () => {
  const { occurrences, unparsed } = expandSeries(series('2026-05-11', 'RRULE:FREQ=WEEKLY;BYMONTHDAY=11,18'), [], span('2026-05-01', '2026-06-01'), BERLIN);
  expect(unparsed).toBe('BYMONTHDAY with FREQ=WEEKLY');
  expect(occurrences).toHaveLength(2);
});
