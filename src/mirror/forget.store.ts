/** Taking things out of the mirror: a whole calendar, or what its events are about. */
import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { oneRow, param, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import { emptyMirror } from './apply.store.js';

interface Key { readonly coachId: CoachId; readonly id: string }

/** Forgets all that is mirrored of a calendar; until it is read in full again it counts as not checked. A pull that is under
 *  way loses its lease: nothing that it read may be committed after this. The caller holds the mirror (`lockMirror`).
 *  Returns how many events went. */
export async function forgetMirror(tx: Tx, calendar: Key): Promise<number> {
  await loseLease(tx, calendar, 'cursor = null, cursor_shape = null, last_full_at = null, expanded_until = null, frozen_at = null, freeze_reason = null');
  return emptyMirror(tx, { coach_id: calendar.coachId, id: calendar.id });
}

/** Takes from the mirrored events of a calendar all but times and status (as `timesOnly` does, design section 10), and from
 *  a pull that is under way its lease. The caller holds the mirror. Returns how many events there are. */
export async function stripMirror(tx: Tx, calendar: Key): Promise<number> {
  const key = { coachId: calendar.coachId, id: calendar.id };
  await loseLease(tx, calendar, 'dirty = dirty + 1');
  await run(tx, 'delete from staged_events where coach_id = :coachId and calendar_id = :id', key);
  return run(tx, `update events set event = event || jsonb_build_object('summary', null, 'iCalUid', null, 'privateProperties', '{}'::jsonb, 'attendees', (
      select coalesce(jsonb_agg(guest || '{"email": "", "displayName": null}'::jsonb), '[]'::jsonb) from jsonb_array_elements(event -> 'attendees') guest where guest -> 'self' = 'true'::jsonb))
    where coach_id = :coachId and calendar_id = :id`, key);
}

/** Has a calendar read in full again over what is mirrored; a pull that is under way loses its lease. */
export const forgetPlace = (tx: Tx, calendar: Key): Promise<number> => loseLease(tx, calendar, 'cursor = null, cursor_shape = null');

const loseLease = (tx: Tx, { coachId, id }: Key, changes: string): Promise<number> =>
  run(tx, `update calendars set fence = fence + 1, lease_owner = null, lease_until = null, ${changes} where coach_id = :coachId and id = :id`, { coachId, id });

/** The channels of a calendar are to be closed. Returns how many. */
export const closeChannels = (tx: Tx, { coachId, id }: Key, now: Instant): Promise<number> =>
  run(tx, `update channels set state = 'closing', wake_at = :now where coach_id = :coachId and calendar_id = :id and state in ('opening', 'open')`, { coachId, id, now: param(now) });

/** Sessions that were to come on a calendar that is gone, now cancelled. Returns how many. */
export const cancelSessions = (tx: Tx, { coachId, id }: Key, now: Instant): Promise<number> =>
  run(tx, `update sessions set status = 'cancelled' where coach_id = :coachId and calendar_id = :id and status = 'scheduled' and scheduled_at >= :now`, { coachId, id, now: param(now) });

/** What still goes on with the sessions of a calendar: questions to clients that are open, and bookings being written. */
export async function openWorkOn(tx: Tx, { coachId, id }: Key): Promise<{ asks: number; landings: number }> {
  const row = await oneRow<{ asks: number; landings: number }>(tx, `select
    (select count(*) from resolutions r join sessions s on s.coach_id = r.coach_id and s.id = r.session_id
      where r.coach_id = :coachId and s.calendar_id = :id and r.state in ('asked', 'chosen', 'moved')) as asks,
    (select count(*) from landings where coach_id = :coachId and calendar_id = :id and state in ('intended', 'inserted', 'verified')) as landings`, { coachId, id });
  return row ?? { asks: 0, landings: 0 };
}
