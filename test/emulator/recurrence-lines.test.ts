import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { BadRecurrence, parseRecurrence } from '../../src/emulator/series/recurrence-lines.js';
import { slotsOf } from '../../src/emulator/series/recurrence.js';

const start = { atMs: Temporal.ZonedDateTime.from('2026-11-02T13:00:00[Europe/Berlin]').epochMilliseconds, timeZone: 'Europe/Berlin' };

test.each([
  'RRULE:FREQ=DAILY', 'rrule:freq=weekly;byday=mo,tu', 'RRULE:BYDAY=+1MO,-1FR;FREQ=MONTHLY', 'RRULE:COUNT=2;WKST=SU;INTERVAL=100000;FREQ=YEARLY', 'RRULE:FREQ=DAILY;COUNT=100000;',
  'RRULE:FREQ=YEARLY;BYWEEKNO=-53,1;BYDAY=MO;BYMONTH=1', 'RRULE:FREQ=YEARLY;BYYEARDAY=-366,366;BYMONTHDAY=-31;BYSETPOS=-366', 'RRULE:FREQ=DAILY;UNTIL=20261109', 'EXRULE:FREQ=DAILY;UNTIL=20261109T000000',
  'RDATE:20261109T130000,20261109T130000Z,20261109', 'RDATE;VALUE=PERIOD:20261109T130000Z/20261109T140000Z,20261110T130000Z/P1DT2H', 'RDATE;VALUE=PERIOD:20261109T130000Z/P2W', 'exdate;value=date:20261109',
  'EXDATE;TZID=America/New_York;VALUE=DATE-TIME:20261109T130000', 'EXDATE;TZID="Europe/Berlin":20261109T130060', 'RRULE:FREQ=DAILY;BYHOUR=13;BYMINUTE=0;BYSECOND=0',
])('taken: %s', (line) => {
  expect(() => parseRecurrence([line], start)).not.toThrow();
});

test.each([
  ['frequencies of less than a day', ['RRULE:FREQ=HOURLY', 'RRULE:FREQ=MINUTELY', 'RRULE:FREQ=SECONDLY', 'RRULE:FREQ=SOMETIMES', 'RRULE:INTERVAL=2', 'RRULE:']],
  ['other lines', ['DTSTART:20261130T130000Z', 'DTEND;TZID=Europe/Berlin:20261130T130000', 'X-RRULE:FREQ=DAILY', 'FREQ=DAILY', 'RRULE', '', 'RRULE=WEEKLY;COUNT=1']],
  ['parts it does not know', ['RRULE:FREQ=DAILY;X-EVOLUTION-ENDDATE=20221122T200000Z', 'RRULE:FREQ=YEARLY;RSCALE=HEBREW', 'RRULE:FREQ=DAILY;;COUNT=2', 'RRULE:FREQ=DAILY;COUNT', 'RRULE;X-A=1:FREQ=DAILY']],
  ['parts said twice', ['RRULE:FREQ=DAILY;FREQ=DAILY', 'RRULE:FREQ=DAILY;COUNT=2;count=2', 'EXDATE;TZID=UTC;TZID=UTC:20261109T130000']],
  ['COUNT with UNTIL', ['RRULE:FREQ=YEARLY;UNTIL=20230617;COUNT=1', 'RRULE:FREQ=YEARLY;UNTIL=20230617;COUNT=-1;INTERVAL=1']],
  ['numbers out of range', [
    'COUNT=0', 'COUNT=-1', 'COUNT=1.5', 'COUNT=', 'INTERVAL=0', 'INTERVAL=+2', 'INTERVAL=99999999999', 'BYMONTH=13', 'BYMONTH=-1', 'BYMONTH=0', 'BYMONTHDAY=0', 'BYMONTHDAY=32', 'BYMONTHDAY=1,', 'BYDAY=XX', 'BYDAY=MO TU', 'WKST=1MO', 'BYHOUR=24',
  ].map((part) => `RRULE:FREQ=DAILY;${part}`)],
  ['ordinals out of range', ['BYDAY=0MO', 'BYDAY=54MO', 'BYYEARDAY=367', 'BYYEARDAY=0', 'BYWEEKNO=54', 'BYMONTH=1;BYSETPOS=0', 'BYMONTH=1;BYSETPOS=367', 'BYMONTH=1;BYSETPOS=+-1'].map((part) => `RRULE:FREQ=YEARLY;${part}`)],
  ['combinations that RFC 5545 3.3.10 forbids', [
    'FREQ=WEEKLY;BYMONTHDAY=1', 'FREQ=DAILY;BYYEARDAY=1', 'FREQ=WEEKLY;BYYEARDAY=1', 'FREQ=MONTHLY;BYYEARDAY=1', 'FREQ=MONTHLY;BYWEEKNO=1', 'FREQ=DAILY;BYDAY=1MO', 'FREQ=WEEKLY;BYDAY=-1MO', 'FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO', 'FREQ=MONTHLY;BYSETPOS=1',
  ].map((value) => `RRULE:${value}`)],
  ['a clock that is not the start\'s', ['BYHOUR=14', 'BYHOUR=13,14', 'BYMINUTE=30', 'BYSECOND=1', 'BYHOUR=12'].map((part) => `RRULE:FREQ=DAILY;${part}`)],
  ['moments', ['RRULE:FREQ=DAILY;UNTIL=2026-11-09', 'RRULE:FREQ=DAILY;UNTIL=20260230', 'EXDATE:20261109T250000Z', 'EXDATE:20261109T136000', 'EXDATE:', 'EXDATE:20261109T130000Z,', 'RDATE:20261109T1300']],
  ['line breaks within', ['EXDATE:20261109T130000Z,\r\n20261110T130000Z', 'RDATE:20261109T130000Z,\n20261110T130000Z', 'RRULE:FREQ=DAILY;\nCOUNT=2']],
  ['forms that VALUE does not name', [
    'EXDATE;VALUE=DATE:20261109T130000', 'EXDATE;VALUE=DATE-TIME:20261109', 'EXDATE;VALUE=PERIOD:20261109T130000Z/PT1H', 'RDATE;VALUE=PERIOD:20261109T130000Z', 'RDATE:20261109T130000Z/PT1H', 'RDATE;VALUE=PERIOD:20261109T130000Z/P',
    'RDATE;VALUE=PERIOD:20261109T130000Z/PT1H/PT1H', 'RDATE;VALUE=TEXT:20261109', 'RDATE;X-A=1:20261109', 'EXDATE;TZID=Mars/Olympus:20261109T130000', 'EXDATE;TZID=:20261109T130000',
  ]],
])('refused: %s', (_what, lines) => {
  for (const line of lines) expect(() => parseRecurrence([line], start), line).toThrow(BadRecurrence);
});

test('BYHOUR, BYMINUTE and BYSECOND may repeat the start\'s clock in its own zone; an all-day start shows midnight', () => {
  const clock = 'RRULE:FREQ=DAILY;COUNT=2;BYHOUR=13;BYMINUTE=0;BYSECOND=0';
  expect(slotsOf({ start, recurrence: [clock] }, -8e15, 8e15)).toEqual([start.atMs, start.atMs + 86_400_000]);
  expect(() => parseRecurrence([clock], { atMs: start.atMs, timeZone: 'America/New_York' })).toThrow(BadRecurrence);
  expect(() => parseRecurrence([clock], { date: '2026-11-02' })).toThrow(BadRecurrence);
  expect(() => parseRecurrence(['RRULE:FREQ=DAILY;BYHOUR=0'], { date: '2026-11-02' })).not.toThrow();
});

test('rules without number would take for ever: ten lines of them are taken, more are not', () => {
  const rules = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i % 2 === 0 ? 'RRULE' : 'EXRULE'}:FREQ=DAILY;COUNT=${i + 1}`);
  expect(() => parseRecurrence(rules(10), start)).not.toThrow();
  expect(() => parseRecurrence(rules(11), start)).toThrow(BadRecurrence);
});

test('one bad line among good ones is found', () => {
  expect(() => parseRecurrence(['EXDATE:20261109T120000Z', 'RRULE:FREQ=WEEKLY', 'RDATE:tomorrow'])).toThrow(BadRecurrence);
});
