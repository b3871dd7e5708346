import type { CoachId } from '../kernel/ids.js';
import type { Policy } from '../kernel/policy.js';
import { inTx } from '../postgres/transaction.js';
import { refusedBy } from '../postgres/translate-error.js';
import { wakeAllOf } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';
import { dropRules, lockCoach, saveDetails, setPolicy } from './coach.store.js';

interface Change { readonly coachId: CoachId; readonly by: 'coach' | 'operator' }

/** Sets some rules of a coach, already checked, and takes others back to their defaults. What waits is looked at again: a time can
 *  be free by the new rules. History keeps the names of the rules. Returns those that changed. */
export async function changeRules(shell: Shell, { coachId, by }: Change, change: { readonly set: Partial<Policy>; readonly drop: readonly (keyof Policy)[] }): Promise<string[]> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit rules', async (tx) => {
    const before = (await lockCoach(tx, coachId)).policy;
    await dropRules(tx, coachId, change.drop);
    await setPolicy(tx, coachId, change.set);
    const { policy } = await lockCoach(tx, coachId);
    const changed = (Object.keys(policy) as (keyof Policy)[]).filter((name) => JSON.stringify(policy[name]) !== JSON.stringify(before[name]));
    if (changed.length === 0) return [];
    await remember(tx, { coachId, at: now, what: 'rules changed', by, facts: { rules: changed } });
    await wakeAllOf(tx, coachId, now);
    return changed;
  });
}

/** The coach's name, zone and the address of their booking page, already checked. `slug-taken`: another coach has that address. */
export async function changeDetails(shell: Shell, { coachId, by }: Change, details: { readonly name: string; readonly zone: string; readonly slug: string }): Promise<{ readonly changed: string[] } | { readonly refused: 'slug-taken' }> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit rules', async (tx): Promise<{ changed: string[] } | { refused: 'slug-taken' }> => {
    const before = await lockCoach(tx, coachId);
    const changed = (['name', 'zone', 'slug'] as const).filter((what) => before[what] !== details[what]);
    if (changed.length === 0) return { changed: [] };
    await saveDetails(tx, coachId, details);
    await remember(tx, { coachId, at: now, what: 'details changed', by, facts: { details: changed } });
    await wakeAllOf(tx, coachId, now);
    return { changed };
  }).catch((error: unknown) => {
    // Two coaches may want one address at one moment: the table decides.
    if (refusedBy(error, 'coaches_slug_key')) return { refused: 'slug-taken' };
    throw error;
  });
}
