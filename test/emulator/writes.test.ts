import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { JWT } from 'google-auth-library';
import { expect, test } from 'vitest';
import { ANA, DANA, aWorld, mondays, refusal, timed } from './world.js';

type Body = calendar_v3.Schema$Event;
const at = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');
const on = (eventId: string | null | undefined) => ({ calendarId: 'primary', eventId: eventId ?? '' });

async function aWriter() {
  const world = await aWorld();
  const insert = async (requestBody: Body, more: object = {}) => (await world.ana.events.insert({ calendarId: 'primary', requestBody, ...more })).data;
  const patch = async (eventId: string | null | undefined, requestBody: Body, more: object = {}) => (await world.ana.events.patch({ ...on(eventId), requestBody, ...more })).data;
  const refused = async (requestBody: Body, more: object = {}) => refusal(world.ana.events.insert({ calendarId: 'primary', requestBody, ...more }));
  const get = async (eventId: string | null | undefined) => (await world.ana.events.get(on(eventId))).data;
  return { ...world, insert, patch, refused, get };
}

test('extended properties: long keys go, long values are cut; too many or too large over all copies are refused', async () => {
  const { insert, refused, dana, patch } = await aWriter();
  const many = (count: number, length = 1) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v'.repeat(length)]));
  const data = await insert({ ...at, attendees: [{ email: DANA }], extendedProperties: { private: { ['x'.repeat(45)]: 'gone', ['y'.repeat(44)]: 'z'.repeat(1025) }, shared: { ['x'.repeat(45)]: 'gone' } } });
  expect(data.extendedProperties).toEqual({ private: { ['y'.repeat(44)]: 'z'.repeat(1024) } });
  expect((await insert({ ...at, extendedProperties: { private: many(150), shared: many(150) } })).status).toBe('confirmed');
  expect((await refused({ ...at, extendedProperties: { private: many(150), shared: many(151) } })).status).toBe(400);
  expect((await insert({ ...at, extendedProperties: { private: many(31, 1024) } })).status).toBe('confirmed');
  expect((await refused({ ...at, extendedProperties: { private: many(32, 1024) } })).status).toBe(400);
  await dana.events.patch({ ...on(data.id), requestBody: { extendedProperties: { private: many(200) } } });
  await patch(data.id, { extendedProperties: { shared: many(99) } });
  expect((await refusal(patch(data.id, { extendedProperties: { shared: many(100) } }))).status).toBe(400);
});

test('reminders: five at most, up to four weeks, all-day events have none unless asked', async () => {
  const { insert, refused } = await aWriter();
  const reminders = (count: number, minutes = 10) => ({ useDefault: false, overrides: Array.from({ length: count }, (_, i) => ({ method: 'popup', minutes: minutes + i })) });
  expect((await insert({ ...at, reminders: reminders(5) })).reminders?.overrides).toHaveLength(5);
  expect((await insert({ ...at, reminders: reminders(1, 40_320) })).reminders?.overrides).toEqual([{ method: 'popup', minutes: 40_320 }]);
  for (const bad of [reminders(6), reminders(1, 40_321), reminders(1, -1), { useDefault: true, overrides: [{ method: 'popup', minutes: 1 }] }, { overrides: [{ method: 'popup' }] }, { overrides: [{ minutes: 5 }] }]) {
    expect((await refused({ ...at, reminders: bad })).status, JSON.stringify(bad)).toBe(400);
  }
  expect((await insert({ start: { date: '2026-11-30' }, end: { date: '2026-12-01' }, reminders: { useDefault: true } })).reminders).toEqual({ useDefault: true });
});

test('a put resets what it leaves out: reminders, guests, rights, colour', async () => {
  const { ana, insert } = await aWriter();
  const data = await insert({ ...at, reminders: { useDefault: false, overrides: [{ method: 'email', minutes: 5 }] }, colorId: '5', visibility: 'private', transparency: 'transparent', guestsCanModify: true, attendees: [{ email: DANA }], location: 'x' });
  const { data: put } = await ana.events.update({ ...on(data.id), requestBody: at });
  expect(put.reminders).toEqual({ useDefault: true });
  for (const name of ['colorId', 'visibility', 'transparency', 'guestsCanModify', 'attendees', 'location'] as const) expect(put[name], name).toBeUndefined();
  expect([put.sequence, put.created, put.iCalUID]).toEqual([0, data.created, data.iCalUID]);
});

test('guest lists: an address counts once, the organizer is not added, companions and answers are kept, bad ones refused', async () => {
  const { insert, refused } = await aWriter();
  const data = await insert({ ...at, attendees: [{ email: DANA, displayName: 'D', optional: true, additionalGuests: 2, comment: 'c', responseStatus: 'tentative' }, { email: DANA.toUpperCase() }, { email: 'room@x.example', resource: true }] });
  expect(data.attendees).toEqual([{ email: DANA, displayName: 'D', optional: true, responseStatus: 'tentative', comment: 'c', additionalGuests: 2 }, { email: 'room@x.example', resource: true, responseStatus: 'needsAction' }]);
  for (const attendees of [[{}], [{ email: 'no' }], [{ email: DANA, additionalGuests: -1 }], [{ email: DANA, responseStatus: 'maybe' }]]) expect((await refused({ ...at, attendees })).status, JSON.stringify(attendees)).toBe(400);
});

test('guest addresses: none that a mail would take for another, or for several', async () => {
  const { refused } = await aWriter();
  for (const email of ['a,b@x.example', '(c)a@x.example', 'a:b;@x.example', 'a\\b@x.example', '[a]@x.example', '\0a@x.example', 'a@x,y.example', 'a@\u0007', '@x.example', 'a b@x.example']) {
    expect([email, await refused({ ...at, attendees: [{ email }] })]).toEqual([email, { status: 400, reason: 'invalid' }]);
  }
});

test('a guest list may be very long', async () => {
  const { insert, patch } = await aWriter();
  const attendees = Array.from({ length: 90_000 }, (_, i) => ({ email: `${i}@a` }));
  const data = await insert({ ...at, attendees });
  expect(data.attendees).toHaveLength(90_000);
  expect((await patch(data.id, { attendees: attendees.slice(0, 3) })).attendees).toHaveLength(3);
});

test('an import has an id that can be read, however long its iCalUID', async () => {
  const { ana, get, patch } = await aWriter();
  for (const iCalUID of ['short', 'u'.repeat(639), 'u'.repeat(640), 'u'.repeat(1_000), 'ü'.repeat(100_000)]) {
    const imported = async () => (await ana.events.import({ calendarId: 'primary', requestBody: { ...at, iCalUID, summary: 'a' } })).data;
    const data = await imported();
    expect(data.id).toMatch(/^_[0-9a-v]{5,1023}$/);
    expect(await get(data.id)).toEqual(data);
    expect((await imported()).id).toBe(data.id);
    expect((await patch(data.id, { summary: 'b' })).summary).toBe('b');
    await ana.events.delete(on(data.id));
    expect((await get(data.id)).status).toBe('cancelled');
  }
});

test('id and iCalUID: one of both, and each only once', async () => {
  const { insert, refused, ana } = await aWriter();
  const data = await insert({ ...at, iCalUID: 'mine@x.example' });
  expect([data.iCalUID, data.id]).toEqual(['mine@x.example', expect.stringMatching(/^[0-9a-v]{26}$/)]);
  expect(await refused({ ...at, iCalUID: 'mine@x.example' })).toEqual({ status: 409, reason: 'duplicate' });
  expect((await refused({ ...at, id: 'abcde', iCalUID: 'other@x.example' })).status).toBe(400);
  expect((await refusal(ana.events.patch({ ...on(data.id), requestBody: { iCalUID: 'else@x.example' } }))).status).toBe(400);
  expect((await insert({ ...at, id: 'v'.repeat(1024) })).id).toHaveLength(1024);
  for (const id of ['abcd', 'v'.repeat(1025), 'abcdw', 'ABCDE', 'abc_de']) expect((await refused({ ...at, id })).status, id.slice(0, 10)).toBe(400);
});

test('times: a zone or an offset, one kind of both, a zone of its own for a series', async () => {
  const { insert, refused, patch } = await aWriter();
  expect((await insert({ start: { dateTime: '2026-11-30T13:00:00+01:00' }, end: { dateTime: '2026-11-30T13:00:00Z' } })).start).toEqual({ dateTime: '2026-11-30T13:00:00+01:00', timeZone: 'Europe/Berlin' });
  for (const bad of [
    { start: { dateTime: '2026-11-30T13:00:00' }, end: { dateTime: '2026-11-30T14:00:00' } }, { start: { dateTime: 'soon', timeZone: 'UTC' }, end: at.end },
    { ...at, end: { date: '2026-12-01' } }, { start: { date: '2026-11-30', dateTime: '2026-11-30T13:00:00Z' }, end: { date: '2026-12-01' } }, { start: { date: '2026-11-30' }, end: { date: '2026-11-30' } },
    { start: { dateTime: '2026-11-30T13:00:00Z' }, end: { dateTime: '2026-11-30T14:00:00Z' }, recurrence: ['RRULE:FREQ=DAILY'] }, { ...at, recurrence: ['DTSTART:20261130T120000Z', 'RRULE:FREQ=DAILY'] },
  ]) expect((await refused(bad)).status, JSON.stringify(bad)).toBe(400);
  const data = await insert(at);
  expect((await refusal(patch(data.id, { start: { date: '2026-11-30' }, end: { date: '2026-12-01' } }))).status).toBe(400);
  expect((await patch(data.id, { start: { date: '2026-11-30', dateTime: null, timeZone: null }, end: { date: '2026-12-01', dateTime: null, timeZone: null } })).start).toEqual({ date: '2026-11-30' });
});

test('sequence: times, rule and deletion raise it; text, guests, a body\'s own number and a restoration do not', async () => {
  const { insert, patch, ana, get } = await aWriter();
  const { id } = await insert({ ...at, sequence: 9 });
  const steps: [Body, number][] = [
    [{ summary: 's' }, 0], [{ attendees: [{ email: DANA }] }, 0], [{ location: 'l', description: 'd', sequence: 0 }, 0], [{ end: { dateTime: '2026-11-30T15:00:00+01:00' } }, 1],
    [{ recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] }, 2], [{ recurrence: ['RRULE:FREQ=DAILY;COUNT=2'], sequence: 0 }, 3], [{ summary: 't' }, 3],
  ];
  for (const [body, sequence] of steps) expect((await patch(id, body)).sequence, JSON.stringify(body)).toBe(sequence);
  await ana.events.delete(on(id));
  expect((await get(id)).sequence).toBe(4);
  expect((await patch(id, { status: 'confirmed' })).sequence).toBe(4);
});

test('visibility of one occurrence: stricter holds for the series, looser is ignored', async () => {
  const { insert, patch, get } = await aWriter();
  const { id } = await insert(mondays());
  const slot = (stamp: string) => `${id}_${stamp}`;
  expect((await patch(slot('20261012T110000Z'), { visibility: 'public' })).visibility).toBeUndefined();
  expect((await get(slot('20261012T110000Z'))).etag).toBe((await get(id)).etag);
  expect((await patch(slot('20261012T110000Z'), { visibility: 'private', summary: 'One' })).visibility).toBe('private');
  expect([(await get(id)).visibility, (await get(slot('20261019T110000Z'))).visibility, (await get(id)).summary]).toEqual(['private', 'private', 'Dana']);
  expect((await patch(slot('20261019T110000Z'), { visibility: 'default' })).visibility).toBe('private');
  expect((await patch(slot('20261019T110000Z'), { visibility: 'public' })).visibility).toBe('private');
});

test('conferences: nothing with version 0, at once with version 1, the same request again changes nothing', async () => {
  const { insert, patch, refused } = await aWriter();
  const request = (requestId: string, type = 'hangoutsMeet') => ({ conferenceData: { createRequest: { requestId, conferenceSolutionKey: { type } } } });
  expect((await insert({ ...at, ...request('r1') })).conferenceData).toBeUndefined();
  const v1 = { conferenceDataVersion: 1 };
  const data = await insert({ ...at, ...request('r1') }, v1);
  expect(data.conferenceData).toMatchObject({ createRequest: { requestId: 'r1', status: { statusCode: 'success' } }, conferenceId: expect.stringMatching(/^[a-z]{3}-[a-z]{4}-[a-z]{3}$/) });
  expect(data.hangoutLink).toBe(`https://meet.google.com/${data.conferenceData?.conferenceId}`);
  expect((await patch(data.id, request('r1'), v1)).etag).toBe(data.etag);
  expect((await patch(data.id, { conferenceData: null, summary: 'v0' } as unknown as Body)).hangoutLink).toBe(data.hangoutLink);
  expect((await patch(data.id, request('r2'), v1)).conferenceData?.conferenceId).not.toBe(data.conferenceData?.conferenceId);
  const copied = await insert({ ...at, conferenceData: data.conferenceData! }, v1);
  expect(copied.hangoutLink).toBe(data.hangoutLink);
  expect((await patch(data.id, { conferenceData: null } as unknown as Body, v1)).hangoutLink).toBeUndefined();
  for (const bad of [{ conferenceData: { createRequest: {} } }, request('r3', 'eventHangout'), request('r3', 'addOn')]) expect((await refused({ ...at, ...bad }, v1)).status, JSON.stringify(bad)).toBe(400);
  expect((await refused(at, { conferenceDataVersion: 2 })).status).toBe(400);
});

test('a conference that is pending comes with a later change, also to the guests; or fails', async () => {
  const { insert, get, dana, control, ana } = await aWriter();
  await control('POST', '/conferences', { mode: 'pending' });
  const body = { ...at, attendees: [{ email: DANA }], conferenceData: { createRequest: { requestId: 'later', conferenceSolutionKey: { type: 'hangoutsMeet' } } } };
  const data = await insert(body, { conferenceDataVersion: 1 });
  expect(data.conferenceData).toEqual({ createRequest: { requestId: 'later', conferenceSolutionKey: { type: 'hangoutsMeet' }, status: { statusCode: 'pending' } } });
  const { data: { nextSyncToken } } = await ana.events.list({ calendarId: 'primary' });
  expect(await control('POST', '/conferences/complete')).toEqual({ ended: 1 });
  expect((await ana.events.list({ calendarId: 'primary', syncToken: nextSyncToken ?? '' })).data.items?.map((each) => each.hangoutLink)).toEqual([(await get(data.id)).hangoutLink]);
  expect((await dana.events.get(on(data.id))).data.hangoutLink).toMatch(/^https:\/\/meet\.google\.com\//);
  const failed = await insert({ ...body, attendees: [] }, { conferenceDataVersion: 1 });
  expect(await control('POST', '/conferences/complete', { result: 'failure' })).toEqual({ ended: 1 });
  expect((await get(failed.id)).conferenceData).toEqual({ createRequest: { requestId: 'later', conferenceSolutionKey: { type: 'hangoutsMeet' }, status: { statusCode: 'failure' } } });
  expect(await control('POST', '/conferences/complete')).toEqual({ ended: 0 });
});

test('attachments need supportsAttachments, a URL, and are 25 at most; a source needs a web address', async () => {
  const { insert, refused, patch } = await aWriter();
  const files = (count: number) => ({ attachments: Array.from({ length: count }, (_, i) => ({ fileUrl: `https://files.example/${i}` })) });
  expect((await insert({ ...at, ...files(1) })).attachments).toBeUndefined();
  const data = await insert({ ...at, ...files(25) }, { supportsAttachments: true });
  expect(data.attachments).toHaveLength(25);
  expect((await patch(data.id, { attachments: [], summary: 'x' })).attachments).toHaveLength(25);
  expect((await patch(data.id, { attachments: [] }, { supportsAttachments: true })).attachments).toBeUndefined();
  for (const bad of [files(26), { attachments: [{ title: 'none' }] }]) expect((await refused({ ...at, ...bad }, { supportsAttachments: true })).status).toBe(400);
  for (const source of [{ title: 'x' }, { url: 'ftp://x.example' }, { url: 'nowhere' }]) expect((await refused({ ...at, source })).status, JSON.stringify(source)).toBe(400);
});

test('a service account invites nobody as itself, and does for a user it acts for', async () => {
  const { url, control } = await aWriter();
  const email = 'robot@project.iam.gserviceaccount.com', scopes = ['https://www.googleapis.com/auth/calendar'];
  const file = await control('POST', '/service-accounts', { email, delegation: { scopes } }) as { private_key: string };
  const as = (subject?: string) => {
    const auth = new JWT({ email, key: file.private_key, scopes, ...(subject === undefined ? {} : { subject }), transporterOptions: {
      fetchImplementation: (input: unknown, init: unknown) => { const to = new URL(String(input)); return fetch(to.hostname === 'oauth2.googleapis.com' ? url + to.pathname : to, init as RequestInit); },
    } });
    return calendar({ version: 'v3', auth, rootUrl: url, retry: false });
  };
  const requestBody = { ...at, attendees: [{ email: DANA }] };
  expect(await refusal(as().events.insert({ calendarId: 'primary', requestBody }))).toEqual({ status: 403, reason: 'forbiddenForServiceAccounts' });
  const { data } = await as().events.insert({ calendarId: 'primary', requestBody: at });
  expect(await refusal(as().events.patch({ ...on(data.id), requestBody }))).toEqual({ status: 403, reason: 'forbiddenForServiceAccounts' });
  expect((await as(ANA).events.insert({ calendarId: 'primary', requestBody })).data).toMatchObject({ creator: { email: ANA, self: true }, attendees: [{ email: DANA }] });
});

test('a writer without access to private events writes the others only; a reader writes none', async () => {
  const { ana, dana, insert } = await aWriter();
  const grant = (role: string) => ana.acl.insert({ calendarId: ANA, requestBody: { role, scope: { type: 'user', value: DANA } } });
  const [open, secret] = [await insert(at), await insert({ ...at, visibility: 'private' })];
  await grant('reader');
  const patching = (eventId: string | null | undefined, requestBody: Body) => dana.events.patch({ calendarId: ANA, eventId: eventId ?? '', requestBody });
  expect(await refusal(patching(open.id, { summary: 'x' }))).toEqual({ status: 403, reason: 'requiredAccessLevel' });
  expect(await refusal(dana.events.insert({ calendarId: ANA, requestBody: at }))).toEqual({ status: 403, reason: 'requiredAccessLevel' });
  await grant('writerWithoutPrivateAccess');
  expect((await patching(open.id, { summary: 'x' })).data.summary).toBe('x');
  for (const refused of [patching(secret.id, { summary: 'x' }), patching(open.id, { visibility: 'private' }), dana.events.insert({ calendarId: ANA, requestBody: { ...at, visibility: 'confidential' } }), dana.events.delete({ calendarId: ANA, eventId: secret.id ?? '' })]) {
    expect((await refusal(refused)).status).toBe(403);
  }
  expect(await refusal(dana.events.import({ calendarId: ANA, requestBody: { ...at, iCalUID: secret.iCalUID ?? '', summary: 'x' } }))).toEqual({ status: 403, reason: 'requiredAccessLevel' });
  await grant('writer');
  expect((await patching(secret.id, { summary: 'y' })).data.summary).toBe('y');
});

test('labels are written in place of colours only with eventLabelVersion=1', async () => {
  const { insert, patch, refused } = await aWriter();
  const data = await insert({ ...at, colorId: '5' });
  expect((await patch(data.id, { colorId: '7' }, { eventLabelVersion: 1 })).colorId).toBe('5');
  expect((await patch(data.id, { colorId: '7' })).colorId).toBe('7');
  expect((await refused(at, { eventLabelVersion: 3 })).status).toBe(400);
});
