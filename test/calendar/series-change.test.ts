import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CalendarEvent } from '../../src/calendar/event.js';
import { lostSlots, slotName, slotNamed, successor, type Change } from '../../src/calendar/series-change.js';
import { allDay, anEvent, at, span, timed } from './events.js';

const RULE = ['RRULE:FREQ=WEEKLY;BYDAY=MO'];
const window = span('2026-11-20 00:00', '2027-04-20 00:00');
const weekly = anEvent({ when: timed('2026-10-05 13:00', '2026-10-05 14:00'), recurrence: RULE });
const name = (text: string): string => slotName({ kind: 'timed', at: at(text) });
const MONDAY = name('2026-11-30 13:00');
const change = (was: CalendarEvent | null, to: CalendarEvent, is: CalendarEvent | null = to): Change => ({ was, is, to, window, zone: 'Europe/Berlin' });
const trimmed = { ...weekly, recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20261129T225959Z;BYDAY=MO'] };
const part = (when: CalendarEvent['when'], recurrence = RULE): CalendarEvent => anEvent({ id: 'dana_R20261130T120000', when, recurrence });

test('a name and its slot are the same thing said twice', () => {
  expect([slotNamed('single'), slotNamed('20261130'), slotNamed('20261130T120000Z'), slotNamed('x')]).toEqual([null, { kind: 'all-day', on: '2026-11-30' }, { kind: 'timed', at: at('2026-11-30 13:00') }, null]);
  fc.assert(fc.property(fc.integer({ min: 0, max: 4e9 }), (s) => slotName(slotNamed(slotName({ kind: 'timed', at: at('1970-01-01 01:00') + s * 1000 as never }))) === slotName({ kind: 'timed', at: at('1970-01-01 01:00') + s * 1000 as never })));
});

test('the slots that a trimmed series lost', () => {
  expect(lostSlots(weekly, trimmed, window, 'Europe/Berlin').map(slotName).slice(0, 2)).toEqual([MONDAY, name('2026-12-07 13:00')]);
  expect(lostSlots(trimmed, weekly, window, 'Europe/Berlin')).toEqual([]);
});

test.each<[string, string, Change, string | null]>([
  ['nothing moved: the same name', MONDAY, change(weekly, weekly), MONDAY],
  ['an hour later: all of them', MONDAY, change(weekly, { ...weekly, when: timed('2026-10-05 14:00', '2026-10-05 15:00') }), name('2026-11-30 14:00')],
  ['to Friday: that week\'s Friday, not the one before', MONDAY, change(weekly, { ...weekly, when: timed('2026-10-09 09:00', '2026-10-09 10:00'), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=FR'] }), name('2026-12-04 09:00')],
  ['by wall clock: winter and summer alike', name('2027-04-05 13:00'), change(weekly, { ...weekly, when: timed('2026-10-05 14:00', '2026-10-05 15:00') }), name('2027-04-05 14:00')],
  ['every other week only: this one is no more', name('2026-12-07 13:00'), change(weekly, { ...weekly, recurrence: ['RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO'] }), null],
  ['split off, same time', MONDAY, change(weekly, part(timed('2026-11-30 13:00', '2026-11-30 14:00')), trimmed), MONDAY],
  ['split off and moved to Tuesday 15:00: the first', MONDAY, change(weekly, part(timed('2026-12-01 15:00', '2026-12-01 16:00'), ['RRULE:FREQ=WEEKLY;BYDAY=TU']), trimmed), name('2026-12-01 15:00')],
  ['… and the second', name('2026-12-07 13:00'), change(weekly, part(timed('2026-12-01 15:00', '2026-12-01 16:00'), ['RRULE:FREQ=WEEKLY;BYDAY=TU']), trimmed), name('2026-12-08 15:00')],
  ['split off, and the old part is gone', MONDAY, change(weekly, part(timed('2026-11-30 16:00', '2026-11-30 17:00')), null), name('2026-11-30 16:00')],
  ['split off, the series before it no longer known: by the day', MONDAY, change(null, part(timed('2026-11-30 16:00', '2026-11-30 17:00')), null), name('2026-11-30 16:00')],
  ['split off as a single event', MONDAY, change(weekly, anEvent({ id: 'dana_R20261130T120000', when: timed('2026-11-30 13:00', '2026-11-30 14:00') }), trimmed), 'single'],
  ['turned all-day: by the date', MONDAY, change(weekly, { ...weekly, when: allDay('2026-10-05', '2026-10-06') }), '20261130'],
  ['and timed again', '20261130', change({ ...weekly, when: allDay('2026-10-05', '2026-10-06') }, weekly), MONDAY],
  ['a single event that repeats from now on', 'single', change(anEvent(), anEvent({ recurrence: RULE })), MONDAY],
  ['… and was moved with it', 'single', change(anEvent(), anEvent({ recurrence: ['RRULE:FREQ=DAILY'], when: timed('2026-12-01 09:00', '2026-12-01 10:00') })), name('2026-12-01 09:00')],
  ['a series that became its first occurrence', MONDAY, change(anEvent({ recurrence: RULE }), anEvent()), 'single'],
  ['… and another occurrence of it is no more', name('2026-12-07 13:00'), change(anEvent({ recurrence: RULE }), anEvent()), null],
  ['a cancelled part takes nothing over', MONDAY, change(weekly, { ...part(timed('2026-11-30 13:00', '2026-11-30 14:00')), status: 'cancelled' }, trimmed), null],
])('%s', (_, session, what, expected) => { expect(successor(session, what)).toBe(expected); });
