/** Real events of Google's, mutated: what is decoded survives the mirror's tables as it is; one poisoned event leaves all
 *  others right; and what Postgres refuses all the same is put in bare. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEvent } from '../../src/google/decode-event.js';
import { HOUR, instant } from '../../src/kernel/interval.js';
import { applyApart } from '../../src/mirror/apart.store.js';
import { applyEvents } from '../../src/mirror/apply.store.js';
import { calendarsOf } from '../../src/mirror/calendar.store.js';
import { inTx, type Tx } from '../../src/postgres/transaction.js';
import { mutatedFrom } from '../google/mutated.js';
import { MONDAY, on, worlds } from '../support/story.js';

const world = worlds();
const { samples } = JSON.parse(readFileSync(new URL('../fixtures/google-event-samples.json', import.meta.url), 'utf8')) as { samples: { event: Record<string, unknown> }[] };
const timed = (id: string, at: number) => decodeEvent({ id, etag: '"1"', start: { dateTime: new Date(at).toISOString() }, end: { dateTime: new Date(at + HOUR).toISOString() } })!;
const GOOD = [0, 1, 2, 3, 4].map((n) => timed(`good${n}`, on(n, '08:00')));
class Undo extends Error {}

test('whatever is decoded survives the mirror\'s tables as it is, and leaves all others right', async () => {
  const w = await world({ events: [] });
  const [calendar] = await calendarsOf(w.shell.db, w.coachId);
  let stored = 0;
  await fc.assert(fc.asyncProperty(fc.array(mutatedFrom(samples.map((s) => s.event)), { minLength: 1, maxLength: 6 }), async (raws) => {
    const decoded = new Map(raws.flatMap((raw) => decodeEvent(raw, 'Europe/Berlin') ?? []).map((e) => [e.id, e]));
    // What is cancelled leaves, or is a hole in a series that is not here.
    const live = [...decoded.values()].filter((e) => e.status !== 'cancelled');
    stored += live.length;
    await inTx(w.shell.db, 'commit pull', async (tx) => {
      await applyEvents(tx, calendar!, [...live, ...GOOD], [], { generation: 1, now: instant(MONDAY) });
      const kept = new Map((await tx.raw<{ rows: { id: string; event: unknown }[] }>('select id, event from events')).rows.map((r) => [r.id, r.event]));
      for (const e of [...live, ...GOOD]) expect(kept.get(e.id)).toEqual(e);
      const laid = (await tx.raw<{ rows: { event_id: string }[] }>('select event_id from occurrences')).rows.map((r) => r.event_id);
      expect(laid).toEqual(expect.arrayContaining(GOOD.map((g) => g.id)));
      throw new Undo();
    }).catch((error: unknown) => { if (!(error instanceof Undo)) throw error; });
  }), { numRuns: 150 });
  expect(stored).toBeGreaterThan(150);
});

test('what Postgres refuses all the same is put in bare, blocks its time, and costs the others nothing', async () => {
  const w = await world({ events: [] });
  const [calendar] = await calendarsOf(w.shell.db, w.coachId);
  const good = Array.from({ length: 200 }, (_, i) => timed(`g${i}`, MONDAY + i * HOUR));
  const poison = { ...timed('bad', MONDAY), summary: 'decoded by somebody else\u0000' };
  await inTx(w.shell.db, 'commit pull', (tx) => applyEvents(tx, calendar!, [...good.slice(0, 77), poison, ...good.slice(77)], [], { generation: 1, now: instant(MONDAY) }));
  expect(await w.one('select count(*) as n from events')).toEqual({ n: 201 });
  expect(await w.all(`select id, event ->> 'unparsed' as unparsed from events where event ->> 'unparsed' is not null`)).toEqual([{ id: 'bad', unparsed: 'Postgres refuses it' }]);
  expect(await w.all(`select lower(period) as s, upper(period) as e, blocking from occurrences where event_id = 'bad'`)).toEqual([{ s: MONDAY, e: MONDAY + HOUR, blocking: 'busy' }]);
});

test('halving asks for little, and lets other errors pass', async () => {
  const w = await world({ events: [] });
  let tries = 0;
  const apply = async (tx: Tx, items: readonly string[]): Promise<void> => { tries++; await tx.raw('select jsonb_array_elements(?::jsonb)', [JSON.stringify(items)]); };
  const items = Array.from({ length: 500 }, (_, i) => (i === 333 ? '\u0000' : `i${i}`));
  expect(await inTx(w.shell.db, 'commit pull', (tx) => applyApart(tx, items, apply, () => 'bare'))).toEqual(['\u0000']);
  expect(tries).toBeLessThanOrEqual(21);
  await expect(inTx(w.shell.db, 'commit pull', (tx) => applyApart(tx, items, () => Promise.reject(new Error('away')), () => 'bare'))).rejects.toThrow('away');
});
