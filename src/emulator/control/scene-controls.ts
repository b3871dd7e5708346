import { z } from 'zod';
import { ok, type Control } from './route.js';

const clock = z.union([
  z.strictObject({ now: z.union([z.int(), z.iso.datetime({ offset: true })]) }), z.strictObject({ offsetMs: z.int() }), z.strictObject({ advanceMs: z.int() }),
], 'a clock call is {now}, {offsetMs} or {advanceMs}');

/** Control calls about the whole scene: its clock, and its end. */
export const sceneControls: readonly Control[] = [
  {
    method: 'POST', path: '/clock', says: '{now} (ms or RFC 3339), {offsetMs} from the machine\'s clock, or {advanceMs}: moves the clock, which runs on from there',
    answer: ({ emulator: { store }, body }) => {
      const wanted = clock.parse(body);
      store.clock.shift('offsetMs' in wanted ? wanted.offsetMs : 'advanceMs' in wanted ? store.clock.offset + wanted.advanceMs : new Date(wanted.now).getTime() - Date.now());
      return ok({ now: store.clock.now(), offsetMs: store.clock.offset });
    },
  },
  { method: 'GET', path: '/clock', says: '{now, offsetMs}', answer: ({ emulator: { store } }) => ok({ now: store.clock.now(), offsetMs: store.clock.offset }) },
  {
    method: 'DELETE', path: '', says: 'forgets everything: accounts, events, grants, channels, rules, quotas, logs, the clock',
    answer: ({ emulator: { store, rules, quotas } }) => {
      store.clear();
      rules.letGo();
      quotas.reset();
      return { status: 204 };
    },
  },
];
