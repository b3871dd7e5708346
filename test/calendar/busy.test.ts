import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { blockingOf } from '../../src/calendar/busy.js';
import type { Attendee, Blocking, CalendarEvent } from '../../src/calendar/event.js';
import { expandSeries, occurrenceOfEvent } from '../../src/calendar/expand.js';
import { decodeEvent, timesOnly } from '../../src/google/decode-event.js';
import { aGuest, allDay, anEvent, at, span, timed } from './events.js';

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

/** Each sample that was collected, and what it means for the coach's time (design, section 8). */
const ANSWERS: Readonly<Record<string, Blocking>> = {
  'timed-plain': 'busy', 'timed-other-zone-rendered-in-calendar-zone': 'busy', 'timed-utc-offset-z-with-zone': 'busy', 'timed-zone-missing': 'busy',
  'timed-different-start-end-zones': 'busy', 'timed-zone-alias': 'busy', 'timed-zero-duration': 'busy', 'timed-spanning-dst-night': 'busy', 'end-time-unspecified': 'busy',
  'all-day-one-day': 'busy', 'all-day-multi-day': 'free', 'recurring-weekly-master-across-dst': 'busy', 'recurring-instance-before-dst': 'busy', 'recurring-instance-after-dst': 'busy',
  'exception-moved': 'busy', 'exception-rsvp-only': 'free', 'exception-cancelled-minimal': 'free', 'exception-cancelled-all-day': 'free', 'recurring-all-day-master': 'busy',
  'exception-orphan-no-master': 'busy', 'recurrence-rdate-exdate': 'busy', 'recurrence-exrule-and-rdate-only': 'busy', 'split-series-trimmed-original': 'busy',
  'split-series-new-master': 'busy', 'split-series-instance': 'busy', 'declined-by-self': 'free', 'invitation-needs-action': 'busy', 'tentative-response': 'busy', 'tentative-status': 'busy',
  'transparent-timed': 'free', 'out-of-office-timed': 'busy', 'out-of-office-whole-days': 'busy', 'focus-time': 'soft', 'working-location-home-instance': 'free',
  'working-location-office': 'free', 'working-location-custom-timed': 'free', 'working-location-type-only': 'free', 'birthday-contact-master': 'free', 'birthday-self-instance': 'free',
  'from-gmail': 'busy', 'private-visible-to-owner': 'busy', 'private-seen-by-reader': 'busy', 'attendees-omitted': 'busy', 'attendees-rich': 'busy', 'cancelled-minimal': 'free',
  'cancelled-with-details': 'free', 'cancelled-series-master': 'free', 'moved-away-leftover': 'free', 'conference-meet': 'busy', 'conference-pending': 'busy', 'conference-addon': 'busy',
  'app-owned-session-extended-properties': 'busy', 'attendee-copy-of-app-session': 'busy', 'imported-event': 'busy', 'hidden-details-no-summary': 'busy',
};
const { samples } = JSON.parse(readFileSync(new URL('../fixtures/google-event-samples.json', import.meta.url), 'utf8')) as { samples: { case: string; event: Record<string, unknown> }[] };

describe('what Google sends, from the resource to busy or free', () => {
  test('there is an answer for each sample, and no other', () => { expect(Object.keys(ANSWERS).sort()).toEqual(samples.map((s) => s.case).sort()); });

  test.each(samples)('$case', ({ case: name, event: raw }) => {
    const event = decodeEvent(raw)!;
    const expected = ANSWERS[name];
    expect(blockingOf(event)).toBe(expected);
    // A calendar of which only times are kept blocks just the same.
    expect(blockingOf(timesOnly(event))).toBe(expected);
    // What blocks has a time to block, unless it lasts no time at all.
    if (event.status !== 'cancelled') expect(occurrenceOfEvent(event, 'Europe/Berlin')?.blocking).toBe(name === 'timed-zero-duration' ? undefined : expected);
  });

  test('guests left out by Google: our own answer is still read', () => {
    const omitted = samples.find((s) => s.case === 'attendees-omitted')!.event;
    const answered = (responseStatus: string) => decodeEvent({ ...omitted, attendees: [{ email: 'coach.ana@example.com', self: true, responseStatus }] })!;
    expect(blockingOf(answered('declined'))).toBe('free');
    expect(blockingOf(answered('needsAction'))).toBe('busy');
    expect(blockingOf(decodeEvent({ ...omitted, attendees: undefined })!)).toBe('busy');
  });

  test('mail made into an event goes by its transparency', () => {
    const flight = samples.find((s) => s.case === 'from-gmail')!.event;
    expect(blockingOf(decodeEvent({ ...flight, transparency: 'transparent' })!)).toBe('free');
  });

  test('an event without an end blocks even if it says it is free: it is unread', () => {
    const open = samples.find((s) => s.case === 'end-time-unspecified')!.event;
    expect(blockingOf(decodeEvent({ ...open, transparency: 'transparent' })!)).toBe('busy');
    expect(blockingOf(decodeEvent({ ...open, status: 'cancelled' })!)).toBe('free');
  });
});

test('one occurrence that the coach declined is free, the rest of the series busy; a series that the coach declined is free but for the occurrence accepted', () => {
  const slot = { kind: 'timed', at: at('2026-12-07 13:00') } as const;
  const weekly = anEvent({ recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'], attendees: coach('accepted') });
  const one = (answer: Attendee['responseStatus']) => anEvent({ id: 'dana_20261207T120000Z', recurringEventId: 'dana', originalStart: slot, when: timed('2026-12-07 13:00', '2026-12-07 14:00'), attendees: coach(answer) });
  const blocked = (master: CalendarEvent, exception: CalendarEvent) => expandSeries(master, [exception], span('2026-11-01 00:00', '2027-01-01 00:00'), 'Europe/Berlin').occurrences.map((o) => o.blocking);
  expect(blocked(weekly, one('declined'))).toEqual(['busy', 'free', 'busy']);
  expect(blocked({ ...weekly, attendees: coach('declined') }, one('accepted'))).toEqual(['free', 'busy', 'free']);
});
