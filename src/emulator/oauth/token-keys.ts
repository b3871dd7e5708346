import { createHash, createPrivateKey, createPublicKey, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Store } from '../store/store.js';

/** The RSA key that signs id tokens; made once per data folder, so that tokens stay valid over restarts. */
export class TokenKeys {
  private readonly signing: KeyObject;
  private readonly shown: KeyObject;
  readonly kid: string;

  constructor(store: Store) {
    const kept = store.meta.get('signingKey') as string | undefined;
    const pem = kept ?? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    if (kept === undefined) store.meta.putSync('signingKey', pem);
    this.signing = createPrivateKey(pem);
    this.shown = createPublicKey(this.signing);
    this.kid = createHash('sha1').update(this.publicPem()).digest('hex');
  }

  /** Public key as PEM, which clients take in place of a certificate. */
  publicPem(): string {
    return this.shown.export({ type: 'spki', format: 'pem' }).toString();
  }

  jwk(): Record<string, string> {
    const { n = '', e = '' } = this.shown.export({ format: 'jwk' });
    return { kty: 'RSA', alg: 'RS256', use: 'sig', kid: this.kid, n, e };
  }

  /** A signed JWT (RS256). */
  sign(claims: object): string {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const unsigned = `${part({ alg: 'RS256', kid: this.kid, typ: 'JWT' })}.${part(claims)}`;
    return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(this.signing, 'base64url')}`;
  }
}
