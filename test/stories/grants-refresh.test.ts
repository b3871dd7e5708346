/** Access tokens: one process at a time refreshes one, and nobody is harmed when that process dies or Google is away. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { MINUTE, plus } from '../../src/kernel/interval.js';
import { compose, type Composed } from '../../src/ops/compose.js';
import { holdCall, MONDAY, worlds } from '../support/story.js';
import { at, KIM, type World } from '../support/world.js';

const open = worlds();
const WINDOW = { start: MONDAY, end: at(MONDAY, 1) };
const TOKEN = { method: 'POST', pathPattern: '^/token' } as const;
const LISTS = { method: 'GET', pathPattern: 'singleEvents=true' } as const;
const NEW_EVENT = { id: 'mkgrantstest', summary: 'x', description: '', interval: WINDOW, zone: 'Europe/Berlin', privateProperties: {} };

const others: Composed[] = [];
afterEach(async () => { for (const c of others.splice(0)) await c.close(); });
/** One more daemon on the same database and Google. */
function daemon(w: World, settings: Partial<World['settings']> = {}): Composed {
  const c = compose({ ...w.settings, ...settings }, `other${others.length}`, { clock: w.clock, connections: 3 });
  others.push(c);
  return c;
}
/** Time goes by for us and for Google, and no work is done. */
async function later(w: World, ms: number): Promise<void> {
  w.setNow(plus(w.now(), ms));
  await w.control('/clock', { offsetMs: w.now() - Date.now() });
}
/** A fault at Google for the next calls that fit. */
const rule = (w: World, fault: Record<string, unknown>): Promise<Record<string, unknown>> => w.control('/rules', fault);
interface Logged { seq: number; kind: string; method: string; path: string; status: number }
const log = async (w: World): Promise<Logged[]> => (await w.control('/log?since=0')).requests as Logged[];
const tokenCalls = async (w: World): Promise<number> => (await log(w)).filter((c) => c.path.startsWith('/token')).length;
const read = async (c: { shell: World['shell'] }, w: World): Promise<unknown> => (await c.shell.google(w.coachId)).listWindow(KIM.email, WINDOW);
const grant = (w: World) => w.one<{ access_token_sealed: string; refresh_token_sealed: string; refresh_failures: number; refresh_owner: string | null; state: string; refresh_not_before: number | null }>('select * from grants');

test('three daemons need the token at one moment, many times: Google is asked for one, and all use it', async () => {
  const w = await open();
  const daemons = [w, daemon(w), daemon(w)];
  await later(w, 120 * MINUTE);
  const before = await tokenCalls(w);
  const answers = await Promise.all(daemons.flatMap((d) => [1, 2, 3, 4].map(() => read(d, w))));
  expect(answers).toHaveLength(12);
  expect(await tokenCalls(w)).toBe(before + 1);
  expect(await grant(w)).toMatchObject({ state: 'active', refresh_owner: null, refresh_failures: 0 });
});

test('a token is refreshed before its end, by one; the others go on with the old one meanwhile', async () => {
  const w = await open();
  const other = daemon(w);
  const old = await grant(w);
  await later(w, 51 * MINUTE);
  const before = await tokenCalls(w);
  await read(w, w);
  expect(await tokenCalls(w)).toBe(before);
  await later(w, 5.5 * MINUTE);
  const hold = await holdCall(w, TOKEN);
  const first = read(w, w);
  await hold.held();
  await Promise.all([read(other, w), read(other, w)]);
  expect(await grant(w)).toMatchObject({ access_token_sealed: old?.access_token_sealed });
  await hold.letGo();
  await first;
  expect((await grant(w))?.access_token_sealed).not.toBe(old?.access_token_sealed);
  await read(other, w);
  expect(await tokenCalls(w)).toBe(before + 1);
});

test('the token endpoint is away: the living token is used, Google is not hammered; then it is "unreachable", and then all goes on', async () => {
  const w = await open();
  await later(w, 57 * MINUTE);
  const { id } = await rule(w, { ...TOKEN, forever: true, status: 400, body: '{"error":"temporarily_unavailable"}', contentType: 'application/json' });
  const before = await tokenCalls(w);
  for (let i = 0; i < 10; i++) await read(w, w);
  expect(await tokenCalls(w)).toBe(before + 1);
  expect(await grant(w)).toMatchObject({ state: 'active', refresh_failures: 1 });
  await later(w, 5 * MINUTE);
  await expect(read(w, w)).rejects.toMatchObject({ code: 'GOOGLE_UNREACHABLE' });
  const asked = await tokenCalls(w);
  for (let i = 0; i < 10; i++) await expect(read(daemon(w), w)).rejects.toMatchObject({ code: 'GOOGLE_UNREACHABLE' });
  expect(await tokenCalls(w)).toBe(asked);
  await w.settle();
  expect(await w.one(`select last_error from calendars where role = 'sessions'`)).toEqual({ last_error: 'GOOGLE_UNREACHABLE' });
  expect(await grant(w)).toMatchObject({ state: 'active' });
  expect(await w.mailsTo(KIM.email)).toEqual([]);
  await fetch(`${w.emulator.url}/control/rules?id=${String(id)}`, { method: 'DELETE' });
  await w.pass(6 * MINUTE);
  await read(w, w);
  expect(await grant(w)).toMatchObject({ state: 'active', refresh_failures: 0 });
});

test('the one that refreshes is killed: the others wait for its lease to end, and no longer', async () => {
  const w = await open();
  const dying = daemon(w);
  await later(w, 120 * MINUTE);
  const hold = await holdCall(w, TOKEN);
  const lost = read(dying, w).catch((error: unknown) => error);
  await hold.held();
  await dying.shell.db.destroy(); // it commits nothing any more, whatever Google answers
  await hold.letGo();
  expect(await lost).toBeInstanceOf(Error);
  expect((await grant(w))?.refresh_owner).toContain('other0');
  const before = await tokenCalls(w);
  const waiting = read(w, w);
  let isOver = false;
  void waiting.then(() => { isOver = true; });
  for (let looks = 0; looks < 20; looks++) await grant(w);
  expect([isOver, await tokenCalls(w)]).toEqual([false, before]);
  w.setNow(plus(w.now(), 16_000));
  await waiting;
  expect(await tokenCalls(w)).toBe(before + 1);
  expect(await grant(w)).toMatchObject({ state: 'active', refresh_owner: null });
  others.splice(others.indexOf(dying), 1);
});

test('what the killed one would have stored late, after its lease went to another, is not stored', async () => {
  const w = await open();
  const slow = daemon(w);
  await later(w, 120 * MINUTE);
  const hold = await holdCall(w, TOKEN);
  const late = read(slow, w);
  await hold.held();
  w.setNow(plus(w.now(), 16_000));
  await read(w, w);
  const stored = await grant(w);
  await hold.letGo();
  await late;
  expect(await grant(w)).toEqual(stored);
});

test('a living token is refused once: it is exchanged, and a read is made again', async () => {
  const w = await open();
  const before = await log(w);
  await rule(w, { ...LISTS, times: 1, status: 401, reason: 'authError' });
  await read(w, w);
  const calls = (await log(w)).slice(before.length).map((c) => `${c.path.split('?')[0]?.split('/').at(-1) ?? ''} ${c.status}`);
  expect(calls).toEqual(['events 401', 'token 200', 'events 200']);
});

test('a living token is refused at a write: the token is exchanged, the write is not made again here', async () => {
  const w = await open();
  const google = await w.shell.google(w.coachId);
  const before = await log(w);
  await rule(w, { method: 'POST', pathPattern: String.raw`/events(\?|$)`, times: 1, status: 401, reason: 'authError' });
  await expect(google.insertEvent(KIM.email, NEW_EVENT)).rejects.toMatchObject({ code: 'GOOGLE_UNREACHABLE' });
  const calls = (await log(w)).slice(before.length).map((c) => `${c.method} ${c.status}`);
  expect(calls).toEqual(['POST 401', 'POST 200']); // the second is the token's
  expect((await google.insertEvent(KIM.email, NEW_EVENT)).id).toBe('mkgrantstest');
});

test('Google refuses every token, but not the permission: that is no outage of the coach\'s, and nothing spins', async () => {
  const w = await open();
  await rule(w, { method: 'GET', pathPattern: '/calendar/v3/', forever: true, status: 401, reason: 'authError' });
  await expect(read(w, w)).rejects.toMatchObject({ code: 'GOOGLE_REFUSED', facts: { status: 401 } });
  const before = (await log(w)).length;
  await w.pass(30 * MINUTE);
  expect((await log(w)).length - before).toBeLessThan(8);
  expect(await grant(w)).toMatchObject({ state: 'active' });
  expect(await w.mailsTo(KIM.email)).toEqual([]);
});

test('a wrong client breaks nobody, whatever Google calls it, and keeps no other daemon from the endpoint', async () => {
  const w = await open();
  await later(w, 120 * MINUTE);
  for (const error of ['invalid_client', 'deleted_client', 'unauthorized_client', 'org_internal']) {
    await rule(w, { ...TOKEN, times: 1, status: 401, body: JSON.stringify({ error }), contentType: 'application/json' });
    await expect(read(w, w)).rejects.toMatchObject({ code: 'GOOGLE_REFUSED' });
  }
  expect(await grant(w)).toMatchObject({ state: 'active', refresh_failures: 0, refresh_not_before: null });
  await read(daemon(w), w);
});

test('a refresh token that Google exchanges is kept in place of the old one', async () => {
  const w = await open();
  const before = await grant(w);
  await later(w, 120 * MINUTE);
  const door = createServer((call, answer) => { call.resume(); answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ access_token: 'ya29.other', expires_in: 3599, refresh_token: '1//exchanged', token_type: 'Bearer' })); });
  await new Promise<void>((resolve) => { door.listen(0, '127.0.0.1', resolve); });
  const other = daemon(w, { google: { ...w.settings.google, oauthRoot: `http://127.0.0.1:${(door.address() as AddressInfo).port}` } });
  await expect(read(other, w)).rejects.toMatchObject({ code: 'GOOGLE_REFUSED' }); // the emulator does not know that token
  door.close();
  const kept = (await w.all<{ refresh_token_sealed: string }>('select refresh_token_sealed from grants'))[0]?.refresh_token_sealed ?? '';
  expect(kept).not.toBe(before?.refresh_token_sealed);
  expect(w.shell.keys.open(kept)).toBe('1//exchanged');
});

test('a permission whose key is missing stops this coach here, and breaks nothing', async () => {
  const w = await open();
  const blind = daemon(w, { secretKeys: [{ id: 'k9', key: Buffer.alloc(32, 9) }] });
  await expect(read(blind, w)).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  expect(await grant(w)).toMatchObject({ state: 'active', refresh_owner: null });
  expect(await read(w, w)).toHaveLength(1);
});
