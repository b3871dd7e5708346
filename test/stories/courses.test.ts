/** Turns that a story can take besides the straight way: none of these, withdrawn, freed in another way, not permitted, by itself. */
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, type Instant } from '../../src/kernel/interval.js';
import { wallClock } from '../../src/kernel/zone.js';
import { askDana, choose, DANAS_ID, DANAS_INSTANCE, decide, expectDanaUntouched, expectLanded, expectNothingStuck, expectNotLanded, linkTo, liveHolds, look, MONDAY, offerSam, on, PATCHES, pendingReason, pick, requestOf, standsAt, startsIn, startsOn, subjectsTo, trouble, wish, worlds, type Answered } from '../support/story.js';
import { ASKED, ASKED_AND_OVER, toDana } from '../support/edits.js';
import { at, DANA, KIM, SAM, ZONE, type World } from '../support/world.js';

const open = worlds();
const post = async (w: World, email: string, form: Record<string, string | string[]>): Promise<Answered> => {
  const answer = await w.post(await linkTo(w, email), form);
  return { status: answer.status, page: await answer.text() };
};
const hour = (start: Instant): number => wallClock(start, ZONE).hour;
const day = (start: Instant): string => wallClock(start, ZONE).date;

describe('none of these', () => {
  test.each([['the existing client', askDana, DANA.email], ['the incoming client', offerSam, SAM.email]] as const)('%s sees fresh times on the same page, of the kind that would suit; those passed over do not come back', async (_, begin, email) => {
    const w = await open();
    const id = await begin(w);
    const first = await startsIn(w, email);
    const mornings = await post(w, email, { none: '1', facet: 'mornings' });
    expect(mornings.status).toBe(200);
    const second = startsOn(mornings.page);
    expect(second.length).toBeGreaterThan(2);
    expect(second.every((s) => hour(s) < 12 && !first.includes(s))).toBe(true);
    const elsewhere = startsOn((await post(w, email, { none: '1', facet: ['afternoons', 'other-days'] })).page);
    expect(elsewhere.length).toBeGreaterThan(2);
    expect(elsewhere.every((s) => hour(s) >= 12 && !second.map(day).includes(day(s)) && !first.includes(s))).toBe(true);
    // What was passed over is no choice any more, even by an old link.
    expect((await choose(w, second[0] ?? MONDAY, email)).status).toBe(409);
    await expectDanaUntouched2(w, email);
    const chosen = elsewhere[0] ?? MONDAY;
    await choose(w, chosen, email);
    await w.settle();
    await expectLanded(w, id, email === DANA.email ? MONDAY : chosen);
    if (email === DANA.email) expect(await standsAt(w, chosen)).toEqual([DANA.email]);
    await expectNothingStuck(w);
  });
  /** While Dana is asked her session is marked, but stands. */
  async function expectDanaUntouched2(w: World, email: string): Promise<void> {
    if (email === SAM.email) return expectDanaUntouched(w);
    expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  }

  test('when there is no such time, it is said, and the offer stays as it was', async () => {
    const w = await open({ policy: { workingHours: [{ weekday: 1, from: '13:00', to: '16:00' }], horizonMs: 16 * DAY } });
    await askDana(w);
    const before = await startsIn(w, DANA.email);
    const answer = await post(w, DANA.email, { none: '1', facet: 'mornings' });
    expect(answer.status).toBe(409);
    expect(answer.page).toContain('There is no other free time like that');
    expect(startsOn(answer.page)).toEqual(before);
    expect((await post(w, DANA.email, { none: '1', facet: 'evenings' })).status).toBe(400);
  });

  test('after the end it tells the present truth and revives nothing', async () => {
    const w = await open();
    await askDana(w);
    await w.pass(DAY);
    const before = await w.fingerprint();
    const answer = await post(w, DANA.email, { none: '1' });
    expect(answer.page).toContain('Nothing to do any more');
    expect(await w.fingerprint()).toBe(before);
  });
});

describe('withdrawn', () => {
  const withdraw = async (w: World, id: string): Promise<{ status: number; body: { state: string } }> => {
    const answer = await fetch(`${w.url}/api/v1/booking-requests/${id}/withdraw`, { method: 'POST', headers: { authorization: `Bearer ${w.apiKey}` } });
    return { status: answer.status, body: (await answer.json()) as { state: string } };
  };

  test('while Dana is asked: she hears once that there is nothing to do, the coach that it is over; twice is once', async () => {
    const w = await open();
    const id = await askDana(w);
    expect(await withdraw(w, id)).toMatchObject({ status: 200, body: { state: 'withdrawn' } });
    await w.settle();
    const after = await w.fingerprint();
    expect(await withdraw(w, id)).toMatchObject({ status: 200, body: { state: 'withdrawn' } });
    await w.settle();
    expect(await w.fingerprint()).toBe(after);
    await expectDanaUntouched(w);
    await expectNotLanded(w, id);
    expect(await liveHolds(w)).toEqual([]);
    expect(await toDana(w)).toEqual(ASKED_AND_OVER);
    expect((await subjectsTo(w, KIM.email)).at(-1)).toContain('has withdrawn');
    expect(await subjectsTo(w, SAM.email)).toEqual([]);
    expect((await choose(w, at(MONDAY, 1))).page).toContain('Nothing to do any more');
  });

  test('on the page of an offer, after one more question; looking at it withdraws nothing', async () => {
    const w = await open();
    const id = await offerSam(w);
    const link = await linkTo(w, SAM.email);
    expect((await look(`${link}?withdraw=1`)).page).toContain('Withdraw your request?');
    expect(await pendingReason(w, id)).toBe('offered');
    expect((await post(w, SAM.email, { withdraw: '1' })).page).toContain('Your request is withdrawn');
    expect((await requestOf(w, id))?.state).toBe('withdrawn');
    // The coach's own link now only tells.
    expect((await decide(w, { do: 'option2' })).page).toContain('Withdrawn');
    await expectDanaUntouched(w);
  });

  test('not the client who was asked, not a booked session, not somebody without a key', async () => {
    const w = await open();
    const id = await askDana(w);
    expect((await post(w, DANA.email, { withdraw: '1' })).status).toBe(400);
    expect((await fetch(`${w.url}/api/v1/booking-requests/${id}/withdraw`, { method: 'POST' })).status).toBe(401);
    expect(await pendingReason(w, id)).toBe('asked');
    await choose(w, at(MONDAY, 1));
    await w.settle();
    expect(await withdraw(w, id)).toMatchObject({ status: 409, body: { state: 'booked' } });
    await expectLanded(w, id, MONDAY);
  });
});

describe('while other times are offered, the wanted one becomes free', () => {
  test('it is booked after all, once the freedom has settled; the page tells so', async () => {
    const w = await open();
    const id = await offerSam(w);
    await w.moveTo(DANAS_INSTANCE, on(1, '10:00'));
    await w.pass(30_000);
    expect(await pendingReason(w, id)).toBe('offered');
    await w.pass(MINUTE);
    await expectLanded(w, id, MONDAY);
    expect(await w.one('select state, end_reason from resolutions')).toEqual({ state: 'ended', end_reason: 'superseded' });
    expect((await look(await linkTo(w, SAM.email))).page).toContain('Your session is booked');
    expect((await pick(w, (await startsIn(w, SAM.email))[0] ?? MONDAY)).page).toContain('Your session is booked');
    expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('Times for your session'), expect.stringContaining('Invitation')]);
    await expectNothingStuck(w);
  });
  test('not where the coach lands by hand: the offer stays open', async () => {
    const w = await open({ policy: { land: 'manual' } });
    const id = await offerSam(w);
    await w.deleteEvent(DANAS_INSTANCE);
    await w.pass(30_000);
    await w.pass(2 * MINUTE);
    expect(await pendingReason(w, id)).toBe('offered');
    expect(await standsAt(w, MONDAY)).toEqual([]);
  });
});

test('Google refuses the move for good: nothing has changed, Dana hears that it is over, and the coach that they can move it', async () => {
  const w = await open();
  const id = await askDana(w);
  await trouble(w, { ...PATCHES, times: 1, status: 403, reason: 'forbiddenForNonOrganizer' });
  await choose(w, at(MONDAY, 1));
  await w.settle();
  expect(await pendingReason(w, id)).toBe('no-permission');
  await expectDanaUntouched(w);
  expect(await toDana(w)).toEqual(ASKED_AND_OVER);
  expect((await look(await linkTo(w, KIM.email))).page).toContain('Move it yourself in Google');
  expect(await liveHolds(w)).toEqual([]);
  // The coach does.
  await w.moveTo(DANAS_INSTANCE, at(MONDAY, 1));
  await w.pass(30_000);
  await w.pass(MINUTE);
  await expectLanded(w, id, MONDAY);
});

describe('several wanted times', () => {
  const TUESDAY = on(1, '10:00');
  const evasSession = { id: 'evasession', summary: 'Eva: coaching', start: TUESDAY, guests: ['eva@client.example'] };
  const danas = { id: DANAS_ID, summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] };

  test('none is free: the coach sees what each would take, and asks about the second', async () => {
    const w = await open({ events: [danas, evasSession, { summary: 'Lunch', start: on(2, '12:00') }] });
    const id = await wish(w, [MONDAY, TUESDAY, on(2, '12:00'), on(3, '18:00')]);
    const { page } = await look(await linkTo(w, KIM.email));
    expect(page).toContain('Ask dana@client.example to move');
    expect(page).toContain('eva@client.example sits there and could be asked to move');
    expect(page).toContain('What stands there is not a client');
    expect(page).toContain('Nothing stands there; it can be booked by hand.');
    const [mail] = await w.mailsTo(KIM.email);
    expect(mail?.text).toContain('eva@client.example sits there and could be asked to move');

    expect((await decide(w, { do: 'option2', wanted: new Date(TUESDAY).toISOString() })).status).toBe(200);
    await w.settle();
    expect(await toDana(w)).toEqual([]);
    const choices = await startsIn(w, 'eva@client.example');
    expect(choices).not.toContain(TUESDAY);
    await choose(w, choices[0] ?? TUESDAY, 'eva@client.example');
    await w.settle();
    await expectLanded(w, id, TUESDAY);
    expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
    expect(await standsAt(w, choices[0] ?? TUESDAY)).toEqual(['eva@client.example']);
  });

  test('a time that was not asked for is refused, and changes nothing', async () => {
    const w = await open({ events: [danas, evasSession] });
    await wish(w, [MONDAY]);
    const before = await w.fingerprint();
    expect((await decide(w, { do: 'option2', wanted: new Date(TUESDAY).toISOString() })).page).toContain('That time was not asked for');
    expect(await w.fingerprint()).toBe(before);
  });
});

describe('an option that is taken by itself', () => {
  test('option 1: Sam has the times at once, the coach no question', async () => {
    const w = await open({ policy: { byItself: 'option1' } });
    const id = await wish(w);
    expect(await pendingReason(w, id)).toBe('offered');
    expect(await subjectsTo(w, KIM.email)).toEqual([]);
    const [start = MONDAY] = await startsIn(w, SAM.email);
    await pick(w, start);
    await w.settle();
    await expectLanded(w, id, start);
    await expectDanaUntouched(w);
  });

  test('option 2 for a known client: Dana is asked at once. For a stranger the coach decides', async () => {
    const w = await open({ policy: { byItself: 'option2' } });
    const stranger = await wish(w);
    expect(await pendingReason(w, stranger)).toBe('taken');
    expect(await toDana(w)).toEqual([]);
    await w.addEvent({ summary: 'Noor', start: on(2, '09:00'), guests: ['noor@client.example'] });
    await w.pass(MINUTE);
    const id = await wish(w, MONDAY, { name: 'Noor', email: 'noor@client.example' });
    expect(await pendingReason(w, id)).toBe('asked');
    expect(await toDana(w)).toEqual(ASKED);
    await choose(w, at(MONDAY, 1));
    await w.settle();
    await expectLanded(w, id, MONDAY, 'noor@client.example');
    await expectNothingStuck(w);
  });

  test('option 2 is not possible (nobody can be asked at that time): the coach decides, and nothing of the attempt is left', async () => {
    const w = await open({ policy: { byItself: 'option2' }, events: [{ summary: 'Lunch', start: MONDAY }, { summary: 'Sam', start: on(2, '09:00'), guests: [SAM.email] }] });
    const id = await wish(w);
    expect(await pendingReason(w, id)).toBe('taken');
    expect(await liveHolds(w)).toEqual([]);
    expect(await w.all('select 1 from resolutions')).toEqual([]);
  });
});

test('without reminders nobody is reminded, and the end comes as always', async () => {
  const w = await open({ policy: { reminderAt: null } });
  const id = await askDana(w);
  await w.pass(23 * HOUR);
  expect(await toDana(w)).toEqual(ASKED);
  await w.pass(2 * HOUR);
  expect(await pendingReason(w, id)).toBe('offer-expired');
  expect(await toDana(w)).toEqual(ASKED);
});
