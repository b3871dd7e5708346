/** Whatever takes a time, a stranger is told the same: by the API, and by the form on the booking page (invariant 10). */
import { expect, test } from 'vitest';
import type { Instant } from '../../src/kernel/interval.js';
import { appointment, brunhilds, CLIENTS, EXISTING, familyCalendar, FAMILY_TIME, NEIGHBOUR, peregrines, PRIVATE, SECOND } from '../support/marked.js';
import { decide, MONDAY, on, wish, worlds } from '../support/story.js';
import { openForm } from '../support/visitor.js';
import type { World } from '../support/world.js';

const open = worlds();
const GROUP = on(3, '14:00');
const aWorldOfAll = (): Promise<World> => open({
  events: [brunhilds, peregrines, appointment, { summary: 'Hurdygurdy group', start: GROUP, guests: CLIENTS.map((c) => c.email) }],
  guests: CLIENTS, before: familyCalendar,
});
/** A session, one of a series in another week, another's session, a private appointment, a time of another calendar, a group. */
const TAKEN: readonly Instant[] = [MONDAY, on(7, '13:00'), NEIGHBOUR, PRIVATE, FAMILY_TIME, GROUP];

test('the API answers the same of every kind of busy, and of a stranger\'s session under another spelling of their name', async () => {
  const w = await aWorldOfAll();
  const answers = [];
  const client = { name: EXISTING.name, email: SECOND.email, time_zone: SECOND.zone };
  for (const start of TAKEN) answers.push((await w.request(start, SECOND, { client })).body);
  const shape = (body: Record<string, unknown>): unknown => ({ ...body, id: 0, status_url: 0, wanted_starts: 0, wanted_start: 0, created_at: 0 });
  expect(answers[0]).toMatchObject({ state: 'pending_resolution', pending_reason: 'taken' });
  for (const [i, body] of answers.entries()) {
    expect(shape(body), String(i)).toEqual(shape(answers[0] ?? {}));
    const answer = await fetch(`${w.url}/api/v1/booking-requests/${body.id}`, { headers: { authorization: `Bearer ${w.apiKey}` } });
    const shown = (await answer.json()) as Record<string, unknown>;
    expect({ ...shown, status_url: body.status_url }, String(i)).toEqual(body);
  }
});

test('the form behind a time reads the same whatever takes it, also while somebody is asked to move away from it', async () => {
  const w = await aWorldOfAll();
  /** Without what the time itself says, and the other times to choose from. */
  const form = async (start: Instant): Promise<string> => {
    const { status, page } = await openForm(w, start);
    expect(status).toBe(200);
    return page.replace(/name="stamp" value="[^"]*"|<option[^]*?<\/select>|<\/?span[^>]*>/g, '')
      .replace(/\d{4}-\d\d-\d\d[T\d:.%A-Z]*|\d\d?:\d\d|\p{L}+day,? \d+ \p{L}+(?: \d{4})?/gu, '');
  };
  const before = await Promise.all(TAKEN.map(form));
  for (const [i, each] of before.entries()) expect(each, String(i)).toBe(before[0]);
  await wish(w, MONDAY, { name: SECOND.name, email: SECOND.email });
  expect((await decide(w, { do: 'option2' })).status).toBe(200);
  await w.settle();
  expect(await form(MONDAY)).toBe(before[0]);
  expect(await form(on(1, '14:00')), 'a free time does not').not.toBe(before[0]);
});
