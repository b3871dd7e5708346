import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventIdFor } from '../../src/resolution/event-id.js';

test('the same attempt has the same id for ever: what was sent before an upgrade is found after it', () => {
  expect(eventIdFor('rq_abcdefgh23456777', 1)).toBe(eventIdFor('rq_abcdefgh23456777', 1));
  expect(eventIdFor('rq_abcdefgh23456777', 1)).toBe('mk45agdv896cdegngjnbpiasfu');
});
test('Google takes it: base32hex, 5 to 1024 characters', () => {
  fc.assert(fc.property(fc.string(), fc.nat(), (request, attempt) => /^[0-9a-v]{26}$/.test(eventIdFor(request, attempt))));
});
test('another attempt and another request have another id', () => {
  const ids = new Set<string>();
  for (let request = 0; request < 200; request++) for (let attempt = 1; attempt <= 20; attempt++) ids.add(eventIdFor(`rq_${request}`, attempt));
  expect(ids.size).toBe(4_000);
});
