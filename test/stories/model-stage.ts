/** What a history is lived on: its people, its two daemons, what was asked and chosen so far, and the ways to look at it. */
import { createHash } from 'node:crypto';
import type { CoachId } from '../../src/kernel/ids.js';
import { call } from '../mirror/converge-call.js';
import { count } from '../mirror/converge-tally.js';
import { clientsOf, coachOf, eventsOf, friendOf, handOf, privateOf, timesFrom, ZONE, type Client } from './model-cast.js';
import type { Scene } from './model-edits.js';
import type { Grounds } from './model-grounds.js';
import { visit, type Answered, type Link } from './model-links.js';
import type { Mortal } from './model-mortal.js';
import type { Choice, Seen, Write } from './model-seen.js';
import type { History } from './model-steps.js';

/** Rows that say how far each request is. Who looks changes none of them. */
const STORY = ['requests', 'resolutions', 'offers', 'choices', 'holds', 'landings', 'sessions', 'outbox', 'history', 'google_writes'] as const;
type Form = Readonly<Record<string, string | string[]>>;

export class Stage {
  coachId = '' as CoachId;
  readonly coach: string;
  readonly clients: Client[];
  readonly scene: Scene;
  readonly requests: { readonly id: string; readonly email: string }[] = [];
  readonly choices: Choice[] = [];
  /** Requests for which the all-day event was ticked. */
  readonly tolerant = new Set<string>();
  /** What each client has read, but mails. */
  readonly read = new Map<string, string>();
  isAsked = false;
  /** How many messages may have gone out again. */
  mayRepeat = 0;
  a!: Mortal;
  b!: Mortal;
  private readonly from: string;
  private before = { ours: 0, googles: 0 };

  constructor(readonly g: Grounds, readonly run: number, readonly s: History['setting']) {
    this.coach = coachOf(run);
    this.clients = clientsOf(run);
    this.from = `10.${(run >> 16) & 255}.${(run >> 8) & 255}.${run & 255}`;
    const times = timesFrom(s.begins);
    this.scene = { url: g.url, run, times, wanted: times[0] ?? 0, chosen: null, made: 0 };
  }

  /** The coach connects; what stands in Google is the baseline. */
  async begin(): Promise<void> {
    const { g, s, run } = this, events = (id: string): string => `/calendar/v3/calendars/${encodeURIComponent(id)}`;
    await g.control('DELETE', '');
    await g.setClock(Date.parse(`${s.begins}T08:00:00Z`));
    for (const email of [this.coach, handOf(run), friendOf(run), ...this.clients.map((c) => c.email)]) await g.control('POST', '/accounts', { email, name: 'Somebody', timeZone: ZONE });
    await g.control('POST', '/calendars', { id: privateOf(run), owner: this.coach, summary: 'private', timeZone: ZONE });
    for (const id of [this.coach, privateOf(run)]) await call(g.url, 'POST', `${events(id)}/acl?sendNotifications=false`, { as: this.coach, body: { role: 'writer', scope: { type: 'user', value: handOf(run) } } });
    for (const event of eventsOf(run, s.begins, s.hasAllDay)) {
      const { status, body } = await call(g.url, 'POST', `${events(this.coach)}/events`, { as: handOf(run), body: event });
      if (status !== 200) throw new Error(`insert: ${status} ${JSON.stringify(body)}`);
    }
    g.road.clear();
    g.ours.setRefusing('no');
    this.before = { ours: (await g.ours.mails()).length, googles: (await g.googles.mails()).length };
    this.coachId = await g.connect(this.coach, `kim${run}`, { asksPerClient: { count: 50, days: 30 }, afterSilence: s.afterSilence, land: s.land, byItself: s.byItself }, [{ googleId: this.coach, role: 'sessions' }, { googleId: privateOf(run), role: 'busy' }]);
    [this.a, this.b] = [await g.daemon(0), await g.daemon(1)];
    await this.a.work(8);
  }
  /** Faults end; rows of this history go. */
  async leave(): Promise<void> {
    this.g.road.happens = () => Promise.resolve();
    await this.g.control('DELETE', '/rules');
    await this.g.db.raw('truncate coaches cascade');
  }
  /** The first daemon died: another takes its place, and sends again what had left the dead one unconfirmed, up to `letters`. */
  async restart(letters: number): Promise<void> {
    count(`died after ${this.a.last}`);
    this.mayRepeat += letters;
    this.a = await this.g.daemon(0);
    await this.g.setClock(this.g.now() + 1_000);
  }

  address = (path: string): string => `http://127.0.0.1:${(this.a.web.server.address() as { port: number }).port}${path}`;
  visit = (method: 'GET' | 'HEAD' | 'POST', path: string, form?: Form): Promise<Answered> => visit(method, this.address(path), this.from, form, this.g.cookie);
  /** A call of a program that has an API key. */
  async api(method: 'GET' | 'POST', path: string, body?: unknown, key?: string): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(this.address(`/api/v1/booking-requests${path}`), {
      method, headers: { authorization: `Bearer ${this.g.apiKey}`, 'x-forwarded-for': this.from, ...(body !== undefined && { 'content-type': 'application/json' }), ...(key !== undefined && { 'idempotency-key': key }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }
  /** Posts a form. One that can do nothing must change nothing: a spent link shows the present truth (invariant 5). */
  async post(path: string, form: Form, isIdle: boolean): Promise<Answered> {
    const before = isIdle ? await this.digest() : null;
    const answer = await this.visit('POST', path, form);
    if (before !== null) {
      count('clicks that can do nothing');
      if (answer.status < 500 && before !== (await this.digest())) throw new Error(`a click that can do nothing changed something: ${path} ${JSON.stringify(form)}`);
    }
    return answer;
  }
  note(link: Link, page: string): void { this.read.set(link.to, (this.read.get(link.to) ?? '') + page); }

  all = async <Row>(sql: string, bindings: Record<string, unknown> = {}): Promise<Row[]> => (await this.g.db.raw<{ rows: Row[] }>(sql, bindings as never)).rows;
  async digest(): Promise<string> {
    const each = STORY.map((t) => `select '${t}' as t, coalesce(md5(string_agg((to_jsonb(x) - 'lease_owner' - 'lease_until' - 'fence')::text, '|' order by x::text)), '') as h from ${t} x`);
    return createHash('sha256').update((await this.all<{ h: string }>(`${each.join(' union all ')} order by 1`)).map((r) => r.h).join()).digest('hex');
  }
  async mails(): Promise<Pick<Seen, 'ours' | 'googles'>> {
    return { ours: (await this.g.ours.mails()).slice(this.before.ours), googles: (await this.g.googles.mails()).slice(this.before.googles) };
  }
  async seen(): Promise<Seen> {
    const { g, run, coach } = this;
    const { writes } = (await g.control('GET', '/writes?since=0')) as { writes: Write[] };
    const { body } = await call(g.url, 'GET', `/calendar/v3/calendars/${encodeURIComponent(coach)}/events?maxResults=2500`, { as: handOf(run) });
    return {
      coach, clients: this.clients, calendars: [coach, privateOf(run)], calls: g.road.calls, writes, standing: body.items, ...(await this.mails()),
      choices: this.choices, tolerant: this.tolerant, requests: this.requests, isAsked: this.isAsked, mayRepeat: this.mayRepeat,
    };
  }
}
