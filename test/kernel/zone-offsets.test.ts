/** The cached offsets against Temporal itself, for every zone that this process knows. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, instant, MINUTE } from '../../src/kernel/interval.js';
import { fromWallMs, knownZone, startOfDay, startOfWallDay, toWallMs, wallClock } from '../../src/kernel/zone.js';

const ZONES = Intl.supportedValuesOf('timeZone');
const zone = fc.constantFrom(...ZONES, 'UTC', 'Etc/GMT+12', 'Asia/Calcutta', 'europe/berlin');
const FIRST = Date.UTC(1900, 0), LAST = Date.UTC(2200, 0);

const plain = (wallMs: number) => Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO('UTC').toPlainDateTime();
const byTemporal = {
  toWall: (at: number, in_: string) => at + Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(in_).offsetNanoseconds / 1e6,
  fromWall: (wallMs: number, in_: string) => plain(wallMs).toZonedDateTime(in_, { disambiguation: 'compatible' }).epochMilliseconds,
  startOfDay: (wallMs: number, in_: string) => plain(wallMs).toPlainDate().toZonedDateTime(in_).epochMilliseconds,
};

/** Moments at random, and moments near a change of the clocks: right before, at, in and right after gaps and overlaps. */
const moment = fc.oneof(
  fc.tuple(zone, fc.integer({ min: FIRST, max: LAST })),
  fc.tuple(zone, fc.integer({ min: FIRST, max: LAST }), fc.constantFrom('next', 'previous'), fc.oneof(
    fc.constantFrom(-2 * DAY, -DAY, -HOUR, -30 * MINUTE, -MINUTE, -1, 0, 1, MINUTE, 30 * MINUTE, HOUR, DAY, 2 * DAY),
    fc.integer({ min: -26 * 60, max: 26 * 60 }).map((minutes) => minutes * MINUTE),
  )).map(([in_, at, direction, shift]): [string, number] => {
    const change = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(in_).getTimeZoneTransition(direction);
    return [in_, Math.min(LAST, Math.max(FIRST, (change?.epochMilliseconds ?? at) + shift))];
  }),
);

describe('cached offsets are Temporal\'s', () => {
  test('at any instant and any wall time of any zone, 1900 to 2200', () => {
    fc.assert(fc.property(moment, ([in_, at]) => {
      expect(toWallMs(instant(at), in_)).toBe(byTemporal.toWall(at, in_));
      // The same number, and the reading of that moment, as a wall time: one of the two lies in the gap or the overlap
      for (const wallMs of [at, byTemporal.toWall(at, in_)]) {
        expect(fromWallMs(wallMs, in_)).toBe(byTemporal.fromWall(wallMs, in_));
        expect(startOfWallDay(wallMs, in_)).toBe(byTemporal.startOfDay(wallMs, in_));
      }
    }), { numRuns: 2000 });
  });

  test('of every zone, over the whole of this decade, whatever was asked before', () => {
    for (const in_ of ZONES) {
      for (let at = Date.UTC(2020, 0, 1, 2, 30); at < Date.UTC(2030, 0); at += 61 * DAY + 7 * HOUR) {
        expect(toWallMs(instant(at), in_)).toBe(byTemporal.toWall(at, in_));
        expect(fromWallMs(at, in_)).toBe(byTemporal.fromWall(at, in_));
      }
    }
  });

  test('where a date was left out, where the clocks move by half an hour, where midnight is skipped or comes twice', () => {
    const utc = (text: string) => Date.parse(text);
    expect(fromWallMs(utc('2011-12-30T10:00Z'), 'Pacific/Apia')).toBe(utc('2011-12-30T20:00Z'));
    expect(startOfDay('2011-12-30', 'Pacific/Apia')).toBe(startOfDay('2011-12-31', 'Pacific/Apia'));
    expect(fromWallMs(utc('2026-10-04T02:15Z'), 'Australia/Lord_Howe')).toBe(utc('2026-10-03T15:45Z'));
    expect(fromWallMs(utc('2026-04-05T01:45Z'), 'Australia/Lord_Howe')).toBe(utc('2026-04-04T14:45Z'));
    expect(fromWallMs(utc('2026-09-27T03:00Z'), 'Pacific/Chatham')).toBe(utc('2026-09-26T14:15Z'));
    expect(startOfDay('2018-11-04', 'America/Sao_Paulo')).toBe(utc('2018-11-04T03:00Z'));
    // Half past eleven became half past midnight: the day begins there, and not at the hour that compatible reading gives
    expect(startOfDay('1919-03-31', 'America/Toronto')).toBe(utc('1919-03-31T04:30Z'));
    expect(startOfDay('2026-11-01', 'America/Havana')).toBe(utc('2026-11-01T04:00Z'));
  });

  test('dates are read as before', () => {
    expect(startOfDay('2026-02-28', 'UTC')).toBe(Date.UTC(2026, 1, 28));
    expect(startOfDay('2028-02-29', 'UTC')).toBe(Date.UTC(2028, 1, 29));
    for (const bad of ['2026-02-30', '2026-13-01', '2026-00-10', 'tomorrow', '']) expect(() => startOfDay(bad, 'UTC')).toThrow(RangeError);
    expect(() => toWallMs(instant(0), 'Mars/Base')).toThrow(RangeError);
    expect(() => fromWallMs(0, 'Mars/Base')).toThrow(RangeError);
    expect(wallClock(instant(Date.UTC(2026, 10, 29, 23, 59)), 'Asia/Kathmandu')).toEqual({ date: '2026-11-30', hour: 5, minute: 44, weekday: 1 });
    expect(knownZone('europe/berlin')).toBe('Europe/Berlin');
  });
});
