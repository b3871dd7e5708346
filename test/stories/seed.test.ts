import { afterEach, expect, test } from 'vitest';
import { aWorld, at, DANA, KIM, mondayAt, SAM, ZONE, type World } from '../support/world.js';

let world: World | undefined;
afterEach(async () => { await world?.close(); world = undefined; });

const MONDAY = mondayAt('13:00');
const danasSeries = { id: 'danaseries', summary: 'Dana: coaching', start: mondayAt('13:00', ZONE, MONDAY - 36 * 86_400_000), guests: [DANA.email], rule: 'RRULE:FREQ=WEEKLY;BYDAY=MO' };

test('Monday 13:00 is taken: Dana is asked, picks 14:00, 13:00 is vacated, and Sam lands there', async () => {
  world = await aWorld({ events: [danasSeries] });
  const w = world;
  const asked = await w.request(MONDAY);
  expect(asked.status).toBe(201);
  expect(asked.body).toMatchObject({ state: 'pending_resolution', pending_reason: 'taken' });
  const before = await w.writes();
  await w.settle();
  expect((await w.mailsTo(KIM.email)).map((m) => m.subject)).toHaveLength(1);

  const option2 = (await w.links(KIM.email)).find((l) => l.includes('do=option2'));
  const decided = await w.post(option2 ?? '', { do: 'option2' });
  expect(decided.status).toBe(200);
  await w.settle();
  const session = await w.one<{ invite_sent: boolean; cancellation_reason: string; scheduled_at: number; status: string }>('select * from sessions');
  expect(session).toMatchObject({ invite_sent: true, cancellation_reason: `pending_reschedule_for_${asked.body.id}`, scheduled_at: MONDAY, status: 'scheduled' });
  expect(await w.writes()).toEqual(before);
  expect(await w.all('select 1 from sessions where request_id is not null')).toEqual([]);
  expect(await w.one('select state from requests')).toEqual({ state: 'pending_resolution' });

  const two = at(MONDAY, 1);
  const choice = (await w.links(DANA.email)).find((l) => l.includes(encodeURIComponent(new Date(two).toISOString().replace('.000', ''))));
  expect(choice).toBeDefined();
  const chosen = await w.post(choice ?? '', { start: new Date(two).toISOString() });
  expect(chosen.status).toBe(200);
  await w.settle();

  const [sams] = await w.inGoogle(MONDAY);
  expect(await w.inGoogle(MONDAY)).toHaveLength(1);
  expect(sams?.attendees?.map((a) => a.email)).toEqual([SAM.email]);
  const [danas] = await w.inGoogle(two);
  expect(danas).toMatchObject({ recurringEventId: 'danaseries' });
  expect(await w.one('select state, booked_start from requests')).toEqual({ state: 'booked', booked_start: MONDAY });
  expect(await w.one('select invite_sent, cancellation_reason, scheduled_at from sessions where request_id is null')).toEqual({ invite_sent: false, cancellation_reason: null, scheduled_at: two });
  expect(await w.one('select status, scheduled_at from sessions where request_id is not null')).toEqual({ status: 'scheduled', scheduled_at: MONDAY });
  // The next week's session of the series stays where it is.
  expect(await w.inGoogle(at(MONDAY, 7 * 24))).toHaveLength(1);
  expect(await w.all('select 1 from holds where released_at is null')).toEqual([]);
});
