import fc from 'fast-check';
import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { JWT } from 'google-auth-library';
import { expect, onTestFinished, test } from 'vitest';
import { dayRefusal, GOOGLE_LIMITS, isUsedUp, minuteRefusal } from '../../src/emulator/http/quota-limits.js';
import { SlidingCount } from '../../src/emulator/http/sliding-count.js';
import { startEmulator } from '../../src/emulator/index.js';
import { appAt, SCOPE, signIn } from './sign-in.js';
import { ANA, aWorld, control as controlAt, DANA, refusal, scratchDir, timed, type World } from './world.js';

const event = timed('2026-11-30T13:00:00', '2026-11-30T14:00:00');

/** The unmodified client with real tokens, which quotas count; `sandbox:` tokens are free. */
async function signedIn(url: string, email: string, clientId = 'makeway'): Promise<calendar_v3.Calendar> {
  const auth = appAt(url, { id: clientId });
  auth.setCredentials(await signIn(auth, email, { scope: [`${SCOPE}calendar`] }));
  return calendar({ version: 'v3', auth, rootUrl: url, retry: false });
}

/** Statuses and reasons of so many cheap calls. */
async function calls(api: calendar_v3.Calendar, times: number, params: object = {}): Promise<string[]> {
  const seen: string[] = [];
  for (let i = 0; i < times; i++) {
    const call = api.settings.get({ setting: 'timezone', ...params });
    seen.push(await call.then(({ status }) => String(status), async () => { const { status, reason } = await refusal(call); return `${status} ${reason ?? ''}`; }));
  }
  return seen;
}

const use = async (world: World): Promise<{ minute: { project: string; calls: number; users: unknown[] }[]; day: { account: string; events: number; calendars: number; invitations: number; stopped: boolean }[] }> =>
  (await world.control('GET', '/quotas')) as never;

test('a sliding count holds what happened in the last minute, to the second, in sixty numbers', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(30_000), fc.nat(5)), { maxLength: 60 }), fc.nat(90_000), (steps, rest) => {
    const count = new SlidingCount(1_000, 60), happened: [number, number][] = [];
    let now = 1_790_000_000_123;
    for (const [wait, times] of steps) {
      now += wait;
      count.add(now, times);
      happened.push([now, times]);
    }
    now += rest;
    const oldest = Math.floor(now / 1_000) - 59;
    expect(count.within(now)).toBe(happened.reduce((sum, [at, times]) => sum + (Math.floor(at / 1_000) >= oldest ? times : 0), 0));
    expect(count.kept().counts).toHaveLength(60);
    expect(new SlidingCount(1_000, 60, count.kept()).within(now)).toBe(count.within(now));
  }));
});

test('a clock that is set back empties a sliding count', () => {
  const count = new SlidingCount(1_000, 60);
  count.add(5_000_000, 7);
  expect([count.within(5_000_000), count.within(4_999_999), count.within(5_000_000)]).toEqual([7, 0, 0]);
});

test("the last call within Google's limits passes, the next does not; the user's limit speaks first", () => {
  const refused = (project: number, user: number, answer?: 403 | 429) => {
    const refusal = minuteRefusal({ ...GOOGLE_LIMITS, ...(answer === undefined ? {} : { answer }) }, { project, user });
    return refusal === undefined ? 'passes' : `${refusal.status} ${refusal.reason}`;
  };
  expect(refused(9_999, 599)).toBe('passes');
  expect(refused(9_999, 600)).toBe('403 userRateLimitExceeded');
  expect(refused(10_000, 600)).toBe('403 userRateLimitExceeded');
  expect(refused(10_000, 0)).toBe('429 rateLimitExceeded');
  expect([refused(0, 600, 403), refused(10_000, 0, 403)]).toEqual(['403 userRateLimitExceeded', '403 rateLimitExceeded']);
  expect([refused(0, 600, 429), refused(10_000, 0, 429)]).toEqual(['429 rateLimitExceeded', '429 rateLimitExceeded']);
  const day = { events: 100_000, calendars: 60, invitations: 10_000 };
  expect([dayRefusal(GOOGLE_LIMITS, day), isUsedUp(GOOGLE_LIMITS, { ...day, calendars: 0, invitations: 0 })]).toEqual([undefined, true]);
  for (const kind of ['events', 'calendars', 'invitations'] as const) expect(dayRefusal(GOOGLE_LIMITS, { ...day, [kind]: day[kind] + 1 })?.reason).toBe('quotaExceeded');
});

test("Google's 600 calls a minute of a user are counted on the emulator's clock; the sandbox header is free", async () => {
  const world = await aWorld();
  await world.control('POST', '/clock', { now: '2027-03-01T09:00:00Z' });
  const ana = await signedIn(world.url, ANA), dana = await signedIn(world.url, DANA);
  const seen = await calls(ana, 601);
  expect([seen.slice(0, 600).every((each) => each === '200'), seen[600]]).toEqual([true, '403 userRateLimitExceeded']);
  expect(await calls(dana, 1)).toEqual(['200']);
  expect(await calls(world.ana, 1)).toEqual(['200']);
  expect((await use(world)).minute).toEqual([{ project: 'makeway', calls: 601, users: [{ user: ANA, calls: 600 }, { user: DANA, calls: 1 }] }]);
  await world.control('POST', '/clock', { advanceMs: 61_000 });
  expect(await calls(ana, 1)).toEqual(['200']);
});

test("a project's limit is shared by its users, another project has its own; a setting chooses 403 or 429", async () => {
  const world = await aWorld();
  const ana = await signedIn(world.url, ANA), dana = await signedIn(world.url, DANA), other = await signedIn(world.url, ANA, 'another-app');
  await world.control('POST', '/quotas', { perMinutePerProject: 3 });
  expect([...await calls(ana, 2), ...await calls(dana, 2), ...await calls(other, 1)]).toEqual(['200', '200', '200', '429 rateLimitExceeded', '200']);
  await world.control('POST', '/quotas', { answer: 403 });
  expect(await calls(dana, 1)).toEqual(['403 rateLimitExceeded']);
  await world.control('POST', '/quotas', { perMinutePerUser: 1, answer: 429 });
  expect(await calls(other, 1)).toEqual(['429 rateLimitExceeded']);
  await world.control('DELETE', '/quotas');
  expect(await calls(dana, 1)).toEqual(['200']);
  await expect(world.control('POST', '/quotas', { perMinutePerUser: -1 })).rejects.toThrow('400');
  await expect(world.control('POST', '/quotas', { answer: 503 })).rejects.toThrow('400');
});

test('a call over the limit writes nothing, and is in the log with its reason', async () => {
  const world = await aWorld();
  const ana = await signedIn(world.url, ANA);
  await world.control('POST', '/quotas', { perMinutePerUser: 0 });
  expect(await refusal(ana.events.insert({ calendarId: 'primary', requestBody: event }))).toEqual({ status: 403, reason: 'userRateLimitExceeded' });
  const { requests } = await world.control('GET', '/log?kind=events.insert') as unknown as { requests: object[] };
  expect(requests).toMatchObject([{ kind: 'events.insert', status: 403, reason: 'userRateLimitExceeded', message: 'User Rate Limit Exceeded', account: ANA, clientId: 'makeway' }]);
  expect(await world.control('GET', '/writes')).toEqual({ writes: [] });
});

test('delegated calls are charged to the service account, unless they name another quota user', async () => {
  const world = await aWorld();
  const robot = 'robot@project.iam.gserviceaccount.com', scopes = [`${SCOPE}calendar`];
  const file = await world.control('POST', '/service-accounts', { email: robot, delegation: { scopes } }) as { private_key: string };
  const as = (subject: string): calendar_v3.Calendar => {
    const auth = new JWT({ email: robot, key: file.private_key, scopes, subject, transporterOptions: {
      fetchImplementation: (input: unknown, init: unknown) => { const to = new URL(String(input)); return fetch(to.hostname === 'oauth2.googleapis.com' ? world.url + to.pathname : to, init as RequestInit); },
    } });
    return calendar({ version: 'v3', auth, rootUrl: world.url, retry: false });
  };
  await world.control('POST', '/quotas', { perMinutePerUser: 2 });
  const ana = as(ANA), dana = as(DANA);
  expect([...await calls(ana, 1), ...await calls(dana, 2)]).toEqual(['200', '200', '403 userRateLimitExceeded']);
  expect(await calls(dana, 1, { quotaUser: 'dana' })).toEqual(['200']);
  const named = ana.settings.get({ setting: 'timezone' }, { headers: { 'x-goog-quota-user': 'ana' } });
  expect((await named).status).toBe(200);
  const [{ users } = { users: [] }] = (await use(world)).minute;
  expect(users).toEqual([{ user: robot, calls: 2 }, { user: 'dana', calls: 1 }, { user: 'ana', calls: 1 }]);
  const person = await signedIn(world.url, ANA);
  expect(await calls(person, 3, { quotaUser: 'made up' })).toEqual(['200', '200', '403 userRateLimitExceeded']);
});

test('usage limits: an account that creates too much can only read, for a day, also after a restart', async () => {
  const dataDir = scratchDir();
  const first = await aWorld({ dataDir });
  await first.control('POST', '/clock', { now: '2027-03-01T09:30:00Z' });
  const ana = await signedIn(first.url, ANA), auth = (ana.context._options.auth as { credentials: object }).credentials;
  await first.control('POST', '/quotas', { eventsPerDay: 2 });
  const insert = (api: calendar_v3.Calendar) => api.events.insert({ calendarId: 'primary', requestBody: event });
  const { data: one } = await insert(ana);
  await insert(ana);
  expect((await ana.events.patch({ calendarId: 'primary', eventId: one.id ?? '', requestBody: { summary: 'at the limit, not over it' } })).status).toBe(200);
  expect(await refusal(insert(ana))).toEqual({ status: 403, reason: 'quotaExceeded' });
  expect((await ana.events.list({ calendarId: 'primary' })).data.items).toHaveLength(2);
  for (const write of [
    () => ana.events.patch({ calendarId: 'primary', eventId: one.id ?? '', requestBody: { summary: 'no' } }),
    () => ana.events.delete({ calendarId: 'primary', eventId: one.id ?? '' }),
    () => ana.calendars.insert({ requestBody: { summary: 'no' } }),
  ]) expect(await refusal(write())).toEqual({ status: 403, reason: 'quotaExceeded' });
  expect((await ana.freebusy.query({ requestBody: { timeMin: '2027-03-01T00:00:00Z', timeMax: '2027-03-02T00:00:00Z', items: [{ id: 'primary' }] } })).status).toBe(200);
  expect((await insert(await signedIn(first.url, DANA))).status).toBe(200);
  expect((await insert(first.ana)).status).toBe(200);
  await first.emulator.close();

  const second = await startEmulator({ dataDir });
  onTestFinished(() => second.close());
  const client = appAt(second.url);
  client.setCredentials(auth);
  const again = calendar({ version: 'v3', auth: client, rootUrl: second.url, retry: false });
  expect(await refusal(insert(again))).toEqual({ status: 403, reason: 'quotaExceeded' });
  const { day } = await controlAt(second.url, 'GET', '/quotas') as { day: object[] };
  expect(day).toEqual([{ account: ANA, events: 2, calendars: 0, invitations: 0, stopped: true }, { account: DANA, events: 1, calendars: 0, invitations: 0, stopped: false }]);
  await controlAt(second.url, 'POST', '/clock', { now: '2027-03-02T09:30:00Z' });
  expect((await insert(await signedIn(second.url, ANA))).status).toBe(200);
});

test('usage limits: new calendars, and invitations of people without an account here, each person once', async () => {
  const world = await aWorld();
  const ana = await signedIn(world.url, ANA);
  await world.control('POST', '/quotas', { calendarsPerDay: 1, invitationsPerDay: 3 });
  const guests = (...names: string[]) => names.map((name) => ({ email: name.includes('@') ? name : `${name}@elsewhere.example` }));
  const { data } = await ana.events.insert({ calendarId: 'primary', requestBody: { ...event, attendees: guests('a', 'b', DANA) } });
  await ana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', requestBody: { attendees: guests('a', 'b', 'c', DANA) } });
  await ana.events.patch({ calendarId: 'primary', eventId: data.id ?? '', requestBody: { summary: 'nobody new' } });
  expect((await use(world)).day).toEqual([{ account: ANA, events: 1, calendars: 0, invitations: 3, stopped: false }]);
  expect((await ana.calendars.insert({ requestBody: { summary: 'One' } })).status).toBe(200);
  const { data: before } = await ana.calendarList.list();
  expect(await refusal(ana.calendars.insert({ requestBody: { summary: 'Two' } }))).toEqual({ status: 403, reason: 'quotaExceeded' });
  expect((await ana.calendarList.list()).data.items).toEqual(before.items);
  await world.control('DELETE', '/quotas');
  await world.control('POST', '/quotas', { invitationsPerDay: 1 });
  expect(await refusal(ana.events.insert({ calendarId: 'primary', requestBody: { ...event, attendees: guests('d', 'e') } }))).toEqual({ status: 403, reason: 'quotaExceeded' });
  expect((await ana.events.list({ calendarId: 'primary' })).data.items).toHaveLength(1);
});
