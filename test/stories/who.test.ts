import { expect, test } from 'vitest';
import { DAY } from '../../src/kernel/interval.js';
import { addAllDay, askDana, choose, danasSession, decide, decideOnPage, expectDanaUntouched, expectLanded, expectNothingStuck, expectNotLanded, keep, linkTo, liveHolds, look, MONDAY, on, pendingReason, standsAt, subjectsTo, wish, worlds, danasSeries } from '../support/story.js';
import { at, DANA, KIM, SAM } from '../support/world.js';

const open = worlds();
const ALEX = { name: 'Alex', email: 'alex@client.example' };
const byTitle = { id: 'danatitle', summary: 'Dana 13h', start: on(-28, '13:00'), rule: 'RRULE:FREQ=WEEKLY;BYDAY=MO' };
/** The keys that the decision page lets Kim tick. */
const ticksOn = (page: string): string[] => [...page.matchAll(/name="tick" value="([^"]*)"/g)].map((m) => m[1] ?? '');

test('a session known by its title only: the page asks for the address, refuses without it, and then remembers it for the series', async () => {
  const w = await open({ events: [byTitle] });
  const id = await wish(w);
  const page = await look(await linkTo(w, KIM.email));
  expect(page.page).toContain('name="address"');
  for (const address of [undefined, '', 'dana', 'dana@', 'a@b', 'Dana <dana@client.example>']) {
    const refused = await decide(w, { do: 'option2', ...(address !== undefined && { address }) });
    expect(refused.status).toBe(409);
    expect(refused.page).toContain('e-mail address');
  }
  expect(await w.all('select 1 from resolutions')).toEqual([]);
  expect(await w.all('select 1 from named_titles')).toEqual([]);
  expect(await pendingReason(w, id)).toBe('taken');

  expect((await decide(w, { do: 'option2', address: ' Dana@Client.example ', client_name: 'Dana Weber' })).status).toBe(200);
  await w.settle();
  expect(await danasSession(w)).toMatchObject({ invite_sent: true, cancellation_reason: `pending_reschedule_for_${id}` });
  await choose(w, at(MONDAY, 1));
  await w.settle();
  await expectLanded(w, id, MONDAY);
  expect(await standsAt(w, at(MONDAY, 1))).toEqual(['Dana 13h']);
  // Not a guest, so Google tells nobody: she hears of the new time from us, once.
  expect(await subjectsTo(w, DANA.email)).toEqual([expect.stringContaining('Could we move'), 'Your session has a new time']);

  // Next time, another week: no question, Dana is known.
  await w.pass(DAY);
  const next = await wish(w, on(7, '13:00'), ALEX);
  const second = await look(await linkTo(w, KIM.email));
  expect(second.page).not.toContain('name="address"');
  expect(second.page).toContain('was asked to move once in the last 30 days. Your rule is: once.');
  expect(await pendingReason(w, next)).toBe('taken');
});

test('the named series needs no address the next time', async () => {
  const w = await open({ events: [byTitle], policy: { asksPerClient: { count: 5, days: 30 } } });
  await askDana(w, { address: DANA.email, client_name: 'Dana Weber' });
  await keep(w);
  await w.settle();
  await wish(w, on(14, '13:00'), ALEX);
  expect((await decide(w, { do: 'option2' })).status).toBe(200);
  await w.settle();
  expect(await subjectsTo(w, DANA.email)).toHaveLength(2);
});

test('"not a client": the title is plain busy from then on, and nobody is asked', async () => {
  const w = await open({ events: [{ ...byTitle, summary: 'Tax office' }] });
  await wish(w);
  expect((await decide(w, { do: 'not-a-client' })).status).toBe(200);
  const page = await look(await linkTo(w, KIM.email));
  expect(page.page).not.toContain('name="address"');
  const refused = await decide(w, { do: 'option2', address: 'tax@office.example' });
  expect(refused.status).toBe(409);
  expect(await w.all('select 1 from resolutions')).toEqual([]);
  await wish(w, on(7, '13:00'), ALEX);
  expect((await look(await linkTo(w, KIM.email))).page).not.toContain('name="address"');
});

test.each([
  ['Lunch', { summary: 'Lunch', start: MONDAY }, 'not a client'],
  ['a group', { summary: 'Team', start: MONDAY, guests: ['a@client.example', 'b@client.example'] }, 'Groups are never asked'],
  ['several sessions', { summary: 'Dana', start: MONDAY, hours: 0.5, guests: [DANA.email] }, 'More than one session'],
])('%s is never asked to move, even if the form says so', async (what, event, why) => {
  const w = await open({ events: [event, ...(what === 'several sessions' ? [{ summary: 'Bo', start: at(MONDAY, 0.5), hours: 0.5, guests: ['bo@client.example'] }] : [])] });
  const id = await wish(w);
  const refused = await decide(w, { do: 'option2', address: 'somebody@client.example', tick: ['x'] });
  expect(refused).toMatchObject({ status: 409, page: expect.stringContaining(why) as string });
  await w.settle();
  expect(await w.all('select 1 from resolutions')).toEqual([]);
  expect(await pendingReason(w, id)).toBe('taken');
  for (const email of ['somebody@client.example', DANA.email, 'a@client.example', 'bo@client.example']) expect(await subjectsTo(w, email)).toEqual([]);
  // The other ways are open.
  expect((await decide(w, { do: 'option1' })).status).toBe(200);
});

test('a session that somebody else organises is not moved by us', async () => {
  const w = await open({ events: [] });
  await w.addEvent({ summary: 'Board meeting', start: MONDAY, guests: [KIM.email] }, DANA.email);
  await w.pass(180_000);
  const id = await wish(w);
  expect(await pendingReason(w, id)).toBe('taken');
  const refused = await decide(w, { do: 'option2' });
  expect(refused).toMatchObject({ status: 409, page: expect.stringContaining('Somebody else organises') as string });
  expect(await w.all('select 1 from resolutions')).toEqual([]);
});

test('an all-day "Conference" must be ticked as not mattering; what was not ticked still stops the landing', async () => {
  const w = await open();
  await addAllDay(w, 'Conference');
  await w.pass(180_000);
  const id = await wish(w);
  const refused = await decide(w, { do: 'option2' });
  expect(refused).toMatchObject({ status: 409, page: expect.stringContaining('Conference') as string });
  const [tick] = ticksOn(refused.page);
  expect(tick).toBeDefined();
  expect((await decide(w, { do: 'option2', tick: tick ?? '' })).status).toBe(200);
  await w.settle();
  const [slot] = (await w.one<{ slots: { start: number }[] }>('select slots from offers'))?.slots ?? [];
  await choose(w, (slot?.start ?? 0) as typeof MONDAY);
  await w.settle();
  await expectLanded(w, id, MONDAY);
  expect(await standsAt(w, MONDAY)).toEqual(['Conference', SAM.email]);
});

test('a second all-day event, not ticked, comes meanwhile: Dana moves, Sam does not land', async () => {
  const w = await open();
  await addAllDay(w, 'Conference');
  await w.pass(180_000);
  const id = await wish(w);
  const [tick] = ticksOn((await look(await linkTo(w, KIM.email))).page);
  await decide(w, { do: 'option2', tick: tick ?? '' });
  await w.settle();
  await addAllDay(w, 'Fair');
  const [slot] = (await w.one<{ slots: { start: number }[] }>('select slots from offers'))?.slots ?? [];
  await choose(w, (slot?.start ?? 0) as typeof MONDAY);
  await w.settle();
  await expectNotLanded(w, id);
  expect(await pendingReason(w, id)).toBe('taken-again');
});

test('too soon before the session nobody is asked, and the decision says why', async () => {
  const w = await open();
  await w.pass(at(MONDAY, -20) - w.now());
  const id = await wish(w);
  expect((await look(await linkTo(w, KIM.email))).page).toContain('too soon');
  expect(await decide(w, { do: 'option2' })).toMatchObject({ status: 409, page: expect.stringContaining('too soon') as string });
  expect((await w.mailsTo(KIM.email)).at(-1)?.text).toContain('too soon');
  expect(await pendingReason(w, id)).toBe('taken');
});

test('asked a moment before the freeze is refused at the click, though the mail still offered it', async () => {
  const w = await open();
  await w.pass(at(MONDAY, -25) - w.now());
  await wish(w);
  expect((await w.mailsTo(KIM.email)).at(-1)?.text).not.toContain('too soon');
  await w.pass(2 * 3_600_000);
  expect((await decide(w, { do: 'option2' })).status).toBe(409);
  await expectDanaUntouched(w);
});

test('asked lately: once in thirty days, whoever asks; after that again', async () => {
  const w = await open();
  await askDana(w);
  await keep(w);
  await w.settle();
  const second = await wish(w, on(14, '13:00'), ALEX);
  expect(await decide(w, { do: 'option2' })).toMatchObject({ status: 409, page: expect.stringContaining('asked to move lately') as string });
  await w.pass(30 * DAY);
  expect(await pendingReason(w, second)).toBe(null);
  await wish(w, on(42, '13:00'), { name: 'Bo', email: 'bo@client.example' });
  expect((await decide(w, { do: 'option2' })).status).toBe(200);
});

test('Dana asks for a time beside her own: it is her own session that stands there, so she is not asked by us', async () => {
  const w = await open();
  await wish(w, at(MONDAY, 0.5), DANA);
  expect(await decide(w, { do: 'option2' })).toMatchObject({ status: 409, page: expect.stringContaining('same client') as string });
});

test('a second request for a promised time waits, and gets its turn when Dana keeps her time', async () => {
  const w = await open();
  await askDana(w);
  const alex = await wish(w, MONDAY, ALEX);
  expect(await pendingReason(w, alex)).toBe('promised');
  expect(await decideOnPage(w, alex, { do: 'option2' })).toMatchObject({ status: 409, page: expect.stringContaining('promised') as string });
  await keep(w);
  await w.settle();
  expect(await pendingReason(w, alex)).toBe('taken');
  await expectNothingStuck(w);
  expect(await liveHolds(w)).toEqual([]);
});

test('it gets its turn when the first lands, too: then the time is taken by Sam, who can be asked', async () => {
  const w = await open();
  const id = await askDana(w);
  const alex = await wish(w, MONDAY, ALEX);
  await choose(w, at(MONDAY, 1));
  await w.settle();
  await expectLanded(w, id, MONDAY);
  expect(await pendingReason(w, alex)).toBe('taken');
  await expectNothingStuck(w);
  const page = await look(await linkTo(w, KIM.email));
  expect(page.page).toContain('Sam');
});

test('it gets its turn when the silence ends, when Kim declines the first, and when the time becomes free at last', async () => {
  const w = await open();
  const id = await askDana(w);
  const alex = await wish(w, MONDAY, ALEX);
  await w.pass(DAY);
  expect(await pendingReason(w, id)).toBe('offer-expired');
  expect(await pendingReason(w, alex)).toBe('taken');
  await expectNothingStuck(w);
});

test('while the time is promised, option 1 and decline are open to the second one', async () => {
  const w = await open();
  await askDana(w);
  const alex = await wish(w, MONDAY, ALEX);
  expect((await decideOnPage(w, alex, { do: 'option1' })).status).toBe(200);
  await w.settle();
  const [slot] = (await w.one<{ slots: { start: number }[] }>('select o.slots from offers o join resolutions r on r.id = o.resolution_id where r.option = 1'))?.slots ?? [];
  await choose(w, (slot?.start ?? 0) as typeof MONDAY, ALEX.email);
  await w.settle();
  await expectLanded(w, alex, (slot?.start ?? 0) as typeof MONDAY, ALEX.email);
});

test('two requests that only touch each other, but both want Dana\'s session: one ask, the other is refused with a plain answer', async () => {
  const w = await open({ events: [danasSeries], policy: { asksPerClient: { count: 9, days: 30 } } });
  const first = await wish(w, at(MONDAY, -0.5));
  const firstLink = await linkTo(w, KIM.email);
  const second = await wish(w, at(MONDAY, 0.5), ALEX);
  const secondLink = await linkTo(w, KIM.email);
  const answers = await Promise.all([decide(w, { do: 'option2' }, firstLink), decide(w, { do: 'option2' }, secondLink)]);
  expect(answers.map((a) => a.status).sort()).toEqual([200, 409]);
  expect(answers.find((a) => a.status === 409)?.page).toContain('being asked already');
  await w.settle();
  expect([await pendingReason(w, first), await pendingReason(w, second)].sort()).toEqual(['asked', 'taken']);
  expect(await subjectsTo(w, DANA.email)).toHaveLength(1);
});
