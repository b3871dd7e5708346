import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { readToken, tokenHash, tokenOf, type LinkPurpose } from '../../src/mail/link.js';
import { keyring } from '../../src/ops/keyring.js';

const key = (id: string, fill: number) => ({ id, key: Buffer.alloc(32, fill) });
const keys = keyring([key('k2', 2), key('k1', 1)]);
const LINK = 'li_abcdefgh23456777';
const PURPOSES = ['decide', 'choose', 'pick'] as const;
const tokenFor = (purpose: LinkPurpose, keyId?: string) => tokenOf(keys, purpose, LINK, keyId)!.token;

describe.each(PURPOSES)('a token to %s', (purpose) => {
  test('is read as what it was made for, and fits into a URL as it is', () => {
    const token = tokenFor(purpose);
    expect(readToken(keys, token)).toBe(purpose);
    expect(encodeURIComponent(token)).toBe(token);
    expect(tokenFor(purpose)).toBe(token);
  });
  test('is not one for anything else', () => {
    const [keyId, id] = tokenFor(purpose).split('.');
    for (const other of PURPOSES.filter((p) => p !== purpose)) {
      const mac = tokenFor(other).split('.')[2]!;
      expect(readToken(keys, `${keyId}.${id}.${mac}`)).toBe(other); // never `purpose`
      expect(tokenFor(other)).not.toBe(tokenFor(purpose));
    }
  });
  test('is refused when a single character was changed, wherever', () => {
    const token = tokenFor(purpose);
    for (let i = 0; i < token.length; i++) {
      const changed = token.slice(0, i) + (token[i] === 'a' ? 'b' : 'a') + token.slice(i + 1);
      expect(readToken(keys, changed)).toBeNull();
    }
  });
  test('is refused when it was cut, at whatever place, or has something after it', () => {
    const token = tokenFor(purpose);
    for (let i = 0; i < token.length; i++) expect(readToken(keys, token.slice(0, i))).toBeNull();
    for (const more of ['=', 'A', '.', '\n', ' ', '/']) expect(readToken(keys, token + more)).toBeNull();
  });
});

test('a key that is no longer current still opens its links; one that is gone does not', () => {
  const old = tokenFor('choose', 'k1');
  expect(old.startsWith('k1.')).toBe(true);
  expect(tokenFor('choose').startsWith('k2.')).toBe(true);
  expect(readToken(keys, old)).toBe('choose');
  expect(readToken(keyring([key('k2', 2)]), old)).toBeNull();
  expect(tokenOf(keyring([key('k2', 2)]), 'choose', LINK, 'k1')).toBeNull();
});
test('a token of another installation, with the same key id, is refused', () => {
  expect(readToken(keys, tokenOf(keyring([key('k2', 9)]), 'choose', LINK)!.token)).toBeNull();
});
test('no text is taken for a token by chance, and none makes it throw', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.stringMatching(/^k[12]\.[a-z0-9]{16}\.[A-Za-z0-9_-]{22}$/)), (text) => readToken(keys, text) === null));
});
test('only the hash is kept: 32 bytes, another for each token', () => {
  expect(tokenHash(tokenFor('pick'))).toHaveLength(32);
  expect(tokenHash(tokenFor('pick')).equals(tokenHash(tokenFor('choose')))).toBe(false);
});
