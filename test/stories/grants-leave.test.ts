/** A coach leaves: what counted on their calendar ends, the mirror is forgotten, Google is told; and coming back is new. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, expect, test } from 'vitest';
import { disconnect } from '../../src/google/disconnect.flow.js';
import { effectChannel, type Effect } from '../../src/kernel/effects.js';
import { HOUR, MINUTE, plus } from '../../src/kernel/interval.js';
import { compose, WORKERS, type Composed } from '../../src/ops/compose.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { drain, work } from '../../src/work/run-due.flow.js';
import { endLeasesOfTheDead } from '../../src/work/due.store.js';
import { leave } from '../../src/cli/grants.js';
import { askDana, choose, decide, expectLanded, holdCall, INSERTS, liveHolds, MONDAY, on, requestOf, signedIn, standsAt, subjectsTo, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const others: Composed[] = [];
afterEach(async () => { for (const c of others.splice(0)) await c.close().catch(() => undefined); });
const connect = (w: World): Promise<unknown> => walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, KIM.email);
const grants = async (w: World): Promise<number> => ((await w.control(`/grants?email=${KIM.email}`)).grants as unknown[]).length;
const logged = async (w: World) => (await w.control('/log?since=0')).requests as { kind: string; path: string; status: number }[];
const history = async (w: World): Promise<string[]> => (await w.all<{ what: string }>('select what from history order by id')).map((h) => h.what);
const row = (w: World) => w.one<{ state: string; outcome: string | null; refresh_token_sealed: string | null; attempts: number }>('select state, outcome, refresh_token_sealed, attempts from disconnections order by began_at desc limit 1');

/** Nothing of the calendar is left here: no event, no time, no name, no token, no channel. */
async function expectForgotten(w: World): Promise<void> {
  for (const table of ['events', 'occurrences', 'staged_events', 'channels', 'grants', 'calendar_lists']) expect(await w.one(`select count(*) as n from ${table}`), table).toEqual({ n: 0 });
  for (const c of await w.all<Record<string, unknown>>('select * from calendars')) {
    expect(c).toMatchObject({ role: 'ignored', summary: '', cursor: null, wake_at: null, last_full_at: null, lease_owner: null });
    expect(c.google_id).toMatch(/^forgotten:[0-9a-f]{64}$/);
  }
  expect(await w.all('select 1 from disconnections where refresh_token_sealed is not null')).toEqual([]);
}

test('Kim disconnects while Dana is asked: Dana keeps her time and hears that there is nothing to do; Google is told; nothing is left here', async () => {
  const w = await open({ pushes: true });
  const id = await askDana(w);
  await wish(w, on(0, '15:00'), { name: 'Alex', email: 'alex@client.example' });
  const inGoogle = await w.inGoogle(on(-1, '00:00'), 96);
  const channels = await w.all('select 1 from channels where state = \'open\'');
  const kim = await signedIn(w);
  const guard = /name="guard" value="([^"]*)"/.exec((await kim.get('/connect')).page)?.[1] ?? '';
  const { status, page } = await kim.post('/disconnect', { guard });
  expect(status).toBe(200); // it leads back to the connect page
  expect(page).toContain('No calendar is connected');
  await w.settle();

  await expectForgotten(w);
  expect(await row(w)).toMatchObject({ state: 'done', outcome: 'revoked' });
  expect(await grants(w)).toBe(0);
  expect((await logged(w)).filter((c) => c.kind === 'channels.stop' && c.status === 204)).toHaveLength(channels.length);
  expect(await w.inGoogle(on(-1, '00:00'), 96)).toEqual(inGoogle);
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'disconnected' });
  expect(await w.all('select distinct invite_sent, cancellation_reason from sessions')).toEqual([{ invite_sent: false, cancellation_reason: null }]);
  expect(await liveHolds(w)).toEqual([]);
  expect((await subjectsTo(w, DANA.email)).filter((s) => !s.startsWith('Invitation'))).toHaveLength(2); // the question, and its end
  expect((await w.mailsTo(SAM.email)).filter((m) => m.from.includes('Makeway'))).toEqual([]);
  expect(await history(w)).toEqual(expect.arrayContaining(['connected', 'disconnected', 'permission given back']));
  expect((await kim.get('/pending')).page).toMatch(/is not connected[^]*href="\/connect"/);
  // A late click changes nothing.
  expect((await choose(w, at(MONDAY, 1))).page).not.toContain('We are moving');
  const quiet = (await logged(w)).length;
  await w.pass(6 * HOUR);
  expect((await logged(w)).length).toBe(quiet);
});

test('coming back is a first sync: the same calendar, sessions once, and the request goes on by itself', async () => {
  const w = await open({ policy: { asksPerClient: { count: 5, days: 30 } } });
  const id = await askDana(w);
  const before = { calendars: await w.all('select id, google_id, role from calendars'), sessions: await w.all('select id, event_id, status from sessions'), events: await w.all('select id from events order by id') };
  await leave(w.shell, KIM.slug);
  await w.settle();
  await expectForgotten(w);
  await connect(w);
  await w.settle();
  expect(await w.all('select id, google_id, role from calendars')).toEqual(before.calendars);
  expect(await w.all('select id from events order by id')).toEqual(before.events);
  expect(await w.one('select last_full_at is not null as was_read, frozen_at from calendars')).toEqual({ was_read: true, frozen_at: null });
  await w.pass(MINUTE);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'taken' });
  expect((await decide(w, { do: 'option2' })).status).toBe(200);
  await w.settle();
  expect(await w.all('select id, event_id, status from sessions')).toEqual(before.sessions);
  await choose(w, at(MONDAY, 1));
  await w.settle();
  await expectLanded(w, id, MONDAY);
});

test('twice, at once, and without anything to disconnect: once done, and said', async () => {
  const w = await open();
  const answers = await Promise.all([disconnect(w.shell, w.coachId, 'coach'), disconnect(w.shell, w.coachId, 'operator')]);
  expect(answers.map((a) => a.did).sort()).toEqual(['begun', 'goes-on']);
  w.setNow(plus(w.now(), MINUTE));
  await w.settle();
  await expectForgotten(w);
  expect(await w.one('select count(*) as n from disconnections')).toEqual({ n: 1 });
  expect(await leave(w.shell, KIM.slug)).toEqual({ lines: ['kim is not connected.'], exitCode: 0 });
  expect((await history(w)).filter((h) => h === 'disconnected')).toHaveLength(1);
});

test('the permission is over already: forgotten all the same', async () => {
  const w = await open({ pushes: true });
  await w.control('/grants/kill', { email: KIM.email });
  await w.pass(3 * MINUTE);
  const { lines, exitCode } = await leave(w.shell, KIM.slug);
  expect([lines.at(-1), exitCode]).toEqual(['The copy of the calendar is forgotten; at Google the permission was over already.', 0]);
  await expectForgotten(w);
  expect(await w.one('select outcome from disconnections')).toEqual({ outcome: 'dead' });
});

test('Google is away: forgotten at once, told when Google is back', async () => {
  const w = await open();
  const { id } = await w.control('/rules', { pathPattern: '.', forever: true, status: 400, body: '{"error":"temporarily_unavailable"}', contentType: 'application/json' });
  const { lines } = await leave(w.shell, KIM.slug);
  expect(lines.at(-1)).toContain('goes on trying');
  expect(await row(w)).toMatchObject({ state: 'leaving', attempts: 1 });
  expect(await w.one('select count(*) as n from events')).toEqual({ n: 0 });
  expect(await grants(w)).toBe(1);
  await fetch(`${w.emulator.url}/control/rules?id=${String(id)}`, { method: 'DELETE' });
  await w.pass(MINUTE);
  await expectForgotten(w);
  expect(await row(w)).toMatchObject({ state: 'done', outcome: 'revoked' });
  expect(await grants(w)).toBe(0);
});

test('Google stays away: after an hour the token is forgotten too, and Kim and the operator are told what is left to do', async () => {
  const w = await open();
  await w.control('/rules', { pathPattern: '.', forever: true, status: 400, body: '{"error":"temporarily_unavailable"}', contentType: 'application/json' });
  await leave(w.shell, KIM.slug);
  for (let i = 0; i < 20 && (await row(w))?.state !== 'done'; i++) await w.pass(7 * MINUTE);
  expect(await row(w)).toEqual({ state: 'done', outcome: 'not-reached', refresh_token_sealed: null, attempts: 0 });
  expect((await (await signedIn(w)).get('/connect')).page).toContain('Google could not be told');
  expect(await w.all(`select outcome from job_runs where job = 'disconnections' and outcome = 'stopped'`)).toHaveLength(1);
});

test('who connects again while Google is still to be told is connected: no revocation comes after', async () => {
  const w = await open();
  const { id } = await w.control('/rules', { pathPattern: '^/(revoke|token)', forever: true, status: 400, body: '{"error":"temporarily_unavailable"}', contentType: 'application/json' });
  await leave(w.shell, KIM.slug);
  await fetch(`${w.emulator.url}/control/rules?id=${String(id)}`, { method: 'DELETE' });
  await connect(w);
  await w.pass(10 * MINUTE);
  expect(await w.one('select state from grants')).toEqual({ state: 'active' });
  expect(await row(w)).toMatchObject({ state: 'done', outcome: 'superseded', refresh_token_sealed: null });
  expect(await w.one('select count(*) as n from events')).toEqual({ n: 1 });
  expect((await logged(w)).filter((c) => c.path.startsWith('/revoke') && c.status === 200)).toEqual([]);
});

test('while a booking is being written, and nobody knows yet whether it is, disconnecting has to wait', async () => {
  const w = await open();
  const hold = await holdCall(w, INSERTS);
  const asked = w.request(on(0, '15:00'));
  await hold.held();
  expect(await disconnect(w.shell, w.coachId, 'coach')).toEqual({ did: 'not-now' });
  expect(await w.one('select state from grants')).toEqual({ state: 'active' });
  await hold.letGo();
  const { id } = (await asked).body;
  await w.settle();
  await expectLanded(w, id, on(0, '15:00'));
});

test('a pull that is under way writes nothing into a mirror that is being forgotten', async () => {
  const w = await open();
  await w.addEvent({ summary: 'New', start: on(1, '09:00') });
  w.setNow(plus(w.now(), 3 * MINUTE));
  const hold = await holdCall(w, { method: 'GET', pathPattern: 'syncToken' });
  const pulling = w.settle();
  await hold.held();
  const answer = await disconnect(w.shell, w.coachId, 'coach');
  await hold.letGo();
  await pulling;
  if ('claim' in answer && answer.claim) await work(w.shell, WORKERS, answer.claim);
  w.setNow(plus(w.now(), MINUTE));
  await w.settle();
  await expectForgotten(w);
});

test('without the guard of the own page nobody is disconnected', async () => {
  const w = await open();
  for (const headers of [{}, { cookie: 'makeway_sign_in=nobody' }]) {
    expect((await fetch(`${w.url}/disconnect`, { method: 'POST', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: 'guard=x' })).status).toBe(401);
  }
  expect((await fetch(`${w.url}/disconnect`)).status).toBe(404);
  expect(await w.one('select state from grants')).toEqual({ state: 'active' });
});

const STEPS: readonly (readonly [Effect, number])[] = [['commit disconnect', 1], ['commit forget', 1], ['commit forget', 2], ['commit forget', 3], ['google stop', 1], ['google revoke', 1], ['commit left', 1]];
test.each(STEPS)('the daemon dies right after "%s" (%i): the next one ends it the same way', async (effect, nth) => {
  const w = await open({ pushes: true });
  const id = await askDana(w);
  const dying = compose(w.settings, 'dying', { clock: w.clock, connections: 2 });
  others.push(dying);
  let seen = 0;
  const die = (name: unknown): void => {
    // Its pool is closed: nothing that it does from here on is committed.
    if (name === effect && ++seen === nth) void dying.shell.db.destroy();
  };
  subscribe(effectChannel.name, die);
  try {
    const answer = await disconnect(dying.shell, w.coachId, 'coach').catch(() => null);
    if (answer && 'claim' in answer && answer.claim) await work(dying.shell, WORKERS, answer.claim).catch(() => undefined);
  } finally {
    unsubscribe(effectChannel.name, die);
  }
  expect(seen).toBeGreaterThanOrEqual(nth);
  // The next daemon ends the leases of the dead, and goes on.
  await endLeasesOfTheDead(w.shell.db, w.now(), () => false);
  await drain(w.shell, WORKERS);
  await expectForgotten(w);
  expect((await row(w))?.state).toBe('done');
  expect(['revoked', 'dead']).toContain((await row(w))?.outcome);
  expect(await grants(w)).toBe(0);
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'disconnected' });
  expect((await history(w)).filter((h) => h === 'disconnected' || h === 'permission given back')).toEqual(['disconnected', 'permission given back']);
  await connect(w);
  await w.settle();
  expect(await w.one('select count(*) as n from events')).toEqual({ n: 1 });
});
