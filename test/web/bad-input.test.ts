/** Whatever comes in wrong is answered clearly, and changes nothing. */
import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aWorld, at, DANA, KIM, mondayAt, SAM, ZONE, type World } from '../support/world.js';
import { rfc3339 } from '../../src/kernel/zone.js';

const MONDAY = mondayAt('13:00');
const danasSeries = { id: 'danaseries', summary: 'Dana: coaching', start: at(MONDAY, -28 * 24), guests: [DANA.email], rule: 'RRULE:FREQ=WEEKLY;BYDAY=MO' };
const PATH = '/api/v1/booking-requests';

let w: World;
beforeAll(async () => { w = await aWorld({ events: [danasSeries] }); });
afterAll(() => w.close());

/** All of the world that must stay as it is: tables, Google's writes, mails. */
const everything = async (world: World): Promise<unknown> => ({ tables: await world.fingerprint(), writes: await world.writes(), mails: (await world.catcher.mails()).length });

interface Refusal { readonly error: { readonly code: string; readonly message: string } }
const wish = (over: Record<string, unknown> = {}, client: Record<string, unknown> = {}): Record<string, unknown> => ({
  coach: KIM.slug, client: { ...SAM, time_zone: ZONE, ...client }, session_type: 'Coaching', wanted_starts: [rfc3339(MONDAY, ZONE)], ...over,
});
async function send(body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; body: Refusal; headers: Headers }> {
  const answer = await fetch(w.url + PATH, {
    method: 'POST', headers: { authorization: `Bearer ${w.apiKey}`, 'content-type': 'application/json', ...headers }, body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Refusal, headers: answer.headers };
}

describe('the API refuses, says why, and keeps nothing', () => {
  let before: unknown;
  beforeEach(async () => { before = await everything(w); });
  const refused = async (body: unknown, status: number, code: string, words: RegExp, headers: Record<string, string> = {}): Promise<void> => {
    const answer = await send(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toEqual({ code, message: expect.stringMatching(words) as string });
    await w.settle();
    expect(await everything(w)).toEqual(before);
  };
  const clientOf = (client: Record<string, unknown>): Record<string, unknown> => wish({}, client);

  test.each<[string, unknown, number, string, RegExp]>([
    ['an unknown coach', wish({ coach: 'nobody' }), 404, 'COACH_UNKNOWN', /no coach "nobody"/],
    ['a coach with a null character', wish({ coach: 'kim\u0000' }), 422, 'REQUEST_INVALID', /coach must not contain control characters/],
    ['a past time', wish({ wanted_starts: ['2020-01-06T13:00:00+01:00'] }), 422, 'REQUEST_INVALID', /in the past.*2020-01-06/],
    ['a time beyond the horizon', wish({ wanted_starts: ['2199-01-07T13:00:00+01:00'] }), 422, 'REQUEST_INVALID', /too far ahead/],
    ['malformed JSON', '{"coach": "kim", ', 400, 'REQUEST_MALFORMED', /not valid JSON/],
    ['no body', '', 400, 'REQUEST_MALFORMED', /not valid JSON/],
    ['JSON that is no object', '[1]', 422, 'REQUEST_INVALID', /the body/],
    ['JSON that would reach the prototype', '{"__proto__": {"coach": "kim"}}', 400, 'REQUEST_MALFORMED', /JSON/],
    ['an unknown zone', clientOf({ time_zone: 'Mars/Olympus' }), 422, 'REQUEST_INVALID', /client\.time_zone is not a time zone we know/],
    ['an offset as a zone', clientOf({ time_zone: '+01:00' }), 422, 'REQUEST_INVALID', /client\.time_zone/],
    ['an unknown field', wish({ colour: 'red' }), 422, 'REQUEST_INVALID', /colour is not a field/],
    ['an unknown field of the client', clientOf({ phone: '1' }), 422, 'REQUEST_INVALID', /client\.phone is not a field/],
    ['a time without an offset', wish({ wanted_starts: ['2027-01-04T13:00:00'] }), 422, 'REQUEST_INVALID', /wanted_starts\.0 must be a time in RFC 3339 with an offset/],
    ['a day that does not exist', wish({ wanted_starts: ['2027-02-30T13:00:00Z'] }), 422, 'REQUEST_INVALID', /wanted_starts\.0/],
    ['a date', wish({ wanted_starts: ['2027-01-04'] }), 422, 'REQUEST_INVALID', /wanted_starts\.0/],
    ['a number as a time', wish({ wanted_starts: [1_800_000_000] }), 422, 'REQUEST_INVALID', /wanted_starts\.0/],
    ['no wanted start', wish({ wanted_starts: [] }), 422, 'REQUEST_INVALID', /at least one start/],
    ['eleven wanted starts', wish({ wanted_starts: Array.from({ length: 11 }, (_, i) => rfc3339(at(MONDAY, i), ZONE)) }), 422, 'REQUEST_INVALID', /at most ten starts/],
    ['an empty name', clientOf({ name: '   ' }), 422, 'REQUEST_INVALID', /client\.name must not be empty/],
    ['a name with a line break', clientOf({ name: 'Sam\r\nBcc: all@x.example' }), 422, 'REQUEST_INVALID', /client\.name must not contain control characters/],
    ['a name with a null character', clientOf({ name: 'Sam\u0000' }), 422, 'REQUEST_INVALID', /control characters/],
    ['a session type with a bell', wish({ session_type: 'Coaching\u0007' }), 422, 'REQUEST_INVALID', /session_type must not contain control characters/],
    ['an endless name', clientOf({ name: 'S'.repeat(201) }), 422, 'REQUEST_INVALID', /at most 200/],
    ['an address that is none', clientOf({ email: 'sam at example' }), 422, 'REQUEST_INVALID', /client\.email must be an e-mail address/],
    ['two addresses', clientOf({ email: 'sam@x.example, all@x.example' }), 422, 'REQUEST_INVALID', /client\.email/],
    ['a length of nothing', wish({ length_minutes: 0 }), 422, 'REQUEST_INVALID', /length_minutes/],
    ['a broken length', wish({ length_minutes: 59.5 }), 422, 'REQUEST_INVALID', /length_minutes/],
    ['a coach that is no text', wish({ coach: { slug: 'kim' } }), 422, 'REQUEST_INVALID', /coach/],
  ])('%s', (_name, body, status, code, words) => refused(body, status, code, words));

  test('all faults are told at once', async () => {
    const answer = await send(wish({ colour: 'red', wanted_starts: ['soon'] }, { name: '', time_zone: 'X/Y' }));
    for (const fault of ['colour', 'wanted_starts.0', 'client.name', 'client.time_zone']) expect(answer.body.error.message).toContain(fault);
  });

  test('another content type', () => refused('a=b', 400, 'REQUEST_MALFORMED', /content type/, { 'content-type': 'text/plain' }));
  test('a form', () => refused('coach=kim', 422, 'REQUEST_INVALID', /faults/, { 'content-type': 'application/x-www-form-urlencoded' }));
  test('an Idempotency-Key that is too long', () => refused(wish(), 422, 'REQUEST_INVALID', /1 to 200 characters/, { 'idempotency-key': 'k'.repeat(201) }));
  test('an empty Idempotency-Key', () => refused(wish(), 422, 'REQUEST_INVALID', /1 to 200 characters/, { 'idempotency-key': '' }));

  test.each<[string, Record<string, string>]>([
    ['no key', { authorization: '' }], ['a wrong key', { authorization: 'Bearer test_0000000000000000' }], ['another scheme', { authorization: 'Basic dGVzdA==' }], ['a wrong x-api-key', { authorization: '', 'x-api-key': 'nope' }],
  ])('%s', (_name, headers) => refused(wish(), 401, 'API_KEY_UNKNOWN', /valid API key/, headers));

  test('a wrong key is refused before the body is looked at', () => refused(wish({ colour: 'red' }), 401, 'API_KEY_UNKNOWN', /valid API key/, { authorization: 'Bearer x' }));

  test('a request that does not exist, and a page that does not', async () => {
    for (const [path, code] of [[`${PATH}/rq_nothere`, 'REQUEST_UNKNOWN'], [`${PATH}/%00`, 'REQUEST_UNKNOWN'], ['/api/v2', 'PAGE_UNKNOWN']] as const) {
      const answer = await fetch(w.url + path, { headers: { authorization: `Bearer ${w.apiKey}` } });
      expect([path, answer.status]).toEqual([path, 404]);
      expect(((await answer.json()) as Refusal).error.code).toBe(code);
    }
    expect(await everything(w)).toEqual(before);
  });

  test('a body of 10 MB gets its answer, whether or not the sender waits for it', async () => {
    const body = JSON.stringify(wish({ session_type: 'x'.repeat(10_000_000) }));
    const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const call = rawRequest(w.url + PATH, { method: 'POST', headers: { authorization: `Bearer ${w.apiKey}`, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => { text += part; }).on('end', () => { resolve({ status: response.statusCode ?? 0, text }); });
      });
      call.on('error', reject);
      call.end(body);
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.text)).toEqual({ error: { code: 'REQUEST_TOO_LARGE', message: expect.stringContaining('64 KB') as string } });
    expect(await everything(w)).toEqual(before);
  });

  test('a body of 10 MB in pieces, without its length told, gets its answer too', async () => {
    const answer = await new Promise<number>((resolve, reject) => {
      const call = rawRequest(w.url + PATH, { method: 'POST', headers: { authorization: `Bearer ${w.apiKey}`, 'content-type': 'application/json', 'transfer-encoding': 'chunked' } }, (response) => {
        response.resume().on('end', () => { resolve(response.statusCode ?? 0); });
      });
      call.on('error', reject);
      for (let i = 0; i < 160; i += 1) call.write('x'.repeat(65_536));
      call.end();
    });
    expect(answer).toBe(413);
    expect(await everything(w)).toEqual(before);
  });

  test('a sender that listens only after all is sent hears the answer too', async () => {
    const { hostname, port } = new URL(w.url);
    const body = 'x'.repeat(10_000_000);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => {
        socket.pause();
        socket.write(`POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`, () => { socket.resume(); });
      });
      socket.setEncoding('utf8').on('data', (part: string) => { text += part; }).on('close', () => { resolve(text); }).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('REQUEST_TOO_LARGE');
  });

  test('a header without end is refused with an answer', async () => {
    const { hostname, port } = new URL(w.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => { socket.write(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`); });
      socket.setEncoding('utf8').on('data', (part: string) => { text += part; }).on('end', () => { resolve(text); }).on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect((await fetch(`${w.url}/health/live`)).status).toBe(200);
    expect(await everything(w)).toEqual(before);
  });
});

test('an Idempotency-Key stands for one request: the same again is the same, another one is refused', async () => {
  const own = await aWorld({ events: [danasSeries] });
  try {
    const key = { 'idempotency-key': 'k'.repeat(200) };
    const first = await own.request(MONDAY, SAM, {}, key);
    expect(first.status).toBe(201);
    await own.settle();
    const before = await everything(own);
    const again = await own.request(MONDAY, SAM, {}, key);
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
    for (const other of [own.request(at(MONDAY, 1), SAM, {}, key), own.request(MONDAY, { ...SAM, name: 'Sam O.' }, {}, key), own.request(MONDAY, SAM, { length_minutes: 30 }, key)]) {
      expect(await other).toMatchObject({ status: 422, body: { error: { code: 'IDEMPOTENCY_KEY_REUSED' } } });
    }
    const crowd = await Promise.all([1, 2, 3, 4, 5].map(() => own.request(MONDAY, SAM, {}, key)));
    expect(crowd.map(({ status, body }) => [status, body.id])).toEqual(crowd.map(() => [200, first.body.id]));
    await own.settle();
    expect(await everything(own)).toEqual(before);
    expect(await own.mailsTo(KIM.email)).toHaveLength(1);
  } finally {
    await own.close();
  }
});

test('five first calls at once with one key make one request and one mail', async () => {
  const own = await aWorld({ events: [danasSeries] });
  try {
    const crowd = await Promise.all([1, 2, 3, 4, 5].map(() => own.request(MONDAY, SAM, {}, { 'idempotency-key': 'once' })));
    expect(crowd.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(crowd.map(({ body }) => body.id)).size).toBe(1);
    await own.settle();
    expect(await own.mailsTo(KIM.email)).toHaveLength(1);
  } finally {
    await own.close();
  }
});
