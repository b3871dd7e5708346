/** Wakes what waits for times that changed. */
import type { CoachId } from '../kernel/ids.js';
import { merge, type Instant, type Interval } from '../kernel/interval.js';
import { param, rangeParam, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';
import { DUE } from '../work/due.store.js';

/** Wakes what waits for one of the touched times: requests with the coach, and resolutions; and tells their workers, who also
 *  look at what an edit without times may have changed. In one statement. */
export async function wakeWaiting(tx: Tx, coachId: CoachId, touched: readonly Interval[], now: Instant): Promise<void> {
  await run(tx, `
    with asked as (
      update resolutions set wake_at = least(wake_at, :now) where coach_id = :coachId and state in ('asked', 'vacated') and period && any((:ranges)::tstzrange[])),
    waiting as (
      -- Any of the wanted starts may have become free.
      update requests set wake_at = least(wake_at, :now) where coach_id = :coachId and state = 'pending_resolution'
        and exists (select 1 from unnest(wanted_starts) s where tstzrange(s, s + make_interval(mins => length_minutes)) && any((:ranges)::tstzrange[])))
    select pg_notify('${DUE}', queue) from unnest(array['resolutions', 'requests']) queue`, { coachId, now: param(now), ranges: merge(touched).map(rangeParam) });
}
