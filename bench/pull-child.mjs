/** One process that pulls the calendars that are due, once, and says how long it took and how much memory it had at most.
 *  Its peak is read from the system, so that what lies outside the heap counts too. */
import { readFileSync } from 'node:fs';
import { compose, WORKERS } from '../dist/src/ops/compose.js';
import { readDaemonSettings } from '../dist/config/settings.js';
import { drain } from '../dist/src/work/run-due.flow.js';

const { shell, close } = compose(readDaemonSettings(process.env), 'bench', { connections: 4 });
await shell.db.raw('select 1');
const began = performance.now(), cpu = process.cpuUsage();
await drain(shell, WORKERS);
const ms = performance.now() - began, { user, system } = process.cpuUsage(cpu);
await close();
const peakMb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
process.send({ ms, cpuMs: (user + system) / 1000, peakMb });
process.disconnect();
