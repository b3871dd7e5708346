import { expect, test } from 'vitest';
import { canWrite, isBusyOnly, mayBe } from '../../src/mirror/access-role.js';

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
