/** Faults that a review found, in what is seen, said and read: each test fails without its mending. */
import { request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { saveCoach } from '../../src/coach/coach.store.js';
import type { GoogleCalendar } from '../../src/google/google.port.js';
import { instant, type Instant } from '../../src/kernel/interval.js';
import type { ResolutionId } from '../../src/kernel/ids.js';
import { startOfDay, wallClock } from '../../src/kernel/zone.js';
import { channelToken } from '../../src/mirror/channel.store.js';
import { applyEvents } from '../../src/mirror/apply.store.js';
import { calendarRow } from '../../src/mirror/calendar.store.js';
import { wakeWaiting } from '../../src/mirror/wake.store.js';
import { WORKERS } from '../../src/ops/compose.js';
import { inTx, type Tx } from '../../src/postgres/transaction.js';
import { chooseSlot } from '../../src/resolution/answer.flow.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { claimRow, type Queue } from '../../src/work/due.store.js';
import { runDue, work } from '../../src/work/run-due.flow.js';
import type { Shell } from '../../src/work/shell.port.js';
import { addAllDay, askDana, choose, DANAS_INSTANCE, danasSession, decide, decideOnPage, expectLanded, expectNotLanded, holdCall, linkTo, liveHolds, look, MONDAY, offerSam, on, pendingReason, requestOf, standsAt, subjectsTo, until, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, ZONE, type World } from '../support/world.js';

const open = worlds();
const TWO = at(MONDAY, 1);
const FREE = on(0, '15:00');
const BO = 'bo@client.example';
const SECOND = 1_000;

const connect = (w: World): Promise<unknown> => walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, KIM.email);
async function goOn(w: World): Promise<void> {
  for (const seconds of [2, 4, 8, 16, 32]) await w.pass(seconds * SECOND);
}
const calendarOf = async (w: World) => {
  const row = await w.one<{ id: string }>(`select id from calendars where role = 'sessions'`);
  const calendar = row && await calendarRow(w.shell.db, w.coachId, row.id);
  if (!calendar) throw new Error('Kim has no calendar');
  return calendar;
};
/** The same shell, whose Google answers in another way. */
const withGoogle = (w: World, change: (google: GoogleCalendar) => Partial<GoogleCalendar>): Shell => ({
  ...w.shell,
  google: async (coachId) => {
    const google = await w.shell.google(coachId);
    const changed = change(google);
    return new Proxy(google, { get: (target, name, receiver): unknown => Reflect.get(changed, name) ?? Reflect.get(target, name, receiver) });
  },
});

// What the coach has seen

const keysOn = (page: string): string[] => [...new Set([...page.matchAll(/name="about" value="([^"]*)"/g)].map((m) => m[1] ?? ''))];

test('Kim puts another client there between page and click: refused with the present picture, and nobody is asked', async () => {
  const w = await open();
  const id = await wish(w);
  const [about] = keysOn((await look(await linkTo(w, KIM.email))).page);
  expect(about).toContain('danaseries');
  await w.moveTo(DANAS_INSTANCE, on(2, '11:00'));
  await w.addEvent({ id: 'bosevent', summary: 'Bo', start: MONDAY, guests: [BO] });
  await w.pass(31 * SECOND);
  const refused = await decide(w, { do: 'option2', about: about ?? '' });
  expect(refused).toMatchObject({ status: 409, page: expect.stringContaining('has changed since') as string });
  expect(keysOn(refused.page)).toEqual([expect.stringContaining('bosevent')]);
  await w.settle();
  expect(await w.all('select 1 from resolutions')).toEqual([]);
  expect(await liveHolds(w)).toEqual([]);
  expect(await subjectsTo(w, BO)).toEqual([]);
  expect(await pendingReason(w, id)).toBe('taken');
  expect((await decide(w, { do: 'option2', about: keysOn(refused.page)[0] ?? '' })).status).toBe(200);
  await w.settle();
  expect(await subjectsTo(w, BO)).toHaveLength(1);
});

test('two titles without a client stand there: "not a client" means the one it was said of', async () => {
  const w = await open({ events: [{ id: 'danatitle', summary: 'Dana', start: MONDAY, hours: 0.5 }, { id: 'taoffice', summary: 'Tax office', start: at(MONDAY, 0.5), hours: 0.5 }] });
  await wish(w);
  const { page } = await look(await linkTo(w, KIM.email));
  const about = keysOn(page).find((key) => key.includes('taoffice'));
  expect(keysOn(page)).toHaveLength(2);
  expect((await decide(w, { do: 'not-a-client', about: about ?? '' })).status).toBe(200);
  const after = await look(await linkTo(w, KIM.email));
  expect(after.page).toContain('Who is “Dana”?');
  expect(keysOn(after.page)).toEqual([expect.stringContaining('danatitle')]);
});

test.each([['was never read', 'last_full_at = null, cursor = null'], ['is frozen', 'frozen_at = created']])('while a calendar %s, nothing is offered from it, and what was offered stays open', async (what, change) => {
  const w = await open();
  const set = change.replace('created', `'${new Date(w.now()).toISOString()}', freeze_reason = 'for a test'`);
  const asked = await offerSam(w);
  const before = await w.one<{ slots: { start: Instant }[] }>('select slots, round from offers');
  const other = (await w.request(MONDAY, { name: 'Alex', email: 'alex@client.example' })).body;
  await runDue(w.shell, WORKERS, 'outbox', 8);
  await w.shell.db.raw(`update calendars set ${set}`);
  const link = await linkTo(w, KIM.email);
  expect((await look(link)).page).not.toMatch(/name="start"/);
  for (const form of [{ do: 'option1' }, { do: 'option2' }]) expect((await decide(w, form, link)).status, what).toBe(409);
  expect(await pendingReason(w, other.id)).toBe('taken');
  const slot = before?.slots[0]?.start ?? instant(0);
  expect(await choose(w, slot, SAM.email)).toMatchObject({ status: 409, page: expect.stringContaining('right now') as string });
  expect(await w.one('select state from resolutions')).toEqual({ state: 'asked' });
  expect(await w.one('select slots, round from offers')).toEqual(before);
  expect(await liveHolds(w)).toEqual([]);
  await w.shell.db.raw('update calendars set cursor = null, wake_at = ?', [new Date(w.now())]);
  await w.settle();
  await choose(w, slot, SAM.email);
  await w.settle();
  await expectLanded(w, asked, slot);
});

// Between a look and the rest after it

/** The worker has looked, and waits for its row before it rests; then a pull commits what Kim dragged. */
async function dragBetweenLookAndRest(w: World, queue: Queue, id: string): Promise<void> {
  const claim = await claimRow(w.shell.db, queue, { coachId: w.coachId, id }, { owner: w.shell.owner, now: w.now(), leaseMs: w.shell.leaseMs });
  if (!claim) throw new Error('somebody else is at it');
  const moved = await w.moveTo(DANAS_INSTANCE, on(2, '11:00'));
  const calendar = await calendarOf(w);
  const event = await (await w.shell.google(w.coachId)).getEvent(calendar.google_id, moved.id);
  if (!event) throw new Error('the event is gone');
  let working: Promise<void> | undefined;
  await inTx(w.shell.db, 'commit pull', async (tx: Tx) => {
    await tx.raw(`select 1 from ${queue} for update`);
    working = work(w.shell, WORKERS, claim);
    await until('the wait for the row', () => w.one(`select 1 as x from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%fence%'`));
    await wakeWaiting(tx, w.coachId, (await applyEvents(tx, calendar, [event], [], { generation: calendar.generation, now: w.now() })).intervals, w.now());
  });
  await working;
  for (const each of ['resolutions', 'requests'] as const) await runDue(w.shell, WORKERS, each, 8);
}
test('Kim\'s drag comes in while the ask\'s worker is about to rest: it is seen at once', async () => {
  const w = await open();
  await askDana(w);
  await dragBetweenLookAndRest(w, 'resolutions', (await w.one<{ id: string }>('select id from resolutions'))?.id ?? '');
  expect(await w.one('select freed_noticed_at from resolutions')).toEqual({ freed_noticed_at: w.now() });
});
test('Kim\'s drag comes in while the request\'s worker is about to rest: it is seen at once', async () => {
  const w = await open();
  const id = await wish(w);
  await dragBetweenLookAndRest(w, 'requests', id);
  expect(await w.one('select freed_noticed_at from requests')).toEqual({ freed_noticed_at: w.now() });
});

// Before people are told

test('Kim drags Sam\'s event, and adds somebody, before Sam is invited: all tell the new time, and nobody is thrown out', async () => {
  const w = await open();
  const hold = await holdCall(w, { method: 'PATCH', pathPattern: '/events/mk' });
  const asked = w.request(FREE);
  await hold.held();
  const [ours] = await w.inGoogle(FREE);
  const LATER = on(1, '11:00');
  await w.moveTo(ours?.id ?? '', LATER);
  await w.patchEvent(ours?.id ?? '', { attendees: [{ email: BO, responseStatus: 'accepted' }] });
  await hold.letGo();
  const { id } = (await asked).body;
  await goOn(w);
  expect(await requestOf(w, id)).toMatchObject({ state: 'booked', booked_start: LATER });
  expect(await w.all('select scheduled_at, status from sessions')).toEqual([{ scheduled_at: LATER, status: 'scheduled' }]);
  const [event] = await w.inGoogle(LATER);
  expect(event?.attendees?.map((a) => [a.email, a.responseStatus]).sort()).toEqual([[BO, 'accepted'], [SAM.email, 'needsAction']]);
  expect(await standsAt(w, FREE)).toEqual([]);
  const told = (await w.mailsTo(KIM.email)).at(-1)?.text ?? '';
  expect(told).toContain('11:00');
  expect(told).not.toContain('15:00');
  expect(await liveHolds(w)).toEqual([]);
});

test('who never got the question is not told that there is nothing to do any more', async () => {
  const w = await open();
  await wish(w);
  expect((await decide(w, { do: 'option2' })).status).toBe(200);
  const kim = await w.one<{ id: string; revision: number }>('select id, revision from requests');
  expect((await decideOnPage(w, kim?.id ?? '', { do: 'decline' })).status).toBe(200);
  await w.settle();
  expect(await subjectsTo(w, DANA.email)).toEqual([]);
  expect(await w.all(`select letter, state from outbox where letter in ('ask', 'ask-over') order by letter`)).toEqual([{ letter: 'ask', state: 'pointless' }, { letter: 'ask-over', state: 'pointless' }]);
});

test('the second of the wanted times becomes free: booked there after the settle time', async () => {
  const w = await open();
  const TUESDAY = on(1, '13:00');
  const bo = await w.addEvent({ summary: 'Bo', start: TUESDAY, guests: [BO] });
  await w.pass(180 * SECOND);
  const id = await wish(w, [MONDAY, TUESDAY]);
  await w.deleteEvent(bo.id);
  await w.pass(30 * SECOND);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution' });
  await w.pass(60 * SECOND);
  await expectLanded(w, id, TUESDAY);
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
});

// The same wish again

test('a repeat of an Idempotency-Key after the time has passed is the same request; with another coach it is another', async () => {
  const w = await open();
  const key = { 'idempotency-key': 'once' };
  const first = await w.request(MONDAY, SAM, {}, key);
  await inTx(w.shell.db, 'commit coach', (tx) => saveCoach(tx, { slug: 'lee', name: 'Lee', email: 'lee@coach.example', zone: ZONE, policy: {} }, w.now()));
  expect(await w.request(MONDAY, SAM, { coach: 'lee' }, key)).toMatchObject({ status: 422, body: { error: { code: 'IDEMPOTENCY_KEY_REUSED' } } });
  await w.pass(at(MONDAY, 2) - w.now());
  expect(await w.request(MONDAY, SAM, {}, key)).toMatchObject({ status: 200, body: { id: first.body.id, state: 'expired' } });
  expect(await w.request(MONDAY, SAM, {}, { 'idempotency-key': 'another' })).toMatchObject({ status: 422, body: { error: { code: 'REQUEST_INVALID' } } });
  expect(await w.all('select 1 from requests')).toHaveLength(1);
});

test('"you already have this time" is said again and again, and nothing is stored', async () => {
  const w = await open();
  const before = await w.fingerprint();
  const answers = [await w.request(MONDAY, DANA, {}, { 'idempotency-key': 'mine' }), await w.request(MONDAY, DANA, {}, { 'idempotency-key': 'mine' }), await w.request(MONDAY, DANA)];
  for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { outcome: 'already_yours' } });
  expect(await w.fingerprint()).toBe(before);
});

test('who would rather come at another time, and that is free, gets it; one that is taken does not count', async () => {
  const w = await open();
  const TUESDAY = on(1, '10:00');
  await w.addEvent({ summary: 'Bo', start: TUESDAY, guests: [BO] });
  await w.pass(180 * SECOND);
  expect(await w.request([TUESDAY, MONDAY, FREE], DANA)).toMatchObject({ status: 200, body: { outcome: 'already_yours' } });
  expect(await w.all('select 1 from requests union all select 1 from outbox')).toEqual([]);
  const { id } = (await w.request([FREE, MONDAY], DANA)).body;
  await w.settle();
  await expectLanded(w, id, FREE, DANA.email);
});

test('looking at the door to Google stores nothing', async () => {
  const w = await open();
  const before = await w.fingerprint();
  for (const method of ['GET', 'HEAD']) {
    for (const query of ['', '?to=/pending', '?connect=1&to=/pending']) expect((await fetch(`${w.url}/auth/google${query}`, { method, redirect: 'manual' })).status).toBe(302);
  }
  expect(await w.fingerprint()).toBe(before);
});

// Zones

test.each([['the next poll', false], ['Kim connecting again', true]])('the calendar gets another zone in Google: its all-day events lie in the new one after %s', async (_, isByConnect) => {
  const w = await open();
  const fair = await addAllDay(w, 'Fair');
  await w.pass(180 * SECOND);
  const date = wallClock(on(0, '12:00'), ZONE).date;
  const lies = () => w.one<{ at: Instant }>('select lower(period) as at from occurrences where event_id = :id', { id: fair.id });
  expect(await lies()).toEqual({ at: startOfDay(date, ZONE) });
  await w.control('/accounts', { email: KIM.email, name: KIM.name, timeZone: 'America/New_York' });
  if (isByConnect) await connect(w);
  await w.pass(180 * SECOND);
  expect(await lies()).toEqual({ at: startOfDay(date, 'America/New_York') });
});

test('an event whose zone nobody knows can still be moved', async () => {
  const w = await open();
  const id = await askDana(w);
  const shell = withGoogle(w, (google) => ({
    getEvent: async (calendarId, eventId) => {
      const event = await google.getEvent(calendarId, eventId);
      return event?.when?.kind === 'timed' ? { ...event, when: { ...event.when, zone: 'Mars/Olympus' } } : event;
    },
  }));
  const row = await w.one<{ id: ResolutionId }>('select id from resolutions');
  if (!row) throw new Error('nobody was asked');
  const answer = await chooseSlot(shell, { coachId: w.coachId, resolutionId: row.id }, TWO, null);
  if (answer.did !== 'chosen' || !answer.claim) throw new Error(`not chosen: ${answer.did}`);
  await work(shell, WORKERS, answer.claim);
  await w.settle();
  await expectLanded(w, id, MONDAY);
  expect(await danasSession(w)).toMatchObject({ scheduled_at: TWO });
});

// Reading

const push = (w: World, headers: Record<string, string>): Promise<number> => new Promise((resolve, reject) => {
  const call = httpRequest(`${w.url}/google/push`, { method: 'POST', headers: { 'content-length': '0', ...headers } }, (answer) => { answer.resume(); resolve(answer.statusCode ?? 0); });
  call.on('error', reject).end();
});
test('Google forgets our place again and again, and pushes all the while: no more full reads than polls, and nothing is lost', async () => {
  const w = await open();
  await wish(w);
  await w.pass(31 * SECOND);
  const since = (await w.reads()).at(-1)?.seq ?? 0;
  for (let n = 0; n < 12; n++) {
    await w.addEvent({ id: `added${n}`, summary: `Added ${n}`, start: at(on(3, '09:00'), n / 2), hours: 0.5 });
    await fetch(`${w.emulator.url}/control/sync-tokens/expire`, { method: 'POST', body: '{}' });
    await w.shell.db.raw('update calendars set dirty = dirty + 1');
    const channel = await w.one<{ id: string; resource_id: string }>(`select id, resource_id from channels where state = 'open'`);
    expect(await push(w, { 'x-goog-channel-id': channel?.id ?? '', 'x-goog-channel-token': channelToken(w.shell.keys, channel?.id ?? ''), 'x-goog-resource-id': channel?.resource_id ?? '', 'x-goog-resource-state': 'exists' })).toBe(204);
    await w.pass(10 * SECOND);
  }
  const reads = (await w.reads() as { seq: number; method: string; path: string; query?: string; status: number }[]).filter((r) => r.seq > since && r.method === 'GET' && r.path.endsWith('/events') && r.status === 200);
  const full = reads.filter((r) => !/syncToken|singleEvents=true/.test(r.query ?? ''));
  expect(full.length).toBeGreaterThan(0);
  expect(full.length).toBeLessThanOrEqual(5);
  await w.pass(60 * SECOND);
  expect(await w.all(`select 1 from events where id like 'added%'`)).toHaveLength(12);
  expect(await w.one('select count(*) as n from occurrences where event_id like :added', { added: 'added%' })).toEqual({ n: 12 });
  await expectNotLanded(w, (await w.one<{ id: string }>('select id from requests'))?.id ?? '');
});
