import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** A sync token ends before the tombstones that it needs; Google publishes no lifetime (sheet 1.4). */
export const SYNC_TOKEN_DAYS = 80;

/** An opaque list etag; it changes with what it is made from. */
export const listEtag = (seed: string): string => `"${createHash('sha1').update(seed).digest('hex').slice(0, 16)}"`;

/** Signs and reads the opaque tokens of lists. A token that was altered, or is not ours, reads as undefined. */
export class ListTokens {
  constructor(private readonly key: Buffer) {}

  issue(content: object): string {
    const body = Buffer.from(JSON.stringify(content));
    return Buffer.concat([this.mac(body), body]).toString('base64url');
  }

  read(token: string): Record<string, unknown> | undefined {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length < 12 || bytes.toString('base64url') !== token) return undefined;
    const body = bytes.subarray(10);
    if (!timingSafeEqual(bytes.subarray(0, 10), this.mac(body))) return undefined;
    return JSON.parse(body.toString()) as Record<string, unknown>;
  }

  private mac(body: Buffer): Buffer {
    return createHmac('sha256', this.key).update(body).digest().subarray(0, 10);
  }
}
