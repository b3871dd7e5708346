import { AsyncLocalStorage } from 'node:async_hooks';
import type { Knex } from 'knex';
import type { Brand } from '../kernel/ids.js';
import { tookEffect, type Effect } from '../kernel/effects.js';
import { Problem } from '../kernel/problem.js';
import { translateDatabaseError } from './translate-error.js';

/** A pool that reads. */
export type Db = Knex;
/** An open transaction: what every write asks for. */
export type Tx = Brand<Knex.Transaction, 'Tx'>;
/** Either: for reads that are also made inside a transaction. */
export type Reader = Db | Tx;

const open = new AsyncLocalStorage<true>();

/** Runs `work` in one transaction; `effect` is the name under which its commit is known. A serialization failure or
 *  deadlock is tried again, twice. @throws Problem DATABASE_AWAY, DATABASE_BUSY, and what `work` throws. */
export async function inTx<T>(db: Db, effect: Effect & `commit ${string}`, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await open.run(true, () => db.transaction((tx) => work(tx as Tx)));
      tookEffect(effect);
      return answer;
    } catch (error) {
      const problem = translateDatabaseError(error);
      if (problem instanceof Problem && problem.code === 'DATABASE_BUSY' && attempt < 3) continue;
      throw problem;
    }
  }
}

/** Runs `work` on one view of the database, in which Postgres lets nothing be written and we let nobody be called. */
export async function inReadOnly<T>(db: Db, work: (view: Reader) => Promise<T>): Promise<T> {
  try {
    return await open.run(true, () => db.transaction((tx) => work(tx as Tx), { readOnly: true, isolationLevel: 'repeatable read' }));
  } catch (error) {
    throw translateDatabaseError(error);
  }
}

/** First line of everything that calls the outside: no call is made while a transaction is open. */
export function refuseInsideTransaction(call: string): void {
  if (open.getStore()) throw new Problem('CALL_INSIDE_TRANSACTION', `${call} was called inside a transaction`, { call });
}
