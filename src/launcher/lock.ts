import { linkSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere, writeWhole } from './files.js';
import { isAlive, startMarkOf, waitUntilGone } from './liveness.js';

interface Running {
  readonly pid: number;
  readonly mark?: string;
}
interface LockText extends Running {
  readonly web?: string;
  readonly children?: readonly Running[];
}

/** Somebody else runs on this data folder. The message says where. */
export class AlreadyRunning extends Error {}

/** The right of one launcher to a data folder, kept in `<dataDir>/launcher.json`. */
export interface Lock {
  /** Writes down what runs, for a second start and for the first one after a crash. */
  note(facts: { readonly web?: string; readonly children: readonly number[] }): void;
  release(): void;
}

/** Longer than orphans give themselves: Postgres waits 5 s for its clients. */
const ORPHANS_END_WITHIN_MS = 8_000;

/**
 * Takes the folder. If a launcher was killed here, its children are waited for (they end by themselves), so that
 * they neither hold our ports nor stop Postgres under us.
 * @throws AlreadyRunning if another launcher lives.
 */
export async function lockFolder(dataDir: string): Promise<Lock> {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'launcher.json');
  const draft = `${path}.${String(process.pid)}`;
  const write = (to: string, facts: Omit<LockText, 'pid'>): void => { writeWhole(to, `${JSON.stringify({ ...running(process.pid), ...facts })}\n`); };

  write(draft, {});
  let left: LockText | undefined;
  try {
    // A link appears at once with its text, or fails because the name is taken.
    while (!tryLink(draft, path)) {
      const text = readIfThere(path);
      if (text === undefined) continue;
      const holder = JSON.parse(text) as LockText;
      if (isStill(holder)) {
        throw new AlreadyRunning(`Makeway already runs on ${dataDir}${holder.web === undefined ? '' : `, at ${holder.web}`} (process ${String(holder.pid)}). Use that one, stop it, or set MAKEWAY_DATA_DIR to another folder.`);
      }
      if (setAside(path, text)) left = holder;
    }
  } finally {
    rmSync(draft, { force: true });
  }
  const lock: Lock = {
    note: ({ web, children }) => { write(path, { ...(web === undefined ? {} : { web }), children: children.map(running) }); },
    release: () => { rmSync(path, { force: true }); },
  };
  await endOrphans(left?.children ?? []);
  return lock;
}

async function endOrphans(children: readonly Running[]): Promise<void> {
  const orphans = children.filter(isStill).map(({ pid }) => pid);
  if (await waitUntilGone(orphans, ORPHANS_END_WITHIN_MS)) return;
  for (const orphan of children.filter(isStill)) process.kill(orphan.pid, 'SIGKILL');
  await waitUntilGone(orphans, 1_000);
}

function running(pid: number): Running {
  const mark = startMarkOf(pid);
  return mark === undefined ? { pid } : { pid, mark };
}

/** Not merely a program with the same number. */
function isStill({ pid, mark }: Running): boolean {
  return isAlive(pid) && (mark === undefined || startMarkOf(pid) === mark);
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the lock of a dead launcher, and only that: another start may have replaced it since we read it. */
function setAside(path: string, stale: string): boolean {
  const aside = `${path}.stale-${String(process.pid)}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const isTheStaleOne = readFileSync(aside, 'utf8') === stale;
  if (!isTheStaleOne) tryLink(aside, path);
  rmSync(aside);
  return isTheStaleOne;
}
