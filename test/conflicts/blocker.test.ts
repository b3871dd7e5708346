import { describe, expect, test } from 'vitest';
import type { CalendarEvent } from '../../src/calendar/event.js';
import { answerTime, ASK_REFUSAL_IN_WORDS, blockerKey, candidateOf, keyOfEvent, mayAsk, offerEnd, standing, type AskFacts, type Blocker } from '../../src/conflicts/blocker.js';
import type { SessionClaim } from '../../src/calendar/session-of.js';
import { decodeEvent } from '../../src/google/decode-event.js';
import { DAY, HOUR, instant, intervalFrom, plus } from '../../src/kernel/interval.js';
import { DEFAULT_POLICY } from '../../src/kernel/policy.js';

const NOW = instant(Date.parse('2026-11-23T10:00:00Z'));
const MONDAY = instant(Date.parse('2026-11-30T12:00:00Z'));
const GUEST: SessionClaim = { kind: 'guest', email: 'dana@x.example', displayName: 'Dana' };
const NAMED: SessionClaim = { kind: 'named', clientId: 'cl_1' };
const UNNAMED: SessionClaim = { kind: 'unnamed', title: 'Dana', key: 'dana' };
const LUNCH: SessionClaim = { kind: 'plain', why: 'not-a-client' };
const GROUP: SessionClaim = { kind: 'group', size: 2 };
const NOT_OURS: SessionClaim = { kind: 'not-ours', isUnanswered: false, organizer: null, others: 0 };

let made = 0;
const blocker = (claim: SessionClaim, change: Partial<Blocker> = {}): Blocker => {
  const rootId = `e${++made}`;
  return { key: blockerKey('ca_1', rootId, 'single'), calendarId: 'ca_1', rootId, originalKey: 'single', eventId: rootId, interval: intervalFrom(MONDAY, HOUR), isAllDay: false, title: 'x', claim, ...change };
};
const facts = (blockers: readonly Blocker[], change: Partial<AskFacts> = {}): AskFacts => ({ now: NOW, policy: DEFAULT_POLICY, blockers, isPromised: false, client: { isMuted: false, asksLately: 0, isIncoming: false }, ...change });

describe('who may be asked', () => {
  test.each([['a guest', GUEST], ['a named title', NAMED], ['a title that the coach has yet to name', UNNAMED]] as const)('%s', (_what, claim) => {
    const session = blocker(claim);
    expect(mayAsk(facts([session]))).toBe(session);
    expect(mayAsk(facts([session], { client: null }))).toBe(session);
  });
  test('a session is found among what else stands there', () => {
    const session = blocker(GUEST);
    expect(mayAsk(facts([blocker(LUNCH), session, blocker(GROUP)]))).toBe(session);
  });

  const soon = (ms: number): Blocker => blocker(GUEST, { interval: intervalFrom(plus(NOW, ms), HOUR) });
  test.each([
    ['nothing there', facts([]), 'nothing-there'],
    ['nothing there, but promised', facts([], { isPromised: true }), 'promised'],
    ['promised to another request', facts([blocker(GUEST)], { isPromised: true }), 'promised'],
    ['two sessions', facts([blocker(GUEST), blocker(UNNAMED)]), 'several-sessions'],
    ['lunch', facts([blocker(LUNCH)]), 'no-session'],
    ['a group', facts([blocker(LUNCH), blocker(GROUP)]), 'group'],
    ['a group and a thing of somebody else', facts([blocker(NOT_OURS), blocker(GROUP)]), 'group'],
    ['somebody else organises it', facts([blocker(LUNCH), blocker(NOT_OURS)]), 'not-ours'],
    ['too soon', facts([soon(24 * HOUR - 1)]), 'frozen'],
    ['running already', facts([soon(-HOUR / 2)]), 'frozen'],
    ['the same client', facts([blocker(GUEST)], { client: { isMuted: true, asksLately: 5, isIncoming: true } }), 'same-client'],
    ['a client who asked not to be asked', facts([blocker(GUEST)], { client: { isMuted: true, asksLately: 0, isIncoming: false } }), 'muted'],
    ['a client who was asked lately', facts([blocker(GUEST)], { client: { isMuted: false, asksLately: 1, isIncoming: false } }), 'asked-lately'],
  ] as const)('%s: refused, with a reason in words', (_what, given, why) => {
    expect(mayAsk(given)).toBe(why);
    expect(ASK_REFUSAL_IN_WORDS[why]).toMatch(/\.$/);
  });
  test('the freeze ends exactly when it says', () => {
    const session = soon(24 * HOUR);
    expect(mayAsk(facts([session]))).toBe(session);
  });
  test('a policy may allow more asks', () => {
    const session = blocker(GUEST);
    expect(mayAsk(facts([session], { policy: { ...DEFAULT_POLICY, asksPerClient: { count: 2, days: 30 } }, client: { isMuted: false, asksLately: 1, isIncoming: false } }))).toBe(session);
  });
});

test('the candidate is the one session; none and several have none', () => {
  const session = blocker(NAMED);
  expect(candidateOf([blocker(LUNCH), session, blocker(GROUP)])).toBe(session);
  expect(candidateOf([session, blocker(GUEST)])).toBeNull();
  expect(candidateOf([blocker(LUNCH), blocker(NOT_OURS)])).toBeNull();
  expect(candidateOf([])).toBeNull();
});

test.each([
  ['no session to spare: the whole lifetime', null, plus(NOW, 24 * HOUR)],
  ['a session far away: the whole lifetime', plus(NOW, 7 * DAY), plus(NOW, 24 * HOUR)],
  ['a session in 30 h: until the freeze begins', plus(NOW, 30 * HOUR), plus(NOW, 6 * HOUR)],
  ['both at one moment', plus(NOW, 48 * HOUR), plus(NOW, 24 * HOUR)],
  ['inside the freeze: it would be over already', plus(NOW, 23 * HOUR), plus(NOW, -HOUR)],
] as const)('an offer ends: %s', (_what, session, end) => { expect(offerEnd(NOW, DEFAULT_POLICY, session)).toBe(end); });

test.each([['none', null], ['a far one', MONDAY], ['one that begins soon', plus(NOW, 40 * HOUR)], ['one at the very bound', plus(NOW, 48 * HOUR)]])('what is said before the decision holds whenever it is taken: session %s', (_what, session) => {
  const told = answerTime(NOW, DEFAULT_POLICY, session);
  for (let later = 0; later <= 8 * 24; later += 0.5) {
    const decided = plus(NOW, later * HOUR);
    const end = offerEnd(decided, DEFAULT_POLICY, session);
    expect('until' in told ? told.until : Math.min(plus(decided, told.forMs), told.latest ?? Infinity)).toBe(end);
  }
});

test('what stands: overlap decides, ticks are left out, touching is not overlap', () => {
  const window = intervalFrom(MONDAY, HOUR);
  const inside = blocker(GUEST);
  const before = blocker(LUNCH, { interval: intervalFrom(plus(MONDAY, -HOUR), HOUR) });
  const after = blocker(LUNCH, { interval: intervalFrom(window.end, HOUR) });
  const across = blocker(LUNCH, { interval: { start: plus(MONDAY, -HOUR), end: plus(MONDAY, 1) } });
  const allDay = blocker(LUNCH, { isAllDay: true, interval: intervalFrom(plus(MONDAY, -12 * HOUR), DAY) });
  expect(standing([inside, before, after, across, allDay], window, new Set())).toEqual([inside, across, allDay]);
  expect(standing([inside, across, allDay], window, new Set([allDay.key, inside.key]))).toEqual([across]);
});

describe('the key names an occurrence for ever', () => {
  const event = (change: Record<string, unknown>): CalendarEvent => decodeEvent({ id: 'e1', start: { dateTime: '2026-11-30T13:00:00+01:00' }, end: { dateTime: '2026-11-30T14:00:00+01:00' }, ...change })!;
  test('a single event: by its id, wherever it stands', () => {
    expect(keyOfEvent('ca_1', event({}))).toBe('ca_1/e1/single');
    expect(keyOfEvent('ca_1', event({ start: { dateTime: '2026-12-01T09:00:00Z' }, end: { dateTime: '2026-12-01T10:00:00Z' } }))).toBe('ca_1/e1/single');
  });
  test('an instance: by its series and original start, whatever its own id and time', () => {
    const instance = { id: 's1_20261130T120000Z', recurringEventId: 's1', originalStartTime: { dateTime: '2026-11-30T13:00:00+01:00' } };
    expect(keyOfEvent('ca_1', event(instance))).toBe('ca_1/s1/20261130T120000Z');
    expect(keyOfEvent('ca_1', event({ ...instance, start: { dateTime: '2026-12-02T09:00:00Z' }, end: { dateTime: '2026-12-02T10:00:00Z' } }))).toBe('ca_1/s1/20261130T120000Z');
    expect(keyOfEvent('ca_1', event({ ...instance, originalStartTime: { date: '2026-11-30' } }))).toBe('ca_1/s1/20261130');
  });
  test('two calendars, two series, two days: never the same', () => {
    const keys = ['ca_1', 'ca_2'].flatMap((ca) => ['s1', 's2'].flatMap((s) => ['2026-11-30', '2026-12-07'].map((date) => keyOfEvent(ca, event({ recurringEventId: s, originalStartTime: { date } })))));
    expect(new Set(keys).size).toBe(8);
  });
});
