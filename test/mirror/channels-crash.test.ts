/** The process ends at each step of a channel's life, in this process: its lease is simply never given back. The steps with
 *  a real `kill -9` are in test/stories/crash-channels.test.ts. */
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE, plus } from '../../src/kernel/interval.js';
import { tendChannel } from '../../src/mirror/watch.flow.js';
import { sweep } from '../../src/ops/housekeeping.flow.js';
import { claimDue } from '../../src/work/due.store.js';
import type { Shell } from '../../src/work/shell.port.js';
import { worlds } from '../support/story.js';
import type { World } from '../support/world.js';

const open = worlds();
const GONE = new Error('the process is gone');

/** What Google holds: whoever of ours can still be pushed to. */
async function standing(w: World): Promise<string[]> {
  const stands: string[] = [];
  for (const { id } of await w.all<{ id: string }>('select id from channels order by created_at')) {
    const answer = await fetch(`${w.emulator.url}/control/pushes/send`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ channelId: id }) });
    if (answer.ok) stands.push(id);
  }
  return stands;
}
/** Does the due work on channels, and dies: after the call to Google, before its commit; or after the commit, before the row is given back. */
async function dieOn(w: World, when: 'before the commit' | 'after the commit'): Promise<void> {
  const google = await w.shell.google(w.coachId);
  const dying: Shell = when === 'after the commit' ? w.shell : { ...w.shell, google: () => Promise.resolve({
    ...google,
    watch: async (...args) => { await google.watch(...args); throw GONE; },
    stopChannel: async (...args) => { await google.stopChannel(...args); throw GONE; },
  }) };
  const claims = await claimDue(w.shell.db, 'channels', { owner: 'gone', now: w.now(), leaseMs: w.shell.leaseMs, limit: 4 });
  expect(claims).toHaveLength(1);
  for (const claim of claims) await tendChannel(dying, claim).catch((error: unknown) => { if (error !== GONE) throw error; });
}
/** It is started again, and time goes on. */
async function goOn(w: World): Promise<void> {
  w.setNow(plus(w.now(), w.shell.leaseMs + 1_000));
  await w.settle();
  for (let i = 0; i < 4; i++) { await sweep(w.shell); await w.pass(11 * MINUTE); }
}
async function expectOne(w: World): Promise<void> {
  const rows = await w.all<{ id: string; state: string }>(`select id, state from channels where state <> 'closed'`);
  expect(rows.map((r) => r.state)).toEqual(['open']);
  expect(await standing(w)).toEqual(rows.map((r) => r.id));
  expect(await w.all('select 1 from outbox')).toEqual([]);
}

describe.each(['before the commit', 'after the commit'] as const)('the process ends %s', (when) => {
  test('of opening', async () => {
    const w = await open({ events: [] });
    const [old] = await standing(w);
    await w.shell.db.raw(`update channels set state = 'closing', wake_at = '${new Date(w.now()).toISOString()}'`);
    await w.settle();
    expect(await standing(w)).toEqual([]);
    expect(old).toBeDefined();
    await sweep(w.shell);
    await dieOn(w, when);
    expect(await standing(w)).toHaveLength(1);
    await goOn(w);
    await expectOne(w);
  });
  test('of renewing, and of opening the successor', async () => {
    const w = await open({ events: [] });
    await w.shell.db.raw(`update channels set renew_at = '${new Date(w.now()).toISOString()}', wake_at = '${new Date(w.now()).toISOString()}'`);
    await dieOn(w, 'after the commit');
    w.setNow(plus(w.now(), w.shell.leaseMs + 1_000));
    await dieOn(w, when);
    expect((await standing(w)).length).toBe(2); // the overlap
    await goOn(w);
    await expectOne(w);
  });
  test('of closing', async () => {
    const w = await open({ events: [] });
    await w.shell.db.raw(`update channels set renew_at = '${new Date(w.now()).toISOString()}', wake_at = '${new Date(w.now()).toISOString()}'`);
    await w.settle();
    w.setNow(plus(w.now(), 11 * MINUTE));
    await dieOn(w, when);
    await goOn(w);
    await expectOne(w);
  });
});

test('it ends again and again at the same place: each time may leave one more at Google, and all but one are found and stopped', async () => {
  const w = await open({ events: [] });
  await w.shell.db.raw(`update channels set renew_at = '${new Date(w.now()).toISOString()}', wake_at = '${new Date(w.now()).toISOString()}'`);
  await dieOn(w, 'after the commit');
  for (let i = 0; i < 4; i++) {
    w.setNow(plus(w.now(), w.shell.leaseMs + 1_000));
    await dieOn(w, 'before the commit');
    expect((await standing(w)).length).toBeLessThanOrEqual(2 + Math.ceil(i / 2));
  }
  await goOn(w);
  await w.pass(HOUR);
  await w.pass(HOUR);
  await expectOne(w);
});
