import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Bree from 'bree';
import { LONG_RUNNING, TIMETABLE } from '../../jobs/index.js';
import type { Logger } from './logger.js';

export interface Timetable { stop(): Promise<void> }

/** The launcher ends the daemon after 2.8 s; closing what is open needs some of them. */
const STOP_MS = 2_000;
const LONGEST_BACKOFF_MS = 30_000;

/** Starts the timetable: one worker thread per job run. A long-running worker is started again, with backoff, whenever
 *  it ends; `stop()` asks all to finish and does not wait longer than two seconds. */
export function startTimetable(log: Logger, lead: SharedArrayBuffer | null): Timetable {
  let isStopping = false;
  const failures = new Map<string, number>();
  const reported = new Set<string>();
  const bree = new Bree({
    root: join(dirname(fileURLToPath(import.meta.url)), '../../jobs'),
    jobs: TIMETABLE.map((job) => ({ ...job })),
    logger: false,
    worker: { workerData: { lead } },
    // bree reports a failure twice, the error and then the exit code; a thread that just ends, once.
    errorHandler: (error: unknown, worker: { name: string }) => {
      if (reported.has(worker.name)) return;
      reported.add(worker.name);
      log.error({ job: worker.name, cause: error instanceof Error ? error.stack : String(error) }, 'a worker ended with an error');
    },
  });
  bree.on('worker deleted', (name: string) => {
    reported.delete(name);
    if (!LONG_RUNNING.has(name) || isStopping) return;
    const failed = failures.get(name) ?? 0;
    failures.set(name, failed + 1);
    const backoff = Math.min(500 * 2 ** failed, LONGEST_BACKOFF_MS);
    log.warn({ job: name, againInMs: backoff }, 'a long-running worker ended and is started again');
    setTimeout(() => { if (!isStopping) void bree.run(name); }, backoff).unref();
    setTimeout(() => { failures.set(name, Math.max(0, (failures.get(name) ?? 0) - 1)); }, 120_000).unref();
  });
  void bree.start();
  return {
    async stop() {
      isStopping = true;
      let timer: NodeJS.Timeout | undefined;
      const tooLong = new Promise<void>((resolve) => { timer = setTimeout(resolve, STOP_MS); });
      await Promise.race([bree.stop(), tooLong]);
      clearTimeout(timer);
    },
  };
}
