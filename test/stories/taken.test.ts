import { expect, test } from 'vitest';
import { allMails, askDana, choose, DANAS_INSTANCE, danasSession, expectDanaUntouched, expectLanded, expectNothingStuck, expectNotLanded, holdCall, INSERTS, linkTo, liveHolds, look, MONDAY, on, PATCHES, pendingReason, requestOf, standsAt, startsIn, startsOn, subjectsTo, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM } from '../support/world.js';

const open = worlds();
const TWO = at(MONDAY, 1);

test('Dana\'s choice was taken in Google, unknown to the mirror: she stays, and the same page shows fresh times', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.addEvent({ summary: 'Dentist', start: TWO });
  const page = await choose(w, TWO);
  expect(page.page).toContain('no longer free');
  expect(startsOn(page.page)).not.toContain(TWO);
  await w.settle();
  await expectDanaUntouchedWhileAsked(w, id);
  expect(await liveHolds(w)).toHaveLength(1); // the promise stays

  const next = startsOn((await look(await linkTo(w, DANA.email))).page)[0];
  if (!next) throw new Error('no fresh time');
  await choose(w, next);
  await w.settle();
  await expectLanded(w, id, MONDAY);
  expect(await standsAt(w, next)).toEqual([DANA.email]);
  expect(await standsAt(w, TWO)).toEqual(['Dentist']);
});

test('Dana\'s choice was taken in Google, known to the mirror: fresh times, without a call to Google', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.addEvent({ summary: 'Dentist', start: at(TWO, 0.5) });
  await w.pass(30_000);
  const page = await choose(w, TWO);
  expect(page.status).toBe(409);
  expect(startsOn(page.page)).not.toContain(TWO);
  await expectDanaUntouchedWhileAsked(w, id);
});

test('Dana\'s choice was booked by another client meanwhile: a hold or an event, it is gone', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.request(TWO, { name: 'Alex', email: 'alex@client.example' });
  const page = await choose(w, TWO);
  expect(page.status).toBe(409);
  await w.settle();
  await expectDanaUntouchedWhileAsked(w, id);
  expect(await standsAt(w, TWO)).toEqual(['alex@client.example']);
});

test.each(['different slots', 'the same slot'])('two clicks at once on %s: one choice, one move, one mail', async (which) => {
  const w = await open();
  const id = await askDana(w);
  const [first = MONDAY, second = MONDAY] = await startsIn(w, DANA.email);
  const wanted = which === 'the same slot' ? [first, first, first] : [first, second, first];
  const answers = await Promise.all(wanted.map((s) => choose(w, s)));
  for (const answer of answers) expect(answer.status).toBeLessThan(500);
  await w.settle();
  await expectLanded(w, id, MONDAY);
  const moves = (await w.writes()).filter((x) => x.kind === 'patch' && x.eventId === DANAS_INSTANCE);
  expect(moves).toHaveLength(1);
  const taken = [...new Set(wanted)].filter((s) => Math.abs(s - MONDAY) > 0);
  const stands = await Promise.all(taken.map((s) => standsAt(w, s)));
  expect(stands.flat().filter((x) => x === DANA.email)).toHaveLength(1);
  expect((await subjectsTo(w, DANA.email)).filter((s) => s.startsWith('Updated invitation'))).toHaveLength(1);
});

test('a choice and a "keep" at the same moment: one of them counts, wholly', async () => {
  const w = await open();
  const id = await askDana(w);
  const link = await linkTo(w, DANA.email);
  await Promise.all([choose(w, TWO), w.post(link, { keep: '1' })]);
  await w.settle();
  if ((await requestOf(w, id))?.state === 'booked') expect(await standsAt(w, TWO)).toEqual([DANA.email]);
  else {
    expect(await pendingReason(w, id)).toBe('kept');
    await expectDanaUntouched(w);
  }
});

test('a clash slips in between the last look and the insert: undone before anybody heard of it, and Kim decides anew', async () => {
  const w = await open();
  const hold = await holdCall(w, INSERTS);
  const asked = w.request(on(0, '15:00'));
  await hold.held();
  await w.addEvent({ summary: 'Dentist', start: on(0, '15:30') });
  await hold.letGo();
  const answer = await asked;
  await w.settle();
  expect(await pendingReason(w, answer.body.id)).toBe('taken-again');
  expect(await standsAt(w, on(0, '15:30'))).toEqual(['Dentist']);
  await expectNotLanded(w, answer.body.id);
  const ours = (await w.writes()).filter((x) => x.eventId.startsWith('mk'));
  expect(ours.map((x) => [x.kind, x.sendUpdates])).toEqual([['insert', 'none'], ['delete', 'none']]);
  expect(await subjectsTo(w, SAM.email)).toEqual([]);
  expect((await subjectsTo(w, KIM.email)).filter((s) => s.includes('booked'))).toEqual([]);
  expect(await liveHolds(w)).toEqual([]);
});

test('the same under option 2: Dana has moved, Sam\'s event is undone, Dana is not moved again', async () => {
  const w = await open();
  const id = await askDana(w);
  await choose(w, TWO);
  const hold = await holdCall(w, INSERTS);
  const settled = w.settle();
  await hold.held();
  await w.addEvent({ summary: 'Dentist', start: MONDAY });
  await hold.letGo();
  await settled;
  await w.settle();
  expect(await pendingReason(w, id)).toBe('taken-again');
  expect(await standsAt(w, MONDAY)).toEqual(['Dentist']);
  expect(await standsAt(w, TWO)).toEqual([DANA.email]);
  await expectNotLanded(w, id);
  expect(await subjectsTo(w, SAM.email)).toEqual([]);
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.stringContaining('Could we move'), expect.stringContaining('Updated invitation')]);
  expect(await liveHolds(w)).toEqual([]);
  await expectNothingStuck(w);
});

test('something slips into the new window before the patch: Dana is moved back to her time, and the request is Kim\'s', async () => {
  const w = await open();
  const id = await askDana(w);
  const hold = await holdCall(w, PATCHES);
  const clicked = choose(w, TWO);
  await hold.held();
  await w.addEvent({ summary: 'Dentist', start: at(TWO, 0.5) });
  await hold.letGo();
  const page = await clicked;
  expect(page.status).toBe(200);
  await w.settle();
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect(await danasSession(w)).toEqual({ status: 'scheduled', scheduled_at: MONDAY, invite_sent: false, cancellation_reason: null });
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'slipped-in' });
  await expectNotLanded(w, id);
  expect(await liveHolds(w)).toEqual([]);
  expect((await w.writes()).filter((x) => x.eventId === DANAS_INSTANCE).map((x) => x.kind)).toEqual(['patch', 'patch']);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
});

test('the same for a session known by its title: as she is moved back, Dana is never told of a new time', async () => {
  const w = await open({ events: [{ id: 'danatitle', summary: 'Dana 13h', start: MONDAY }] });
  await askDana(w, { address: DANA.email, client_name: 'Dana' });
  const hold = await holdCall(w, PATCHES);
  const clicked = choose(w, TWO);
  await hold.held();
  await w.addEvent({ summary: 'Dentist', start: at(TWO, 0.5) });
  await hold.letGo();
  await clicked;
  await w.settle();
  expect(await standsAt(w, MONDAY)).toEqual(['Dana 13h']);
  expect(await subjectsTo(w, DANA.email)).toEqual(['Could we move your session?']);
});

test('both windows were taken while the patch was on its way: Dana stays at the new one, Kim is told, nothing lands', async () => {
  const w = await open();
  const id = await askDana(w);
  const hold = await holdCall(w, PATCHES);
  const clicked = choose(w, TWO);
  await hold.held();
  await w.addEvent({ summary: 'Dentist', start: at(TWO, 0.5) });
  await w.addEvent({ summary: 'Plumber', start: MONDAY });
  await hold.letGo();
  await clicked;
  await w.settle();
  expect(await standsAt(w, MONDAY)).toEqual(['Plumber']);
  expect(await standsAt(w, TWO)).toEqual(['Dentist', DANA.email]);
  expect(await pendingReason(w, id)).toBe('taken-again');
  expect(await subjectsTo(w, KIM.email)).toEqual([expect.stringContaining('asks for'), expect.stringContaining('overlap'), expect.stringContaining('asks for')]);
  await expectNotLanded(w, id);
});

test('the original time is taken again while the patch is on its way: nothing is written there, Dana is not moved again', async () => {
  const w = await open();
  const id = await askDana(w);
  const hold = await holdCall(w, PATCHES);
  const clicked = choose(w, TWO);
  await hold.held();
  await w.addEvent({ summary: 'Plumber', start: at(MONDAY, 0.5), hours: 0.5 });
  await hold.letGo();
  await clicked;
  await w.settle();
  expect(await pendingReason(w, id)).toBe('taken-again');
  expect(await standsAt(w, TWO)).toEqual([DANA.email]);
  expect((await w.writes()).filter((x) => x.eventId === DANAS_INSTANCE)).toHaveLength(1);
  expect((await w.writes()).filter((x) => x.eventId.startsWith('mk'))).toEqual([]);
  expect(await danasSession(w)).toEqual({ status: 'scheduled', scheduled_at: TWO, invite_sent: false, cancellation_reason: null });
  await expectNotLanded(w, id);

  // It lands however the time becomes free: the plumber cancels.
  const [plumber] = await w.inGoogle(MONDAY);
  await w.deleteEvent(plumber?.id ?? '');
  await w.pass(30_000);
  await w.pass(60_000);
  await expectLanded(w, id, MONDAY);
});

test('Dana\'s guest answer changes the event\'s etag while the patch is on its way: she is still moved, once', async () => {
  const w = await open();
  const id = await askDana(w);
  const hold = await holdCall(w, PATCHES);
  const clicked = choose(w, TWO);
  await hold.held();
  await w.patchEvent(DANAS_INSTANCE, { attendees: [{ email: DANA.email, responseStatus: 'accepted' }] }, DANA.email);
  await hold.letGo();
  const page = await clicked;
  expect(page.status).toBe(200);
  await w.pass(2_000);
  await expectLanded(w, id, MONDAY);
  const [dana] = await w.inGoogle(TWO);
  expect(dana?.attendees).toEqual([expect.objectContaining({ email: DANA.email })]);
  expect((await w.writes()).filter((x) => x.calendarId === KIM.email && x.eventId === DANAS_INSTANCE && x.kind === 'patch')).toHaveLength(1);
});

test('Kim drags the session elsewhere while the patch is on its way: that is hers to decide, and the request lands', async () => {
  const w = await open();
  const id = await askDana(w);
  const elsewhere = on(2, '10:00');
  const hold = await holdCall(w, PATCHES);
  const clicked = choose(w, TWO);
  await hold.held();
  await w.moveTo(DANAS_INSTANCE, elsewhere);
  await hold.letGo();
  await clicked;
  await w.pass(2_000);
  expect(await standsAt(w, elsewhere)).toEqual([DANA.email]);
  expect(await standsAt(w, TWO)).toEqual([]);
  await w.pass(30_000);
  await w.pass(61_000);
  await expectLanded(w, id, MONDAY);
  expect(await standsAt(w, elsewhere)).toEqual([DANA.email]);
});

test('Kim deletes Sam\'s event before Sam was invited: it is not fought, Kim decides anew, and nobody hears of a booking', async () => {
  const w = await open();
  const hold = await holdCall(w, PATCHES);
  const asked = w.request(on(0, '15:00'));
  await hold.held();
  const [ours] = await w.inGoogle(on(0, '15:00'));
  await w.deleteEvent(ours?.id ?? '');
  await hold.letGo();
  const answer = await asked;
  await w.pass(2_000);
  expect(await pendingReason(w, answer.body.id)).toBe('deleted-at-landing');
  expect(await standsAt(w, on(0, '15:00'))).toEqual([]);
  await expectNotLanded(w, answer.body.id);
  expect((await allMails(w)).filter((m) => /booked|Invitation/.test(m.subject))).toEqual([]);
  expect(await liveHolds(w)).toEqual([]);
});

async function expectDanaUntouchedWhileAsked(w: Awaited<ReturnType<typeof open>>, id: string): Promise<void> {
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'asked' });
  expect(await danasSession(w)).toEqual({ status: 'scheduled', scheduled_at: MONDAY, invite_sent: true, cancellation_reason: `pending_reschedule_for_${id}` });
  expect((await w.writes()).filter((x) => x.eventId === DANAS_INSTANCE)).toEqual([]);
}
