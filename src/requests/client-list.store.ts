/** A coach's clients as their pages show them, and what is kept about one. */
import type { ClientId, CoachId, RequestId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { oneRow, param, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import type { Client } from './client.store.js';

export interface ListedClient extends Client { readonly created_at: Instant; readonly asked_at: Instant | null; readonly open: number }
const LISTED = `select c.id, c.name, c.email, c.time_zone, c.muted_at, c.created_at,
    (select max(o.created_at) from offers o join resolutions r on r.coach_id = o.coach_id and r.id = o.resolution_id and r.option = 2 where o.coach_id = c.coach_id and o.client_id = c.id) as asked_at,
    (select count(*) from requests q where q.coach_id = c.coach_id and q.client_id = c.id and q.state in ('pending_resolution', 'booking')) as open
  from clients c where c.coach_id = :coachId and c.erased_at is null`;
/** All clients but the erased ones, by name. `asked_at`: when they were last asked to move; `open`: requests that are not settled. */
export const listClients = (db: Reader, coachId: CoachId): Promise<ListedClient[]> => rows(db, `${LISTED} order by lower(c.name), c.id`, { coachId });
export const listedClient = (db: Reader, coachId: CoachId, id: ClientId): Promise<ListedClient | null> => oneRow(db, `${LISTED} and c.id = :id`, { coachId, id });

export interface TitleRow { readonly key: string; readonly client_id: ClientId | null; readonly named_at: Instant; readonly name: string | null }
/** What the coach has said about titles, and whose they are. */
export const titleRows = (db: Reader, coachId: CoachId): Promise<TitleRow[]> =>
  rows(db, `select t.key, t.client_id, t.named_at, c.name from named_titles t left join clients c on c.coach_id = t.coach_id and c.id = t.client_id where t.coach_id = :coachId order by t.key`, { coachId });
export const forgetTitle = (tx: Tx, coachId: CoachId, key: string): Promise<number> => run(tx, 'delete from named_titles where coach_id = :coachId and key = :key', { coachId, key });

/** Changes a client. False: another one has that address. */
export async function saveClientDetails(tx: Tx, coachId: CoachId, id: ClientId, to: { name: string; email: string | null; zone: string | null; isMuted: boolean }, now: Instant): Promise<boolean> {
  return (await run(tx, `update clients set name = :name, email = :email, time_zone = :zone, muted_at = case when :muted then coalesce(muted_at, :now) end
    where coach_id = :coachId and id = :id and not exists (select 1 from clients o where o.coach_id = :coachId and o.email = :email and o.id <> :id)`,
  { coachId, id, name: to.name, email: to.email, zone: to.zone, muted: to.isMuted, now: param(now) })) > 0;
}

/** What is under way with a client: wishes of theirs, and questions to them. `mails`: letters to them that are being sent now. */
export async function openMattersOf(db: Reader, coachId: CoachId, id: ClientId, now: Instant): Promise<{ requests: number; asks: number; mails: number }> {
  return (await oneRow(db, `select
    (select count(*) from requests where coach_id = :coachId and client_id = :id and state in ('pending_resolution', 'booking')) as requests,
    (select count(*) from offers o join resolutions r on r.coach_id = o.coach_id and r.id = o.resolution_id where o.coach_id = :coachId and o.client_id = :id and r.state in ('asked', 'chosen', 'moved', 'vacated')) as asks,
    (select count(*) from outbox where coach_id = :coachId and client_id = :id and state = 'waiting' and lease_until > :now) as mails`, { coachId, id, now: param(now) })) ?? { requests: 0, asks: 0, mails: 0 };
}

/** The client's own requests, the latest first. */
export const requestsOfClient = (db: Reader, coachId: CoachId, id: ClientId): Promise<{ id: RequestId; session_type: string; wanted_at: Instant; length_minutes: number; state: string; created_at: Instant }[]> =>
  rows(db, 'select id, session_type, wanted_at, length_minutes, state, created_at from requests where coach_id = :coachId and client_id = :id order by created_at desc, id limit 20', { coachId, id });
