/** One history, lived: a coach and four clients, their clicks and edits, and everything that goes wrong; then quiet. */
import { createHash } from 'node:crypto';
import type { CoachId, RequestId } from '../../src/kernel/ids.js';
import { instant } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { decide } from '../../src/resolution/decide.flow.js';
import type { Decision } from '../../src/resolution/decision.js';
import { QUEUES } from '../../src/work/claim.js';
import { call } from '../mirror/converge-call.js';
import { count } from '../mirror/converge-tally.js';
import { differences } from '../mirror/converge-truth.js';
import { clientsOf, coachOf, eventsOf, friendOf, handOf, MINUTE_MS, privateOf, timesFrom, ZONE, HOUR_MS } from './model-cast.js';
import { perform, type Scene } from './model-edits.js';
import { LEASE_MS, type Grounds } from './model-grounds.js';
import { atMostOnce, inboundCannotMail, neverWorseOff, noDoubleBooking, noEarlyLanding, strangers } from './model-invariants.js';
import { linksIn, offersNothing, startsOn, valuesOf, visit, type Answered, type Link } from './model-links.js';
import { Killed, type Process } from './model-process.js';
import { spanOf, type Choice, type Seen, type Write } from './model-seen.js';
import { FAULTS, type History, type Meanwhile, type Step } from './model-steps.js';

type Do<T extends Step['step']['do']> = Extract<Step['step'], { do: T }>;

/** Rows that say how far each request is. Who looks changes none of them. */
const STORY = ['requests', 'resolutions', 'offers', 'choices', 'holds', 'landings', 'sessions', 'outbox', 'history', 'google_writes'] as const;

export class Life {
  private coachId = '' as CoachId;
  private readonly coach: string;
  private readonly scene: Scene;
  private readonly clients;
  private a!: Process;
  private b!: Process;
  private readonly requests: { id: string; email: string }[] = [];
  private readonly choices: Choice[] = [];
  private readonly tolerant = new Set<string>();
  private readonly read = new Map<string, string>();
  private mayRepeat = 0;
  private readonly from: string;
  private mailsBefore = { ours: 0, googles: 0 };

  constructor(private readonly g: Grounds, private readonly run: number, private readonly s: History['setting']) {
    this.coach = coachOf(run);
    this.clients = clientsOf(run);
    this.from = `10.${(run >> 16) & 255}.${(run >> 8) & 255}.${run & 255}`;
    const times = timesFrom(s.begins);
    this.scene = { url: g.url, run, times, wanted: times[0] ?? 0, chosen: null, made: 0 };
  }

  async live(steps: readonly Step[]): Promise<void> {
    const lived: string[] = [];
    try {
      await this.begin();
      for (const { step, work } of steps) {
        lived.push(JSON.stringify({ ...step, work }));
        await this.take(step, work);
        await this.check(false);
      }
      lived.push('rest');
      await this.rest();
      await this.check(true);
      lived.push('27 days later');
      await this.end();
    } catch (error) {
      throw new Error(`run ${this.run}: ${error instanceof Error ? error.message : String(error)}\nlived:\n  ${lived.join('\n  ')}`, { cause: error });
    } finally {
      this.g.road.happens = () => Promise.resolve();
      await this.g.control('DELETE', '/rules');
      await this.g.db.raw('truncate coaches cascade');
    }
  }

  private async begin(): Promise<void> {
    const { g, s, run } = this;
    await g.control('DELETE', '');
    await g.setClock(Date.parse(`${s.begins}T08:00:00Z`));
    for (const email of [this.coach, handOf(run), friendOf(run), ...this.clients.map((c) => c.email)]) await g.control('POST', '/accounts', { email, name: 'Somebody', timeZone: ZONE });
    await g.control('POST', '/calendars', { id: privateOf(run), owner: this.coach, summary: 'private', timeZone: ZONE });
    for (const id of [this.coach, privateOf(run)]) await call(g.url, 'POST', `/calendar/v3/calendars/${encodeURIComponent(id)}/acl?sendNotifications=false`, { as: this.coach, body: { role: 'writer', scope: { type: 'user', value: handOf(run) } } });
    for (const event of eventsOf(run, s.begins, s.hasAllDay)) {
      const { status, body } = await call(g.url, 'POST', `/calendar/v3/calendars/${encodeURIComponent(this.coach)}/events`, { as: handOf(run), body: event });
      if (status !== 200) throw new Error(`insert: ${status} ${JSON.stringify(body)}`);
    }
    g.road.clear();
    g.ours.setRefusing('no');
    this.mailsBefore = { ours: (await g.ours.mails()).length, googles: (await g.googles.mails()).length };
    this.coachId = await g.connect(this.coach, `kim${run}`, { asksPerClient: { count: 50, days: 30 }, afterSilence: s.afterSilence, land: s.land }, [{ googleId: this.coach, role: 'sessions' }, { googleId: privateOf(run), role: 'busy' }]);
    [this.a, this.b] = [await g.daemon(0), await g.daemon(1)];
    await this.a.work(8);
    await this.check(false);
  }

  private async take(step: Step['step'], work: Step['work']): Promise<void> {
    count(`step: ${step.do}`);
    const { road } = this.g;
    road.rewind();
    road.happens = (nth) => (work.meanwhile?.at === nth ? this.happen(work.meanwhile.what) : Promise.resolve());
    this.a.dieAfter(work.death);
    if (work.fault) await this.g.control('POST', '/rules', { kind: work.fault.call, account: this.coach, times: work.fault.times, skip: work.fault.skip, ...FAULTS[work.fault.name] });
    try {
      switch (step.do) {
        case 'ask': await this.ask(step); break;
        case 'decide': await this.decide(step, work.meanwhile === null); break;
        case 'click': await this.click(step, work.meanwhile === null); break;
        case 'look': await this.look(); break;
        case 'edit': await perform(this.scene, { calls: road.calls, coach: this.coach }, step); break;
        case 'pass': count(`time: ${step.minutes} minutes`); await this.g.setClock(this.g.now() + step.minutes * MINUTE_MS); break;
        case 'mail': count(`mail server: ${step.how}`); this.g.ours.setRefusing(step.how); if (step.how === 'lose-answer') this.mayRepeat += 50; break;
      }
      if (work.by === 'both') { count('two daemons at once'); await Promise.all([this.a.work(8), this.b.work(8)]); }
      else if (work.by === 'one' && !this.a.isDead) await this.a.work(1);
    } finally {
      road.happens = () => Promise.resolve();
    }
    await road.stillness();
    if (road.failures.length > 0) throw road.failures[0];
    this.a.dieAfter(null);
    if (this.a.isDead) await this.restart();
  }
  private async happen(what: Meanwhile['what']): Promise<void> {
    count(`meanwhile: ${what.do}`);
    if (what.do === 'slow') await this.g.setClock(this.g.now() + 6_000);
    else await perform(this.scene, { calls: this.g.road.calls, coach: this.coach }, what);
  }
  private async restart(): Promise<void> {
    count(`died after ${this.a.last}`);
    this.mayRepeat++;
    this.a = await this.g.daemon(0);
    await this.g.setClock(this.g.now() + 1_000);
  }

  private address = (path: string): string => `http://127.0.0.1:${(this.a.web.server.address() as { port: number }).port}${path}`;
  private visit = (method: 'GET' | 'HEAD' | 'POST', path: string, form?: Readonly<Record<string, string | string[]>>): Promise<Answered> => visit(method, this.address(path), this.from, form, this.g.cookie);

  private async ask({ who, times }: Do<'ask'>): Promise<void> {
    const client = this.clients[who], { g } = this;
    if (!client) return;
    const starts = times.map((t) => this.scene.times[t] ?? 0);
    this.scene.wanted = starts[0] ?? 0;
    const key = `${this.run}-${this.scene.made++}`;
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = await fetch(this.address('/api/v1/booking-requests'), {
        method: 'POST', headers: { authorization: `Bearer ${g.apiKey}`, 'content-type': 'application/json', 'idempotency-key': key, 'x-forwarded-for': this.from },
        body: JSON.stringify({ coach: `kim${this.run}`, client: { name: client.name, email: client.email, time_zone: ZONE }, session_type: client.topic, wanted_starts: starts.map((t) => rfc3339(instant(t), ZONE)) }),
      });
      const body = (await answer.json()) as { id?: string; outcome?: string };
      count(`ask: ${answer.status}${body.outcome === undefined ? '' : ' already yours'}`);
      if (answer.status === 201 || answer.status === 200) { if (body.id !== undefined) this.requests.push({ id: body.id, email: client.email }); return; }
      // Programs repeat what was not answered, under the same key.
      if (this.a.isDead) await this.restart();
    }
  }

  private async decide({ by, which, what, time, ticks }: Do<'decide'>, isAlone: boolean): Promise<void> {
    const start = new Date(this.scene.times[time] ?? 0).toISOString();
    if (by === 'operator') {
      const { id } = this.requests.at(-1 - which) ?? {};
      if (id === undefined) return;
      const decision: Decision = what === 'option2' ? { do: what, about: null, ticks: [], address: null, clientName: null } : what === 'manual' ? { do: what, start: instant(Date.parse(start)) } : { do: what };
      try {
        const answer = await decide(this.a.shell, { coachId: this.coachId, requestId: id as RequestId, revision: null, by: 'operator' }, decision);
        count(`operator: ${what} ${'did' in answer ? 'done' : answer.refused}`);
      } catch (error) {
        if (!(error instanceof Killed)) throw error;
      }
      return;
    }
    let path: string, id: string | undefined;
    if (by === 'link') {
      const link = linksIn((await this.mails()).ours.filter((m) => m.to.includes(this.coach)))[which];
      if (!link) return;
      path = `/l/${link.token}`;
    } else {
      id = this.requests.at(-1 - which)?.id;
      if (id === undefined) return;
      path = `/pending/${id}`;
    }
    const { page } = await this.visit('GET', path);
    const [guard = ''] = valuesOf(page, 'guard'), [about] = valuesOf(page, 'about'), [revision = '0'] = valuesOf(page, 'revision'), tick = ticks ? valuesOf(page, 'tick') : [];
    const form = { do: what, guard, revision: by === 'stale page' ? String(Number(revision) - 1) : revision, ...(about !== undefined && { about }), tick, ...(what === 'manual' && { start }) };
    if (tick.length > 0) for (const request of this.requests) this.tolerant.add(request.id);
    const { status } = await this.post(path, form, isAlone && (by === 'stale page' || offersNothing(page)));
    count(`coach by ${by}: ${what} ${status}`);
  }

  private async click({ which, what, slot, twice }: Do<'click'>, isAlone: boolean): Promise<void> {
    const link = linksIn((await this.mails()).ours.filter((m) => !m.to.includes(this.coach)))[which];
    if (!link) return;
    const path = `/l/${link.token}`, { page } = await this.visit('GET', path);
    this.note(link, page);
    const starts = startsOn(page), mailed = link.queries.flatMap((q) => new URLSearchParams(q).get('start') ?? []);
    const start = (starts.length > 0 ? starts : mailed)[slot % Math.max(1, (starts.length > 0 ? starts : mailed).length)];
    const form: Record<string, string> = what === 'start' && start !== undefined ? { start } : what === 'keep' ? { keep: '1' } : what === 'mute' ? { keep: '1', mute: '1' } : { start: new Date(this.scene.wanted + 7 * MINUTE_MS).toISOString() };
    const isSpent = offersNothing(page);
    if (form.start !== undefined) {
      this.choices.push({ to: link.to, start: Date.parse(form.start), came: this.g.road.calls.at(-1)?.came ?? 0 });
      if (what === 'start' && !isSpent) this.scene.chosen = Date.parse(form.start);
    }
    const again = twice ? this.visit('POST', path, form) : null;
    const { status, page: told } = await this.post(path, form, isAlone && !twice && (isSpent || what === 'nonsense'));
    await again;
    this.note(link, told);
    count(`client: ${isSpent ? 'a spent link' : what} ${status}${twice ? ', twice' : ''}`);
  }
  private note(link: Link, page: string): void { this.read.set(link.to, (this.read.get(link.to) ?? '') + page); }

  /** Posts a form; one that can do nothing must change nothing (invariant 5: a spent link shows the present truth). */
  private async post(path: string, form: Readonly<Record<string, string | string[]>>, isIdle: boolean): Promise<Answered> {
    const before = isIdle ? await this.digest() : null;
    const answer = await this.visit('POST', path, form);
    if (before !== null && answer.status < 500 && before !== (await this.digest())) throw new Error(`a click that can do nothing changed something: ${path} ${JSON.stringify(form)}`);
    if (before !== null) count('clicks that can do nothing');
    return answer;
  }
  private async digest(): Promise<string> {
    const each = STORY.map((t) => `select '${t}' as t, coalesce(md5(string_agg((to_jsonb(x) - 'lease_owner' - 'lease_until' - 'fence')::text, '|' order by x::text)), '') as h from ${t} x where coach_id = :id`);
    const { rows } = await this.g.db.raw<{ rows: { h: string }[] }>(`${each.join(' union all ')} order by 1`, { id: this.coachId });
    return createHash('sha256').update(rows.map((r) => r.h).join()).digest('hex');
  }

  /** Invariant 5: GET and HEAD of every link change nothing. */
  private async look(): Promise<void> {
    const before = [await this.digest(), this.g.road.calls.length];
    for (const link of linksIn((await this.mails()).ours).slice(0, 6)) {
      for (const query of ['', ...link.queries.slice(0, 3)]) {
        await this.visit('HEAD', `/l/${link.token}${query}`);
        const { page } = await this.visit('GET', `/l/${link.token}${query}`);
        count('links looked at');
        if (link.to !== this.coach) this.note(link, page);
      }
    }
    if ([await this.digest(), this.g.road.calls.length].join() !== before.join()) throw new Error('looking changed something');
  }

  private async mails(): Promise<Pick<Seen, 'ours' | 'googles'>> {
    return { ours: (await this.g.ours.mails()).slice(this.mailsBefore.ours), googles: (await this.g.googles.mails()).slice(this.mailsBefore.googles) };
  }
  private async seen(): Promise<Seen> {
    const { g, run, coach } = this, calendars = [coach, privateOf(run)];
    const { writes } = (await g.control('GET', '/writes?since=0')) as { writes: Write[] };
    const { body } = await call(g.url, 'GET', `/calendar/v3/calendars/${encodeURIComponent(coach)}/events?maxResults=2500`, { as: handOf(run) });
    return { coach, clients: this.clients, calendars, calls: g.road.calls, writes, standing: body.items, ...(await this.mails()), choices: this.choices, tolerant: this.tolerant, requests: this.requests, mayRepeat: this.mayRepeat };
  }
  private async check(isAtRest: boolean): Promise<void> {
    const s = await this.seen();
    const found = [...noEarlyLanding(s, isAtRest), ...neverWorseOff(s), ...noDoubleBooking(s), ...atMostOnce(s), ...strangers(s, this.read), ...inboundCannotMail(s)];
    if (found.length > 0) throw new Error(`the invariants are broken:\n  ${found.join('\n  ')}`);
    if (isAtRest) await this.checkRest(s);
  }

  /** Faults end; time goes on until everything that was begun has come to its end, and every calendar was read. */
  private async rest(): Promise<void> {
    const { g } = this;
    await g.control('DELETE', '/rules');
    g.ours.setRefusing('no');
    const quietMs = g.now();
    for (let round = 0; ; round++) {
      await this.a.work(8);
      const busy = await this.all<{ what: string; wake: number | null; lease: number | null; error: string | null }>(`
        select 'landing ' || state as what, wake_at as wake, lease_until as lease, last_error as error from landings where state in ('intended', 'inserted', 'verified')
        union all select 'resolution ' || state, wake_at, lease_until, last_error from resolutions where state in ('chosen', 'moved')
        union all select 'letter ' || letter, wake_at, lease_until, last_error from outbox where state = 'waiting'
        union all select 'calendar', wake_at, lease_until, last_error from calendars where last_pull_at is null or last_pull_at < :quiet or last_error is not null
        ${QUEUES.map((q) => `union all select '${q}', wake_at, lease_until, last_error from ${q} where lease_until > :now or wake_at <= :now`).join(' ')}`, { quiet: new Date(quietMs), now: new Date(g.now()) });
      if (busy.length === 0) return;
      // What is due may still wait for a lease: of one that died, for example.
      const ahead = busy.flatMap((r) => [r.wake ?? 0, r.lease ?? 0]).filter((ms) => ms > g.now()), next = ahead.length > 0 ? Math.min(...ahead) : g.now();
      if (round > 80 || next > quietMs + 4 * HOUR_MS) throw new Error(`not at rest after ${round} rounds, at ${g.now()}: ${JSON.stringify(busy)} ${JSON.stringify(await this.all("select id, wake_at, lease_until, last_pull_at, lease_owner from calendars"))}`);
      await g.setClock(next + 50);
    }
  }
  private all = async <Row>(sql: string, bindings: Record<string, unknown> = {}): Promise<Row[]> => (await this.g.db.raw<{ rows: Row[] }>(sql, bindings as never)).rows;

  /** 6: every open request has a next wake-up, and stands on the pending page; nothing waits for what has ended. 7: the mirror is what Google says. */
  private async checkRest(s: Seen): Promise<void> {
    const found: string[] = [];
    const { page } = await this.visit('GET', '/pending');
    const open = await this.all<{ id: string; state: string; pending_reason: string | null; wake_at: number | null; lives: number; held: boolean }>(`
      select r.id, r.state, r.pending_reason, r.wake_at, (select count(*) from resolutions x where x.request_id = r.id and x.state = 'asked' and x.wake_at > :now) as lives,
        exists (select 1 from holds h where h.request_id <> r.id and h.released_at is null and h.period && tstzrange(r.wanted_at, r.wanted_at + make_interval(mins => r.length_minutes))) as held
      from requests r where state in ('pending_resolution', 'booking')`, { now: new Date(this.g.now()) });
    for (const r of open) {
      const says = `${r.id} ${r.state} ${r.pending_reason ?? ''}`;
      count(`at rest: ${r.state} ${r.pending_reason ?? ''}`);
      if (r.state === 'booking' || ['moving', 'landing'].includes(r.pending_reason ?? '')) found.push(`${says}: nothing goes on`);
      if (r.wake_at === null || r.wake_at <= this.g.now()) found.push(`${says}: no next wake-up (${r.wake_at === null ? "none" : r.wake_at - this.g.now()} ms)`);
      if (['asked', 'offered'].includes(r.pending_reason ?? '') && Number(r.lives) !== 1) found.push(`${says}: nobody is asked`);
      if (r.pending_reason === 'promised' && !r.held) found.push(`${says}: to nobody`);
      if (!page.includes(`/pending/${r.id}`)) found.push(`${says}: not on the pending page`);
    }
    found.push(...(await differences(this.g.db, { url: this.g.url, coach: this.coach, coachId: this.coachId, nowMs: this.g.now(), untilMs: this.g.now() + 60 * 24 * HOUR_MS, isExact: false, doubtful: new Set() })).map((line) => `the mirror: ${line}`));
    // 10, on the guests' own calendars; a booked session of theirs stands there.
    for (const client of this.clients) {
      const { body } = await call(this.g.url, 'GET', `/calendar/v3/calendars/${encodeURIComponent(client.email)}/events?showDeleted=true`, { as: client.email });
      this.read.set(client.email, (this.read.get(client.email) ?? '') + JSON.stringify(body));
    }
    found.push(...strangers(s, this.read));
    if (found.length > 0) throw new Error(`not well at rest:\n  ${found.join('\n  ')}`);
  }

  /** All wanted times pass: every request ends, and nothing is kept for it. */
  private async end(): Promise<void> {
    // A question that ends then may be followed by an offer of other times, which lives for a day.
    for (const days of [25, 1, 1]) {
      await this.g.setClock(this.g.now() + days * 24 * HOUR_MS + LEASE_MS);
      await this.rest();
    }
    await this.check(true);
    const left = await this.all<{ what: string }>(`select 'request ' || state || ' ' || coalesce(pending_reason, '') as what from requests where state in ('pending_resolution', 'booking')
      union all select 'resolution ' || state from resolutions where state not in ('landed', 'ended') union all select 'hold ' || kind from holds where released_at is null`);
    if (left.length > 0) throw new Error(`left over: ${left.map((r) => r.what).join(', ')}`);
    for (const r of await this.all<{ state: string; n: number }>('select state, count(*) as n from requests group by 1')) count(`end: ${r.state}`, Number(r.n));
    for (const r of await this.all<{ what: string; n: number }>(`select option || ' ' || state || ' ' || coalesce(end_reason, '') as what, count(*) as n from resolutions group by 1`)) count(`attempt: option ${r.what}`, Number(r.n));
    const s = await this.seen();
    for (const w of s.writes.filter((x) => x.account === this.coach)) count(`written by us: ${w.kind}${w.kind === 'patch' && w.before?.start !== w.after?.start ? ' (moved)' : ''}`);
    const { requests } = (await this.g.control('GET', '/log?since=0')) as { requests: { rule?: number; status: number; reason?: string; kind: string }[] };
    for (const r of requests) if (r.rule !== undefined) count(`fault met: ${r.kind} ${r.reason ?? 'cut off'}`);
    void spanOf;
  }
}
