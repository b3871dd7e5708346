/** Calendars appear, are renamed, hidden, taken off the list, deleted, and come back. */
import { expect, test } from 'vitest';
import { HOUR, MINUTE, plus } from '../../src/kernel/interval.js';
import { MONDAY, on, worlds } from '../support/story.js';
import { KIM } from '../support/world.js';
import { A_LIST_POLL, calendars } from './calendar-bed.js';

const aWorld = worlds();
const isTaken = async (w: Awaited<ReturnType<typeof aWorld>>, start: typeof MONDAY): Promise<boolean> =>
  (await w.one('select 1 from occurrences o join calendars c on c.id = o.calendar_id where blocking <> \'free\' and role in (\'sessions\', \'busy\') and period @> cast(:at as timestamptz)', { at: new Date(start) })) !== null;

test('connecting takes the calendars up without a word: the primary one for sessions, own ones as busy, foreign ones not at all', async () => {
  const w = await aWorld();
  expect(await w.all('select google_id, role, is_primary, listed from calendars')).toEqual([{ google_id: KIM.email, role: 'sessions', is_primary: true, listed: 'shown' }]);
  expect((await w.all<{ what: string }>(`select what from history where what like 'calendar%'`)).map((h) => h.what)).toEqual(['calendars read']);
});

test('new calendars appear: an own one takes time, a foreign one does not, and none begins to hold sessions', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const family = await c.own('Family');
  const team = await c.shared('Team', 'reader');
  await c.event(family, { summary: 'School play', start: MONDAY });
  await w.pass(A_LIST_POLL);
  expect([await c.role(family), await c.role(team)]).toEqual(['busy', 'ignored']);
  expect(await isTaken(w, MONDAY)).toBe(true);
  expect([await c.lines(family), await c.lines(team)]).toEqual([['calendar appeared'], ['calendar appeared']]);
  expect(await w.mailsTo(KIM.email)).toEqual([]);
});

test('renamed, hidden, deselected, shown again: known, and nothing else changes', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const family = await c.own('Family');
  await c.event(family, { summary: 'School play', start: MONDAY });
  await w.pass(A_LIST_POLL);
  await c.change(family, { summary: 'Household' });
  await w.pass(A_LIST_POLL);
  await c.look(family, { selected: false });
  await w.pass(A_LIST_POLL);
  await c.look(family, { hidden: true });
  await w.pass(A_LIST_POLL);
  expect(await c.row(family)).toMatchObject({ role: 'busy', listed: 'hidden' });
  await c.look(family, { hidden: false, selected: true });
  await w.pass(A_LIST_POLL);
  expect(await c.row(family)).toMatchObject({ role: 'busy', listed: 'shown' });
  await w.pass(HOUR);
  expect((await c.lines(family)).filter((l) => l.startsWith('calendar')).sort()).toEqual(['calendar appeared', 'calendar renamed', ...Array.from({ length: 3 }, () => 'calendar shown otherwise in Google')]);
  expect(await isTaken(w, MONDAY)).toBe(true);
});

test('a title alone is noticed within the hour, by a full read', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  await c.change(KIM.email, { summary: 'Kim’s practice' });
  await w.pass(HOUR + A_LIST_POLL);
  expect((await c.row(KIM.email))?.summary).toBe('Kim’s practice');
  expect(await c.lines(KIM.email)).toContain('calendar renamed');
});

test('a calendar that its coach takes off the list, but that can be read, goes on taking time', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const team = await c.shared('Team', 'writer');
  await c.event(team, { summary: 'Retreat', start: MONDAY });
  await w.pass(A_LIST_POLL);
  await c.unsubscribe(team);
  await w.pass(A_LIST_POLL);
  await w.pass(A_LIST_POLL);
  expect(await c.row(team)).toMatchObject({ role: 'busy', listed: 'absent', gone_since: null, frozen_at: null });
  expect(await isTaken(w, MONDAY)).toBe(true);
  await c.subscribe(team);
  await w.pass(A_LIST_POLL);
  expect((await c.lines(team)).filter((l) => l.startsWith('calendar'))).toEqual(['calendar appeared', 'calendar left the list', 'calendar is on the list again']);
});

test('a calendar that is deleted for good blocks its coach only until list and events have said so twice', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const family = await c.own('Family');
  await c.event(family, { summary: 'School play', start: MONDAY });
  await w.pass(A_LIST_POLL);
  const request = await w.request(MONDAY);
  await w.settle();
  expect(request.body.state).toBe('pending_resolution');

  await c.remove(family);
  await w.pass(A_LIST_POLL);
  // Out of sight is not gone: nothing is offered or booked on a blind spot.
  expect(await c.row(family)).toMatchObject({ role: 'busy', retired_at: null, gone_since: expect.any(Number) as number, frozen_at: expect.any(Number) as number });
  expect(await isTaken(w, MONDAY)).toBe(true);

  await w.pass(A_LIST_POLL);
  expect(await c.row(family)).toMatchObject({ role: 'ignored', retired_role: 'busy', retired_at: expect.any(Number) as number, frozen_at: null, listed: 'absent' });
  expect(await c.mirrored(family)).toEqual({ events: 0, occurrences: 0, staged: 0 });
  expect((await c.lines(family)).filter((l) => l.startsWith('calendar'))).toEqual(expect.arrayContaining(['calendar left the list', 'calendar is out of sight', 'calendar retired']));
  const told = (await w.mailsTo(KIM.email)).filter((m) => m.subject.includes('gone'));
  expect(told.map((m) => m.subject)).toEqual(['A calendar is gone: Family']);
  // What stood in the way is gone: Sam's wish comes true after all.
  await w.pass(2 * MINUTE);
  expect(await w.one('select state from requests')).toEqual({ state: 'booked' });
  for (let i = 0; i < 3; i++) await w.pass(A_LIST_POLL);
  expect((await w.mailsTo(KIM.email)).filter((m) => m.subject.includes('gone'))).toHaveLength(1);
});

test('a calendar that is unshared by mistake and shared again in time is read again, and nobody hears of it', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const team = await c.shared('Team', 'writer');
  await c.event(team, { summary: 'Retreat', start: MONDAY });
  await w.pass(A_LIST_POLL);
  await c.share(team, 'none');
  await w.pass(A_LIST_POLL);
  expect(await c.row(team)).toMatchObject({ role: 'busy', gone_since: expect.any(Number) as number, frozen_at: expect.any(Number) as number });
  await c.share(team, 'writer'); // not yet on the list again
  await w.pass(A_LIST_POLL);
  expect(await c.row(team)).toMatchObject({ role: 'busy', gone_since: null, frozen_at: null });
  expect(await c.lines(team)).toContain('calendar is in sight again');
  expect(await isTaken(w, MONDAY)).toBe(true);
  expect(await w.mailsTo(KIM.email)).toEqual([]);
});

test('a calendar that comes back is the same calendar: one row, its role, its events', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const team = await c.shared('Team', 'reader');
  await w.pass(A_LIST_POLL);
  const before = await c.row(team);
  await w.shell.db('calendars').where({ google_id: team }).update({ role: 'busy', wake_at: new Date(w.now()) });
  await c.event(team, { summary: 'Retreat', start: MONDAY, by: 'dana@client.example' });
  await w.settle();
  await c.share(team, 'none');
  for (let i = 0; i < 3; i++) await w.pass(A_LIST_POLL);
  expect(await c.row(team)).toMatchObject({ role: 'ignored', retired_role: 'busy' });
  await c.share(team, 'writer');
  await c.subscribe(team);
  await w.pass(A_LIST_POLL);
  expect(await c.row(team)).toMatchObject({ id: before?.id, role: 'busy', retired_at: null, retired_role: null, listed: 'shown', access_role: 'writer' });
  expect(await c.lines(team)).toContain('calendar came back');
  expect(await isTaken(w, MONDAY)).toBe(true);
  expect(await w.all('select 1 from calendars where google_id = :team', { team })).toHaveLength(1);
});

test('one 404 proves nothing: while the list still names the calendar, it is frozen and never retired', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const family = await c.own('Family');
  await c.event(family, { summary: 'School play', start: MONDAY });
  await w.pass(A_LIST_POLL);
  const { id } = (await w.control('/rules', { kind: 'events.list', pathPattern: encodeURIComponent(family), forever: true, status: 404, reason: 'notFound' })) as { id?: number };
  expect(id).toBeDefined();
  for (let i = 0; i < 4; i++) await w.pass(A_LIST_POLL);
  expect(await c.row(family)).toMatchObject({ role: 'busy', retired_at: null, gone_since: null, frozen_at: expect.any(Number) as number });
  expect(await isTaken(w, MONDAY)).toBe(true);
});

test('the other way round, too: a list that leaves out what can be read takes nothing away', async () => {
  const w = await aWorld();
  const c = calendars(w);
  const family = await c.own('Family');
  await c.event(family, { summary: 'School play', start: on(1, '10:00') });
  await w.pass(A_LIST_POLL);
  for (let i = 0; i < 3; i++) {
    await c.readList([{ entries: [], removed: [], nextPageToken: null, nextCursor: 'nonsense' }]);
    w.setNow(plus(w.now(), 10 * MINUTE));
  }
  expect(await c.row(family)).toMatchObject({ role: 'busy', retired_at: null, gone_since: null });
  expect(await c.row(KIM.email)).toMatchObject({ role: 'sessions', retired_at: null });
  expect(await isTaken(w, on(1, '10:00'))).toBe(true);
  for (let i = 0; i < 2; i++) await w.pass(A_LIST_POLL);
  expect([(await c.row(family))?.listed, (await c.row(KIM.email))?.listed]).toEqual(['shown', 'shown']);
});

test('a cursor that Google no longer knows: the whole list is read', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  await fetch(`${w.emulator.url}/control/sync-tokens/expire`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
  const family = await c.own('Family');
  await w.pass(A_LIST_POLL);
  expect(await c.role(family)).toBe('busy');
  const runs = await w.all<{ did: string }>(`select counts ->> 'did' as did from job_runs where job = 'calendar_lists' order by id`);
  expect(runs.map((r) => r.did)).toContain('cursor lost, reading the whole list again');
});

test('the list comes in many pages: nothing is taken for absent that stands on another page', async () => {
  const w = await aWorld({ events: [] });
  const c = calendars(w);
  const ids = await Promise.all(Array.from({ length: 5 }, (_, i) => c.own(`Nr ${i}`)));
  await w.pass(A_LIST_POLL);
  const { entries } = await (await w.shell.google(w.coachId)).listCalendars({ cursor: null, pageToken: null });
  expect(entries).toHaveLength(6);
  await c.readList([
    { entries: entries.slice(0, 2), removed: [], nextPageToken: 'p2', nextCursor: null },
    { entries: [], removed: [], nextPageToken: 'p3', nextCursor: null },
    { entries: entries.slice(2), removed: [], nextPageToken: null, nextCursor: 'x' },
  ]);
  expect((await Promise.all(ids.map((id) => c.row(id)))).map((r) => r?.listed)).toEqual(ids.map(() => 'shown'));
  const { cursor } = (await w.one<{ cursor: string }>('select cursor from calendar_lists')) ?? { cursor: '' };
  expect(cursor).toBe('x');
});

test('the account is renamed: its calendar has a new id and stays the same calendar, with its sessions', async () => {
  const w = await aWorld();
  const c = calendars(w);
  const before = await c.row(KIM.email);
  await w.shell.db('calendars').update({ google_id: 'kim.was.called@coach.example' });
  await w.shell.db('calendar_lists').update({ cursor: null, last_full_at: null });
  await w.pass(A_LIST_POLL);
  expect(await w.all('select id, role from calendars')).toEqual([{ id: before?.id, role: 'sessions' }]);
  expect(await c.lines(KIM.email)).toContain('calendar has a new id');
  expect(await c.row(KIM.email)).toMatchObject({ frozen_at: null });
  expect(await isTaken(w, MONDAY)).toBe(true);
});
