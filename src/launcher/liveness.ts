import { readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readIfThere } from './files.js';

/** Whether a program with this id runs. One that has ended but was not yet collected by its parent does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, under another account.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return stateOf(pid) !== 'Z';
}

/**
 * When the program was started, as an opaque mark. A pid is given away again after its program ended;
 * pid and mark together are not. `undefined` where the system does not tell (no /proc) or nothing runs.
 */
export function startMarkOf(pid: number): string | undefined {
  // Field 22 counts clock ticks since boot, so the boot belongs to the mark.
  const ticks = statFields(pid)?.[19];
  return ticks === undefined ? undefined : `${readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? ''}:${ticks}`;
}

/** Working folder of a running program, or `undefined` where the system does not tell. */
export function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${String(pid)}/cwd`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EPERM' || code === 'ESRCH') return undefined;
    throw error;
  }
}

/** Waits until none of the programs runs. Answers whether that happened within the time. */
export async function waitUntilGone(pids: readonly number[], withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (pids.some(isAlive)) {
    if (performance.now() >= deadline) return false;
    await sleep(20);
  }
  return true;
}

function stateOf(pid: number): string | undefined {
  return statFields(pid)?.[0];
}

/** Fields of /proc/<pid>/stat from the third (state) on; the second may itself contain spaces and brackets. */
function statFields(pid: number): string[] | undefined {
  let text: string | undefined;
  try {
    text = readIfThere(`/proc/${String(pid)}/stat`);
  } catch (error) {
    // ESRCH: it ended between open and read.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}
