/** The daemon dies after any step of what it does about an event of the requests calendar, and the next one goes on: one request,
 *  one booking, the same end. */
import { expect, test } from 'vitest';
import type { Effect } from '../../src/kernel/effects.js';
import { MINUTE } from '../../src/kernel/interval.js';
import { newLife } from '../support/lives.js';
import { aRequestsCalendar, type Inbox } from '../support/inbox.js';
import { danasSeries, decide, expectLanded, MONDAY, on, subjectsTo } from '../support/story.js';
import { aWorld, DANA, KIM, SAM, type World } from '../support/world.js';

const SAMS = `Sam ${SAM.email}`;
/** What is of the requests calendar; deaths at the rest of a landing have stories of their own. */
const AROUND = /inbox|google patch|google delete|commit landed/;

interface Course { readonly begin: (box: Inbox, w: World) => Promise<string>; readonly end: (box: Inbox, w: World, event: string) => Promise<void>; readonly steps: readonly string[] }
const dropped = async (box: Inbox, w: World): Promise<string> => {
  const event = await box.drop({ title: SAMS, start: MONDAY });
  await decide(w, { do: 'option2' });
  await w.settle();
  return event.id;
};
const overs = async (w: World): Promise<number> => (await subjectsTo(w, DANA.email)).filter((s) => s.includes('Nothing to do')).length;

const COURSES: Readonly<Record<string, Course>> = {
  'dropped over a session': {
    begin: async (box) => (await box.put({ title: SAMS, start: MONDAY })).id, steps: ['commit inbox-read', 'google patch', 'commit inbox-told'],
    end: async (box, _w, event) => {
      expect(await box.request(event)).toMatchObject({ state: 'pending_resolution', pending_reason: 'taken' });
      expect(await box.title(event)).toBe(`⏳ ${SAMS} ‹waiting for you›`);
      expect(await box.ours(event)).toEqual(['insert', 'patch']);
    },
  },
  'dropped at a free time': {
    begin: async (box) => (await box.put({ title: SAMS, start: on(1, '10:00') })).id, steps: ['commit inbox-read', 'commit landed', 'google delete', 'commit inbox-told'],
    end: async (box, w, event) => {
      await expectLanded(w, (await box.request(event))?.id ?? '', on(1, '10:00'));
      expect((await box.get(event)).status).toBe('cancelled');
      expect((await box.ours(event)).filter((kind) => kind === 'delete')).toHaveLength(1);
    },
  },
  'moved while somebody is asked': {
    begin: async (box, w) => { const event = await dropped(box, w); await box.moveTo(event, on(7, '13:00')); return event; }, steps: ['commit inbox-read', 'google patch', 'commit inbox-told'],
    end: async (box, w, event) => {
      expect(await box.request(event)).toMatchObject({ state: 'pending_resolution', pending_reason: 'taken', wanted_at: on(7, '13:00') });
      expect(await w.all(`select state from resolutions`)).toEqual([{ state: 'ended' }]);
      expect(await overs(w)).toBe(1);
      expect(await box.title(event)).toBe(`⏳ ${SAMS} ‹waiting for you›`);
    },
  },
  'deleted while somebody is asked': {
    begin: async (box, w) => { const event = await dropped(box, w); await box.remove(event); return event; }, steps: ['commit inbox-read', 'commit inbox-told'],
    end: async (box, w, event) => {
      expect(await box.request(event)).toMatchObject({ state: 'withdrawn' });
      expect(await overs(w)).toBe(1);
      expect(await box.row(event)).toMatchObject({ state: 'gone', wake_at: null });
    },
  },
};

for (const [name, course] of Object.entries(COURSES)) {
  test(`${name}: killed after each step`, async () => {
    const seen: Effect[] = [];
    let deaths: (number | null)[] = [null]; // undisturbed first: it says where there is something to die of
    for (let nth = deaths.shift(); nth !== undefined; nth = deaths.shift()) {
      const w = await aWorld({ events: [danasSeries] });
      const box = await aRequestsCalendar(w);
      const event = await course.begin(box, w);
      await w.all('update calendars set wake_at = :now where google_id = :id returning 1', { now: new Date(w.now()), id: box.id });
      const life = await newLife(w, nth);
      await life.goOn();
      if (nth === null) {
        seen.push(...life.effects);
        deaths = seen.flatMap((e, i) => (AROUND.test(e) || AROUND.test(seen[i + 1] ?? '') ? [i + 1] : []));
      }
      await life.buried();
      await w.settle();
      for (let i = 0; i < 3; i++) await w.pass(MINUTE);
      expect(await w.all(`select id from requests where source = 'calendar'`), `after ${life.effects.join(', ')}`).toHaveLength(1);
      await course.end(box, w, event);
      expect(await w.all('select id from inbox_events where lease_until > :now or last_error is not null', { now: new Date(w.now()) })).toEqual([]);
      expect((await subjectsTo(w, KIM.email)).length).toBeLessThanOrEqual(3);
      await w.close();
    }
    for (const step of course.steps) expect(seen).toContain(step);
  }, 120_000);
}
