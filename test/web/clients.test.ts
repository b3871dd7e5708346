/** The coach's clients: found in the calendar, named, changed, exported, erased. */
import { afterEach, describe, expect, test } from 'vitest';
import { saveCoach } from '../../src/coach/coach.store.js';
import { clientCommand } from '../../src/cli/clients.js';
import { inTx } from '../../src/postgres/transaction.js';
import { saveClient } from '../../src/requests/client.store.js';
import { aRequestsCalendar } from '../support/inbox.js';
import { askDana, choose, danasSeries, decide, MONDAY, on, signedIn, startsIn, wish, worlds, type Answered } from '../support/story.js';
import { DANA, KIM, SAM, type World } from '../support/world.js';

const aWorld = worlds();
type Kim = Awaited<ReturnType<typeof signedIn>>;
async function send(w: World, kim: Kim, path: string, form: Record<string, string>, guard?: string): Promise<Answered> {
  const own = /name="guard" value="([^"]*)"/.exec((await kim.get('/clients')).page)?.[1] ?? '';
  const answer = await fetch(w.url + path, { method: 'POST', headers: { ...kim.headers, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ guard: guard ?? own, ...form }).toString() });
  return { status: answer.status, page: await answer.text() };
}
const idOf = async (w: World, email: string): Promise<string> => (await w.one<{ id: string }>('select id from clients where email = :email', { email }))?.id ?? '';
/** Every table in which a text stands. */
async function whereIs(w: World, text: string): Promise<string[]> {
  const tables = await w.all<{ t: string }>(`select table_name as t from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`);
  const found: string[] = [];
  for (const { t } of tables) if ((await w.one<{ n: number }>(`select count(*) as n from "${t}" x where cast(x as text) ilike '%' || :text || '%'`, { text }))?.n) found.push(t);
  return found.sort();
}
const EVENTS = [danasSeries, { id: 'evatitle', summary: 'Eva 60 min', start: on(1, '10:00') }, { id: 'lunch', summary: 'Lunch', start: on(1, '12:00') }];
let w: World;
afterEach(() => { w = undefined as unknown as World; });

describe('found in the calendar', () => {
  test('guests and titles are listed, nobody is written down by looking; lunch is nobody', async () => {
    w = await aWorld({ events: EVENTS });
    const kim = await signedIn(w);
    const before = await w.fingerprint();
    const { status, page } = await kim.get('/clients');
    expect(status).toBe(200);
    expect(page).toContain(DANA.email);
    expect(page).toContain('“Eva 60 min”');
    expect(page).not.toContain('Lunch');
    expect(await w.fingerprint()).toBe(before);
  });
  test('a guest is written down, and then has a page with their sessions; a stranger is not', async () => {
    w = await aWorld({ events: EVENTS });
    const kim = await signedIn(w);
    expect((await send(w, kim, '/clients/keep', { email: 'nobody@x.example' })).status).toBe(409);
    const { status, page } = await send(w, kim, '/clients/keep', { email: DANA.email });
    expect(status).toBe(200);
    expect(page).toContain('13:00–14:00');
    expect(await w.one(`select what, facts from history where what = 'client kept'`)).toEqual({ what: 'client kept', facts: { client: await idOf(w, DANA.email) } });
  });
  test('a title is named, for somebody new or known, for nobody, and taken back', async () => {
    w = await aWorld({ events: EVENTS });
    const kim = await signedIn(w);
    expect((await send(w, kim, '/clients/titles', { key: 'eva', who: 'client' })).status).toBe(400);
    expect((await send(w, kim, '/clients/titles', { key: 'eva', who: 'client', name: 'Eva', email: 'not an address' })).page).toContain('is not an e-mail address');
    expect((await send(w, kim, '/clients/titles', { key: 'Eva 60 min', who: 'nobody' })).status).toBe(409);
    const named = await send(w, kim, '/clients/titles', { key: 'eva', who: 'client', name: 'Eva Lind', email: 'Eva@client.example' });
    expect(named.page).toContain('is Eva Lind');
    expect(named.page).not.toContain('Who is this?');
    expect((await kim.get(`/clients/${await idOf(w, 'eva@client.example')}`)).page).toContain('10:00–11:00');
    expect((await send(w, kim, '/clients/titles', { key: 'eva', who: 'forget' })).page).toContain('Who is this?');
    expect((await send(w, kim, '/clients/titles', { key: 'eva', who: 'nobody' })).page).toContain('not a client');
    expect(JSON.stringify(await w.all(`select facts from history where what like 'title%'`))).not.toMatch(/eva/i);
  });
});

describe('changing one', () => {
  test('name, address, zone, not to be asked; bad ones are told at once and keep what was typed', async () => {
    w = await aWorld({ events: EVENTS });
    await wish(w, on(2, '10:00'));
    const kim = await signedIn(w);
    await send(w, kim, '/clients/keep', { email: DANA.email });
    const id = await idOf(w, SAM.email);
    const bad = await send(w, kim, `/clients/${id}`, { name: ' ', email: '<b>', zone: 'Mars/Olympus' });
    expect([bad.status, bad.page.includes('3 things need a correction'), bad.page.includes('value="&lt;b&gt;"')]).toEqual([400, true, true]);
    expect((await send(w, kim, `/clients/${id}`, { name: 'Sam', email: DANA.email })).page).toContain('another client of yours has it');
    const good = await send(w, kim, `/clients/${id}`, { name: 'Sam O.', email: 'Sam.New@client.example', zone: 'Europe/Paris', muted: '1' });
    expect([good.status, good.page.includes('Saved.')]).toEqual([200, true]);
    expect(await w.one('select name, email, time_zone, muted_at is not null as muted from clients where id = :id', { id })).toEqual({ name: 'Sam O.', email: 'sam.new@client.example', time_zone: 'Europe/Paris', muted: true });
    expect(await w.one(`select facts from history where what = 'client changed'`)).toEqual({ facts: { client: id, changed: ['name', 'address', 'zone', 'muted'] } });
    expect((await send(w, kim, `/clients/${id}`, { name: 'Sam O.', email: 'sam.new@client.example', zone: 'Europe/Paris' })).status).toBe(200);
    expect(await w.one('select muted_at from clients where id = :id', { id })).toEqual({ muted_at: null });
  });
  test('not the address of somebody who is being asked', async () => {
    w = await aWorld({ events: EVENTS });
    await askDana(w);
    const answer = await send(w, await signedIn(w), `/clients/${await idOf(w, DANA.email)}`, { name: DANA.name, email: 'other@client.example' });
    expect([answer.status, answer.page.includes('being asked to move right now')]).toEqual([409, true]);
  });
  test('another coach’s client, a forged guard, nobody signed in: nothing is seen or changed', async () => {
    w = await aWorld({ events: EVENTS });
    const foreign = await inTx(w.shell.db, 'commit coach', async (tx) => {
      const bo = await saveCoach(tx, { slug: 'bo', name: 'Bo', email: 'bo@coach.example', zone: 'Europe/Berlin', policy: {} }, w.now());
      return (await saveClient(tx, bo, { name: 'Xaver Secret', email: 'xaver@client.example', zone: null }, w.now())).id;
    });
    await wish(w, on(2, '10:00'));
    const own = await idOf(w, SAM.email);
    const kim = await signedIn(w);
    const before = await w.fingerprint();
    for (const path of [`/clients/${foreign}`, `/clients/${foreign}/export`, `/clients/${foreign}/erase`, '/clients/cl_x', '/clients/keep']) {
      const seen = await kim.get(path);
      expect([path, seen.status, seen.page.includes('Xaver')]).toEqual([path, 404, false]);
    }
    for (const path of ['/clients', `/clients/${own}`, `/clients/${own}/export`, `/clients/${own}/erase`, '/history']) expect((await fetch(w.url + path)).status, path).toBe(401);
    for (const path of [`/clients/${foreign}`, `/clients/${foreign}/erase`]) expect((await send(w, kim, path, { name: 'x' })).status).toBe(404);
    expect((await send(w, kim, '/clients/titles', { key: 'eva', who: 'client', client: foreign })).status).toBe(409);
    for (const path of [`/clients/${own}`, `/clients/${own}/erase`, '/clients/titles', '/clients/keep']) expect((await send(w, kim, path, { name: 'x', key: 'eva', who: 'nobody' }, 'forged')).status, path).toBe(401);
    for (const path of ['/clients', `/clients/${own}`, `/clients/${own}/export`, `/clients/${own}/erase`, '/history', '/calendars', '/rules']) {
      expect((await kim.get(path)).status).toBe(200);
      await fetch(w.url + path, { method: 'HEAD', headers: kim.headers });
    }
    expect(await w.fingerprint()).toBe(before);
  });
});

describe('export and erase', () => {
  async function moved(): Promise<void> {
    w = await aWorld({ events: EVENTS });
    await askDana(w);
    const [slot] = await startsIn(w, DANA.email);
    if (slot === undefined) throw new Error('no slot');
    await choose(w, slot);
    await w.settle();
  }
  test('the export has what is kept of Dana, and nothing of Sam', async () => {
    await moved();
    const kim = await signedIn(w);
    const answer = await fetch(`${w.url}/clients/${await idOf(w, DANA.email)}/export`, { headers: kim.headers });
    expect([answer.headers.get('content-type'), answer.headers.get('content-disposition')?.startsWith('attachment')]).toEqual(['application/json; charset=utf-8', true]);
    const text = await answer.text();
    const data = JSON.parse(text) as { client: object; sessions: object[]; offers: { slots: { start: string }[]; choices: object[]; kind: string }[]; mails: { letter: string; sent_at: string }[]; history: { what: string }[]; calendar: object[] };
    expect(data.client).toMatchObject({ email: DANA.email });
    expect(data.offers).toMatchObject([{ kind: 'asked to move', choices: [{ state: 'done' }] }]);
    expect(data.offers[0]?.slots[0]?.start).toMatch(/^\d{4}-.*Z$/);
    expect(data.mails.map((m) => m.letter)).toContain('ask');
    expect(data.sessions.length).toBeGreaterThan(0);
    expect(data.calendar.length).toBeGreaterThan(0);
    const sam = await idOf(w, SAM.email);
    const requestId = (await w.one<{ id: string }>('select id from requests'))?.id ?? '?';
    for (const word of ['Sam', SAM.email, sam, requestId]) expect(text).not.toContain(word);
    expect((await clientCommand(w.shell, ['export', KIM.slug, SAM.email]))?.text).toContain('"state": "booked"');
    expect((await clientCommand(w.shell, ['export', KIM.slug, SAM.email]))?.text).not.toContain('Dana');
  });
  test('refused while something is open, with the reason; both the asked one and the one who asks', async () => {
    w = await aWorld({ events: EVENTS });
    await askDana(w);
    const kim = await signedIn(w);
    for (const [email, why] of [[DANA.email, 'being asked about another time'], [SAM.email, 'A request of theirs is not settled']] as const) {
      const id = await idOf(w, email);
      expect((await kim.get(`/clients/${id}/erase`)).page).toContain(why);
      const answer = await send(w, kim, `/clients/${id}/erase`, {});
      expect([answer.status, answer.page.includes(why)]).toEqual([409, true]);
      expect(await clientCommand(w.shell, ['erase', KIM.slug, id])).toMatchObject({ isRefused: true });
      expect(await idOf(w, email)).toBe(id);
    }
  });
  test('name and address go everywhere but from Google’s own events; what refers to them stays, nameless', async () => {
    await moved();
    const kim = await signedIn(w);
    const id = await idOf(w, SAM.email);
    await w.shell.db('wishes').insert({
      coach_id: w.coachId, id: 'wi_aaaaaaaaaaaaaaaa', name: SAM.name, email: SAM.email, email_hash: Buffer.from('x'), time_zone: 'UTC', session_type: 'Session', length_minutes: 60,
      starts: [new Date(on(3, '10:00'))], created_at: new Date(w.now()), mail_at: new Date(w.now()), expires_at: new Date(on(3, '10:00')),
    });
    const before = { requests: await w.all('select id, state, client_id from requests'), history: await w.all('select * from history order by id'), writes: (await w.writes()).length };
    expect((await kim.get(`/clients/${id}/erase`)).page).toContain('Your calendar in Google stays as it is.');
    const answer = await send(w, kim, `/clients/${id}/erase`, {});
    expect([answer.status, answer.page.includes('Erased')]).toEqual([200, true]);
    expect(await whereIs(w, SAM.email), 'only as a guest in the mirror of Google').toEqual(['events']);
    expect((await whereIs(w, 'Ortiz')).filter((table) => table !== 'events')).toEqual([]);
    expect(await w.all('select id, state, client_id from requests')).toEqual(before.requests);
    expect((await w.all<{ what: string }>('select * from history order by id')).slice(0, before.history.length)).toEqual(before.history);
    expect(await w.one(`select by, facts from history where what = 'client erased'`)).toEqual({ by: 'coach', facts: { client: id, titles: 0 } });
    await w.settle();
    expect((await w.writes()).length, 'nothing is written to Google').toBe(before.writes);
    expect((await kim.get(`/clients/${id}`)).status).toBe(404);
    const list = (await kim.get('/clients')).page;
    expect(list).not.toContain(`/clients/${id}`);
    expect(list, 'still a guest: found again').toContain(SAM.email);
    const history = (await kim.get('/history')).page;
    expect(history).not.toContain('Ortiz');
    expect(history).toContain('Erased client asked for');
    expect((await kim.get('/pending')).page).toContain('Erased client');
    // Sam comes again: somebody new
    const again = await w.request(on(3, '10:00'));
    expect(again.status).toBe(201);
    expect(await idOf(w, SAM.email)).not.toBe(id);
  });
  test('what is left of an event on the requests calendar goes too; one that still stands there stays known, and makes no second request', async () => {
    w = await aWorld({ events: EVENTS });
    const box = await aRequestsCalendar(w);
    const landed = await box.drop({ title: `Sam ${SAM.email}`, start: on(0, '15:00') });
    expect((await box.row(landed.id))?.state).toBe('tidied');
    const declined = await box.drop({ title: `Sam ${SAM.email}`, start: MONDAY });
    await decide(w, { do: 'decline' });
    await w.settle();
    expect((await box.row(declined.id))?.state).toBe('open');
    const requests = await w.all('select id, state from requests order by id');
    expect(await clientCommand(w.shell, ['erase', KIM.slug, await idOf(w, SAM.email)])).toMatchObject({ isRefused: false });
    expect(await box.row(landed.id)).toBeNull();
    await box.seen();
    await w.pass(60_000);
    expect(await w.all('select id, state from requests order by id')).toEqual(requests);
  });
  test('a named title goes with the client, and is asked about again; links of erased clients lead nowhere', async () => {
    w = await aWorld({ events: EVENTS });
    const kim = await signedIn(w);
    await send(w, kim, '/clients/titles', { key: 'eva', who: 'client', name: 'Eva Lind' });
    const id = (await w.one<{ id: string }>(`select id from clients where name = 'Eva Lind'`))?.id ?? '';
    expect(await clientCommand(w.shell, ['erase', KIM.slug, id])).toMatchObject({ isRefused: false });
    expect((await kim.get('/clients')).page).toContain('“Eva 60 min”');
    await expect(clientCommand(w.shell, ['erase', KIM.slug, id])).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(clientCommand(w.shell, ['export', KIM.slug, 'nobody@x.example'])).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(clientCommand(w.shell, ['export', 'nobody', id])).rejects.toMatchObject({ code: 'COACH_UNKNOWN' });
    expect(await clientCommand(w.shell, ['burn', KIM.slug, id])).toBeNull();
    await wish(w, MONDAY);
    expect((await send(w, kim, '/clients/keep', { email: DANA.email })).status).toBe(200);
  });
});
