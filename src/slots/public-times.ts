import type { Interval } from '../kernel/interval.js';
import { searchSlots, type SlotFacts } from './search.js';

/** A working time on the grid, as the public sees it: free, or one that can be asked for. Nothing tells why it is not free. */
export interface PublicTime extends Interval { readonly isFree: boolean }

/** Every working time on the grid, sorted, with notice and up to the horizon. What is not free looks the same whatever takes it:
 *  a session, another event, a hold, a buffer, a limit, or that nobody can look (`isUnchecked`: then nothing is free). */
export function publicTimes(facts: SlotFacts, isUnchecked: boolean): PublicTime[] {
  const free = isUnchecked ? new Set<number>() : new Set<number>(searchSlots(facts).map((slot) => slot.start));
  const working = searchSlots({ ...facts, busy: [], sessionStarts: [], policy: { ...facts.policy, maxPerDay: null, maxPerWeek: null } });
  return working.map(({ start, end }) => ({ start, end, isFree: free.has(start) }));
}
