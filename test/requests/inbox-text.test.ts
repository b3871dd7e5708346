import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvent } from '../../src/google/decode-event.js';
import { instant } from '../../src/kernel/interval.js';
import { readAddresses, readLength, readName } from '../../src/requests/inbox-text.js';
import { hasNote, ownWords, SYMBOLS, withNote, type Note } from '../../src/requests/inbox-words.js';
import { readInboxEvent, timeFault, type InboxFacts } from '../../src/requests/read-inbox-event.js';
import { noteOf, type InboxStanding } from '../../src/requests/inbox-note.js';
import { REASON_IN_WORDS, type PendingReason } from '../../src/requests/request.js';

describe('addresses', () => {
  test.each([
    ['Sam sam@x.example 60 min', ['sam@x.example']],
    ['Sam <Sam.Ortiz+coaching@X.Example>, 60 min', ['sam.ortiz+coaching@x.example']],
    ['<a href="mailto:sam@x.example">sam@x.example</a>', ['sam@x.example']],
    ['&lt;sam@x.example&gt;&nbsp;60 min', ['sam@x.example']],
    ['Sam (sam@x.example).', ['sam@x.example']],
    ['sam\u200B@x.example', ['sam@x.example']],
    ['a@x.example; b@x.example', ['a@x.example', 'b@x.example']],
    ['jürgen@müller.example', ['jürgen@müller.example']],
    ['@sam at 5', []], ['sam@localhost', []], ['sam@x..example', []], ['13:00 @ office.', []], ['sam@1.2', []],
  ])('%j', (text, found) => { expect(readAddresses(text)).toEqual(found); });
});

describe('lengths', () => {
  test.each([
    ['Sam 60 min', 60], ['Sam 60min', 60], ['Sam, 90 Minuten', 90], ['Sam 1h', 60], ['Sam 1 h', 60], ['Sam 1.5h', 90], ['Sam 1,5 Std.', 90], ['Sam 1h30', 90], ['Sam 1 h 30 min', 90],
    ['2 Stunden', 120], ['1 heure', 60], ['90 minutos', 90], ['1 ora', 60], ['45\'', 45], ['30-minute call', 30], ['1 hour and 15 minutes', 75], ['60 минут', 60], ['1 uur', 60], ['120 minuter', 120],
    ['Dana 13h', null], ['Dana 9h', null], ['13:30', null], ['Client 2', null], ['min 60', null], ['60', null], ['0 min', null], ['5 hens', null], ['sam60min@x.example', null],
  ])('%j', (text, minutes) => { expect(readLength(text)).toBe(minutes); });
});

test.each([
  ['Sam sam@x.example 60 min', null, 'Sam'], ['Sam Ortiz <sam@x.example> – 1h', null, 'Sam Ortiz'], ['sam@x.example', null, null], ['(sam@x.example) Intro call, Sam', 'Intro call', 'Sam'], ['60 min / sam@x.example', null, null],
])('the name in %j', (title, type, name) => { expect(readName(title, type)).toBe(name); });

const FACTS: InboxFacts = { own: new Set(['kim@coach.example']), sessionTypes: [{ name: 'Deep dive', lengthMs: 5_400_000 }] };
const START = '2026-12-07T13:00:00Z';
const event = (more: Record<string, unknown> = {}) => {
  const read = decodeEvent({ id: 'abc12', status: 'confirmed', organizer: { self: true }, start: { dateTime: START }, end: { dateTime: '2026-12-07T13:50:00Z' }, ...more });
  if (!read) throw new Error('no event');
  return read;
};
const read = (title: string, description = '', more: Record<string, unknown> = {}, facts = FACTS) => readInboxEvent(event(more), { title, description }, facts);
const wish = (more: Record<string, unknown>) => ({ is: 'wish', wish: { start: Date.parse(START), ...more } });

describe('an event', () => {
  test.each([
    ['title alone', read('Sam sam@x.example 60 min'), wish({ email: 'sam@x.example', name: 'Sam', lengthMinutes: 60, sessionType: 'Session' })],
    ['its own length', read('Sam sam@x.example'), wish({ lengthMinutes: 50, name: 'Sam', email: 'sam@x.example', sessionType: 'Session' })],
    ['address and length in the description', read('Sam', 'as we said: 5 min of talk\nsam@x.example, 90 min'), wish({ email: 'sam@x.example', name: 'Sam', lengthMinutes: 90, sessionType: 'Session' })],
    ['a session type', read('Deep dive: Sam sam@x.example'), wish({ email: 'sam@x.example', name: 'Sam', lengthMinutes: 90, sessionType: 'Deep dive' })],
    ['a type, and another length', read('deep dive sam@x.example 30 min'), wish({ email: 'sam@x.example', name: 'sam', lengthMinutes: 30, sessionType: 'Deep dive' })],
    ['a guest', read('Coaching', 'eva@y.example', { attendees: [{ email: 'kim@coach.example' }, { email: 'Sam@x.example', displayName: 'Sam Ortiz' }] }), wish({ email: 'sam@x.example', name: 'Sam Ortiz', lengthMinutes: 50, sessionType: 'Session' })],
    ['the coach alone', read('kim@coach.example'), { is: 'unclear', why: 'no-address' }],
    ['nobody', read('Sam, 60 min'), { is: 'unclear', why: 'no-address' }],
    ['two', read('a@x.example or b@x.example'), { is: 'unclear', why: 'several-addresses' }],
    ['two guests', read('c@x.example', '', { attendees: [{ email: 'a@x.example' }, { email: 'b@x.example' }] }), { is: 'unclear', why: 'several-addresses' }],
    ['all day', read('Sam sam@x.example', '', { start: { date: '2026-12-07' }, end: { date: '2026-12-08' } }), { is: 'unclear', why: 'all-day' }],
    ['repeating', read('Sam sam@x.example', '', { start: { dateTime: START, timeZone: 'UTC' }, recurrence: ['RRULE:FREQ=WEEKLY'] }), { is: 'unclear', why: 'recurring' }],
    ['a minute', read('Sam sam@x.example', '', { end: { dateTime: '2026-12-07T13:01:00Z' } }), { is: 'unclear', why: 'length' }],
    ['a day', read('Sam sam@x.example', '', { end: { dateTime: '2026-12-08T13:00:00Z' } }), { is: 'unclear', why: 'length' }],
    ['times that nobody can read', read('Sam sam@x.example', '', { start: { dateTime: 'soon' } }), { is: 'unclear', why: 'cannot-be-read' }],
  ])('%s', (_what, is, expected) => { expect(is).toEqual(expected); });

  test('is read without a fault, whatever it says, and never with an address that is not there', () => {
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.array(fc.constantFrom('Sam', ' ', '<', '>', '@', 'sam@x.example', '60', 'min', '1h30', '\n', '<br>', '‹', '›', '⏳', '[Makeway]', '[/Makeway]', '&lt;', '.'), { maxLength: 20 }).map((parts) => parts.join('')));
    fc.assert(fc.property(text, text, (title, description) => {
      const reading = read(title, description);
      if (reading.is === 'unclear') return;
      expect(`${title}\n${description}`.replace(/[\u00AD\u200B-\u200F\u2060\uFEFF]/gu, '').toLowerCase()).toContain(reading.wish.email);
      expect(reading.wish.name).not.toBe('');
    }), { numRuns: 500 });
  });
  test('long texts are read in no time', () => {
    const long = 'a.'.repeat(200_000), at = `${'a@'.repeat(100_000)}b.c`;
    for (const title of [long, at, '1 h '.repeat(100_000), '<'.repeat(200_000)]) expect(read(title, title).is).toBeDefined();
  });
});

test('a time has to be to come, and near enough', () => {
  const now = instant(1_000_000);
  expect([timeFault(now, now, 100), timeFault(instant(now + 100), now, 100), timeFault(instant(now + 101), now, 100)]).toEqual(['past', null, 'too-far']);
});

describe('our words beside theirs', () => {
  const NOTE: Note = { symbol: SYMBOLS.asked, title: 'asked, answer until Tue 14:00', lines: ['One.', 'Two: http://x/pending/rq_1'] };
  test.each([
    ['Sam sam@x.example', '', `✉️ Sam sam@x.example ‹asked, answer until Tue 14:00›`, '[Makeway]\nOne.\nTwo: http://x/pending/rq_1\n[/Makeway]'],
    ['', 'sam@x.example', '✉️ ‹asked, answer until Tue 14:00›', 'sam@x.example\n\n[Makeway]\nOne.\nTwo: http://x/pending/rq_1\n[/Makeway]'],
    ['⏳ Sam ‹waiting for you›', '<b>hi</b><br><br>[Makeway]<br>Old<br>[/Makeway]<br>', '✉️ Sam ‹asked, answer until Tue 14:00›', '<b>hi</b><br><br>[Makeway]<br>One.<br>Two: http://x/pending/rq_1<br>[/Makeway]'],
  ])('%j, %j', (title, description, newTitle, newDescription) => { expect(withNote({ title, description }, NOTE)).toEqual({ title: newTitle, description: newDescription }); });

  test('a block that was torn apart is left as it is', () => {
    expect(withNote({ title: 'Sam', description: '[Makeway] half' }, NOTE).description).toBe('[Makeway] half');
    expect(withNote({ title: 'Sam', description: '[/Makeway] x [Makeway]' }, NOTE).description).toBe('[/Makeway] x [Makeway]');
  });
  test('what is written can be taken away again, as often as one likes; theirs stays theirs', () => {
    const text = fc.oneof(fc.string({ maxLength: 60 }), fc.array(fc.constantFrom('Sam', ' ', '\n', '<br>', '‹', '›', '‹x›', '⏳', '✉️', '[Makeway]', '[/Makeway]', '[Makeway]\ny\n[/Makeway]'), { maxLength: 8 }).map((parts) => parts.join('')));
    const words = fc.record({ title: text, description: text });
    const notes = fc.array(fc.constantFrom<Note | null>(NOTE, { symbol: SYMBOLS.waits, title: 'waiting for you', lines: ['Three'] }, { symbol: SYMBOLS.unclear, title: 'x', lines: [] }, null), { maxLength: 4 });
    fc.assert(fc.property(words, notes, (theirs, all) => {
      const own = ownWords(theirs);
      let present = theirs;
      for (const note of all) {
        present = withNote(present, note);
        expect(ownWords(present)).toEqual(own);
        expect(withNote(present, note)).toEqual(present);
        expect(hasNote(note === null ? { ...present, description: '' } : present)).toBe(note !== null);
      }
    }));
  });
  test('every standing can be said; none says a name, an address, or a link that lets anybody in', () => {
    const at = instant(Date.parse(START));
    const standings: InboxStanding[] = [
      ...(['no-address', 'several-addresses', 'all-day', 'recurring', 'length', 'cannot-be-read', 'past', 'too-far', 'already-theirs', 'in-progress'] as const).flatMap((why): InboxStanding[] => [
        { is: 'unclear', why }, { is: 'waits', reason: 'taken', until: null, wanted: at, refused: why }, { is: 'booking', refused: why }]),
      ...(Object.keys(REASON_IN_WORDS) as PendingReason[]).map((reason): InboxStanding => ({ is: 'waits', reason, until: at, wanted: at, refused: null })),
      ...(['declined', 'expired', 'withdrawn'] as const).map((as): InboxStanding => ({ is: 'closed', as })),
    ];
    for (const standing of standings) {
      const note = noteOf(standing, { zone: 'Europe/Berlin', link: 'https://m.example/pending/rq_1', horizonDays: 60 });
      const all = [note.title, ...note.lines].join('\n');
      expect(all).not.toMatch(/undefined|null|@|‹|›|\/l\//);
      expect(note.title.length).toBeLessThan(80);
    }
  });
});
