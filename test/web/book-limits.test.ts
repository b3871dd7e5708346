/** Floods and bots on the booking page: what is limited, for whom, and that nobody loses what they typed. */
import { expect, test } from 'vitest';
import { DAY, MINUTE, plus } from '../../src/kernel/interval.js';
import { admit, LIMITS } from '../../src/requests/wish.js';
import { placeOf, isOwnForm } from '../../src/web/visitor.js';
import { on, worlds } from '../support/story.js';
import { leave, openForm, send, visit, words } from '../support/visitor.js';
import { KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const kept = (w: World): Promise<unknown[]> => w.all('select id from wishes');
const START = on(1, '10:00');

test('what nobody sees is filled in: the answer is the usual one, and nothing is kept', async () => {
  const w = await open({ events: [] });
  const bot = await leave(w, START, SAM, { website: 'https://spam.example' });
  const person = await leave(w, START, SAM);
  expect(bot).toEqual(person);
  expect(await kept(w)).toHaveLength(1);
});

test('too fast, too late, without its stamp, with one that was made up or is another coach\'s: shown again, nothing is lost', async () => {
  const w = await open({ events: [] });
  const { hidden } = await openForm(w, START);
  const typed = { ...hidden, name: SAM.name, email: SAM.email };
  const tooFast = await send(w, typed);
  expect(tooFast.status).toBe(422);
  expect(words(tooFast.page)).toContain('That was very quick.');
  const [at = '', key = '', mac = ''] = (hidden.stamp ?? '').split('.');
  for (const stamp of ['', 'x', `${String(Number(at) - 60_000)}.${key}.${mac}`, `${at}.k9.${mac}`, `${at}.${key}.${'A'.repeat(22)}`]) {
    const answer = await send(w, { ...typed, stamp });
    expect(answer.status).toBe(422);
    expect(answer.page).toContain(`value="${SAM.email}"`);
    expect(answer.page).toContain(`value="${SAM.name}"`);
    expect(words(answer.page)).toContain('press once more');
  }
  expect(await kept(w)).toEqual([]);
  // Pressed once more, after a moment: the page that was shown again is good.
  w.setNow(plus(w.now(), 3_000));
  expect((await send(w, typed)).status).toBe(200);
  w.setNow(plus(w.now(), DAY));
  expect((await send(w, { ...typed, name: 'Sam again' })).status).toBe(422);
  expect(await kept(w)).toHaveLength(1);
});

test('a form of another site is not taken; ours is, with or without what browsers tell', async () => {
  const w = await open({ events: [] });
  const { hidden } = await openForm(w, START);
  w.setNow(plus(w.now(), 5_000));
  const typed = { ...hidden, name: SAM.name, email: SAM.email };
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }]) {
    const answer = await send(w, typed, undefined, headers);
    expect(answer.status).toBe(403);
    expect(answer.page).toContain(`value="${SAM.email}"`);
  }
  expect(await kept(w)).toEqual([]);
  expect((await send(w, typed, undefined, { 'sec-fetch-site': 'same-origin', origin: 'null' })).status).toBe(200);
  expect(isOwnForm({}, w.url)).toBe(true);
  expect(isOwnForm({ origin: w.url }, `${w.url}/below`)).toBe(true);
});

test('one address: five unconfirmed wishes in a day, one mail in ten minutes, and always the same answer', async () => {
  const w = await open({ events: [] });
  const pages = new Set<string>();
  for (let i = 0; i < 8; i++) pages.add((await leave(w, on(1 + Math.floor(i / 4), `${String(10 + (i % 4))}:00`), { ...SAM, from: `198.51.100.${String(i)}` })).page);
  expect(pages.size).toBe(1);
  expect(await kept(w)).toHaveLength(LIMITS.perAddress);
  const mails: number[] = [];
  for (let i = 0; i < 7; i++) {
    await w.settle();
    mails.push((await w.mailsTo(SAM.email)).length);
    await w.pass(LIMITS.mailsApartMs);
  }
  expect(mails).toEqual([1, 2, 3, 4, 5, 5, 5]);
  // On the next day there is room again; another address was never touched.
  await w.pass(DAY);
  await leave(w, on(2, '16:00'), SAM);
  expect(await kept(w)).toHaveLength(LIMITS.perAddress + 1);
});

test('one place: thirty forms in an hour, then it is asked to wait and keeps what it typed; others go on, and so does it in the next hour', async () => {
  const w = await open({ events: [] });
  w.setNow(plus(w.now(), 60 * MINUTE - (w.now() % (60 * MINUTE)) + 1_000));
  const { hidden } = await openForm(w, START);
  w.setNow(plus(w.now(), 5_000));
  const typed = (i: number) => ({ ...hidden, name: 'X', email: `x${String(i)}@client.example` });
  for (let i = 0; i < LIMITS.knocksPerHour; i++) expect((await send(w, typed(i), '2001:db8:1:2::17')).status).toBe(200);
  const refused = await send(w, typed(99), '2001:db8:1:2:aaaa::1');
  expect(refused.status).toBe(429);
  expect(refused.page).toContain('value="x99@client.example"');
  expect((await send(w, typed(100), '2001:db8:1:3::17')).status).toBe(200);
  w.setNow(plus(w.now(), 60 * MINUTE));
  expect((await send(w, typed(99), '2001:db8:1:2:aaaa::1')).status).toBe(200);
  // Who it was is not kept.
  expect(JSON.stringify(await w.all(`select encode(visitor, 'escape') as v from knocks`))).not.toMatch(/2001|db8/);
});

test('one coach: sixty unconfirmed wishes in an hour from anywhere', async () => {
  const w = await open({ events: [] });
  const { hidden } = await openForm(w, START);
  w.setNow(plus(w.now(), 5_000));
  const statuses: number[] = [];
  for (let i = 0; i < LIMITS.perCoach + 2; i++) statuses.push((await send(w, { ...hidden, name: 'X', email: `x${String(i)}@client.example` }, `198.51.100.${String(i)}`)).status);
  expect(statuses.filter((s) => s === 200)).toHaveLength(LIMITS.perCoach);
  expect(statuses.slice(-2)).toEqual([429, 429]);
});

test('limits hold when all come at once', async () => {
  const w = await open({ events: [] });
  const { hidden } = await openForm(w, START);
  w.setNow(plus(w.now(), 5_000));
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => send(w, { ...hidden, name: 'X', email: SAM.email, also: new Date(on(1, '11:00') + i * 30 * MINUTE).toISOString().replace('.000', '') }, `198.51.100.${String(i)}`)));
  // Those whose second time is no working time are told so; of the others five are kept.
  expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200, 422]));
  expect(await kept(w)).toHaveLength(LIMITS.perAddress);
  expect(await w.all('select mail_at from wishes group by mail_at')).toHaveLength(LIMITS.perAddress);
});

test('all faults at once, what was typed stays, and nothing is kept', async () => {
  const w = await open({ events: [] });
  const bad = await leave(w, START, { name: '  ', email: 'sam@' }, { also: ['2026-13-01', ''] });
  expect(bad.status).toBe(422);
  for (const fault of ['Please write your name.', 'Please check your e-mail address', 'One of the other times can no longer be asked for.']) expect(words(bad.page)).toContain(fault);
  for (const field of ['name', 'email', 'also']) expect(bad.page).toContain(`href="#${field}"`);
  expect(bad.page).toContain('value="sam@"');
  for (const fields of [{ name: 'a\u0000b' }, { name: 'x'.repeat(101) }, { email: 'a b@x.example' }, { email: 'a@b' }, { email: '"x"@y.example' }, { email: `a@${'x'.repeat(250)}.example` }, { email: 'sam@x.example\r\nBcc: all@x.example' }, { start: 'soon' }, { start: on(6, '10:00').toString() }, { email: ['a@x.example', 'b@x.example'] }]) {
    expect((await leave(w, START, SAM, fields)).status, JSON.stringify(fields)).toBe(422);
  }
  expect(await kept(w)).toEqual([]);
  expect(words((await leave(w, START, SAM, { start: new Date(on(6, '10:00')).toISOString() })).page)).toContain('That time can no longer be asked for.');
});

test('addresses that lead nowhere are answered plainly', async () => {
  const w = await open({ events: [] });
  for (const path of ['/book/nobody', '/book/%00', `/book/${'x'.repeat(150)}`, '/book/nobody/ask']) expect((await fetch(w.url + path)).status).toBe(404);
  for (const query of [{ day: '2026-02-30' }, { day: 'x' }, { month: '2026-99' }, { zone: 'Mars/Base' }, { zone: '+02:00' }, { type: 'x' }, { day: '9999-12-31' }]) expect((await visit(w, query as unknown as Record<string, string>)).status).toBe(200);
  expect((await fetch(`${w.url}/book/${KIM.slug}?day=a&day=b&zone=a&zone=b`)).status).toBe(200);
  expect((await visit(w, { start: 'x' }, '/ask')).status).toBe(404);
  const before = await w.fingerprint();
  for (const path of ['', `?day=${new Date(START).toISOString().slice(0, 10)}`, `/ask?start=${encodeURIComponent(new Date(START).toISOString())}`]) {
    await fetch(`${w.url}/book/${KIM.slug}${path}`);
    await fetch(`${w.url}/book/${KIM.slug}${path}`, { method: 'HEAD' });
  }
  expect(await w.fingerprint()).toBe(before);
});

test.each([
  [{ knocks: 31, ofAddress: 0, ofCoach: 0, lastMailAt: null, isRepeat: false }, 'refused'],
  [{ knocks: 1, ofAddress: 0, ofCoach: 60, lastMailAt: null, isRepeat: true }, 'refused'],
  [{ knocks: 1, ofAddress: 5, ofCoach: 0, lastMailAt: null, isRepeat: false }, 'dropped'],
  [{ knocks: 1, ofAddress: 1, ofCoach: 1, lastMailAt: null, isRepeat: true }, 'dropped'],
  [{ knocks: 30, ofAddress: 4, ofCoach: 59, lastMailAt: null, isRepeat: false }, 'kept'],
])('%j is %s', (traffic, verdict) => { expect(admit(traffic, START).is).toBe(verdict); });

test.each([
  ['203.0.113.7', '203.0.113.7'], ['::ffff:203.0.113.7', '203.0.113.7'], ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'], ['2001:db8:1:2::1', '2001:db8:1:2::/64'], ['::1', '0:0:0:0::/64'], ['2001:0db8::', '2001:db8:0:0::/64'],
])('%s is of the place %s', (ip, place) => { expect(placeOf(ip)).toBe(place); });
