/** What Makeway needs goes away and comes back: the database, Google, the mail server. Nothing is lost, people are told
 *  plainly, and it goes on by itself. The daemon is the real process. */
import type { AddressInfo } from 'node:net';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { startPostgres } from '../../src/launcher/postgres.js';
import { DANA, KIM, newGrounds, until, type Grounds } from '../support/daemon.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => { for (const end of ends.splice(0).reverse()) await end(); });

async function grounds(options: Parameters<typeof newGrounds>[0] = {}): Promise<Grounds> {
  const made = await newGrounds(options);
  ends.push(() => made.close());
  return made;
}
const health = async (g: Grounds, which: 'live' | 'ready'): Promise<number> => (await fetch(`${g.url}/health/${which}`)).status;
const runsWith = (g: Grounds, code: string) => g.all<{ job: string; outcome: string; n: number; runs: number }>(`select job, outcome, count(*) as n from job_runs where error_code = '${code}' group by job, outcome`);

test('Postgres is away at the start, and again in mid-run while Dana clicks', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'makeway-outage-'));
  chmodSync(folder, 0o755);
  ends.push(async () => { rmSync(folder, { recursive: true, force: true, maxRetries: 3 }); });
  const once = await startPostgres({ dataDir: folder, isDurable: false });
  await once.stop();
  const g = await grounds({ databaseUrl: once.url });

  const daemon = g.start({ MAKEWAY_LEASE_MS: '1500' });
  await until(() => daemon.log.includes('the database is not there yet'), 'the daemon says what it waits for');
  expect(await health(g, 'live')).toBe(200);
  expect(await health(g, 'ready')).toBe(503);
  let postgres = await startPostgres({ dataDir: folder, isDurable: false, port: once.port });
  ends.push(() => postgres.stop());
  await daemon.ready();
  expect(await health(g, 'ready')).toBe(200);
  await g.askDana();

  // A click that finds no database.
  const link = await g.linkTo(DANA);
  const monday = await g.danasTime();
  await postgres.stop();
  const clicked = await g.post(link?.path ?? '', { start: new Date(monday + 3_600_000).toISOString() });
  expect(clicked.status).toBe(503);
  expect(clicked.headers.get('content-type')).toContain('text/html');
  expect(clicked.headers.get('retry-after')).toMatch(/^\d+$/);
  const page = await clicked.text();
  expect(page).toContain('Not right now');
  expect(page).not.toMatch(/ECONN|postgres|sql|stack/i);
  expect(await health(g, 'live')).toBe(200);
  expect(await health(g, 'ready')).toBe(503);
  postgres = await startPostgres({ dataDir: folder, isDurable: false, port: once.port });
  await until(async () => (await health(g, 'ready')) === 200, 'the daemon is ready again');
  expect(await g.one('select state from requests')).toEqual({ state: 'pending_resolution' });

  // The database goes between Google's answer and the commit that records it.
  await g.control('/rules', { method: 'PATCH', mode: 'hold' });
  const second = g.danaChooses();
  await until(async () => ((await g.control('/rules')) as { held: number }).held === 1, 'the move is on its way to Google');
  await postgres.stop();
  await fetch(`${g.emulator.url}/control/rules`, { method: 'DELETE' });
  expect((await second).status).toBe(503);
  postgres = await startPostgres({ dataDir: folder, isDurable: false, port: once.port });
  await g.settled();
  const { writes } = (await g.control('/writes?since=0')) as { writes: { kind: string; eventId: string }[] };
  expect(writes.slice(9).map((w) => w.kind)).toEqual(['patch', 'insert', 'patch']);
  expect(await g.all('select 1 from holds where released_at is null')).toEqual([]);
  expect(daemon.hasEnded).toBe(false);
});

test('Google is away when the daemon starts, and when Dana has clicked: her page says that it is being done, and it is', async () => {
  const g = await grounds();
  await g.stopGoogle();
  const daemon = g.start();
  await until(() => daemon.log.includes('GOOGLE_UNREACHABLE'), 'the daemon says what it waits for');
  expect(await health(g, 'live')).toBe(200);
  expect(await health(g, 'ready')).toBe(503);
  await g.startGoogle();
  await daemon.ready();
  await g.askDana();
  await until(async () => (await g.unrest()).length === 0, 'all is quiet');

  await g.stopGoogle();
  const clicked = await g.danaChooses();
  expect(clicked.status).toBe(200);
  expect(await clicked.text()).toContain('is being moved');
  expect(await g.one('select invite_sent, status from sessions')).toEqual({ invite_sent: true, status: 'scheduled' });
  await until(async () => (await runsWith(g, 'GOOGLE_UNREACHABLE')).some((r) => r.job === 'resolutions' && r.outcome === 'again' && r.n >= 2), 'it is tried again');
  const waiting = await g.one<{ attempts: number; last_error: string }>('select attempts, last_error from resolutions');
  expect(waiting?.last_error).toBe('GOOGLE_UNREACHABLE');
  expect(waiting?.attempts).toBeGreaterThanOrEqual(2);
  await g.startGoogle();
  await g.settled();
  const { writes } = (await g.control('/writes?since=0')) as { writes: { kind: string }[] };
  expect(writes.slice(9).map((w) => w.kind)).toEqual(['patch', 'insert', 'patch']);
});

test('Google is away when Kim decides and when a time is asked for: nothing needs it then', async () => {
  const g = await grounds();
  await g.start().ready();
  await until(async () => (await g.unrest()).length === 0, 'all is quiet');
  await g.stopGoogle();
  await g.samAsks();
  await g.kimAsksDana();
  await until(() => g.linkTo(DANA), 'Dana has her mail');
  await g.startGoogle();
  await g.danaChooses();
  await g.settled();
});

test('the mail server refuses for now, then is away: the mail is kept, tried again ever later, and seen in the job log', async () => {
  const g = await grounds();
  await g.start().ready();
  await until(async () => (await g.unrest()).length === 0, 'all is quiet');
  g.catcher.setRefusing('temporary');
  await g.samAsks();
  await until(async () => (await runsWith(g, 'SMTP_REFUSED_FOR_NOW')).some((r) => r.job === 'outbox' && r.outcome === 'again' && r.n >= 2), 'the mail is tried again');
  const kept = await g.one<{ attempts: number; last_error: string; state: string; waits: number; message_id: string }>(`select attempts, last_error, state, message_id, extract(epoch from wake_at - now()) as waits from outbox`);
  expect(kept).toMatchObject({ state: 'waiting', last_error: 'SMTP_REFUSED_FOR_NOW' });
  const tries = await g.all<{ ended_at: number }>(`select ended_at from job_runs where job = 'outbox' order by id`);
  const first = (tries[1]?.ended_at ?? 0) - (tries[0]?.ended_at ?? 0);
  expect(first).toBeGreaterThanOrEqual(100); // by chance within the first second, but never at once

  await g.stopMail();
  await until(async () => (await runsWith(g, 'SMTP_UNREACHABLE')).length > 0, 'the mail server is found away');
  expect(await g.mailsTo(KIM)).toEqual([]);
  await g.startMail();
  await until(async () => (await g.one(`select 1 from outbox where state = 'sent'`)) !== null, 'the mail goes out');
  expect((await g.mailsTo(KIM)).map((m) => m.messageId)).toEqual([kept?.message_id]);
});

test('the mail server refuses Dana\'s address for good: the ask ends, and Kim is told why', async () => {
  const g = await grounds();
  const taken: { to: string; text: string }[] = [];
  const strict = new SMTPServer({
    authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'], disableReverseLookup: true, closeTimeout: 200,
    onRcptTo(address, _session, answer) { answer(address.address === DANA ? Object.assign(new Error('No such mailbox'), { responseCode: 550 }) : null); },
    onData(stream, session, answer) {
      let text = '';
      stream.on('data', (chunk: Buffer) => { text += chunk.toString(); });
      stream.on('end', () => { taken.push({ to: session.envelope.rcptTo.map((r) => r.address).join(), text }); answer(); });
    },
  });
  await new Promise<void>((resolve) => { strict.listen(0, '127.0.0.1', resolve); });
  ends.push(() => new Promise<void>((resolve) => { strict.close(resolve); }));
  await g.start({ SMTP_URL: `smtp://127.0.0.1:${(strict.server.address() as AddressInfo).port}` }).ready();
  await until(async () => (await g.unrest()).length === 0, 'all is quiet');
  await g.samAsks();
  const mail = await until(() => taken.find((m) => m.to === KIM), 'Kim has the decision mail');
  const path = /\/l\/[\w.-]+/.exec(mail.text.replaceAll('=\r\n', ''))?.[0] ?? '';
  expect((await g.post(path, { do: 'option2' })).status).toBe(200);
  await until(() => taken.length === 2, 'Kim is asked again');

  expect(taken.map((m) => m.to)).toEqual([KIM, KIM]);
  expect(await g.one('select state, end_reason from resolutions')).toEqual({ state: 'ended', end_reason: 'undeliverable' });
  expect(await g.one('select state, pending_reason from requests')).toEqual({ state: 'pending_resolution', pending_reason: 'undeliverable' });
  expect(await g.one('select invite_sent, cancellation_reason, status from sessions')).toEqual({ invite_sent: false, cancellation_reason: null, status: 'scheduled' });
  expect(await g.all('select 1 from holds where released_at is null')).toEqual([]);
  expect(await g.one(`select outcome from job_runs where job = 'outbox' and outcome = 'stopped'`)).toEqual({ outcome: 'stopped' });
  expect(taken[1]?.text.replaceAll('=\r\n', '')).toMatch(/could not be (delivered|reached|sent)|did not reach|cannot be (delivered|reached)/i);
});
