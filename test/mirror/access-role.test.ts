import { expect, test } from 'vitest';
import { DAY, HOUR, instant, plus } from '../../src/kernel/interval.js';
import { canWrite, fitsPlan, isBusyOnly, mayBe, planRead } from '../../src/mirror/access-role.js';

const NOW = instant(Date.UTC(2026, 10, 23, 9));
const WINDOW = { start: plus(NOW, -2 * DAY), end: plus(NOW, 120 * DAY) };

/** Sheet 5: the five access roles, none, and one that Google may yet invent. */
test.each([
  ['owner', true, false], ['writer', true, false], ['writerWithoutPrivateAccess', true, false], ['reader', false, false],
  ['freeBusyReader', false, true], ['none', false, false], ['somethingNew', false, false],
])('with access %s a calendar can be written: %s, shows busy times only: %s', (role, writes, busyOnly) => {
  expect([canWrite(role), isBusyOnly(role)]).toEqual([writes, busyOnly]);
  expect(mayBe('sessions', role)).toBe(writes);
  expect(mayBe('busy', role)).toBe(true);
  expect(mayBe('requests', role)).toBe(!busyOnly && role !== 'none');
});

test('events are read without bounds, by their cursor', () => {
  const of = (cursor: string | null, lastFullAt: number | null) => planRead({ accessRole: 'reader', cursor, lastFullAt: lastFullAt === null ? null : instant(lastFullAt) }, WINDOW, NOW);
  expect(of(null, null)).toEqual({ as: 'events', cursor: null });
  expect(of('c', NOW - 400 * DAY)).toEqual({ as: 'events', cursor: 'c' });
});

test('busy times are read within a window, and in full again every day, since a token’s window never rolls', () => {
  const of = (cursor: string | null, ageMs: number | null) => planRead({ accessRole: 'freeBusyReader', cursor, lastFullAt: ageMs === null ? null : plus(NOW, -ageMs) }, WINDOW, NOW);
  expect(of(null, null)).toEqual({ as: 'times', cursor: null, window: WINDOW });
  expect(of('c', HOUR)).toEqual({ as: 'times', cursor: 'c', window: WINDOW });
  expect(of('c', DAY - 1)).toMatchObject({ cursor: 'c' });
  expect(of('c', DAY)).toMatchObject({ cursor: null });
});

test('an answer under another kind of access than the plan was made for is not applied', () => {
  const events = planRead({ accessRole: 'reader', cursor: null, lastFullAt: null }, WINDOW, NOW);
  const times = planRead({ accessRole: 'freeBusyReader', cursor: null, lastFullAt: null }, WINDOW, NOW);
  expect([fitsPlan(events, 'owner'), fitsPlan(events, 'reader'), fitsPlan(events, 'freeBusyReader')]).toEqual([true, true, false]);
  expect([fitsPlan(times, 'freeBusyReader'), fitsPlan(times, 'writer')]).toEqual([true, false]);
});
