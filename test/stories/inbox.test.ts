/** Kim drops events on her requests calendar; each is a request, shows how it stands, changes with the event, and goes with it. */
import { expect, test } from 'vitest';
import { DAY } from '../../src/kernel/interval.js';
import { aRequestsCalendar } from '../support/inbox.js';
import { askDana, choose, decide, expectLanded, linkTo, MONDAY, on, standsAt, startsIn, subjectsTo, worlds } from '../support/story.js';
import { DANA, KIM, SAM } from '../support/world.js';

const aWorld = worlds();
const SAMS = `Sam ${SAM.email} 60 min`;

test('an event over a session waits for the coach, and its title and description say so', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: SAMS, start: MONDAY });
  const request = await box.request(event.id);
  expect(request).toMatchObject({ state: 'pending_resolution', pending_reason: 'taken', wanted_at: MONDAY, length_minutes: 60, email: SAM.email, name: 'Sam', source: 'calendar' });
  expect(event.summary).toBe(`⏳ ${SAMS} ‹waiting for you›`);
  expect(event.description).toContain(`${w.url}/pending/${request?.id}`);
  expect(event.description).not.toContain('/l/');
  expect(await subjectsTo(w, KIM.email)).toHaveLength(1);
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  // Our own write comes back, and is nothing new.
  const writes = await box.ours(event.id);
  for (let i = 0; i < 4; i++) await w.pass(60_000);
  expect(await box.ours(event.id)).toEqual(writes);
  expect(writes).toEqual(['insert', 'patch']);
});

test('a free time is booked at once, and the event is tidied away without a word', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: `Sam ${SAM.email}`, start: on(0, '15:00') });
  const request = await box.request(event.id);
  await expectLanded(w, request?.id ?? '', on(0, '15:00'));
  expect((await box.get(event.id)).status).toBe('cancelled');
  expect(await box.ours(event.id)).toEqual(['insert', 'delete']);
  expect(await box.row(event.id)).toMatchObject({ state: 'tidied', wake_at: null });
});

test('the title follows the course: asked, and gone when it has landed', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: SAMS, start: MONDAY });
  await decide(w, { do: 'option2' });
  await w.settle();
  expect(await box.title(event.id)).toMatch(new RegExp(`^✉️ ${SAMS} ‹asked, answer until \\w{3} \\d\\d:\\d\\d›$`));
  const [slot] = await startsIn(w, DANA.email);
  await choose(w, slot ?? MONDAY);
  await w.settle();
  await expectLanded(w, (await box.request(event.id))?.id ?? '', MONDAY);
  expect((await box.get(event.id)).status).toBe('cancelled');
});

test('moving the event changes the wish: the ask of before ends, and the coach decides anew', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: SAMS, start: MONDAY });
  const old = await linkTo(w, KIM.email);
  await decide(w, { do: 'option2' });
  await w.settle();
  const before = await box.request(event.id);
  await box.moveTo(event.id, on(7, '13:00'));
  await box.seen();
  const after = await box.request(event.id);
  expect(after).toMatchObject({ id: before?.id, state: 'pending_resolution', pending_reason: 'taken', wanted_at: on(7, '13:00') });
  expect(after?.revision).toBeGreaterThan(before?.revision ?? 0);
  expect((await subjectsTo(w, DANA.email)).filter((s) => s.includes('Nothing to do'))).toHaveLength(1);
  expect(await w.all('select 1 from holds where released_at is null')).toEqual([]);
  expect(await box.title(event.id)).toBe(`⏳ ${SAMS} ‹waiting for you›`);
  // The decision of before only tells.
  const asks = async (): Promise<unknown> => w.all('select id from resolutions');
  const asked = await asks();
  await decide(w, { do: 'option2' }, old);
  expect(await asks()).toEqual(asked);
  // To a free time: booked.
  await box.moveTo(event.id, on(1, '10:00'));
  await box.seen();
  await expectLanded(w, before?.id ?? '', on(1, '10:00'));
});

test('deleting the event takes the request back, and only who was asked hears of it', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: SAMS, start: MONDAY });
  await decide(w, { do: 'option2' });
  await w.settle();
  await box.remove(event.id);
  await box.seen();
  expect(await box.request(event.id)).toMatchObject({ state: 'withdrawn' });
  expect((await subjectsTo(w, DANA.email)).filter((s) => s.includes('Nothing to do'))).toHaveLength(1);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(1);
  expect(await subjectsTo(w, SAM.email)).toEqual([]);
  expect(await box.row(event.id)).toMatchObject({ state: 'gone', wake_at: null });
});

test('a declined request says so for a day, and is tidied then', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  const event = await box.drop({ title: SAMS, start: MONDAY });
  await decide(w, { do: 'decline' });
  await w.settle();
  expect(await box.title(event.id)).toBe(`✖️ ${SAMS} ‹declined›`);
  await w.pass(DAY - 60_000);
  expect((await box.get(event.id)).status).toBe('confirmed');
  await w.pass(120_000);
  expect((await box.get(event.id)).status).toBe('cancelled');
});

test('a time that is promised to somebody else is waited for', async () => {
  const w = await aWorld();
  const box = await aRequestsCalendar(w);
  await askDana(w);
  const event = await box.drop({ title: 'Eva eva@client.example', start: MONDAY });
  expect(await box.request(event.id)).toMatchObject({ pending_reason: 'promised' });
  expect(event.summary).toContain('‹waits for its turn›');
});
