/** The end of a history: faults end, everything that was begun comes to its end, and the wanted times pass. */
import { QUEUES } from '../../src/work/claim.js';
import { call } from '../mirror/converge-call.js';
import { count } from '../mirror/converge-tally.js';
import { differences } from '../mirror/converge-truth.js';
import { HOUR_MS } from './model-cast.js';
import { strangers } from './model-invariants.js';
import { inserts, requestIn, type Seen } from './model-seen.js';
import type { Stage } from './model-stage.js';

interface Busy { readonly what: string; readonly wake: number | null; readonly lease: number | null; readonly error: string | null }

/** Time goes on until nothing is being written, moved or mailed, and every calendar was read. */
export async function comeToRest(t: Stage): Promise<void> {
  const { g } = t;
  await g.control('DELETE', '/rules');
  g.ours.setRefusing('no');
  const quietMs = g.now();
  for (let round = 0; ; round++) {
    await t.a.work(8);
    const busy = await t.all<Busy>(`
      select 'landing ' || state as what, wake_at as wake, lease_until as lease, last_error as error from landings where state in ('intended', 'inserted', 'verified')
      union all select 'resolution ' || state, wake_at, lease_until, last_error from resolutions where state in ('chosen', 'moved')
      union all select 'letter ' || letter, wake_at, lease_until, last_error from outbox where state = 'waiting'
      union all select 'calendar', wake_at, lease_until, last_error from calendars where last_pull_at is null or last_pull_at < :quiet or last_error is not null
      ${QUEUES.map((q) => `union all select '${q}', wake_at, lease_until, last_error from ${q} where lease_until > :now or wake_at <= :now`).join(' ')}`, { quiet: new Date(quietMs), now: new Date(g.now()) });
    if (busy.length === 0) return;
    // What is due may still wait for a lease: of one that died, for example.
    const ahead = busy.flatMap((r) => [r.wake ?? 0, r.lease ?? 0]).filter((ms) => ms > g.now()), next = ahead.length > 0 ? Math.min(...ahead) : g.now();
    if (round > 80 || next > quietMs + 4 * HOUR_MS) throw new Error(`not at rest after ${round} rounds, ${(next - quietMs) / HOUR_MS} h ahead: ${JSON.stringify(busy)}`);
    await g.setClock(next + 50);
  }
}

/** What must be so at rest, beside the invariants; breaches in words. */
export async function atRest(t: Stage, s: Seen): Promise<string[]> {
  return [...(await nothingIsStuck(t)), ...(await toldAsItIs(t, s)), ...(await differences(t.g.db, { url: t.g.url, coach: t.coach, coachId: t.coachId, nowMs: t.g.now(), untilMs: t.g.now() + 60 * 24 * HOUR_MS, isExact: false, doubtful: new Set() })).map((line) => `the mirror: ${line}`), ...(await strangersOnCalendars(t, s))];
}

/** 6: every open request has a next wake-up and stands on the pending page; nothing waits for what has ended. */
async function nothingIsStuck(t: Stage): Promise<string[]> {
  const { page } = await t.visit('GET', '/pending'), now = new Date(t.g.now());
  const open = await t.all<{ id: string; state: string; pending_reason: string | null; wake_at: number | null; lives: number; held: boolean }>(`
    select r.id, r.state, r.pending_reason, r.wake_at, (select count(*) from resolutions x where x.request_id = r.id and x.state = 'asked' and x.wake_at > :now) as lives,
      exists (select 1 from holds h where h.request_id <> r.id and h.released_at is null and h.period && tstzrange(r.wanted_at, r.wanted_at + make_interval(mins => r.length_minutes))) as held
    from requests r where state in ('pending_resolution', 'booking')`, { now });
  return open.flatMap((r) => {
    const reason = r.pending_reason ?? '';
    count(`at rest: ${r.state} ${reason}`);
    return [
      ...(r.state === 'booking' || ['moving', 'landing'].includes(reason) ? ['nothing goes on'] : []),
      ...(r.wake_at === null || r.wake_at <= t.g.now() ? ['no next wake-up'] : []),
      ...(['asked', 'offered'].includes(reason) && r.lives !== 1 ? ['nobody is asked'] : []),
      ...(reason === 'promised' && !r.held ? ['promised to nobody'] : []),
      ...(page.includes(`/pending/${r.id}`) ? [] : ['not on the pending page']),
    ].map((fault) => `${r.id} ${r.state} ${reason}: ${fault}`);
  });
}

/** What programs are told of a request is what stands in Google, unless the coach has touched it since. */
async function toldAsItIs(t: Stage, s: Seen): Promise<string[]> {
  const found: string[] = [];
  for (const { id } of t.requests) {
    const { body } = await t.api('GET', `/${id}`);
    const mine = inserts(s).filter((c) => requestIn(c.body) === id).map((c) => String(c.body.id));
    const stands = s.standing.filter((e) => mine.includes(e.id)), touched = s.writes.some((w) => mine.includes(w.eventId) && w.account !== s.coach);
    if (body.state !== 'booked' && stands.length > 0) found.push(`${id} is ${String(body.state)}, and stands in Google`);
    if (body.state === 'booked' && stands.length !== 1 && !touched) found.push(`${id} is booked, and does not stand in Google`);
  }
  return found;
}

/** 10, in the copies on the clients' own calendars. */
async function strangersOnCalendars(t: Stage, s: Seen): Promise<string[]> {
  const copies = new Map<string, string>();
  for (const { email } of t.clients) copies.set(email, JSON.stringify((await call(t.g.url, 'GET', `/calendar/v3/calendars/${encodeURIComponent(email)}/events?showDeleted=true`, { as: email })).body));
  return strangers(s, copies);
}

/** All wanted times pass. What is still open then is told; what happened goes into the tally. */
export async function passAll(t: Stage): Promise<string[]> {
  // A question that ends then may be followed by an offer of other times, which lives for a day.
  for (const days of [25, 1, 1]) {
    await t.g.setClock(t.g.now() + days * 24 * HOUR_MS + HOUR_MS);
    await comeToRest(t);
  }
  const left = await t.all<{ what: string }>(`select 'request ' || state || ' ' || coalesce(pending_reason, '') as what from requests where state in ('pending_resolution', 'booking')
    union all select 'resolution ' || state from resolutions where state not in ('landed', 'ended') union all select 'hold ' || kind from holds where released_at is null`);
  for (const r of await t.all<{ state: string; n: number }>('select state, count(*) as n from requests group by 1')) count(`end: ${r.state}`, r.n);
  for (const r of await t.all<{ what: string; n: number }>(`select option || ' ' || state || ' ' || coalesce(end_reason, '') as what, count(*) as n from resolutions group by 1`)) count(`attempt: option ${r.what.trim()}`, r.n);
  for (const w of (await t.seen()).writes.filter((x) => x.account === t.coach)) count(`written by us: ${w.kind}${w.kind === 'patch' ? (w.before?.start === w.after?.start ? ' of a guest' : ' of a time') : ''}`);
  const { requests } = (await t.g.control('GET', '/log?since=0')) as { requests: { rule?: number; status: number; reason?: string; kind: string }[] };
  for (const r of requests) if (r.rule !== undefined) { count(`fault at ${r.kind}`); count(`fault: ${r.reason ?? 'cut off'}`); }
  return left.map((r) => `left over: ${r.what}`);
}
