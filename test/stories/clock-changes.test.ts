/** Stories that go across a change of the clocks, ahead of UTC and behind it, in zones that are half an hour beside the others.
 *  What is expected is written down in UTC by hand, from the zones' published rules. */
import { expect, test } from 'vitest';
import { DAY, HOUR, instant, MINUTE, plus, type Instant } from '../../src/kernel/interval.js';
import type { Policy } from '../../src/kernel/policy.js';
import { choose, decide, expectLanded, expectNothingStuck, linkTo, requestOf, standsAt, startsIn, subjectsTo, wish, worlds } from '../support/story.js';
import { DANA, SAM, type EventIn, type World } from '../support/world.js';

const open = worlds();
const utc = (text: string): Instant => instant(Date.parse(text));
/** 13:00 on the wall, on the Friday before a change and on the Monday after it; `jump`: by how much the clocks are put forward. */
interface Change { readonly zone: string; readonly friday: Instant; readonly monday: Instant; readonly jump: number }
const CHANGES: Readonly<Record<string, Change>> = {
  'Lord Howe, forward by half an hour': { zone: 'Australia/Lord_Howe', friday: utc('2027-10-01T02:30:00Z'), monday: utc('2027-10-04T02:00:00Z'), jump: 30 * MINUTE },
  'Lord Howe, back by half an hour': { zone: 'Australia/Lord_Howe', friday: utc('2027-04-02T02:00:00Z'), monday: utc('2027-04-05T02:30:00Z'), jump: -30 * MINUTE },
  'St. John\'s, forward by an hour': { zone: 'America/St_Johns', friday: utc('2027-03-12T16:30:00Z'), monday: utc('2027-03-15T15:30:00Z'), jump: HOUR },
  'St. John\'s, back by an hour': { zone: 'America/St_Johns', friday: utc('2027-11-05T15:30:00Z'), monday: utc('2027-11-08T16:30:00Z'), jump: -HOUR },
};
const CASES = Object.entries(CHANGES);
/** Two hours on Fridays, two on Mondays: what is offered lies on both sides of the change. */
const policy: Partial<Policy> = { workingHours: [1, 5].map((weekday) => ({ weekday, from: '12:00', to: '14:00' })), choicesPerOffer: 6, gridMs: HOUR };
/** Dana every week at 13:00 since `begun`, four weeks before. */
const weekly = (day: 'FR' | 'MO', begun: Instant): EventIn => ({ id: 'danaseries', summary: 'Dana', start: begun, guests: [DANA.email], rule: `RRULE:FREQ=WEEKLY;BYDAY=${day}` });

/** The wall clock of an event as Google tells it, with the offset of its own day. */
const wall = async (w: World, start: Instant): Promise<(string | undefined)[]> => (await w.inGoogle(start)).map((e) => e.start.dateTime?.slice(11, 16));
/** Kim asks Dana for Sam, or offers Sam other times. */
async function settleBy(w: World, start: Instant, how: 'option1' | 'option2'): Promise<string> {
  const id = await wish(w, start);
  expect((await requestOf(w, id))?.pending_reason).toBe('taken');
  expect((await decide(w, { do: how })).status).toBe(200);
  await w.settle();
  return id;
}

test.each(CASES)('%s: Dana moves from behind the change to before it, and Sam lands behind it', async (_, { zone, friday, monday, jump }) => {
  const w = await open({ zone, policy, now: plus(friday, -2 * DAY), events: [weekly('MO', plus(monday, jump - 28 * DAY))] });
  const id = await settleBy(w, monday, 'option2');
  expect(await startsIn(w, DANA.email)).toContain(friday);
  expect((await choose(w, friday)).status).toBe(200);
  await w.settle();
  await expectLanded(w, id, monday);
  expect([await standsAt(w, friday), await wall(w, friday)]).toEqual([[DANA.email], ['13:00']]);
  expect([await standsAt(w, monday), await wall(w, monday)]).toEqual([[SAM.email], ['13:00']]);
  // The other weeks stand as they did, by the wall.
  expect(await wall(w, plus(monday, 7 * DAY))).toEqual(['13:00']);
  await expectNothingStuck(w);
});

test.each(CASES)('%s: Dana moves from before the change to behind it, and Sam lands before it', async (_, { zone, friday, monday }) => {
  const w = await open({ zone, policy, now: plus(friday, -2 * DAY), events: [weekly('FR', plus(friday, -28 * DAY))] });
  const id = await settleBy(w, friday, 'option2');
  expect(await startsIn(w, DANA.email)).toContain(monday);
  expect((await choose(w, monday)).status).toBe(200);
  await w.settle();
  await expectLanded(w, id, friday);
  expect([await standsAt(w, monday), await wall(w, monday)]).toEqual([[DANA.email], ['13:00']]);
  expect([await standsAt(w, friday), await wall(w, friday)]).toEqual([[SAM.email], ['13:00']]);
});

test.each(CASES)('%s: Sam is offered other times on both sides of it, and has the one behind', async (_, { zone, friday, monday }) => {
  const w = await open({ zone, policy, now: plus(friday, -2 * DAY), events: [{ summary: 'Dana', start: friday, guests: [DANA.email] }] });
  const id = await settleBy(w, friday, 'option1');
  const offered = await startsIn(w, SAM.email);
  expect(offered).toEqual(expect.arrayContaining([plus(friday, -HOUR), monday]));
  // Nothing is offered outside the working hours by the wall: 12 or 13 o'clock, whatever the offset.
  const hour = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  for (const start of offered) expect(['12:00', '13:00']).toContain(hour.format(start));
  expect((await choose(w, monday, SAM.email)).status).toBe(200);
  await w.settle();
  await expectLanded(w, id, monday);
  expect(await wall(w, monday)).toEqual(['13:00']);
  expect(await standsAt(w, friday)).toEqual([DANA.email]);
});

test.each(CASES)('%s: reminder and deadline come after real hours, though the wall says otherwise', async (_, { zone, friday, monday, jump }) => {
  // Asked on the Saturday at 13:00; the clocks change in the night.
  const asked = plus(friday, DAY);
  const w = await open({ zone, policy: { ...policy, freezeMs: HOUR }, now: asked, events: [weekly('MO', plus(monday, jump - 28 * DAY))] });
  const id = await settleBy(w, monday, 'option2');
  const toDana = async (): Promise<number> => (await subjectsTo(w, DANA.email)).length;
  await w.pass(12 * HOUR - MINUTE);
  expect(await toDana()).toBe(1);
  await w.pass(MINUTE);
  expect(await toDana()).toBe(2);
  // The page names the deadline by the wall of the day after: 24 real hours, not 13:00 again.
  const page = await (await fetch(await linkTo(w, DANA.email))).text();
  expect(page).toContain(jump > 0 ? (jump === HOUR ? '14:00' : '13:30') : (jump === -HOUR ? '12:00' : '12:30'));
  await w.pass(12 * HOUR - MINUTE);
  expect((await requestOf(w, id))?.pending_reason).toBe('asked');
  await w.pass(MINUTE);
  expect((await requestOf(w, id))?.pending_reason).toBe('offer-expired');
  expect(await standsAt(w, monday)).toEqual([DANA.email]);
});
