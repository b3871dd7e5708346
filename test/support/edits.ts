/** What the stories about edits in Google have in common. */
import { expect } from 'vitest';
import { addDays, rfc3339 } from '../../src/kernel/zone.js';
import type { Instant } from '../../src/kernel/interval.js';
import { MONDAY, requestOf, subjectsTo, liveHolds } from './story.js';
import { DANA, KIM, ZONE, type GoogleEvent, type World } from './world.js';

/** What the history says was done in Google, in order, each with its facts. */
export const told = async (w: World): Promise<{ what: string; session_id: string | null; facts: Record<string, unknown> }[]> =>
  w.all(`select what, session_id, facts from history where what like '%in Google' or what like 'own change%' or what like '%another calendar' order by id`);
export const words = async (w: World): Promise<string[]> => (await told(w)).map((t) => t.what);
/** The poll that sees an edit, and the wait after which it is believed. */
export const noticed = (w: World): Promise<void> => w.pass(30_000);
export const believed = (w: World): Promise<void> => w.pass(60_000);

/** The letters of ours to Dana, without Google's own. */
export const toDana = async (w: World): Promise<string[]> => (await subjectsTo(w, DANA.email)).filter((s) => !/nvitation|Canceled|pdated/.test(s));
export const ASKED = [expect.stringContaining('Could we move')];
export const ASKED_AND_OVER = [...ASKED, expect.stringContaining('Nothing to do any more')];

/** Dana is still being asked, and nothing else has happened. */
export async function expectStillAsked(w: World, id: string, session: Record<string, unknown> = {}): Promise<void> {
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: 'asked' });
  expect(await w.one('select state, freed_noticed_at from resolutions')).toEqual({ state: 'asked', freed_noticed_at: null });
  expect(await w.one('select status, scheduled_at, invite_sent from sessions')).toMatchObject({ status: 'scheduled', scheduled_at: MONDAY, invite_sent: true, ...session });
  expect(await toDana(w)).toEqual(ASKED);
}
/** The ask has ended, Dana was told once, and the coach decides anew. */
export async function expectAskOver(w: World, id: string, reason: string): Promise<void> {
  expect(await requestOf(w, id)).toMatchObject({ state: 'pending_resolution', pending_reason: reason });
  expect(await w.one('select state, end_reason from resolutions')).toMatchObject({ state: 'ended' });
  expect(await w.one('select invite_sent, cancellation_reason from sessions')).toEqual({ invite_sent: false, cancellation_reason: null });
  expect(await liveHolds(w)).toEqual([]);
  expect(await toDana(w)).toEqual(ASKED_AND_OVER);
}

export const times = (start: Instant, end: Instant): Record<string, unknown> => ({ start: { dateTime: rfc3339(start, ZONE), timeZone: ZONE }, end: { dateTime: rfc3339(end, ZONE), timeZone: ZONE } });
export const allDayOn = (date: string): Record<string, unknown> => ({ start: { date, dateTime: null }, end: { date: addDays(date, 1), dateTime: null } });
/** "This and following", as in Google's own pages. */
export const split = async (w: World, eventId: string, changes: Record<string, unknown> = {}): Promise<{ trimmed: GoogleEvent; part: GoogleEvent }> =>
  (await w.control('/events/split', { calendarId: KIM.email, eventId, changes })) as never;
export async function move(w: World, eventId: string, destination: string, account = KIM.email): Promise<void> {
  const answer = await w.google(account, 'POST', `/calendars/${encodeURIComponent(account)}/events/${eventId}/move?destination=${encodeURIComponent(destination)}`);
  if (!answer.ok) throw new Error(`move: ${answer.status} ${await answer.text()}`);
}
