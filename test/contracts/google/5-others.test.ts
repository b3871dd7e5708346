/** Section 5 of the sheet: freeBusy, the calendar list, calendars, settings, access rules, colours; and 10.9 on roles. */
import { isDeepStrictEqual } from 'node:util';
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { describe, expect, onTestFinished } from 'vitest';
import { appAt, SCOPE, signIn } from '../../emulator/sign-in.js';
import { clientWith, eventually, fact, listAll, refusal, timed, uncertain, type Api, type Bed, type BedOfTwo, type Event } from './bed.js';

type Entry = calendar_v3.Schema$CalendarListEntry;
type ListParams = calendar_v3.Params$Resource$Calendarlist$List;

const ROLES = ['freeBusyReader', 'reader', 'writerWithoutPrivateAccess', 'writer', 'owner'] as const;
/** 10:00 to 11:00 in Berlin, 09:00Z to 10:00Z. */
const HOUR: Event = { summary: 'One hour', ...timed('2027-02-02T10:00:00', '2027-02-02T11:00:00') };
const DAY = { timeMin: '2027-02-02T00:00:00+01:00', timeMax: '2027-02-03T00:00:00+01:00' };

const insert = async (api: Api, calendarId: string, requestBody: Event = HOUR): Promise<string> =>
  (await api.events.insert({ calendarId, requestBody, sendUpdates: 'none' })).data.id ?? '';
const freeBusy = async (bed: Bed, calendarId: string, more: object = {}) =>
  (await bed.coach.api.freebusy.query({ requestBody: { ...DAY, items: [{ id: calendarId }], ...more } })).data;
const busyTimes = async (bed: Bed, calendarId: string, more: object = {}) => (await freeBusy(bed, calendarId, more)).calendars?.[calendarId]?.busy;

/** `taken`, or how a call was refused: status and reason. */
const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(() => 'taken', () => refusal(call).then(({ status, reason }) => `${status} ${reason ?? ''}`));

/** Every page of the calendar list, and the token of the last. */
async function entries(api: Api, params: ListParams = {}): Promise<{ items: Entry[]; syncToken: string; pages: number }> {
  const items: Entry[] = [];
  for (let pageToken: string | undefined, pages = 1; ; pages++) {
    const { data } = await api.calendarList.list({ ...params, ...(pageToken === undefined ? {} : { pageToken }) });
    items.push(...(data.items ?? []));
    pageToken = data.nextPageToken ?? undefined;
    if (pageToken === undefined) return { items, syncToken: data.nextSyncToken ?? '', pages };
  }
}
const entry = async (api: Api, id: string, params: ListParams = {}): Promise<Entry | undefined> => (await entries(api, params)).items.find((each) => each.id === id);
const changedIds = async (api: Api, syncToken: string): Promise<string[]> => (await entries(api, { syncToken })).items.map((each) => each.id ?? '');
/** A calendar that the test deletes itself. */
const mortal = async (bed: Bed): Promise<string> => (await bed.coach.api.calendars.insert({ requestBody: { summary: 'makeway contract suite, to be deleted' } })).data.id ?? '';

/** Shares a calendar with the guest, by a rule that goes away with the calendar. */
const share = (bed: BedOfTwo, calendarId: string, role: string) =>
  bed.coach.api.acl.insert({ calendarId, sendNotifications: false, requestBody: { role, scope: { type: 'user', value: bed.guest.email } } });
async function shared(bed: BedOfTwo, role: string): Promise<string> {
  const calendarId = await bed.scratch();
  await share(bed, calendarId, role);
  await eventually(async () => expect((await bed.guest.api.events.list({ calendarId })).status).toBe(200));
  return calendarId;
}

describe('5 freeBusy', () => {
  fact('doc', 'the answer has kind, times and calendars', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed.coach.api, calendarId);
    expect(await freeBusy(bed, calendarId)).toEqual({
      kind: 'calendar#freeBusy', timeMin: expect.any(String), timeMax: expect.any(String), calendars: { [calendarId]: { busy: [expect.anything()] } },
    });
  });
  fact('rec', 'the times are echoed in UTC with .000Z', async (bed) => {
    const { timeMin, timeMax } = await freeBusy(bed, await bed.scratch());
    expect([timeMin, timeMax]).toEqual(['2027-02-01T23:00:00.000Z', '2027-02-02T23:00:00.000Z']);
  });
  fact('rec', 'the keys are the ids that were asked for: primary stays primary', async (bed) => {
    expect(Object.keys((await freeBusy(bed, 'primary')).calendars ?? {})).toEqual(['primary']);
  });
  fact('rec', 'busy times are in UTC', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed.coach.api, calendarId);
    expect(await busyTimes(bed, calendarId)).toEqual([{ start: '2027-02-02T09:00:00Z', end: '2027-02-02T10:00:00Z' }]);
  });
  fact('doc', 'timeZone is the zone of the busy times', async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed.coach.api, calendarId);
    expect(await busyTimes(bed, calendarId, { timeZone: 'Europe/Berlin' })).toEqual([{ start: '2027-02-02T10:00:00+01:00', end: '2027-02-02T11:00:00+01:00' }]);
  });
  fact('rec', 'a calendar that is not there has an error notFound in its place, with status 200', async (bed) => {
    const calendarId = await bed.scratch(), stranger = `${bed.freshId()}@nowhere.example`;
    await insert(bed.coach.api, calendarId);
    const { status, data } = await bed.coach.api.freebusy.query({ requestBody: { ...DAY, items: [{ id: calendarId }, { id: stranger }] } });
    expect(status).toBe(200);
    expect(data.calendars?.[stranger]).toEqual({ errors: [{ domain: 'global', reason: 'notFound' }], busy: [] });
    expect(data.calendars?.[calendarId]?.busy).toHaveLength(1);
  });
  fact('doc', 'more calendars than calendarExpansionMax: tooManyCalendarsRequested, with status 200', async (bed) => {
    const ids = [await bed.scratch(), await bed.scratch()];
    const { status, data } = await bed.coach.api.freebusy.query({ requestBody: { ...DAY, calendarExpansionMax: 1, items: ids.map((id) => ({ id })) } });
    expect(status).toBe(200);
    expect(ids.flatMap((id) => data.calendars?.[id]?.errors ?? []).map((each) => each.reason)).toContain('tooManyCalendarsRequested');
  });
  for (const [name, most] of [['calendarExpansionMax', 50], ['groupExpansionMax', 100]] as const) {
    fact('doc', `${name} may be ${most}`, async (bed) => {
      expect((await freeBusy(bed, 'primary', { [name]: most })).kind).toBe('calendar#freeBusy');
    });
    uncertain(`${name} above ${most}`, ['400', 'taken'], async (bed) => (await outcome(freeBusy(bed, 'primary', { [name]: most + 1 }))).replace(/ .*/, ''));
  }
  uncertain('a range of four months', ['400 timeRangeTooLong', 'taken'], async (bed) => {
    expect(await outcome(freeBusy(bed, 'primary', { timeMax: '2027-04-25T00:00:00Z' }))).toBe('taken');
    return outcome(freeBusy(bed, 'primary', { timeMax: '2027-06-02T00:00:00Z' }));
  });
  uncertain('overlapping events', ['merged', 'apart'], async (bed) => {
    const calendarId = await bed.scratch();
    await insert(bed.coach.api, calendarId);
    await insert(bed.coach.api, calendarId, timed('2027-02-02T10:30:00', '2027-02-02T11:30:00'));
    const busy = await busyTimes(bed, calendarId);
    return isDeepStrictEqual(busy, [{ start: '2027-02-02T09:00:00Z', end: '2027-02-02T10:30:00Z' }]) ? 'merged' : 'apart';
  });
});

describe('5 calendarList.list', () => {
  fact.provoked('doc', 'a page has 100 entries by default and 250 at most', async (bed) => {
    for (let i = 0; i < 260; i++) await bed.control('POST', '/calendars', { owner: bed.coach.email, summary: `Calendar ${i}`, timeZone: 'UTC' });
    const sizes = async (params: ListParams) => {
      const { data } = await bed.coach.api.calendarList.list(params);
      return [data.items?.length, data.nextPageToken === undefined ? 'sync' : 'page'];
    };
    expect(await sizes({})).toEqual([100, 'page']);
    expect(await sizes({ maxResults: 250 })).toEqual([250, 'page']);
    expect(await sizes({ maxResults: 300 })).toEqual([250, 'page']);
    const all = await entries(bed.coach.api);
    expect([all.pages, all.items.length, new Set(all.items.map((each) => each.id)).size]).toEqual([3, 261, 261]);
  });
  fact('doc', 'maxResults sets the size of a page; the pages together are the list', async (bed) => {
    await bed.scratch();
    await bed.scratch();
    const whole = await entries(bed.coach.api), paged = await entries(bed.coach.api, { maxResults: 2 });
    expect(whole.items.length).toBeGreaterThanOrEqual(3);
    expect(paged.items.map((each) => each.id).sort()).toEqual(whole.items.map((each) => each.id).sort());
    expect(paged.pages).toBeGreaterThan(1);
  });
  fact.ofTwo('doc', 'minAccessRole leaves out weaker entries', async (bed) => {
    const own = await bed.scratch(), calendarId = await shared(bed, 'reader');
    await bed.guest.api.calendarList.insert({ requestBody: { id: calendarId } });
    expect(await entry(bed.coach.api, own, { minAccessRole: 'owner' })).toBeDefined();
    expect(await entry(bed.guest.api, calendarId, { minAccessRole: 'reader' })).toBeDefined();
    expect(await entry(bed.guest.api, calendarId, { minAccessRole: 'writer' })).toBeUndefined();
  });
  fact('doc', 'hidden entries come with showHidden', async (bed) => {
    const calendarId = await bed.scratch();
    await bed.coach.api.calendarList.patch({ calendarId, requestBody: { hidden: true } });
    expect(await entry(bed.coach.api, calendarId)).toBeUndefined();
    expect(await entry(bed.coach.api, calendarId, { showHidden: true })).toMatchObject({ id: calendarId, hidden: true });
  });
  fact('doc', 'deleted entries come with showDeleted', async (bed) => {
    const calendarId = await mortal(bed);
    await bed.coach.api.calendars.delete({ calendarId });
    expect(await entry(bed.coach.api, calendarId)).toBeUndefined();
    expect(await entry(bed.coach.api, calendarId, { showDeleted: true })).toMatchObject({ id: calendarId, deleted: true });
  });
  fact.provoked('doc', 'showOwnOrganizationOnly leaves out calendars of others', async (bed) => {
    const own = await bed.scratch();
    const { data } = await bed.guest.api.calendars.insert({ requestBody: { summary: 'of the guest' } });
    await bed.guest.api.acl.insert({ calendarId: data.id ?? '', requestBody: { role: 'reader', scope: { type: 'user', value: bed.coach.email } } });
    await bed.coach.api.calendarList.insert({ requestBody: { id: data.id ?? '' } });
    const ids = (await entries(bed.coach.api, { showOwnOrganizationOnly: true })).items.map((each) => each.id);
    expect(ids).toContain(own);
    expect(ids).not.toContain(data.id);
    expect(await entry(bed.coach.api, data.id ?? '')).toBeDefined();
  });
});

describe('5 calendarList with a sync token', () => {
  for (const more of [{ minAccessRole: 'reader' }, { showOwnOrganizationOnly: true }, { showDeleted: false }, { showHidden: false }]) {
    fact('doc', `it does not go with ${JSON.stringify(more)}`, async (bed) => {
      const { syncToken } = await entries(bed.coach.api);
      expect((await refusal(bed.coach.api.calendarList.list({ syncToken, ...more }))).status).toBe(400);
    });
  }
  fact('doc', 'it goes with showDeleted=true and showHidden=true', async (bed) => {
    const { syncToken } = await entries(bed.coach.api);
    expect((await bed.coach.api.calendarList.list({ syncToken, showDeleted: true, showHidden: true })).status).toBe(200);
  });
  fact('doc', 'a new calendar, and a change of what the user chose, are reported', async (bed) => {
    const first = await entries(bed.coach.api);
    const calendarId = await bed.scratch(undefined, 'makeway contract suite, a new one');
    expect(await changedIds(bed.coach.api, first.syncToken)).toContain(calendarId);
    const second = await entries(bed.coach.api);
    await bed.coach.api.calendarList.patch({ calendarId, requestBody: { summaryOverride: 'My name for it' } });
    expect(await changedIds(bed.coach.api, second.syncToken)).toEqual([calendarId]);
  });
  fact('doc', 'a new title alone is not reported', async (bed) => {
    const calendarId = await bed.scratch();
    const { syncToken } = await entries(bed.coach.api);
    await bed.coach.api.calendars.patch({ calendarId, requestBody: { summary: 'makeway contract suite, renamed' } });
    expect(await changedIds(bed.coach.api, syncToken)).not.toContain(calendarId);
    expect(await entry(bed.coach.api, calendarId)).toMatchObject({ summary: 'makeway contract suite, renamed' });
  });
  fact.ofTwo('doc', 'a change of access alone is not reported', async (bed) => {
    const calendarId = await shared(bed, 'reader');
    await bed.guest.api.calendarList.insert({ requestBody: { id: calendarId } });
    const mine = await entries(bed.coach.api), theirs = await entries(bed.guest.api);
    await share(bed, calendarId, 'writer');
    await eventually(async () => expect((await entry(bed.guest.api, calendarId))?.accessRole).toBe('writer'));
    expect(await changedIds(bed.coach.api, mine.syncToken)).not.toContain(calendarId);
    expect(await changedIds(bed.guest.api, theirs.syncToken)).not.toContain(calendarId);
  });
  fact('doc', 'hidden and deleted entries are always reported', async (bed) => {
    const hidden = await bed.scratch(), deleted = await mortal(bed);
    const { syncToken } = await entries(bed.coach.api);
    await bed.coach.api.calendarList.patch({ calendarId: hidden, requestBody: { hidden: true } });
    await bed.coach.api.calendars.delete({ calendarId: deleted });
    const { items } = await entries(bed.coach.api, { syncToken });
    expect(items.find((each) => each.id === hidden)).toMatchObject({ hidden: true });
    expect(items.find((each) => each.id === deleted)).toMatchObject({ kind: 'calendar#calendarListEntry', etag: expect.any(String), deleted: true });
  });
  uncertain.ofTwo('an entry whose access was taken away', ['reported as deleted', 'not reported', 'reported with accessRole none'], async (bed) => {
    const calendarId = await shared(bed, 'reader');
    await bed.guest.api.calendarList.insert({ requestBody: { id: calendarId } });
    const { syncToken } = await entries(bed.guest.api);
    await bed.coach.api.acl.delete({ calendarId, ruleId: `user:${bed.guest.email}` });
    await eventually(async () => expect((await refusal(bed.guest.api.events.list({ calendarId }))).status).toBe(404));
    const found = (await entries(bed.guest.api, { syncToken })).items.find((each) => each.id === calendarId);
    return found === undefined ? 'not reported' : found.deleted === true ? 'reported as deleted' : `reported with accessRole ${found.accessRole ?? 'none'}`;
  });
  fact('doc', 'nothing changed: no items', async (bed) => {
    await bed.scratch();
    const { syncToken } = await entries(bed.coach.api);
    expect(await entries(bed.coach.api, { syncToken })).toMatchObject({ items: [], pages: 1 });
  });
  fact('doc', 'an incremental answer comes in pages too', async (bed) => {
    const { syncToken } = await entries(bed.coach.api);
    const made: string[] = [];
    for (let i = 0; i < 3; i++) made.push(await bed.scratch(undefined, 'makeway contract suite, a new one'));
    const answer = await entries(bed.coach.api, { syncToken, maxResults: 1 });
    expect(answer.pages).toBeGreaterThanOrEqual(3);
    expect(answer.items.map((each) => each.id)).toEqual(expect.arrayContaining(made));
    expect(answer.syncToken).not.toBe('');
  });
  fact.provoked('doc', 'an expired one is 410 fullSyncRequired, as for events', async (bed) => {
    const { syncToken } = await entries(bed.coach.api);
    await bed.control('POST', '/sync-tokens/expire', {});
    expect(await refusal(bed.coach.api.calendarList.list({ syncToken }))).toMatchObject({ status: 410, reason: 'fullSyncRequired' });
    expect((await entries(bed.coach.api)).items.length).toBeGreaterThan(0);
  });
  fact('2nd', 'garbage is 400', async (bed) => {
    expect((await refusal(bed.coach.api.calendarList.list({ syncToken: 'garbage' }))).status).toBe(400);
  });
});

describe('5 Entries of the calendar list', () => {
  fact('rec', 'the primary calendar has primary, and no dataOwner', async (bed) => {
    const { data } = await bed.coach.api.calendarList.get({ calendarId: 'primary' });
    expect(data).toMatchObject({ kind: 'calendar#calendarListEntry', id: bed.coach.email, timeZone: expect.any(String), accessRole: 'owner', primary: true, defaultReminders: expect.any(Array), conferenceProperties: expect.any(Object) });
    expect(data).not.toHaveProperty('dataOwner');
  });
  fact('rec', 'a secondary calendar has dataOwner, and no primary', async (bed) => {
    const calendarId = await bed.scratch('UTC');
    const { data } = await bed.coach.api.calendarList.get({ calendarId });
    expect(data).toMatchObject({ id: calendarId, summary: expect.any(String), timeZone: 'UTC', dataOwner: bed.coach.email, accessRole: 'owner', selected: true, defaultReminders: [], conferenceProperties: expect.any(Object) });
    for (const absent of ['primary', 'summaryOverride', 'hidden', 'deleted']) expect(data).not.toHaveProperty(absent);
  });
  fact('rec', 'the keys come in this order', async (bed) => {
    const { data } = await bed.coach.api.calendarList.get({ calendarId: await bed.scratch() });
    const order = ['kind', 'etag', 'id', 'summary', 'timeZone', 'dataOwner', 'colorId', 'backgroundColor', 'foregroundColor', 'selected', 'accessRole', 'defaultReminders', 'conferenceProperties'];
    expect(Object.keys(data)).toEqual(order);
  });
  fact('rec', 'the etag is a time in microseconds', async (bed) => {
    const calendarId = await bed.scratch(), before = Date.now();
    await bed.coach.api.calendarList.patch({ calendarId, requestBody: { summaryOverride: 'Mine' } });
    const { data } = await bed.coach.api.calendarList.get({ calendarId });
    expect(data.etag).toMatch(/^"\d{16}"$/);
    const ms = Number(data.etag?.slice(1, -1)) / 1000;
    expect(ms).toBeGreaterThan(before - 60_000);
    expect(ms).toBeLessThan(Date.now() + 60_000);
  });
  fact('doc', 'summaryOverride is there once it is set', async (bed) => {
    const calendarId = await bed.scratch();
    const { data } = await bed.coach.api.calendarList.patch({ calendarId, requestBody: { summaryOverride: 'Mine' } });
    expect(data.summaryOverride).toBe('Mine');
    expect(data.summary).not.toBe('Mine');
  });
  for (const role of ROLES) {
    fact.ofTwo('doc', `accessRole is what the caller was given: ${role}`, async (bed) => {
      const calendarId = await shared(bed, role);
      expect((await bed.guest.api.calendarList.insert({ requestBody: { id: calendarId } })).data.accessRole).toBe(role);
    });
  }
  fact.ofTwo('doc', 'sharing a calendar does not put it on the other\'s list', async (bed) => {
    const calendarId = await shared(bed, 'writer');
    expect(await entry(bed.guest.api, calendarId)).toBeUndefined();
    expect((await refusal(bed.guest.api.calendarList.get({ calendarId }))).status).toBe(404);
  });
});

describe('5 calendars.get', () => {
  fact('rec', 'it has timeZone, summary, dataOwner, conferenceProperties and labelProperties', async (bed) => {
    const calendarId = await bed.scratch('Asia/Tokyo', 'makeway contract suite, Tokyo');
    const { data } = await bed.coach.api.calendars.get({ calendarId });
    expect(data).toMatchObject({ kind: 'calendar#calendar', id: calendarId, timeZone: 'Asia/Tokyo', summary: 'makeway contract suite, Tokyo', dataOwner: bed.coach.email, conferenceProperties: { allowedConferenceSolutionTypes: expect.any(Array) }, labelProperties: expect.any(Object) });
  });
  fact('rec', 'its etag is a hash, not a number', async (bed) => {
    const { etag } = (await bed.coach.api.calendars.get({ calendarId: await bed.scratch() })).data;
    expect(etag).toMatch(/^"[\w+/=-]{20,}"$/);
    expect(etag).not.toMatch(/^"\d+"$/);
  });
});

describe('5 settings', () => {
  fact('rec', 'timezone is a setting with kind, etag, id and value', async (bed) => {
    const { data } = await bed.coach.api.settings.get({ setting: 'timezone' });
    expect(data).toEqual({ kind: 'calendar#setting', etag: expect.stringMatching(/^"\d{16}"$/), id: 'timezone', value: expect.stringMatching(/^[A-Z]\w+(\/[\w+-]+)*$/) });
  });
  fact('rec', 'the list has a sync token of 20 digits', async (bed) => {
    const { data } = await bed.coach.api.settings.list();
    expect(data.kind).toBe('calendar#settings');
    expect(data.items?.find((each) => each.id === 'timezone')?.value).toBe((await bed.coach.api.settings.get({ setting: 'timezone' })).data.value);
    expect(data.nextSyncToken).toMatch(/^\d{20}$/);
    expect((await bed.coach.api.settings.list({ syncToken: data.nextSyncToken ?? '' })).data.items ?? []).toEqual([]);
  });
  fact.provoked('doc', 'its sync token tells which settings changed', async (bed) => {
    const { data } = await bed.coach.api.settings.list();
    await bed.person(bed.coach.email, 'Asia/Tokyo');
    const changed = await bed.coach.api.settings.list({ syncToken: data.nextSyncToken ?? '' });
    expect(changed.data.items).toMatchObject([{ id: 'timezone', value: 'Asia/Tokyo' }]);
  });
  fact.provoked('doc', 'they need calendar.settings.readonly', async (bed) => {
    const as = async (scope: string): Promise<Api> => {
      const app = appAt(bed.url);
      app.setCredentials(await signIn(app, bed.coach.email, { scope: [`${SCOPE}${scope}`] }));
      return clientWith(app, bed.url);
    };
    expect((await (await as('calendar.settings.readonly')).settings.get({ setting: 'timezone' })).status).toBe(200);
    expect(await refusal((await as('calendar.events')).settings.get({ setting: 'timezone' }))).toMatchObject({ status: 403, reason: 'insufficientPermissions' });
  });
});

describe('5 acl', () => {
  fact('doc', 'the owner has a rule user:mail', async (bed) => {
    const calendarId = await bed.scratch();
    const { data } = await bed.coach.api.acl.list({ calendarId });
    expect(data.items?.find((each) => each.id === `user:${bed.coach.email}`)).toMatchObject({ kind: 'calendar#aclRule', scope: { type: 'user', value: bed.coach.email }, role: 'owner' });
  });
  fact('doc', 'everybody is the rule default', async (bed) => {
    const calendarId = await bed.scratch();
    const { data } = await bed.coach.api.acl.insert({ calendarId, requestBody: { role: 'freeBusyReader', scope: { type: 'default' } } });
    expect(data).toMatchObject({ id: 'default', scope: { type: 'default' }, role: 'freeBusyReader' });
  });
  fact.provoked('doc', 'a group is group:mail, a domain domain:name', async (bed) => {
    const calendarId = await bed.scratch();
    const add = async (type: string, value: string) => (await bed.coach.api.acl.insert({ calendarId, requestBody: { role: 'reader', scope: { type, value } } })).data.id;
    expect([await add('group', 'team@example.com'), await add('domain', 'client.example')]).toEqual(['group:team@example.com', 'domain:client.example']);
    expect((await bed.guest.api.events.list({ calendarId })).data.accessRole).toBe('reader');
  });
  fact('doc', 'role none is a deleted rule', async (bed) => {
    const calendarId = await bed.scratch();
    await bed.coach.api.acl.insert({ calendarId, requestBody: { role: 'reader', scope: { type: 'default' } } });
    const { data: before } = await bed.coach.api.acl.list({ calendarId });
    await bed.coach.api.acl.delete({ calendarId, ruleId: 'default' });
    const rule = async (params: object) => (await bed.coach.api.acl.list({ calendarId, ...params })).data.items?.find((each) => each.id === 'default');
    expect(await rule({})).toBeUndefined();
    expect(await rule({ showDeleted: true })).toMatchObject({ role: 'none' });
    expect(await rule({ syncToken: before.nextSyncToken ?? '' })).toMatchObject({ role: 'none' });
  });
  uncertain.ofTwo('a sync token of events after a change of the caller\'s access', ['410 fullSyncRequired', 'taken'], async (bed) => {
    const calendarId = await shared(bed, 'reader');
    const { syncToken = '' } = await listAll(bed.guest.api, { calendarId });
    await share(bed, calendarId, 'writer');
    await eventually(async () => expect((await bed.guest.api.events.list({ calendarId })).data.accessRole).toBe('writer'));
    return outcome(bed.guest.api.events.list({ calendarId, syncToken }));
  });
});

describe('5 colors', () => {
  fact('rec', 'the palette has 24 calendar and 11 event colours, of 14 February 2012', async (bed) => {
    const { data } = await bed.coach.api.colors.get();
    expect(data.kind).toBe('calendar#colors');
    expect(data.updated).toMatch(/^2012-02-14T/);
    const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i + 1));
    expect(Object.keys(data.calendar ?? {}).sort((a, b) => Number(a) - Number(b))).toEqual(ids(24));
    expect(Object.keys(data.event ?? {}).sort((a, b) => Number(a) - Number(b))).toEqual(ids(11));
    for (const color of [...Object.values(data.calendar ?? {}), ...Object.values(data.event ?? {})]) {
      expect(color).toEqual({ background: expect.stringMatching(/^#[0-9a-f]{6}$/), foreground: expect.stringMatching(/^#[0-9a-f]{6}$/) });
    }
  });
});

describe('10.9 Roles', () => {
  fact.ofTwo('rec', 'a freeBusyReader sees of an event its times and nothing else', async (bed) => {
    const calendarId = await shared(bed, 'freeBusyReader');
    const id = await insert(bed.coach.api, calendarId, { ...HOUR, description: 'Secret', location: 'Here' });
    const { data } = await bed.guest.api.events.list({ calendarId });
    expect(data.accessRole).toBe('freeBusyReader');
    const shown = data.items?.find((each) => each.id === id) ?? {};
    expect(Object.keys(shown)).toEqual(['kind', 'etag', 'id', 'status', 'htmlLink', 'updated', 'start', 'end', 'visibility', 'iCalUID']);
    expect(shown.visibility).toBe('private');
  });
  fact.ofTwo('doc', 'a freeBusyReader gets instances, whatever was asked', async (bed) => {
    const calendarId = await shared(bed, 'freeBusyReader');
    const id = await insert(bed.coach.api, calendarId, { ...HOUR, recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] });
    for (const more of [{}, { singleEvents: false }]) {
      const { items } = await listAll(bed.guest.api, { calendarId, ...more });
      expect(items.map((each) => each.id).sort()).toEqual(['20270202', '20270203', '20270204'].map((day) => `${id}_${day}T090000Z`));
    }
  });
  fact.ofTwo('doc', 'a freeBusyReader may watch, and may not write', async (bed) => {
    const calendarId = await shared(bed, 'freeBusyReader');
    const { data } = await bed.guest.api.events.watch({ calendarId, requestBody: { id: bed.freshId(), type: 'web_hook', address: 'https://example.com/makeway-contract-suite' } });
    onTestFinished(async () => { await bed.guest.api.channels.stop({ requestBody: { id: data.id ?? '', resourceId: data.resourceId ?? '' } }); });
    expect(data.kind).toBe('api#channel');
    expect((await refusal(insert(bed.guest.api, calendarId))).status).toBe(403);
  });
  for (const role of ['reader', 'writerWithoutPrivateAccess'] as const) {
    fact.ofTwo('doc', `a ${role} sees that there is a private event, and no details`, async (bed) => {
      const calendarId = await shared(bed, role);
      const open = await insert(bed.coach.api, calendarId), closed = await insert(bed.coach.api, calendarId, { ...HOUR, summary: 'Secret', visibility: 'private' });
      const confidential = await insert(bed.coach.api, calendarId, { ...HOUR, summary: 'Secret', visibility: 'confidential' });
      const { items } = await listAll(bed.guest.api, { calendarId });
      expect(items.find((each) => each.id === open)?.summary).toBe('One hour');
      expect(items.find((each) => each.id === confidential)).not.toHaveProperty('summary');
      const shown = items.find((each) => each.id === closed);
      expect(shown).toMatchObject({ start: expect.any(Object), end: expect.any(Object), visibility: 'private' });
      expect(shown).not.toHaveProperty('summary');
    });
  }
  for (const role of ['writer', 'owner'] as const) {
    fact.ofTwo('doc', `a ${role} sees private events whole`, async (bed) => {
      const calendarId = await shared(bed, role);
      const id = await insert(bed.coach.api, calendarId, { ...HOUR, summary: 'Secret', visibility: 'private' });
      expect((await bed.guest.api.events.get({ calendarId, eventId: id })).data.summary).toBe('Secret');
    });
  }
  fact.ofTwo('doc', 'a reader may not write, a writer may, also one without access to private events', async (bed) => {
    expect((await refusal(insert(bed.guest.api, await shared(bed, 'reader')))).status).toBe(403);
    for (const role of ['writerWithoutPrivateAccess', 'writer']) expect(await insert(bed.guest.api, await shared(bed, role)), role).not.toBe('');
  });
  fact.ofTwo('doc', 'only an owner may change who has access', async (bed) => {
    const calendarId = await shared(bed, 'writer');
    const rule = { calendarId, sendNotifications: false, requestBody: { role: 'freeBusyReader', scope: { type: 'default' } } };
    expect((await refusal(bed.guest.api.acl.insert(rule))).status).toBe(403);
    await share(bed, calendarId, 'owner');
    await eventually(async () => expect((await bed.guest.api.acl.insert(rule)).status).toBe(200));
  });
  fact.ofTwo('doc', 'only the organizer may set what guests can do: forbiddenForNonOrganizer', async (bed) => {
    const eventId = await insert(bed.coach.api, 'primary', { ...HOUR, attendees: [{ email: bed.guest.email }] });
    onTestFinished(async () => { await bed.coach.api.events.delete({ calendarId: 'primary', eventId, sendUpdates: 'none' }); });
    await eventually(async () => expect((await bed.guest.api.events.get({ calendarId: 'primary', eventId })).status).toBe(200));
    expect(await refusal(bed.guest.api.events.patch({ calendarId: 'primary', eventId, requestBody: { guestsCanInviteOthers: false } })))
      .toMatchObject({ status: 403, reason: 'forbiddenForNonOrganizer' });
  });
  fact.provoked('doc', 'a change of access ends the sync tokens of the one whose access changed, and no others', async (bed) => {
    const calendarId = await shared(bed, 'reader'), third = await bed.person('jo@third.example');
    await bed.coach.api.acl.insert({ calendarId, requestBody: { role: 'reader', scope: { type: 'user', value: third.email } } });
    const tokens = await Promise.all([bed.coach, bed.guest, third].map(async ({ api }) => (await listAll(api, { calendarId })).syncToken ?? ''));
    await bed.coach.api.acl.delete({ calendarId, ruleId: `user:${bed.guest.email}` });
    await share(bed, calendarId, 'reader');
    expect(await refusal(bed.guest.api.events.list({ calendarId, syncToken: tokens[1] ?? '' }))).toMatchObject({ status: 410, reason: 'fullSyncRequired' });
    expect((await bed.coach.api.events.list({ calendarId, syncToken: tokens[0] ?? '' })).status).toBe(200);
    expect((await third.api.events.list({ calendarId, syncToken: tokens[2] ?? '' })).status).toBe(200);
  });
});
