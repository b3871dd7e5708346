/** What could not be understood: blocked as busy where its time is known, told, and read again when it changes. */
import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { rows } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { remember } from '../work/history.store.js';
import type { RootChange } from './merge.js';

/** Ids that one history line names; more are counted. */
const MOST_NAMED = 50;

/** What a pull could not understand: changed events with a fault, and items that were no event at all. */
export interface Unread { readonly unparsed: readonly string[]; readonly unreadable: number }

/** Ids of the events that a change brought in with a fault. */
export const newlyUnparsed = (changes: readonly RootChange[]): string[] =>
  changes.flatMap(({ before, after }) => after.filter((e) => e.unparsed !== null && !before.includes(e)).map((e) => e.id));

/** Ids of all mirrored events of a calendar that have a fault. */
export const unparsedIn = async (db: Reader, calendar: { coach_id: CoachId; id: string }): Promise<string[]> =>
  (await rows<{ id: string }>(db, `select id from events where coach_id = :coach and calendar_id = :calendar and event ->> 'unparsed' is not null`, { coach: calendar.coach_id, calendar: calendar.id })).map((r) => r.id);

/** The numbers for the job log: nothing where all was understood. */
export const countsOf = (u: Unread): Record<string, number> => ({
  ...(u.unparsed.length > 0 && { unparsed: u.unparsed.length }), ...(u.unreadable > 0 && { unreadable: u.unreadable }),
});

/** Leaves a history line with the ids of the events, if there is something to tell. */
export async function tellUnread(tx: Tx, calendar: { coach_id: CoachId; id: string }, u: Unread, now: Instant): Promise<void> {
  if (u.unparsed.length + u.unreadable === 0) return;
  await remember(tx, {
    coachId: calendar.coach_id, at: now, what: 'events not understood', by: 'google', calendarId: calendar.id,
    facts: { unparsed: u.unparsed.length, unreadable: u.unreadable, events: u.unparsed.slice(0, MOST_NAMED) },
  });
}

/** Mirrored events with a fault, per calendar that has any; the reason that is commonest among them. */
export const unparsedByCalendar = (db: Reader): Promise<{ coach_id: CoachId; calendar_id: string; n: number; reason: string }[]> =>
  rows(db, `select coach_id, calendar_id, count(*) as n, mode() within group (order by event ->> 'unparsed') as reason
    from events where event ->> 'unparsed' is not null group by coach_id, calendar_id`);
