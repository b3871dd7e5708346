/** docs/edits.md, row by row: what Makeway does with an edit of one event in Google. Series are in edits-series.test.ts. */
import { describe, expect, test } from 'vitest';
import { saveCalendar } from '../../src/google/grant.store.js';
import { instant, MINUTE } from '../../src/kernel/interval.js';
import { wallClock } from '../../src/kernel/zone.js';
import { mintId } from '../../src/postgres/rows.js';
import { inTx } from '../../src/postgres/transaction.js';
import { allDayOn, ASKED, ASKED_AND_OVER, believed, expectAskOver, expectStillAsked, move, noticed, times, toDana, told, words } from '../support/edits.js';
import { askDana, choose, danasSession, decide, expectLanded, expectNothingStuck, expectNotLanded, linkTo, look, MONDAY, on, pendingReason, standsAt, startsOn, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, ZONE, type EventIn, type World } from '../support/world.js';

const open = worlds();
const SINGLE = 'danasingle';
const single: EventIn = { id: SINGLE, summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] };
/** Dana's session is one event, and she has been asked to move. */
async function asked(event: EventIn = single, form: Record<string, string> = {}): Promise<{ w: World; id: string }> {
  const w = await open({ events: [event] });
  return { w, id: await askDana(w, form) };
}
const edit = (w: World, body: Record<string, unknown>, who = KIM.email): Promise<unknown> => w.patchEvent(SINGLE, body, who);
const GUEST = { email: DANA.email };

describe('edits that leave the ask as it is', () => {
  test.each<[string, string, Record<string, unknown>, string?]>([
    ['renamed', 'renamed in Google', { summary: 'Coaching with Dana' }],
    ['made private', 'made private in Google', { visibility: 'private' }],
    ['made tentative', 'made tentative in Google', { status: 'tentative' }],
    ['zone changed', 'zone changed in Google', { start: { timeZone: 'Europe/Paris', dateTime: new Date(MONDAY).toISOString() }, end: { timeZone: 'Europe/Paris', dateTime: new Date(at(MONDAY, 1)).toISOString() } }],
    ['other: a description', 'changed in Google', { description: 'Bring the notes.' }],
    ['client accepted', 'accepted by a guest in Google', { attendees: [{ ...GUEST, responseStatus: 'accepted' }] }, DANA.email],
    ['client tentative', 'accepted tentatively by a guest in Google', { attendees: [{ ...GUEST, responseStatus: 'tentative' }] }, DANA.email],
  ])('%s', async (_, line, body, who) => {
    const { w, id } = await asked();
    await edit(w, body, who);
    await noticed(w);
    await believed(w);
    expect(await words(w)).toEqual([line]);
    expect((await told(w))[0]).toMatchObject({ session_id: expect.any(String) as string, facts: { event: SINGLE } });
    await expectStillAsked(w, id);
    // The link acts as ever.
    await choose(w, at(MONDAY, 1));
    await w.settle();
    await expectLanded(w, id, MONDAY);
  });

  test('moved, but still in the way: the page shows where the session is now', async () => {
    const { w, id } = await asked();
    await w.moveTo(SINGLE, at(MONDAY, 0.5));
    await noticed(w);
    await believed(w);
    expect(await told(w)).toMatchObject([{ what: 'moved in Google', facts: { event: SINGLE, from: MONDAY, to: at(MONDAY, 0.5) } }]);
    await expectStillAsked(w, id, { scheduled_at: at(MONDAY, 0.5) });
    expect((await look(await linkTo(w, DANA.email))).page).toContain('13:30');
  });

  test.each([['lengthened', 1.5], ['shortened', 0.5]])('%s: the same link offers slots of the new length, and the move keeps it', async (what, hours) => {
    const { w, id } = await asked();
    await edit(w, times(MONDAY, at(MONDAY, hours)));
    await noticed(w);
    expect(await words(w)).toEqual([`${what} in Google`]);
    await expectStillAsked(w, id, { });
    expect(await w.one('select length_minutes from sessions')).toEqual({ length_minutes: hours * 60 });
    const offered = (await w.one<{ slots: { start: number; end: number }[] }>('select slots from offers'))?.slots ?? [];
    expect(offered.length).toBeGreaterThan(0);
    expect(new Set(offered.map((s) => s.end - s.start))).toEqual(new Set([hours * 60 * MINUTE]));
    const [start] = startsOn((await look(await linkTo(w, DANA.email))).page);
    await choose(w, start ?? MONDAY);
    await w.settle();
    expect((await w.inGoogle(start ?? MONDAY, hours)).map((e) => Date.parse(e.end.dateTime ?? '') - Date.parse(e.start.dateTime ?? ''))).toEqual([hours * 60 * MINUTE]);
    await expectLanded(w, id, MONDAY);
    expect(await toDana(w)).toEqual(ASKED);
  });

  test('lengthened after Dana has chosen, before the move: nothing is cut off, she chooses anew', async () => {
    const { w, id } = await asked();
    const sent = (await w.writes()).length;
    await edit(w, times(MONDAY, at(MONDAY, 1.5)));
    await choose(w, at(MONDAY, 2));
    await w.settle();
    expect((await w.writes()).slice(sent).filter((x) => x.kind === 'patch')).toHaveLength(1);
    await w.pass(30_000);
    await expectStillAsked(w, id);
    expect(await w.one('select length_minutes from sessions')).toEqual({ length_minutes: 90 });
    expect((await w.inGoogle(MONDAY, 2)).map((e) => Date.parse(e.end.dateTime ?? ''))).toEqual([at(MONDAY, 1.5)]);
  });
});

describe('edits that free the time: noticed, believed after a minute, landed', () => {
  const ELSEWHERE = on(2, '11:00');
  const rows: [string, string, (w: World) => Promise<unknown>, (w: World) => Promise<unknown>, Record<string, unknown>][] = [
    ['moved', 'moved in Google', (w) => w.moveTo(SINGLE, ELSEWHERE), (w) => w.moveTo(SINGLE, MONDAY), { status: 'scheduled', scheduled_at: ELSEWHERE }],
    ['deleted, restored', 'deleted in Google', (w) => w.deleteEvent(SINGLE), (w) => edit(w, { status: 'confirmed' }), { status: 'cancelled', scheduled_at: MONDAY }],
    ['set free, set busy', 'set free in Google', (w) => edit(w, { transparency: 'transparent' }), (w) => edit(w, { transparency: 'opaque' }), { status: 'cancelled' }],
    ['coach declined, coach accepted', 'declined by the coach in Google', (w) => edit(w, { attendees: [GUEST, { email: KIM.email, responseStatus: 'declined' }] }),
      (w) => edit(w, { attendees: [GUEST, { email: KIM.email, responseStatus: 'accepted' }] }), { status: 'cancelled' }],
  ];
  test.each(rows)('%s', async (_, line, happens, __, session) => {
    const { w, id } = await asked();
    await happens(w);
    await noticed(w);
    expect(await words(w)).toEqual([line, 'session left its time in Google']);
    expect((await told(w))[0]?.session_id).toEqual(expect.any(String));
    expect(await danasSession(w)).toMatchObject(session);
    await w.pass(59_000);
    await expectNotLanded(w, id);
    await w.pass(1_000);
    await expectLanded(w, id, MONDAY);
    expect(await toDana(w)).toEqual(ASKED_AND_OVER);
    expect(await danasSession(w)).toMatchObject({ ...session, invite_sent: false });
    await expectNothingStuck(w);
  });

  test.each(rows)('%s: undone by its author within the minute, it has no effect', async (_, line, happens, undone) => {
    const { w, id } = await asked();
    await happens(w);
    await noticed(w);
    await undone(w);
    await noticed(w);
    await believed(w);
    const said = await words(w);
    expect(said.slice(0, 2)).toEqual([line, 'session left its time in Google']);
    expect(said).toHaveLength(3);
    await expectStillAsked(w, id);
    await expectNotLanded(w, id);
    await choose(w, at(MONDAY, 1));
    await w.settle();
    await expectLanded(w, id, MONDAY);
  });

  test('moved to another calendar that is not mirrored', async () => {
    const { w, id } = await asked();
    await w.control('/calendars', { id: 'attic@group.calendar.google.com', owner: KIM.email, summary: 'Attic', timeZone: ZONE });
    await move(w, SINGLE, 'attic@group.calendar.google.com');
    await noticed(w);
    await believed(w);
    await expectLanded(w, id, MONDAY);
    expect(await danasSession(w)).toMatchObject({ status: 'cancelled' });
  });

  test('restored after Sam has landed: both stand, nothing of Sam\'s is undone', async () => {
    const { w, id } = await asked();
    await w.deleteEvent(SINGLE);
    await noticed(w);
    await believed(w);
    await expectLanded(w, id, MONDAY);
    await edit(w, { status: 'confirmed' });
    await w.pass(120_000);
    await expectLanded(w, id, MONDAY);
    expect(await standsAt(w, MONDAY)).toEqual([DANA.email, SAM.email]);
    expect(await danasSession(w)).toMatchObject({ status: 'scheduled', scheduled_at: MONDAY, invite_sent: false });
    expect(await words(w)).toContain('restored in Google');
  });

  test('coach declined an invitation, while nobody was asked: the request is booked', async () => {
    const w = await open({ events: [] });
    const { id: board } = await w.addEvent({ summary: 'Board meeting', start: MONDAY, guests: [KIM.email] }, DANA.email);
    await w.pass(180_000);
    const id = await wish(w);
    expect(await pendingReason(w, id)).toBe('taken');
    await w.patchEvent(board, { attendees: [{ email: KIM.email, responseStatus: 'declined' }] });
    await noticed(w);
    await believed(w);
    await expectLanded(w, id, MONDAY);
    expect(await words(w)).toContain('declined by the coach in Google');
  });
});

describe('edits after which it is no longer the session of the client who was asked: the ask ends with one mail', () => {
  const rows: [string, readonly string[], (w: World) => Promise<unknown>][] = [
    ['guest added: a group', ['guest added in Google', 'made a group in Google'], (w) => edit(w, { attendees: [GUEST, { email: 'alex@client.example' }] })],
    ['guest removed', ['guest removed in Google'], (w) => edit(w, { attendees: [] })],
    ['one guest for another', ['guest added in Google', 'guest removed in Google'], (w) => edit(w, { attendees: [{ email: 'alex@client.example' }] })],
    ['turned all-day', ['turned all-day in Google'], (w) => edit(w, allDayOn(wallClock(MONDAY, ZONE).date))],
    ['organizer changed', ['organizer changed in Google'], async (w) => {
      await w.google(DANA.email, 'POST', `/calendars/${encodeURIComponent(DANA.email)}/acl`, { role: 'writer', scope: { type: 'user', value: KIM.email } });
      await edit(w, { attendees: [GUEST, { email: KIM.email, responseStatus: 'accepted' }] });
      await noticed(w);
      await move(w, SINGLE, DANA.email);
    }],
  ];
  test.each(rows)('%s', async (_, lines, happens) => {
    const { w, id } = await asked();
    await happens(w);
    await noticed(w);
    expect(await words(w)).toEqual(expect.arrayContaining([...lines]));
    await expectAskOver(w, id, 'session-changed');
    await expectNotLanded(w, id);
    // Dana's old link acts no more.
    expect((await choose(w, at(MONDAY, 1))).page).toContain('Nothing to do any more');
    await w.settle();
    await believed(w);
    expect((await w.mailsTo(KIM.email)).at(-1)?.text).toContain('was changed in Google');
    expect(await toDana(w)).toEqual(ASKED_AND_OVER);
    // The time becomes free after all: the wish comes true.
    await w.deleteEvent(SINGLE);
    await noticed(w);
    await believed(w);
    await expectLanded(w, id, MONDAY);
    await expectNothingStuck(w);
  });

  test('one client again, timed again: the coach can ask again', async () => {
    const w = await open({ events: [{ ...single, guests: [DANA.email, 'alex@client.example'] }] });
    const id = await wish(w);
    expect((await decide(w, { do: 'option2' })).status).toBe(409);
    await edit(w, { attendees: [GUEST] });
    await noticed(w);
    expect(await words(w)).toEqual(['guest removed in Google', 'left with one guest in Google']);
    expect((await decide(w, { do: 'option2' })).status).toBe(200);
    await w.settle();
    await edit(w, allDayOn(wallClock(MONDAY, ZONE).date));
    await noticed(w);
    await expectAskOver(w, id, 'session-changed');
    expect(await danasSession(w)).toMatchObject({ status: 'cancelled' });
    await edit(w, { start: { ...times(MONDAY, MONDAY).start as object, date: null }, end: { ...times(MONDAY, at(MONDAY, 1)).end as object, date: null } });
    await noticed(w);
    expect((await words(w)).at(-1)).toBe('turned timed in Google');
    expect(await danasSession(w)).toMatchObject({ status: 'scheduled', scheduled_at: MONDAY });
  });

  test('renamed, where only the title said whose it is', async () => {
    const { w, id } = await asked({ id: SINGLE, summary: 'Dana 13h', start: MONDAY }, { address: DANA.email });
    await edit(w, { summary: 'Dentist' });
    await noticed(w);
    expect(await words(w)).toEqual(['renamed in Google']);
    await expectAskOver(w, id, 'session-changed');
  });

  test('client declined: the coach is asked first, the client needs no word', async () => {
    const { w, id } = await asked();
    await edit(w, { attendees: [{ ...GUEST, responseStatus: 'declined' }] }, DANA.email);
    await noticed(w);
    expect(await words(w)).toEqual(['declined by a guest in Google']);
    expect(await pendingReason(w, id)).toBe('client-declined');
    expect(await toDana(w)).toEqual(ASKED);
  });

  test('a second guest comes between the click and the move: the group stays where it is', async () => {
    const { w, id } = await asked();
    const before = (await w.writes()).length;
    await edit(w, { attendees: [GUEST, { email: 'alex@client.example' }] });
    await choose(w, at(MONDAY, 1));
    await w.settle();
    expect((await w.writes()).slice(before).filter((x) => x.kind === 'patch')).toHaveLength(1);
    await expectAskOver(w, id, 'session-changed');
    expect(await standsAt(w, MONDAY)).toEqual([expect.stringContaining(DANA.email)]);
  });

  test('unparsed, readable again: it blocks, and nobody moves it', async () => {
    const { w, id } = await asked();
    const { etag: _, updated: __, ...there } = (await (await w.google(KIM.email, 'GET', `/calendars/${encodeURIComponent(KIM.email)}/events/${SINGLE}`)).json()) as Record<string, unknown>;
    await w.control('/events', { calendarId: KIM.email, events: [{ ...there, etag: '"11"', endTimeUnspecified: true }] });
    await noticed(w);
    expect(await words(w)).toEqual(['no longer readable in Google']);
    await expectAskOver(w, id, 'session-changed');
    await believed(w);
    await expectNotLanded(w, id);
    await w.control('/events', { calendarId: KIM.email, events: [{ ...there, etag: '"12"' }] });
    await noticed(w);
    expect((await words(w)).at(-1)).toBe('readable again in Google');
  });
});

describe('another calendar of the coach', () => {
  const STUDIO = 'studio@group.calendar.google.com';
  async function withStudio(): Promise<{ w: World; id: string }> {
    const { w, id } = await asked();
    await w.control('/calendars', { id: STUDIO, owner: KIM.email, summary: 'Studio', timeZone: ZONE });
    await inTx(w.shell.db, 'commit connect', (tx) => saveCalendar(tx, { coachId: w.coachId, id: mintId('calendar'), googleId: STUDIO, summary: 'Studio', zone: ZONE, accessRole: 'owner', role: 'sessions' }, w.now()));
    await w.settle();
    return { w, id };
  }
  const whereItIs = (w: World): Promise<unknown> => w.one(`select c.google_id from sessions s join calendars c on c.coach_id = s.coach_id and c.id = s.calendar_id where s.request_id is null`);

  test('moved there: the session and the open ask follow, and the move is made there', async () => {
    const { w, id } = await withStudio();
    await move(w, SINGLE, STUDIO);
    await noticed(w);
    await w.pass(5_000);
    expect(await words(w)).toEqual(expect.arrayContaining([expect.stringMatching(/^(moved to another calendar|deleted in Google)$/), expect.stringMatching(/^(moved here from another calendar|restored in Google)$/)]));
    expect(await whereItIs(w)).toEqual({ google_id: STUDIO });
    await believed(w);
    await expectStillAsked(w, id);
    await choose(w, at(MONDAY, 1));
    await w.settle();
    await expectLanded(w, id, MONDAY);
    const there = (await (await w.google(KIM.email, 'GET', `/calendars/${encodeURIComponent(STUDIO)}/events/${SINGLE}`)).json()) as { start: { dateTime: string } };
    expect(instant(Date.parse(there.start.dateTime))).toBe(at(MONDAY, 1));
  });

  test.each([['the old calendar is read first', KIM.email], ['the new calendar is read first', STUDIO]])('%s: the session follows all the same', async (_, first) => {
    const { w, id } = await withStudio();
    await move(w, SINGLE, STUDIO);
    const read = async (googleId: string): Promise<void> => {
      await w.all(`update calendars set wake_at = case when google_id = :googleId then cast(:now as timestamptz) else cast(:later as timestamptz) end`, { googleId, now: new Date(w.now()), later: new Date(w.now() + 600_000) });
      await w.settle();
    };
    await read(first);
    await read(first === STUDIO ? KIM.email : STUDIO);
    expect(await whereItIs(w)).toEqual({ google_id: STUDIO });
    await believed(w);
    await expectStillAsked(w, id);
  });
});

describe('how it is told', () => {
  test('the first full read tells nothing; what we wrote ourselves is not told as somebody\'s edit', async () => {
    const { w, id } = await asked();
    expect(await told(w)).toEqual([]);
    await choose(w, at(MONDAY, 1));
    await w.settle();
    await w.pass(120_000);
    await expectLanded(w, id, MONDAY);
    expect((await words(w)).filter((x) => x !== 'own change seen in Google')).toEqual([]);
  });

  test('very many edits in one pull are one line with counts', async () => {
    const w = await open({ events: [] });
    for (let i = 0; i < 51; i++) await w.addEvent({ id: `event${i.toString(32).padStart(3, '0')}`, summary: 'Many', start: at(MONDAY, i) });
    await w.pass(180_000);
    expect(await w.all(`select what, facts from history where what like '%in Google'`)).toEqual([{ what: 'many changes in Google', facts: { edits: 51, made: 51 } }]);
    expect(await w.all('select 1 from occurrences')).toHaveLength(51);
  });

  test('of a busy calendar times and status are told, and no more', async () => {
    const w = await open({ events: [] });
    const HOME = 'home@group.calendar.google.com';
    await w.control('/calendars', { id: HOME, owner: KIM.email, summary: 'Home', timeZone: ZONE });
    await inTx(w.shell.db, 'commit connect', (tx) => saveCalendar(tx, { coachId: w.coachId, id: mintId('calendar'), googleId: HOME, summary: 'Home', zone: ZONE, accessRole: 'owner', role: 'busy' }, w.now()));
    await w.settle();
    const path = `/calendars/${encodeURIComponent(HOME)}/events`;
    await w.google(KIM.email, 'POST', path, { id: 'couch', summary: 'Therapy', ...times(MONDAY, at(MONDAY, 1)) });
    await w.pass(180_000);
    await w.google(KIM.email, 'PATCH', `${path}/couch`, { summary: 'Secret', visibility: 'private', attendees: [GUEST] });
    await w.pass(180_000);
    await w.google(KIM.email, 'PATCH', `${path}/couch`, { transparency: 'transparent' });
    await w.pass(180_000);
    expect(await told(w)).toEqual([
      { what: 'made in Google', session_id: null, facts: { event: 'couch', to: MONDAY } },
      { what: 'changed in Google', session_id: null, facts: { event: 'couch' } },
      { what: 'set free in Google', session_id: null, facts: { event: 'couch' } },
    ]);
    expect(await w.all('select 1 from sessions')).toEqual([]);
  });
});
