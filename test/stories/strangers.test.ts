/** Invariant 10: no client learns the other's name, address, title, wish or existence, wherever it could slip through. */
import { expect, test } from 'vitest';
import { DAY } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { allMails, choose, decide, expectLanded, linksOf, linkTo, MONDAY, on, startsIn, wish, worlds } from '../support/story.js';
import { at, KIM, type World } from '../support/world.js';

const open = worlds();
// Each name, address and title carries a word that occurs nowhere else.
const INCOMING = { name: 'Quillon Zephyrworth', email: 'inzq@marmalade.example' };
const EXISTING = { name: 'Brunhild Oakenfold', email: 'exbo@cinnamon.example' };
const INCOMING_MARKS = ['quillon', 'zephyrworth', 'inzq', 'marmalade', 'xylophone'];
const EXISTING_MARKS = ['brunhild', 'oakenfold', 'exbo', 'cinnamon', 'tambourine'];
const BYSTANDER_MARKS = ['lavender', 'periwinkle'];
const SERIES = { id: 'seconddanas', summary: 'Tambourine Brunhild Oakenfold', start: on(-28, '13:00'), guests: [EXISTING.email], rule: 'RRULE:FREQ=WEEKLY;BYDAY=MO' };
const OTHERS = [{ summary: 'Lavender', start: on(0, '15:00'), guests: ['periwinkle@client.example'] }, { summary: 'Lavender lunch', start: on(0, '12:00') }];

const found = (text: string, marks: readonly string[]): string[] => marks.filter((m) => text.toLowerCase().includes(m));
/** Quoted-printable, base64 and percent-encoding hide words: a text is searched as it came and as it reads. */
const readings = (text: string): string => [text, decodeURIComponentSafely(text), ...[...text.matchAll(/[A-Za-z0-9+/_-]{12,}={0,2}/g)].map((m) => Buffer.from(m[0], 'base64').toString('latin1'))].join('\n');
const decodeURIComponentSafely = (text: string): string => text.replace(/(%[0-9a-f]{2})+/gi, (hex) => Buffer.from(hex.replaceAll('%', ''), 'hex').toString('latin1'));

/** All that reaches a person: mails with headers, subjects, links and attachments; the pages behind the links; their copies of events. */
async function reaches(w: World, email: string): Promise<string> {
  const mails = (await allMails(w)).filter((m) => m.to.includes(email));
  const parts = [JSON.stringify(mails)];
  for (const link of mails.flatMap((m) => linksOf(w, m))) {
    for (const each of [link, link.split('?')[0] ?? link]) {
      const answer = await fetch(each);
      parts.push(JSON.stringify([...answer.headers]), await answer.text());
    }
  }
  await w.control('/accounts', { email, name: 'A client', timeZone: w.zone });
  const query = new URLSearchParams({ timeMin: rfc3339(at(MONDAY, -24 * 40), 'UTC'), timeMax: rfc3339(at(MONDAY, 24 * 60), 'UTC') });
  for (const single of ['true', 'false']) parts.push(await (await w.google(email, 'GET', `/calendars/${encodeURIComponent(email)}/events?${query.toString()}&singleEvents=${single}`)).text());
  return readings(parts.join('\n'));
}
async function expectStrangers(w: World): Promise<void> {
  const toIncoming = await reaches(w, INCOMING.email);
  const toExisting = await reaches(w, EXISTING.email);
  expect(found(toIncoming, [...EXISTING_MARKS, ...BYSTANDER_MARKS]), 'reached the incoming client').toEqual([]);
  expect(found(toExisting, [...INCOMING_MARKS, ...BYSTANDER_MARKS]), 'reached the existing client').toEqual([]);
  // Neither a coach's link nor an id that tells of another request.
  const ids = (await w.all<{ id: string }>('select id from requests')).map((r) => r.id.replace(/^[a-z]+_/, ''));
  expect(found(toExisting, ids)).toEqual([]);
  const coachLinks = (await allMails(w)).filter((m) => m.to.includes(KIM.email)).flatMap((m) => linksOf(w, m)).map((l) => (l.split('/l/')[1] ?? l).split('?')[0] ?? l);
  expect(found(toIncoming + toExisting, coachLinks.map((l) => l.toLowerCase()))).toEqual([]);
  for (const secret of [toExisting]) expect(secret).not.toMatch(/pending_reschedule|urgent|another client|somebody else/i);
}
const aStory = (): Promise<World> => open({ events: [SERIES, ...OTHERS] });
const incomingAsks = (w: World): Promise<string> => wish(w, MONDAY, INCOMING, { session_type: 'Xylophone' });

test('option 2 from the ask to the landing', async () => {
  const w = await aStory();
  for (const who of [INCOMING, EXISTING]) await w.control('/accounts', { email: who.email, name: 'A client', timeZone: w.zone });
  const id = await incomingAsks(w);
  await decide(w, { do: 'option2' });
  await w.settle();
  await expectStrangers(w);
  await w.pass(DAY / 2);
  const [slot] = await startsIn(w, EXISTING.email);
  const page = await choose(w, slot ?? MONDAY, EXISTING.email);
  expect(found(page.page, INCOMING_MARKS)).toEqual([]);
  await w.settle();
  await expectLanded(w, id, MONDAY, INCOMING.email);
  await expectStrangers(w);
});

test('a lost choice, a keep, then other times for the incoming client, and a booking', async () => {
  const w = await aStory();
  const id = await incomingAsks(w);
  await decide(w, { do: 'option2' });
  await w.settle();
  const [lost] = await startsIn(w, EXISTING.email);
  await w.addEvent({ summary: 'Lavender again', start: lost ?? MONDAY });
  const page = await choose(w, lost ?? MONDAY, EXISTING.email);
  expect(found(page.page, [...INCOMING_MARKS, ...BYSTANDER_MARKS])).toEqual([]);
  const kept = await w.post(await linkTo(w, EXISTING.email), { keep: '1' });
  expect(found(await kept.text(), INCOMING_MARKS)).toEqual([]);
  await w.settle();
  await decide(w, { do: 'option1' });
  await w.settle();
  await expectStrangers(w);
  const [slot] = await startsIn(w, INCOMING.email);
  await choose(w, slot ?? MONDAY, INCOMING.email);
  await w.settle();
  await expectLanded(w, id, slot ?? MONDAY, INCOMING.email);
  await expectStrangers(w);
});

test('declined while the existing client is asked: "nothing to do any more" tells nothing, and the no gives no reason', async () => {
  const w = await aStory();
  const id = await incomingAsks(w);
  await decide(w, { do: 'option2' });
  await w.settle();
  await w.moveTo(`seconddanas_${new Date(MONDAY).toISOString().replace(/[-:]|\.000/g, '')}`, on(2, '11:00'));
  await w.pass(30_000);
  await w.pass(60_000);
  await expectLanded(w, id, MONDAY, INCOMING.email);
  await expectStrangers(w);
});

test('the API tells the incoming client\'s program nothing of who sits there', async () => {
  const w = await aStory();
  const answer = await w.request(MONDAY, INCOMING);
  expect(found(JSON.stringify(answer), [...EXISTING_MARKS, ...BYSTANDER_MARKS])).toEqual([]);
  const shown = await fetch(`${w.url}/api/v1/booking-requests/${answer.body.id}`, { headers: { authorization: `Bearer ${w.apiKey}` } });
  expect(found(await shown.text(), EXISTING_MARKS)).toEqual([]);
  // Only the owner's own time is told apart; another spelling of a stranger's is not.
  const busy = await w.request(on(0, '15:00'), { name: 'Another', email: 'another@client.example' });
  const taken = await w.request(on(7, '13:00'), { name: 'Another', email: 'another@client.example' });
  const shape = (b: Record<string, unknown>): unknown => ({ ...b, id: 0, status_url: 0, wanted_starts: 0, wanted_start: 0, created_at: 0 });
  expect(shape(busy.body)).toEqual(shape(taken.body));
});

test('names, addresses and titles are nowhere in history, job log or finished outbox rows', async () => {
  const w = await aStory();
  await incomingAsks(w);
  await decide(w, { do: 'option2' });
  await w.settle();
  await w.post(await linkTo(w, EXISTING.email), { keep: '1' });
  await w.settle();
  for (const table of ['history', 'job_runs', 'outbox', 'links', 'resolutions', 'offers', 'holds', 'google_writes', 'landings']) {
    const rows = JSON.stringify(await w.all(`select * from ${table}`)).toLowerCase();
    expect(found(rows, [...INCOMING_MARKS, ...EXISTING_MARKS, ...BYSTANDER_MARKS]), table).toEqual([]);
  }
});
