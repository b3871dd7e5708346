/** Delivery: the queue, what the control API makes of it, and what a kill leaves. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { fate, releases, type Conditions } from '../../src/emulator/push/conditions.js';
import { allows } from '../../src/emulator/push/robots.js';
import { readWatch } from '../../src/emulator/push/watch-body.js';
import { startEmulator } from '../../src/emulator/index.js';
import { ANA, aWorld, clientFor, control, DANA, eventually, refusal, scratchDir, timed, type World } from './world.js';

const MAIN = fileURLToPath(new URL('../../dist/src/emulator/main.js', import.meta.url));
const HOUR = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');

interface Receiver { readonly address: string; readonly got: IncomingHttpHeaders[]; readonly answers: (number | 'silence')[] }

async function aReceiver(): Promise<Receiver> {
  const got: IncomingHttpHeaders[] = [], answers: (number | 'silence')[] = [];
  const server = createServer((request, response) => {
    got.push(request.headers);
    const answer = answers.shift() ?? 200;
    if (answer !== 'silence') response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => { server.closeAllConnections(); server.close(); });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`, got, answers };
}
const numbers = ({ got }: Receiver): number[] => got.map((each) => Number(each['x-goog-message-number']));
const channelsOf = ({ got }: Receiver): unknown[] => got.map((each) => each['x-goog-channel-id']);
const arrived = (receiver: Receiver, count: number) => eventually(() => expect(receiver.got).toHaveLength(count));
const idle = (world: Pick<World, 'control'>) => eventually(async () => expect(await world.control('GET', '/pushes')).toMatchObject({ waiting: 0 }));

const watch = ({ ana }: Pick<World, 'ana'>, id: string, { address }: Receiver, calendarId = 'primary') =>
  ana.events.watch({ calendarId, requestBody: { id, type: 'web_hook', address } });
const change = ({ ana }: Pick<World, 'ana'>) => ana.events.insert({ calendarId: 'primary', requestBody: HOUR });

test('a committed change is one message, however many rows it wrote; a refused write is none', async () => {
  const world = await aWorld(), receiver = await aReceiver();
  await watch(world, 'c-1', receiver);
  const { data } = await world.ana.events.insert({ calendarId: 'primary', requestBody: { ...HOUR, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] } });
  await world.ana.events.patch({ calendarId: 'primary', eventId: `${data.id}_20261201T120000Z`, requestBody: { summary: 'Other' } });
  await idle(world);
  const before = receiver.got.length;
  await world.ana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', requestBody: { location: 'Here' } });
  await refusal(world.ana.events.insert({ calendarId: 'primary', requestBody: { ...HOUR, id: data.id ?? '' } }));
  await idle(world);
  expect([before, receiver.got.length]).toEqual([3, 4]);
});

test('held messages go out in order when released, or when holding ends; under reorder in reverse', async () => {
  const world = await aWorld(), receiver = await aReceiver();
  expect(await world.control('POST', '/pushes', { hold: true })).toMatchObject({ mode: 'on', hold: true, waiting: 0 });
  await watch(world, 'c-1', receiver);
  for (let i = 0; i < 3; i++) await change(world);
  expect(await world.control('GET', '/pushes')).toMatchObject({ waiting: 4, held: 4, delivered: 0 });
  expect(await world.control('POST', '/pushes/release')).toEqual({ released: 4 });
  await arrived(receiver, 4);
  expect(numbers(receiver)).toEqual([...numbers(receiver)].sort((a, b) => a - b));
  await change(world);
  await world.control('POST', '/pushes', { hold: false });
  await arrived(receiver, 5);
  await world.control('POST', '/pushes', { hold: true, reorder: true });
  for (let i = 0; i < 3; i++) await change(world);
  await world.control('POST', '/pushes', { hold: false, reorder: false });
  await arrived(receiver, 8);
  const last = numbers(receiver).slice(-3);
  expect(last).toEqual([...last].sort((a, b) => b - a));
  await idle(world);
  expect(await world.control('GET', '/pushes')).toMatchObject({ mode: 'on', hold: false, waiting: 0, held: 0, delivered: 8, lost: 0 });
});

test('under reorder pairs are swapped on each channel; a lone one waits until reordering ends', async () => {
  const world = await aWorld(), receiver = await aReceiver(), second = await aReceiver();
  await watch(world, 'c-1', receiver);
  await arrived(receiver, 1);
  await world.control('POST', '/pushes', { reorder: true, double: true });
  await watch(world, 'c-2', second);
  for (let i = 0; i < 3; i++) await change(world);
  await arrived(receiver, 5);
  await arrived(second, 8);
  expect(second.got.map((each) => each['x-goog-resource-state'])).toEqual(['exists', 'exists', 'sync', 'sync', 'exists', 'exists', 'exists', 'exists']);
  const seen = numbers(receiver).slice(1);
  expect([seen[0], seen[2]]).toEqual([seen[1], seen[3]]);
  expect(seen[0]).toBeGreaterThan(seen[2] ?? 0);
  expect(await world.control('GET', '/pushes')).toMatchObject({ held: 2 });
  await world.control('POST', '/pushes', { reorder: false });
  await arrived(receiver, 7);
});

test('every n-th message is dropped, counted from the setting; numbers rise over the gap', async () => {
  const world = await aWorld(), receiver = await aReceiver();
  await watch(world, 'c-1', receiver);
  await change(world);
  await world.control('POST', '/pushes', { dropEvery: 2 });
  for (let i = 0; i < 4; i++) await change(world);
  await idle(world);
  expect(receiver.got).toHaveLength(4);
  expect(await world.control('GET', '/pushes')).toMatchObject({ dropEvery: 2, delivered: 4, lost: 2 });
  await world.control('POST', '/pushes', { dropEvery: 0 });
  await change(world);
  await arrived(receiver, 5);
});

test('a slow receiver holds up its own channel alone, and close does not wait for it', async () => {
  const dataDir = scratchDir();
  const world = await aWorld({ dataDir }), slow = await aReceiver(), quick = await aReceiver();
  slow.answers.push('silence');
  await watch(world, 'c-slow', slow);
  await watch(world, 'c-quick', quick);
  await change(world);
  await arrived(quick, 2);
  expect(slow.got).toHaveLength(1);
  await world.emulator.close();
  // What was cut off, and what waited behind it, is sent by the next run.
  const again = await startEmulator({ dataDir });
  onTestFinished(() => again.close());
  await arrived(slow, 3);
  expect(numbers(slow).slice(0, 2)).toEqual([1, 1]);
  expect(quick.got).toHaveLength(2);
});

test('a message that waits for its retry lets later ones pass, and goes on after a restart', async () => {
  const dataDir = scratchDir();
  const world = await aWorld({ dataDir }), receiver = await aReceiver();
  receiver.answers.push(503, 200, 503);
  await watch(world, 'c-1', receiver);
  await arrived(receiver, 1);
  await change(world);
  await arrived(receiver, 3);
  expect(numbers(receiver)[0]).toBe(1);
  expect(numbers(receiver)[1]).toBeGreaterThan(1);
  expect(numbers(receiver)[2]).toBe(1);
  await world.emulator.close();
  const again = await startEmulator({ dataDir });
  onTestFinished(() => again.close());
  await arrived(receiver, 4);
  expect(numbers(receiver)[3]).toBe(1);
});

test('stopping a channel drops what waits on it', async () => {
  const world = await aWorld(), receiver = await aReceiver();
  await world.control('POST', '/pushes', { hold: true });
  const { data } = await watch(world, 'c-1', receiver);
  await watch(world, 'c-2', receiver);
  await change(world);
  await world.ana.channels.stop({ requestBody: { id: 'c-1', resourceId: data.resourceId ?? '' } });
  expect(await world.control('GET', '/pushes')).toMatchObject({ waiting: 2, held: 2 });
  await world.control('POST', '/pushes', { hold: false });
  await arrived(receiver, 2);
  expect(channelsOf(receiver)).toEqual(['c-2', 'c-2']);
});

test('what waits on an expired channel is dropped', async () => {
  const world = await aWorld(), receiver = await aReceiver();
  await world.control('POST', '/pushes', { hold: true });
  await watch(world, 'c-1', receiver);
  await world.control('POST', '/clock', { offsetMs: 8 * 86_400_000 });
  await world.control('POST', '/pushes/release');
  await idle(world);
  expect(receiver.got).toEqual([]);
});

test('who lost access to a calendar hears no more of it', async () => {
  const world = await aWorld(), receiver = await aReceiver();
  const rule = { calendarId: 'primary', ruleId: `user:${DANA}` };
  await world.ana.acl.insert({ calendarId: 'primary', requestBody: { role: 'freeBusyReader', scope: { type: 'user', value: DANA } } });
  await watch({ ana: world.dana }, 'c-1', receiver, ANA);
  await change(world);
  await arrived(receiver, 2);
  await world.ana.acl.delete(rule);
  await change(world);
  await idle(world);
  expect(receiver.got).toHaveLength(2);
});

test('a message without a change is sent on demand, to a living channel', async () => {
  const world = await aWorld(), receiver = await aReceiver();
  await watch(world, 'c-1', receiver);
  await arrived(receiver, 1);
  await world.control('POST', '/pushes/send', { channelId: 'c-1' });
  await arrived(receiver, 2);
  expect(numbers(receiver)[1]).toBeGreaterThan(1);
  expect(await refusal(world.ana.channels.stop({ requestBody: { id: 'x'.repeat(5_000), resourceId: 'x' } }))).toEqual({ status: 404, reason: 'notFound' });
  await expect(world.control('POST', '/pushes/send', { channelId: 'c-9' })).rejects.toThrow('no living channel c-9');
  await expect(world.control('POST', '/pushes', { hold: 'yes' })).rejects.toThrow('400');
});

test('messages of committed changes survive kill -9, under their own numbers', async () => {
  if (!existsSync(MAIN)) throw new Error('build first: npm run build');
  const dataDir = scratchDir(), receiver = await aReceiver();
  const run = async () => {
    const child = fork(MAIN, ['--port', '0', '--data', dataDir, '--quiet'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    onTestFinished(() => { child.kill('SIGKILL'); });
    const [message] = await once(child, 'message') as [{ url: string }];
    return { child, url: message.url };
  };
  const first = await run();
  await control(first.url, 'POST', '/accounts', { email: ANA, name: 'Ana', timeZone: 'Europe/Berlin' });
  await control(first.url, 'POST', '/pushes', { hold: true });
  const ana = clientFor(first.url, ANA);
  await watch({ ana }, 'c-1', receiver);
  await change({ ana });
  await change({ ana });
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await run();
  expect(await control(second.url, 'GET', '/pushes')).toMatchObject({ hold: true, waiting: 3, held: 3 });
  await control(second.url, 'POST', '/pushes/release');
  await arrived(receiver, 3);
  expect(numbers(receiver)[0]).toBe(1);
  expect(new Set(numbers(receiver)).size).toBe(3);
});

test('what becomes of a message under each condition', () => {
  const fair: Conditions = { mode: 'on', hold: false, delayMs: 0, double: false, reorder: false, dropEvery: 0, syncFirst: false, robots: false };
  const under = (more: Partial<Conditions>, count = 1) => fate({ ...fair, ...more }, count);
  expect(under({})).toEqual({ copies: 1, when: 'now' });
  expect(under({ mode: 'off', hold: true })).toEqual({ copies: 0, when: 'now' });
  expect([1, 2, 3, 4].map((count) => under({ dropEvery: 2 }, count).copies)).toEqual([1, 0, 1, 0]);
  expect(under({ double: true, delayMs: 5 })).toEqual({ copies: 2, when: 'later' });
  expect(under({ hold: true, reorder: true, delayMs: 5 })).toEqual({ copies: 1, when: 'released' });
  expect(under({ reorder: true, delayMs: 5 })).toEqual({ copies: 1, when: 'paired' });
  const release = (before: Partial<Conditions>, after: Partial<Conditions>) => releases({ ...fair, ...before }, { ...fair, ...after });
  expect([release({ hold: true }, {}), release({ reorder: true }, {}), release({ hold: true }, { reorder: true })]).toEqual([true, true, true]);
  expect([release({}, {}), release({ hold: true }, { hold: true }), release({ reorder: true }, { hold: true }), release({ reorder: true }, { reorder: true })]).toEqual([false, false, false, false]);
});

test('a robots.txt: the longest rule of the group that is meant decides', () => {
  const rules = ['User-agent: *', 'Disallow: /', '', 'User-agent: other', 'User-Agent: APIs-Google # pushes', 'Disallow: /private', 'Allow: /private/push', 'Disallow: /*.php$', 'Disallow:'].join('\n');
  expect(['/push', '/private/x', '/private/push/1', '/a/b.php', '/a/b.php?x'].map((path) => allows(rules, path))).toEqual([true, false, true, false, true]);
  expect([allows('User-agent: *\nDisallow: /', '/push'), allows('User-agent: googlebot\nDisallow: /', '/push'), allows('<html>', '/push')]).toEqual([false, true, true]);
  expect(allows('User-agent: *\nDisallow: /\nUser-agent: APIs-Google\nDisallow:', '/push')).toBe(true);
});

test('when a channel ends: whole seconds, the strictest wish, a week without one, 30 days at most', () => {
  const now = 1_794_000_000_500, second = 1_000, day = 86_400_000;
  const end = (more: object) => readWatch({ id: 'c', type: 'web_hook', address: 'https://app.example/', ...more }, now).expirationMs;
  const floor = (ms: number) => Math.floor(ms / second) * second;
  expect(end({})).toBe(floor(now + 7 * day));
  expect(end({ params: { ttl: '60' } })).toBe(floor(now + 60 * second));
  expect(end({ params: { ttl: '60' }, expiration: String(now + 5 * second) })).toBe(floor(now + 5 * second));
  expect(end({ expiration: now + day })).toBe(floor(now + day));
  expect(end({ expiration: now + 400 * day })).toBe(floor(now + 30 * day));
  expect(end({ params: { ttl: '99999999' } })).toBe(floor(now + 30 * day));
  for (const wrong of [{ expiration: String(now) }, { params: { ttl: '0' } }, { params: { ttl: '1.5' } }, { params: { ttl: 'soon' } }]) expect(() => end(wrong)).toThrow('Invalid value');
});

test('a receiver that never ends its answer is let go', async () => {
  const world = await aWorld();
  const ended = new Promise<string>((resolve) => {
    const server = createServer((_request, response) => {
      response.writeHead(200);
      const writing = setInterval(() => response.write('x'.repeat(65_536)), 1);
      response.on('error', () => undefined).on('close', () => { clearInterval(writing); resolve('ended'); });
    });
    onTestFinished(() => { server.closeAllConnections(); server.close(); });
    server.listen(0, '127.0.0.1', () => {
      void world.ana.events.watch({ calendarId: 'primary', requestBody: { id: 'c-1', type: 'web_hook', address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` } });
    });
  });
  expect(await ended).toBe('ended');
  await idle(world);
  expect(await world.control('GET', '/pushes')).toMatchObject({ delivered: 1, lost: 0 });
});

test('a token that no header can carry is refused; any other arrives, in UTF-8', async () => {
  const world = await aWorld(), receiver = await aReceiver();
  const open = (id: string, token: string) => world.ana.events.watch({ calendarId: 'primary', requestBody: { id, type: 'web_hook', address: receiver.address, token } });
  for (const token of ['a\r\nX-Evil: 1', 'a\0b', '\u007f']) expect(await refusal(open('c-1', token))).toEqual({ status: 400, reason: 'invalid' });
  await open('c-1', 'Zoë 😀');
  await arrived(receiver, 1);
  expect(Buffer.from(String(receiver.got[0]?.['x-goog-channel-token']), 'latin1').toString()).toBe('Zoë 😀');
});

test('what DELETE /control overtakes on its way counts for nothing after', async () => {
  const world = await aWorld();
  let answer = (): void => undefined;
  const came = new Promise<void>((resolve) => {
    const server = createServer((_request, response) => { answer = () => response.writeHead(503).end(); resolve(); });
    onTestFinished(() => { server.closeAllConnections(); server.close(); });
    server.listen(0, '127.0.0.1', () => {
      void world.ana.events.watch({ calendarId: 'primary', requestBody: { id: 'c-1', type: 'web_hook', address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` } });
    });
  });
  await came;
  await world.control('DELETE', '');
  answer();
  await control(world.url, 'POST', '/accounts', { email: ANA, name: 'Ana', timeZone: 'UTC' });
  const receiver = await aReceiver();
  await watch(world, 'c-1', receiver);
  await arrived(receiver, 1);
  await idle(world);
  expect(await world.control('GET', '/pushes')).toMatchObject({ delivered: 1, lost: 0 });
});
