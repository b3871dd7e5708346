/** What may come in a history: people's clicks, edits in Google, time, faults, deaths. Choices are numbers, taken among what
 *  is there when the step is lived. */
import fc from 'fast-check';
import { BEGINNINGS } from './model-cast.js';

/** What a fault at Google looks like to the control API, and on which of our calls. */
export const FAULTS = {
  'answer lost': { mode: 'dropAnswer' }, 'request lost': { mode: 'dropRequest' }, 'unavailable (503)': { status: 503, reason: 'backendError' }, 'too many (429)': { status: 429, reason: 'rateLimitExceeded' },
  'quota (403)': { status: 403, reason: 'userRateLimitExceeded' }, 'token refused (401)': { status: 401, reason: 'authError' }, 'not found (404)': { status: 404, reason: 'notFound' }, 'precondition (412)': { status: 412, reason: 'conditionNotMet' },
} as const;
export type FaultName = keyof typeof FAULTS;
const CALLS = ['events.patch', 'events.patch', 'events.insert', 'events.insert', 'events.delete', 'events.get', 'events.list'] as const;

const kinds = <const T extends string>(...all: readonly T[]) => fc.constantFrom(...all);
const which = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) });

const anyEdit = fc.record({
  do: fc.constant('edit' as const),
  what: kinds('drag', 'drag', 'back', 'delete', 'free', 'declined', 'guest', 'longer', 'shorter', 'retitle', 'new', 'new', 'new elsewhere'),
  /** Below 6: the session that is asked about; else the single one, or one of ours. */
  event: fc.nat(9), time: fc.nat(9), at: kinds('wanted', 'chosen', 'any'),
});
export type Edit = typeof anyEdit extends fc.Arbitrary<infer E> ? E : never;

const fault = fc.record({ name: fc.constantFrom(...(Object.keys(FAULTS) as FaultName[])), call: fc.constantFrom(...CALLS), times: fc.integer({ min: 1, max: 2 }), skip: fc.nat(1) });
const time = fc.oneof({ weight: 7, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat(9) });
const decision = kinds('option2', 'option2', 'option2', 'option1', 'option1', 'decline', 'manual');

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('ask' as const), who: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(2, 3) }, { weight: 1, arbitrary: fc.nat(1) }), times: fc.oneof({ weight: 4, arbitrary: fc.array(time, { minLength: 1, maxLength: 1 }) }, { weight: 1, arbitrary: fc.uniqueArray(fc.nat(9), { minLength: 2, maxLength: 3 }) }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('decide' as const), by: kinds('link', 'link', 'link', 'page', 'stale page', 'operator'), which, what: decision, time: fc.nat(9), ticks: fc.boolean() }) },
  { weight: 14, arbitrary: fc.record({ do: fc.constant('click' as const), which, what: kinds('start', 'start', 'start', 'start', 'start', 'keep', 'mute', 'none', 'none', 'withdraw', 'nonsense'), slot: fc.nat(3), twice: fc.integer({ min: 0, max: 3 }).map((n) => n === 0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('look' as const) }) },
  { weight: 5, arbitrary: anyEdit },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.constantFrom(0.5, 0.5, 1.1, 1.1, 6, 60, 720, 1500, 7 * 1440, 9 * 1440) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mail' as const), how: kinds('temporary', 'permanent', 'lose-answer', 'no') }) },
);
/** What happens before the nth call of ours in this step goes on to Google. `slow`: it takes six seconds. */
const quickEdit: fc.Arbitrary<Edit> = fc.record({ do: fc.constant('edit' as const), what: kinds('new', 'new', 'new', 'retitle', 'drag', 'delete', 'guest', 'longer'), event: fc.nat(8), time: fc.nat(9), at: kinds('wanted', 'chosen') });
const meanwhile = fc.record({ at: fc.nat(7), what: fc.oneof({ weight: 4, arbitrary: quickEdit }, { weight: 2, arbitrary: anyEdit }, { weight: 1, arbitrary: fc.record({ do: fc.constant('slow' as const) }) }) });
const work = fc.record({
  /** Who works on what is due afterwards, and whether one piece after the other. */
  by: kinds('one', 'one', 'one', 'both', 'both', 'nobody'),
  death: fc.option(fc.oneof({ weight: 2, arbitrary: fc.record({ of: kinds('a', 'a commit'), nth: fc.integer({ min: 1, max: 8 }) }) }, { weight: 1, arbitrary: fc.record({ of: kinds('a call', 'a call', 'a mail'), nth: fc.integer({ min: 1, max: 2 }) }) }), { freq: 3, nil: null }),
  meanwhile: fc.option(meanwhile, { freq: 2, nil: null }),
  fault: fc.option(fault, { freq: 3, nil: null }),
});
export type Step = { readonly step: typeof step extends fc.Arbitrary<infer S> ? S : never; readonly work: typeof work extends fc.Arbitrary<infer W> ? W : never };
export type Meanwhile = NonNullable<Step['work']['meanwhile']>;

const setting = fc.record({
  begins: fc.constantFrom(...BEGINNINGS), hasAllDay: fc.integer({ min: 0, max: 4 }).map((n) => n === 0), afterSilence: kinds('coach', 'coach', 'option1'), land: kinds('automatic', 'automatic', 'automatic', 'manual'), byItself: kinds('none', 'none', 'none', 'none', 'option1', 'option2'),
});
/** Most histories begin with somebody who asks for Dana's time, and a coach who does something about it. */
export const calm = (more: Partial<Step['work']> = {}): Step['work'] => ({ by: 'one', death: null, meanwhile: null, fault: null, ...more });
const ASK: Step = { step: { do: 'ask', who: 2, times: [0] }, work: calm() };
const decided = (what: 'option1' | 'option2' | 'decline'): Step => ({ step: { do: 'decide', by: 'link', which: 0, what, time: 0, ticks: true }, work: calm() });
export const ASKED: readonly Step[] = [ASK, decided('option2')], OFFERED: readonly Step[] = [ASK, decided('option1')];
/** Two wanted times, both taken: the coach has the client of the second one asked. */
const SEVERAL: readonly Step[] = [{ step: { do: 'ask', who: 2, times: [0, 1] }, work: calm() }, { step: { do: 'decide', by: 'page', which: 0, what: 'option2', time: 1, ticks: true }, work: calm() }];
const opening = fc.constantFrom<readonly Step[]>([], [ASK], ASKED, ASKED, ASKED, OFFERED, OFFERED, SEVERAL);
/** The next choice of the newest mail, and an edit of the session that is asked about. */
export const start: Step['step'] = { do: 'click', which: 0, what: 'start', slot: 0, twice: false };
export const edit = (what: Edit['what'], more: Partial<Edit> = {}): Edit => ({ do: 'edit', what, event: 0, time: 0, at: 'wanted', ...more });
export const QUIET: History['setting'] = { begins: '2026-11-23', hasAllDay: false, afterSilence: 'coach', land: 'automatic', byItself: 'none' };
/** What every run has to live through, whatever chance brings. */
export const ALWAYS: readonly History[] = [
  { setting: QUIET, opening: ASKED, steps: [{ step: start, work: calm({ death: { of: 'a call', nth: 1 } }) }, { step: { do: 'pass', minutes: 6 }, work: calm() }] },
  // Something comes to a free time between the insert and the look after it; and to the chosen one, between the move and the look after it.
  { setting: QUIET, opening: [], steps: [{ step: { do: 'ask', who: 2, times: [3] }, work: calm({ meanwhile: { at: 3, what: edit('new') } }) }] },
  { setting: QUIET, opening: ASKED, steps: [{ step: start, work: calm({ meanwhile: { at: 4, what: edit('new', { at: 'chosen' }) } }) }] },
  { setting: QUIET, opening: SEVERAL, steps: [{ step: start, work: calm() }] },
  // Google does not show what it has just taken.
  { setting: QUIET, opening: [], steps: [{ step: { do: 'ask', who: 2, times: [3] }, work: calm({ fault: { name: 'not found (404)', call: 'events.get', times: 2, skip: 0 } }) }] },
  // A declined one, and one whose offer nobody answers.
  { setting: QUIET, opening: [ASK], steps: [decided('decline'), { step: { do: 'ask', who: 3, times: [1] }, work: calm() }, decided('option1'), { step: { do: 'click', which: 0, what: 'none', slot: 1, twice: false }, work: calm() }, { step: { do: 'click', which: 0, what: 'withdraw', slot: 0, twice: false }, work: calm() }] },
];

export interface History { readonly setting: typeof setting extends fc.Arbitrary<infer S> ? S : never; readonly opening: readonly Step[]; readonly steps: readonly Step[] }
export const anyHistory = (longest: number): fc.Arbitrary<History> =>
  fc.record({ setting, opening, steps: fc.array(fc.record({ step, work }), { minLength: 3, maxLength: longest, size: 'max' }) });
