/** docs/edits.md, row by row: edits of a series, and of one occurrence of it. Single events are in edits.test.ts. */
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/kernel/interval.js';
import { wallClock } from '../../src/kernel/zone.js';
import { allDayOn, ASKED_AND_OVER, believed, expectAskOver, expectStillAsked, noticed, split, times, toDana, told, words } from '../support/edits.js';
import { askDana, choose, DANAS_ID, DANAS_INSTANCE, danasSession, expectLanded, expectNothingStuck, expectNotLanded, MONDAY, on, standsAt, worlds } from '../support/story.js';
import { at, DANA, ZONE, type World } from '../support/world.js';

const open = worlds();
const utc = (start: Instant): string => new Date(start).toISOString().replace(/[-:]|\.000/g, '');
const instance = (start: Instant): string => `${DANAS_ID}_${utc(start)}`;
const WEEKLY = 'RRULE:FREQ=WEEKLY;BYDAY=MO';
const UNTIL = `${WEEKLY};UNTIL=${utc(on(-1, '12:00'))}`;
const identity = (w: World): Promise<{ root_id: string; original_key: string } | null> => w.one('select root_id, original_key from sessions where request_id is null');
async function asked(): Promise<{ w: World; id: string }> {
  const w = await open();
  return { w, id: await askDana(w) };
}
/** Dana moves to 14:00 that day, by the link that she had from the start, and nothing else of her series moves. */
async function expectMovesAsAlways(w: World, id: string): Promise<void> {
  await choose(w, at(MONDAY, 1));
  await w.settle();
  await expectLanded(w, id, MONDAY);
  expect(await standsAt(w, at(MONDAY, 1))).toEqual([DANA.email]);
  expect(await standsAt(w, on(7, '13:00'))).toEqual([DANA.email]);
  expect(await w.all(`select 1 from sessions where request_id is null`)).toHaveLength(1);
  await expectNothingStuck(w);
}

describe('edits that the ask outlives', () => {
  test.each<[string, (w: World) => Promise<unknown>, readonly string[]]>([
    ['exception made', (w) => w.patchEvent(DANAS_INSTANCE, { description: 'Notes' }), ['exception made in Google']],
    ['series extended', async (w) => w.patchEvent(DANAS_ID, { recurrence: [`${WEEKLY};COUNT=20`] }).then(() => noticed(w)).then(() => w.patchEvent(DANAS_ID, { recurrence: [WEEKLY] })), ['series trimmed in Google', 'series extended in Google']],
    ['rule changed, this Monday still in it', (w) => w.patchEvent(DANAS_ID, { recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO,TH'] }), ['rule changed in Google']],
    ['another occurrence cancelled', (w) => w.deleteEvent(instance(on(14, '13:00'))), ['occurrence cancelled in Google']],
    ['moved and moved back within the minute', async (w) => w.moveTo(DANAS_INSTANCE, on(1, '10:00')).then(() => noticed(w)).then(() => w.moveTo(DANAS_INSTANCE, MONDAY)), ['moved in Google', 'session left its time in Google', 'moved back in Google']],
    ['occurrence cancelled and restored within the minute', async (w) => w.deleteEvent(DANAS_INSTANCE).then(() => noticed(w)).then(() => w.patchEvent(DANAS_INSTANCE, { status: 'confirmed' })), ['occurrence cancelled in Google', 'session left its time in Google', 'occurrence restored in Google']],
  ])('%s', async (_, happens, lines) => {
    const { w, id } = await asked();
    await happens(w);
    await noticed(w);
    await believed(w);
    expect(await words(w)).toEqual(lines);
    await expectStillAsked(w, id);
    await expectMovesAsAlways(w, id);
  });

  test.each<[string, Instant]>([['split at this very occurrence', MONDAY], ['split a week before', on(-7, '13:00')]])('%s: session and ask go over to the new part', async (_, from) => {
    const { w, id } = await asked();
    const { part } = await split(w, instance(from), { summary: 'Dana, the new term' });
    await noticed(w);
    await believed(w);
    expect((await words(w)).sort()).toEqual(['series trimmed in Google', 'split off from a series in Google']);
    expect(await identity(w)).toEqual({ root_id: part.id, original_key: utc(MONDAY) });
    await expectStillAsked(w, id);
    await expectMovesAsAlways(w, id);
  });

  test('split twice: it goes over twice', async () => {
    const { w, id } = await asked();
    await split(w, instance(on(-7, '13:00')), { summary: 'One' });
    await noticed(w);
    const { part } = await split(w, DANAS_INSTANCE, { summary: 'Two' });
    await noticed(w);
    expect(await identity(w)).toEqual({ root_id: part.id, original_key: utc(MONDAY) });
    await expectStillAsked(w, id);
    await expectMovesAsAlways(w, id);
  });

  test('split after this occurrence: nothing changes for it', async () => {
    const { w, id } = await asked();
    await split(w, instance(on(7, '13:00')), { summary: 'Later' });
    await noticed(w);
    expect(await identity(w)).toEqual({ root_id: DANAS_ID, original_key: utc(MONDAY) });
    await expectStillAsked(w, id);
    await expectMovesAsAlways(w, id);
  });

  test.each([['in one pull', false], ['seen one after the other', true]])('split by a program, trim and insert, %s', async (_, apart) => {
    const { w, id } = await asked();
    await w.patchEvent(DANAS_ID, { recurrence: [UNTIL] });
    if (apart) {
      await noticed(w);
      expect(await danasSession(w)).toMatchObject({ status: 'cancelled' });
    }
    await w.addEvent({ id: 'laterseries', summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email], rule: WEEKLY });
    await noticed(w);
    await believed(w);
    expect(await identity(w)).toEqual({ root_id: 'laterseries', original_key: utc(MONDAY) });
    await expectStillAsked(w, id);
    await expectMovesAsAlways(w, id);
  });

  test('a series of somebody else that begins there is no continuation', async () => {
    const { w } = await asked();
    await w.patchEvent(DANAS_ID, { recurrence: [UNTIL] });
    await w.addEvent({ id: 'laterseries', summary: 'Alex', start: MONDAY, guests: ['alex@client.example'], rule: WEEKLY });
    await noticed(w);
    expect(await identity(w)).toEqual({ root_id: DANAS_ID, original_key: utc(MONDAY) });
    expect(await danasSession(w)).toMatchObject({ status: 'cancelled' });
  });

  test('single turned series, and turned single again: the session stays, and only it is moved', async () => {
    const w = await open({ events: [{ id: DANAS_ID, summary: 'Dana: coaching', start: MONDAY, guests: [DANA.email] }] });
    const id = await askDana(w);
    await w.patchEvent(DANAS_ID, { recurrence: [WEEKLY] });
    await noticed(w);
    await believed(w);
    expect(await words(w)).toEqual(['turned into a series in Google']);
    expect(await identity(w)).toEqual({ root_id: DANAS_ID, original_key: utc(MONDAY) });
    await expectStillAsked(w, id);
    await w.patchEvent(DANAS_ID, { recurrence: null });
    await noticed(w);
    await believed(w);
    expect((await words(w)).at(-1)).toBe('turned into a single event in Google');
    expect(await identity(w)).toEqual({ root_id: DANAS_ID, original_key: 'single' });
    await expectStillAsked(w, id);
    await w.patchEvent(DANAS_ID, { recurrence: [WEEKLY] });
    await noticed(w);
    await expectMovesAsAlways(w, id);
  });
});

describe('edits that free the time: noticed, believed after a minute, landed', () => {
  const TUESDAY = on(1, '15:00');
  test.each<[string, (w: World) => Promise<unknown>, readonly string[], Record<string, unknown>]>([
    ['occurrence cancelled', (w) => w.deleteEvent(DANAS_INSTANCE), ['occurrence cancelled in Google'], { status: 'cancelled' }],
    ['series deleted', (w) => w.deleteEvent(DANAS_ID), ['deleted in Google'], { status: 'cancelled' }],
    ['series trimmed: deleted from here on', (w) => w.control('/events/trim', { calendarId: 'kim@coach.example', eventId: DANAS_INSTANCE }), ['series trimmed in Google'], { status: 'cancelled' }],
    ['rule changed: no longer that week', (w) => w.patchEvent(DANAS_ID, { recurrence: [WEEKLY, `EXDATE:${utc(MONDAY)}`] }), ['rule changed in Google'], { status: 'cancelled' }],
    ['split and moved to Tuesday', (w) => split(w, DANAS_INSTANCE, times(TUESDAY, at(TUESDAY, 1))), ['series trimmed in Google', 'split off from a series in Google'], { status: 'scheduled', scheduled_at: TUESDAY }],
    ['the whole series moved to the afternoon', (w) => w.moveTo(DANAS_ID, on(-28, '16:00')), ['moved in Google'], { status: 'scheduled', scheduled_at: on(0, '16:00') }],
    ['the whole series moved to Tuesday', (w) => w.patchEvent(DANAS_ID, { ...times(on(-27, '15:00'), on(-27, '16:00')), recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=TU'] }), ['moved in Google', 'rule changed in Google'], { status: 'scheduled', scheduled_at: TUESDAY }],
  ])('%s', async (_, happens, lines, session) => {
    const { w, id } = await asked();
    await happens(w);
    await noticed(w);
    expect((await words(w)).sort()).toEqual([...lines, 'session left its time in Google'].sort());
    expect(await danasSession(w)).toMatchObject(session);
    await w.pass(59_000);
    await expectNotLanded(w, id);
    await w.pass(1_000);
    await expectLanded(w, id, MONDAY);
    expect(await toDana(w)).toEqual(ASKED_AND_OVER);
    expect(await danasSession(w)).toMatchObject({ ...session, invite_sent: false });
    await expectNothingStuck(w);
  });
});

test('the whole series turned all-day and timed again: the session is off, then on again', async () => {
  const { w, id } = await asked();
  await w.patchEvent(DANAS_ID, allDayOn(wallClock(on(-28, '13:00'), ZONE).date));
  await noticed(w);
  expect(await words(w)).toContain('turned all-day in Google');
  await expectAskOver(w, id, 'session-changed');
  expect(await danasSession(w)).toMatchObject({ status: 'cancelled' });
  const { start, end } = times(on(-28, '13:00'), on(-28, '14:00')) as Record<string, object>;
  await w.patchEvent(DANAS_ID, { start: { ...start, date: null }, end: { ...end, date: null } });
  await noticed(w);
  expect(await danasSession(w)).toMatchObject({ status: 'scheduled', scheduled_at: MONDAY });
  expect(await identity(w)).toEqual({ root_id: DANAS_ID, original_key: utc(MONDAY) });
});

test('the guest of one occurrence is exchanged: only that ask ends', async () => {
  const { w, id } = await asked();
  await w.patchEvent(DANAS_INSTANCE, { attendees: [{ email: 'alex@client.example' }] });
  await noticed(w);
  expect(await words(w)).toEqual(['guest added in Google', 'guest removed in Google']);
  expect((await told(w))[0]).toMatchObject({ session_id: expect.any(String) as string, facts: { event: DANAS_INSTANCE, original: MONDAY } });
  await expectAskOver(w, id, 'session-changed');
  expect(await standsAt(w, on(7, '13:00'))).toEqual([DANA.email]);
});
