import { expect, test } from 'vitest';
import { DAY, HOUR } from '../../src/kernel/interval.js';
import { askDana, choose, danasSession, expectDanaUntouched, expectLanded, expectNothingStuck, expectNotLanded, linkTo, liveHolds, look, MONDAY, on, pick, requestOf, startsIn, subjectsTo, wish, worlds, decide } from '../support/story.js';
import { at, DANA, KIM, SAM } from '../support/world.js';

const open = worlds();

test('Dana says nothing: one reminder at half time; at the deadline nothing has changed for her, and Kim decides anew', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.pass(12 * HOUR - 1_000);
  expect(await subjectsTo(w, DANA.email)).toHaveLength(1);
  await w.pass(1_000);
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.stringContaining('Could we move'), expect.stringContaining('Re: Could we move')]);
  await w.pass(6 * HOUR);
  expect(await subjectsTo(w, DANA.email)).toHaveLength(2);
  await w.pass(6 * HOUR - 1_000);
  expect(await danasSession(w)).toMatchObject({ invite_sent: true, cancellation_reason: `pending_reschedule_for_${id}` });
  await w.pass(1_000);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'offer-expired' });
  expect(await liveHolds(w)).toEqual([]);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
  expect(await subjectsTo(w, DANA.email)).toHaveLength(2);
  await expectDanaUntouched(w);
  await expectNotLanded(w, id);
  await expectNothingStuck(w);

  // An answer that comes too late is told how it stands, and moves nothing.
  const late = await choose(w, at(MONDAY, 1));
  expect(late.page).toContain('Nothing to do any more');
  await w.settle();
  await expectDanaUntouched(w);
});

test('the reminder carries the times that can still be had, and they work', async () => {
  const w = await open();
  const id = await askDana(w);
  await w.pass(12 * HOUR);
  const [first] = await startsIn(w, DANA.email);
  await choose(w, first ?? MONDAY);
  await w.settle();
  await expectLanded(w, id, MONDAY);
});

test('the deadline counts also if nobody looked for a day: a click after it changes nothing, due work or not', async () => {
  const w = await open();
  const id = await askDana(w);
  const [first] = await startsIn(w, DANA.email);
  w.setNow(at(w.now(), 24));
  const page = await choose(w, first ?? MONDAY);
  expect(page.page).toContain('Nothing to do any more');
  await w.settle();
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'offer-expired' });
  // Decided from the state at sending time: the reminder that was due too is not sent any more.
  expect(await subjectsTo(w, DANA.email)).toHaveLength(1);
  await expectDanaUntouched(w);
});

test('an ask ends before the freeze window, however long an offer may live', async () => {
  const w = await open({ policy: { offerLifetimeMs: 30 * DAY } });
  const id = await askDana(w);
  expect(await w.one('select expires_at from offers')).toEqual({ expires_at: at(MONDAY, -24) });
  await w.pass(at(MONDAY, -24) - w.now());
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'offer-expired' });
  await expectDanaUntouched(w);
});

test('where the policy says so, silence leads on to option 1: Sam gets other times, Kim no second mail', async () => {
  const w = await open({ policy: { afterSilence: 'option1' } });
  const id = await askDana(w);
  await w.pass(DAY);
  expect(await requestOf(w, id)).toMatchObject({ pending_reason: 'offered' });
  expect(await subjectsTo(w, KIM.email)).toHaveLength(1);
  const [first] = await startsIn(w, SAM.email);
  expect(first).not.toBe(MONDAY);
  await pick(w, first ?? MONDAY);
  await w.settle();
  await expectLanded(w, id, first ?? MONDAY);
  await expectDanaUntouched(w);
});

test('Kim says nothing either: when the last wanted time has come the request ends, and Sam is told once', async () => {
  const w = await open();
  const id = await wish(w, [MONDAY, on(7, '13:00')]);
  await w.pass(MONDAY - w.now() + 1_000);
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution' });
  await w.pass(7 * DAY + HOUR);
  expect(await requestOf(w, id)).toMatchObject({ state: 'expired', wake_at: null });
  expect(await subjectsTo(w, SAM.email)).toEqual([expect.stringContaining('has ended')]);
  const print = await w.fingerprint();
  await decide(w, { do: 'option1' });
  expect((await look(await linkTo(w, KIM.email))).page).toContain('passed');
  expect(await w.fingerprint()).toBe(print);
});
