/** The form that says what a calendar is for. */
import { expect, test } from 'vitest';
import { saveCoach } from '../../src/coach/coach.store.js';
import { inTx } from '../../src/postgres/transaction.js';
import { signedIn, worlds, type Answered } from '../support/story.js';
import { KIM, type World } from '../support/world.js';

const open = worlds();
const rolesOf = (w: World): Promise<{ google_id: string; role: string }[]> => w.all('select google_id, role from calendars where coach_id = :coach order by google_id', { coach: w.coachId });
async function family(w: World): Promise<{ id: string; googleId: string }> {
  const { id: googleId } = (await (await w.google(KIM.email, 'POST', '/calendars', { summary: '<b>Family</b>', timeZone: w.zone })).json()) as { id: string };
  await w.pass(10 * 60_000); // the list of calendars is read
  return { id: (await w.one<{ id: string }>('select id from calendars where google_id = :googleId', { googleId }))?.id ?? '', googleId };
}
const roleOf = async (w: World, googleId: string): Promise<string | undefined> => (await rolesOf(w)).find((c) => c.google_id === googleId)?.role;

test('a calendar gets another role, and the page says what that means', async () => {
  const w = await open();
  const { id, googleId } = await family(w);
  const kim = await signedIn(w);
  expect(await roleOf(w, googleId)).toBe('busy');
  const { status, page } = await kim.post('/calendars', { calendar: id, role: 'ignored' });
  expect([status, await roleOf(w, googleId)]).toEqual([200, 'ignored']);
  expect(page).toContain('&lt;b&gt;Family&lt;/b&gt; has the role');
  expect(page).not.toContain('<b>Family');
  expect(await w.one(`select by, facts->>'to' as "to" from history where what = 'calendar role changed'`)).toEqual({ by: 'coach', to: 'ignored' });
});

test('what is refused changes nothing and says why', async () => {
  const w = await open();
  const { id } = await family(w);
  const kim = await signedIn(w);
  const stranger = await inTx(w.shell.db, 'commit coach', (tx) => saveCoach(tx, { slug: 'bo', name: 'Bo', email: 'bo@coach.example', zone: w.zone, policy: {} }, w.now()));
  const before = await rolesOf(w);
  const answers: Record<string, [form: Record<string, string>, status: number, says: string]> = {
    'no role': [{ calendar: id }, 400, 'Choose what the calendar is for.'],
    'a role that is none': [{ calendar: id, role: 'owner' }, 400, 'Choose what the calendar is for.'],
    'no calendar': [{ role: 'busy' }, 404, 'There is no such calendar.'],
    'a calendar of nobody': [{ calendar: 'cal_aaaaaaaaaaaaaaaa', role: 'busy' }, 404, 'There is no such calendar.'],
    'not an id': [{ calendar: "' or 1=1", role: 'busy' }, 404, 'There is no such calendar.'],
  };
  for (const [name, [form, status, says]] of Object.entries(answers)) {
    const answer: Answered = await kim.post('/calendars', form);
    expect([answer.status, answer.page.includes(says)], name).toEqual([status, true]);
  }
  // Bo, signed in, does not get at Kim's.
  await w.all('update sign_ins set coach_id = :stranger returning 1', { stranger });
  expect((await kim.post('/calendars', { calendar: id, role: 'ignored' })).status).toBe(404);
  // Nor does a form without the guard.
  const bare = await fetch(`${w.url}/calendars`, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ calendar: id, role: 'ignored' }).toString() });
  expect(bare.status).toBe(401);
  expect(await rolesOf(w)).toEqual(before);
});
