/** What is sealed in the database, by the key that it needs. A sealed text begins with its key's id. */
import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { param, rows, run } from '../postgres/rows.js';
import type { Reader, Tx } from '../postgres/transaction.js';

/** Every column that holds a sealed text, with its row's key. A new one belongs here; a test compares with the catalogue. */
export const SEALED = [
  { table: 'grants', column: 'refresh_token_sealed', key: 'id' },
  { table: 'grants', column: 'access_token_sealed', key: 'id' },
  { table: 'disconnections', column: 'refresh_token_sealed', key: 'id' },
] as const;
export type SealedColumn = (typeof SEALED)[number];

export interface Sealed { readonly coach_id: CoachId; readonly id: string; readonly sealed: string; readonly slug: string }

/** The id of the key under which a text was sealed; "?" for a text that is none of ours, of which nothing is shown. */
export const keyIdOf = (sealed: string): string => /^([A-Za-z0-9_-]{1,32})\./.exec(sealed)?.[1] ?? '?';

/** The next texts of a column that are not under `current`, in the order of their coaches, after the coach `after`. */
export const sealedOtherwise = (db: Reader, c: SealedColumn, current: string, after: { coachId: string; id: string }, limit: number): Promise<Sealed[]> =>
  rows(db, `select t.coach_id, t.${c.key} as id, t.${c.column} as sealed, k.slug from ${c.table} t join coaches k on k.id = t.coach_id
    where t.${c.column} is not null and split_part(t.${c.column}, '.', 1) <> :current and (t.coach_id, t.${c.key}) > (:coachId, :id)
    order by t.coach_id, t.${c.key} limit :limit`, { current, ...after, limit });

/** Puts `to` in the place of `from`, unless the text has changed meanwhile. True if it did. */
export const replaceSealed = async (tx: Tx, c: SealedColumn, row: Sealed, to: string): Promise<boolean> =>
  (await run(tx, `update ${c.table} set ${c.column} = :to where coach_id = :coach and ${c.key} = :id and ${c.column} = :from`, { coach: row.coach_id, id: row.id, from: row.sealed, to })) > 0;

/** Live links by the key that signed them, and until when the last of each lives. */
export const liveLinksByKey = (db: Reader, now: Instant): Promise<{ key_id: string; n: number; until: Instant }[]> =>
  rows(db, 'select key_id, count(*) as n, max(expires_at) as until from links where expires_at > :now group by key_id order by key_id', { now: param(now) });
