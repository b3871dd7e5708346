/** Access rules, and what follows when they change. */
import { expect, test } from 'vitest';
import { ANA, aWorld, DANA, refusal, SAM, type World } from './world.js';
import { accessEpoch } from '../../src/emulator/calendars/access-epoch.js';
import { closestColor } from '../../src/emulator/calendars/palette.js';
import type { AclRule } from '../../src/emulator/store/model.js';
import type { Store } from '../../src/emulator/store/store.js';

const newCalendar = async ({ ana }: World) => (await ana.calendars.insert({ requestBody: { summary: 'Team' } })).data.id ?? '';
const user = (value: string) => ({ type: 'user', value });

test('a rule is made, changed and deleted by owners; an unchanged one keeps its etag; If-Match guards', async () => {
  const world = await aWorld();
  const { ana } = world;
  const calendarId = await newCalendar(world);
  const { data: made } = await ana.acl.insert({ calendarId, requestBody: { role: 'reader', scope: user(DANA.toUpperCase()) } });
  expect(made).toEqual({ kind: 'calendar#aclRule', etag: expect.stringMatching(/^"\d{20}"$/), id: `user:${DANA}`, scope: user(DANA), role: 'reader' });
  expect(Object.keys(made)).toEqual(['kind', 'etag', 'id', 'scope', 'role']);
  expect((await ana.acl.insert({ calendarId, requestBody: { role: 'reader', scope: user(DANA) } })).data.etag).toBe(made.etag);
  const ruleId = made.id ?? '';
  expect((await ana.acl.get({ calendarId, ruleId })).data).toEqual(made);
  const { data: changed } = await ana.acl.patch({ calendarId, ruleId, requestBody: { role: 'writer' }, sendNotifications: false });
  expect(changed).toMatchObject({ id: ruleId, role: 'writer' });
  expect(await refusal(ana.acl.update({ calendarId, ruleId, requestBody: { role: 'owner', scope: user(DANA) } }, { headers: { 'If-Match': made.etag ?? '' } }))).toEqual({ status: 412, reason: 'conditionNotMet' });
  expect((await ana.acl.update({ calendarId, ruleId, requestBody: { role: 'owner', scope: user(DANA) } })).data.role).toBe('owner');
  expect(await refusal(ana.acl.update({ calendarId, ruleId, requestBody: { scope: user(DANA) } }))).toEqual({ status: 400, reason: 'required' });
  expect((await refusal(ana.acl.patch({ calendarId, ruleId, requestBody: { scope: user(SAM) } }))).status).toBe(400);
  expect((await ana.acl.delete({ calendarId, ruleId })).status).toBe(204);
  for (const gone of [ana.acl.delete({ calendarId, ruleId }), ana.acl.get({ calendarId, ruleId }), ana.acl.patch({ calendarId, ruleId, requestBody: { role: 'reader' } }), ana.acl.get({ calendarId, ruleId: 'x'.repeat(3_000) })]) {
    expect(await refusal(gone)).toEqual({ status: 404, reason: 'notFound' });
  }
  expect((await ana.acl.insert({ calendarId, requestBody: { role: 'none', scope: user(SAM) } })).data.role).toBe('none');
});

test('bodies that make no rule are refused', async () => {
  const world = await aWorld();
  const calendarId = await newCalendar(world);
  const insert = (requestBody: object) => refusal(world.ana.acl.insert({ calendarId, requestBody }));
  expect(await insert({ scope: user(DANA) })).toEqual({ status: 400, reason: 'required' });
  expect(await insert({ role: 'reader' })).toEqual({ status: 400, reason: 'required' });
  expect((await insert({ role: 'chief', scope: user(DANA) })).status).toBe(400);
  for (const scope of [user('dana'), { type: 'user' }, { type: 'domain', value: DANA }, { type: 'group', value: 'team' }, user(`${'x'.repeat(400)}@client.example`)]) {
    expect(await insert({ role: 'reader', scope })).toEqual({ status: 400, reason: 'invalidScopeValue' });
  }
  expect(await insert({ role: 'writer', scope: { type: 'default' } })).toEqual({ status: 400, reason: 'illegalAccessRoleForDefault' });
});

test('the last owner stays: nobody changes their own access, or that of whose the data are', async () => {
  const world = await aWorld();
  const { ana, dana } = world;
  const calendarId = await newCalendar(world);
  expect((await ana.acl.list({ calendarId })).data.items?.map((each) => [each.id, each.role])).toEqual([[`user:${ANA}`, 'owner'], [`user:${calendarId}`, 'owner']]);
  await ana.acl.insert({ calendarId, requestBody: { role: 'owner', scope: user(DANA) } });
  expect(await refusal(ana.acl.delete({ calendarId, ruleId: `user:${ANA}` }))).toEqual({ status: 403, reason: 'cannotChangeOwnAcl' });
  expect(await refusal(dana.acl.patch({ calendarId, ruleId: `user:${ANA}`, requestBody: { role: 'reader' } }))).toEqual({ status: 403, reason: 'cannotChangeOwnerAcl' });
  expect(await refusal(dana.acl.delete({ calendarId, ruleId: `user:${calendarId}` }))).toEqual({ status: 403, reason: 'cannotChangeOwnerAcl' });
  expect(await refusal(dana.acl.insert({ calendarId, requestBody: { role: 'none', scope: user(DANA) } }))).toEqual({ status: 403, reason: 'cannotChangeOwnAcl' });
  expect((await ana.acl.delete({ calendarId, ruleId: `user:${DANA}` })).status).toBe(204);
});

test('writers may read the rules, readers may not; who sees nothing gets 404', async () => {
  const world = await aWorld();
  const { ana, dana } = world;
  const calendarId = await newCalendar(world);
  expect((await refusal(dana.acl.list({ calendarId }))).status).toBe(404);
  await ana.acl.insert({ calendarId, requestBody: { role: 'reader', scope: user(DANA) } });
  expect(await refusal(dana.acl.list({ calendarId }))).toEqual({ status: 403, reason: 'requiredAccessLevel' });
  await ana.acl.insert({ calendarId, requestBody: { role: 'writer', scope: user(DANA) } });
  expect((await dana.acl.list({ calendarId })).data.items).toHaveLength(3);
  expect(await refusal(dana.acl.insert({ calendarId, requestBody: { role: 'reader', scope: user(SAM) } }))).toEqual({ status: 403, reason: 'requiredAccessLevel' });
});

test('acl.list comes in pages, and tells what changed since a token', async () => {
  const world = await aWorld();
  const { ana, control } = world;
  const calendarId = await newCalendar(world);
  for (let i = 0; i < 4; i++) await ana.acl.insert({ calendarId, requestBody: { role: 'reader', scope: user(`guest${i}@client.example`) } });
  const { data: whole } = await ana.acl.list({ calendarId });
  const { data: first } = await ana.acl.list({ calendarId, maxResults: 4 });
  const { data: rest } = await ana.acl.list({ calendarId, maxResults: 4, pageToken: first.nextPageToken ?? '' });
  expect([...first.items ?? [], ...rest.items ?? []]).toEqual(whole.items);
  expect(rest.nextSyncToken).toBe(whole.nextSyncToken);
  const syncToken = whole.nextSyncToken ?? '';
  expect((await ana.acl.list({ calendarId, syncToken })).data).toMatchObject({ items: [], nextSyncToken: syncToken });
  await ana.acl.delete({ calendarId, ruleId: 'user:guest1@client.example' });
  expect((await ana.acl.list({ calendarId, syncToken })).data.items).toMatchObject([{ id: 'user:guest1@client.example', role: 'none' }]);
  expect(await refusal(ana.acl.list({ calendarId, syncToken, showDeleted: false }))).toEqual({ status: 400, reason: 'syncTokenWithRequestRestrictions' });
  expect(await refusal(ana.acl.list({ calendarId, syncToken: 'garbage' }))).toEqual({ status: 400, reason: 'invalid' });
  await control('POST', '/sync-tokens/expire', { calendarId });
  expect(await refusal(ana.acl.list({ calendarId, syncToken }))).toEqual({ status: 410, reason: 'fullSyncRequired' });
});

test('who loses access loses the calendar from their list; another rule that still lets them in keeps it there', async () => {
  const world = await aWorld();
  const { ana, dana } = world;
  const calendarId = await newCalendar(world);
  await ana.acl.insert({ calendarId, requestBody: { role: 'writer', scope: user(DANA) } });
  await ana.acl.insert({ calendarId, requestBody: { role: 'reader', scope: { type: 'domain', value: 'client.example' } } });
  await dana.calendarList.insert({ requestBody: { id: calendarId } });
  const { data: { nextSyncToken } } = await dana.calendarList.list();
  await ana.acl.delete({ calendarId, ruleId: `user:${DANA}` });
  expect((await dana.calendarList.list({ syncToken: nextSyncToken ?? '' })).data.items).toEqual([]);
  expect((await dana.calendarList.get({ calendarId })).data.accessRole).toBe('reader');
  await ana.acl.delete({ calendarId, ruleId: 'domain:client.example' });
  expect((await dana.calendarList.list({ syncToken: nextSyncToken ?? '' })).data.items).toMatchObject([{ id: calendarId, deleted: true }]);
  await ana.acl.insert({ calendarId, requestBody: { role: 'reader', scope: user(DANA) } });
  expect((await dana.calendarList.list()).data.items?.map((each) => each.id)).toEqual([DANA]);
});

test('the epoch of an access changes with the rule that gives it, and with no other', () => {
  const rules = new Map<string, Pick<AclRule, 'role' | 'revision'>>();
  const store = { aclRule: (_: string, id: string) => rules.get(id) } as unknown as Store;
  const epoch = () => accessEpoch(store, 'c', DANA);
  expect(epoch()).toBe('none');
  rules.set(`user:${DANA}`, { role: 'reader', revision: 1 });
  const first = epoch();
  rules.set(`user:${ANA}`, { role: 'owner', revision: 2 });
  rules.set('default', { role: 'freeBusyReader', revision: 3 });
  expect(epoch()).toBe(first);
  rules.set(`user:${DANA}`, { role: 'none', revision: 4 });
  expect(epoch()).not.toBe(first);
  rules.set(`user:${DANA}`, { role: 'reader', revision: 5 });
  expect(epoch()).not.toBe(first);
});

test('the closest colour of the palette', () => {
  expect(['#9fe1e7', '#9fe1e6', '#000000', '#ffffff'].map(closestColor)).toEqual(['14', '14', '8', '14']);
});

test('a filter finds nothing in what its asker may not read', async () => {
  const { ana, dana } = await aWorld();
  const at = { start: { dateTime: '2026-11-30T10:00:00Z' }, end: { dateTime: '2026-11-30T11:00:00Z' } };
  const extendedProperties = { private: { k: 'v' }, shared: { s: 't' } };
  for (const visibility of ['private', 'default']) {
    await ana.events.insert({ calendarId: 'primary', requestBody: { ...at, summary: 'Oncologist', description: visibility, visibility, attendees: [{ email: SAM }], extendedProperties } });
  }
  const grant = (role: string) => ana.acl.insert({ calendarId: ANA, requestBody: { role, scope: user(DANA) } });
  const found = async (filter: object) => {
    const shapes = [{}, { singleEvents: true }, { singleEvents: true, orderBy: 'updated' }, { timeMin: '2026-11-01T00:00:00Z' }];
    return Promise.all(shapes.map(async (shape) => (await dana.events.list({ calendarId: ANA, ...filter, ...shape })).data.items?.length));
  };
  const filters = [{ q: 'oncologist' }, { q: SAM }, { privateExtendedProperty: ['k=v'] }, { sharedExtendedProperty: ['s=t'] }];
  for (const [role, count] of [['freeBusyReader', 0], ['reader', 1], ['writerWithoutPrivateAccess', 1], ['writer', 2]] as const) {
    await grant(role);
    for (const filter of filters) expect([role, filter, await found(filter)]).toEqual([role, filter, Array(4).fill(count)]);
    expect([role, await found({})]).toEqual([role, Array(4).fill(2)]);
  }
  // With a token, too: what a later read tells is what its asker may read then.
  const { data: { nextSyncToken: syncToken = '' } } = await dana.events.list({ calendarId: ANA, q: 'oncologist' });
  const [hidden] = (await ana.events.list({ calendarId: 'primary', q: 'private' })).data.items ?? [];
  await ana.events.patch({ calendarId: 'primary', eventId: hidden?.id ?? '', requestBody: { location: 'Hospital' } });
  expect((await dana.events.list({ calendarId: ANA, syncToken: syncToken ?? '' })).data.items).toHaveLength(1);
});

test('q does not tell a guest who the other guests are', async () => {
  const { ana, dana } = await aWorld();
  const at = { start: { dateTime: '2026-11-30T10:00:00Z' }, end: { dateTime: '2026-11-30T11:00:00Z' } };
  const attendees = [{ email: DANA, displayName: 'Dana' }, { email: SAM, displayName: 'Samuel' }];
  const found = async (q: string) => [(await ana.events.list({ calendarId: 'primary', q })).data.items?.length, (await dana.events.list({ calendarId: 'primary', q })).data.items?.length];
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: { ...at, guestsCanSeeOtherGuests: false, attendees } });
  expect([await found(SAM), await found('samuel'), await found(DANA)]).toEqual([[1, 0], [1, 0], [1, 1]]);
  await ana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', requestBody: { guestsCanSeeOtherGuests: true } });
  expect([await found(SAM), await found('samuel')]).toEqual([[1, 1], [1, 1]]);
});

test('freeBusy: a calendar that is named again is no other one; each name has its answer', async () => {
  const { ana } = await aWorld();
  const ask = async (items: string[], more: object = {}) =>
    (await ana.freebusy.query({ requestBody: { timeMin: '2026-11-30T00:00:00Z', timeMax: '2026-12-01T00:00:00Z', items: items.map((id) => ({ id })), ...more } })).data.calendars ?? {};
  expect(await ask(Array<string>(51).fill('primary'))).toEqual({ primary: { busy: [] } });
  expect(await ask([ANA, ANA, 'primary', DANA], { calendarExpansionMax: 2 })).toEqual({
    [ANA]: { busy: [] }, primary: { busy: [] }, [DANA]: { errors: [{ domain: 'global', reason: 'tooManyCalendarsRequested' }], busy: [] },
  });
  expect(Object.keys(await ask(['constructor', 'nobody@x.example']))).toEqual(['constructor', 'nobody@x.example']);
});
