/** Histories that were once lived wrong, as short as they could be made; each says what was lost. */
import { afterAll, beforeAll, test } from 'vitest';
import type { Edit } from './converge-edits.js';
import type { Lines, Times } from './converge-events.js';
import { newGrounds, type Grounds } from './converge-grounds.js';
import { live, type History, type Step } from './converge-history.js';

let grounds: Grounds;
beforeAll(async () => { grounds = await newGrounds(); });
afterAll(() => grounds.close());

const BERLIN: History['setting'] = { begins: '2026-11-23', zone: 'Europe/Berlin', secondZone: 'Europe/Berlin', second: 'busy', shared: 'none', isRolled: true, chance: 0 };
const timed = (day: number, minute: number): Extract<Times, { kind: 'timed' }> => ({ kind: 'timed', day, minute, length: 60, zone: 'Europe/Berlin' });
const days = (day: number): Extract<Times, { kind: 'days' }> => ({ kind: 'days', day, days: 1 });
const pull = (more: Partial<Extract<Step, { do: 'pull' }>> = {}): Step => ({ do: 'pull', pushed: [0, 1], size: 2500, hasEmpty: false, happenings: [], death: undefined, ...more });
const edit = (e: Edit): { do: 'edit'; edit: Edit } => ({ do: 'edit', edit: e });
const create = (times: Times): Step => edit({ do: 'create', own: 0, times, kind: 'plain', guests: 'none' });
const wait = (nDays: number): Step => ({ do: 'pass', minutes: nDays * 1440 });

const FOUR_WEEKS: Lines = { rule: 'FREQ=WEEKLY', end: { kind: 'count', count: 4 }, extra: [] };
const THREE_DAYS: Lines = { rule: 'FREQ=DAILY', end: { kind: 'until', after: 2 }, extra: [] };

const KNOWN: readonly [lost: string, steps: Step[], setting?: Partial<History['setting']>][] = [
  ['an event that was over, and is moved to a time to come', [create(timed(0, 600)), pull(), wait(4), edit({ do: 'retime', which: 0, times: timed(8, 555) })]],
  ['an event that was over and goes beyond the horizon, when the horizon reaches it', [create(timed(0, 600)), pull(), wait(3), edit({ do: 'retime', which: 0, times: timed(124, 60) }), pull(), wait(1), { do: 'roll' }]],
  ['all-day events of an early page, when the zone changes between the pages of a first read', [create(days(3)), create(days(4)), create(days(5)), pull({ size: 1, happenings: [{ at: 1, what: edit({ do: 'calendarZone', own: 0, zone: 'America/New_York' }) }] })]],
  ['a hole in a series that was a single event for a while', [
    edit({ do: 'createSeries', own: 0, times: timed(1, 600), lines: FOUR_WEEKS, kind: 'plain', guests: 'none' }), edit({ do: 'cancelInstance', which: 0, slot: 1 }), pull(),
    edit({ do: 'toSingle', which: 0 }), pull(), edit({ do: 'toSeries', which: 0, lines: FOUR_WEEKS })]],
  ['the end of a moved occurrence, when a part was split off', [
    edit({ do: 'createSeries', own: 0, times: days(0), lines: THREE_DAYS, kind: 'plain', guests: 'none' }), edit({ do: 'toSeries', which: 0, lines: THREE_DAYS }),
    edit({ do: 'moveInstance', which: 0, slot: 2, times: timed(0, 0) }), pull(), edit({ do: 'split', which: 0, slot: 1, minute: undefined })]],
  ['a calendar of which we were allowed less before its first read', [
    edit({ do: 'createSeries', own: 0, times: timed(0, 0), lines: { rule: 'FREQ=WEEKLY', end: { kind: 'never' }, extra: [] }, kind: 'plain', guests: 'guest' }), { do: 'share', role: 'freeBusyReader' }], { shared: 'reader' }],
  // What the dead put aside says that the event is still there.
  ['the end of an event between a full read that died and the next one', [
    ...[0, 1, 2, 3, 4, 5].map((n) => create(timed(n, 600))), pull(),
    ...[0, 1, 2, 3].flatMap((nth): Step[] => [
      { do: 'expire' }, pull({ size: 1 }), { do: 'pass', minutes: 2 }, pull({ size: 1, death: { side: 'after', nth } }), edit({ do: 'delete', which: nth }), { do: 'pass', minutes: 2 }, pull({ size: 1 })])]],
];

test.each(KNOWN)('%s is not lost', async (_, steps, setting = {}) => {
  await live(grounds, 0, { setting: { ...BERLIN, ...setting }, steps });
});
