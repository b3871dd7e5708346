/** Every rule of a coach's policy holds at the click, not only when the page was made. */
import { describe, expect, test } from 'vitest';
import { setPolicy } from '../../src/coach/coach.store.js';
import { DAY, HOUR, MINUTE } from '../../src/kernel/interval.js';
import type { Policy } from '../../src/kernel/policy.js';
import { inTx } from '../../src/postgres/transaction.js';
import { askDana, choose, decide, expectDanaUntouched, keep, liveHolds, MONDAY, on, pendingReason, requestOf, startsIn, startsOn, wish, worlds } from '../support/story.js';
import { DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const now = (w: World, rules: Partial<Policy>): Promise<unknown> => inTx(w.shell.db, 'commit coach', (tx) => setPolicy(tx, w.coachId, rules));

describe('the coach\'s click', () => {
  test.each<[string, Partial<Policy>, string]>([
    ['the freeze', { freezeMs: 30 * DAY }, 'too soon'],
    ['asks per client', { asksPerClient: { count: 0, days: 30 } }, 'asked to move lately'],
    ['minimum notice, which leaves no slot', { minimumNoticeMs: 60 * DAY }, 'no other free time'],
    ['the horizon, which leaves no slot', { horizonMs: 2 * HOUR }, 'no other free time'],
    ['working hours, which leave no slot', { workingHours: [] }, 'no other free time'],
  ])('%s', async (_, rules, why) => {
    const w = await open();
    const id = await wish(w);
    await now(w, rules);
    const answer = await decide(w, { do: 'option2' });
    expect(answer.status).toBe(409);
    expect(answer.page).toContain(why);
    expect(await pendingReason(w, id)).toBe('taken');
    expect(await liveHolds(w)).toEqual([]);
    await expectDanaUntouched(w);
  });

  test('choices per offer and the lifetime are those of the moment of the click', async () => {
    const w = await open();
    await wish(w);
    await now(w, { choicesPerOffer: 6, offerLifetimeMs: 2 * HOUR });
    await decide(w, { do: 'option2' });
    await w.settle();
    expect(await startsIn(w, DANA.email)).toHaveLength(6);
    await w.pass(2 * HOUR);
    expect((await keep(w)).page).toContain('Nothing to do any more');
  });
});

describe('the client\'s click', () => {
  test.each<[string, Partial<Policy>]>([
    ['working hours', { workingHours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '11:00' })) }],
    ['minimum notice', { minimumNoticeMs: 20 * DAY }],
    ['buffers', { bufferMs: 30 * MINUTE }],
    ['the limit of a day', { maxPerDay: 1 }],
    ['the limit of a week', { maxPerWeek: 1 }],
  ])('%s: the slot is no longer one, and fresh ones are shown', async (_, rules) => {
    const w = await open();
    const id = await askDana(w);
    const fourteen = on(0, '14:00');
    expect(await startsIn(w, DANA.email)).toContain(fourteen);
    await now(w, rules);
    const answer = await choose(w, fourteen);
    expect(answer.status).toBe(409);
    expect(startsOn(answer.page)).not.toContain(fourteen);
    expect(await pendingReason(w, id)).toBe('asked');
    expect(await liveHolds(w)).toHaveLength(1); // the promise alone
  });
});

test('after a no: what the policy says at that moment', async () => {
  const w = await open();
  const id = await askDana(w);
  await now(w, { afterSilence: 'option1' });
  await keep(w);
  await w.settle();
  expect(await pendingReason(w, id)).toBe('offered');
  expect(await startsIn(w, SAM.email)).toHaveLength(4);
});

test('landing by hand, decided while Dana thinks: the freed time is the coach\'s turn', async () => {
  const w = await open();
  const id = await askDana(w);
  await now(w, { land: 'manual' });
  await choose(w, on(0, '14:00'));
  await w.settle();
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'freed' });
  expect((await decide(w, { do: 'manual', start: new Date(MONDAY).toISOString() })).status).toBe(200);
  await w.settle();
  expect(await requestOf(w, id)).toMatchObject({ state: 'booked', booked_start: MONDAY });
  expect((await w.mailsTo(KIM.email)).at(-1)?.subject).toContain('is booked');
});
