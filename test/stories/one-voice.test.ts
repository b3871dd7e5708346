/** One voice (design, section 5): whoever is a guest hears of a time from Google, anybody else from us, and nobody twice. Where the
 *  mail is ours, the calendar entry is in it: one UID for the session's life, a rising SEQUENCE. */
import ICAL from 'ical.js';
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/kernel/interval.js';
import { allMails, askDana, choose, danasSession, decide, DANAS_INSTANCE, expectLanded, keep, MONDAY, offerSam, on, pick, startsIn, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const ALEX = { name: 'Alex Lind', email: 'alex@client.example' };
const TITLED = { id: 'danatitled', summary: 'Dana 13h', start: MONDAY };

interface Told { readonly by: 'google' | 'us'; readonly method: string; readonly uid: string; readonly sequence: number; readonly start: Instant }
/** The calendar entries that somebody's mails carried, in order. */
async function toldTo(w: World, email: string): Promise<Told[]> {
  return (await allMails(w)).filter((m) => m.to.includes(email)).flatMap((m) => m.attachments.filter((a) => a.contentType === 'text/calendar').map((a) => {
    const calendar = new ICAL.Component(ICAL.parse(a.text ?? '') as unknown[]);
    const [event] = calendar.getAllSubcomponents('vevent');
    if (!event) throw new Error('a calendar part without an event');
    return {
      by: m.messageId.endsWith('@makeway.example>') ? 'us' as const : 'google' as const, method: String(calendar.getFirstPropertyValue('method')), uid: String(event.getFirstPropertyValue('uid')),
      sequence: Number(event.getFirstPropertyValue('sequence')), start: (event.getFirstPropertyValue('dtstart') as ICAL.Time).toJSDate().getTime() as Instant,
    };
  }));
}
const brief = async (w: World, email: string): Promise<string[]> => (await toldTo(w, email)).map((t) => `${t.by}: ${t.method} ${String((t.start - MONDAY) / 3_600_000)} h`);

/** Dana, known by her title, has moved from 13:00 to 14:00 and was told by us. */
async function danaMoved(): Promise<World> {
  const w = await open({ events: [TITLED], policy: { asksPerClient: { count: 9, days: 30 } } });
  await askDana(w, { address: DANA.email, client_name: DANA.name });
  await choose(w, at(MONDAY, 1));
  await w.settle();
  return w;
}
/** Somebody wants her new time, and she is asked again. */
async function askedAgain(w: World): Promise<void> {
  await wish(w, at(MONDAY, 1), ALEX);
  expect((await decide(w, { do: 'option2' })).status).toBe(200);
  await w.settle();
}

describe('every course tells each person of each time once, in one voice', () => {
  const COURSES: readonly [string, () => Promise<World>, Readonly<Record<string, readonly string[]>>][] = [
    ['a guest moves', async () => { const w = await open(); await askDana(w); await choose(w, at(MONDAY, 1)); return w; }, { [DANA.email]: ['google: REQUEST 1 h'], [SAM.email]: ['google: REQUEST 0 h'] }],
    ['who is known by a title moves', danaMoved, { [DANA.email]: ['us: REQUEST 1 h'], [SAM.email]: ['google: REQUEST 0 h'] }],
    ['a guest keeps the time', async () => { const w = await open(); await askDana(w); await keep(w); return w; }, { [DANA.email]: [], [SAM.email]: [] }],
    ['the incoming client picks another time', async () => { const w = await open(); await offerSam(w); await pick(w, (await startsIn(w, SAM.email))[0] ?? MONDAY); return w; }, { [DANA.email]: [], [SAM.email]: ['google: REQUEST'] }],
    ['a free time', async () => { const w = await open(); await wish(w, on(0, '15:00')); return w; }, { [DANA.email]: [], [SAM.email]: ['google: REQUEST 2 h'] }],
    ['booked by hand', async () => { const w = await open(); await wish(w); await decide(w, { do: 'manual', start: new Date(on(0, '15:00')).toISOString() }); return w; }, { [DANA.email]: [], [SAM.email]: ['google: REQUEST 2 h'] }],
    ['declined', async () => { const w = await open(); await wish(w); await decide(w, { do: 'decline' }); return w; }, { [DANA.email]: [], [SAM.email]: [] }],
    ['the coach drags a guest away without notices', async () => { const w = await open(); await askDana(w); await w.moveTo(DANAS_INSTANCE, on(2, '11:00')); await w.pass(30_000); await w.pass(60_000); return w; }, { [DANA.email]: [], [SAM.email]: ['google: REQUEST 0 h'] }],
  ];
  test.each(COURSES)('%s', async (_what, course, expected) => {
    const w = await course();
    await w.settle();
    for (const [email, told] of Object.entries(expected)) {
      const seen = await brief(w, email);
      expect(seen, email).toHaveLength(told.length);
      for (const [i, words] of told.entries()) expect(seen[i]?.startsWith(words), `${email}: ${seen.join(', ')}`).toBe(true);
    }
    expect(await toldTo(w, KIM.email)).toEqual([]);
    // A second letter of ours would be another kind: nothing of ours says what Google's mail says.
    const ours = (await allMails(w)).filter((m) => m.messageId.endsWith('@makeway.example>') && /has a new time/.test(m.subject));
    expect(ours.flatMap((m) => m.to)).toEqual(expected[DANA.email]?.some((t) => t.startsWith('us')) ? [DANA.email] : []);
  });
});

describe('the entry in our mail', () => {
  test('names Kim and Dana, and nobody else', async () => {
    const w = await danaMoved();
    const [mail] = (await allMails(w)).filter((m) => m.to.includes(DANA.email) && m.attachments.length > 0);
    const text = mail?.attachments[0]?.text ?? '';
    expect(text).toContain(`SUMMARY:Session with ${KIM.name}`);
    expect(text.replace(/\r\n /g, '')).toContain(`mailto:${DANA.email}`);
    expect(text).not.toMatch(/Sam|Ortiz|13h|re_|kim@/);
  });

  test('moved again: the same UID, the next SEQUENCE', async () => {
    const w = await danaMoved();
    await askedAgain(w);
    const [slot = MONDAY] = await startsIn(w, DANA.email);
    await choose(w, slot);
    await w.settle();
    const told = await toldTo(w, DANA.email);
    expect(told.map((t) => [t.method, t.sequence, t.start])).toEqual([['REQUEST', 0, at(MONDAY, 1)], ['REQUEST', 1, slot]]);
    expect(new Set(told.map((t) => t.uid)).size).toBe(1);
  });

  test('deleted by the coach while she is asked again: the last word takes it out of her calendar', async () => {
    const w = await danaMoved();
    await askedAgain(w);
    await w.deleteEvent(TITLED.id);
    await w.pass(30_000);
    await w.pass(60_000);
    const [first, last, ...more] = await toldTo(w, DANA.email);
    expect(more).toEqual([]);
    expect(last).toMatchObject({ by: 'us', method: 'CANCEL', uid: first?.uid, sequence: 1 });
    expect((await w.mailsTo(DANA.email)).at(-1)?.text).toContain('It no longer stands in Kim Berger’s calendar');
  });

  test('dragged by the coach while she is asked again: the last word puts it right', async () => {
    const w = await danaMoved();
    await askedAgain(w);
    await w.moveTo(TITLED.id, on(2, '11:00'));
    await w.pass(30_000);
    await w.pass(60_000);
    const told = await toldTo(w, DANA.email);
    expect(told.map((t) => [t.method, t.sequence, t.start])).toEqual([['REQUEST', 0, at(MONDAY, 1)], ['REQUEST', 1, on(2, '11:00')]]);
    expect((await danasSession(w))?.scheduled_at).toBe(on(2, '11:00'));
  });

  test('kept where it was told: no entry again', async () => {
    const w = await danaMoved();
    await askedAgain(w);
    await decide(w, { do: 'decline' }, (await linkOfAlex(w)));
    await w.settle();
    expect(await toldTo(w, DANA.email)).toHaveLength(1);
  });

  test('the answer of the mail server is lost: the same entry goes again, under the same SEQUENCE', async () => {
    const w = await open({ events: [TITLED] });
    const id = await askDana(w, { address: DANA.email, client_name: DANA.name });
    w.catcher.setRefusing('lose-answer');
    await choose(w, at(MONDAY, 1));
    await w.settle();
    w.catcher.setRefusing('no');
    await w.pass(2_000);
    await w.pass(10_000);
    await expectLanded(w, id, MONDAY);
    const copies = (await w.mailsTo(DANA.email)).filter((m) => m.attachments.length > 0);
    expect(copies.length).toBeGreaterThan(1);
    expect(new Set(copies.map((m) => m.messageId)).size).toBe(1);
    expect(new Set(copies.map((m) => m.attachments[0]?.text)).size).toBe(1);
  });
});

/** Kim's newest decision link. */
const linkOfAlex = async (w: World): Promise<string> => {
  const mail = (await w.mailsTo(KIM.email)).filter((m) => m.subject.includes('asks for')).at(-1);
  return /href="([^"?]+)/.exec(mail?.html ?? '')?.[1] ?? '';
};

test('one request is one conversation: each mail answers the one before, and names all of them', async () => {
  const w = await open();
  await askDana(w);
  await w.pass(60_000);
  await keep(w);
  await w.pass(60_000);
  await decide(w, { do: 'option1' });
  await w.pass(60_000);
  await pick(w, (await startsIn(w, SAM.email))[0] ?? MONDAY);
  await w.settle();
  const mails = await w.mailsTo(KIM.email);
  expect(mails.length).toBeGreaterThanOrEqual(3);
  for (const [i, mail] of mails.entries()) {
    const before = mails.slice(0, i).map((m) => m.messageId);
    expect(mail.headers['in-reply-to']).toBe(before.at(-1));
    expect(mail.headers.references).toBe(i === 0 ? undefined : before.join(' '));
  }
});
