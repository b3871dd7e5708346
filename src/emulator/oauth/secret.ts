import { createHash, randomBytes } from 'node:crypto';

/** A new secret with the prefix that Google's have: `4/` codes, `1//` refresh tokens, `ya29.` access tokens. */
export const mintSecret = (prefix: string): string => prefix + randomBytes(32).toString('base64url');

/** What is kept of a secret. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
