/** A calendar of broken, missing, wrong-typed and enormous things: none stops the sync, none is silently lost. What the
 *  emulator itself would never send is put in by a double that stands before it. */
import { afterEach, describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, plus } from '../../src/kernel/interval.js';
import { unparsedByCalendar } from '../../src/mirror/unread.store.js';
import { compose, WORKERS, type Composed } from '../../src/ops/compose.js';
import { drain } from '../../src/work/run-due.flow.js';
import { startGoogleDouble, type GoogleDouble } from '../support/google-double.js';
import { MONDAY, on, worlds } from '../support/story.js';
import { KIM, type World } from '../support/world.js';

const world = worlds();
const iso = (at: number): string => new Date(at).toISOString().replace('.000', '');
const span = (start: number, hours = 1): Record<string, unknown> => ({ start: { dateTime: iso(start), timeZone: 'Europe/Berlin' }, end: { dateTime: iso(start + hours * HOUR), timeZone: 'Europe/Berlin' } });
const load = (w: World, events: readonly unknown[]): Promise<unknown> => w.control('/events', { calendarId: KIM.email, events });

interface Row { id: string; unparsed: string | null }
const mirrored = async (w: World): Promise<Row[]> => (await w.all<Row>(`select id, event ->> 'unparsed' as unparsed from events`)).sort((a, b) => (a.id < b.id ? -1 : 1));
const idsOf = async (w: World): Promise<string[]> => (await mirrored(w)).map((r) => r.id);
const occurrences = (w: World): Promise<{ event_id: string; s: number; e: number; blocking: string }[]> =>
  w.all('select event_id, lower(period) as s, upper(period) as e, blocking from occurrences order by event_id, s');
const cursor = async (w: World): Promise<string | null> => (await w.one<{ cursor: string | null }>('select cursor from calendars'))?.cursor ?? null;
const lastRun = (w: World) => w.one<{ outcome: string; counts: Record<string, number> }>(`select outcome, counts from job_runs where job = 'calendars' order by id desc limit 1`);
const failures = (w: World) => w.all(`select error_code from job_runs where outcome in ('failed', 'stopped')`);
const toldInHistory = (w: World) => w.one<{ facts: { unparsed: number; unreadable: number; events: string[] } }>(`select facts from history where what = 'events not understood' order by id desc limit 1`);
const nest = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => [inner], 'x');

/** Every good event of these tests, to be there whatever else is. */
const GOOD = [0, 1, 2, 3, 4].map((n) => ({ id: `good${n}`, status: 'confirmed', summary: `Good ${n}`, ...span(on(n, '08:00')) }));
const GOOD_IDS = GOOD.map((g) => g.id);
const T = on(1, '10:00');
const hour = [T, T + HOUR] as const;

/** Broken in ways that Google could send. `blocks`: what must be blocked, or null where nobody can know; `isTold`: it is
 *  reported as not understood. */
const POISON: readonly { id: string; event: Record<string, unknown>; blocks: readonly [number, number] | null; isTold: boolean }[] = [
  { id: 'noend', event: { start: { dateTime: iso(T) } }, blocks: hour, isTold: true },
  { id: 'nostart', event: { end: { dateTime: iso(T + HOUR) } }, blocks: hour, isTold: true },
  { id: 'backwards', event: { start: { dateTime: iso(T) }, end: { dateTime: iso(T - HOUR) } }, blocks: hour, isTold: true },
  { id: 'nothing', event: {}, blocks: null, isTold: true },
  { id: 'words', event: { start: { dateTime: 'soon' }, end: { dateTime: 'later' } }, blocks: null, isTold: true },
  { id: 'nulls', event: { start: null, end: null, status: null, attendees: null, recurrence: null, organizer: null, extendedProperties: null }, blocks: null, isTold: true },
  { id: 'types', event: { start: 7, end: [], summary: {}, attendees: 'many', recurrence: 3, organizer: [], extendedProperties: 'x' }, blocks: null, isTold: true },
  { id: 'status', event: { ...span(T), status: 'quantum', transparency: 'transparent' }, blocks: hour, isTold: true },
  { id: 'ages', event: { start: { date: '0001-01-01' }, end: { date: '9999-12-31' } }, blocks: hour, isTold: false },
  { id: 'type', event: { ...span(T), eventType: 'telepathy' }, blocks: hour, isTold: false },
  { id: 'zone', event: { start: { dateTime: iso(T), timeZone: 'Mars/Olympus' }, end: { dateTime: iso(T + HOUR), timeZone: 5 } }, blocks: hour, isTold: false },
  { id: 'zoneseries', event: { start: { dateTime: iso(T), timeZone: 'Mars/Olympus' }, end: { dateTime: iso(T + HOUR) }, recurrence: ['RRULE:FREQ=DAILY;COUNT=2'] }, blocks: hour, isTold: true },
  { id: 'role', event: { ...span(T), attendees: [{ email: 'a@x.example', responseStatus: 'perhaps', role: 'jester' }] }, blocks: hour, isTold: false },
  { id: 'text', event: { ...span(T), summary: 'a\u0000b\ud83d', location: '\udc00', recurrence: ['RRULE:FREQ=\u0000WEEKLY;COUNT=1'], extendedProperties: { private: { 'makeway\u0000': '\ud800' } } }, blocks: hour, isTold: false },
  { id: 'crowd', event: { ...span(T), attendees: Array.from({ length: 50_000 }, (_, i) => ({ email: `g${i}@crowd.example`, displayName: `Guest ${i}` })) }, blocks: hour, isTold: false },
  { id: 'novel', event: { ...span(T), description: 'd'.repeat(2_000_000), summary: 's'.repeat(500_000) }, blocks: hour, isTold: false },
  { id: 'deep', event: { ...span(T), extendedProperties: { private: { makeway: nest(90) } } }, blocks: hour, isTold: false },
  { id: 'x'.repeat(1_024), event: span(T), blocks: hour, isTold: false },
  { id: 'rulewords', event: { ...span(T), recurrence: ['every other Tuesday'] }, blocks: hour, isTold: true },
  { id: 'rulenumbers', event: { ...span(T), recurrence: [1, 2] }, blocks: hour, isTold: true },
  { id: 'never', event: { ...span(T), recurrence: ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'] }, blocks: hour, isTold: false },
  { id: 'everysecond', event: { ...span(T), recurrence: ['RRULE:FREQ=SECONDLY'] }, blocks: hour, isTold: false },
  { id: 'exdates', event: { ...span(T), recurrence: ['RRULE:FREQ=DAILY;COUNT=1', `EXDATE;TZID=Europe/Berlin:${Array.from({ length: 5_000 }, (_, i) => `${2000 + (i % 20)}0101T${String(i % 24).padStart(2, '0')}0000`).join(',')}`] }, blocks: hour, isTold: false },
  { id: 'orphan_20261201T100000Z', event: { ...span(T), recurringEventId: 'nobody', originalStartTime: { dateTime: '2026-12-01T10:00:00Z' } }, blocks: hour, isTold: false },
  { id: 'stray', event: { ...span(T), recurringEventId: 'nobody2', originalStartTime: 'never' }, blocks: hour, isTold: true },
  { id: 'ghost', event: { recurrence: ['RRULE:FREQ=WEEKLY'] }, blocks: null, isTold: true },
  { id: 'instant', event: span(T, 0), blocks: null, isTold: false },
];

let doubles: { double: GoogleDouble; composed: Composed }[] = [];
afterEach(async () => { for (const { double, composed } of doubles) { await composed.close(); await double.close(); } doubles = []; });

/** The same daemon, whose calls to Google go through a double. */
async function behindDouble(w: World): Promise<{ double: GoogleDouble; read(): Promise<number>; readAll(): Promise<number> }> {
  const double = await startGoogleDouble(w.emulator.url);
  const composed = compose({ ...w.settings, google: { ...w.settings.google, apiRoot: double.url } }, 'double', { clock: w.clock, connections: 4 });
  doubles.push({ double, composed });
  const read = async (): Promise<number> => {
    await w.shell.db('calendars').update({ wake_at: new Date(w.now()), attempts: 0 });
    return drain(composed.shell, WORKERS);
  };
  return { double, read, readAll: async () => { await w.shell.db('calendars').update({ cursor: null }); return read(); } };
}

describe('events', () => {
  test('broken ones, all at once: the others are right, each blocks what is known of its time, all that is not understood is told by id', async () => {
    const w = await world({ events: [] });
    const { double, read } = await behindDouble(w);
    await load(w, [...GOOD, ...POISON.map(({ id }) => ({ id, status: 'confirmed', ...span(on(9, '08:00')) }))]);
    const byId = new Map(POISON.map((p) => [p.id, p]));
    double.alterLists((page) => ({ ...page, items: (page.items as { id: string; etag: string }[]).map((item) => {
      const poison = byId.get(item.id);
      return poison ? { status: 'confirmed', ...poison.event, id: item.id, etag: item.etag } : item;
    }) }));
    await read();
    expect(await failures(w)).toEqual([]);
    expect(await cursor(w)).not.toBeNull();
    expect(await idsOf(w)).toEqual([...GOOD_IDS, ...POISON.map((p) => p.id)].sort());

    const laid = await occurrences(w);
    for (const id of GOOD_IDS) expect(laid.filter((o) => o.event_id === id)).toHaveLength(1);
    const wrong = POISON.filter(({ id, blocks }) => {
      const own = laid.filter((o) => o.event_id === id || o.event_id.startsWith(`${id}_`));
      return blocks === null ? own.length > 0 : !own.some((o) => o.blocking === 'busy' && o.s <= blocks[0] && o.e >= blocks[1]);
    });
    expect(wrong.map((p) => p.id)).toEqual([]);

    const told = POISON.filter((p) => p.isTold).map((p) => p.id).sort();
    expect((await mirrored(w)).filter((r) => r.unparsed !== null).map((r) => r.id)).toEqual(told);
    expect((await lastRun(w))?.counts).toMatchObject({ unparsed: told.length });
    const line = await toldInHistory(w);
    expect([...(line?.facts.events ?? [])].sort()).toEqual(told);
    expect(await unparsedByCalendar(w.shell.db)).toMatchObject([{ coach_id: w.coachId, n: told.length }]);
    // Nothing enormous is kept.
    expect((await w.one<{ n: number }>('select max(octet_length(event::text)) as n from events'))?.n).toBeLessThan(120_000);

    // What was not understood is read again when it changes, and is then an event like any other.
    double.alterLists((page) => page);
    await load(w, POISON.map(({ id, event: { recurringEventId } }) => ({ id, status: 'confirmed', ...span(on(2, '16:00')), ...(recurringEventId !== undefined && { recurringEventId, originalStartTime: span(T).start }) })));
    await read();
    expect((await mirrored(w)).filter((r) => r.unparsed !== null)).toEqual([]);
    expect((await occurrences(w)).filter((o) => !o.event_id.startsWith('good')).map((o) => [o.s, o.e])).toEqual(POISON.map(() => [on(2, '16:00'), on(2, '17:00')]));
  });

  test('as the emulator itself takes them, verbatim', async () => {
    const w = await world({ events: [] });
    await load(w, [...GOOD, ...POISON.map(({ id, event }) => ({ status: 'confirmed', ...event, id }))]);
    await w.pass(5 * MINUTE);
    expect(await failures(w)).toEqual([]);
    expect(await cursor(w)).not.toBeNull();
    expect(await idsOf(w)).toEqual([...GOOD_IDS, ...POISON.map((e) => e.id)].sort());
  });

  test('ids that no index would take: each is an event of its own, and leaves when it is deleted', async () => {
    const w = await world({ events: [] });
    const { double, read } = await behindDouble(w);
    // Irregular, so that Postgres cannot press it together.
    const long = (seed: number): string => Array.from({ length: 1_024 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7_919 + seed * 104_729 + i * i * 31) % 20_000))).join('');
    const ids = [long(1), long(2), 'nul\u0000', 'nul', 'half\ud83d', 'x'.repeat(5_000)];
    double.alterLists((page) => ({ ...page, items: ids.map((id, i) => ({ id, status: 'confirmed', ...span(T + i * 2 * HOUR), etag: '"1"' })) }));
    await read();
    expect(await failures(w)).toEqual([]);
    expect((await mirrored(w)).filter((r) => r.unparsed !== null)).toHaveLength(5);
    expect((await occurrences(w)).map((o) => o.s).sort()).toEqual(ids.map((_, i) => T + i * 2 * HOUR));
    double.alterLists((page) => ({ ...page, items: ids.map((id) => ({ id, status: 'cancelled', etag: '"2"' })) }));
    await read();
    expect(await mirrored(w)).toEqual([]);
    expect(await occurrences(w)).toEqual([]);
  });

  test('items that are no events are counted and told; equal ids are one event, the later one', async () => {
    const w = await world({ events: [] });
    const { double, read } = await behindDouble(w);
    await load(w, GOOD);
    double.alterLists((page) => ({ ...page, items: [null, 'event', [], 7, {}, { id: '' }, { id: 9, ...span(T) }, ...(page.items as unknown[]), { id: 'twin', etag: '"1"', ...span(T) }, { id: 'twin', etag: '"2"', ...span(T + HOUR) }] }));
    await read();
    expect(await failures(w)).toEqual([]);
    expect(await idsOf(w)).toEqual([...GOOD_IDS, 'twin']);
    expect((await occurrences(w)).filter((o) => o.event_id === 'twin').map((o) => o.s)).toEqual([T + HOUR]);
    expect((await lastRun(w))?.counts).toMatchObject({ unreadable: 7 });
    expect(await toldInHistory(w)).toMatchObject({ facts: { unreadable: 7, unparsed: 0 } });
  });

  test('exceptions of one slot twice, with and without their series: none is lost', async () => {
    const w = await world({ events: [] });
    const slot = { dateTime: iso(MONDAY) };
    await load(w, [
      { id: 'series', status: 'confirmed', ...span(MONDAY), recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] },
      ...[1, 2].map((n) => ({ id: `twin${n}`, status: 'confirmed', ...span(MONDAY + n * 2 * HOUR), recurringEventId: 'series', originalStartTime: slot })),
      ...[1, 2].map((n) => ({ id: `lost${n}`, status: 'confirmed', ...span(MONDAY + DAY + n * 2 * HOUR), recurringEventId: 'nobody', originalStartTime: slot })),
    ]);
    await w.pass(5 * MINUTE);
    expect(await failures(w)).toEqual([]);
    const starts = (await occurrences(w)).map((o) => o.s).sort();
    expect(starts).toEqual([MONDAY + 2 * HOUR, MONDAY + 4 * HOUR, MONDAY + DAY + 2 * HOUR, MONDAY + DAY + 4 * HOUR, MONDAY + 7 * DAY, MONDAY + 14 * DAY]);
  });
});

describe('answers', () => {
  const state = (w: World) => w.one<{ attempts: number; last_error: string | null; wake_at: number | null }>('select attempts, last_error, wake_at from calendars');

  test.each([
    ['HTML', { status: 200, body: '<html><body>Sorry</body></html>', contentType: 'text/html' }],
    ['nothing', { status: 200, body: '', contentType: 'application/json' }],
    ['half of its JSON', { status: 200, body: '{"kind":"calendar#events","items":[{"id":"a"', contentType: 'application/json' }],
    ['a list', { status: 200, body: '[]', contentType: 'application/json' }],
    ['no items', { status: 200, body: '{"kind":"calendar#events","nextSyncToken":"x"}', contentType: 'application/json' }],
    ['items that are no list', { status: 200, body: '{"kind":"calendar#events","items":{"0":{}},"nextSyncToken":"x"}', contentType: 'application/json' }],
    ['null', { status: 200, body: 'null', contentType: 'application/json' }],
    ['204', { status: 204, body: '', contentType: 'application/json' }],
  ])('%s: nothing is taken for deleted, the read is tried again soon, and then all is well', async (_what, broken) => {
    const w = await world({ events: [] });
    const { double, readAll, read } = await behindDouble(w);
    await load(w, GOOD);
    await read();
    double.alter = (call, answer) => (call.path.endsWith('/events') ? broken : answer);
    for (const again of [read, readAll]) {
      await again();
      expect(await state(w)).toMatchObject({ attempts: 1, last_error: 'GOOGLE_UNREACHABLE' });
      expect((await state(w))?.wake_at).toBeLessThan(plus(w.now(), 10_000));
      expect(await idsOf(w)).toEqual(GOOD_IDS);
      expect(await occurrences(w)).toHaveLength(GOOD.length);
    }
    double.alter = (_call, answer) => answer;
    await read();
    expect(await state(w)).toMatchObject({ attempts: 0, last_error: null });
    expect(await cursor(w)).not.toBeNull();
  });

  test.each([['the same page', () => 'again'], ['two pages in turn', (asked: string | null) => (asked === 'a' ? 'b' : 'a')]])('pages without an end (%s): the read ends', async (_what, next) => {
    const w = await world({ events: [] });
    const { double, read } = await behindDouble(w);
    await load(w, GOOD);
    double.alter = (call, answer) => {
      if (!call.path.endsWith('/events')) return answer;
      const { nextSyncToken: _, ...page } = JSON.parse(answer.status === 200 ? answer.body : '{"kind":"calendar#events","items":[]}') as Record<string, unknown>;
      return { status: 200, body: JSON.stringify({ ...page, nextPageToken: next(call.query.get('pageToken')) }) };
    };
    await read();
    expect(double.asked.length).toBeLessThan(10);
    expect(await state(w)).toMatchObject({ attempts: 1, last_error: 'GOOGLE_UNREACHABLE' });
    double.alter = (_call, answer) => answer;
    await read();
    expect(await idsOf(w)).toEqual(GOOD_IDS);
  });

  test('no sync token at the end: what was read counts, nothing is taken for deleted, and the next read goes on', async () => {
    const w = await world({ events: [] });
    const { double, read, readAll } = await behindDouble(w);
    await load(w, GOOD);
    await read();
    double.alterLists(({ nextSyncToken: _, ...page }, call) => (call.query.has('syncToken') ? page : { ...page, items: (page.items as unknown[]).slice(1) }));
    await load(w, [{ id: 'late', status: 'confirmed', ...span(T) }]);
    const before = await cursor(w);
    await read();
    expect(await cursor(w)).toBe(before);
    expect(await idsOf(w)).toContain('late');
    await readAll();
    expect(await idsOf(w)).toEqual([...GOOD_IDS, 'late']);
    expect((await state(w))?.wake_at).toBeGreaterThan(w.now());
    double.alterLists((page) => page);
    await read();
    expect(await cursor(w)).not.toBeNull();
  });

  test('a zone that nobody knows: the calendar keeps the one it had', async () => {
    const w = await world({ events: [] });
    const { double, read, readAll } = await behindDouble(w);
    const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
    await load(w, [{ id: 'allday', status: 'confirmed', start: { date: dateOf(MONDAY) }, end: { date: dateOf(MONDAY + DAY) } }]);
    await read();
    const before = await occurrences(w);
    expect(before).toHaveLength(1);
    for (const timeZone of ['Mars/Olympus', null, 7, '']) {
      double.alterLists((page) => ({ ...page, timeZone, accessRole: { a: 1 } }));
      await readAll();
      expect(await w.one('select time_zone, access_role from calendars')).toEqual({ time_zone: 'Europe/Berlin', access_role: 'owner' });
      expect(await occurrences(w)).toEqual(before);
    }
    expect(await failures(w)).toEqual([]);
  });
});
