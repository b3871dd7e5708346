import fc from 'fast-check';
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { expect, test } from 'vitest';
import { ANA, DANA, aWorld, mondays, refusal, timed } from './world.js';

type Event = calendar_v3.Schema$Event;

/** A client as the sheet wants it: pages by token alone, upserts by id, buries what is cancelled, cascades from a dead series. */
class Reader {
  readonly rows = new Map<string, Event>();
  pages = 0;
  private readonly dead = new Set<string>();
  private syncToken: string | undefined;

  constructor(private readonly api: calendar_v3.Calendar, private readonly shape: { singleEvents?: boolean; maxResults?: number } = {}) {}

  async read(betweenPages: () => Promise<unknown> = () => Promise.resolve()): Promise<Event[]> {
    const seen: Event[] = [];
    let pageToken: string | undefined;
    do {
      const { data } = await this.api.events.list({
        calendarId: 'primary', ...this.shape, ...(this.syncToken === undefined ? {} : { syncToken: this.syncToken }), ...(pageToken === undefined ? {} : { pageToken }),
      });
      this.pages++;
      for (const row of data.items ?? []) { seen.push(row); this.apply(row); }
      pageToken = data.nextPageToken ?? undefined;
      if (pageToken !== undefined) await betweenPages();
      expect(data.nextPageToken === undefined).toBe(data.nextSyncToken !== undefined);
      this.syncToken = data.nextSyncToken ?? this.syncToken;
    } while (pageToken !== undefined);
    return seen;
  }

  private apply(row: Event): void {
    const id = row.id ?? '';
    const isCancelledOccurrence = row.recurringEventId != null && this.shape.singleEvents !== true;
    if (row.status !== 'cancelled' || isCancelledOccurrence) this.rows.set(id, row);
    else this.rows.delete(id);
    if (row.status !== 'cancelled') this.dead.delete(id);
    // With singleEvents a series' id is buried only because the single event of that id became a series.
    else if (!isCancelledOccurrence && this.shape.singleEvents !== true) this.dead.add(id);
  }

  /** Rows by id; exceptions of a series that is gone are gone too, and a cancelled occurrence means nothing without its series. */
  state(): Event[] {
    return [...this.rows.values()]
      .filter((row) => row.recurringEventId == null || (!this.dead.has(row.recurringEventId) && (this.shape.singleEvents === true || row.status !== 'cancelled' || this.rows.has(row.recurringEventId))))
      .sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1));
  }
}

test('the token comes on the last page only; nothing new gives no rows and the same token', async () => {
  const { ana } = await aWorld();
  for (let i = 0; i < 5; i++) await ana.events.insert({ calendarId: 'primary', requestBody: timed(`2026-11-30T1${i}:00:00`, `2026-11-30T1${i}:30:00`) });
  const reader = new Reader(ana, { maxResults: 2 });
  expect(await reader.read()).toHaveLength(5);
  expect(reader.pages).toBe(3);
  expect(await reader.read()).toEqual([]);
});

test('an incremental answer holds changed rows in full and deleted ones as stubs', async () => {
  const { ana } = await aWorld();
  const { data: kept } = await ana.events.insert({ calendarId: 'primary', requestBody: timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') });
  const { data: doomed } = await ana.events.insert({ calendarId: 'primary', requestBody: timed('2026-11-30T15:00:00', '2026-11-30T16:00:00') });
  const reader = new Reader(ana);
  await reader.read();
  await ana.events.patch({ calendarId: 'primary', eventId: kept.id ?? '', requestBody: { summary: 'changed' } });
  await ana.events.delete({ calendarId: 'primary', eventId: doomed.id ?? '' });
  const [changed, stub] = await reader.read();
  expect(changed).toMatchObject({ id: kept.id, summary: 'changed' });
  expect(stub).toEqual({ kind: 'calendar#event', etag: expect.any(String), id: doomed.id, status: 'cancelled' });
  expect((await ana.events.list({ calendarId: 'primary' })).data.items?.map((each) => each.id)).toEqual([kept.id]);
  expect((await ana.events.list({ calendarId: 'primary', showDeleted: true })).data.items).toHaveLength(2);
});

test('a page of nothing but tombstones is empty and still has a next page; exceptions come before their series', async () => {
  const { ana } = await aWorld();
  const { data: master } = await ana.events.insert({ calendarId: 'primary', requestBody: { id: '00000', ...mondays() } });
  await ana.events.patch({ calendarId: 'primary', eventId: `${master.id}_20261012T110000Z`, requestBody: { summary: 'other' } });
  for (const id of ['vvvv1', 'vvvv2']) {
    await ana.events.insert({ calendarId: 'primary', requestBody: { id, ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') } });
    await ana.events.delete({ calendarId: 'primary', eventId: id });
  }
  const { data } = await ana.events.list({ calendarId: 'primary', maxResults: 2 });
  expect(data.items).toEqual([]);
  expect(data.nextPageToken).toBeDefined();
  expect((await new Reader(ana).read()).map((each) => each.recurringEventId ?? null)).toEqual([master.id, null]);
});

test.each([{}, { singleEvents: true }])('writes between two pages are not lost: the next incremental read has them (%o)', async (shape) => {
  const { ana } = await aWorld();
  const ids: string[] = [];
  const write = async () => {
    const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: timed(`2026-11-30T${10 + (ids.length % 9)}:00:00`, `2026-11-30T${10 + (ids.length % 9)}:30:00`) });
    ids.push(data.id ?? '');
  };
  for (let i = 0; i < 9; i++) await write();
  const disturb = async () => {
    const victim = ids.shift() ?? '';
    await ana.events.delete({ calendarId: 'primary', eventId: victim });
    await ana.events.patch({ calendarId: 'primary', eventId: ids[3] ?? '', requestBody: timed('2026-11-30T07:00:00', '2026-11-30T07:30:00') });
    if (ids.length < 12) await write();
  };
  const reader = new Reader(ana, { ...shape, maxResults: 2 });
  await reader.read(disturb);
  let quiet = 0;
  await reader.read(async () => { if (quiet++ < 3) await disturb(); });
  await reader.read();
  const anew = new Reader(ana, shape);
  await anew.read();
  expect(reader.state()).toEqual(anew.state());
});

test('the refusals of sync and page tokens', async () => {
  const { ana, dana, control } = await aWorld();
  await ana.events.insert({ calendarId: 'primary', requestBody: timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') });
  await ana.events.insert({ calendarId: 'primary', requestBody: timed('2026-11-30T13:00:00', '2026-11-30T14:00:00') });
  const { data } = await ana.events.list({ calendarId: 'primary' });
  const syncToken = data.nextSyncToken ?? '';
  const list = (params: object, api = ana) => refusal(api.events.list({ calendarId: 'primary', syncToken, ...params }));
  for (const restriction of [{ timeMin: '2026-01-01T00:00:00Z' }, { timeMax: '2026-01-01T00:00:00Z' }, { updatedMin: '2026-01-01T00:00:00Z' }, { q: 'x' }, { iCalUID: 'x' },
    { privateExtendedProperty: ['a=b'] }, { sharedExtendedProperty: ['a=b'] }, { showDeleted: false }]) {
    expect(await list(restriction)).toEqual({ status: 400, reason: 'syncTokenWithRequestRestrictions' });
  }
  expect((await list({ orderBy: 'updated' })).status).toBe(400);
  expect(await list({ syncToken: 'garbage' })).toEqual({ status: 400, reason: 'invalid' });
  expect(await list({ syncToken: `${syncToken.slice(0, -2)}xx` })).toEqual({ status: 400, reason: 'invalid' });
  expect(await list({}, dana)).toEqual({ status: 400, reason: 'invalid' });
  const { data: page } = await ana.events.list({ calendarId: 'primary', maxResults: 1 });
  expect(await refusal(ana.events.list({ calendarId: 'primary', maxResults: 1, singleEvents: true, pageToken: page.nextPageToken ?? '' }))).toEqual({ status: 400, reason: 'invalid' });
  await control('POST', '/sync-tokens/expire', { calendarId: ANA });
  expect(await list({})).toEqual({ status: 410, reason: 'fullSyncRequired' });
  expect((await ana.events.list({ calendarId: 'primary' })).data.nextSyncToken).toBeDefined();
});

const KEPT = 4;
const hour = fc.integer({ min: 8, max: 18 });
const step = fc.oneof(
  fc.record({ do: fc.constant('single' as const), at: hour }),
  fc.record({ do: fc.constant('invite' as const), at: hour }),
  fc.record({ do: fc.constant('series' as const), at: hour }),
  fc.record({ do: fc.constant('move' as const), which: fc.nat(20), at: hour }),
  fc.record({ do: fc.constant('rename' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('delete' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('restore' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('moveInstance' as const), which: fc.nat(20), slot: fc.nat(KEPT - 1), at: hour }),
  fc.record({ do: fc.constant('deleteInstance' as const), which: fc.nat(20), slot: fc.nat(KEPT - 1) }),
  fc.record({ do: fc.constant('trim' as const), which: fc.nat(20), count: fc.integer({ min: 1, max: KEPT }) }),
  fc.record({ do: fc.constant('answer' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('read' as const) }),
);

test('whatever is written, reading on from tokens equals reading anew: four readers, small pages', async () => {
  const { ana, dana } = await aWorld();
  let run = 0;
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
    const prefix = `r${(run++).toString(32).padStart(4, '0')}`;
    const ids: string[] = [];
    const readers: [Reader, Reader][] = [[ana, {}], [ana, { singleEvents: true }], [dana, {}], [dana, { singleEvents: true }]]
      .map(([api, shape]) => [new Reader(api as calendar_v3.Calendar, { ...shape as object, maxResults: 3 }), new Reader(api as calendar_v3.Calendar, shape as object)]);
    const two = (n: number): string => String(n).padStart(2, '0');
    const times = (at: number) => timed(`2026-11-30T${two(at)}:00:00`, `2026-11-30T${two(at)}:45:00`);
    const guests = [{ email: DANA }];
    // A refused step (a deleted event deleted again, no such instance) is part of a random history.
    const attempt = (call: Promise<unknown>) => call.catch((error: unknown) => { if (![400, 404, 410].includes((error as { status?: number }).status ?? 0)) throw error; });
    for (const each of steps) {
      const id = 'which' in each ? ids[each.which % Math.max(1, ids.length)] : undefined;
      const insert = (body: Event) => { const fresh = `${prefix}${ids.length}aaaa`; ids.push(fresh); return ana.events.insert({ calendarId: 'primary', requestBody: { id: fresh, ...body } }); };
      if (each.do === 'read') for (const [reader] of readers) await reader.read();
      else if (each.do === 'single') await insert(times(each.at));
      else if (each.do === 'invite') await insert({ ...times(each.at), attendees: guests });
      else if (each.do === 'series') await insert({ ...times(each.at), attendees: guests, recurrence: [`RRULE:FREQ=WEEKLY;COUNT=${KEPT}`] });
      else if (id === undefined) continue;
      else if (each.do === 'move') await attempt(ana.events.patch({ calendarId: 'primary', eventId: id, requestBody: times(each.at) }));
      else if (each.do === 'rename') await attempt(ana.events.patch({ calendarId: 'primary', eventId: id, requestBody: { summary: `${Math.random()}` } }));
      else if (each.do === 'delete') await attempt(ana.events.delete({ calendarId: 'primary', eventId: id }));
      else if (each.do === 'restore') await attempt(ana.events.patch({ calendarId: 'primary', eventId: id, requestBody: { status: 'confirmed' } }));
      else if (each.do === 'trim') await attempt(ana.events.patch({ calendarId: 'primary', eventId: id, requestBody: { recurrence: [`RRULE:FREQ=WEEKLY;COUNT=${each.count}`] } }));
      else if (each.do === 'answer') await attempt(dana.events.patch({ calendarId: 'primary', eventId: id, requestBody: { attendees: [{ email: DANA, responseStatus: 'accepted' }] } }));
      else {
        const master = await attempt(ana.events.instances({ calendarId: 'primary', eventId: id }).then(({ data }) => data)) as calendar_v3.Schema$Events | undefined;
        const instance = master?.items?.[each.slot]?.id;
        if (instance == null) continue;
        if (each.do === 'moveInstance') await attempt(ana.events.patch({ calendarId: 'primary', eventId: instance, requestBody: { summary: `moved ${each.at}`, ...timed(`2026-12-02T${two(each.at)}:00:00`, `2026-12-02T${two(each.at)}:45:00`) } }));
        else await attempt(ana.events.delete({ calendarId: 'primary', eventId: instance }));
      }
    }
    for (const [loop, anew] of readers) {
      await loop.read();
      await anew.read();
      expect(loop.state()).toEqual(anew.state());
    }
    for (const id of ids) await attempt(ana.events.delete({ calendarId: 'primary', eventId: id }));
  }), {
    numRuns: 20,
    // Found once: the guest's copy of a cancelled instance was not told again after its series came back.
    examples: [[[{ do: 'series', at: 8 }, { do: 'deleteInstance', which: 0, slot: 0 }, { do: 'delete', which: 0 }, { do: 'read' }, { do: 'read' }, { do: 'move', which: 0, at: 8 }, { do: 'restore', which: 0 }, { do: 'trim', which: 0, count: 1 }]]],
  });
}, 60_000);

test('a page of 2,500 events is answered in under 100 ms', async () => {
  const { ana, url } = await aWorld();
  for (let i = 0; i < 2_500; i += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, j) => ana.events.insert({ calendarId: 'primary', requestBody: { summary: `Event ${i + j}`, ...timed(`2026-11-${String(1 + ((i + j) % 28)).padStart(2, '0')}T13:00:00`, `2026-11-${String(1 + ((i + j) % 28)).padStart(2, '0')}T14:00:00`) } })));
  }
  const headers = { authorization: `Bearer sandbox:${ANA}` };
  const timings: number[] = [];
  for (let i = 0; i < 6; i++) {
    const began = performance.now();
    const answer = await fetch(`${url}/calendar/v3/calendars/primary/events?maxResults=2500`, { headers });
    const text = await answer.text();
    timings.push(performance.now() - began);
    expect((JSON.parse(text) as { items: unknown[] }).items).toHaveLength(2_500);
  }
  // The best of six: the limit is the emulator's, not that of a busy test machine.
  expect(Math.min(...timings)).toBeLessThan(100);
}, 60_000);
