/** A coach leaves. The first commit ends everything that counts on their calendar; a row then carries the rest, step by
 *  step: the mirror is forgotten, Google is told. A crash between two steps costs a repeat of the step. */
import { lockCoach } from '../coach/coach.store.js';
import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { inTx } from '../postgres/transaction.js';
import { letGoOfRequests } from '../resolution/let-go.step.js';
import { IN_FLIGHT_MS } from '../resolution/landing.store.js';
import { claimRow, holdLease, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import {
  beginDisconnection, disconnectionById, forgetCalendars, forgetSome, lastDisconnection, lastOpenWriteAt, setForgotten, setLeft, type Disconnection,
} from './disconnection.store.js';
import { grantOf } from './grant.store.js';

/** `nothing`: no calendar is connected. `not-now`: a change at Google is being made this very moment. */
export type LeaveAnswer =
  | { readonly did: 'begun'; readonly requests: number; readonly asks: number; readonly unclear: number; readonly claim: Claim | null }
  | { readonly did: 'goes-on'; readonly claim: Claim | null }
  | { readonly did: 'nothing' } | { readonly did: 'not-now' };

/** Takes a coach's permission out of use, in one commit: from here on nothing reads or writes at Google for them. Requests
 *  stay on the pending list and say so, questions to clients end, sessions stay as they are. What is left to do goes on
 *  from the claimed row. Again: goes on with what the first time has left. */
export async function disconnect(shell: Shell, coachId: CoachId, by: 'coach' | 'operator'): Promise<LeaveAnswer> {
  const now = shell.clock.now();
  const lease = { owner: shell.owner, now, leaseMs: shell.leaseMs };
  return inTx(shell.db, 'commit disconnect', async (tx): Promise<LeaveAnswer> => {
    const coach = await lockCoach(tx, coachId);
    const grant = await grantOf(tx, coachId);
    if (!grant) {
      const last = await lastDisconnection(tx, coachId);
      if (!last || last.state === 'done') return { did: 'nothing' };
      return { did: 'goes-on', claim: await claimRow(tx, 'disconnections', { coachId, id: last.id }, lease) };
    }
    // With a working permission, what was just sent is soon known; without one, it may never be.
    const sentAt = await lastOpenWriteAt(tx, coachId);
    if (grant.state === 'active' && isInFlight(sentAt, now)) return { did: 'not-now' };
    const ended = await letGoOfRequests(tx, shell, coach, by, now);
    const id = await beginDisconnection(tx, grant, by, now);
    await remember(tx, { coachId, at: now, what: 'disconnected', by, facts: { disconnection: id, grant: grant.id, ...ended } });
    return { did: 'begun', ...ended, claim: await claimRow(tx, 'disconnections', { coachId, id }, lease) };
  });
}
const isInFlight = (sentAt: Instant | null, now: Instant): boolean => sentAt !== null && now - sentAt < IN_FLIGHT_MS;

/** How many rows of a mirror go in one commit, so that none is long. */
const BATCH = 5_000;
/** How often Google is tried: with the pauses between, for about an hour. Then the token is forgotten all the same. */
const MOST_ATTEMPTS = 18;

/** The worker of disconnections. */
export async function disconnectionWorker(shell: Shell, claim: Claim): Promise<Report> {
  const row = await disconnectionById(shell.db, claim.coachId, claim.id);
  if (!row || row.state === 'done') return { outcome: 'nothing' };
  const forgotten = row.state === 'forgetting' ? await forget(shell, claim) : 0;
  const left = await leave(shell, claim, row);
  return { outcome: left.outcome === 'not-reached' ? 'stopped' : 'done', did: `mirror forgotten, ${IN_WORDS[left.outcome]}`, counts: { forgotten, channels: left.stopped, unstopped: left.unstopped } };
}
const IN_WORDS = { revoked: 'permission given back', dead: 'permission was over already', 'not-reached': 'Google could not be told' } as const;

async function forget(shell: Shell, claim: Claim): Promise<number> {
  let total = 0;
  for (;;) {
    const some = await inTx(shell.db, 'commit forget', async (tx) => { await holdLease(tx, claim); return forgetSome(tx, claim.coachId, BATCH); });
    total += some;
    if (some === 0) break;
  }
  await inTx(shell.db, 'commit forget', async (tx) => {
    await setForgotten(tx, claim, shell.clock.now());
    await forgetCalendars(tx, claim.coachId);
  });
  return total;
}

/** Stops the channels and gives the permission back. A permission that is over, or whose key is gone, leaves nothing to
 *  tell; while Google is away it is tried again, for a while. What could not be done is told. */
async function leave(shell: Shell, claim: Claim, row: Disconnection): Promise<{ outcome: 'revoked' | 'dead' | 'not-reached'; stopped: number; unstopped: number }> {
  let stopped = 0;
  let outcome: 'revoked' | 'dead' | 'not-reached' = 'not-reached';
  try {
    if (row.refresh_token_sealed === null) throw new Problem('IMPOSSIBLE_STATE', 'A disconnection without its token.', { id: row.id });
    const google = shell.farewell(shell.keys.open(row.refresh_token_sealed));
    for (const channel of row.channels) if (await stops(google, channel)) stopped++;
    outcome = await google.revoke();
  } catch (error) {
    if (!(error instanceof Problem) || error.remedy === 'bug') throw error;
    if (error.remedy === 'wait' && claim.attempts < MOST_ATTEMPTS) throw error;
  }
  const unstopped = row.channels.length - stopped;
  const now = shell.clock.now();
  await inTx(shell.db, 'commit left', async (tx) => {
    await setLeft(tx, claim, outcome, now);
    await remember(tx, { coachId: claim.coachId, at: now, what: outcome === 'not-reached' ? 'forgotten here; Google could not be told' : 'permission given back', by: 'makeway', facts: { disconnection: row.id, outcome, stopped, unstopped } });
  });
  return { outcome, stopped, unstopped };
}

/** A channel that cannot be stopped for good ends by itself, and its pushes are strangers' by now. */
async function stops(google: ReturnType<Shell['farewell']>, channel: { id: string; resourceId: string }): Promise<boolean> {
  try {
    await google.stopChannel(channel);
    return true;
  } catch (error) {
    if (!(error instanceof Problem) || error.remedy === 'wait') throw error;
    return false;
  }
}
