/** The daemon is killed with SIGKILL between any two side effects from Dana's choice to the landing and its mail, and
 *  started again. The list of steps is what an undisturbed daemon announces; the end must be the same every time. */
import type { AddressInfo } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EFFECTS } from '../../src/kernel/effects.js';
import { HOUR, instant, plus } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { freePort } from '../../src/launcher/ports.js';
import { openMissingChannels } from '../../src/mirror/channel.store.js';
import { keyring } from '../../src/ops/keyring.js';
import { inTx } from '../../src/postgres/transaction.js';
import { DANA, KIM, newGrounds, SAM, until, type Death, type Grounds, type Snapshot } from '../support/daemon.js';

/** What the story cannot do without; anything else that is announced is killed after, too. */
const CORE = ['commit choose', 'commit intend-move', 'google patch', 'commit moved', 'commit vacated', 'commit send-insert', 'google insert', 'commit inserted', 'commit verified', 'google patch', 'commit landed', 'smtp send', 'commit mail-sent'];
/** Reading what Google pushes goes on beside the story, so its place in the list is not the same each time. */
const BESIDE = /^commit (push|pull|pull-page|calendar-list|wait|channel|sign-in|sweep)$/;
const WORLDS_AT_A_TIME = 4;

let asked: Grounds;
let snapshot: Snapshot;
let startup: string[] = [];
let effects: string[] = [];
let undisturbed: unknown;

/** A copy of the world in which Dana has her mail, as if the daemon had moved to another port. */
async function danaHasHerMail(): Promise<Grounds> {
  const grounds = await newGrounds({ from: snapshot });
  const [id = '', key = ''] = snapshot.secretKeys.split(':');
  const keys = keyring([{ id, key: Buffer.from(key, 'base64') }]);
  await inTx(grounds.db, 'commit sweep', (tx) => openMissingChannels(tx, keys, null, `${grounds.url}/google/push`, instant(Date.now())));
  return grounds;
}

async function atRest(grounds: Grounds): Promise<void> {
  await until(async () => (await grounds.unrest()).length === 0, 'the copy is at rest');
}

/** Everything that anybody could see at the end, without ids and versions that differ from world to world. */
async function endState(grounds: Grounds) {
  const monday = await grounds.danasTime();
  const query = new URLSearchParams({ singleEvents: 'true', orderBy: 'startTime', timeMin: rfc3339(plus(monday, -13 * HOUR), 'UTC'), timeMax: rfc3339(plus(monday, 8 * 24 * HOUR), 'UTC') });
  const answer = await fetch(`${grounds.emulator.url}/calendar/v3/calendars/${encodeURIComponent(KIM)}/events?${query.toString()}`, { headers: { authorization: `Bearer sandbox:${KIM}` } });
  const { items } = (await answer.json()) as { items: { summary: string; start: { dateTime?: string; date?: string }; end: unknown; attendees?: { email: string; responseStatus: string }[]; status: string }[] };
  const { writes } = (await grounds.control('/writes?since=0')) as { writes: { kind: string; account: string; before: unknown; after: unknown; sendUpdates?: string }[] };
  const outbox = await grounds.all<{ letter: string; state: string; message_id: string }>('select letter, state, message_id from outbox order by letter');
  const own = new Map(outbox.map((letter) => [letter.message_id, letter.letter]));
  const inbox = async (who: string): Promise<string[]> => {
    const mails = await grounds.mailsTo(who);
    return [...new Set(mails.map((m) => m.messageId))].map((id) => `${own.get(id) ?? 'from Google'}: ${mails.find((m) => m.messageId === id)?.subject}`).sort();
  };
  return {
    google: items.map(({ summary, start, end, attendees, status }) => ({ summary, start, end, status, attendees: attendees?.map((a) => [a.email, a.responseStatus]) })),
    writes: writes.map(({ kind, account, before, after, sendUpdates }) => ({ kind, account, before, after, sendUpdates })),
    requests: await grounds.all('select state, pending_reason, booked_start, wanted_at, (booked_event_id is not null) as has_event, (seen_free_at is not null) as was_seen_free from requests'),
    sessions: await grounds.all('select status, scheduled_at, invite_sent, cancellation_reason, request_id is not null as is_sams from sessions order by scheduled_at'),
    resolutions: await grounds.all('select option, state, end_reason from resolutions'),
    landings: await grounds.all('select state, attempt from landings'),
    choices: await grounds.all('select state from choices'),
    liveHolds: await grounds.all('select kind from holds where released_at is null'),
    openWrites: await grounds.all(`select kind, state from google_writes where state <> 'confirmed'`),
    // One row per attempt that may have been sent; what Google itself saw is counted above.
    confirmedWrites: await grounds.all(`select distinct kind from google_writes where state = 'confirmed' order by kind`),
    history: (await grounds.all<{ what: string }>('select what from history where request_id is not null order by id')).map((h) => h.what),
    outbox: outbox.map(({ letter, state }) => [letter, state]),
    kim: await inbox(KIM), dana: await inbox(DANA), sam: await inbox(SAM),
  };
}

/** No message went out more often than once for each time the daemon may not have heard the answer; Google's never. */
async function mailsInExcess(grounds: Grounds, deaths: number): Promise<string[]> {
  const counts = new Map<string, number>();
  for (const { messageId, from } of await grounds.catcher.mails()) counts.set(messageId, (counts.get(messageId) ?? 0) + (from.includes('google.example') ? 1_000 : 1));
  return [...counts].filter(([, n]) => n > 1 + deaths && n !== 1_000).map(([id, n]) => `${id}: ${n}`);
}

/** One world: Dana clicks, the daemon dies at each of `deaths` in turn and is started again. `diesAtAll` is false where a
 *  step that goes on beside the story did not come up. */
async function live(deaths: readonly Death[]): Promise<{ died: number; state: unknown; excess: string[]; unknown: string[] }> {
  const grounds = await danaHasHerMail();
  try {
    let daemon = grounds.start();
    await daemon.ready();
    await atRest(grounds);
    let died = 0;
    const seen: string[] = [];
    for (const [i, death] of deaths.entries()) {
      if (i > 0) {
        // The next life is armed before it begins: what it goes on with at once is what it is to die of.
        seen.push(...daemon.effects());
        daemon = grounds.start({}, death);
      } else {
        daemon.dieAfter(death);
        await grounds.danaChooses().catch(() => undefined); // the connection may end with the daemon
      }
      const over = grounds.settled();
      over.catch(() => undefined);
      const end = await Promise.race([daemon.ended(40_000), over.then(() => false)]);
      if (!end) break;
      died++;
    }
    if (daemon.hasEnded) { seen.push(...daemon.effects()); daemon = grounds.start(); await daemon.ready(); }
    await grounds.settled();
    // Whoever saw the page break clicks again.
    if (died > 0) expect((await grounds.danaChooses()).status).toBe(200);
    await grounds.settled();
    await daemon.kill('SIGTERM');
    seen.push(...daemon.effects());
    return { died, state: await endState(grounds), excess: await mailsInExcess(grounds, died), unknown: seen.filter((e) => !(EFFECTS as readonly string[]).includes(e)) };
  } finally {
    await grounds.close();
  }
}

/** Runs the worlds a few at a time, and tells of each that did not end as it should. */
async function liveAll(fates: readonly (readonly Death[])[]): Promise<{ faults: Record<string, unknown>; died: string[] }> {
  const faults: Record<string, unknown> = {};
  const died: string[] = [];
  const left = [...fates];
  const worker = async (): Promise<void> => {
    for (let deaths = left.shift(); deaths; deaths = left.shift()) {
      const name = deaths.map((d) => `${d.after} ${d.nth}`).join(', then ');
      try {
        const end = await live(deaths);
        const other = Object.entries(end.state as Record<string, unknown>).filter(([part, value]) => !isDeepStrictEqual(value, (undisturbed as Record<string, unknown>)[part]));
        expect(Object.fromEntries(other)).toEqual({});
        expect(end.excess).toEqual([]);
        expect(end.unknown).toEqual([]);
        if (end.died === deaths.length) died.push(name);
      } catch (error) {
        faults[name] = error instanceof Error ? [error.message, (error as { actual?: unknown }).actual] : error;
      }
    }
  };
  await Promise.all(Array.from({ length: WORLDS_AT_A_TIME }, worker));
  return { faults, died };
}

beforeAll(async () => {
  asked = await newGrounds();
  const daemon = asked.start();
  await daemon.ready();
  await atRest(asked);
  startup = daemon.effects();
  await asked.askDana();
  await atRest(asked);
  snapshot = await asked.snapshot();
});
afterAll(async () => { await asked.close(); });

describe('the daemon is killed', () => {
  test('undisturbed, the story takes known steps to a known end', async () => {
    const grounds = await danaHasHerMail();
    const daemon = grounds.start();
    await daemon.ready();
    await atRest(grounds);
    const before = daemon.effects().length;
    expect((await grounds.danaChooses()).status).toBe(200);
    await grounds.settled();
    effects = daemon.effects().slice(before);
    await daemon.kill('SIGTERM');
    expect(daemon.child.exitCode).toBe(0);
    undisturbed = await endState(grounds);
    await grounds.close();

    expect(effects.filter((e) => !BESIDE.test(e))).toEqual(CORE);
    expect(effects.filter((e) => !(EFFECTS as readonly string[]).includes(e))).toEqual([]);
    const monday = mondayOf(undisturbed);
    expect(undisturbed).toMatchObject({
      requests: [{ state: 'booked', booked_start: monday, pending_reason: null }],
      sessions: [{ status: 'scheduled', scheduled_at: monday, is_sams: true }, { status: 'scheduled', scheduled_at: plus(monday, HOUR), invite_sent: false, cancellation_reason: null, is_sams: false }],
      resolutions: [{ option: 2, state: 'landed' }], liveHolds: [], openWrites: [],
    });
    const { dana, sam, kim } = undisturbed as { dana: string[]; sam: string[]; kim: string[] };
    expect([dana, sam, kim].map((inbox) => inbox.map((line) => line.split(':')[0]))).toEqual([['ask', 'from Google'], ['from Google'], ['decision', 'settled']]);
  });

  test('right after each step: the next start goes on to the same end', async () => {
    const counted = new Map<string, number>();
    const fates = effects.map((after) => {
      counted.set(after, (counted.get(after) ?? 0) + 1);
      return [{ after, nth: counted.get(after) ?? 1 }];
    }).filter(([death]) => !BESIDE.test(death?.after ?? '') || death?.nth === 1);
    const { faults, died } = await liveAll(fates);
    expect(faults).toEqual({});
    const must = fates.flat().filter(({ after }) => !BESIDE.test(after)).map(({ after, nth }) => `${after} ${nth}`);
    expect(died).toEqual(expect.arrayContaining(must));
  }, 180_000);

  // Every pair that follows one another dies in one process, in lives.test.ts.
  test('twice in a row, at different steps and at the same', async () => {
    const fates = [
      [{ after: 'google patch', nth: 1 }, { after: 'commit moved', nth: 1 }],
      [{ after: 'smtp send', nth: 1 }, { after: 'smtp send', nth: 1 }],
    ];
    const { faults, died } = await liveAll(fates);
    expect(faults).toEqual({});
    expect(died).toHaveLength(fates.length);
  }, 120_000);

  test('at each step of the first start, up to the first full read and its channel: the next start completes it', async () => {
    expect(startup).toEqual(expect.arrayContaining(['commit coach', 'commit connect', 'commit pull', 'google watch', 'commit channel']));
    const counted = new Map<string, number>();
    const fates = startup.map((after) => ({ after, nth: counted.set(after, (counted.get(after) ?? 0) + 1).get(after) ?? 1 })).filter(({ after, nth }) => !/pull/.test(after) || nth === 1);
    const faults: Record<string, unknown> = {};
    const worker = async (): Promise<void> => {
      for (let death = fates.shift(); death; death = fates.shift()) {
        const grounds = await newGrounds();
        try {
          await grounds.start({}, death).ended(40_000);
          await grounds.start().ready();
          await atRest(grounds);
          expect(await grounds.one('select count(*) as events, bool_and(c.cursor is not null) as read from events join calendars c on c.id = calendar_id ')).toEqual({ events: 9, read: true });
          expect(await grounds.all(`select state from channels where state = 'open'`)).toHaveLength(1);
          await grounds.askDana();
        } catch (error) {
          faults[`${death.after} ${death.nth}`] = error instanceof Error ? error.message : error;
        } finally {
          await grounds.close();
        }
      }
    };
    await Promise.all(Array.from({ length: WORLDS_AT_A_TIME }, worker));
    expect(faults).toEqual({});
  }, 120_000);

  test('while Google answers the first full read', async () => {
    const grounds = await newGrounds();
    try {
      await grounds.control('/rules', { method: 'GET', pathPattern: '/events\\?', mode: 'hold', times: 9 });
      const first = grounds.start();
      await first.ready();
      await until(async () => ((await grounds.control('/rules')) as { held: number }).held > 0, 'the full read is under way');
      await first.kill();
      expect(await grounds.all('select 1 from events')).toEqual([]);
      await fetch(`${grounds.emulator.url}/control/rules`, { method: 'DELETE' });
      await grounds.start().ready();
      await grounds.askDana();
      expect(await grounds.one('select count(*) as n from events')).toEqual({ n: 9 });
    } finally {
      await grounds.close();
    }
  });

  test('while the decision mail is being sent: the same message, under its one Message-ID, arrives', async () => {
    const grounds = await newGrounds();
    const got: string[] = [];
    const silent = new SMTPServer({
      authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'], disableReverseLookup: true, closeTimeout: 200,
      // Takes the whole mail and never says so.
      onData(stream) { let text = ''; stream.on('data', (chunk: Buffer) => { text += chunk.toString(); }); stream.on('end', () => got.push(text)); },
    });
    silent.on('error', () => undefined); // the client was killed in the middle of its sentence
    await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
    try {
      const { port } = silent.server.address() as AddressInfo;
      const first = grounds.start({ SMTP_URL: `smtp://127.0.0.1:${port}` });
      await first.ready();
      await atRest(grounds);
      await grounds.samAsks();
      await until(() => got.length > 0, 'the mail is on its way');
      await first.kill();
      await grounds.start().ready();
      await grounds.kimAsksDana();
      await until(() => grounds.linkTo(DANA), 'the story goes on');
      const kims = await grounds.mailsTo(KIM);
      expect(kims).toHaveLength(1);
      expect(got).toHaveLength(1);
      expect(got[0]).toContain(kims[0]?.messageId);
    } finally {
      await grounds.close();
      await new Promise<void>((resolve) => { silent.close(resolve); });
    }
  });

  test('not at all, but there are two of them on one database, and every click goes to both', async () => {
    const grounds = await newGrounds();
    try {
      const a = grounds.start();
      await a.ready();
      const port = await freePort();
      const b = grounds.start({ PORT: String(port) });
      await b.ready();
      const other = `http://127.0.0.1:${port}`;
      await atRest(grounds);
      await grounds.samAsks();
      const decide = await until(() => grounds.linkTo(KIM), 'Kim has the decision mail');
      await Promise.all([grounds.post(decide.path, { do: 'option2' }), grounds.post(decide.path, { do: 'option2' }, other)]);
      await until(() => grounds.linkTo(DANA), 'Dana has the mail with her choices');
      const answers = await Promise.all([grounds.danaChooses(), grounds.danaChooses(other)]);
      expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
      await grounds.settled();
      await Promise.all([a.kill('SIGTERM'), b.kill('SIGTERM')]);
      expect(await endState(grounds)).toEqual(undisturbed);
      expect(await mailsInExcess(grounds, 0)).toEqual([]);
    } finally {
      await grounds.close();
    }
  });
});

const mondayOf = (state: unknown): ReturnType<typeof instant> => instant((state as { requests: { wanted_at: number }[] }).requests[0]?.wanted_at ?? 0);
