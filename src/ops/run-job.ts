import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { readDaemonSettings } from '../../config/settings.js';
import { plus } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { translateDatabaseError } from '../postgres/translate-error.js';
import { recordRun } from '../work/job-run.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { compose, WORKERS } from './compose.js';
import { dueLoop, FULL_READS, LANES, type Lane } from './due-loop.js';
import { logRuns, openLog, type Logger } from './logger.js';
import { sandboxClock } from './sandbox-clock.js';
import type { Clock } from '../kernel/clock.port.js';

/** Aborted when the supervisor says "cancel"; the job answers by finishing. */
function cancellation(): AbortSignal {
  const controller = new AbortController();
  parentPort?.on('message', (message) => { if (message === 'cancel') controller.abort(); });
  return controller.signal;
}

/** In the sandbox the supervisor shares how far its time is ahead. */
function clockHere(): { clock: Clock } | Record<string, never> {
  const { lead } = (workerData ?? {}) as { lead?: SharedArrayBuffer | null };
  return lead ? { clock: sandboxClock(lead) } : {};
}

/** The body of a timetable job: puts a shell together, runs one flow, writes the run down, ends the thread. */
export async function runJob(name: string, flow: (shell: Shell) => Promise<Report>): Promise<void> {
  const settings = readDaemonSettings(process.env);
  const log = openLog(settings.logLevel, settings.logFile, name);
  logRuns(log);
  const { shell, close } = compose(settings, name, { connections: 2, ...clockHere() });
  const startedAt = shell.clock.now();
  const entry = { job: name, coachId: null, subject: null, startedAt };
  cancellation();
  try {
    const report = await flow(shell);
    await recordRun(shell.db, { ...entry, outcome: report.outcome, counts: report.counts ?? {}, did: report.did ?? null, errorCode: null, endedAt: plus(shell.clock.now(), 0) });
  } catch (thrown) {
    const error = translateDatabaseError(thrown);
    const code = error instanceof Problem ? error.code : 'UNEXPECTED';
    if (code === 'DATABASE_AWAY') log.error({ job: name, code }, 'job could not run');
    else await recordRun(shell.db, { ...entry, outcome: 'failed', counts: {}, did: null, errorCode: code, endedAt: shell.clock.now(), error: error instanceof Error ? error : new Error(String(error)) });
  } finally {
    await close();
  }
  parentPort?.postMessage('cancelled');
  parentPort?.close();
}

/** On Linux each thread has a priority of its own: this one then waits for the others whenever the processor is short. */
function yieldToOthers(log: Logger): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Number(basename(readlinkSync('/proc/thread-self'))), constants.priority.PRIORITY_LOW);
  } catch (error) {
    log.warn({ code: (error as { code?: unknown }).code }, 'this thread keeps its priority: the system does not let it go lower');
  }
}

/** The body of a long-running worker that does the due work of `lanes`. */
async function runLanes(name: string, lanes: readonly Lane[], connections: number, prepare: (log: Logger) => void = () => undefined): Promise<void> {
  const settings = readDaemonSettings(process.env);
  const log = openLog(settings.logLevel, settings.logFile, name);
  logRuns(log);
  prepare(log);
  const { shell, close } = compose(settings, name, { connections, ...clockHere() });
  await dueLoop(shell, WORKERS, lanes, settings.databaseUrl, log, cancellation());
  await close();
  parentPort?.postMessage('cancelled');
  parentPort?.close();
}
export const runDueWork = (): Promise<void> => runLanes('due-work', LANES, 6);
export const runFullReads = (): Promise<void> => runLanes('full-reads', FULL_READS, 3, yieldToOthers);
