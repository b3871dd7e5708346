/** Wakes what waits for times that changed. */
import type { CoachId } from '../kernel/ids.js';
import { merge, type Instant, type Interval } from '../kernel/interval.js';
import { param, rangeParam, run } from '../postgres/rows.js';
import type { Tx } from '../postgres/transaction.js';

/** Wakes what waits for one of the touched times: requests with the coach, and resolutions. */
export async function wakeWaiting(tx: Tx, coachId: CoachId, touched: readonly Interval[], now: Instant): Promise<void> {
  if (touched.length === 0) return;
  const bindings = { coachId, now: param(now), ranges: merge(touched).map(rangeParam) };
  await run(tx, `update resolutions set wake_at = least(wake_at, :now) where coach_id = :coachId and state in ('asked', 'vacated')
    and period && any((:ranges)::tstzrange[])`, bindings);
  // Any of the wanted starts may have become free.
  await run(tx, `update requests set wake_at = least(wake_at, :now) where coach_id = :coachId and state = 'pending_resolution'
    and exists (select 1 from unnest(wanted_starts) s where tstzrange(s, s + make_interval(mins => length_minutes)) && any((:ranges)::tstzrange[]))`, bindings);
}
