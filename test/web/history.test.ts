/** The history on its page: a sentence for everything, the newest first, a request by itself, page by page. */
import { describe, expect, test } from 'vitest';
import { readFileSync, readdirSync } from 'node:fs';
import { saveCoach } from '../../src/coach/coach.store.js';
import { LINE } from '../../src/mirror/calendar-list.js';
import { inTx } from '../../src/postgres/transaction.js';
import { isTold } from '../../src/resolution/told.js';
import { insertRequest } from '../../src/requests/request.store.js';
import { saveClient } from '../../src/requests/client.store.js';
import { coachSaying, untoldRules } from '../../src/web/told-coach.js';
import { remember } from '../../src/work/history.store.js';
import { askDana, choose, on, signedIn, startsIn, worlds } from '../support/story.js';
import { DANA } from '../support/world.js';

const aWorld = worlds();
const say = (what: string, facts: Record<string, unknown> = {}): string | null => coachSaying({ what, by: 'coach', facts, calendar: 'Family', session: null });

describe('the sentences', () => {
  test('every line about a calendar, a permission or a rule has one', () => {
    const source = ['google', 'mirror', 'coach'].flatMap((room) => readdirSync(`src/${room}`).filter((f) => f.endsWith('.ts')).map((f) => readFileSync(`src/${room}/${f}`, 'utf8'))).join('\n');
    const texts = [...source.matchAll(/remember\(tx, \{[^]*?\}\);/g)].flatMap(([call]) => [...(/what: (.*?), by/s.exec(call)?.[1] ?? '').matchAll(/'([^']+)'/g)].map((m) => m[1] ?? ''));
    expect(texts.length).toBeGreaterThan(10);
    const all = [...texts, ...Object.values(LINE)].filter((what) => !['not-reached', 'take up'].includes(what) && !(what in LINE));
    expect(all.filter((what) => say(what) === null && !isTold(what))).toEqual([]);
    expect(untoldRules()).toEqual([]);
  });
  test('names are joined when it is told, and strange facts are no reason to fail', () => {
    expect(say('calendar role changed', { from: 'busy', to: 'hours' })).toBe('You changed what “Family” is for: from “Busy” to “Working hours”.');
    expect(say('rules changed', { rules: ['bufferMs', 'maxPerDay'] })).toBe('You changed rules: pause around sessions, most sessions on one day.');
    expect(say('moved in Google')).toBe('An event on “Family” was moved in Google.');
    expect(say('something new')).toBeNull();
    for (const what of ['rules changed', 'details changed', 'calendar role changed', 'calendars read', 'calendar appeared']) expect(say(what, { rules: 7, details: null, from: {}, calendars: 'x' })).toMatch(/\.$/);
  });
});

test('all of it, then one request, then page by page; another coach’s request is not there; looking changes nothing', async () => {
  const w = await aWorld();
  const id = await askDana(w);
  const [slot] = await startsIn(w, DANA.email);
  if (slot === undefined) throw new Error('no slot');
  await choose(w, slot);
  await w.settle();
  const foreign = await inTx(w.shell.db, 'commit coach', async (tx) => {
    const bo = await saveCoach(tx, { slug: 'bo', name: 'Bo', email: 'bo@coach.example', zone: 'Europe/Berlin', policy: {} }, w.now());
    const xaver = await saveClient(tx, bo, { name: 'Xaver Secret', email: 'xaver@client.example', zone: null }, w.now());
    return (await insertRequest(tx, { coachId: bo, clientId: xaver.id, sessionType: 'x', lengthMinutes: 60, wantedStarts: [on(3, '10:00')], idempotency: null, source: 'api' }, w.now())).id;
  });
  const kim = await signedIn(w);
  const before = await w.fingerprint();
  const { page } = await kim.get('/history');
  const order = ['Sam Ortiz asked for', ' to move. Meanwhile the session stays', ' chose ', 'was written to Google'].map((text) => page.indexOf(text));
  expect(order.every((at) => at > 0)).toBe(true);
  expect(order).toEqual([...order].sort((a, b) => b - a));
  expect(page).toContain('You connected your Google Calendar.');
  const one = (await kim.get(`/history?request=${id}`)).page;
  expect(one).toContain('What happened to the request of Sam Ortiz');
  expect(one).not.toContain('You connected');
  expect((await kim.get(`/history?request=${foreign}`)).status).toBe(404);
  expect((await kim.get('/history?request=x')).status).toBe(404);
  expect((await kim.get('/history?before=x')).status).toBe(200);
  expect((await kim.get('/history?before=1')).page).toContain('Nothing older.');
  expect(await w.fingerprint()).toBe(before);

  await inTx(w.shell.db, 'commit rules', async (tx) => { for (let i = 0; i < 60; i++) await remember(tx, { coachId: w.coachId, at: w.now(), what: 'rules changed', by: 'operator', facts: { rules: ['landing'], n: i } }); });
  const newest = (await kim.get('/history')).page;
  expect(newest.match(/An operator changed rules/g)).toHaveLength(50);
  const older = /href="(\/history\?before=\d+)"/.exec(newest)?.[1] ?? '';
  const next = (await kim.get(older)).page;
  expect(next.match(/An operator changed rules/g)).toHaveLength(10);
  expect(next).toContain('Sam Ortiz asked for');
});
