/** A process that can be killed between any two of its steps, without a process: after its death nothing it asks of the
 *  database is done any more. Its leases stay, its open transaction is rolled back, as after `kill -9`. */
import type { Db } from '../../src/postgres/transaction.js';

export class Killed extends Error {}

/** When to die: at the nth commit from now (from 0), right before it or right after. */
export interface Death { readonly side: 'before' | 'after'; readonly nth: number }

export class Mortal {
  readonly db: Db;
  isDead = false;
  private death: Death | null = null;
  private commits = 0;

  constructor(db: Db) {
    const alive = (): void => { if (this.isDead) throw new Killed('this process was killed'); };
    this.db = new Proxy(db, {
      apply: (target, self, args) => { alive(); return Reflect.apply(target, self, args); },
      get: (target, name) => {
        alive();
        if (name === 'transaction') return (work: (tx: unknown) => Promise<unknown>) => this.transact(target, work);
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  /** Dies at a commit to come, or lives on (null). */
  dieAt(death: Death | null): void { this.death = death; this.commits = 0; }

  private async transact(db: Db, work: (tx: unknown) => Promise<unknown>): Promise<unknown> {
    const answer = await db.transaction(async (tx) => {
      const done = await work(tx);
      if (this.death?.side === 'before' && this.death.nth === this.commits) this.end();
      return done;
    });
    if (this.death?.side === 'after' && this.death.nth === this.commits) this.end();
    this.commits++;
    return answer;
  }

  private end(): never {
    this.isDead = true;
    throw new Killed('this process was killed');
  }
}
