import { spawn, spawnSync } from 'node:child_process';
import { chownSync, closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { readIfThere, writeWhole } from './files.js';
import { isAlive, workingFolderOf } from './liveness.js';
import type { Account } from './postgres-account.js';
import type { PostgresBinaries } from './postgres-binaries.js';

/** A Postgres cluster on disk: its folder, and all that is needed to run it. */
export interface Cluster {
  /** PGDATA. */
  readonly folder: string;
  readonly account: Account | undefined;
  readonly binaries: PostgresBinaries;
  readonly password: string;
  /** False: commits may be lost when the machine (not Postgres) fails. For tests. */
  readonly isDurable: boolean;
}

/** What postmaster.pid says of the server that runs, or ran, on the cluster. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

/** The superuser of a cluster, also its only account. */
export const DATABASE_USER = 'makeway';

/** Every program of Postgres gets the same few names, so that the user's locale and PG… settings cannot matter. */
function plainEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LANG: 'C', LC_ALL: 'C', TZ: 'UTC', ...(process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] } : {}) };
}

/** Makes the files of a new cluster. A crash leaves none, or all of them. */
export function createCluster(cluster: Cluster, home: string): void {
  const draft = `${cluster.folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  const passwordFile = join(home, 'password-for-initdb');
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, cluster.password, { mode: 0o600, flag: 'wx' });
  try {
    if (cluster.account) chownSync(passwordFile, cluster.account.uid, cluster.account.gid);
    const run = spawnSync(cluster.binaries.initdb, [
      '--pgdata', draft, '--username', DATABASE_USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256',
      '--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C',
      '--no-sync', '--no-instructions', '--wal-segsize', '4',
      '--set', 'max_connections=200', '--set', 'shared_buffers=64MB',
    ], { cwd: home, env: plainEnvironment(), ...cluster.account, encoding: 'utf8' });
    if (run.error) throw new Error(`initdb could not be started: ${run.error.message}`, { cause: run.error });
    if (run.status !== 0) throw new Error(`initdb failed:\n${run.stdout}${run.stderr}`.trim());
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, cluster.folder);
}

/** Starts the server in a session of its own, so that neither Ctrl-C nor our end reaches it. */
export function spawnPostmaster(cluster: Cluster, port: number, logFile: string): { pid: number; hasEnded: () => boolean } {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '64MB',
    wal_level: 'minimal',
    max_wal_senders: 0,
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
    io_method: 'sync',
    cluster_name: 'makeway',
    ...(cluster.isDurable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const log = openSync(logFile, 'a', 0o600);
  try {
    const child = spawn(cluster.binaries.postgres, [
      '-D', cluster.folder, '-p', String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${String(value)}`]),
    ], { cwd: join(cluster.folder, '..'), env: plainEnvironment(), ...cluster.account, detached: true, stdio: ['ignore', log, log] });
    let ended = false;
    child.once('exit', () => { ended = true; });
    child.once('error', () => { ended = true; });
    child.unref();
    if (child.pid === undefined) throw new Error(`Postgres could not be started from ${cluster.binaries.postgres}.`);
    return { pid: child.pid, hasEnded: () => ended };
  } finally {
    closeSync(log);
  }
}

/** The server that postmaster.pid names, if it really runs on this cluster now. */
export function runningPostmaster(folder: string): Postmaster | undefined {
  const lines = readIfThere(join(folder, 'postmaster.pid'))?.split('\n');
  const pid = Number(lines?.[0]);
  const port = Number(lines?.[3]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return undefined;
  // Its number may long belong to another program: a server stands in its data folder.
  const standsIn = workingFolderOf(pid);
  if (standsIn !== undefined && !isSameFolder(standsIn, folder)) return undefined;
  return { pid, port, isReady: lines?.[7]?.trim() === 'ready' };
}

/**
 * Lets a new server pass a pid file whose number now belongs to another program. The file itself stays, because
 * Postgres also reads in it whether children of the dead server still use its memory; our own number in the
 * first line is one that a server started by us takes for stale.
 */
export function disownStalePidFile(folder: string): void {
  const path = join(folder, 'postmaster.pid');
  const lines = readIfThere(path)?.split('\n');
  if (lines === undefined) return;
  const { uid, gid, mode } = statSync(path);
  writeWhole(path, [String(process.pid), ...lines.slice(1)].join('\n'), mode & 0o777);
  if (process.getuid?.() === 0) chownSync(path, uid, gid);
}

function isSameFolder(one: string, other: string): boolean {
  if (!existsSync(one)) return false;
  const [a, b] = [statSync(one), statSync(other)];
  return a.dev === b.dev && a.ino === b.ino;
}

/** A connection to the server, for the time of `use`. */
export async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  // A server that ends under us is reported by the query that fails; without a listener it would end us as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
