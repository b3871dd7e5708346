import { z } from 'zod';
import type { Store } from '../store/store.js';

const conditions = z.strictObject({
  mode: z.enum(['on', 'off']), hold: z.boolean(), delayMs: z.int().min(0).max(600_000), double: z.boolean(), reorder: z.boolean(),
  dropEvery: z.int().min(0), syncFirst: z.boolean(), robots: z.boolean(),
});

/** How messages fare on their way; the control API sets it, and it outlives the emulator. */
export type Conditions = z.infer<typeof conditions>;
/** A change of the conditions: what is not named stays. */
export const conditionsBody = conditions.partial();

/** All messages go out at once, once, and in order. */
const FAIR: Conditions = { mode: 'on', hold: false, delayMs: 0, double: false, reorder: false, dropEvery: 0, syncFirst: false, robots: false };
const KEY = 'pushConditions';

export const conditionsOf = (store: Store): Conditions => ({ ...FAIR, ...(store.meta.get(KEY) as Conditions | undefined) });

export function setConditions(store: Store, wanted: z.infer<typeof conditionsBody>): void {
  store.meta.putSync(KEY, { ...conditionsOf(store), ...wanted });
}

/** What becomes of the `count`-th message (from 1) since the conditions were set: how many copies go out, and when. */
export function fate(conditions: Conditions, count: number): { copies: number; when: 'now' | 'later' | 'released' | 'paired' } {
  const { mode, hold, delayMs, double, reorder, dropEvery } = conditions;
  if (mode === 'off' || (dropEvery > 0 && count % dropEvery === 0)) return { copies: 0, when: 'now' };
  const copies = double ? 2 : 1;
  if (hold) return { copies, when: 'released' };
  if (reorder) return { copies, when: 'paired' };
  return { copies, when: delayMs > 0 ? 'later' : 'now' };
}

/** Whether messages that waited under the old conditions go on under the new ones. */
export const releases = (before: Conditions, after: Conditions): boolean =>
  !after.hold && (before.hold || (before.reorder && !after.reorder));
