/** Runs a course of strangers and looks at everything after each of its steps (invariant 10). */
import { expect } from 'vitest';
import { ALL_MARKS, appointment, brunhilds, CLIENTS, familyCalendar, KIMS_OWN, peregrines } from '../support/marked.js';
import { inLog, LOG, watch } from '../support/reach.js';
import { readings } from '../support/readings.js';
import { worlds } from '../support/story.js';
import type { World } from '../support/world.js';
import type { Course } from './strangers-courses.js';
import type { Stage } from './strangers-stage.js';

/** Rows that keep ids, counts and times only. */
const WITHOUT_NAMES = ['history', 'job_runs', 'outbox', 'links', 'resolutions', 'offers', 'holds', 'google_writes', 'landings', 'findings', 'inbox_events'];
const BUSY_ONLY = `select e.* from events e join calendars c on c.coach_id = e.coach_id and c.id = e.calendar_id where c.role = 'busy'`;

async function expectNoNamesKept(w: World): Promise<void> {
  for (const table of WITHOUT_NAMES) {
    const rows = readings(JSON.stringify(await w.all(`select * from ${table}`))).all;
    expect(ALL_MARKS.filter((mark) => rows.includes(mark)), table).toEqual([]);
  }
  const times = await w.all(BUSY_ONLY);
  expect(times.length).toBeGreaterThan(0);
  expect(KIMS_OWN.filter((mark) => JSON.stringify(times).toLowerCase().includes(mark)), 'a calendar that only blocks').toEqual([]);
}

export function runner(): (course: Course) => Promise<void> {
  const open = worlds();
  return async ({ steps, ends, policy, existing }) => {
    const events = [existing ?? brunhilds, peregrines, appointment];
    const w = await open({ events, guests: CLIENTS, before: familyCalendar, log: LOG, ...(policy && { policy }) });
    const reach = watch(w), ids: string[] = [];
    try {
      const stage: Stage = { w, reach, ids };
      for (const [i, step] of steps.entries()) {
        await step(stage);
        // As it stands right after the click, and when all that it brings is done.
        const when = `after step ${String(i + 1)}`;
        await reach.look(`${when}, at once`, false);
        const did = await w.settle();
        if (did > 0 || i === steps.length - 1) await reach.look(when, true);
        await reach.lookAtPublic(when);
      }
    } finally {
      reach.end();
    }
    expect(reach.leaks).toEqual([]);
    const states = await w.all<{ state: string }>('select state from requests order by array_position(:ids::text[], id)', { ids });
    expect(states.map(({ state }) => state)).toEqual(ends);
    // It was truly read.
    for (const kind of ['copy', 'event', 'public'] as const) expect(reach.read[kind], kind).toBeGreaterThan(0);
    if (ends.length > 0) expect(reach.lines().length).toBeGreaterThan(0);
    expect(inLog(reach.lines())).toEqual([]);
    await expectNoNamesKept(w);
  };
}
