import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { expect, onTestFinished, test } from 'vitest';
import { ANA, DANA, aWorld, eventually, clientFor, control as controlAt, refusal, scratchDir, timed } from './world.js';
import { startEmulator } from '../../src/emulator/index.js';

const event = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');
interface Logged { seq: number; kind: string | null; account: string | null; method: string; path: string; query: string; status: number }
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

/** Statuses of so many lists, one after another; 0 if there was no answer. */
async function lists(api: calendar_v3.Calendar, times: number): Promise<number[]> {
  const seen: number[] = [];
  for (let i = 0; i < times; i++) seen.push(await api.events.list({ calendarId: 'primary' }).then(({ status }) => status, (error: unknown) => (error as { response?: { status: number } }).response?.status ?? 0));
  return seen;
}

test('rules choose their calls: by kind, method, path and account; some pass first, each n-th is met; a number of times, or for ever', async () => {
  const { ana, dana, control } = await aWorld();
  await control('POST', '/rules', { kind: 'events.list', account: ANA, status: 503, skip: 1, everyNth: 2, times: 2 });
  expect(await lists(dana, 2)).toEqual([200, 200]);
  expect((await ana.calendarList.list()).status).toBe(200);
  expect(await lists(ana, 6)).toEqual([200, 503, 200, 503, 200, 200]);
  const { id } = await control('POST', '/rules', { method: 'get', pathPattern: 'maxResults=7$', status: 500, forever: true });
  expect((await control('GET', '/rules'))['rules']).toMatchObject([{ id, method: 'GET', remaining: null, seen: 0 }]);
  for (let i = 0; i < 3; i++) expect(await refusal(ana.events.list({ calendarId: 'primary', maxResults: 7 }))).toEqual({ status: 500, reason: 'backendError' });
  expect(await lists(ana, 1)).toEqual([200]);
  await control('DELETE', `/rules?id=${String(id)}`);
  expect((await ana.events.list({ calendarId: 'primary', maxResults: 7 })).status).toBe(200);
  await control('POST', '/rules', { kind: 'events.list', status: 500 });
  await control('POST', '/rules', { kind: 'events.list', status: 503 });
  expect(await lists(ana, 3)).toEqual([500, 503, 200]);
});

test('rules answer: reason and words, raw bodies of any type, headers, half an answer, and 5xx for a write that was done', async () => {
  const { url, ana, control } = await aWorld();
  const insert = (id: string) => ana.events.insert({ calendarId: 'primary', requestBody: { id, ...event } });
  const exists = (eventId: string) => ana.events.get({ calendarId: 'primary', eventId }).then(() => true, () => false);
  const raw = async () => { const answer = await fetch(`${url}/calendar/v3/calendars/primary/events`, { headers: { authorization: `Bearer sandbox:${ANA}` } }); return { answer, text: await answer.text() }; };
  await control('POST', '/rules', { kind: 'events.list', status: 403, reason: 'madeUp', message: 'In other words', headers: { 'Retry-After': '7' } });
  const refused = await raw();
  expect([refused.answer.headers.get('retry-after'), JSON.parse(refused.text)]).toEqual(['7', { error: { errors: [{ domain: 'global', reason: 'madeUp', message: 'In other words' }], code: 403, message: 'In other words' } }]);
  await control('POST', '/rules', { kind: 'events.list', status: 503, body: 'away', contentType: 'text/plain' });
  const plain = await raw();
  expect([plain.answer.status, plain.answer.headers.get('content-type'), plain.text]).toEqual([503, 'text/plain', 'away']);
  await control('POST', '/rules', { kind: 'events.list', headers: { 'x-extra': 'yes' } });
  expect((await raw()).answer.headers.get('x-extra')).toBe('yes');
  await control('POST', '/rules', { kind: 'events.insert', status: 504, applied: true });
  expect([await refusal(insert('aaaa1')), await exists('aaaa1')]).toEqual([{ status: 504, reason: 'backendError' }, true]);
  await control('POST', '/rules', { kind: 'events.insert', mode: 'truncate' });
  await expect(insert('aaaa2')).rejects.toMatchObject({ response: undefined });
  expect(await exists('aaaa2')).toBe(true);
  await control('POST', '/rules', { kind: 'events.delete', mode: 'truncate' });
  await expect(ana.events.delete({ calendarId: 'primary', eventId: 'aaaa2' })).rejects.toMatchObject({ response: undefined });
  const { id } = await control('POST', '/rules', { kind: 'events.get', mode: 'truncate', status: 500 });
  await expect(ana.events.get({ calendarId: 'primary', eventId: 'aaaa1' })).rejects.toMatchObject({ response: undefined });
  const { requests } = await control('GET', `/log?rule=${String(id)}`) as unknown as { requests: Logged[] };
  expect(requests).toMatchObject([{ kind: 'events.get', status: 0, reason: 'backendError', rule: id }]);
});

test('rules about sign-in, and rules that make no sense', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/rules', { kind: 'oauth.token', status: 400, body: '{"error":"invalid_grant","error_description":"Token has been expired or revoked."}', contentType: 'application/json' });
  const answer = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token' }) });
  expect([answer.status, await answer.json()]).toEqual([400, { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }]);
  for (const rule of [
    {}, { times: 1 }, { kind: 'events.lst', status: 500 }, { status: 200 }, { status: 500, times: 0 }, { status: 500, times: 2, forever: true }, { mode: 'explode' }, { pathPattern: '(', status: 500 },
    { delayMs: 1, reason: 'x' }, { delayMs: 1, applied: true }, { status: 500, body: 'x', reason: 'y' }, { status: 500, contentType: 'text/plain' }, { status: 500, headers: { 'a b': 'c' } }, { status: 500, body: 'x', contentType: 'a\r\nb: c' }, { status: 500, everyNth: 0 }, { status: 500, colour: 'red' },
  ]) await expect(control('POST', '/rules', rule), JSON.stringify(rule)).rejects.toThrow('400');
  await expect(control('POST', '/rules', { kind: 'events.lst', status: 500 })).rejects.toThrow('events.list');
  expect((await control('GET', '/rules'))['rules']).toEqual([]);
});

test('rules go on after a restart where they stopped', async () => {
  const dataDir = scratchDir();
  const first = await aWorld({ dataDir });
  await first.control('POST', '/rules', { kind: 'events.list', status: 503, skip: 1, times: 2 });
  expect(await lists(first.ana, 2)).toEqual([200, 503]);
  await first.emulator.close();
  const second = await startEmulator({ dataDir });
  onTestFinished(() => second.close());
  expect((await controlAt(second.url, 'GET', '/rules'))['rules']).toMatchObject([{ remaining: 1, seen: 2 }]);
  expect(await lists(clientFor(second.url, ANA), 2)).toEqual([503, 200]);
});

test('the log can be asked for a kind, an account, a status and a reason', async () => {
  const { ana, dana, control } = await aWorld();
  await lists(ana, 2);
  await lists(dana, 1);
  expect(await refusal(ana.events.get({ calendarId: 'primary', eventId: 'nothere' }))).toEqual({ status: 404, reason: 'notFound' });
  const log = async (query: string): Promise<number[]> => ((await control('GET', `/log?${query}`)) as unknown as { requests: Logged[] }).requests.map((each) => each.seq);
  expect([await log(''), await log('kind=events.list'), await log(`account=${DANA}`), await log('status=404'), await log('reason=notFound&kind=events.get'), await log(`since=1&account=${ANA}&kind=events.list`)])
    .toEqual([[1, 2, 3, 4], [1, 2, 3], [3], [4], [4], [2]]);
  await expect(control('GET', '/log?since=x')).rejects.toThrow('400');
});

test('a write and its row in the log of requests are there together, or neither', async () => {
  const { url, ana, control } = await aWorld();
  expect(await refusal(ana.events.insert({ calendarId: 'primary', requestBody: { id: 'no', ...event } }))).toMatchObject({ status: 400 });
  await ana.events.insert({ calendarId: 'primary', requestBody: { id: 'aaaa1', ...event } });
  expect(await refusal(ana.events.insert({ calendarId: 'primary', requestBody: { id: 'aaaa1', ...event } }))).toEqual({ status: 409, reason: 'duplicate' });
  await fetch(`${url}/nowhere`);
  const { requests } = await control('GET', '/log') as unknown as { requests: Logged[] };
  expect(requests).toMatchObject([{ seq: 1, status: 400, reason: 'invalid' }, { seq: 2, status: 200 }, { seq: 3, status: 409, reason: 'duplicate' }, { seq: 4, kind: null, path: '/nowhere', status: 404 }]);
  expect((await control('GET', '/writes'))['writes']).toMatchObject([{ seq: 1, kind: 'insert', eventId: 'aaaa1' }]);
});

test('GET /control lists every call in a line, and every kind that rules may name', async () => {
  const { url, control } = await aWorld();
  const { calls, kinds } = await control('GET', '') as unknown as { calls: { call: string; says: string }[]; kinds: string[] };
  for (const { call, says } of calls) expect([call, says]).toEqual([expect.stringMatching(/^(GET|POST|PUT|DELETE) \/control/), expect.stringMatching(/^[^\n]{5,400}$/)]);
  expect(new Set(calls.map(({ call }) => call)).size).toBe(calls.length);
  for (const call of ['POST /control/accounts', 'POST /control/rules', 'GET /control/log', 'POST /control/quotas', 'DELETE /control']) expect(calls.map((each) => each.call)).toContain(call);
  expect(kinds).toEqual(expect.arrayContaining(['events.insert', 'events.patch', 'calendarList.list', 'oauth.token', 'oauth.consent']));
  expect(new Set(kinds).size).toBe(kinds.length);
  expect((await fetch(`${url}/control/nothing`)).status).toBe(404);
});

test('DELETE /control forgets everything; what was issued before is worth nothing after', async () => {
  const { url, ana, control } = await aWorld();
  await ana.events.insert({ calendarId: 'primary', requestBody: { id: 'aaaa1', ...event } });
  const { data } = await ana.events.list({ calendarId: 'primary' });
  await ana.events.watch({ calendarId: 'primary', requestBody: { id: 'c-1', type: 'web_hook', address: 'http://127.0.0.1:9/' } });
  await control('POST', '/rules', { status: 500, forever: true, kind: 'calendars.get' });
  await control('POST', '/quotas', { perMinutePerUser: 1 });
  await control('POST', '/clock', { offsetMs: 9_000 });
  await control('POST', '/rules', { mode: 'hold', kind: 'events.get' });
  const held = refusal(ana.events.get({ calendarId: 'primary', eventId: 'aaaa1' }));
  await eventually(async () => expect(await control('GET', '/rules')).toMatchObject({ held: 1 }));
  await control('DELETE', '');
  expect(await held).toMatchObject({ status: 404 });
  expect(await control('GET', '/accounts')).toEqual({ accounts: [] });
  expect(await refusal(ana.events.list({ calendarId: 'primary' }))).toEqual({ status: 401, reason: 'authError' });
  expect(await control('GET', '/rules')).toEqual({ rules: [], held: 0 });
  expect(await control('GET', '/writes')).toEqual({ writes: [] });
  expect(await control('GET', '/clock')).toMatchObject({ offsetMs: 0 });
  expect((await control('GET', '/quotas'))['limits']).toMatchObject({ perMinutePerUser: 600 });
  const { requests } = await control('GET', '/log') as unknown as { requests: Logged[] };
  expect(requests.map((each) => [each.seq, each.kind])).toEqual([[1, 'events.get'], [2, 'events.list']]);
  await controlAt(url, 'POST', '/accounts', { email: ANA, name: 'Ana', timeZone: 'UTC' });
  expect((await ana.events.list({ calendarId: 'primary' })).data.items).toEqual([]);
  expect(await refusal(ana.events.list({ calendarId: 'primary', syncToken: data.nextSyncToken ?? '' }))).toMatchObject({ status: 400 });
  expect((await ana.events.insert({ calendarId: 'primary', requestBody: { id: 'aaaa1', ...event } })).status).toBe(200);
  expect((await ana.events.watch({ calendarId: 'primary', requestBody: { id: 'c-1', type: 'web_hook', address: 'http://127.0.0.1:9/' } })).status).toBe(200);
});

test('the clock: a moment, an offset, a step; a control body may be large', async () => {
  const { control } = await aWorld();
  expect(Number((await control('POST', '/clock', { now: '2030-01-01T00:00:00Z' }))['now'])).toBeGreaterThanOrEqual(Date.UTC(2030, 0, 1));
  const { offsetMs } = await control('POST', '/clock', { offsetMs: 1_000 });
  expect([offsetMs, (await control('POST', '/clock', { advanceMs: 500 }))['offsetMs']]).toEqual([1_000, 1_500]);
  await expect(control('POST', '/clock', { advanceMs: 'x' })).rejects.toThrow('400');
  await expect(control('POST', '/accounts', { email: 'x', name: 'x'.repeat(5_000_000), timeZone: 'UTC' })).rejects.toThrow('400');
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
  expect(requests[0]).toEqual({
    seq: 1, timeMs: expect.any(Number), durationMs: expect.any(Number), account: ANA, clientId: 'sandbox', kind: 'events.insert', method: 'POST',
    path: '/calendar/v3/calendars/primary/events', query: 'sendUpdates=none', status: 200,
  });
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
  // A form or frame of any page can say that it has no origin: it may look, and read nothing of what it sees.
  for (const place of [path, `${url}/control/accounts`, `${url}/o/oauth2/v2/auth`]) expect([place, (await fetch(place, { method: 'POST', body: '{}', headers: { origin: 'null' } })).status]).toEqual([place, 403]);
  const looked = await from('null');
  expect([looked.status, looked.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  await expect(startEmulator({ dataDir: scratchDir(), host: '0.0.0.0' })).rejects.toThrow('loopback only');
});

test('an event that no call could name is not loaded, and nothing that came with it', async () => {
  const { ana, control } = await aWorld();
  const load = (id: string) => control('POST', '/events', { calendarId: ANA, events: [{ id: 'first0' }, { id }] });
  for (const id of ['x'.repeat(1_101), 'ü'.repeat(5_000)]) await expect(load(id)).rejects.toThrow('400');
  expect((await ana.events.list({ calendarId: 'primary' })).data.items).toEqual([]);
  expect(await load('x'.repeat(1_100))).toMatchObject({ loaded: 2 });
  expect((await ana.events.get({ calendarId: 'primary', eventId: 'x'.repeat(1_100) })).data.id).toBe('x'.repeat(1_100));
});
