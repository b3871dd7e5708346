/** Links, forms, pushes and sign-ins that are wrong: a page that says so, and nothing changes. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aWorld, at, DANA, KIM, mondayAt, SAM, type World } from '../support/world.js';

const MONDAY = mondayAt('13:00');
const danasSeries = { id: 'danaseries', summary: 'Dana: coaching', start: at(MONDAY, -28 * 24), guests: [DANA.email], rule: 'RRULE:FREQ=WEEKLY;BYDAY=MO' };
const everything = async (world: World): Promise<unknown> => ({ tables: await world.fingerprint(), writes: await world.writes(), mails: (await world.catcher.mails()).length });
const bare = (link: string | undefined): string => (link ?? '').split('?')[0] ?? '';

let w: World;
let kims: string, danas: string, requestId: string;
beforeAll(async () => {
  w = await aWorld({ events: [danasSeries] });
  requestId = (await w.request(MONDAY)).body.id;
  await w.settle();
  kims = bare((await w.links(KIM.email))[0]);
});
afterAll(() => w.close());

let before: unknown;
beforeEach(async () => { before = await everything(w); });
/** Sends, and sees that it changed nothing, not even later. */
async function harmless(path: string, init: RequestInit = {}): Promise<{ status: number; page: string; headers: Headers }> {
  const answer = await fetch(new URL(path, w.url), { redirect: 'manual', ...init });
  const page = await answer.text();
  await w.settle();
  expect(await everything(w)).toEqual(before);
  return { status: answer.status, page, headers: answer.headers };
}
const form = (body: string, headers: Record<string, string> = {}): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body });
const json = (body: string): RequestInit => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body });

const ODD_QUERIES = ['?do=', '?do=destroy', '?do=option2&do=decline', '?start=', '?start=soon', '?start=2027-01-04T13:00:00', '?start=a&start=b', '?keep=1&keep=1', '?keep=yes', '?%00=%00', '?start=%00', '?zone=', '?zone=Nowhere/City', '?zone=%2B01:00', '?zone=Europe/Rome&zone=UTC', '?mute=2', '?none=yes', '?__proto__=x&constructor=y', `?start=${'9'.repeat(3000)}`, '?do=option2%0d%0aSet-Cookie:x=y', '?=&&&', '?%E0%A4%A'];
const ODD_FORMS = ['', 'do=', 'do=destroy', 'do=manual', 'do=manual&start=soon', 'do=manual&start_local=2026-13-45T99:99', 'do=manual&start_local=soon', `tick=${'x'.repeat(4000)}&do=option2`, 'do=option2&address=%00', 'do=option2&client_name=Dana%0d%0aBcc', '%00=%00', '__proto__=x'];
const ODD_JSON = ['[]', 'null', '"x"', '1', '{"do":1}', '{"do":["decline"]}', '{"start":{"$gt":""}}'];

describe('the coach’s link', () => {
  test.each(ODD_QUERIES)('GET %s shows the page', async (query) => {
    const { status, page } = await harmless(kims + query);
    expect(status).toBe(200);
    expect(page).toContain(`${SAM.name} asks for your time`);
  });
  test.each(ODD_FORMS)('POST "%s" shows the page with what is missing', async (body) => {
    const { status, page } = await harmless(kims, form(body));
    expect(status).toBe(400);
    expect(page).toContain('class="fault"');
  });
  test.each(ODD_JSON)('POST of JSON %s is refused', async (body) => {
    const { status, page } = await harmless(kims, json(body));
    expect(status).toBe(400);
    expect(page).toContain('<!doctype html>');
  });
  test('a body of no known kind, a broken one, and one that is too large', async () => {
    expect((await harmless(kims, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'do=decline' })).status).toBe(400);
    expect((await harmless(kims, json('{'))).page).toContain('That did not work');
    expect((await harmless(kims, form(`do=decline&x=${'x'.repeat(100_000)}`))).status).toBe(413);
  });
  test('a past time by hand, and one in the far future', async () => {
    for (const start of ['2020-01-06T13:00:00Z', '2999-01-07T13:00:00Z']) expect((await harmless(kims, form(`do=manual&start=${encodeURIComponent(start)}`))).status).toBe(409);
  });
  test('other methods do not act', async () => {
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) expect((await harmless(kims, { method })).status).toBe(404);
    expect((await harmless(kims, { method: 'HEAD' })).status).toBe(200);
  });
});

describe('the asked client’s link', () => {
  beforeAll(async () => {
    expect((await w.post(kims, { do: 'option2' })).status).toBe(200);
    await w.settle();
    danas = bare((await w.links(DANA.email))[0]);
  });
  test.each(ODD_QUERIES)('GET %s shows the choices', async (query) => {
    const { status, page } = await harmless(danas + query);
    expect(status).toBe(200);
    expect(page).toContain('Could we move your session?');
  });
  test.each(['', 'do=option2', 'keep=', 'keep=yes', 'start=', 'start=soon', 'start=2027-01-04T13:00:00', 'mute=yes', 'start=a&start=b', '%00=%00'])('POST "%s" asks to choose', async (body) => {
    const { status, page } = await harmless(danas, form(body));
    expect(status).toBe(400);
    expect(page).toContain('Please choose one of the times.');
  });
  test.each(ODD_JSON)('POST of JSON %s is refused', async (body) => { expect((await harmless(danas, json(body))).status).toBe(400); });
  test.each([['her own time', MONDAY], ['a past time', at(MONDAY, -30 * 24)], ['lunch at night', at(MONDAY, 12)], ['half an hour late', at(MONDAY, 1.5)]])('a start that is no slot: %s', async (_name, start) => {
    const { status, page } = await harmless(danas, form(`start=${encodeURIComponent(new Date(start).toISOString())}`));
    expect(status).toBe(409);
    expect(page).toContain('not among the choices');
  });
  test('a coach’s button on it does nothing, and a client’s on the coach’s spent link neither', async () => {
    expect((await harmless(danas, form('do=decline'))).status).toBe(400);
    const spent = await harmless(kims, form('keep=1'));
    expect(spent.status).toBe(400);
    const { page } = await harmless(kims, form('do=decline'));
    expect(page).toContain('This is how things stand now.');
  });
  test('tokens that were put together from others, or guessed, are not known', async () => {
    const [, kimKey = '', kimId = '', kimMac = ''] = /\/l\/([^.]+)\.([^.]+)\.(.+)$/.exec(kims) ?? [];
    const [, , danaId = '', danaMac = ''] = /\/l\/([^.]+)\.([^.]+)\.(.+)$/.exec(danas) ?? [];
    const flipped = `${danaMac.slice(0, -2)}${danaMac.at(-2) === 'A' ? 'B' : 'A'}${danaMac.at(-1) ?? ''}`;
    for (const token of [`${kimKey}.${danaId}.${kimMac}`, `${kimKey}.${kimId}.${danaMac}`, `${kimKey}.${danaId}.${flipped}`, `k9.${danaId}.${danaMac}`, `${kimKey}.${danaId.toUpperCase()}.${danaMac}`, 'x', '%00', '..%2f..%2fpending', danaMac.repeat(8)]) {
      for (const init of [{}, form('keep=1')]) {
        const { status, page } = await harmless(`/l/${token}`, init);
        expect([token, status]).toEqual([token, 404]);
        expect(page).not.toContain(DANA.name);
      }
    }
  });
});

describe('pushes', () => {
  test('one that is forged is answered like any other and changes nothing, even with a true channel id', async () => {
    const channel = await w.one<{ id: string; resource_id: string }>(`select id, resource_id from channels where state = 'open'`);
    expect(channel).not.toBeNull();
    const resource = { 'x-goog-resource-id': channel?.resource_id ?? '', 'x-goog-resource-state': 'exists', 'x-goog-message-number': '2' };
    for (const headers of [
      {}, { 'x-goog-channel-id': 'unknown', 'x-goog-channel-token': 'x', ...resource },
      { 'x-goog-channel-id': channel?.id ?? '', ...resource },
      { 'x-goog-channel-id': channel?.id ?? '', 'x-goog-channel-token': 'wrong', ...resource },
      { 'x-goog-channel-id': channel?.id ?? '', 'x-goog-channel-token': '', 'x-goog-resource-state': 'sync' },
    ]) expect((await harmless('/google/push', { method: 'POST', headers })).status).toBe(204);
    for (const body of ['', '{', 'x'.repeat(1_000_000)]) expect((await harmless('/google/push', json(body))).status).toBe(204);
  });
});

describe('sign-in', () => {
  const begin = async (query = ''): Promise<{ cookie: string; state: string; to: URL }> => {
    const answer = await fetch(`${w.url}/auth/google${query}`, { redirect: 'manual' });
    const to = new URL(answer.headers.get('location') ?? '');
    expect(await everything(w)).toEqual(before); // the round trip is kept in the browser alone
    return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '', state: to.searchParams.get('state') ?? '', to };
  };
  /** The code that Google would hand back for this account. */
  const consent = async (to: URL, account: string): Promise<URL> => {
    const hidden = [...(await (await fetch(to)).text()).matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((m): [string, string] => [m[1] ?? '', (m[2] ?? '').replaceAll('&amp;', '&')]);
    const answer = await fetch(new URL('/o/oauth2/v2/auth', to), { method: 'POST', redirect: 'manual', body: new URLSearchParams([...hidden, ['account', account], ['decision', 'allow']]) });
    return new URL(answer.headers.get('location') ?? '');
  };

  test.each(['', '?code=x', '?state=x', '?code=x&state=x', '?code=x&state=x&state=y', '?error=access_denied', '?error=access_denied&state=%00'])('a callback "%s" signs nobody in', async (query) => {
    const { status, page, headers } = await harmless(`/auth/google/callback${query}`);
    expect(status).toBe(403);
    expect(headers.getSetCookie().join()).not.toContain('makeway_sign_in');
    expect(page).toContain('href="/sign-in"');
  });
  test('a callback in another browser signs nobody in; in its own it does, once', async () => {
    const [one, other] = [await begin(), await begin()];
    const back = await consent(one.to, KIM.email);
    const foreign = await harmless(back.pathname + back.search, { headers: { cookie: other.cookie } });
    expect(foreign.status).toBe(403);
    expect(foreign.page).toContain('Please begin again');
    const own = await fetch(back, { redirect: 'manual', headers: { cookie: one.cookie } });
    expect([own.status, own.headers.get('location')]).toEqual([303, '/pending']);
    before = await everything(w);
    expect((await harmless(back.pathname + back.search, { headers: { cookie: one.cookie } })).page).toContain('Please begin again');
  });
  test.each(['forged', '', 'k1.AAAA.BBBB', '%00'])('a callback with the round trip "%s" in its cookie signs nobody in', async (kept) => {
    expect((await harmless('/auth/google/callback?code=x&state=x', { headers: { cookie: `makeway_oauth=${kept}` } })).status).toBe(403);
  });
  test('an account that is no coach’s is refused', async () => {
    const { cookie, to } = await begin();
    const back = await consent(to, SAM.email);
    const answer = await fetch(back, { redirect: 'manual', headers: { cookie } });
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie().join()).not.toContain('makeway_sign_in');
    expect(await answer.text()).toContain('does not belong to a coach');
  });
  test.each(['//evil.example', '/\\evil.example', '/%5Cevil.example', '/%09/evil.example', 'https://evil.example/pending', 'javascript:alert(1)', '/.//evil.example', '/pending/../..//evil.example', '/pending@evil.example', '/pending&to=//evil.example'])('leads back to our own pages, not to %s', async (to) => {
    const { cookie, to: google } = await begin(`?to=${encodeURIComponent(to)}`);
    const back = await consent(google, KIM.email);
    const answer = await fetch(back, { redirect: 'manual', headers: { cookie } });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/pending']);
  });
  test('a decision needs the sign-in and its guard; a request of nobody is not found', async () => {
    const { cookie, to } = await begin(`?to=/pending/${requestId}`);
    const back = await fetch(await consent(to, KIM.email), { redirect: 'manual', headers: { cookie } });
    expect(back.headers.get('location')).toBe(`/pending/${requestId}`);
    const signIn = back.headers.getSetCookie().find((line) => line.startsWith('makeway_sign_in='))?.split(';')[0] ?? '';
    expect(back.headers.getSetCookie().join()).toMatch(/makeway_sign_in=[^;]+;.*HttpOnly; SameSite=Lax/);
    before = await everything(w);
    const path = `/pending/${requestId}`;
    for (const [body, cookies] of [['do=decline&revision=2', ''], ['do=decline&revision=2&guard=x', signIn], ['do=decline&revision=2', signIn], ['do=decline&guard=', 'makeway_sign_in=forged'], ['', signIn]] as const) {
      expect((await harmless(path, form(body, { cookie: cookies }))).status).toBe(401);
    }
    expect((await harmless(path, { ...json('null'), headers: { 'content-type': 'application/json', cookie: signIn } })).status).toBe(401);
    expect((await harmless('/sign-out', form('guard=x', { cookie: signIn }))).status).toBe(401);
    expect((await harmless(path)).status).toBe(401);
    expect((await harmless('/pending')).page).not.toContain(SAM.name);
    const page = await harmless(path, { headers: { cookie: signIn } });
    expect(page.page).toContain(SAM.name);
    const guard = /name="guard" value="([^"]+)"/.exec(page.page)?.[1] ?? '';
    expect(guard).not.toBe('');
    for (const id of ['rq_nothere', 'rq_0000000000000000', '%00', requestId.toUpperCase()]) {
      expect([id, (await harmless(`/pending/${id}`, { headers: { cookie: signIn } })).status]).toEqual([id, 404]);
      expect((await harmless(`/pending/${id}`, form(`do=decline&guard=${guard}`, { cookie: signIn }))).status).toBe(404);
    }
    for (const revision of ['0', '-1', '1e99', 'x', '']) expect((await harmless(path, form(`do=decline&guard=${guard}&revision=${revision}`, { cookie: signIn }))).status).toBe(409);
  });
});

test('each page and answer carries the headers that guard it', async () => {
  const paths = ['/', '/sign-in', '/pending', `/pending/${requestId}`, new URL(kims).pathname, new URL(danas).pathname, '/l/x', '/nowhere', '/api/v1/booking-requests/x', '/health/live', '/auth/google/callback', '/style.css'];
  for (const path of paths) {
    const { headers } = await fetch(w.url + path, { redirect: 'manual' });
    const policy = headers.get('content-security-policy') ?? '';
    for (const part of ["default-src 'none'", "style-src 'self'", "script-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]) expect([path, policy]).toEqual([path, expect.stringContaining(part)]);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect([path, headers.get('x-content-type-options'), headers.get('referrer-policy'), headers.get('x-frame-options')]).toEqual([path, 'nosniff', 'no-referrer', 'DENY']);
    expect(headers.get('cache-control')).toBe(path === '/style.css' ? 'public, max-age=300' : 'no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  }
});

test('guessing links ends in 429, clearly, and still changes nothing; health stays open', async () => {
  const own = await aWorld({ events: [danasSeries] });
  try {
    const start = await everything(own);
    const seen = new Map<number, number>();
    let last: Response | undefined;
    for (let round = 0; round < 13; round += 1) {
      for (const answer of await Promise.all(Array.from({ length: 50 }, (_, i) => fetch(`${own.url}/l/k1.${String(round).padStart(8, '0')}${String(i).padStart(8, '0')}.${'A'.repeat(22)}`)))) {
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        if (answer.status === 429) last = answer;
      }
    }
    expect([...seen.keys()].sort()).toEqual([404, 429]);
    expect(seen.get(404)).toBeLessThanOrEqual(600);
    expect(last?.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await last?.text()).toContain('Too many calls');
    expect((await fetch(`${own.url}/health/live`)).status).toBe(200);
    expect(await everything(own)).toEqual(start);
  } finally {
    await own.close();
  }
});
