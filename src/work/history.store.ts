import type { CoachId } from '../kernel/ids.js';
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

export const historyOf = (db: Reader, coachId: CoachId, requestId: string): Promise<{ at: Instant; what: string; by: string; facts: Record<string, unknown> }[]> =>
  rows(db, 'select at, what, by, facts from history where coach_id = :coachId and request_id = :requestId order by id', { coachId, requestId });
