import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { instanceId, parseInstanceId, slotsOf } from '../../src/emulator/series/recurrence.js';
import { fromWall, offsetAt, rfc3339, toWall } from '../../src/emulator/series/zone-time.js';

const BERLIN = 'Europe/Berlin';
const at = (local: string, timeZone = BERLIN) => ({ atMs: Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone).epochMilliseconds, timeZone });
const until = (local: string): number => at(local).atMs;
const starts = (start: string, rule: string | string[], end = '2028-01-01T00:00', zone = BERLIN): string[] =>
  slotsOf({ start: at(start, zone), recurrence: Array.isArray(rule) ? rule : [`RRULE:${rule}`] }, -8e15, until(end)).map((ms) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime().toString().slice(0, 16));

test.each([
  ['weekly over the end of summer time', '2026-10-19T13:00', 'FREQ=WEEKLY;COUNT=3', ['2026-10-19T13:00', '2026-10-26T13:00', '2026-11-02T13:00']],
  ['weekly on two days, every second week', '2026-11-03T09:00', 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=4', ['2026-11-03T09:00', '2026-11-05T09:00', '2026-11-17T09:00', '2026-11-19T09:00']],
  ['the week start matters (RFC 5545 3.8.5.3, MO)', '1997-08-05T09:00', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', ['1997-08-05T09:00', '1997-08-10T09:00', '1997-08-19T09:00', '1997-08-24T09:00']],
  ['the week start matters (RFC 5545 3.8.5.3, SU)', '1997-08-05T09:00', 'FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', ['1997-08-05T09:00', '1997-08-17T09:00', '1997-08-19T09:00', '1997-08-31T09:00']],
  ['monthly on the 31st skips short months', '2026-01-31T09:00', 'FREQ=MONTHLY;COUNT=3', ['2026-01-31T09:00', '2026-03-31T09:00', '2026-05-31T09:00']],
  ['monthly on the last Friday', '2026-01-30T09:00', 'FREQ=MONTHLY;BYDAY=-1FR;COUNT=3', ['2026-01-30T09:00', '2026-02-27T09:00', '2026-03-27T09:00']],
  ['the last working day of the month', '2026-01-30T09:00', 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3', ['2026-01-30T09:00', '2026-02-27T09:00', '2026-03-31T09:00']],
  ['a leap day birthday', '2024-02-29T09:00', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1;COUNT=3', ['2024-02-29T09:00', '2025-02-28T09:00', '2026-02-28T09:00']],
  ['yearly on the second Sunday of May', '2026-05-10T09:00', 'FREQ=YEARLY;BYMONTH=5;BYDAY=2SU;COUNT=2', ['2026-05-10T09:00', '2027-05-09T09:00']],
  ['daily in certain months', '2026-01-30T09:00', 'FREQ=DAILY;BYMONTH=1;COUNT=3', ['2026-01-30T09:00', '2026-01-31T09:00', '2027-01-01T09:00']],
  ['UNTIL in UTC includes its own moment', '2026-11-02T13:00', 'FREQ=WEEKLY;UNTIL=20261109T120000Z', ['2026-11-02T13:00', '2026-11-09T13:00']],
  ['UNTIL as a date includes the day', '2026-11-02T13:00', 'FREQ=WEEKLY;UNTIL=20261109', ['2026-11-02T13:00', '2026-11-09T13:00']],
  ['a rule that never matches ends', '2026-02-01T13:00', 'FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31', []],
])('%s', (_name, start, rule, expected) => {
  expect(starts(start, rule)).toEqual(expected);
});

test('EXDATE in all forms, RDATE, EXRULE', () => {
  const series = ['EXDATE;TZID=Europe/Berlin:20261109T130000,20261116T130000', 'EXDATE:20261123T120000Z', 'RDATE;TZID=Europe/Berlin:20261121T100000', 'EXRULE:FREQ=MONTHLY;BYMONTHDAY=30', 'RRULE:FREQ=WEEKLY;COUNT=6'];
  expect(starts('2026-11-02T13:00', series)).toEqual(['2026-11-02T13:00', '2026-11-21T10:00', '2026-12-07T13:00']);
  expect(starts('2026-11-06T08:00', ['RDATE:20261109T070000Z,20261113T070000Z', 'EXRULE:FREQ=MONTHLY;BYMONTHDAY=13'])).toEqual(['2026-11-06T08:00', '2026-11-09T08:00']);
  expect(slotsOf({ start: { date: '2026-11-03' }, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3', 'EXDATE;VALUE=DATE:20261110'] }, -8e15, 8e15).map((ms) => new Date(ms).toISOString().slice(0, 10))).toEqual(['2026-11-03', '2026-11-17']);
});

const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'America/Sao_Paulo', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'Africa/Casablanca', 'UTC');
const moment = fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2032, 0, 1) });

test('zones agree with Temporal, in both directions, gaps and overlaps included', () => {
  fc.assert(fc.property(zone, moment, (timeZone, ms) => {
    const second = Math.floor(ms / 1000) * 1000;
    const zoned = Temporal.Instant.fromEpochMilliseconds(second).toZonedDateTimeISO(timeZone);
    expect(offsetAt(timeZone, second)).toBe(zoned.offsetNanoseconds / 1e6);
    expect(Date.parse(rfc3339(second, timeZone))).toBe(second);
    const transition = zoned.getTimeZoneTransition('next') ?? zoned;
    for (const minutes of [-90, -30, 0, 30, 90]) {
      const wall = toWall(transition.epochMilliseconds, timeZone) + minutes * 60_000;
      const plain = Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC').toPlainDateTime();
      // Half-hour and whole-hour jumps alike; the one day that Apia left out is a gap of 24 h.
      if (timeZone !== 'Pacific/Apia') expect(fromWall(wall, timeZone)).toBe(plain.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds);
    }
  }), { numRuns: 300 });
});

test('a window\'s slots are those of its halves, for any rule; instance ids read back', () => {
  const rule = fc.tuple(
    fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'), fc.integer({ min: 1, max: 4 }), fc.option(fc.integer({ min: 1, max: 40 })),
    fc.subarray(['MO', 'TU', 'WE', 'FR', 'SU']),
  ).map(([freq, interval, count, days]) => `RRULE:FREQ=${freq};INTERVAL=${interval}${count === null ? '' : `;COUNT=${count}`}${days.length === 0 ? '' : `;BYDAY=${days.join(',')}`}`);
  fc.assert(fc.property(zone, moment, rule, fc.nat(800), fc.nat(800), (timeZone, ms, line, a, b) => {
    const atMs = Math.floor(ms / 60_000) * 60_000, day = 86_400_000;
    const series = { start: { atMs, timeZone }, recurrence: [line] };
    const [middle, end] = [atMs + a * day, atMs + (a + b) * day];
    const all = slotsOf(series, atMs, end);
    expect([...slotsOf(series, atMs, middle), ...slotsOf(series, middle, end)]).toEqual(all);
    for (const slot of all.slice(0, 3)) {
      expect(slotsOf(series, slot, slot + 1)).toEqual([slot]);
      expect(parseInstanceId(instanceId('abcde_R20261117T180000', slot, false))).toEqual({ root: 'abcde', slotMs: slot, allDay: false });
    }
  }), { numRuns: 300 });
});
