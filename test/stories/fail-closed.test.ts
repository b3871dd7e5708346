/** Invariants 11 and 12: reading mails nobody; a check that could not be made counts as "not free". */
import { expect, test } from 'vitest';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { askDana, choose, danasSeries, decide, expectLanded, expectNotLanded, holdCall, linkTo, liveHolds, MONDAY, on, requestOf, standsAt, trouble, until, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, type EventIn } from '../support/world.js';

const open = worlds();
const TWO = at(MONDAY, 1);
const many = (count: number): EventIn[] => Array.from({ length: count }, (_, n) => ({ id: `bulk${n}`, summary: `Client ${n}`, start: at(on(20 + Math.floor(n / 6), '09:00'), n % 6), guests: [`c${n}@client.example`] }));

test('the first full read mails nobody and makes Google mail nobody, overlaps and all', async () => {
  const w = await open({ events: [danasSeries, { summary: 'On top of Dana', start: MONDAY, guests: ['bo@client.example'] }, { summary: 'Dana twice', start: at(MONDAY, 0.5), guests: [DANA.email] }] });
  const before = await w.writes();
  await w.pass(180_000);
  await w.pass(86_400_000);
  expect(await w.catcher.mails()).toEqual([]);
  expect(await w.writes()).toEqual(before);
});

test('later changes in Google mail nobody by our doing, while nobody asks for anything', async () => {
  const w = await open();
  await w.moveTo(`danaseries_${new Date(MONDAY).toISOString().replace(/[-:]|\.000/g, '')}`, on(1, '09:00'));
  await w.addEvent({ summary: 'New', start: on(1, '11:00'), guests: ['bo@client.example'] });
  const before = await w.writes();
  await w.pass(180_000);
  await w.pass(180_000);
  expect(await w.writes()).toEqual(before);
  expect((await w.catcher.mails()).filter((m) => !m.from.includes('Google'))).toEqual([]);
});

test('the look before the landing fails again and again: nothing is written, the time stays reserved, and then it lands', async () => {
  const w = await open();
  await trouble(w, { method: 'GET', pathPattern: 'singleEvents=true', times: 4, status: 503, reason: 'backendError' });
  const asked = await w.request(on(0, '15:00'));
  expect(asked.body.state).toBe('booking');
  for (let i = 0; i < 3; i++) {
    expect((await w.writes()).filter((x) => x.eventId.startsWith('mk'))).toEqual([]);
    expect(await liveHolds(w)).toHaveLength(1);
    await w.pass(1_300 * 2 ** i);
  }
  await w.pass(60_000);
  await expectLanded(w, asked.body.id, on(0, '15:00'));
});

test('a look that was answered more than five seconds ago is no evidence: Google is asked again before the insert', async () => {
  const w = await open();
  const hold = await holdCall(w, { method: 'GET', pathPattern: 'singleEvents=true' });
  const asked = w.request(on(0, '15:00'));
  await hold.held();
  // The look is answered, but the commit that comes before the insert has to wait for a lock, for six seconds.
  const lock = await w.shell.db.transaction();
  await lock.raw('select 1 from landings for update');
  await hold.letGo();
  await until('the wait for the lock', () => w.one(`select 1 as x from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`));
  w.setNow(at(w.now(), 6 / 3600));
  await lock.rollback();
  const id = (await asked).body.id;
  expect((await w.writes()).filter((x) => x.eventId.startsWith('mk'))).toEqual([]);
  await w.pass(3_000);
  await expectLanded(w, id, on(0, '15:00'));
  const calls = (await w.reads()) as { method: string; path: string; query?: string; seq: number }[];
  const insert = calls.filter((c) => c.method === 'POST' && c.path.endsWith('/events')).at(-1)?.seq ?? 0;
  const looks = calls.filter((c) => c.method === 'GET' && (c.query ?? '').includes('singleEvents=true') && (c.query ?? '').includes('timeMin'));
  expect(looks.filter((c) => c.seq < insert)).toHaveLength(2);
});

test('the grant is gone: nothing is booked and nobody is asked; Kim sees why', async () => {
  const w = await open();
  const first = await wish(w);
  await w.control('/grants/kill', { email: KIM.email });
  await w.pass(40_000);
  expect(await w.one('select state from grants')).toEqual({ state: 'broken' });
  const asked = await w.request(on(0, '15:00'), { name: 'Alex', email: 'alex@client.example' });
  expect(asked.body).toMatchObject({ state: 'pending_resolution', pending_reason: 'cannot-check' });
  const refused = await decide(w, { do: 'option2' }, await linkOf(w, first));
  expect(refused).toMatchObject({ status: 409, page: expect.stringContaining('cannot be checked') as string });
  const manual = await decide(w, { do: 'manual', start: new Date(on(1, '10:00')).toISOString() }, await linkOf(w, first));
  expect(manual).toMatchObject({ status: 409, page: expect.stringContaining('cannot be checked') as string });
  await w.pass(3_600_000);
  await expectNotLanded(w, asked.body.id);
  expect(await w.mailsTo(DANA.email)).toEqual([]);
});

test('the grant breaks between Dana\'s click and the move: she stays, the holds stay, and it goes on when Kim connects again', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.control('/grants/kill', { email: KIM.email });
  expect((await choose(w, TWO)).status).toBe(200);
  await w.pass(60_000);
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect(await w.one('select state from resolutions')).toEqual({ state: 'chosen' });
  expect(await liveHolds(w)).toHaveLength(2);
  await walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, KIM.email);
  await w.settle();
  await w.pass(3_700_000);
  await expectLanded(w, id, MONDAY);
});

test('a full read that would bury most of the calendar is not believed: no offers, no landing, until a sane read', async () => {
  const w = await open({ events: [danasSeries, ...many(24)] });
  const id = await askDana(w);
  // Google forgets our place, and its next full answer lacks most of the calendar.
  await fetch(`${w.emulator.url}/control/sync-tokens/expire`, { method: 'POST', body: '{}' });
  for (let n = 0; n < 24; n++) await w.deleteEvent(`bulk${n}`);
  await w.deleteEvent('danaseries');
  await w.pass(31_000);
  await w.pass(31_000);
  const frozen = await w.one<{ frozen_at: number | null }>(`select frozen_at from calendars where role = 'sessions'`);
  expect(frozen?.frozen_at).not.toBeNull();
  await w.pass(120_000);
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'asked' });
  await expectNotLanded(w, id);
  const asked = await w.request(on(1, '15:00'), { name: 'Alex', email: 'alex@client.example' });
  expect(asked.body).toMatchObject({ state: 'pending_resolution', pending_reason: 'cannot-check' });
});

/** The decision link of one request's latest turn. */
async function linkOf(w: Awaited<ReturnType<typeof open>>, id: string): Promise<string> {
  for (const mail of (await w.mailsTo(KIM.email)).reverse()) {
    const link = /href="([^"?]*\/l\/[^"?]*)/.exec(mail.html)?.[1];
    if (link && (await w.one('select 1 as x from links where request_id = :id and id = :link', { id, link: `li_${link.split('.').at(-2) ?? ''}` }))) return link;
  }
  return linkTo(w, KIM.email);
}
