/** A history: edits at Google, pulls of the mirror, and everything that goes wrong on the way; then quiet, then the comparison. */
import fc from 'fast-check';
import { rollHorizon } from '../../src/ops/housekeeping.flow.js';
import { WORKERS } from '../../src/ops/compose.js';
import type { CoachId } from '../../src/kernel/ids.js';
import { calendarRow, markDirty } from '../../src/mirror/calendar.store.js';
import { readAnew } from '../../src/mirror/reconcile.flow.js';
import { inTx } from '../../src/postgres/transaction.js';
import { runDue } from '../../src/work/run-due.flow.js';
import { call, control } from './converge-call.js';
import { anyEdit, perform, type Edit, type Scene } from './converge-edits.js';
import { anyZone, DAY_MS } from './converge-events.js';
import { LEASE_MS, type Grounds } from './converge-grounds.js';
import { Killed, type Death } from './converge-mortal.js';
import { count } from './converge-tally.js';
import { differences, type Mirrored } from './converge-truth.js';

const MINUTE_MS = 60_000, HOUR_MS = 60 * MINUTE_MS;

/** What a fault of the network or of Google looks like to the control API. */
const FAULTS = {
  'place lost (410)': { status: 410, reason: 'fullSyncRequired' }, 'place lost (400)': { status: 400, reason: 'invalid', message: 'Invalid sync token value.' },
  'quota (429)': { status: 429, reason: 'rateLimitExceeded' }, 'quota (403)': { status: 403, reason: 'userRateLimitExceeded' }, 'quota (403 project)': { status: 403, reason: 'rateLimitExceeded' }, 'usage limit (403)': { status: 403, reason: 'quotaExceeded' },
  'fault of Google (500)': { status: 500, reason: 'backendError' }, 'fault of Google (503)': { status: 503, reason: 'backendError' }, 'gateway (502, HTML)': { status: 502, body: '<html>Bad Gateway</html>', contentType: 'text/html' },
  'request dropped': { mode: 'dropRequest' }, 'answer dropped': { mode: 'dropAnswer' }, 'answer truncated': { mode: 'truncate' },
  'access token dead (401)': { status: 401, reason: 'authError' }, 'permission revoked': { status: 401, reason: 'authError' }, 'no refresh (503)': { status: 401, reason: 'authError' }, 'no refresh (dropped)': { status: 401, reason: 'authError' },
  'not found (404)': { status: 404, reason: 'notFound' }, 'forbidden (403)': { status: 403, reason: 'forbidden' }, 'answer of a stranger (200)': null,
} as const;
type FaultName = keyof typeof FAULTS;
const FAULT_NAMES = Object.keys(FAULTS) as FaultName[];

const fault = fc.record({ do: fc.constant('fault' as const), name: fc.constantFrom(...FAULT_NAMES), times: fc.integer({ min: 1, max: 3 }), skip: fc.nat(3) });

const anEdit = (odd: number) => fc.record({ do: fc.constant('edit' as const), edit: anyEdit(odd) });

/** What may happen before the nth read of a pull goes on to Google. */
const happening = (odd: number) => fc.record({
  at: fc.nat(4),
  what: fc.oneof(
    { weight: 5, arbitrary: anEdit(odd) },
    { weight: 1, arbitrary: fc.constant({ do: 'push' as const }) }, { weight: 1, arbitrary: fc.constant({ do: 'expire' as const }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('rival' as const), hasLease: fc.boolean() }) },
  ),
});
const pullStep = (odd: number, wild: boolean) => fc.record({
  do: fc.constant('pull' as const),
  /** Which calendars a push announced; twice, if it was doubled. */
  pushed: fc.array(fc.nat(2), { maxLength: 2 }),
  size: fc.constantFrom(2500, 2500, 2500, 5, 3, 2, 1), hasEmpty: fc.boolean(),
  happenings: fc.array(happening(odd), { maxLength: wild ? 2 : 1 }),
  death: wild ? fc.option(fc.record({ side: fc.constantFrom('before' as const, 'after' as const), nth: fc.nat(5) }), { nil: undefined, freq: 3 }) : fc.constant(undefined),
});

export interface Profile {
  readonly name: string;
  /** How often rules are any of RFC 5545's, about in ten. */
  readonly odd: number;
  readonly weights: { readonly edit: number; readonly pull: number; readonly fault: number; readonly pass: number };
}

const anyStep = ({ odd, weights }: Profile) => fc.oneof(
  { weight: weights.edit, arbitrary: anEdit(odd) },
  { weight: weights.pull, arbitrary: pullStep(odd, weights.fault > 0) },
  { weight: weights.fault, arbitrary: fault },
  { weight: weights.fault > 0 ? 1 : 0, arbitrary: fc.record({ do: fc.constant('expire' as const) }) },
  { weight: weights.pass, arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 2, 3, 7) }, { weight: 2, arbitrary: fc.constantFrom(60, 600, 1440, 3 * 1440, 9 * 1440) }) }) },
  { weight: weights.pass > 0 ? 1 : 0, arbitrary: fc.record({ do: fc.constant('roll' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('share' as const), role: fc.constantFrom('reader' as const, 'freeBusyReader' as const) }) },
);
export type Step = ReturnType<typeof anyStep> extends fc.Arbitrary<infer S> ? S : never;

/** The days on which histories begin: clocks change within their windows, in one way or the other. */
const BEGINNINGS = ['2026-11-23', '2027-02-15', '2026-09-14', '2028-02-20'] as const;
const setting = fc.record({
  begins: fc.constantFrom(...BEGINNINGS), zone: anyZone, secondZone: anyZone, second: fc.constantFrom('busy' as const, 'sessions' as const),
  shared: fc.constantFrom('none' as const, 'none' as const, 'none' as const, 'none' as const, 'reader' as const, 'freeBusyReader' as const), isRolled: fc.boolean(), chance: fc.nat(2 ** 31 - 1),
});
type Setting = typeof setting extends fc.Arbitrary<infer S> ? S : never;

export interface History { readonly setting: Setting; readonly steps: Step[] }
export const anyHistory = (profile: Profile): fc.Arbitrary<History> =>
  fc.record({ setting, steps: fc.array(anyStep(profile), { minLength: 1, maxLength: 45, size: 'max' }) });

/** Lives one history on grounds that forget all before it. Throws with every difference if the mirror is not what Google says. */
export async function live(grounds: Grounds, run: number, { setting: s, steps }: History): Promise<void> {
  const restore = seedChance(s.chance);
  try {
    await new Life(grounds, run, s).live(steps);
  } finally {
    restore();
  }
}

/** What is left to chance (jitter of backoff, the emulator's revisions) comes from the history's own number, so that it can be replayed. */
function seedChance(seed: number): () => void {
  const { random } = Math;
  let state = seed;
  Math.random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => { Math.random = random; };
}

/** What a coach is told of, once: the permission is gone, a calendar cannot be believed. Nothing else is anybody's business. */
const TOLD = ['reconnect', 'frozen'];

/** The brake has a reason: at least ten events gone, and more than half. */
const isBraked = (reason: string | null): boolean => {
  const [, missing, known] = /^a full read shows (\d+) of (\d+) events gone$/.exec(reason ?? '') ?? [];
  return missing !== undefined && Number(missing) >= 10 && Number(missing) * 2 > Number(known);
};

class Life {
  private readonly scene: Scene;
  private coachId = '';
  private calendars: Mirrored[] = [];
  private mirrored: { googleId: string; role: 'sessions' | 'busy'; accessRole: string }[] = [];
  private me: ReturnType<Grounds['process']>;
  private rival: ReturnType<Grounds['process']>;
  private readonly beganMs: number;

  constructor(private readonly g: Grounds, private readonly run: number, private readonly s: Setting) {
    const base = Date.parse(`${s.begins}T00:00:00Z`);
    const coach = `kim${run}@coach.example`;
    this.scene = { url: g.url, coach, guest: `dana${run}@client.example`, base, own: [coach, `second${run}@group.calendar.google.com`], known: [], parts: new Set(), doubtful: new Set(), made: 0 };
    this.beganMs = base + 8 * HOUR_MS;
    this.me = g.process();
    this.rival = g.process();
  }

  async live(steps: readonly Step[]): Promise<void> {
    await this.begin();
    try {
      for (const step of steps) await this.take(step);
      await this.rest();
      await this.compare();
    } finally {
      this.g.gate.happens = () => Promise.resolve();
      await this.g.db.raw('delete from coaches where id = ?', [this.coachId]);
    }
  }

  private async begin(): Promise<void> {
    const { g, s, scene } = this;
    await control(g.url, 'DELETE', '');
    await g.setClock(this.beganMs);
    await control(g.url, 'POST', '/accounts', { email: scene.coach, name: 'Kim', timeZone: s.zone });
    await control(g.url, 'POST', '/accounts', { email: scene.guest, name: 'Dana', timeZone: 'America/New_York' });
    await control(g.url, 'POST', '/calendars', { id: scene.own[1], owner: scene.coach, summary: 'second', timeZone: s.secondZone });
    const shared = s.shared === 'none' ? [] : [{ googleId: scene.guest, role: 'busy' as const, accessRole: s.shared }];
    if (s.shared !== 'none') await this.share(s.shared);
    this.mirrored = [{ googleId: scene.coach, role: 'sessions', accessRole: 'owner' }, { googleId: scene.own[1] ?? '', role: s.second, accessRole: 'owner' }, ...shared];
    this.coachId = await g.connect(scene.coach, s.zone, this.mirrored);
    await this.look();
    g.gate.failures.length = 0;
    g.gate.seen.writes.length = g.gate.refusals.length = 0;
  }
  private async share(role: 'reader' | 'freeBusyReader'): Promise<void> {
    const { g, scene } = this;
    await call(g.url, 'POST', `/calendar/v3/calendars/${encodeURIComponent(scene.guest)}/acl`, { as: scene.guest, body: { role, scope: { type: 'user', value: scene.coach } } });
  }
  private async look(): Promise<void> {
    this.calendars = (await this.g.db.raw<{ rows: Mirrored[] }>('select * from calendars where coach_id = ? order by google_id', [this.coachId])).rows;
  }

  private async take(step: Step): Promise<void> {
    count('steps');
    switch (step.do) {
      case 'pull': return this.pull(step);
      case 'fault': {
        const { name, times, skip } = step;
        count(`fault: ${name}`);
        const refusal = { 'permission revoked': 'invalid_grant', 'no refresh (503)': 'fault', 'no refresh (dropped)': 'drop' } as const;
        if (name in refusal) this.g.gate.refusals.push(refusal[name as keyof typeof refusal]);
        if (FAULTS[name] === null) this.g.gate.strangers = times;
        else await control(this.g.url, 'POST', '/rules', { kind: 'events.list', account: this.scene.coach, times, skip, ...FAULTS[name] });
        return;
      }
      case 'expire': count('fault: sync tokens expire'); await control(this.g.url, 'POST', '/sync-tokens/expire', {}); return;
      case 'share':
        if (this.s.shared === 'none') return;
        count('access changed');
        return this.share(step.role);
      case 'pass': count('time passes'); return this.g.pass(step.minutes * MINUTE_MS);
      case 'roll': count('horizon rolled'); await rollHorizon(this.me.shell); return;
      case 'edit': return this.edit(step.edit);
    }
  }
  private async edit(edit: Edit): Promise<void> { count(`edit ${await perform(this.scene, edit)}`); count(`edit: ${edit.do}`); }

  private async push(nth: number): Promise<void> {
    const calendar = this.calendars[nth % this.calendars.length];
    if (calendar) await inTx(this.g.db, 'commit push', (tx) => markDirty(tx, this.coachId as CoachId, calendar.id, this.g.clock.now()));
  }

  /** Everything that is due is pulled, under the conditions of this step. */
  private async pull(step: Extract<Step, { do: 'pull' }>): Promise<void> {
    const { gate } = this.g;
    for (const nth of step.pushed) await this.push(nth);
    gate.pages = { size: step.size, hasEmpty: step.hasEmpty };
    gate.rewind();
    let isNested = false;
    gate.happens = async (nth) => {
      if (isNested) return;
      isNested = true;
      try {
        for (const { at, what } of step.happenings) if (at === nth) await this.happen(what);
      } finally {
        isNested = false;
      }
    };
    await this.work(step.death ?? null);
    await gate.stillness();
    gate.happens = () => Promise.resolve();
    if (gate.failures.length > 0) throw gate.failures[0];
  }
  private async happen(what: Extract<Step, { do: 'pull' }>['happenings'][number]['what']): Promise<void> {
    count(`during a pull: ${what.do === 'expire' ? 'sync tokens expire' : what.do}`);
    switch (what.do) {
      case 'push': for (const nth of [0, 1, 2]) await this.push(nth); return;
      case 'expire': await control(this.g.url, 'POST', '/sync-tokens/expire', {}); return;
      case 'rival':
        // With the lease still good the rival finds nothing; once it has run out it takes over, and the first one must notice.
        if (!what.hasLease) await this.g.pass(LEASE_MS + 1_000);
        for (const nth of [0, 1, 2]) await this.push(nth);
        for (let i = 0; i < 3; i++) await runDue(this.rival.shell, WORKERS, 'calendars', 8);
        return;
      case 'edit': return this.edit(what.edit);
    }
  }
  private async work(death: Death | null): Promise<number> {
    const { me } = this;
    me.mortal.dieAt(death);
    let did = 0;
    try {
      for (let round = 0; round < 4; round++) {
        const pulled = await runDue(me.shell, WORKERS, 'calendars', 8);
        count('pulls', pulled);
        did += pulled;
        if (pulled === 0) break;
      }
      me.mortal.dieAt(null);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
    // It may also have died of a commit that nobody waits for, such as a new access token.
    if (me.mortal.isDead) {
      count(`fault: killed ${death?.side} a commit`);
      this.me = this.g.process();
      await this.g.pass(1_000);
    }
    return did;
  }

  /** Google is quiet: faults end, nobody writes. Time goes on until every calendar was read by its own clock, without any push. */
  private async rest(): Promise<void> {
    this.g.gate.strangers = this.g.gate.refusals.length = 0;
    await control(this.g.url, 'DELETE', '/rules');
    await control(this.g.url, 'POST', '/copies', { lagMs: 0 });
    const quietMs = this.g.clock.now();
    for (let round = 0, did = 1; ; round++) {
      const rows = (await this.g.db.raw<{ rows: { id: string; wake_at: number | null; lease_until: number | null; last_pull_at: number | null; frozen_at: number | null; freeze_reason: string | null; last_error: string | null }[] }>(
        `select id, wake_at, lease_until, last_pull_at, frozen_at, freeze_reason, last_error from calendars where coach_id = ? and role in ('sessions', 'busy')`, [this.coachId])).rows;
      const isBroken = (await this.g.db.raw<{ rows: unknown[] }>(`select 1 from grants where coach_id = ? and state = 'broken'`, [this.coachId])).rows.length > 0;
      if (isBroken) {
        count('reconnected');
        await this.g.connect(this.scene.coach, this.s.zone, this.mirrored);
        continue;
      }
      const behind = rows.filter((r) => r.last_pull_at === null || r.last_pull_at < quietMs || r.frozen_at !== null || r.last_error !== null);
      if (behind.length === 0) return;
      // What looks like most of a calendar gone is not believed until a person says so; histories are that wild at times.
      const braked = rows.filter((r) => isBraked(r.freeze_reason));
      if (braked.length > 0) {
        count('brake, and a person who says that it is so');
        for (const { id } of braked) {
          const calendar = await calendarRow(this.g.db, this.coachId as CoachId, id);
          if (calendar) await readAnew(this.me.shell, calendar, true, []);
        }
        did = 1;
      }
      const nowMs: number = this.g.clock.now();
      if (round > 60 || nowMs > quietMs + 3 * HOUR_MS || behind.some((r) => r.wake_at === null)) throw new Error(`not at rest after ${round} rounds: ${JSON.stringify(behind)}`);
      // What is due may still wait for the lease of another calendar: of one that died, for example.
      const ahead = [...behind.map((r) => r.wake_at ?? 0), ...rows.map((r) => r.lease_until ?? 0)].filter((at) => at > nowMs);
      // With none ahead, the last of them has come since the claim found nothing: this clock goes on with each look at it.
      if (did === 0 && ahead.length > 0) await this.g.pass(Math.min(...ahead) - nowMs + 100);
      did = await this.work(null);
    }
  }

  private async compare(): Promise<void> {
    const { g, s, scene } = this;
    const question = { url: g.url, coach: scene.coach, coachId: this.coachId, doubtful: scene.doubtful };
    const nowMs: number = g.clock.now();
    const found = await differences(g.db, { ...question, nowMs, untilMs: this.beganMs + 120 * DAY_MS, isExact: false });
    // A calendar of busy times is read in a window, anew each day.
    if (found.length === 0 && (s.isRolled || s.shared !== 'none')) {
      await g.pass(25 * HOUR_MS);
      await this.rest();
      await rollHorizon(this.me.shell);
      const rolledMs: number = g.clock.now();
      count('compared after the horizon rolled');
      found.push(...(await differences(g.db, { ...question, nowMs: rolledMs, untilMs: rolledMs + 120 * DAY_MS, isExact: true })).map((line) => `after the horizon rolled: ${line}`));
    }
    if (g.gate.seen.writes.length > 0) found.push(`the mirror wrote to Google: ${g.gate.seen.writes.join(', ')}`);
    const letters = (await g.db.raw<{ rows: { letter: string }[] }>('select distinct letter from outbox')).rows.map((r) => r.letter).filter((letter) => !TOLD.includes(letter));
    if (letters.length > 0) found.push(`letters were written: ${letters.join(', ')}`);
    if (found.length > 0) throw new Error(`run ${this.run}: the mirror is not what Google says:\n  ${found.slice(0, 14).join('\n  ')}${found.length > 14 ? `\n  and ${found.length - 14} more` : ''}`);
  }
}
