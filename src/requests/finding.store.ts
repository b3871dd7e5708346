/** What stands on top of each other in a coach's calendar, and who looks for it. */
import type { Overlap } from '../conflicts/overlap.js';
import type { CoachId, FindingId, RequestId } from '../kernel/ids.js';
import type { Instant, Interval } from '../kernel/interval.js';
import { intervalOf, mintId, oneRow, param, PERIOD, rangeParam, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';
import { holdLease, type Claim } from '../work/due.store.js';
import type { PendingReason } from './request.js';

export interface Finding {
  readonly id: FindingId; readonly kind: Overlap['kind']; readonly pair: string; readonly one_key: string; readonly other_key: string; readonly interval: Interval;
  readonly told_at: Instant | null; readonly request_id: RequestId | null;
  /** Why the last attempt to settle it came to nothing. */
  readonly came_back: PendingReason | null;
}
type Row = Omit<Finding, 'interval'> & { readonly period_start: number; readonly period_end: number };
const COLUMNS = `id, kind, pair, one_key, other_key, told_at, request_id, came_back, ${PERIOD}`;
const findingOf = ({ period_start, period_end, ...row }: Row): Finding => ({ ...row, interval: intervalOf({ period_start, period_end }) });

/** What the coach has to look at: found, still so, and not left as it is. */
const OPEN = 'left_at is null and gone_at is null and upper(period) > :now';
export const openFindings = async (db: Reader, coachId: CoachId, now: Instant): Promise<Finding[]> =>
  (await rows<Row>(db, `select ${COLUMNS} from findings where coach_id = :coachId and ${OPEN} order by lower(period), id`, { coachId, now: param(now) })).map(findingOf);
export async function findingById(db: Reader, coachId: CoachId, id: FindingId, now: Instant, lock: 'lock' | 'read' = 'read'): Promise<Finding | null> {
  const row = await oneRow<Row>(db, `select ${COLUMNS} from findings where coach_id = :coachId and id = :id and ${OPEN} ${lock === 'lock' ? 'for no key update' : ''}`, { coachId, id, now: param(now) });
  return row && findingOf(row);
}
export const findingOfRequest = (db: Reader, coachId: CoachId, requestId: RequestId): Promise<{ id: FindingId } | null> => oneRow(db, 'select id from findings where coach_id = :coachId and request_id = :requestId', { coachId, requestId });
/** The ones that a digest of that moment tells, as far as they still are so. */
export const toldAt = async (db: Reader, coachId: CoachId, at: Instant, now: Instant): Promise<Finding[]> =>
  (await rows<Row>(db, `select ${COLUMNS} from findings where coach_id = :coachId and told_at = :at and request_id is null and ${OPEN} order by lower(period), id`, { coachId, at: param(at), now: param(now) })).map(findingOf);

/** What a look has seen. What is new is found now; what is seen no more is gone; what the coach has left is left for good, also if
 *  it comes again. `isBaseline` says of a pair whether it was there before anybody looked. */
export async function keepFindings(tx: Tx, coachId: CoachId, overlaps: readonly (Overlap & { readonly isBaseline: boolean })[], now: Instant): Promise<{ found: number; gone: number }> {
  const seen = overlaps.map((o) => ({ id: mintId('finding'), pair: o.pair, kind: o.kind, one: o.one.key, other: o.other.key, period: rangeParam(o.interval), baseline: o.isBaseline }));
  const kept = await rows<{ is_new: boolean }>(tx, `
    insert into findings (coach_id, id, pair, kind, one_key, other_key, period, is_baseline, found_at)
    select :coachId, s.id, s.pair, s.kind, s.one, s.other, cast(s.period as tstzrange), s.baseline, :now
    from jsonb_to_recordset((:seen)::jsonb) as s(id text, pair text, kind text, one text, other text, period text, baseline boolean)
    on conflict (coach_id, pair) do update set kind = excluded.kind, one_key = excluded.one_key, other_key = excluded.other_key, period = excluded.period,
      gone_at = null, told_at = case when findings.gone_at is null then findings.told_at end, is_baseline = findings.is_baseline and findings.gone_at is null
    returning found_at = :now as is_new`, { coachId, now: param(now), seen: JSON.stringify(seen) });
  const gone = await run(tx, 'update findings set gone_at = :now where coach_id = :coachId and gone_at is null and not (pair = any(:pairs))', { coachId, now: param(now), pairs: seen.map((s) => s.pair) });
  return { found: kept.filter((k) => k.is_new).length, gone };
}

/** A request is at work about it, or no longer. */
export const attach = (tx: Tx, coachId: CoachId, id: FindingId, requestId: RequestId): Promise<number> =>
  run(tx, 'update findings set request_id = :requestId, came_back = null where coach_id = :coachId and id = :id', { coachId, id, requestId });
/** The attempt came to nothing: the coach is told so with the next digest, unless they ended it themselves (`reason` null). */
export const giveBack = (tx: Tx, coachId: CoachId, requestId: RequestId, reason: PendingReason | null): Promise<number> =>
  run(tx, 'update findings set request_id = null, came_back = :reason, told_at = case when cast(:reason as text) is null then told_at end, is_baseline = is_baseline and cast(:reason as text) is null where coach_id = :coachId and request_id = :requestId', { coachId, requestId, reason });
/** The coach wants both to stand: it is not mentioned again. */
export const leaveBoth = (tx: Tx, coachId: CoachId, id: FindingId, now: Instant): Promise<number> =>
  run(tx, 'update findings set left_at = :now where coach_id = :coachId and id = :id and left_at is null', { coachId, id, now: param(now) });

export interface Lookout { readonly known_calendars: readonly string[]; readonly told_at: Instant | null }
export const lookoutOf = (db: Reader, coachId: CoachId): Promise<Lookout | null> => oneRow(db, 'select known_calendars, told_at from lookouts where coach_id = :coachId', { coachId });

/** What was found and not told yet goes out with a digest, at most one in `pauseMs`. Null: there is nothing to tell, or not yet. */
export async function takeUntold(tx: Tx, coachId: CoachId, lastToldAt: Instant | null, pauseMs: number, now: Instant): Promise<{ told: number; againAt: Instant | null }> {
  const untold = await oneRow<{ n: number }>(tx, `select count(*) as n from findings where coach_id = :coachId and told_at is null and request_id is null and not is_baseline and ${OPEN}`, { coachId, now: param(now) });
  if (!untold || untold.n === 0) return { told: 0, againAt: null };
  if (lastToldAt !== null && now < lastToldAt + pauseMs) return { told: 0, againAt: (lastToldAt + pauseMs) as Instant };
  const told = await run(tx, `update findings set told_at = :now where coach_id = :coachId and told_at is null and request_id is null and not is_baseline and ${OPEN}`, { coachId, now: param(now) });
  await run(tx, 'update lookouts set told_at = :now where coach_id = :coachId', { coachId, now: param(now) });
  return { told, againAt: null };
}

/** Ends a look: which calendars it has seen, and when to look again. */
export async function restLookout(tx: Tx, claim: Claim, known: readonly string[] | null, wakeAt: Instant): Promise<void> {
  await holdLease(tx, claim);
  await run(tx, 'update lookouts set wake_at = :wake, known_calendars = coalesce(:known, known_calendars) where coach_id = :coachId', { coachId: claim.coachId, wake: param(wakeAt), known });
}
