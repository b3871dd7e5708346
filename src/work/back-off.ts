import { HOUR, MINUTE, plus, type Instant } from '../kernel/interval.js';
import type { Problem } from '../kernel/problem.js';

const SECOND = 1_000;
const LEAST_MS = 100;
const MOST_DOUBLINGS = 20;
const doubled = (first: number, attempts: number, most: number): number => Math.min(most, first * 2 ** Math.min(attempts, MOST_DOUBLINGS));

/** When failed work is tried again. `attempts` is how often it has failed before; `spread` in [0, 1) is chance.
 *  - Google or the mail server is away or asks for patience: at a moment by chance within 1 s, 2 s, 4 s … up to five minutes
 *    (truncated, full jitter), so that those who failed together do not come back together; not before Google's `Retry-After`.
 *  - A usage limit of Google's is reached: between half of and a whole hour, then two … up to six.
 *  - Our own picture was old: 1 s, 2 s, 4 s … up to five minutes, a quarter more or less.
 *  - A person is needed, or a promise was broken: about once an hour. */
export function retryAt(problem: Problem | null, attempts: number, now: Instant, spread: number): Instant {
  return plus(now, Math.max(delayOf(problem, attempts, spread), Math.min(HOUR, Number(problem?.facts.retryAfterMs ?? 0))));
}

function delayOf(problem: Problem | null, attempts: number, spread: number): number {
  if (problem?.code === 'GOOGLE_QUOTA_SPENT') return doubled(HOUR, attempts, 6 * HOUR) * (0.5 + spread / 2);
  switch (problem?.remedy) {
    case 'wait': return Math.max(LEAST_MS, doubled(SECOND, attempts, 5 * MINUTE) * spread);
    case 'reread':
    case 'caller': return doubled(SECOND, attempts, 5 * MINUTE) * (0.75 + spread / 2);
    case 'operator':
    case 'bug':
    case 'reconnect':
    case undefined: return HOUR * (0.75 + spread / 4);
  }
}
