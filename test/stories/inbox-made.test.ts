/** Kim agrees to a calendar for requests: Makeway makes it, once, whatever happens on the way. */
import { expect, test } from 'vitest';
import { MINUTE } from '../../src/kernel/interval.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { newLife } from '../support/lives.js';
import { inbox } from '../support/inbox.js';
import { expectLanded, on, signedIn, trouble, worlds } from '../support/story.js';
import { KIM, SAM, type World } from '../support/world.js';

const aWorld = worlds();
const MADE = { method: 'POST', pathPattern: String.raw`/calendars(\?|$)` } as const;
const atGoogle = async (w: World): Promise<{ id: string; summary: string; description?: string }[]> =>
  ((await (await w.google(KIM.email, 'GET', '/users/me/calendarList')).json()) as { items: { id: string; summary: string; description?: string }[] }).items.filter((c) => c.summary === 'Requests (Makeway)');
const roles = (w: World): Promise<unknown> => w.all(`select summary, role from calendars where summary = 'Requests (Makeway)'`);
const agree = (w: World): Promise<unknown> => walkThroughConsent(`${w.url}/auth/google?connect=1&calendar=1&to=/connect`, KIM.email);

test('at connect: the calendar is there, says what it is for, and works', async () => {
  const w = await aWorld();
  await agree(w);
  await w.settle();
  const [made, ...more] = await atGoogle(w);
  expect(more).toEqual([]);
  expect(made?.description).toContain('Put an event here for each request');
  expect(await roles(w)).toEqual([{ summary: 'Requests (Makeway)', role: 'requests' }]);
  const box = inbox(w, made?.id ?? '');
  const event = await box.drop({ title: `Sam ${SAM.email}`, start: on(1, '10:00') });
  await expectLanded(w, (await box.request(event.id))?.id ?? '', on(1, '10:00'));
  // Connecting again, agreeing again, asking again: one calendar.
  await agree(w);
  await w.settle();
  await w.pass(10 * MINUTE);
  expect(await atGoogle(w)).toHaveLength(1);
  expect(await roles(w)).toEqual([{ summary: 'Requests (Makeway)', role: 'requests' }]);
});

test('not asked for, it is not made; and the page offers it', async () => {
  const w = await aWorld();
  const kim = await signedIn(w);
  expect((await kim.get('/connect')).page).toContain('/auth/google?connect=1&amp;calendar=1&amp;to=/connect');
  expect((await kim.post('/connect', {})).status).toBe(404);
  expect((await kim.post('/connect/calendar', { guard: 'no' })).status).toBe(401);
  await w.settle();
  expect(await atGoogle(w)).toEqual([]);
  await agree(w);
  await w.settle();
  expect((await kim.get('/connect')).page).toContain('Put an event on your requests calendar');
});

test('the calendar that Kim deleted is made anew from the page, by a form, as the permission is there', async () => {
  const w = await aWorld();
  await agree(w);
  await w.settle();
  const [made] = await atGoogle(w);
  await w.google(KIM.email, 'DELETE', `/calendars/${encodeURIComponent(made?.id ?? '')}`);
  for (let i = 0; i < 4; i++) await w.pass(8 * MINUTE);
  const kim = await signedIn(w);
  const answer = await fetch(`${w.url}/connect/calendar`, { method: 'POST', redirect: 'manual', headers: { ...kim.headers, 'content-type': 'application/x-www-form-urlencoded' }, body: `guard=${/name="guard" value="([^"]*)"/.exec((await kim.get('/connect')).page)?.[1] ?? ''}` });
  expect(answer.status).toBe(303);
  expect((await kim.get('/connect')).page).toContain('is being made');
  await w.settle();
  expect(await atGoogle(w)).toHaveLength(1);
});

test('an answer that was lost, and a daemon that dies at any step, make no second calendar', async () => {
  const w = await aWorld();
  await trouble(w, { ...MADE, times: 1, mode: 'dropAnswer' });
  await agree(w);
  await w.settle();
  await w.pass(MINUTE);
  expect(await atGoogle(w)).toHaveLength(1);
  expect(await roles(w)).toEqual([{ summary: 'Requests (Makeway)', role: 'requests' }]);

  const steps = new Set<string>();
  for (let nth = 1; nth <= 8; nth++) {
    const v = await aWorld();
    await agree(v);
    const life = await newLife(v, nth);
    await life.goOn();
    life.effects.forEach((e) => steps.add(e));
    await life.buried();
    await v.settle();
    await v.pass(MINUTE);
    expect(await atGoogle(v), `after ${life.effects.join(', ')}`).toHaveLength(1);
    expect(await roles(v)).toEqual([{ summary: 'Requests (Makeway)', role: 'requests' }]);
  }
  for (const step of ['commit inbox-sent', 'google calendar', 'commit inbox-made']) expect([...steps]).toContain(step);
}, 60_000);

test('after disconnecting and connecting again the same calendar holds the same requests', async () => {
  const w = await aWorld();
  await agree(w);
  await w.settle();
  const [made] = await atGoogle(w);
  const box = inbox(w, made?.id ?? '');
  const event = await box.drop({ title: `Sam ${SAM.email}`, start: on(0, '13:00') });
  const before = await box.request(event.id);
  const kim = await signedIn(w);
  const guard = /name="guard" value="([^"]*)"/.exec((await kim.get('/connect')).page)?.[1] ?? '';
  expect((await kim.post('/disconnect', { guard })).status).toBe(200);
  await w.settle();
  expect(await box.request(event.id)).toMatchObject({ id: before?.id, pending_reason: 'disconnected' });
  await walkThroughConsent(`${w.url}/auth/google?connect=1&to=/connect`, KIM.email);
  await w.settle();
  for (let i = 0; i < 3; i++) await w.pass(MINUTE);
  expect(await roles(w)).toEqual([{ summary: 'Requests (Makeway)', role: 'requests' }]);
  expect(await w.all('select id from requests')).toEqual([{ id: before?.id }]);
  expect(await box.title(event.id)).toContain('‹waiting for you›');
  expect(await atGoogle(w)).toHaveLength(1);
});
