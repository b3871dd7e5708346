import { lockCoach } from '../coach/coach.store.js';
import { overlapsAmong } from '../conflicts/overlap.js';
import { clashingAt, whyUnchecked } from '../conflicts/standing.store.js';
import { DAY, HOUR, plus } from '../kernel/interval.js';
import { enqueueDigest } from '../mail/outbox.store.js';
import { blockingCalendars } from '../mirror/calendar.store.js';
import { inTx } from '../postgres/transaction.js';
import { holdLease, type Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { keepFindings, lookoutOf, restLookout, takeUntold } from './finding.store.js';

/** One digest per coach and hour (design, invariant 11). */
const DIGEST_PAUSE_MS = HOUR;

/** Looks for what stands on top of each other in a coach's calendar, as far ahead as they take bookings. What a calendar's first
 *  look finds is the baseline: it stands on the list, and nobody is mailed. Later findings come as one digest an hour. Nothing is
 *  concluded from a calendar that cannot be read. */
export async function lookOut(shell: Shell, claim: Claim): Promise<Report> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit look-out', async (tx): Promise<Report> => {
    const coach = await lockCoach(tx, claim.coachId);
    await holdLease(tx, claim);
    const lookout = await lookoutOf(tx, coach.id);
    const unchecked = await whyUnchecked(tx, coach);
    if (!lookout || (unchecked !== null && unchecked !== 'no-calendar')) {
      await restLookout(tx, claim, null, plus(now, HOUR));
      return { outcome: 'nothing' };
    }
    const overlaps = overlapsAmong(await clashingAt(tx, coach, { start: now, end: plus(now, coach.policy.horizonMs) }));
    const known = new Set(lookout.known_calendars);
    const { found, gone } = await keepFindings(tx, coach.id, overlaps.map((o) => ({ ...o, isBaseline: !known.has(o.one.calendarId) || !known.has(o.other.calendarId) })), now);
    const { told, againAt } = await takeUntold(tx, coach.id, lookout.told_at, DIGEST_PAUSE_MS, now);
    if (told > 0) await enqueueDigest(tx, coach.id, shell.mailFrom, now);
    if (found + gone + told > 0) await remember(tx, { coachId: coach.id, at: now, what: 'looked for overlaps', by: 'makeway', facts: { found, gone, told } });
    await restLookout(tx, claim, (await blockingCalendars(tx, coach.id)).map((c) => c.id), againAt ?? plus(now, DAY));
    return { outcome: found + gone + told > 0 ? 'done' : 'nothing', counts: { found, gone, told } };
  });
}
