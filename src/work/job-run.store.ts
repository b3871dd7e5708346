import { channel } from 'node:diagnostics_channel';
import type { CoachId } from '../kernel/ids.js';
import { plus, type Instant } from '../kernel/interval.js';
import { param, rows, run } from '../postgres/rows.js';
import type { Db, Reader } from '../postgres/transaction.js';

export interface Run {
  readonly job: string;
  readonly coachId: CoachId | null;
  readonly subject: string | null;
  readonly outcome: 'done' | 'nothing' | 'again' | 'stopped' | 'failed';
  readonly counts: Readonly<Record<string, number>>;
  readonly did: string | null;
  readonly errorCode: string | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  readonly error?: Error;
}

/** The JSON log hears of every run here; the row below is for `makeway jobs`. */
export const runs = channel('makeway:run');

/** Writes one run to the job log. Runs that found nothing to do are counted on one row per job and subject and hour. */
export async function recordRun(db: Db, entry: Run): Promise<void> {
  runs.publish(entry);
  const bindings = {
    job: entry.job, coach: entry.coachId, subject: entry.subject, outcome: entry.outcome,
    counts: JSON.stringify(entry.did ? { ...entry.counts, did: entry.did } : entry.counts), code: entry.errorCode,
    started: param(entry.startedAt), ended: param(entry.endedAt), ms: Math.max(0, Math.round(entry.endedAt - entry.startedAt)),
  };
  if (entry.outcome === 'nothing') {
    const aggregated = await run(db, `
      update job_runs set runs = runs + 1, ended_at = :ended, duration_ms = duration_ms + :ms
      where id = (select id from job_runs where job = :job and subject is not distinct from :subject and coach_id is not distinct from :coach
        and ended_at >= :since order by id desc limit 1) and outcome = 'nothing'`, { ...bindings, since: param(plus(entry.endedAt, -3_600_000)) });
    if (aggregated > 0) return;
  }
  await run(db, `insert into job_runs (job, coach_id, subject, outcome, counts, error_code, started_at, ended_at, duration_ms)
    values (:job, :coach, :subject, :outcome, :counts, :code, :started, :ended, :ms)`, bindings);
}

export interface RunRow { id: number; job: string; coach_id: CoachId | null; subject: string | null; outcome: Run['outcome']; counts: Record<string, unknown>; error_code: string | null; runs: number; started_at: Instant; ended_at: Instant; duration_ms: number }

/** The job log, newest last. `after` is the id of the last row already seen. */
export const readRuns = (db: Reader, query: { failedOnly: boolean; after: number; limit: number }): Promise<RunRow[]> =>
  rows(db, `select * from (select * from job_runs where id > :after ${query.failedOnly ? `and outcome in ('stopped', 'failed')` : ''} order by id desc limit :limit) r order by id`,
    { after: query.after, limit: query.limit });

/** Forgets runs that ended before `before`. */
export const pruneRuns = (db: Reader, before: Instant): Promise<number> => run(db, 'delete from job_runs where ended_at < :before', { before: param(before) });
