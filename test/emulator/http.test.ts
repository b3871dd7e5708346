import fc from 'fast-check';
import { request } from 'node:http';
import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { ApiError } from '../../src/emulator/http/api-error.js';
import { checkMask, pick, readMask } from '../../src/emulator/http/fields.js';
import { fieldsOf } from '../../src/emulator/http/resource-fields.js';
import type { Json } from '../../src/emulator/store/model.js';
import { ANA, aWorld, DANA, mondays, timed } from './world.js';

const event = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');
const AS_ANA = { authorization: `Bearer sandbox:${ANA}` };
const ASKED: Json = { a: 1, b: [{ c: 1, d: { e: 2, f: 3 } }, { c: 4 }], g: { h: null } };

const picked = (mask: string): Json => pick(ASKED, readMask(mask));
const refusalOf = (work: () => unknown): unknown => {
  try { return work(); } catch (error) { return error instanceof ApiError ? [error.status, error.reason, error.message, error.where.location] : error; }
};

interface Seen { readonly status: number; readonly headers: Headers; readonly text: string; readonly json: Record<string, unknown> }
/** A call as Ana, without the client library. */
async function call(url: string, method: string, path: string, { headers = {}, body }: { headers?: Record<string, string>; body?: string | Buffer } = {}): Promise<Seen> {
  const answer = await fetch(`${url}/calendar/v3${path}`, {
    method, headers: { ...AS_ANA, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }, ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: answer.headers.get('content-type')?.includes('json') === true ? (JSON.parse(text) as Record<string, unknown>) : {} };
}
const reasonOf = ({ status, json }: Seen): string => `${status} ${(json as { error?: { errors: { reason: string }[] } }).error?.errors[0]?.reason ?? ''}`;
const messageOf = ({ json }: Seen): string => (json as { error: { message: string } }).error.message;

test('a mask names what is kept: lists, paths, groups, a star, and a thing twice', () => {
  expect(picked('a')).toEqual({ a: 1 });
  expect(picked('b/c')).toEqual({ b: [{ c: 1 }, { c: 4 }] });
  expect(picked('b(c,d/e),g')).toEqual({ b: [{ c: 1, d: { e: 2 } }, { c: 4 }], g: { h: null } });
  expect(picked('b/d(e,f)')).toEqual({ b: [{ d: { e: 2, f: 3 } }, {}] });
  expect(picked('b/c,b/d/e')).toEqual({ b: [{ c: 1, d: { e: 2 } }, { c: 4 }] });
  expect(picked('b/c,b')).toEqual({ b: (ASKED as { b: Json }).b });
  expect(picked('*')).toEqual(ASKED);
  expect(picked('*/h')).toEqual({ a: 1, b: [{}, {}], g: { h: null } });
  expect(picked('b/*/e')).toEqual({ b: [{ c: 1, d: { e: 2 } }, { c: 4 }] });
  expect(picked('b(d/e,*/f)')).toEqual({ b: [{ c: 1, d: { e: 2, f: 3 } }, { c: 4 }] });
  expect(Object.keys(picked('g,a') as object)).toEqual(['a', 'g']);
  for (const mask of ['', ',', 'a,', 'a b', 'a, b', ' a', 'b(', 'b()', 'b(c', 'b)c', 'a/', '/a', 'a//b', 'b(c))', '1a', 'a;b', 'é']) {
    expect([mask, refusalOf(() => readMask(mask))]).toEqual([mask, [400, 'invalidParameter', `Invalid field selection ${mask}`, 'fields']]);
  }
});

test('a mask may only name what the resource can have; below a map, anything', () => {
  const known = fieldsOf('events.list');
  const check = (mask: string): unknown => refusalOf(() => { if (known !== undefined) checkMask(readMask(mask), known); return 'fits'; });
  for (const mask of ['items', 'items(id,start/dateTime),nextSyncToken', '*', 'items/*', 'items/extendedProperties/private/anything', 'items(attendees(email,responseStatus))']) expect([mask, check(mask)]).toEqual([mask, 'fits']);
  const unknown = { 'items(id,colour)': 'colour', 'item': 'item', 'items/id/x': 'x', 'constructor': 'constructor', 'items/start/zone': 'zone', 'items/extendedProperties/hidden': 'hidden' };
  for (const [mask, name] of Object.entries(unknown)) expect([mask, check(mask)]).toEqual([mask, [400, 'invalidParameter', `Invalid field selection ${name}`, 'fields']]);
});

/** Every path of a JSON value, as masks. */
const paths = (value: Json): string[] => value === null || typeof value !== 'object' ? []
  : Array.isArray(value) ? [...new Set(value.flatMap(paths))]
    : Object.entries(value).flatMap(([name, inner]) => [name, ...paths(inner).map((path) => `${name}/${path}`)]);

test('naming every path of an answer, or none, gives the whole answer; fewer paths give no more', () => {
  const name = fc.stringMatching(/^[a-z][a-zA-Z0-9_]{0,3}$/);
  const { tree } = fc.letrec((tie) => ({
    tree: fc.dictionary(name, fc.oneof({ depthSize: 'small' }, fc.integer(), fc.constant(null), tie('tree'), fc.array(tie('tree'), { maxLength: 3 })), { maxKeys: 4, noNullPrototype: true }),
  })) as unknown as { tree: fc.Arbitrary<Json> };
  fc.assert(fc.property(tree, fc.infiniteStream(fc.boolean()), (value, coins) => {
    const all = paths(value);
    fc.pre(all.length > 0);
    expect(pick(value, readMask(all.join(',')))).toEqual(value);
    const some = all.filter(() => coins.next().value === true);
    if (some.length === 0) return;
    const once = pick(value, readMask(some.join(',')));
    expect(pick(once, readMask(some.join(',')))).toEqual(once);
    expect(all).toEqual(expect.arrayContaining(paths(once)));
  }));
});

test('every field that is answered can be asked for', async () => {
  const { url, ana, control } = await aWorld();
  await ana.events.insert({ calendarId: 'primary', conferenceDataVersion: 1, requestBody: {
    ...mondays(), description: 'd', location: 'l', colorId: '3', attendees: [{ email: DANA, displayName: 'Dana', optional: true, comment: 'c', additionalGuests: 1 }], guestsCanSeeOtherGuests: false,
    extendedProperties: { private: { a: '1' }, shared: { b: '2' } }, source: { title: 't', url: 'https://x.example' }, reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 5 }] },
    conferenceData: { createRequest: { requestId: 'r', conferenceSolutionKey: { type: 'hangoutsMeet' } } },
  } });
  await ana.calendars.insert({ requestBody: { summary: 'Room' } });
  await ana.events.watch({ calendarId: 'primary', requestBody: { id: 'c', type: 'web_hook', address: 'http://127.0.0.1:9/' } });
  const { data } = await ana.events.list({ calendarId: 'primary' });
  const instance = `/calendars/primary/events/${data.items?.[0]?.id ?? ''}`;
  for (const path of ['/calendars/primary/events', instance, `${instance}/instances?maxResults=2`, '/users/me/calendarList', '/users/me/calendarList/primary', '/calendars/primary', '/users/me/settings/timezone']) {
    const { nextSyncToken: _, ...whole } = (await call(url, 'GET', path)).json;
    expect(Object.keys(whole)).toContain('kind');
    const mask = encodeURIComponent([...new Set(paths(whole as Json))].filter((each) => !/(private|shared)\//.test(each)).join(','));
    expect([path, (await call(url, 'GET', `${path}${path.includes('?') ? '&' : '?'}fields=${mask}`)).json]).toEqual([path, whole]);
  }
  const { kinds } = await control('GET', '') as unknown as { kinds: string[] };
  const silent = ['calendarList.delete', 'calendars.delete', 'calendars.clear', 'acl.delete', 'events.delete', 'channels.stop'];
  expect(kinds.filter((kind) => !kind.startsWith('oauth.') && fieldsOf(kind) === undefined && !silent.includes(kind))).toEqual([]);
});

test('a wrong mask is refused before anything is written; a right one shortens the answer to a write', async () => {
  const { url, control } = await aWorld();
  const insert = (query: string) => call(url, 'POST', `/calendars/primary/events?${query}`, { body: JSON.stringify(event) });
  expect(reasonOf(await insert('fields=colour'))).toBe('400 invalidParameter');
  expect((await control('GET', '/writes'))['writes']).toEqual([]);
  expect(Object.keys((await insert('fields=id,status')).json)).toEqual(['id', 'status']);
});

test('bodies: no JSON, no object, no UTF-8, another content type, too much, and none', async () => {
  const { url } = await aWorld();
  const path = '/calendars/primary/events';
  const insert = (body: string | Buffer, type?: string) => call(url, 'POST', path, { body, ...(type === undefined ? {} : { headers: { 'content-type': type } }) });
  const message = 'Invalid JSON payload received. Unexpected token.\n{"summary": undefined, "x": 1}\n^';
  expect((await insert('{"summary": undefined, "x": 1}')).json).toEqual({ error: { code: 400, message, errors: [{ message, domain: 'global', reason: 'parseError' }], status: 'INVALID_ARGUMENT' } });
  expect(reasonOf(await insert('[1]'))).toBe('400 badRequest');
  expect(reasonOf(await insert('null'))).toBe('400 badRequest');
  expect(reasonOf(await insert(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])))).toBe('400 parseError');
  expect([reasonOf(await insert(JSON.stringify(event), 'text/plain')), messageOf(await insert('a=b', 'application/x-www-form-urlencoded'))])
    .toEqual(['400 badContent', 'Unsupported content with type: application/x-www-form-urlencoded']);
  expect((await insert(JSON.stringify(event), 'Application/JSON; charset=utf-8')).status).toBe(200);
  expect(reasonOf(await insert(`{"summary":"${'x'.repeat(3_000_000)}"}`))).toBe('413 uploadTooLarge');
  expect(reasonOf(await call(url, 'POST', path))).toBe('400 required');
  expect(messageOf(await insert(JSON.stringify({ ...event, colour: 1 })))).toContain('Unknown name "colour"');
  expect(messageOf(await insert(JSON.stringify({ ...event, summary: 7 })))).toBe("Invalid value at 'summary' (TYPE_STRING), 7");
});

test('query parameters: unknown ones, wrong types, the standard ones', async () => {
  const { url } = await aWorld();
  const list = (query: string) => call(url, 'GET', `/calendars/primary/events?${query}`);
  expect(messageOf(await list('colour=red'))).toBe('Invalid JSON payload received. Unknown name "colour": Cannot bind query parameter. Field \'colour\' could not be found in request message.');
  expect(messageOf(await list('singleEvents=maybe'))).toBe("Invalid value at 'single_events' (TYPE_BOOL), \"maybe\"");
  expect(messageOf(await list('maxResults=many'))).toBe("Invalid value at 'max_results' (TYPE_INT32), \"many\"");
  expect([reasonOf(await list('maxResults=0')), reasonOf(await list('maxResults=-1'))]).toEqual(['400 invalidParameter', '400 invalidParameter']);
  expect([reasonOf(await list('timeMin=2026-11-30T00:00:00')), messageOf(await list('timeMin=yesterday'))]).toEqual(['400 badRequest', 'Bad Request']);
  expect([reasonOf(await list('alt=xml')), (await list('alt=json')).status]).toEqual(['400 invalidParameter', 200]);
  expect(reasonOf(await list('q=a&q=b'))).toBe('400 invalid');
  expect((await list('key=anything&quotaUser=kim&prettyPrint=false&userIp=1.2.3.4&oauth_token=x')).status).toBe(200);
  expect(reasonOf(await call(url, 'POST', '/calendars/primary/events?sendUpdates=some', { body: JSON.stringify(event) }))).toBe('400 invalidParameter');
});

test('the bearer token may come in the query, and the log does not keep it', async () => {
  const { url, control } = await aWorld();
  const path = '/calendar/v3/calendars/primary/events?maxResults=3';
  expect((await fetch(`${url}${path}&access_token=sandbox:${ANA}`)).status).toBe(200);
  expect((await fetch(`${url}/tokeninfo?access_token=secret1`)).status).toBe(400);
  expect((await fetch(`${url}/revoke?token=secret2`, { method: 'POST' })).status).toBe(400);
  const log = JSON.stringify(await control('GET', '/log'));
  expect(log).toContain('"query":"maxResults=3"');
  expect(log).not.toMatch(/secret|sandbox:/);
});

test('401 says which header is missing, and how to sign in', async () => {
  const { url } = await aWorld();
  const path = `${url}/calendar/v3/calendars/primary/events`;
  const none = await fetch(path), wrong = await fetch(path, { headers: { authorization: 'Bearer nobodys' } });
  expect([none.status, none.headers.get('www-authenticate'), await none.json()]).toEqual([401, 'Bearer realm="https://accounts.google.com/"',
    { error: { errors: [{ domain: 'global', reason: 'required', message: 'Login Required', locationType: 'header', location: 'Authorization' }], code: 401, message: 'Login Required' } }]);
  expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="https://accounts.google.com/", error="invalid_token"']);
});

test('unknown paths and methods get a page, before anybody is asked who they are', async () => {
  const { url } = await aWorld();
  for (const [method, path] of [['GET', '/calendar/v3/nothing'], ['GET', '/calendar/v3'], ['PUT', '/calendar/v3/calendars/primary/events'], ['DELETE', '/calendar/v3/freeBusy'], ['GET', '/x<script>'], ['POST', '/'], ['PUT', '/token']] as const) {
    const answer = await fetch(url + path, { method }), text = await answer.text();
    expect([method, path, answer.status, answer.headers.get('content-type')]).toEqual([method, path, 404, 'text/html; charset=UTF-8']);
    expect(text).toContain('That’s an error.');
    expect(text).not.toContain('<script>');
  }
});

test('headers are those recorded; single resources carry an ETag, lists none; large answers are compressed', async () => {
  const { url, ana } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: event });
  const one = await call(url, 'GET', `/calendars/primary/events/${data.id ?? ''}`), list = await call(url, 'GET', '/calendars/primary/events');
  const written = await call(url, 'PATCH', `/calendars/primary/events/${data.id ?? ''}`, { body: '{"summary":"b"}' });
  const gone = await call(url, 'DELETE', `/calendars/primary/events/${data.id ?? ''}`);
  for (const { headers } of [one, list, written]) {
    expect([headers.get('content-type'), headers.get('vary'), headers.get('server')]).toEqual(['application/json; charset=UTF-8', 'Origin, X-Origin, Referer', 'ESF']);
  }
  expect([one, list].map(({ headers }) => headers.get('cache-control'))).toEqual(Array(2).fill('private, max-age=0, must-revalidate, no-transform'));
  expect([written, gone].map(({ headers }) => headers.get('cache-control'))).toEqual(Array(2).fill('no-cache, no-store, max-age=0, must-revalidate'));
  expect([one.headers.get('etag'), list.headers.get('etag'), written.headers.get('etag')]).toEqual([one.json['etag'], null, written.json['etag']]);
  expect([gone.status, gone.text, gone.headers.get('content-type')]).toEqual([204, '', null]);
  await ana.events.insert({ calendarId: 'primary', requestBody: { ...event, description: 'long '.repeat(500) } });
  const raw = await new Promise<{ encoding: string | undefined; bytes: Buffer }>((resolve, reject) => {
    request(`${url}/calendar/v3/calendars/primary/events`, { headers: { ...AS_ANA, 'accept-encoding': 'gzip' } }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve({ encoding: answer.headers['content-encoding'], bytes: Buffer.concat(parts) }));
    }).on('error', reject).end();
  });
  expect([raw.encoding, (JSON.parse(gunzipSync(raw.bytes).toString()) as { kind: string }).kind]).toEqual(['gzip', 'calendar#events']);
});

test('prettyPrint=true indents by one space; without it answers are compact', async () => {
  const { url } = await aWorld();
  const pretty = await call(url, 'GET', '/users/me/settings/timezone?prettyPrint=true'), compact = await call(url, 'GET', '/users/me/settings/timezone');
  expect(pretty.text).toBe(`${JSON.stringify(compact.json, null, 1)}\n`);
  expect(compact.text).toBe(JSON.stringify(compact.json));
  expect((await call(url, 'GET', '/calendars/nobody/events?prettyPrint=true')).text).toMatch(/^\{\n "error": \{\n/);
});

test('nonsense on the wire is refused, and harms nobody else', async () => {
  const { url, ana } = await aWorld();
  const { port } = new URL(url);
  const wire = (bytes: string | Buffer): Promise<string> => new Promise((resolve) => {
    let seen = '';
    const socket = connect(Number(port), '127.0.0.1', () => { socket.end(bytes); });
    socket.on('data', (part) => { seen += part.toString('latin1'); }).on('close', () => resolve(seen.split('\r\n')[0] ?? '')).on('error', () => undefined);
  });
  const get = (target: string): Promise<string> => wire(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer sandbox:${ANA}\r\nConnection: close\r\n\r\n`, 'latin1'));
  expect(await get('/calendar/v3/calendars/%ff%fe/events')).toBe('HTTP/1.1 400 Bad Request');
  expect(await get('/calendar/v3/calendars/primary/events?q=%ff')).toBe('HTTP/1.1 200 OK');
  expect(await get('/control/accounts/%E0%A4%A')).toMatch(/^HTTP\/1\.1 (400|404)/);
  expect(await get('//evil.example/x')).toBe('HTTP/1.1 404 Not Found');
  expect(await get('http://evil.example/x')).toBe('HTTP/1.1 400 Bad Request');
  expect(await get('*')).toBe('HTTP/1.1 400 Bad Request');
  expect(await get('/\xff\xfe')).toMatch(/^HTTP\/1\.1 4/);
  expect(await wire('\x00\x01\x02 nonsense\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request');
  expect(await wire(`POST /calendar/v3/calendars/primary/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer sandbox:${ANA}\r\nContent-Length: 100\r\n\r\n{"half`)).toMatch(/^(HTTP\/1\.1 400 Bad Request)?$/);
  expect((await ana.events.list({ calendarId: 'primary' })).data.items).toEqual([]);
});

test('the front page says what this is and who is here, and escapes what people chose', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/accounts', { email: 'eve@x.example', name: '<script>alert(1)</script> & "Eve"', timeZone: 'UTC' });
  const answer = await fetch(`${url}/`), text = await answer.text();
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8']);
  for (const words of ['Google Calendar emulator', 'This is not Google', 'Ana Coach', ANA, 'src/emulator/README.md', '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;Eve&quot;']) expect(text).toContain(words);
  expect(text).not.toContain('<script');
});

test('a body nested deeper than a hundred levels is refused, wherever it is; what nests less is taken', async () => {
  const { url } = await aWorld();
  const gadget = (levels: number): string => `${JSON.stringify(event).slice(0, -1)},"gadget":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`;
  const texts = (levels: number): string => `{"summary":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const path = '/calendars/primary/events';
  const made = await call(url, 'POST', path, { body: gadget(99) });
  expect(made.status).toBe(200);
  expect((await call(url, 'POST', path, { body: JSON.stringify({ ...event, summary: '[{"[{'.repeat(200) }) })).status).toBe(200);
  for (const body of [gadget(100), gadget(100_000), texts(100_000)]) {
    expect(reasonOf(await call(url, 'POST', path, { body }))).toBe('400 parseError');
    expect(reasonOf(await call(url, 'PATCH', `${path}/${String(made.json['id'])}`, { body }))).toBe('400 parseError');
    expect((await fetch(`${url}/control/events`, { method: 'POST', body })).status).toBe(400);
  }
});

test('half a character becomes U+FFFD, in the answer as in every later one', async () => {
  const { url } = await aWorld();
  const made = await call(url, 'POST', '/calendars/primary/events', { body: `${JSON.stringify(event).slice(0, -1)},"summary":"a\\ud800b \\ud83d\\ude00 \\udc00","extendedProperties":{"private":{"k":"\\udfff"}}}` });
  expect(made.json['summary']).toBe('a\ufffdb 😀 \ufffd');
  expect((await call(url, 'GET', `/calendars/primary/events/${String(made.json['id'])}`)).text).toBe(made.text);
  expect((await call(url, 'GET', `/calendars/primary/events?privateExtendedProperty=k%3D${encodeURIComponent('\ufffd')}`)).json['items']).toHaveLength(1);
});

test('an answer that cannot be sent ends the connection: nobody waits for ever', async () => {
  const { url, control } = await aWorld();
  await control('POST', '/events', { calendarId: ANA, events: [{ id: 'broken0', etag: '"a\nb"', ...event }] });
  await expect(call(url, 'GET', '/calendars/primary/events/broken0')).rejects.toThrow('fetch failed');
  expect((await call(url, 'GET', '/calendars/primary/events')).status).toBe(200);
});
