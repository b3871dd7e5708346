/**
 * How fast the emulator is, and how little it minds a million events.
 *
 *   npm run bench:emulator [-- --events 1000000] [--runs 30] [--json FILE]
 *
 * Each figure is the median of its runs, with the least and the most, and a ratio to a plain HTTP server that runs
 * beside it and sends the same bytes: builds its JSON anew, compresses it the same way, and does nothing else.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

const { values } = parseArgs({ options: { events: { type: 'string', default: '1000000' }, runs: { type: 'string', default: '30' }, json: { type: 'string' } } });
const EVENTS = Number(values.events), RUNS = Number(values.runs);
const MAIN = new URL('../dist/src/emulator/main.js', import.meta.url).pathname;
const BIG = 'big@coach.example', SMALL = 'small@coach.example', ZONE = 'Europe/Berlin';
const FIRST = Date.UTC(2020, 0, 6, 8), HOUR = 3_600_000, SPREAD_HOURS = 8 * 365 * 24;

const dataDir = mkdtempSync(join(tmpdir(), 'bench-emulator-'));
const rows = [];

/** Median, least and most of some numbers. */
function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], min: sorted[0], max: sorted.at(-1) };
}

/** Spawns a script and resolves with the ms until it says that it is ready (or until it ends). */
function spawned(args) {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve({ child, message, ms: performance.now() - began }));
    child.once('exit', (code) => (code === 0 ? resolve({ child, message: {}, ms: performance.now() - began }) : reject(new Error(`ended with ${code}`))));
  });
}

const ended = (child) => new Promise((resolve) => { child.once('exit', resolve); child.kill('SIGTERM'); });

async function call(url, method, path, { account = BIG, body } = {}) {
  const answer = await fetch(url + path, {
    method, headers: { authorization: `Bearer sandbox:${account}`, 'accept-encoding': 'gzip', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 200)}`);
  return text === '' ? {} : JSON.parse(text);
}

/** The same bytes from a server that knows nothing. */
async function plainServer(json) {
  const server = createServer((_request, response) => {
    const bytes = Buffer.from(JSON.stringify(json));
    const sent = bytes.length > 1_400 ? gzipSync(bytes, { level: 1 }) : bytes;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': sent.length, ...(sent === bytes ? {} : { 'content-encoding': 'gzip' }) }).end(sent);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}

async function timed(work, runs = RUNS) {
  const ms = [];
  for (let i = 0; i < runs + 3; i++) {
    const began = performance.now();
    await work(i);
    if (i >= 3) ms.push(performance.now() - began);
  }
  return spread(ms);
}

/** Measures a call against the plain server that answers with what the call answered. */
async function measure(what, ask) {
  const json = await ask(-1);
  const plain = await plainServer(json);
  const [ours, theirs] = [await timed(ask), await timed(() => call(plain.url, 'GET', '/'))];
  await plain.close();
  rows.push({ what, items: json.items?.length ?? null, ...ours, plainMedian: theirs.median, ratio: ours.median / theirs.median });
}

function event(i) {
  const start = FIRST + ((i * 7919) % SPREAD_HOURS) * HOUR;
  return {
    id: `bench${String(i).padStart(9, '0')}`, summary: `Session ${i}`, description: 'Weekly session', start: { dateTime: new Date(start).toISOString(), timeZone: ZONE },
    end: { dateTime: new Date(start + HOUR).toISOString(), timeZone: ZONE }, attendees: [{ email: `client${i % 500}@client.example`, responseStatus: 'accepted' }],
    ...(i % 500 === 0 ? { recurrence: ['RRULE:FREQ=WEEKLY'] } : {}), ...(i % 10 === 0 ? { extendedProperties: { private: { session: `s${i}` } } } : {}),
  };
}

async function load(url, calendarId, from, to) {
  for (let at = from; at < to; at += 5_000) {
    const events = Array.from({ length: Math.min(5_000, to - at) }, (_, i) => event(at + i));
    await call(url, 'POST', '/control/events', { body: { calendarId, events } });
  }
}

async function startTimes(what, args) {
  const ms = [];
  for (let i = 0; i < 7; i++) {
    const { child, ms: each } = await spawned(args);
    ms.push(each);
    if (child.exitCode === null) await ended(child);
  }
  return { what, ...spread(ms) };
}

const nodeAlone = await startTimes('node alone', ['-e', 'process.send({})']);
const emptyDir = mkdtempSync(join(tmpdir(), 'bench-empty-'));
const startEmpty = await startTimes('start, empty folder', [MAIN, '--data', emptyDir, '--quiet']);

const { child, message: { url } } = await spawned([MAIN, '--data', dataDir, '--quiet']);
for (const email of [BIG, SMALL]) await call(url, 'POST', '/control/accounts', { body: { email, name: email, timeZone: ZONE } });
await load(url, SMALL, 0, 2_500);
const began = performance.now();
await load(url, BIG, 0, EVENTS);
const loadedIn = performance.now() - began;

const list = (query, account = BIG) => call(url, 'GET', `/calendar/v3/calendars/primary/events?${query}`, { account });
const page = (query) => `maxResults=2500&${query}`;
const week = 'timeMin=2026-11-23T00:00:00Z&timeMax=2026-11-30T00:00:00Z';

/** A page token from the middle of the big list. */
async function middle() {
  let pageToken = '';
  for (let i = 0; i < Math.min(100, EVENTS / 5_000); i++) ({ nextPageToken: pageToken } = await list(`${page('fields=nextPageToken')}${pageToken === '' ? '' : `&pageToken=${pageToken}`}`));
  return pageToken;
}
await measure('2,500 events, of a calendar of 2,500', () => list(page(''), SMALL));
await measure(`2,500 events, first page of ${EVENTS.toLocaleString('en')}`, () => list(page('')));
const pageToken = await middle();
await measure(`2,500 events, a page from the middle of ${EVENTS.toLocaleString('en')}`, () => list(`${page('')}&pageToken=${pageToken}`));
await measure('one week, not expanded (big calendar)', () => list(`${page(week)}`));
await measure('one week, expanded, by start (big calendar)', () => list(`${page(week)}&singleEvents=true&orderBy=startTime`));
await measure('by iCalUID (big calendar)', () => list('iCalUID=bench000000010%40google.com'));
await measure('by a private property (big calendar)', () => list('privateExtendedProperty=session%3Ds10'));
await measure('free/busy of two weeks (big calendar)', () => call(url, 'POST', '/calendar/v3/freeBusy', { body: { timeMin: '2026-11-23T00:00:00Z', timeMax: '2026-12-07T00:00:00Z', items: [{ id: 'primary' }] } }));
await measure('get one event (big calendar)', () => call(url, 'GET', '/calendar/v3/calendars/primary/events/bench000000007'));
await measure('insert (big calendar)', () => call(url, 'POST', '/calendar/v3/calendars/primary/events', { body: { summary: 'x', start: { dateTime: '2026-11-24T10:00:00Z' }, end: { dateTime: '2026-11-24T11:00:00Z' } } }));

await ended(child);
const startFull = await startTimes(`start, ${EVENTS.toLocaleString('en')} events`, [MAIN, '--data', dataDir, '--quiet']);

const result = {
  machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, memoryGb: Math.round(totalmem() / 2 ** 30), node: process.version },
  events: EVENTS, runs: RUNS, loadedInMs: Math.round(loadedIn),
  starts: [nodeAlone, startEmpty, startFull].map((each) => ({ ...each, ratio: each.median / nodeAlone.median })), calls: rows,
};
const ms = (n) => n.toFixed(n < 10 ? 2 : 0).padStart(8);
console.log(`${result.machine.cores} × ${result.machine.cpu}, Node ${result.machine.node}; ${EVENTS.toLocaleString('en')} events loaded in ${(loadedIn / 1000).toFixed(1)} s; ${RUNS} runs each\n`);
console.log(`${'call'.padEnd(60)}${'items'.padStart(6)}${'median'.padStart(8)}${'min'.padStart(8)}${'max'.padStart(8)}${'plain'.padStart(8)}${'ratio'.padStart(7)}   (ms)`);
for (const each of rows) console.log(`${each.what.padEnd(60)}${String(each.items ?? '').padStart(6)}${ms(each.median)}${ms(each.min)}${ms(each.max)}${ms(each.plainMedian)}${each.ratio.toFixed(1).padStart(7)}`);
for (const each of result.starts) console.log(`${each.what.padEnd(66)}${ms(each.median)}${ms(each.min)}${ms(each.max)}${''.padStart(8)}${each.ratio.toFixed(1).padStart(7)}`);
writeFileSync(values.json ?? new URL('emulator.json', import.meta.url).pathname, `${JSON.stringify(result, null, 2)}\n`);
rmSync(dataDir, { recursive: true, force: true });
rmSync(emptyDir, { recursive: true, force: true });
