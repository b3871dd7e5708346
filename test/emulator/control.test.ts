import { expect, test } from 'vitest';
import { ANA, DANA, aWorld, eventually, clientFor, control as controlAt, refusal, scratchDir, timed } from './world.js';
import { startEmulator } from '../../src/emulator/index.js';

const event = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');
interface Logged { seq: number; account: string | null; method: string; path: string; query: string; status: number }
interface Written { seq: number; kind: string; eventId: string; account: string; before: { start: string } | null; after: { start: string } | null; sendUpdates: string }

test('accounts: creating twice keeps the person; a wrong body is told what is wrong', async () => {
  const { control } = await aWorld();
  const { accounts } = await control('GET', '/accounts') as { accounts: { email: string; sub: string; calendars: string[] }[] };
  expect(accounts.map((each) => each.email)).toEqual([ANA, DANA]);
  const again = await control('POST', '/accounts', { email: ANA.toUpperCase(), name: 'Ana', timeZone: 'Europe/Berlin' });
  expect(again).toMatchObject({ email: ANA, sub: accounts[0]?.sub });
  await expect(control('POST', '/accounts', { email: 'a@b.example', name: 'A', timeZone: 'Nowhere' })).rejects.toThrow('not an IANA time zone');
  await expect(control('POST', '/rules', { times: 1 })).rejects.toThrow('400');
});

test('rules: errors by count and path, gateway pages, cut connections before and after the write, held calls', async () => {
  const { ana, control } = await aWorld();
  const insert = (id?: string) => ana.events.insert({ calendarId: 'primary', requestBody: { ...(id === undefined ? {} : { id }), ...event } });
  const exists = async (eventId: string) => (await ana.events.list({ calendarId: 'primary' })).data.items?.some((each) => each.id === eventId);
  await control('POST', '/rules', { method: 'POST', pathPattern: '/events($|\\?)', status: 403, reason: 'quotaExceeded', times: 2 });
  expect(await refusal(insert())).toEqual({ status: 403, reason: 'quotaExceeded' });
  expect((await ana.events.list({ calendarId: 'primary' })).status).toBe(200);
  expect(await refusal(insert())).toEqual({ status: 403, reason: 'quotaExceeded' });
  await insert();
  await control('POST', '/rules', { status: 502, body: '<html>Bad gateway</html>' });
  expect(await refusal(insert())).toEqual({ status: 502, reason: undefined });
  await control('POST', '/rules', { method: 'POST', mode: 'dropRequest' });
  await expect(insert('aaaa1')).rejects.toMatchObject({ response: undefined });
  expect(await exists('aaaa1')).toBe(false);
  await control('POST', '/rules', { method: 'POST', mode: 'dropAnswer' });
  await expect(insert('aaaa2')).rejects.toMatchObject({ response: undefined });
  expect(await exists('aaaa2')).toBe(true);
  await control('POST', '/rules', { method: 'POST', mode: 'hold' });
  let done = false;
  const held = insert('aaaa3').then(() => { done = true; });
  await eventually(async () => expect(await control('GET', '/rules')).toMatchObject({ held: 1 }));
  expect(done).toBe(false);
  expect(await exists('aaaa3')).toBe(false);
  await control('DELETE', '/rules');
  await held;
  expect(await exists('aaaa3')).toBe(true);
  await control('POST', '/rules', { delayMs: 120 });
  const began = performance.now();
  await ana.events.list({ calendarId: 'primary' });
  expect(performance.now() - began).toBeGreaterThan(110);
});

test('the logs tell every call and every change, and go on after a restart with all state', async () => {
  const dataDir = scratchDir();
  const first = await aWorld({ dataDir });
  const { data } = await first.ana.events.insert({ calendarId: 'primary', requestBody: event, sendUpdates: 'none' });
  await first.ana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', requestBody: timed('2026-11-30T14:00:00', '2026-11-30T15:00:00') });
  const { data: list } = await first.ana.events.list({ calendarId: 'primary' });
  await first.ana.events.watch({ calendarId: 'primary', requestBody: { id: 'c-1', type: 'web_hook', address: 'http://127.0.0.1:9/' } });
  await first.control('POST', '/clock', { offsetMs: 5_000 });
  await first.emulator.close();

  const second = await startEmulator({ dataDir });
  const ana = clientFor(second.url, ANA);
  expect((await ana.events.list({ calendarId: 'primary', syncToken: list.nextSyncToken ?? '' })).data.items).toEqual([]);
  await ana.events.delete({ calendarId: 'primary', eventId: data.id ?? '' });
  const stubs = (await ana.events.list({ calendarId: 'primary', syncToken: list.nextSyncToken ?? '' })).data.items;
  expect(stubs).toMatchObject([{ id: data.id, status: 'cancelled' }]);
  expect(await refusal(ana.events.watch({ calendarId: 'primary', requestBody: { id: 'c-1', type: 'web_hook', address: 'http://127.0.0.1:9/' } }))).toEqual({ status: 400, reason: 'channelIdNotUnique' });
  expect(await controlAt(second.url, 'GET', '/clock')).toMatchObject({ offsetMs: 5_000 });
  const { requests } = await controlAt(second.url, 'GET', '/log?since=0') as unknown as { requests: Logged[] };
  expect(requests.map((each) => each.seq)).toEqual(requests.map((_, i) => i + 1));
  expect(requests[0]).toMatchObject({ account: ANA, method: 'POST', path: '/calendar/v3/calendars/primary/events', query: 'sendUpdates=none', status: 200 });
  const { writes } = await controlAt(second.url, 'GET', '/writes?since=1') as unknown as { writes: Written[] };
  expect(writes).toMatchObject([
    { seq: 2, kind: 'patch', account: ANA, eventId: data.id, before: { start: '2026-11-30T12:00:00Z' }, after: { start: '2026-11-30T13:00:00Z' }, sendUpdates: 'none' },
    { seq: 3, kind: 'delete', before: { start: '2026-11-30T13:00:00Z' }, after: null },
  ]);
  await second.close();
});

test('a browser page on another loopback port may call; any other origin or host may not', async () => {
  const { url } = await aWorld();
  const path = `${url}/calendar/v3/calendars/primary/events`;
  const from = (origin: string, init: RequestInit = {}) => fetch(path, { ...init, headers: { origin, authorization: `Bearer sandbox:${ANA}` } });
  const preflight = await fetch(path, { method: 'OPTIONS', headers: { origin: 'http://localhost:8080', 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization,content-type,if-match' } });
  expect(preflight.status).toBe(204);
  for (const name of ['authorization', 'content-type', 'if-match']) expect(preflight.headers.get('access-control-allow-headers')).toContain(name);
  expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
  const answer = await from('http://127.0.0.1:8080');
  expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([200, 'http://127.0.0.1:8080']);
  expect((await from('https://evil.example')).status).toBe(403);
  await expect(startEmulator({ dataDir: scratchDir(), host: '0.0.0.0' })).rejects.toThrow('loopback only');
});
