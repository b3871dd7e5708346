import type { CalendarListEntry } from './google.port.js';

export interface Person { readonly sub: string; readonly email: string; readonly scopes: readonly string[]; readonly accessToken: string | null; readonly accessLastsMs: number | null; readonly refreshToken: string | null }

/** Google's sign-in and consent. */
export interface OauthPort {
  /** `account`: the address that Google suggests, if we know whom we expect. `makesCalendars`: the coach wants a calendar for requests. */
  authorizationUrl(ask: { purpose: 'connect' | 'sign-in'; state: string; challenge: string; account: string | null; makesCalendars: boolean }): string;
  /** @throws Problem SIGN_IN_REFUSED, GOOGLE_UNREACHABLE */
  exchange(code: string, verifier: string): Promise<Person>;
  missingScopes(granted: readonly string[]): string[];
  calendarsOf(person: Person): Promise<CalendarListEntry[]>;
}

/** What is left to do at Google for a permission that is given back. */
export interface Farewell {
  /** @throws Problem as Google's calls do */
  stopChannel(channel: { id: string; resourceId: string }): Promise<void>;
  /** `dead`: Google did not know the permission any more. @throws Problem GOOGLE_UNREACHABLE, GOOGLE_REFUSED */
  revoke(): Promise<'revoked' | 'dead'>;
}
