/** The status page: what its person can do there, and what follows for all others. */
import { expect, test } from 'vitest';
import { HOUR, plus } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { askDana, danasSession, decide, expectDanaUntouched, expectLanded, expectNothingStuck, keep, linkTo, look, MONDAY, offerSam, on, requestOf, subjectsTo, wish, worlds, type Answered } from '../support/story.js';
import { words } from '../support/visitor.js';
import { DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const BUSY = { summary: 'Eva', start: on(1, '10:00'), guests: ['eva@client.example'] };
const statusOf = async (w: World, id: string): Promise<string> => {
  const { findPath } = await import('../../src/mail/link.store.js');
  return w.url + String(await findPath(w.shell.db, w.shell.keys, { coachId: w.coachId, purpose: 'status', requestId: id as never, resolutionId: null }));
};
const add = async (w: World, id: string, start: number): Promise<Answered> => {
  const answer = await w.post(await statusOf(w, id), { also: rfc3339(start as typeof MONDAY, 'UTC') });
  return { status: answer.status, page: await answer.text() };
};
const wantedOf = (w: World, id: string): Promise<unknown[]> => w.all('select unnest(wanted_starts) as at from requests where id = :id', { id });

test('another time that is not free either: the coach\'s turn anew, links of the turn before only tell', async () => {
  const w = await open({ events: [{ id: 'danaseries', summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] }, BUSY] });
  const id = await wish(w);
  const old = await linkTo(w, KIM.email);
  expect(words((await look(`${await statusOf(w, id)}?others=1`)).page)).toContain('Which other time would do?');
  const answer = await add(w, id, BUSY.start);
  expect(answer.status).toBe(200);
  expect(words(answer.page)).toContain('Thank you, that is noted.');
  expect(words(answer.page)).toContain('Tuesday');
  await w.settle();
  expect(await wantedOf(w, id)).toEqual([{ at: MONDAY }, { at: BUSY.start }]);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
  expect(words((await decide(w, { do: 'decline' }, old)).page)).toContain('Something changed since that mail was sent.');
  expect((await requestOf(w, id))?.state).toBe('pending_resolution');
  expect(await linkTo(w, KIM.email)).not.toBe(old);
  expect((await decide(w, { do: 'option2' })).status).toBe(200);
  // The same wish once more changes nothing.
  const before = await w.fingerprint();
  expect(words((await add(w, id, BUSY.start)).page)).toContain('that is noted');
  expect(await w.fingerprint()).toBe(before);
});

test('another time that is free: booked at the press, and Dana was never troubled', async () => {
  const w = await open();
  const id = await wish(w);
  const answer = await add(w, id, on(1, '10:00'));
  expect(words(answer.page)).toContain('Your session is booked');
  await w.settle();
  await expectLanded(w, id, on(1, '10:00'));
  await expectDanaUntouched(w);
  await expectNothingStuck(w);
});

test('while Dana is asked, the page does not let it be seen; a time that is not free is kept for later', async () => {
  const w = await open({ events: [{ id: 'danaseries', summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] }, BUSY] });
  const plain = await open({ events: [{ id: 'danaseries', summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] }, BUSY], now: w.now() });
  const [asked, waiting] = [await askDana(w), await wish(plain)];
  const bare = async (world: World, id: string, page: string): Promise<string> => page.replaceAll(new URL(await statusOf(world, id)).pathname, 'LINK');
  const link = async (world: World, id: string, query = ''): Promise<string> => bare(world, id, (await look((await statusOf(world, id)) + query)).page);
  for (const query of ['', '?others=1', '?withdraw=1']) expect(await link(w, asked, query)).toBe(await link(plain, waiting, query));
  expect(await bare(w, asked, (await add(w, asked, BUSY.start)).page)).toBe(await bare(plain, waiting, (await add(plain, waiting, BUSY.start)).page));
  await w.settle();
  expect((await requestOf(w, asked))?.pending_reason).toBe('asked');
  expect(await subjectsTo(w, DANA.email)).toHaveLength(1);
  await keep(w);
  await w.settle();
  expect(await requestOf(w, asked)).toMatchObject({ state: 'pending_resolution', pending_reason: 'kept' });
  expect((await w.mailsTo(KIM.email)).at(-1)?.text).toContain('eva@client.example sits there');
  await expectDanaUntouched(w);
});

test('while Dana is asked, a time that is free is booked, and Dana hears that there is nothing to do any more', async () => {
  const w = await open();
  const id = await askDana(w);
  expect(words((await add(w, id, on(1, '10:00'))).page)).toContain('Your session is booked');
  await w.settle();
  await expectLanded(w, id, on(1, '10:00'));
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.any(String), 'Nothing to do any more about your session']);
  expect(await danasSession(w)).toMatchObject({ status: 'scheduled', scheduled_at: MONDAY, invite_sent: false });
  await expectDanaUntouched(w);
  await expectNothingStuck(w);
});

test('other times are offered: the page leads to them, and takes no other wish meanwhile', async () => {
  const w = await open();
  const id = await offerSam(w);
  const status = await statusOf(w, id);
  const { page } = await look(status);
  expect(words(page)).toContain('There are other times for you');
  const pick = /<a class="button primary" href="(\/l\/[^"]+)"/.exec(page)?.[1] ?? '';
  expect(w.url + pick).toBe(await linkTo(w, SAM.email));
  expect(words((await look(w.url + pick)).page)).toContain('Which time suits you?');
  const before = await w.fingerprint();
  const answer = await add(w, id, on(1, '10:00'));
  expect(answer.status).toBe(409);
  expect(await w.fingerprint()).toBe(before);
  expect(words(await (await w.post(status, { withdraw: '1' })).text())).toContain('Your request is withdrawn');
});

test('a time that nobody can ask for, nonsense, and a request that is over: nothing changes', async () => {
  const w = await open();
  const id = await wish(w);
  const before = await w.fingerprint();
  for (const start of [on(6, '10:00'), on(0, '03:00'), plus(MONDAY, 60_000), plus(w.now(), -HOUR)]) expect((await add(w, id, start)).status).toBe(409);
  for (const form of [{}, { also: 'soon' }, { also: '' }, { withdraw: '2' }] as Record<string, string>[]) expect((await w.post(await statusOf(w, id), form)).status).toBe(400);
  expect(await w.fingerprint()).toBe(before);
  expect((await decide(w, { do: 'decline' })).status).toBe(200);
  await w.settle();
  const after = await w.fingerprint();
  const late = await add(w, id, on(1, '10:00'));
  expect(late.status).toBe(409);
  expect(words(late.page)).toContain('There is no session at that time');
  expect(words(await (await w.post(await statusOf(w, id), { withdraw: '1' })).text())).toContain('There is no session at that time');
  expect(await w.fingerprint()).toBe(after);
});

test('at most ten times', async () => {
  const w = await open({ events: [{ summary: 'Trip', start: on(0, '09:00'), hours: 8 }] });
  const id = await wish(w);
  const codes: number[] = [];
  for (let i = 0; i < 11; i++) codes.push((await add(w, id, plus(on(0, '09:00'), i * HOUR / 2))).status);
  expect(codes).toEqual([...Array<number>(10).fill(200), 409]);
  expect(await wantedOf(w, id)).toHaveLength(10);
});
