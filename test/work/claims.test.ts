/** Who may work on what next: against a real Postgres, without Google. */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { HOUR, instant, MINUTE, plus, type Instant } from '../../src/kernel/interval.js';
import { openPool } from '../../src/postgres/pool.js';
import { rows, run } from '../../src/postgres/rows.js';
import type { Db } from '../../src/postgres/transaction.js';
import { claimDue, nextDueAt, putOff, release, type Ahead, type Claim, type Queue, type Reading, type Source } from '../../src/work/due.store.js';
import { cloneDatabase } from '../support/database.js';

const NOW = instant(Date.UTC(2026, 10, 23, 10));
const ago = (ms: number): Instant => plus(NOW, -ms);
let db: Db;
let drop: () => Promise<void>;
beforeAll(async () => {
  const database = await cloneDatabase(inject('databaseServer'), inject('template'));
  db = openPool(database.url, 8);
  drop = async () => { await db.destroy(); await database.drop(); };
});
afterAll(() => drop());
beforeEach(() => db.raw('truncate coaches cascade'));

interface Cal { coach: string; id: string; wakeAt?: Instant | null; cursor?: string | null; dirty?: boolean; awaited?: boolean }
async function calendars(...all: Cal[]): Promise<void> {
  for (const coach of new Set(all.map((c) => c.coach))) {
    await run(db, `insert into coaches (id, slug, name, email, time_zone, created_at) values (:coach, :slug, :coach, :email, 'UTC', :now) on conflict do nothing`, { coach, slug: `s-${coach}`, email: `${coach}@x.example`, now: new Date(NOW) });
  }
  for (const c of all) {
    await run(db, `insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role, cursor, dirty, pulled, awaited, wake_at)
      values (:coach, :id, :id, '', 'UTC', 'owner', 'busy', :cursor, :dirty, 0, :awaited, :wake)`,
    { coach: c.coach, id: c.id, cursor: c.cursor === undefined ? 'cursor' : c.cursor, dirty: c.dirty ? 1 : 0, awaited: c.awaited ?? false, wake: c.wakeAt === null ? null : new Date(c.wakeAt ?? ago(MINUTE)) });
  }
}
const channel = (coach: string, calendar: string, id = `w${calendar}`): Promise<number> => run(db, `insert into channels (coach_id, id, calendar_id, token_hash, address, state, created_at, wake_at)
  values (:coach, :id, :calendar, '\\x00', 'x', 'opening', :now, :now)`, { coach, calendar, id, now: new Date(ago(MINUTE)) });
const claim = (queue: Queue, limit: number, reading?: Reading, now = NOW): Promise<Claim[]> => claimDue(db, queue, { owner: 'here', now, leaseMs: 20_000, limit, ...(reading && { reading }) });
const ids = (claims: Claim[]): string[] => claims.map((c) => c.id).sort();
const CHANGES = { queue: 'calendars', reading: 'changes' } as const;
const FULL = { queue: 'calendars', reading: 'full' } as const;

describe('one coach, one slot of the background', () => {
  test('of five due calendars of one coach one is taken, whatever the slots; the next one when it is given back', async () => {
    await calendars(...[1, 2, 3, 4, 5].map((n) => ({ coach: 'kim', id: `k${n}`, wakeAt: ago(n * MINUTE) })), { coach: 'ana', id: 'a1' });
    const taken = await claim('calendars', 4, 'changes');
    expect(ids(taken)).toEqual(['a1', 'k5']);
    expect(await claim('calendars', 4, 'changes')).toEqual([]);
    await run(db, `update calendars set wake_at = :later where id = 'k5'`, { later: new Date(plus(NOW, HOUR)) });
    for (const c of taken) if (c.id === 'k5') await release(db, c);
    expect(ids(await claim('calendars', 4, 'changes'))).toEqual(['k4']);
  });
  test('a channel counts as much as a calendar, both ways', async () => {
    await calendars({ coach: 'kim', id: 'k1' }, { coach: 'ana', id: 'a1', wakeAt: null }, { coach: 'ana', id: 'a2' });
    await channel('kim', 'k1');
    await channel('ana', 'a1');
    const [first] = await claim('channels', 1);
    expect(['wk1', 'wa1']).toContain(first?.id);
    expect(ids(await claim('calendars', 4, 'changes'))).toEqual([first?.coachId === 'kim' ? 'a2' : 'k1']);
    expect(await claim('channels', 4)).toEqual([]);
  });
  test('a full read has slots of its own: it does not hold up the coach\'s other calendars, and two of them do not run at once', async () => {
    await calendars({ coach: 'kim', id: 'k1', cursor: null }, { coach: 'kim', id: 'k2', cursor: null }, { coach: 'kim', id: 'k3' });
    expect(await claim('calendars', 4, 'full')).toHaveLength(1);
    expect(await claim('calendars', 4, 'full')).toEqual([]);
    expect(ids(await claim('calendars', 4, 'changes'))).toEqual(['k3']);
  });
  test('claimed from many sides at once: each row goes to one, and each coach has one', async () => {
    await calendars(...Array.from({ length: 60 }, (_, i) => ({ coach: `c${i % 12}`, id: `k${i}` })));
    const taken = (await Promise.all(Array.from({ length: 16 }, () => claim('calendars', 3, 'changes')))).flat();
    expect(new Set(taken.map((c) => c.id)).size).toBe(taken.length);
    expect(new Set(taken.map((c) => c.coachId)).size).toBe(taken.length);
  });
});

describe('what comes first', () => {
  test('what a push or an open request makes urgent, then what has waited longest', async () => {
    await calendars(
      { coach: 'a', id: 'stale', wakeAt: ago(HOUR) }, { coach: 'b', id: 'staler', wakeAt: ago(2 * HOUR) }, { coach: 'c', id: 'fresh', wakeAt: ago(1) },
      { coach: 'd', id: 'pushed', wakeAt: ago(1), dirty: true }, { coach: 'e', id: 'awaited', wakeAt: ago(2), awaited: true }, { coach: 'f', id: 'later', wakeAt: plus(NOW, 1), dirty: true },
    );
    const order: string[] = [];
    for (let i = 0; i < 6; i++) order.push(...(await claim('calendars', 1, 'changes')).map((c) => c.id));
    expect(order).toEqual(['awaited', 'pushed', 'staler', 'stale', 'fresh']);
  });
  test('a coach with a hundred urgent calendars does not keep another one waiting', async () => {
    await calendars(...Array.from({ length: 100 }, (_, i) => ({ coach: 'many', id: `m${i}`, dirty: true, wakeAt: ago(HOUR) })), { coach: 'one', id: 'o1', dirty: true });
    expect((await claim('calendars', 1, 'changes')).map((c) => c.coachId)).toEqual(['many']);
    expect(ids(await claim('calendars', 1, 'changes'))).toEqual(['o1']);
  });
  test('full reads that pile up are not even looked at by the others', async () => {
    await calendars(...Array.from({ length: 50 }, (_, i) => ({ coach: `n${i}`, id: `n${i}`, cursor: null, wakeAt: ago(HOUR) })), { coach: 'kim', id: 'k1' });
    expect(ids(await claim('calendars', 4, 'changes'))).toEqual(['k1']);
    expect(await claim('calendars', 2, 'full')).toHaveLength(2);
  });
});

describe('when to look again', () => {
  const DUE = plus(NOW, 100);
  const ahead = (...sources: Source[]): Promise<Ahead[]> => nextDueAt(db, sources, NOW, 'somebody else');
  test('nothing waits: never', async () => { expect(await ahead(CHANGES, FULL, { queue: 'outbox' })).toMatchObject(Array(3).fill({ at: null, waits: false })); });
  test('the next row that becomes due, of what this lane takes', async () => {
    await calendars({ coach: 'a', id: 'a1', wakeAt: plus(NOW, HOUR) }, { coach: 'b', id: 'b1', wakeAt: plus(NOW, MINUTE) }, { coach: 'c', id: 'c1', wakeAt: plus(NOW, 1_000), cursor: null }, { coach: 'd', id: 'd1', wakeAt: null });
    expect(await ahead(CHANGES, FULL)).toMatchObject([{ at: plus(NOW, MINUTE), waits: false }, { at: plus(NOW, 1_000), waits: false }]);
  });
  test('what waits for another one of its coach: the end of that lease; once that is given back, soon', async () => {
    await calendars({ coach: 'kim', id: 'k1', wakeAt: ago(HOUR) }, { coach: 'kim', id: 'k2' });
    const [taken] = await claim('calendars', 4, 'changes');
    expect(await ahead(CHANGES)).toMatchObject([{ at: plus(NOW, 20_000), waits: true }]);
    expect(await nextDueAt(db, [CHANGES], NOW, 'here')).toMatchObject([{ at: null, waits: true }]); // whose lease it is knows its end
    if (taken) await putOff(db, taken, plus(NOW, HOUR), 'GOOGLE_QUOTA');
    expect(await ahead(CHANGES)).toMatchObject([{ at: DUE, waits: true }]);
  });
  test('what was due and is locked by somebody: soon', async () => {
    await calendars({ coach: 'kim', id: 'k1' });
    await db.transaction(async (tx) => {
      await tx.raw('select 1 from calendars for no key update');
      expect(await claim('calendars', 4, 'changes')).toEqual([]);
      expect(await ahead(CHANGES)).toMatchObject([{ at: DUE, waits: true }]);
    });
  });
  test('a lease that nobody gives back ends, and the row goes to another', async () => {
    await calendars({ coach: 'kim', id: 'k1' });
    const [first] = await claim('calendars', 1, 'changes');
    expect(await claim('calendars', 1, 'changes', plus(NOW, 19_999))).toEqual([]);
    const [second] = await claim('calendars', 1, 'changes', plus(NOW, 20_000));
    expect([second?.id, second?.fence]).toEqual(['k1', (first?.fence ?? 0) + 1]);
  });
});

describe('with 20,000 calendars of 10,000 coaches', () => {
  beforeEach(async () => {
    await run(db, `insert into coaches (id, slug, name, email, time_zone, created_at) select 'co' || i, 'co' || i, 'x', i || '@x.example', 'UTC', :now from generate_series(1, 10000) i`, { now: new Date(NOW) });
    await run(db, `insert into calendars (coach_id, id, google_id, summary, time_zone, access_role, role, cursor, dirty, pulled, wake_at)
      select 'co' || (1 + i % 10000), 'ca' || i, 'g' || i, '', 'UTC', 'owner', 'busy', 'c', 1, 1, cast(:now as timestamptz) + make_interval(secs => i / 3.0) from generate_series(1, 20000) i`, { now: new Date(NOW) });
    await run(db, `insert into channels (coach_id, id, calendar_id, token_hash, address, state, created_at, opened_at, renew_at, expires_at, resource_id, wake_at)
      select coach_id, 'w' || id, id, '\\x00', 'x', 'open', :now, :now, :later, :later, 'r', :later from calendars`, { now: new Date(NOW), later: new Date(plus(NOW, 24 * HOUR)) });
    await db.raw('analyze');
  });
  /** The lines of Postgres' plans for what `ask` asks. */
  async function plansOf(ask: () => Promise<unknown>): Promise<string[]> {
    const asked: { sql: string; bindings: unknown[] }[] = [];
    const listen = (q: { sql: string; bindings: unknown[] }): void => { asked.push(q); };
    db.on('query', listen);
    await ask();
    db.removeListener('query', listen);
    const lines: string[] = [];
    for (const { sql, bindings } of asked) {
      const text = bindings.reduce<string>((all, b, i) => all.replace(new RegExp(`\\$${i + 1}(?!\\d)`, 'g'), () => (typeof b === 'number' ? String(b) : `'${b instanceof Date ? b.toISOString() : String(b)}'`)), sql);
      lines.push(...(await rows<{ 'QUERY PLAN': string }>(db, `explain ${text}`)).map((r) => r['QUERY PLAN']));
    }
    return lines;
  }
  test.each([['calendars_due_changes', CHANGES], ['calendars_due_full', FULL], ['channels_due', { queue: 'channels' }]] as const)('claiming by %s and looking ahead read no table from end to end', async (index, source) => {
    const { queue, ...of } = source;
    for (const ask of [() => claimDue(db, queue, { owner: 'x', now: plus(NOW, 5_000), leaseMs: 20_000, limit: 4, ...of }), () => nextDueAt(db, [source], plus(NOW, 5_000), 'x')]) {
      const plan = await plansOf(ask);
      expect(plan.join('\n')).toContain(index);
      expect(plan.filter((line) => /Seq Scan on (calendars|channels)/.test(line))).toEqual([]);
    }
  });
});
