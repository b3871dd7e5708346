/** Section 6 of the sheet: errors, quotas, backoff; and facts 0.6 and 0.9, lines 1, 11, 13 and 14 of section 10. */
import { gaxios, JWT, OAuth2Client } from 'google-auth-library';
import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished } from 'vitest';
import { appAt, SCOPE, signIn } from '../../emulator/sign-in.js';
import { fact, refusal, timed, uncertain, type Api, type Bed, type ProvokedBed } from './bed.js';

const span = timed('2027-02-01T10:00:00', '2027-02-01T11:00:00');

/** The error bodies of the companion data, by status and reason. */
const SAMPLES = (JSON.parse(readFileSync(new URL('../../fixtures/google-event-samples.json', import.meta.url), 'utf8')) as { responses: { errors: Record<string, Body> } }).responses.errors;
interface Body { readonly error: { readonly errors: readonly { readonly reason: string }[]; readonly code: number; readonly message: string } }

interface Logged { readonly kind: string | null; readonly method: string; readonly status: number; readonly reason?: string; readonly account: string | null }
const log = async (bed: ProvokedBed, query = ''): Promise<Logged[]> => ((await bed.control('GET', `/log?since=0${query}`)) as unknown as { requests: Logged[] }).requests;
const writes = async (bed: ProvokedBed): Promise<number> => ((await bed.control('GET', '/writes')) as { writes: unknown[] }).writes.length;

/** The client as it is by default, with its retries; only the waits between them are cut. */
const PATIENT = { retryConfig: { retryBackoff: () => Promise.resolve() } };
/** The same, and how long the client would have waited before each retry, ms. */
function noting() {
  const waits: number[] = [];
  return { waits, retryConfig: { retryBackoff: (_error: unknown, ms: number) => { waits.push(ms); return Promise.resolve(); } } };
}
function retrying(bed: ProvokedBed): { api: Api; auth: OAuth2Client } {
  const auth = new OAuth2Client();
  auth.setCredentials({ access_token: `sandbox:${bed.coach.email}`, expiry_date: 4e12 });
  return { auth, api: calendar({ version: 'v3', auth, rootUrl: bed.url }) };
}
/** A client with real tokens: those are what quotas count. */
async function signedIn(bed: ProvokedBed, email: string, scopes = [`${SCOPE}calendar`], clientId = 'makeway'): Promise<Api> {
  const auth = appAt(bed.url, { id: clientId });
  auth.setCredentials(await signIn(auth, email, { scope: scopes }));
  return calendar({ version: 'v3', auth, rootUrl: bed.url, retry: false });
}
/** What a call throws. Throws if it does not. */
async function thrown(call: Promise<unknown>): Promise<gaxios.GaxiosError & { errors?: unknown }> {
  const error = await call.then(() => { throw new Error('the call was not refused'); }, (each: unknown) => each);
  expect(error).toBeInstanceOf(gaxios.GaxiosError);
  return error as gaxios.GaxiosError;
}
async function made(bed: Bed, calendarId: string, more: calendar_v3.Schema$Event = {}): Promise<string> {
  const { data } = await bed.coach.api.events.insert({ calendarId, requestBody: { ...span, ...more } });
  return data.id ?? '';
}
/** Body of a refusal as it came, as text, so that the order of keys counts. */
const sample = (name: string): string => JSON.stringify(SAMPLES[name]);

describe('6 Errors, quotas, backoff', () => {
  fact('doc', 'an error body is {error: {errors: [{domain, reason, message, locationType?, location?}], code, message, status?}}', async (bed) => {
    const { status, json } = await bed.raw('GET', `/calendars/primary/events/${bed.freshId()}`);
    const { error, ...rest } = json as { error: Record<string, unknown> };
    expect([status, rest]).toEqual([404, {}]);
    const { errors, code, message, status: canonical, ...more } = error;
    expect(more).toEqual({});
    expect(['undefined', 'string']).toContain(typeof canonical);
    expect([code, message, errors]).toEqual([404, 'Not Found', [{ domain: 'global', reason: 'notFound', message: 'Not Found' }]]);
  });
  fact.provoked('doc', 'every error body of the data comes out when a rule asks for its status and reason, to the letter', async (bed) => {
    const asked = Object.entries(SAMPLES);
    expect(asked).toHaveLength(21);
    for (const [name, { error }] of asked) {
      const reason = error.errors[0]?.reason ?? '';
      await bed.control('POST', '/rules', { kind: 'events.get', status: error.code, reason });
      const answer = await bed.raw('GET', '/calendars/primary/events/x');
      expect([name, answer.status, answer.text]).toEqual([name, error.code, sample(name)]);
    }
  });

  describe('400', () => {
    fact('doc', 'various reasons: bad input, here timeRangeEmpty', async (bed) => {
      const answer = await bed.raw('GET', '/calendars/primary/events?timeMin=2027-01-02T00:00:00Z&timeMax=2027-01-02T00:00:00Z');
      expect([answer.status, answer.json]).toEqual([400, SAMPLES['400_timeRangeEmpty']]);
    });
    fact('2nd', 'broken JSON: parseError, in the words of the front door', async (bed) => {
      const calendarId = await bed.scratch();
      const answer = await bed.raw('POST', `/calendars/${encodeURIComponent(calendarId)}/events`, { body: '{"summary": undefined}' });
      expect([answer.status, answer.json]).toMatchObject([400, { error: { code: 400, errors: [{ domain: 'global', reason: 'parseError' }], status: 'INVALID_ARGUMENT' } }]);
      expect((answer.json['error'] as { message: string }).message).toMatch(/^Invalid JSON payload received\. Unexpected token\.\n/);
    });
    uncertain('a query parameter that the method does not have', ['400 badRequest', '200'], async (bed) => {
      const { status, json } = await bed.raw('GET', '/calendars/primary/events?maxResults=1&colour=red');
      return status === 200 ? '200' : `${status} ${String((json as unknown as Body).error.errors[0]?.reason)}`;
    });
    uncertain('a field that the resource does not have', ['400 badRequest', '400 invalid', '200'], async (bed) => {
      const calendarId = await bed.scratch();
      const { status, json } = await bed.raw('POST', `/calendars/${encodeURIComponent(calendarId)}/events`, { body: JSON.stringify({ ...span, colour: 'red' }) });
      return status === 200 ? '200' : `${status} ${String((json as unknown as Body).error.errors[0]?.reason)}`;
    });
    uncertain('a field of the wrong type', ['400 badRequest', '400 invalid', '400 parseError'], async (bed) => {
      const calendarId = await bed.scratch();
      const { status, json } = await bed.raw('POST', `/calendars/${encodeURIComponent(calendarId)}/events`, { body: JSON.stringify({ ...span, summary: { no: 'text' } }) });
      return `${status} ${String((json as unknown as Body).error.errors[0]?.reason)}`;
    });
    uncertain('a name in `fields` that the resource does not have', ['400 invalidParameter', '200'], async (bed) => {
      const { status, json } = await bed.raw('GET', '/calendars/primary/events?maxResults=1&fields=items(id,colour)');
      return status === 200 ? '200' : `${status} ${String((json as unknown as Body).error.errors[0]?.reason)}`;
    });
    uncertain('a path that the API does not have; a method that a path does not have', ['404 page, 404 page', '404 page, 405 page', '404 json, 404 json', '404 json, 405 json'], async (bed) => {
      const form = async (method: string, path: string): Promise<string> => {
        const { status, headers } = await bed.raw(method, path);
        return `${status} ${headers.get('content-type')?.includes('json') === true ? 'json' : 'page'}`;
      };
      return `${await form('GET', '/nothing')}, ${await form('DELETE', '/colors')}`;
    });
  });

  describe('401', () => {
    fact('doc', 'authError for a token that is none, with its place', async (bed) => {
      const answer = await bed.raw('GET', '/calendars/primary/events?maxResults=1', { headers: { authorization: 'Bearer nobodys' } });
      expect(answer.status).toBe(401);
      expect((answer.json as unknown as Body).error.errors[0]).toMatchObject({ domain: 'global', reason: 'authError', locationType: 'header', location: 'Authorization' });
    });
    fact.provoked('doc', 'authError to the letter', async (bed) => {
      const answer = await bed.raw('GET', '/calendars/primary/events', { headers: { authorization: 'Bearer nobodys' } });
      expect(answer.text).toBe(sample('401_authError'));
    });
    uncertain('a call without any credentials', ['401 required', '401 authError', '403 forbidden'], async (bed) => {
      const { status, json } = await bed.raw('GET', '/calendars/primary/events?maxResults=1', { headers: { authorization: '' } });
      return `${status} ${String((json as unknown as Body).error.errors[0]?.reason)}`;
    });
  });

  describe('403', () => {
    fact.provoked('doc', 'userRateLimitExceeded for the user, rateLimitExceeded for the project, both of domain usageLimits', async (bed) => {
      const coach = await signedIn(bed, bed.coach.email);
      await bed.control('POST', '/quotas', { perMinutePerUser: 0 });
      expect(JSON.stringify((await refusal(coach.colors.get())).body)).toBe(sample('403_userRateLimitExceeded'));
      await bed.control('POST', '/quotas', { perMinutePerUser: 600, perMinutePerProject: 0, answer: 403 });
      expect(JSON.stringify((await refusal(coach.colors.get())).body)).toBe(sample('403_rateLimitExceeded'));
    });
    fact.provoked('doc', '403 and 429 are equivalent: the same overrun is answered with either', async (bed) => {
      const coach = await signedIn(bed, bed.coach.email);
      await bed.control('POST', '/quotas', { perMinutePerUser: 0, answer: 429 });
      expect(JSON.stringify((await refusal(coach.colors.get())).body)).toBe(sample('429_rateLimitExceeded'));
    });
    fact.provoked('doc', 'quotaExceeded "Calendar usage limits exceeded." is about writing: the user can still read', async (bed) => {
      const coach = await signedIn(bed, bed.coach.email);
      await bed.control('POST', '/quotas', { eventsPerDay: 0 });
      expect(JSON.stringify((await refusal(coach.events.insert({ calendarId: 'primary', requestBody: span }))).body)).toBe(sample('403_quotaExceeded'));
      expect((await coach.events.list({ calendarId: 'primary' })).status).toBe(200);
    });
    fact.ofTwo('doc', 'forbiddenForNonOrganizer: a guest cannot write what only the organizer may', async (bed) => {
      const eventId = bed.freshId();
      await bed.coach.api.events.insert({ calendarId: 'primary', requestBody: { id: eventId, ...span, attendees: [{ email: bed.guest.email }] }, sendUpdates: 'none' });
      onTestFinished(async () => { await bed.coach.api.events.delete({ calendarId: 'primary', eventId, sendUpdates: 'none' }); });
      await expect.poll(() => bed.guest.api.events.get({ calendarId: 'primary', eventId }).then(({ status }) => status, () => 0), { timeout: 30_000 }).toBe(200);
      const refused = await refusal(bed.guest.api.events.patch({ calendarId: 'primary', eventId, requestBody: { guestsCanInviteOthers: false } }));
      expect(refused).toMatchObject({ status: 403, reason: 'forbiddenForNonOrganizer' });
      expect(refused.body).toEqual(SAMPLES['403_forbiddenForNonOrganizer']);
    });
    fact.provoked('doc', 'forbiddenForServiceAccounts: one that speaks for itself cannot invite', async (bed) => {
      const refused = await refusal(asRobot(bed, await robot(bed), undefined).events.insert({ calendarId: 'primary', requestBody: { ...span, attendees: [{ email: bed.guest.email }] } }));
      expect(refused).toMatchObject({ status: 403, reason: 'forbiddenForServiceAccounts', body: SAMPLES['403_forbiddenForServiceAccounts'] });
    });
    fact.provoked('doc', 'forbidden, of domain global', async (bed) => {
      await bed.control('POST', '/rules', { kind: 'events.patch', status: 403, reason: 'forbidden' });
      const { status, body } = await refusal(bed.coach.api.events.patch({ calendarId: 'primary', eventId: bed.freshId(), requestBody: {} }));
      expect([status, body]).toEqual([403, { error: { errors: [{ domain: 'global', reason: 'forbidden', message: 'Forbidden' }], code: 403, message: 'Forbidden' } }]);
    });
    fact.provoked('doc', 'insufficientPermissions: the token lacks the scope', async (bed) => {
      const coach = await signedIn(bed, bed.coach.email, [`${SCOPE}calendar.events.readonly`]);
      expect(JSON.stringify((await refusal(coach.events.insert({ calendarId: 'primary', requestBody: span }))).body)).toBe(sample('403_insufficientPermissions'));
    });
  });

  fact('doc', '404 notFound: an event that never was, a calendar that cannot be seen', async (bed) => {
    for (const path of [`/calendars/primary/events/${bed.freshId()}`, '/calendars/nobody.has.this%40group.calendar.google.com/events?maxResults=1']) {
      const answer = await bed.raw('GET', path);
      expect([answer.status, answer.json]).toEqual([404, SAMPLES['404_notFound']]);
    }
  });
  fact('doc', '409 duplicate: the id is taken', async (bed) => {
    const calendarId = await bed.scratch(), id = bed.freshId();
    await made(bed, calendarId, { id });
    expect(await refusal(made(bed, calendarId, { id }))).toMatchObject({ status: 409, reason: 'duplicate', body: SAMPLES['409_duplicate'] });
  });
  fact('doc', '410 deleted: the second delete', async (bed) => {
    const calendarId = await bed.scratch(), eventId = await made(bed, calendarId);
    await bed.coach.api.events.delete({ calendarId, eventId });
    expect(await refusal(bed.coach.api.events.delete({ calendarId, eventId }))).toMatchObject({ status: 410, reason: 'deleted', body: SAMPLES['410_deleted'] });
  });
  fact.provoked('doc', '410 fullSyncRequired: the token has expired', async (bed) => {
    const { data } = await bed.coach.api.events.list({ calendarId: 'primary' });
    await bed.control('POST', '/sync-tokens/expire', {});
    expect(await refusal(bed.coach.api.events.list({ calendarId: 'primary', syncToken: data.nextSyncToken ?? '' }))).toMatchObject({ status: 410, reason: 'fullSyncRequired', body: SAMPLES['410_fullSyncRequired'] });
  });
  fact('doc', '410 updatedMinTooLongAgo', async (bed) => {
    expect(await refusal(bed.coach.api.events.list({ calendarId: 'primary', updatedMin: '2019-01-01T00:00:00Z' })))
      .toMatchObject({ status: 410, reason: 'updatedMinTooLongAgo', body: SAMPLES['410_updatedMinTooLongAgo'] });
  });
  fact('doc', '412 conditionNotMet: another etag', async (bed) => {
    const calendarId = await bed.scratch(), eventId = await made(bed, calendarId);
    expect(await refusal(bed.coach.api.events.patch({ calendarId, eventId, requestBody: { summary: 'no' } }, { headers: { 'If-Match': '"1"' } })))
      .toMatchObject({ status: 412, reason: 'conditionNotMet', body: SAMPLES['412_conditionNotMet'] });
  });
  fact.provoked('doc', '429 rateLimitExceeded', async (bed) => {
    await bed.control('POST', '/rules', { kind: 'events.list', status: 429 });
    expect(JSON.stringify((await refusal(bed.coach.api.events.list({ calendarId: 'primary' }))).body)).toBe(sample('429_rateLimitExceeded'));
  });
  fact.provoked('doc', '500, 502, 503, 504 backendError', async (bed) => {
    for (const status of [500, 502, 503, 504]) {
      await bed.control('POST', '/rules', { kind: 'events.list', status });
      const { body } = await refusal(bed.coach.api.events.list({ calendarId: 'primary' }));
      expect(body).toEqual({ error: { ...SAMPLES['500_backendError']?.error, code: status } });
    }
  });

  describe('Quotas', () => {
    fact.provoked('doc', '10 000 a minute and project, 600 a minute, user and project; 100 000 events, 60 calendars, 10 000 invitations', async (bed) => {
      expect((await bed.control('GET', '/quotas'))['limits']).toEqual({ perMinutePerProject: 10_000, perMinutePerUser: 600, eventsPerDay: 100_000, calendarsPerDay: 60, invitationsPerDay: 10_000 });
    });
    fact.provoked('doc', 'the minute slides: what is a minute old counts no more, what is younger does', async (bed) => {
      const at = (time: string) => bed.control('POST', '/clock', { now: `2027-03-01T09:${time}Z` });
      await at('00:00');
      const coach = await signedIn(bed, bed.coach.email);
      await bed.control('POST', '/quotas', { perMinutePerUser: 2 });
      await coach.colors.get();
      await at('00:40');
      await coach.colors.get();
      expect(await refusal(coach.colors.get())).toMatchObject({ status: 403, reason: 'userRateLimitExceeded' });
      await at('01:05');
      await coach.colors.get();
      expect(await refusal(coach.colors.get())).toMatchObject({ status: 403, reason: 'userRateLimitExceeded' });
    });
    fact.provoked('doc', 'the limit of a user is that user\'s, in one project; the project\'s is all its users\'', async (bed) => {
      const coach = await signedIn(bed, bed.coach.email), guest = await signedIn(bed, bed.guest.email), elsewhere = await signedIn(bed, bed.coach.email, undefined, 'another');
      await bed.control('POST', '/quotas', { perMinutePerUser: 1, perMinutePerProject: 2 });
      await coach.colors.get();
      expect(await refusal(coach.colors.get())).toMatchObject({ status: 403, reason: 'userRateLimitExceeded' });
      expect((await guest.colors.get()).status).toBe(200);
      expect((await elsewhere.colors.get()).status).toBe(200);
      await bed.control('POST', '/quotas', { perMinutePerUser: 2 });
      expect(await refusal(guest.colors.get())).toMatchObject({ reason: 'rateLimitExceeded' });
      expect((await elsewhere.colors.get()).status).toBe(200);
    });
    fact.provoked('doc', 'the clients of one project share its minute', async (bed) => {
      const through = (clientId: string): Promise<Api> => signedIn(bed, bed.coach.email, undefined, clientId);
      const one = await through('1234567890-abc'), sibling = await through('1234567890-xyz'), other = await through('9876543210-abc');
      await bed.control('POST', '/quotas', { perMinutePerUser: 1 });
      await one.colors.get();
      expect(await refusal(sibling.colors.get())).toMatchObject({ reason: 'userRateLimitExceeded' });
      expect((await other.colors.get()).status).toBe(200);
      await bed.control('POST', '/quotas', { perMinutePerUser: 9, perMinutePerProject: 1 });
      expect(await refusal(sibling.colors.get())).toMatchObject({ reason: 'rateLimitExceeded' });
    });
    fact.provoked('doc', 'more than 60 new calendars in a short time: read-only for hours', async (bed) => {
      const coach = await signedIn(bed, bed.coach.email);
      for (let i = 0; i < 60; i++) await coach.calendars.insert({ requestBody: { summary: String(i) } });
      expect(await refusal(coach.calendars.insert({ requestBody: { summary: 'one more' } }))).toMatchObject({ status: 403, reason: 'quotaExceeded' });
      await bed.control('POST', '/clock', { advanceMs: 5 * 3_600_000 });
      const later = await signedIn(bed, bed.coach.email);
      expect(await refusal(later.events.insert({ calendarId: 'primary', requestBody: span }))).toMatchObject({ status: 403, reason: 'quotaExceeded' });
    });
    fact.provoked('doc', 'too many events created, too many people elsewhere invited: read-only', async (bed) => {
      const coach = await signedIn(bed, bed.coach.email), guest = await signedIn(bed, bed.guest.email);
      await bed.control('POST', '/quotas', { eventsPerDay: 2, invitationsPerDay: 1 });
      const insert = (api: Api, more: calendar_v3.Schema$Event = {}) => api.events.insert({ calendarId: 'primary', requestBody: { ...span, ...more }, sendUpdates: 'none' });
      const eventId = (await insert(coach)).data.id ?? '';
      await insert(coach);
      expect(await refusal(insert(coach))).toMatchObject({ status: 403, reason: 'quotaExceeded' });
      expect(await refusal(coach.events.delete({ calendarId: 'primary', eventId }))).toMatchObject({ status: 403, reason: 'quotaExceeded' });
      expect(await refusal(insert(guest, { attendees: [{ email: 'a@elsewhere.example' }, { email: 'b@elsewhere.example' }] }))).toMatchObject({ status: 403, reason: 'quotaExceeded' });
    });
    fact.provoked('doc', 'delegation charges the service account, not the user, unless quotaUser or x-goog-quota-user is sent', async (bed) => {
      const file = await robot(bed), coach = asRobot(bed, file, bed.coach.email), guest = asRobot(bed, file, bed.guest.email);
      await bed.control('POST', '/quotas', { perMinutePerUser: 1 });
      await coach.colors.get();
      expect(await refusal(guest.colors.get())).toMatchObject({ status: 403, reason: 'userRateLimitExceeded' });
      expect((await guest.colors.get({ quotaUser: 'mira' })).status).toBe(200);
      expect((await guest.colors.get({}, { headers: { 'x-goog-quota-user': 'another' } })).status).toBe(200);
      expect(await refusal(guest.colors.get({ quotaUser: 'mira' }))).toMatchObject({ status: 403 });
    });
    fact.provoked('run', 'the client takes no notice of Retry-After', async (bed) => {
      await bed.control('POST', '/rules', { kind: 'events.list', status: 503, headers: { 'Retry-After': '3600' }, times: 1 });
      const { waits, retryConfig } = noting();
      const { status } = await retrying(bed).api.events.list({ calendarId: 'primary' }, { retryConfig });
      expect([status, (await log(bed, '&kind=events.list')).map((each) => each.status), waits]).toEqual([200, [503, 200], [100]]);
    });
  });
});

interface KeyFile { readonly client_email: string; readonly private_key: string }
const robot = async (bed: ProvokedBed): Promise<KeyFile> =>
  (await bed.control('POST', '/service-accounts', { email: 'robot@project.iam.gserviceaccount.com', delegation: { scopes: [`${SCOPE}calendar`] } })) as unknown as KeyFile;

/** The client of a service account, for itself or for somebody. Its token URL is fixed (sheet 0.14): the transport is redirected. */
function asRobot(bed: ProvokedBed, file: KeyFile, subject: string | undefined): Api {
  const redirect = (input: unknown, init: unknown): Promise<Response> => {
    const to = new URL(String(input));
    return fetch(to.hostname === 'oauth2.googleapis.com' ? bed.url + to.pathname : to, init as RequestInit);
  };
  const auth = new JWT({
    email: file.client_email, key: file.private_key, scopes: [`${SCOPE}calendar`], ...(subject === undefined ? {} : { subject }),
    transporterOptions: { fetchImplementation: redirect },
  });
  return calendar({ version: 'v3', auth, rootUrl: bed.url, retry: false });
}

describe('6.1 What the Node client throws', () => {
  fact('run', 'an API error: GaxiosError with status and numeric code, the API\'s message, the reason in response.data, and no `errors`', async (bed) => {
    const error = await thrown(bed.coach.api.events.get({ calendarId: 'primary', eventId: bed.freshId() }));
    const { data } = error.response as unknown as { data: Body };
    expect([error.status, error.code, error.message, data.error.errors[0]?.reason, error.errors]).toEqual([404, 404, 'Not Found', 'notFound', undefined]);
  });
  fact.provoked('run', 'a token endpoint error: the same class, message "invalid_grant", the text in error_description', async (bed) => {
    const auth = appAt(bed.url);
    auth.setCredentials({ refresh_token: '1//0nobodys' });
    const error = await thrown(auth.refreshAccessToken());
    expect([error.message, (error.response?.data as { error_description: string }).error_description]).toEqual(['invalid_grant', 'Bad Request']);
  });
  fact.provoked('run', 'an HTML 502: the page is the message, and response.data is a string', async (bed) => {
    const page = '<html><h1>502. That is an error.</h1></html>';
    await bed.control('POST', '/rules', { kind: 'events.list', status: 502, body: page });
    const error = await thrown(bed.coach.api.events.list({ calendarId: 'primary' }));
    expect([error.status, error.message, error.response?.data]).toEqual([502, page, page]);
  });
  fact.provoked('run', 'a reset connection: no response, code ECONNRESET', async (bed) => {
    for (const mode of ['dropRequest', 'dropAnswer']) {
      await bed.control('POST', '/rules', { kind: 'events.list', mode });
      const error = await thrown(bed.coach.api.events.list({ calendarId: 'primary' }));
      expect([error.response, error.code]).toEqual([undefined, 'ECONNRESET']);
    }
  });
  fact.provoked('run', 'a per-call timeout: no response', async (bed) => {
    await bed.control('POST', '/rules', { kind: 'events.list', mode: 'hold' });
    const error = await thrown(bed.coach.api.events.list({ calendarId: 'primary' }, { timeout: 50 }));
    expect([error.response, error.message]).toEqual([undefined, 'The operation was aborted.']);
  });
  fact.provoked('run', 'three retries: a retried call that keeps failing makes four requests', async (bed) => {
    await bed.control('POST', '/rules', { kind: 'events.list', status: 503, forever: true });
    expect((await thrown(retrying(bed).api.events.list({ calendarId: 'primary' }, PATIENT))).status).toBe(503);
    expect(await log(bed, '&kind=events.list')).toHaveLength(4);
  });
  fact.provoked('run', 'the waits before retries: 0.1 s, 0.5 s, 1.5 s', async (bed) => {
    await bed.control('POST', '/rules', { kind: 'events.list', status: 503, forever: true });
    const { waits, retryConfig } = noting();
    await thrown(retrying(bed).api.events.list({ calendarId: 'primary' }, { retryConfig }));
    expect(waits).toEqual([100, 500, 1_500]);
  });
  fact.provoked('run', 'POSTs to the token endpoint are retried on 5xx', async (bed) => {
    const auth = appAt(bed.url);
    const tokens = await signIn(auth, bed.coach.email, { scope: [`${SCOPE}calendar`] });
    const before = (await log(bed, '&kind=oauth.token')).length;
    await bed.control('POST', '/rules', { kind: 'oauth.token', status: 500, body: '{}', contentType: 'application/json', times: 1 });
    auth.setCredentials({ refresh_token: tokens.refresh_token ?? null });
    expect((await auth.refreshAccessToken()).credentials.access_token).toMatch(/^ya29\./);
    expect((await log(bed, '&kind=oauth.token')).slice(before).map((each) => each.status)).toEqual([500, 200]);
  });
  fact.provoked('run', 'retry: false switches it off, for a call and for a client', async (bed) => {
    await bed.control('POST', '/rules', { kind: 'events.list', status: 503, forever: true });
    await thrown(retrying(bed).api.events.list({ calendarId: 'primary' }, { retry: false }));
    expect(await log(bed, '&kind=events.list')).toHaveLength(1);
    await thrown(bed.coach.api.events.list({ calendarId: 'primary' }));
    expect(await log(bed, '&kind=events.list')).toHaveLength(2);
  });
  fact.provoked('run', 'retryConfig tunes it', async (bed) => {
    await bed.control('POST', '/rules', { kind: 'events.list', status: 503, forever: true });
    await thrown(retrying(bed).api.events.list({ calendarId: 'primary' }, { retryConfig: { ...PATIENT.retryConfig, retry: 1 } }));
    expect(await log(bed, '&kind=events.list')).toHaveLength(2);
  });
});

describe('0.6 The client retries by itself', () => {
  /** Requests that a call makes if each of them ends as the rule says. */
  async function requests(bed: ProvokedBed, rule: object, call: (of: ReturnType<typeof retrying>) => Promise<unknown>): Promise<number> {
    const before = (await log(bed)).length, { id } = await bed.control('POST', '/rules', { ...rule, forever: true });
    await thrown(call(retrying(bed)));
    await bed.control('DELETE', `/rules?id=${String(id)}`);
    return (await log(bed)).length - before;
  }
  const target = { calendarId: 'primary', eventId: 'abcdefgh' };
  const CALLS: Record<string, (of: ReturnType<typeof retrying>) => Promise<unknown>> = {
    GET: ({ api }) => api.events.get(target, PATIENT),
    HEAD: ({ api, auth }) => auth.request({ url: `${String(api.context._options.rootUrl)}/calendar/v3/colors`, method: 'HEAD', retry: true, ...PATIENT }),
    PUT: ({ api }) => api.events.update({ ...target, requestBody: span }, PATIENT),
    DELETE: ({ api }) => api.events.delete(target, PATIENT),
    POST: ({ api }) => api.events.insert({ calendarId: 'primary', requestBody: span }, PATIENT),
    PATCH: ({ api }) => api.events.patch({ ...target, requestBody: span }, PATIENT),
  };
  for (const [method, call] of Object.entries(CALLS)) {
    const isRetried = method !== 'POST' && method !== 'PATCH';
    fact.provoked('run', `${method}: ${isRetried ? '3 retries on 408, 429 and 5xx, 2 without a response' : 'none'}`, async (bed) => {
      for (const status of [408, 429, 500, 503]) expect([status, await requests(bed, { method, status }, call)]).toEqual([status, isRetried ? 4 : 1]);
      expect(await requests(bed, { method, mode: 'dropRequest' }, call)).toBe(isRetried ? 3 : 1);
    });
  }
  fact.provoked('run', 'OPTIONS: 3 retries on 503', async () => {
    let seen = 0;
    const server = createServer((_request, response) => { seen++; response.writeHead(503).end(); });
    await new Promise<void>((ready) => { server.listen(0, '127.0.0.1', ready); });
    onTestFinished(() => { server.close(); server.closeAllConnections(); });
    await thrown(new OAuth2Client().transporter.request({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, method: 'OPTIONS', retry: true, ...PATIENT }));
    expect(seen).toBe(4);
  });
  fact.provoked('run', 'other refusals are not retried', async (bed) => {
    for (const status of [400, 401, 403, 404, 409, 410, 412]) expect([status, await requests(bed, { method: 'GET', status }, ({ api }) => api.events.get(target, PATIENT))]).toEqual([status, 1]);
  });
  fact.provoked('run', 'a retried DELETE can end in 410 although it succeeded', async (bed) => {
    const eventId = await made(bed, 'primary');
    await bed.control('POST', '/rules', { kind: 'events.delete', mode: 'dropAnswer' });
    expect((await thrown(retrying(bed).api.events.delete({ calendarId: 'primary', eventId }, PATIENT))).status).toBe(410);
    expect((await bed.coach.api.events.get({ calendarId: 'primary', eventId })).data.status).toBe('cancelled');
  });
});

describe('0.9 A 304 resolves', () => {
  fact('run', 'If-None-Match with the current etag: status 304, data ""; with another: 200', async (bed) => {
    const calendarId = await bed.scratch(), eventId = await made(bed, calendarId);
    const { data } = await bed.coach.api.events.get({ calendarId, eventId });
    const again = await bed.coach.api.events.get({ calendarId, eventId }, { headers: { 'If-None-Match': data.etag ?? '' } });
    expect([again.status, again.data]).toEqual([304, '']);
    expect((await bed.coach.api.events.get({ calendarId, eventId }, { headers: { 'If-None-Match': '"1"' } })).status).toBe(200);
  });
});

describe('10 What tests should be able to provoke', () => {
  fact.provoked('doc', 'line 1: every route is there, but for quickAdd ("not useful here")', async (bed) => {
    const { kinds } = (await bed.control('GET', '')) as unknown as { kinds: string[] };
    const resources: Record<string, string> = {
      events: 'list get insert import update patch delete move instances watch', calendarList: 'list get insert update patch delete watch', calendars: 'get insert update patch delete clear',
      acl: 'list get insert update patch delete watch', settings: 'list get watch', colors: 'get', freebusy: 'query', channels: 'stop',
      oauth: 'consent token revoke tokeninfo userinfo certs discovery',
    };
    const wanted = Object.entries(resources).flatMap(([resource, methods]) => methods.split(' ').map((method) => `${resource}.${method}`));
    expect(wanted.filter((each) => !kinds.includes(each))).toEqual([]);
    for (const path of ['/oauth2/v1/certs', '/oauth2/v3/certs', '/.well-known/openid-configuration']) expect((await fetch(bed.url + path)).status).toBe(200);
  });
  fact.provoked('doc', 'line 1: percent-encoded calendar ids, the alias primary, and a move with an empty body', async (bed) => {
    const { data: other } = await bed.coach.api.calendars.insert({ requestBody: { summary: 'Other' } });
    const eventId = await made(bed, encodeURIComponent('primary'));
    const own = await bed.raw('GET', `/calendars/${encodeURIComponent(bed.coach.email)}/events/${eventId}`);
    expect([own.status, own.json['id']]).toEqual([200, eventId]);
    const moved = await bed.raw('POST', `/calendars/primary/events/${eventId}/move?destination=${encodeURIComponent(other.id ?? '')}`);
    expect([moved.status, moved.json['id']]).toEqual([200, eventId]);
  });
  fact.provoked('doc', 'line 11: faults by route hit that route only: 401, 403, 429, 500, 503 and a page', async (bed) => {
    for (const fault of [{ status: 401 }, { status: 403, reason: 'rateLimitExceeded' }, { status: 403, reason: 'quotaExceeded' }, { status: 429 }, { status: 500 }, { status: 503 }, { status: 502, body: '<p>no</p>' }]) {
      await bed.control('POST', '/rules', { kind: 'events.insert', ...fault });
      expect((await bed.coach.api.events.list({ calendarId: 'primary' })).status).toBe(200);
      expect((await refusal(made(bed, 'primary'))).status).toBe(fault.status);
    }
    expect(await writes(bed)).toBe(0);
  });
  fact.provoked('doc', 'line 11: a connection reset before the effect, after it, and in the middle of the answer; a write applied under a 503', async (bed) => {
    const exists = (eventId: string) => bed.coach.api.events.get({ calendarId: 'primary', eventId }).then(() => true, () => false);
    for (const [rule, isApplied] of [[{ mode: 'dropRequest' }, false], [{ mode: 'dropAnswer' }, true], [{ mode: 'truncate' }, true], [{ status: 503, applied: true }, true]] as const) {
      const id = bed.freshId();
      await bed.control('POST', '/rules', { kind: 'events.insert', ...rule });
      const error = await thrown(made(bed, 'primary', { id }));
      expect([rule, error.response?.status, await exists(id)]).toEqual([rule, 'status' in rule ? 503 : undefined, isApplied]);
    }
  });
  fact.provoked('doc', 'line 11: a slow answer', async (bed) => {
    await bed.control('POST', '/rules', { kind: 'events.list', delayMs: 60 });
    await bed.coach.api.events.list({ calendarId: 'primary' });
    const [row] = (await log(bed, '&kind=events.list')) as (Logged & { durationMs: number })[];
    expect(row?.durationMs).toBeGreaterThanOrEqual(59);
  });
  fact.provoked('doc', 'line 11: a stale read: 404 right after the event was created', async (bed) => {
    await bed.control('POST', '/rules', { kind: 'events.get', status: 404 });
    const eventId = await made(bed, 'primary');
    expect(await refusal(bed.coach.api.events.get({ calendarId: 'primary', eventId }))).toMatchObject({ status: 404, reason: 'notFound', body: SAMPLES['404_notFound'] });
    expect((await bed.coach.api.events.get({ calendarId: 'primary', eventId })).data.id).toBe(eventId);
  });
  fact.provoked('doc', 'line 13: one clock for all ages: access tokens, channels, quotas', async (bed) => {
    const coach = await signedIn(bed, bed.coach.email);
    const { data: channel } = await coach.events.watch({ calendarId: 'primary', requestBody: { id: bed.freshId(), type: 'web_hook', address: 'http://127.0.0.1:9/' } });
    await bed.control('POST', '/clock', { now: '2030-01-01T00:00:00Z' });
    expect((await bed.control('GET', '/clock'))['now']).toBeGreaterThan(Number(channel.expiration));
    const answer = await bed.raw('GET', '/calendars/primary/events', { headers: { authorization: `Bearer ${String((coach.context._options.auth as OAuth2Client).credentials.access_token)}` } });
    expect(answer.status).toBe(401);
    expect((await bed.coach.api.events.get({ calendarId: 'primary', eventId: await made(bed, 'primary') })).data.created).toMatch(/^2030-01-01/);
  });
  fact.provoked('doc', 'line 14: unknown parameters and fields are refused, and the log tells which', async (bed) => {
    await bed.raw('GET', '/calendars/primary/events?colour=red');
    await bed.raw('POST', '/calendars/primary/events', { body: JSON.stringify({ ...span, colour: 'red' }) });
    const messages = ((await log(bed, '&reason=badRequest')) as (Logged & { message: string })[]).map((each) => each.message);
    expect(messages).toEqual([expect.stringContaining('Unknown name "colour": Cannot bind query parameter.'), expect.stringContaining('Unknown name "colour"')]);
  });
});
