import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCluster, DATABASE_USER, disownStalePidFile, runningPostmaster, spawnPostmaster, withClient, type Cluster, type Postmaster } from './cluster.js';
import { readIfThere, tailOf, writeWhole } from './files.js';
import { waitUntilGone } from './liveness.js';
import { freePort } from './ports.js';
import { accountForPostgres, clusterHome, mayEnter } from './postgres-account.js';
import { findPostgresBinaries } from './postgres-binaries.js';

export interface PostgresOptions {
  /** Absolute; made if it is not there. The cluster, its password and its log are kept below it. */
  readonly dataDir: string;
  /** Default: the one of last time. Taken if it is free; else any free one. */
  readonly port?: number;
  /** False: faster, and commits may be lost when the machine fails. For tests. Default true. */
  readonly isDurable?: boolean;
  /** Default: `<dataDir>/logs/postgres.log`. */
  readonly logFile?: string;
}

export interface RunningPostgres {
  /** Of the database `makeway`, as its superuser. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** The folder of the cluster (PGDATA). */
  readonly folder: string;
  /** Whether a server of an earlier start was found running. */
  readonly wasRunning: boolean;
  /** Fast shutdown: what is open is rolled back, connections end. Resolves when no program of it is left. */
  stop(patienceMs?: number): Promise<void>;
}

const DATABASE = 'makeway';
const START_MS = 60_000;

/**
 * A real Postgres on 127.0.0.1 with the database `makeway`: found running, started again, or made new.
 * It is no child in any sense but the system's: it outlives us unless `stop` is called.
 * @throws Error with the end of the server's log if it does not come up within 60 s.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { dataDir, isDurable = true } = options;
  const logFile = options.logFile ?? join(dataDir, 'logs', 'postgres.log');
  mkdirSync(join(logFile, '..'), { recursive: true, mode: 0o700 });
  const rootsAccount = accountForPostgres();
  const home = clusterHome(dataDir, rootsAccount);
  const folder = join(home, 'cluster');
  // A cluster that an ordinary user made before is run by root as that user.
  const owner = statSync(home);
  const account = rootsAccount && (owner.uid === 0 ? rootsAccount : { uid: owner.uid, gid: owner.gid });
  if (account && !mayEnter(home, account)) {
    throw new Error(`Postgres does not run as root, and its account ${String(account.uid)} cannot get to its data in ${home}. Let it pass through the folders above (chmod o+x).`);
  }
  const cluster: Cluster = { folder, account, isDurable, binaries: findPostgresBinaries(dataDir, account), password: keptPassword(dataDir) };
  if (!existsSync(join(folder, 'PG_VERSION'))) createCluster(cluster, home);

  const deadline = performance.now() + START_MS;
  const found = await attach(cluster, deadline);
  const portNote = join(dataDir, 'postgres-port');
  const lastPort = readIfThere(portNote)?.trim();
  const wanted = options.port ?? (lastPort === undefined ? undefined : Number(lastPort));
  const server = found ?? (await start(cluster, wanted, logFile, deadline));
  if (String(server.port) !== lastPort) writeWhole(portNote, `${String(server.port)}\n`);
  const url = urlOf(cluster, server.port, DATABASE);
  await createDatabase(urlOf(cluster, server.port, 'postgres'));
  return { url, port: server.port, pid: server.pid, folder, wasRunning: found !== undefined, stop: (patienceMs) => stopPostmaster(folder, server.pid, patienceMs) };
}

/**
 * Stops the server if it still runs on this cluster: in order, or after `patienceMs` at once (the next start
 * then recovers from the log of writes; nothing committed is lost).
 */
async function stopPostmaster(folder: string, pid: number, patienceMs = 2_500): Promise<void> {
  for (const [signal, patience] of [['SIGINT', patienceMs], ['SIGQUIT', 1_000], ['SIGKILL', 1_000]] as const) {
    if (runningPostmaster(folder)?.pid === pid) {
      try {
        process.kill(pid, signal);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    if (await waitUntilGone([pid], patience)) return;
  }
  throw new Error(`Postgres (process ${String(pid)}) does not end.`);
}

function urlOf(cluster: Cluster, port: number, database: string): string {
  return `postgres://${DATABASE_USER}:${cluster.password}@127.0.0.1:${String(port)}/${database}`;
}

function keptPassword(dataDir: string): string {
  const path = join(dataDir, 'postgres-password');
  const kept = readIfThere(path)?.trim();
  if (kept !== undefined && kept !== '') return kept;
  const password = randomBytes(24).toString('base64url');
  writeWhole(path, `${password}\n`);
  return password;
}

/** Waits for a server that runs already: until it answers as ours, or until it is gone. */
async function attach(cluster: Cluster, deadline: number): Promise<Postmaster | undefined> {
  for (;;) {
    const running = runningPostmaster(cluster.folder);
    if (running === undefined) return undefined;
    const why = await refusal(cluster, running.port);
    if (why === undefined) return running;
    if (performance.now() >= deadline) {
      throw new Error(`A Postgres (process ${String(running.pid)}) runs on ${cluster.folder}, but does not answer on port ${String(running.port)}: ${why}`);
    }
    await sleep(50);
  }
}

async function start(cluster: Cluster, wanted: number | undefined, logFile: string, deadline: number): Promise<Postmaster> {
  for (;;) {
    disownStalePidFile(cluster.folder);
    const port = await freePort(wanted);
    const child = spawnPostmaster(cluster, port, logFile);
    while (!child.hasEnded()) {
      const running = runningPostmaster(cluster.folder);
      if (running?.pid === child.pid && running.isReady && (await refusal(cluster, port)) === undefined) return running;
      if (performance.now() >= deadline) {
        await stopPostmaster(cluster.folder, child.pid);
        throw new Error(`Postgres did not come up within ${String(START_MS / 1000)} s. The end of ${logFile}:\n${tailOf(logFile)}`);
      }
      await sleep(15);
    }
    // Children of a killed server need a moment to notice; and somebody may have been quicker on the port.
    const log = tailOf(logFile);
    const mayPass = /still in use|Address already in use|lock file .* already exists/.test(log);
    if (!mayPass || performance.now() >= deadline) throw new Error(`Postgres did not start. The end of ${logFile}:\n${log}`);
    await sleep(200);
  }
}

/** Why the server on this port does not serve as ours, or `undefined` if it does. */
async function refusal(cluster: Cluster, port: number): Promise<string | undefined> {
  try {
    // Only a server on our cluster knows its password; the folder tells a copy of the cluster from the original.
    return await withClient(urlOf(cluster, port, 'postgres'), async (client) => {
      const { rows } = await client.query<{ folder: string }>(`select current_setting('data_directory') as folder`);
      const serves = rows[0]?.folder ?? '';
      return existsSync(serves) && statSync(serves).ino === statSync(cluster.folder).ino ? undefined : `it serves ${serves}`;
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function createDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  });
}
