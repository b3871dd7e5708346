/** The pages for visitors in a browser: what holds for every page, and the way to a booking by keyboard alone. */
import { expect, afterAll, beforeAll, describe } from 'vitest';
import { plus, HOUR } from '../../src/kernel/interval.js';
import { wallClock } from '../../src/kernel/zone.js';
import { bookAskPage, bookConfirmPage, statusPage } from '../../src/web/pages/index.js';
import type { AskView, ConfirmView, StatusState, StatusView } from '../../src/web/pages/book-views.js';
import { browserBed, browserTest, drawn, pressByKey } from '../support/browser.js';
import { danasSeries, MONDAY, on } from '../support/story.js';
import { confirmLink } from '../support/visitor.js';
import { aWorld, KIM, SAM, ZONE, type World } from '../support/world.js';

const { checkPage, open, looksOnly } = browserBed();
let w: World;
beforeAll(async () => { w = await aWorld({ events: [danasSeries], policy: { sessionTypes: [{ name: 'Coaching', lengthMs: HOUR }, { name: 'First talk', lengthMs: HOUR / 2 }] } }); });
afterAll(() => w.close());

const DAY_OF = wallClock(MONDAY, ZONE).date;
const urls = (): string[] => ['', `?day=${DAY_OF}`, `?day=${DAY_OF}&zone=America/New_York`, `?month=${DAY_OF.slice(0, 7)}&zone=Asia/Tokyo&type=First+talk`, '?day=2026-01-01', `/ask?zone=Europe/Berlin&start=${new Date(MONDAY).toISOString()}`, `/ask?zone=Asia/Tokyo&start=${new Date(on(1, '10:00')).toISOString()}`, '/ask?start=x']
  .map((rest) => `${w.url}/book/${KIM.slug}${rest}`);

const frame = { path: '/book/kim', coachName: 'Kim Berger', coachZone: ZONE, zone: ZONE, kinds: [{ name: 'Session', lengthMs: HOUR }], kind: { name: 'Session', lengthMs: HOUR } };
const times = [{ start: MONDAY, end: plus(MONDAY, HOUR), isFree: false }, { start: on(1, '10:00'), end: on(1, '11:00'), isFree: true }];
const asked: AskView = { ...frame, wanted: times[0] ?? null, others: times, given: { name: '', email: 'sam@', also: [] }, faults: [{ field: 'name', text: 'Please write your name.' }, { field: 'email', text: 'Please check your e-mail address.' }, { field: 'also', text: 'One of the other times can no longer be asked for.' }], note: 'Please look it over.', stamp: 'x' };
const confirmation: ConfirmView = { state: 'open', action: '/l/x', bookPath: '/book/kim', coachName: 'Kim Berger', coachZone: ZONE, zone: ZONE, sessionType: 'Session', wanted: times, email: SAM.email };
const status: StatusView = { action: '/l/x', bookPath: '/book/kim', coachName: 'Kim Berger', coachZone: ZONE, zone: ZONE, sessionType: 'Session', state: 'looked-after', wanted: times, booked: times[0] ?? null, pickPath: '/l/y', say: null, others: times, note: null };
const STATES: readonly StatusState[] = ['looked-after', 'offered', 'booking', 'booked', 'declined', 'expired', 'withdrawn'];

describe('what holds for every page holds for', () => {
  browserTest('the pages as they are served', async () => { for (const url of urls()) await checkPage({ url }); });
  browserTest('a form with faults', async () => { await checkPage(drawn(bookAskPage(asked))); });
  browserTest.each(['open', 'too-late', 'already-yours'] as const)('a confirmation, %s', async (state) => { await checkPage(drawn(bookConfirmPage({ ...confirmation, state }))); });
  browserTest.each(STATES)('the status page, %s', async (state) => { await checkPage(drawn(statusPage({ ...status, state }))); });
  browserTest.each(['withdraw', 'others'] as const)('the status page, about to say %s', async (say) => { await checkPage(drawn(statusPage({ ...status, say, note: { text: 'Noted.', isFault: false } }))); });
});

browserTest('looking changes nothing', async () => { await looksOnly(w, urls()); });

browserTest('the visitor\'s zone is detected where there is a script, and can be chosen where there is none', async () => {
  const there = await open({ url: `${w.url}/book/${KIM.slug}?day=${DAY_OF}` }, { timezoneId: 'America/New_York' });
  await there.waitForURL(/zone=America%2FNew_York/);
  expect(await there.innerText('main')).toContain('New York time');
  const plain = await open({ url: `${w.url}/book/${KIM.slug}?day=${DAY_OF}` }, { timezoneId: 'America/New_York', javaScriptEnabled: false });
  expect(await plain.innerText('main')).toContain('Berlin time');
  await plain.click('summary');
  await plain.selectOption('select[name=zone]', 'Asia/Tokyo');
  await plain.click('details button');
  expect(await plain.innerText('main')).toContain('Tokyo time');
  expect(new URL(plain.url()).searchParams.get('day')).toBe(DAY_OF);
});

browserTest('from the month to a booking by keyboard alone; a slip is told and linked, the second press takes it', async () => {
  const page = await open({ url: `${w.url}/book/${KIM.slug}?month=${DAY_OF.slice(0, 7)}&zone=${ZONE}` });
  await pressByKey(page, new RegExp(`^Tuesday ${String(Number(wallClock(on(1, '12:00'), ZONE).date.slice(8)))}\\b`));
  await page.waitForURL(/day=/);
  await pressByKey(page, '15:00–16:00');
  await page.waitForURL(/ask/);
  await page.focus('#name');
  await page.keyboard.type(SAM.name);
  await page.keyboard.press('Tab');
  await page.keyboard.type('sam@');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.fault, .note');
  w.setNow(plus(w.now(), 5_000));
  await page.focus('#email');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.fault:focus');
  expect(await page.evaluate('document.activeElement.className')).toBe('fault');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('email');
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(SAM.email);
  await page.keyboard.press('Enter');
  await page.waitForSelector('h1:has-text("Please look into your mailbox")');
  await page.goto(await confirmLink(w, SAM.email));
  await pressByKey(page, 'Yes, that is what I want');
  await page.waitForSelector('h1:has-text("Your session is booked")');
  expect(await w.all('select state, booked_start from requests')).toEqual([{ state: 'booked', booked_start: on(1, '15:00') }]);
});
