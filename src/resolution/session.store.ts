import type { Blocker } from '../conflicts/blocker.js';
import type { CalendarKey, ClientId, CoachId, RequestId, SessionId } from '../kernel/ids.js';
import { MINUTE, type Instant, type Interval } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { mintId, oneRow, param, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';

export interface Session {
  readonly coach_id: CoachId; readonly id: SessionId; readonly client_id: ClientId; readonly calendar_id: CalendarKey; readonly root_id: string; readonly original_key: string; readonly event_id: string;
  readonly scheduled_at: Instant; readonly length_minutes: number; readonly status: 'proposed' | 'scheduled' | 'cancelled'; readonly invite_sent: boolean; readonly cancellation_reason: string | null;
  /** SEQUENCE of the last calendar entry that a mail of ours carried; null: none did. */
  readonly ical_sequence: number | null;
}
export async function sessionById(db: Reader, coachId: CoachId, id: SessionId): Promise<Session> {
  const row = await oneRow<Session>(db, 'select * from sessions where coach_id = :coachId and id = :id', { coachId, id });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A session is missing.', { id });
  return row;
}
export const sessionInterval = (s: Session): Interval => ({ start: s.scheduled_at, end: (s.scheduled_at + s.length_minutes * MINUTE) as Instant });

/** The session that a blocker is, made when it is first talked about. */
export async function saveSession(tx: Tx, coachId: CoachId, blocker: Blocker, clientId: ClientId, now: Instant): Promise<SessionId> {
  const row = await oneRow<{ id: SessionId }>(tx, `
    insert into sessions (coach_id, id, client_id, calendar_id, root_id, original_key, event_id, scheduled_at, length_minutes, status, created_at)
    values (:coach, :id, :client, :calendar, :root, :original, :event, :at, :length, 'scheduled', :now)
    on conflict (coach_id, calendar_id, root_id, original_key) do update
      set client_id = excluded.client_id, event_id = excluded.event_id, scheduled_at = excluded.scheduled_at, length_minutes = excluded.length_minutes, status = 'scheduled'
    returning id`, {
    coach: coachId, id: mintId('session'), client: clientId, calendar: blocker.calendarId, root: blocker.rootId, original: blocker.originalKey, event: blocker.eventId,
    at: param(blocker.interval.start), length: Math.round((blocker.interval.end - blocker.interval.start) / MINUTE), now: param(now),
  });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A session was neither made nor found.');
  return row.id;
}

/** Marks that its client is asked to move, for which request. */
export const markAsked = (tx: Tx, coachId: CoachId, id: SessionId, requestId: RequestId): Promise<number> =>
  run(tx, `update sessions set invite_sent = true, cancellation_reason = :reason where coach_id = :coachId and id = :id`, { coachId, id, reason: `pending_reschedule_for_${requestId}` });
/** Clears the marks in the commit that ends the ask; history keeps them. */
export const clearAsked = (tx: Tx, coachId: CoachId, id: SessionId): Promise<number> =>
  run(tx, `update sessions set invite_sent = false, cancellation_reason = null where coach_id = :coachId and id = :id`, { coachId, id });

/** The incoming client's session: proposed until Google has it. Its event id is fixed before anything is sent. */
export async function proposeSession(tx: Tx, s: { coachId: CoachId; clientId: ClientId; requestId: RequestId; calendarId: CalendarKey; eventId: string; interval: Interval }, now: Instant): Promise<SessionId> {
  const row = await oneRow<{ id: SessionId }>(tx, `
    insert into sessions (coach_id, id, client_id, request_id, calendar_id, root_id, original_key, event_id, scheduled_at, length_minutes, status, created_at)
    values (:coach, :id, :client, :request, :calendar, :event, 'single', :event, :at, :length, 'proposed', :now)
    on conflict (coach_id, calendar_id, root_id, original_key) do update set scheduled_at = excluded.scheduled_at returning id`, {
    coach: s.coachId, id: mintId('session'), client: s.clientId, request: s.requestId, calendar: s.calendarId, event: s.eventId,
    at: param(s.interval.start), length: Math.round((s.interval.end - s.interval.start) / MINUTE), now: param(now),
  });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A session was neither made nor found.');
  return row.id;
}
export const setSessionStatus = (tx: Tx, coachId: CoachId, id: SessionId, status: 'scheduled' | 'cancelled'): Promise<number> =>
  run(tx, 'update sessions set status = :status where coach_id = :coachId and id = :id', { coachId, id, status });
