/** The pages for visitors as views: what they show, and that they show nothing else. */
import { describe, expect, test } from 'vitest';
import { HOUR, plus, type Instant } from '../../src/kernel/interval.js';
import { atWallClock } from '../../src/kernel/zone.js';
import type { PublicTime } from '../../src/slots/public-times.js';
import { bookAskPage, bookConfirmPage, bookDayPage, bookMonthPage, bookSentPage, statusPage } from '../../src/web/pages/index.js';
import type { AskView, BookFrame, ConfirmView, DayView, MonthView, StatusState, StatusView } from '../../src/web/pages/book-views.js';
import { words } from '../support/visitor.js';

const ZONE = 'Europe/Berlin';
const mark = (name: string): string => `${name} <b>&"'`;
const ESCAPED = '&lt;b&gt;&amp;&quot;&#39;';
const at = (date: string, time: string, zone = ZONE): Instant => atWallClock(date, time, zone);
const time = (start: Instant, isFree = true): PublicTime => ({ start, end: plus(start, HOUR), isFree });
const kinds = [{ name: mark('Talk'), lengthMs: HOUR / 2 }, { name: mark('Coaching'), lengthMs: HOUR }] as const;

const frame: BookFrame = { path: '/book/kim', coachName: mark('Kim'), coachZone: ZONE, zone: 'America/New_York', kinds, kind: kinds[1] };
const times = [time(at('2026-11-30', '09:00')), time(at('2026-11-30', '13:00'), false), time(at('2026-11-30', '14:00'))];
const month: MonthView = { ...frame, month: '2026-11', before: '2026-10', after: '2026-12', days: new Map([['2026-11-24', { free: 1 }], ['2026-11-30', { free: 0 }]]), soonest: [time(at('2026-11-24', '09:00'))] };
const day: DayView = { ...frame, day: '2026-11-30', before: '2026-11-27', after: null, times };
const asked: AskView = { ...frame, wanted: time(at('2026-11-30', '13:00'), false), others: times, given: { name: mark('Sam'), email: mark('sam@'), also: ['2026-11-30T13:00:00Z'] }, faults: [{ field: 'name', text: mark('Please write your name.') }, { field: 'email', text: mark('Please check.') }], note: mark('Too quick.'), stamp: mark('stamp') };
const confirmation: ConfirmView = { state: 'open', action: '/l/"tok', bookPath: '/book/kim', coachName: mark('Kim'), coachZone: ZONE, zone: ZONE, sessionType: mark('Coaching'), wanted: times, email: mark('sam@') };
const STATES: readonly StatusState[] = ['looked-after', 'offered', 'booking', 'booked', 'declined', 'expired', 'withdrawn'];
const status: StatusView = { action: '/l/"tok', bookPath: '/book/kim', coachName: mark('Kim'), coachZone: ZONE, zone: ZONE, sessionType: mark('Coaching'), state: 'looked-after', wanted: times, booked: times[0] ?? null, pickPath: '/l/pick', say: null, others: times, note: { text: mark('Noted.'), isFault: false } };

const PAGES: [string, string][] = [
  ['month', bookMonthPage(month)], ['month without times', bookMonthPage({ ...month, days: new Map(), soonest: [] })], ['day', bookDayPage(day)], ['day without times', bookDayPage({ ...day, times: [] })],
  ['form', bookAskPage(asked)], ['form for a free time', bookAskPage({ ...asked, wanted: times[0] ?? null })], ['form for a time that is gone', bookAskPage({ ...asked, wanted: null })],
  ['sent', bookSentPage({ bookPath: '/book/kim', coachName: mark('Kim'), email: mark('sam@') })],
  ...(['open', 'too-late', 'already-yours'] as const).map((state): [string, string] => [`confirmation, ${state}`, bookConfirmPage({ ...confirmation, state, bookPath: `/book/kim?"${mark('')}` })]),
  ...STATES.map((state): [string, string] => [`status, ${state}`, statusPage({ ...status, state })]),
  ['status, withdraw', statusPage({ ...status, say: 'withdraw' })], ['status, others', statusPage({ ...status, say: 'others' })],
];

describe.each(PAGES)('the page %s', (_name, page) => {
  test('is a whole document with language, title and one heading, and not for robots', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain('<meta name="robots" content="noindex">');
    expect(page.match(/<h1/g)).toHaveLength(1);
    expect(page.trimEnd().endsWith('</html>')).toBe(true);
  });
  test('escapes everything that came from outside', () => {
    expect(page).not.toContain('<b>');
    expect(page).toContain(ESCAPED);
  });
  test('fits a policy without inline style or script', () => {
    expect(page.replace('<script src="/zone.js" defer></script>', '')).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=/);
  });
  test('labels every time with a zone, and every field', () => {
    if (/\d\d:\d\d/.test(words(page))) expect(words(page)).toMatch(/(Berlin|New York) time/);
    const labelled = new Set([...page.matchAll(/<label[^>]* for="([^"]+)"/g)].map((m) => m[1]));
    for (const [, tag = ''] of page.replace(/<label[^>]*>(?:(?!<\/label>)[\s\S])*<select[\s\S]*?<\/label>/g, '').matchAll(/<((?:input|select)[^>]*)>/g)) if (!tag.includes('type="hidden"')) expect(labelled).toContain(/ id="([^"]+)"/.exec(tag)?.[1]);
  });
});

test('a day links each of its times once, the free ones first; the others are all drawn alike', () => {
  const page = bookDayPage(day);
  const links = [...page.matchAll(/<a class="(button[^"]*)" href="([^"]+)"/g)].map((m) => [m[1], /start=([^&]+)/.exec(m[2] ?? '')?.[1]]);
  expect(links).toEqual([['button primary', '2026-11-30T08%3A00%3A00Z'], ['button primary', '2026-11-30T13%3A00%3A00Z'], ['button', '2026-11-30T12%3A00%3A00Z']]);
  expect(words(page)).toContain('03:00–04:00 09:00–10:00 (Berlin time)');
});

test('an hour that the clocks show twice is told apart', () => {
  const first = at('2026-10-25', '02:00');
  const page = bookDayPage({ ...day, zone: ZONE, day: '2026-10-25', times: [time(first), time(plus(first, HOUR)), time(plus(first, 2 * HOUR))] });
  expect(words(page)).toContain('02:00–03:00');
  const halves = [time(plus(first, -HOUR / 2)), { start: first, end: plus(first, HOUR / 2), isFree: true }, { start: plus(first, HOUR), end: plus(first, 1.5 * HOUR), isFree: true }];
  const said = words(bookDayPage({ ...day, zone: ZONE, day: '2026-10-25', times: halves }));
  expect(said).toContain('02:00–02:30 (UTC+02:00)');
  expect(said).toContain('02:00–02:30 (UTC+01:00)');
});

test('a month marks the days with free times, links the others, and leaves out weeks that are over', () => {
  const page = bookMonthPage(month);
  const cells = [...page.matchAll(/<td>(<a[^>]*?( class="free")?>)?/g)];
  expect(cells.filter((m) => m[1])).toHaveLength(2);
  expect(cells.filter((m) => m[2])).toHaveLength(1);
  expect(page.match(/<tr>/g)).toHaveLength(1 + 2);
  expect(words(page)).toContain('Tuesday 24 November, 1 time free');
  expect(words(page)).toContain('Monday 30 November, ask for a time');
  for (const to of ['2026-10', '2026-12']) expect(page).toContain(`month=${to}`);
});

test('the zone can be any that is known, the visitor\'s is chosen, and nothing else of the address is lost', () => {
  const page = bookDayPage(day);
  expect(page).toContain('<form method="get" action="/book/kim" data-zone>');
  expect(page).toContain('<option value="America/New_York" selected>');
  for (const zone of ['Europe/Berlin', 'Asia/Tokyo', 'Asia/Kolkata', 'Pacific/Auckland']) expect(page).toContain(`<option value="${zone}"`);
  expect(page).toContain('<input type="hidden" name="day" value="2026-11-30">');
  expect(page.match(/ selected>/g)).toHaveLength(1);
});

test('the form tells all faults at once, linked to their fields, keeps what was typed, and has a field that people do not see', () => {
  const page = bookAskPage(asked);
  expect(page).toMatch(/role="alert" tabindex="-1" autofocus/);
  expect([...page.matchAll(/<a href="#(\w+)">/g)].map((m) => m[1])).toEqual(['name', 'email']);
  for (const field of ['name', 'email']) expect(page).toMatch(new RegExp(`<input[^>]* id="${field}"[^>]* aria-describedby="[^"]*${field}-fault"[^>]* aria-invalid="true"`));
  expect(page).toContain(`value="${mark('Sam').replace(/[<>&"']/g, (c) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&#39;' })[c] ?? c)}"`);
  expect(page).toMatch(/<div class="honey" aria-hidden="true">.*tabindex="-1" autocomplete="off"/);
});

test('a status page that waits offers to say more; one that is over does not', () => {
  for (const state of STATES) expect(statusPage({ ...status, state }).includes('withdraw=1')).toBe(state === 'looked-after' || state === 'offered');
  expect(statusPage({ ...status, state: 'booked', say: 'withdraw' })).toBe(statusPage({ ...status, state: 'booked' }));
  expect(statusPage({ ...status, state: 'offered' })).toContain('href="/l/pick"');
});
