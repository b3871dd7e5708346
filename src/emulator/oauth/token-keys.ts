import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isSignedBy, readJwt, signJwt } from './jwt.js';
import type { Store } from '../store/store.js';

interface Key { readonly kid: string; readonly pem: string; readonly signing: KeyObject; readonly shown: KeyObject }

/** A new signing key, as PEM (PKCS #8). It takes some hundred milliseconds. */
export const newSigningKey = (): string => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

function read(pem: string): Key {
  const signing = createPrivateKey(pem), shown = createPublicKey(signing);
  const publicPem = shown.export({ type: 'spki', format: 'pem' }).toString();
  return { kid: createHash('sha1').update(publicPem).digest('hex'), pem: publicPem, signing, shown };
}

/**
 * The RSA keys of id tokens, kept in the data folder. The last but one signs; the last is published before its time, so
 * that clients who cached the keys know it when it comes to sign; before them stands the one that signed last.
 */
export class TokenKeys {
  private keys: readonly Key[] = [];

  /** @param given the two keys to begin with on a new folder; made if absent. */
  constructor(private readonly store: Store, private readonly given?: readonly [string, string]) {}

  /** Published keys, oldest first. Made when first asked for: most emulators of a test run never need them. */
  private all(): readonly Key[] {
    if (this.keys.length > 0) return this.keys;
    return this.take((this.store.meta.get('signingKeys') as string[] | undefined) ?? this.keep([...(this.given ?? [newSigningKey(), newSigningKey()])]));
  }

  private keep(pems: string[]): string[] {
    this.store.meta.putSync('signingKeys', pems);
    return pems;
  }

  private take(pems: readonly string[]): readonly Key[] {
    return (this.keys = pems.map(read));
  }

  /** The next key begins to sign; the one that signed stays published until the next rotation. Answers the published ids. */
  rotate(): string[] {
    this.all();
    const kept = this.store.meta.get('signingKeys') as string[];
    return this.take(this.keep([...kept.slice(-2), newSigningKey()])).map(({ kid }) => kid);
  }

  /** Public keys as PEM, which clients take in place of certificates, by key id (sheet 7.5). */
  pems(): Record<string, string> {
    return Object.fromEntries(this.all().map(({ kid, pem }) => [kid, pem]));
  }

  /** Public keys as a JWK set (RFC 7517). */
  jwks(): { kty: string; alg: string; use: string; kid: string; n: string; e: string }[] {
    return this.all().map(({ kid, shown }) => {
      const { n = '', e = '' } = shown.export({ format: 'jwk' });
      return { kty: 'RSA', alg: 'RS256', use: 'sig', kid, n, e };
    });
  }

  /** A signed JWT (RS256). */
  sign(claims: object): string {
    const key = this.all().at(-2);
    if (key === undefined) throw new Error('there is no key to sign with');
    return signJwt(claims, key.signing, key.kid);
  }

  /** Header and claims of a token that one of the published keys signed; undefined for any other. */
  verify(token: string): { readonly header: Readonly<Record<string, unknown>>; readonly claims: Readonly<Record<string, unknown>> } | undefined {
    const jwt = readJwt(token);
    const key = this.all().find(({ kid }) => kid === jwt?.header['kid']);
    return jwt !== undefined && key !== undefined && isSignedBy(jwt, key.shown) ? jwt : undefined;
  }
}
