/** The timetable in the real daemon: its worker threads run, are started again, leave their lines, and end when told. */
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { afterEach, expect, test } from 'vitest';
import { TIMETABLE } from '../../jobs/index.js';
import { newGrounds, until, type Grounds } from '../support/daemon.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const end of ends.splice(0).reverse()) await end(); });
async function grounds(): Promise<Grounds> {
  const made = await newGrounds();
  ends.push(() => made.close());
  return made;
}

test('due work runs in its worker; each run is a row and a JSON line with the same facts; the other jobs run in theirs', async () => {
  const g = await grounds();
  const daemon = g.start({ LOG_LEVEL: 'debug' });
  await daemon.ready();
  await g.askDana();
  await g.danaChooses();
  await g.settled();
  // The sweep is on the timetable ten seconds after the start.
  await until(async () => g.one(`select 1 from job_runs where job = 'sweep'`), 'the sweep runs');
  const rows = await g.all<{ job: string; subject: string | null; coach_id: string | null; outcome: string; did: string | null; duration_ms: number; error_code: string | null }>(
    `select job, subject, coach_id, outcome, counts ->> 'did' as did, duration_ms, error_code from job_runs where outcome <> 'nothing' order by id`);
  const lines = daemon.lines().filter((line) => line.msg === 'run');
  expect(rows.map((r) => r.job)).toEqual(expect.arrayContaining(['calendars', 'channels', 'outbox', 'resolutions', 'landings']));
  for (const row of rows) {
    expect(lines.find((l) => l.job === row.job && l.subject === row.subject && l.outcome === row.outcome && (l.did ?? null) === row.did), JSON.stringify(row)).toMatchObject({ coach: row.coach_id, code: row.error_code, ms: expect.any(Number) as number });
  }
  expect(lines.length).toBeGreaterThanOrEqual(rows.length);
  expect(new Set(lines.map((l) => l.thread))).toEqual(new Set(['due-work', 'full-reads', 'main', 'sweep']));
  expect(TIMETABLE.map((job) => job.name)).toEqual(expect.arrayContaining(['due-work', 'sweep', 'horizon', 'prune']));
  // No names, no addresses.
  expect(daemon.log).not.toMatch(/dana|sam ortiz|@client\.example/i);
});

test.runIf(process.platform === 'linux')('the thread of full reads, and no other, waits for the others when the processor is short', async () => {
  const g = await grounds();
  const daemon = g.start();
  await daemon.ready();
  // Field 19 of stat (proc(5)) is the priority; what stands before it in brackets may hold spaces.
  const lowest = (): number => readdirSync(`/proc/${daemon.pid}/task`).filter((task) => readFileSync(`/proc/${daemon.pid}/task/${task}/stat`, 'utf8').split(') ')[1]?.split(' ')[16] === String(constants.priority.PRIORITY_LOW)).length;
  await until(() => lowest() === 1, 'one thread has the lowest priority');
});

test('a worker thread that ends is started again, each time later, and what it held is taken up', async () => {
  const g = await grounds();
  const daemon = g.start({ MAKEWAY_LEASE_MS: '400' });
  await daemon.ready();
  await until(async () => (await g.unrest()).length === 0, 'all is quiet');
  daemon.endThreadsAfter('smtp send');
  await g.samAsks();
  const restarts = () => daemon.lines().filter((l) => l.job === 'due-work' && typeof l.againInMs === 'number').map((l) => l.againInMs);
  await until(() => restarts().length >= 3, 'the worker ended three times');
  expect(restarts().slice(0, 3)).toEqual([500, 1_000, 2_000]);
  expect(daemon.lines().filter((l) => l.msg === 'a worker ended with an error')).toHaveLength(restarts().length);
  daemon.endThreadsAfter(null);
  await until(async () => (await g.all(`select 1 from outbox where state = 'sent'`)).length === 1, 'the letter is known to be sent');
  await g.kimAsksDana();
  await until(async () => (await g.all(`select 1 from outbox where state = 'sent'`)).length === 2, 'the next letter is sent');
  const kims = await g.mailsTo('kim@coach.example');
  expect(new Set(kims.map((m) => m.messageId)).size).toBe(1);
  expect(daemon.hasEnded).toBe(false);
});

test('SIGTERM: what is under way is committed, then the daemon ends with 0, within 3 s', async () => {
  const g = await grounds();
  const daemon = g.start();
  await daemon.ready();
  await g.askDana();
  await until(async () => (await g.unrest()).length === 0, 'all is quiet');
  await g.control('/rules', { method: 'PATCH', delayMs: 700 });
  const click = g.danaChooses().catch(() => undefined);
  await until(() => daemon.effects().includes('commit intend-move'), 'the move is under way');
  const asked = performance.now();
  await daemon.kill('SIGTERM');
  expect(performance.now() - asked).toBeLessThan(3_000);
  expect([daemon.child.exitCode, daemon.child.signalCode]).toEqual([0, null]);
  await click;
  expect(daemon.effects()).toEqual(expect.arrayContaining(['google patch', 'commit moved']));
  expect(daemon.lines().at(-1)).toMatchObject({ msg: 'stopped' });
  await g.start().ready();
  await g.settled();
});

test('SIGTERM: a landing under way in the worker is committed too', async () => {
  const g = await grounds();
  const daemon = g.start();
  await daemon.ready();
  await g.askDana();
  await g.control('/rules', { method: 'POST', pathPattern: '/events', delayMs: 700 });
  await g.danaChooses();
  await until(() => daemon.effects().includes('commit send-insert'), 'the insert is under way');
  const asked = performance.now();
  await daemon.kill('SIGTERM');
  expect(performance.now() - asked).toBeLessThan(3_000);
  expect(daemon.child.exitCode).toBe(0);
  expect(daemon.effects()).toEqual(expect.arrayContaining(['google insert', 'commit landed']));
});

test('SIGTERM while Google does not answer at all: it ends in time, and the next start takes it up', async () => {
  const g = await grounds();
  const daemon = g.start();
  await daemon.ready();
  await g.askDana();
  await g.control('/rules', { method: 'PATCH', mode: 'hold' });
  const click = g.danaChooses().catch(() => undefined);
  await until(async () => ((await g.control('/rules')) as { held: number }).held === 1, 'the move is on its way');
  const asked = performance.now();
  await daemon.kill('SIGTERM');
  expect(performance.now() - asked).toBeLessThan(3_000);
  expect(daemon.child.exitCode).toBe(0);
  await click;
  await fetch(`${g.emulator.url}/control/rules`, { method: 'DELETE' });
  await g.start().ready();
  await g.settled();
});

test('SIGTERM before the database was ever there', async () => {
  const g = await newGrounds({ databaseUrl: 'postgres://nobody:nothing@127.0.0.1:9/none' });
  ends.push(() => g.close());
  const daemon = g.start();
  await until(() => daemon.log.includes('the database is not there yet'), 'the daemon waits');
  const asked = performance.now();
  await daemon.kill('SIGTERM');
  expect(performance.now() - asked).toBeLessThan(3_000);
  expect(daemon.child.exitCode).toBe(0);
});
