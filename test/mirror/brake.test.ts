/** What a full read may not do, and how often there may be one. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, plus, type Instant } from '../../src/kernel/interval.js';
import { brake } from '../../src/mirror/brake.js';
import { FULL_READS_PER_HOUR } from '../../src/mirror/cadence.js';
import { statusLines } from '../../src/ops/status.js';
import { on, subjectsTo, worlds } from '../support/story.js';
import { KIM, type World } from '../support/world.js';

const open = worlds();
const events = Array.from({ length: 24 }, (_, i) => ({ id: `added${i}`, summary: `Session ${i}`, start: on(i % 12, i < 12 ? '09:00' : '15:00') }));
const runs = (w: World, outcome: string): Promise<{ did: string | null }[]> => w.all(`select counts ->> 'did' as did from job_runs where job = 'calendars' and outcome = :outcome`, { outcome });
const forget = (w: World): Promise<unknown> => fetch(`${w.emulator.url}/control/sync-tokens/expire`, { method: 'POST', body: '{}' });
/** Google forgets the token, and shows an empty calendar. */
async function emptied(w: World, ids: readonly string[]): Promise<void> {
  for (const id of ids) await w.deleteEvent(id);
  await forget(w);
}
const state = (w: World) => w.one<{ frozen_at: Instant | null; freeze_reason: string | null; parked_reason: string | null; wake_at: Instant; full_reads: number }>(`select * from calendars where role = 'sessions'`);
const fullReads = async (w: World): Promise<number> => (await w.reads() as { method: string; path: string; query?: string; status: number }[]).filter((r) => r.method === 'GET' && r.path.endsWith('/events') && r.status === 200 && !/syncToken|singleEvents=true/.test(r.query ?? '')).length;

test.each([[9, 9, false], [10, 10, true], [10, 20, false], [11, 20, true], [60, 100, true], [50, 100, false], [0, 0, false]])('%i of %i gone: frozen is %s', (missing, known, isFrozen) => {
  expect(brake(missing, known) !== null).toBe(isFrozen);
});

describe('a full read that would bury most of a calendar', () => {
  test('freezes it and is told once: one mail, one line in the job log, however often it is read again; the next sane read lifts it', async () => {
    const w = await open({ events });
    await emptied(w, events.map((e) => e.id));
    await w.pass(15 * MINUTE);
    expect(await state(w)).toMatchObject({ freeze_reason: 'a full read shows 24 of 24 events gone' });
    for (let i = 0; i < 12; i++) await w.pass(10 * MINUTE);
    expect(await w.all('select 1 from events')).toHaveLength(24);
    expect(await runs(w, 'stopped')).toEqual([{ did: 'a full read shows 24 of 24 events gone' }]);
    expect(await subjectsTo(w, KIM.email)).toEqual([`Nearly everything is gone from your calendar “${KIM.name}”`].map(() => expect.stringMatching(/^Nearly everything is gone from your calendar “/) as string));
    expect(await w.all(`select 1 from history where what = 'calendar frozen'`)).toHaveLength(1);
    expect((await statusLines(w.shell)).find((l) => l.includes('FROZEN'))).toContain('a full read shows 24 of 24 events gone');
    // Undeleted by hand in Google.
    for (const e of events) await w.patchEvent(e.id, { status: 'confirmed' });
    for (let i = 0; i < 8; i++) await w.pass(10 * MINUTE);
    expect(await state(w)).toMatchObject({ frozen_at: null, freeze_reason: null });
    expect(await subjectsTo(w, KIM.email)).toHaveLength(1);
  });

  test('one that freezes and thaws again within a week is told in the job log only', async () => {
    const w = await open({ events });
    for (let round = 0; round < 2; round++) {
      await emptied(w, events.map((e) => e.id));
      for (let i = 0; i < 8; i++) await w.pass(10 * MINUTE);
      expect((await state(w))?.frozen_at).not.toBeNull();
      for (const e of events) await w.patchEvent(e.id, { status: 'confirmed' });
      for (let i = 0; i < 8; i++) await w.pass(10 * MINUTE);
      expect((await state(w))?.frozen_at).toBeNull();
    }
    expect(await subjectsTo(w, KIM.email)).toHaveLength(1);
    expect(await runs(w, 'stopped')).toHaveLength(2);
  });

  test('a mail that is late by the time it thawed is not sent', async () => {
    const w = await open({ events });
    await w.catcher.close();
    await emptied(w, events.map((e) => e.id));
    await w.pass(15 * MINUTE);
    expect(await w.all(`select state from outbox where letter = 'frozen'`)).toEqual([{ state: 'waiting' }]);
    await w.shell.db.raw('update calendars set frozen_at = null, freeze_reason = null');
    await w.pass(HOUR);
    expect(await w.all(`select state from outbox where letter = 'frozen'`)).toEqual([{ state: 'pointless' }]);
  });
});

test('Google loses our place again and again: so many full reads in an hour, then it is parked, told once, and read again when the hour is over', async () => {
  const w = await open({ events });
  const began = await fullReads(w);
  const from = w.now();
  while (w.now() < plus(from, 50 * MINUTE)) {
    await forget(w);
    await w.pass(MINUTE);
  }
  expect(await fullReads(w) - began).toBeLessThanOrEqual(FULL_READS_PER_HOUR);
  const parked = await state(w);
  expect(parked?.parked_reason).toMatch(/^Google keeps losing our place/);
  expect(parked?.frozen_at).toBeNull();
  expect((parked?.wake_at ?? 0) - w.now()).toBeGreaterThan(MINUTE);
  expect((await runs(w, 'stopped')).map((r) => r.did)).toEqual(['cursor lost again and again; it is read in full as often as we allow']);
  expect((await statusLines(w.shell)).join('\n')).toContain('PARKED: Google keeps losing our place');
  await w.addEvent({ id: 'added99', summary: 'Later', start: on(20, '09:00') });
  await w.pass(HOUR);
  expect(await w.all(`select 1 from events where id = 'added99'`)).toHaveLength(1);
  // A read of changes that goes well ends it.
  await w.pass(15 * MINUTE);
  expect(await state(w)).toMatchObject({ parked_reason: null });
  await w.pass(DAY);
  expect((await runs(w, 'stopped'))).toHaveLength(1);
});
