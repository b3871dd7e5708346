import type { Store } from '../store/store.js';

/** How messages fare on their way; the control API sets it, and it outlives the emulator. */
export interface Conditions {
  readonly mode: 'on' | 'off';
  readonly hold: boolean;
  readonly delayMs: number;
  readonly double: boolean;
  readonly reorder: boolean;
  readonly dropEvery: number;
  readonly syncFirst: boolean;
  readonly robots: boolean;
}
/** A change of the conditions: what is not named stays. */
type Change = { readonly [K in keyof Conditions]?: Conditions[K] | undefined };

/** All messages go out at once, once, and in order. */
const FAIR: Conditions = { mode: 'on', hold: false, delayMs: 0, double: false, reorder: false, dropEvery: 0, syncFirst: false, robots: false };
const KEY = 'pushConditions';

export const conditionsOf = (store: Store): Conditions => ({ ...FAIR, ...(store.meta.get(KEY) as Conditions | undefined) });

export function setConditions(store: Store, wanted: Change): void {
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
