import { Problem } from '../kernel/problem.js';
import { plus } from '../kernel/interval.js';
import { translateDatabaseError } from '../postgres/translate-error.js';
import { retryAt } from './back-off.js';
import { BACKGROUND } from './claim.js';
import { claimDue, layToRest, putOff, QUEUES, release, renewLease, type Claim, type Queue } from './due.store.js';
import { recordRun } from './job-run.store.js';
import type { Shell, Worker } from './shell.port.js';

export type Workers = Readonly<Record<Queue, Worker>>;

/** What waits for nothing but the coach's permission. The outage is told once, by letter and history, and not by each row. */
const RESTS: ReadonlySet<Queue> = new Set(BACKGROUND);

/** Does one claimed piece of work, writes its run to the job log, and gives the row back. Never throws for a failure
 *  of the work itself: that is on the row and in the log. @throws Problem DATABASE_AWAY */
export async function work(shell: Shell, workers: Workers, claim: Claim): Promise<void> {
  const startedAt = shell.clock.now();
  const entry = { job: claim.queue, coachId: claim.coachId, subject: claim.id, startedAt };
  // The lease outlives slow calls: it is renewed while the work goes on. If it is lost, the next commit says so.
  let isBeating = false;
  const heartbeat = setInterval(() => {
    if (isBeating) return;
    isBeating = true;
    // A beat that fails needs no answer: the fence refuses the commits of whoever lost the lease.
    renewLease(shell.db, claim, shell.clock.now(), shell.leaseMs).catch(() => undefined).finally(() => { isBeating = false; });
  }, shell.leaseMs / 3);
  try {
    const report = await workers[claim.queue](shell, claim);
    await release(shell.db, claim);
    await recordRun(shell.db, { ...entry, outcome: report.outcome, counts: report.counts ?? {}, did: report.did ?? null, errorCode: null, endedAt: shell.clock.now() });
  } catch (thrown) {
    const error = translateDatabaseError(thrown);
    const problem = error instanceof Problem ? error : null;
    if (problem?.code === 'DATABASE_AWAY') throw problem;
    const code = problem?.code ?? 'UNEXPECTED';
    const lost = problem?.code === 'LEASE_LOST';
    const now = shell.clock.now();
    // The row itself may have gone on under the same lease: by the fence, this gives back only what is ours.
    const rests = problem?.remedy === 'reconnect' && RESTS.has(claim.queue);
    if (lost) await release(shell.db, claim);
    else if (rests) await layToRest(shell.db, claim, plus(now, 1_000), code);
    else await putOff(shell.db, claim, retryAt(problem, claim.attempts, now, Math.random()), code);
    await recordRun(shell.db, {
      ...entry, outcome: lost || rests ? 'nothing' : problem?.remedy === 'wait' || problem?.remedy === 'reread' ? 'again' : 'failed',
      counts: {}, did: null, errorCode: code, endedAt: now, error: error instanceof Error ? error : new Error(String(error)),
    });
  } finally {
    clearInterval(heartbeat);
  }
}

/** Claims and does what is due in `queue`, at most `limit` rows. Returns how many rows were worked on. */
export async function runDue(shell: Shell, workers: Workers, queue: Queue, limit: number): Promise<number> {
  const claims = await claimDue(shell.db, queue, { owner: shell.owner, now: shell.clock.now(), leaseMs: shell.leaseMs, limit });
  await Promise.all(claims.map((claim) => work(shell, workers, claim)));
  return claims.length;
}

/** Does everything that is due now, and what that makes due, until nothing is. Returns how many pieces of work. */
export async function drain(shell: Shell, workers: Workers, limit = 8): Promise<number> {
  let total = 0;
  for (let round = 0; round < 1_000; round++) {
    let done = 0;
    for (const queue of QUEUES) done += await runDue(shell, workers, queue, limit);
    if (done === 0) return total;
    total += done;
  }
  throw new Problem('IMPOSSIBLE_STATE', 'The due work does not come to an end.', { total });
}
