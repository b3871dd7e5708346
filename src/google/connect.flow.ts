import { randomBytes } from 'node:crypto';
import { coachByEmail } from '../coach/coach.store.js';
import { sha256 } from '../work/hash.js';
import type { CoachId } from '../kernel/ids.js';
import { DAY, MINUTE, plus } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { readListAnew } from '../mirror/calendar-list.store.js';
import { openMissingChannels } from '../mirror/channel.store.js';
import { mintId } from '../postgres/rows.js';
import { inTx } from '../postgres/transaction.js';
import { notifyDue, wakeAllOf } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import type { OauthPort } from './oauth.port.js';
import { saveCalendar, saveGrant, saveSignIn } from './grant.store.js';

const SIGN_IN_LASTS_MS = 14 * DAY;

/** One round trip to Google. It is kept in the person's own browser, sealed: looking at the door stores nothing here. */
interface RoundTrip { readonly state: string; readonly verifier: string; readonly purpose: 'connect' | 'sign-in'; readonly returnTo: string; readonly until: number }
export const TRIP_LASTS_MS = 10 * MINUTE;

/** Sends a coach to Google, to sign in or to give permission. Returns where to, and what the same browser must bring back.
 *  `returnTo` is a path of ours. */
export function beginOauth(shell: Shell, oauth: OauthPort, purpose: 'connect' | 'sign-in', returnTo: string): { url: string; kept: string } {
  const trip: RoundTrip = { state: randomBytes(24).toString('base64url'), verifier: randomBytes(48).toString('base64url'), purpose, returnTo, until: plus(shell.clock.now(), TRIP_LASTS_MS) };
  return { url: oauth.authorizationUrl({ purpose, state: trip.state, challenge: sha256(trip.verifier).toString('base64url') }), kept: shell.keys.seal(JSON.stringify(trip)) };
}

/** What was kept of the round trip, if it is ours, still good, and the answer belongs to it. */
function readTrip(shell: Shell, kept: string, state: string): RoundTrip | null {
  try {
    const trip = JSON.parse(shell.keys.open(kept)) as RoundTrip;
    return trip.state === state && shell.clock.now() < trip.until ? trip : null;
  } catch (error) {
    if (error instanceof Problem && error.code === 'SECRET_UNREADABLE') return null;
    throw error;
  }
}

/** The coach comes back from Google. Signs them in; after `connect` also keeps the permission, and takes their calendars
 *  up: the primary one holds sessions, other calendars of their own block time, foreign ones are ignored.
 *  @throws Problem SIGN_IN_REFUSED */
export async function finishOauth(shell: Shell, oauth: OauthPort, back: { code: string; state: string; kept: string }): Promise<{ signIn: string; returnTo: string; coachId: CoachId }> {
  const now = shell.clock.now();
  const sent = readTrip(shell, back.kept, back.state);
  if (!sent) throw new Problem('SIGN_IN_REFUSED', 'This sign-in is no longer valid. Please begin again.');
  const person = await oauth.exchange(back.code, sent.verifier);
  const coach = await coachByEmail(shell.db, person.email);
  if (!coach) throw new Problem('SIGN_IN_REFUSED', 'This Google account does not belong to a coach here. Sign in with another account, or ask the operator to add you.');
  const signIn = randomBytes(32).toString('base64url');

  if (sent.purpose === 'connect') {
    const missing = oauth.missingScopes(person.scopes);
    if (missing.length > 0) throw new Problem('SIGN_IN_REFUSED', 'Makeway needs all the permissions it asks for. Please connect again and leave every box ticked.', { missing });
    if (!person.refreshToken) throw new Problem('SIGN_IN_REFUSED', 'Google gave no lasting permission. Remove Makeway in your Google account, then connect again.');
    const calendars = await oauth.calendarsOf(person);
    await inTx(shell.db, 'commit connect', async (tx) => {
      await saveGrant(tx, {
        coachId: coach.id, sub: person.sub, email: person.email, scopes: person.scopes, refreshSealed: shell.keys.seal(person.refreshToken ?? ''),
        accessSealed: person.accessToken ? shell.keys.seal(person.accessToken) : null, accessExpiresAt: person.accessExpiresAt,
      }, now);
      for (const c of calendars) {
        const isOwn = c.accessRole === 'owner' || c.accessRole === 'writer';
        await saveCalendar(tx, {
          coachId: coach.id, id: mintId('calendar'), googleId: c.id, summary: c.summary, zone: c.timeZone, accessRole: c.accessRole,
          role: c.isPrimary ? 'sessions' : isOwn ? 'busy' : 'ignored',
        }, now);
      }
      await wakeAllOf(tx, coach.id, now); // what waited for the permission goes on
      if (shell.pushAddress) await openMissingChannels(tx, shell.keys, coach.id, shell.pushAddress, now);
      await readListAnew(tx, coach.id, now); // what became of those that were known before
      await notifyDue(tx, 'calendars');
      await remember(tx, { coachId: coach.id, at: now, what: 'connected', by: 'coach', facts: { calendars: calendars.length } });
    });
  }
  await inTx(shell.db, 'commit sign-in', (tx) => saveSignIn(tx, sha256(signIn), coach.id, now, plus(now, SIGN_IN_LASTS_MS)));
  return { signIn, returnTo: sent.returnTo, coachId: coach.id };
}
