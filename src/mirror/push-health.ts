/** Whether Google's pushes about one calendar reach us is not assumed, it is measured: each pull compares what it found
 *  with what was announced. Pushes are lossy in normal operation (sheet 4), so one miss only lowers the trust. */
import { MINUTE, type Instant } from '../kernel/interval.js';

/** `none`: no channel stands, or nothing ever came by it. `unproven`: Google reaches us by it (the `sync` message came),
 *  but it has not announced a change since the last miss. `proven`: a change was announced before a poll saw it.
 *  `missing`: changes were found that no push announced, again and again. */
export type PushHealth = 'none' | 'unproven' | 'proven' | 'missing';

/** What is known of one calendar's pushes. */
export interface PushRecord {
  /** Since when a channel stands that is not over; null: none does. */
  readonly openSince: Instant | null;
  /** A message came by it. */
  readonly isGreeted: boolean;
  readonly provenAt: Instant | null;
  /** Changes in a row that no push announced, since the last that one did. */
  readonly misses: number;
  /** A pull found a change that no push had announced yet; it may be on its way. */
  readonly unannouncedAt: Instant | null;
}

/** How long the push of a change that a pull saw first may still come. */
export const LATE_PUSH_MS = 2 * MINUTE;
const MANY_MISSES = 2;

export function pushHealth(record: Pick<PushRecord, 'openSince' | 'isGreeted' | 'provenAt' | 'misses'>): PushHealth {
  if (record.openSince === null || !record.isGreeted) return 'none';
  if (record.misses >= MANY_MISSES) return 'missing';
  return record.provenAt !== null && record.misses === 0 ? 'proven' : 'unproven';
}

/** What a pull says about the pushes. `previousAt`: end of the pull before it, null if there was none: a change that may
 *  be older than the channel says nothing. `isAnnounced`: a push was heard since the pull before began.
 *  `missed` is how many changes are now known to have been missed. */
export function judgePushes(record: PushRecord, pull: { isChanged: boolean; isAnnounced: boolean; previousAt: Instant | null; now: Instant }): { provenAt: Instant | null; misses: number; unannouncedAt: Instant | null; missed: number } {
  const { now } = pull;
  const isOverdue = record.unannouncedAt !== null && now - record.unannouncedAt >= LATE_PUSH_MS;
  const misses = record.misses + (isOverdue ? 1 : 0);
  const kept = { provenAt: record.provenAt, misses, unannouncedAt: isOverdue ? null : record.unannouncedAt, missed: isOverdue ? 1 : 0 };
  if (!pull.isChanged) return kept;
  if (pull.isAnnounced) return { ...kept, provenAt: now, misses: 0, unannouncedAt: null };
  const couldAnnounce = record.openSince !== null && pull.previousAt !== null && record.openSince <= pull.previousAt;
  return couldAnnounce ? { ...kept, unannouncedAt: kept.unannouncedAt ?? now } : kept;
}
