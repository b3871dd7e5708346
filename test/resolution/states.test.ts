import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClientId, CoachId, HoldId, OfferId, RequestId, ResolutionId, SessionId } from '../../src/kernel/ids.js';
import { DAY, HOUR, instant, MINUTE, plus, type Instant } from '../../src/kernel/interval.js';
import type { Moving, Offer, Picking, Resolution } from '../../src/resolution/resolution.js';
import { needOf, next, OPTION_1, OPTION_2, type FactName, type Need, type Sight, type Way } from '../../src/resolution/states.js';

const at = (text: string): Instant => instant(Date.parse(`2026-11-${text}:00Z`));
const ASKED = at('23T10:00');
const SETTLE = MINUTE;

const COMMON = {
  coachId: 'co_1' as CoachId, id: 're_1' as ResolutionId, requestId: 'rq_1' as RequestId, interval: { start: at('30T13:00'), end: at('30T14:00') },
  tolerated: [], freedNoticedAt: null, askedAt: instant(0), endReason: null,
};
const resolution = (change: Partial<Moving> = {}): Moving => ({ ...COMMON, option: 2, state: 'asked', sessionId: 'se_1' as SessionId, promiseId: 'ho_1' as HoldId, ...change });
const option1 = (change: Partial<Picking> = {}): Picking => ({ ...COMMON, option: 1, state: 'asked', sessionId: null, promiseId: null, ...change });
const offer = (change: Partial<Offer> = {}): Offer => ({
  id: 'of_1' as OfferId, clientId: 'cl_1' as ClientId, round: 1, slots: [], passedOver: [], remindAt: plus(ASKED, 12 * HOUR), expiresAt: plus(ASKED, 24 * HOUR), remindedAt: null, ...change,
});
const OPEN = offer();
const REMINDED = offer({ remindedAt: plus(ASKED, 12 * HOUR) });
const STANDS: Sight = { isGone: false, isDeclined: false, isAnothers: false, hasOtherLength: false, isReadOnly: false };
const rest = (restUntil: Instant): Need => ({ restUntil });
const need = (r: Resolution, o: Offer, isGone: boolean, now: Instant): Need => needOf(r, o, r.option === 2 ? { ...STANDS, isGone } : null, SETTLE, now);

describe('asked, option 2', () => {
  const noticed = plus(ASKED, HOUR);
  test.each<[string, Resolution, Offer, boolean, Instant, Need]>([
    ['just asked: rests until the reminder', resolution(), OPEN, false, ASKED, rest(OPEN.remindAt)],
    ['a moment before the reminder', resolution(), OPEN, false, plus(OPEN.remindAt, -1), rest(OPEN.remindAt)],
    ['from the reminder on', resolution(), OPEN, false, OPEN.remindAt, { fact: 'reminder due' }],
    ['reminded: rests until the end', resolution(), REMINDED, false, OPEN.remindAt, rest(OPEN.expiresAt)],
    ['a moment before the end', resolution(), REMINDED, false, plus(OPEN.expiresAt, -1), rest(OPEN.expiresAt)],
    ['from the end on', resolution(), REMINDED, false, OPEN.expiresAt, { fact: 'no answer' }],
    ['the end comes before a reminder that was missed', resolution(), OPEN, false, OPEN.expiresAt, { fact: 'no answer' }],
    ['the end comes even if the time looks free', resolution(), REMINDED, true, OPEN.expiresAt, { fact: 'no answer' }],
    ['the mirror shows it free: it is noted', resolution(), OPEN, true, ASKED, { fact: 'left' }],
    ['noted: rests until it has settled', resolution({ freedNoticedAt: noticed }), OPEN, true, noticed, rest(plus(noticed, SETTLE))],
    ['a moment before it has settled', resolution({ freedNoticedAt: noticed }), OPEN, true, plus(noticed, SETTLE - 1), rest(plus(noticed, SETTLE))],
    ['settled: it is looked at again', resolution({ freedNoticedAt: noticed }), OPEN, true, plus(noticed, SETTLE), { do: 'look' }],
    ['it came back: that is noted too', resolution({ freedNoticedAt: noticed }), OPEN, false, plus(noticed, 1), { fact: 'came back' }],
    ['nobody is reminded of a time that looks free', resolution({ freedNoticedAt: OPEN.remindAt }), OPEN, true, OPEN.remindAt, rest(plus(OPEN.remindAt, SETTLE))],
    ['settling does not outlast the offer', resolution({ freedNoticedAt: plus(OPEN.expiresAt, -1) }), REMINDED, true, plus(OPEN.expiresAt, -1), rest(OPEN.expiresAt)],
  ])('%s', (_what, r, o, free, now, expected) => { expect(need(r, o, free, now)).toEqual(expected); });
});

describe('asked, option 1: nobody sits there, so the mirror says nothing', () => {
  test.each<[string, Offer, boolean, Instant, Need]>([
    ['rests until the reminder', OPEN, false, ASKED, rest(OPEN.remindAt)],
    ['whatever the mirror shows', OPEN, true, ASKED, rest(OPEN.remindAt)],
    ['reminds', OPEN, true, OPEN.remindAt, { fact: 'reminder due' }],
    ['rests until the end', REMINDED, false, OPEN.remindAt, rest(OPEN.expiresAt)],
    ['ends', REMINDED, true, OPEN.expiresAt, { fact: 'no answer' }],
  ])('%s', (_what, o, free, now, expected) => { expect(need(option1(), o, free, now)).toEqual(expected); });
});

describe('later', () => {
  const { start } = resolution().interval;
  test.each<[string, Resolution, Instant, Need]>([
    ['chosen, option 2: the session is moved, even past the end of the offer', resolution({ state: 'chosen' }), plus(OPEN.expiresAt, DAY), { do: 'move' }],
    ['chosen, option 1: the landing does the work', option1({ state: 'chosen' }), ASKED, rest(plus(ASKED, HOUR))],
    ['moved', resolution({ state: 'moved' }), ASKED, { do: 'check' }],
    ['vacated: rests until the time comes', resolution({ state: 'vacated' }), plus(start, -1), rest(start)],
    ['vacated, and the time has come: it ends', resolution({ state: 'vacated' }), start, { fact: 'time passed' }],
    ['landed', resolution({ state: 'landed' }), ASKED, rest(plus(ASKED, DAY))],
    ['ended', resolution({ state: 'ended', endReason: 'kept' }), ASKED, rest(plus(ASKED, DAY))],
  ])('%s', (_what, r, now, expected) => { expect(need(r, REMINDED, false, now)).toEqual(expected); });
});

describe('what the mirror shows of the session that is asked about', () => {
  test.each<[string, Partial<Sight>, FactName]>([
    ['its client declined it', { isDeclined: true }, 'declined in Google'],
    ['its client declined it, and it is gone', { isDeclined: true, isGone: true }, 'declined in Google'],
    ['it is another\'s now', { isAnothers: true, hasOtherLength: true }, 'session changed'],
    ['it cannot be changed any more', { isReadOnly: true, isGone: true }, 'not permitted'],
    ['it is longer', { hasOtherLength: true }, 'length changed'],
    ['it is longer, and elsewhere', { hasOtherLength: true, isGone: true }, 'left'],
  ])('%s', (_what, seen, fact) => { expect(needOf(resolution(), OPEN, { ...STANDS, ...seen }, SETTLE, ASKED)).toEqual({ fact }); });
  test('the end of the offer comes first', () => { expect(needOf(resolution(), OPEN, { ...STANDS, isDeclined: true }, SETTLE, OPEN.expiresAt)).toEqual({ fact: 'no answer' }); });
});

const STATES = fc.constantFrom('asked', 'chosen', 'moved', 'vacated', 'landed', 'ended');
const PICK_STATES = fc.constantFrom('asked', 'chosen', 'landed', 'ended');
const WHEN = fc.integer({ min: -2 * DAY, max: 10 * DAY }).map((ms) => plus(ASKED, ms));
const ANY = fc.oneof(fc.record({ state: STATES, freedNoticedAt: fc.option(WHEN, { nil: null }) }).map(resolution), fc.record({ state: PICK_STATES }).map(option1));

test('it always rests into the future; what it takes is in the table; a session is moved only after a choice', () => {
  fc.assert(fc.property(ANY, fc.record({ isGone: fc.boolean(), isDeclined: fc.boolean(), isAnothers: fc.boolean(), hasOtherLength: fc.boolean(), isReadOnly: fc.boolean() }), fc.option(WHEN, { nil: null }), WHEN, fc.integer({ min: 0, max: HOUR }), (r, sight, remindedAt, now, settle) => {
    const o = offer({ remindedAt });
    const what = needOf(r, o, r.option === 2 ? sight : null, settle, now);
    if ('restUntil' in what) expect(what.restUntil).toBeGreaterThan(now);
    else if ('fact' in what) expect(next(r, o, what.fact, now)).not.toBeNull();
    else expect({ look: 'asked', move: 'chosen', check: 'moved' }[what.do]).toBe(r.state);
    if (r.state === 'ended' || r.state === 'landed') expect(what).toHaveProperty('restUntil');
  }), { numRuns: 2_000 });
});

describe('the tables', () => {
  const all = [...Object.entries(OPTION_2), ...Object.entries(OPTION_1)].flatMap(([from, ways]) => (Object.entries(ways) as [FactName, Way][]).map(([fact, way]) => ({ from, fact, way })));
  test('every attempt can come to an end from every state, and nothing follows an end', () => {
    for (const ways of [OPTION_2, OPTION_1] as const) {
      for (const [from, out] of Object.entries(ways)) {
        if (from === 'landed' || from === 'ended') expect(out).toEqual({});
        else expect(Object.keys(out)).toContain('disconnected');
      }
    }
  });
  test('an end frees what was held and takes the marks off; whose turn it is then is said', () => {
    for (const { fact, way } of all.filter(({ way: w }) => w.to === 'ended')) {
      expect(way.work).toEqual(expect.arrayContaining(['undo the choice', 'close the offer', 'unmark the session', 'free the promise']));
      expect(way.because).not.toBeNull();
      if (way.turn === null) expect(['decided anew', 'withdrawn', 'became free']).toContain(fact);
    }
    expect(all.filter(({ way }) => way.to !== 'ended' && way.because !== null)).toEqual([]);
  });
  test('the incoming event is written only at a time that was seen free: a landing follows a vacancy or a pick', () => {
    expect(all.filter(({ way }) => way.turn?.next === 'lands').every(({ way }) => way.to === 'vacated')).toBe(true);
    expect(all.filter(({ way }) => way.turn?.next === 'books').map(({ fact }) => fact)).toEqual(['slot chosen']);
    expect(all.filter(({ way }) => way.to === 'landed').map(({ from }) => from)).toEqual(['vacated', 'chosen']);
  });
  test('an answer counts until the last moment of the offer, and not from its end on', () => {
    for (const fact of ['slot chosen', 'slot taken', 'time kept', 'none of these'] as const) {
      expect(next(resolution(), OPEN, fact, plus(OPEN.expiresAt, -1))).not.toBeNull();
      expect(next(resolution(), OPEN, fact, OPEN.expiresAt)).toBeNull();
    }
  });
});
