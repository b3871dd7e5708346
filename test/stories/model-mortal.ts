/** A daemon that can die right after any effect of its own, without a process: after its death it commits nothing, asks
 *  Google nothing and mails nothing any more. Its leases stay, as after `kill -9`. */
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import type { GoogleCalendar } from '../../src/google/google.port.js';
import type { OauthPort } from '../../src/google/oauth.port.js';
import { WORKERS } from '../../src/ops/compose.js';
import type { Db } from '../../src/postgres/transaction.js';
import { webServer } from '../../src/web/server.js';
import { drain, work } from '../../src/work/run-due.flow.js';
import type { Shell } from '../../src/work/shell.port.js';

export class Killed extends Error {}

/** Calls of Google that take effect there; each is announced when it is answered, as in `src/kernel/effects.ts`. */
const CHANGES: ReadonlySet<string> = new Set(['insertEvent', 'moveEvent', 'inviteGuest', 'deleteEvent'] satisfies (keyof GoogleCalendar)[]);

/** Right after the nth effect of a kind, from now (from 1): `a` is any. */
export interface Death { readonly of: 'a' | 'a commit' | 'a call' | 'a mail'; readonly nth: number }

export class Mortal {
  isDead = false;
  /** What it died of. */
  last = '';
  shell!: Shell;
  web!: FastifyInstance;
  private death: Death | null = null;
  private left = 0;

  /** Dies at an effect to come, or lives on (null). */
  dieAfter(death: Death | null): void { this.death = death; this.left = death?.nth ?? 0; }

  alive(): void { if (this.isDead) throw new Killed(`killed after ${this.last}`); }
  private effect(what: string): void {
    this.alive();
    if (this.death === null || !what.startsWith(this.death.of) || --this.left > 0) return;
    this.isDead = true;
    this.last = what;
    this.alive();
  }

  db(db: Db): Db {
    return new Proxy(db, {
      apply: (target, self, args) => { this.alive(); return Reflect.apply(target, self, args); },
      get: (target, name) => {
        this.alive();
        if (name === 'transaction') return (body: (tx: unknown) => Promise<unknown>) => this.transact(target, body);
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
  private async transact(db: Db, body: (tx: unknown) => Promise<unknown>): Promise<unknown> {
    const answer = await db.transaction(async (tx) => {
      const done = await body(tx);
      this.alive();
      return done;
    });
    this.effect('a commit');
    return answer;
  }
  private calendar(google: GoogleCalendar): GoogleCalendar {
    return new Proxy(google, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]): Promise<unknown> => {
          this.alive();
          const answer: unknown = await Reflect.apply(value, target, args);
          if (CHANGES.has(String(name))) this.effect(`a call of ${String(name)}`);
          this.alive();
          return answer;
        };
      },
    });
  }

  /** Puts the daemon together from its parts and opens its web server, which listens at `port`. */
  async begin(parts: Shell, oauth: OauthPort, port: number): Promise<void> {
    const { mail, google } = parts;
    this.shell = {
      ...parts,
      google: async (coachId) => { this.alive(); return this.calendar(await google(coachId)); },
      mail: { send: async (letter) => { this.alive(); await mail.send(letter); this.effect('a mail'); } },
    };
    const { shell } = this;
    this.web = await webServer({ shell, oauth, log: pino({ level: process.env.MAKEWAY_TEST_LOG ?? 'silent' }), sandbox: null, isReady: async () => true, goOn: (claim) => work(shell, WORKERS, claim) });
    await this.web.listen({ port, host: '127.0.0.1' });
  }
  /** Does all that is due, one after the other, or up to `limit` of a kind at once. False if it died meanwhile. */
  async work(limit: number): Promise<boolean> {
    try {
      await drain(this.shell, WORKERS, limit);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    return !this.isDead;
  }
}
