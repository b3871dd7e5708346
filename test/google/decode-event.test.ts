import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockingOf } from '../../src/calendar/busy.js';
import { occurrenceOfEvent } from '../../src/calendar/expand.js';
import { decodeEvent, timesOnly } from '../../src/google/decode-event.js';
import { MOST_GUESTS } from '../../src/google/decode-limits.js';
import { certainTimes, decodePage } from '../../src/google/decode-page.js';
import { mutatedFrom } from './mutated.js';

interface Sample { case: string; event: Record<string, unknown> & { start?: Record<string, string>; end?: Record<string, string>; originalStartTime?: Record<string, string> } }
const { samples } = JSON.parse(readFileSync(new URL('../fixtures/google-event-samples.json', import.meta.url), 'utf8')) as { samples: Sample[] };
const mutated = mutatedFrom(samples.map((s) => s.event));
const sample = (name: string) => {
  const found = samples.find((s) => s.case === name);
  if (!found) throw new Error(`no sample ${name}`);
  return decodeEvent(found.event)!;
};

describe('what Google sends', () => {
  test.each(samples)('$case', ({ event: raw }) => {
    const event = decodeEvent(raw)!;
    expect(event.unparsed).toBe(raw.endTimeUnspecified === true ? 'no end of its own' : null);
    expect(event).toMatchObject({
      id: raw.id, etag: raw.etag ?? '', status: raw.status, summary: raw.summary ?? null, iCalUid: raw.iCalUID ?? null,
      recurringEventId: raw.recurringEventId ?? null, recurrence: raw.recurrence ?? null, transparency: raw.transparency ?? 'opaque', eventType: raw.eventType ?? 'default',
      attendeesOmitted: raw.attendeesOmitted ?? false,
    });
    const { start, end } = raw;
    if (!start || !end) expect(event.when).toBeNull();
    else if (start.date) expect(event.when).toEqual({ kind: 'all-day', startOn: start.date, endOn: end.date });
    else expect(event.when).toEqual({ kind: 'timed', start: Date.parse(start.dateTime!), end: Date.parse(end.dateTime!), zone: start.timeZone ?? null });
    const original = raw.originalStartTime;
    expect(event.originalStart).toEqual(!original ? null : original.date ? { kind: 'all-day', on: original.date } : { kind: 'timed', at: Date.parse(original.dateTime!) });
    expect(event.attendees).toHaveLength(Array.isArray(raw.attendees) ? raw.attendees.length : 0);
  });

  test('covers every sample that was collected', () => { expect(samples.length).toBeGreaterThan(50); });

  test('without an end of its own the event stands where Google puts it, an hour at least, and is told', () => {
    const open = { id: 'e1', status: 'confirmed', endTimeUnspecified: true, start: { dateTime: '2026-11-30T13:00:00+01:00' } };
    const at = (end: string) => decodeEvent({ ...open, end: { dateTime: end } });
    expect(at('2026-11-30T13:30:00+01:00')).toMatchObject({ unparsed: expect.stringContaining('no end') as string, when: { end: Date.parse('2026-11-30T13:30:00+01:00') } });
    expect(at('2026-11-30T13:00:00+01:00')).toMatchObject({ when: { end: Date.parse('2026-11-30T14:00:00+01:00') } });
  });
  test('a cancelled stub has no time and is not called broken', () => {
    expect(sample('cancelled-minimal')).toMatchObject({ status: 'cancelled', when: null, updatedAt: null, organizedHere: false, attendees: [], unparsed: null });
  });
  test('guests: who we are, who organises, what each answered', () => {
    expect(sample('declined-by-self').attendees).toEqual([expect.objectContaining({ self: true, responseStatus: 'declined' })]);
    expect(sample('invitation-needs-action')).toMatchObject({ organizedHere: false });
    expect(sample('attendees-rich').attendees.every((a) => a.email === a.email.toLowerCase())).toBe(true);
  });
  test('of private properties only ours are kept', () => {
    expect(Object.keys(sample('app-owned-session-extended-properties').privateProperties).every((key) => key.startsWith('makeway'))).toBe(true);
    const ours = decodeEvent({ id: 'a', extendedProperties: { private: { makeway_request: 'rq_1', other: 'x', makewayBad: 7 }, shared: { makeway_shared: 'y' } } });
    expect(ours?.privateProperties).toEqual({ makeway_request: 'rq_1' });
  });
});

const timed = { id: 'e1', status: 'confirmed', start: { dateTime: '2026-11-30T13:00:00+01:00' }, end: { dateTime: '2026-11-30T14:00:00+01:00' } };

describe('broken payloads', () => {
  test.each([undefined, null, 1, 'event', [], {}, { id: null }, { id: 7 }, { id: '' }].map((raw) => [raw]))('%j is no event', (raw) => {
    expect(decodeEvent(raw)).toBeNull();
  });

  const at = (time: string): number => Date.parse(time);
  const hour = { kind: 'timed', start: at('2026-11-30T12:00:00Z'), end: at('2026-11-30T13:00:00Z') };
  const day = (on: string, until: string): unknown => ({ kind: 'all-day', startOn: on, endOn: until });
  test.each([
    ['no end', { end: undefined }, hour],
    ['null end', { end: null }, hour],
    ['end is a text', { end: '2026-11-30' }, hour],
    ['end without time', { end: {} }, hour],
    ['end is a number', { end: { dateTime: 1_796_040_000 } }, hour],
    ['end is words', { end: { dateTime: 'tomorrow' } }, hour],
    ['end before start', { end: { dateTime: '2026-11-30T12:00:00+01:00' } }, hour],
    ['a time and a date', { end: { date: '2026-12-01' } }, hour],
    ['no start: the hour before the end', { start: undefined }, hour],
    ['a start in a month that is none', { start: { dateTime: '2026-13-01T10:00:00Z' } }, hour],
    ['a date and no end', { start: { date: '2026-11-30' }, end: null }, day('2026-11-30', '2026-12-01')],
    ['no date and an end', { start: {}, end: { date: '2026-12-01' } }, day('2026-11-30', '2026-12-01')],
    ['a date and a time', { start: { date: '2026-11-30' } }, day('2026-11-30', '2026-12-01')],
    ['dates in the wrong order', { start: { date: '2026-11-30' }, end: { date: '2026-11-28' } }, day('2026-11-30', '2026-12-01')],
    ['a day of no length', { start: { date: '2026-11-30' }, end: { date: '2026-11-30' } }, day('2026-11-30', '2026-12-01')],
    ['30 February', { start: { date: '2026-02-30' }, end: { date: '2026-03-03' } }, day('2026-03-02', '2026-03-03')],
    ['nothing at all', { start: null, end: null }, null],
    ['two dates that are none', { start: { date: '2026-13-45' }, end: { date: '0000-00-00' } }, null],
  ])('%s: it blocks what is known of its time, and says why', (_what, change, when) => {
    const event = decodeEvent({ ...timed, transparency: 'transparent', ...change });
    expect(event).toMatchObject({ id: 'e1', when: when === hour ? expect.objectContaining(hour) as unknown : when, unparsed: expect.stringMatching(/start|end|time/) as string });
    expect(blockingOf(event!)).toBe('busy');
  });

  test.each([
    ['an unknown status', { status: 'unheard' }, { status: 'confirmed' }, /status/],
    ['a status of another type', { status: 7 }, { status: 'confirmed' }, /status/],
    ['recurrence of other things', { recurrence: [1, null] }, { recurrence: ['unreadable'] }, /recurrence/],
    ['recurrence partly of other things', { recurrence: [1, 'RRULE:FREQ=DAILY'] }, { recurrence: ['RRULE:FREQ=DAILY'] }, /recurrence/],
    ['recurrence is one text', { recurrence: 'RRULE:FREQ=DAILY' }, { recurrence: ['RRULE:FREQ=DAILY'] }, /recurrence/],
    ['recurrence is an object', { recurrence: {} }, { recurrence: ['unreadable'] }, /recurrence/],
    ['a rule on an instance', { recurrence: ['RRULE:FREQ=DAILY'], recurringEventId: 'r' }, { recurringEventId: null, recurrence: ['RRULE:FREQ=DAILY'] }, /rule on an instance/],
    ['an instance of nobody knows when', { recurringEventId: 'r', originalStartTime: { date: 'soon' } }, { recurringEventId: 'r', originalStart: null }, /original start/],
    ['instances that last for centuries', { recurrence: ['RRULE:FREQ=WEEKLY'], end: { dateTime: '2526-11-30T14:00:00+01:00' } }, { recurrence: null, when: expect.objectContaining({ end: at('9999-12-30T00:00:00Z') }) as unknown }, /last for years/],
  ])('%s: told, and it blocks', (_what, change, expected, why) => {
    expect(decodeEvent({ ...timed, ...change })).toMatchObject({ ...expected, unparsed: expect.stringMatching(why) as string });
  });

  test.each([
    ['status null', { status: null }, { status: 'confirmed' }],
    ['transparency', { transparency: 1 }, { transparency: 'opaque' }],
    ['eventType unknown', { eventType: 'siesta' }, { eventType: 'siesta' }],
    ['eventType of another type', { eventType: {} }, { eventType: 'default' }],
    ['attendees are an object', { attendees: {} }, { attendees: [], attendeesOmitted: true }],
    ['attendees of no use', { attendees: [null, 'x', {}, { email: 3 }] }, { attendees: [], attendeesOmitted: true }],
    ['our own answer without an address', { attendees: [{ self: true, responseStatus: 'declined' }] }, { attendees: [expect.objectContaining({ self: true, responseStatus: 'declined' }) as unknown], attendeesOmitted: false }],
    ['responseStatus unknown', { attendees: [{ email: 'Dana@X.example', responseStatus: 'perhaps', self: 'yes' }] },
      { attendees: [{ email: 'dana@x.example', displayName: null, responseStatus: 'needsAction', self: false, organizer: false, resource: false }] }],
    ['an empty recurrence', { recurrence: [] }, { recurrence: null }],
    ['organizer is a text', { organizer: 'me' }, { organizedHere: false }],
    ['properties are a list', { extendedProperties: { private: ['makeway'] } }, { privateProperties: {} }],
    ['updated is nonsense', { updated: 'yesterday' }, { updatedAt: null }],
    ['updated is far away', { updated: '9999-01-01T00:00:00Z' }, { updatedAt: null }],
    ['summary is a number', { summary: 5 }, { summary: null }],
    ['no offset, but a zone', { start: { dateTime: '2026-11-30T13:00:00', timeZone: 'Europe/Berlin' } }, { when: expect.objectContaining({ start: at('2026-11-30T12:00:00Z') }) as unknown }],
    ['an instance whose id tells its slot', { id: 'r_20261130T120000Z', recurringEventId: 'r', originalStartTime: {} }, { originalStart: { kind: 'timed', at: at('2026-11-30T12:00:00Z') } }],
    ['an all-day instance whose id tells its slot', { id: 'r_20261130', recurringEventId: 'r' }, { originalStart: { kind: 'all-day', on: '2026-11-30' } }],
  ])('%s: the harmless reading, and the event still counts', (_what, change, expected) => {
    expect(decodeEvent({ ...timed, ...change })).toMatchObject({ ...expected, unparsed: null });
  });

  test('without offset and zone, the clock of the calendar is meant', () => {
    const floating = { ...timed, start: { dateTime: '2026-11-30T13:00:00' }, end: { dateTime: '2026-11-30T14:00:00' } };
    expect(decodeEvent(floating, 'Europe/Berlin')).toMatchObject({ when: hour, unparsed: null });
    expect(decodeEvent(floating)).toMatchObject({ when: null, unparsed: 'no time that can be read' });
  });

  test('years 1 and 9999 are times like any other; beyond what Postgres writes they end at its edge', () => {
    expect(decodeEvent({ ...timed, start: { dateTime: '0001-01-01T00:00:00+14:00' }, end: { dateTime: '9999-12-31T23:59:59-12:00' } })).toMatchObject({
      when: { start: at('0001-01-02T00:00:00Z'), end: at('9999-12-30T00:00:00Z') }, unparsed: null,
    });
    expect(decodeEvent({ ...timed, start: { date: '1604-03-05' }, end: { date: '1604-03-06' }, recurrence: ['RRULE:FREQ=YEARLY'] })).toMatchObject({ when: day('1604-03-05', '1604-03-06') as object, unparsed: null });
  });

  test('text that Postgres would refuse is mended: NUL goes, a lone surrogate is replaced', () => {
    const event = decodeEvent({
      ...timed, summary: 'Da\u0000na \ud83d!', start: { ...timed.start, timeZone: 'Europe/\u0000Berlin' }, attendees: [{ email: 'd\u0000@x.example', displayName: '\udc00' }],
      recurrence: ['RRULE:FREQ=\u0000DAILY'], extendedProperties: { private: { 'makeway\u0000_a': 'b\ud800' } }, etag: '"1\u0000"', iCalUID: '\ud83d', eventType: '\udfff',
    });
    expect(event).toMatchObject({ summary: 'Dana \ufffd!', when: { zone: 'Europe/Berlin' }, attendees: [{ email: 'd@x.example', displayName: '\ufffd' }], recurrence: ['RRULE:FREQ=DAILY'], privateProperties: { makeway_a: 'b\ufffd' } });
    expect(JSON.stringify(event)).not.toMatch(/\\u0000|\\ud[89a-f]/);
  });
});

describe('enormous payloads: what is kept has a limit, and what is cut says so', () => {
  test('50,000 guests: the coach\'s own answer and the organizer are kept wherever they stand', () => {
    const attendees: unknown[] = Array.from({ length: 50_000 }, (_, i) => ({ email: `g${i}@x.example`, displayName: 'x'.repeat(5_000) }));
    attendees.push({ email: 'boss@x.example', organizer: true }, { email: 'me@x.example', self: true, responseStatus: 'declined' });
    const event = decodeEvent({ ...timed, attendees })!;
    expect(event.attendees).toHaveLength(MOST_GUESTS);
    expect(event.attendees.slice(0, 2).map((a) => a.email)).toEqual(['me@x.example', 'boss@x.example']);
    expect(event.attendeesOmitted).toBe(true);
    expect(blockingOf(event)).toBe('free');
  });
  test('a description of 2 MB is not kept, a title of 2 MB is cut', () => {
    const event = decodeEvent({ ...timed, description: 'd'.repeat(2_000_000), summary: '😀'.repeat(1_000_000) })!;
    expect(event.summary).toMatch(/…$/);
    expect(JSON.stringify(event).length).toBeLessThan(4_000);
  });
  test('an address that is too long is nobody\'s: it is left out, and the event counts as a group', () => {
    expect(decodeEvent({ ...timed, attendees: [{ email: `${'x'.repeat(400)}@x.example` }, { email: 'dana@x.example' }] })).toMatchObject({ attendees: [{ email: 'dana@x.example' }], attendeesOmitted: true });
  });
  test('deep and many properties', () => {
    const deep = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as unknown;
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`makeway_${i}`, 'v'.repeat(10_000)]));
    const event = decodeEvent({ ...timed, extendedProperties: { private: { ...many, makewayDeep: deep }, shared: deep }, conferenceData: deep })!;
    expect(Object.keys(event.privateProperties)).toHaveLength(50);
    expect(JSON.stringify(event).length).toBeLessThan(100_000);
  });
  test('thousands of EXDATEs are kept; beyond the limit those that take time out go first', () => {
    const exdates = (n: number): string => `EXDATE;TZID=Europe/Berlin:${Array.from({ length: n }, (_, i) => `${new Date(i * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')}T130000`).join(',')}`;
    expect(decodeEvent({ ...timed, recurrence: ['RRULE:FREQ=DAILY', exdates(10_000)] })).toMatchObject({ unparsed: null, recurrence: { length: 2 } });
    const cut = decodeEvent({ ...timed, recurrence: [exdates(40_000), 'RRULE:FREQ=DAILY', 'RDATE:20261201T120000Z'] })!;
    expect(cut.unparsed).toMatch(/too many/);
    expect(cut.recurrence?.slice(0, 2)).toEqual(['RRULE:FREQ=DAILY', 'RDATE:20261201T120000Z']);
    expect(cut.recurrence?.[2]).toMatch(/^EXDATE.*T130000$/);
    expect(JSON.stringify(cut).length).toBeLessThan(300_000);
  });

  test.each([
    ['1,025 characters', 'x'.repeat(1_025)], ['1,024 characters of three bytes', '日'.repeat(1_024)], ['NUL', 'a\u0000'], ['a half character', 'a\ud83d'],
  ])('an id of %s becomes a key of its own, the same each time', (_what, id) => {
    const event = decodeEvent({ ...timed, id })!;
    expect(event.id).toMatch(/^~[\w-]{43}$/);
    expect(event.unparsed).toMatch(/id/);
    expect(decodeEvent({ id, status: 'cancelled' })).toMatchObject({ id: event.id, status: 'cancelled' });
    expect(decodeEvent({ ...timed, id: 'i', recurringEventId: id, originalStartTime: timed.start })?.recurringEventId).toBe(event.id);
    expect(decodeEvent({ ...timed, id: `${id}x` })?.id).not.toBe(event.id);
  });
  test('an id of 1,024 characters is an id', () => { expect(decodeEvent({ ...timed, id: 'x'.repeat(1_024) })).toMatchObject({ id: 'x'.repeat(1_024), unparsed: null }); });

  test('without an etag, a change is seen all the same', () => {
    const first = decodeEvent({ ...timed, summary: 'a' })!;
    expect(first.etag).not.toBe('');
    expect(decodeEvent({ ...timed, summary: 'a' })?.etag).toBe(first.etag);
    expect(decodeEvent({ ...timed, summary: 'b' })?.etag).not.toBe(first.etag);
  });
});

describe('nothing that is JSON makes it throw', () => {
  /** What comes out can be stored, sent and laid out. */
  function expectSound(raw: unknown): void {
    const event = decodeEvent(raw, 'Europe/Berlin');
    if (!event) return;
    expect(JSON.stringify(event)).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    expect(Buffer.byteLength(event.id)).toBeLessThanOrEqual(1_024);
    expect(event.status === 'cancelled' || event.when !== null || event.unparsed !== null).toBe(true);
    const laid = occurrenceOfEvent(event, 'Europe/Berlin');
    if (laid) expect([new Date(laid.start).toISOString(), new Date(laid.end).toISOString()].every((text) => /^\d{4}-/.test(text))).toBe(true);
    expect(() => timesOnly(event)).not.toThrow();
  }
  test('anything', () => { fc.assert(fc.property(fc.anything(), expectSound), { numRuns: 500 }); });
  test('any page', () => {
    fc.assert(fc.property(fc.anything(), (data) => {
      try { decodePage(data, { pageToken: null }); } catch (error) { expect(error).toMatchObject({ code: 'GOOGLE_UNREACHABLE' }); }
    }), { numRuns: 300 });
  });
  test('a real event of Google\'s in which one to four fields, at any depth, are something else', () => {
    fc.assert(fc.property(mutated, expectSound), { numRuns: 1_500 });
  });
});

describe('the envelope of a page', () => {
  const page = (change: Record<string, unknown>): unknown => ({ kind: 'calendar#events', timeZone: 'Europe/Berlin', accessRole: 'owner', items: [timed], nextSyncToken: 's', ...change });
  const read = (change: Record<string, unknown>, pageToken: string | null = null) => decodePage(page(change), { pageToken });

  test('items that are no event are counted, and the others are there', () => {
    expect(read({ items: [null, 'x', [], {}, timed, { id: 5 }] })).toMatchObject({ events: [{ id: 'e1' }], unreadable: 5, nextCursor: 's', nextPageToken: null });
  });
  test.each([undefined, null, {}, 'items', 3])('without a list (%j) nothing is known, least of all that there are no events', (items) => {
    expect(() => read({ items })).toThrow(expect.objectContaining({ code: 'GOOGLE_UNREACHABLE' }));
  });
  test.each([[''], ['<html>'], [null], [undefined], [[]], [7]])('a body that is %j is no page', (body) => {
    expect(() => decodePage(body, { pageToken: null })).toThrow(expect.objectContaining({ code: 'GOOGLE_UNREACHABLE' }));
  });
  test('a page that leads to itself, or nowhere that can be asked for, is not believed', () => {
    expect(read({ nextPageToken: 'b' }, 'a').nextPageToken).toBe('b');
    for (const nextPageToken of ['a', '', 7, {}, 'x'.repeat(10_000)]) expect(() => read({ nextPageToken }, 'a')).toThrow(expect.objectContaining({ code: 'GOOGLE_UNREACHABLE' }));
  });
  test('a zone that nobody knows, and no zone, change nothing', () => {
    for (const timeZone of ['Mars/Olympus', '', 5, undefined, 'x'.repeat(100_000)]) expect(read({ timeZone }).timeZone).toBeNull();
    expect(read({ accessRole: { role: 'owner' } }).accessRole).toBeNull();
  });
  test('in a live look, what is not certain takes the whole window', () => {
    const events = certainTimes(read({ items: [timed, { ...timed, id: 'e2', end: null }, 'x', { ...timed, id: 'e3', status: 'cancelled' }] }));
    expect(events.map((e) => [e.id, e.status, e.when === null])).toEqual([['e1', 'confirmed', false], ['e2', 'confirmed', true], ['e3', 'cancelled', false], ['~no-event', 'confirmed', true]]);
    expect(events.filter((e) => e.when === null).map(blockingOf)).toEqual(['busy', 'busy']);
  });
});

test('of a busy calendar only times and our own answer are kept', () => {
  const event = timesOnly(decodeEvent({ ...timed, summary: 'Therapy', iCalUID: 'u', attendees: [{ email: 'me@x.example', self: true, responseStatus: 'declined', displayName: 'Me' }, { email: 'dr@x.example' }], extendedProperties: { private: { makeway_a: 'b' } } })!);
  expect(event.when).toMatchObject({ kind: 'timed' });
  expect(event.attendees).toEqual([{ email: '', displayName: null, responseStatus: 'declined', self: true, organizer: false, resource: false }]);
  expect(JSON.stringify(event)).not.toMatch(/Therapy|x\.example|"b"/);
});
