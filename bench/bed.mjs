/** What the benchmarks stand on: a durable Postgres of their own, the emulator as a process of its own, and coaches that are
 *  connected without a browser. Everything is gone after `close()`. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../dist/src/launcher/postgres.js';
import { openPool } from '../dist/src/postgres/pool.js';
import { migrate } from '../dist/src/ops/migrate.js';
import { keyring } from '../dist/src/ops/keyring.js';

const EMULATOR = new URL('../dist/src/emulator/main.js', import.meta.url).pathname;
export const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Chatham', 'America/Sao_Paulo', 'Asia/Tokyo', 'Africa/Casablanca'];

/** Starts a Node process and resolves when it sends its first message. */
export function spawned(args, env = {}) {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], env: { PATH: process.env.PATH, ...env } });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve({ child, message }));
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}`)));
  });
}
/** Ends such a process; one that does not heed is killed. */
export const ended = (child) => new Promise((resolve) => {
  child.removeAllListeners('exit');
  if (child.exitCode !== null || child.signalCode !== null) return resolve();
  child.once('exit', resolve);
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), 5_000).unref();
});

/** The middle, the least and the most of some numbers. */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], least: sorted[0], most: sorted.at(-1) };
}

/** `smtpUrl`: where the emulator sends the mails of Google. */
export async function openBed({ smtpUrl } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'makeway-bench-'));
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({ dataDir: folder });
  const pool = openPool(postgres.url, 2);
  await migrate(pool);
  await pool.destroy();
  const { child: emulator, message } = await spawned([EMULATOR, '--data', join(folder, 'emulator'), '--port', '0', ...(smtpUrl ? ['--smtp', smtpUrl] : [])]);
  const google = message.url;
  const sql = new pg.Client({ connectionString: postgres.url });
  await sql.connect();
  const key = randomBytes(32);
  const keys = keyring([{ id: 'k1', key }]);
  const environment = {
    DATABASE_URL: postgres.url, PORT: '1', PUBLIC_URL: 'http://127.0.0.1:1', SMTP_URL: 'smtp://127.0.0.1:1', MAKEWAY_EMULATOR_URL: google,
    SECRET_KEYS: `k1:${key.toString('base64')}`, MAKEWAY_DATA_DIR: folder,
  };
  const control = async (path, body) => {
    const answer = await fetch(`${google}/control${path}`, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    folder, google, sql, environment, control, databaseUrl: postgres.url, postmaster: postgres.pid,
    /** A coach with one calendar at Google, due to be read. Returns the ids. */
    async coach(name, { timeZone = 'Europe/Berlin' } = {}) {
      const email = `${name}@coach.example`, id = `coach_${name}`, calendarId = `calendar_${name}`;
      await control('/accounts', { email, name, timeZone });
      await sql.query(`insert into coaches (id, slug, name, email, time_zone, created_at) values ($1, $2, $2, $3, $4, now())`, [id, name, email, timeZone]);
      await sql.query(`insert into grants (coach_id, id, google_sub, email, scopes, refresh_token_sealed, access_token_sealed, access_expires_at, state, updated_at)
        values ($1, 'gr_' || $1, $2, $2, '{}', $3, $4, now() + interval '30 days', 'active', now())`, [id, email, keys.seal('none'), keys.seal(`sandbox:${email}`)]);
      await sql.query(`insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role, wake_at) values ($1, $2, $3, $3, $4, 'owner', 'sessions', now())`, [id, calendarId, email, timeZone]);
      return { id, calendarId, email };
    },
    /** Puts events as they are into a calendar at Google. */
    async load(email, events) {
      for (let i = 0; i < events.length; i += 5_000) await control('/events', { calendarId: email, events: events.slice(i, i + 5_000) });
    },
    async close() {
      await sql.end();
      await ended(emulator);
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const DAY = 86_400_000, HOUR = 3_600_000;
/** `n` events of a busy life around now: a fifth are weekly series, begun in the last five years, some with an end and some
 *  with exceptions; the others lie within two years. */
export function aLife(n, email, now = Date.now()) {
  let seed = 1;
  const random = (below) => { seed = (seed + 0x6d2b79f5) | 0; let t = Math.imul(seed ^ (seed >>> 15), 1 | seed); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) % below; };
  const stamp = (ms) => new Date(ms).toISOString().replace(/[-:]|\.000/g, '');
  const at = (ms, timeZone) => ({ dateTime: new Date(ms).toISOString().replace('.000', ''), timeZone });
  const events = [];
  const day0 = Math.floor(now / DAY) * DAY;
  while (events.length < n) {
    const i = events.length;
    const id = `ev${i.toString(32).padStart(24, '0')}`;
    const timeZone = ZONES[random(ZONES.length)];
    const isSeries = i % 5 === 0;
    const start = day0 + (isSeries ? -random(5 * 365) : random(730) - 365) * DAY + (6 + random(12)) * HOUR + random(4) * 15 * 60_000;
    const common = { status: 'confirmed', summary: `Session ${i}`, description: 'Bring the notes of last time.', organizer: { email, self: true }, creator: { email, self: true } };
    events.push({
      id, ...common, start: at(start, timeZone), end: at(start + HOUR, timeZone), attendees: [{ email: `client${i % 500}@client.example`, responseStatus: 'accepted' }],
      ...(isSeries && { recurrence: [`RRULE:FREQ=WEEKLY${random(4) === 0 ? `;UNTIL=${stamp(start + 400 * DAY)}` : ''}`] }),
    });
  }
  return events.slice(0, n);
}
