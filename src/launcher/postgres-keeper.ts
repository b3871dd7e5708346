/**
 * Keeps a Postgres running for as long as the launcher lives: starts it, starts it again if it is killed, and
 * stops it last. A program of its own, so that somebody is left to stop Postgres when the launcher is killed.
 * Arguments: --data <folder> [--log <file>]. Tells {ready, url, port, pid, folder} at each start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { withClient } from './cluster.js';
import { endWithLauncher, tellLauncher } from './leash.js';
import { isAlive } from './liveness.js';
import { startPostgres, type PostgresOptions, type RunningPostgres } from './postgres.js';

const ORPHAN_PATIENCE_MS = 5_000;
/** The whole of Makeway is to end within 5 s, and Postgres comes last. */
const STOP_PATIENCE_MS = 900;
const WATCH_MS = 300;

const { values } = parseArgs({ options: { data: { type: 'string' }, log: { type: 'string' } } });
if (values.data === undefined) throw new Error('postgres-keeper needs --data <folder>.');
const options: PostgresOptions = {
  dataDir: values.data,
  ...(values.log === undefined ? {} : { logFile: values.log }),
};

let isEnding = false;
let starting: Promise<RunningPostgres>;

// Listens before anything is begun: a start may copy and initdb for a while, and must not be cut in two.
endWithLauncher(async (isOrphaned) => {
  isEnding = true;
  const server = await starting;
  // The daemon loses its launcher in the same moment and still commits what is in flight.
  if (isOrphaned) await waitForClients(server, ORPHAN_PATIENCE_MS);
  await server.stop(STOP_PATIENCE_MS);
});

starting = start(options);
await watch(await starting);

async function start(how: PostgresOptions): Promise<RunningPostgres> {
  const server = await startPostgres(how);
  const { url, port, pid, folder } = server;
  tellLauncher({ ready: true, url, port, pid, folder });
  return server;
}

async function watch(first: RunningPostgres): Promise<void> {
  let server = first;
  let failures = 0;
  for (;;) {
    await sleep(WATCH_MS);
    if (isEnding) return;
    if (isAlive(server.pid)) continue;
    console.error(`Postgres (process ${String(server.pid)}) is gone; starting it again.`);
    starting = start({ ...options, port: server.port });
    try {
      server = await starting;
      failures = 0;
    } catch (error) {
      failures += 1;
      console.error(error);
      await sleep(Math.min(500 * 2 ** failures, 10_000));
    }
  }
}

async function waitForClients(server: RunningPostgres, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    try {
      const others = await withClient(server.url, async (client) => {
        const { rows } = await client.query<{ count: number }>(
          `select count(*)::int as count from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`);
        return rows[0]?.count ?? 0;
      });
      if (others === 0) return;
    } catch (error) {
      console.error('Postgres cannot tell who is connected; stopping it now.', error);
      return;
    }
    await sleep(100);
  }
}
