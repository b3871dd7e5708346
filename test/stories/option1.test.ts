import { expect, test } from 'vitest';
import { DAY } from '../../src/kernel/interval.js';
import { expectDanaUntouched, expectLanded, expectNothingStuck, expectNotLanded, linkTo, liveHolds, look, MONDAY, offerSam, pendingReason, pick, requestOf, standsAt, startsIn, startsOn, subjectsTo, worlds } from '../support/story.js';
import { at, KIM, SAM } from '../support/world.js';

const open = worlds();

test('Sam is offered other times, picks one, and only then a session exists: at that time and nowhere else', async () => {
  const w = await open();
  const before = await w.writes();
  const id = await offerSam(w);
  const offered = await startsIn(w, SAM.email);
  expect(offered).toHaveLength(4);
  expect(offered).not.toContain(MONDAY);
  expect(await w.writes()).toEqual(before);
  expect(await w.all('select 1 from sessions where request_id is not null')).toEqual([]);
  expect(await liveHolds(w)).toEqual([]);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'offered' });

  const chosen = offered[2] ?? MONDAY;
  const page = await pick(w, chosen);
  expect(page.status).toBe(200);
  expect(page.page).toContain('Your session is booked');
  await w.settle();
  await expectLanded(w, id, chosen);
  for (const other of offered.filter((s) => Math.abs(s - chosen) >= 3_600_000)) expect(await standsAt(w, other)).toEqual([]);
  await expectDanaUntouched(w);
  expect(await w.one('select state from resolutions')).toEqual({ state: 'landed' });
  expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('Times for your session'), expect.stringContaining('Invitation')]);
});

test('the picked time was taken in Google, unknown to the mirror: the same page shows fresh times, and nothing was written', async () => {
  const w = await open();
  const id = await offerSam(w);
  const [lost] = await startsIn(w, SAM.email);
  if (!lost) throw new Error('nothing offered');
  await w.addEvent({ summary: 'Dentist', start: lost });
  const before = await w.writes();
  const page = await pick(w, lost);
  expect(page.page).toContain('no longer free');
  expect(startsOn(page.page)).not.toContain(lost);
  expect(startsOn(page.page).length).toBeGreaterThan(0);
  expect(await w.writes()).toEqual(before);
  await expectNotLanded(w, id);
  expect(await liveHolds(w)).toEqual([]);
  expect(await pendingReason(w, id)).toBe('offered');
  await w.settle();

  const next = startsOn(page.page)[0];
  if (!next) throw new Error('no fresh time');
  await pick(w, next);
  await w.settle();
  await expectLanded(w, id, next);
  expect(await standsAt(w, lost)).toEqual(['Dentist']);
  await expectDanaUntouched(w);
});

test('the picked time was taken in Google, known to the mirror: fresh times on the same page, before Google is asked', async () => {
  const w = await open();
  const id = await offerSam(w);
  const [lost] = await startsIn(w, SAM.email);
  if (!lost) throw new Error('nothing offered');
  await w.addEvent({ summary: 'Dentist', start: at(lost, -0.5) });
  await w.pass(30_000);
  const calls = (await w.reads()).length;
  const page = await pick(w, lost);
  expect(page.status).toBe(409);
  expect(page.page).toContain('taken a moment ago');
  expect(startsOn(page.page)).not.toContain(lost);
  expect((await w.reads()).length).toBe(calls);
  expect(await pendingReason(w, id)).toBe('offered');
  expect(await liveHolds(w)).toEqual([]);
  // The same link now shows the fresh times.
  expect(startsOn((await look(await linkTo(w, SAM.email))).page)).toEqual(startsOn(page.page));
});

test('a time that was never offered is not booked, however free it is', async () => {
  const w = await open();
  const id = await offerSam(w);
  const offered = await startsIn(w, SAM.email);
  const page = await pick(w, at(offered[0] ?? MONDAY, 24 * 14 + 0.25));
  expect(page.status).toBe(409);
  await w.settle();
  await expectNotLanded(w, id);
});

test('Sam says nothing: reminded once at half time; at the deadline the request is back with Kim, and the link acts no more', async () => {
  const w = await open();
  const id = await offerSam(w);
  const offered = await startsIn(w, SAM.email);
  await w.pass(DAY / 2 - 60_000);
  expect(await subjectsTo(w, SAM.email)).toHaveLength(1);
  await w.pass(60_000);
  expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('Times for your session'), expect.stringContaining('Re: Times for your session')]);
  await w.pass(DAY / 2 - 60_000);
  expect(await pendingReason(w, id)).toBe('offered');
  await w.pass(60_000);
  expect(await pendingReason(w, id)).toBe('offer-expired');
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
  await pick(w, offered[0] ?? MONDAY);
  await w.settle();
  expect(await pendingReason(w, id)).toBe('offer-expired');
  await expectNotLanded(w, id);
  await expectDanaUntouched(w);
  await expectNothingStuck(w);
});

test('silence after option 1 goes back to Kim even where silence of the existing client leads to option 1: Sam is not mailed for ever', async () => {
  const w = await open({ policy: { afterSilence: 'option1' } });
  const id = await offerSam(w);
  await w.pass(DAY);
  expect(await pendingReason(w, id)).toBe('offer-expired');
  await w.pass(DAY);
  expect((await subjectsTo(w, SAM.email)).filter((s) => s.startsWith('Times for'))).toHaveLength(1);
});
