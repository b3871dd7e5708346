/** The way to Google and back: the page that says what is asked for, and every trip that does not end as it should. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { saveCoach } from '../../src/coach/coach.store.js';
import { beginOauth, finishOauth } from '../../src/google/connect.flow.js';
import type { OauthPort, Person } from '../../src/google/oauth.port.js';
import type { CoachId } from '../../src/kernel/ids.js';
import { MINUTE, plus } from '../../src/kernel/interval.js';
import { inTx } from '../../src/postgres/transaction.js';
import { connectPage } from '../../src/web/pages/index.js';
import type { Connection } from '../../src/web/views.js';
import { aWorld, KIM, type World } from '../support/world.js';

let w: World;
let sub = '';
let bo: CoachId;
let before = '';
beforeAll(async () => {
  w = await aWorld({ events: [] });
  bo = await inTx(w.shell.db, 'commit coach', (tx) => saveCoach(tx, { slug: 'bo', name: 'Bo', email: 'bo@coach.example', zone: 'Europe/Berlin', policy: {} }, w.now()));
  sub = (await w.one<{ google_sub: string }>('select google_sub from grants'))?.google_sub ?? '';
});
afterAll(async () => { await w.close(); });
beforeEach(async () => { before = await w.fingerprint(); });

const ALL = ['https://www.googleapis.com/auth/calendar.calendarlist.readonly', 'https://www.googleapis.com/auth/calendar.events'];
const kim = (changes: Partial<Person> = {}): Person => ({ sub, email: KIM.email, scopes: ALL, accessToken: 'ya29.x', accessLastsMs: 3_599_000, refreshToken: '1//x', ...changes });
/** Google as far as a trip sees it: whoever comes back is `person`. */
const google = (person: Person): OauthPort => ({ ...w.composed.oauth, exchange: () => Promise.resolve(person), calendarsOf: () => Promise.resolve([]) });
interface Trip { purpose?: 'connect' | 'sign-in'; coachId?: CoachId | null; state?: string; lateMs?: number; kept?: string }
async function travel(person: Person, trip: Trip = {}): Promise<{ coachId: CoachId }> {
  const port = google(person);
  const { url, kept } = await beginOauth(w.shell, port, { purpose: trip.purpose ?? 'connect', returnTo: '/pending', coachId: trip.coachId ?? null });
  const now = w.now();
  w.setNow(plus(now, trip.lateMs ?? 0));
  try {
    return await finishOauth(w.shell, port, { code: 'x', state: trip.state ?? new URL(url).searchParams.get('state') ?? '', kept: trip.kept ?? kept });
  } finally {
    w.setNow(now);
  }
}
const refused = (why: string): unknown => expect.objectContaining({ code: 'SIGN_IN_REFUSED', message: expect.stringContaining(why) as string });

describe('a trip that is refused changes nothing, and says why', () => {
  test.each<[string, () => Person, Trip, string]>([
    ['a box is unticked', () => kim({ scopes: ALL.slice(1) }), {}, 'A box was left unticked'],
    ['no box is ticked', () => kim({ scopes: ['openid'] }), {}, 'A box was left unticked'],
    ['no lasting permission', () => kim({ refreshToken: null }), {}, 'no lasting permission'],
    ['nobody\'s account', () => kim({ sub: '7', email: 'stranger@x.example' }), {}, 'does not belong to a coach'],
    ['nobody\'s account, to sign in', () => kim({ sub: '7', email: 'stranger@x.example' }), { purpose: 'sign-in' }, 'does not belong to a coach'],
    ['another account that has her address now', () => kim({ sub: '7' }), {}, 'Another Google account is connected'],
    ['the same, to sign in', () => kim({ sub: '7' }), { purpose: 'sign-in' }, 'Another Google account is connected'],
    ['the state of another trip', () => kim(), { state: 'another' }, 'not begun in this browser'],
    ['no state', () => kim(), { state: '' }, 'not begun in this browser'],
    ['a trip that is over', () => kim(), { lateMs: 10 * MINUTE }, 'took too long'],
    ['what was kept is forged', () => kim(), { kept: 'k1.a.b.c' }, 'not begun in this browser'],
  ])('%s', async (_name, person, trip, why) => {
    await expect(travel(person(), trip)).rejects.toEqual(refused(why));
    expect(await w.fingerprint()).toBe(before);
  });
  test('another account, by Kim herself, while one is connected', async () => {
    await expect(travel(kim({ sub: '8', email: 'kim.private@x.example' }), { coachId: w.coachId })).rejects.toEqual(refused('disconnect it first'));
    expect(await w.fingerprint()).toBe(before);
  });
  test('Bo, signed in, takes Kim\'s account, or Kim Bo\'s', async () => {
    await expect(travel(kim(), { coachId: bo })).rejects.toEqual(refused('connected for another coach'));
    await expect(travel(kim({ sub: '9', email: 'bo@coach.example' }), { coachId: w.coachId })).rejects.toEqual(refused('belongs to another coach'));
    expect(await w.fingerprint()).toBe(before);
  });
  test('a secret of ours that is no trip passes for none', async () => {
    for (const secret of ['1//refresh', JSON.stringify({ state: 's', verifier: 'v', purpose: 'sign-in', returnTo: '/pending', until: 9e15, coachId: null })]) {
      await expect(travel(kim(), { kept: w.shell.keys.seal(secret), state: 's' })).rejects.toEqual(refused('not begun in this browser'));
    }
  });
});

describe('whose account it is', () => {
  test('the account that is connected is its coach\'s, whatever its address is now', async () => {
    expect((await travel(kim({ email: 'kim.married@coach.example' }), { purpose: 'sign-in' })).coachId).toBe(w.coachId);
    expect((await travel(kim({ email: 'bo@coach.example' }), { purpose: 'sign-in' })).coachId).toBe(w.coachId);
  });
  test('Bo connects an account of another address, signed in as himself', async () => {
    expect((await travel(kim({ sub: '10', email: 'bo.private@x.example' }), { coachId: bo })).coachId).toBe(bo);
    expect((await travel(kim({ sub: '10', email: 'bo.private@x.example' }), { purpose: 'sign-in' })).coachId).toBe(bo);
    await expect(travel(kim({ sub: '11', email: 'bo@coach.example' }), { purpose: 'sign-in' })).rejects.toEqual(refused('Another Google account'));
  });
});

describe('the ask at Google', () => {
  const ask = async (purpose: 'connect' | 'sign-in', coachId: CoachId | null = null) => new URL((await beginOauth(w.shell, w.composed.oauth, { purpose, returnTo: '/pending', coachId })).url).searchParams;
  test('to sign in, only who it is; to connect, besides it the two scopes that are needed, and a lasting permission', async () => {
    expect((await ask('sign-in')).get('scope')).toBe('openid email');
    expect((await ask('sign-in')).get('access_type')).not.toBe('offline');
    expect((await ask('connect')).get('scope')?.split(' ').sort()).toEqual([...ALL, 'email', 'openid'].sort());
    expect((await ask('connect')).get('access_type')).toBe('offline');
  });
  test('a challenge (S256) and a state of its own for each trip; the account that is expected is suggested', async () => {
    const asks = [await ask('connect'), await ask('connect', w.coachId)];
    for (const a of asks) expect(a.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'code_challenge']) expect(new Set(asks.map((a) => a.get(name)))).toHaveProperty('size', 2);
    expect(asks.map((a) => a.get('login_hint'))).toEqual([null, KIM.email]);
  });
  test('what the browser keeps shows neither state nor verifier', async () => {
    const { kept, url } = await beginOauth(w.shell, w.composed.oauth, { purpose: 'connect', returnTo: '/pending', coachId: null });
    const { verifier } = JSON.parse(w.shell.keys.open(kept).replace('round trip ', '')) as { verifier: string };
    expect(verifier).toMatch(/^[\w-]{43,128}$/);
    for (const secret of [verifier, new URL(url).searchParams.get('state') ?? '']) expect(kept).not.toContain(secret);
    expect(url).not.toContain(verifier);
  });
});

describe('at the door', () => {
  const go = (path: string, cookie = ''): Promise<Response> => fetch(w.url + path, { redirect: 'manual', headers: { cookie } });
  const tripCookie = async (path: string): Promise<string> => (await go(path)).headers.getSetCookie().find((c) => c.startsWith('makeway_oauth='))?.split(';')[0] ?? '';
  test('the page says what is asked for and why, with one plain way on and no form', async () => {
    const answer = await go('/connect');
    const page = await answer.text();
    expect(answer.status).toBe(200);
    for (const text of ['The list of your calendars', 'See and change events', 'Your address']) expect(page).toContain(text);
    expect(page).toContain('href="/auth/google?connect=1&amp;to=/connect"');
    expect(page).not.toContain('<form');
  });
  test.each([['connect=1', 'Not connected', '/connect'], ['', 'Not signed in', '/sign-in']])('consent is denied (%s): nothing changes, and the way back is there', async (query, title, start) => {
    const answer = await go('/auth/google/callback?error=access_denied', await tripCookie(`/auth/google?${query}`));
    const page = await answer.text();
    expect(answer.status).toBe(403);
    expect(page).toContain(`<h1>${title}</h1>`);
    expect(page).toContain('You did not give the permission. Nothing has changed.');
    expect(page).toContain(`href="${start}"`);
    expect(answer.headers.getSetCookie().join()).toMatch(/makeway_oauth=;/);
  });
  test('an administrator who forbids it, or whatever else Google calls it, is told apart; no word of the address is shown', async () => {
    const page = await (await go('/auth/google/callback?error=admin_policy_enforced%3Cb%3E', await tripCookie('/auth/google?connect=1'))).text();
    expect(page).toContain('ask whoever looks after your Google account');
    expect(page).not.toContain('admin_policy');
  });
  test('Google does not know the code: told, the trip is over', async () => {
    const cookie = await tripCookie('/auth/google?connect=1');
    const state = new URL((await go('/auth/google?connect=1')).headers.get('location') ?? '').searchParams.get('state') ?? '';
    expect((await go(`/auth/google/callback?code=x&state=${state}`, cookie)).status).toBe(403); // of another trip
    const own = await go('/auth/google?connect=1');
    const kept = own.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const answer = await go(`/auth/google/callback?code=x&state=${new URL(own.headers.get('location') ?? '').searchParams.get('state') ?? ''}`, kept);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('Google did not accept this sign-in');
  });
  test('back with the browser\'s button, signed in by now: led on, and nothing is done twice', async () => {
    const { signIn } = await finishOauthAs();
    before = await w.fingerprint();
    const answer = await go('/auth/google/callback?code=used&state=used', `makeway_sign_in=${signIn}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/connect']);
    expect(await w.fingerprint()).toBe(before);
  });
  async function finishOauthAs(): Promise<{ signIn: string }> {
    const port = google(kim());
    const { url, kept } = await beginOauth(w.shell, port, { purpose: 'sign-in', returnTo: '/pending', coachId: null });
    return finishOauth(w.shell, port, { code: randomBytes(4).toString('hex'), state: new URL(url).searchParams.get('state') ?? '', kept });
  }
});

describe('the page', () => {
  const mark = (name: string): string => `${name} <b>&"'`;
  const coach = { name: 'Kim', zone: 'Europe/Berlin', guard: 'g' };
  const draw = (connection: Connection): string => connectPage({ start: '/start', coach, connection });
  test.each<[string, Connection, string]>([
    ['connected', { is: 'connected', account: mark('kim'), since: null, open: 0 }, 'Disconnect my calendar'],
    ['broken', { is: 'broken', account: mark('kim'), since: plus(0 as never, 1), open: 2 }, '2 open requests wait for it'],
    ['leaving', { is: 'leaving', wasNotReached: false }, 'being forgotten'],
    ['none', { is: 'none', wasNotReached: false }, 'No calendar is connected'],
    ['none, and Google was not told', { is: 'none', wasNotReached: true }, 'Google could not be told'],
  ])('%s', (_name, connection, text) => {
    const page = draw(connection);
    expect(page).toContain(text);
    expect(page).not.toContain('<b>');
    expect(page.match(/<h1/g)).toHaveLength(1);
    expect(page).not.toMatch(/<script|\sstyle=|\son[a-z]+=/);
    expect(page.includes('action="/disconnect"')).toBe('account' in connection);
  });
});
