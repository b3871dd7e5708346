/** Lives of a daemon inside one process. A life ends right after an effect that it announces: from then on nothing of it reaches
 *  the database, Google or the mail server any more, and what it had open in the database is rolled back, as after `kill -9`.
 *  The world that it lived in goes on, for the next life. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { pino } from 'pino';
import { effectChannel, type Effect } from '../../src/kernel/effects.js';
import { WORKERS } from '../../src/ops/compose.js';
import { webServer } from '../../src/web/server.js';
import { endLeasesOfTheDead } from '../../src/work/due.store.js';
import { drain, work } from '../../src/work/run-due.flow.js';
import type { Shell } from '../../src/work/shell.port.js';
import type { World } from './world.js';

class Killed extends Error { constructor() { super('this life is over'); } }

const living = new AsyncLocalStorage<{ announced(effect: Effect): void }>();
subscribe(effectChannel.name, (effect) => { living.getStore()?.announced(effect as Effect); });

export interface Call { readonly method: 'POST'; readonly path: string; readonly headers?: Readonly<Record<string, string>>; readonly body: string }

/** A life that ends after its `nth` effect, counted from 1; or, with null, when the test ends. */
export async function newLife(w: World, nth: number | null) {
  const effects: Effect[] = [];
  let isDead = false;
  const alive = (): void => { if (isDead) throw new Killed(); };
  const announced = (effect: Effect): void => {
    if (isDead) return; // what was on its way to Google or the mail server arrives there; nobody is left to hear of it
    effects.push(effect);
    if (effects.length === nth) isDead = true;
  };
  /** Each call of `part` is made by the living only; a transaction of the dead is rolled back. */
  const mortal = <T extends object>(part: T): T => new Proxy(part, {
    apply: (target, self, args): unknown => { alive(); return Reflect.apply(target as never, self, args); },
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => { alive(); return Reflect.apply(value, target, args) as unknown; };
    },
  });
  const db = new Proxy(mortal(w.shell.db), {
    get: (target, name): unknown => (name !== 'transaction' ? Reflect.get(target, name) : (body?: (tx: unknown) => Promise<unknown>) => target.transaction(async (tx) => {
      const done = await body?.(tx);
      alive();
      return done;
    })),
  });
  const shell: Shell = { ...w.shell, db, mail: mortal(w.shell.mail), google: async (coachId) => { alive(); return mortal(await w.shell.google(coachId)); } };
  const app = await webServer({ shell, oauth: w.composed.oauth, log: pino({ level: 'silent' }), sandbox: null, isReady: async () => true, goOn: (claim) => work(shell, WORKERS, claim) });
  app.addHook('onRequest', (_request, _reply, done) => { living.run({ announced }, done); });
  return {
    effects,
    get isDead() { return isDead; },
    /** A click, or a call of a program; what the dead answer never arrives. */
    call: async ({ method, path, headers, body }: Call): Promise<number | null> => {
      const answer = await app.inject({ method, url: path, headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }, payload: body });
      return isDead ? null : answer.statusCode;
    },
    /** Does what is due, as long as it lives. */
    goOn: async (): Promise<void> => {
      try {
        await living.run({ announced }, () => drain(shell, WORKERS));
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
    },
    /** What a start does first: the leases of the dead are free. */
    buried: async (): Promise<void> => { isDead = true; await app.close(); await endLeasesOfTheDead(w.shell.db, w.now(), () => false); },
  };
}
