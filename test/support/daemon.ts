/** The real daemon as a child process, on grounds of its own: a database, an emulator over HTTP, a mail catcher, a data
 *  folder. The grounds outlive the daemon, so that it can be killed and started again on them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { inject } from 'vitest';
import { projectRoot } from '../../config/settings.js';
import { startEmulator, type RunningEmulator } from '../../src/emulator/index.js';
import { HOUR, instant, plus, type Instant } from '../../src/kernel/interval.js';
import { startMailCatcher, type MailCatcher } from '../../src/launcher/mail-catcher.js';
import type { CaughtMail } from '../../src/launcher/caught-mail.js';
import { freePort } from '../../src/launcher/ports.js';
import { openPool } from '../../src/postgres/pool.js';
import { oneRow, rows } from '../../src/postgres/rows.js';
import { QUEUES } from '../../src/work/due.store.js';
import { cloneDatabase } from './database.js';
import './smtp-greeting.js';

export const KIM = 'kim@coach.example';
export const DANA = 'dana@client.example';
export const SAM = 'sam@client.example';
const DAEMON = join(projectRoot(), 'dist/src/daemon.js');
const PRELOAD = join(projectRoot(), 'test/support/die-at.mjs');

/** Looks again and again until `look` answers something; a real process tells no promise when it is done. */
export async function until<T>(look: () => T | null | undefined | false | Promise<T | null | undefined | false>, what: string | (() => string), withinMs = 30_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() >= deadline) throw new Error(`waited in vain: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export interface Ready { readonly ready: true; readonly url: string; readonly coachSlug: string; readonly apiKey: string }
/** Where to die: right after the `nth` time that `after` took effect, counted from now. */
export interface Death { readonly after: string; readonly nth: number }

export class Daemon {
  private said = '';
  private heard: Ready | null = null;
  readonly effectsFile: string;
  private readonly orderFile: string;
  readonly child: ChildProcess;

  constructor(readonly env: Readonly<Record<string, string>>, folder: string, death?: Death, entry = DAEMON) {
    const name = `daemon-${randomBytes(4).toString('hex')}`;
    this.effectsFile = join(folder, `${name}.effects`);
    this.orderFile = join(folder, `${name}.death`);
    writeFileSync(this.effectsFile, '');
    if (death) this.dieAfter(death);
    const { PATH = '' } = process.env;
    this.child = spawn(process.execPath, ['--import', PRELOAD, entry], {
      env: { PATH, TZ: 'Pacific/Chatham', ...env, MAKEWAY_TEST_EFFECTS: this.effectsFile, MAKEWAY_TEST_DEATH: this.orderFile }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (chunk: Buffer) => { this.said += chunk.toString(); });
    this.child.on('message', (message) => { this.heard = message as Ready; });
  }

  /** Everything it printed, as JSON lines where they are such. */
  get log(): string { return this.said; }
  lines(): Record<string, unknown>[] {
    return this.said.split('\n').flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line) as Record<string, unknown>] : []));
  }
  get pid(): number { return this.child.pid ?? 0; }
  get hasEnded(): boolean { return this.child.exitCode !== null || this.child.signalCode !== null; }
  ready(withinMs = 30_000): Promise<Ready> {
    return until(() => { if (this.hasEnded) throw new Error(`the daemon ended: ${this.said}`); return this.heard; }, () => `the daemon is ready\n${this.said}`, withinMs);
  }
  /** Side effects so far, in order of their records. */
  effects(): string[] { return readFileSync(this.effectsFile, 'utf8').split('\n').filter(Boolean).map((line) => line.split('\t')[0] ?? ''); }
  dieAfter({ after, nth }: Death): void { writeFileSync(this.orderFile, JSON.stringify({ from: this.effects().length, after, nth })); }
  /** From now on, each worker thread that does `after` ends right then; null: no more. */
  endThreadsAfter(after: string | null): void {
    if (after === null) rmSync(this.orderFile, { force: true });
    else writeFileSync(this.orderFile, JSON.stringify({ from: 0, after, nth: null }));
  }
  ended(withinMs = 20_000): Promise<true> { return until(() => this.hasEnded, () => `the daemon ends\n${this.said}`, withinMs); }
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    if (this.hasEnded) return;
    this.child.kill(signal);
    await this.ended();
  }
}

export type Grounds = Awaited<ReturnType<typeof newGrounds>>;
/** What a stopped world leaves behind, to be copied: its database, and its folder with "Google" and the inboxes. */
export interface Snapshot { readonly template: string; readonly folder: string; readonly secretKeys: string }

/** Fresh grounds, or a copy of a snapshot on ports of its own. */
export async function newGrounds(options: { from?: Snapshot; databaseUrl?: string; emulatorPort?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'makeway-daemon-'));
  chmodSync(folder, 0o755);
  if (options.from) cpSync(options.from.folder, folder, { recursive: true });
  const database = options.databaseUrl === undefined ? await cloneDatabase(inject('databaseServer'), options.from?.template ?? inject('template')) : { url: options.databaseUrl, drop: () => Promise.resolve() };
  let catcher: MailCatcher = await startMailCatcher({ dir: join(folder, 'mail') });
  let emulator: RunningEmulator = await startEmulator({ dataDir: join(folder, 'emulator'), smtpUrl: catcher.url, signingKeys: inject('signingKeys') });
  const port = await freePort();
  const secretKeys = options.from?.secretKeys ?? `k1:${randomBytes(32).toString('base64')}`;
  const environment: Record<string, string> = {
    DATABASE_URL: database.url, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, SMTP_URL: catcher.url, MAIL_FROM: 'Makeway <makeway@makeway.example>',
    MAKEWAY_EMULATOR_URL: emulator.url, SECRET_KEYS: secretKeys, MAKEWAY_DATA_DIR: folder,
  };
  const daemons: Daemon[] = [];
  const url = environment.PUBLIC_URL ?? '';
  const db: Knex = openPool(database.url, 2);
  const { port: emulatorPort } = emulator;
  const { port: smtpPort } = catcher;

  const control = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${emulator.url}/control${path}`, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`control ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>;
  };
  const one = <Row>(sql: string): Promise<Row | null> => oneRow<Row>(db, sql);
  const all = <Row>(sql: string): Promise<Row[]> => rows<Row>(db, sql);
  const mailsTo = async (email: string): Promise<CaughtMail[]> => (await catcher.mails()).filter((m) => m.to.includes(email));
  const post = (path: string, form: Record<string, string>, at = url): Promise<Response> => fetch(at + path, {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, redirect: 'manual', body: new URLSearchParams(form).toString(),
  });
  /** The path of the link in the newest mail to a person. Links name the port of the world in which they were mailed. */
  async function linkTo(email: string, fits: (m: CaughtMail) => boolean = () => true): Promise<{ path: string; queries: URLSearchParams[] } | null> {
    const mail = (await mailsTo(email)).filter(fits).at(-1);
    const links = [...(mail?.html ?? '').matchAll(/href="([^"]+)"/g)].map((m) => new URL((m[1] ?? '').replaceAll('&amp;', '&'))).filter((l) => l.pathname.startsWith('/l/'));
    return links[0] ? { path: links[0].pathname, queries: links.map((l) => l.searchParams) } : null;
  }

  const self = {
    folder, database, environment, url, db, control, one, all, mailsTo, post, linkTo, secretKeys,
    get emulator() { return emulator; },
    get catcher() { return catcher; },
    start(env: Record<string, string> = {}, death?: Death): Daemon {
      const daemon = new Daemon({ ...environment, ...env }, folder, death);
      daemons.push(daemon);
      return daemon;
    },
    async stopGoogle(): Promise<void> { await emulator.close(); },
    async startGoogle(): Promise<void> { emulator = await startEmulator({ dataDir: join(folder, 'emulator'), port: emulatorPort, smtpUrl: catcher.url }); },
    async stopMail(): Promise<void> { await catcher.close(); },
    async startMail(): Promise<void> { catcher = await startMailCatcher({ dir: join(folder, 'mail'), port: smtpPort }); },

    /** Monday 13:00, Dana's time, as the sandbox says it. */
    async danasTime(): Promise<Instant> {
      const row = await one<{ at: number }>('select wanted_at as at from requests order by created_at desc limit 1');
      if (!row) throw new Error('nobody has asked yet');
      return instant(row.at);
    },
    /** Sam asks for Dana's time. */
    async samAsks(): Promise<void> {
      const answer = await post('/sandbox/ask', {});
      if (answer.status !== 303) throw new Error(`ask: ${answer.status} ${await answer.text()}`);
    },
    /** From "Sam asks" to Dana's inbox, by clicks alone, once the calendar was read. */
    async askDana(): Promise<void> {
      await until(async () => (await self.unrest()).length === 0, 'the calendar was read');
      await self.samAsks();
      await self.kimAsksDana();
      await until(() => linkTo(DANA), 'Dana has the mail with her choices');
    },
    async kimAsksDana(): Promise<void> {
      const decide = await until(() => linkTo(KIM), 'Kim has the decision mail');
      const answer = await post(decide.path, { do: 'option2' });
      if (answer.status !== 200) throw new Error(`option 2: ${answer.status} ${await answer.text()}`);
    },
    /** Dana clicks Monday 14:00. Rejects if the daemon dies meanwhile. */
    async danaChooses(at = url): Promise<Response> {
      const link = await linkTo(DANA, (m) => m.from.includes('via Makeway'));
      if (!link) throw new Error('Dana has no link');
      return post(link.path, { start: new Date(plus(await self.danasTime(), HOUR)).toISOString() }, at);
    },
    /** What is not yet at rest: due or claimed rows, letters that wait, mail of Google's that waits. */
    async unrest(): Promise<string[]> {
      const busy = await all<{ what: string }>(QUEUES.map((q) => `select '${q} ' || id || coalesce(' ' || last_error, '') as what from ${q} where wake_at <= now() or lease_until > now()`).join(' union all '));
      const letters = await all<{ what: string }>(`select 'letter ' || letter as what from outbox where state = 'waiting'`);
      const { waiting } = (await control('/mail')) as { waiting: number };
      return [...busy, ...letters].map((r) => r.what).concat(waiting > 0 ? [`${waiting} mails of Google's`] : []);
    },
    /** Resolves when the request is booked and nothing is due, claimed or unsent any more. */
    async settled(withinMs = 30_000): Promise<void> {
      let last: string[] = [];
      await until(async () => {
        const request = await one<{ state: string; pending_reason: string | null }>('select state, pending_reason from requests order by created_at desc limit 1');
        last = [`request ${request?.state} ${request?.pending_reason ?? ''}`, ...(await self.unrest())];
        return request?.state === 'booked' && last.length === 1;
      }, () => `the story comes to its end: ${last.join(', ')}\n${daemons.map((d) => d.log).join('\n---\n')}`, withinMs);
    },
    /** Ends what runs and keeps what stands, to be copied. The database must not be used any more. */
    async snapshot(): Promise<Snapshot> {
      for (const d of daemons) await d.kill('SIGTERM');
      await db.destroy();
      await emulator.close();
      await catcher.close();
      return { template: new URL(database.url).pathname.slice(1), folder, secretKeys };
    },
    async close(): Promise<void> {
      for (const d of daemons) await d.kill();
      await db.destroy();
      await emulator.close();
      await catcher.close();
      await database.drop();
      if (existsSync(folder)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
  return self;
}
