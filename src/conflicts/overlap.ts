import { overlaps, instant, type Interval } from '../kernel/interval.js';
import type { Blocker } from './blocker.js';

/** Two things that the coach's calendar holds at one time, and about which something can be done. */
export interface Overlap {
  /** `overlap`: two clients' sessions; `invitation`: somebody invites the coach over a client's session (`one`: the invitation). */
  readonly kind: 'overlap' | 'invitation';
  /** Names the two events for good, whichever of their occurrences meet. */
  readonly pair: string;
  readonly one: Blocker;
  readonly other: Blocker;
  /** While both stand there. */
  readonly interval: Interval;
}

const rootOf = (b: Blocker): string => `${b.calendarId}/${b.rootId}`;
const isClients = (b: Blocker): boolean => b.claim.kind === 'guest' || b.claim.kind === 'named';
const isInvitation = (b: Blocker): boolean => b.claim.kind === 'not-ours' && b.claim.isUnanswered && b.claim.organizer !== null;
const whose = (b: Blocker): string | null => (b.claim.kind === 'guest' ? b.claim.email : b.claim.kind === 'named' ? b.claim.clientId : null);

/**
 * What stands on top of each other among `blockers`, sorted by start: for each two events the first time that they meet. One
 * client's own two sessions are that client's matter. One pass: only what has begun and not ended is compared.
 */
export function overlapsAmong(blockers: readonly Blocker[]): Overlap[] {
  const found = new Map<string, Overlap>();
  let open: Blocker[] = [];
  for (const next of blockers) {
    open = open.filter((b) => b.interval.end > next.interval.start);
    for (const before of open) {
      const overlap = overlaps(before.interval, next.interval) ? between(before, next) : null;
      if (overlap && !found.has(overlap.pair)) found.set(overlap.pair, overlap);
    }
    if (isClients(next) || isInvitation(next)) open.push(next);
  }
  return [...found.values()];
}

function between(a: Blocker, b: Blocker): Overlap | null {
  if (rootOf(a) === rootOf(b)) return null;
  const invitation = isInvitation(a) && isClients(b) ? a : isInvitation(b) && isClients(a) ? b : null;
  if (invitation === null && (!isClients(a) || !isClients(b) || whose(a) === whose(b))) return null;
  const [one, other] = invitation === b || (invitation === null && rootOf(b) < rootOf(a)) ? [b, a] : [a, b];
  return {
    kind: invitation === null ? 'overlap' : 'invitation', pair: [rootOf(a), rootOf(b)].sort().join(' '), one, other,
    interval: { start: instant(Math.max(a.interval.start, b.interval.start)), end: instant(Math.min(a.interval.end, b.interval.end)) },
  };
}
