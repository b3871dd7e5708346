/** The booking and the status page tell nothing of what stands in the coach's calendar: every kind of busy is the same bytes. */
import { expect, test } from 'vitest';
import { HOUR, plus } from '../../src/kernel/interval.js';
import { rfc3339, wallClock } from '../../src/kernel/zone.js';
import { inTx } from '../../src/postgres/transaction.js';
import { setPolicy } from '../../src/coach/coach.store.js';
import { walkThroughConsent } from '../../src/sandbox/browser.js';
import { REASON_IN_WORDS, type PendingReason } from '../../src/requests/request.js';
import { reserve } from '../../src/slots/hold.store.js';
import type { RequestId } from '../../src/kernel/ids.js';
import { askDana, look, MONDAY, on, startsOn, wish, worlds } from '../support/story.js';
import { leave, openForm, visit, words } from '../support/visitor.js';
import { DANA, KIM, SAM, ZONE, type World } from '../support/world.js';

const open = worlds();
const dayOf = (start: number): string => wallClock(start as typeof MONDAY, ZONE).date;
/** All that the public sees of a day: the month, the day, and the form behind 13:00 there; without the form's own stamp. */
async function publicBytes(w: World, days: number): Promise<string> {
  const day = dayOf(on(days, '12:00'));
  const pages = [await visit(w, { month: day.slice(0, 7) }), await visit(w, { day }), await openForm(w, on(days, '13:00'))];
  expect(pages.map((p) => p.status)).toEqual([200, 200, 200]);
  return pages.map((p) => p.page.replace(/name="stamp" value="[^"]*"/, '')).join('\n');
}
const NOW = plus(on(-3, '08:00'), 0);

test('a day reads the same whatever takes 13:00: a session, a group, a private appointment, another calendar, a tentative event, a reservation', async () => {
  const at13 = on(1, '13:00');
  const times = { start: { dateTime: rfc3339(at13, ZONE) }, end: { dateTime: rfc3339(plus(at13, HOUR), ZONE) } };
  const causes: readonly [string, 'own' | 'family', Record<string, unknown>][] = [
    ['a session', 'own', { summary: 'Eva Lind: coaching', attendees: [{ email: 'eva@client.example' }] }],
    ['a group', 'own', { summary: 'Group', attendees: [{ email: 'eva@client.example' }, { email: 'ole@client.example' }] }],
    ['a private appointment', 'own', { summary: 'Dentist', visibility: 'private', description: 'root canal' }],
    ['a title alone', 'own', { summary: 'Eva 13h' }],
    ['a tentative event', 'own', { summary: 'Perhaps', status: 'tentative' }],
    ['another calendar', 'family', { summary: 'School play' }],
  ];
  const seen = new Map<string, string>();
  for (const [name, where, body] of causes) {
    const w = await open({ events: [], now: NOW });
    const calendar = where === 'own' ? KIM.email : ((await (await w.google(KIM.email, 'POST', '/calendars', { summary: 'Family' })).json()) as { id: string }).id;
    expect((await w.google(KIM.email, 'POST', `/calendars/${encodeURIComponent(calendar)}/events`, { ...body, ...times })).status).toBe(200);
    await walkThroughConsent(`${w.url}/auth/google?connect=1&to=/pending`, KIM.email);
    await w.settle();
    await w.shell.db.raw('update calendars set wake_at = ?', [new Date(NOW)]);
    await w.settle();
    seen.set(name, await publicBytes(w, 1));
  }
  // A reservation inside Makeway, for a request that is about another day.
  const w = await open({ events: [], now: NOW });
  const free = await publicBytes(w, 1);
  const rq = (await w.request(on(6, '10:00'))).body.id as RequestId;
  await inTx(w.shell.db, 'commit receive', (tx) => reserve(tx, { coachId: w.coachId, requestId: rq, kind: 'choice', interval: { start: at13, end: plus(at13, HOUR) } }, w.now()));
  seen.set('a reservation', await publicBytes(w, 1));

  const first = seen.get('a session') ?? '';
  expect(first).not.toBe(free);
  for (const [name, bytes] of seen) expect(bytes === first, name).toBe(true);
  expect(seen.size).toBe(7);
  expect(first).not.toMatch(/Eva|Dentist|root canal|School|Group|Perhaps|Dana/);
});

test('Monday reads the same before and while Dana is asked, and while the time is promised', async () => {
  const w = await open();
  const before = await publicBytes(w, 0);
  await wish(w);
  expect(await publicBytes(w, 0)).toBe(before);
  const v = await open();
  await askDana(v);
  expect((await visit(v, { day: dayOf(MONDAY) })).page).toBe((await visit(w, { day: dayOf(MONDAY) })).page);
});

test('a full day reads the same by a limit and by an event over all of it', async () => {
  const [full, limited] = [await open({ events: [{ summary: 'Trip', start: on(1, '09:00'), hours: 8 }] }), await open({ events: [{ summary: 'Eva', start: on(1, '13:00'), guests: ['eva@client.example'] }] })];
  await inTx(limited.shell.db, 'commit coach', (tx) => setPolicy(tx, limited.coachId, { maxPerDay: 1 }));
  limited.setNow(full.now());
  const day = dayOf(on(1, '12:00'));
  const page = (await visit(full, { day })).page;
  expect(startsOn(page).length).toBeGreaterThan(10);
  expect((await visit(limited, { day })).page).toBe(page);
});

test('while nobody can look, nothing is free, every working time can be asked for, and no page tells why', async () => {
  const w = await open({ events: [] });
  const day = dayOf(on(1, '12:00'));
  const usual = startsOn((await visit(w, { day })).page);
  const pages: string[] = [];
  for (const [hurt, mend] of [
    [`update calendars set frozen_at = :at, freeze_reason = 'nearly emptied'`, 'update calendars set frozen_at = null, freeze_reason = null'],
    ['update calendars set last_full_at = null', 'update calendars set last_full_at = :at'],
    [`update calendars set access_role = 'reader'`, `update calendars set access_role = 'owner'`],
    [`update grants set state = 'broken', broken_at = :at, broken_reason = 'revoked'`, `update grants set state = 'active', broken_at = null, broken_reason = null`],
  ] as const) {
    const when = { at: new Date(w.now()) };
    await w.shell.db.raw(hurt, hurt.includes(':at') ? when : {});
    pages.push((await visit(w, { day })).page + (await visit(w)).page);
    await w.shell.db.raw(mend, mend.includes(':at') ? when : {});
  }
  expect(new Set(pages).size).toBe(1);
  expect(pages[0]).not.toContain('Free times');
  expect(words(pages[0] ?? '')).toContain('No time is free at the moment.');
  expect(startsOn(pages[0] ?? '')).toEqual([...usual].sort((a, b) => a - b));
  expect(words((await visit(w, { day })).page)).toContain('Free times');
});

test('the answer to the form is the same for a client of the coach, for a stranger, and when no more mail goes out', async () => {
  const w = await open();
  await wish(w, MONDAY, SAM);
  const answers: string[] = [];
  for (const email of [DANA.email, SAM.email, KIM.email, 'nobody@client.example', 'NOBODY@client.example']) {
    const sent = await leave(w, on(2, '10:00'), { name: 'X', email });
    answers.push(`${String(sent.status)} ${sent.page.replaceAll(email.toLowerCase(), 'E')}`);
  }
  expect(new Set(answers).size).toBe(1);
  await w.settle();
  // One mail to each address: the same wish once more is the same wish.
  for (const email of [DANA.email, 'nobody@client.example']) expect(await w.mailsTo(email)).toHaveLength(1);
});

test('the status page is the same bytes for every reason for which a request waits, but that other times are offered, and that it is being booked', async () => {
  const w = await open();
  const { body } = await w.request(MONDAY);
  const pages = new Map<string, string[]>();
  for (const reason of Object.keys(REASON_IN_WORDS) as PendingReason[]) {
    await w.shell.db.raw('update requests set pending_reason = ?, revision = revision + 1', [reason]);
    const { page } = await look(String(body.status_url));
    pages.set(page, [...(pages.get(page) ?? []), reason]);
  }
  const apart = [...pages.values()].filter((reasons) => reasons.length === 1).flat().sort();
  expect(apart).toEqual(['landing', 'offered']);
  expect(pages.size).toBe(3);
});
