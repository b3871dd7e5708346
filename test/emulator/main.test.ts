import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { open } from 'lmdb';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { ANA, clientFor, control, scratchDir, timed } from './world.js';

const MAIN = fileURLToPath(new URL('../../dist/src/emulator/main.js', import.meta.url));

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('build first: npm run build');
});

async function run(dataDir: string, port = 0): Promise<{ child: ChildProcess; url: string; port: number; readyMs: number }> {
  const began = performance.now();
  const child = fork(MAIN, ['--port', String(port), '--data', dataDir], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  onTestFinished(() => { child.kill('SIGKILL'); });
  const [message] = await once(child, 'message') as [{ ready: boolean; url: string; port: number }];
  expect(message.ready).toBe(true);
  return { child, url: message.url, port: message.port, readyMs: performance.now() - began };
}

test('kill -9 in the middle of writes loses nothing that was answered', async () => {
  const dataDir = scratchDir();
  const first = await run(dataDir);
  await control(first.url, 'POST', '/accounts', { email: ANA, name: 'Ana', timeZone: 'Europe/Berlin' });
  const ana = clientFor(first.url, ANA);
  const answered: string[] = [];
  const writer = (async () => {
    for (;;) {
      const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') });
      answered.push(data.id ?? '');
      if (answered.length === 40) first.child.kill('SIGKILL');
    }
  })();
  await expect(writer).rejects.toThrow();
  const second = await run(dataDir, first.port);
  expect(second.url).toBe(first.url);
  const { data } = await clientFor(second.url, ANA).events.list({ calendarId: 'primary' });
  const kept = new Set(data.items?.map((each) => each.id));
  expect(answered.filter((id) => !kept.has(id))).toEqual([]);
  const { writes } = await control(second.url, 'GET', '/writes') as unknown as { writes: { eventId: string }[] };
  expect(new Set(writes.map((each) => each.eventId))).toEqual(kept);
  const { requests } = await control(second.url, 'GET', '/log?kind=events.insert&status=200') as unknown as { requests: unknown[] };
  expect(requests).toHaveLength(writes.length);
});

test('kill -9 leaves rules, quotas and the clock as they were', async () => {
  const dataDir = scratchDir();
  const first = await run(dataDir);
  await control(first.url, 'POST', '/accounts', { email: ANA, name: 'Ana', timeZone: 'Europe/Berlin' });
  await control(first.url, 'POST', '/rules', { kind: 'events.list', status: 503, times: 2 });
  await control(first.url, 'POST', '/quotas', { perMinutePerUser: 7, answer: 429 });
  await control(first.url, 'POST', '/clock', { offsetMs: -5_000 });
  const list = (url: string): Promise<number> => clientFor(url, ANA).events.list({ calendarId: 'primary' }).then(({ status }) => status, (error: unknown) => (error as { status: number }).status);
  expect(await list(first.url)).toBe(503);
  const left = await Promise.all(['/rules', '/quotas'].map((path) => control(first.url, 'GET', path)));
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await run(dataDir);
  expect(await Promise.all(['/rules', '/quotas'].map((path) => control(second.url, 'GET', path)))).toEqual(left);
  expect((await control(second.url, 'GET', '/clock'))['offsetMs']).toBe(-5_000);
  expect([await list(second.url), await list(second.url)]).toEqual([503, 200]);
});

test('it ends when its parent lets go, and within a second at SIGTERM, also with an open connection', async () => {
  const one = await run(scratchDir());
  one.child.disconnect();
  expect((await once(one.child, 'exit'))[0]).toBe(0);
  const two = await run(scratchDir());
  await fetch(`${two.url}/health`);
  const began = performance.now();
  two.child.kill('SIGTERM');
  expect((await once(two.child, 'exit'))[0]).toBe(0);
  expect(performance.now() - began).toBeLessThan(1_000);
});

test('a taken port and wrong options are told in one line, exit 1', async () => {
  const { port } = await run(scratchDir());
  const taken = spawnSync(process.execPath, [MAIN, '--port', String(port), '--data', scratchDir()], { encoding: 'utf8' });
  expect([taken.status, taken.stderr]).toEqual([1, `port ${port} on 127.0.0.1 is taken: choose another with --port\n`]);
  const wrong = spawnSync(process.execPath, [MAIN, '--colour', 'red'], { encoding: 'utf8' });
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toContain('usage:');
});

test('a folder of another version is left alone, and told', async () => {
  const dataDir = scratchDir();
  const { child, url } = await run(dataDir);
  await control(url, 'POST', '/accounts', { email: ANA, name: 'Ana', timeZone: 'Europe/Berlin' });
  child.disconnect();
  await once(child, 'exit');
  const kept = open({ path: `${dataDir}/calendar.lmdb`, maxDbs: 32, keyEncoding: 'ordered-binary' });
  await kept.openDB({ name: 'meta', keyEncoding: 'ordered-binary' }).put('format', 1);
  await kept.close();
  const refused = spawnSync(process.execPath, [MAIN, '--data', dataDir], { encoding: 'utf8' });
  expect(refused.status).toBe(1);
  expect(refused.stderr).toContain('written by another version of the emulator. Delete it');
});
