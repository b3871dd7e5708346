import { expect, test } from 'vitest';
import { reconcile, reconcileAll, type Reconciled } from '../../src/ops/reconcile.js';
import { DANAS_ID, MONDAY, on, trouble, worlds } from '../support/story.js';
import type { World } from '../support/world.js';

const open = worlds();
async function run(w: World, accept = false): Promise<Reconciled[]> {
  const found: Reconciled[] = [];
  for await (const one of reconcile(w.shell, w.coachId, accept)) found.push(one);
  return found;
}
const words = (found: readonly Reconciled[]): string[] => found.flatMap((f) => f.differences.map((d) => `${d.of} ${d.kind} ${d.id}`)).sort();

test('a mirror that is as Google is has no difference, and nothing is written', async () => {
  const w = await open();
  await w.addEvent({ id: 'lunch', summary: 'Lunch', start: on(1, '12:00') });
  const before = await w.fingerprint();
  const found = await run(w);
  expect(words(found)).toEqual([]);
  expect(found).toHaveLength(1);
  // Only the pull before the comparison moved something: Lunch came in.
  expect(await w.all('select id from events order by id')).toEqual([{ id: DANAS_ID }, { id: 'lunch' }]);
  expect(before).not.toContain('lunch');
});

test('each kind of difference is told and repaired; a second run finds nothing', async () => {
  const w = await open();
  for (const id of ['aaaaa', 'bbbbb', 'ccccc']) await w.addEvent({ id, summary: id, start: on(2, '10:00') });
  await w.pass(10 * 60_000);
  await w.shell.db.raw(`delete from events where id = 'aaaaa'`);
  await w.shell.db.raw(`update events set etag = '"1"', event = event || '{"transparency": "transparent"}' where id = 'bbbbb'`);
  await w.shell.db.raw(`insert into events select coach_id, calendar_id, 'ddddd', 'ddddd', etag, updated_at, generation, applied_at - interval '1 minute', event || '{"id": "ddddd"}', reach from events where id = 'ccccc'`);
  await w.shell.db.raw(`update occurrences set blocking = 'free' where event_id = 'ccccc'`);
  await w.shell.db.raw(`delete from occurrences where lower(period) = ?`, [new Date(MONDAY)]);
  await w.shell.db.raw(`update occurrences set period = tstzrange(lower(period), upper(period) + interval '1 hour') where lower(period) = ?`, [new Date(on(7, '13:00'))]);

  const [found] = await run(w);
  const instance = (at: number): string => `${DANAS_ID}_${new Date(at).toISOString().replace(/[-:]|\.000/g, '')}`;
  expect(words(found ? [found] : [])).toEqual([
    'event different bbbbb', 'event extra ddddd', 'event missing aaaaa',
    'occurrence different ccccc', `occurrence different ${instance(on(7, '13:00'))}`, `occurrence missing ${instance(MONDAY)}`,
  ].sort());
  expect(found?.left).toEqual([]);
  expect(await w.all(`select count(*) as n from history where what = 'to be read anew'`)).toEqual([{ n: 1 }]);
  expect(words(await run(w))).toEqual([]);
  expect((await reconcileAll(w.shell)).counts).toEqual({ calendars: 1, differences: 0, left: 0, unread: 0 });
  expect((await w.writes()).filter((each) => each.eventId === DANAS_ID && each.seq > 20)).toEqual([]);
});

test('a frozen calendar stays frozen until a person accepts what Google shows', async () => {
  const w = await open({ events: Array.from({ length: 20 }, (_, i) => ({ id: `event${i.toString(32)}`, summary: `Event ${i}`, start: on(i, '09:00') })) });
  for (let i = 0; i < 18; i++) await w.deleteEvent(`event${i.toString(32)}`);
  await w.control('/sync-tokens/expire', {});
  await w.pass(10 * 60_000);
  const frozen = () => w.one<{ frozen: boolean; events: number }>('select frozen_at is not null as frozen, (select count(*) from events) as events from calendars where role = \'sessions\'');
  expect(await frozen()).toEqual({ frozen: true, events: 20 });
  const [stays] = await run(w);
  expect(stays?.left.length).toBeGreaterThan(17);
  expect(await frozen()).toEqual({ frozen: true, events: 20 });
  const [accepted] = await run(w, true);
  expect(accepted?.left).toEqual([]);
  expect(await frozen()).toEqual({ frozen: false, events: 2 });
});

test('a calendar that cannot be read is told, and the others are compared all the same', async () => {
  const w = await open();
  await trouble(w, { method: 'GET', pathPattern: '/events', times: 50, status: 503 });
  const [found] = await run(w);
  expect(found?.problem?.code).toBe('GOOGLE_UNREACHABLE');
  expect((await reconcileAll(w.shell)).counts).toMatchObject({ calendars: 1, unread: 1 });
});
