import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { Problem } from '../kernel/problem.js';
import type { Keyring } from '../work/shell.port.js';

export interface SecretKey { readonly id: string; readonly key: Buffer }

/** AES-256-GCM for secrets at rest and HMAC-SHA256 for links, each under a key of its own derived from the installation's
 *  keys. A sealed text names its key, so that old ones open after a new key became current. */
export function keyring(secretKeys: readonly [SecretKey, ...SecretKey[]]): Keyring {
  const derive = (key: Buffer, use: string): Buffer => Buffer.from(hkdfSync('sha256', key, '', `makeway ${use}`, 32));
  const sealing = new Map(secretKeys.map((k) => [k.id, derive(k.key, 'seal')]));
  const signing = new Map(secretKeys.map((k) => [k.id, derive(k.key, 'sign')]));
  const current = secretKeys[0].id;
  const unreadable = (): Problem => new Problem('SECRET_UNREADABLE', 'A stored secret cannot be opened with the keys in SECRET_KEYS. Add the key it was sealed with.');
  return {
    ids: [current, ...secretKeys.slice(1).map((k) => k.id)],
    seal(secret) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', sealing.get(current) ?? Buffer.alloc(0), nonce);
      const body = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
      return [current, nonce.toString('base64url'), body.toString('base64url'), cipher.getAuthTag().toString('base64url')].join('.');
    },
    open(sealed) {
      const [id = '', nonce = '', body = '', tag = ''] = sealed.split('.');
      const key = sealing.get(id);
      if (!key) throw unreadable();
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
        decipher.setAuthTag(Buffer.from(tag, 'base64url'));
        return Buffer.concat([decipher.update(Buffer.from(body, 'base64url')), decipher.final()]).toString('utf8');
      } catch {
        throw unreadable();
      }
    },
    sign(purpose, text, keyId = current) {
      const key = signing.get(keyId);
      return key ? { keyId, mac: createHmac('sha256', key).update(`${purpose}\n${text}`).digest() } : null;
    },
  };
}
