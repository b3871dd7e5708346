import type { Client } from './clients.js';
import type { Policy } from './policy.js';
import { isIdentity } from './scopes.js';

const DAY_MS = 86_400_000;
const TESTING_MS = 7 * DAY_MS;
const UNUSED_MS = 183 * DAY_MS;

/** When a consent given now ends by itself: 7 days for apps in testing that ask for more than who somebody is, or the time it was limited to (sheet 7.3). */
export function endOfConsent(client: Client | undefined, policy: Policy, scopes: readonly string[], nowMs: number): number | undefined {
  const ends = [
    ...(client?.publishing === 'testing' && client.internalTo === undefined && !scopes.every(isIdentity) ? [nowMs + TESTING_MS] : []),
    ...(policy.consentSeconds === undefined ? [] : [nowMs + policy.consentSeconds * 1000]),
  ];
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** True while a refresh token works by its age: its time is not over, and it was used within the last six months (sheet 7.3). */
export const isAlive = (grant: { readonly usedMs: number; readonly endsMs?: number }, nowMs: number): boolean =>
  nowMs < (grant.endsMs ?? Infinity) && nowMs - grant.usedMs < UNUSED_MS;
