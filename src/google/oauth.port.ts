import type { Instant } from '../kernel/interval.js';
import type { CalendarListEntry } from './google.port.js';

export interface Person { readonly sub: string; readonly email: string; readonly scopes: readonly string[]; readonly accessToken: string | null; readonly accessExpiresAt: Instant | null; readonly refreshToken: string | null }

/** Google's sign-in and consent. */
export interface OauthPort {
  authorizationUrl(ask: { purpose: 'connect' | 'sign-in'; state: string; challenge: string }): string;
  /** @throws Problem SIGN_IN_REFUSED, GOOGLE_UNREACHABLE */
  exchange(code: string, verifier: string): Promise<Person>;
  missingScopes(granted: readonly string[]): string[];
  calendarsOf(person: Person): Promise<CalendarListEntry[]>;
}
