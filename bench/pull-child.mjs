/** One process that pulls the calendars that are due, once, in a thread with the limits of the daemon's own, and says how long it
 *  took and how much memory it had at most. Its peak is read from the system, so that what lies outside the heap counts too. */
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { readDaemonSettings } from '../dist/config/settings.js';
import { TIMETABLE } from '../dist/jobs/index.js';
import { compose, WORKERS } from '../dist/src/ops/compose.js';
import { drain } from '../dist/src/work/run-due.flow.js';

if (isMainThread) {
  const { resourceLimits } = TIMETABLE.find((job) => job.name === 'full-reads').worker;
  const thread = new Worker(new URL(import.meta.url), { resourceLimits });
  thread.once('message', (took) => {
    const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
    process.send({ ...took, peakMb });
    process.disconnect();
  });
} else {
  const { shell, close } = compose(readDaemonSettings(process.env), 'bench', { connections: 4 });
  await shell.db.raw('select 1');
  const began = performance.now(), cpu = process.cpuUsage();
  await drain(shell, WORKERS);
  const ms = performance.now() - began, { user, system } = process.cpuUsage(cpu);
  await close();
  parentPort.postMessage({ ms, cpuMs: (user + system) / 1000 });
}
