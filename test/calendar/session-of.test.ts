import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../../src/calendar/event.js';
import { normalTitle, sessionClaim, type NamedTitle, type SessionClaim } from '../../src/calendar/session-of.js';
import { aGuest, allDay, anEvent } from './events.js';

const kim = aGuest('kim@x.example', { self: true, organizer: true });
const dana = aGuest('dana@x.example', { displayName: 'Dana' });
const sam = aGuest('sam@x.example');
const room = aGuest('room@resource.example', { resource: true });
const titles = new Map<string, NamedTitle>([['dana', { kind: 'client', clientId: 'cl_dana' }], ['team', { kind: 'not-a-client' }], ['lunch', { kind: 'client', clientId: 'cl_lunch' }]]);

test.each<[string, Partial<CalendarEvent>, SessionClaim]>([
  ['one outside guest', { attendees: [kim, dana] }, { kind: 'guest', email: 'dana@x.example', displayName: 'Dana' }],
  ['a guest in a room', { attendees: [kim, room, dana] }, { kind: 'guest', email: 'dana@x.example', displayName: 'Dana' }],
  ['a guest who declined', { attendees: [{ ...dana, responseStatus: 'declined' }] }, { kind: 'guest', email: 'dana@x.example', displayName: 'Dana' }],
  ['a guest under a title of another client', { summary: 'Dana', attendees: [sam] }, { kind: 'guest', email: 'sam@x.example', displayName: null }],
  ['two guests', { attendees: [kim, dana, sam] }, { kind: 'group', size: 2 }],
  ['a guest list that Google cut', { attendees: [dana], attendeesOmitted: true }, { kind: 'group', size: 2 }],
  ['a named title', { summary: ' DANA  13h' }, { kind: 'named', clientId: 'cl_dana' }],
  ['a named title, alone with the coach', { summary: 'Dana', attendees: [kim, room] }, { kind: 'named', clientId: 'cl_dana' }],
  ['a title that the coach said is nobody', { summary: 'Team' }, { kind: 'plain', why: 'not-a-client' }],
  ['a title that nobody named', { summary: ' Robin 60 min ' }, { kind: 'unnamed', title: 'Robin 60 min', key: 'robin' }],
  ['an ordinary word', { summary: 'Mittag 12:00-13:00' }, { kind: 'plain', why: 'not-a-client' }],
  ['an ordinary word that the coach named', { summary: 'Lunch' }, { kind: 'named', clientId: 'cl_lunch' }],
  ['a sentence with an ordinary word', { summary: 'Lunch with Robin' }, { kind: 'unnamed', title: 'Lunch with Robin', key: 'lunch with robin' }],
  ['no title', { summary: null }, { kind: 'plain', why: 'no-title' }],
  ['only a time as title', { summary: '13:00' }, { kind: 'plain', why: 'no-title' }],
  ['an all-day event', { when: allDay('2026-11-30', '2026-12-01'), attendees: [dana] }, { kind: 'plain', why: 'all-day' }],
  ['a free event', { transparency: 'transparent', attendees: [dana] }, { kind: 'plain', why: 'free' }],
  ['a cancelled stub', { status: 'cancelled', when: null }, { kind: 'plain', why: 'free' }],
  ['out of office', { eventType: 'outOfOffice', attendees: [dana] }, { kind: 'plain', why: 'type' }],
  ['an event that could not be read', { unparsed: 'bad end', attendees: [dana] }, { kind: 'plain', why: 'unparsed' }],
  ['an invitation', { organizedHere: false, attendees: [{ ...dana, organizer: true }, { ...kim, organizer: false }, sam] },
    { kind: 'not-ours', isUnanswered: false, organizer: { email: 'dana@x.example', displayName: 'Dana' }, others: 1 }],
  ['an invitation with a hidden organizer', { organizedHere: false, attendees: [{ ...kim, organizer: false }] }, { kind: 'not-ours', isUnanswered: false, organizer: null, others: 0 }],
  ['an invitation that the coach declined', { organizedHere: false, attendees: [{ ...dana, organizer: true }, { ...kim, organizer: false, responseStatus: 'declined' }] },
    { kind: 'plain', why: 'free' }],
])('%s', (_, parts, claim) => {
  expect(sessionClaim(anEvent(parts), titles)).toEqual(claim);
});

test('on a secondary calendar the coach\'s own address is no guest', () => {
  const event = anEvent({ attendees: [aGuest('Kim@x.example'), dana] });
  expect(sessionClaim(event, titles)).toEqual({ kind: 'group', size: 2 });
  expect(sessionClaim(event, titles, new Set(['kim@x.example']))).toMatchObject({ kind: 'guest', email: 'dana@x.example' });
});

describe('normalTitle', () => {
  test.each([
    ['Dana 13h', 'dana'], ['13:00 – Dana', 'dana'], ['dana  (60 min)', 'dana'], ['DANA 13.30 Uhr', 'dana'], ['Dana 1pm', 'dana'], ['Dana 13h30', 'dana'],
    ['Dana, 13-14h', 'dana'], ['Dana 12:00-13:00', 'dana'], ['Dana 90-min', 'dana'], ['Dana (12:00 - 13:00)', 'dana'], ['Dana 2 hours', 'dana'],
    ['Client 1', 'client 1'], ['Client 2', 'client 2'], ['Hanna & Uwe', 'hanna & uwe'], ['A1 team', 'a1 team'], ['ＤＡＮＡ', 'dana'], ['13:00', ''], [' – ', ''],
  ])('%s → %s', (title, key) => expect(normalTitle(title)).toBe(key));

  test('applied twice changes nothing', () => {
    const word = fc.constantFrom('Dana', '13', '13h', 'h', ':', '00', '60', 'min', '(', ')', '-', '–', ' ', '.', 'Uhr', '1', 'İ', 'ﬁ');
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.array(word, { maxLength: 12 }).map((w) => w.join(''))), (title) => {
      const once = normalTitle(title);
      expect(normalTitle(once)).toBe(once);
    }), { numRuns: 1000 });
  });

  test('carries no control characters, and ends somewhere', () => {
    expect(normalTitle('Da\u0000na\n13h')).toBe('da na');
    expect(normalTitle('x'.repeat(300))).toHaveLength(200);
  });

  test('stays quick on a long title', () => {
    const began = performance.now();
    normalTitle('1'.repeat(5000) + ' '.repeat(5000) + '- '.repeat(5000) + '('.repeat(5000));
    expect(performance.now() - began).toBeLessThan(200);
  });
});
