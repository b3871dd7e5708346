import { spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { projectRoot } from '../../config/settings.js';
import { withClient } from '../../src/launcher/cluster.js';
import { isAlive, waitUntilGone } from '../../src/launcher/liveness.js';
import { startPostgres, type RunningPostgres } from '../../src/launcher/postgres.js';
import { scratchFolder, until } from './scratch.js';

const scratch = scratchFolder();
const KEEPER = join(projectRoot(), 'dist/src/launcher/postgres-keeper.js');

async function ask(url: string, sql: string): Promise<unknown> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return Object.values(rows[0] ?? {})[0];
  });
}

describe('our own Postgres', () => {
  const dataDir = join(scratch, 'a folder with spaces, ü and \'quotes\'');
  let server: RunningPostgres;
  afterAll(() => server.stop());

  test('comes up without any locale, in UTF-8, only on loopback, and only for its password', async () => {
    const { LANG, LC_ALL, PGPORT } = process.env;
    delete process.env['LANG'];
    process.env['LC_ALL'] = 'xx_YY.latin1';
    process.env['PGPORT'] = '1';
    try {
      server = await startPostgres({ dataDir });
    } finally {
      for (const [name, value] of Object.entries({ LANG, LC_ALL, PGPORT })) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    }
    expect(server.wasRunning).toBe(false);
    expect(await ask(server.url, 'show server_encoding')).toBe('UTF8');
    expect(await ask(server.url, `select lower('ÄÖÜ')`)).toBe('äöü');
    expect(await ask(server.url, 'show listen_addresses')).toBe('127.0.0.1');
    expect(await ask(server.url, 'show unix_socket_directories')).toBe('');
    expect(await ask(server.url, 'show fsync')).toBe('on');
    await expect(ask(server.url.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
    expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
    await ask(server.url, 'create table kept (word text)');
    await ask(server.url, `insert into kept values ('before')`);
  });

  test('a second start finds it running', async () => {
    const again = await startPostgres({ dataDir });
    expect(again).toMatchObject({ url: server.url, pid: server.pid, wasRunning: true });
  });

  test('is started again, with what was committed, after it was killed', async () => {
    process.kill(server.pid, 'SIGKILL');
    await waitUntilGone([server.pid], 5_000);
    const again = await startPostgres({ dataDir, port: server.port });
    expect(again).toMatchObject({ port: server.port, wasRunning: false });
    expect(again.pid).not.toBe(server.pid);
    server = again;
    expect(await ask(server.url, 'select word from kept')).toBe('before');
  });

  test('a pid file that names another living program is seen through', async () => {
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const path = join(server.folder, 'postmaster.pid');
    const { uid, gid } = statSync(server.folder);
    writeFileSync(path, [bystander.pid, server.folder, 1_700_000_000, server.port, '', '127.0.0.1', '  1 1', 'ready', ''].join('\n'), { mode: 0o600 });
    chownSync(path, uid, gid);
    try {
      server = await startPostgres({ dataDir, port: server.port });
      expect(await ask(server.url, 'select word from kept')).toBe('before');
      expect(bystander.exitCode ?? bystander.signalCode).toBe(null);
    } finally {
      bystander.kill('SIGKILL');
    }
  });

  test('takes another port if the wanted one is in use', async () => {
    const other = await startPostgres({ dataDir: join(scratch, 'other'), port: server.port, isDurable: false });
    try {
      expect(other.port).not.toBe(server.port);
      expect(await ask(other.url, 'select current_database()')).toBe('makeway');
      expect(await ask(other.url, 'show fsync')).toBe('off');
    } finally {
      await other.stop();
    }
    expect(isAlive(other.pid)).toBe(false);
  });

  test('stops although somebody is connected', async () => {
    const sleeping = ask(server.url, 'select pg_sleep(60)');
    sleeping.catch(() => undefined);
    await until(async () => ((await ask(server.url, `select count(*)::int from pg_stat_activity where query like '%pg_sleep(60)%'`)) as number) > 1 || undefined, 'the sleeper sleeps');
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    await expect(sleeping).rejects.toThrow();
  });
});

describe.runIf(process.getuid?.() === 0)('as root, in a folder that no other account may enter', () => {
  test('Postgres runs unprivileged on a folder outside, and the second start finds it', async () => {
    const closed = join(scratch, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const dataDir = join(closed, 'data');
    const first = await startPostgres({ dataDir, isDurable: false });
    try {
      expect(first.folder.startsWith(closed)).toBe(false);
      expect(statSync(join(first.folder, '..')).mode & 0o777).toBe(0o700);
      expect(statSync(`/proc/${String(first.pid)}`).uid).not.toBe(0);
      await ask(first.url, 'create table kept ()');
      await first.stop();
      const second = await startPostgres({ dataDir, isDurable: false });
      expect(await ask(second.url, 'select count(*)::int from kept')).toBe(0);
      await second.stop();

      // Somebody put a folder of theirs in its place.
      const home = join(first.folder, '..');
      chownSync(home, 12_345, 12_345);
      await expect(startPostgres({ dataDir })).rejects.toThrow(/not a folder of account/);
    } finally {
      rmSync(join(first.folder, '..'), { recursive: true });
      rmSync(`${join(first.folder, '..')}.txt`);
    }
  });
});

describe('the keeper of Postgres', () => {
  interface Ready { url: string; pid: number; port: number }
  const dataDir = join(scratch, 'kept');
  const keepers: ChildProcess[] = [];
  let last: Ready | undefined;
  afterEach(async () => {
    for (const keeper of keepers.splice(0)) keeper.kill('SIGKILL');
    if (last && isAlive(last.pid)) await (await startPostgres({ dataDir })).stop();
  });

  async function keep(): Promise<{ keeper: ChildProcess; ready: Ready; next: () => Promise<Ready> }> {
    const keeper = spawn(process.execPath, [KEEPER, '--data', dataDir, '--log', join(dataDir, 'pg.log')], { detached: true, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    keepers.push(keeper);
    const next = (): Promise<Ready> => new Promise((resolve, reject) => {
      keeper.once('message', (message) => { resolve(last = message as unknown as Ready); });
      keeper.once('exit', () => { reject(new Error(`the keeper ended:\n${readFileSync(join(dataDir, 'pg.log'), 'utf8')}`)); });
    });
    return { keeper, ready: await next(), next };
  }

  test('killed itself, it leaves Postgres running, and the next keeper finds it', async () => {
    const { keeper, ready } = await keep();
    keeper.kill('SIGKILL');
    await until(() => keeper.signalCode ?? undefined, 'the keeper is gone');
    expect(isAlive(ready.pid)).toBe(true);
    expect((await keep()).ready).toMatchObject({ pid: ready.pid, url: ready.url });
  });

  test('starts Postgres again where it was, if that is killed', async () => {
    const { ready, next } = await keep();
    const again = next();
    process.kill(ready.pid, 'SIGKILL');
    expect((await again).url).toBe(ready.url);
    expect((await again).pid).not.toBe(ready.pid);
    expect(await ask(ready.url, 'select 1')).toBe(1);
  });

  test('asked to end, it stops Postgres and ends with 0', async () => {
    const { keeper, ready } = await keep();
    keeper.kill('SIGTERM');
    expect(await until(() => keeper.exitCode ?? undefined, 'the keeper ends')).toBe(0);
    expect(isAlive(ready.pid)).toBe(false);
  });

  test('left alone, it waits for clients to go and then stops Postgres', async () => {
    const { keeper, ready } = await keep();
    const committed = withClient(ready.url, async (client) => {
      await client.query('begin');
      await client.query('create table in_flight as select 1');
      keeper.disconnect();
      await new Promise((resolve) => setTimeout(resolve, 700));
      await client.query('commit');
    });
    await committed;
    await until(() => keeper.exitCode ?? undefined, 'the keeper ends');
    expect(isAlive(ready.pid)).toBe(false);
    expect(await ask((await keep()).ready.url, 'select count(*)::int from in_flight')).toBe(1);
  });
});
