import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EDIT_IN_WORDS, type Edit, type EditContext, type EditKind } from '../../src/calendar/edit.js';
import { addEdits, editLines, MOST_LINES, NO_EDITS } from '../../src/calendar/edit-tally.js';
import { readEdits } from '../../src/calendar/edits.js';
import type { CalendarEvent } from '../../src/calendar/event.js';
import { timesOnly } from '../../src/google/decode-event.js';
import { aGuest, allDay, anEvent, at, span, timed } from './events.js';

const MONDAY = '2026-11-30 13:00';
const context: EditContext = {
  zone: 'Europe/Berlin', window: span('2026-11-20 00:00', '2027-03-20 00:00'), since: at('2026-11-20 12:00'), timesOnly: false, own: new Set(['kim@x.example']), elsewhere: new Set(), ours: new Map(),
};
const kim = aGuest('kim@x.example', { self: true, organizer: true });
const dana = aGuest('dana@x.example', { responseStatus: 'needsAction' });
const sam = aGuest('sam@x.example');
const room = aGuest('room@x.example', { resource: true });

const single = anEvent({ attendees: [kim, dana], isPrivate: false, createdAt: at('2026-11-25 12:00') });
const series = { ...single, recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO'] };
const slot = { kind: 'timed', at: at('2026-12-07 13:00') } as const;
const exception = anEvent({ ...single, id: 'dana_20261207T120000Z', recurringEventId: 'dana', originalStart: slot, when: timed('2026-12-07 13:00', '2026-12-07 14:00') });
const cancelled = anEvent({ id: exception.id, recurringEventId: 'dana', originalStart: slot, status: 'cancelled', when: null, organizedHere: false, summary: null });
const changed = (event: CalendarEvent, parts: Partial<CalendarEvent>): CalendarEvent => ({ ...event, etag: '"2"', ...parts });

type Row = [what: EditKind | readonly EditKind[], how: string, before: CalendarEvent[], after: CalendarEvent[], facts?: Partial<Edit>, also?: Partial<EditContext>];
const to = (event: CalendarEvent, parts: Partial<CalendarEvent>): [CalendarEvent[], CalendarEvent[]] => [[event], [changed(event, parts)]];
const guests = (...list: CalendarEvent['attendees']): Partial<CalendarEvent> => ({ attendees: [kim, ...list] });

const rows: Row[] = [
  ['made', 'a new event', [], [single], { to: at(MONDAY) }],
  ['made', 'a new series', [], [series], { to: at(MONDAY) }],
  ['made', 'an invitation to one occurrence of a series that we cannot see', [], [exception], { original: slot, to: slot.at }],
  ['made', 'an invitation from others that is older than we have been looking', [], [{ ...single, organizedHere: false, createdAt: at('2026-01-05 09:00') }]],
  ['restored', 'an event older than our last look that was not here', [], [{ ...single, createdAt: at('2026-01-05 09:00') }], { to: at(MONDAY) }],
  ['arrived', 'an event that stands on another calendar of the coach', [], [single], {}, { elsewhere: new Set(['dana']) }],
  ['left', 'gone from here, while another calendar has it', [single], [], { from: at(MONDAY) }, { elsewhere: new Set(['dana']) }],
  ['deleted', 'gone', [single], [], { from: at(MONDAY) }],
  ['deleted', 'cancelled', [single], [changed(single, { status: 'cancelled', when: null })], { from: at(MONDAY) }],
  ['deleted', 'a series with its exceptions: one edit', [series, exception, { ...cancelled, id: 'dana_20261214T120000Z' }], [], { from: at(MONDAY), original: null }],
  ['occurrence-cancelled', 'a slot of the series', [series], [series, cancelled], { original: slot, from: slot.at }],
  ['occurrence-cancelled', 'an exception', [series, changed(exception, { when: timed('2026-12-08 09:00', '2026-12-08 10:00') })], [series, cancelled], { original: slot, from: at('2026-12-08 09:00') }],
  ['occurrence-restored', 'a hole of the series is filled again', [series, cancelled], [series, changed(exception, {})], { original: slot, to: slot.at }],
  ['exception-made', 'an occurrence made its own, with nothing changed that we read', [series], [series, changed(exception, {})], { original: slot }],
  ['exception-undone', 'an exception that is no more', [series, exception], [series], { original: slot, from: slot.at }],
  ['moved', 'a single event', ...to(single, { when: timed('2026-12-01 09:00', '2026-12-01 10:00') }), { from: at(MONDAY), to: at('2026-12-01 09:00') }],
  ['moved', 'one occurrence', [series], [series, changed(exception, { when: timed('2026-12-08 09:00', '2026-12-08 10:00') })], { original: slot, from: slot.at, to: at('2026-12-08 09:00') }],
  ['moved', 'the whole series', ...to(series, { when: timed('2026-11-30 14:00', '2026-11-30 15:00') }), { original: null, from: at(MONDAY) }],
  ['moved', 'an all-day event', ...to({ ...single, when: allDay('2026-11-30', '2026-12-01') }, { when: allDay('2026-12-02', '2026-12-03') }), { from: '2026-11-30', to: '2026-12-02' }],
  ['moved-back', 'an exception', [series, { ...exception, when: timed('2026-12-08 09:00', '2026-12-08 10:00') }], [series, changed(exception, {})], { original: slot, to: slot.at }],
  ['lengthened', 'half an hour more', ...to(single, { when: timed(MONDAY, '2026-11-30 14:30') }), { from: at('2026-11-30 14:00'), to: at('2026-11-30 14:30') }],
  ['shortened', 'half an hour less', ...to(single, { when: timed(MONDAY, '2026-11-30 13:30') })],
  [['moved', 'shortened'], 'from the top', ...to(single, { when: timed('2026-11-30 13:30', '2026-11-30 14:00') })],
  ['turned-all-day', 'all day', ...to(single, { when: allDay('2026-11-30', '2026-12-01') }), { from: at(MONDAY), to: '2026-11-30' }],
  ['turned-timed', 'timed again', ...to({ ...single, when: allDay('2026-11-30', '2026-12-01') }, { when: single.when }), { from: '2026-11-30', to: at(MONDAY) }],
  ['zone-changed', 'the same instant in another zone', ...to(series, { when: { kind: 'timed', ...span(MONDAY, '2026-11-30 14:00'), zone: 'UTC' } })],
  ['turned-series', 'repeats from now on', ...to(single, { recurrence: series.recurrence }), { from: at(MONDAY), to: at(MONDAY) }],
  ['turned-single', 'does not repeat any more', ...to(series, { recurrence: null })],
  ['rule-changed', 'another weekday', ...to(series, { recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU'] })],
  ['rule-changed', 'an EXDATE', ...to(series, { recurrence: ['EXDATE:20261214T120000Z', ...series.recurrence] })],
  ['series-trimmed', 'UNTIL', ...to(series, { recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20261213T225959Z;BYDAY=MO'] }), { to: at('2026-12-14 13:00'), count: 14 }],
  ['series-trimmed', 'COUNT', ...to(series, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO'] }), { to: at('2026-12-14 13:00') }],
  ['series-trimmed', 'beyond the horizon', ...to(series, { recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20301213T225959Z;BYDAY=MO'] }), { to: null, count: null }],
  ['series-extended', 'a later end', ...to({ ...series, recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO'] }, { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=MO'] }), { to: at('2026-12-14 13:00'), count: 1 }],
  ['series-extended', 'the end goes, beyond the horizon', ...to({ ...series, recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20301213T225959Z;BYDAY=MO'] }, { recurrence: series.recurrence })],
  ['split-off', 'the new part of "this and following"', [], [{ ...series, id: 'dana_R20261207T120000', when: timed('2026-12-07 13:00', '2026-12-07 14:00') }], { to: slot.at }],
  ['set-free', 'transparent', ...to(single, { transparency: 'transparent' })],
  ['set-busy', 'opaque', ...to({ ...single, transparency: 'transparent' }, { transparency: 'opaque' })],
  ['made-tentative', 'tentative', ...to(single, { status: 'tentative' })],
  ['confirmed', 'confirmed', ...to({ ...single, status: 'tentative' }, { status: 'confirmed' })],
  ['coach-declined', 'the coach says no', ...to(single, { attendees: [{ ...kim, responseStatus: 'declined' }, dana] })],
  ['coach-tentative', 'the coach says perhaps', ...to(single, { attendees: [{ ...kim, responseStatus: 'tentative' }, dana] })],
  ['coach-accepted', 'the coach says yes', ...to({ ...single, attendees: [{ ...kim, responseStatus: 'needsAction' }, dana] }, guests(dana))],
  ['coach-unanswered', 'the coach takes it back', ...to(single, { attendees: [{ ...kim, responseStatus: 'needsAction' }, dana] })],
  ['client-declined', 'the guest says no', ...to(single, guests({ ...dana, responseStatus: 'declined' })), { count: 1 }],
  ['client-accepted', 'the guest says yes', ...to(single, guests({ ...dana, responseStatus: 'accepted' }))],
  ['client-tentative', 'the guest says perhaps', ...to(single, guests({ ...dana, responseStatus: 'tentative' }))],
  ['client-unanswered', 'the guest takes it back', ...to({ ...single, ...guests({ ...dana, responseStatus: 'accepted' }) }, guests(dana))],
  ['guest-added', 'the first guest', ...to({ ...single, attendees: [] }, guests(dana)), { count: 1 }],
  ['guest-removed', 'the last guest', ...to(single, guests()), { count: 1 }],
  [['guest-added', 'guest-removed'], 'one guest for another', ...to(single, guests(sam))],
  [['guest-added', 'became-group'], 'a second guest', ...to(single, guests(dana, sam)), { count: 1 }],
  ['became-group', 'so many guests that Google does not list them', ...to(single, { attendees: [kim], attendeesOmitted: true }), { count: 2 }],
  [['guest-removed', 'one-client-again'], 'the second guest is taken off', ...to({ ...single, ...guests(dana, sam) }, guests(dana))],
  ['other', 'a room is no guest', ...to(single, guests(dana, room))],
  ['renamed', 'another title', ...to(single, { summary: 'Dana W.' })],
  ['organizer-changed', 'somebody else organises it', ...to(single, { organizedHere: false })],
  ['made-private', 'private', ...to(single, { isPrivate: true })],
  ['made-public', 'no longer private', ...to({ ...single, isPrivate: true }, { isPrivate: false })],
  ['type-changed', 'another type', ...to(single, { eventType: 'focusTime' })],
  ['unparsed', 'cannot be read any more', ...to(single, { when: null, unparsed: 'no end' })],
  [['made', 'unparsed'], 'new, and cannot be read', [], [{ ...single, when: null, unparsed: 'no end' }]],
  ['readable-again', 'can be read again', ...to({ ...single, when: null, unparsed: 'no end' }, { when: single.when, unparsed: null })],
  ['other', 'a change of something that we do not read', ...to(single, {})],
  ['echo', 'our own insert, known by its id', [], [single], {}, { ours: new Map([['dana', { kind: 'insert', interval: span(MONDAY, '2026-11-30 14:00') }]]) }],
  ['echo', 'our own insert, known by its mark', [], [{ ...single, privateProperties: { makewayRequest: 'rq_1' } }]],
  ['echo', 'our own move', ...to(single, { when: timed('2026-12-01 09:00', '2026-12-01 10:00') }), {}, { ours: new Map([['dana', { kind: 'move', interval: span('2026-12-01 09:00', '2026-12-01 10:00') }]]) }],
  ['moved', 'a move of the coach while ours was under way', ...to(single, { when: timed('2026-12-02 09:00', '2026-12-02 10:00') }), {}, { ours: new Map([['dana', { kind: 'move', interval: span('2026-12-01 09:00', '2026-12-01 10:00') }]]) }],
  [['echo', 'set-free'], 'our own move, and the coach set it free', ...to(single, { when: timed('2026-12-01 09:00', '2026-12-01 10:00'), transparency: 'transparent' }), {}, { ours: new Map([['dana', { kind: 'move', interval: span('2026-12-01 09:00', '2026-12-01 10:00') }]]) }],
  ['echo', 'our own invitation', ...to({ ...single, attendees: [] }, { attendees: [dana] }), {}, { ours: new Map([['dana', { kind: 'invite', interval: null }]]) }],
  ['echo', 'our own deletion', [single], [], {}, { ours: new Map([['dana', { kind: 'delete', interval: null }]]) }],
];

test.each(rows)('%s: %s', (what, _, before, after, facts = {}, also = {}) => {
  const edits = readEdits(before, after, { ...context, ...also });
  expect(edits.map((e) => e.what)).toEqual([what].flat());
  expect(edits[0]).toMatchObject(facts);
});

test('every kind of edit has its row', () => {
  expect(new Set(rows.flatMap(([what]) => what))).toEqual(new Set(Object.keys(EDIT_IN_WORDS)));
});

test('the same etags give nothing, whatever else differs: it is what we have seen', () => {
  expect(readEdits([series, exception], [{ ...series, summary: 'Other' }, exception], context)).toEqual([]);
});

test('an event without an etag is compared each time, and only what differs is told', () => {
  const bare = { ...single, etag: '' };
  expect(readEdits([bare], [bare], context)).toEqual([]);
  expect(readEdits([bare], [{ ...bare, summary: 'Other' }], context).map((e) => e.what)).toEqual(['renamed']);
  expect(readEdits([series, { ...cancelled, etag: '' }], [series, { ...cancelled, etag: '' }], context)).toEqual([]);
});

test('of a busy calendar only times and status are told', () => {
  const busy = { ...context, timesOnly: true };
  const before = timesOnly({ ...single, attendees: [kim, dana] });
  const all = changed(before, { isPrivate: true, eventType: 'focusTime', organizedHere: false });
  expect(readEdits([before], [all], busy)).toEqual([{ what: 'other', eventId: 'dana', original: null, from: null, to: null, count: null }]);
  expect(readEdits([before], [changed(all, { transparency: 'transparent' })], busy).map((e) => e.what)).toEqual(['set-free']);
  expect(readEdits([before], [changed(before, { attendees: before.attendees.map((a) => ({ ...a, responseStatus: 'declined' })) })], busy).map((e) => e.what)).toEqual(['coach-declined']);
});

test('edits and their lines carry no text of the event and no address', () => {
  for (const [, , before, after, , also] of rows) {
    const said = JSON.stringify(editLines(addEdits(NO_EDITS, readEdits(before, after, { ...context, ...also }))));
    expect(said).not.toMatch(/x\.example|Dana|W\.|Other/);
  }
});

test('a line for each edit, with its event, slot, times and count', () => {
  const tally = addEdits(NO_EDITS, readEdits([series], [series, changed(exception, { ...guests(dana, sam), when: timed('2026-12-08 09:00', '2026-12-08 10:00') })], context));
  expect(editLines(tally).map(({ what, facts }) => ({ what, facts }))).toEqual([
    { what: 'moved in Google', facts: { event: exception.id, original: slot.at, from: slot.at, to: at('2026-12-08 09:00') } },
    { what: 'guest added in Google', facts: { event: exception.id, original: slot.at, count: 1 } },
    { what: 'made a group in Google', facts: { event: exception.id, original: slot.at, count: 2 } },
  ]);
});

test('fifty edits are told one by one, fifty-one in one line with counts', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => anEvent({ id: `e${i}` }));
  const tally = (count: number) => many(count).reduce((t, e) => addEdits(t, readEdits(e.id === 'e0' ? [] : [e], e.id === 'e0' ? [e] : [], context)), NO_EDITS);
  expect(editLines(tally(MOST_LINES))).toHaveLength(MOST_LINES);
  expect(editLines(tally(MOST_LINES + 1))).toEqual([{ what: 'many changes in Google', edit: null, facts: { edits: 51, made: 1, deleted: 50 } }]);
  expect(tally(500).edits.length).toBeLessThanOrEqual(MOST_LINES);
});

test('a split made by a program, trim and insert: the new series that begins where the old one ends is its continuation', () => {
  const [before, after] = to(series, { recurrence: ['RRULE:FREQ=WEEKLY;UNTIL=20261213T225959Z;BYDAY=MO'] });
  const next = anEvent({ id: 'new', recurrence: series.recurrence, when: timed('2026-12-14 13:00', '2026-12-14 14:00') });
  const other = anEvent({ id: 'other', recurrence: series.recurrence, when: timed('2026-12-14 15:00', '2026-12-14 16:00') });
  const tally = [readEdits(before, after, context), readEdits([], [next], context), readEdits([], [other], context)].reduce(addEdits, NO_EDITS);
  expect(editLines(tally).map((l) => l.what)).toEqual(['series trimmed in Google', 'split off from a series in Google', 'made in Google']);
});

test('whatever two states differ in: another etag gives an edit, the same one none, and nothing makes it throw', () => {
  const states = rows.flatMap(([, , before, after]) => [...before, ...after]).filter((e) => (e.recurringEventId ?? e.id) === 'dana').map((e) => fc.constant(e));
  const some = fc.uniqueArray(fc.oneof(...states).chain((e) => fc.constantFrom('"1"', '"2"').map((etag) => ({ ...e, etag }))), { maxLength: 4, selector: (e) => e.id });
  fc.assert(fc.property(some, some, fc.boolean(), (before, after, timesOnly) => {
    const told = new Set(readEdits(before, after, { ...context, timesOnly }).map((e) => e.eventId));
    for (const e of after) {
      const was = before.find((b) => b.id === e.id);
      if (was && was.etag !== e.etag && (e.recurringEventId !== null || (was.status !== 'cancelled' && e.status !== 'cancelled'))) {
        // Where the series itself is gone, its exceptions say nothing.
        const isGone = before.some((b) => b.recurringEventId === null && b.status !== 'cancelled') && !after.some((a) => a.recurringEventId === null && a.status !== 'cancelled');
        if (!isGone) expect(told).toContain(e.id);
      }
    }
    expect(readEdits(after, after, context).filter((e) => e.what !== 'made')).toEqual([]);
  }), { numRuns: 2_000 });
});
