import { expect, test } from 'vitest';
import { blockingOf } from '../../src/calendar/busy.js';
import type { Attendee, Blocking, CalendarEvent } from '../../src/calendar/event.js';
import { aGuest, allDay, anEvent } from './events.js';

const coach = (responseStatus: Attendee['responseStatus']): Attendee[] => [aGuest('kim@x.example', { self: true, responseStatus })];

test.each<[string, Partial<CalendarEvent>, Blocking]>([
  ['an ordinary event', {}, 'busy'],
  ['a tentative one', { status: 'tentative' }, 'busy'],
  ['a cancelled one', { status: 'cancelled' }, 'free'],
  ['a cancelled stub that could not be read', { status: 'cancelled', when: null, unparsed: 'no start' }, 'free'],
  ['a transparent one', { transparency: 'transparent' }, 'free'],
  ['one that the coach declined', { attendees: coach('declined') }, 'free'],
  ['one that the coach has not answered', { attendees: coach('needsAction') }, 'busy'],
  ['one that the coach may attend', { attendees: coach('tentative') }, 'busy'],
  ['one that the guest declined', { attendees: [...coach('accepted'), aGuest('dana@x.example', { responseStatus: 'declined' })] }, 'busy'],
  ['out of office', { eventType: 'outOfOffice' }, 'busy'],
  ['focus time', { eventType: 'focusTime' }, 'soft'],
  ['focus time set free', { eventType: 'focusTime', transparency: 'transparent' }, 'free'],
  ['working location, even if opaque', { eventType: 'workingLocation' }, 'free'],
  ['a birthday, even if opaque', { eventType: 'birthday' }, 'free'],
  ['mail made into an event', { eventType: 'fromGmail' }, 'busy'],
  ['a type of tomorrow', { eventType: 'moonPhase' }, 'busy'],
  ['an opaque all-day event', { when: allDay('2026-11-30', '2026-12-01') }, 'busy'],
  ['a free all-day event', { when: allDay('2026-11-30', '2026-12-01'), transparency: 'transparent' }, 'free'],
  ['one that could not be read', { unparsed: 'bad end', transparency: 'transparent' }, 'busy'],
])('%s', (_, parts, blocking) => {
  expect(blockingOf(anEvent(parts))).toBe(blocking);
});
