/** The same with a real daemon that is really killed: in the middle of pulls, again and again, and started anew. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DANA, KIM, newGrounds, until, type Grounds } from '../support/daemon.js';
import { SEED } from '../support/seed.js';
import { call, control } from './converge-call.js';
import { anyEdit, perform, type Edit, type Scene } from './converge-edits.js';
import { differences } from './converge-truth.js';

const DAY_MS = 86_400_000;
let grounds: Grounds;
beforeAll(async () => { grounds = await newGrounds(); }, 60_000);
afterAll(async () => { await grounds.close(); });

/** Each step of a pull and of what brings it about. */
const DEATHS = ['commit pull', 'commit push', 'commit pull-page', 'commit pull', 'commit push', 'commit pull'];

test('a daemon that is killed at every step of its pulls: after the last start the mirror is what Google says', async () => {
  const first = grounds.start();
  await first.ready();
  await until(async () => (await grounds.unrest()).length === 0, 'the first read is done');
  const coach = await grounds.one<{ id: string }>(`select id from coaches where email = '${KIM}'`);
  const scene: Scene = { url: grounds.emulator.url, coach: KIM, guest: DANA, base: Math.floor(Date.now() / DAY_MS) * DAY_MS, own: [KIM, KIM], known: [], parts: new Set(), doubtful: new Set(), made: 0 };
  const edits: Edit[] = fc.sample(anyEdit(0), { seed: SEED, numRuns: DEATHS.length * 8 });
  await first.kill();
  let deaths = 0;
  for (const after of DEATHS) {
    const daemon = grounds.start({}, { after, nth: 1 });
    await daemon.ready().catch(() => undefined); // it may die before it is ready
    for (const edit of edits.splice(0, 8)) await perform(scene, edit);
    await call(scene.url, 'POST', `/calendar/v3/calendars/${KIM}/events`, { as: KIM, body: { summary: 'a nudge', start: { dateTime: new Date().toISOString() }, end: { dateTime: new Date(Date.now() + 60_000).toISOString() } } });
    const hasDied = await daemon.ended(6_000).catch(() => false);
    if (hasDied) deaths++;
    await daemon.kill();
  }
  await control(scene.url, 'POST', '/copies', { lagMs: 0 });
  await grounds.start().ready();
  await grounds.db.raw(`update calendars set wake_at = now() where role in ('sessions', 'busy') and wake_at is not null`);
  const began = Date.now();
  await until(async () => (await grounds.unrest()).length === 0 && (await grounds.all(`select 1 from calendars where role in ('sessions', 'busy') and (last_pull_at is null or last_pull_at < to_timestamp(${began / 1000}))`)).length === 0, 'every calendar was read');
  const nowMs = Date.now();
  expect(await differences(grounds.db, { url: scene.url, coach: KIM, coachId: coach?.id ?? '', nowMs, untilMs: nowMs + 119 * DAY_MS, isExact: false, doubtful: scene.doubtful }), `seed ${SEED}`).toEqual([]);
  expect(deaths).toBeGreaterThan(DEATHS.length / 2);
  expect((await grounds.catcher.mails()).filter((m) => !m.from.includes('google.example'))).toEqual([]);
}, 240_000);
