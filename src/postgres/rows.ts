import { randomBytes } from 'node:crypto';
import { instant, type Instant, type Interval } from '../kernel/interval.js';
import { ID_PREFIX, type IdKind } from '../kernel/ids.js';
import { isOutdated } from './translate-error.js';
import type { Reader } from './transaction.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/** A new id: 80 random bits behind the prefix of its kind. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the brand
export function mintId<T extends string>(kind: IdKind): T {
  return `${ID_PREFIX[kind]}_${[...randomBytes(16)].map((byte) => LETTERS[byte & 31]).join('')}` as T;
}

/** An instant as a parameter. */
export const param = (at: Instant): Date => new Date(at);
export const paramOrNull = (at: Instant | null): Date | null => (at === null ? null : new Date(at));

/** `[start, end)` as a `tstzrange` literal parameter. */
export const rangeParam = (i: Interval): string => `[${new Date(i.start).toISOString()},${new Date(i.end).toISOString()})`;

/** The two bounds that a query selected as `period_start` and `period_end`. */
export const intervalOf = (row: { period_start: number; period_end: number }): Interval =>
  ({ start: instant(row.period_start), end: instant(row.period_end) });

/** The columns that `intervalOf` reads. */
export const PERIOD = 'lower(period) as period_start, upper(period) as period_end';

interface Answer<Row> { readonly rows: Row[]; readonly rowCount: number }

const names = new Map<string, string>();
let made = 0;
/** The name under which Postgres keeps a text prepared on each connection: parsed once, and planned seldom. Texts are few: what
 *  varies is a parameter. */
function nameOf(sql: string): string {
  let name = names.get(sql);
  if (name === undefined) names.set(sql, name = `s${++made}`);
  return name;
}

async function ask<Row>(db: Reader, sql: string, bindings: Readonly<Record<string, unknown>>): Promise<Answer<Row>> {
  const once = async (): Promise<Answer<Row>> => db.raw<Answer<Row>>(sql, bindings).options({ name: nameOf(sql) });
  try {
    return await once();
  } catch (error) {
    if (!isOutdated(error)) throw error;
    // A migration changed what `select *` gives: all is prepared anew. A transaction is run again by who began it.
    names.clear();
    if (db.isTransaction) throw error;
    return once();
  }
}

/** Runs `sql` and returns its rows. The caller names the row's shape; it is the one decoder of that query. */
export async function rows<Row>(db: Reader, sql: string, bindings: Readonly<Record<string, unknown>> = {}): Promise<Row[]> {
  return (await ask<Row>(db, sql, bindings)).rows;
}
export async function oneRow<Row>(db: Reader, sql: string, bindings: Readonly<Record<string, unknown>> = {}): Promise<Row | null> {
  return (await rows<Row>(db, sql, bindings))[0] ?? null;
}
/** Runs a statement and returns how many rows it touched. */
export async function run(db: Reader, sql: string, bindings: Readonly<Record<string, unknown>> = {}): Promise<number> {
  return (await ask(db, sql, bindings)).rowCount;
}
