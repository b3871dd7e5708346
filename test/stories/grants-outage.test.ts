/** A permission that ends: the coach is paused and told once, nothing spins, and connecting again goes on where it was. */
import { expect, test } from 'vitest';
import { HOUR, MINUTE, plus } from '../../src/kernel/interval.js';
import { compose, WORKERS } from '../../src/ops/compose.js';
import { statusLines } from '../../src/ops/status.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { runDue } from '../../src/work/run-due.flow.js';
import { askDana, danasSeries, expectLanded, MONDAY, on, requestOf, signedIn, standsAt, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, type World } from '../support/world.js';

const open = worlds();
const connect = (w: World): Promise<unknown> => walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, KIM.email);
const kill = (w: World): Promise<unknown> => w.control('/grants/kill', { email: KIM.email });
const post = (w: World, path: string, body: unknown): Promise<unknown> => fetch(`${w.emulator.url}/control${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).then((a) => { if (!a.ok) throw new Error(`${path}: ${a.status}`); });
const SUBJECT = 'Please connect your Google Calendar again';
const told = async (w: World): Promise<number> => (await w.mailsTo(KIM.email)).filter((m) => m.subject === SUBJECT).length;
const calls = async (w: World): Promise<number> => (await w.reads()).filter((c) => !c.path.startsWith('/o/')).length;
const history = async (w: World): Promise<string[]> => (await w.all<{ what: string }>('select what from history order by id')).map((h) => h.what);
const mirror = async (w: World) => ({
  calendars: await w.all('select id, google_id, role, generation from calendars order by id'), events: await w.all('select calendar_id, id, etag from events order by 1, 2'),
  occurrences: await w.one('select count(*) as n from occurrences'), sessions: await w.all('select id, event_id, scheduled_at, status from sessions order by id'),
});

test('the permission is taken back: one letter, all rests, not one call more; after connecting again all goes on, with the cursor it had', async () => {
  const w = await open({ pushes: true });
  const id = await askDana(w);
  await w.settle();
  const before = await mirror(w);
  await kill(w);
  await w.pass(3 * MINUTE);
  expect(await w.one('select state, broken_reason from grants')).toEqual({ state: 'broken', broken_reason: 'invalid_grant' });
  expect(await w.all('select distinct wake_at, lease_until from calendars')).toEqual([{ wake_at: null, lease_until: null }]);
  expect(await w.all(`select distinct wake_at from channels where state <> 'closed'`)).toEqual([{ wake_at: null }]);
  expect(await told(w)).toBe(1);
  const [letter] = (await w.mailsTo(KIM.email)).slice(-1);
  expect(letter?.html).toContain(`href="${w.url}/connect"`);
  expect(letter?.text).toContain('One open request waits');

  const quiet = await calls(w);
  await w.addEvent({ summary: 'New', start: on(1, '09:00') }); // its push comes in, and moves nobody
  for (let i = 0; i < 6; i++) await w.pass(HOUR / 3);
  expect(await calls(w)).toBe(quiet + 1);
  expect(await told(w)).toBe(1);
  expect((await history(w)).filter((h) => h === 'permission ended')).toHaveLength(1);
  expect((await statusLines(w.shell)).join('\n')).toMatch(/kim .*Google: broken since .* \(invalid_grant\), waits for the coach to connect again at .*\/connect/);
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);

  await connect(w);
  await w.settle();
  await w.pass(MINUTE);
  const after = await mirror(w);
  expect(after.calendars).toEqual(before.calendars); // the same generation: nothing was read in full
  expect(after.events).toHaveLength(before.events.length + 1);
  expect(after.events).toEqual(expect.arrayContaining(before.events));
  expect(after.sessions).toEqual(before.sessions);
  expect(await w.all(`select calendar_id, count(*) as n from channels where state in ('opening', 'open') group by 1`)).toEqual(before.calendars.map((c) => ({ calendar_id: (c as { id: string }).id, n: 1 })));
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'asked' });
  await w.moveTo(`danaseries_${new Date(MONDAY).toISOString().replace(/[-:]|\.000/g, '')}`, on(2, '10:00'));
  // Seen by poll or push, settled, looked at again.
  for (let i = 0; i < 6 && (await requestOf(w, id))?.state !== 'booked'; i++) await w.pass(MINUTE);
  await expectLanded(w, id, MONDAY);
  expect(await told(w)).toBe(1);
});

test('each outage has its letter: again after connecting, and not twice when two daemons find out at once', async () => {
  const w = await open();
  const other = compose(w.settings, 'other', { clock: w.clock, connections: 3 });
  try {
    for (const round of [1, 2]) {
      await kill(w);
      const google = await Promise.all([w, other].flatMap((d) => [1, 2, 3].map(() => d.shell.google(w.coachId))));
      const answers = await Promise.allSettled(google.map((g) => g.listWindow(KIM.email, { start: MONDAY, end: at(MONDAY, 1) })));
      expect(answers.map((a) => (a.status === 'rejected' ? (a.reason as { code: string }).code : 'read'))).toEqual(Array(6).fill('GOOGLE_GRANT_REVOKED'));
      await w.settle();
      expect(await told(w)).toBe(round);
      await connect(w);
      await w.settle();
    }
  } finally {
    await other.close();
  }
});

test('who connects again before the letter goes out gets none', async () => {
  const w = await open();
  await kill(w);
  w.setNow(plus(w.now(), 3 * MINUTE));
  await runDue(w.shell, WORKERS, 'calendars', 8);
  expect(await w.all('select letter, state from outbox')).toEqual([{ letter: 'reconnect', state: 'waiting' }]);
  await connect(w);
  await w.settle();
  expect(await w.all('select letter, state from outbox')).toEqual([{ letter: 'reconnect', state: 'pointless' }]);
  expect(await w.mailsTo(KIM.email)).toEqual([]);
});

test.each<[string, (w: World) => Promise<unknown>]>([
  ['an account that is disabled', (w) => post(w, `/accounts/${KIM.email}/state`, { state: 'disabled' })],
  ['an account that is deleted', (w) => post(w, `/accounts/${KIM.email}/state`, { state: 'deleted' })],
  ['an administrator who forbids the scopes', (w) => post(w, `/accounts/${KIM.email}/policy`, { restrictedScopes: ['https://www.googleapis.com/auth/calendar.events'] })],
])('%s: paused, told once, and quiet', async (_name, end) => {
  const w = await open();
  await end(w);
  await w.pass(3 * MINUTE);
  await w.pass(HOUR);
  expect(await w.one('select state from grants')).toEqual({ state: 'broken' });
  expect(await told(w)).toBe(1);
  const quiet = await calls(w);
  await w.pass(6 * HOUR);
  expect(await calls(w)).toBe(quiet);
});

test('a new password alone ends nothing', async () => {
  const w = await open();
  await post(w, `/accounts/${KIM.email}/password`, {});
  await w.pass(2 * HOUR);
  expect(await w.one('select state from grants')).toEqual({ state: 'active' });
  expect(await told(w)).toBe(0);
});

test('Kim sees it on her pages, and is led to the connect page', async () => {
  const w = await open();
  await wish(w);
  await kill(w);
  await w.pass(3 * MINUTE);
  const kim = await signedIn(w);
  expect((await kim.get('/pending')).page).toMatch(/no longer lets Makeway see your calendar[^]*href="\/connect"/);
  const { page } = await kim.get('/connect');
  expect(page).toContain('One open request waits for it');
  expect(page).toContain('href="/auth/google?connect=1&amp;to=/connect"');
});

test('the account has a new address: its primary calendar is the same calendar, and nothing is there twice', async () => {
  const w = await open({ events: [danasSeries, { summary: 'Dentist', start: on(1, '11:00') }] });
  const before = await mirror(w);
  // As if all had been read under the address of before.
  await w.shell.db.raw(`update calendars set google_id = 'old@coach.example' where google_id = ?`, [KIM.email]);
  await w.shell.db.raw(`update grants set email = 'old@coach.example'`);
  await w.shell.db.raw(`update coaches set email = 'old@coach.example'`);
  await connect(w);
  await w.settle();
  const after = await mirror(w);
  expect(after.events).toEqual(before.events);
  expect(after.calendars.map((c) => ({ ...(c as object), generation: 0 }))).toEqual(before.calendars.map((c) => ({ ...(c as object), generation: 0 })));
  expect(await w.one('select count(*) as n from coaches')).toEqual({ n: 1 });
  // Her address as an organizer is her own under either name: Dana is the guest.
  await wish(w);
  expect((await w.mailsTo('old@coach.example')).at(-1)?.text).toContain('Ask dana@client.example to move');
});
