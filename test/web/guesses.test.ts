/** Links that were guessed, swapped or sent with what belongs to somebody else: a plain answer, nothing changes, and a guess costs
 *  us no question to the database. */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { saveCoach } from '../../src/coach/coach.store.js';
import { MINUTE, plus } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { LINK_PURPOSES } from '../../src/mail/link.js';
import { inTx } from '../../src/postgres/transaction.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { webServer } from '../../src/web/server.js';
import { danasSeries, decide, linkTo, MONDAY, on, signedIn, startsIn, wish } from '../support/story.js';
import { at, aWorld, DANA, KIM, SAM, ZONE, type World } from '../support/world.js';

const LEE = { slug: 'lee', name: 'Lee Park', email: 'lee@coach.example' };
const ALEX = { name: 'Alex Roy', email: 'alex@client.example' };
let w: World;
let danas: string, sams: string, alexs: string, leesRequest: string, kimsRequest: string;

/** Dana is asked for one request, Alex has an offer of another day, and Lee has a request of his own. */
beforeAll(async () => {
  w = await aWorld({ events: [danasSeries, { summary: 'Bo', start: on(3, '10:00'), guests: ['bo@client.example'] }] });
  await w.control('/accounts', { email: LEE.email, name: LEE.name, timeZone: ZONE });
  await w.addEvent({ summary: 'Bo', start: MONDAY, guests: ['bo@client.example'] }, LEE.email);
  await inTx(w.shell.db, 'commit coach', (tx) => saveCoach(tx, { ...LEE, zone: ZONE, policy: {} }, w.now()));
  await walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, LEE.email);
  await w.settle();
  leesRequest = await wish(w, MONDAY, SAM, { coach: LEE.slug });
  const offer = async (start: typeof MONDAY, who: typeof SAM): Promise<string> => {
    kimsRequest = await wish(w, start, who);
    expect((await decide(w, { do: 'option1' })).status).toBe(200);
    await w.settle();
    return linkTo(w, who.email);
  };
  sams = await offer(MONDAY, SAM);
  alexs = await offer(on(3, '10:00'), ALEX);
  await wish(w, MONDAY, { name: 'Cy', email: 'cy@client.example' });
  expect((await decide(w, { do: 'option2' })).status).toBe(200);
  await w.settle();
  danas = await linkTo(w, DANA.email);
});
afterAll(() => w.close());

const everything = async (): Promise<unknown> => ({ tables: await w.fingerprint(), writes: await w.writes(), mails: (await w.catcher.mails()).length });
let before: unknown;
beforeEach(async () => { before = await everything(); });
const unchanged = async (): Promise<void> => {
  await w.settle();
  expect(await everything()).toEqual(before);
};

test('ten thousand guesses from one address: limited, never a question to the database, and the same work for each', async () => {
  let signed = 0;
  const keys = { ...w.shell.keys, sign: (...args: Parameters<typeof w.shell.keys.sign>) => { signed++; return w.shell.keys.sign(...args); } };
  const app = await webServer({ shell: { ...w.shell, keys }, oauth: w.composed.oauth, log: pino({ level: 'silent' }), sandbox: null, isReady: async () => true, goOn: async () => undefined });
  const asked: string[] = [];
  const count = ({ sql }: { sql: string }): void => { asked.push(sql); };
  const [key = '', id = '', mac = ''] = (new URL(danas).pathname.split('/').at(-1) ?? '').split('.');
  const digits = (n: number, length: number): string => n.toString(32).replace(/[01]/g, 'z').padStart(length, 'a').slice(-length);
  /** Of nobody; of Dana's link but for one letter of its proof, from the first to the last; of a key that there is not. */
  const guesses = [
    (n: number) => `${key}.${digits(n, 16)}.${'A'.repeat(14)}${digits(n, 8)}`,
    (n: number) => { const i = n % 21; return `${key}.${id}.${mac.slice(0, i)}${mac[i] === 'A' ? 'B' : 'A'}${mac.slice(i + 1)}`; },
    (n: number) => `${key}.${digits(n, 16)}.${mac}`,
  ];
  const send = async (token: string, n: number): Promise<{ statusCode: number; body: string }> => app.inject(n % 2 === 0
    ? { method: 'GET', url: `/l/${token}` } : { method: 'POST', url: `/l/${token}`, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'keep=1' });

  w.shell.db.on('query', count);
  const seen = new Map<number, number>();
  const pages = new Set<string>();
  try {
    for (let n = 0; n < 10_000; n++) {
      const answer = await send(guesses[n % guesses.length]?.(n) ?? '', n);
      seen.set(answer.statusCode, (seen.get(answer.statusCode) ?? 0) + 1);
      pages.add(answer.body);
    }
    expect(asked).toEqual([]);
    expect(seen).toEqual(new Map([[404, 600], [429, 9_400]]));
    expect(pages.size).toBe(2); // all guesses look the same from outside
    expect(signed).toBe(600 * LINK_PURPOSES.length); // and cost the same inside: a proof for each purpose there is
    // Who guessed has to wait, also with a link of their own; everybody else does not.
    expect((await app.inject({ method: 'GET', url: new URL(danas).pathname })).statusCode).toBe(429);
    expect((await app.inject({ method: 'GET', url: new URL(danas).pathname, headers: { 'x-forwarded-for': '10.7.7.7' } })).statusCode).toBe(200);
    expect(asked.length).toBeGreaterThan(0);
  } finally {
    w.shell.db.off('query', count);
    await app.close();
  }
  await unchanged();
});

test('a proof is compared in constant time, and nowhere else', () => {
  const source = readFileSync('src/mail/link.ts', 'utf8');
  expect(source).toMatch(/timingSafeEqual\(Buffer\.from\(expected\.mac\), Buffer\.from\(mac\)\)/);
  expect(source).not.toMatch(/\bmac\)?\s*[!=]==|[!=]==\s*(expected\.)?mac\b|\.equals\(|indexOf\(mac|includes\(mac/);
});

test.each([['Sam', 'Alex', () => sams, ALEX.email], ['Alex', 'Sam', () => alexs, SAM.email], ['Dana', 'Alex', () => danas, ALEX.email]] as const)('one client\'s link with another\'s offer: %s with a time of %s\'s', async (_, __, link, whose) => {
  const own = link();
  const page = await (await fetch(own)).text();
  const foreign = (await startsIn(w, whose)).filter((s) => !page.includes(encodeURIComponent(rfc3339(s, 'UTC'))) && !page.includes(rfc3339(s, 'UTC')));
  expect(foreign.length).toBeGreaterThan(0);
  for (const start of foreign) {
    const answer = await w.post(own, { start: rfc3339(start, 'UTC') });
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('not among the choices')]);
  }
  await unchanged();
});

test.each([1, 7, 29, -1, 0.5])('times off the grid: %d minutes beside what is offered', async (minutes) => {
  for (const [link, email] of [[sams, SAM.email], [danas, DANA.email]] as const) {
    for (const start of await startsIn(w, email)) {
      const answer = await w.post(link, { start: rfc3339(plus(start, minutes * MINUTE), 'UTC') });
      expect([answer.status, await answer.text()]).toEqual([409, expect.stringContaining('not among the choices')]);
    }
  }
  await unchanged();
});

test('ids of another coach: not on Kim\'s pages, neither to see nor to decide', async () => {
  const kim = await signedIn(w);
  before = await everything(); // the sign-in is there
  const page = await kim.get('/pending');
  expect(page.page).not.toContain(leesRequest);
  const own = (await kim.get(`/pending/${kimsRequest}`));
  expect(own.status).toBe(200);
  expect((await kim.get(`/pending/${leesRequest}`)).status).toBe(404);
  const guard = /name="guard" value="([^"]*)"/.exec(own.page)?.[1] ?? '';
  expect(guard).not.toBe('');
  const cookie = kim.headers.cookie;
  for (const form of [{ do: 'decline' }, { do: 'option1' }, { do: 'option2' }, { do: 'manual', start: rfc3339(at(MONDAY, 2), 'UTC') }]) {
    const answer = await fetch(`${w.url}/pending/${leesRequest}`, {
      method: 'POST', headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ ...form, guard, revision: '1' } as Record<string, string>).toString(),
    });
    expect(answer.status).toBe(404);
    expect(await answer.text()).not.toContain(SAM.name);
  }
  await unchanged();
});

test('a link of one coach\'s request decides nothing of another\'s, whatever ids the form brings along', async () => {
  const kims = await linkTo(w, KIM.email);
  const brought: readonly Record<string, string>[] = [{ request: leesRequest }, { request_id: leesRequest, coach: LEE.slug }, { id: leesRequest, about: 'someone' }];
  for (const extra of brought) {
    const answer = await w.post(kims, extra);
    expect(answer.status).toBe(400);
  }
  await unchanged();
});
