import type { CoachId, HoldId, RequestId } from '../kernel/ids.js';
import type { Instant, Interval } from '../kernel/interval.js';
import { intervalOf, mintId, param, PERIOD, rangeParam, rows, run } from '../postgres/rows.js';
import { refusedBy } from '../postgres/translate-error.js';
import type { Reader, Tx } from '../postgres/transaction.js';

export interface Hold { readonly id: HoldId; readonly requestId: RequestId; readonly kind: 'promise' | 'choice'; readonly interval: Interval }
interface Row { id: HoldId; request_id: RequestId; kind: Hold['kind']; period_start: number; period_end: number }
const holdOf = (r: Row): Hold => ({ id: r.id, requestId: r.request_id, kind: r.kind, interval: intervalOf(r) });

/** Live holds of a coach that overlap `window`. */
export const liveHolds = async (db: Reader, coachId: CoachId, window: Interval): Promise<Hold[]> =>
  (await rows<Row>(db, `select id, request_id, kind, ${PERIOD} from holds where coach_id = :coachId and released_at is null and period && (:window)::tstzrange`,
    { coachId, window: rangeParam(window) })).map(holdOf);

/** Reserves `[start, end)` for a request, or null if another live hold overlaps it: Postgres decides, by its exclusion
 *  constraint; the savepoint keeps the caller's transaction whole. */
export async function reserve(tx: Tx, hold: { coachId: CoachId; requestId: RequestId; kind: Hold['kind']; interval: Interval }, now: Instant): Promise<HoldId | null> {
  const id = mintId<HoldId>('hold');
  try {
    await tx.transaction(async (inner) => {
      await inner.raw('insert into holds (coach_id, id, request_id, kind, period, created_at) values (?, ?, ?, ?, ?, ?)',
        [hold.coachId, id, hold.requestId, hold.kind, rangeParam(hold.interval), param(now)]);
    });
    return id;
  } catch (error) {
    if (refusedBy(error, 'holds_never_overlap')) return null;
    throw error;
  }
}

/** Ends a hold. Only evidence does: landed and mirrored, refused, or no write was ever sent. */
export async function releaseHold(tx: Tx, coachId: CoachId, id: HoldId, reason: 'landed' | 'moved' | 'ended' | 'refused', now: Instant): Promise<void> {
  await run(tx, 'update holds set released_at = :now, release_reason = :reason where coach_id = :coachId and id = :id and released_at is null', { coachId, id, reason, now: param(now) });
}
