/** All that is kept about one client, table by table; and nothing by which another client could be known. */
import type { ClientId, CoachId } from '../kernel/ids.js';
import { rows } from '../postgres/rows.js';
import type { Reader } from '../postgres/transaction.js';

type Rows = Promise<Record<string, unknown>[]>;
/** Times are epoch milliseconds, or arrays of Dates, as the driver gives them. */
export async function keptAbout(db: Reader, coachId: CoachId, id: ClientId): Promise<Record<'requests' | 'sessions' | 'offers' | 'mails' | 'history', Record<string, unknown>[]>> {
  const key = { coachId, id };
  const ask = (sql: string): Rows => rows(db, sql, key);
  return {
    requests: await ask(`select id, source, session_type, length_minutes, wanted_starts, state, created_at, settled_at, booked_start from requests where coach_id = :coachId and client_id = :id order by created_at, id`),
    sessions: await ask(`select id, scheduled_at, length_minutes, status, created_at from sessions where coach_id = :coachId and client_id = :id order by scheduled_at, id`),
    offers: await ask(`select o.id, case r.option when 1 then 'offered other times' else 'asked to move' end as kind, (select jsonb_agg(jsonb_build_object('start', s -> 'start', 'end', s -> 'end')) from jsonb_array_elements(o.slots) s) as slots,
        o.created_at, o.expires_at, o.reminded_at, o.closed_at,
        (select jsonb_agg(jsonb_build_object('start', extract(epoch from lower(h.period)) * 1000, 'end', extract(epoch from upper(h.period)) * 1000, 'chosen_at', extract(epoch from h.chosen_at) * 1000, 'state', h.state, 'zone', h.zone) order by h.chosen_at)
          from choices h where h.coach_id = o.coach_id and h.resolution_id = o.resolution_id) as choices
      from offers o join resolutions r on r.coach_id = o.coach_id and r.id = o.resolution_id where o.coach_id = :coachId and o.client_id = :id order by o.created_at, o.id`),
    mails: await ask(`select letter, state, created_at, sent_at, message_id from outbox where coach_id = :coachId and client_id = :id order by created_at, id`),
    // Without the facts, and without ids: a line of their request may be about whoever else it concerned.
    history: await ask(`select at, what, by from history h where h.coach_id = :coachId and (
        h.request_id in (select q.id from requests q where q.coach_id = :coachId and q.client_id = :id)
        or (h.request_id is null and h.session_id in (select s.id from sessions s where s.coach_id = :coachId and s.client_id = :id))
        or h.facts ->> 'client' = :id) order by h.id`),
  };
}
