/** Builders for the tests of the pure core: an event as the decoder would give it, and times written as people write them. */
import fc from 'fast-check';
import type { Attendee, CalendarEvent, When } from '../../src/calendar/event.js';
import { instant, type Instant, type Interval } from '../../src/kernel/interval.js';
import { atWallClock } from '../../src/kernel/zone.js';

/** Summer time of an hour and of half an hour, none with an odd offset, the other hemisphere, and a pause in Ramadan. */
export const ZONES = ['Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Africa/Casablanca', 'UTC'] as const;

/** `at('2026-11-30 13:00')` in Berlin, or in another zone. */
export function at(text: string, zone = 'Europe/Berlin'): Instant {
  const [date = '', time = '00:00'] = text.split(' ');
  return atWallClock(date, time, zone);
}
export const utc = (text: string): Instant => instant(Date.parse(text));
export const span = (from: string, to: string, zone = 'Europe/Berlin'): Interval => ({ start: at(from, zone), end: at(to, zone) });

export const timed = (from: string, to: string, zone = 'Europe/Berlin'): When => ({ kind: 'timed', ...span(from, to, zone), zone });
export const allDay = (startOn: string, endOn: string): When => ({ kind: 'all-day', startOn, endOn });

export function anEvent(parts: Partial<CalendarEvent> = {}): CalendarEvent {
  return {
    id: 'dana', etag: '"1"', updatedAt: null, status: 'confirmed', when: timed('2026-11-30 13:00', '2026-11-30 14:00'),
    recurrence: null, recurringEventId: null, originalStart: null, iCalUid: null, summary: 'Dana', transparency: 'opaque',
    eventType: 'default', organizedHere: true, attendees: [], attendeesOmitted: false, privateProperties: {}, unparsed: null,
    ...parts,
  };
}

export function aGuest(email: string, parts: Partial<Attendee> = {}): Attendee {
  return { email, displayName: null, responseStatus: 'accepted', self: false, organizer: false, resource: false, ...parts };
}

/** A wall-clock moment around the changes of the clocks of 2026 in all ZONES, as often as in between. */
export const wallStart = fc.oneof(
  fc.constantFrom('2026-03-29', '2026-10-25', '2026-03-08', '2026-11-01', '2026-04-05', '2026-10-04', '2026-02-15', '2026-03-22')
    .chain((date) => fc.tuple(fc.integer({ min: -10, max: 3 }), fc.integer({ min: 0, max: 24 * 4 - 1 }))
      .map(([days, quarter]) => Date.parse(`${date}T00:00:00Z`) + days * 86_400_000 + quarter * 900_000)),
  fc.integer({ min: 0, max: 3 * 365 * 96 }).map((quarter) => Date.parse('2024-01-01T00:00:00Z') + quarter * 900_000),
);
export const zone = fc.constantFrom(...ZONES);
