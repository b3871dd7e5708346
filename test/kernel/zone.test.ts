import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { instant } from '../../src/kernel/interval.js';
import { addDays, atWallClock, dayInWords, fromWallMs, knownZone, momentInWords, readRfc3339, rfc3339, startOfDay, timeInWords, toWallMs, wallClock, zoneInWords } from '../../src/kernel/zone.js';

const utc = (text: string) => instant(Date.parse(text));
const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Pacific/Apia', 'UTC');
const moment = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2035, 0) }).map((ms) => instant(ms - (ms % 60_000)));

describe('wall clocks', () => {
  test.each([
    ['winter', '2026-11-30', '13:00', 'Europe/Berlin', '2026-11-30T12:00:00Z'],
    ['summer', '2026-07-30', '13:00', 'Europe/Berlin', '2026-07-30T11:00:00Z'],
    ['a time that is skipped moves on', '2026-03-29', '02:30', 'Europe/Berlin', '2026-03-29T01:30:00Z'],
    ['a time that comes twice is the first', '2026-10-25', '02:30', 'Europe/Berlin', '2026-10-25T00:30:00Z'],
    ['half an hour of summer', '2026-10-04', '02:15', 'Australia/Lord_Howe', '2026-10-03T15:45:00Z'],
    ['three quarters of an hour', '2026-11-30', '00:00', 'Asia/Kathmandu', '2026-11-29T18:15:00Z'],
  ])('%s', (_what, date, time, zone, expected) => { expect(atWallClock(date, time, zone)).toBe(utc(expected)); });

  test('there and back: a wall clock that is shown once leads back to its moment', () => {
    fc.assert(fc.property(moment, zones, (at, zone) => {
      const { date, hour, minute, weekday } = wallClock(at, zone);
      const back = atWallClock(date, `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`, zone);
      expect([0, -3_600_000, -1_800_000]).toContain(back - at);
      expect(wallClock(back, zone)).toEqual({ date, hour, minute, weekday });
      expect(weekday).toBe(new Date(`${date}T00:00:00Z`).getUTCDay() || 7);
    }));
  });
  test('floating time leads back too', () => {
    fc.assert(fc.property(moment, zones, (at, zone) => {
      expect(toWallMs(fromWallMs(toWallMs(at, zone), zone), zone)).toBe(toWallMs(at, zone));
    }));
  });
  test('a day begins where it begins, also where midnight is skipped', () => {
    expect(startOfDay('2026-11-30', 'Europe/Berlin')).toBe(utc('2026-11-29T23:00:00Z'));
    expect(startOfDay('2018-11-04', 'America/Sao_Paulo')).toBe(utc('2018-11-04T03:00:00Z'));
  });
  test('days are counted in the calendar', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
  });
  test.each([['2026-02-30', '10:00', 'Europe/Berlin'], ['2026-01-01', '25:00', 'Europe/Berlin'], ['2026-01-01', '10:00', 'Mars/Base']])('%s %s %s is a RangeError', (date, time, zone) => {
    expect(() => atWallClock(date, time, zone)).toThrow(RangeError);
  });
});

test('a zone is known, or it is not: no text makes it throw', () => {
  expect(knownZone('Europe/Berlin')).toBe('Europe/Berlin');
  expect(knownZone('Asia/Calcutta')).not.toBeNull();
  for (const text of ['', 'Mars/Base', 'Europe', ' Europe/Berlin', 'Europe/Berlin\n', '../etc', 'x'.repeat(10_000)]) expect(knownZone(text)).toBeNull();
  fc.assert(fc.property(fc.string(), (text) => { knownZone(text); }));
});

describe('RFC 3339', () => {
  test.each([
    ['2026-11-30T13:00:00+01:00', '2026-11-30T12:00:00Z'], ['2026-11-30T12:00:00Z', '2026-11-30T12:00:00Z'], ['2026-11-30t12:00:00.250z', '2026-11-30T12:00:00.250Z'],
    ['2026-11-30 12:00:00-03:30', '2026-11-30T15:30:00Z'],
  ])('%s is read', (text, expected) => { expect(readRfc3339(text)).toBe(utc(expected)); });

  test.each(['', 'tomorrow', '2026-11-30', '2026-11-30T13:00:00', '2026-11-30T13:00Z', '2026-11-30T13:00:00+0100', '2026-11-30T13:00:00 +01:00', '20261130T130000Z', '2026-13-01T00:00:00Z', '2026-11-30T25:00:00Z', '2026-11-30T12:00:00Z and more', ' 2026-11-30T12:00:00Z', '2026-02-30T12:00:00Z', '2026-11-31T12:00:00Z', '2026-11-30T12:00:00+99:00'])('%j is not', (text) => {
    expect(readRfc3339(text)).toBeNull();
  });
  test('what is written is read back', () => {
    fc.assert(fc.property(moment, zones, (at, zone) => readRfc3339(rfc3339(at, zone)) === at));
    expect(rfc3339(utc('2026-11-30T12:00:00Z'), 'Europe/Berlin')).toBe('2026-11-30T13:00:00+01:00');
    expect(rfc3339(utc('2026-11-30T12:00:00Z'), 'UTC')).toBe('2026-11-30T12:00:00Z');
  });
});

test('in words: never without the zone', () => {
  const at = utc('2026-11-30T12:00:00Z');
  expect(dayInWords(at, 'Europe/Berlin')).toBe('Monday 30 November');
  expect(timeInWords(at, 'Europe/Berlin')).toBe('13:00');
  expect(timeInWords(utc('2026-11-30T23:00:00Z'), 'Europe/Berlin')).toBe('00:00');
  expect(momentInWords(at, 'America/New_York')).toBe('Monday 30 November, 07:00 (New York time)');
  expect(['UTC', 'Etc/UTC', 'America/Argentina/Buenos_Aires'].map(zoneInWords)).toEqual(['UTC', 'UTC', 'Buenos Aires time']);
});
