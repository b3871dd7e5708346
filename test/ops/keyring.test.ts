import { expect, test } from 'vitest';
import fc from 'fast-check';
import { keyring } from '../../src/ops/keyring.js';

const key = (id: string, fill: number) => ({ id, key: Buffer.alloc(32, fill) });
const old = key('k1', 1);
const current = key('k2', 2);
const keys = keyring([current, old]);
const unreadable = expect.objectContaining({ code: 'SECRET_UNREADABLE' }) as Error;

test('what was sealed opens again, whatever it was', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (secret) => keys.open(keys.seal(secret)) === secret));
});
test('sealing twice gives two texts, and neither shows the secret', () => {
  const [a, b] = [keys.seal('1//refresh-token'), keys.seal('1//refresh-token')];
  expect(a).not.toBe(b);
  for (const sealed of [a, b]) {
    expect(sealed).toMatch(/^k2\./);
    expect(sealed).not.toContain('refresh');
    expect(Buffer.from(sealed.split('.')[2]!, 'base64url').toString('latin1')).not.toContain('refresh');
  }
});
test('after a new key became current, old secrets open and new ones are sealed with it', () => {
  const before = keyring([old]).seal('secret');
  expect(keys.open(before)).toBe('secret');
  expect(keys.seal('secret')).toMatch(/^k2\./);
});
test('without its key, or with another of the same name, a secret stays shut', () => {
  const sealed = keys.seal('secret');
  expect(() => keyring([old]).open(sealed)).toThrow(unreadable);
  expect(() => keyring([key('k2', 3)]).open(sealed)).toThrow(unreadable);
});
test('a sealed text that was changed anywhere, or cut, does not open', () => {
  const sealed = keys.seal('a secret');
  for (let i = 0; i < sealed.length; i++) {
    // The last character of a part may carry bits that mean nothing: change what means something.
    if (sealed[i] === '.' || sealed[i + 1] === '.' || i === sealed.length - 1) continue;
    const changed = sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1);
    expect(() => keys.open(changed), `position ${i}`).toThrow(unreadable);
    expect(() => keys.open(sealed.slice(0, i)), `cut at ${i}`).toThrow(unreadable);
  }
  for (const text of ['', '.', '...', 'k2', 'k2...', 'k9.a.b.c', 'plain text']) expect(() => keys.open(text)).toThrow(unreadable);
});
test('a short tag is no tag: a forger cannot buy an easier guess', () => {
  const [id, nonce, body, tag] = keys.seal('secret').split('.');
  const short = Buffer.from(tag!, 'base64url').subarray(0, 4).toString('base64url');
  expect(() => keys.open([id, nonce, body, short].join('.'))).toThrow(unreadable);
});
test('signing depends on key, purpose and text, and on where one ends and the other begins', () => {
  const macs = [keys.sign('link', 'a'), keys.sign('link', 'b'), keys.sign('other', 'a'), keys.sign('link', 'a', 'k1')].map((s) => s!.mac.toString('hex'));
  expect(new Set(macs).size).toBe(4);
  expect(keys.sign('link', 'a')).toMatchObject({ keyId: 'k2' });
  expect(keys.sign('link', 'a')!.mac).toHaveLength(32);
  expect(keys.sign('link', 'a')!.mac.equals(keys.sign('link', 'a')!.mac)).toBe(true);
  expect(keys.sign('link', 'a', 'k9')).toBeNull();
});
