/** Preload for a daemon under test (`node --import`, inherited by its worker threads). Writes each side effect to a file,
 *  and ends the whole process with SIGKILL right after the one that the order names: no handler runs, nothing is flushed.
 *  An order without a number ends only the worker thread, each time. */
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';

const record = process.env.MAKEWAY_TEST_EFFECTS ?? '';
const order = process.env.MAKEWAY_TEST_DEATH ?? '';
let own = 0;

subscribe('makeway:effect', (effect) => {
  // Threads write to one file; the mark tells a thread which line is its own.
  const line = `${effect}\t${threadId}.${(own += 1)}`;
  appendFileSync(record, `${line}\n`);
  if (!existsSync(order)) return;
  const { from, after, nth } = JSON.parse(readFileSync(order, 'utf8'));
  if (nth === null) {
    if (effect === after && threadId !== 0) process.exit(1);
    return;
  }
  const lines = readFileSync(record, 'utf8').trimEnd().split('\n');
  const here = lines.indexOf(line);
  const sameSoFar = lines.slice(from, here + 1).filter((each) => each.split('\t')[0] === after).length;
  if (effect === after && here >= from && sameSoFar === nth) process.kill(process.pid, 'SIGKILL');
});
