import type { NamedTitle } from '../calendar/session-of.js';
import type { ClientId, CoachId } from '../kernel/ids.js';
import { DAY, plus, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { mintId, oneRow, param, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';

export interface Client { readonly id: ClientId; readonly name: string; readonly email: string | null; readonly time_zone: string | null; readonly muted_at: Instant | null }

export async function clientById(db: Reader, coachId: CoachId, id: string): Promise<Client> {
  const row = await oneRow<Client>(db, 'select id, name, email, time_zone, muted_at from clients where coach_id = :coachId and id = :id', { coachId, id });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A client is missing.', { id });
  return row;
}
export const clientByEmail = (db: Reader, coachId: CoachId, email: string): Promise<Client | null> =>
  oneRow(db, 'select id, name, email, time_zone, muted_at from clients where coach_id = :coachId and email = :email', { coachId, email: email.toLowerCase() });

/** The client with that address, made if new. A zone that the client told replaces what was known; a name stays as first told. */
export async function saveClient(tx: Tx, coachId: CoachId, client: { name: string; email: string | null; zone: string | null }, now: Instant): Promise<Client> {
  const row = await oneRow<Client>(tx, `
    insert into clients (coach_id, id, name, email, time_zone, created_at) values (:coachId, :id, :name, :email, :zone, :now)
    on conflict (coach_id, email) do update set time_zone = coalesce(excluded.time_zone, clients.time_zone)
    returning id, name, email, time_zone, muted_at`,
  { coachId, id: mintId('client'), name: client.name, email: client.email?.toLowerCase() ?? null, zone: client.zone, now: param(now) });
  if (!row) throw new Problem('IMPOSSIBLE_STATE', 'A client was neither added nor found.');
  return row;
}
export const muteClient = (tx: Tx, coachId: CoachId, id: ClientId, now: Instant): Promise<number> =>
  run(tx, 'update clients set muted_at = :now where coach_id = :coachId and id = :id and muted_at is null', { coachId, id, now: param(now) });

/** Remembers the address of a client who had none. If it is another client's, the two are one: what the coach has named is theirs
 *  from then on. Returns whose it is. */
export async function giveAddress(tx: Tx, coachId: CoachId, id: ClientId, email: string): Promise<ClientId> {
  const known = await clientByEmail(tx, coachId, email);
  if (known) await run(tx, 'update named_titles set client_id = :known where coach_id = :coachId and client_id = :id', { coachId, id, known: known.id });
  else await run(tx, 'update clients set email = :email where coach_id = :coachId and id = :id', { coachId, id, email: email.toLowerCase() });
  return known?.id ?? id;
}

/** What the coach has said about titles. */
export async function namedTitles(db: Reader, coachId: CoachId): Promise<Map<string, NamedTitle>> {
  const found = await rows<{ key: string; client_id: string | null }>(db, 'select key, client_id from named_titles where coach_id = :coachId', { coachId });
  return new Map(found.map((r) => [r.key, r.client_id ? { kind: 'client', clientId: r.client_id } : { kind: 'not-a-client' }]));
}
/** Remembers whose title this is; null: nobody's. */
export async function nameTitle(tx: Tx, coachId: CoachId, key: string, clientId: ClientId | null, now: Instant): Promise<void> {
  await run(tx, `insert into named_titles (coach_id, key, client_id, named_at) values (:coachId, :key, :clientId, :now)
    on conflict (coach_id, key) do update set client_id = excluded.client_id, named_at = excluded.named_at`, { coachId, key, clientId, now: param(now) });
}

/** How often this client was asked to move in the last `days` days. */
export async function asksOf(db: Reader, coachId: CoachId, clientId: ClientId, days: number, now: Instant): Promise<number> {
  const row = await oneRow<{ n: number }>(db, `
    select count(*) as n from offers o join resolutions r on r.coach_id = o.coach_id and r.id = o.resolution_id
    where o.coach_id = :coachId and o.client_id = :clientId and r.option = 2 and o.created_at > :since`,
  { coachId, clientId, since: param(plus(now, -days * DAY)) });
  return row?.n ?? 0;
}
/** Has somebody with that address had a session with this coach, or has one: in Makeway's memory, or in the coach's calendar? */
export const hasHadSession = async (db: Reader, coachId: CoachId, email: string): Promise<boolean> =>
  (await oneRow(db, `
    select 1 from clients c join sessions s on s.coach_id = c.coach_id and s.client_id = c.id and s.status <> 'proposed' where c.coach_id = :coachId and c.email = :email
    union all select 1 from calendars k join events e on e.coach_id = k.coach_id and e.calendar_id = k.id
      where k.coach_id = :coachId and k.role = 'sessions' and e.event -> 'attendees' @> cast(:guest as jsonb)
    limit 1`, { coachId, email: email.toLowerCase(), guest: JSON.stringify([{ email: email.toLowerCase() }]) })) !== null;
/** Where this client's sessions were, for ranking. */
export const pastStarts = async (db: Reader, coachId: CoachId, clientId: ClientId): Promise<Instant[]> =>
  (await rows<{ at: Instant }>(db, `select scheduled_at as at from sessions where coach_id = :coachId and client_id = :clientId order by scheduled_at desc limit 50`, { coachId, clientId })).map((r) => r.at);
