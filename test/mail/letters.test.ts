import { describe, expect, test } from 'vitest';
import type { Instant, Interval } from '../../src/kernel/interval.js';
import { HOUR } from '../../src/kernel/interval.js';
import { readRfc3339 } from '../../src/kernel/zone.js';
import type { LetterFacts, LetterKind } from '../../src/mail/facts.js';
import { writeLetter } from '../../src/mail/letters.js';

const at = (text: string): Instant => {
  const read = readRfc3339(`${text}:00+01:00`);
  if (read === null) throw new Error(`bad test time ${text}`);
  return read;
};
const span = (text: string): Interval => ({ start: at(text), end: (at(text) + HOUR) as Instant });
const link = (path: string): string => `https://makeway.example/l/${path}?a=1&b=2`;

/** Marks where a text came from, and would break any place that forgets to escape. */
const mark = (name: string): string => `${name} <b>&"'`;
const ESCAPED = '&lt;b&gt;&amp;&quot;&#39;';

const berlin = { zone: 'Europe/Berlin', coachZone: 'Europe/Berlin' };
const slots = ['2026-11-30T14:00', '2026-12-01T13:00', '2026-12-01T15:00'].map((start, i) => ({ interval: span(start), link: link(`slot${String(i)}`) }));
const askFacts = { to: { name: mark('Dana') }, coachName: mark('Kim'), ...berlin, session: span('2026-11-30T13:00'), slots, keepLink: link('keep'), noneLink: link('none'), muteLink: link('mute'), until: at('2026-11-24T12:00') };
const offerFacts = { to: { name: mark('Sam') }, coachName: mark('Kim'), ...berlin, sessionType: mark('Coaching'), slots, noneLink: link('none'), statusLink: link('status'), until: at('2026-11-24T12:00') };
const coach = { to: { name: mark('Kim') }, zone: 'Europe/Berlin' };

const decisionFacts = {
  letter: 'decision', ...coach, incoming: { name: mark('Sam'), email: mark('sam@x.example') }, sessionType: mark('Coaching'),
  wanted: span('2026-11-30T13:00'), alsoWanted: [{ interval: span('2026-12-01T13:00'), takes: mark('Nothing stands there.') }], reason: mark('The time is taken.'), isAgain: false,
  blockers: [{ title: mark('Dana 13h'), interval: span('2026-11-30T13:00') }, { title: mark('Conference'), interval: { start: at('2026-11-30T00:00'), end: at('2026-12-01T00:00') } }],
  neighbours: [{ title: mark('Lunch'), interval: span('2026-11-30T12:00') }],
  ask: { name: mark('Dana'), slots: 4, answer: { until: at('2026-11-24T12:00') }, needsAddress: true, toTick: [mark('Conference')] }, lately: { name: mark('Dana'), asks: 2, days: 30 }, other: { slots: 3, answer: { forMs: 24 * HOUR, latest: null } },
  link: { open: link('open'), option1: link('one'), option2: link('two'), decline: link('decline') },
} satisfies LetterFacts;

const EVERY: Readonly<Record<LetterKind, LetterFacts>> = {
  decision: decisionFacts,
  digest: {
    letter: 'digest', ...coach, link: link('overlaps'),
    findings: [{ kind: 'overlap', one: 'Dana: coaching', other: 'Sam: coaching', interval: slots[0]?.interval ?? decisionFacts.wanted, cameBack: null }, { kind: 'invitation', one: 'Team day', other: 'Dana: coaching', interval: decisionFacts.wanted, cameBack: 'There was no answer in time.' }],
  },
  ask: { letter: 'ask', ...askFacts },
  'ask-reminder': { letter: 'ask-reminder', ...askFacts },
  'ask-over': { letter: 'ask-over', to: askFacts.to, coachName: mark('Kim'), ...berlin, session: span('2026-11-30T13:00'), entry: null },
  offer: { letter: 'offer', ...offerFacts },
  'offer-reminder': { letter: 'offer-reminder', ...offerFacts },
  moved: { letter: 'moved', to: askFacts.to, coachName: mark('Kim'), ...berlin, from: span('2026-11-30T13:00'), now: span('2026-11-30T14:00'), entry: 'REQUEST' },
  declined: { letter: 'declined', to: offerFacts.to, coachName: mark('Kim'), ...berlin, wanted: [span('2026-11-30T13:00')], statusLink: link('status') },
  expired: { letter: 'expired', to: offerFacts.to, coachName: mark('Kim'), ...berlin, wanted: [span('2026-11-30T13:00')], statusLink: link('status') },
  settled: { letter: 'settled', ...coach, stoodThere: false, incomingName: mark('Sam'), booked: span('2026-11-30T13:00'), moved: { name: mark('Dana'), from: span('2026-11-30T13:00'), now: span('2026-11-30T14:00') } },
  frozen: { letter: 'frozen', ...coach, calendar: mark('Practice'), since: at('2026-11-24T12:00') },
  reconnect: { letter: 'reconnect', ...coach, since: at('2026-11-23T09:00'), account: mark('kim@coach.example'), open: 2, link: link('connect') },
  confirm: { letter: 'confirm', coachName: mark('Kim'), ...berlin, sessionType: mark('Coaching'), wanted: [span('2026-11-30T13:00'), span('2026-12-01T13:00')], until: at('2026-11-24T12:00'), link: link('confirm') },
  withdrawn: { letter: 'withdrawn', ...coach, incomingName: mark('Sam'), wanted: span('2026-11-30T13:00') },
  clash: { letter: 'clash', ...coach, what: mark('Sam and Dentist'), at: span('2026-11-30T13:00') },
  'calendar-gone': { letter: 'calendar-gone', ...coach, calendar: mark('Family'), noticedAt: at('2026-11-23T09:00'), hasTarget: false, heldSessions: true },
  'calendar-read-only': { letter: 'calendar-read-only', ...coach, calendar: mark('Practice'), noticedAt: at('2026-11-23T09:00'), hasTarget: true, heldSessions: true },
};
const KINDS = Object.keys(EVERY) as LetterKind[];
const linksOf = (html: string): string[] => [...html.matchAll(/href="([^"]*)"/g)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'));

describe.each(KINDS)('the letter %s', (kind) => {
  const letter = writeLetter(EVERY[kind]);

  test('has a subject of one line, and both parts', () => {
    expect(letter.subject).not.toMatch(/[\r\n]/);
    expect(letter.subject.length).toBeGreaterThan(8);
    expect(letter.text.length).toBeGreaterThan(80);
    expect(letter.html.startsWith('<!doctype html>')).toBe(true);
  });

  test('escapes everything that came from outside', () => {
    expect(letter.html).not.toContain('<b>');
    expect(letter.html).toContain(ESCAPED);
    expect(letter.text).toContain(`<b>&"'`);
  });

  test('spells out every link of the HTML part in the text part, and loads nothing', () => {
    for (const href of linksOf(letter.html)) expect(letter.text).toContain(href);
    expect(letter.html).not.toMatch(/<img|<script|url\(|@import|<link/);
  });

  test('labels every time with a zone', () => {
    for (const line of letter.text.split('\n').filter((one) => /^(?!\s+\d\d:\d\d).*\d\d:\d\d/.test(one) && !/^ {2}all day/.test(one))) expect(line).toMatch(/\(Berlin time\)/);
    expect(letter.text).toContain('(Berlin time)');
  });
});

const TO_CLIENTS: readonly LetterKind[] = ['ask', 'ask-reminder', 'ask-over', 'moved'];

describe('clients stay strangers', () => {
  test.each(TO_CLIENTS)('%s names nobody but the client and the coach, and presses for nothing', (kind) => {
    const { subject, text, html } = writeLetter(EVERY[kind]);
    for (const part of [subject, text, html]) expect(part).not.toMatch(/\bSam\b|somebody|someone|another client|other client|conflict|request|urgent|asap|hurry|wants/i);
  });

  test.each(['offer', 'offer-reminder', 'declined', 'expired'] as const)('%s does not tell why the time is not free', (kind) => {
    const { subject, text, html } = writeLetter(EVERY[kind]);
    for (const part of [subject, text, html]) expect(part).not.toMatch(/\bDana\b|somebody|someone|another client|taken|occupied|conflict/i);
  });

  test('subjects to clients carry no time and no other name', () => {
    for (const kind of TO_CLIENTS) expect(writeLetter(EVERY[kind]).subject).not.toMatch(/\d|Kim|Sam/);
  });
});

describe('the ask', () => {
  test('says in one sentence that nothing changes by itself, and links each slot and Keep my time', () => {
    const { text, html } = writeLetter(EVERY.ask);
    expect(text).toContain('If you do nothing, nothing changes: your session stays where it is.');
    for (const slot of slots) expect(linksOf(html)).toContain(slot.link);
    expect(linksOf(html)).toContain(link('keep'));
    expect(text).toContain('Keep my time');
  });

  test('shows both zones where they differ', () => {
    const { text, html } = writeLetter({ letter: 'ask', ...askFacts, zone: 'America/New_York' });
    expect(text).toContain('Monday 30 November, 07:00–08:00 (New York time)');
    expect(text).toContain('Monday 30 November, 13:00–14:00 (Berlin time)');
    expect(text).toContain('08:00–09:00 = 14:00–15:00 (Berlin time)');
    expect(html).toContain('(New York time)');
  });

  test('without slots there is still a way to answer', () => {
    const { html } = writeLetter({ letter: 'ask', ...askFacts, slots: [] });
    expect(linksOf(html)).toEqual([link('keep'), link('mute')]);
  });
});

test('the question to confirm has one link, and says that nothing happens without it', () => {
  const { text, html } = writeLetter(EVERY.confirm);
  expect(linksOf(html)).toEqual([link('confirm')]);
  expect(text).toContain('If it was not you, just ignore this mail. Without your click nothing is booked, and nobody is told.');
  expect(text).toContain('Monday 30 November, 13:00–14:00 (Berlin time)');
  expect(text).toContain('Tuesday 1 December, 13:00–14:00 (Berlin time)');
});

describe('the ways out of an ask or an offer', () => {
  test.each(['ask', 'ask-reminder'] as const)('%s: none of these, and never again', (kind) => {
    const { text, html } = writeLetter(EVERY[kind]);
    expect(linksOf(html)).toEqual([...slots.map((s) => s.link), link('keep'), link('none'), link('mute')]);
    for (const words of ['Keep my time', 'None of these', 'Please don’t ask me again']) expect(text).toContain(words);
  });

  test.each(['offer', 'offer-reminder'] as const)('%s: none of these, how the request stands, and nothing is booked by itself', (kind) => {
    const { text, html } = writeLetter(EVERY[kind]);
    expect(linksOf(html)).toEqual([...slots.map((s) => s.link), link('none'), link('status')]);
    expect(text).toContain('If you do nothing, nothing is booked.');
  });
});

test.each([['CANCEL', 'It no longer stands'], ['REQUEST', 'This is its time'], [null, null]] as const)('a closed question with the entry %s tells what it does', (entry, words) => {
  const { text } = writeLetter({ letter: 'ask-over', to: askFacts.to, coachName: 'Kim', ...berlin, session: span('2026-11-30T13:00'), entry });
  if (words === null) expect(text).not.toMatch(/entry/);
  else expect(text).toContain(words);
});

test('a closed question has no links that could be followed', () => {
  expect(linksOf(writeLetter(EVERY['ask-over']).html)).toEqual([]);
});

describe('the decision', () => {
  test('lists everything that stands there, the neighbours, and what each button does', () => {
    const { text, html } = writeLetter(decisionFacts);
    for (const title of ['Dana 13h', 'Conference', 'Lunch']) expect(text).toContain(title);
    expect(text).toMatch(/all day {2}Conference/);
    expect(text).toMatch(/Dana .* gets a mail with 4 times to choose from, open until Tuesday 24 November, 12:00 \(Berlin time\)/);
    expect(text).toMatch(/Sam .* gets a mail with 3 times to choose from, open for 24 hours from your decision\./);
    expect(text).toMatch(/Dana .* was asked 2 times in the last 30 days\./);
    expect(text).toMatch(/you tick that this does not matter here: “Conference/);
    expect(text).toMatch(/Their address is missing; the page asks you for it/);
    expect(linksOf(html)).toEqual([link('two'), link('one'), link('decline'), link('open')]);
  });

  test('a request that came back is told apart by its subject', () => {
    const first = writeLetter(decisionFacts).subject;
    expect(writeLetter({ ...decisionFacts, isAgain: true }).subject).toBe(`Re: ${first}`);
  });

  test('says why the session cannot be asked, and offers no dead button', () => {
    const { text, html } = writeLetter({ ...decisionFacts, ask: { why: 'Two sessions stand there.' }, other: { slots: 0, answer: { forMs: 24 * HOUR, latest: null } } });
    expect(text).toContain('Two sessions stand there.');
    expect(linksOf(html)).toEqual([link('decline'), link('open')]);
  });

  test('a private block is "Busy"', () => {
    expect(writeLetter({ ...decisionFacts, blockers: [{ title: '', interval: span('2026-11-30T13:00') }] }).text).toMatch(/13:00–14:00 {2}Busy/);
  });
});

test('a name cannot forge a header, a line or the reading direction', () => {
  const { subject, text } = writeLetter({ ...decisionFacts, incoming: { name: 'Sam\r\nBcc: all@x.example\u202egnol', email: 'sam@x.example' } });
  expect(subject).toContain('Sam Bcc: all@x.example gnol asks for');
  expect(text).not.toMatch(/^Bcc/m);
  expect(`${subject}${text}`).not.toMatch(/[\u202a-\u202e]/);
});
