import { verify } from 'node:crypto';
import { MINUTE, type Instant } from '../kernel/interval.js';

/** Whom an id token names. */
export interface Identity { readonly sub: string; readonly email: string | null; readonly isVerified: boolean }

const ISSUERS: ReadonlySet<unknown> = new Set(['https://accounts.google.com', 'accounts.google.com']);
/** How far Google's clock and ours may differ. */
const SKEW_MS = 5 * MINUTE;

/** Reads an id token as of `now`, our own time: the library knows the machine's only, which is another in the sandbox.
 *  `certificates` are Google's, in PEM, by their key's id. Null unless it is signed by one of them with RS256, issued by
 *  Google for `clientId`, and valid now (sheet 7.5; OpenID Connect Core 3.1.3.7). */
export function readIdToken(token: string, certificates: Readonly<Record<string, unknown>>, clientId: string, now: Instant): Identity | null {
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  const header = partOf(head);
  const claims = partOf(body);
  const certificate = typeof header?.kid === 'string' && Object.hasOwn(certificates, header.kid) ? certificates[header.kid] : undefined;
  if (more.length > 0 || header?.alg !== 'RS256' || typeof certificate !== 'string' || claims === null) return null;
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), certificate, Buffer.from(signature, 'base64url'))) return null;
  const { iss, aud, sub, email, exp, iat } = claims;
  if (!ISSUERS.has(iss) || aud !== clientId || typeof sub !== 'string' || sub === '') return null;
  if (typeof exp !== 'number' || typeof iat !== 'number' || now > exp * 1_000 + SKEW_MS || now < iat * 1_000 - SKEW_MS) return null;
  return { sub, email: typeof email === 'string' ? email.toLowerCase() : null, isVerified: claims.email_verified === true };
}

function partOf(part: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
