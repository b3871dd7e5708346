import { CodeChallengeMethod } from 'google-auth-library';
import { instant } from '../kernel/interval.js';
import type { CoachId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { inTx, refuseInsideTransaction, type Db } from '../postgres/transaction.js';
import type { Clock } from '../kernel/clock.port.js';
import type { Keyring } from '../work/shell.port.js';
import { allCalendars, googleCalendar, oauthClient, type GoogleSettings } from './google.adapter.js';
import type { GoogleCalendar } from './google.port.js';
import { breakGrant, grantOf, saveAccessToken } from './grant.store.js';
import type { OauthPort } from './oauth.port.js';
import { translateGoogleError } from './translate-error.js';

const PREFIX = 'https://www.googleapis.com/auth/';
/** The narrowest set that lets us read all blocking calendars and write on the coach's own (sheet 7.4). */
const NEEDED = [`${PREFIX}calendar.calendarlist.readonly`, `${PREFIX}calendar.events`];
const SIGN_IN = ['openid', 'email'];

/** Google's sign-in through the official library. */
export function googleOauth(google: GoogleSettings, publicUrl: string): OauthPort {
  const redirectUri = `${publicUrl}/auth/google/callback`;
  return {
    authorizationUrl: ({ purpose, state, challenge }) => oauthClient(google, redirectUri).generateAuthUrl({
      scope: purpose === 'connect' ? [...SIGN_IN, ...NEEDED] : SIGN_IN, state, code_challenge: challenge, code_challenge_method: CodeChallengeMethod.S256,
      ...(purpose === 'connect' && { access_type: 'offline', prompt: 'consent', include_granted_scopes: true }),
    }),
    async exchange(code, verifier) {
      refuseInsideTransaction('token exchange');
      const client = oauthClient(google, redirectUri);
      try {
        const { tokens } = await client.getToken({ code, codeVerifier: verifier, redirect_uri: redirectUri });
        if (!tokens.id_token) throw new Problem('SIGN_IN_REFUSED', 'Google did not say who signed in.');
        const payload = (await client.verifyIdToken({ idToken: tokens.id_token, audience: google.clientId })).getPayload();
        if (!payload?.email || payload.email_verified !== true) throw new Problem('SIGN_IN_REFUSED', 'This Google account has no verified address.');
        return {
          sub: payload.sub, email: payload.email.toLowerCase(), scopes: (tokens.scope ?? '').split(' ').filter(Boolean), accessToken: tokens.access_token ?? null,
          accessExpiresAt: tokens.expiry_date ? instant(tokens.expiry_date) : null, refreshToken: tokens.refresh_token ?? null,
        };
      } catch (error) {
        const problem = translateGoogleError(error, { name: 'token exchange', isWrite: false });
        if (problem.code === 'GOOGLE_GRANT_REVOKED') throw new Problem('SIGN_IN_REFUSED', 'Google did not accept this sign-in. Please begin again.', {}, error);
        throw problem;
      }
    },
    missingScopes: (granted) => NEEDED.filter((scope) => !granted.includes(scope)),
    calendarsOf: (person) => {
      const auth = oauthClient(google);
      auth.setCredentials({ access_token: person.accessToken, expiry_date: person.accessExpiresAt });
      return allCalendars(googleCalendar(auth, google));
    },
  };
}

/** A coach's Google Calendar by the stored permission. Access tokens are refreshed by the library and kept sealed; a
 *  refusal for good breaks the grant, once, and every later call says so without asking Google. */
export function googleByGrant(db: Db, keys: Keyring, google: GoogleSettings, clock: Clock): (coachId: CoachId) => Promise<GoogleCalendar> {
  const made = new Map<CoachId, { refreshSealed: string; calendar: GoogleCalendar }>();
  const revoked = (): Problem => new Problem('GOOGLE_GRANT_REVOKED', 'The coach has to connect their Google Calendar again.');
  return async (coachId) => {
    const grant = await grantOf(db, coachId);
    if (!grant || grant.state === 'broken') throw revoked();
    const known = made.get(coachId);
    if (known?.refreshSealed === grant.refresh_token_sealed) return known.calendar;
    const auth = oauthClient(google);
    auth.setCredentials({
      refresh_token: keys.open(grant.refresh_token_sealed),
      ...(grant.access_token_sealed && grant.access_expires_at && { access_token: keys.open(grant.access_token_sealed) }),
      // Always set: without it the library would repeat a refused POST (sheet 0.7).
      expiry_date: grant.access_expires_at ?? 1,
    });
    auth.on('tokens', (tokens) => {
      if (!tokens.access_token || !tokens.expiry_date) return;
      const sealed = keys.seal(tokens.access_token);
      const expiresAt = instant(tokens.expiry_date);
      // Only saves a refresh for the next process; without it nothing is lost.
      void inTx(db, 'commit sign-in', (tx) => saveAccessToken(tx, coachId, grant.refresh_token_sealed, sealed, expiresAt, clock.now())).catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)));
    });
    const calendar = breaking(googleCalendar(auth, google), async (problem) => {
      made.delete(coachId);
      await inTx(db, 'commit grant-broken', (tx) => breakGrant(tx, coachId, grant.refresh_token_sealed, String(problem.facts.reason || problem.code), clock.now()));
    });
    made.set(coachId, { refreshSealed: grant.refresh_token_sealed, calendar });
    return calendar;
  };
}

/** The same calendar, which reports a revoked grant before it passes the problem on. */
function breaking(calendar: GoogleCalendar, broken: (problem: Problem) => Promise<void>): GoogleCalendar {
  return new Proxy(calendar, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return await (method as (...a: unknown[]) => Promise<unknown>)(...args);
        } catch (error) {
          if (error instanceof Problem && error.code === 'GOOGLE_GRANT_REVOKED') await broken(error);
          throw error;
        }
      };
    },
  });
}
