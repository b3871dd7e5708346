import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAlive, startMarkOf } from '../../src/launcher/liveness.js';
import { AlreadyRunning, lockFolder } from '../../src/launcher/lock.js';
import { scratchFolder } from './scratch.js';

const scratch = scratchFolder();
let count = 0;

function folder(text?: object): string {
  const made = join(scratch, String(count += 1));
  mkdirSync(made);
  if (text) writeFileSync(join(made, 'launcher.json'), JSON.stringify(text));
  return made;
}

test('of many starts at once, also over the lock of a dead one, one gets the folder', async () => {
  const dataDir = folder({ pid: process.pid, mark: 'another boot:1', children: [] });
  const tries = await Promise.allSettled(Array.from({ length: 5 }, () => lockFolder(dataDir)));
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  for (const attempt of tries) if (attempt.status === 'rejected') expect(attempt.reason).toBeInstanceOf(AlreadyRunning);
  expect(readdirSync(dataDir)).toEqual(['launcher.json']);
});

test('a program that only has the number of the dead launcher or of its child is left alone', async () => {
  const bystander = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  const pid = bystander.pid ?? 0;
  try {
    const dataDir = folder({ pid, mark: 'another boot:1', children: [{ pid, mark: 'another boot:1' }] });
    const lock = await lockFolder(dataDir);
    expect(isAlive(pid)).toBe(true);
    lock.note({ web: 'http://127.0.0.1:1', children: [pid] });
    expect(JSON.parse(readFileSync(join(dataDir, 'launcher.json'), 'utf8'))).toEqual({
      pid: process.pid, mark: startMarkOf(process.pid), web: 'http://127.0.0.1:1', children: [{ pid, mark: startMarkOf(pid) }],
    });
    await expect(lockFolder(dataDir)).rejects.toThrow(/at http:\/\/127\.0\.0\.1:1/);
    lock.release();
    expect(existsSync(join(dataDir, 'launcher.json'))).toBe(false);
  } finally {
    bystander.kill('SIGKILL');
  }
});

test('a child that a killed launcher left behind is gone before we go on', async () => {
  const orphan = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 700)'], { stdio: 'ignore' });
  const pid = orphan.pid ?? 0;
  const mark = startMarkOf(pid);
  await lockFolder(folder({ pid: 2 ** 22 + 1, children: [{ pid, mark }] }));
  expect(isAlive(pid)).toBe(false);
});
