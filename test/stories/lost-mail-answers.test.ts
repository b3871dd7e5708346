/** Invariant 4, mail: the server takes a letter and the connection breaks before it can say so. For each letter there is: the same
 *  message goes once more, under its one Message-ID, word for word, and nothing else is different for the lost answer. */
import { expect, test } from 'vitest';
import { DAY, instant, MINUTE } from '../../src/kernel/interval.js';
import { allMails, askDana, choose, decide, decideOnPage, expectNothingStuck, holdCall, keep, linkTo, MONDAY, offerSam, PATCHES, requestOf, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();
const TWO = at(MONDAY, 1);

/** `until`: what has happened before. `act`: what makes the letter due, and does what is due. `rewritten`: a letter whose second copy
 *  tells of what came to light meanwhile; a letter is written when it is sent. */
interface Case { readonly to: string; readonly until: (w: World) => Promise<unknown>; readonly act: (w: World) => Promise<unknown>; readonly titled?: true; readonly rewritten?: string }
const byTitle = (w: World): Promise<string> => askDana(w, { address: DANA.email, client_name: 'Dana' });
/** Dana chooses, and something else comes to the times given while the patch is on its way. */
async function chooseBesides(w: World, starts: readonly number[]): Promise<void> {
  const hold = await holdCall(w, PATCHES);
  const clicked = choose(w, TWO);
  await hold.held();
  for (const start of starts) await w.addEvent({ summary: 'Dentist', start: start as typeof MONDAY });
  await hold.letGo();
  await clicked;
  await w.settle();
}

const LETTERS: Readonly<Record<string, Case>> = {
  decision: { to: KIM.email, until: async () => undefined, act: (w) => wish(w) },
  ask: { to: DANA.email, until: wish, act: async (w) => { await decide(w, { do: 'option2' }); await w.settle(); } },
  'ask-reminder': { to: DANA.email, until: askDana, act: (w) => w.pass(DAY / 2) },
  'ask-over': { to: DANA.email, until: askDana, act: async (w) => { await decideOnPage(w, await onlyRequest(w), { do: 'decline' }); await w.settle(); } },
  offer: { to: SAM.email, until: wish, act: async (w) => { await decide(w, { do: 'option1' }); await w.settle(); } },
  'offer-reminder': { to: SAM.email, until: offerSam, act: (w) => w.pass(DAY / 2) },
  moved: { to: DANA.email, titled: true, until: byTitle, act: async (w) => { await choose(w, TWO); await w.settle(); } },
  settled: { to: KIM.email, until: askDana, act: async (w) => { await choose(w, TWO); await w.settle(); } },
  clash: { to: KIM.email, until: askDana, act: (w) => chooseBesides(w, [at(TWO, 0.5), MONDAY]), rewritten: 'decision' },
  'decision, once more': { to: KIM.email, until: askDana, act: async (w) => { await keep(w); await w.settle(); } },
  declined: { to: SAM.email, until: wish, act: async (w) => { await decide(w, { do: 'decline' }); await w.settle(); } },
  withdrawn: { to: KIM.email, until: offerSam, act: async (w) => { await w.post(await linkTo(w, SAM.email), { withdraw: '1' }); await w.settle(); } },
};
const onlyRequest = async (w: World): Promise<string> => (await w.one<{ id: string }>('select id from requests'))?.id ?? '';

/** Who got which letter of ours, how often, and how the request stands. */
async function seen(w: World): Promise<{ copies: Map<string, number>; texts: string[]; rows: unknown; request: unknown }> {
  const letters = await w.all<{ letter: string; message_id: string; state: string }>('select letter, message_id, state from outbox order by letter, dedupe_key');
  const mails = await allMails(w);
  const copies = new Map<string, number>();
  for (const { message_id: id } of letters) copies.set(id, mails.filter((m) => m.messageId === id).length);
  const row = await requestOf(w, await onlyRequest(w));
  return { copies, texts: mails.map((m) => `${m.messageId}\n${m.subject}\n${m.text}\n${m.html}`), rows: letters.map((l) => [l.letter, l.state]), request: [row?.state, row?.pending_reason, row?.revision, row?.booked_start] };
}

test.each(Object.entries(LETTERS))('%s: the answer of the mail server is lost', async (name, { to, until, act, titled, rewritten }) => {
  const told: Record<string, Awaited<ReturnType<typeof seen>>> = {};
  for (const how of ['no', 'lose-answer'] as const) {
    // A letter that names a moment from now on names it to the minute: the copies are of one minute.
    const w = await open({ now: instant(Math.ceil(Date.now() / MINUTE) * MINUTE), ...(titled && { events: [{ id: 'danatitle', summary: 'Dana 13h', start: MONDAY }] }) });
    await until(w);
    const before = new Set((await allMails(w)).map((m) => m.messageId));
    w.catcher.setRefusing(how);
    await act(w);
    w.catcher.setRefusing('no');
    for (const ms of [4_000, 16_000]) await w.pass(ms);
    await expectNothingStuck(w);
    const after = await seen(w);
    told[how] = after;
    const late = await w.all<{ letter: string; message_id: string; to: string }>(`select o.letter, o.message_id, coalesce(c.email, '${KIM.email}') as to from outbox o left join clients c on c.coach_id = o.coach_id and c.id = o.client_id`);
    const now = late.filter((l) => !before.has(l.message_id));
    expect(now.map((l) => [l.letter, l.to])).toContainEqual([name.split(',')[0], to]);
    // Repeats of one Message-ID: one for each letter whose answer was lost, none else; each copy says the same.
    for (const { letter, message_id: id } of late) expect([letter, after.copies.get(id)]).toEqual([letter, how === 'no' || before.has(id) ? 1 : 2]);
    const same = late.filter((l) => l.letter !== rewritten);
    expect(new Set(after.texts.filter((t) => same.some((l) => t.startsWith(l.message_id)))).size).toBe(same.length);
  }
  expect(told['lose-answer']?.rows).toEqual(told.no?.rows);
  expect(told['lose-answer']?.request).toEqual(told.no?.request);
});

