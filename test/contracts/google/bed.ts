/**
 * The contract suite: what Google Calendar does, one test per fact of the sheet, through the unmodified client.
 * It runs against the emulator, and against Google itself when CONTRACT_TARGET=google (see `google.mjs` beside this file).
 * So it proves two things: that the sheet tells the truth, and that the emulator does.
 */
import { OAuth2Client } from 'google-auth-library';
import { calendar, type calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { startEmulator, type RunningEmulator } from '../../../src/emulator/index.js';
import { hasSecondAccount, ROOT, scratchesOf, theCoach, theGuest } from './at-google.js';

export type Event = calendar_v3.Schema$Event;
export type Api = calendar_v3.Calendar;

/** Where a fact of the sheet comes from: documented, recorded, run, told by others. Unknown ones are `uncertain` below. */
type Tag = 'doc' | 'rec' | 'run' | '2nd';

export interface Person { readonly api: Api; readonly email: string }

/** What every fact may use. */
export interface Bed {
  readonly target: 'emulator' | 'google';
  readonly coach: Person;
  /** A new calendar of the coach, deleted with the test. Its id. */
  scratch(timeZone?: string, summary?: string): Promise<string>;
  /** An id that no event has yet, in Google's alphabet. */
  freshId(): string;
  /** A call as the coach without the client library; `path` starts below the API's root, as `/calendars/…`. */
  raw(method: string, path: string, options?: { headers?: Record<string, string>; body?: string }): Promise<RawAnswer>;
}

export interface RawAnswer { readonly status: number; readonly headers: Headers; readonly text: string; readonly json: Record<string, unknown> }

/** A bed with a second account, whose calendar invitations reach. */
export interface BedOfTwo extends Bed { readonly guest: Person }

/** A bed of the emulator alone, where faults, time and people can be provoked. */
export interface ProvokedBed extends BedOfTwo {
  readonly url: string;
  readonly dataDir: string;
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Another account, created if new. */
  person(email: string, timeZone?: string): Promise<Person>;
}

const GOOGLE = process.env.CONTRACT_TARGET === 'google';
const COACH = 'coach.ana@example.com', GUEST = 'mira@client.example', ZONE = 'Europe/Berlin';

const freshId = (): string => `mkct${[...randomBytes(20)].map((byte) => (byte % 32).toString(32)).join('')}`;

/** The unmodified client, without its own retries: a fact is about one call. */
export function clientWith(auth: OAuth2Client, rootUrl?: string): Api {
  return calendar({ version: 'v3', auth, retry: false, ...(rootUrl === undefined ? {} : { rootUrl }) });
}

async function rawCall(url: string, method: string, token: string, options: { headers?: Record<string, string>; body?: string } = {}): Promise<RawAnswer> {
  const answer = await fetch(url, {
    method, headers: { authorization: `Bearer ${token}`, ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true;
  return { status: answer.status, headers: answer.headers, text, json: isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

function scratchOf(coach: Person): Bed['scratch'] {
  return async (timeZone = ZONE, summary = 'makeway contract suite (may be deleted)') => {
    const { data } = await coach.api.calendars.insert({ requestBody: { summary, timeZone } });
    const calendarId = data.id ?? '';
    onTestFinished(async () => { await coach.api.calendars.delete({ calendarId }); });
    return calendarId;
  };
}

async function startBed(): Promise<{ bed: ProvokedBed; emulator: RunningEmulator }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'contract-'));
  const emulator = await startEmulator({ dataDir });
  const { url } = emulator;
  const control: ProvokedBed['control'] = async (method, path, body) => {
    const answer = await rawCall(`${url}/control${path}`, method, '', body === undefined ? {} : { body: JSON.stringify(body) });
    if (answer.status >= 400) throw new Error(`${method} /control${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const person: ProvokedBed['person'] = async (email, timeZone = ZONE) => {
    await control('POST', '/accounts', { email, name: email.split('@')[0], timeZone });
    const auth = new OAuth2Client();
    auth.setCredentials({ access_token: `sandbox:${email}`, expiry_date: 4e12 });
    return { email, api: clientWith(auth, url) };
  };
  const coach = await person(COACH), guest = await person(GUEST);
  const raw: Bed['raw'] = (method, path, options) => rawCall(`${url}/calendar/v3${path}`, method, `sandbox:${COACH}`, options);
  return { emulator, bed: { target: 'emulator', coach, guest, scratch: scratchOf(coach), freshId, raw, url, dataDir, control, person } };
}

async function endBed({ bed, emulator }: { bed: ProvokedBed; emulator: RunningEmulator }): Promise<void> {
  await emulator.close();
  rmSync(bed.dataDir, { recursive: true, force: true });
}

let shared: Promise<{ bed: ProvokedBed; emulator: RunningEmulator }> | undefined;

let google: Promise<BedOfTwo> | undefined;
async function googleBed(): Promise<BedOfTwo> {
  const coach = await theCoach(), guest = hasSecondAccount ? await theGuest() : { api: coach.api, email: '' };
  const raw: Bed['raw'] = async (method, path, options) => rawCall(`${ROOT}/calendar/v3${path}`, method, await coach.token(), options);
  return { target: 'google', coach, guest, scratch: scratchesOf(coach, ZONE), freshId, raw };
}

/** The bed that the facts of a file share: their calendars are their own, the accounts are not. */
async function sharedBed(): Promise<BedOfTwo> {
  if (GOOGLE) return (google ??= googleBed());
  return (await (shared ??= startBed())).bed;
}

/** An emulator of its own, ended with the test: for facts that move the clock or break things. */
async function ownBed(): Promise<ProvokedBed> {
  const started = await startBed();
  onTestFinished(() => endBed(started));
  return started.bed;
}

const seen: { question: string; form: string; forms: readonly string[] }[] = [];

afterAll(async () => {
  if (shared !== undefined) await endBed(await shared);
  if (seen.length === 0) return;
  const lines = seen.map(({ question, form, forms }) => `  ${question}\n    seen: ${form}${forms.length > 1 ? `   (also accepted: ${forms.filter((each) => each !== form).join(' | ')})` : ''}`);
  console.log(`Facts that the sheet tags as uncertain, against ${GOOGLE ? 'Google' : 'the emulator'}:\n${lines.join('\n')}`);
});

const named = (tag: Tag | '?', what: string): string => `${what} [${tag}]`;
const hasGuest = !GOOGLE || hasSecondAccount;

/** A fact that one account can see. */
export function fact(tag: Tag, what: string, body: (bed: Bed) => Promise<void>): void {
  test(named(tag, what), async () => body(await sharedBed()));
}
/** A fact that takes two accounts; against Google it needs a second refresh token. */
fact.ofTwo = (tag: Tag, what: string, body: (bed: BedOfTwo) => Promise<void>): void => {
  test.skipIf(!hasGuest)(named(tag, what), async () => body(await sharedBed()));
};
/** A fact that nobody can provoke at Google (faults, time, lost grants): the emulator alone. */
fact.provoked = (tag: Tag, what: string, body: (bed: ProvokedBed) => Promise<void>): void => {
  test.skipIf(GOOGLE)(named(tag, what), async () => body(await ownBed()));
};

type Form = string;
async function look(question: string, forms: readonly Form[], found: Promise<Form>): Promise<void> {
  const form = await found;
  expect(forms, question).toContain(form);
  if (!GOOGLE) expect(form, `${question}: the emulator's own form`).toBe(forms[0]);
  seen.push({ question, form, forms });
}

/**
 * A fact tagged [?]: `body` returns the form that it saw, and the run lists it. Of Google any of `forms` is accepted; of the
 * emulator only the first, the one that its README names.
 */
export function uncertain(question: string, forms: readonly Form[], body: (bed: Bed) => Promise<Form>): void {
  test(named('?', question), async () => look(question, forms, body(await sharedBed())));
}
uncertain.ofTwo = (question: string, forms: readonly Form[], body: (bed: BedOfTwo) => Promise<Form>): void => {
  test.skipIf(!hasGuest)(named('?', question), async () => look(question, forms, body(await sharedBed())));
};
uncertain.provoked = (question: string, forms: readonly Form[], body: (bed: ProvokedBed) => Promise<Form>): void => {
  test.skipIf(GOOGLE)(named('?', question), async () => look(question, forms, body(await ownBed())));
};

/** A timed span for a request body; wall clock in `timeZone`. */
export const timed = (start: string, end: string, timeZone = ZONE): Pick<Event, 'start' | 'end'> =>
  ({ start: { dateTime: start, timeZone }, end: { dateTime: end, timeZone } });

/** All-day span; `end` is exclusive. */
export const allDay = (start: string, end: string): Pick<Event, 'start' | 'end'> => ({ start: { date: start }, end: { date: end } });

export interface Refusal { readonly status: number; readonly reason: string | undefined; readonly message: string | undefined; readonly body: unknown }

/** The refusal that a call ends in, as the client shows it (sheet 6.1). Throws if the call succeeds. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const { status, response } = error as { status?: number; response?: { status: number; data?: { error?: { message?: string; errors?: { reason?: string }[] } } } };
    if (response === undefined) throw error;
    return { status: status ?? response.status, reason: response.data?.error?.errors?.[0]?.reason, message: response.data?.error?.message, body: response.data };
  }
  throw new Error('the call was not refused');
}

/** All pages of a list, items in order, and the token of the last page. */
export async function listAll(api: Api, params: calendar_v3.Params$Resource$Events$List): Promise<{ items: Event[]; syncToken: string | undefined; pages: number }> {
  const items: Event[] = [];
  let pageToken: string | undefined, syncToken: string | undefined, pages = 0;
  do {
    const { data } = await api.events.list({ ...params, ...(pageToken === undefined ? {} : { pageToken }) });
    items.push(...(data.items ?? []));
    pageToken = data.nextPageToken ?? undefined;
    syncToken = data.nextSyncToken ?? undefined;
    pages++;
  } while (pageToken !== undefined);
  return { items, syncToken, pages };
}

/** Waits until `check` no longer throws: copies and pushes take their time at Google. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: GOOGLE ? 30_000 : 10_000, interval: GOOGLE ? 1_000 : 20 });
