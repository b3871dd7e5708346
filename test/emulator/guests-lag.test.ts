import { cpSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ANA, DANA, SAM, aWorld, clientFor, eventually, mondays, refusal, scratchDir, timed } from './world.js';

const session = (more: object = {}) => ({ summary: 'Session', attendees: [{ email: DANA }], ...timed('2026-11-30T13:00:00', '2026-11-30T14:00:00'), ...more });
const on = (eventId: string | null | undefined) => ({ calendarId: 'primary', eventId: eventId ?? '' });

test('held writes reach other people only when let go, in their order; also answers back', async () => {
  const { ana, dana, control } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  expect(await control('POST', '/copies', { mode: 'hold' })).toEqual({ mode: 'hold', waiting: 0 });
  await ana.events.patch({ ...on(data.id), requestBody: { summary: 'First' } });
  await ana.events.patch({ ...on(data.id), requestBody: { summary: 'Second' } });
  await dana.events.patch({ ...on(data.id), requestBody: { attendees: [{ email: DANA, responseStatus: 'accepted' }] } });
  const { data: added } = await ana.events.insert({ calendarId: 'primary', requestBody: session({ summary: 'New' }) });
  expect((await dana.events.get(on(data.id))).data.summary).toBe('Session');
  expect((await ana.events.get(on(data.id))).data.attendees?.[0]?.responseStatus).toBe('needsAction');
  expect(await refusal(dana.events.get(on(added.id)))).toEqual({ status: 404, reason: 'notFound' });
  expect(await control('GET', '/copies')).toEqual({ mode: 'hold', waiting: 4 });
  const { data: { nextSyncToken } } = await dana.events.list({ calendarId: 'primary' });
  expect(await control('POST', '/copies/release')).toEqual({ released: 4 });
  expect((await dana.events.get(on(data.id))).data).toMatchObject({ summary: 'Second', attendees: [{ responseStatus: 'accepted' }] });
  expect((await ana.events.get(on(data.id))).data).toMatchObject({ summary: 'Second', attendees: [{ responseStatus: 'accepted' }] });
  const { data: changes } = await dana.events.list({ calendarId: 'primary', syncToken: nextSyncToken ?? '' });
  expect(changes.items?.map((each) => each.summary).sort()).toEqual(['New', 'Second']);
  await ana.events.patch({ ...on(data.id), requestBody: { summary: 'Third' } });
  expect(await control('GET', '/copies')).toEqual({ mode: 'hold', waiting: 1 });
});

test('what waits survives the emulator\'s end, and no lag lets it go', async () => {
  const dataDir = scratchDir();
  const first = await aWorld({ dataDir });
  await first.control('POST', '/copies', { mode: 'hold' });
  const { data } = await first.ana.events.insert({ calendarId: 'primary', requestBody: session() });
  await first.emulator.close();
  const second = await aWorld({ dataDir });
  expect(await second.control('GET', '/copies')).toEqual({ mode: 'hold', waiting: 1 });
  expect((await refusal(second.dana.events.get(on(data.id)))).status).toBe(404);
  expect(await second.control('POST', '/copies', { lagMs: 0 })).toEqual({ lagMs: 0, waiting: 0 });
  expect((await second.dana.events.get(on(data.id))).data.summary).toBe('Session');
});

test('what waits survives a kill at any moment: it is in the commit of its write', async () => {
  const { ana, control, dataDir } = await aWorld();
  await control('POST', '/copies', { mode: 'hold' });
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  // The folder as a kill would leave it: copied under the running emulator.
  const left = scratchDir();
  cpSync(dataDir, left, { recursive: true });
  const next = await aWorld({ dataDir: left });
  expect(await next.control('POST', '/copies/release')).toEqual({ released: 1 });
  expect((await next.dana.events.get(on(data.id))).data.summary).toBe('Session');
});

test('an answer to a copy that does not know of a move yet reaches the new organizer', async () => {
  const { ana, dana, control } = await aWorld();
  const { data: room } = await ana.calendars.insert({ requestBody: { summary: 'Room' } });
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  await control('POST', '/copies', { mode: 'hold' });
  await ana.events.move({ ...on(data.id), destination: room.id ?? '' });
  await dana.events.patch({ ...on(data.id), requestBody: { attendees: [{ email: DANA, responseStatus: 'accepted' }] } });
  expect((await dana.events.get(on(data.id))).data.organizer?.email).toBe(ANA);
  await control('POST', '/copies/release');
  expect((await ana.events.get({ calendarId: room.id ?? '', eventId: data.id ?? '' })).data.attendees?.[0]?.responseStatus).toBe('accepted');
  expect((await dana.events.get(on(data.id))).data).toMatchObject({ organizer: { email: room.id }, attendees: [{ responseStatus: 'accepted' }] });
});

test('with a lag a copy follows by itself, also after a restart', async () => {
  const dataDir = scratchDir();
  const first = await aWorld({ dataDir });
  await first.control('POST', '/copies', { lagMs: 300 });
  const { data } = await first.ana.events.insert({ calendarId: 'primary', requestBody: session() });
  expect((await refusal(first.dana.events.get(on(data.id)))).status).toBe(404);
  await first.emulator.close();
  const second = await aWorld({ dataDir });
  await eventually(async () => expect((await second.dana.events.get(on(data.id))).data.summary).toBe('Session'));
  await eventually(async () => expect(await second.control('GET', '/copies')).toEqual({ lagMs: 300, waiting: 0 }));
});

test('a split that waits reaches the guests as one', async () => {
  const { ana, dana, control, url } = await aWorld();
  await control('POST', '/accounts', { email: SAM, name: 'Sam', timeZone: 'UTC' });
  const { data: series } = await ana.events.insert({ calendarId: 'primary', requestBody: mondays({ attendees: [{ email: DANA }, { email: SAM }] }) });
  await control('POST', '/copies', { mode: 'hold' });
  await control('POST', '/events/split', { calendarId: ANA, eventId: `${series.id}_20261116T120000Z`, changes: { summary: 'Later', attendees: [{ email: DANA }] } });
  expect((await dana.events.list({ calendarId: 'primary' })).data.items?.map((each) => each.summary)).toEqual(['Dana']);
  await control('POST', '/copies/release');
  const starts = async (api: typeof dana) => (await api.events.list({ calendarId: 'primary', singleEvents: true, orderBy: 'startTime', timeMin: '2026-11-05T00:00:00Z', timeMax: '2026-11-25T00:00:00Z' })).data.items?.map((each) => [each.summary, each.start?.dateTime]);
  expect(await starts(dana)).toEqual([['Dana', '2026-11-09T12:00:00Z'], ['Later', '2026-11-16T12:00:00Z'], ['Later', '2026-11-23T12:00:00Z']]);
  expect(await starts(clientFor(url, SAM))).toEqual([['Dana', '2026-11-09T12:00:00Z']]);
});

test('the control call takes a lag or a hold, and nothing else', async () => {
  const { control } = await aWorld();
  for (const body of [{}, { lagMs: -1 }, { mode: 'off' }, { mode: 'hold', lagMs: 5 }]) await expect(control('POST', '/copies', body), JSON.stringify(body)).rejects.toThrow('400');
});

test('an organizer\'s write that waited does not undo an answer that came before it was let go', async () => {
  const { ana, dana, control } = await aWorld();
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: session() });
  await control('POST', '/copies', { mode: 'hold' });
  await dana.events.patch({ ...on(data.id), requestBody: { attendees: [{ email: DANA, responseStatus: 'declined' }] } });
  await ana.events.patch({ ...on(data.id), requestBody: { summary: 'Later' } });
  await control('POST', '/copies/release');
  const seen = await Promise.all([ana, dana].map(async (api) => (await api.events.get(on(data.id))).data));
  expect(seen.map(({ summary, attendees }) => [summary, attendees?.[0]?.responseStatus])).toEqual([['Later', 'declined'], ['Later', 'declined']]);
});
