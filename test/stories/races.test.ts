/** Everybody at once: two hundred clients on one slot, fifty on one hour, a coach of two minds. Requests come over HTTP,
 *  with the limits of production on. */
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import { saveCoach } from '../../src/coach/coach.store.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { tokenHash, tokenOf } from '../../src/mail/link.js';
import { WORKERS } from '../../src/ops/compose.js';
import { dueLoop, FULL_READS, LANES } from '../../src/ops/due-loop.js';
import { inTx } from '../../src/postgres/transaction.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { allMails, decide, decideOnPage, danasSession, expectNothingStuck, linksOf, linkTo, liveHolds, look, MONDAY, offerSam, on, requestOf, standsAt, startsIn, startsOn, subjectsTo, until, wish, worlds, danasSeries } from '../support/story.js';
import { at, DANA, KIM, SAM, ZONE, type World } from '../support/world.js';

const open = worlds();
const client = (n: number): { name: string; email: string } => ({ name: `Client ${n}`, email: `c${n}@client.example` });
/** A caller behind an address of its own, as a proxy in front of Makeway tells it. */
const from = (n: number): Record<string, string> => ({ 'x-forwarded-for': `10.1.${Math.floor(n / 250)}.${1 + (n % 250)}` });

/** Sam's open offer `times` more, each with a client, a request and a link of its own. Answers the links. */
async function offersLikeSams(w: World, times: number): Promise<{ email: string; link: string }[]> {
  const numbers = Array.from({ length: times }, (_, n) => n + 1);
  const id = (kind: string, n: number): string => `${kind}_copy${String(n).padStart(12, '0')}`;
  const links = numbers.map((n) => ({ n, id: id('li', n), token: tokenOf(w.shell.keys, 'pick', id('li', n))?.token ?? '' }));
  const copy = (table: string, which: string, own: string): Promise<unknown> => w.all(`insert into ${table} select copied.*
    from (select x as sams from ${table} x join clients c on c.coach_id = x.coach_id and c.email = :sam join requests r on r.coach_id = c.coach_id and r.client_id = c.id where x.id = any(array[${which}])) original
    cross join generate_series(1, cast(:times as integer)) n cross join lateral jsonb_populate_record(original.sams, ${own}) copied`, { sam: SAM.email, times });
  const idOf = (kind: string): string => `'${kind}_copy' || lpad(n::text, 12, '0')`;
  await copy('clients', 'c.id', `jsonb_build_object('id', ${idOf('cl')}, 'name', 'Client ' || n, 'email', 'c' || n || '@client.example')`);
  await copy('requests', 'r.id', `jsonb_build_object('id', ${idOf('rq')}, 'client_id', ${idOf('cl')})`);
  await copy('resolutions', '(select id from resolutions where request_id = r.id)', `jsonb_build_object('id', ${idOf('rs')}, 'request_id', ${idOf('rq')})`);
  await copy('offers', '(select id from offers where client_id = c.id)', `jsonb_build_object('id', ${idOf('of')}, 'resolution_id', ${idOf('rs')}, 'client_id', ${idOf('cl')})`);
  for (const l of links) {
    await w.all(`insert into links (token_hash, coach_id, id, key_id, purpose, request_id, resolution_id, revision, created_at, expires_at)
      select :hash, coach_id, :id, key_id, purpose, :request, :resolution, revision, created_at, expires_at from links where purpose = 'pick' order by created_at, id limit 1`,
    { hash: tokenHash(l.token), id: l.id, request: id('rq', l.n), resolution: id('rs', l.n) });
  }
  return links.map((l) => ({ email: client(l.n).email, link: `${w.url}/l/${l.token}` }));
}

test('two hundred clients with offers of their own click one slot at one moment: one has it, all others see fresh times', async () => {
  const w = await open();
  await offerSam(w);
  const [slot = MONDAY] = await startsIn(w, SAM.email);
  const people = [{ email: SAM.email, link: await linkTo(w, SAM.email) }, ...(await offersLikeSams(w, 199))];
  const earlier = await allMails(w);
  const body = new URLSearchParams({ start: rfc3339(slot, 'UTC') }).toString();

  const answers = await Promise.all(people.map(async ({ email, link }, n) => {
    const answer = await fetch(link, { method: 'POST', body, headers: { 'content-type': 'application/x-www-form-urlencoded', ...from(n) } });
    return { email, link, status: answer.status, left: answer.headers.get('x-ratelimit-remaining'), page: await answer.text() };
  }));
  await w.settle();

  const [winner, ...more] = answers.filter((a) => a.status === 200);
  if (!winner) throw new Error('nobody has the slot');
  expect(more).toEqual([]);
  // The limits are on, and count each address for itself.
  expect([...new Set(answers.map((a) => a.left))]).toEqual(['599']);
  for (const loser of answers.filter((a) => a !== winner)) {
    expect(loser).toMatchObject({ status: 409, page: expect.stringContaining('was taken a moment ago') as string });
    expect(startsOn(loser.page).length).toBeGreaterThanOrEqual(3);
    expect(startsOn(loser.page)).not.toContain(slot);
  }
  expect(await standsAt(w, slot)).toEqual([winner.email]);
  expect((await w.writes()).filter((x) => x.eventId.startsWith('mk')).map((x) => x.kind)).toEqual(['insert', 'patch']);
  expect(await w.all('select kind from holds')).toHaveLength(1);
  expect(await liveHolds(w)).toEqual([]);
  expect(await w.all('select state, count(*) as n from requests group by state order by state')).toEqual([{ state: 'booked', n: 1 }, { state: 'pending_resolution', n: 199 }]);
  // The winner has Google's invitation, Kim hears of one booking, and nobody else hears anything.
  const mails = (await allMails(w)).slice(earlier.length);
  expect(mails.map((m) => m.to.join()).sort()).toEqual([winner.email, KIM.email].sort());
  expect(mails.find((m) => m.to.includes(winner.email))?.subject).toContain('Invitation');

  // What the others were shown is true: one of them takes it.
  const other = answers.find((a) => a !== winner);
  const [next = MONDAY] = startsOn((await look(other?.link ?? '')).page);
  expect((await w.post(other?.link ?? '', { start: rfc3339(next, 'UTC') })).status).toBe(200);
  await w.settle();
  expect(await standsAt(w, next)).toEqual([other?.email]);
  await expectNothingStuck(w);
});

test('fifty ask for Dana\'s hour at one moment, and Kim would ask Dana for each of them at one moment: one promise, one ask', async () => {
  const w = await open();
  const asked = await Promise.all(Array.from({ length: 50 }, (_, n) => w.request(MONDAY, client(n), {}, from(n))));
  expect(asked.map((a) => [a.status, a.body.state, a.body.pending_reason])).toEqual(asked.map(() => [201, 'pending_resolution', 'taken']));
  await w.settle();
  const links = (await w.mailsTo(KIM.email)).map((m) => linksOf(w, m)[0]?.split('?')[0] ?? '');
  expect(new Set(links).size).toBe(50);

  const answers = await Promise.all(links.map((link) => decide(w, { do: 'option2' }, link)));
  await w.settle();
  expect(answers.map((a) => a.status).sort()).toEqual([200, ...Array.from({ length: 49 }, () => 409)]);
  for (const a of answers.filter((x) => x.status === 409)) expect(a.page).toMatch(/promised to somebody else already/);
  expect(await liveHolds(w)).toHaveLength(1);
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.stringContaining('Could we move')]);
  expect(await w.all(`select state from resolutions`)).toEqual([{ state: 'asked' }]);
  expect(await w.all('select pending_reason, count(*) as n from requests group by 1 order by 1')).toEqual([{ pending_reason: 'asked', n: 1 }, { pending_reason: 'taken', n: 49 }]);
  expect((await w.writes()).filter((x) => x.eventId.startsWith('mk'))).toEqual([]);
  await expectNothingStuck(w);
});

test.each([['ask first', ['option2', 'decline']], ['decline first', ['decline', 'option2']], ['offer and decline', ['option1', 'decline']]])('Kim approves and declines by one link at one moment, again and again (%s): exactly one of them holds', async (_, buttons) => {
  const w = await open({ policy: { asksPerClient: { count: 100, days: 30 } } });
  for (let round = 0; round < 4; round++) {
    const id = await wish(w, MONDAY, client(round));
    const link = await linkTo(w, KIM.email);
    const answers = await Promise.all(buttons.map((button) => decide(w, { do: button }, link)));
    await w.settle();
    // Who came second is shown how things stand, and is not told that their decision counts.
    expect(answers.map((a) => a.status)).toEqual([200, 200]);
    const decided = await w.all<{ what: string }>(`select what from history where request_id = :id and what like 'decided:%'`, { id });
    expect(decided).toHaveLength(1);
    const isDeclined = decided[0]?.what === 'decided: decline';
    expect((await requestOf(w, id))?.state).toBe(isDeclined ? 'declined' : 'pending_resolution');
    expect(await w.all(`select 1 from resolutions where request_id = :id and state = 'asked'`, { id })).toHaveLength(isDeclined ? 0 : 1);
    expect(await liveHolds(w)).toHaveLength(!isDeclined && buttons.includes('option2') ? 1 : 0);
    const session = await danasSession(w);
    if (session) expect(session.invite_sent).toBe(!isDeclined && buttons.includes('option2'));
    const toAsked = await subjectsTo(w, buttons.includes('option2') ? DANA.email : client(round).email);
    if (buttons.includes('option1')) expect(toAsked).toHaveLength(1); // the offer, or the no
    if (!isDeclined) expect((await decideOnPage(w, id, { do: 'decline' })).status).toBe(200);
    await w.settle();
    expect(await liveHolds(w)).toEqual([]);
  }
  expect(await standsAt(w, MONDAY)).toEqual([DANA.email]);
  expect((await w.writes()).filter((x) => x.kind !== 'insert')).toEqual([]);
});

const LEE = { slug: 'lee', name: 'Lee Park', email: 'lee@coach.example' };
const BO = { name: 'Bo Lind', email: 'bo@client.example' };
const stops: (() => Promise<void>)[] = [];
afterEach(async () => { for (const stop of stops.splice(0)) await stop(); });
/** The loops that a daemon does its due work with, until the test ends. */
function startLoops(w: World): void {
  const stop = new AbortController();
  const loops = [LANES, FULL_READS].map((lanes) => dueLoop(w.shell, WORKERS, lanes, w.settings.databaseUrl, pino({ level: 'silent' }), stop.signal));
  stops.push(async () => { stop.abort(); await Promise.all(loops); });
}
/** Coach Lee too, with Bo on that Monday at 13:00. */
async function withLee(): Promise<World> {
  const w = await open({ events: [danasSeries] });
  await w.control('/accounts', { email: LEE.email, name: LEE.name, timeZone: ZONE });
  await w.addEvent({ id: 'boone', summary: 'Bo', start: MONDAY, guests: [BO.email] }, LEE.email);
  await inTx(w.shell.db, 'commit coach', (tx) => saveCoach(tx, { ...LEE, zone: ZONE, policy: {} }, w.now()));
  await walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, LEE.email);
  await w.settle();
  return w;
}
/** The whole story with Lee, by clicks, while the loops do what is due: Alex wants Bo's time, Bo moves, Alex lands. */
async function leesStory(w: World): Promise<void> {
  const alex = { name: 'Alex Roy', email: 'alex@client.example' };
  const asked = await w.request(MONDAY, alex, { coach: LEE.slug });
  expect(asked.status).toBe(201);
  const mailed = (email: string): Promise<string> => until(`a mail to ${email}`, async () => (await w.mailsTo(email)).map((m) => linksOf(w, m)[0]?.split('?')[0]).filter((l) => l !== undefined).at(-1) ?? null);
  expect((await decide(w, { do: 'option2' }, await mailed(LEE.email))).status).toBe(200);
  const bos = await mailed(BO.email);
  expect((await w.post(bos, { start: rfc3339(at(MONDAY, 1), 'UTC') })).status).toBe(200);
  await until('Alex is booked', async () => (await requestOf(w, asked.body.id))?.state === 'booked');
  expect((await w.inGoogle(MONDAY, 1, LEE.email)).map((e) => e.attendees?.map((a) => a.email).join())).toEqual([alex.email]);
  expect((await w.inGoogle(at(MONDAY, 1), 1, LEE.email)).map((e) => e.attendees?.map((a) => a.email).join())).toEqual([BO.email]);
  await until('Alex and Lee were told', async () => (await w.mailsTo(alex.email)).length === 1 && (await w.mailsTo(LEE.email)).length === 2);
}

test('while Google answers nothing about Kim, and more of her bookings are under way than there are slots for such work, Lee\'s whole story goes on', async () => {
  const w = await withLee();
  // Six bookings whose insert Google refused once: they are due again, in the loops' own slots.
  await w.control('/rules', { account: KIM.email, kind: 'events.insert', times: 6, status: 503, reason: 'backendError' });
  const kims = await Promise.all([9, 10, 11, 12, 15, 16].map((hour, n) => w.request(on(1, `${String(hour).padStart(2, '0')}:00`), client(n))));
  expect(kims.map((k) => k.body.state)).toEqual(kims.map(() => 'booking'));
  const { id } = await w.control('/rules', { account: KIM.email, mode: 'hold', forever: true });
  w.setNow(at(w.now(), 1 / 60));
  await w.control('/clock', { offsetMs: w.now() - Date.now() });
  startLoops(w);
  const held = async (): Promise<number> => Number((await w.control('/rules')).held);
  await until('Kim\'s calls wait', async () => (await held()) > 0);
  await leesStory(w);
  expect(await held()).toBeGreaterThan(0);
  expect(await w.all(`select 1 from requests where state = 'booking'`)).toHaveLength(6);
  // And then Google speaks of Kim again.
  await fetch(`${w.emulator.url}/control/rules?id=${String(id)}`, { method: 'DELETE' });
  await until('Kim\'s clients are booked, too', async () => (await w.all(`select 1 from requests where state = 'booked'`)).length === 7);
});

test('while Kim\'s row is locked, Lee\'s whole story goes on', async () => {
  const w = await withLee();
  startLoops(w);
  const lock = await w.shell.db.transaction();
  await lock.raw('select 1 from coaches where id = ? for update', [w.coachId]);
  const kims = [1, 2, 3].map((n) => w.request(on(1, '10:00'), client(n)));
  await until('Kim\'s clients wait', async () => (await w.all(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).length === 3);
  await leesStory(w);
  expect(await w.all(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).toHaveLength(3);
  await lock.rollback();
  expect((await Promise.all(kims)).map((k) => k.body.state).sort()).toEqual(['booked', 'pending_resolution', 'pending_resolution']);
  await until('the two have their turn', async () => (await w.all(`select 1 from requests where pending_reason = 'taken'`)).length === 2);
  await expectNothingStuck(w);
});
