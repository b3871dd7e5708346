/** Calendars and the calendar list, beyond what the contract suite says. */
import { expect, test } from 'vitest';
import { ANA, aWorld, DANA, mondays, refusal, SAM, timed, clientFor, type World } from './world.js';

const HOUR = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');
const ROOM = 'c_room@resource.calendar.google.com', HOLIDAYS = 'en.german#holiday@group.v.calendar.google.com';

const newCalendar = async ({ ana }: World, requestBody = { summary: 'Team' }) => (await ana.calendars.insert({ requestBody })).data.id ?? '';
const ids = async ({ ana }: World, params: object = {}) => (await ana.calendarList.list(params)).data.items?.map((each) => each.id);

test('calendars.patch merges and update replaces; an unchanged calendar keeps its etag; If-Match guards', async () => {
  const world = await aWorld();
  const { ana } = world;
  const calendarId = await newCalendar(world, { summary: 'Team', description: 'Us', location: 'Here', timeZone: 'Asia/Tokyo' } as { summary: string });
  const { data: first } = await ana.calendars.get({ calendarId });
  expect(Object.keys(first)).toEqual(['kind', 'etag', 'id', 'summary', 'description', 'location', 'timeZone', 'dataOwner', 'conferenceProperties', 'labelProperties']);
  expect((await ana.calendars.patch({ calendarId, requestBody: { description: 'Us' } })).data.etag).toBe(first.etag);
  const { data: second } = await ana.calendars.patch({ calendarId, requestBody: { description: null, summary: 'Team 2' } });
  expect(second).toEqual({ ...first, summary: 'Team 2', etag: expect.not.stringMatching(first.etag ?? ''), description: undefined });
  expect(await refusal(ana.calendars.patch({ calendarId, requestBody: { summary: 'x' } }, { headers: { 'If-Match': first.etag ?? '' } }))).toEqual({ status: 412, reason: 'conditionNotMet' });
  const { data: third } = await ana.calendars.update({ calendarId, requestBody: { summary: 'Team 3' } }, { headers: { 'If-Match': second.etag ?? '' } });
  expect(third).toMatchObject({ summary: 'Team 3', timeZone: 'Asia/Tokyo' });
  expect(third).not.toHaveProperty('location');
  for (const requestBody of [{ summary: '' }, { timeZone: 'Nowhere/Land' }]) expect((await refusal(ana.calendars.patch({ calendarId, requestBody }))).status).toBe(400);
  expect(await refusal(ana.calendars.update({ calendarId, requestBody: {} }))).toEqual({ status: 400, reason: 'required' });
});

test('labels of a calendar are replaced whole, and get ids; wrong ones are refused', async () => {
  const world = await aWorld();
  const calendarId = await newCalendar(world);
  const patch = (eventLabels: object[]) => world.ana.calendars.patch({ calendarId, requestBody: { labelProperties: { eventLabels } } });
  const { data } = await patch([{ name: 'Client', backgroundColor: '#039be5' }]);
  expect(data.labelProperties).toEqual({ eventLabels: [{ id: expect.stringMatching(/^[\da-f-]{36}$/), name: 'Client', backgroundColor: '#039be5' }] });
  await world.ana.calendars.patch({ calendarId, requestBody: { summary: 'Renamed' } });
  expect((await world.ana.calendars.get({ calendarId })).data.labelProperties).toEqual(data.labelProperties);
  expect((await patch([])).data.labelProperties).toEqual({ eventLabels: [] });
  for (const wrong of [[{ name: 'No colour' }], [{ name: 'x'.repeat(51), backgroundColor: '#039be5' }], Array.from({ length: 201 }, () => ({ backgroundColor: '#039be5' }))]) {
    expect((await refusal(patch(wrong))).status).toBe(400);
  }
});

test('a deleted calendar is 404 for everybody, leaves every list and silences its channels; the primary one stays', async () => {
  const world = await aWorld();
  const { ana, dana } = world;
  const calendarId = await newCalendar(world);
  await ana.acl.insert({ calendarId, requestBody: { role: 'writer', scope: { type: 'user', value: DANA } } });
  await dana.calendarList.insert({ requestBody: { id: calendarId } });
  const { data: channel } = await dana.events.watch({ calendarId, requestBody: { id: 'c-1', type: 'web_hook', address: 'http://127.0.0.1:9/' } });
  const { data: { nextSyncToken } } = await dana.calendarList.list();
  expect(await refusal(dana.calendars.delete({ calendarId }))).toEqual({ status: 403, reason: 'requiredAccessLevel' });
  expect((await ana.calendars.delete({ calendarId })).status).toBe(204);
  for (const api of [ana, dana]) {
    expect(await refusal(api.events.list({ calendarId }))).toEqual({ status: 404, reason: 'notFound' });
    expect((await refusal(api.calendars.get({ calendarId }))).status).toBe(404);
    expect((await refusal(api.calendarList.get({ calendarId }))).status).toBe(404);
    expect((await refusal(api.calendarList.insert({ requestBody: { id: calendarId } }))).status).toBe(404);
  }
  expect((await refusal(ana.calendars.delete({ calendarId }))).status).toBe(404);
  expect((await dana.calendarList.list({ syncToken: nextSyncToken ?? '' })).data.items).toEqual([{ kind: 'calendar#calendarListEntry', etag: expect.stringMatching(/^"\d{16}"$/), id: calendarId, deleted: true }]);
  expect((await refusal(dana.channels.stop({ requestBody: { id: 'c-1', resourceId: channel.resourceId ?? '' } }))).status).toBe(404);
  expect(await refusal(ana.calendars.delete({ calendarId: 'primary' }))).toEqual({ status: 403, reason: 'cannotDeletePrimaryCalendar' });
});

test('clear deletes every event of a primary calendar, series whole; other calendars cannot be cleared', async () => {
  const world = await aWorld();
  const { ana } = world;
  const single = await ana.events.insert({ calendarId: 'primary', requestBody: { summary: 'One', ...HOUR } });
  const series = await ana.events.insert({ calendarId: 'primary', requestBody: mondays() });
  await ana.events.patch({ calendarId: 'primary', eventId: `${series.data.id}_20261012T110000Z`, requestBody: { summary: 'Moved' } });
  const { data: { nextSyncToken } } = await ana.events.list({ calendarId: 'primary' });
  expect((await ana.calendars.clear({ calendarId: 'primary' })).status).toBe(204);
  expect((await ana.events.list({ calendarId: 'primary' })).data.items).toEqual([]);
  const stubs = (await ana.events.list({ calendarId: 'primary', syncToken: nextSyncToken ?? '' })).data.items ?? [];
  expect(stubs.filter((each) => each.recurringEventId === undefined).map((each) => [each.id, each.status]).sort()).toEqual([[single.data.id, 'cancelled'], [series.data.id, 'cancelled']].sort());
  expect(await refusal(ana.calendars.clear({ calendarId: await newCalendar(world) }))).toEqual({ status: 400, reason: 'invalid' });
  expect((await ana.calendars.clear({ calendarId: ANA })).status).toBe(204);
});

test('an entry: what is not chosen is usual, null takes a choice back, PUT replaces, read-only fields are ignored', async () => {
  const world = await aWorld();
  const { ana } = world;
  const calendarId = await newCalendar(world);
  const choice = { summaryOverride: 'Mine', colorId: '3', selected: false, defaultReminders: [{ method: 'email', minutes: 10 }], notificationSettings: { notifications: [{ type: 'agenda', method: 'email' }] } };
  const { data } = await ana.calendarList.patch({ calendarId, requestBody: { ...choice, summary: 'ignored', accessRole: 'reader', timeZone: 'UTC' } });
  expect(data).toMatchObject({ ...choice, backgroundColor: '#f83a22', foregroundColor: '#000000', summary: 'Team', accessRole: 'owner', timeZone: 'Europe/Berlin' });
  expect((await ana.calendarList.patch({ calendarId, requestBody: { summaryOverride: 'Mine' } })).data.etag).toBe(data.etag);
  const { data: less } = await ana.calendarList.patch({ calendarId, requestBody: { summaryOverride: null, notificationSettings: null } });
  expect(less).not.toHaveProperty('summaryOverride');
  expect(less).not.toHaveProperty('notificationSettings');
  expect(less).toMatchObject({ colorId: '3', defaultReminders: choice.defaultReminders });
  expect(await refusal(ana.calendarList.patch({ calendarId, requestBody: {} }, { headers: { 'If-Match': data.etag ?? '' } }))).toEqual({ status: 412, reason: 'conditionNotMet' });
  const { data: replaced } = await ana.calendarList.update({ calendarId, requestBody: { selected: true } });
  expect(replaced).toMatchObject({ colorId: '16', selected: true, defaultReminders: [] });
  for (const requestBody of [{ colorId: '25' }, { colorId: '0' }, { defaultReminders: [{ method: 'popup', minutes: 40_321 }] }, { defaultReminders: Array.from({ length: 6 }, (_, minutes) => ({ method: 'popup', minutes })) }, { notificationSettings: { notifications: [{ type: 'agenda' }] } }]) {
    expect((await refusal(ana.calendarList.patch({ calendarId, requestBody }))).status).toBe(400);
  }
});

test('RGB colours count only where the call says so, and bring the nearest palette id', async () => {
  const world = await aWorld();
  const { ana } = world;
  const calendarId = await newCalendar(world);
  const requestBody = { backgroundColor: '#FF0000', foregroundColor: '#ffffff' };
  expect((await ana.calendarList.patch({ calendarId, requestBody })).data).toMatchObject({ colorId: '16', backgroundColor: '#4986e7' });
  const { data } = await ana.calendarList.patch({ calendarId, colorRgbFormat: true, requestBody });
  expect(data).toMatchObject({ colorId: '3', backgroundColor: '#ff0000', foregroundColor: '#ffffff' });
  expect((await ana.calendarList.patch({ calendarId, requestBody: { ...data, selected: true } })).data).toMatchObject({ backgroundColor: '#ff0000' });
  expect((await ana.calendarList.patch({ calendarId, requestBody: { colorId: '7' } })).data).toMatchObject({ colorId: '7', backgroundColor: '#42d692', foregroundColor: '#000000' });
  expect((await refusal(ana.calendarList.patch({ calendarId, colorRgbFormat: true, requestBody: { backgroundColor: 'red' } }))).status).toBe(400);
});

test('others\' calendars are added and taken off; one\'s own stay', async () => {
  const world = await aWorld();
  const { ana, dana } = world;
  const calendarId = await newCalendar(world);
  expect((await refusal(dana.calendarList.insert({ requestBody: { id: calendarId } }))).status).toBe(404);
  await ana.acl.insert({ calendarId, requestBody: { role: 'reader', scope: { type: 'user', value: DANA } } });
  expect(await refusal(dana.calendarList.insert({ requestBody: {} }))).toEqual({ status: 400, reason: 'required' });
  const { data: { nextSyncToken } } = await dana.calendarList.list();
  expect((await dana.calendarList.insert({ requestBody: { id: calendarId, hidden: true } })).data).toMatchObject({ id: calendarId, accessRole: 'reader', hidden: true, selected: false, dataOwner: ANA });
  expect((await dana.calendarList.insert({ requestBody: { id: calendarId, selected: true } })).data).toMatchObject({ hidden: true, selected: true });
  expect((await dana.calendarList.list({ syncToken: nextSyncToken ?? '' })).data.items).toMatchObject([{ id: calendarId, hidden: true }]);
  expect((await dana.calendarList.delete({ calendarId })).status).toBe(204);
  expect((await refusal(dana.calendarList.delete({ calendarId }))).status).toBe(404);
  expect((await dana.calendarList.list({ syncToken: nextSyncToken ?? '' })).data.items).toMatchObject([{ id: calendarId, deleted: true }]);
  expect((await dana.events.list({ calendarId })).status).toBe(200);
  expect(await refusal(ana.calendarList.delete({ calendarId: 'primary' }))).toEqual({ status: 403, reason: 'cannotChangeOwnPrimarySubscription' });
  expect(await refusal(ana.calendarList.delete({ calendarId }))).toEqual({ status: 403, reason: 'cannotUnsubscribeFromOwnedCalendar' });
});

test('pages hold a place, not an index: what changes between them is neither lost nor doubled, and the token covers it', async () => {
  const world = await aWorld();
  const { ana } = world;
  for (let i = 0; i < 5; i++) await newCalendar(world, { summary: `Calendar ${i}` });
  const order = await ids(world) ?? [];
  expect(order[0]).toBe(ANA);
  const { data: first } = await ana.calendarList.list({ maxResults: 3 });
  await ana.calendars.delete({ calendarId: order[1] ?? '' });
  await ana.calendarList.patch({ calendarId: order[2] ?? '', requestBody: { selected: false } });
  const { data: rest } = await ana.calendarList.list({ maxResults: 3, pageToken: first.nextPageToken ?? '' });
  expect([...first.items ?? [], ...rest.items ?? []].map((each) => each.id)).toEqual(order);
  const changes = await ana.calendarList.list({ syncToken: rest.nextSyncToken ?? '' });
  expect(changes.data.items?.map((each) => each.id)).toEqual([order[1], order[2]]);
  expect(await refusal(ana.calendarList.list({ pageToken: first.nextPageToken ?? '', showHidden: true }))).toEqual({ status: 400, reason: 'invalid' });
  expect(await refusal(world.dana.calendarList.list({ pageToken: first.nextPageToken ?? '' }))).toEqual({ status: 400, reason: 'invalid' });
  expect(await refusal(world.dana.calendarList.list({ syncToken: rest.nextSyncToken ?? '' }))).toEqual({ status: 400, reason: 'invalid' });
  expect((await refusal(ana.calendarList.list({ minAccessRole: 'chief' }))).status).toBe(400);
  await world.control('POST', '/clock', { offsetMs: 81 * 86_400_000 });
  expect(await refusal(ana.calendarList.list({ syncToken: rest.nextSyncToken ?? '' }))).toEqual({ status: 410, reason: 'fullSyncRequired' });
});

test('the control API places calendars of any id, with and without owner and readers', async () => {
  const world = await aWorld();
  const { ana, dana, control } = world;
  expect(await control('POST', '/calendars', { id: HOLIDAYS, summary: 'Holidays in Germany', timeZone: 'Europe/Berlin', readers: 'everyone' })).toMatchObject({ id: HOLIDAYS, summary: 'Holidays in Germany' });
  expect((await ana.calendarList.insert({ requestBody: { id: HOLIDAYS } })).data).toMatchObject({ accessRole: 'reader' });
  expect((await ana.calendarList.get({ calendarId: HOLIDAYS })).data).not.toHaveProperty('dataOwner');
  expect((await refusal(ana.events.insert({ calendarId: HOLIDAYS, requestBody: HOUR }))).status).toBe(403);
  await control('POST', '/calendars', { id: ROOM.toUpperCase(), owner: ANA, summary: 'Room', timeZone: 'Europe/Berlin' });
  expect(await ids(world)).toContain(ROOM);
  expect((await refusal(dana.events.list({ calendarId: ROOM }))).status).toBe(404);
  expect(await control('POST', '/calendars', { id: ROOM, summary: 'Bigger room', timeZone: 'UTC' })).toMatchObject({ summary: 'Bigger room', timeZone: 'UTC', dataOwner: ANA });
  expect((await control('POST', '/calendars', { owner: ANA, summary: 'No id', timeZone: 'UTC' }))['id']).toMatch(/^c_[\da-f]{64}@group\.calendar\.google\.com$/);
  await expect(control('POST', '/calendars', { owner: SAM, summary: 'Whose?', timeZone: 'UTC' })).rejects.toThrow(`no account ${SAM}`);
  await expect(control('POST', '/calendars', { id: 'no id', summary: 'x', timeZone: 'UTC' })).rejects.toThrow('not the id of a calendar');
  const { accounts } = await control('GET', '/accounts') as { accounts: { email: string; calendars: string[] }[] };
  expect(accounts.find((each) => each.email === ANA)?.calendars).toEqual(expect.arrayContaining([ANA, HOLIDAYS, ROOM]));
});

test('settings: all have values, an unknown one is 404, and a new zone is a change of one', async () => {
  const { ana, control, url } = await aWorld();
  const { data } = await ana.settings.list();
  expect(data.items?.map((each) => each.id)).toEqual([...data.items ?? []].map((each) => each.id).sort());
  expect(Object.fromEntries((data.items ?? []).map((each) => [each.id, each.value]))).toMatchObject({ timezone: 'Europe/Berlin', locale: 'en', weekStart: '1', format24HourTime: 'true' });
  expect((await ana.settings.get({ setting: 'weekStart' })).data).toMatchObject({ kind: 'calendar#setting', id: 'weekStart', value: '1' });
  expect((await refusal(ana.settings.get({ setting: 'mood' }))).status).toBe(404);
  const paged = await ana.settings.list({ maxResults: 5 });
  expect([paged.data.items?.length, paged.data.nextSyncToken]).toEqual([5, undefined]);
  await control('POST', '/accounts', { email: ANA, name: 'Ana again', timeZone: 'Europe/Berlin' });
  expect((await ana.settings.list({ syncToken: data.nextSyncToken ?? '' })).data.items).toEqual([]);
  await control('POST', '/accounts', { email: ANA, name: 'Ana again', timeZone: 'America/New_York' });
  expect((await ana.settings.list({ syncToken: data.nextSyncToken ?? '' })).data.items?.map((each) => each.id)).toEqual(['timezone']);
  for (const syncToken of ['garbage', '99999999999999999999']) expect(await refusal(ana.settings.list({ syncToken }))).toEqual({ status: 400, reason: 'invalid' });
  await control('POST', '/sync-tokens/expire', {});
  expect(await refusal(ana.settings.list({ syncToken: data.nextSyncToken ?? '' }))).toEqual({ status: 410, reason: 'fullSyncRequired' });
  const { data: fresh } = await ana.settings.list();
  expect((await ana.settings.list({ syncToken: fresh.nextSyncToken ?? '' })).data.items).toEqual([]);
  expect((await clientFor(url, ANA).colors.get()).data.calendar?.['14']).toEqual({ background: '#9fe1e7', foreground: '#1d1d1d' });
});
