import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClientId, CoachId, HoldId, OfferId, RequestId, ResolutionId, SessionId } from '../../src/kernel/ids.js';
import { DAY, HOUR, instant, MINUTE, plus, type Instant } from '../../src/kernel/interval.js';
import { nextStep, type Offer, type Resolution, type Step } from '../../src/resolution/resolution.js';

const at = (text: string): Instant => instant(Date.parse(`2026-11-${text}:00Z`));
const ASKED = at('23T10:00');
const SETTLE = MINUTE;

const resolution = (change: Partial<Resolution> = {}): Resolution => ({
  coachId: 'co_1' as CoachId, id: 're_1' as ResolutionId, requestId: 'rq_1' as RequestId, option: 2, state: 'asked',
  sessionId: 'se_1' as SessionId, promiseId: 'ho_1' as HoldId, interval: { start: at('30T13:00'), end: at('30T14:00') },
  tolerated: [], freedNoticedAt: null, askedAt: instant(0), endReason: null, ...change,
});
const option1 = (change: Partial<Resolution> = {}): Resolution => resolution({ option: 1, sessionId: null, promiseId: null, ...change });
const offer = (change: Partial<Offer> = {}): Offer => ({
  id: 'of_1' as OfferId, clientId: 'cl_1' as ClientId, round: 1, slots: [], remindAt: plus(ASKED, 12 * HOUR), expiresAt: plus(ASKED, 24 * HOUR), remindedAt: null, ...change,
});
const OPEN = offer();
const REMINDED = offer({ remindedAt: plus(ASKED, 12 * HOUR) });
const rest = (until: Instant): Step => ({ do: 'rest', until });
const next = (r: Resolution, o: Offer, mirrorShowsFree: boolean, now: Instant): Step => nextStep(r, o, mirrorShowsFree, SETTLE, now);

describe('asked, option 2', () => {
  const noticed = plus(ASKED, HOUR);
  test.each<[string, Resolution, Offer, boolean, Instant, Step]>([
    ['just asked: rests until the reminder', resolution(), OPEN, false, ASKED, rest(OPEN.remindAt)],
    ['a moment before the reminder', resolution(), OPEN, false, plus(OPEN.remindAt, -1), rest(OPEN.remindAt)],
    ['from the reminder on', resolution(), OPEN, false, OPEN.remindAt, { do: 'remind' }],
    ['reminded: rests until the end', resolution(), REMINDED, false, OPEN.remindAt, rest(OPEN.expiresAt)],
    ['a moment before the end', resolution(), REMINDED, false, plus(OPEN.expiresAt, -1), rest(OPEN.expiresAt)],
    ['from the end on', resolution(), REMINDED, false, OPEN.expiresAt, { do: 'expire' }],
    ['the end comes before a reminder that was missed', resolution(), OPEN, false, OPEN.expiresAt, { do: 'expire' }],
    ['the end comes even if the time looks free', resolution(), REMINDED, true, OPEN.expiresAt, { do: 'expire' }],
    ['the mirror shows it free: it is noted', resolution(), OPEN, true, ASKED, { do: 'look-if-freed' }],
    ['noted: rests until it has settled', resolution({ freedNoticedAt: noticed }), OPEN, true, noticed, rest(plus(noticed, SETTLE))],
    ['a moment before it has settled', resolution({ freedNoticedAt: noticed }), OPEN, true, plus(noticed, SETTLE - 1), rest(plus(noticed, SETTLE))],
    ['settled: it is looked at again', resolution({ freedNoticedAt: noticed }), OPEN, true, plus(noticed, SETTLE), { do: 'look-if-freed' }],
    ['it came back: that is noted too', resolution({ freedNoticedAt: noticed }), OPEN, false, plus(noticed, 1), { do: 'look-if-freed' }],
    ['nobody is reminded of a time that looks free', resolution({ freedNoticedAt: OPEN.remindAt }), OPEN, true, OPEN.remindAt, rest(plus(OPEN.remindAt, SETTLE))],
    ['settling does not outlast the offer', resolution({ freedNoticedAt: plus(OPEN.expiresAt, -1) }), REMINDED, true, plus(OPEN.expiresAt, -1), rest(OPEN.expiresAt)],
  ])('%s', (_what, r, o, free, now, expected) => { expect(next(r, o, free, now)).toEqual(expected); });
});

describe('asked, option 1: nobody sits there, so the mirror says nothing', () => {
  test.each<[string, Offer, boolean, Instant, Step]>([
    ['rests until the reminder', OPEN, false, ASKED, rest(OPEN.remindAt)],
    ['whatever the mirror shows', OPEN, true, ASKED, rest(OPEN.remindAt)],
    ['reminds', OPEN, true, OPEN.remindAt, { do: 'remind' }],
    ['rests until the end', REMINDED, false, OPEN.remindAt, rest(OPEN.expiresAt)],
    ['ends', REMINDED, true, OPEN.expiresAt, { do: 'expire' }],
  ])('%s', (_what, o, free, now, expected) => { expect(next(option1(), o, free, now)).toEqual(expected); });
});

describe('later', () => {
  const { start } = resolution().interval;
  test.each<[string, Resolution, Instant, Step]>([
    ['chosen, option 2: the session is moved, even past the end of the offer', resolution({ state: 'chosen' }), plus(OPEN.expiresAt, DAY), { do: 'move' }],
    ['chosen, option 1: the landing does the work', option1({ state: 'chosen' }), ASKED, rest(plus(ASKED, HOUR))],
    ['moved', resolution({ state: 'moved' }), ASKED, { do: 'check-vacated' }],
    ['vacated: rests until the time comes', resolution({ state: 'vacated' }), plus(start, -1), rest(start)],
    ['vacated, and the time has come: it ends', resolution({ state: 'vacated' }), start, { do: 'expire' }],
    ['landed', resolution({ state: 'landed' }), ASKED, rest(plus(ASKED, DAY))],
    ['ended', resolution({ state: 'ended', endReason: 'kept' }), ASKED, rest(plus(ASKED, DAY))],
  ])('%s', (_what, r, now, expected) => { expect(next(r, REMINDED, false, now)).toEqual(expected); });
});

test('it always rests into the future, and a session is moved only after a choice', () => {
  const states = fc.constantFrom('asked', 'chosen', 'moved', 'vacated', 'landed', 'ended');
  const when = fc.integer({ min: -2 * DAY, max: 10 * DAY }).map((ms) => plus(ASKED, ms));
  fc.assert(fc.property(states, fc.constantFrom(1, 2), fc.option(when, { nil: null }), fc.option(when, { nil: null }), fc.boolean(), when, fc.integer({ min: 0, max: HOUR }), (state, option, freedNoticedAt, remindedAt, free, now, settle) => {
    const r = option === 2 ? resolution({ state, freedNoticedAt }) : option1({ state });
    const step = nextStep(r, offer({ remindedAt }), free, settle, now);
    if (step.do === 'rest') expect(step.until).toBeGreaterThan(now);
    if (step.do === 'move') expect(state).toBe('chosen');
    if (step.do === 'check-vacated') expect(state).toBe('moved');
    if (state === 'ended' || state === 'landed') expect(step.do).toBe('rest');
  }), { numRuns: 2_000 });
});
