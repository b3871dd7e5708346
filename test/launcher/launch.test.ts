import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { afterEach, describe, expect, test } from 'vitest';
import { readDaemonSettings } from '../../config/settings.js';
import { readMails } from '../../src/launcher/caught-mail.js';
import { isAlive, waitUntilGone } from '../../src/launcher/liveness.js';
import { freePort } from '../../src/launcher/ports.js';
import { scratchFolder, until } from './scratch.js';

interface SandboxFile {
  web: string; postgres: string; emulator: string; smtp: string; coachSlug: string; apiKey: string; accounts: string[]; dataDir: string;
  pids: Record<'launcher' | 'daemon' | 'emulator' | 'mailCatcher' | 'postgres' | 'postgresKeeper', number>;
}

const LAUNCHER = fileURLToPath(new URL('children/launcher.mjs', import.meta.url));
const scratch = scratchFolder();
const started: ChildProcess[] = [];
let count = 0;

afterEach(async () => {
  for (const launcher of started.splice(0)) {
    if (launcher.exitCode !== null || launcher.signalCode !== null) continue;
    launcher.kill('SIGTERM');
    await until(() => launcher.exitCode ?? launcher.signalCode ?? undefined, 'the launcher of a test ends', 15_000);
  }
});

function start(env: Record<string, string> = {}, dataDir = join(scratch, `data ${String(count += 1)}`)) {
  const { NODE_OPTIONS: _ours, ...surroundings } = process.env;
  const launcher = spawn(process.execPath, [LAUNCHER], { env: { ...surroundings, MAKEWAY_DATA_DIR: dataDir, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(launcher);
  let said = '';
  for (const stream of [launcher.stdout, launcher.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const file = join(dataDir, 'sandbox.json');
  return {
    launcher,
    dataDir,
    said: () => said,
    sandbox: () => JSON.parse(readFileSync(file, 'utf8')) as SandboxFile,
    ready: () => until(() => {
      if (launcher.exitCode !== null) throw new Error(`the launcher ended: ${said}`);
      return said.includes('Ctrl-C') && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SandboxFile) : undefined;
    }, 'everything runs', 30_000),
    ended: async () => {
      await until(() => launcher.exitCode ?? launcher.signalCode ?? undefined, 'the launcher ends', 15_000);
      return launcher.exitCode;
    },
  };
}

const askDaemon = async (web: string) => (await (await fetch(web)).json()) as { pid: number; env: Record<string, string> };

async function takePort(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  return server;
}

describe('npm start', () => {
  test('runs everything, tells a person and a program about it, and ends in order within 5 s of Ctrl-C', async () => {
    const run = start();
    const sandbox = await run.ready();
    expect(run.said()).toContain(sandbox.web);
    expect(run.said()).toContain(join(run.dataDir, 'logs'));
    expect(sandbox).toMatchObject({ coachSlug: 'kim', apiKey: 'key', accounts: ['kim@makeway.example'], dataDir: run.dataDir });
    expect(statSync(join(run.dataDir, 'sandbox.json')).mode & 0o777).toBe(0o600);

    const { env, pid } = await askDaemon(sandbox.web);
    expect(pid).toBe(sandbox.pids.daemon);
    expect(readDaemonSettings(env)).toMatchObject({ sandbox: true, databaseUrl: sandbox.postgres, emulatorUrl: sandbox.emulator, smtpUrl: sandbox.smtp, publicUrl: sandbox.web, dataDir: run.dataDir, sandboxFile: join(run.dataDir, 'sandbox.json') });
    const launched = JSON.parse(readFileSync(join(run.dataDir, 'launched-environment.json'), 'utf8')) as Record<string, string>;
    expect(readDaemonSettings(launched).secretKeys).toEqual(readDaemonSettings(env).secretKeys);

    await createTransport(sandbox.smtp).sendMail({ from: 'a@b.example', to: 'c@d.example', subject: 'hello' });
    expect((await readMails(join(run.dataDir, 'mail'))).map(({ subject }) => subject)).toEqual(['hello']);

    const asked = performance.now();
    run.launcher.kill('SIGINT');
    run.launcher.kill('SIGINT'); // npm hands on what the terminal already sent
    expect(await run.ended()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect(Object.values(sandbox.pids).filter(isAlive)).toEqual([]);
    expect(readFileSync(join(run.dataDir, 'ends.txt'), 'utf8')).toBe('daemon asked\nemulator asked\n');
  });

  test('a second start on the same folder says where the first one runs', async () => {
    const first = start();
    const { web } = await first.ready();
    const second = start({}, first.dataDir);
    expect(await second.ended()).toBe(1);
    expect(second.said()).toContain(`at ${web}`);
    expect((await askDaemon(web)).pid).toBe(first.sandbox().pids.daemon);
  });

  test.each(['daemon', 'emulator', 'mailCatcher', 'postgres', 'postgresKeeper'] as const)('a killed %s comes back at the same address', async (who) => {
    const run = start();
    const before = await run.ready();
    process.kill(before.pids[who], 'SIGKILL');
    const after = await until(() => {
      const now = run.sandbox();
      return now.pids[who] !== before.pids[who] && isAlive(now.pids[who]) ? now : undefined;
    }, 'it is back');
    expect(after).toEqual({ ...before, pids: { ...before.pids, [who]: after.pids[who] } });
    run.launcher.kill('SIGINT');
    expect(await run.ended()).toBe(0);
    expect(Object.values(after.pids).filter(isAlive)).toEqual([]);
  });

  test('all end by themselves when the launcher is killed, and a start right then goes on at the same addresses', async () => {
    const run = start();
    const before = await run.ready();
    run.launcher.kill('SIGKILL');
    const again = start({}, run.dataDir);
    const after = await again.ready();
    expect(Object.values(before.pids).filter(isAlive)).toEqual([]);
    expect(readFileSync(join(run.dataDir, 'ends.txt'), 'utf8').split('\n').filter(Boolean).sort()).toEqual(['daemon orphaned', 'emulator orphaned']);
    expect({ ...after, pids: 0 }).toEqual({ ...before, pids: 0 });
  });

  test('after everything was killed, Postgres is found running or started again', async () => {
    const run = start();
    const before = await run.ready();
    const { postgres, launcher, ...children } = before.pids;
    for (const pid of [launcher, ...Object.values(children)]) process.kill(pid, 'SIGKILL');
    await waitUntilGone([launcher, ...Object.values(children)], 5_000);
    expect(isAlive(postgres)).toBe(true);
    const again = start({}, run.dataDir);
    const after = await again.ready();
    expect(after.pids.postgres).toBe(postgres);
    for (const pid of Object.values(after.pids)) process.kill(pid, 'SIGKILL');
    expect({ ...(await start({}, run.dataDir).ready()), pids: 0 }).toEqual({ ...before, pids: 0 });
  });

  test('a daemon that ignores the request to end is killed, and all is over within 5 s', async () => {
    const run = start({ TEST_DAEMON_HANGS: '1' });
    const { pids } = await run.ready();
    const asked = performance.now();
    run.launcher.kill('SIGTERM');
    expect(await run.ended()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect(Object.values(pids).filter(isAlive)).toEqual([]);
  });

  test('a second Ctrl-C hastens', async () => {
    const run = start({ TEST_DAEMON_HANGS: '1' });
    await run.ready();
    const asked = performance.now();
    run.launcher.kill('SIGINT');
    setTimeout(() => run.launcher.kill('SIGINT'), 1_100);
    expect(await run.ended()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(2_600);
  });

  test('Ctrl-C during the start ends what was begun', async () => {
    const run = start();
    const lock = join(run.dataDir, 'launcher.json');
    const pids = await until(() => {
      if (!existsSync(lock)) return undefined;
      const { children = [] } = JSON.parse(readFileSync(lock, 'utf8')) as { children?: { pid: number }[] };
      return children.length > 0 ? children.map(({ pid }) => pid) : undefined;
    }, 'the first child is noted');
    run.launcher.kill('SIGINT');
    expect(await run.ended()).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(lock)).toBe(false);
  });

  test('a daemon that cannot start is told with its last words, exit 1, nothing left', async () => {
    const run = start({ TEST_DAEMON_FAILS: '1' });
    expect(await run.ended()).toBe(1);
    expect(run.said()).toContain('the daemon of this test cannot start');
    expect(existsSync(join(run.dataDir, 'launcher.json'))).toBe(false);
  });

  test('broken settings are all told, exit 1, before anything is started', async () => {
    const run = start({ PORT: 'many', LOG_LEVEL: 'loud' });
    expect(await run.ended()).toBe(1);
    expect(run.said()).toMatch(/PORT must.*\n.*LOG_LEVEL must/);
    expect(existsSync(run.dataDir)).toBe(false);
  });

  test('the port that was asked for is taken: said, exit 1', async () => {
    const port = await freePort();
    const bystander = await takePort(port);
    try {
      const run = start({ PORT: String(port) });
      expect(await run.ended()).toBe(1);
      expect(run.said()).toContain(`Port ${String(port)} (PORT) is taken`);
    } finally {
      bystander.close();
    }
  });

  test('ports of last time that are taken now are replaced', async () => {
    const dataDir = join(scratch, 'taken');
    const ports = { web: await freePort(), emulator: await freePort(), smtp: await freePort(), postgres: await freePort() };
    const bystanders = await Promise.all(Object.values(ports).map(takePort));
    try {
      mkdirSync(dataDir, { mode: 0o755 });
      writeFileSync(join(dataDir, 'ports.json'), JSON.stringify(ports));
      writeFileSync(join(dataDir, 'postgres-port'), String(ports.postgres));
      const run = start({}, dataDir);
      const sandbox = await run.ready();
      const taken = new Set(Object.values(ports).map(String));
      expect([sandbox.web, sandbox.emulator, sandbox.smtp, sandbox.postgres].filter((url) => taken.has(new URL(url).port))).toEqual([]);
    } finally {
      for (const bystander of bystanders) bystander.close();
    }
  });

  test('what is given is not started', async () => {
    const run = start({
      DATABASE_URL: 'postgres://u:p@127.0.0.1:9/given', GOOGLE_CLIENT_ID: 'client', GOOGLE_CLIENT_SECRET: 'secret', SMTP_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'a@b.example', SECRET_KEYS: `k:${Buffer.alloc(32, 1).toString('base64')}`, MAKEWAY_EMULATOR_URL: 'http://127.0.0.1:9',
    });
    const web = await until(() => /Open +(\S+)/.exec(run.said())?.[1], 'the daemon serves');
    const { env } = await askDaemon(web);
    expect(readDaemonSettings(env)).toMatchObject({ sandbox: false, databaseUrl: 'postgres://u:p@127.0.0.1:9/given', google: { clientId: 'client', apiRoot: undefined }, sandboxFile: undefined, logFile: undefined });
    expect(existsSync(join(run.dataDir, 'sandbox.json'))).toBe(false);
    const { children } = JSON.parse(readFileSync(join(run.dataDir, 'launcher.json'), 'utf8')) as { children: unknown[] };
    expect(children).toHaveLength(1);
  });
});
