import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/kernel/interval.js';
import { param } from '../../src/postgres/rows.js';
import { allMails, choose, DANAS_ID, eventById, keep, liveHolds, MONDAY, on, requestOf, signedIn, standsAt, startsIn, subjectsTo, worlds } from '../support/story.js';
import { DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const SAMS_ID = 'samstandsthere';
const samsSession = { id: SAMS_ID, summary: 'Sam: coaching', start: MONDAY, guests: [SAM.email] };
/** Sam invites Kim, who takes invitations from everybody. */
async function invite(w: World): Promise<void> {
  await w.addEvent({ id: 'boardmeeting', summary: 'Board meeting', start: MONDAY, guests: [KIM.email] }, SAM.email);
}
/** The change is read, and has settled. */
async function seen(w: World): Promise<void> {
  await w.pass(30 * MINUTE);
  await w.pass(MINUTE);
}
interface FindingRow { id: string; kind: string; is_baseline: boolean; told_at: number | null; left_at: number | null; gone_at: number | null; request_id: string | null; came_back: string | null }
const findings = (w: World): Promise<FindingRow[]> => w.all('select id, kind, is_baseline, told_at, left_at, gone_at, request_id, came_back from findings order by found_at, id');
const digests = async (w: World): Promise<string[]> => (await subjectsTo(w, KIM.email)).filter((s) => /one time|taken twice/.test(s));
/** Kim asks the client of `about` to move, on the page. */
async function askOnPage(w: World, root: string): Promise<{ status: number; id: string }> {
  const page = await signedIn(w);
  const [finding] = await findings(w);
  const key = await w.one<{ key: string }>(`select case when one_key like :root then one_key else other_key end as key from findings where id = :id`, { root: `%/${root}/%`, id: finding?.id });
  const answer = await page.post(`/overlaps/${finding?.id ?? ''}`, { do: 'ask', about: key?.key ?? '' });
  await w.settle();
  return { status: answer.status, id: (await findings(w))[0]?.request_id ?? '' };
}

test('Kim puts Sam on top of Dana by hand: one digest, Kim asks Dana to move, Dana moves, and Sam stands there alone, untouched', async () => {
  const w = await open();
  await seen(w);
  await w.addEvent(samsSession);
  await seen(w);
  expect(await findings(w)).toMatchObject([{ kind: 'overlap', is_baseline: false, request_id: null }]);
  expect(await digests(w)).toHaveLength(1);
  const page = await signedIn(w);
  expect((await page.get('/overlaps')).page).toContain('Dana: coaching');

  const writes = (await w.writes()).length;
  const asked = await askOnPage(w, DANAS_ID);
  expect(asked.status).toBe(200);
  expect(await requestOf(w, asked.id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'asked' });
  expect((await w.writes()).length).toBe(writes);
  const FREE = (await startsIn(w, DANA.email))[0] ?? MONDAY;
  expect((await choose(w, FREE)).status).toBe(200);
  await w.settle();
  expect(await standsAt(w, FREE)).toEqual([DANA.email]);
  expect(await standsAt(w, MONDAY)).toEqual([SAM.email]);
  expect(await requestOf(w, asked.id)).toMatchObject({ state: 'booked', booked_start: MONDAY });
  expect((await w.writes()).slice(writes).map((x) => x.kind)).toEqual(['patch']);
  expect(await liveHolds(w)).toEqual([]);
  await seen(w);
  expect(await findings(w)).toMatchObject([{ gone_at: expect.anything() as number }]);
  // Sam, who was in nobody's way, never heard of it.
  expect((await subjectsTo(w, SAM.email)).filter((s) => !s.includes('nvitation'))).toEqual([]);
});

test('the other way round: Sam is the one who moves', async () => {
  const w = await open();
  await seen(w);
  await w.addEvent(samsSession);
  await seen(w);
  const asked = await askOnPage(w, SAMS_ID);
  expect((await choose(w, (await startsIn(w, SAM.email))[0] ?? MONDAY, SAM.email)).status).toBe(200);
  await w.settle();
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect(await requestOf(w, asked.id)).toMatchObject({ state: 'booked' });
});

test('Dana keeps the time: nothing changes, nobody but Kim is told, and the two stand on the list again with the reason', async () => {
  const w = await open();
  await seen(w);
  await w.addEvent(samsSession);
  await seen(w);
  const asked = await askOnPage(w, DANAS_ID);
  await keep(w);
  await w.settle();
  expect(await requestOf(w, asked.id)).toMatchObject({ state: 'withdrawn' });
  expect(await findings(w)).toMatchObject([{ request_id: null, came_back: 'kept', gone_at: null }]);
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email, SAM.email].sort());
  await w.pass(HOUR);
  expect(await digests(w)).toHaveLength(2);
  expect((await subjectsTo(w, SAM.email)).filter((s) => !s.includes('nvitation'))).toEqual([]);
  expect(await w.all('select 1 from holds where released_at is null')).toEqual([]);
});

test('"leave both" ends it for good, also for the weeks to come', async () => {
  const w = await open();
  await seen(w);
  await w.addEvent({ ...samsSession, rule: 'RRULE:FREQ=WEEKLY;COUNT=4' });
  await seen(w);
  const [finding] = await findings(w);
  const page = await signedIn(w);
  expect((await page.post(`/overlaps/${finding?.id ?? ''}`, { do: 'leave' })).status).toBe(200);
  expect((await page.get('/overlaps')).page).toContain('Nothing stands on top');
  for (let day = 0; day < 9; day++) await w.pass(DAY);
  await w.patchEvent(SAMS_ID, { summary: 'Sam: coaching, again' });
  await seen(w);
  expect(await digests(w)).toHaveLength(1);
  expect((await (await signedIn(w)).get('/overlaps')).page).toContain('Nothing stands on top');
});

test('Kim stops asking: Dana hears that there is nothing to do any more, both stand as before, and no digest repeats it', async () => {
  const w = await open();
  await seen(w);
  await w.addEvent(samsSession);
  await seen(w);
  const asked = await askOnPage(w, DANAS_ID);
  const page = await signedIn(w);
  expect((await page.get(`/pending/${asked.id}`)).page).toContain('Stop asking');
  const [finding] = await findings(w);
  expect((await page.post(`/overlaps/${finding?.id ?? ''}`, { do: 'stop' })).page).toContain('Leave both');
  await w.settle();
  expect(await requestOf(w, asked.id)).toMatchObject({ state: 'withdrawn' });
  expect(await findings(w)).toMatchObject([{ request_id: null, came_back: null }]);
  expect((await subjectsTo(w, DANA.email)).filter((s) => !s.includes('nvitation'))).toHaveLength(2);
  await w.pass(2 * HOUR);
  expect(await digests(w)).toHaveLength(1);
  expect(await liveHolds(w)).toEqual([]);
});

test('Kim disconnects while Dana is asked about an overlap: it ends, and nothing of it is kept', async () => {
  const w = await open();
  await seen(w);
  await w.addEvent(samsSession);
  await seen(w);
  const asked = await askOnPage(w, DANAS_ID);
  const leave = await signedIn(w);
  const guard = /name="guard" value="([^"]*)"/.exec((await leave.get('/connect')).page)?.[1] ?? '';
  await leave.post('/disconnect', { guard });
  await w.settle();
  expect(await requestOf(w, asked.id)).toMatchObject({ state: 'withdrawn' });
  expect(await findings(w)).toEqual([]);
});

test('what stands there at the first look is the baseline: on the list, and no mail', async () => {
  const w = await open({ events: [{ id: DANAS_ID, summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] }, samsSession] });
  await seen(w);
  await w.pass(DAY);
  expect(await findings(w)).toMatchObject([{ is_baseline: true }]);
  expect((await allMails(w)).filter((m) => m.to.includes(KIM.email))).toEqual([]);
  expect((await (await signedIn(w)).get('/overlaps')).page).toContain('Sam: coaching');
});

test('many found at once are one digest; what comes within the hour waits for the next', async () => {
  const w = await open();
  await seen(w);
  for (const [i, time] of ['13:00', '13:30'].entries()) await w.addEvent({ id: `eva0${String(i)}`, summary: `Eva ${String(i)}`, start: on(0, time), guests: [`eva${String(i)}@client.example`] });
  await seen(w);
  expect(await findings(w)).toHaveLength(3);
  expect(await digests(w)).toHaveLength(1);
  await w.addEvent({ id: 'late00', summary: 'Late', start: on(7, '13:00'), guests: ['late@client.example'] });
  await w.pass(20 * MINUTE);
  await w.pass(2 * MINUTE);
  expect(await digests(w)).toHaveLength(1);
  await w.pass(HOUR);
  expect(await digests(w)).toHaveLength(2);
});

test('a drag over another session that comes to rest elsewhere is nothing', async () => {
  const w = await open();
  await seen(w);
  await w.addEvent(samsSession);
  await w.pass(30 * MINUTE);
  await w.moveTo(SAMS_ID, on(1, '10:00'));
  await w.all('update calendars set wake_at = :now, dirty = dirty + 1 returning id', { now: param(w.now()) });
  await w.settle();
  await w.pass(MINUTE);
  await seen(w);
  expect(await digests(w)).toEqual([]);
});

test('an invitation over Dana\'s session: found; Dana moves; then the invitation is accepted, and not before', async () => {
  const w = await open();
  await seen(w);
  await invite(w);
  await seen(w);
  expect(await findings(w)).toMatchObject([{ kind: 'invitation', is_baseline: false }]);
  const answer = async (): Promise<string | undefined> => (await eventById(w, 'boardmeeting'))?.attendees?.find((a) => a.email === KIM.email)?.responseStatus;
  const asked = await askOnPage(w, DANAS_ID);
  expect(asked.status).toBe(200);
  expect(await answer()).toBe('needsAction');
  const FREE = (await startsIn(w, DANA.email))[0] ?? MONDAY;
  await choose(w, FREE);
  await w.settle();
  expect(await answer()).toBe('accepted');
  expect(await standsAt(w, FREE)).toEqual([DANA.email]);
  expect(await requestOf(w, asked.id)).toMatchObject({ state: 'booked' });
  expect(await w.all(`select kind, state from google_writes where kind = 'accept'`)).toEqual([{ kind: 'accept', state: 'confirmed' }]);
});

test('Kim declines the invitation in Google while Dana is asked: Dana moves if she chooses, nothing is accepted, and the matter ends', async () => {
  const w = await open();
  await seen(w);
  await invite(w);
  await seen(w);
  const asked = await askOnPage(w, DANAS_ID);
  await w.patchEvent('boardmeeting', { attendees: [{ email: KIM.email, responseStatus: 'declined' }] });
  const FREE = (await startsIn(w, DANA.email))[0] ?? MONDAY;
  await choose(w, FREE);
  await w.settle();
  await w.pass(MINUTE);
  expect(await requestOf(w, asked.id)).toMatchObject({ state: 'withdrawn' });
  expect((await eventById(w, 'boardmeeting'))?.attendees?.find((a) => a.email === KIM.email)?.responseStatus).toBe('declined');
  expect(await liveHolds(w)).toEqual([]);
});

test('what is no session is not found: lunch, a group, one client\'s own two sessions; and an answered invitation', async () => {
  const w = await open();
  await seen(w);
  await w.addEvent({ id: 'lunch0', summary: 'Lunch', start: MONDAY });
  await w.addEvent({ id: 'group0', summary: 'Group', start: MONDAY, guests: ['a@client.example', 'b@client.example'] });
  await w.addEvent({ id: 'danaagain', summary: 'Dana again', start: MONDAY, guests: [DANA.email] });
  await invite(w);
  await w.patchEvent('boardmeeting', { attendees: [{ email: KIM.email, responseStatus: 'accepted' }] });
  await seen(w);
  expect(await findings(w)).toEqual([]);
});

test('a stranger\'s id, a forged guard and an old page change nothing', async () => {
  const w = await open();
  await seen(w);
  await w.addEvent(samsSession);
  await seen(w);
  const [finding] = await findings(w);
  const page = await signedIn(w);
  expect((await page.get('/overlaps/fi_0000000000000000')).page).toContain('Sam: coaching'); // the list, as it is
  expect((await page.get('/overlaps/nonsense')).status).toBe(404);
  expect((await page.post(`/overlaps/${finding?.id ?? ''}`, { do: 'dance' })).status).toBe(400);
  expect((await page.post(`/overlaps/${finding?.id ?? ''}`, { do: 'leave', guard: 'x' })).status).toBe(401);
  const guard = /name="guard" value="([^"]*)"/.exec((await page.get(`/overlaps/${finding?.id ?? ''}`)).page)?.[1] ?? '';
  await w.deleteEvent(SAMS_ID);
  await seen(w);
  expect((await page.post(`/overlaps/${finding?.id ?? ''}`, { do: 'leave', guard })).status).toBe(200);
  expect(await findings(w)).toMatchObject([{ left_at: null }]);
});
