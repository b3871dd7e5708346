/** The story as people walk it: by keyboard alone, without script, on a narrow phone; and as scanners look at it. */
import { expect } from 'vitest';
import { DAY } from '../../src/kernel/interval.js';
import { allMails, askDana, choose, decide, decideOnPage, expectLanded, keep, linksOf, linkTo, MONDAY, offerSam, pendingReason, requestOf, signedIn, startsIn, wish, worlds } from '../support/story.js';
import { browserBed, browserTest, pressByKey } from '../support/browser.js';
import { at, DANA, KIM, SAM, type World } from '../support/world.js';

const { open, checkPage, looksOnly } = browserBed();
const world = worlds();
const PHONE = { javaScriptEnabled: false, viewport: { width: 320, height: 640 } };
const heading = (page: Awaited<ReturnType<typeof open>>, name: string | RegExp): Promise<void> => page.getByRole('heading', { level: 1, name }).waitFor();
/** Every link of every mail so far, and every page of the coach. */
const everyAddress = async (w: World): Promise<string[]> => {
  const links = [...new Set((await allMails(w)).flatMap((m) => linksOf(w, m)))];
  const bases = [...new Set(links.map((link) => link.split('?')[0] ?? link))];
  return [...links, ...bases.flatMap((base) => ['?mute=1', '?none=1', '?withdraw=1', '?do=manual', '?zone=America%2FNew_York'].map((more) => base + more))];
};
const pagesOf = async (w: World): Promise<string[]> => ['/pending', '/connect', '/sign-in', '/', ...(await w.all<{ id: string }>('select id from requests')).map(({ id }) => `/pending/${id}`)].map((path) => w.url + path);
async function onlyLooks(w: World): Promise<void> {
  await looksOnly(w, await everyAddress(w));
  await looksOnly(w, await pagesOf(w), (await signedIn(w)).headers.cookie);
}

browserTest('Kim asks Dana, and Dana moves: keys alone, no script, 320 px; Sam lands', async () => {
  const w = await world();
  const id = await wish(w);
  const kims = await open({ url: (await w.links(KIM.email)).find((link) => link.includes('do=option2')) ?? '' }, PHONE);
  await heading(kims, `${SAM.name} asks for your time`);
  await pressByKey(kims, /^Ask .* to move: send the mail$/);
  await heading(kims, 'That is decided');
  await w.settle();
  const danas = await open({ url: await linkTo(w, DANA.email) }, PHONE);
  await heading(danas, 'Could we move your session?');
  await pressByKey(danas, /^Monday .*14:00–15:00$/);
  await heading(danas, 'Move your session?');
  await pressByKey(danas, /^Move it to Monday .*14:00–15:00/);
  await heading(danas, 'Your session has moved');
  await w.settle();
  await expectLanded(w, id, MONDAY);
});

browserTest('Dana wants other times, in the zone that she picks, and takes one; the zone is kept with her choice', async () => {
  const w = await world();
  const id = await askDana(w);
  const danas = await open({ url: `${await linkTo(w, DANA.email)}?none=1` }, PHONE);
  await danas.getByRole('checkbox', { name: 'Mornings' }).focus();
  await danas.keyboard.press(' ');
  await pressByKey(danas, 'Show me other times');
  await danas.getByText('These are other free times.').waitFor();
  await pressByKey(danas, /^Times are in Berlin time/);
  await danas.keyboard.press('Tab');
  await danas.getByLabel('Your time zone').selectOption('America/New_York');
  await pressByKey(danas, 'Show my times');
  await danas.getByText('(New York time)').first().waitFor();
  await pressByKey(danas, /^\w+ \d+ \w+, 0[2-5]:\d\d–.*\(Berlin time\)$/);
  await heading(danas, 'Move your session?');
  await pressByKey(danas, /^Move it to .*\(New York time\)$/);
  await heading(danas, 'Your session has moved');
  await danas.getByText('(New York time)').first().waitFor();
  expect(await w.one('select zone, state from choices')).toEqual({ zone: 'America/New_York', state: 'done' });
  await w.settle();
  await expectLanded(w, id, MONDAY);
});

browserTest('Dana keeps her time and is not asked again: on the page itself; and can say so after the end', async () => {
  const w = await world();
  const id = await askDana(w);
  const link = await linkTo(w, DANA.email);
  const danas = await open({ url: link }, PHONE);
  await pressByKey(danas, 'Please don’t ask me again');
  await heading(danas, 'No more such questions?');
  expect(await w.one('select muted_at from clients where email = :email', { email: DANA.email })).toEqual({ muted_at: null });
  await pressByKey(danas, 'Keep my time, and don’t ask me again');
  await heading(danas, 'Your time is kept');
  await danas.getByText('You are not asked again').waitFor();
  expect(await w.one('select muted_at from clients where email = :email', { email: DANA.email })).toEqual({ muted_at: w.now() });
  expect(await pendingReason(w, id)).toBe('kept');

  const other = await world();
  await askDana(other);
  await other.pass(DAY);
  const late = await open({ url: await linkTo(other, DANA.email) }, PHONE);
  await late.getByText('The time to answer has passed.').waitFor();
  await pressByKey(late, 'Please don’t ask me again');
  await heading(late, 'No more such questions?');
  await pressByKey(late, 'Don’t ask me again');
  await heading(late, 'Nothing to do any more');
  await late.getByText('You are not asked again').waitFor();
  expect(await other.one('select muted_at from clients where email = :email', { email: DANA.email })).toEqual({ muted_at: other.now() });
});

browserTest('a browser with script shows its own zone, and asks only once; Sam’s choice keeps it', async () => {
  const w = await world();
  await offerSam(w);
  const sams = await open({ url: await linkTo(w, SAM.email) }, { timezoneId: 'Asia/Tokyo' });
  await sams.getByText('(Tokyo time)').first().waitFor();
  expect(new URL(sams.url()).search).toBe('?zone=Asia%2FTokyo');
  await sams.locator('.slots a').first().click();
  await heading(sams, 'Book this time?');
  await sams.getByRole('button', { name: /\(Tokyo time\)$/ }).click();
  await heading(sams, 'Your session is booked');
  await sams.locator('.when', { hasText: '(Tokyo time)' }).waitFor();
  expect(await w.one('select zone from choices')).toEqual({ zone: 'Asia/Tokyo' });
});

browserTest('the coach settles a request behind sign-in, by keys and without script; the real pages pass all checks', async () => {
  const w = await world();
  const id = await wish(w);
  const { cookie } = (await signedIn(w)).headers;
  for (const path of ['/pending', `/pending/${id}`, '/connect', '/sign-in', '/nowhere']) await checkPage({ url: w.url + path, cookie });
  await checkPage({ url: `${w.url}/pending` });
  await checkPage({ url: await linkTo(w, KIM.email) });
  const kims = await open({ url: `${w.url}/pending`, cookie }, PHONE);
  await heading(kims, /^Requests to/);
  await pressByKey(kims, new RegExp(`^${SAM.name}`));
  await heading(kims, `${SAM.name} asks for your time`);
  await pressByKey(kims, /^Offer .* other times/);
  await pressByKey(kims, /^Offer .*send the mail$/);
  await heading(kims, 'That is decided');
  await w.settle();
  await checkPage({ url: await linkTo(w, SAM.email) });
  await decideOnPage(w, id, { do: 'decline' });
  expect((await requestOf(w, id))?.state).toBe('declined');
});

browserTest('looking at every address of every mail and page, at every stage, changes nothing: asked, landed', async () => {
  const w = await world();
  const id = await wish(w);
  await onlyLooks(w);
  await decide(w, { do: 'option2' });
  await w.settle();
  await onlyLooks(w);
  await choose(w, at(MONDAY, 1));
  await w.settle();
  await expectLanded(w, id, MONDAY);
  await onlyLooks(w);
});

browserTest('the same: kept, offered, reminded, picked', async () => {
  const w = await world();
  const id = await askDana(w);
  await keep(w);
  await w.settle();
  await decide(w, { do: 'option1' });
  await w.settle();
  await w.pass(DAY / 2);
  await onlyLooks(w);
  await choose(w, (await startsIn(w, SAM.email))[0] ?? MONDAY, SAM.email);
  await w.settle();
  expect((await requestOf(w, id))?.state).toBe('booked');
  await onlyLooks(w);
});
