/** The visitor's zone: every time stands on the visitor's day, over changes of the clocks on either side, and is asked for as meant. */
import { expect, test } from 'vitest';
import { DAY, type Instant } from '../../src/kernel/interval.js';
import { atWallClock, rfc3339, wallClock, zoneInWords } from '../../src/kernel/zone.js';
import { startsOn, worlds } from '../support/story.js';
import { confirmLink, leave, openForm, visit, words } from '../support/visitor.js';
import { SAM, ZONE, type World } from '../support/world.js';

const open = worlds();
// Berlin's clocks go back on 25 October 2026, New York's on 1 November; Lord Howe's went ahead on 4 October.
const NOW = atWallClock('2026-10-20', '08:00', ZONE);

/** Every start of the next three weeks, as the day pages of a zone show them, by day. */
async function startsByDay(w: World, zone: string): Promise<Map<string, Instant[]>> {
  const months = new Set<string>([(await visit(w, { zone })).page]);
  for (const page of [...months]) for (const [, to] of page.matchAll(/month=(\d{4}-\d{2})" rel="next"/g)) months.add((await visit(w, { zone, month: to ?? '' })).page);
  const days = new Set([...months].flatMap((page) => [...page.matchAll(/<td><a href="[^"]*day=(\d{4}-\d{2}-\d{2})"/g)].map((m) => m[1] ?? '')));
  const found = new Map<string, Instant[]>();
  for (const day of days) {
    const { page } = await visit(w, { zone, day });
    expect(words(page)).toContain(zoneInWords(zone));
    found.set(day, startsOn(page));
  }
  return found;
}

test.each(['America/New_York', 'Pacific/Auckland', 'Australia/Lord_Howe', 'Pacific/Kiritimati'])('in %s the same times stand, each on its own day', async (zone) => {
  const w = await open({ now: NOW, policy: { horizonMs: 21 * DAY, gridMs: 3_600_000, workingHours: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' })) } });
  const [home, there] = [await startsByDay(w, ZONE), await startsByDay(w, zone)];
  for (const [day, starts] of there) {
    expect(starts.length).toBeGreaterThan(0);
    for (const start of starts) expect(wallClock(start, zone).date).toBe(day);
  }
  const all = (found: Map<string, Instant[]>): Instant[] => [...found.values()].flat().sort((a, b) => a - b);
  expect(all(there)).toEqual(all(home));
  // 25 hours on the day on which the clocks go back.
  expect(home.get('2026-10-25')).toHaveLength(25);
  if (zone === 'America/New_York') expect(there.get('2026-11-01')).toHaveLength(25);
});

test('a time keeps its meaning from the page to the mail to the calendar, and both zones are told', async () => {
  const w = await open({ now: NOW, events: [] });
  const start = atWallClock('2026-10-28', '09:00', 'America/New_York');
  const zone = 'America/New_York';
  const form = await openForm(w, start, { zone });
  expect(words(form.page)).toContain('Wednesday 28 October, 09:00–10:00 (New York time) Wednesday 28 October, 14:00–15:00 (Berlin time)');
  await leave(w, start, SAM, {}, { zone });
  const link = await confirmLink(w, SAM.email);
  const [mail] = await w.mailsTo(SAM.email);
  expect(mail?.text).toContain('Wednesday 28 October, 09:00–10:00 (New York time)');
  expect(mail?.text).toContain('Wednesday 28 October, 14:00–15:00 (Berlin time)');
  await w.post(link, { confirm: '1' });
  await w.settle();
  expect(await w.all('select booked_start from requests')).toEqual([{ booked_start: start }]);
  expect((await w.inGoogle(start))[0]?.start.dateTime).toBe(rfc3339(start, ZONE));
  expect(await w.all('select time_zone from clients')).toEqual([{ time_zone: zone }]);
});
