/** What must hold for any history of writes: clients that read on from tokens know what is there, and nobody overwrites unseen. */
import fc from 'fast-check';
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { expect, test } from 'vitest';
import { holdCopies, openScene, perform, releaseCopies, viewsOf, wait, writeStep, type WriteStep } from './histories.js';
import { expectFresh, Reader, type Api, type Event } from './reader.js';
import { aWorld, clientFor, timed } from './world.js';

type Step = WriteStep | { readonly do: 'read'; readonly view: number } | { readonly do: 'wait'; readonly days: number } | { readonly do: 'hold' } | { readonly do: 'release' };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 26, arbitrary: writeStep },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('read' as const), view: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'hold' }, { do: 'release' }) },
);
const agingStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: anyStep },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 60 }) }) },
);
const history = (step: fc.Arbitrary<Step>) => fc.array(step, { minLength: 8, maxLength: 40 });

/** Runs a history with six readers, and leaves them where the history left them. Time goes on from `age.days` after the start. */
async function live(url: string, run: number, steps: readonly Step[], maxResults: number, age = { days: 0 }) {
  const scene = await openScene(url, run);
  const views = viewsOf(scene);
  const readers = views.map(([api, shape]) => new Reader(api, { ...shape, maxResults }));
  for (const step of steps) {
    if (step.do === 'read') await readers[step.view]?.read();
    else if (step.do === 'wait') await wait(url, age.days += step.days);
    else if (step.do === 'hold') await holdCopies(url);
    else if (step.do === 'release') await releaseCopies(url);
    else await perform(scene, step);
  }
  await releaseCopies(url);
  return { scene, views, readers };
}
async function expectAllFresh({ views, readers }: Pick<Awaited<ReturnType<typeof live>>, 'views' | 'readers'>): Promise<void> {
  for (const [i, reader] of readers.entries()) {
    const [api, shape] = views[i] ?? [];
    await reader.read();
    if (api !== undefined && shape !== undefined) await expectFresh(reader, api, shape);
  }
}

test('whatever is written, reading on from tokens equals reading anew: coach, client and a second calendar, expanded or not', async () => {
  const { url } = await aWorld();
  await wait(url, 0);
  let run = 0;
  await fc.assert(fc.asyncProperty(history(anyStep), fc.integer({ min: 1, max: 5 }), async (steps, maxResults) => {
    await expectAllFresh(await live(url, run++, steps, maxResults));
  }), {
    numRuns: 50,
    // Found once: the guest's copy of a cancelled instance was not told again after its series came back.
    examples: [[[{ do: 'sharedSeries', at: 8 }, { do: 'deleteInstance', which: 0, slot: 0 }, { do: 'delete', which: 0 }, { do: 'read', view: 1 }, { do: 'retime', which: 0, at: 8 }, { do: 'restore', which: 0 }, { do: 'trim', which: 0, count: 1 }], 3]],
  });
}, 120_000);

test('the same over months: whose token has grown too old is told so, and never left with what is gone', async () => {
  const { url } = await aWorld();
  const age = { days: 0 };
  let run = 0, restarts = 0;
  await wait(url, 0);
  await fc.assert(fc.asyncProperty(history(agingStep), async (steps) => {
    const { views, readers } = await live(url, run++, steps, 4, age);
    await expectAllFresh({ views, readers });
    for (const reader of readers) restarts += reader.restarts;
  }), {
    numRuns: 20,
    examples: [[[{ do: 'sharedSeries', at: 9 }, { do: 'single', at: 9 }, ...[0, 1, 2, 3, 4, 5].map((view): Step => ({ do: 'read', view })), { do: 'delete', which: 1 }, { do: 'wait', days: 100 }, { do: 'rename', which: 0 }]]],
  });
  expect(restarts).toBeGreaterThan(0);
}, 120_000);

/** Hours of the shared series that are there before the first turn. */
const BEGINNINGS = [[9, 10], [9], [9, 10, 11, 12, 13]];
type Turn = WriteStep | { readonly do: 'page'; readonly view: number } | { readonly do: 'read'; readonly view: number };

test('the same when writes come between the pages of six readers, in any order of turns', async () => {
  const { url } = await aWorld();
  await wait(url, 0);
  let run = 0;
  const turn: fc.Arbitrary<Turn> = fc.oneof(
    { weight: 3, arbitrary: writeStep },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('page' as const), view: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('read' as const), view: fc.nat(5) }) },
  );
  await fc.assert(fc.asyncProperty(fc.array(turn, { minLength: 20, maxLength: 120 }), fc.integer({ min: 1, max: 4 }), fc.constantFrom(...BEGINNINGS), async (turns, maxResults, hours) => {
    const scene = await openScene(url, run++);
    for (const at of hours) await perform(scene, { do: 'sharedSeries', at });
    const views = viewsOf(scene);
    const readers = views.map(([api, shape]) => new Reader(api, { ...shape, maxResults }));
    // The emulator does one call after the other: turns of whole calls are all that concurrency can bring about.
    for (const step of turns) {
      if (step.do === 'page') await readers[step.view]?.page();
      else if (step.do === 'read') await readers[step.view]?.read();
      else await perform(scene, step);
    }
    for (const reader of readers) await reader.read();
    await expectAllFresh({ views, readers });
  }), {
    numRuns: 40,
    examples: [
      // Found once: a series that changed again between two pages took the cancellations of its change before with it.
      [[{ do: 'read', view: 3 }, { do: 'trim', which: 0, count: 1 }, { do: 'page', view: 3 }, { do: 'addDate', which: 0 }], 1, [9, 10]],
      // Found once: who had a changed occurrence was not told that it went when its deleted series became a single event.
      [[{ do: 'renameInstance', which: 0, slot: 0 }, { do: 'read', view: 3 }, { do: 'delete', which: 0 }, { do: 'toSingle', which: 0 }], 2, [9, 10]],
      // Found once: an event that had become a series moved to an earlier day between two pages, and nobody was told that the single one went.
      [[{ do: 'single', at: 9 }, { do: 'read', view: 3 }, { do: 'toSeries', which: 2 }, { do: 'retime', which: 0, at: 8 }, { do: 'page', view: 3 }, { do: 'toDay', which: 2 }], 1, [9, 10]],
      // Found once: an exception went to a part that its guest has not, and the guest's series came back with an instance of the same id.
      [[{ do: 'declineInstance', which: 0, slot: 1 }, { do: 'unshare', which: 0 }, { do: 'splitAt', which: 0, slot: 1, at: 8 }, { do: 'guestRestores', which: 0 }], 1, [9]],
      // Found once: a series that came back whole, and was trimmed at once, took the instances of the part that had been split off with it.
      [[{ do: 'guestDeletes', which: 0 }, { do: 'splitAt', which: 0, slot: 1, at: 8 }, { do: 'read', view: 4 }, { do: 'guestRestores', which: 0 }], 1, [9]],
      // Found once: two parts of a series were brought to overlap, and an id stood for two events.
      [[{ do: 'trim', which: 0, count: 2 }, { do: 'splitAt', which: 0, slot: 1, at: 8 }, { do: 'read', view: 3 }, { do: 'trim', which: 0, count: 4 }], 2, [9]],
      // Found once: a cancelled occurrence that came back with a move of its former series was not told again.
      [[{ do: 'deleteInstance', which: 0, slot: 0 }, { do: 'replace', which: 0 }, { do: 'away', which: 0 }, { do: 'read', view: 0 }, { do: 'back', which: 0 }], 1, [9]],
      // Nor was an occurrence that had been brought back while its series was away.
      [[{ do: 'away', which: 0 }, { do: 'restoreInstance', which: 0, slot: 0 }, { do: 'read', view: 3 }, { do: 'back', which: 0 }], 1, [9]],
      // Of a series that was reshaped very often, the shape that a reader knew was forgotten.
      [[{ do: 'read', view: 3 }, ...[9, 10, 11, 12].flatMap((at) => [1, 2, 3, 4, 3, 2].flatMap((count): Turn[] => [{ do: 'retime', which: 0, at: at + 1 }, { do: 'trim', which: 0, count }]))], 4, [9]],
    ],
  });
}, 120_000);

test('the same with three writers and six readers at once', async () => {
  const HOURS = [9, 10, 11, 12, 13], MAX_RESULTS = 2;
  const { url } = await aWorld();
  await wait(url, 0);
  let run = 0;
  await fc.assert(fc.asyncProperty(fc.array(fc.array(writeStep, { minLength: 6, maxLength: 16 }), { minLength: 3, maxLength: 3 }), async (writers) => {
    const scene = await openScene(url, run++);
    for (const at of HOURS) await perform(scene, { do: 'sharedSeries', at });
    const views = viewsOf(scene);
    const readers = views.map(([api, shape]) => new Reader(api, { ...shape, maxResults: MAX_RESULTS }));
    let writing = writers.length;
    const turns: Turn[] = [];
    const write = async (steps: readonly WriteStep[]) => {
      for (const step of steps) { await perform(scene, step); turns.push(step); }
      writing--;
    };
    const keepReading = async (reader: Reader, view: number) => {
      for (let isAtEnd = false; !isAtEnd || writing > 0;) { isAtEnd = await reader.page() !== undefined; turns.push({ do: 'page', view }); }
    };
    await Promise.all([...writers.map(write), ...readers.map(keepReading)]);
    await expectAllFresh({ views, readers }).catch((error: unknown) => {
      throw new Error(`In the order of the answers, as an example for the property before: ${JSON.stringify([turns, MAX_RESULTS, HOURS])}`, { cause: error });
    });
    // Who was first is chance, so a smaller history would be another one: no shrinking.
  }), { numRuns: 5, endOnFailure: true });
}, 120_000);

test('a token may be replayed: an older one leads to the same state, the same one gives the same answer twice', async () => {
  const { url } = await aWorld();
  await wait(url, 0);
  let run = 0;
  await fc.assert(fc.asyncProperty(fc.array(fc.array(writeStep, { minLength: 2, maxLength: 8 }), { minLength: 2, maxLength: 4 }), fc.integer({ min: 1, max: 4 }), async (chapters, maxResults) => {
    const scene = await openScene(url, run++);
    for (const [api, shape] of viewsOf(scene).slice(0, 4)) {
      const reader = new Reader(api, { ...shape, maxResults });
      const bookmarks: Reader[] = [];
      for (const steps of chapters) {
        await reader.read();
        bookmarks.push(reader.fork());
        for (const step of steps) await perform(scene, step);
      }
      for (const bookmark of bookmarks) {
        const [once, again] = [bookmark.fork(), bookmark.fork()];
        expect(await once.read()).toEqual(await again.read());
        await expectFresh(once, api, shape);
        // From where it stopped, a second reading of the old token changes nothing.
        await once.read();
        await expectFresh(once, api, shape);
      }
    }
  }), { numRuns: 12 });
}, 120_000);

type Race = 'patch' | 'update' | 'delete';

/** One event of a kind that a write can meet: a single one, a series, or a plain or changed occurrence. */
async function anEvent(api: Api, kind: 'single' | 'series' | 'instance' | 'exception'): Promise<Event> {
  const { data } = await api.events.insert({ calendarId: 'primary', requestBody: {
    summary: 'before', ...timed('2026-11-30T10:00:00', '2026-11-30T11:00:00'), ...(kind === 'single' ? {} : { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] }),
  } });
  if (kind === 'single' || kind === 'series') return data;
  const eventId = `${data.id}_20261207T090000Z`;
  if (kind === 'exception') await api.events.patch({ calendarId: 'primary', eventId, requestBody: { summary: 'exception' } });
  return (await api.events.get({ calendarId: 'primary', eventId })).data;
}

test('of clients that write with If-Match on one etag exactly one wins; the others get 412 and change nothing', async () => {
  const { url } = await aWorld();
  let run = 0;
  const kind = fc.constantFrom('single' as const, 'series' as const, 'instance' as const, 'exception' as const);
  const racers = fc.array(fc.constantFrom<Race>('patch', 'patch', 'update', 'delete'), { minLength: 2, maxLength: 5 });
  await fc.assert(fc.asyncProperty(kind, racers, async (what, races) => {
    const { ana } = await openScene(url, run++);
    const event = await anEvent(ana, what);
    const eventId = event.id ?? '', options = { headers: { 'If-Match': event.etag ?? '' } };
    const { recurrence, start = {}, end = {} } = event;
    const outcomes = await Promise.all(races.map(async (race, i) => {
      const api = clientFor(url, `ana${run - 1}@coach.example`);
      const summary = `racer ${i}`;
      const call = race === 'delete' ? api.events.delete({ calendarId: 'primary', eventId }, options)
        : race === 'patch' ? api.events.patch({ calendarId: 'primary', eventId, requestBody: { summary } }, options)
          : api.events.update({ calendarId: 'primary', eventId, requestBody: { summary, start, end, ...(recurrence == null ? {} : { recurrence }) } }, options);
      return call.then(({ data }) => ({ status: 200, race, summary, etag: (data as Event | undefined)?.etag }),
        (error: unknown) => ({ status: (error as { status?: number }).status ?? 0, race, summary, etag: undefined }));
    }));
    const won = outcomes.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    // After a delete, who comes late may also be told that the event is gone.
    for (const { status, race } of outcomes.filter((each) => each.status !== 200)) expect(won[0]?.race === 'delete' && race === 'delete' ? [410, 412] : [412]).toContain(status);
    const { data } = await ana.events.get({ calendarId: 'primary', eventId });
    if (won[0]?.race === 'delete') expect(data.status).toBe('cancelled');
    else expect([data.status, data.summary, data.etag]).toEqual(['confirmed', won[0]?.summary, won[0]?.etag]);
  }), { numRuns: 40 });
}, 120_000);

test('page size never changes a list, in its rows or their order', async () => {
  const { url } = await aWorld();
  await wait(url, 0);
  let run = 0;
  const query = fc.record({
    singleEvents: fc.boolean(), showDeleted: fc.boolean(), orderBy: fc.constantFrom(undefined, 'updated', 'startTime'), timeMin: fc.constantFrom(undefined, '2026-12-05T00:00:00Z'),
    timeMax: fc.constantFrom(undefined, '2026-12-10T00:00:00Z'), q: fc.constantFrom(undefined, 'step'), updatedMin: fc.constantFrom(undefined, '2026-11-23T08:00:00Z'), fromToken: fc.boolean(),
  });
  await fc.assert(fc.asyncProperty(fc.array(writeStep, { minLength: 8, maxLength: 40 }), fc.array(query, { minLength: 6, maxLength: 6 }), async (steps, queries) => {
    const half = Math.floor(steps.length / 2);
    const scene = await openScene(url, run++);
    const early = new Map<string, string>();
    for (const step of steps.slice(0, half)) await perform(scene, step);
    for (const singleEvents of [false, true]) early.set(String(singleEvents), (await scene.ana.events.list({ calendarId: 'primary', singleEvents })).data.nextSyncToken ?? '');
    for (const step of steps.slice(half)) await perform(scene, step);
    for (const { fromToken, singleEvents, showDeleted, orderBy, timeMin, timeMax, q, updatedMin } of queries) {
      const whole: calendar_v3.Params$Resource$Events$List = fromToken ? { syncToken: early.get(String(singleEvents)) ?? '', ...(showDeleted ? { showDeleted } : {}) } : {
        showDeleted, ...(orderBy === undefined || (orderBy === 'startTime' && !singleEvents) ? {} : { orderBy }), ...(timeMin === undefined ? {} : { timeMin }),
        ...(timeMax === undefined ? {} : { timeMax }), ...(q === undefined ? {} : { q }), ...(updatedMin === undefined ? {} : { updatedMin }),
      };
      const read = async (maxResults: number): Promise<Event[]> => {
        const rows: Event[] = [];
        let pageToken: string | undefined;
        do {
          const { data }: { data: calendar_v3.Schema$Events } = await scene.ana.events.list({ calendarId: 'primary', singleEvents, ...whole, maxResults, ...(pageToken === undefined ? {} : { pageToken }) });
          expect(data.items?.length).toBeLessThanOrEqual(maxResults);
          rows.push(...(data.items ?? []));
          pageToken = data.nextPageToken ?? undefined;
        } while (pageToken !== undefined);
        return rows;
      };
      const reference = await read(2500);
      expect(new Set(reference.map((row) => row.id)).size).toBe(reference.length);
      for (const maxResults of [1, 3]) expect(await read(maxResults)).toEqual(reference);
    }
  }), { numRuns: 25 });
}, 120_000);

test('the views of a calendar agree: get, the list, the expanded list, and the instances of each series', async () => {
  const { url } = await aWorld();
  await wait(url, 0);
  let run = 0;
  await fc.assert(fc.asyncProperty(history(writeStep), async (steps) => {
    const { scene } = await live(url, run++, steps, 250);
    for (const [api, { calendarId }] of [[scene.ana, { calendarId: 'primary' }], [scene.dana, { calendarId: 'primary' }], [scene.ana, { calendarId: scene.other }]] as const) {
      const rowsOf = async (more: object): Promise<Event[]> => (await api.events.list({ calendarId, maxResults: 2500, ...more })).data.items ?? [];
      const rows = await rowsOf({}), expanded = await rowsOf({ singleEvents: true });
      const instances: Event[] = [];
      for (const { id, recurrence, recurringEventId, status } of rows) {
        if (recurrence != null) instances.push(...((await api.events.instances({ calendarId, eventId: id ?? '' })).data.items ?? []));
        // Of a series that is on this calendar, an occurrence stands where the series has one.
        const series = rows.find((each) => each.id === recurringEventId);
        if (series !== undefined && status !== 'cancelled') expect(series.recurrence).toBeDefined();
      }
      const orphans = rows.filter((row) => row.recurringEventId != null && row.status !== 'cancelled' && !rows.some((each) => each.id === row.recurringEventId));
      const singles = rows.filter((row) => row.recurrence == null && row.recurringEventId == null);
      const byId = (events: Event[]) => Object.fromEntries(events.map((each) => [each.id, each]));
      expect(byId(expanded)).toEqual(byId([...singles, ...orphans, ...instances]));
      for (const row of [...rows.filter((each) => each.status !== 'cancelled'), ...expanded]) {
        expect((await api.events.get({ calendarId, eventId: row.id ?? '' })).data).toEqual(row);
      }
    }
  }), {
    numRuns: 40,
    examples: [
      // Found once: on a guest's calendar the deleted first part of a split series hid the second.
      [[{ do: 'sharedSeries', at: 9 }, { do: 'splitAt', which: 0, slot: 1, at: 9 }, { do: 'guestDeletes', which: 1 }, { do: 'splitAt', which: 1, slot: 1, at: 10 }]],
      // A deleted series that comes back as a single event: its exceptions have no slot any more.
      [[{ do: 'series', at: 9 }, { do: 'renameInstance', which: 0, slot: 1 }, { do: 'delete', which: 0 }, { do: 'toSingle', which: 0 }, { do: 'restore', which: 0 }]],
      [[{ do: 'sharedSeries', at: 9 }, { do: 'renameInstance', which: 0, slot: 3 }, { do: 'delete', which: 0 }, { do: 'trim', which: 0, count: 2 }, { do: 'restore', which: 0 }]],
    ],
  });
}, 120_000);
