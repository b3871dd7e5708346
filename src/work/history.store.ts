import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { param, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';

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
