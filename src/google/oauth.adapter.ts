import { CodeChallengeMethod } from 'google-auth-library';
import { tookEffect } from '../kernel/effects.js';
import type { Clock } from '../kernel/clock.port.js';
import type { CoachId, GrantId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { refuseInsideTransaction } from '../postgres/transaction.js';
import { accessOf, lifeOf, revoked, type Access, type AccessParts } from './access.adapter.js';
import { allCalendars, googleCalendar, oauthClient, type GoogleSettings } from './google.adapter.js';
import type { GoogleCalendar } from './google.port.js';
import { grantOf } from './grant.store.js';
import { readIdToken } from './id-token.js';
import type { Farewell, OauthPort } from './oauth.port.js';
import { NEEDED, TO_MAKE_CALENDARS } from './scopes.js';
import { translateGoogleError } from './translate-error.js';

const SIGN_IN = ['openid', 'email'];
/** A client with this end never asks for a token by itself (sheet 0.7): tokens are handed to it. */
const NO_END = Number.MAX_SAFE_INTEGER;

/** Google's sign-in through the official library. */
export function googleOauth(google: GoogleSettings, publicUrl: string, clock: Clock): OauthPort {
  const redirectUri = `${publicUrl}/auth/google/callback`;
  return {
    authorizationUrl: ({ purpose, state, challenge, account, makesCalendars }) => oauthClient(google, { redirectUri }).generateAuthUrl({
      scope: purpose === 'connect' ? [...SIGN_IN, ...NEEDED, ...(makesCalendars ? [TO_MAKE_CALENDARS] : [])] : SIGN_IN, state, code_challenge: challenge, code_challenge_method: CodeChallengeMethod.S256,
      ...(account !== null && { login_hint: account }),
      ...(purpose === 'connect' && { access_type: 'offline', prompt: 'consent', include_granted_scopes: true }),
    }),
    async exchange(code, verifier) {
      refuseInsideTransaction('token exchange');
      const client = oauthClient(google, { redirectUri });
      try {
        const { tokens } = await client.getToken({ code, codeVerifier: verifier, redirect_uri: redirectUri });
        if (!tokens.id_token) throw new Problem('SIGN_IN_REFUSED', 'Google did not say who signed in.');
        const { certs } = await client.getFederatedSignonCertsAsync();
        const who = readIdToken(tokens.id_token, certs, google.clientId, clock.now());
        if (!who) throw new Problem('SIGN_IN_REFUSED', 'Google\'s word on who signed in could not be verified. If this happens again, the clock of this installation may be wrong; tell the operator.');
        if (who.email === null || !who.isVerified) throw new Problem('SIGN_IN_REFUSED', 'This Google account has no verified address.');
        return {
          sub: who.sub, email: who.email, scopes: (tokens.scope ?? '').split(' ').filter(Boolean), accessToken: tokens.access_token ?? null,
          accessLastsMs: tokens.expiry_date ? lifeOf(tokens.expiry_date) : null, refreshToken: tokens.refresh_token ?? null,
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
      auth.setCredentials({ access_token: person.accessToken, expiry_date: NO_END });
      return allCalendars(googleCalendar(auth, google));
    },
  };
}

/** A coach's Google Calendar by the stored permission. A permission that is over breaks the grant, once, and every later
 *  call says so without asking Google. A calendar that was handed out works with its own grant only. */
export function googleByGrant(parts: AccessParts): (coachId: CoachId) => Promise<GoogleCalendar> {
  const made = new Map<CoachId, { grantId: GrantId; calendar: GoogleCalendar }>();
  return async (coachId) => {
    const grant = await grantOf(parts.db, coachId);
    if (!grant || grant.state === 'broken') throw revoked();
    const known = made.get(coachId);
    if (known?.grantId === grant.id) return known.calendar;
    const calendar = withAccess(parts, coachId, grant.id);
    made.set(coachId, { grantId: grant.id, calendar });
    return calendar;
  };
}

/** Calls that may be made twice. All others change something, or may: they are not repeated here (sheet 0.6 to 0.8). */
const isRead = (name: string): boolean => /^(list|get|sight)/.test(name);

/** The calendar of one grant, which sees to its access token before each call. A token that Google refuses before its time
 *  is exchanged for a new one; a read is then made again, a change is left to its row, which looks before it repeats. */
function withAccess(parts: AccessParts, coachId: CoachId, grantId: GrantId): GoogleCalendar {
  const auth = oauthClient(parts.google);
  const calendar = googleCalendar(auth, parts.google);
  let access: Access | null = null;
  const use = async (refused: string | null): Promise<string> => {
    if (refused !== null || access === null || parts.clock.now() >= access.refreshAt) access = await accessOf(parts, coachId, grantId, refused);
    auth.setCredentials({ access_token: access.token, expiry_date: NO_END });
    return access.token;
  };
  return new Proxy(calendar, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      const send = method as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]): Promise<unknown> => {
        const used = await use(null);
        try {
          return await send(...args);
        } catch (error) {
          if (!isRefusedToken(error)) throw error;
          await use(used);
          if (!isRead(String(name))) throw new Problem('GOOGLE_UNREACHABLE', 'Google refused the access token before it changed anything.', { call: name }, error);
        }
        try {
          return await send(...args);
        } catch (error) {
          if (!isRefusedToken(error)) throw error;
          // The token endpoint stands by the permission: that is for a person to look at, not for the coach to mend.
          throw new Problem('GOOGLE_REFUSED', 'Google refuses an access token that it has just given.', { call: name, status: 401 }, error);
        }
      };
    },
  });
}
const isRefusedToken = (error: unknown): boolean => error instanceof Problem && error.code === 'GOOGLE_GRANT_REVOKED' && error.facts.status === 401;

/** How long Google is waited for when a coach leaves. */
const FAREWELL_MS = 20_000;

/** The last calls for a permission that is given back. It is not in the database any more, and breaks nothing. */
export const farewell = (google: GoogleSettings) => (refreshToken: string): Farewell => {
  const auth = oauthClient(google, { limitMs: FAREWELL_MS });
  auth.setCredentials({ refresh_token: refreshToken });
  const calendar = googleCalendar(auth, google);
  return {
    stopChannel: (channel) => calendar.stopChannel(channel),
    async revoke() {
      refuseInsideTransaction('revoke');
      try {
        await auth.revokeToken(refreshToken);
        tookEffect('google revoke');
        return 'revoked';
      } catch (error) {
        const problem = translateGoogleError(error, { name: 'revoke', isWrite: false });
        // Google no longer knows it: it was taken back there, or this is a repeat (sheet 7.2).
        if (problem.facts.status === 400) return 'dead';
        // Without its cause, which carries the token in an address.
        throw new Problem(problem.code, problem.message, problem.facts);
      }
    },
  };
};
