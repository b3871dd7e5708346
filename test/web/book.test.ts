/** The booking page's whole course by HTTP: page, form, mail, confirmation, status page. */
import { expect, test } from 'vitest';
import { DAY, HOUR, plus } from '../../src/kernel/interval.js';
import { rfc3339, wallClock } from '../../src/kernel/zone.js';
import { expectDanaUntouched, expectLanded, expectNothingStuck, look, MONDAY, on, startsOn, subjectsTo, worlds } from '../support/story.js';
import { ask, confirm, confirmLink, leave, openForm, visit, words } from '../support/visitor.js';
import { DANA, KIM, SAM, ZONE } from '../support/world.js';

const open = worlds();
const dayOf = (start: number): string => wallClock(start as typeof MONDAY, ZONE).date;
const requests = (w: Awaited<ReturnType<typeof open>>): Promise<{ id: string; state: string; source: string; pending_reason: string | null }[]> => w.all('select id, state, source, pending_reason from requests order by created_at, id');

test('a free time: page, form, mail, one press, booked at once; the same link then shows how it stands', async () => {
  const w = await open();
  const month = await visit(w);
  expect(month.status).toBe(200);
  expect(month.page).toContain(`Book a time with ${KIM.name}`);
  const day = await visit(w, { day: dayOf(MONDAY) });
  expect(startsOn(day.page)).toContain(on(0, '15:00'));
  const before = await w.writes();

  const sent = await leave(w, on(0, '15:00'), SAM);
  expect(sent).toMatchObject({ status: 200, page: expect.stringContaining('Please look into your mailbox') as string });
  await w.settle();
  // It counts only after the mailed confirmation.
  expect(await requests(w)).toEqual([]);
  expect(await w.all('select 1 from clients')).toEqual([]);
  expect(await w.writes()).toEqual(before);
  expect(await w.mailsTo(KIM.email)).toEqual([]);
  expect(await subjectsTo(w, SAM.email)).toEqual([`Please confirm your request to ${KIM.name}`]);

  const link = await confirmLink(w, SAM.email);
  const seen = await w.fingerprint();
  const shown = await look(link);
  expect(words(shown.page)).toContain('Is this what you want?');
  await fetch(link, { method: 'HEAD' });
  expect(await w.fingerprint()).toBe(seen);

  const done = await confirm(w, link);
  expect(done.status).toBe(303);
  const status = w.url + (done.to ?? '');
  expect(words((await look(status)).page)).toContain('Your session is booked');
  await w.settle();
  const [request] = await requests(w);
  expect(request).toMatchObject({ state: 'booked', source: 'page' });
  await expectLanded(w, request?.id ?? '', on(0, '15:00'));
  expect(await w.all('select name, email from wishes')).toEqual([{ name: null, email: null }]);
  expect(await w.all('select name, email, time_zone from clients where email = :email', { email: SAM.email })).toEqual([{ ...SAM, time_zone: ZONE }]);

  // Confirmed twice, and looked at: it is one request, and the link leads to the status page.
  const after = await w.fingerprint();
  expect(await confirm(w, link)).toMatchObject({ status: 303, to: done.to });
  expect(words((await look(link)).page)).toContain('Your session is booked');
  expect(await w.fingerprint()).toBe(after);
  expect(await requests(w)).toHaveLength(1);
  await expectDanaUntouched(w);
});

test('a time that is not free: Kim is asked after the press, Sam sees that it is looked after, and withdraws', async () => {
  const w = await open();
  const form = await openForm(w, MONDAY);
  expect(words(form.page)).toContain('It is not free.');
  const status = await ask(w, MONDAY, SAM);
  expect(await requests(w)).toMatchObject([{ state: 'pending_resolution', source: 'page', pending_reason: 'taken' }]);
  expect(await subjectsTo(w, KIM.email)).toHaveLength(1);
  const page = await look(status);
  expect(words(page.page)).toContain('Your request is being looked after');
  expect(page.page).not.toMatch(/Dana|taken|asked to move/);

  expect(words((await look(`${status}?withdraw=1`)).page)).toContain('Withdraw your request?');
  expect((await requests(w))[0]?.state).toBe('pending_resolution');
  expect(words(await (await w.post(status, { withdraw: '1' })).text())).toContain('Your request is withdrawn');
  expect((await requests(w))[0]?.state).toBe('withdrawn');
  await w.settle();
  expect(await subjectsTo(w, KIM.email)).toHaveLength(2);
  await expectDanaUntouched(w);
  await expectNothingStuck(w);
});

test('several times: the first free one is booked at the press', async () => {
  const w = await open();
  await ask(w, MONDAY, SAM, { also: [rfc3339(on(1, '10:00'), 'UTC'), ''] });
  const [request] = await requests(w);
  await expectLanded(w, request?.id ?? '', on(1, '10:00'));
  await expectDanaUntouched(w);
});

test('who sits there already is told so, and nothing is stored', async () => {
  const w = await open();
  expect((await leave(w, MONDAY, DANA)).status).toBe(200);
  const answer = await confirm(w, await confirmLink(w, DANA.email));
  expect(answer).toMatchObject({ status: 200, to: null });
  expect(words(answer.page)).toContain('You already have this time');
  expect(await requests(w)).toEqual([]);
  expect(await w.mailsTo(KIM.email)).toEqual([]);
});

test('after a day the link has ended, and says so; then it is forgotten', async () => {
  const w = await open();
  await leave(w, on(0, '15:00'), SAM);
  const link = await confirmLink(w, SAM.email);
  await w.pass(DAY);
  expect(words((await look(link)).page)).toContain('This link has ended');
  expect(await confirm(w, link)).toMatchObject({ status: 409, to: null });
  expect(await requests(w)).toEqual([]);
  await w.pass(DAY + HOUR);
  const { prune } = await import('../../src/ops/housekeeping.flow.js');
  await prune(w.shell);
  expect(await w.all('select 1 from wishes')).toEqual([]);
  expect(await w.all('select 1 from links')).toEqual([]);
  expect((await look(link)).status).toBe(404);
});

test('times that pass before the press are left out; if all have, it is too late', async () => {
  const w = await open({ policy: { minimumNoticeMs: 0 } });
  w.setNow(plus(on(0, '08:00'), 0));
  await w.control('/clock', { offsetMs: w.now() - Date.now() });
  await w.settle();
  await leave(w, on(0, '10:00'), SAM);
  const link = await confirmLink(w, SAM.email);
  await w.pass(3 * HOUR);
  expect(words((await look(link)).page)).toContain('This link has ended');
  expect((await confirm(w, link)).status).toBe(409);
  expect(await requests(w)).toEqual([]);
});

test('a forged link, and one of another purpose, are unknown', async () => {
  const w = await open();
  const status = await ask(w, MONDAY, SAM);
  const token = new URL(status).pathname.split('/').at(-1) ?? '';
  const forged = `${w.url}/l/${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
  expect((await look(forged)).status).toBe(404);
  expect((await w.post(forged, { withdraw: '1' })).status).toBe(404);
  expect((await w.post(status, { confirm: '1' })).status).toBe(400);
  expect((await requests(w))[0]?.state).toBe('pending_resolution');
});

test('the API tells where the client sees how it stands', async () => {
  const w = await open();
  const { body } = await w.request(MONDAY);
  expect(body.status_url).toMatch(new RegExp(`^${w.url}/l/`));
  expect(words((await look(String(body.status_url))).page)).toContain('Your request is being looked after');
});
