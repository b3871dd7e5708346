import { expect, test } from 'vitest';
import { ANA, DANA, aWorld, mondays, timed } from './world.js';

const on = (eventId: string | null | undefined) => ({ calendarId: 'primary', eventId: eventId ?? '' });

async function aSeries(more: object = {}) {
  const world = await aWorld();
  const { data: series } = await world.ana.events.insert({ calendarId: 'primary', requestBody: mondays(more) });
  const root = series.id ?? '';
  const split = (slot: string, rest: object = {}) => world.control('POST', '/events/split', { calendarId: ANA, eventId: `${root}_${slot}`, ...rest }) as Promise<{ trimmed: Record<string, unknown>; part: Record<string, unknown> }>;
  const trim = (slot: string) => world.control('POST', '/events/trim', { calendarId: ANA, eventId: `${root}_${slot}` }) as Promise<{ trimmed: Record<string, unknown> }>;
  const get = async (eventId: string) => (await world.ana.events.get(on(eventId))).data;
  const shown = async (api = world.ana) => (await api.events.list({ calendarId: 'primary', singleEvents: true, orderBy: 'startTime', timeZone: 'UTC', timeMax: '2026-12-10T00:00:00Z' })).data.items
    ?.map((each) => [each.start?.dateTime?.slice(5, 16), each.summary, each.recurringEventId?.slice(root.length)]);
  return { ...world, series, root, split, trim, get, shown };
}

test('a split leaves the old series trimmed and a new one under _R, with ids as recorded', async () => {
  const { root, series, split, get, shown, control } = await aSeries();
  const { trimmed, part } = await split('20261116T120000Z', { changes: { summary: 'New room', location: 'B' } });
  expect(trimmed).toMatchObject({ id: root, recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20261115T225959Z;BYDAY=MO'], sequence: 1, summary: 'Dana' });
  expect(part).toMatchObject({
    id: `${root}_R20261116T120000`, iCalUID: `${root}_R20261116T120000@google.com`, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'], sequence: 1, summary: 'New room', location: 'B',
    created: series.created, start: { dateTime: '2026-11-16T13:00:00+01:00', timeZone: 'Europe/Berlin' },
  });
  expect(await get(`${root}_20261123T120000Z`)).toMatchObject({ id: `${root}_20261123T120000Z`, recurringEventId: part['id'], iCalUID: part['iCalUID'], summary: 'New room' });
  expect((await shown())?.slice(-5)).toEqual([['11-09T12:00', 'Dana', ''], ['11-16T12:00', 'New room', '_R20261116T120000'], ['11-23T12:00', 'New room', '_R20261116T120000'], ['11-30T12:00', 'New room', '_R20261116T120000'], ['12-07T12:00', 'New room', '_R20261116T120000']]);
  const { writes } = await control('GET', '/writes?since=1') as { writes: { kind: string; eventId: string; account: string; before: unknown }[] };
  expect(writes.map((each) => [each.kind, each.eventId, each.account, each.before === null])).toEqual([['split', root, ANA, false], ['split', part['id'], ANA, true]]);
});

test('a second split replaces the suffix on the same root', async () => {
  const { root, split, get } = await aSeries();
  await split('20261116T120000Z');
  const { trimmed, part } = await split('20261130T120000Z', { changes: { summary: 'Third' } });
  expect([trimmed['id'], part['id']]).toEqual([`${root}_R20261116T120000`, `${root}_R20261130T120000`]);
  expect((await get(`${root}_20261123T120000Z`)).recurringEventId).toBe(`${root}_R20261116T120000`);
  expect(await get(`${root}_20261207T120000Z`)).toMatchObject({ recurringEventId: `${root}_R20261130T120000`, summary: 'Third' });
});

test('exceptions go with the part that has their slot, also deleted ones; a count is shared out', async () => {
  const { ana, root, split, get, shown } = await aSeries({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=9'] });
  await ana.events.patch({ ...on(`${root}_20261026T120000Z`), requestBody: { summary: 'Early one' } });
  await ana.events.patch({ ...on(`${root}_20261123T120000Z`), requestBody: timed('2026-11-24T09:00:00', '2026-11-24T10:00:00') });
  await ana.events.delete(on(`${root}_20261130T120000Z`));
  const { data: { nextSyncToken } } = await ana.events.list({ calendarId: 'primary' });
  const { part } = await split('20261116T120000Z', { changes: { summary: 'Later' } });
  expect(part['recurrence']).toEqual(['RRULE:FREQ=WEEKLY;COUNT=3']);
  expect(await get(`${root}_20261123T120000Z`)).toMatchObject({ recurringEventId: part['id'], iCalUID: part['iCalUID'], summary: 'Later', start: { dateTime: '2026-11-24T09:00:00+01:00' } });
  expect((await shown())?.slice(3)).toEqual([['10-26T12:00', 'Early one', ''], ['11-02T12:00', 'Dana', ''], ['11-09T12:00', 'Dana', ''], ['11-16T12:00', 'Later', '_R20261116T120000'], ['11-24T08:00', 'Later', '_R20261116T120000']]);
  const { data: changes } = await ana.events.list({ calendarId: 'primary', syncToken: nextSyncToken ?? '' });
  expect(changes.items?.map((each) => [each.id?.slice(root.length), each.status]).sort()).toEqual([
    ['', 'confirmed'], ['_20261123T120000Z', 'confirmed'], ['_20261130T120000Z', 'cancelled'], ['_R20261116T120000', 'confirmed'],
  ]);
});

test('a split with another time: the new part is named by its first start, exceptions without a slot are cancelled', async () => {
  const { ana, root, split, get, shown } = await aSeries();
  await ana.events.patch({ ...on(`${root}_20261123T120000Z`), requestBody: { summary: 'Special' } });
  const { part } = await split('20261116T120000Z', { changes: timed('2026-11-17T10:00:00', '2026-11-17T11:30:00', 'Europe/Berlin') });
  expect(part).toMatchObject({ id: `${root}_R20261117T090000`, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'] });
  expect((await get(`${root}_20261123T120000Z`)).status).toBe('cancelled');
  expect((await shown())?.slice(-4)).toEqual([['11-09T12:00', 'Dana', ''], ['11-17T09:00', 'Dana', '_R20261117T090000'], ['11-23T09:00', 'Dana', '_R20261117T090000'], ['11-30T09:00', 'Dana', '_R20261117T090000'], ['12-07T09:00', 'Dana', '_R20261117T090000']].slice(-4));
});

test('guests\' copies follow a split, with what is private to each', async () => {
  const { dana, root, split, trim, shown, get } = await aSeries({ attendees: [{ email: DANA }] });
  await dana.events.patch({ ...on(root), requestBody: { colorId: '6', attendees: [{ email: DANA, responseStatus: 'accepted' }] } });
  await dana.events.patch({ ...on(`${root}_20261123T120000Z`), requestBody: { extendedProperties: { private: { note: 'x' } } } });
  await dana.events.patch({ ...on(`${root}_20261130T120000Z`), requestBody: { attendees: [{ email: DANA, responseStatus: 'declined' }] } });
  const { part } = await split('20261116T120000Z', { changes: { summary: 'Later' } });
  expect(await shown(dana)).toEqual(await shown());
  expect((await dana.events.get(on(String(part['id'])))).data).toMatchObject({ colorId: '6', attendees: [{ self: true, responseStatus: 'accepted' }], organizer: { email: ANA } });
  expect((await dana.events.get(on(`${root}_20261123T120000Z`))).data).toMatchObject({ summary: 'Later', recurringEventId: part['id'], extendedProperties: { private: { note: 'x' } } });
  expect((await dana.events.get(on(`${root}_20261130T120000Z`))).data).toMatchObject({ summary: 'Later', recurringEventId: part['id'], attendees: [{ responseStatus: 'declined' }] });
  await dana.events.patch({ ...on(`${root}_20261207T120000Z`), requestBody: { attendees: [{ email: DANA, responseStatus: 'tentative' }] } });
  expect(await get(`${root}_20261207T120000Z`)).toMatchObject({ recurringEventId: part['id'], attendees: [{ email: DANA, responseStatus: 'tentative' }] });
  await trim('20261130T120000Z');
  expect((await shown(dana))?.at(-1)).toEqual(['11-23T12:00', 'Later', '_R20261116T120000']);
  expect(await shown(dana)).toEqual(await shown());
});

test('a trim ends the series before the occurrence, also for its exceptions', async () => {
  const { ana, root, trim, shown, control } = await aSeries();
  await ana.events.patch({ ...on(`${root}_20261123T120000Z`), requestBody: { summary: 'Special' } });
  expect((await trim('20261116T120000Z')).trimmed).toMatchObject({ id: root, sequence: 1, recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20261115T225959Z;BYDAY=MO'] });
  expect((await shown())?.at(-1)).toEqual(['11-09T12:00', 'Dana', '']);
  expect((await control('GET', '/writes?since=2') as { writes: { kind: string }[] }).writes.map((each) => each.kind)).toEqual(['trim']);
});

test('all-day series split by date', async () => {
  const { root, split } = await aSeries({ start: { date: '2026-10-05' }, end: { date: '2026-10-06' } });
  const { trimmed, part } = await split('20261116');
  expect([trimmed['recurrence'], part['id'], part['start']]).toEqual([['RRULE:FREQ=WEEKLY;UNTIL=20261115;BYDAY=MO'], `${root}_R20261116`, { date: '2026-11-16' }]);
});

test('what cannot be split: the first occurrence, no occurrence, a guest\'s copy, with fields that are none', async () => {
  const { root, split, trim, control } = await aSeries({ attendees: [{ email: DANA }] });
  for (const call of [split('20261005T110000Z'), trim('20261005T110000Z'), split('20261116T120000Z', { changes: { colour: 'red' } }), split('20261116T120000Z', { changes: { end: { dateTime: '2026-11-16T12:00:00+01:00' } } }),
    control('POST', '/events/split', { calendarId: ANA, eventId: root }), control('POST', '/events/split', { calendarId: DANA, eventId: `${root}_20261116T120000Z` })]) await expect(call).rejects.toThrow(/: 400/);
  await expect(split('20261117T120000Z')).rejects.toThrow(/: 404/);
  await expect(control('POST', '/events/trim', { calendarId: 'nobody@x.example', eventId: root })).rejects.toThrow(/: 404/);
});

test('what is left of an occurrence whose slot the series has no more is none to split at', async () => {
  const { ana, root, control } = await aSeries();
  await ana.events.patch({ ...on(`${root}_20261116T120000Z`), requestBody: { summary: 'Special' } });
  await ana.events.patch({ ...on(root), requestBody: timed('2026-10-05T15:00:00', '2026-10-05T16:00:00') });
  await expect(control('POST', '/events/split', { calendarId: ANA, eventId: `${root}_20261116T120000Z` })).rejects.toThrow('400');
  expect((await ana.events.list({ calendarId: 'primary' })).data.items?.map((each) => each.id).sort()).toEqual([root, `${root}_20261116T120000Z`]);
});

test('parts that are brought to overlap share ids, and one id is one event on every road', async () => {
  const { ana, root, split, get, shown } = await aSeries({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=9'] });
  const { part } = await split('20261116T120000Z', { changes: { summary: 'Part' } });
  const { data: { nextSyncToken } } = await ana.events.list({ calendarId: 'primary', singleEvents: true });
  const changes = async () => (await ana.events.list({ calendarId: 'primary', singleEvents: true, syncToken: nextSyncToken ?? '' })).data.items?.map((each) => [each.id?.slice(root.length), each.summary]);
  await ana.events.patch({ ...on(root), requestBody: { summary: 'Whole', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=8'] } });
  const whole = ['1005', '1012', '1019', '1026', '1102', '1109', '1116', '1123'];
  expect((await shown())?.map(([, summary, of]) => [summary, of])).toEqual([...whole.map(() => ['Whole', '']), ['Part', '_R20261116T120000']]);
  expect(await get(`${root}_20261123T120000Z`)).toMatchObject({ summary: 'Whole', recurringEventId: root });
  expect((await ana.events.instances(on(String(part['id'])))).data.items?.map((each) => each.id)).toEqual([`${root}_20261130T120000Z`]);
  await ana.events.patch({ ...on(root), requestBody: { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=7'] } });
  // The part did not change, but has its instance again.
  expect(await changes()).toEqual([...whole.slice(0, -1).map((day) => [`_2026${day}T${day < '1026' ? '11' : '12'}0000Z`, 'Whole']), ['_20261123T120000Z', 'Part']]);
});
