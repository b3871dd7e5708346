/** The sweep: what nothing would wake, what has fallen silent, and the pace of all reads. */
import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, plus, type Instant } from '../../src/kernel/interval.js';
import { outdateCursors, SHAPE } from '../../src/mirror/calendar.store.js';
import { prune, sweep } from '../../src/ops/housekeeping.flow.js';
import { lengthInWords, statusLines } from '../../src/ops/status.js';
import { on, worlds } from '../support/story.js';
import type { World } from '../support/world.js';

const open = worlds();
const calendar = (w: World) => w.one<{ wake_at: Instant; silent_since: Instant | null; usual_gap_ms: number | null; awaited: boolean }>(`select wake_at, silent_since, usual_gap_ms, awaited from calendars where role = 'sessions'`);
const status = async (w: World): Promise<string> => (await statusLines(w.shell)).join('\n');

test('without an address for pushes no channel is asked for, all is polled, and changes are seen within ten minutes', async () => {
  const w = await open({ events: [] });
  await w.shell.db.raw(`delete from channels`);
  const report = await sweep({ ...w.shell, pushAddress: null });
  expect(report.counts).toMatchObject({ channels: 0, calendars: 1 });
  for (let i = 0; i < 12; i++) await w.pass(30 * MINUTE);
  await w.addEvent({ id: 'added1', summary: 'New', start: on(0, '10:00') });
  await w.pass(13 * MINUTE);
  expect(await w.all(`select 1 from events where id = 'added1'`)).toHaveLength(1);
  // What has just changed may change again: it is looked at sooner.
  expect(((await calendar(w))?.wake_at ?? 0) - w.now()).toBeLessThanOrEqual(75_000);
  expect(await w.all('select 1 from channels')).toEqual([]);
});

test('more calendars than the budget bears: intervals are stretched, and status says by how much', async () => {
  const w = await open({ events: [] });
  expect(await status(w)).toContain('the first sweep has not reckoned it yet');
  await sweep(w.shell);
  expect(await status(w)).toMatch(/reading: 1 calendar, about \d+ calls a day of 500000; at their own pace/);
  const report = await sweep({ ...w.shell, googleCallsPerDay: 100 });
  expect(report.did).toMatch(/^reading is stretched ×\d+\.\d to keep the budget$/);
  expect(await status(w)).toMatch(/calls a day of 100; STRETCHED to keep the budget: intervals ×\d+\.\d/);
  await w.pass(HOUR);
  expect(((await calendar(w))?.wake_at ?? 0) - w.now()).toBeGreaterThan(15 * MINUTE);
});

test('with an open request the calendar is read every 30 s, and when it is settled no more', async () => {
  const w = await open();
  const { body } = await w.request(on(0, '13:00'));
  await w.settle();
  await w.pass(31_000);
  expect(await calendar(w)).toMatchObject({ awaited: true });
  expect(((await calendar(w))?.wake_at ?? 0) - w.now()).toBeLessThanOrEqual(30_000);
  await w.shell.db.raw(`update requests set state = 'declined', pending_reason = null, settled_at = created_at, wake_at = null where id = ?`, [body.id]);
  await w.pass(31_000);
  expect(await calendar(w)).toMatchObject({ awaited: false });
  expect(((await calendar(w))?.wake_at ?? 0) - w.now()).toBeGreaterThanOrEqual(45_000);
});

test('a calendar in which nothing changes any more although it used to is told, once', async () => {
  const w = await open({ events: [] });
  for (let i = 0; i < 4; i++) {
    await w.addEvent({ summary: `New ${i}`, start: on(i, '10:00') });
    await w.pass(4 * HOUR);
  }
  expect((await calendar(w))?.usual_gap_ms).toBeGreaterThan(3 * HOUR);
  await w.pass(3 * DAY);
  expect((await sweep(w.shell)).counts).toMatchObject({ silent: 0 });
  await w.pass(DAY);
  expect(await sweep(w.shell)).toMatchObject({ outcome: 'done', counts: { silent: 1 }, did: 'nothing changes any more where it used to' });
  expect((await sweep(w.shell)).counts).toMatchObject({ silent: 0 });
  expect(await status(w)).toContain('SILENT');
  await w.addEvent({ summary: 'At last', start: on(9, '10:00') });
  await w.pass(HOUR);
  expect(await calendar(w)).toMatchObject({ silent_since: null });
});

test('what nothing would wake is woken', async () => {
  const w = await open({ events: [] });
  await w.shell.db.raw('update calendars set wake_at = null');
  expect((await sweep(w.shell)).counts).toMatchObject({ woken: 1 });
  expect((await calendar(w))?.wake_at).toBe(w.now());
  expect((await sweep(w.shell)).outcome).toBe('nothing');
});

test.each([[0, '0 s'], [119_000, '119 s'], [plus(0 as Instant, 20 * MINUTE), '20 min'], [5 * HOUR, '5 h'], [9 * DAY, '9 days'], [-5, '0 s']])('%i ms are "%s"', (ms, words) => {
  expect(lengthInWords(ms)).toBe(words);
});

test('what a pull that never came to its end has put aside is forgotten, but not under a pull that goes on', async () => {
  const w = await open({ events: [] });
  const aside = (): Promise<unknown[]> => w.all('select 1 from staged_events');
  await w.shell.db.raw(`insert into staged_events (coach_id, calendar_id, id, root_id, etag, event) select coach_id, id, 'left', 'left', '', '{}' from calendars`);
  await w.shell.db.raw(`update calendars set lease_owner = 'somebody', lease_until = now() - interval '1 hour'`);
  await prune(w.shell);
  expect(await aside()).toHaveLength(1);
  await w.shell.db.raw('update calendars set lease_owner = null, lease_until = null');
  expect((await prune(w.shell)).counts).toMatchObject({ staged: 1 });
  expect(await aside()).toEqual([]);
});

test('calendars that an older version read wait for a full read, in the slots of full reads, and are then as they were', async () => {
  const w = await open();
  const laid = (): Promise<unknown[]> => w.all('select root_id, original_key, period::text from occurrences order by 1, 2');
  const before = await laid();
  expect(await outdateCursors(w.shell.db, w.now())).toBe(0);
  await w.shell.db.raw(`update calendars set cursor_shape = ${SHAPE - 1}`);
  expect(await outdateCursors(w.shell.db, w.now())).toBe(1);
  expect((await calendar(w))?.wake_at).toBeLessThanOrEqual(plus(w.now(), 10 * MINUTE));
  await w.pass(10 * MINUTE);
  expect(await w.one('select cursor_shape, cursor is null as waits, frozen_at from calendars')).toEqual({ cursor_shape: SHAPE, waits: false, frozen_at: null });
  expect(await laid()).toEqual(before);
});
