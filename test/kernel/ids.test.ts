import { expect, test } from 'vitest';
import { ID_PREFIX, readId, type IdKind } from '../../src/kernel/ids.js';
import { mintId } from '../../src/postgres/rows.js';

test.each(Object.keys(ID_PREFIX) as IdKind[])('an id of a %s is read as one, and as no other', (kind) => {
  const id = mintId(kind);
  for (const other of Object.keys(ID_PREFIX) as IdKind[]) expect(readId(other, id)).toBe(other === kind ? id : null);
});
test.each(['', 'rq_', 'rq_abc', 'rq_ABCDEFGHIJKLMNOP', 'rq_abcdefghijklmnop\n', ' rq_abcdefghijklmnop', "rq_abcdefghijklmno'", 'rq_abcdefghijklmnopq'])('%j is no id', (text) => {
  expect(readId('request', text)).toBeNull();
});
test('prefixes tell the kinds apart, and new ids do not repeat', () => {
  expect(new Set(Object.values(ID_PREFIX)).size).toBe(Object.keys(ID_PREFIX).length);
  expect(new Set(Array.from({ length: 10_000 }, () => mintId('request'))).size).toBe(10_000);
});
