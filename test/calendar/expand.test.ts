import { describe, expect, test } from 'vitest';
import type { CalendarEvent, OriginalStart } from '../../src/calendar/event.js';
import { expandSeries, instanceId, occurrenceOfEvent } from '../../src/calendar/expand.js';
import { HOUR, type Interval } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { allDay, anEvent, at, span, timed, utc } from './events.js';

const BERLIN = 'Europe/Berlin';
const year: Interval = { start: utc('2026-01-01T00:00:00Z'), end: utc('2028-01-01T00:00:00Z') };

function starts(master: CalendarEvent, window = year, exceptions: CalendarEvent[] = [], zone = BERLIN): string[] {
  return expandSeries(master, exceptions, window, zone).occurrences.map((o) => rfc3339(o.start, zone).slice(0, 16));
}
const series = (...recurrence: string[]): CalendarEvent => anEvent({ recurrence });
const slot = (text: string): OriginalStart => ({ kind: 'timed', at: at(text) });
const exception = (original: string, parts: Partial<CalendarEvent>): CalendarEvent =>
  anEvent({ id: instanceId('dana', slot(original)), recurringEventId: 'dana', originalStart: slot(original), ...parts });

describe('rules', () => {
  test('a weekly session keeps its wall-clock time when the clocks change', () => {
    const master = anEvent({ when: timed('2026-10-19 13:00', '2026-10-19 14:00'), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] });
    const [before, after] = expandSeries(master, [], year, BERLIN).occurrences;
    expect(before?.start).toBe(utc('2026-10-19T11:00:00Z'));
    expect(after?.start).toBe(utc('2026-10-26T12:00:00Z'));
    expect(after).toMatchObject({
      eventId: 'dana_20261026T120000Z', seriesId: 'dana', isAllDay: false, blocking: 'busy',
      originalStart: { kind: 'timed', at: utc('2026-10-26T12:00:00Z') },
    });
  });

  test('a time that the clocks skip moves forward, one that comes twice is the first', () => {
    const gap = anEvent({ when: timed('2026-03-28 02:30', '2026-03-28 03:30'), recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    expect(starts(gap)).toEqual(['2026-03-28T02:30', '2026-03-29T03:30', '2026-03-30T02:30']);
    const twice = anEvent({ when: timed('2026-10-24 02:30', '2026-10-24 03:00'), recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] });
    expect(expandSeries(twice, [], year, BERLIN).occurrences[1]?.start).toBe(utc('2026-10-25T00:30:00Z'));
    const half = anEvent({
      when: timed('2026-10-03 02:15', '2026-10-03 02:45', 'Australia/Lord_Howe'), recurrence: ['RRULE:FREQ=DAILY;COUNT=2'],
    });
    expect(starts(half, year, [], 'Australia/Lord_Howe')).toEqual(['2026-10-03T02:15', '2026-10-04T02:45']);
  });

  test('a master in the second of two equal hours is there once', () => {
    const start = utc('2026-10-25T01:30:00Z');
    const when = { kind: 'timed', start, end: utc('2026-10-25T02:00:00Z'), zone: BERLIN } as const;
    const { occurrences } = expandSeries(anEvent({ when, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] }), [], year, BERLIN);
    expect(occurrences.map((o) => o.start)).toEqual([start, utc('2026-11-01T01:30:00Z')]);
  });

  test('a timed occurrence lasts the same real time over a change of the clocks', () => {
    const night = anEvent({ when: timed('2026-10-23 23:00', '2026-10-24 05:00'), recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    for (const o of expandSeries(night, [], year, BERLIN).occurrences) expect(o.end - o.start).toBe(6 * HOUR);
  });

  test('the series keeps its own zone in a calendar of another', () => {
    const when = timed('2026-10-19 09:00', '2026-10-19 10:00', 'America/New_York');
    const { occurrences } = expandSeries(anEvent({ when, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] }), [], year, BERLIN);
    expect(occurrences.map((o) => rfc3339(o.start, BERLIN).slice(11, 16))).toEqual(['15:00', '14:00', '15:00', '15:00']);
  });

  test('Casablanca stands still for Ramadan', () => {
    const when = timed('2026-02-13 10:00', '2026-02-13 11:00', 'Africa/Casablanca');
    const { occurrences } = expandSeries(anEvent({ when, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] }), [], year, BERLIN);
    expect(occurrences.map((o) => o.start)).toEqual([utc('2026-02-13T09:00:00Z'), utc('2026-02-20T10:00:00Z')]);
  });

  test.each([
    ['bare date: that whole day', 'UNTIL=20261214', ['30', '07', '14']],
    ['UTC, at the start', 'UNTIL=20261214T120000Z', ['30', '07', '14']],
    ['UTC, a second before', 'UNTIL=20261214T115959Z', ['30', '07']],
    ['floating', 'UNTIL=20261214T130000', ['30', '07', '14']],
    ['as Google trims a split series', 'UNTIL=20261213T225959Z', ['30', '07']],
    ['COUNT', 'COUNT=3', ['30', '07', '14']],
    ['both: the sooner', 'COUNT=2;UNTIL=20261214', ['30', '07']],
  ])('%s', (_, end, days) => {
    expect(starts(series(`RRULE:FREQ=WEEKLY;${end}`)).map((s) => s.slice(8, 10))).toEqual(days);
    expect(starts(series(`RRULE:FREQ=WEEKLY;BYSETPOS=1;BYDAY=MO;${end}`)).map((s) => s.slice(8, 10))).toEqual(days);
  });

  test('DTSTART outside its rule is an extra occurrence, beside COUNT', () => {
    expect(starts(series('RRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=2'))).toEqual(['2026-11-30T13:00', '2026-12-01T13:00', '2026-12-08T13:00']);
  });

  test('a series that was trimmed to before its start is empty', () => {
    expect(starts(series('RRULE:FREQ=WEEKLY;UNTIL=20261129T225959Z'))).toEqual([]);
  });

  test('the last Friday of a month, every other week, leap days', () => {
    expect(starts(series('RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=2')).slice(1)).toEqual(['2026-12-25T13:00', '2027-01-29T13:00']);
    expect(starts(series('RRULE:FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO;COUNT=4')))
      .toEqual(['2026-11-30T13:00', '2026-12-13T13:00', '2026-12-14T13:00', '2026-12-27T13:00']);
    const birthday = anEvent({ when: allDay('1604-02-29', '1604-03-01'), recurrence: ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1'] });
    expect(starts(birthday)).toEqual(['2026-02-28T00:00', '2027-02-28T00:00']);
  });

  test('a long occurrence that began before the window counts, one that ends at its start does not', () => {
    const camp = anEvent({ when: timed('2026-01-05 09:00', '2026-01-08 17:00'), recurrence: ['RRULE:FREQ=WEEKLY'] });
    expect(starts(camp, span('2026-12-10 16:00', '2026-12-10 18:00'))).toEqual(['2026-12-07T09:00']);
    expect(starts(camp, span('2026-12-10 17:00', '2026-12-10 18:00'))).toEqual([]);
  });
});

describe('dates', () => {
  test('RDATE and EXDATE in every form, in any order', () => {
    const master = series(
      'EXDATE;TZID=Europe/Berlin:20261207T130000,20261214T130000', 'RDATE;TZID="America/New_York":20261205T040000',
      'RDATE:20261206T090000Z', 'RDATE;VALUE=DATE:20261209', 'RRULE:FREQ=WEEKLY;COUNT=6', 'EXDATE:20261221T120000Z', 'exdate:20261228T130000',
    );
    expect(starts(master)).toEqual([
      '2026-11-30T13:00', '2026-12-05T10:00', '2026-12-06T10:00', '2026-12-09T13:00', '2027-01-04T13:00']);
    expect(expandSeries(master, [], year, BERLIN).unparsed).toBeNull();
  });

  test('dates without a rule; EXDATE takes DTSTART too', () => {
    expect(starts(series('RDATE:20261202T120000Z'))).toEqual(['2026-11-30T13:00', '2026-12-02T13:00']);
    expect(starts(series('RDATE:20261202T120000Z', 'EXDATE:20261130T120000Z'))).toEqual(['2026-12-02T13:00']);
  });

  test('EXRULE takes away what it produces', () => {
    expect(starts(series('RRULE:FREQ=DAILY;COUNT=4', 'EXRULE:FREQ=WEEKLY;BYDAY=TU,WE'))).toEqual(['2026-11-30T13:00', '2026-12-03T13:00']);
  });

  test('an all-day series lasts whole days of the calendar zone', () => {
    const off = anEvent({
      when: allDay('2026-10-23', '2026-10-25'), recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20261106', 'EXDATE;VALUE=DATE:20261030'],
    });
    const { occurrences } = expandSeries(off, [], year, 'America/New_York');
    expect(occurrences).toMatchObject([
      { eventId: 'dana_20261023', start: utc('2026-10-23T04:00:00Z'), end: utc('2026-10-25T04:00:00Z'), isAllDay: true },
      { eventId: 'dana_20261106', originalStart: { kind: 'all-day', on: '2026-11-06' }, start: utc('2026-11-06T05:00:00Z') },
    ]);
  });

  test('of an UNTIL with a time the date counts in an all-day series, in every zone', () => {
    const off = anEvent({ when: allDay('2026-11-12', '2026-11-13'), recurrence: ['RRULE:FREQ=DAILY;UNTIL=20261115T045959Z'] });
    expect(starts(off, year, [], 'America/New_York').map((s) => s.slice(8, 10))).toEqual(['12', '13', '14', '15']);
    const trimmed = { ...off, recurrence: ['RRULE:FREQ=DAILY;UNTIL=20261114T105959Z'] };
    expect(starts(trimmed, year, [], 'Pacific/Auckland').map((s) => s.slice(8, 10))).toEqual(['12', '13', '14']);
  });
});

describe('exceptions', () => {
  const weekly = series('RRULE:FREQ=WEEKLY;COUNT=4');

  test('replace or remove the slot with their original start', () => {
    const moved = exception('2026-12-07 13:00', { when: timed('2026-12-07 14:00', '2026-12-07 15:30'), transparency: 'transparent' });
    const gone = exception('2026-12-14 13:00', { status: 'cancelled', when: null });
    const { occurrences } = expandSeries(weekly, [gone, moved], year, BERLIN);
    expect(occurrences.map((o) => rfc3339(o.start, BERLIN).slice(5, 16))).toEqual(['11-30T13:00', '12-07T14:00', '12-21T13:00']);
    expect(occurrences[1]).toMatchObject({ eventId: 'dana_20261207T120000Z', seriesId: 'dana', originalStart: slot('2026-12-07 13:00'), blocking: 'free' });
  });

  test('count where they stand now, not where they came from', () => {
    const moved = exception('2026-12-07 13:00', { when: timed('2026-12-09 10:00', '2026-12-09 11:00') });
    expect(starts(weekly, span('2026-12-07', '2026-12-08'), [moved])).toEqual([]);
    expect(starts(weekly, span('2026-12-09', '2026-12-10'), [moved])).toEqual(['2026-12-09T10:00']);
  });

  test('count where the rule has no slot, and where the master cannot be read', () => {
    const odd = exception('2026-12-08 13:00', { when: timed('2026-12-08 13:00', '2026-12-08 14:00') });
    expect(starts(weekly, span('2026-12-08', '2026-12-09'), [odd])).toEqual(['2026-12-08T13:00']);
    const broken = expandSeries(anEvent({ when: null, unparsed: 'no start' }), [odd], year, BERLIN);
    expect(broken).toMatchObject({ unparsed: 'no start', occurrences: [{ eventId: odd.id }] });
  });

  test('block their slot if they cannot be read', () => {
    const unread = exception('2026-12-07 13:00', { when: null, unparsed: 'bad end' });
    expect(expandSeries(weekly, [unread], span('2026-12-07', '2026-12-08'), BERLIN).occurrences)
      .toMatchObject([{ eventId: unread.id, start: at('2026-12-07 13:00'), end: at('2026-12-07 14:00'), blocking: 'busy' }]);
  });

  test('go with a cancelled master', () => {
    const moved = exception('2026-12-07 13:00', { when: timed('2026-12-07 14:00', '2026-12-07 15:00') });
    expect(starts({ ...weekly, status: 'cancelled' }, year, [moved])).toEqual([]);
  });

  test('of a split series belong to its instances by root', () => {
    const split = { ...weekly, id: 'dana_R20261130T120000' };
    expect(expandSeries(split, [], year, BERLIN).occurrences[0]).toMatchObject({ eventId: 'dana_20261130T120000Z', seriesId: split.id });
  });
});

describe('what cannot be understood', () => {
  test.each([
    'RRULE:FREQ=FORTNIGHTLY', 'RRULE:INTERVAL=2', 'RRULE:FREQ=WEEKLY;BYDAY=XX', 'RRULE:FREQ=WEEKLY;UNTIL=20260230', 'RRULE:FREQ=DAILY;COUNT=0',
    'RRULE:FREQ=DAILY;INTERVAL=0', 'RRULE:FREQ=DAILY;FREQ=DAILY', 'RRULE:FREQ=MONTHLY;BYMONTHDAY=32', 'RRULE:FREQ=DAILY;BYEASTER=1', 'every Monday', 'RRULE:',
    'RRULE:FREQ=DAILY;COUNT=x', 'RDATE:20261201T246000Z', 'DTSTART:20261130T120000Z', 'RDATE;VALUE=PERIOD:20261201T100000Z/forever', 'RDATE;VALUE=PERIOD:20261201/PT1H',
  ])('%s leaves the master itself, and a reason', (line) => {
    const { occurrences, unparsed } = expandSeries(series(line), [], year, BERLIN);
    expect(occurrences.map((o) => o.start)).toEqual([at('2026-11-30 13:00')]);
    expect(unparsed).toMatch(/\w/);
  });

  test('an unknown zone falls back to the calendar, with a reason', () => {
    const when = { kind: 'timed', ...span('2026-11-30 13:00', '2026-11-30 14:00'), zone: 'Mars/Base' } as const;
    const read = expandSeries(anEvent({ when, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'] }), [], year, BERLIN);
    expect(read.occurrences).toHaveLength(2);
    expect(read.unparsed).toBe('unknown time zone Mars/Base');
  });

  test('a rule that never yields ends; one that is too much work says so', () => {
    expect(expandSeries(series('RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'), [], year, BERLIN)).toMatchObject({ unparsed: null, occurrences: [{}] });
    const old = anEvent({ when: timed('2001-01-01 13:00', '2001-01-01 13:01'), recurrence: ['RRULE:FREQ=SECONDLY'] });
    expect(expandSeries(old, [], year, BERLIN).unparsed).toBe('the rule is too much work');
    expect(expandSeries({ ...old, recurrence: ['RRULE:FREQ=SECONDLY;COUNT=3'] }, [], year, BERLIN).unparsed).toBeNull();
    expect(expandSeries(series('RRULE:FREQ=MINUTELY'), [], year, BERLIN).unparsed).toBe('the rule is too much work');
  });
});

describe('occurrenceOfEvent', () => {
  test('is the event itself', () => {
    expect(occurrenceOfEvent(anEvent(), BERLIN)).toEqual({
      eventId: 'dana', seriesId: null, originalStart: slot('2026-11-30 13:00'), ...span('2026-11-30 13:00', '2026-11-30 14:00'), isAllDay: false, blocking: 'busy',
    });
    const lone = exception('2026-12-07 13:00', { when: allDay('2026-12-08', '2026-12-09') });
    expect(occurrenceOfEvent(lone, 'Asia/Kathmandu')).toMatchObject({
      seriesId: 'dana', originalStart: slot('2026-12-07 13:00'), start: utc('2026-12-07T18:15:00Z'), end: utc('2026-12-08T18:15:00Z'), isAllDay: true,
    });
  });
  test('is null without a time', () => {
    expect(occurrenceOfEvent(anEvent({ status: 'cancelled' }), BERLIN)).toBeNull();
    expect(occurrenceOfEvent(anEvent({ when: null }), BERLIN)).toBeNull();
    expect(occurrenceOfEvent(anEvent({ when: timed('2026-11-30 13:00', '2026-11-30 13:00') }), BERLIN)).toBeNull();
  });
});

test('instance ids are Google\'s', () => {
  expect(instanceId('root', { kind: 'timed', at: utc('2026-11-24T18:00:00Z') })).toBe('root_20261124T180000Z');
  expect(instanceId('root', { kind: 'all-day', on: '2026-11-24' })).toBe('root_20261124');
  expect(instanceId('root_R20261117T180000', { kind: 'timed', at: utc('2026-11-24T18:00:00Z') })).toBe('root_20261124T180000Z');
  expect(instanceId('root_R20261117', { kind: 'all-day', on: '2026-11-24' })).toBe('root_20261124');
});
