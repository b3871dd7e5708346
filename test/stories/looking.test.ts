import { expect, test } from 'vitest';
import { DAY } from '../../src/kernel/interval.js';
import { allMails, askDana, choose, decide, decideOnPage, expectDanaUntouched, expectLanded, keep, linksOf, linkTo, MONDAY, offerSam, on, pendingReason, pick, startsIn, wish, worlds } from '../support/story.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const open = worlds();

/** Every link of every mail so far, with all that stands behind its "?", and what a scanner would make of it. */
async function everyLink(w: World): Promise<string[]> {
  const links = (await allMails(w)).flatMap((m) => linksOf(w, m));
  const bases = new Set(links.map((l) => l.split('?')[0] ?? l));
  const guesses = ['', '?do=option1', '?do=option2', '?do=decline', '?do=manual', '?keep=1', '?keep=1&mute=1', '?mute=1', '?none=1&facet=mornings', '?zone=Asia%2FTokyo&withdraw=1', `?start=${encodeURIComponent(new Date(at(MONDAY, 1)).toISOString())}`, '?do=drop%20table&start=never&keep=2'];
  return [...new Set([...links, ...[...bases].flatMap((b) => guesses.map((g) => b + g))])];
}
const truth = async (w: World): Promise<string> => JSON.stringify([await w.fingerprint(), await w.writes(), (await allMails(w)).length]);

/** Looks at everything, as a scanner does: nothing may change, neither at once nor by the work that is due after. */
async function lookingChangesNothing(w: World): Promise<number> {
  const before = await truth(w);
  const links = await everyLink(w);
  for (const [i, link] of links.entries()) {
    for (const method of ['GET', 'HEAD']) {
      // Scanners come from many addresses; the limit of calls counts each.
      const answer = await fetch(link, { method, redirect: 'manual', headers: { 'x-forwarded-for': `192.0.2.${String(i % 250)}` } });
      expect(answer.status, `${method} ${link}`).toBe(200);
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await answer.text()).not.toMatch(/<script(?! src="\/zone\.js" defer><)/i);
    }
  }
  expect(await truth(w)).toBe(before);
  await w.settle();
  expect(await truth(w)).toBe(before);
  return links.length;
}

test('looking at every link at every stage of the story changes nothing: asked, chosen, landed', async () => {
  const w = await open();
  const id = await wish(w);
  expect(await lookingChangesNothing(w)).toBeGreaterThan(5);
  await decide(w, { do: 'option2' });
  await w.settle();
  expect(await lookingChangesNothing(w)).toBeGreaterThan(15);
  // Dana has chosen; Google is away for a while, so that the move stands still half-way.
  await w.control('/rules', { method: 'PATCH', times: 1, status: 503, reason: 'backendError' });
  await choose(w, at(MONDAY, 1));
  expect(await w.one('select state from resolutions')).toEqual({ state: 'chosen' });
  await lookingChangesNothing(w);
  await w.pass(2_000);
  await expectLanded(w, id, MONDAY);
  await lookingChangesNothing(w);
});

test('the same for the ways that end elsewhere: kept, offered, expired, declined', async () => {
  const w = await open();
  const id = await askDana(w);
  await keep(w);
  await w.settle();
  await lookingChangesNothing(w);
  await decide(w, { do: 'option1' });
  await w.settle();
  await lookingChangesNothing(w);
  await w.pass(DAY / 2);
  await lookingChangesNothing(w);
  await w.pass(DAY / 2);
  expect(await pendingReason(w, id)).toBe('offer-expired');
  await lookingChangesNothing(w);
  await decide(w, { do: 'decline' });
  await w.settle();
  await lookingChangesNothing(w);
  await expectDanaUntouched(w);
});

test('the pending pages too, signed in or not', async () => {
  const w = await open();
  const id = await wish(w);
  const before = await truth(w);
  for (const path of ['/pending', `/pending/${id}`, '/sign-in', `/pending/${id}?do=decline`]) expect((await fetch(w.url + path)).status).toBeLessThan(500);
  expect((await fetch(`${w.url}/pending/${id}`, { method: 'POST', body: new URLSearchParams({ do: 'decline', revision: '1' }) })).status).toBe(401);
  expect(await truth(w)).toBe(before);
});

test('an old decision link, posted after a newer turn, is stale: it shows how things stand and changes nothing', async () => {
  const w = await open();
  await wish(w);
  const old = await linkTo(w, KIM.email);
  await decide(w, { do: 'option2' });
  await w.settle();
  await keep(w);
  await w.settle();
  const newer = await linkTo(w, KIM.email);
  expect(newer).not.toBe(old);
  const before = await truth(w);
  for (const form of [{ do: 'option1' }, { do: 'option2' }, { do: 'decline' }, { do: 'manual', start: new Date(on(1, '10:00')).toISOString() }]) {
    const answer = await decide(w, form, old);
    expect(answer.status).toBe(200);
    expect(answer.page).toContain('Something changed since that mail was sent');
    expect(answer.page).not.toContain('<form');
  }
  await w.settle();
  expect(await truth(w)).toBe(before);
  expect((await decide(w, { do: 'decline' }, newer)).status).toBe(200);
});

test('a spent link of a client never revives anything: after landing, and after a second turn of the same request', async () => {
  const w = await open();
  const id = await offerSam(w);
  const [first, second] = await startsIn(w, SAM.email);
  const link = await linkTo(w, SAM.email);
  await decideOnPage(w, id, { do: 'option2' });
  await w.settle();
  const before = await truth(w);
  for (const start of [first, second]) await w.post(link, { start: new Date(start ?? MONDAY).toISOString() });
  await w.post(link, { keep: '1' });
  await w.settle();
  expect(await truth(w)).toBe(before);

  await choose(w, at(MONDAY, 1));
  await w.settle();
  await expectLanded(w, id, MONDAY);
  const after = await truth(w);
  const danas = await linkTo(w, DANA.email);
  for (const each of [link, danas, await linkTo(w, KIM.email)]) {
    for (const form of [{ start: new Date(second ?? MONDAY).toISOString() }, { keep: '1' }, { do: 'option1' }, { do: 'decline' }]) {
      expect((await w.post(each, form as unknown as Record<string, string>)).status).toBeLessThan(500);
    }
  }
  await w.settle();
  expect(await truth(w)).toBe(after);
});

test('a link is for one purpose: one person\'s token does not do what another\'s does', async () => {
  const w = await open();
  const id = await askDana(w);
  const danas = await linkTo(w, DANA.email);
  const kims = await linkTo(w, KIM.email);
  const before = await truth(w);
  await w.post(danas, { do: 'decline' });
  await w.post(kims, { keep: '1' });
  await w.post(kims, { start: new Date(at(MONDAY, 1)).toISOString() });
  await w.settle();
  expect(await truth(w)).toBe(before);
  expect(await pendingReason(w, id)).toBe('asked');
});

test('forged, truncated and altered tokens are not known, whatever is sent to them', async () => {
  const w = await open();
  await askDana(w);
  const link = await linkTo(w, DANA.email);
  const token = link.split('/l/')[1] ?? '';
  const [key = '', id = '', mac = ''] = token.split('.');
  const other = (c: string | undefined): string => (c === 'a' ? 'b' : 'a');
  const bad = [token.slice(0, -1), `${token}a`, token.slice(1), `${key}.${id}`, `${key}.${other(id[0])}${id.slice(1)}.${mac}`, `${key}.${id}.${other(mac[0])}${mac.slice(1)}`, `k9.${id}.${mac}`,
    `${key}.${id}.${'A'.repeat(22)}`, 'x', '%00', "' or 1=1 --", `${token}%0A`, token.toUpperCase(), `${key}..${mac}`, 'a'.repeat(199)];
  const before = await truth(w);
  for (const each of bad) {
    const url = `${w.url}/l/${each.includes('%') ? each : encodeURIComponent(each)}`;
    expect((await fetch(url)).status, each).toBe(404);
    expect((await fetch(url, { method: 'POST', body: new URLSearchParams({ keep: '1' }) })).status, each).toBe(404);
  }
  expect((await fetch(link)).status).toBe(200);
  expect(await truth(w)).toBe(before);
});

test('after Sam has booked by a picked time, the link shows the booking', async () => {
  const w = await open();
  const id = await offerSam(w);
  const [first] = await startsIn(w, SAM.email);
  await pick(w, first ?? MONDAY);
  await w.settle();
  await expectLanded(w, id, first ?? MONDAY);
  await lookingChangesNothing(w);
  expect(await (await fetch(await linkTo(w, SAM.email))).text()).toContain('Your session is booked');
});
