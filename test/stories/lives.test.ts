/** A daemon dies right after each effect of each tale, once, and then again at the first thing that its next life does. The
 *  effects come from an undisturbed life; the end must be the same every time. Here the dying is done inside one process
 *  (see test/support/lives.ts), which is quick; crash.test.ts does it with SIGKILL for the longest tale. */
import { isDeepStrictEqual } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { newLife } from '../support/lives.js';
import { allMails, danasSeries, expectNothingStuck, holdCall, on, PATCHES } from '../support/story.js';
import { aWorld, type World } from '../support/world.js';
import { BESIDE, TALES, type Tale } from './lives-tales.js';

const WORLDS_AT_A_TIME = 3;
const worlds: World[] = [];
afterEach(async () => { await Promise.all(worlds.splice(0).map((w) => w.close())); });

/** Everything that anybody could see at the end, without ids that differ from world to world. */
async function endState(w: World): Promise<Record<string, unknown>> {
  const outbox = await w.all<{ letter: string; state: string; message_id: string }>('select letter, state, message_id from outbox order by letter, dedupe_key');
  const own = new Map(outbox.map((l) => [l.message_id, l.letter]));
  const mails = await allMails(w);
  const ids = [...new Set(mails.map((m) => m.messageId))];
  return {
    google: (await w.inGoogle(on(-1, '00:00'), 24 * 14)).map(({ summary, start, end, status, attendees }) => ({ summary, start, end, status, attendees: attendees?.map((a) => [a.email, a.responseStatus]) })),
    writes: (await w.writes()).map(({ kind, sendUpdates, eventId }) => [kind, sendUpdates, eventId.replace(/^mk.*/, 'ours')]),
    requests: await w.all('select state, pending_reason, booked_start, revision, booked_event_id is not null as has_event, seen_free_at is not null as was_seen_free from requests'),
    sessions: await w.all('select status, scheduled_at, invite_sent, cancellation_reason is not null as is_asked, request_id is not null as is_sams from sessions order by scheduled_at'),
    resolutions: await w.all('select option, state, end_reason from resolutions order by asked_at'),
    landings: await w.all('select state, attempt from landings'), wishes: await w.all('select confirmed_at is not null as is_confirmed from wishes'),
    findings: await w.all('select kind, told_at is not null as is_told, left_at is not null as is_left, gone_at is not null as is_gone, request_id is not null as is_asked from findings'),
    choices: await w.all('select state from choices'),
    liveHolds: await w.all('select kind from holds where released_at is null'),
    openWrites: await w.all(`select kind, state from google_writes where state <> 'confirmed'`),
    history: (await w.all<{ what: string }>('select what from history where request_id is not null order by id')).map((h) => h.what),
    outbox: outbox.map(({ letter, state }) => [letter, state]),
    mails: ids.map((id) => { const m = mails.find((x) => x.messageId === id); return `${m?.to.join()}: ${own.get(id) ?? 'from Google'}: ${m?.subject}`; }).sort(),
  };
}
/** Messages that went out more often than once and once more for each death; Google's never go twice. */
async function inExcess(w: World, deaths: number): Promise<string[]> {
  const counts = new Map<string, number>();
  for (const { messageId, from } of await allMails(w)) counts.set(messageId, (counts.get(messageId) ?? 0) + (from.includes('google.example') ? 1_000 : 1));
  return [...counts].filter(([, n]) => n > 1 + deaths && n !== 1_000).map(([id, n]) => `${id}: ${n}`);
}

/** One world in which the tale is lived, by a life that ends after its `nth` effect (null: by one that does not), and then by one
 *  that ends at the first thing it does, if `twice`. */
async function live(tale: Tale, nth: number | null, twice: boolean): Promise<{ effects: string[]; died: number; state: Record<string, unknown>; excess: string[] }> {
  const w = await aWorld({ events: [danasSeries] });
  worlds.push(w);
  await tale.until(w);
  const act = await tale.act(w);
  // In whichever life the first patch is sent: it arrives after what Kim does.
  const hold = tale.meanwhile ? await holdCall(w, PATCHES) : null;
  const meanwhile = hold?.held().then(() => tale.meanwhile?.(w)).then(() => hold.letGo());
  let died = 0;
  let effects: string[] = [];
  for (const after of [nth, ...(twice ? [1] : [])]) {
    const life = await newLife(w, after);
    if (act) await life.call(act);
    await life.goOn();
    effects = life.effects;
    if (life.isDead) died++;
    await life.buried();
  }
  if (died > 0) {
    // The next life goes on by itself; whoever heard nothing does it again.
    await w.settle();
    if (act) await fetch(w.url + act.path, { method: act.method, body: act.body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...act.headers } });
  }
  await meanwhile;
  for (const ms of [4_000, 61_000]) await w.pass(ms);
  await expectNothingStuck(w);
  const answer = { effects, died, state: await endState(w), excess: await inExcess(w, died) };
  worlds.splice(worlds.indexOf(w), 1);
  await w.close();
  return answer;
}

test.each(Object.entries(TALES))('%s: death after each effect, once and twice', async (_name, tale) => {
  const isBeside = (effect: string): boolean => (tale.beside ?? BESIDE).test(effect);
  const undisturbed = await live(tale, null, false);
  expect(undisturbed.effects.filter((e) => !isBeside(e))).toEqual(tale.core);
  expect(undisturbed.excess).toEqual([]);

  const faults: Record<string, unknown> = {};
  let diedTwice = 0;
  const left = undisturbed.effects.flatMap((after, i) => [false, true].map((twice) => ({ after, nth: i + 1, twice }))).filter((f) => !isBeside(f.after) && (tale.only?.(f.nth, f.twice) ?? true));
  const worker = async (): Promise<void> => {
    for (let fate = left.shift(); fate; fate = left.shift()) {
      const name = `after ${fate.nth} ${fate.after}${fate.twice ? ', twice' : ''}`;
      try {
        const end = await live(tale, fate.nth, fate.twice);
        expect(Object.fromEntries(Object.entries(end.state).filter(([part, value]) => !isDeepStrictEqual(value, undisturbed.state[part])))).toEqual({});
        expect(end.excess).toEqual([]);
        expect(end.died).toBeGreaterThanOrEqual(1);
        if (end.died === 2) diedTwice++;
      } catch (error) {
        faults[name] = error instanceof Error ? [error.message, (error as { actual?: unknown }).actual] : error;
      }
    }
  };
  await Promise.all(Array.from({ length: WORLDS_AT_A_TIME }, worker));
  expect(faults).toEqual({});
  expect(diedTwice).toBeGreaterThan(1); // where there was still something to do
});
