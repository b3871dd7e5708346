/** The daemon is killed with SIGKILL right after each side effect of mirroring: pulls, full reads, pushes, renewals of
 *  channels, a refreshed grant; and jobs of the timetable are. Started again, it converges: the mirror is what a full read
 *  of Google shows, no channel stands twice, nobody was mailed, and nothing was written to Google. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../config/settings.js';
import { HOUR, instant } from '../../src/kernel/interval.js';
import { openMissingChannels } from '../../src/mirror/channel.store.js';
import { keyring } from '../../src/ops/keyring.js';
import { inTx } from '../../src/postgres/transaction.js';
import { Daemon, KIM, newGrounds, until, type Death, type Grounds, type Snapshot } from '../support/daemon.js';

const WORLDS_AT_A_TIME = 4;
/** What the script below makes a daemon do, whatever else it does. */
const AT_LEAST = ['google watch', 'google stop', 'commit channel', 'commit pull'];
/** Steps that differ by how often they were taken: the first and a later one are killed after. */
const TWICE = /^commit pull$/;
/** The demo's own beginnings, which crash.test.ts kills. */
const BEGINNINGS = /^commit (coach|connect)$/;
const OURS = 'crashes';

let first: Grounds;
let snapshot: Snapshot;

/** A copy of the world on another port: its channels have to be opened anew, the old ones closed, its grant refreshed. */
async function another(): Promise<Grounds> {
  const grounds = await newGrounds({ from: snapshot });
  const [id = '', key = ''] = snapshot.secretKeys.split(':');
  await inTx(grounds.db, 'commit sweep', (tx) => openMissingChannels(tx, keyring([{ id, key: Buffer.from(key, 'base64') }]), null, `${grounds.url}/google/push`, instant(Date.now())));
  await grounds.db.raw(`update grants set access_expires_at = now() - interval '1 hour'`);
  return grounds;
}

async function google(grounds: Grounds, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(`${grounds.emulator.url}/calendar/v3/calendars/${encodeURIComponent(KIM)}/events${path}`, {
    method, headers: { authorization: `Bearer sandbox:${KIM}`, ...(body !== undefined && { 'content-type': 'application/json' }) }, ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? {} : (await answer.json()) as Record<string, unknown>;
}
const timesIn = (days: number, hours = 1) => {
  const start = Math.floor(Date.now() / HOUR) * HOUR + days * 24 * HOUR;
  return { start: { dateTime: new Date(start).toISOString() }, end: { dateTime: new Date(start + hours * HOUR).toISOString() } };
};

/** How the mirror differs from what Google shows in full, in words; nothing if it does not. */
async function differences(grounds: Grounds): Promise<string[]> {
  interface Item { id: string; etag: string; status: string; recurringEventId?: string }
  const items: Item[] = [];
  for (let pageToken: string | undefined = ''; pageToken !== undefined;) {
    const page = (await google(grounds, 'GET', `?maxResults=2500${pageToken === '' ? '' : `&pageToken=${pageToken}`}`)) as { items: Item[]; nextPageToken?: string };
    items.push(...page.items);
    pageToken = page.nextPageToken;
  }
  const rows = await grounds.all<{ id: string; etag: string }>(`select e.id, e.etag from events e join calendars c on c.id = e.calendar_id and c.coach_id = e.coach_id where c.google_id = '${KIM}'`);
  const [theirs, ours] = [new Set(items.map((e) => `${e.id} ${e.etag}`)), new Set(rows.map((e) => `${e.id} ${e.etag}`))];
  const differing = [...[...theirs].filter((e) => !ours.has(e)), ...[...ours].filter((e) => !theirs.has(e))];
  const window = new URLSearchParams({ singleEvents: 'true', maxResults: '2500', timeMin: new Date().toISOString(), timeMax: timesIn(60).start.dateTime });
  const { items: expanded } = (await google(grounds, 'GET', `?${window.toString()}`)) as { items: { id: string; start: { dateTime?: string }; end: { dateTime?: string } }[] };
  const laid = new Set((await grounds.all<{ event_id: string; s: number; e: number }>('select event_id, lower(period) as s, upper(period) as e from occurrences')).map((o) => `${o.event_id} ${o.s} ${o.e}`));
  const notLaid = expanded.filter((e) => e.start.dateTime && !laid.has(`${e.id} ${Date.parse(e.start.dateTime)} ${Date.parse(e.end.dateTime ?? '')}`)).map((e) => `not laid out: ${e.id}`);
  return [...differing, ...notLaid];
}
/** Nothing is due or under way, and the mirror is Google's calendar. */
const converged = (grounds: Grounds) => async (): Promise<boolean> =>
  (await grounds.unrest()).length === 0 && (await differences(grounds)).length === 0 && (await grounds.one<{ n: number }>(`select count(*) as n from channels where state = 'open'`))?.n === 1;

/** The edits that the daemon lives through; `alive` is asked for before each, and starts it again if it has died. */
async function script(grounds: Grounds, alive: () => Promise<void>): Promise<void> {
  const rest = async (): Promise<void> => {
    let last = '';
    await until(async () => { await alive(); last = [...(await grounds.unrest()), ...(await differences(grounds))].slice(0, 5).join(', '); return converged(grounds)(); }, () => `the mirror converges: ${last}`, 45_000);
  };
  await alive();
  await rest();
  // The time has come to renew the channel; its successor has stood a while, and the ones before are stopped.
  for (const sql of [`wake_at = now() where state = 'open'`, `opened_at = now() - interval '1 day' where state = 'open'`, `wake_at = now() where state = 'closing'`]) {
    await grounds.db.raw(`update channels set ${sql}`);
    await grounds.db.raw(`select pg_notify('makeway_due', 'channels')`);
    await rest();
  }
  await google(grounds, 'POST', '', { id: `${OURS}1`, summary: 'One', ...timesIn(2) });
  await google(grounds, 'POST', '', { id: `${OURS}2`, summary: 'Series', ...timesIn(3), start: { ...timesIn(3).start, timeZone: 'Europe/Berlin' }, end: { ...timesIn(3).end, timeZone: 'Europe/Berlin' }, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] });
  await rest();
  await google(grounds, 'PATCH', `/${OURS}1`, timesIn(4, 2));
  const { items } = (await google(grounds, 'GET', `/${OURS}2/instances`)) as { items: { id: string }[] };
  await google(grounds, 'DELETE', `/${items[1]?.id ?? ''}`);
  await rest();
  // The place is lost: the next read is a full one.
  await fetch(`${grounds.emulator.url}/control/sync-tokens/expire`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  await google(grounds, 'DELETE', `/${OURS}1`);
  await rest();
}

async function live(death: Death | undefined): Promise<{ died: boolean; effects: string[]; faults: string[] }> {
  const grounds = await another();
  const daemons: Daemon[] = [];
  try {
    const { writes: before } = (await grounds.control('/writes?since=0')) as { writes: unknown[] };
    const mails = (await grounds.catcher.mails()).length;
    await script(grounds, async () => {
      const last = daemons.at(-1);
      if (last && !last.hasEnded) return;
      daemons.push(grounds.start({}, daemons.length === 0 ? death : undefined));
    });
    const { writes } = (await grounds.control('/writes?since=0')) as { writes: { account: string; eventId: string }[] };
    const live = await grounds.all<{ calendar_id: string; n: number }>(`select calendar_id, count(*) as n from channels where state in ('opening', 'open') group by 1 having count(*) > 1`);
    const grant = await grounds.one<{ state: string; is_fresh: boolean }>('select state, access_expires_at > now() as is_fresh from grants');
    const faults = [
      ...writes.slice(before.length).filter((w) => !w.eventId.startsWith(OURS)).map((w) => `wrote ${w.eventId}`),
      ...((await grounds.catcher.mails()).length > mails ? ['somebody was mailed'] : []),
      ...live.map((c) => `${c.n} live channels of one calendar`),
      ...(grant?.state === 'active' ? [] : [`the grant is ${grant?.state}`]),
      ...(await grounds.all<{ error_code: string }>(`select error_code from job_runs where outcome = 'failed'`)).map((r) => `failed: ${r.error_code}`),
    ];
    return { died: daemons.length > 1, effects: daemons[0]?.effects() ?? [], faults };
  } finally {
    await grounds.close();
  }
}

beforeAll(async () => {
  first = await newGrounds();
  await first.start().ready();
  await until(converged(first), 'the first read');
  snapshot = await first.snapshot();
});
afterAll(async () => { await first.close(); });

describe('the daemon is killed', () => {
  test('right after each step of mirroring: the next start converges', async () => {
    const undisturbed = await live(undefined);
    expect(undisturbed.faults).toEqual([]);
    expect(undisturbed.effects).toEqual(expect.arrayContaining(AT_LEAST));
    const counted = new Map<string, number>();
    const fates = undisturbed.effects.map((after) => ({ after, nth: counted.set(after, (counted.get(after) ?? 0) + 1).get(after) ?? 1 })).filter(({ after, nth }) => !BEGINNINGS.test(after) && nth <= (TWICE.test(after) ? 2 : 1));
    const faults: Record<string, unknown> = {};
    const died: string[] = [];
    const left = [...fates];
    const worker = async (): Promise<void> => {
      for (let death = left.shift(); death; death = left.shift()) {
        const name = `${death.after} ${death.nth}`;
        try {
          const end = await live(death);
          if (end.died) died.push(name);
          if (end.faults.length > 0) faults[name] = end.faults;
        } catch (error) {
          faults[name] = error instanceof Error ? error.message : error;
        }
      }
    };
    await Promise.all(Array.from({ length: WORLDS_AT_A_TIME }, worker));
    expect(faults).toEqual({});
    expect(died).toEqual(expect.arrayContaining(AT_LEAST.map((after) => `${after} 1`)));
  }, 240_000);

  test('while Google refreshes its grant, and while it answers a page', async () => {
    for (const rule of [{ kind: 'oauth.token' }, { kind: 'events.list' }]) {
      const grounds = await another();
      try {
        await grounds.db.raw('update calendars set wake_at = now(), dirty = dirty + 1');
        await grounds.control('/rules', { ...rule, mode: 'hold', times: 9 });
        const daemon = grounds.start();
        await until(async () => ((await grounds.control('/rules')) as { held: number }).held > 0, `${rule.kind} is under way`);
        await daemon.kill();
        await fetch(`${grounds.emulator.url}/control/rules`, { method: 'DELETE' });
        grounds.start();
        await until(converged(grounds), 'the mirror converges', 45_000);
        expect(await grounds.one('select state from grants')).toEqual({ state: 'active' });
      } finally {
        await grounds.close();
      }
    }
  }, 120_000);

  test('between two pages of a full read, of a calendar that is known and of one that is not', async () => {
    for (const isKnown of [true, false]) {
      const grounds = await another();
      try {
        const events = Array.from({ length: 2_600 }, (_, i) => ({ id: `long${i}`, etag: '"1"', status: 'confirmed', summary: 'x', ...timesIn(-700 + (i % 300)) }));
        await grounds.control('/events', { calendarId: KIM, events });
        await grounds.db.raw(`update calendars set cursor = null, wake_at = now(), dirty = dirty + 1${isKnown ? '' : ', last_full_at = null'}`);
        const daemon = grounds.start({}, { after: 'commit pull-page', nth: 1 });
        await daemon.ended(40_000);
        grounds.start();
        await until(async () => (await grounds.unrest()).length === 0 && (await grounds.one<{ n: number }>('select count(*) as n from events'))?.n === 2_600 + 9, 'the mirror is whole', 45_000);
        expect(await differences(grounds)).toEqual([]);
      } finally {
        await grounds.close();
      }
    }
  }, 120_000);

  test.each(['sweep', 'horizon'])('after each commit of the %s: the next one completes it', async (job) => {
    const grounds = await newGrounds({ from: snapshot });
    try {
      await grounds.db.raw('update calendars set expanded_until = null, wake_at = null');
      await grounds.db.raw('delete from occurrences');
      const runJob = async (death?: Death): Promise<string[]> => {
        const run = new Daemon(grounds.environment, grounds.folder, death, join(projectRoot(), `dist/jobs/${job}.js`));
        await run.ended();
        return run.effects();
      };
      expect(await runJob({ after: `commit ${job}`, nth: 1 })).toContain(`commit ${job}`);
      await runJob();
      if (job === 'sweep') {
        expect(await grounds.all('select 1 from calendars where wake_at is null')).toEqual([]);
        expect(await grounds.all(`select 1 from channels where state in ('opening', 'open') and address = '${grounds.url}/google/push'`)).toHaveLength(1);
      } else {
        expect(await differences(grounds)).toEqual([]);
      }
    } finally {
      await grounds.close();
    }
  });
});
