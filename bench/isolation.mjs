/**
 * One coach's trouble is one coach's (design, invariant 9): how long a change in Google takes until it is mirrored, for 46
 * coaches, while four others make trouble: a dead grant, a calendar of broken events, an account that answers 429 for
 * ever, and a first sync of 100,000 events. Beside it the same daemon, the same 46, without the four.
 *
 *   node bench/isolation.mjs [--runs 3] [--seconds 20] [--rate 10] [--big 100000] [--only dead,broken,limited,big]
 *
 * A real daemon, the emulator and Postgres, each a process of its own; pushes go over HTTP. The lag counts from the
 * moment at which Google has answered the change to the commit that mirrors it, told by a trigger on the probe's row.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { saveCoach } from '../dist/src/coach/coach.store.js';
import { startMailCatcher } from '../dist/src/launcher/mail-catcher.js';
import { freePort } from '../dist/src/launcher/ports.js';
import { startPostgres } from '../dist/src/launcher/postgres.js';
import { migrate } from '../dist/src/ops/migrate.js';
import { openPool } from '../dist/src/postgres/pool.js';
import { inTx } from '../dist/src/postgres/transaction.js';
import { walkThroughConsent } from '../dist/src/sandbox/browser.js';
import { ended, spawned } from './bed.mjs';

const pg = createRequire(import.meta.url)('pg');
const COACHES = 50, BACKGROUND_EVENTS = 100, BROKEN_EVENTS = 1_000, ZONE = 'Europe/Berlin';
const TROUBLES = ['dead', 'broken', 'limited', 'big'];
const HOUR = 3_600_000, MONDAY = Date.UTC(new Date().getUTCFullYear() + 1, 0, 5, 9);
const iso = (ms) => new Date(ms).toISOString();
const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const times = (start, hours = 1) => ({ start: { dateTime: iso(start), timeZone: ZONE }, end: { dateTime: iso(start + hours * HOUR), timeZone: ZONE } });
const emailOf = (n) => `${TROUBLES[n] ?? `coach${n}`}@coach.example`;
export const quantile = (numbers, q) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * q))];

/** CPU seconds that a process has used. */
function cpuOf(pid) {
  try { const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') '); const f = rest.split(' '); return (Number(f[11]) + Number(f[12])) / 100; } catch { return 0; }
}

/** The four kinds of events that a broken calendar holds: half-read ones, endless rules, rules that never match, crowds. */
function brokenEvent(i, revision) {
  const at = MONDAY + (i % 200) * HOUR;
  const base = { id: `broken${String(i).padStart(5, '0')}`, status: 'confirmed', summary: `Broken ${i} ${revision}` };
  switch (i % 5) {
    case 0: return { ...base, start: { dateTime: iso(at) }, end: null };
    case 1: return { ...base, ...times(at), recurrence: ['RRULE:FREQ=SECONDLY'] };
    case 2: return { ...base, ...times(at - 20 * 365 * 24 * HOUR), recurrence: ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'] };
    case 3: return { ...base, ...times(at), recurrence: ['RRULE:FREQ=DAILY', `EXDATE:${Array.from({ length: 500 }, (_, d) => iso(at + d * 48 * HOUR).replace(/[-:]|\.000/g, '')).join(',')}`] };
    default: return { ...base, ...times(at), description: 'd'.repeat(10_000), attendees: Array.from({ length: 500 }, (_, g) => ({ email: `g${g}@crowd.example` })) };
  }
}
const bigEvent = (i) => ({
  id: `big${String(i).padStart(8, '0')}`, status: 'confirmed', summary: `Session ${i}`, ...times(MONDAY - 2 * 365 * 24 * HOUR + ((i * 7919) % 35_000) * HOUR),
  attendees: [{ email: `client${i % 500}@client.example`, responseStatus: 'accepted' }], ...(i % 5 === 0 ? { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=30'] } : {}),
});

/** Everything that runs, with 50 coaches connected and at rest. */
async function open({ big }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-isolation-'));
  chmodSync(folder, 0o755);
  const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), isDurable: false });
  const db = openPool(postgres.url, 4);
  await migrate(db);
  await db.raw(`create function bench_tell() returns trigger language plpgsql as $$ begin perform pg_notify('bench', new.coach_id || ' ' || new.etag); return new; end $$;
    create trigger bench_tell after insert or update on events for each row when (new.id = 'probe') execute function bench_tell()`);
  const mail = await startMailCatcher({ dir: join(folder, 'mail') });
  const emulator = await spawned([new URL('../dist/src/emulator/main.js', import.meta.url).pathname, '--data', join(folder, 'emulator'), '--quiet']);
  const google = emulator.message.url;
  const control = async (method, path, body) => {
    const answer = await fetch(`${google}/control${path}`, { method, ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.text();
  };
  const load = async (calendarId, count, make) => { for (let at = 0; at < count; at += 5_000) await control('POST', '/events', { calendarId, events: Array.from({ length: Math.min(5_000, count - at) }, (_, i) => make(at + i)) }); };

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await control('POST', '/clients', { id: 'bench-client', secret: 'bench-secret', redirectUris: [`${url}/auth/google/callback`] });
  await control('POST', '/quotas', { perMinutePerProject: 1_000_000_000, perMinutePerUser: 1_000_000_000 });
  const coaches = [];
  for (let n = 0; n < COACHES; n++) {
    const email = emailOf(n);
    await control('POST', '/accounts', { email, name: email, timeZone: ZONE });
    await load(email, BACKGROUND_EVENTS, (i) => ({ id: `plain${i}`, status: 'confirmed', summary: `Plain ${i}`, ...times(MONDAY + i * 2 * HOUR), ...(i % 5 === 0 ? { recurrence: ['RRULE:FREQ=WEEKLY'] } : {}) }));
    await load(email, 1, () => ({ id: 'probe', status: 'confirmed', summary: 'Probe', ...times(MONDAY) }));
    const id = await inTx(db, 'commit coach', (tx) => saveCoach(tx, { slug: `coach-${n}`, name: email, email, zone: ZONE, policy: {} }, Date.now()));
    coaches.push({ n, email, id });
  }
  const front = await spawned([new URL('front.mjs', import.meta.url).pathname, google]);
  const daemon = await spawned([new URL('../dist/src/daemon.js', import.meta.url).pathname], {
    DATABASE_URL: postgres.url, PORT: String(port), PUBLIC_URL: url, SMTP_URL: mail.url, MAIL_FROM: 'Makeway <makeway@makeway.example>', SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    MAKEWAY_DATA_DIR: folder, GOOGLE_CLIENT_ID: 'bench-client', GOOGLE_CLIENT_SECRET: 'bench-secret', GOOGLE_API_ROOT: front.message.url, GOOGLE_OAUTH_ROOT: google, LOG_LEVEL: 'error',
  });
  for (const { email } of coaches) await walkThroughConsent(`${url}/auth/google?connect=1&to=/pending`, email);
  const listener = new pg.Client({ connectionString: postgres.url });
  await listener.connect();
  await listener.query('listen bench');
  const mirrored = new Map();
  listener.on('notification', ({ payload }) => { mirrored.set(payload, performance.now()); });

  await load(emailOf(TROUBLES.indexOf('broken')), BROKEN_EVENTS, (i) => brokenEvent(i, 0));
  await load(emailOf(TROUBLES.indexOf('big')), big, bigEvent);
  await fetch(`${front.message.url}/forget`);
  await control('POST', '/grants/kill', { email: emailOf(TROUBLES.indexOf('dead')) });
  const pids = { daemon: daemon.child.pid, emulator: emulator.child.pid };
  return {
    db, coaches, control, google, mirrored, load, pids, changes: 0,
    async close() {
      await listener.end();
      await ended(daemon.child);
      await ended(front.child);
      await ended(emulator.child);
      await db.destroy();
      await mail.close();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

async function until(look, what, ms = 300_000) {
  for (const deadline = performance.now() + ms; !(await look()); await sleep(100)) if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`);
}
const TROUBLED = '(:troubled)::text[]';

/** Sends the troubled four away: nothing of theirs is read, due or limited. */
async function calm(bed) {
  await bed.control('DELETE', '/rules');
  await bed.db.raw('update calendars set wake_at = null where wake_at is not null').catch(() => undefined);
  // A read that is under way holds its rows; it is waited for.
  await until(async () => (await bed.db.raw('select 1 from calendars where lease_until > now()')).rows.length === 0, 'nothing is read');
  const troubled = bed.coaches.slice(0, TROUBLES.length).map((c) => c.id);
  await bed.db.raw(`update calendars set role = 'ignored', wake_at = null, fence = fence + 1, lease_owner = null, lease_until = null where coach_id = any(${TROUBLED})`, { troubled });
  await bed.db.raw(`update channels set wake_at = null where coach_id = any(${TROUBLED})`, { troubled });
  for (const table of ['occurrences', 'events', 'staged_events']) await bed.db.raw(`delete from ${table} where coach_id = any(${TROUBLED})`, { troubled });
  await bed.db.raw('vacuum events, occurrences, staged_events');
  await until(async () => (await bed.db.raw('select 1 from calendars where wake_at < now() or lease_until > now()')).rows.length === 0, 'all is read');
  await sleep(500);
}

/** Lets the troubles of `which` loose. */
async function trouble(bed, which) {
  for (const name of which) {
    const coach = bed.coaches[TROUBLES.indexOf(name)];
    if (name === 'dead') await bed.db.raw(`update grants set state = 'active', broken_at = null, broken_reason = null, access_expires_at = now() - interval '1 hour' where coach_id = ?`, [coach.id]);
    if (name === 'limited') await bed.control('POST', '/rules', { account: coach.email, kind: 'events.list', forever: true, status: 429, reason: 'rateLimitExceeded' });
    await bed.db.raw(`update calendars set role = 'sessions', cursor = null, last_full_at = null, attempts = 0, wake_at = now() where coach_id = ?`, [coach.id]);
  }
  await bed.db.raw(`select pg_notify('makeway_due', 'calendars')`);
}

/** One run: changes at `rate` per second, spread over the coaches by a fixed sequence. Returns the lags of the 46 in ms. */
async function run(bed, { which, seconds, rate, seed }) {
  await calm(bed);
  const began = performance.now();
  const cpu = { daemon: cpuOf(bed.pids.daemon), emulator: cpuOf(bed.pids.emulator) };
  if (which.length > 0) await trouble(bed, which);
  const lags = [], waiting = [], sent = [];
  let state = seed;
  const next = (n) => { state = (state * 1_103_515_245 + 12_345) % 2_147_483_648; return state % n; };
  const change = async (coach, number) => {
    const answer = await fetch(`${bed.google}/calendar/v3/calendars/${encodeURIComponent(coach.email)}/events/probe?sendUpdates=none`, {
      method: 'PATCH', headers: { authorization: `Bearer sandbox:${coach.email}`, 'content-type': 'application/json' }, body: JSON.stringify({ summary: `Probe ${bed.changes++}`, ...times(MONDAY + (number % 500) * HOUR) }),
    });
    const { etag } = await answer.json();
    return { coach, etag, at: performance.now() };
  };
  for (let number = 0; number < seconds * rate; number++) {
    const due = began + (number * 1_000) / rate;
    if (performance.now() < due) await sleep(due - performance.now());
    // Each coach that is there is changed as often as any other, the troubled ones too.
    const n = next(COACHES);
    if (n < TROUBLES.length) {
      if (which.includes(TROUBLES[n])) sent.push(TROUBLES[n] === 'broken' ? bed.load(emailOf(n), 20, (i) => brokenEvent((number * 20 + i) % BROKEN_EVENTS, number)) : change(bed.coaches[n], number));
      continue;
    }
    sent.push(change(bed.coaches[n], number).then((one) => { waiting.push(one); }));
  }
  await Promise.all(sent);
  // A later change of the same probe may be mirrored in the place of an earlier one: that one is there, too.
  await until(() => waiting.every((one) => seenAt(bed, waiting, one) !== null), 'every change is mirrored', 180_000);
  for (const one of waiting) lags.push(Math.max(0, seenAt(bed, waiting, one) - one.at));
  const wall = (performance.now() - began) / 1_000;
  bed.mirrored.clear();
  return { lags, cpu: { daemon: (cpuOf(bed.pids.daemon) - cpu.daemon) / wall, emulator: (cpuOf(bed.pids.emulator) - cpu.emulator) / wall } };
}
function seenAt(bed, waiting, one) {
  const seen = waiting.filter((other) => other.coach === one.coach && other.at >= one.at).map((other) => bed.mirrored.get(`${other.coach.id} ${other.etag}`)).filter((at) => at !== undefined);
  return seen.length > 0 ? Math.min(...seen) : null;
}

/** How a run goes: beside the four (`ours`), without them (`theirs`), and without them while a process that has nothing to do
 *  with us keeps one core busy, as the first sync does: what then is added is the machine's, not ours. */
const ARMS = ['theirs', 'ours', 'busy'];

/** The figure: p95 of the lag with the troubled four and without them, run by run, in turn. */
export async function figures(runs = 3, { seconds = 20, rate = 10, big = 100_000, which = TROUBLES } = {}) {
  const bed = await open({ big });
  // Postgres is detached from this process: whoever ends the bench early would leave it behind.
  const leave = () => { void bed.close().finally(() => process.exit(1)); };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, leave);
  const p95 = { ours: [], theirs: [], busy: [] }, p50 = { ours: [], theirs: [], busy: [] };
  try {
    await run(bed, { which, seconds: 5, rate, seed: 7 });
    for (let i = 0; i < runs; i++) {
      for (const arm of i % 2 === 0 ? ARMS : [...ARMS].reverse()) {
        const other = arm === 'busy' ? spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }) : null;
        const { lags, cpu } = await run(bed, { which: arm === 'ours' ? which : [], seconds, rate, seed: 1_000 + i }).finally(() => other?.kill('SIGKILL'));
        p95[arm].push(quantile(lags, 0.95));
        p50[arm].push(quantile(lags, 0.5));
        if (process.env.BENCH_VERBOSE) console.log(arm, arm === 'ours' ? which.join('+') : '', `p50 ${quantile(lags, 0.5).toFixed(0)} p95 ${quantile(lags, 0.95).toFixed(0)} max ${Math.max(...lags).toFixed(0)} ms, n ${lags.length}; cpu daemon ${cpu.daemon.toFixed(2)}, emulator ${cpu.emulator.toFixed(2)} cores`);
      }
    }
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, leave);
    await bed.close();
  }
  const mid = (list) => quantile(list, 0.5).toFixed(0);
  return [{
    what: 'lag of 46 coaches, p95, beside four in trouble', against: 'the same without the four', goal: '<= 1.2 x', unit: 'ms', ours: p95.ours, theirs: p95.theirs,
    note: `${seconds} s of ${rate} changes a second each; p50 ${mid(p50.ours)} against ${mid(p50.theirs)} ms; without the four, beside a foreign process that keeps one core busy: p95 ${mid(p95.busy)}, p50 ${mid(p50.busy)} ms`,
  }];
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const { values } = parseArgs({ options: { runs: { type: 'string', default: '3' }, seconds: { type: 'string', default: '20' }, rate: { type: 'string', default: '10' }, big: { type: 'string', default: '100000' }, only: { type: 'string' } } });
  const [figure] = await figures(Number(values.runs), { seconds: Number(values.seconds), rate: Number(values.rate), big: Number(values.big), ...(values.only && { which: values.only.split(',') }) });
  console.log(JSON.stringify(figure, null, 1));
}
