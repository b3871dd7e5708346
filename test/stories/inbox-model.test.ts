/** Random edits of several events, with faults of Google's in between: at the end each event and its request say the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MINUTE } from '../../src/kernel/interval.js';
import { aRequestsCalendar } from '../support/inbox.js';
import { danasSeries, decide, expectNothingStuck, on, PATCHES, trouble } from '../support/story.js';
import { aWorld, KIM } from '../support/world.js';

const EVENTS = 3;
const deed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('drop' as const), which: fc.nat(EVENTS - 1), at: fc.nat(5), title: fc.constantFrom('Eva eva@x.example', 'Tom tom@x.example 30 min', 'nobody', 'a@x.example b@x.example') }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('move' as const), which: fc.nat(EVENTS - 1), at: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('retitle' as const), which: fc.nat(EVENTS - 1), title: fc.constantFrom('Eva eva@x.example 45 min', 'Tom', 'Tom tom@x.example') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), which: fc.nat(EVENTS - 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('option2' as const, 'decline' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fault' as const), mode: fc.constantFrom('dropAnswer' as const, 'dropRequest' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('look' as const) }) },
);
/** Dana's time of four weeks, and two free ones. */
const TIMES = [on(0, '13:00'), on(7, '13:00'), on(14, '13:00'), on(21, '13:00'), on(1, '10:00'), on(2, '11:00')];

test('random edits end in agreement', async () => {
  await fc.assert(fc.asyncProperty(fc.array(deed, { minLength: 4, maxLength: 14 }), async (deeds) => {
    const w = await aWorld({ events: [danasSeries] });
    const box = await aRequestsCalendar(w);
    const ids: (string | undefined)[] = [];
    for (const d of deeds) {
      const id = 'which' in d ? ids[d.which] : undefined;
      const isThere = id !== undefined && (await box.get(id)).status !== 'cancelled';
      switch (d.do) {
        case 'drop': if (!isThere) ids[d.which] = (await box.put({ title: d.title, start: TIMES[d.at] ?? on(0, '13:00') })).id; break;
        case 'move': if (isThere) await box.moveTo(id, TIMES[d.at] ?? on(0, '13:00')); break;
        case 'retitle': if (isThere) await box.change(id, { summary: d.title }); break;
        case 'delete': if (isThere) await box.remove(id); break;
        case 'fault': {
          // It hits what we write, and not what Kim does.
          const { id: rule } = (await trouble(w, { ...PATCHES, times: 1, mode: d.mode })) as { id: string };
          await box.seen();
          await fetch(`${w.emulator.url}/control/rules?id=${rule}`, { method: 'DELETE' });
          break;
        }
        case 'look': await box.seen(); break;
        case 'option2':
        case 'decline': if ((await w.mailsTo(KIM.email)).length > 0) await decide(w, { do: d.do }).catch(() => undefined);
      }
      await w.settle();
    }
    await box.seen();
    for (let i = 0; i < 4; i++) await w.pass(2 * MINUTE);
    await expectNothingStuck(w);
    const writes = await box.ours();
    await w.pass(2 * MINUTE);
    expect(await box.ours(), 'all is said').toEqual(writes);
    for (const id of ids) {
      if (id === undefined) continue;
      const event = await box.get(id), request = await box.request(id), row = await box.row(id);
      expect(row?.last_error ?? null).toBeNull(); // one that came and went between two looks was never known
      if (event.status === 'cancelled') expect(['booked', 'withdrawn', 'declined', 'expired', undefined]).toContain(request?.state);
      else if (request === null || request.state === 'pending_resolution') {
        expect(event.summary).toMatch(request === null ? /^❓ .*‹.*›$/ : /^(⏳|✉️) .*‹.*›$/);
        if (request && !(event.summary ?? '').includes('does not count')) expect(new Date(event.start.dateTime ?? '').getTime()).toBe(request.wanted_at);
      } else expect(event.summary).toMatch(/^✖️ .*›$/);
    }
    // Never two open requests for one event, and none without one.
    expect(await w.all(`select r.id from requests r where source = 'calendar' and state in ('pending_resolution', 'booking')
      and not exists (select 1 from inbox_events i where i.request_id = r.id and i.state = 'open')`)).toEqual([]);
    await w.close();
  }), { numRuns: 10, seed: 20261124 });
}, 240_000);
