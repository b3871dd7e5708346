/** The names that lines of the history need when they are told: joined for a whole page at once. */
import type { CoachId } from '../kernel/ids.js';
import { rows } from '../postgres/rows.js';
import type { Instant, Interval } from '../kernel/interval.js';
import type { Reader } from '../postgres/transaction.js';

interface Ids { readonly requests: readonly string[]; readonly sessions: readonly string[]; readonly calendars: readonly string[]; readonly clients: readonly string[] }
export interface Named { readonly id: string; readonly name: string; readonly minutes: number | null }

/** Whose a request or session is, what a calendar is called, who a client is; by id. */
export const namesOf = async (db: Reader, coachId: CoachId, ids: Ids): Promise<Map<string, Named>> => new Map((await rows<Named>(db, `
  select q.id, c.name, q.length_minutes as minutes from requests q join clients c on c.coach_id = q.coach_id and c.id = q.client_id where q.coach_id = :coachId and q.id = any(:requests)
  union all select s.id, c.name, s.length_minutes from sessions s join clients c on c.coach_id = s.coach_id and c.id = s.client_id where s.coach_id = :coachId and s.id = any(:sessions)
  union all select id, summary, null from calendars where coach_id = :coachId and id = any(:calendars)
  union all select id, name, null from clients where coach_id = :coachId and id = any(:clients)`,
{ coachId, requests: [...ids.requests], sessions: [...ids.sessions], calendars: [...ids.calendars], clients: [...ids.clients] })).map((n) => [n.id, n]));

export interface AskedIn { readonly request_id: string; readonly resolution_id: string; readonly name: string; readonly slots: readonly Interval[]; readonly created_at: Instant }
/** Who was asked or offered times in the attempts of these requests. */
export const askedIn = (db: Reader, coachId: CoachId, requests: readonly string[]): Promise<AskedIn[]> =>
  rows(db, `select r.request_id, o.resolution_id, k.name, o.slots, o.created_at from resolutions r
    join offers o on o.coach_id = r.coach_id and o.resolution_id = r.id join clients k on k.coach_id = o.coach_id and k.id = o.client_id
    where r.coach_id = :coachId and r.request_id = any(:requests)`, { coachId, requests: [...requests] });
