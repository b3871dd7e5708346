import { tookEffect } from '../kernel/effects.js';
import type { Clock } from '../kernel/clock.port.js';
import type { CoachId, GrantId } from '../kernel/ids.js';
import { plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { inTx, refuseInsideTransaction, type Db } from '../postgres/transaction.js';
import type { Keyring } from '../work/shell.port.js';
import { ageOf, refreshAgainAt, refreshAheadAt } from './access.js';
import { putOffRefresh, saveAccess, takeRefreshLease } from './access.store.js';
import { oauthClient, type GoogleSettings } from './google.adapter.js';
import { grantOf, type Grant } from './grant.store.js';
import { breakGrant } from './outage.store.js';
import { translateGoogleError } from './translate-error.js';

/** What of the shell the refreshing of tokens needs. */
export interface AccessParts { readonly db: Db; readonly keys: Keyring; readonly google: GoogleSettings; readonly clock: Clock; readonly owner: string; readonly mailFrom: string }
/** An access token to use now. `refreshAt`: until then it is fresh, and nobody need be asked. */
export interface Access { readonly token: string; readonly expiresAt: Instant; readonly refreshAt: Instant }

/** One call of the token endpoint, the library's repeats included; shorter than the lease. */
const LIMIT_MS = 10_000;
/** Who needs the token that somebody else is fetching looks for it this often, and so long. */
const LOOK_MS = 100;
const WAIT_MS = 12_000;

export const revoked = (): Problem => new Problem('GOOGLE_GRANT_REVOKED', 'The coach has to connect their Google Calendar again.');

/** The access token of one grant, refreshed where it is due: one process at a time asks Google, under a lease on the grant's
 *  row; the others use the present token while it lives, or wait for what the one stores. `refused`: the token that Google
 *  has just refused, although it should be alive; it counts as dead.
 *  A refusal of the permission itself breaks the grant, once, with its letter, and only this grant.
 *  @throws Problem GOOGLE_GRANT_REVOKED, GOOGLE_UNREACHABLE, GOOGLE_QUOTA, GOOGLE_REFUSED (our OAuth client), SECRET_UNREADABLE */
export async function accessOf(parts: AccessParts, coachId: CoachId, grantId: GrantId, refused: string | null = null): Promise<Access> {
  refuseInsideTransaction('token refresh');
  const { db, keys, clock, owner } = parts;
  for (let waited = 0; ; waited += LOOK_MS) {
    const grant = await grantOf(db, coachId);
    if (grant?.id !== grantId || grant.state === 'broken') throw revoked();
    const now = clock.now();
    const present = presentAccess(keys, grant, refused);
    const age = present ? ageOf(present, now) : 'dead';
    if (present && age === 'fresh') return present;
    const rests = grant.refresh_not_before !== null && now < grant.refresh_not_before;
    if (present && age === 'ageing' && rests) return present;
    if (rests) throw new Problem('GOOGLE_UNREACHABLE', 'Google gave no new access token; it is asked again in a while.', { failures: grant.refresh_failures });
    const fence = await inTx(db, 'commit refresh-lease', (tx) => takeRefreshLease(tx, grant, owner, now));
    if (fence !== null) return refresh(parts, grant, fence, age === 'ageing' ? present : null);
    if (present && age === 'ageing') return present;
    if (waited >= WAIT_MS) throw new Problem('GOOGLE_UNREACHABLE', 'Somebody else asks Google for a new access token, and has got none.');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** How long, in ms, a token still lives of which the library says when it ends: it reckons by the machine's clock, we do not. */
// eslint-disable-next-line no-restricted-syntax -- undoes the library's own addition, so that only a length is left
export const lifeOf = (expiryDate: number): number => expiryDate - Date.now();

/** What the grant's row holds, unless Google has refused it. */
function presentAccess(keys: Keyring, grant: Grant, refused: string | null): Access | null {
  if (grant.access_token_sealed === null || grant.access_expires_at === null) return null;
  const token = keys.open(grant.access_token_sealed);
  return token === refused ? null : { token, expiresAt: grant.access_expires_at, refreshAt: grant.refresh_at ?? refreshAheadAt(grant.access_expires_at, grant.access_expires_at, 0) };
}

/** Asks the token endpoint, and stores what it says. `living`: what can be used if Google gives nothing new. */
async function refresh(parts: AccessParts, grant: Grant, fence: number, living: Access | null): Promise<Access> {
  const { db, keys, clock, google } = parts;
  const lease = { coachId: grant.coach_id, id: grant.id, fence };
  const askedAt = clock.now();
  try {
    const client = oauthClient(google, { limitMs: LIMIT_MS });
    client.setCredentials({ refresh_token: keys.open(grant.refresh_token_sealed) });
    // Only the event shows a refresh token that Google has exchanged (sheet 7.2).
    const exchanged: string[] = [];
    client.on('tokens', (tokens) => { if (tokens.refresh_token) exchanged.push(tokens.refresh_token); });
    const { credentials } = await client.refreshAccessToken();
    tookEffect('google refresh');
    if (!credentials.access_token || !credentials.expiry_date) throw new Problem('GOOGLE_UNREACHABLE', 'Google answered without an access token.');
    const expiresAt = plus(askedAt, lifeOf(credentials.expiry_date));
    const access = { token: credentials.access_token, expiresAt, refreshAt: refreshAheadAt(askedAt, expiresAt, Math.random()) };
    const sealed = { accessSealed: keys.seal(access.token), refreshSealed: exchanged[0] === undefined ? null : keys.seal(exchanged[0]) };
    await inTx(db, 'commit refresh', (tx) => saveAccess(tx, lease, { ...access, ...sealed }, clock.now()));
    return access;
  } catch (error) {
    const problem = translateGoogleError(error, { name: 'token refresh', isWrite: false });
    const now = clock.now();
    if (problem.code === 'GOOGLE_GRANT_REVOKED') {
      const reason = String(problem.facts.reason || problem.code);
      await inTx(db, 'commit grant-broken', (tx) => breakGrant(tx, { coachId: grant.coach_id, id: grant.id, reason }, parts.mailFrom, now));
      throw problem;
    }
    // A client or key that is set wrongly here says nothing about the endpoint: others are not kept from asking it.
    const notBefore = problem.remedy === 'wait' ? refreshAgainAt(grant.refresh_failures + 1, now, Math.random()) : null;
    await inTx(db, 'commit refresh', (tx) => putOffRefresh(tx, lease, notBefore));
    if (living) return living;
    throw problem;
  }
}
