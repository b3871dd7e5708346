import { subscribe } from 'node:diagnostics_channel';
import { pino, type Logger } from 'pino';
import { runs, type Run } from '../work/job-run.store.js';

export type { Logger };

/** JSON lines to standard output, or to `file`. Ids and counts only: what might be a secret or a name is never passed in. */
export function openLog(level: string, file: string | undefined, thread: string): Logger {
  return pino({ level, base: { thread, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: file ?? 1, sync: true, append: true, mkdir: true }));
}

/** Writes a line for each job run of this thread; failures with their cause. */
export function logRuns(log: Logger): void {
  subscribe(runs.name, (message) => {
    const run = message as Run;
    const line = { job: run.job, coach: run.coachId, subject: run.subject, outcome: run.outcome, did: run.did, counts: run.counts, ms: run.endedAt - run.startedAt, code: run.errorCode };
    if (run.outcome === 'failed') log.error({ ...line, cause: causes(run.error) }, 'run');
    else log.info(run.errorCode ? { ...line, cause: causes(run.error) } : line, 'run');
  });
}

/** Error names and codes down the chain of causes, and the stack of an unexpected one; no messages of vendors, which may quote data. */
function causes(error: unknown): unknown {
  const chain: string[] = [];
  for (let e = error; e instanceof Error; e = e.cause) chain.push([e.name, (e as { code?: unknown }).code].filter(Boolean).join(' '));
  const at = error instanceof Error ? error.stack?.split('\n').slice(1, 5).map((l) => l.trim()) : undefined;
  return { chain, at };
}
