import { expect, test } from 'vitest';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { HOUR } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { expectDanaUntouched, expectLanded, expectNothingStuck, expectNotLanded, MONDAY, on, pendingReason, requestOf, standsAt, subjectsTo, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();

test('a free time is booked at once: quiet and without guests first, looked at again, then Sam is invited', async () => {
  const w = await open();
  const before = (await w.writes()).length;
  const answer = await w.request(on(0, '15:00'));
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ state: 'booked', booked_start: rfc3339(on(0, '15:00'), 'UTC') });
  const writes = (await w.writes()).slice(before);
  expect(writes.map((x) => [x.kind, x.sendUpdates])).toEqual([['insert', 'none'], ['patch', 'all']]);
  await w.settle();
  await expectLanded(w, answer.body.id, on(0, '15:00'));
  await expectDanaUntouched(w);
  expect(await subjectsTo(w, KIM.email)).toEqual([expect.stringContaining('is booked')]);
  expect(await subjectsTo(w, SAM.email)).toEqual(['Invitation: Sam Ortiz: Coaching']);
});

test('several wanted starts: the first free one is booked, in Sam\'s order of preference', async () => {
  const w = await open();
  const answer = await w.request([MONDAY, at(MONDAY, 0.5), on(2, '11:00'), on(1, '10:00')]);
  expect(answer.body).toMatchObject({ state: 'booked', booked_start: rfc3339(on(2, '11:00'), 'UTC') });
  await w.settle();
  await expectLanded(w, answer.body.id, on(2, '11:00'));
  expect(await standsAt(w, on(1, '10:00'))).toEqual([]);
});

test('none of several is free: the decision is about the first one', async () => {
  const w = await open({ events: [{ summary: 'Trip', start: on(1, '09:00'), hours: 8 }, { id: 'danaseries', summary: 'Dana', start: MONDAY, guests: [DANA.email] }] });
  const answer = await w.request([MONDAY, on(1, '10:00')]);
  expect(answer.body).toMatchObject({ state: 'pending_resolution', pending_reason: 'taken', wanted_start: rfc3339(MONDAY, 'UTC') });
});

test.each([
  ['outside working hours', () => on(0, '19:00'), 'outside-hours'],
  ['on a Sunday', () => on(6, '11:00'), 'outside-hours'],
  ['across the end of the day', () => on(0, '16:30'), 'outside-hours'],
])('%s: nothing is booked, Kim decides', async (_, start, reason) => {
  const w = await open();
  const before = await w.writes();
  const answer = await w.request(start());
  expect(answer.body).toMatchObject({ state: 'pending_resolution', pending_reason: reason });
  await w.settle();
  expect(await w.writes()).toEqual(before);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(1);
  await expectNotLanded(w, answer.body.id);
});

test('sooner than the minimum notice, or too near to another event: Kim decides', async () => {
  const w = await open({ policy: { bufferMs: HOUR / 4 } });
  const near = await w.request(at(MONDAY, 1));
  expect(near.body).toMatchObject({ state: 'pending_resolution', pending_reason: 'buffer' });
  await w.pass(at(on(1, '10:00'), -11) - w.now());
  const soon = await w.request(on(1, '10:00'), { name: 'Alex', email: 'alex@client.example' });
  expect(soon.body).toMatchObject({ state: 'pending_resolution', pending_reason: 'notice' });
});

test('Dana asks for her own time: she has it already, nothing happens, nobody is mailed', async () => {
  const w = await open();
  const before = await w.writes();
  const answer = await w.request(MONDAY, DANA);
  expect(answer.status).toBe(200);
  expect(answer.body).toMatchObject({ outcome: 'already_yours' });
  await w.settle();
  expect(await w.writes()).toEqual(before);
  expect(await w.catcher.mails()).toEqual([]);
  await expectDanaUntouched(w);
});

test('what a client asks with another spelling of the address is still the same client', async () => {
  const w = await open();
  const answer = await w.request(MONDAY, { name: 'Dana', email: 'DANA@Client.Example' });
  expect(answer.body).toMatchObject({ outcome: 'already_yours' });
});

test('a past time, or one beyond the horizon, is refused with a reason', async () => {
  const w = await open();
  expect(await w.request(at(w.now(), -1))).toMatchObject({ status: 422, body: { error: { code: 'REQUEST_INVALID', message: expect.stringContaining('past') as string } } });
  expect(await w.request(at(w.now(), 24 * 61))).toMatchObject({ status: 422, body: { error: { message: expect.stringContaining('60 days') as string } } });
  expect(await w.all('select 1 from requests')).toEqual([]);
});

test('a calendar that only blocks: its events take the time, but nothing of them is known', async () => {
  const w = await open();
  const made = await w.google(KIM.email, 'POST', '/calendars', { summary: 'Family' });
  const family = ((await made.json()) as { id: string }).id;
  const path = `/calendars/${encodeURIComponent(family)}/events`;
  await w.google(KIM.email, 'POST', path, { summary: 'Secret appointment', start: { dateTime: rfc3339(on(0, '15:00'), w.zone) }, end: { dateTime: rfc3339(on(0, '16:00'), w.zone) } });
  await reconnect(w);
  expect(await w.all(`select role from calendars order by role`)).toEqual([{ role: 'busy' }, { role: 'sessions' }]);
  expect(JSON.stringify(await w.all('select event from events'))).not.toContain('Secret');
  const answer = await w.request(on(0, '15:00'));
  expect(answer.body).toMatchObject({ state: 'pending_resolution', pending_reason: 'taken' });
  await w.settle();
  const [mail] = await w.mailsTo(KIM.email);
  expect(mail?.text).not.toContain('Secret');
  expect(mail?.text).toContain('Busy');

  // An event there that the mirror does not know yet still stops the landing.
  await w.google(KIM.email, 'POST', path, { summary: 'Another secret', start: { dateTime: rfc3339(on(1, '10:00'), w.zone) }, end: { dateTime: rfc3339(on(1, '11:00'), w.zone) } });
  const second = await w.request(on(1, '10:00'), { name: 'Alex', email: 'alex@client.example' });
  expect(second.body.state).toBe('pending_resolution');
  await expectNotLanded(w, second.body.id);
});

test('the same wish under the same Idempotency-Key is one request and one event', async () => {
  const w = await open();
  const key = { 'idempotency-key': 'wish-1' };
  const answers = await Promise.all([1, 2, 3].map(() => w.request(on(0, '15:00'), SAM, {}, key)));
  await w.settle();
  expect(new Set(answers.map((a) => a.body.id)).size).toBe(1);
  expect(await standsAt(w, on(0, '15:00'))).toEqual([SAM.email]);
  expect((await w.request(on(0, '16:00'), SAM, {}, key)).status).toBe(422);
  const row = await requestOf(w, answers[0]?.body.id ?? '');
  expect(row?.state).toBe('booked');
});

test('a free time that something took in Google a moment ago is not booked; when it is free again, it is', async () => {
  const w = await open();
  const taken = await w.addEvent({ summary: 'Dentist', start: on(0, '15:00') });
  const answer = await w.request(on(0, '15:00'));
  expect(answer.body).toMatchObject({ state: 'pending_resolution', pending_reason: 'taken-again' });
  await w.settle();
  await expectNotLanded(w, answer.body.id);
  await w.deleteEvent(taken.id);
  await w.pass(30_000);
  await expectNotLanded(w, answer.body.id);
  await w.pass(60_000);
  await expectLanded(w, answer.body.id, on(0, '15:00'));
  expect(await pendingReason(w, answer.body.id)).toBe(null);
  await expectNothingStuck(w);
});

async function reconnect(w: World): Promise<void> {
  await walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, KIM.email);
  await w.settle();
}
