/** The daemon is killed with SIGKILL at each step of renewing a channel and of stopping the old one, and started again. */
import { afterEach, expect, test } from 'vitest';
import { newGrounds, until, type Death, type Grounds } from '../support/daemon.js';

const open: Grounds[] = [];
afterEach(async () => { for (const g of open.splice(0)) await g.close(); });

const atRest = (g: Grounds): Promise<unknown> => until(async () => (await g.unrest()).length === 0, 'all is at rest');
const standsAtGoogle = async (g: Grounds, id: string): Promise<boolean> =>
  (await fetch(`${g.emulator.url}/control/pushes/send`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ channelId: id }) })).ok;

test.each<[string, Death, number]>([
  ['the successor is written down', { after: 'commit channel', nth: 1 }, 0],
  ['Google has opened it', { after: 'google watch', nth: 1 }, 0],
  ['it is known to stand', { after: 'commit channel', nth: 2 }, 0],
  ['Google has stopped the old one', { after: 'google stop', nth: 1 }, 0.5],
])('killed once %s: one channel stands in the end, and nobody got a mail', async (_, death, hours) => {
  const g = await newGrounds();
  open.push(g);
  let daemon = g.start();
  await daemon.ready();
  await atRest(g);
  const mails = (await g.catcher.mails()).length;
  if (hours === 0) daemon.dieAfter(death);
  await g.db.raw(`update channels set renew_at = created_at, wake_at = created_at where state = 'open'`);
  await g.db.raw(`select pg_notify('makeway_due', 'channels')`);
  if (hours > 0) {
    await until(async () => (await g.one<{ both: boolean | null }>(`select bool_or(state = 'open') and bool_or(state = 'closing') as both from channels`))?.both, 'the successor stands');
    await atRest(g);
    daemon.dieAfter(death);
    await g.post('/sandbox/clock', { hours: String(hours) });
  }
  await daemon.ended(60_000);
  daemon = g.start();
  await daemon.ready();
  await atRest(g);
  // Beyond the overlap. At rest, since a token that ends in the middle of a call would be a story of its own.
  await g.post('/sandbox/clock', { hours: '0.5' });
  const left = await until(async () => {
    const rows = await g.all<{ id: string; state: string }>(`select id, state from channels where state <> 'closed'`);
    return rows.length === 1 && rows[0]?.state === 'open' ? rows : null;
  }, 'one channel is left', 60_000);
  const stands: string[] = [];
  for (const { id } of await g.all<{ id: string }>('select id from channels')) if (await standsAtGoogle(g, id)) stands.push(id);
  expect(stands).toEqual(left.map((c) => c.id));
  expect((await g.catcher.mails()).length).toBe(mails);
}, 180_000);
