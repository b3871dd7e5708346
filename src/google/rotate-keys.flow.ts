import { Problem } from '../kernel/problem.js';
import type { Instant } from '../kernel/interval.js';
import { inTx } from '../postgres/transaction.js';
import type { Shell } from '../work/shell.port.js';
import { keyIdOf, liveLinksByKey, replaceSealed, SEALED, sealedOtherwise, type Sealed } from './sealed.store.js';

const BATCH = 200;

/** What a rotation did, or would do. Ids and counts only. */
export interface Rotation {
  readonly current: string;
  readonly resealed: number;
  /** Texts that no key here opens: whose, and which key is missing or does not fit. */
  readonly shut: readonly { readonly slug: string; readonly keyId: string; readonly isMissing: boolean }[];
  /** Each other key that something still needs, or that is still in SECRET_KEYS. */
  readonly others: readonly { readonly keyId: string; readonly isHere: boolean; readonly sealed: number; readonly links: number; readonly until: Instant | null }[];
}

/** Seals every stored secret anew under the current key, a batch to a commit. What is done already is not done again, so
 *  it can be stopped and repeated at any time, beside running daemons: a secret that changes meanwhile is sealed by its own
 *  change. A text that no key opens is counted and left. `isDry`: looks only. */
export async function rotateKeys(shell: Shell, isDry: boolean): Promise<Rotation> {
  const [current, ...older] = shell.keys.ids;
  let resealed = 0;
  const shut: Rotation['shut'][number][] = [];
  const stillSealed = new Map<string, number>();
  const left = (keyId: string): void => { stillSealed.set(keyId, (stillSealed.get(keyId) ?? 0) + 1); };
  for (const column of SEALED) {
    for (let after = { coachId: '', id: '' }; ;) {
      const batch = await sealedOtherwise(shell.db, column, current, after, BATCH);
      const opened = batch.flatMap((row) => {
        const secret = openOrNull(shell, row);
        if (secret !== null) return [{ row, secret }];
        shut.push({ slug: row.slug, keyId: keyIdOf(row.sealed), isMissing: !shell.keys.ids.includes(keyIdOf(row.sealed)) });
        left(keyIdOf(row.sealed));
        return [];
      });
      if (isDry) opened.forEach(({ row }) => { left(keyIdOf(row.sealed)); });
      else if (opened.length > 0) {
        await inTx(shell.db, 'commit reseal', async (tx) => {
          for (const { row, secret } of opened) await replaceSealed(tx, column, row, shell.keys.seal(secret));
        });
      }
      resealed += opened.length;
      const last = batch.at(-1);
      if (!last || batch.length < BATCH) break;
      after = { coachId: last.coach_id, id: last.id };
    }
  }
  const links = new Map((await liveLinksByKey(shell.db, shell.clock.now())).map((l) => [l.key_id, l]));
  const named = new Set([...older, ...stillSealed.keys(), ...links.keys()]);
  named.delete(current);
  return {
    current, resealed, shut,
    others: [...named].sort().map((keyId) => ({
      keyId, isHere: older.includes(keyId), sealed: stillSealed.get(keyId) ?? 0, links: links.get(keyId)?.n ?? 0, until: links.get(keyId)?.until ?? null,
    })),
  };
}

function openOrNull(shell: Shell, row: Sealed): string | null {
  try {
    return shell.keys.open(row.sealed);
  } catch (error) {
    if (error instanceof Problem && error.code === 'SECRET_UNREADABLE') return null;
    throw error;
  }
}
