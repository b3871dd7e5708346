import { expect, test } from 'vitest';
import { expectFresh, Reader } from './reader.js';
import { ANA, aWorld, mondays, refusal, timed } from './world.js';

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
  for (let page = 0; (await reader.page()) === undefined; page++) if (page < 4) await disturb();
  for (let page = 0; (await reader.page()) === undefined; page++) if (page < 3) await disturb();
  await reader.read();
  await expectFresh(reader, ana, shape);
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
