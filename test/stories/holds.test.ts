/** Invariant 3: no double booking by us, however many want one time at one moment. */
import { expect, test } from 'vitest';
import { askDana, choose, decide, expectNothingStuck, linkTo, liveHolds, MONDAY, on, requestOf, standsAt, startsIn, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, type World } from '../support/world.js';

const open = worlds();
const client = (n: number): { name: string; email: string } => ({ name: `Client ${n}`, email: `c${n}@client.example` });
const hold = (w: World, requestId: string, from: number, to: number, id = `ho_${Math.abs(from)}${to}${Math.random().toString(36).slice(2, 8)}`): Promise<unknown> =>
  w.all(`insert into holds (coach_id, id, request_id, kind, period, created_at) values (:coach, :id, :requestId, 'promise', tstzrange(:from, :to), :now)`,
    { coach: w.coachId, id, requestId, from: new Date(from), to: new Date(to), now: new Date(w.now()) });

test('Postgres itself refuses overlapping live holds of a coach; touching ones, released ones and another coach\'s are none of its concern', async () => {
  const w = await open();
  const id = await wish(w);
  await hold(w, id, MONDAY, at(MONDAY, 1));
  for (const [from, to] of [[0, 1], [0.5, 0.75], [-1, 2], [0.99, 5], [-0.5, 0.01]] as const) {
    await expect(hold(w, id, at(MONDAY, from), at(MONDAY, to))).rejects.toMatchObject({ constraint: 'holds_never_overlap' });
  }
  await hold(w, id, at(MONDAY, 1), at(MONDAY, 2));
  await hold(w, id, at(MONDAY, -1), MONDAY);
  await w.all(`update holds set released_at = :now, release_reason = 'ended' where period = tstzrange(:from, :to)`, { now: new Date(w.now()), from: new Date(MONDAY), to: new Date(at(MONDAY, 1)) });
  await hold(w, id, at(MONDAY, 0.25), at(MONDAY, 0.5));
  await expect(hold(w, id, at(MONDAY, 2), at(MONDAY, 2))).rejects.toThrow();
});

test('fifty ask for one free hour at one moment: one event in Google, forty-nine on the pending list, no error', async () => {
  const w = await open();
  const FREE = on(0, '15:00');
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => w.request(FREE, client(n))));
  expect(answers.map((a) => a.status)).toEqual(Array.from({ length: 50 }, () => 201));
  await w.settle();
  expect(await standsAt(w, FREE)).toHaveLength(1);
  expect((await w.writes()).filter((x) => x.eventId.startsWith('mk')).map((x) => x.kind)).toEqual(['insert', 'patch']);
  expect(await w.all('select state, count(*) as n from requests group by state order by state')).toEqual([{ state: 'booked', n: 1 }, { state: 'pending_resolution', n: 49 }]);
  expect(await liveHolds(w)).toEqual([]);
  // All others are the coach's turn now: none waits for a promise that is no more.
  expect(await w.all('select distinct pending_reason from requests where state = :s', { s: 'pending_resolution' })).toEqual([{ pending_reason: 'taken' }]);
  await expectNothingStuck(w);
});

test('overlapping wishes at one moment, whole and half hours: what is booked never overlaps', async () => {
  const w = await open({ events: [] });
  await Promise.all(Array.from({ length: 16 }, (_, n) => w.request(at(on(1, '09:00'), n * 0.5), client(n))));
  await w.settle();
  const events = await w.inGoogle(on(1, '09:00'), 12);
  const times = events.map((e) => [Date.parse(e.start.dateTime ?? ''), Date.parse(e.end.dateTime ?? '')] as const).sort((a, b) => a[0] - b[0]);
  for (const [i, [start]] of times.entries()) if (i > 0) expect(start).toBeGreaterThanOrEqual(times[i - 1]?.[1] ?? 0);
  expect(times.length).toBeGreaterThanOrEqual(4);
  expect(await liveHolds(w)).toEqual([]);
});

test('Kim decides option 2 on two requests for the same time at one moment: one is asked, the other refused in plain words', async () => {
  const w = await open();
  const one = await wish(w, MONDAY, client(1));
  const oneLink = await linkTo(w, KIM.email);
  const two = await wish(w, MONDAY, client(2));
  const twoLink = await linkTo(w, KIM.email);
  expect(oneLink).not.toBe(twoLink);
  const answers = await Promise.all([decide(w, { do: 'option2' }, oneLink), decide(w, { do: 'option2' }, twoLink)]);
  expect(answers.map((a) => a.status).sort()).toEqual([200, 409]);
  expect(answers.find((a) => a.status === 409)?.page).toMatch(/promised to somebody else already/);
  await w.settle();
  expect((await w.mailsTo(DANA.email)).length).toBe(1);
  expect([(await requestOf(w, one))?.pending_reason, (await requestOf(w, two))?.pending_reason].sort()).toEqual(['asked', 'taken']);
});

test('Kim presses every button of one request at one moment: one decision counts', async () => {
  const w = await open();
  const id = await wish(w);
  const link = await linkTo(w, KIM.email);
  const answers = await Promise.all([{ do: 'option2' }, { do: 'option1' }, { do: 'manual', start: new Date(on(1, '10:00')).toISOString() }, { do: 'option2' }].map((f) => decide(w, f as unknown as Record<string, string>, link)));
  for (const answer of answers) expect(answer.status).toBeLessThan(500);
  await w.settle();
  const resolutions = await w.all(`select 1 from resolutions where state in ('asked', 'chosen', 'moved', 'vacated')`);
  const row = await requestOf(w, id);
  expect(resolutions.length + (row?.state === 'booked' ? 1 : 0)).toBe(1);
  await expectNothingStuck(w);
});

test('two asked clients choose the same slot at one moment: one moves there, the other finds fresh times', async () => {
  const w = await open({ events: [
    { id: 'danaone', summary: 'Dana', start: MONDAY, guests: [DANA.email] }, { id: 'boone', summary: 'Bo', start: on(0, '10:00'), guests: ['bo@client.example'] },
  ] });
  await askDana(w);
  await wish(w, on(0, '10:00'), client(1));
  await decide(w, { do: 'option2' });
  await w.settle();
  const common = (await startsIn(w, DANA.email)).find((s) => s === on(0, '14:00')) ?? (await startsIn(w, DANA.email))[0] ?? MONDAY;
  await w.all(`update offers set slots = jsonb_build_array(jsonb_build_object('start', cast(:from as bigint), 'end', cast(:to as bigint)))`, { from: common, to: at(common, 1) });
  const answers = await Promise.all([choose(w, common, DANA.email), choose(w, common, 'bo@client.example')]);
  expect(answers.map((a) => a.status).sort()).toEqual([200, 409]);
  await w.settle();
  expect(await standsAt(w, common)).toHaveLength(1);
  await expectNothingStuck(w);
});
