/** A whole small world: a Postgres database of its own, the emulator over HTTP, a real SMTP server, the web server on a
 *  real port, and a clock that stands still until it is moved. Due work is done by `settle()`, in this process. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { inject } from 'vitest';
import { readDaemonSettings } from '../../config/settings.js';
import { coachByEmail, saveApiKey, saveCoach } from '../../src/coach/coach.store.js';
import { startEmulator, type RunningEmulator } from '../../src/emulator/index.js';
import { HOUR, instant, plus, type Instant } from '../../src/kernel/interval.js';
import type { Policy } from '../../src/kernel/policy.js';
import { atWallClock, addDays, rfc3339, wallClock } from '../../src/kernel/zone.js';
import type { CaughtMail } from '../../src/launcher/caught-mail.js';
import { startMailCatcher, type MailCatcher } from '../../src/launcher/mail-catcher.js';
import { freePort } from '../../src/launcher/ports.js';
import { compose, WORKERS, type Composed } from '../../src/ops/compose.js';
import { inTx } from '../../src/postgres/transaction.js';
import { oneRow, rows } from '../../src/postgres/rows.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { webServer } from '../../src/web/server.js';
import { drain, work } from '../../src/work/run-due.flow.js';
import { cloneDatabase } from './database.js';
import './smtp-greeting.js';

export const ZONE = 'Europe/Berlin';
export const KIM = { slug: 'kim', name: 'Kim Berger', email: 'kim@coach.example', zone: ZONE };
export const DANA = { name: 'Dana Weber', email: 'dana@client.example' };
export const SAM = { name: 'Sam Ortiz', email: 'sam@client.example' };

/** Monday 13:00 in Berlin, at least a week after the machine's today: Dana's time in every story. */
export function mondayAt(time: string, zone = ZONE, from = Date.now()): Instant {
  let date = addDays(wallClock(instant(from), zone).date, 8);
  while (wallClock(atWallClock(date, '12:00', zone), zone).weekday !== 1) date = addDays(date, 1);
  return atWallClock(date, time, zone);
}
export const at = (start: Instant, hours: number): Instant => plus(start, hours * HOUR);

export interface EventIn { id?: string; summary: string; start: Instant; hours?: number; guests?: readonly string[]; rule?: string; transparent?: boolean; organizer?: string;
  /** Fields of the event resource, beside and above the others. */
  fields?: Readonly<Record<string, unknown>> }
export interface GoogleEvent { id: string; etag: string; status: string; summary?: string; start: { dateTime?: string; date?: string }; end: { dateTime?: string; date?: string }; attendees?: { email: string; responseStatus?: string }[]; recurringEventId?: string; extendedProperties?: unknown; description?: string }

export type World = Awaited<ReturnType<typeof aWorld>>;

export type AtGoogle = (account: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;
/** Builds a world with coach Kim connected through the real OAuth code flow, and the given events in Google. `guests` have
 *  accounts there from the start; `before` does more there before Kim connects; the web server logs to `log`. */
export async function aWorld(options: {
  policy?: Partial<Policy>; events?: readonly EventIn[]; pushes?: boolean; zone?: string; now?: Instant;
  guests?: readonly { name: string; email: string }[]; before?: (google: AtGoogle) => Promise<void>; log?: Logger;
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'makeway-world-'));
  const database = await cloneDatabase(inject('databaseServer'), inject('template'));
  const catcher: MailCatcher = await startMailCatcher({ dir: join(folder, 'mail') });
  const emulator: RunningEmulator = await startEmulator({ dataDir: join(folder, 'emulator'), smtpUrl: catcher.url, signingKeys: inject('signingKeys') });
  let now = options.now ?? instant(Date.now());
  const clock = { now: () => now };
  const port = await freePort();
  const environment = {
    DATABASE_URL: database.url, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, SMTP_URL: catcher.url, MAKEWAY_EMULATOR_URL: emulator.url,
    SECRET_KEYS: `k1:${randomBytes(32).toString('base64')}`, MAKEWAY_DATA_DIR: folder, MAKEWAY_LEASE_MS: '20000',
  };
  const settings = readDaemonSettings(environment);
  const composed: Composed = compose(settings, 'test', { clock, connections: 10 });
  const { shell } = composed;
  const app = await webServer({ shell, oauth: composed.oauth, log: options.log ?? pino({ level: process.env.MAKEWAY_TEST_LOG ?? 'silent' }), sandbox: null, isReady: async () => true, goOn: (claim) => work(shell, WORKERS, claim) });
  await app.listen({ port, host: '127.0.0.1' });
  const zone = options.zone ?? ZONE;

  const google: AtGoogle = async (account, method, path, body, headers = {}) => fetch(`${emulator.url}/calendar/v3${path}`, {
    method, headers: { authorization: `Bearer sandbox:${account}`, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const control = async (path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${emulator.url}/control${path}`, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`control ${path}: ${answer.status} ${await answer.text()}`);
    const text = await answer.text();
    return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  if (options.now !== undefined) await control('/clock', { offsetMs: now - Date.now() });
  for (const { email, name } of [KIM, DANA, SAM, ...(options.guests ?? [])]) await control('/accounts', { email, name, timeZone: zone });

  const eventsPath = (account: string = KIM.email): string => `/calendars/${encodeURIComponent(account)}/events`;
  async function addEvent(e: EventIn, account: string = KIM.email): Promise<GoogleEvent> {
    const answer = await google(account, 'POST', eventsPath(account), {
      ...(e.id && { id: e.id }), summary: e.summary, start: { dateTime: rfc3339(e.start, zone), timeZone: zone }, end: { dateTime: rfc3339(at(e.start, e.hours ?? 1), zone), timeZone: zone },
      ...(e.rule && { recurrence: [e.rule] }), ...(e.transparent && { transparency: 'transparent' }), ...(e.guests && { attendees: e.guests.map((email) => ({ email })) }), ...e.fields,
    });
    if (!answer.ok) throw new Error(`insert: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as GoogleEvent;
  }
  for (const e of options.events ?? []) await addEvent(e);
  await options.before?.(google);

  const coachId = await inTx(shell.db, 'commit coach', (tx) => saveCoach(tx, { ...KIM, zone, policy: options.policy ?? {} }, now));
  const apiKey = `test_${randomBytes(8).toString('hex')}`;
  await inTx(shell.db, 'commit coach', (tx) => saveApiKey(tx, 'test', createHash('sha256').update(apiKey).digest(), now));
  if (options.pushes !== true) await control('/pushes', { mode: 'off' });
  await walkThroughConsent(`${settings.publicUrl}/auth/google?connect=1&to=/pending`, KIM.email);
  await drain(shell, WORKERS);

  const settle = (): Promise<number> => drain(shell, WORKERS);
  const url = settings.publicUrl;
  const world = {
    settings, environment, shell, composed, clock, coachId: coachId, apiKey, url, emulator, catcher, database, folder, zone, google, control, addEvent, settle,
    now: () => now,
    /** Moves the clock on and does what became due. */
    async pass(ms: number): Promise<void> { now = plus(now, ms); await control('/clock', { offsetMs: now - Date.now() }); await settle(); },
    setNow(to: Instant): void { now = to; },
    /** Posts a booking request as an API client would. */
    async request(start: Instant | readonly Instant[], who: { name: string; email: string } = SAM, extra: Record<string, unknown> = {}, headers: Record<string, string> = {}): Promise<{ status: number; body: Record<string, unknown> & { id: string; state: string; error?: { code: string; message: string } } }> {
      const answer = await fetch(`${url}/api/v1/booking-requests`, {
        method: 'POST', headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ coach: KIM.slug, client: { ...who, time_zone: zone }, session_type: 'Coaching', wanted_starts: [start].flat().map((s) => rfc3339(s, zone)), ...extra }),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> & { id: string; state: string } };
    },
    mailsTo: async (email: string): Promise<CaughtMail[]> => (await catcher.mails()).filter((m) => m.to.includes(email)),
    /** The links in the newest mail to a person, by the words around them in the address. */
    async links(email: string): Promise<string[]> {
      const mail = (await world.mailsTo(email)).at(-1);
      return [...new Set([...(mail?.html ?? '').matchAll(/href="([^"]+)"/g)].map((m) => (m[1] ?? '').replaceAll('&amp;', '&')))].filter((l) => l.startsWith(url));
    },
    post: (link: string, form: Record<string, string | string[]>): Promise<Response> => fetch(link.split('?')[0] ?? '', {
      method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, redirect: 'manual',
      body: new URLSearchParams(Object.entries(form).flatMap(([k, v]) => [v].flat().map((x): [string, string] => [k, x]))).toString(),
    }),
    /** What Google shows in a window of Kim's calendar, as single events. */
    async inGoogle(start: Instant, hours = 1, account: string = KIM.email): Promise<GoogleEvent[]> {
      const query = new URLSearchParams({ singleEvents: 'true', timeMin: rfc3339(start, 'UTC'), timeMax: rfc3339(at(start, hours), 'UTC') });
      const answer = (await (await google(account, 'GET', `${eventsPath(account)}?${query.toString()}`)).json()) as { items: GoogleEvent[] };
      return answer.items;
    },
    async patchEvent(id: string, body: unknown, account: string = KIM.email): Promise<GoogleEvent> {
      const answer = await google(account, 'PATCH', `${eventsPath(account)}/${id}`, body);
      if (!answer.ok) throw new Error(`patch: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as GoogleEvent;
    },
    async deleteEvent(id: string, account: string = KIM.email): Promise<void> {
      const answer = await google(account, 'DELETE', `${eventsPath(account)}/${id}`);
      if (!answer.ok) throw new Error(`delete: ${answer.status}`);
    },
    moveTo: (id: string, start: Instant, hours = 1): Promise<GoogleEvent> => world.patchEvent(id, { start: { dateTime: rfc3339(start, zone), timeZone: zone }, end: { dateTime: rfc3339(at(start, hours), zone), timeZone: zone } }),
    writes: async (): Promise<{ seq: number; kind: string; eventId: string; calendarId: string; sendUpdates?: string }[]> => (await control('/writes?since=0')).writes as { seq: number; kind: string; eventId: string; calendarId: string }[],
    reads: async (): Promise<{ seq: number; method: string; path: string; status: number; timeMs: number }[]> => (await control('/log?since=0')).requests as { seq: number; method: string; path: string; status: number; timeMs: number }[],
    /** A number per table content: equal before and after means that nothing changed. job_runs is left out. */
    async fingerprint(): Promise<string> {
      const tables = (await rows<{ t: string }>(shell.db, `select table_name as t from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not in ('job_runs') order by 1`)).map((r) => r.t);
      const hashes: string[] = [];
      for (const t of tables) hashes.push(`${t}:${(await oneRow<{ h: string }>(shell.db, `select coalesce(md5(string_agg(x::text, '|' order by x::text)), '') as h from "${t}" x`))?.h ?? ''}`);
      return hashes.join('\n');
    },
    one: <Row>(sql: string, bindings: Record<string, unknown> = {}): Promise<Row | null> => oneRow<Row>(shell.db, sql, bindings),
    all: <Row>(sql: string, bindings: Record<string, unknown> = {}): Promise<Row[]> => rows<Row>(shell.db, sql, bindings),
    coach: () => coachByEmail(shell.db, KIM.email),
    async close(): Promise<void> {
      await app.close();
      await Promise.all([composed.close().then(() => database.drop()), emulator.close().then(() => catcher.close())]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}
