/** Words for stories: what Sam, Kim and Dana do, and what is checked after each of them. */
import { createHash, randomBytes } from 'node:crypto';
import { afterEach, expect } from 'vitest';
import { saveSignIn } from '../../src/google/grant.store.js';
import { DAY, instant, plus, type Instant } from '../../src/kernel/interval.js';
import { addDays, atWallClock, rfc3339, wallClock } from '../../src/kernel/zone.js';
import { inTx } from '../../src/postgres/transaction.js';
import type { CaughtMail } from '../../src/launcher/caught-mail.js';
import { aWorld, DANA, KIM, mondayAt, SAM, ZONE, type EventIn, type GoogleEvent, type World } from './world.js';

export const MONDAY = mondayAt('13:00');
/** That Monday, or the day `days` later, at another wall-clock time. */
export const on = (days: number, time: string): Instant => atWallClock(addDays(wallClock(MONDAY, ZONE).date, days), time, ZONE);
export const DANAS_ID = 'danaseries';
/** Dana sits on Monday 13:00 every week, since four weeks before. */
export const danasSeries: EventIn = { id: DANAS_ID, summary: 'Dana: coaching', start: on(-28, '13:00'), guests: [DANA.email], rule: 'RRULE:FREQ=WEEKLY;BYDAY=MO' };
/** Google's id of the occurrence of Dana's series on that Monday. */
export const DANAS_INSTANCE = `${DANAS_ID}_${new Date(MONDAY).toISOString().replace(/[-:]|\.000/g, '')}`;

/** A maker of worlds; those of a test are closed after it. Without events of its own, a world has Dana's series. */
export function worlds(): (options?: NonNullable<Parameters<typeof aWorld>[0]>) => Promise<World> {
  const open: World[] = [];
  afterEach(async () => { for (const w of open.splice(0)) await w.close(); });
  return async (options = {}) => {
    const w = await aWorld({ events: [danasSeries], ...options });
    open.push(w);
    return w;
  };
}

/** The links of one mail, as they stand in it. */
export const linksOf = (w: World, mail: CaughtMail): string[] =>
  [...new Set([...mail.html.matchAll(/href="([^"]+)"/g)].map((m) => (m[1] ?? '').replaceAll('&amp;', '&')))].filter((l) => l.startsWith(`${w.url}/l/`));
/** The link, without what stands behind the "?", of the newest mail of ours to somebody. */
export async function linkTo(w: World, email: string): Promise<string> {
  const link = (await w.mailsTo(email)).map((m) => linksOf(w, m)[0]).filter((l) => l !== undefined).at(-1);
  if (!link) throw new Error(`no mail to ${email} has a link of ours`);
  return link.split('?')[0] ?? link;
}
/** The starts that the newest mail of ours to somebody offers, in order. */
export async function startsIn(w: World, email: string): Promise<Instant[]> {
  const mail = (await w.mailsTo(email)).filter((m) => linksOf(w, m).length > 0).at(-1);
  if (!mail) throw new Error(`no mail to ${email} has a link of ours`);
  return linksOf(w, mail).flatMap((l) => { const s = new URL(l).searchParams.get('start'); return s ? [instant(Date.parse(s))] : []; });
}
/** The starts that a page offers as links. */
export const startsOn = (page: string): Instant[] =>
  [...new Set([...page.matchAll(/[?&;]start=([^"&]+)/g)].map((m) => Date.parse(decodeURIComponent(m[1] ?? ''))))].map(instant);

export interface Answered { readonly status: number; readonly page: string }
const read = async (answer: Response): Promise<Answered> => ({ status: answer.status, page: await answer.text() });

/** Sam (or somebody) asks for a time, and whoever has to hear of it does. Returns the request's id. */
export async function wish(w: World, start: Instant | readonly Instant[] = MONDAY, who = SAM, extra: Record<string, unknown> = {}): Promise<string> {
  const answer = await w.request(start, who, extra);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  await w.settle();
  return answer.body.id;
}
/** Kim decides, by the newest decision mail unless a link is given. Work that this makes due is not done yet. */
export const decide = async (w: World, form: Record<string, string | string[]>, link?: string): Promise<Answered> => read(await w.post(link ?? await linkTo(w, KIM.email), form));
/** The existing client (Dana) chooses, or the incoming one (Sam) picks, by the newest mail. */
export const choose = async (w: World, start: Instant, email: string = DANA.email): Promise<Answered> => read(await w.post(await linkTo(w, email), { start: rfc3339(start, 'UTC') }));
export const pick = (w: World, start: Instant, email: string = SAM.email): Promise<Answered> => choose(w, start, email);
export const keep = async (w: World, form: Record<string, string> = {}): Promise<Answered> => read(await w.post(await linkTo(w, DANA.email), { keep: '1', ...form }));
export const look = async (link: string): Promise<Answered> => read(await fetch(link));

/** Sam asks for Monday 13:00, Kim asks Dana to move, Dana has the mail. */
export async function askDana(w: World, form: Record<string, string | string[]> = {}): Promise<string> {
  const id = await wish(w);
  const answer = await decide(w, { do: 'option2', ...form });
  expect(answer.status, answer.page).toBe(200);
  await w.settle();
  return id;
}
/** Sam asks for Monday 13:00, Kim offers other times, Sam has the mail. */
export async function offerSam(w: World): Promise<string> {
  const id = await wish(w);
  expect((await decide(w, { do: 'option1' })).status).toBe(200);
  await w.settle();
  return id;
}

export interface RequestRow { state: string; pending_reason: string | null; booked_start: Instant | null; revision: number; wake_at: Instant | null }
export const requestOf = (w: World, id: string): Promise<RequestRow | null> =>
  w.one<RequestRow>('select state, pending_reason, booked_start, revision, wake_at from requests where id = :id', { id });
export const pendingReason = async (w: World, id: string): Promise<string | null> => (await requestOf(w, id))?.pending_reason ?? null;
/** Dana's session as the database tells it. */
export const danasSession = (w: World): Promise<{ status: string; scheduled_at: Instant; invite_sent: boolean; cancellation_reason: string | null } | null> =>
  w.one(`select s.status, s.scheduled_at, s.invite_sent, s.cancellation_reason from sessions s join clients c on c.coach_id = s.coach_id and c.id = s.client_id where c.email = :email and s.request_id is null`, { email: DANA.email });
export const liveHolds = (w: World): Promise<unknown[]> => w.all('select kind, period from holds where released_at is null');

/** Who is in Google at a time: the guests' addresses, or the title of what has no guest. */
export const standsAt = async (w: World, start: Instant, hours = 1): Promise<string[]> =>
  (await w.inGoogle(start, hours)).map((e) => e.attendees?.map((a) => a.email).join('+') ?? e.summary ?? '?').sort();
/** Dana's session has never left its time, nothing marks it, and nothing was written to it. */
export async function expectDanaUntouched(w: World): Promise<void> {
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect((await w.writes()).filter((x) => x.eventId.startsWith(DANAS_ID) && x.kind !== 'insert')).toEqual([]);
  const session = await danasSession(w);
  if (session) expect(session).toEqual({ status: 'scheduled', scheduled_at: MONDAY, invite_sent: false, cancellation_reason: null });
}
/** Sam stands at `start`, alone of all clients, and everything agrees on it. */
export async function expectLanded(w: World, id: string, start: Instant, email: string = SAM.email): Promise<void> {
  expect(await requestOf(w, id)).toMatchObject({ state: 'booked', booked_start: start, wake_at: null });
  expect(await standsAt(w, start)).toContain(email);
  expect(await w.all('select scheduled_at, status from sessions where request_id = :id and status <> :gone', { id, gone: 'cancelled' })).toEqual([{ scheduled_at: start, status: 'scheduled' }]);
  expect(await w.all('select 1 from holds where request_id = :id and released_at is null', { id })).toEqual([]);
  expect(await w.all(`select kind from google_writes where state in ('intended', 'sent')`)).toEqual([]);
}
/** Nothing of a request stands in Google or as a session. */
export async function expectNotLanded(w: World, id: string): Promise<void> {
  expect(await w.all(`select 1 from sessions where request_id = :id and status <> 'cancelled'`, { id })).toEqual([]);
  const ids = (await w.all<{ event_id: string }>('select event_id from landings where request_id = :id', { id })).map((r) => r.event_id);
  for (const each of ids) expect((await eventById(w, each))?.status ?? 'cancelled').toBe('cancelled');
}
/** Invariant 6: what is open has a next wake-up, and waits for another request only while that one holds the time. */
export async function expectNothingStuck(w: World): Promise<void> {
  for (const table of ['requests', 'resolutions', 'landings'] as const) {
    const open = { requests: `('pending_resolution', 'booking')`, resolutions: `('asked', 'chosen', 'moved', 'vacated')`, landings: `('intended', 'inserted', 'verified')` }[table];
    expect(await w.all(`select id from ${table} where state in ${open} and wake_at is null`), table).toEqual([]);
  }
  expect(await w.all(`select id, pending_reason from requests r where state = 'pending_resolution' and pending_reason in ('asked', 'offered', 'moving')
    and not exists (select 1 from resolutions x where x.coach_id = r.coach_id and x.request_id = r.id and x.state in ('asked', 'chosen', 'moved'))`)).toEqual([]);
  expect(await w.all(`select id from requests r where state = 'pending_resolution' and pending_reason = 'promised'
    and not exists (select 1 from holds h where h.coach_id = r.coach_id and h.request_id <> r.id and h.released_at is null
      and h.period && tstzrange(r.wanted_at, r.wanted_at + make_interval(mins => r.length_minutes)))`), 'waits for a promise that is no more').toEqual([]);
}

export async function eventById(w: World, id: string, account: string = KIM.email): Promise<GoogleEvent | null> {
  const answer = await w.google(account, 'GET', `/calendars/${encodeURIComponent(account)}/events/${id}`);
  return answer.ok ? ((await answer.json()) as GoogleEvent) : null;
}
/** Polls something that another party does in its own time. */
export async function until<T>(what: string, look: () => Promise<T | null | false>): Promise<T> {
  for (let i = 0; i < 500; i++) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`this did not come: ${what}`);
}
/** All mails, after Google's own have left the emulator. */
export async function allMails(w: World): Promise<CaughtMail[]> {
  await until('the end of Google\'s mails', async () => (await w.control('/mail')).waiting === 0);
  return w.catcher.mails();
}
/** Subjects of the mails to somebody, in order; Google's without what follows the "@". */
export const subjectsTo = async (w: World, email: string): Promise<string[]> =>
  (await allMails(w)).filter((m) => m.to.includes(email)).map((m) => m.subject.split(' @ ')[0] ?? m.subject);

export interface Rule { method: string; pathPattern?: string; times?: number; status?: number; reason?: string; mode?: 'dropAnswer' | 'dropRequest' | 'hold' }
/** A fault at Google for the next calls that fit. */
export const trouble = (w: World, rule: Rule): Promise<unknown> => w.control('/rules', rule);
/** Keeps the next fitting call waiting at Google, so that something can happen between it and what was seen before.
 *  Other faults stay when it is let go. */
export async function holdCall(w: World, rule: Omit<Rule, 'mode'>): Promise<{ held(): Promise<void>; letGo(): Promise<void> }> {
  const { id } = await w.control('/rules', { ...rule, mode: 'hold' });
  return {
    held: async () => { await until(`a held ${rule.method}`, async () => Number((await w.control('/rules')).held) > 0); },
    letGo: async () => { await fetch(`${w.emulator.url}/control/rules?id=${String(id)}`, { method: 'DELETE' }); },
  };
}
export const INSERTS = { method: 'POST', pathPattern: String.raw`/events(\?|$)` } as const;
export const PATCHES = { method: 'PATCH', pathPattern: '/events/' } as const;
export const DELETES = { method: 'DELETE', pathPattern: '/events/' } as const;

/** An all-day event on Kim's calendar, `days` after that Monday. */
export async function addAllDay(w: World, summary: string, days = 0): Promise<GoogleEvent> {
  const date = wallClock(on(days, '12:00'), ZONE).date;
  const answer = await w.google(KIM.email, 'POST', `/calendars/${encodeURIComponent(KIM.email)}/events`, { summary, start: { date }, end: { date: addDays(date, 1) } });
  if (!answer.ok) throw new Error(`insert: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as GoogleEvent;
}

/** Kim in a browser that is signed in: reads and posts the pages behind it. */
export async function signedIn(w: World): Promise<{ readonly headers: { readonly cookie: string }; get(path: string): Promise<Answered>; post(path: string, form: Record<string, string>): Promise<Answered> }> {
  const secret = randomBytes(32).toString('base64url');
  await inTx(w.shell.db, 'commit sign-in', (tx) => saveSignIn(tx, createHash('sha256').update(secret).digest(), w.coachId, w.now(), plus(w.now(), DAY)));
  const headers = { cookie: `makeway_sign_in=${secret}` };
  const get = async (path: string): Promise<Answered> => read(await fetch(w.url + path, { headers }));
  return {
    headers, get,
    async post(path, form) {
      const guard = /name="guard" value="([^"]*)"/.exec((await get(path)).page)?.[1] ?? '';
      return read(await fetch(w.url + path, { method: 'POST', headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ guard, ...form }).toString() }));
    },
  };
}
/** Kim decides on the pending page, as the request stands now. */
export async function decideOnPage(w: World, id: string, form: Record<string, string>): Promise<Answered> {
  const kim = await signedIn(w);
  return kim.post(`/pending/${id}`, { revision: String((await requestOf(w, id))?.revision), ...form });
}
