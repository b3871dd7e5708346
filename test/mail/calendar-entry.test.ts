import fc from 'fast-check';
import ICAL from 'ical.js';
import { expect, test } from 'vitest';
import { calendarText, type CalendarEntry } from '../../src/mail/calendar-entry.js';
import { entryOf, SAMPLES } from './samples.js';

const moved = entryOf(SAMPLES.moved);
if (moved === null) throw new Error('the sample has an entry');
const read = (entry: CalendarEntry): { calendar: ICAL.Component; event: ICAL.Component } => {
  const calendar = new ICAL.Component(ICAL.parse(calendarText(entry)) as unknown[]);
  const [event] = calendar.getAllSubcomponents('vevent');
  if (!event) throw new Error('no event');
  return { calendar, event };
};

test('a request says when the session is, for whom, and asks for no answer', () => {
  const { calendar, event } = read(moved);
  expect(calendar.getFirstPropertyValue('method')).toBe('REQUEST');
  expect(event.getFirstPropertyValue('status')).toBe('CONFIRMED');
  expect((event.getFirstPropertyValue('dtstart') as ICAL.Time).toICALString()).toBe('20261130T130000Z');
  expect((event.getFirstPropertyValue('dtend') as ICAL.Time).toICALString()).toBe('20261130T140000Z');
  expect(event.getFirstPropertyValue('organizer')).toBe('mailto:makeway@makeway.example');
  const attendee = event.getFirstProperty('attendee');
  expect(attendee?.getFirstValue()).toBe('mailto:dana@client.example');
  expect([attendee?.getParameter('cn'), attendee?.getParameter('partstat'), attendee?.getParameter('rsvp')]).toEqual(['Dana Weber', 'ACCEPTED', 'FALSE']);
});

test('a cancellation keeps the UID and has its status', () => {
  const { calendar, event } = read({ ...moved, method: 'CANCEL', sequence: 3 });
  expect(calendar.getFirstPropertyValue('method')).toBe('CANCEL');
  expect([event.getFirstPropertyValue('uid'), event.getFirstPropertyValue('sequence'), event.getFirstPropertyValue('status')]).toEqual([moved.uid, 3, 'CANCELLED']);
});

test('whatever the names are, the lines are whole, short and say no more than they should', () => {
  const nasty = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.constantFrom('Kim "K" Berger', 'a\r\nATTENDEE:mailto:eve@x.example', 'x;y:z,\\n', '안녕하세요'.repeat(12), '👩‍👩‍👧'.repeat(12)));
  fc.assert(fc.property(nasty, nasty, (coach, client) => {
    const text = calendarText({ ...moved, summary: `Session with ${coach}`, organizer: { name: coach, address: 'a@b.example' }, attendee: { name: client, address: 'c@d.example' } });
    expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
    for (const line of text.split('\r\n')) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      expect(line).not.toMatch(/[\r\n\ufffd]/);
    }
    const event = new ICAL.Component(ICAL.parse(text) as unknown[]).getAllSubcomponents('vevent')[0];
    expect(event?.getAllProperties('attendee').map((p) => p.getFirstValue())).toEqual(['mailto:c@d.example']);
    expect(event?.getAllProperties('organizer')).toHaveLength(1);
    expect(event?.getFirstPropertyValue('sequence')).toBe(0);
    expect(String(event?.getFirstPropertyValue('summary'))).toMatch(/^Session with/);
  }));
});
