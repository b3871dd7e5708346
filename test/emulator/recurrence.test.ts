import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { slotsOf } from '../../src/emulator/series/recurrence.js';

const BERLIN = 'Europe/Berlin';
const atMs = (local: string, timeZone: string): number => Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone).epochMilliseconds;
const instant = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

/** Local starts, `YYYY-MM-DDTHH:MM`, of a timed series before `end`. A line without a colon is the value of an RRULE. */
const starts = (start: string, lines: string | string[], zone = BERLIN, end = '2030-01-01T00:00'): string[] =>
  slotsOf({ start: { atMs: atMs(start, zone), timeZone: zone }, recurrence: [lines].flat().map((line) => (line.includes(':') ? line : `RRULE:${line}`)) }, -8e15, atMs(end, zone))
    .map((ms) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime().toString().slice(0, 16));

/** Dates of an all-day series before 2030. */
const dates = (date: string, ...lines: string[]): string[] =>
  slotsOf({ start: { date }, recurrence: lines }, -8e15, Date.UTC(2030, 0)).map((ms) => new Date(ms).toISOString().slice(0, 10));

/** `1997-09 2 9, 10 7, 1998-01 6` as dates. */
function days(text: string): string[] {
  let year = '';
  return text.split(', ').flatMap((part) => {
    const [month = '', ...numbers] = part.split(' ');
    if (month.length > 2) year = month.slice(0, 4);
    return numbers.flatMap((each) => {
      const [from = 0, to = from] = each.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => `${year}-${month.slice(-2)}-${String(from + i).padStart(2, '0')}`);
    });
  });
}

// Every example at a frequency of days or more; endless ones as far as the RFC lists them.
describe('the examples of RFC 5545 3.8.5.3, at 9:00 in New York', () => {
  test.each([
    ['1997-09-02', 'FREQ=DAILY;COUNT=10', '1997-09 2-11'],
    ['1997-09-02', 'FREQ=DAILY;UNTIL=19971224T000000Z', '1997-09 2-30, 10 1-31, 11 1-30, 12 1-23'],
    ['1997-09-02', 'FREQ=DAILY;INTERVAL=2', '1997-09 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30, 10 2 4 6'],
    ['1997-09-02', 'FREQ=DAILY;INTERVAL=10;COUNT=5', '1997-09 2 12 22, 10 2 12'],
    ['1998-01-01', 'FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA', '1998-01 1-31, 1999-01 1-31, 2000-01 1-31'],
    ['1998-01-01', 'FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1', '1998-01 1-31, 1999-01 1-31, 2000-01 1-31'],
    ['1997-09-02', 'FREQ=WEEKLY;COUNT=10', '1997-09 2 9 16 23 30, 10 7 14 21 28, 11 4'],
    ['1997-09-02', 'FREQ=WEEKLY;UNTIL=19971224T000000Z', '1997-09 2 9 16 23 30, 10 7 14 21 28, 11 4 11 18 25, 12 2 9 16 23'],
    ['1997-09-02', 'FREQ=WEEKLY;INTERVAL=2;WKST=SU', '1997-09 2 16 30, 10 14 28, 11 11 25, 12 9 23, 1998-01 6 20, 02 3 17'],
    ['1997-09-02', 'FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH', '1997-09 2 4 9 11 16 18 23 25 30, 10 2'],
    ['1997-09-02', 'FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH', '1997-09 2 4 9 11 16 18 23 25 30, 10 2'],
    ['1997-09-01', 'FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR', '1997-09 1 3 5 15 17 19 29, 10 1 3 13 15 17 27 29 31, 11 10 12 14 24 26 28, 12 8 10 12 22'],
    ['1997-09-02', 'FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH', '1997-09 2 4 16 18 30, 10 2 14 16'],
    ['1997-09-05', 'FREQ=MONTHLY;COUNT=10;BYDAY=1FR', '1997-09 5, 10 3, 11 7, 12 5, 1998-01 2, 02 6, 03 6, 04 3, 05 1, 06 5'],
    ['1997-09-05', 'FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR', '1997-09 5, 10 3, 11 7, 12 5'],
    ['1997-09-07', 'FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU', '1997-09 7 28, 11 2 30, 1998-01 4 25, 03 1 29, 05 3 31'],
    ['1997-09-22', 'FREQ=MONTHLY;COUNT=6;BYDAY=-2MO', '1997-09 22, 10 20, 11 17, 12 22, 1998-01 19, 02 16'],
    ['1997-09-28', 'FREQ=MONTHLY;BYMONTHDAY=-3', '1997-09 28, 10 29, 11 28, 12 29, 1998-01 29, 02 26'],
    ['1997-09-02', 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15', '1997-09 2 15, 10 2 15, 11 2 15, 12 2 15, 1998-01 2 15'],
    ['1997-09-30', 'FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1', '1997-09 30, 10 1 31, 11 1 30, 12 1 31, 1998-01 1 31, 02 1'],
    ['1997-09-10', 'FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15', '1997-09 10-15, 1999-03 10-13'],
    ['1997-09-02', 'FREQ=MONTHLY;INTERVAL=2;BYDAY=TU', '1997-09 2 9 16 23 30, 11 4 11 18 25, 1998-01 6 13 20 27, 03 3 10 17 24 31'],
    ['1997-06-10', 'FREQ=YEARLY;COUNT=10;BYMONTH=6,7', '1997-06 10, 07 10, 1998-06 10, 07 10, 1999-06 10, 07 10, 2000-06 10, 07 10, 2001-06 10, 07 10'],
    ['1997-03-10', 'FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3', '1997-03 10, 1999-01 10, 02 10, 03 10, 2001-01 10, 02 10, 03 10, 2003-01 10, 02 10, 03 10'],
    ['1997-01-01', 'FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200', '1997-01 1, 04 10, 07 19, 2000-01 1, 04 9, 07 18, 2003-01 1, 04 10, 07 19, 2006-01 1'],
    ['1997-05-19', 'FREQ=YEARLY;BYDAY=20MO', '1997-05 19, 1998-05 18, 1999-05 17'],
    ['1997-05-12', 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', '1997-05 12, 1998-05 11, 1999-05 17'],
    ['1997-03-13', 'FREQ=YEARLY;BYMONTH=3;BYDAY=TH', '1997-03 13 20 27, 1998-03 5 12 19 26, 1999-03 4 11 18 25'],
    ['1997-06-05', 'FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8', '1997-06 5 12 19 26, 07 3 10 17 24 31, 08 7 14 21 28, 1998-06 4 11 18 25, 07 2 9 16 23 30, 08 6 13 20 27'],
    ['1997-09-13', 'FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13', '1997-09 13, 10 11, 11 8, 12 13, 1998-01 10, 02 7, 03 7, 04 11, 05 9, 06 13'],
    ['1996-11-05', 'FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8', '1996-11 5, 2000-11 7, 2004-11 2'],
    ['1997-09-04', 'FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', '1997-09 4, 10 7, 11 6'],
    ['1997-09-29', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2', '1997-09 29, 10 30, 11 27, 12 30, 1998-01 29, 02 26, 03 30'],
    ['1997-08-05', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', '1997-08 5 10 19 24'],
    ['1997-08-05', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', '1997-08 5 17 19 31'],
    ['2007-01-15', 'FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5', '2007-01 15 30, 02 15, 03 15 30'],
  ])('%s %s', (date, rule, expected) => {
    const found = starts(`${date}T09:00`, rule, 'America/New_York');
    const wanted = days(expected).map((each) => `${each}T09:00`);
    expect(/COUNT|UNTIL/.test(rule) ? found : found.slice(0, wanted.length)).toEqual(wanted);
  });

  test('Friday the 13th, with its start taken out', () => {
    const found = starts('1997-09-02T09:00', ['EXDATE;TZID=America/New_York:19970902T090000', 'RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13'], 'America/New_York');
    expect(found.slice(0, 5).map((each) => each.slice(0, 10))).toEqual(days('1998-02 13, 03 13, 11 13, 1999-08 13, 2000-10 13'));
  });
});

describe('what Google decides', () => {
  test('a start that its rule does not match is an occurrence all the same, beside COUNT', () => {
    expect(starts('2024-05-30T20:00', 'FREQ=WEEKLY;COUNT=3;INTERVAL=1;BYDAY=WE')).toEqual(['2024-05-30T20:00', '2024-06-05T20:00', '2024-06-12T20:00', '2024-06-19T20:00']);
    // As Google leaves the old part of a series that was split at its first start, and shows nothing of it.
    expect(starts('2026-11-03T13:00', 'FREQ=WEEKLY;UNTIL=20261001T000000Z')).toEqual([]);
    expect(dates('2026-11-03', 'RRULE:FREQ=WEEKLY;UNTIL=20261102', 'RRULE:FREQ=WEEKLY;COUNT=2')).toEqual(['2026-11-03', '2026-11-10']);
    expect(starts('2026-02-01T13:00', 'FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31')).toEqual(['2026-02-01T13:00']);
    expect(dates('2026-11-03', 'RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=1')).toEqual(['2026-11-03', '2026-11-09']);
  });

  test('only EXDATE and EXRULE take the start away; COUNT does not make up for what they take', () => {
    expect(starts('2026-11-02T13:00', ['RRULE:FREQ=WEEKLY;COUNT=3', 'EXDATE:20261102T120000Z'])).toEqual(['2026-11-09T13:00', '2026-11-16T13:00']);
    expect(starts('2026-11-02T13:00', ['RRULE:FREQ=DAILY;COUNT=3', 'EXRULE:FREQ=WEEKLY'])).toEqual(['2026-11-03T13:00', '2026-11-04T13:00']);
    expect(starts('2026-11-03T13:00', ['RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=1', 'EXRULE:FREQ=DAILY;COUNT=1'])).toEqual(['2026-11-09T13:00']);
    expect(starts('2026-11-02T13:00', ['EXDATE:20261102T120000Z'])).toEqual([]);
  });

  test('a yearly BYMONTHDAY without a month means the start\'s month', () => {
    expect(starts('2026-03-10T09:00', 'FREQ=YEARLY;BYMONTHDAY=10,-1;COUNT=4')).toEqual(['2026-03-10T09:00', '2026-03-31T09:00', '2027-03-10T09:00', '2027-03-31T09:00']);
    expect(starts('2026-03-10T09:00', 'FREQ=YEARLY;BYMONTH=4,5;BYMONTHDAY=10;COUNT=2')).toEqual(['2026-03-10T09:00', '2026-04-10T09:00', '2026-05-10T09:00']);
    expect(starts('2026-01-31T09:00', 'FREQ=YEARLY;BYYEARDAY=31,59,90;BYMONTHDAY=31;COUNT=3')).toEqual(['2026-01-31T09:00', '2026-03-31T09:00', '2027-01-31T09:00']);
    expect(dates('2024-02-29', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1').slice(0, 3)).toEqual(['2024-02-29', '2025-02-28', '2026-02-28']);
    expect(dates('2024-02-29', 'RRULE:FREQ=YEARLY')).toEqual(['2024-02-29', '2028-02-29']);
  });

  test('a BYWEEKNO alone means its seven days, wherever the calendar year ends', () => {
    expect(dates('2026-12-28', 'RRULE:FREQ=YEARLY;BYWEEKNO=53;COUNT=7')).toEqual(days('2026-12 28-31, 2027-01 1-3'));
    expect(dates('2026-12-28', 'RRULE:FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SU;COUNT=2')).toEqual(['2026-12-28', '2027-01-03', '2028-01-02']);
  });

  test('UNTIL: a date includes its local day, an instant itself, a floating time compares wall clocks', () => {
    expect(starts('2026-11-02T23:30', 'FREQ=WEEKLY;UNTIL=20261109')).toEqual(['2026-11-02T23:30', '2026-11-09T23:30']);
    expect(starts('2026-11-02T23:30', 'FREQ=WEEKLY;UNTIL=20261116', 'Pacific/Apia')).toEqual(['2026-11-02T23:30', '2026-11-09T23:30', '2026-11-16T23:30']);
    expect(starts('2026-11-02T13:00', 'FREQ=WEEKLY;UNTIL=20261109T120000Z')).toEqual(['2026-11-02T13:00', '2026-11-09T13:00']);
    expect(starts('2026-11-02T13:00', 'FREQ=WEEKLY;UNTIL=20261109T115959Z')).toEqual(['2026-11-02T13:00']);
    expect(starts('2026-11-02T13:00', 'FREQ=WEEKLY;UNTIL=20261109T130000')).toEqual(['2026-11-02T13:00', '2026-11-09T13:00']);
    expect(starts('2026-11-02T13:00', 'FREQ=WEEKLY;UNTIL=20261109T125959')).toEqual(['2026-11-02T13:00']);
    expect(starts('2026-11-02T13:00', 'FREQ=WEEKLY;UNTIL=20261109T130000', 'Pacific/Chatham')).toEqual(['2026-11-02T13:00', '2026-11-09T13:00']);
  });

  test('UNTIL of an all-day series is the date it shows, whatever its form', () => {
    for (const until of ['20261110', '20261110T000000', '20261110T235959Z']) expect(dates('2026-11-03', `RRULE:FREQ=WEEKLY;UNTIL=${until}`)).toEqual(['2026-11-03', '2026-11-10']);
    expect(dates('2026-11-03', 'RRULE:FREQ=WEEKLY;UNTIL=20261109T235959Z')).toEqual(['2026-11-03']);
  });
});

describe('clocks that change', () => {
  test('the wall clock stays over the end of summer time', () => {
    expect(starts('2026-10-19T13:00', 'FREQ=WEEKLY;COUNT=3')).toEqual(['2026-10-19T13:00', '2026-10-26T13:00', '2026-11-02T13:00']);
  });

  test('a time that a day leaves out is put off, counts, and comes back the next day', () => {
    expect(starts('2026-03-28T02:30', 'FREQ=DAILY;COUNT=3')).toEqual(['2026-03-28T02:30', '2026-03-29T03:30', '2026-03-30T02:30']);
    expect(starts('2026-10-03T02:15', 'FREQ=DAILY;COUNT=3', 'Australia/Lord_Howe')).toEqual(['2026-10-03T02:15', '2026-10-04T02:45', '2026-10-05T02:15']);
    expect(starts('2018-11-03T00:00', 'FREQ=DAILY;COUNT=3', 'America/Sao_Paulo')).toEqual(['2018-11-03T00:00', '2018-11-04T01:00', '2018-11-05T00:00']);
    expect(starts('2026-03-28T01:30', 'FREQ=DAILY;COUNT=3', 'Antarctica/Troll')).toEqual(['2026-03-28T01:30', '2026-03-29T03:30', '2026-03-30T01:30']);
    expect(starts('2026-03-28T02:30', ['FREQ=DAILY;COUNT=3', 'EXDATE;TZID=Europe/Berlin:20260329T033000'])).toEqual(['2026-03-28T02:30', '2026-03-30T02:30']);
  });

  test('a time that a day has twice is the first of the two, unless it is the start itself', () => {
    const slots = (start: string): number[] => slotsOf({ start: { atMs: instant(start), timeZone: BERLIN }, recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] }, -8e15, 8e15);
    expect(slots('2026-10-24T00:30:00Z')).toEqual([instant('2026-10-24T00:30:00Z'), instant('2026-10-25T00:30:00Z')]);
    expect(slots('2026-10-25T01:30:00Z')).toEqual([instant('2026-10-25T01:30:00Z'), instant('2026-10-26T01:30:00Z')]);
    const second = { start: { atMs: instant('2026-10-25T01:30:00Z'), timeZone: BERLIN }, recurrence: ['RRULE:FREQ=DAILY;COUNT=2', 'EXDATE;TZID=Europe/Berlin:20261025T023000'] };
    expect(slotsOf(second, -8e15, 8e15)).toEqual([instant('2026-10-26T01:30:00Z')]);
  });

  test('a date that a zone left out falls on the next, and counts', () => {
    expect(starts('2011-12-28T10:00', 'FREQ=DAILY;COUNT=5', 'Pacific/Apia')).toEqual(['2011-12-28T10:00', '2011-12-29T10:00', '2011-12-31T10:00', '2012-01-01T10:00']);
    expect(starts('2011-12-23T10:00', 'FREQ=WEEKLY;COUNT=3', 'Pacific/Apia')).toEqual(['2011-12-23T10:00', '2011-12-31T10:00', '2012-01-06T10:00']);
    expect(starts('1993-08-19T10:00', 'FREQ=DAILY;COUNT=4', 'Pacific/Kwajalein')).toEqual(['1993-08-19T10:00', '1993-08-20T10:00', '1993-08-22T10:00']);
  });
});

test('EXDATE, RDATE and EXRULE in every form and any order', () => {
  const series = ['EXDATE;TZID=Europe/Berlin:20261109T130000,20261116T130000', 'exdate:20261123T120000Z', 'RDATE;tzid="Europe/Berlin":20261121T100000', 'EXRULE:FREQ=MONTHLY;BYMONTHDAY=30', 'rrule:count=6;freq=weekly'];
  expect(starts('2026-11-02T13:00', series)).toEqual(['2026-11-02T13:00', '2026-11-21T10:00', '2026-12-07T13:00']);
  expect(starts('2026-11-06T08:00', ['RDATE:20261109T070000Z,20261113T070000Z', 'EXRULE:FREQ=MONTHLY;BYMONTHDAY=13'])).toEqual(['2026-11-06T08:00', '2026-11-09T08:00']);
  expect(starts('2026-11-06T08:00', ['RDATE;VALUE=DATE-TIME:20261109T070000', 'RDATE;VALUE=PERIOD;TZID=America/New_York:20261110T020000/PT1H,20261111T020000/20261111T030000'])).toEqual(['2026-11-06T08:00', '2026-11-09T07:00', '2026-11-10T08:00', '2026-11-11T08:00']);
  expect(dates('2026-11-03', 'RRULE:FREQ=WEEKLY;COUNT=4', 'EXDATE;VALUE=DATE:20261110', 'EXDATE:20261117T090000Z', 'RDATE;VALUE=DATE:20261101')).toEqual(['2026-11-01', '2026-11-03', '2026-11-24']);
});

test('a bare date in a timed series: an RDATE takes the series\' clock, an EXDATE removes only what starts at midnight', () => {
  expect(starts('2026-11-02T13:00', ['FREQ=WEEKLY;COUNT=2', 'RDATE;VALUE=DATE:20261104', 'EXDATE;VALUE=DATE:20261109'])).toEqual(['2026-11-02T13:00', '2026-11-04T13:00', '2026-11-09T13:00']);
  expect(starts('2026-11-02T00:00', ['FREQ=WEEKLY;COUNT=2', 'EXDATE;VALUE=DATE:20261109'])).toEqual(['2026-11-02T00:00']);
});

test('several rules make one set; what two of them have is there once', () => {
  expect(starts('2026-11-02T13:00', ['FREQ=WEEKLY;BYDAY=MO;COUNT=2', 'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=3', 'RDATE:20261104T120000Z'])).toEqual(['2026-11-02T13:00', '2026-11-04T13:00', '2026-11-09T13:00']);
});
