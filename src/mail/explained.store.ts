/** Rows that `makeway explain` reads besides the history. Operators know an id alone: it is looked for at each coach, by the
 *  key that leads with the coach. */
import type { ClientId, CoachId, RequestId, ResolutionId, SessionId } from '../kernel/ids.js';
import { intervalOf, oneRow, param, PERIOD, rows } from '../postgres/rows.js';
import type { Instant, Interval } from '../kernel/interval.js';
import type { Reader } from '../postgres/transaction.js';
import type { LetterKind } from './facts.js';

export interface Letter { readonly coach_id: CoachId; readonly id: string; readonly letter: LetterKind; readonly client_id: ClientId | null; readonly request_id: RequestId | null; readonly message_id: string; readonly state: 'waiting' | 'sent' | 'refused' | 'pointless'; readonly created_at: Instant; readonly sent_at: Instant | null; readonly attempts: number; readonly last_error: string | null }
const LETTER = 'o.coach_id, o.id, o.letter, o.client_id, o.request_id, o.message_id, o.state, o.created_at, o.sent_at, o.attempts, o.last_error';

/** A letter by its own id; the Message-ID begins with it. */
export const letterAnywhere = (db: Reader, id: string): Promise<Letter | null> =>
  oneRow(db, `select ${LETTER} from coaches c join outbox o on o.coach_id = c.id and o.id = :id limit 1`, { id });
export const lettersOf = (db: Reader, coachId: CoachId, requestId: RequestId, until: Instant): Promise<Letter[]> =>
  rows(db, `select ${LETTER} from outbox o where coach_id = :coachId and request_id = :requestId and created_at <= :until order by created_at, id`, { coachId, requestId, until: param(until) });

export const sessionAnywhere = (db: Reader, id: string): Promise<{ coach_id: CoachId; id: SessionId } | null> =>
  oneRow(db, 'select s.coach_id, s.id from coaches c join sessions s on s.coach_id = c.id and s.id = :id limit 1', { id });
/** The attempt that has this id, or whose offer has it. */
export const attemptAnywhere = (db: Reader, id: string): Promise<{ coach_id: CoachId; id: ResolutionId } | null> =>
  oneRow(db, id.startsWith('of_')
    ? 'select o.coach_id, o.resolution_id as id from coaches c join offers o on o.coach_id = c.id and o.id = :id limit 1'
    : 'select r.coach_id, r.id from coaches c join resolutions r on r.coach_id = c.id and r.id = :id limit 1', { id });

export interface Offered { readonly option: 1 | 2; readonly resolution_id: ResolutionId; readonly client_id: ClientId; readonly name: string; readonly round: number; readonly slots: readonly (Interval & { readonly reasons?: readonly string[] })[]; readonly created_at: Instant; readonly expires_at: Instant }
/** The offers of a request, with the name of whoever got them. */
export const offersOf = (db: Reader, coachId: CoachId, requestId: RequestId): Promise<Offered[]> =>
  rows(db, `select r.option, o.resolution_id, o.client_id, k.name, o.round, o.slots, o.created_at, o.expires_at from resolutions r
    join offers o on o.coach_id = r.coach_id and o.resolution_id = r.id join clients k on k.coach_id = o.coach_id and k.id = o.client_id
    where r.coach_id = :coachId and r.request_id = :requestId order by o.created_at`, { coachId, requestId });

/** What became of one slot of an attempt: when it was chosen, and what then. */
export const choicesAt = async (db: Reader, coachId: CoachId, resolutionId: ResolutionId, start: Instant): Promise<{ interval: Interval; state: 'chosen' | 'done' | 'undone'; chosenAt: Instant }[]> =>
  (await rows<{ period_start: number; period_end: number; state: 'chosen' | 'done' | 'undone'; chosen_at: Instant }>(db,
    `select ${PERIOD}, state, chosen_at from choices where coach_id = :coachId and resolution_id = :resolutionId and lower(period) = :start order by chosen_at`, { coachId, resolutionId, start: param(start) }))
    .map((r) => ({ interval: intervalOf(r), state: r.state, chosenAt: r.chosen_at }));

/** What stands, or stood, behind the keys of blockers: whose session, else the title that the mirror has. */
export async function namesBehind(db: Reader, coachId: CoachId, keys: readonly string[]): Promise<Map<string, string>> {
  const found = await rows<{ key: string; client: string | null; title: string | null }>(db, `
    select b.key, k.name as client, e.event ->> 'summary' as title from unnest((:keys)::text[]) as b(key)
    left join sessions s on s.coach_id = :coachId and s.calendar_id = split_part(b.key, '/', 1) and s.root_id = split_part(b.key, '/', 2) and s.original_key = split_part(b.key, '/', 3)
    left join clients k on k.coach_id = s.coach_id and k.id = s.client_id
    left join events e on e.coach_id = :coachId and e.calendar_id = split_part(b.key, '/', 1) and e.id = split_part(b.key, '/', 2)`, { coachId, keys: [...new Set(keys)] });
  return new Map(found.map((f) => [f.key, f.client !== null ? `the session of ${f.client}` : f.title !== null ? `"${f.title}"` : 'something that is gone from the calendar since']));
}
