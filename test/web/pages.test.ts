import { describe, expect, test } from 'vitest';
import type { Instant, Interval } from '../../src/kernel/interval.js';
import { HOUR } from '../../src/kernel/interval.js';
import { readRfc3339 } from '../../src/kernel/zone.js';
import { decisionPage, layout, messagePage, offerPage, pendingPage, signInPage, STYLESHEET } from '../../src/web/pages/index.js';
import { html } from '../../src/kernel/html.js';
import type { DecisionView, OfferView, PendingView } from '../../src/web/views.js';

const at = (text: string): Instant => {
  const read = readRfc3339(`${text}:00+01:00`);
  if (read === null) throw new Error(`bad test time ${text}`);
  return read;
};
const span = (text: string): Interval => ({ start: at(text), end: (at(text) + HOUR) as Instant });
const mark = (name: string): string => `${name} <b>&"'`;
const ESCAPED = '&lt;b&gt;&amp;&quot;&#39;';

const slots = [span('2026-11-30T14:00'), span('2026-12-01T13:00')];
const decision: DecisionView = {
  action: '/d/"tok', guard: mark('guard'), historyPath: '/history?request=rq_1', revision: 7, zone: 'Europe/Berlin', incoming: { name: mark('Sam'), email: mark('sam@x.example') }, sessionType: mark('Coaching'),
  wanted: span('2026-11-30T13:00'), alsoWanted: [{ wanted: span('2026-12-02T13:00'), takes: mark('Nothing stands there.'), blockers: [], ask: null, isOpenByHand: true }], standing: mark('The time is taken.'), isOpen: true, isStale: false, isDecided: false,
  blockers: [
    { key: 'k-dana', title: mark('Dana'), interval: span('2026-11-30T13:00'), isAllDay: false, kind: 'session' },
    { key: mark('k-conf'), title: mark('Conference'), interval: { start: at('2026-11-30T00:00'), end: at('2026-12-01T00:00') }, isAllDay: true, kind: 'other' },
    { key: 'k-promise', title: 'Noor', interval: span('2026-11-30T13:00'), isAllDay: false, kind: 'promised' },
  ],
  neighbours: [{ title: mark('Lunch'), interval: span('2026-11-30T12:00') }],
  ask: { key: 'k-dana', name: mark('Dana'), email: 'dana@x.example', slots, answer: { until: at('2026-11-24T12:00') }, unnamedKey: null, asksLately: 0, asksDays: 30 },
  otherSlots: slots, offerAnswer: { forMs: 24 * HOUR, latest: null }, offersAfterNo: false, passOn: null, manual: slots, prepared: null, fault: mark('Something is missing.'),
};
const offer: OfferView = {
  kind: 'ask', action: '/o/"tok', coachName: mark('Kim'), clientName: mark('Dana'), zone: 'America/New_York', coachZone: 'Europe/Berlin',
  ownZone: null, session: span('2026-11-30T13:00'), sessionIsPast: false, state: 'open', isOpen: true, getsMail: true, isMuted: false, isTooLate: false, isStillWanted: false, isNoneOpen: false,
  slots, picked: slots[0] ?? null, until: at('2026-11-24T12:00'), note: mark('That time was taken meanwhile.'),
};
const pending: PendingView = {
  coachName: mark('Kim'), overlaps: 1, zone: 'Europe/Berlin', guard: mark('guard'), google: 'broken',
  rows: [{ requestId: 'rq_1', incomingName: mark('Sam'), wanted: span('2026-11-30T13:00'), standing: mark('Waits.'), turn: 'Your turn', needsYou: true }],
  settled: [{ requestId: 'rq_2', incomingName: 'Noor', wanted: span('2026-11-30T14:00'), standing: 'Booked.', turn: 'Booked', needsYou: false }],
};
const PREPARED = ['option1', 'option2', 'decline', 'manual', null] as const;
const STATES = ['open', 'confirm', 'confirm-keep', 'confirm-mute', 'confirm-withdraw', 'withdrawn', 'working', 'done', 'kept', 'over'] as const;
const PAGES: [string, string][] = [
  ...PREPARED.map((prepared): [string, string] => [`decision, ${String(prepared)}`, decisionPage({ ...decision, prepared })]),
  ['decision, settled', decisionPage({ ...decision, isOpen: false })],
  ['decision, just decided', decisionPage({ ...decision, isOpen: false, isDecided: true })],
  ['decision, unnamed', decisionPage({ ...decision, ask: { key: 'k-dana', name: mark('Dana 13h'), email: mark('d@x'), slots, answer: { until: at('2026-11-24T12:00') }, unnamedKey: mark('k-dana'), asksLately: 0, asksDays: 30 } })],
  ['decision, no ask', decisionPage({ ...decision, ask: { why: mark('Too late.') }, otherSlots: [], manual: [] })],
  ...(['ask', 'offer'] as const).flatMap((kind) => STATES.map((state): [string, string] => [`${kind}, ${state}`, offerPage({ ...offer, kind, state })])),
  ['pending', pendingPage(pending)],
  ['sign in', signInPage({ start: '/auth?a=1&b="', note: mark('You are signed out.') })],
  ['message', messagePage({ title: mark('Not here'), lines: [mark('Line')], tone: 'bad', link: { href: '/"', text: mark('Home') } })],
  ['layout', layout(mark('Title'), html`<h1>${mark('x')}</h1>`)],
];

describe.each(PAGES)('the page %s', (_name, page) => {
  test('is a whole document with language, title and one heading', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toMatch(/<meta name="robots" content="noindex">/);
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

  test('labels every time with a zone', () => {
    const text = page.replace(/<option[^>]*>|value="[^"]*"|href="[^"]*"/g, '').replace(/<[^>]*>/g, ' ');
    if (/\d\d:\d\d/.test(text)) expect(text).toMatch(/(Berlin|New York) time/);
  });
});

/** The forms of a page: what each would send. */
const formsOf = (page: string): string[] => page.match(/<form[\s\S]*?<\/form>/g) ?? [];
const postsOf = (page: string): string[] => formsOf(page).filter((form) => form.includes('method="post"'));

describe('the decision page', () => {
  test('each way is a form with revision, guard and what it does', () => {
    const forms = formsOf(decisionPage(decision)).filter((form) => !form.includes('/sign-out'));
    expect(forms.map((form) => /name="do" value="([^"]+)"/.exec(form)?.[1])).toEqual(['option2', 'option1', 'decline', 'manual', 'manual']);
    for (const form of forms) {
      expect(form).toContain('action="/d/&quot;tok"');
      expect(form).toContain('name="revision" value="7"');
      expect(form).toContain('name="guard"');
    }
    expect(decisionPage({ ...decision, guard: null })).not.toContain('name="guard"');
  });

  test.each(['option1', 'option2', 'decline', 'manual'] as const)('the prepared %s comes first and is the only one open', (prepared) => {
    const page = decisionPage({ ...decision, prepared });
    expect(/name="do" value="([^"]+)"/.exec(page)?.[1]).toBe(prepared);
    expect(page.match(/<details[^>]* open/g)).toHaveLength(1);
    expect(page).toMatch(/<details class="card prepared" open>/);
  });

  test('what was pressed in the mail stands before the day, and else the day before all ways', () => {
    const places = (page: string): number[] => [page.indexOf('class="agenda"'), page.indexOf('<details')];
    const [dayAfter = 0, first = 0] = places(decisionPage({ ...decision, prepared: 'option2' }));
    expect(first).toBeLessThan(dayAfter);
    const [dayBefore = 0, ways = 0] = places(decisionPage(decision));
    expect(dayBefore).toBeLessThan(ways);
  });

  test('after the press it says what follows, not that something changed', () => {
    const page = decisionPage({ ...decision, isOpen: false, isStale: true, isDecided: true, standing: 'Dana was asked.' });
    expect(page).toContain('<h1>That is decided</h1>');
    expect(page.match(/Dana was asked\./g)).toHaveLength(1);
    expect(page).not.toContain('Something changed');
  });

  test.each([['Dana 13h', 'Dana'], ['Jonas, 15:00', 'Jonas'], ['Mira 9.30 Uhr', 'Mira'], ['13h', '13h'], ['Noor', 'Noor'], ['Level 42 group', 'Level 42 group']])('the title %s suggests the name %s', (title, name) => {
    const page = decisionPage({ ...decision, ask: { key: 'k-dana', name: title, email: null, slots, answer: { until: decision.wanted.start }, unnamedKey: 'k-dana', asksLately: 0, asksDays: 30 } });
    expect(page).toContain(`name="client_name" value="${name}"`);
  });

  test('ticks are asked for what is neither asked nor promised', () => {
    const ticks = [...decisionPage(decision).matchAll(/name="tick" value="([^"]*)"/g)].map((match) => match[1]);
    expect(ticks).toEqual([`k-conf ${ESCAPED}`]);
  });

  test('asks for a missing address, and who a title is', () => {
    expect(decisionPage(decision)).not.toContain('name="address"');
    expect(decisionPage({ ...decision, ask: { key: 'k-dana', name: 'Dana', email: null, slots, answer: { until: decision.wanted.start }, unnamedKey: null, asksLately: 0, asksDays: 30 } })).toMatch(/type="email" name="address"[^>]* required/);
    const unnamed = decisionPage({ ...decision, ask: { key: 'k-dana', name: 'Dana 13h', email: null, slots, answer: { until: decision.wanted.start }, unnamedKey: 'k-dana', asksLately: 0, asksDays: 30 } });
    for (const field of ['name="about" value="k-dana"', 'name="client_name"', 'name="address"', 'name="do" value="not-a-client" formnovalidate']) expect(unnamed).toContain(field);
  });

  test('says what each option means: who gets a mail, until when, how often that client was asked, what follows a no', () => {
    const text = decisionPage(decision).replace(/<[^>]*>/g, '');
    expect(text.match(/can answer until Tuesday 24 November, 12:00 \(Berlin time\)/g)).toHaveLength(1);
    expect(text.match(/can answer for 24 hours from your decision\./g)).toHaveLength(1);
    expect(text).toContain('not asked to move in the last 30 days');
    expect(text).toContain('the request is back with you');
    if ('why' in decision.ask) throw new Error('nobody can be asked');
    expect(decisionPage({ ...decision, ask: { ...decision.ask, asksLately: 2 }, offersAfterNo: true })).toMatch(/nothing changes for them, and Sam[^.]*is offered other times\.[\s\S]*asked to move twice in the last 30 days/);
  });

  test('without an address the link can be passed on: its button stands beside, and then the link', () => {
    expect(decisionPage(decision)).not.toContain('pass-on');
    if ('why' in decision.ask) throw new Error('nobody can be asked');
    expect(decisionPage({ ...decision, ask: { ...decision.ask, email: null } })).toContain('name="do" value="pass-on" formnovalidate');
    expect(decisionPage({ ...decision, isDecided: true, passOn: { name: mark('Dana'), link: 'https://x.example/l/t' } })).toContain('readonly value="https://x.example/l/t"');
  });

  test('says why asking is not possible, and has no button for it', () => {
    const page = decisionPage({ ...decision, ask: { why: 'Two sessions stand there.' } });
    expect(page).toContain('Two sessions stand there.');
    expect(page).not.toContain('value="option2"');
  });

  test('behind sign-in it leads to its history; a link from a mail does not', () => {
    expect(decisionPage(decision)).toContain('href="/history?request=rq_1"');
    expect(decisionPage({ ...decision, guard: null, historyPath: null })).not.toContain('/history');
  });

  test('what cannot be done is told, and folds nothing away', () => {
    const page = decisionPage({ ...decision, guard: null, ask: { why: 'A group stands there.' }, blockers: [], alsoWanted: [], otherSlots: [] });
    expect(page.match(/<details/g)).toHaveLength(2);
    expect(page).toContain('No other time is free within your booking rules.');
  });

  test('once settled it only tells; a stale link shows the present', () => {
    expect(formsOf(decisionPage({ ...decision, guard: null, isOpen: false }))).toEqual([]);
    expect(decisionPage({ ...decision, isStale: true })).toContain('This is how things stand now.');
  });

  test('manual times are sent as RFC 3339 UTC, and the wanted one is preselected when free', () => {
    expect(decisionPage(decision)).toContain('<option value="2026-11-30T13:00:00Z">');
    expect(decisionPage({ ...decision, manual: [decision.wanted, ...slots] })).toContain('<option value="2026-11-30T12:00:00Z" selected>');
    expect(decisionPage(decision)).toContain('type="datetime-local" name="start_local"');
  });
});

describe('the offer page', () => {
  test('open has links, and one form that asks for other times: looking and following changes nothing', () => {
    const page = offerPage(offer);
    expect(postsOf(page).map((form) => /name="(none|start|keep|mute|withdraw)"/.exec(form)?.[1])).toEqual(['none']);
    expect(page).toContain('href="/o/&quot;tok?start=2026-11-30T13%3A00%3A00Z"');
    for (const says of ['keep', 'mute']) expect(page).toContain(`href="/o/&quot;tok?${says}=1"`);
    expect(page).toContain('If you do nothing, nothing changes');
    expect(formsOf(page).filter((form) => form.includes('method="get"'))).toHaveLength(1);
  });

  test('confirm posts the start, says from and to, and leads back', () => {
    const page = offerPage({ ...offer, state: 'confirm' });
    expect(postsOf(page)).toHaveLength(1);
    expect(page).toContain('name="start" value="2026-11-30T13:00:00Z"');
    expect(page).toContain('<a class="button" href="/o/&quot;tok">Back to the other times</a>');
  });

  test('a confirmation without a picked time shows the choices', () => {
    expect(offerPage({ ...offer, state: 'confirm', picked: null })).toBe(offerPage({ ...offer, picked: null }));
  });

  test('keeping posts keep, with the wish not to be asked again', () => {
    const [form] = formsOf(offerPage({ ...offer, state: 'confirm-keep' }));
    expect(form).toContain('name="keep" value="1"');
    expect(form).toContain('type="checkbox" name="mute"');
  });

  test('the visitor’s own zone goes along with every click', () => {
    for (const state of ['open', 'confirm', 'confirm-keep', 'confirm-mute', 'confirm-withdraw', 'kept'] as const) {
      const page = offerPage({ ...offer, state, ownZone: 'America/New_York' });
      for (const to of [...page.matchAll(/(?:href|action)="(\/o\/[^"]*)"/g)].map((match) => match[1])) {
        if (to !== '/o/&quot;tok') expect(to).toContain('zone=America%2FNew_York');
      }
      for (const form of postsOf(page)) expect(form).toContain('zone=America%2FNew_York');
    }
    expect(offerPage(offer)).toContain('<option value="America/New_York" selected>New York</option>');
    expect(offerPage({ ...offer, zone: 'UTC' })).toContain('<option value="UTC" selected>UTC</option>');
  });

  test('not to be asked again can be said while the question is open, and after; then it is said that it counts', () => {
    expect(postsOf(offerPage({ ...offer, state: 'confirm-mute' }))[0]).toMatch(/name="mute" value="1"[\s\S]*Keep my time, and don’t ask me again/);
    expect(postsOf(offerPage({ ...offer, state: 'confirm-mute', isOpen: false }))[0]).not.toContain('Keep my time');
    for (const state of ['done', 'kept', 'over'] as const) {
      expect(offerPage({ ...offer, state })).toContain('?mute=1');
      expect(offerPage({ ...offer, state, isMuted: true })).toContain('You are not asked again');
      expect(offerPage({ ...offer, kind: 'offer', state })).not.toContain('mute');
    }
  });

  test.each(['working', 'done', 'kept', 'over'] as const)('%s has nothing to press', (state) => {
    const page = offerPage({ ...offer, state });
    expect(formsOf(page)).toEqual([]);
    expect(page).not.toContain('http-equiv'); // the answer has a header for that, and the reader a link
    expect(page.includes('Look again</a>')).toBe(state === 'working');
  });

  test('tells the time in both zones', () => {
    const text = offerPage(offer).replace(/<[^>]*>/g, '');
    expect(text).toContain('Monday 30 November, 07:00–08:00 (New York time)');
    expect(text).toContain('Monday 30 November, 13:00–14:00 (Berlin time)');
  });

  // Only who asked for a time can withdraw a request.
  test.each(STATES.filter((state) => !state.includes('withdraw')))('%s names no other client', (state) => {
    const page = offerPage({ ...offer, note: null, state });
    expect(page).not.toMatch(/\bSam\b|somebody|someone|another client|conflict|request/i);
  });
});

test('the pending page links each request, posts the guard to sign out, and tells of a broken grant', () => {
  const page = pendingPage(pending);
  expect(page).toContain('href="/pending/rq_1"');
  expect(page).toContain('href="/pending/rq_2"');
  expect(page).toContain('<span class="turn yours">Your turn</span>');
  expect(page).toMatch(/action="\/sign-out"><input type="hidden" name="guard"/);
  expect(page).toContain('role="alert"');
  expect(pendingPage({ ...pending, google: 'active', rows: [] })).toContain('Nothing waits for you.');
});

test('every class that a page uses is in the stylesheet', () => {
  const used = new Set(PAGES.flatMap(([, page]) => [...page.matchAll(/class="([^"]*)"/g)].flatMap((match) => (match[1] ?? '').split(' '))));
  const plain = new Set(['plain', 'field', 'inside', 'tone-neutral', 'label']);
  for (const name of used) if (!plain.has(name)) expect(STYLESHEET).toContain(`.${name}`);
});

/** WCAG 2.1, 1.4.3: contrast of two colours given as #rgb or #rrggbb. */
function contrast(a: string, b: string): number {
  const light = (hex: string): number => {
    const full = hex.length === 4 ? [...hex.slice(1)].map((c) => c + c).join('') : hex.slice(1);
    const [r = 0, g = 0, blue = 0] = [0, 2, 4].map((i) => parseInt(full.slice(i, i + 2), 16) / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high = 0, low = 0] = [light(a), light(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

test('text stands out against its ground in light and dark', () => {
  const [light = '', dark = ''] = STYLESHEET.split('@media (prefers-color-scheme: dark)').map((part) => part.slice(0, part.indexOf('--shade')));
  for (const part of [light, dark]) {
    const colour = (name: string): string => {
      const found = new RegExp(`--${name}: (#[0-9a-f]{3,6})`).exec(part)?.[1];
      if (found === undefined) throw new Error(`no colour ${name}`);
      return found;
    };
    const pairs = [['ink', 'page'], ['ink', 'card'], ['ink', 'panel'], ['ink', 'warn'], ['ink', 'bad'], ['soft', 'page'], ['soft', 'card'], ['soft', 'panel'], ['accent', 'card'], ['accent', 'page'], ['accent', 'panel'], ['on-accent', 'accent']] as const;
    for (const [front, ground] of pairs) expect(contrast(colour(front), colour(ground)), `${front} on ${ground}`).toBeGreaterThanOrEqual(4.5);
  }
});
