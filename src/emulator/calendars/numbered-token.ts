import { fullSyncRequired, invalid } from '../http/api-error.js';
import type { Store } from '../store/store.js';

/** Microseconds as Google writes them into the etags of acl rules, and into the sync tokens of settings (sheet 5): 20 digits. */
export const numbered = (revision: number): string => String(revision).padStart(20, '0');

/** Tokens from before this do not hold any more; the control API raises it, for all lists or for one calendar's. */
const validFrom = (store: Store, names: readonly string[]): number => Math.max(0, ...names.map((name) => Number(store.meta.get(`${name}:from`) ?? 0)));

/** A sync token for a list whose newest change is `revision`. `epochs`: what the control API may expire it by. */
export const issueNumbered = (store: Store, revision: number, epochs: readonly string[]): string => numbered(Math.max(revision, validFrom(store, epochs)));

/** The revision that such a token stands for. Throws 400 for one that was never given out, and 410 for an expired one. */
export function readNumbered(store: Store, token: string, epochs: readonly string[]): number {
  const revision = Number(token);
  if (!/^\d{20}$/.test(token) || revision > store.lastRevision()) throw invalid('Invalid sync token value.');
  if (revision < validFrom(store, epochs)) throw fullSyncRequired();
  return revision;
}
