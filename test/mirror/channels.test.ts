/** Channels and pushes, against the emulator's own pushes over HTTP. */
import { request as httpRequest } from 'node:http';
import { beforeEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, plus, type Instant } from '../../src/kernel/interval.js';
import { channelToken } from '../../src/mirror/channel.store.js';
import { hearPush } from '../../src/mirror/watch.flow.js';
import { WORKERS } from '../../src/ops/compose.js';
import { sweep } from '../../src/ops/housekeeping.flow.js';
import { claimDue } from '../../src/work/due.store.js';
import { drain } from '../../src/work/run-due.flow.js';
import type { Shell } from '../../src/work/shell.port.js';
import { on, trouble, until, worlds } from '../support/story.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { KIM, type World } from '../support/world.js';

const SECOND = 1_000;
const WATCH = { method: 'POST', pathPattern: '/events/watch' } as const;
const STOP = { method: 'POST', pathPattern: '/channels/stop' } as const;
const open = worlds();

interface ChannelRow { id: string; state: string; resource_id: string | null; expires_at: Instant | null; opened_at: Instant | null; renew_at: Instant | null; greeted_at: Instant | null; wake_at: Instant | null; refused_reason: string | null; last_message_number: number; token_hash: Buffer; calendar_id: string }
const channels = (w: World): Promise<ChannelRow[]> => w.all<ChannelRow>('select * from channels order by created_at, id');
const live = async (w: World): Promise<ChannelRow> => {
  const found = (await channels(w)).filter((c) => c.state === 'open');
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} channels are open`);
  return found[0];
};
interface CalendarState { dirty: number; pulled: number; pushes: number; wake_at: Instant; push_misses: number; missed_by_push: number; push_proven_at: Instant | null; attempts: number }
const calendar = async (w: World): Promise<CalendarState> => {
  const row = await w.one<CalendarState>(`select * from calendars where role = 'sessions'`);
  if (!row) throw new Error('Kim has no calendar');
  return row;
};
const calls = async (w: World, kind: RegExp): Promise<number> => (await w.reads()).filter((r) => kind.test(`${r.method} ${r.path}`)).length;
const listCalls = (w: World): Promise<number> => calls(w, /^GET .*\/events$/);
/** Whether Google still has it. */
const standsAtGoogle = async (w: World, id: string): Promise<boolean> =>
  (await fetch(`${w.emulator.url}/control/pushes/send`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ channelId: id }) })).ok;
const idle = (w: World): Promise<unknown> => until('the end of the pushes', async () => (await w.control('/pushes')).waiting === 0);

/** A push as Google sends it; `about` says what is different. */
function push(w: World, c: ChannelRow, number: number, about: Record<string, string> = {}): Promise<number> {
  const headers = { 'content-length': '0', 'x-goog-channel-id': c.id, 'x-goog-channel-token': channelToken(w.shell.keys, c.id), 'x-goog-resource-id': c.resource_id ?? '', 'x-goog-resource-state': 'exists', 'x-goog-message-number': String(number), ...about };
  return new Promise((resolve, reject) => {
    httpRequest(`${w.url}/google/push`, { method: 'POST', headers }, (answer) => { answer.resume(); resolve(answer.statusCode ?? 0); }).on('error', reject).end();
  });
}

describe('pushes that come in', () => {
  let w: World;
  beforeEach(async () => { w = await open({ events: [] }); });

  test('one that is ours makes the calendar dirty, wakes its pull, and counts once', async () => {
    const c = await live(w);
    const before = await calendar(w);
    expect(await push(w, c, 7)).toBe(204);
    expect(await calendar(w)).toMatchObject({ dirty: before.dirty + 1, pushes: 1, wake_at: w.now() });
    expect(await live(w)).toMatchObject({ last_message_number: 7, greeted_at: w.now() });
  });

  test.each([
    ['a wrong secret', { 'x-goog-channel-token': 'x'.repeat(43) }], ['no secret', { 'x-goog-channel-token': '' }], ['the resource of another calendar', { 'x-goog-resource-id': 'another' }],
    ['an id of nobody', { 'x-goog-channel-id': '00000000-0000-4000-8000-000000000000' }], ['an id that is none', { 'x-goog-channel-id': `'; drop table channels; --` }],
  ])('%s: answered like any other, and nothing changes', async (_, about) => {
    const c = await live(w);
    const before = await w.fingerprint();
    expect(await push(w, c, 7, about)).toBe(204);
    expect(await w.fingerprint()).toBe(before);
  });
  test('one for a channel that is over changes nothing', async () => {
    const c = await live(w);
    await w.shell.db.raw(`update channels set state = 'closed', wake_at = null`);
    const before = await w.fingerprint();
    expect(await push(w, c, 7)).toBe(204);
    expect(await w.fingerprint()).toBe(before);
  });

  test('doubled, late and reordered messages say nothing new; one without a number does', async () => {
    const c = await live(w);
    const before = await calendar(w);
    for (const number of [5, 5, 4, 1, 5]) await push(w, c, number);
    expect(await calendar(w)).toMatchObject({ dirty: before.dirty + 1, pushes: 1 });
    await push(w, c, 6);
    await push(w, c, 0);
    expect(await calendar(w)).toMatchObject({ dirty: before.dirty + 3 });
    expect(await live(w)).toMatchObject({ last_message_number: 6 });
  });

  test('"sync" greets and wakes nothing', async () => {
    const c = await live(w);
    const before = await calendar(w);
    await push(w, c, 1, { 'x-goog-resource-state': 'sync' });
    expect(await calendar(w)).toEqual(before);
    expect(await live(w)).toMatchObject({ greeted_at: w.now(), last_message_number: 1 });
  });

  test('a hundred at once are one pull', async () => {
    const c = await live(w);
    const before = { ...(await calendar(w)), lists: await listCalls(w) };
    await w.addEvent({ summary: 'Moved about', start: on(0, '10:00') });
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => push(w, c, i + 2)));
    expect(new Set(answers)).toEqual(new Set([204]));
    expect((await calendar(w)).dirty).toBeGreaterThan(before.dirty);
    await w.settle();
    expect(await listCalls(w)).toBe(before.lists + 1);
    expect(await calendar(w)).toMatchObject({ pulled: (await calendar(w)).dirty });
  });

  test('during a pull: the calendar is read once more, and once only', async () => {
    const c = await live(w);
    const before = await listCalls(w);
    await push(w, c, 2);
    const google = await w.shell.google(w.coachId);
    let n = 0;
    const shell: Shell = { ...w.shell, google: () => Promise.resolve({ ...google, listEvents: async (...args) => { const page = await google.listEvents(...args); if (n++ === 0) for (const number of [3, 4, 5]) await push(w, c, number); return page; } }) };


    await drain(shell, WORKERS);
    expect(await listCalls(w)).toBe(before + 2);
  });

  test('one for a calendar that is put off after failures does not hasten it', async () => {
    const c = await live(w);
    await trouble(w, { method: 'GET', pathPattern: '/events', status: 429, times: 100 });
    await w.shell.db.raw(`update calendars set wake_at = '${new Date(w.now()).toISOString()}'`);
    await w.settle();
    const put = await calendar(w);
    expect(put.attempts).toBeGreaterThan(0);
    for (let n = 2; n < 30; n++) await push(w, c, n);
    expect(await calendar(w)).toMatchObject({ wake_at: put.wake_at, dirty: put.dirty + 28 });
  });
});

describe('the life of a channel', () => {
  test('each calendar has one of its own, with a secret of its own; only the hash is stored', async () => {
    const w = await open({ events: [] });
    const c = await live(w);
    expect(c.token_hash).toHaveLength(32);
    expect(channelToken(w.shell.keys, c.id)).toHaveLength(43);
    expect(await w.fingerprint()).not.toContain(channelToken(w.shell.keys, c.id));
    const life = (c.expires_at ?? 0) - (c.opened_at ?? 0);
    expect((c.renew_at ?? 0) - (c.opened_at ?? 0)).toBeGreaterThanOrEqual(life / 2 - SECOND);
    expect((c.renew_at ?? 0) - (c.opened_at ?? 0)).toBeLessThanOrEqual(0.9 * life + SECOND);
  });

  test('the first push comes before the answer of the call that opened it: it is known, and the calendar is not forgotten', async () => {
    const w = await open({ events: [] });
    await w.control('/pushes', { mode: 'on', syncFirst: true });
    await w.shell.db.raw(`update channels set state = 'closed', wake_at = null`);
    await sweep(w.shell);
    await w.settle();
    const c = await live(w);
    expect(c.greeted_at).not.toBeNull();
    expect(await calendar(w)).toMatchObject({ pushes: 0 });
  });

  test('is renewed with overlap: the new one stands for ten minutes before the old one is stopped, and both count', async () => {
    const w = await open({ events: [] });
    const old = await live(w);
    await w.pass((old.renew_at ?? w.now()) - w.now());
    const now = await live(w);
    expect(now.id).not.toBe(old.id);
    expect([await standsAtGoogle(w, old.id), await standsAtGoogle(w, now.id)]).toEqual([true, true]);
    const before = await calendar(w);
    await push(w, old, 50);
    expect((await calendar(w)).dirty).toBe(before.dirty + 1);
    await w.pass(9 * MINUTE);
    expect(await standsAtGoogle(w, old.id)).toBe(true);
    await w.pass(2 * MINUTE);
    expect([await standsAtGoogle(w, old.id), await standsAtGoogle(w, now.id)]).toEqual([false, true]);
    expect((await channels(w)).map((c) => c.state).sort()).toEqual(['closed', 'open']);
  });

  test('as long as its successor cannot be opened, the old one is kept, to its end', async () => {
    const w = await open({ events: [] });
    const old = await live(w);
    await trouble(w, { ...WATCH, status: 503, times: 1_000 });
    await w.pass((old.renew_at ?? w.now()) - w.now());
    for (let i = 0; i < 8; i++) await w.pass(15 * MINUTE);
    expect(await standsAtGoogle(w, old.id)).toBe(true);
    expect(await calls(w, /channels\/stop/)).toBe(0);
    await w.pass((old.expires_at ?? w.now()) - w.now() + HOUR);
    expect((await channels(w)).find((c) => c.id === old.id)).toMatchObject({ state: 'closed' });
    expect(await calls(w, /channels\/stop/)).toBe(0); // it has ended by itself
    await fetch(`${w.emulator.url}/control/rules`, { method: 'DELETE' });
    await w.pass(6 * MINUTE);
    await live(w);
  });

  test('Google gives it a shorter life than asked: it is renewed in that life', async () => {
    const w = await open({ events: [] });
    await w.shell.db.raw(`update channels set state = 'closed', wake_at = null`);
    const expiration = plus(w.now(), 20 * MINUTE);
    const google = await w.shell.google(w.coachId);
    await sweep(w.shell);
    await drain({ ...w.shell, google: () => Promise.resolve({ ...google, watch: async (...args) => ({ ...(await google.watch(...args)), expiresAt: expiration }) }) }, WORKERS);
    const c = await live(w);
    expect(c.expires_at).toBe(expiration);
    expect((c.renew_at ?? 0) - w.now()).toBeLessThanOrEqual(18 * MINUTE);
    await w.pass(18 * MINUTE);
    expect((await live(w)).id).not.toBe(c.id);
  });

  test.each([['the answer is lost', { mode: 'dropAnswer' }], ['Google has a fault, and did it all the same', { status: 503, applied: true }]] as const)(
    'opening, and %s: pushes by that channel count; another takes its place, and it is stopped by the name that the other one learnt', async (_, fault) => {
      const w = await open({ events: [] });
      await w.shell.db.raw(`update channels set state = 'closed', wake_at = null`);
      await w.control('/rules', { ...WATCH, ...fault });
      await sweep(w.shell);
      await w.settle();
      const lost = (await channels(w)).find((c) => c.state === 'opening');
      if (!lost) throw new Error('nothing is opening');
      expect(await standsAtGoogle(w, lost.id)).toBe(true);
      const before = await calendar(w);
      await push(w, lost, 3, { 'x-goog-resource-id': 'known-by-google' });
      expect((await calendar(w)).dirty).toBe(before.dirty + 1);
      await w.shell.db.raw(`update channels set resource_id = null where id = ?`, [lost.id]); // as if no push had told it
      await w.pass(5 * SECOND);
      const now = await live(w);
      expect(now.id).not.toBe(lost.id);
      expect((await channels(w)).find((c) => c.id === lost.id)).toMatchObject({ state: 'closing' });
      await w.pass(11 * MINUTE);
      await w.pass(11 * MINUTE);
      expect([await standsAtGoogle(w, lost.id), await standsAtGoogle(w, now.id)]).toEqual([false, true]);
      expect((await channels(w)).find((c) => c.id === lost.id)).toMatchObject({ state: 'closed' });
    });

  test('a calendar that cannot be watched is remembered with its reason, polled, and asked again after a week', async () => {
    const w = await open({ events: [] });
    await w.shell.db.raw(`update channels set state = 'closed', wake_at = null`);
    await trouble(w, { ...WATCH, status: 400, reason: 'pushNotSupportedForRequestedResource' });
    await sweep(w.shell);
    await w.settle();
    expect((await channels(w)).find((c) => c.state === 'refused')).toMatchObject({ refused_reason: 'pushNotSupportedForRequestedResource', wake_at: plus(w.now(), 7 * DAY) });
    const watches = await calls(w, /events\/watch/);
    await w.addEvent({ id: 'added1', summary: 'New', start: on(0, '10:00') });
    for (let i = 0; i < 5; i++) { await w.pass(15 * MINUTE); await sweep(w.shell); }
    expect(await w.all(`select 1 from events where id = 'added1'`)).toHaveLength(1);
    expect(await calls(w, /events\/watch/)).toBe(watches);
    await w.pass(7 * DAY);
    await live(w);
  });

  test.each([[404, 'notFound', 'closed'], [403, 'forbidden', 'closed'], [400, 'badRequest', 'closed']] as const)('stopping: %i %s is no reason to go on', async (status, reason, state) => {
    const w = await open({ events: [] });
    const old = await live(w);
    await trouble(w, { ...STOP, status, reason });
    await w.shell.db.raw(`update calendars set role = 'ignored'`);
    await sweep(w.shell);
    await w.settle();
    expect((await channels(w)).find((c) => c.id === old.id)).toMatchObject({ state, wake_at: null });
  });
  test('stopping, and the permission is gone: the channel rests, and is stopped when the coach has connected again', async () => {
    const w = await open({ events: [] });
    await w.control('/grants/kill', { email: 'kim@coach.example' });
    await w.shell.db.raw(`update grants set access_expires_at = null, access_token_sealed = null`);
    await w.shell.db.raw(`update calendars set role = 'ignored'`);
    await sweep(w.shell);
    await w.settle();
    expect((await channels(w))[0]).toMatchObject({ state: 'closing', wake_at: null });
    await walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, KIM.email);
    await w.settle();
    expect((await channels(w))[0]).toMatchObject({ state: 'closed', wake_at: null });
  });

  test('our address has changed: channels to the old one are given up, and what was proven about them', async () => {
    const w = await open({ events: [] });
    const old = await live(w);
    await w.shell.db.raw(`update calendars set push_proven_at = '${new Date(w.now()).toISOString()}'`);
    await sweep({ ...w.shell, pushAddress: `${w.url}/google/push?moved` });
    expect(await w.all('select address, state from channels order by state')).toEqual([{ address: `${w.url}/google/push`, state: 'closing' }, { address: `${w.url}/google/push?moved`, state: 'opening' }]);
    expect((await calendar(w)).push_proven_at).toBeNull();
    expect(old.state).toBe('open');
  });
});

describe('push health', () => {
  test('a change that comes by push proves it, and the calendar is then read every two hours at most', async () => {
    const w = await open({ events: [], pushes: true });
    await idle(w);
    await w.settle();
    await w.pass(HOUR);
    await w.addEvent({ summary: 'New', start: on(0, '10:00') });
    await idle(w);
    await w.settle();
    const c = await calendar(w);
    expect(c).toMatchObject({ push_proven_at: w.now(), push_misses: 0 });
    expect(c.wake_at - w.now()).toBeGreaterThanOrEqual(90 * MINUTE);
    expect(c.wake_at - w.now()).toBeLessThanOrEqual(150 * MINUTE);
  });

  test('changes that no push announces are counted; twice in a row, and it is polled again; the channel is replaced', async () => {
    const w = await open({ events: [], pushes: true });
    await idle(w);
    await w.settle();
    await w.addEvent({ summary: 'Announced', start: on(0, '10:00') });
    await idle(w);
    await w.settle();
    const old = await live(w);
    await w.control('/pushes', { mode: 'off' });
    await w.pass(DAY);
    for (let n = 1; n <= 2; n++) {
      await w.addEvent({ summary: `Missed ${n}`, start: on(n, '10:00') });
      await w.pass(3 * HOUR);
      await w.pass(3 * HOUR);
      expect(await calendar(w)).toMatchObject({ missed_by_push: n, push_misses: n });
    }
    expect((await calendar(w)).wake_at - w.now()).toBeLessThanOrEqual(13 * MINUTE);
    const report = await sweep(w.shell);
    expect(report.counts).toMatchObject({ replaced: 1 });
    await w.pass(6 * MINUTE);
    expect((await live(w)).id).not.toBe(old.id);
    expect((await sweep(w.shell)).counts).toMatchObject({ replaced: 0 }); // a day old first
  });

  test('a push that is late is no miss', async () => {
    const w = await open({ events: [], pushes: true });
    await idle(w);
    await w.settle();
    await w.control('/pushes', { hold: true });
    await w.pass(MINUTE);
    await w.addEvent({ summary: 'Polled first', start: on(0, '10:00') });
    await w.shell.db.raw(`update calendars set wake_at = '${new Date(w.now()).toISOString()}'`);
    await w.settle();
    expect(await w.one('select unannounced_at from calendars where unannounced_at is not null')).toEqual({ unannounced_at: w.now() });
    await w.control('/pushes', { hold: false });
    await idle(w);
    await w.settle();
    await w.pass(4 * HOUR);
    await w.pass(4 * HOUR);
    expect(await calendar(w)).toMatchObject({ missed_by_push: 0, push_misses: 0 });
  });

  test('what we write ourselves proves nothing and misses nothing', async () => {
    const w = await open({ events: [] });
    const answer = await w.request(on(0, '10:00'));
    expect(answer.status).toBe(201);
    await w.settle();
    for (let i = 0; i < 4; i++) await w.pass(5 * MINUTE);
    expect(await calendar(w)).toMatchObject({ missed_by_push: 0, push_proven_at: null });
  });

  test('a channel by which nothing ever came is replaced after a day, and then again after a day', async () => {
    const w = await open({ events: [] });
    const first = await live(w);
    expect(first.greeted_at).toBeNull();
    expect((await sweep(w.shell)).counts).toMatchObject({ replaced: 0 });
    await w.pass(DAY + MINUTE);
    expect((await sweep(w.shell)).counts).toMatchObject({ replaced: 1 });
    await w.pass(6 * MINUTE);
    const second = await live(w);
    expect(second.id).not.toBe(first.id);
    expect((await sweep(w.shell)).counts).toMatchObject({ replaced: 0 });
  });
});

test('hearing a push is one statement', async () => {
  const w = await open({ events: [] });
  const c = await live(w);
  const statements: string[] = [];
  w.shell.db.on('query', (q: { sql: string }) => statements.push(q.sql));
  await hearPush(w.shell, { channelId: c.id, token: channelToken(w.shell.keys, c.id), resourceId: c.resource_id ?? '', state: 'exists', messageNumber: 9 });
  expect(statements).toHaveLength(1);
  w.shell.db.removeAllListeners('query');
  expect(await claimDue(w.shell.db, 'calendars', { owner: 'x', now: w.now(), leaseMs: 1, limit: 1, reading: 'changes' })).toHaveLength(1);
});
