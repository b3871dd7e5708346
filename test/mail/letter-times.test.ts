import { expect, test } from 'vitest';
import { html } from '../../src/kernel/html.js';
import { DAY, HOUR, MINUTE, type Instant, type Interval } from '../../src/kernel/interval.js';
import { readRfc3339 } from '../../src/kernel/zone.js';
import { keepTimesTogether } from '../../src/mail/letter-html.js';
import { answerInShort, answerInWords, groupByDay, hoursElsewhere, hoursInWords, isWholeDays, spanInWords, spanInZones } from '../../src/mail/letter-times.js';

const BERLIN = 'Europe/Berlin';
const at = (text: string): Instant => {
  const read = readRfc3339(text);
  if (read === null) throw new Error(`bad test time ${text}`);
  return read;
};
const between = (start: string, end: string): Interval => ({ start: at(`${start}:00+01:00`), end: at(`${end}:00+01:00`) });

test.each([
  ['one hour', '2026-11-30T13:00', '2026-11-30T14:00', '13:00–14:00'],
  ['until midnight', '2026-11-30T22:00', '2026-12-01T00:00', '22:00–00:00'],
  ['past midnight', '2026-11-30T22:00', '2026-12-01T02:00', '22:00 – Tuesday 1 December, 02:00'],
  ['a day', '2026-11-30T00:00', '2026-12-01T00:00', 'all day'],
  ['three days', '2026-11-30T00:00', '2026-12-03T00:00', 'all day, until Wednesday 2 December'],
])('hours of %s', (_name, start, end, words) => {
  expect(hoursInWords(between(start, end), BERLIN)).toBe(words);
});

test('a day of 25 hours is a whole day of its zone, and of no other', () => {
  const day = { start: at('2026-10-25T00:00:00+02:00'), end: at('2026-10-26T00:00:00+01:00') };
  expect(isWholeDays(day, BERLIN)).toBe(true);
  expect(isWholeDays(day, 'America/New_York')).toBe(false);
});

test('a span is told once per zone that differs', () => {
  const session = between('2026-11-30T02:00', '2026-11-30T03:00');
  expect(spanInZones(session, BERLIN, BERLIN)).toEqual(['Monday 30 November, 02:00–03:00 (Berlin time)']);
  expect(spanInZones(session, 'America/New_York', BERLIN)).toEqual(['Sunday 29 November, 20:00–21:00 (New York time)', spanInWords(session, BERLIN)]);
});

test('days are those of the zone, in order', () => {
  const late = between('2026-12-01T00:30', '2026-12-01T01:30');
  const early = between('2026-11-30T10:00', '2026-11-30T11:00');
  expect(groupByDay([late, early], (one) => one, BERLIN).map(({ day, items }) => [day, items.length])).toEqual([['Monday 30 November', 1], ['Tuesday 1 December', 1]]);
  expect(groupByDay([late, early], (one) => one, 'UTC').map(({ day, items }) => [day, items])).toEqual([['Monday 30 November', [early, late]]]);
});

test('the other zone names its day only if it is another one', () => {
  const evening = between('2026-11-30T23:30', '2026-12-01T00:30');
  expect(hoursElsewhere(evening, 'Europe/Berlin', 'America/New_York')).toBe('17:30–18:30 (New York time)');
  expect(hoursElsewhere(evening, 'Europe/Berlin', 'Asia/Tokyo')).toBe('Tuesday 1 December, 07:30–08:30 (Tokyo time)');
  expect(hoursElsewhere(evening, 'Europe/Berlin', 'Europe/Berlin')).toBeNull();
});

test.each([[24 * HOUR, '24 hours'], [HOUR, '1 hour'], [90 * MINUTE, '90 minutes'], [2 * DAY, '48 hours'], [3 * DAY, '3 days'], [25 * HOUR, '25 hours']])('%d ms to answer count from the decision', (forMs, words) => {
  expect(answerInWords({ forMs, latest: null }, BERLIN)).toBe(`for ${words} from your decision`);
  expect(answerInWords({ forMs, latest: at('2026-11-29T13:00:00+01:00') }, BERLIN)).toBe(`for ${words} from your decision, at the latest until Sunday 29 November, 13:00 (Berlin time)`);
  expect(answerInShort({ forMs, latest: null }, BERLIN)).toBe(`${words} to answer`);
});

test('where the freeze comes first, the moment is said', () => {
  for (const say of [answerInWords, answerInShort]) expect(say({ until: at('2026-11-29T13:00:00+01:00') }, BERLIN)).toBe('until Sunday 29 November, 13:00 (Berlin time)');
});

test('dates, spans of hours and zones stay on one line each; nothing else is touched, and what comes from outside is escaped', () => {
  const kept = (line: string): string => String(keepTimesTogether(line, html`<span>`));
  expect(kept('Monday 30 November, 13:00–14:00 (New York time).')).toBe('Monday <span>30 November</span>, <span>13:00–14:00</span> <span>(New York time)</span>.');
  expect(kept('<b> (no zone) 13h')).toBe('&lt;b&gt; (no zone) 13h');
});
