/** A hundred visitors want the same free time, and all press at once. */
import { expect, test } from 'vitest';
import { HOUR, plus } from '../../src/kernel/interval.js';
import { expectLanded, expectNothingStuck, linksOf, on, standsAt, worlds } from '../support/story.js';
import { confirm, openForm, send } from '../support/visitor.js';

const open = worlds();

test('one gets it, the others are looked after, and nobody has two', async () => {
  const w = await open({ events: [] });
  const START = on(0, '15:00');
  const links: string[] = [];
  for (const round of [0, 1]) {
    const { hidden } = await openForm(w, START);
    w.setNow(plus(w.now(), 5_000));
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => send(w, { ...hidden, name: `V${String(round)}-${String(i)}`, email: `v${String(round)}-${String(i)}@client.example` }, `198.51.${String(round)}.${String(i)}`)));
    expect(new Set(answers.map((a) => a.status))).toEqual(new Set([200]));
    await w.settle();
    await w.pass(HOUR);
  }
  for (const mail of await w.catcher.mails()) links.push(linksOf(w, mail)[0] ?? '');
  expect(links).toHaveLength(100);
  // Each presses twice, as impatient people do.
  const done = await Promise.all([...links, ...links].map((link) => confirm(w, link)));
  expect(new Set(done.map((d) => d.status))).toEqual(new Set([303]));
  expect(new Set(done.map((d) => d.to)).size).toBe(100);
  await w.settle();
  const states = await w.all<{ state: string; n: number }>('select state, count(*)::int as n from requests group by state order by state');
  expect(states).toEqual([{ state: 'booked', n: 1 }, { state: 'pending_resolution', n: 99 }]);
  const winner = await w.one<{ id: string; email: string }>(`select r.id, c.email from requests r join clients c on c.coach_id = r.coach_id and c.id = r.client_id where r.state = 'booked'`);
  await expectLanded(w, winner?.id ?? '', START, winner?.email);
  expect(await standsAt(w, START)).toEqual([winner?.email]);
  await expectNothingStuck(w);
});
