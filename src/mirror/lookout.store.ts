import type { CoachId } from '../kernel/ids.js';
import { param, run } from '../postgres/rows.js';
import { plus, type Instant } from '../kernel/interval.js';
import type { Tx } from '../postgres/transaction.js';

/** Something changed where sessions stand: it is looked for overlaps, once the change has settled. A drag goes over other events on
 *  its way, and one by mistake is undone by its author. */
export const lookSoon = (tx: Tx, coachId: CoachId, settleMs: number, now: Instant): Promise<number> =>
  run(tx, `insert into lookouts (coach_id, wake_at) values (:coachId, :at)
    on conflict (coach_id) do update set wake_at = least(coalesce(lookouts.wake_at, :at), :at)`, { coachId, at: param(plus(now, settleMs)) });
