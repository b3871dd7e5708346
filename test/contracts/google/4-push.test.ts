/** Section 4 of the sheet: push notifications; facts 0.12 and 10.10. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { JWT } from 'google-auth-library';
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { describe, expect, onTestFinished } from 'vitest';
import { appAt, SCOPE, signIn } from '../../emulator/sign-in.js';
import { clientWith, eventually, fact, refusal, timed, uncertain, type Api, type Bed, type ProvokedBed } from './bed.js';

type Channel = calendar_v3.Schema$Channel;

const WEEK_MS = 604_800_000, DAY_MS = 86_400_000;
const HOUR = { summary: 'One hour', ...timed('2027-02-02T10:00:00', '2027-02-02T11:00:00') };
/** Nobody listens there: for facts about the answer to `watch`. */
const NOWHERE = 'https://example.com/makeway-contract-suite';
const HOLIDAYS = 'en.german#holiday@group.v.calendar.google.com';

const body = (more: Channel = {}): Channel => ({ id: randomUUID(), type: 'web_hook', address: NOWHERE, ...more });
const insert = async (api: Api, calendarId: string): Promise<string> => (await api.events.insert({ calendarId, requestBody: HOUR, sendUpdates: 'none' })).data.id ?? '';

/** Watches the events of a calendar, and stops with the test. */
async function watch(api: Api, calendarId: string, requestBody: Channel = body(), more: { eventTypes?: string[] } = {}): Promise<Channel> {
  const { data } = await api.events.watch({ calendarId, requestBody, ...more });
  onTestFinished(() => end(api, data));
  return data;
}
const stop = (api: Api, { id, resourceId }: Channel) => api.channels.stop({ requestBody: { id: id ?? '', resourceId: resourceId ?? '' } });
/** Ends a channel that may have ended already. */
async function end(api: Api, channel: Channel): Promise<void> {
  const { status } = await stop(api, channel).catch((error: unknown) => error as { status?: number });
  expect([204, 404]).toContain(status);
}
const watchRefusal = async (bed: Bed, more: Channel) => refusal(bed.coach.api.events.watch({ calendarId: await bed.scratch(), requestBody: body(more) }));

interface Message { readonly method: string; readonly length: number; readonly headers: IncomingHttpHeaders; readonly atMs: number }
interface Receiver { readonly address: string; readonly got: Message[]; /** Statuses of the next answers; 200 when there are none. */ readonly answers: number[] }

/** Takes messages on this machine. `robots` is its robots.txt. */
async function aReceiver(robots?: string): Promise<Receiver> {
  const got: Message[] = [], answers: number[] = [];
  const server = createServer((request, response) => {
    if (request.url === '/robots.txt') return void response.writeHead(robots === undefined ? 404 : 200).end(robots);
    let length = 0;
    request.on('data', (part: Buffer) => { length += part.length; });
    request.on('end', () => {
      got.push({ method: request.method ?? '', length, headers: request.headers, atMs: performance.now() });
      const status = answers.shift() ?? 200;
      if (status === 102) response.writeProcessing();
      else response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => { server.closeAllConnections(); server.close(); });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`, got, answers };
}
const header = (message: Message | undefined, name: string): string | undefined => message?.headers[`x-goog-${name}`] as string | undefined;
const states = ({ got }: Receiver): (string | undefined)[] => got.map((each) => header(each, 'resource-state'));
const numbers = ({ got }: Receiver): number[] => got.map((each) => Number(header(each, 'message-number')));
const messages = (receiver: Receiver, count: number) => eventually(() => expect(receiver.got).toHaveLength(count));

/** A certificate that nobody else vouches for, made for 127.0.0.1; the key guards nothing. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg1/HO4GdMxmnXMQz8
tqlLSn64IOmbQDQSbghwPHXHeZ2hRANCAAQMHyH/019YhJwFoRDPHmH0JUoTO37P
cLxqX+69a4/u8oFSUYUrEFCb160s7Qg19xWaIjoYfCk7EX9vrPxFc9u8
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUdf/NGJAdMQD0NIIlwBfXC54eQ9MwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEyMzEyMDc1MFoYDzIxMjYxMDMw
MTIwNzUwWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQMHyH/019YhJwFoRDPHmH0JUoTO37PcLxqX+69a4/u8oFSUYUrEFCb
160s7Qg19xWaIjoYfCk7EX9vrPxFc9u8o2QwYjAdBgNVHQ4EFgQURMXvRO3B98jl
BV68/1GgVWT4SUswHwYDVR0jBBgwFoAURMXvRO3B98jlBV68/1GgVWT4SUswDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IAmd9uwHwuf0In4NpdqFhoFZPGYl7jbFoIp6uSF6o6dvAiEAmZ08HuUT8FXgDJuB
kCbt0F63U1YT1zmh2Y5vEptJ784=
-----END CERTIFICATE-----`,
};

interface Pushes { readonly waiting: number; readonly held: number; readonly delivered: number; readonly lost: number }
const pushes = async (bed: ProvokedBed, conditions?: object): Promise<Pushes> =>
  (conditions === undefined ? await bed.control('GET', '/pushes') : await bed.control('POST', '/pushes', conditions)) as unknown as Pushes;
const settled = (bed: ProvokedBed) => eventually(async () => expect(await pushes(bed)).toMatchObject({ waiting: 0 }));
const later = async (bed: ProvokedBed, offsetMs: number) => bed.control('POST', '/clock', { offsetMs });

/** A channel of the coach on a new calendar, with its first message taken. */
async function listening(bed: ProvokedBed, more: Channel = {}): Promise<{ calendarId: string; receiver: Receiver; channel: Channel }> {
  const calendarId = await bed.scratch(), receiver = await aReceiver();
  const channel = await watch(bed.coach.api, calendarId, body({ address: receiver.address, ...more }));
  await messages(receiver, 1);
  await settled(bed);
  return { calendarId, receiver, channel };
}

/** Calendars that Google makes out of others' data; at Google the holidays are there for everybody. */
async function withHolidays(bed: Bed): Promise<void> {
  if (bed.target === 'emulator') await (bed as ProvokedBed).control('POST', '/calendars', { id: HOLIDAYS, summary: 'Holidays in Germany', timeZone: 'Europe/Berlin', readers: 'everyone' });
}

/** The same person through another OAuth client. */
async function through(bed: ProvokedBed, clientId: string, email: string): Promise<Api> {
  const app = appAt(bed.url, { id: clientId });
  app.setCredentials(await signIn(app, email, { scope: [`${SCOPE}calendar`] }));
  return clientWith(app, bed.url);
}

describe('4 What can be watched', () => {
  fact('doc', 'events, acl of a calendar, calendarList and settings have a watch call', async (bed) => {
    const calendarId = await bed.scratch();
    const { api } = bed.coach;
    const opened = [
      await api.events.watch({ calendarId, requestBody: body() }), await api.acl.watch({ calendarId, requestBody: body() }),
      await api.calendarList.watch({ requestBody: body() }), await api.settings.watch({ requestBody: body() }),
    ];
    for (const { status, data } of opened) {
      expect(status).toBe(200);
      await stop(api, data);
    }
  });
  fact('doc', 'events.watch takes eventTypes', async (bed) => {
    expect((await watch(bed.coach.api, await bed.scratch(), body(), { eventTypes: ['default', 'fromGmail'] })).kind).toBe('api#channel');
  });
  fact.provoked('doc', 'a channel with eventTypes hears of those types alone', async (bed) => {
    const receiver = await aReceiver();
    await watch(bed.coach.api, 'primary', body({ address: receiver.address }), { eventTypes: ['focusTime'] });
    await messages(receiver, 1);
    await insert(bed.coach.api, 'primary');
    const focus = { summary: 'Focus', eventType: 'focusTime', ...timed('2027-02-02T12:00:00', '2027-02-02T13:00:00'), transparency: 'opaque', focusTimeProperties: {} };
    await bed.coach.api.events.insert({ calendarId: 'primary', requestBody: focus });
    await messages(receiver, 2);
    await settled(bed);
    expect(receiver.got).toHaveLength(2);
  });
});

describe('4 The body of watch', () => {
  fact('doc', 'an id may have 64 characters', async (bed) => {
    const id = bed.freshId().padEnd(64, 'x');
    expect((await watch(bed.coach.api, await bed.scratch(), body({ id }))).id).toBe(id);
  });
  fact('doc', 'an id of 65 characters is refused', async (bed) => {
    expect((await watchRefusal(bed, { id: bed.freshId().padEnd(65, 'x') })).status).toBe(400);
  });
  fact.provoked('doc', 'an id is unique within one project: another project may use it too', async (bed) => {
    const calendarId = await bed.scratch(), id = randomUUID();
    await watch(bed.coach.api, calendarId, body({ id }));
    const other = await through(bed, '1234567890-abc.apps.googleusercontent.com', bed.coach.email);
    expect((await watch(other, calendarId, body({ id }))).id).toBe(id);
    const sibling = await through(bed, '1234567890-xyz.apps.googleusercontent.com', bed.coach.email);
    expect(await refusal(sibling.events.watch({ calendarId, requestBody: body({ id }) }))).toMatchObject({ status: 400, reason: 'channelIdNotUnique' });
  });
  for (const type of ['web_hook', 'webhook']) {
    fact('doc', `type ${type} is taken`, async (bed) => {
      expect((await watch(bed.coach.api, await bed.scratch(), body({ type }))).kind).toBe('api#channel');
    });
  }
  fact('doc', 'another type is refused', async (bed) => {
    expect((await watchRefusal(bed, { type: 'pigeon' })).status).toBe(400);
  });
  for (const field of ['id', 'type', 'address'] as const) {
    fact('doc', `a body without ${field} is refused`, async (bed) => {
      const { [field]: _, ...rest } = body();
      expect((await refusal(bed.coach.api.events.watch({ calendarId: await bed.scratch(), requestBody: rest }))).status).toBe(400);
    });
  }
  fact('doc', 'the token is optional and comes back', async (bed) => {
    const calendarId = await bed.scratch();
    expect(await watch(bed.coach.api, calendarId)).not.toHaveProperty('token');
    const token = 'cal=42&k=random'.padEnd(256, '.');
    expect((await watch(bed.coach.api, calendarId, body({ token }))).token).toBe(token);
  });
  fact('doc', 'a token of 257 characters is refused', async (bed) => {
    expect((await watchRefusal(bed, { token: 'x'.repeat(257) })).status).toBe(400);
  });
  fact('doc', 'expiration is given in ms and kept to the second', async (bed) => {
    const wanted = Math.floor(Date.now() / 1000) * 1000 + DAY_MS;
    expect((await watch(bed.coach.api, await bed.scratch(), body({ expiration: String(wanted) }))).expiration).toBe(String(wanted));
  });
  fact('doc', 'params.ttl is the lifetime in seconds, as a string', async (bed) => {
    const before = Date.now();
    const { expiration } = await watch(bed.coach.api, await bed.scratch(), body({ params: { ttl: '3600' } }));
    const began = Number(expiration) - 3_600_000;
    expect(began).toBeGreaterThan(before - 60_000);
    expect(began).toBeLessThan(Date.now() + 60_000);
  });
});

describe('4 The answer of watch', () => {
  fact('rec', 'it has kind, id, resourceId, resourceUri and expiration, and the token if there is one', async (bed) => {
    const asked = body({ token: 'secret' });
    const answer = await watch(bed.coach.api, await bed.scratch(), asked);
    expect(answer).toMatchObject({ kind: 'api#channel', id: asked.id, token: 'secret' });
    expect(Object.keys(answer)).toEqual(['kind', 'id', 'resourceId', 'resourceUri', 'token', 'expiration']);
  });
  fact('rec', 'expiration is a string of ms, in whole seconds', async (bed) => {
    expect((await watch(bed.coach.api, await bed.scratch())).expiration).toMatch(/^\d{10}000$/);
  });
  fact('rec', 'without a wish a channel lives seven days', async (bed) => {
    const before = Date.now();
    const began = Number((await watch(bed.coach.api, await bed.scratch())).expiration) - WEEK_MS;
    expect(began).toBeGreaterThan(before - 60_000);
    expect(began).toBeLessThan(Date.now() + 60_000);
  });
  fact.provoked('rec', 'without a wish a channel lives exactly seven days, in whole seconds', async (bed) => {
    const calendarId = await bed.scratch();
    const { now } = await later(bed, 0) as unknown as { now: number };
    const answer = await bed.coach.api.events.watch({ calendarId, requestBody: body() });
    const after = (await bed.control('GET', '/clock') as unknown as { now: number }).now;
    const began = Number(answer.data.expiration) - WEEK_MS;
    expect(began).toBeGreaterThanOrEqual(Math.floor(now / 1000) * 1000);
    expect(began).toBeLessThanOrEqual(after);
  });
  fact('rec', 'resourceUri ends in ?alt=json', async (bed) => {
    const { api } = bed.coach;
    const calendarId = await bed.scratch();
    expect((await watch(api, calendarId)).resourceUri).toMatch(/\/calendar\/v3\/calendars\/[^/]+\/events\?alt=json$/);
  });
  fact('rec', 'two channels on the same calendar by the same user have one resourceId', async (bed) => {
    const calendarId = await bed.scratch();
    const first = await watch(bed.coach.api, calendarId), second = await watch(bed.coach.api, calendarId);
    expect(second.resourceId).toBe(first.resourceId);
    expect(second.id).not.toBe(first.id);
    expect((await watch(bed.coach.api, 'primary')).resourceId).not.toBe(first.resourceId);
  });
  uncertain('longest life of a channel', ['30 days', '31 days', '28 days', '7 days', 'what was asked', 'refused'], async (bed) => {
    const calendarId = await bed.scratch(), asked = Math.floor(Date.now() / 1000) * 1000 + 365 * DAY_MS;
    try {
      const { expiration } = await watch(bed.coach.api, calendarId, body({ expiration: String(asked) }));
      return Number(expiration) === asked ? 'what was asked' : `${Math.round((Number(expiration) - Date.now()) / DAY_MS)} days`;
    } catch {
      return 'refused';
    }
  });
  fact('doc', 'the stricter of the request and the internal limit wins', async (bed) => {
    const calendarId = await bed.scratch();
    const asked = Math.floor(Date.now() / 1000) * 1000 + 3_600_000;
    expect((await watch(bed.coach.api, calendarId, body({ expiration: String(asked) }))).expiration).toBe(String(asked));
    const century = Math.floor(Date.now() / 1000) * 1000 + 36_500 * DAY_MS;
    const { expiration } = await watch(bed.coach.api, calendarId, body({ expiration: String(century) }));
    expect(Number(expiration)).toBeLessThan(century);
  });
});

describe('4 The life of a channel', () => {
  fact('doc', 'an id cannot be used twice', async (bed) => {
    const calendarId = await bed.scratch(), requestBody = body();
    await watch(bed.coach.api, calendarId, requestBody);
    expect(await refusal(bed.coach.api.events.watch({ calendarId, requestBody }))).toMatchObject({ status: 400, reason: 'channelIdNotUnique' });
  });
  fact('2nd', 'the id of a stopped channel cannot be used again', async (bed) => {
    const calendarId = await bed.scratch(), requestBody = body();
    await stop(bed.coach.api, await watch(bed.coach.api, calendarId, requestBody));
    expect(await refusal(bed.coach.api.events.watch({ calendarId, requestBody }))).toMatchObject({ status: 400, reason: 'channelIdNotUnique' });
  });
  fact.provoked('doc', 'a channel is renewed by a second one that overlaps it: both hear, until the old one is stopped', async (bed) => {
    const { calendarId, receiver, channel } = await listening(bed);
    const next = await watch(bed.coach.api, calendarId, body({ address: receiver.address }));
    await messages(receiver, 2);
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 4);
    expect(receiver.got.slice(2).map((each) => header(each, 'channel-id')).sort()).toEqual([channel.id, next.id].sort());
    await stop(bed.coach.api, channel);
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 5);
    await settled(bed);
    expect(receiver.got.slice(4).map((each) => header(each, 'channel-id'))).toEqual([next.id]);
  });
  fact.provoked('doc', 'an expired channel hears nothing more', async (bed) => {
    const { calendarId, receiver } = await listening(bed, { params: { ttl: '60' } });
    await later(bed, 20_000);
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 2);
    await later(bed, 61_000);
    await insert(bed.coach.api, calendarId);
    await settled(bed);
    expect(receiver.got).toHaveLength(2);
  });
  fact('2nd', 'no call lists the channels that there are', async (bed) => {
    expect((await bed.raw('GET', '/channels')).status).toBe(404);
  });
});

describe('4 Refusals of watch', () => {
  fact('2nd', 'holidays cannot be watched', async (bed) => {
    await withHolidays(bed);
    expect(await refusal(bed.coach.api.events.watch({ calendarId: HOLIDAYS, requestBody: body() })))
      .toMatchObject({ status: 400, reason: 'pushNotSupportedForRequestedResource' });
  });
  fact('2nd', 'the refusal of a calendar that cannot be watched is permanent, and its events can be listed', async (bed) => {
    await withHolidays(bed);
    for (let i = 0; i < 2; i++) expect((await refusal(bed.coach.api.events.watch({ calendarId: HOLIDAYS, requestBody: body() }))).reason).toBe('pushNotSupportedForRequestedResource');
    expect((await bed.coach.api.events.list({ calendarId: HOLIDAYS, maxResults: 1 })).data.accessRole).toBe('reader');
  });
  fact.provoked('2nd', 'birthdays of contacts and rooms cannot be watched', async (bed) => {
    for (const id of ['addressbook#contacts@group.v.calendar.google.com', 'c_room1@resource.calendar.google.com']) {
      await bed.control('POST', '/calendars', { id, summary: 'Not to be watched', timeZone: 'UTC', readers: 'everyone' });
      expect(await refusal(bed.coach.api.events.watch({ calendarId: id, requestBody: body() }))).toMatchObject({ status: 400, reason: 'pushNotSupportedForRequestedResource' });
    }
  });
  fact('doc', 'an address must be https', async (bed) => {
    expect((await watchRefusal(bed, { address: 'http://example.com/hook' })).status).toBe(400);
  });
  uncertain('reason for an address that is not https', ['push.webhookUrlNotHttps', 'invalid', 'channelAddressInvalid'], async (bed) =>
    (await watchRefusal(bed, { address: 'http://example.com/hook' })).reason ?? 'none');
  uncertain('an https address on a domain that was never registered', ['taken', 'push.webhookUrlUnauthorized'], async (bed) => {
    const call = watch(bed.coach.api, await bed.scratch());
    return call.then(() => 'taken', () => refusal(call).then(({ reason }) => reason ?? 'none'));
  });
  fact('doc', 'a calendar that is not there cannot be watched', async (bed) => {
    expect(await refusal(bed.coach.api.events.watch({ calendarId: `${bed.freshId()}@group.calendar.google.com`, requestBody: body() }))).toMatchObject({ status: 404, reason: 'notFound' });
  });
});

describe('4 channels.stop', () => {
  fact('rec', 'it answers 204', async (bed) => {
    const channel = await watch(bed.coach.api, await bed.scratch());
    expect((await stop(bed.coach.api, channel)).status).toBe(204);
  });
  fact('2nd', 'a channel that is not there is 404', async (bed) => {
    const { resourceId } = await watch(bed.coach.api, await bed.scratch());
    expect((await refusal(stop(bed.coach.api, { id: randomUUID(), resourceId: resourceId ?? '' }))).status).toBe(404);
  });
  fact('2nd', 'a channel that was stopped is 404', async (bed) => {
    const channel = await watch(bed.coach.api, await bed.scratch());
    await stop(bed.coach.api, channel);
    expect((await refusal(stop(bed.coach.api, channel))).status).toBe(404);
  });
  fact.ofTwo('doc', 'another user cannot stop it', async (bed) => {
    const channel = await watch(bed.coach.api, await bed.scratch());
    expect([403, 404]).toContain((await refusal(stop(bed.guest.api, channel))).status);
    expect((await stop(bed.coach.api, channel)).status).toBe(204);
  });
  fact.provoked('doc', 'the same user cannot stop it through another OAuth client', async (bed) => {
    const calendarId = await bed.scratch();
    const mine = await through(bed, '1234567890-abc', bed.coach.email), others = [await through(bed, 'another', bed.coach.email), await through(bed, '1234567890-xyz', bed.coach.email)];
    const channel = await watch(mine, calendarId);
    for (const other of others) expect((await refusal(stop(other, channel))).status).toBe(404);
    expect((await stop(mine, channel)).status).toBe(204);
  });
  uncertain('stop with the id of a channel and the resourceId of another', ['404 notFound', '400 invalid', '204'], async (bed) => {
    const { id } = await watch(bed.coach.api, await bed.scratch()), { resourceId } = await watch(bed.coach.api, 'primary');
    const call = stop(bed.coach.api, { id: id ?? '', resourceId: resourceId ?? '' });
    return call.then((answer) => String(answer.status), async () => { const { status, reason } = await refusal(call); return `${status} ${reason}`; });
  });
  fact.provoked('doc', 'the channel of a service account may be stopped by any user of its client', async (bed) => {
    const robot = 'robot@project.iam.gserviceaccount.com', scope = `${SCOPE}calendar`;
    const key = await bed.control('POST', '/service-accounts', { email: robot, delegation: { scopes: [scope] } }) as { client_email: string; private_key: string };
    const here = (subject?: string): Api => clientWith(new JWT({
      email: key.client_email, key: key.private_key, scopes: [scope], ...(subject === undefined ? {} : { subject }),
      // The client's token address is fixed (sheet 0.14): the transport leads it here.
      transporterOptions: { fetchImplementation: ((target: string | URL, init?: RequestInit) => fetch(new URL(target).hostname === 'oauth2.googleapis.com' ? bed.url + new URL(target).pathname : target, init)) as typeof fetch },
    }), bed.url);
    const own = await watch(here(), 'primary');
    expect((await refusal(stop(bed.coach.api, own))).status).toBe(404);
    expect((await stop(here(bed.coach.email), own)).status).toBe(204);
    const asCoach = await watch(here(bed.coach.email), 'primary');
    expect((await refusal(stop(here(bed.guest.email), asCoach))).status).toBe(404);
  });
});

describe('4 What a channel hears of', () => {
  fact.provoked('doc', 'one calendar: changes of others are not told', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    await insert(bed.coach.api, 'primary');
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 2);
    await settled(bed);
    expect(receiver.got).toHaveLength(2);
  });
  fact.provoked('doc', 'the calendar list of one user', async (bed) => {
    const receiver = await aReceiver(), { api } = bed.coach;
    const { data } = await api.calendarList.watch({ requestBody: body({ address: receiver.address }) });
    expect(data.resourceUri).toMatch(/\/users\/me\/calendarList\?alt=json$/);
    await messages(receiver, 1);
    const calendarId = await bed.scratch();
    await messages(receiver, 2);
    await api.calendarList.patch({ calendarId, requestBody: { selected: false } });
    await messages(receiver, 3);
    await bed.guest.api.calendars.insert({ requestBody: { summary: 'of the guest' } });
    await settled(bed);
    expect(receiver.got).toHaveLength(3);
  });
  fact.provoked('doc', 'the settings of one user', async (bed) => {
    const receiver = await aReceiver();
    const { data } = await bed.coach.api.settings.watch({ requestBody: body({ address: receiver.address }) });
    expect(data.resourceUri).toMatch(/\/users\/me\/settings\?alt=json$/);
    await messages(receiver, 1);
    await bed.person(bed.guest.email, 'Asia/Tokyo');
    await bed.person(bed.coach.email, 'Asia/Tokyo');
    await messages(receiver, 2);
    await settled(bed);
    expect(receiver.got).toHaveLength(2);
  });
  fact.provoked('doc', 'the access rules of one calendar', async (bed) => {
    const receiver = await aReceiver(), calendarId = await bed.scratch();
    const { data } = await bed.coach.api.acl.watch({ calendarId, requestBody: body({ address: receiver.address }) });
    expect(data.resourceUri).toMatch(/\/calendars\/[^/]+\/acl\?alt=json$/);
    await messages(receiver, 1);
    await bed.coach.api.acl.insert({ calendarId, requestBody: { role: 'reader', scope: { type: 'user', value: bed.guest.email } } });
    await messages(receiver, 2);
    await insert(bed.coach.api, calendarId);
    await settled(bed);
    expect(receiver.got).toHaveLength(2);
  });
  fact.provoked('doc', 'new access alone is silent until the calendar is added to the list', async (bed) => {
    const receiver = await aReceiver(), calendarId = await bed.scratch();
    await bed.guest.api.calendarList.watch({ requestBody: body({ address: receiver.address }) });
    await messages(receiver, 1);
    await bed.coach.api.acl.insert({ calendarId, requestBody: { role: 'reader', scope: { type: 'user', value: bed.guest.email } } });
    await settled(bed);
    expect(receiver.got).toHaveLength(1);
    await bed.guest.api.calendarList.insert({ requestBody: { id: calendarId } });
    await messages(receiver, 2);
  });
});

describe('4 Delivery', () => {
  fact.provoked('doc', 'a message is a POST without a body, by APIs-Google', async (bed) => {
    const { receiver } = await listening(bed);
    expect(receiver.got[0]).toMatchObject({ method: 'POST', length: 0, headers: { 'content-length': '0' } });
    expect(receiver.got[0]?.headers['user-agent']).toMatch(/^APIs-Google\b/);
  });
  fact.provoked('doc', 'X-Goog-Channel-ID is the id, X-Goog-Channel-Token the token', async (bed) => {
    const { receiver, channel } = await listening(bed, { token: 'cal=42&k=random' });
    expect([header(receiver.got[0], 'channel-id'), header(receiver.got[0], 'channel-token')]).toEqual([channel.id, 'cal=42&k=random']);
  });
  fact.provoked('doc', 'X-Goog-Channel-Token is not there without a token', async (bed) => {
    const { receiver } = await listening(bed);
    expect(receiver.got[0]?.headers).not.toHaveProperty('x-goog-channel-token');
  });
  fact.provoked('doc', 'X-Goog-Channel-Expiration is the end as an RFC 1123 date', async (bed) => {
    const { receiver, channel } = await listening(bed);
    const text = header(receiver.got[0], 'channel-expiration') ?? '';
    expect(text).toMatch(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(Date.parse(text)).toBe(Number(channel.expiration));
  });
  fact.provoked('doc', 'X-Goog-Resource-ID and X-Goog-Resource-URI are as in the answer of watch', async (bed) => {
    const { receiver, channel } = await listening(bed);
    expect([header(receiver.got[0], 'resource-id'), header(receiver.got[0], 'resource-uri')]).toEqual([channel.resourceId, channel.resourceUri]);
  });
  fact.provoked('doc', 'X-Goog-Resource-State is sync first, then exists', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    const eventId = await insert(bed.coach.api, calendarId);
    await bed.coach.api.events.patch({ calendarId, eventId, requestBody: { summary: 'Changed' } });
    await bed.coach.api.events.delete({ calendarId, eventId });
    await messages(receiver, 4);
    expect(states(receiver)).toEqual(['sync', 'exists', 'exists', 'exists']);
  });
  fact.provoked('doc', 'X-Goog-Message-Number is 1 for sync, then it rises with gaps', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    for (let i = 0; i < 12; i++) await insert(bed.coach.api, calendarId);
    await messages(receiver, 13);
    const seen = numbers(receiver);
    expect(seen[0]).toBe(1);
    expect(seen.every((each, i) => i === 0 || each > (seen[i - 1] ?? 0))).toBe(true);
    expect(seen.at(-1)).toBeGreaterThan(13);
  });
  for (const status of [200, 201, 202, 204, 102]) {
    fact.provoked('doc', `${status} is success: the message is not sent again`, async (bed) => {
      const { calendarId, receiver } = await listening(bed);
      const before = await pushes(bed);
      receiver.answers.push(status);
      await insert(bed.coach.api, calendarId);
      await messages(receiver, 2);
      await settled(bed);
      expect(receiver.got).toHaveLength(2);
      expect(await pushes(bed)).toMatchObject({ delivered: before.delivered + 1, lost: before.lost });
    });
  }
  for (const status of [500, 502, 503, 504]) {
    fact.provoked('doc', `after ${status} the same message is sent again`, async (bed) => {
      const { calendarId, receiver } = await listening(bed);
      receiver.answers.push(status);
      await insert(bed.coach.api, calendarId);
      await messages(receiver, 3);
      expect(receiver.got[2]?.headers['x-goog-message-number']).toBe(receiver.got[1]?.headers['x-goog-message-number']);
      await settled(bed);
    });
  }
  for (const status of [203, 205, 301, 400, 401, 403, 404, 410, 429, 501, 505]) {
    fact.provoked('doc', `after ${status} the message is lost`, async (bed) => {
      const { calendarId, receiver } = await listening(bed);
      const before = await pushes(bed);
      receiver.answers.push(status);
      await insert(bed.coach.api, calendarId);
      await messages(receiver, 2);
      await settled(bed);
      expect(receiver.got).toHaveLength(2);
      expect(await pushes(bed)).toMatchObject({ delivered: before.delivered, lost: before.lost + 1 });
    });
  }
  fact.provoked('doc', 'robots.txt is respected', async (bed) => {
    const calendarId = await bed.scratch();
    await pushes(bed, { robots: true });
    const shut = await aReceiver('User-agent: APIs-Google\nDisallow: /push'), open = await aReceiver('User-agent: *\nDisallow: /private');
    for (const { address } of [shut, open]) await watch(bed.coach.api, calendarId, body({ address }));
    await insert(bed.coach.api, calendarId);
    await messages(open, 2);
    await settled(bed);
    expect(shut.got).toEqual([]);
  });
  uncertain.provoked('attempts for a receiver that is down, after longer and longer waits', ['6', '5', '10'], async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    receiver.answers.push(...Array.from({ length: 50 }, () => 503));
    await insert(bed.coach.api, calendarId);
    await eventually(async () => expect(await pushes(bed)).toMatchObject({ waiting: 0, lost: 1 }));
    const attempts = receiver.got.slice(1), waits = attempts.map(({ atMs }, i) => atMs - (attempts[i - 1]?.atMs ?? 0)).slice(1);
    // Some sixteen times as long; a slow machine makes the first a little longer.
    expect(waits.at(-1)).toBeGreaterThan(2 * (waits[0] ?? Infinity));
    return String(attempts.length);
  });
  fact.provoked('doc', 'an https address needs a valid certificate: who signed it alone hears nothing', async (bed) => {
    let connections = 0, got = 0;
    const server = createTlsServer(SELF_SIGNED, (_request, response) => { got++; response.end(); }).on('connection', () => { connections++; });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => { server.closeAllConnections(); server.close(); });
    await watch(bed.coach.api, await bed.scratch(), body({ address: `https://127.0.0.1:${(server.address() as AddressInfo).port}/push` }));
    // It comes a second time, because nothing was delivered by the first.
    await eventually(() => expect(connections).toBeGreaterThanOrEqual(2));
    expect([got, await pushes(bed)]).toMatchObject([0, { delivered: 0 }]);
  });
  fact.provoked('doc', 'some messages are dropped in normal operation', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    await pushes(bed, { dropEvery: 3 });
    for (let i = 0; i < 6; i++) await insert(bed.coach.api, calendarId);
    await messages(receiver, 5);
    await settled(bed);
    expect(receiver.got).toHaveLength(5);
  });
  fact.provoked('2nd', 'duplicates occur', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    await pushes(bed, { double: true });
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 3);
    const [, first, second] = numbers(receiver);
    expect(second).toBe(first);
  });
  fact.provoked('2nd', 'bursts occur, one message for each changed copy', async (bed) => {
    const receiver = await aReceiver();
    for (const { api } of [bed.coach, bed.guest]) await watch(api, 'primary', body({ address: receiver.address }));
    await messages(receiver, 2);
    await bed.coach.api.events.insert({ calendarId: 'primary', requestBody: { ...HOUR, attendees: [{ email: bed.guest.email }] }, sendUpdates: 'none' });
    await messages(receiver, 4);
    expect(new Set(receiver.got.slice(2).map((each) => header(each, 'channel-id'))).size).toBe(2);
  });
  fact.provoked('2nd', 'your own writes notify you', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 2);
  });
});

describe('0.12 and 10.10 What a test can provoke', () => {
  fact.provoked('doc', 'a push carries no payload', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 2);
    expect(receiver.got.map((each) => each.length)).toEqual([0, 0]);
  });
  fact.provoked('doc', 'sync arrives before the answer of watch', async (bed) => {
    const calendarId = await bed.scratch(), receiver = await aReceiver();
    await pushes(bed, { syncFirst: true });
    await watch(bed.coach.api, calendarId, body({ address: receiver.address }));
    expect(states(receiver)).toEqual(['sync']);
  });
  fact.provoked('doc', 'sync arrives after the answer of watch', async (bed) => {
    const calendarId = await bed.scratch(), receiver = await aReceiver();
    await pushes(bed, { hold: true });
    await watch(bed.coach.api, calendarId, body({ address: receiver.address }));
    expect(receiver.got).toEqual([]);
    expect(await bed.control('POST', '/pushes/release')).toEqual({ released: 1 });
    await messages(receiver, 1);
  });
  fact.provoked('doc', 'sync arrives although the answer of watch never does', async (bed) => {
    const calendarId = await bed.scratch(), receiver = await aReceiver();
    await bed.control('POST', '/rules', { method: 'POST', pathPattern: '/watch', mode: 'dropAnswer' });
    await expect(bed.coach.api.events.watch({ calendarId, requestBody: body({ address: receiver.address }) })).rejects.toMatchObject({ response: undefined });
    await messages(receiver, 1);
    expect(states(receiver)).toEqual(['sync']);
  });
  fact.provoked('doc', 'all messages are lost while pushes are off', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    await pushes(bed, { mode: 'off' });
    await insert(bed.coach.api, calendarId);
    await pushes(bed, { mode: 'on' });
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 2);
    await settled(bed);
    expect(receiver.got).toHaveLength(2);
  });
  fact.provoked('doc', 'messages are delayed', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    await pushes(bed, { delayMs: 600_000 });
    await insert(bed.coach.api, calendarId);
    await pushes(bed, { delayMs: 0 });
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 2);
    expect(await pushes(bed)).toMatchObject({ waiting: 1 });
    await pushes(bed, { delayMs: 200 });
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 3);
  });
  fact.provoked('doc', 'messages come in another order than their changes', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    await pushes(bed, { reorder: true });
    await insert(bed.coach.api, calendarId);
    await insert(bed.coach.api, calendarId);
    await messages(receiver, 3);
    const [, first = 0, second = 0] = numbers(receiver);
    expect(first).toBeGreaterThan(second);
  });
  fact.provoked('doc', 'a burst comes at once, and in reverse', async (bed) => {
    const { calendarId, receiver } = await listening(bed);
    await pushes(bed, { hold: true, reorder: true });
    for (let i = 0; i < 5; i++) await insert(bed.coach.api, calendarId);
    expect(await pushes(bed)).toMatchObject({ held: 5 });
    await bed.control('POST', '/pushes/release');
    await messages(receiver, 6);
    const burst = numbers(receiver).slice(1);
    expect(burst).toEqual([...burst].sort((a, b) => b - a));
  });
  fact.provoked('doc', 'a message tells of nothing', async (bed) => {
    const { calendarId, receiver, channel } = await listening(bed);
    const { data: { nextSyncToken } } = await bed.coach.api.events.list({ calendarId });
    await bed.control('POST', '/pushes/send', { channelId: channel.id });
    await messages(receiver, 2);
    expect(states(receiver)).toEqual(['sync', 'exists']);
    expect((await bed.coach.api.events.list({ calendarId, syncToken: nextSyncToken ?? '' })).data.items).toEqual([]);
  });
});
