import type { CoachId, RequestId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { param, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';

export interface Line {
  readonly coachId: CoachId;
  readonly at: Instant;
  /** A past participle and what it was about: "asked", "chosen", "moved in Google". */
  readonly what: string;
  readonly by: 'coach' | 'client' | 'google' | 'makeway' | 'operator';
  readonly requestId?: string | null;
  readonly resolutionId?: string | null;
  readonly sessionId?: string | null;
  readonly calendarId?: string | null;
  /** Ids, counts and times only; never a name, an address or a title. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Appends to the history: what was seen, decided or done, by whom and why. */
export async function remember(tx: Tx, line: Line): Promise<void> {
  await run(tx, `insert into history (coach_id, at, what, by, request_id, resolution_id, session_id, calendar_id, facts)
    values (:coach, :at, :what, :by, :request, :resolution, :session, :calendar, :facts)`, {
    coach: line.coachId, at: param(line.at), what: line.what, by: line.by, request: line.requestId ?? null, resolution: line.resolutionId ?? null,
    session: line.sessionId ?? null, calendar: line.calendarId ?? null, facts: JSON.stringify(line.facts ?? {}),
  });
}

export interface KeptLine { readonly id: number; readonly at: Instant; readonly what: string; readonly by: Line['by']; readonly request_id: RequestId | null; readonly resolution_id: string | null; readonly facts: Readonly<Record<string, unknown>> }
/** The lines about one request, or one session, up to `until`, in the order in which they were written. */
export const linesOf = (db: Reader, coachId: CoachId, about: { requestId: string } | { sessionId: string }, until: Instant): Promise<KeptLine[]> =>
  rows(db, `select id, at, what, by, request_id, resolution_id, facts from history where coach_id = :coachId and ${'requestId' in about ? 'request_id = :id' : 'session_id = :id'} and at <= :until order by at, id`,
    { coachId, id: 'requestId' in about ? about.requestId : about.sessionId, until: param(until) });

export interface PagedLine extends KeptLine { readonly session_id: string | null; readonly calendar_id: string | null }
/** Some lines of a coach, of one request or of all, the newest first: those before the line `before`, if it is given. */
export const pageOfLines = (db: Reader, coachId: CoachId, which: { readonly before: number | null; readonly requestId: string | null; readonly limit: number }): Promise<PagedLine[]> =>
  rows(db, `select id, at, what, by, request_id, resolution_id, session_id, calendar_id, facts from history
    where coach_id = :coachId ${which.before === null ? '' : 'and id < :before'} ${which.requestId === null ? '' : 'and request_id = :requestId'} order by id desc limit :limit`,
  { coachId, before: which.before, requestId: which.requestId, limit: which.limit });
