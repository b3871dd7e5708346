import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { occurrenceOfEvent } from '../../src/calendar/expand.js';
import { decodeEvent, timesOnly } from '../../src/google/decode-event.js';

interface Sample { case: string; event: Record<string, unknown> & { start?: Record<string, string>; end?: Record<string, string>; originalStartTime?: Record<string, string> } }
const { samples } = JSON.parse(readFileSync(new URL('../fixtures/google-event-samples.json', import.meta.url), 'utf8')) as { samples: Sample[] };
const sample = (name: string) => {
  const found = samples.find((s) => s.case === name);
  if (!found) throw new Error(`no sample ${name}`);
  return decodeEvent(found.event)!;
};

describe('what Google sends', () => {
  test.each(samples)('$case', ({ event: raw }) => {
    const event = decodeEvent(raw)!;
    expect(event.unparsed).toBe(raw.endTimeUnspecified === true ? 'the event has no end of its own' : null);
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
  test.each([undefined, null, 1, 'event', [], {}, { id: null }, { id: 7 }, { id: '' }, { id: 'x'.repeat(1025) }].map((raw) => [raw]))('%j is no event', (raw) => {
    expect(decodeEvent(raw)).toBeNull();
  });

  test.each([
    ['no start', { start: undefined }],
    ['null start', { start: null }],
    ['start is a text', { start: '2026-11-30' }],
    ['start without time', { start: {} }],
    ['dateTime is a number', { start: { dateTime: 1_796_040_000 } }],
    ['dateTime without offset', { start: { dateTime: '2026-11-30T13:00:00' } }],
    ['dateTime is words', { start: { dateTime: 'tomorrow' } }],
    ['no end', { end: undefined }],
    ['a date and a time', { end: { date: '2026-12-01' } }],
    ['end before start', { end: { dateTime: '2026-11-30T12:00:00+01:00' } }],
    ['year 1', { start: { dateTime: '0001-01-01T00:00:00Z' } }],
    ['year 9999', { end: { dateTime: '9999-12-31T23:59:59Z' } }],
    ['a month that is none', { start: { dateTime: '2026-13-01T10:00:00Z' } }],
  ])('%s: told as unparsed, the rest is kept', (_what, change) => {
    expect(decodeEvent({ ...timed, ...change })).toMatchObject({ id: 'e1', when: null, unparsed: expect.stringMatching(/start and end/) as string });
  });

  test.each([
    ['status', { status: 'unheard' }, { status: 'confirmed' }],
    ['status null', { status: null }, { status: 'confirmed' }],
    ['transparency', { transparency: 1 }, { transparency: 'opaque' }],
    ['eventType unknown', { eventType: 'siesta' }, { eventType: 'siesta' }],
    ['eventType of another type', { eventType: {} }, { eventType: 'default' }],
    ['attendees are an object', { attendees: {} }, { attendees: [] }],
    ['attendees of no use', { attendees: [null, 'x', {}, { email: 3 }] }, { attendees: [] }],
    ['responseStatus unknown', { attendees: [{ email: 'Dana@X.example', responseStatus: 'perhaps', self: 'yes' }] },
      { attendees: [{ email: 'dana@x.example', displayName: null, responseStatus: 'needsAction', self: false, organizer: false, resource: false }] }],
    ['recurrence of other things', { recurrence: [1, null] }, { recurrence: null }],
    ['organizer is a text', { organizer: 'me' }, { organizedHere: false }],
    ['properties are a list', { extendedProperties: { private: ['makeway'] } }, { privateProperties: {} }],
    ['updated is nonsense', { updated: 'yesterday' }, { updatedAt: null }],
    ['original start is nonsense', { originalStartTime: { date: 'soon' } }, { originalStart: null }],
    ['summary is a number', { summary: 5 }, { summary: null }],
  ])('%s: the harmless reading, and the event still counts', (_what, change, expected) => {
    expect(decodeEvent({ ...timed, ...change })).toMatchObject({ ...expected, unparsed: null });
  });

  test('text that Postgres would refuse is mended: NUL goes, a lone surrogate is replaced', () => {
    const event = decodeEvent({ ...timed, summary: 'Da\u0000na \ud83d!', start: { ...timed.start, timeZone: 'Europe/\u0000Berlin' }, attendees: [{ email: 'd\u0000@x.example', displayName: '\udc00' }] });
    expect(event).toMatchObject({ summary: 'Dana \ufffd!', when: { zone: 'Europe/Berlin' }, attendees: [{ email: 'd@x.example', displayName: '\ufffd' }] });
  });
  test('more guests than anybody needs are cut', () => {
    expect(decodeEvent({ ...timed, attendees: Array.from({ length: 2_000 }, (_, i) => ({ email: `g${i}@x.example` })) })?.attendees).toHaveLength(500);
  });

  test('nothing that is JSON makes it throw, and all text comes out well formed', () => {
    const json = fc.jsonValue();
    const like = fc.record({ id: fc.oneof(fc.string({ unit: 'binary' }), json), status: json, start: fc.oneof(json, fc.record({ date: json, dateTime: json, timeZone: json })), end: fc.oneof(json, fc.record({ date: json, dateTime: json })), summary: fc.oneof(fc.string({ unit: 'binary' }), json), recurrence: json, attendees: fc.oneof(json, fc.array(fc.oneof(json, fc.record({ email: json, displayName: json })))), organizer: json, extendedProperties: json, originalStartTime: json, updated: json }, { requiredKeys: [] });
    fc.assert(fc.property(like, (raw) => {
      const event = decodeEvent(raw);
      if (!event) return;
      const text = JSON.stringify([event.id, event.summary, event.attendees, event.iCalUid]);
      expect(text).not.toMatch(/\\u0000|\\ud[89a-f]/);
      expect(event.status === 'cancelled' || event.when !== null || event.unparsed !== null).toBe(true);
    }), { numRuns: 300 });
  });

  test.each([['2026-02-30', '2026-03-03'], ['2026-13-45', '2026-13-46'], ['0000-00-00', '0000-00-01'], ['0001-01-01', '9999-12-31'], ['2026-11-30', '2026-11-29']])('an all-day event %s to %s does not stop the calendar: what comes out can be laid out', (from, to) => {
    const event = decodeEvent({ id: 'e1', status: 'confirmed', start: { date: from }, end: { date: to } })!;
    expect(() => occurrenceOfEvent(event, 'Europe/Berlin')).not.toThrow();
  });
});

test('of a busy calendar only times and our own answer are kept', () => {
  const event = timesOnly(decodeEvent({ ...timed, summary: 'Therapy', iCalUID: 'u', attendees: [{ email: 'me@x.example', self: true, responseStatus: 'declined', displayName: 'Me' }, { email: 'dr@x.example' }], extendedProperties: { private: { makeway_a: 'b' } } })!);
  expect(event.when).toMatchObject({ kind: 'timed' });
  expect(event.attendees).toEqual([{ email: '', displayName: null, responseStatus: 'declined', self: true, organizer: false, resource: false }]);
  expect(JSON.stringify(event)).not.toMatch(/Therapy|x\.example|"b"/);
});
