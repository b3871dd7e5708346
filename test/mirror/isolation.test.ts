/** One coach's trouble is one coach's (design, invariant 9), proved without a clock: Google answers some coaches never, or
 *  with refusals, or with nonsense, and all others converge while that goes on. How long it takes is measured in bench/. */
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { saveCoach } from '../../src/coach/coach.store.js';
import { HOUR, instant, plus } from '../../src/kernel/interval.js';
import { WORKERS } from '../../src/ops/compose.js';
import { dueLoop, FULL_READS, LANES } from '../../src/ops/due-loop.js';
import { inTx } from '../../src/postgres/transaction.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { claimDue, notifyDue, release } from '../../src/work/due.store.js';
import { MONDAY, until, worlds } from '../support/story.js';
import { ZONE, type World } from '../support/world.js';

const world = worlds();
const TROUBLED = ['silent', 'slow', 'limited', 'dead', 'broken'] as const;
const OTHERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const emailOf = (name: string): string => `${name}@coach.example`;
const times = (start: number) => ({ start: { dateTime: new Date(start).toISOString(), timeZone: ZONE }, end: { dateTime: new Date(start + HOUR).toISOString(), timeZone: ZONE } });
const eventOf = (id: string, start: number = MONDAY) => ({ id, status: 'confirmed', summary: id, ...times(start) });
const load = (w: World, name: string, events: readonly unknown[]): Promise<unknown> => w.control('/events', { calendarId: emailOf(name), events });
/** Events come to a coach's calendar, and the calendar is told of as by a push. */
async function change(w: World, name: string, events: readonly unknown[]): Promise<void> {
  await load(w, name, events);
  await inTx(w.shell.db, 'commit sweep', async (tx) => {
    await tx.raw('update calendars set dirty = dirty + 1, wake_at = ? where google_id = ?', [new Date(w.now()), emailOf(name)]);
    await notifyDue(tx, 'calendars');
  });
}

let stops: (() => Promise<void>)[] = [];
afterEach(async () => { for (const stop of stops) await stop(); stops = []; });

/** Many coaches, connected and read once. */
async function manyCoaches(): Promise<World> {
  const w = await world({ events: [] });
  for (const name of [...TROUBLED, ...OTHERS]) {
    await w.control('/accounts', { email: emailOf(name), name, timeZone: ZONE });
    await load(w, name, [eventOf('first')]);
    await inTx(w.shell.db, 'commit coach', (tx) => saveCoach(tx, { slug: `coach-${name}`, name, email: emailOf(name), zone: ZONE, policy: {} }, w.now()));
    await walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, emailOf(name));
  }
  await w.settle();
  return w;
}
/** The loops that a daemon does its due work with, until the test ends. */
function startLoops(w: World): void {
  const stop = new AbortController();
  const loops = [LANES, FULL_READS].map((lanes) => dueLoop(w.shell, WORKERS, lanes, w.settings.databaseUrl, pino({ level: 'silent' }), stop.signal));
  stops.push(async () => { stop.abort(); await Promise.all(loops); });
}
const haveEvent = async (w: World, id: string): Promise<string[]> =>
  (await w.all<{ email: string }>('select c.email from events e join coaches c on c.id = e.coach_id where e.id = :id order by 1', { id })).map((r) => r.email);
const stateOf = (w: World, name: string) => w.one<{ attempts: number; last_error: string | null; wake_at: number; leased: boolean }>(
  `select k.attempts, k.last_error, k.wake_at, k.lease_owner is not null as leased from calendars k join coaches c on c.id = k.coach_id where c.email = :email`, { email: emailOf(name) });

test('while Google keeps one coach waiting, answers one slowly, limits one, has revoked one and sends one nonsense, all others converge', async () => {
  const w = await manyCoaches();
  await w.control('/rules', { account: emailOf('silent'), kind: 'events.list', mode: 'hold', forever: true });
  await w.control('/rules', { account: emailOf('slow'), kind: 'events.list', mode: 'hold', forever: true });
  await w.control('/rules', { account: emailOf('limited'), kind: 'events.list', forever: true, status: 429, reason: 'rateLimitExceeded' });
  await w.control('/grants/kill', { email: emailOf('dead') });
  await w.shell.db.raw(`update grants set access_expires_at = ? where email = ?`, [new Date(w.now() - HOUR), emailOf('dead')]);
  startLoops(w);
  const broken = Array.from({ length: 200 }, (_, i) => ({ id: `broken${i}`, status: 'confirmed', ...(i % 2 === 0 ? { start: { dateTime: 'soon' } } : times(MONDAY)), ...(i % 3 === 0 && { recurrence: ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30', 7] }) }));
  // The troubled first: they are at the head of every queue.
  for (const name of TROUBLED) await change(w, name, name === 'broken' ? broken : [eventOf('second')]);
  await until('the silent ones are waited for', async () => Number((await w.control('/rules')).held) >= 2);
  for (const name of OTHERS) await change(w, name, [eventOf('second')]);
  await until('all others are mirrored', async () => (await haveEvent(w, 'second')).length === OTHERS.length);
  expect(await haveEvent(w, 'second')).toEqual(OTHERS.map(emailOf));
  // Those that Google keeps waiting still wait: nobody waited for them.
  expect(Number((await w.control('/rules')).held)).toBeGreaterThanOrEqual(2);
  for (const name of ['silent', 'slow']) expect(await stateOf(w, name)).toMatchObject({ leased: true });

  await until('the nonsense is mirrored, too', async () => (await haveEvent(w, 'broken199')).length === 1);
  await until('the others are at rest', async () => (await w.all(`select 1 from calendars k join coaches c on c.id = k.coach_id where k.lease_owner is not null and c.email not in ('silent@coach.example', 'slow@coach.example')`)).length === 0);
  for (const name of OTHERS) expect(await stateOf(w, name)).toMatchObject({ attempts: 0, last_error: null, leased: false });
  // What refuses is not asked over and over.
  expect(await stateOf(w, 'limited')).toMatchObject({ attempts: 1, last_error: 'GOOGLE_QUOTA' });
  expect((await stateOf(w, 'limited'))?.wake_at).toBeGreaterThan(w.now());
  expect(await w.all(`select state from grants where state <> 'active'`)).toEqual([{ state: 'broken' }]);
  const failed = await w.all<{ email: string }>(`select distinct c.email from job_runs j join coaches c on c.id = j.coach_id where j.error_code is not null order by 1`);
  // The dead grant was told by its letter, and rests.
  expect(failed.map((f) => f.email).filter((email) => email !== emailOf('dead'))).toEqual([emailOf('limited')]);
  // The troubled ones converge as soon as they can.
  await fetch(`${w.emulator.url}/control/rules`, { method: 'DELETE' });
  await until('the silent ones are mirrored', async () => (await haveEvent(w, 'second')).length === OTHERS.length + 2);
});

test('a coach with many due calendars is given one slot, whatever its lead; those who waited longest come first', async () => {
  const w = await manyCoaches();
  const lease = { owner: 'test', leaseMs: 20_000 };
  const now = plus(w.now(), 2 * HOUR);
  const { id: greedy } = (await w.one<{ id: string }>(`select id from coaches where email = :email`, { email: emailOf('broken') })) ?? { id: '' };
  for (let i = 0; i < 30; i++) {
    await w.shell.db.raw(`insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role, wake_at) values (?, ?, ?, '', 'UTC', 'owner', 'busy', ?)`, [greedy, `cal_greedy${i}`, `greedy${i}`, new Date(MONDAY - 1_000 * HOUR)]);
  }
  await w.shell.db.raw(`update calendars set wake_at = ? where coach_id <> ?`, [new Date(now - HOUR), greedy]);
  const claims = await claimDue(w.shell.db, 'calendars', { ...lease, now, limit: 100 });
  expect(claims.filter((c) => c.coachId === greedy)).toHaveLength(1);
  expect(new Set(claims.map((c) => c.coachId)).size).toBe(TROUBLED.length + OTHERS.length + 1);
  // While that one is under way, none of its others is taken, and it comes back behind nobody's turn.
  expect(await claimDue(w.shell.db, 'calendars', { ...lease, now, limit: 100 })).toEqual([]);
  const own = claims.find((c) => c.coachId === greedy)!;
  await release(w.shell.db, own);
  expect((await claimDue(w.shell.db, 'calendars', { ...lease, now: instant(now + 1), limit: 100 })).map((c) => c.coachId)).toEqual([greedy]);
});
