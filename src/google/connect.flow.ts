import { randomBytes } from 'node:crypto';
import { coachByEmail, coachById, lockCoach, type Coach } from '../coach/coach.store.js';
import { sha256 } from '../work/hash.js';
import type { CoachId } from '../kernel/ids.js';
import { DAY, MINUTE, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { firstRole } from '../mirror/calendar-list.js';
import { readListAnew } from '../mirror/calendar-list.store.js';
import { openMissingChannels } from '../mirror/channel.store.js';
import { mintId } from '../postgres/rows.js';
import { wantInbox } from '../requests/inbox-calendar.store.js';
import { inTx, type Reader, type Tx } from '../postgres/transaction.js';
import { notifyDue, wakeAllOf } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { refreshAheadAt } from './access.js';
import { recallCalendars, renamePrimary, supersedeDisconnection } from './disconnection.store.js';
import type { CalendarListEntry } from './google.port.js';
import type { OauthPort, Person } from './oauth.port.js';
import { coachOfAccount, grantOf, saveCalendar, saveGrant, saveSignIn } from './grant.store.js';
import { resume } from './outage.store.js';
import { mayMakeCalendars } from './scopes.js';

const SIGN_IN_LASTS_MS = 14 * DAY;
export type Purpose = 'connect' | 'sign-in';

/** One round trip to Google. It is kept in the person's own browser, sealed: looking at the door stores nothing here.
 *  `coachId`: who was signed in when it began. `wantsInbox`: they agreed to a calendar for requests. */
interface RoundTrip { readonly state: string; readonly verifier: string; readonly purpose: Purpose; readonly returnTo: string; readonly until: number; readonly coachId: CoachId | null; readonly wantsInbox: boolean }
export const TRIP_LASTS_MS = 10 * MINUTE;

/** Sends a coach to Google, to sign in or to give permission. Returns where to, and what the same browser must bring back.
 *  `returnTo` is a path of ours; `coachId` is who is signed in, and whom the permission will be for. */
export async function beginOauth(shell: Shell, oauth: OauthPort, begin: { purpose: Purpose; returnTo: string; coachId: CoachId | null; wantsInbox?: boolean }): Promise<{ url: string; kept: string }> {
  const trip: RoundTrip = { state: randomBytes(24).toString('base64url'), verifier: randomBytes(48).toString('base64url'), ...begin, wantsInbox: begin.wantsInbox === true, until: plus(shell.clock.now(), TRIP_LASTS_MS) };
  const account = begin.coachId === null ? null : (await grantOf(shell.db, begin.coachId))?.email ?? null;
  return { url: oauth.authorizationUrl({ purpose: begin.purpose, state: trip.state, challenge: sha256(trip.verifier).toString('base64url'), account, makesCalendars: trip.wantsInbox }), kept: shell.keys.seal(TRIP + JSON.stringify(trip)) };
}

/** What is sealed says what it is: nothing else that was sealed here passes for a round trip. */
const TRIP = 'round trip ';

/** What was kept of the round trip, if it is ours; whether the answer belongs to it is the next question. */
function openTrip(shell: Shell, kept: string): RoundTrip | null {
  try {
    const text = shell.keys.open(kept);
    return text.startsWith(TRIP) ? (JSON.parse(text.slice(TRIP.length)) as RoundTrip) : null;
  } catch (error) {
    if (error instanceof Problem && error.code === 'SECRET_UNREADABLE') return null;
    throw error;
  }
}
/** What a person went to Google for, as far as their browser can tell. */
export const purposeOf = (shell: Shell, kept: string | undefined): Purpose => (kept === undefined ? null : openTrip(shell, kept)?.purpose) ?? 'sign-in';

const refuse = (why: string, facts: Readonly<Record<string, unknown>> = {}): Problem => new Problem('SIGN_IN_REFUSED', why, facts);
const NOT_A_COACH = 'This Google account does not belong to a coach here. Sign in with another account, or ask the operator to add you.';

/** The coach comes back from Google. Signs them in; after `connect` also keeps the permission, and takes their calendars
 *  up: the primary one holds sessions, other calendars of their own block time, foreign ones are ignored. Whose permission
 *  it is, the account's `sub` says; an address may change. What is mirrored already is found again by Google's ids.
 *  @throws Problem SIGN_IN_REFUSED, and as the calls of the port do */
export async function finishOauth(shell: Shell, oauth: OauthPort, back: { code: string; state: string; kept: string }): Promise<{ signIn: string; returnTo: string; coachId: CoachId }> {
  const now = shell.clock.now();
  const sent = openTrip(shell, back.kept);
  if (sent?.state !== back.state) throw refuse('This sign-in was not begun in this browser. Please begin again.');
  if (now >= sent.until) throw refuse('This took too long, so nothing was done. Please begin again.');
  const person = await oauth.exchange(back.code, sent.verifier);
  const coach = await whose(shell.db, sent, person);
  if (sent.purpose === 'connect') {
    const missing = oauth.missingScopes(person.scopes);
    if (missing.length > 0) throw refuse('A box was left unticked at Google. Makeway needs all that it asks for: without the list of your calendars it cannot see what is taken, without your events it cannot book. Please connect again and leave every box ticked.', { missing });
    if (!person.refreshToken) throw refuse('Google gave no lasting permission. Remove Makeway in your Google account, then connect again.');
    const refreshToken = person.refreshToken;
    const calendars = await oauth.calendarsOf(person);
    await inTx(shell.db, 'commit connect', async (tx) => {
      await keepPermission(tx, shell, coach.id, person, refreshToken, calendars, now);
      if (sent.wantsInbox && mayMakeCalendars(person.scopes)) await wantInbox(tx, coach.id, now);
    });
  }
  const signIn = randomBytes(32).toString('base64url');
  await inTx(shell.db, 'commit sign-in', (tx) => saveSignIn(tx, sha256(signIn), coach.id, now, plus(now, SIGN_IN_LASTS_MS)));
  return { signIn, returnTo: sent.returnTo, coachId: coach.id };
}

/** The coach that a Google account stands for: the one it is connected for; else the one who is signed in and connects it;
 *  else the one with its address, unless that coach is connected with another account. */
async function whose(db: Reader, sent: RoundTrip, person: Person): Promise<Coach> {
  const connected = await coachOfAccount(db, person.sub);
  const signedIn = sent.purpose === 'connect' ? sent.coachId : null;
  if (connected !== null) {
    if (signedIn !== null && signedIn !== connected) throw refuse('This Google account is connected for another coach already. Choose your own account.');
    return coachById(db, connected);
  }
  const named = await coachByEmail(db, person.email);
  if (signedIn !== null && named !== null && named.id !== signedIn) throw refuse('This Google account belongs to another coach here. Choose your own account, or sign out first.');
  const coach = signedIn === null ? named : await coachById(db, signedIn);
  if (!coach) throw refuse(NOT_A_COACH);
  await refuseOtherAccount(db, coach.id, person.sub);
  return coach;
}

/** A coach's mirror belongs to the account that it was read from. @throws Problem SIGN_IN_REFUSED */
async function refuseOtherAccount(db: Reader, coachId: CoachId, sub: string): Promise<void> {
  const grant = await grantOf(db, coachId);
  if (grant && grant.google_sub !== sub) throw refuse('Another Google account is connected for this coach. Sign in with that one. To change the account, disconnect it first; without it, ask the operator.');
}

async function keepPermission(tx: Tx, shell: Shell, coachId: CoachId, person: Person, refreshToken: string, calendars: readonly CalendarListEntry[], now: Instant): Promise<void> {
  await lockCoach(tx, coachId);
  await refuseOtherAccount(tx, coachId, person.sub);
  if (!(await supersedeDisconnection(tx, coachId, now))) throw refuse('Makeway is still forgetting what it knew of your calendar. Please connect again in a minute.');
  const before = await grantOf(tx, coachId);
  const expiresAt = person.accessToken === null || person.accessLastsMs === null ? null : plus(now, person.accessLastsMs);
  await saveGrant(tx, {
    coachId, sub: person.sub, email: person.email, scopes: person.scopes, refreshSealed: shell.keys.seal(refreshToken),
    accessSealed: person.accessToken !== null && expiresAt !== null ? shell.keys.seal(person.accessToken) : null, accessExpiresAt: expiresAt,
    refreshAt: expiresAt === null ? null : refreshAheadAt(now, expiresAt, Math.random()),
  }, now);
  const found = calendars.map((c) => ({ ...c, role: firstRole(c, true) }));
  // A primary calendar is called by its account's address: after a change of address it is still the same calendar.
  const primary = calendars.find((c) => c.isPrimary);
  if (before && primary && before.email !== person.email) await renamePrimary(tx, coachId, before.email, primary.id);
  await recallCalendars(tx, coachId, found);
  for (const c of found) await saveCalendar(tx, { coachId, id: mintId('calendar'), googleId: c.id, summary: c.summary, zone: c.timeZone, accessRole: c.accessRole, role: c.role }, now);
  await resume(tx, coachId, now);
  await readListAnew(tx, coachId, now); // what became of those that were known before
  await wakeAllOf(tx, coachId, now); // what waited for the permission goes on
  if (shell.pushAddress) await openMissingChannels(tx, shell.keys, coachId, shell.pushAddress, now);
  await notifyDue(tx, 'calendars');
  await remember(tx, { coachId, at: now, what: before ? 'connected again' : 'connected', by: 'coach', facts: { calendars: calendars.length } });
}
