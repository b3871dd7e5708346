/** Faults that a review found, in how time, Google and the permission are dealt with: each test fails without its mending. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { DAY, instant, type Instant } from '../../src/kernel/interval.js';
import { channelToken } from '../../src/mirror/channel.store.js';
import { calendarRow } from '../../src/mirror/calendar.store.js';
import { compose, WORKERS } from '../../src/ops/compose.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { claimDue } from '../../src/work/due.store.js';
import { runDue, work } from '../../src/work/run-due.flow.js';
import type { Shell } from '../../src/work/shell.port.js';
import { askDana, choose, DANAS_INSTANCE, expectDanaUntouched, expectLanded, expectNothingStuck, holdCall, INSERTS, linkTo, liveHolds, look, MONDAY, offerSam, on, pendingReason, pick, requestOf, standsAt, startsOn, subjectsTo, trouble, until, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const TWO = at(MONDAY, 1);
const FREE = on(0, '15:00');
const ANY_CALL = String.raw`/calendar/v3/`;
const SECOND = 1_000;

const googleIsBack = (w: World): Promise<unknown> => fetch(`${w.emulator.url}/control/rules`, { method: 'DELETE' });
const connect = (w: World): Promise<unknown> => walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, KIM.email);
async function goOn(w: World): Promise<void> {
  for (const seconds of [2, 4, 8, 16, 32]) await w.pass(seconds * SECOND);
}
const calendarOf = async (w: World) => {
  const row = await w.one<{ id: string }>(`select id from calendars where role = 'sessions'`);
  const calendar = row && await calendarRow(w.shell.db, w.coachId, row.id);
  if (!calendar) throw new Error('Kim has no calendar');
  return calendar;
};
/** The same shell, whose Google answers in another way. */

// Pushes and leases

const push = (w: World, headers: Record<string, string>): Promise<number> => new Promise((resolve, reject) => {
  const call = httpRequest(`${w.url}/google/push`, { method: 'POST', headers: { 'content-length': '0', ...headers } }, (answer) => { answer.resume(); resolve(answer.statusCode ?? 0); });
  call.on('error', reject).end();
});
test.each(['application/json; charset=utf-8', 'application/json; utf-8', 'utf-8', ''])('a push as Google sends it, content type "%s" and no body, makes the calendar dirty', async (type) => {
  const w = await open();
  const channel = await w.one<{ id: string; resource_id: string }>(`select id, resource_id from channels where state = 'open'`);
  const before = await calendarOf(w);
  const status = await push(w, {
    ...(type && { 'content-type': type }), 'x-goog-channel-id': channel?.id ?? '', 'x-goog-channel-token': channelToken(w.shell.keys, channel?.id ?? ''),
    'x-goog-resource-id': channel?.resource_id ?? '', 'x-goog-resource-state': 'exists', 'x-goog-message-number': '7',
  });
  expect(status).toBe(204);
  expect((await calendarOf(w)).dirty).toBe(before.dirty + 1);
  expect(await w.one(`select wake_at from calendars where role = 'sessions'`)).toEqual({ wake_at: w.now() });
  expect(await w.one(`select last_message_number from channels where state = 'open'`)).toEqual({ last_message_number: 7 });
});

test('a mail server that takes longer than the lease: nobody else takes the letter up, and it goes once', async () => {
  const w = await open();
  await w.request(MONDAY);
  let sent = 0;
  let letGo = (): void => undefined;
  const gate = new Promise<void>((resolve) => { letGo = resolve; });
  const shell: Shell = { ...w.shell, clock: { now: () => instant(Date.now()) }, leaseMs: 1_500, mail: { send: async () => { sent++; await gate; } } };
  const lease = (): Parameters<typeof claimDue>[2] => ({ owner: shell.owner, now: shell.clock.now(), leaseMs: shell.leaseMs, limit: 8 });
  const [claim, ...more] = await claimDue(shell.db, 'outbox', lease());
  if (!claim) throw new Error('no letter is due');
  expect(more).toEqual([]);
  const working = work(shell, WORKERS, claim);
  await until('the end of the first lease, and half of another', async () => {
    expect(await claimDue(shell.db, 'outbox', lease())).toEqual([]);
    return Date.now() > claim.leaseUntil + 750;
  });
  letGo();
  await working;
  expect(await runDue(shell, WORKERS, 'outbox', 8)).toBe(0);
  expect(sent).toBe(1);
  expect(await w.all('select state, lease_owner from outbox')).toEqual([{ state: 'sent', lease_owner: null }]);
});

// A 404 proves nothing

test.each<[string, boolean]>([['answered', false], ['whose answer was lost', true]])('events.get knows nothing of the event right after an insert %s: nothing is given up, and it lands once', async (_, isLost) => {
  const w = await open();
  await trouble(w, { method: 'GET', pathPattern: '/events/mk', status: 404, times: 3 });
  if (isLost) await trouble(w, { ...INSERTS, mode: 'dropAnswer' });
  const { id } = (await w.request(FREE)).body;
  expect(await requestOf(w, id)).toMatchObject({ state: 'booking' });
  expect(await liveHolds(w)).toHaveLength(1);
  await goOn(w);
  await expectLanded(w, id, FREE);
  expect((await w.writes()).filter((x) => x.eventId.startsWith('mk')).map((x) => x.kind)).toEqual(['insert', 'patch']);
  expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('Invitation')]);
});

test('a calendar that cannot be found is frozen: what waits is the coach\'s, nothing lands, and the next good read lifts it', async () => {
  const w = await open();
  await trouble(w, { method: 'GET', pathPattern: String.raw`/events\?`, status: 404, times: 10_000 });
  // Not known yet: the look before the insert finds it out.
  const first = (await w.request(FREE)).body;
  expect(await pendingReason(w, first.id)).toBe('cannot-check');
  await w.settle();
  expect(await w.one(`select freeze_reason from calendars where role = 'sessions'`)).toEqual({ freeze_reason: expect.stringContaining('cannot be read') as string });
  const second = (await w.request(on(1, '15:00'), { name: 'Alex', email: 'alex@client.example' })).body;
  expect(second).toMatchObject({ state: 'pending_resolution', pending_reason: 'cannot-check' });
  await w.pass(3_600_000);
  expect((await w.writes()).filter((x) => x.eventId.startsWith('mk'))).toEqual([]);
  expect(await liveHolds(w)).toEqual([]);
  await expectNothingStuck(w);
  await googleIsBack(w);
  await w.pass(300_000);
  await w.settle();
  expect(await w.one(`select frozen_at from calendars where role = 'sessions'`)).toEqual({ frozen_at: null });
  await expectLanded(w, first.id, FREE);
  await expectLanded(w, second.id, on(1, '15:00'), 'alex@client.example');
});

// Time goes by while Google is away

test('Google is away until the chosen slot has begun: Dana stays, and hears of it by mail with fresh times', async () => {
  const w = await open({ policy: { offerLifetimeMs: 30 * DAY, freezeMs: 0 } });
  await askDana(w);
  const early = startsOn((await look(await linkTo(w, DANA.email))).page).find((s) => s < MONDAY);
  if (early === undefined) throw new Error('no slot before the session');
  await trouble(w, { method: 'GET', pathPattern: ANY_CALL, status: 503, times: 10_000 });
  expect((await choose(w, early)).status).toBe(200);
  await w.pass(early - w.now() + 60 * SECOND);
  await googleIsBack(w);
  await w.pass(300 * SECOND);
  expect(await w.one('select state from choices')).toEqual({ state: 'undone' });
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect((await w.writes()).filter((x) => x.eventId.startsWith(DANAS_INSTANCE))).toEqual([]);
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.stringContaining('Could we move'), expect.stringContaining('Could we move')]);
});

test('the choice comes to nothing after Dana has left the page that was still at it: she hears of it by mail', async () => {
  const w = await open();
  const id = await askDana(w);
  const hold = await holdCall(w, { method: 'GET', pathPattern: 'singleEvents=true' });
  const clicked = choose(w, TWO);
  await hold.held();
  // The first try, which is still under way; the daemon's page waits five seconds and then says that it is being done.
  w.setNow(at(w.now(), 9 / 3600));
  await w.addEvent({ summary: 'Dentist', start: TWO });
  await hold.letGo();
  await clicked;
  await w.settle();
  expect(await pendingReason(w, id)).toBe('asked');
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.stringContaining('Could we move'), expect.stringContaining('Could we move')]);
});

test('Google is away until Dana\'s session has begun: she stays, hears that her choice came to nothing, and Sam\'s request ends', async () => {
  const w = await open();
  const id = await askDana(w);
  await trouble(w, { method: 'GET', pathPattern: ANY_CALL, status: 503, times: 10_000 });
  await choose(w, TWO);
  await w.pass(MONDAY - w.now() + 60 * SECOND);
  await googleIsBack(w);
  await w.pass(300 * SECOND);
  await w.pass(300 * SECOND);
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  await expectDanaUntouched(w);
  expect(await requestOf(w, id)).toMatchObject({ state: 'expired' });
  expect(await liveHolds(w)).toEqual([]);
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.stringContaining('Could we move'), expect.stringContaining('Nothing to do any more')]);
  expect(await subjectsTo(w, SAM.email)).toHaveLength(1);
});

test('a look that is too old by the time of the insert: put off, and nothing is noted as sent that never left', async () => {
  const w = await open();
  const hold = await holdCall(w, { method: 'GET', pathPattern: 'singleEvents=true' });
  const asked = w.request(FREE);
  await hold.held();
  const lock = await w.shell.db.transaction();
  await lock.raw('select 1 from landings for update');
  await hold.letGo();
  await until('the wait for the lock', () => w.one(`select 1 as x from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`));
  w.setNow(at(w.now(), 6 / 3600));
  await lock.rollback();
  const { id } = (await asked).body;
  expect(await w.all(`select kind from google_writes where state in ('intended', 'sent')`)).toEqual([]);
  expect(await w.one('select state, attempts from landings')).toEqual({ state: 'intended', attempts: 1 });
  await w.pass(3 * SECOND);
  await expectLanded(w, id, FREE);
});

test('what is being written is not ended by the timer: the landing goes on after the start, and Sam has the time', async () => {
  const w = await open();
  const id = await askDana(w);
  await trouble(w, { ...INSERTS, mode: 'dropAnswer' });
  await trouble(w, { method: 'GET', pathPattern: '/events/mk', status: 503, times: 10_000 });
  await choose(w, TWO);
  await w.settle();
  expect(await w.one('select state from resolutions')).toEqual({ state: 'vacated' });
  await w.pass(MONDAY - w.now() + 60 * SECOND);
  expect(await w.one('select state from resolutions')).toEqual({ state: 'vacated' });
  expect(await liveHolds(w)).toHaveLength(1);
  await googleIsBack(w);
  await w.pass(400 * SECOND);
  await expectLanded(w, id, MONDAY);
  expect(await w.one('select state from resolutions')).toEqual({ state: 'landed' });
});

// The permission

test('the permission is gone before anything was sent: the request is the coach\'s, and goes on by itself when Kim connects again', async () => {
  const w = await open();
  await w.control('/grants/kill', { email: KIM.email });
  const { id } = (await w.request(FREE)).body;
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'cannot-check' });
  expect(await liveHolds(w)).toEqual([]);
  await connect(w);
  await w.settle();
  await expectLanded(w, id, FREE);
});

test('the same when another piece of work has found out before the landing did', async () => {
  const w = await open();
  await trouble(w, { method: 'GET', pathPattern: 'singleEvents=true', status: 503 });
  const { id } = (await w.request(FREE)).body;
  expect(await requestOf(w, id)).toMatchObject({ state: 'booking' });
  await w.control('/grants/kill', { email: KIM.email });
  w.setNow(at(w.now(), 0.1));
  await runDue(w.shell, WORKERS, 'calendars', 8);
  expect(await w.one('select state from grants')).toEqual({ state: 'broken' });
  await w.settle();
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'cannot-check' });
  expect(await liveHolds(w)).toEqual([]);
});

test('the permission is gone just as Sam picks: his choices stay, and he picks again when Kim has connected', async () => {
  const w = await open();
  const id = await offerSam(w);
  const offered = () => w.one<{ slots: { start: Instant }[] }>('select slots from offers');
  const before = await offered();
  const slot = before?.slots[0]?.start ?? instant(0);
  await w.control('/grants/kill', { email: KIM.email });
  await pick(w, slot);
  await w.settle();
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'offered' });
  expect(await liveHolds(w)).toEqual([]);
  expect(await offered()).toEqual(before);
  await connect(w);
  await w.settle();
  expect((await pick(w, slot)).status).toBe(200);
  await w.settle();
  await expectLanded(w, id, slot);
});

test('the permission is gone until the times have passed: everything ends', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.control('/grants/kill', { email: KIM.email });
  await choose(w, TWO);
  await w.pass(MONDAY - w.now() + 3_700_000);
  await w.pass(3_700_000);
  expect(await requestOf(w, id)).toMatchObject({ state: 'expired' });
  expect(await w.one('select state from resolutions')).toEqual({ state: 'ended' });
  expect(await liveHolds(w)).toEqual([]);
  await expectDanaUntouched(w);
});

test('Google\'s token endpoint refuses our client: that is about our settings, so no grant breaks, and with the right ones all goes on', async () => {
  const w = await open();
  const door = createServer((call, answer) => { call.resume(); answer.writeHead(401, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify({ error: 'invalid_client', error_description: 'The provided client secret is invalid.' })); });
  await new Promise<void>((resolve) => { door.listen(0, '127.0.0.1', resolve); });
  const wrong = compose({ ...w.settings, google: { ...w.settings.google, oauthRoot: `http://127.0.0.1:${(door.address() as AddressInfo).port}` } }, 'wrong', { clock: w.clock });
  try {
    w.setNow(at(w.now(), 2)); // the access token has ended
    await w.control('/clock', { offsetMs: w.now() - Date.now() });
    expect(await runDue(wrong.shell, WORKERS, 'calendars', 8)).toBe(1);
    const google = await wrong.shell.google(w.coachId);
    await expect(google.listWindow(KIM.email, { start: MONDAY, end: TWO })).rejects.toMatchObject({ code: 'GOOGLE_REFUSED', facts: { reason: 'invalid_client' } });
    expect(await w.one('select state from grants')).toEqual({ state: 'active' });
  } finally {
    await wrong.close();
    door.close();
  }
  await w.pass(3_700_000);
  const { id } = (await w.request(FREE)).body;
  await w.settle();
  await expectLanded(w, id, FREE);
});

test('a late failure of an old permission does not break the fresh one', async () => {
  const w = await open();
  const old = await w.shell.google(w.coachId);
  await w.control('/grants/kill', { email: KIM.email });
  await connect(w);
  await expect(old.listWindow(KIM.email, { start: MONDAY, end: TWO })).rejects.toMatchObject({ code: 'GOOGLE_GRANT_REVOKED' });
  expect(await w.one('select state from grants')).toEqual({ state: 'active' });
});
