import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { instanceId, parseInstanceId, splitMasterId } from '../../src/emulator/series/instance-id.js';
import { dateMs, fromWall, isoDate, isZone, offsetAt, parseDateTime, rfc3339, toWall } from '../../src/emulator/series/zone-time.js';
import { ZONES } from './any-series.js';

const zone = fc.constantFrom(...ZONES, 'Pacific/Kwajalein', 'Asia/Manila', 'America/Juneau', 'Europe/Dublin', 'Asia/Pyongyang');
const moment = fc.oneof(fc.integer({ min: Date.UTC(2005, 0, 1), max: Date.UTC(2032, 0, 1) }), fc.integer({ min: Date.UTC(1840, 0, 1), max: Date.UTC(2100, 0, 1) })).map((ms) => Math.floor(ms / 1000) * 1000);

test('zones agree with Temporal in both directions, gaps, overlaps and dates left out included', () => {
  fc.assert(fc.property(zone, moment, (timeZone, second) => {
    const zoned = Temporal.Instant.fromEpochMilliseconds(second).toZonedDateTimeISO(timeZone);
    expect(offsetAt(timeZone, second)).toBe(zoned.offsetNanoseconds / 1e6);
    const transition = zoned.getTimeZoneTransition('next') ?? zoned;
    for (const minutes of [-1440, -720, -90, -30, 0, 30, 90, 720, 1440]) {
      const wall = toWall(transition.epochMilliseconds, timeZone) + minutes * 60_000;
      const plain = Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC').toPlainDateTime();
      expect(fromWall(wall, timeZone)).toBe(plain.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds);
    }
  }), { numRuns: 300 });
});

test('RFC 3339 reads back, in zones of whole minutes', () => {
  fc.assert(fc.property(fc.constantFrom(...ZONES), fc.integer({ min: Date.UTC(1990, 0, 1), max: Date.UTC(9999, 11, 30) }), (timeZone, ms) => {
    const second = Math.floor(ms / 1000) * 1000;
    expect(Date.parse(rfc3339(second, timeZone))).toBe(second);
    expect(parseDateTime(rfc3339(second, timeZone), undefined)).toBe(second);
  }), { numRuns: 200 });
  expect(rfc3339(Date.UTC(2026, 6, 1), 'Asia/Kathmandu')).toBe('2026-07-01T05:45:00+05:45');
  expect(rfc3339(Date.UTC(2026, 0, 1), 'America/St_Johns')).toBe('2025-12-31T20:30:00-03:30');
  // Offsets of before the railways have seconds, which no text can hold: the clock gives way, the instant stays.
  for (const ms of [Date.UTC(1, 0, 5, 12), Date.UTC(1850, 5, 1)]) expect(['Europe/Berlin', 'America/New_York', 'Asia/Kolkata'].map((timeZone) => parseDateTime(rfc3339(ms, timeZone), undefined))).toEqual([ms, ms, ms]);
  for (const text of ['2026-02-30T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T00:00:00+24:00', '2026-01-01T00:00:00', '2026-01-01']) expect(parseDateTime(text, undefined)).toBeUndefined();
});

test('only zones that the platform knows', () => {
  expect(['Europe/Berlin', 'UTC', 'Asia/Calcutta'].filter(isZone)).toHaveLength(3);
  expect(['Mars/Olympus', '', '+02:00', 'Europe/'].filter(isZone)).toEqual([]);
});

test('years of any length have a text', () => {
  expect([isoDate(Date.parse('0033-04-03T00:00:00Z')), isoDate(Date.parse('+012026-01-02T00:00:00Z')), isoDate(Date.parse('-000044-03-15T00:00:00Z'))]).toEqual(['0033-04-03', '12026-01-02', '-0044-03-15']);
  expect(dateMs('0033-04-03')).toBe(Date.parse('0033-04-03T00:00:00Z'));
  expect(rfc3339(Date.parse('+010000-01-01T04:00:00Z'), 'America/New_York')).toBe('9999-12-31T23:00:00-05:00');
});

test('instance ids (sheet 2.1) read back, whatever the year', () => {
  expect(instanceId('abcde', Date.UTC(2026, 10, 24, 18), false)).toBe('abcde_20261124T180000Z');
  expect(instanceId('abcde_R20261117T180000', Date.UTC(2026, 10, 24, 18), false)).toBe('abcde_20261124T180000Z');
  expect(instanceId('abcde_R20261117', Date.UTC(2026, 10, 24), true)).toBe('abcde_20261124');
  fc.assert(fc.property(fc.integer({ min: -8_640_000_000_000, max: 8_640_000_000_000 }), fc.boolean(), (second, allDay) => {
    const slotMs = allDay ? Math.floor(second / 86_400) * 86_400_000 : second * 1000;
    if (slotMs < -8.64e15) return;
    expect(parseInstanceId(instanceId('abcde_R20261117T180000', slotMs, allDay))).toEqual({ root: 'abcde', slotMs, allDay });
  }));
  for (const [id, year] of [['a_09991231T230000Z', 999], ['a_100000101T040000Z', 10_000]] as const) expect(new Date(parseInstanceId(id)?.slotMs ?? NaN).getUTCFullYear()).toBe(year);
  for (const id of ['abcde', 'abcde_R20261117T180000', 'abcde_20261332', 'abcde_20261124T180000', '_20261124']) expect(parseInstanceId(id)).toBeUndefined();
});

test('the master of a split part is named after its first start; a second split replaces the suffix', () => {
  const at = { atMs: Date.UTC(2026, 10, 17, 18), timeZone: 'America/New_York' };
  expect(splitMasterId('abcde', at)).toBe('abcde_R20261117T180000');
  expect(splitMasterId('abcde_R20241112T150000', { ...at, timeZone: 'UTC' })).toBe('abcde_R20261117T180000');
  expect(splitMasterId('abcde', { date: '2026-11-17' })).toBe('abcde_R20261117');
  expect(splitMasterId('abcde_R20241112', { date: '2026-11-17' })).toBe('abcde_R20261117');
  expect(instanceId(splitMasterId('abcde', { atMs: Date.parse('+010000-01-01T04:00:00Z'), timeZone: 'America/New_York' }), 0, false)).toBe('abcde_19700101T000000Z');
});
