/** What clients and Kim do in courses of strangers: asking, deciding, answering, waiting. */
import { expect } from 'vitest';
import { DAY, type Instant } from '../../src/kernel/interval.js';
import { BYSTANDER, EXISTING, FAMILY_TIME, INCOMING, NEIGHBOUR, PRIVATE, SECOND, type Marked } from '../support/marked.js';
import { choose, decide, decideOnPage, linkTo, look, MONDAY, on, startsIn, startsOn } from '../support/story.js';
import { KIM } from '../support/world.js';
import { newestOf, ok, said, send, statusPage, type Form, type Stage, type Step } from './strangers-stage.js';

// Asking, by a program.
const asksFor = (who: Marked, ...starts: Instant[]): Step => async ({ w, ids }) => {
  const client = { name: who.name, email: who.email, time_zone: who.zone };
  const { status, body } = await w.request(starts, who, { client, session_type: who.sessionType });
  expect(status, JSON.stringify(body)).toBe(201);
  ids.push(body.id);
};
export const asks = asksFor(INCOMING, MONDAY);
export const asksFree = asksFor(INCOMING, on(3, '10:00'));
export const asksOneFree = asksFor(INCOMING, MONDAY, on(3, '11:00'));
export const asksSeveral = asksFor(INCOMING, MONDAY, NEIGHBOUR, PRIVATE);
export const asksForPrivate = asksFor(INCOMING, PRIVATE);
export const asksForFamily = asksFor(INCOMING, FAMILY_TIME);
export const asksForGroup = asksFor(INCOMING, on(3, '14:00'));
export const asksForInvited = asksFor(INCOMING, on(3, '15:00'));
export const secondAsks = asksFor(SECOND, MONDAY);
export const secondAsksLater = asksFor(SECOND, on(7, '13:00'));
export const bystanderAsks = asksFor(BYSTANDER, MONDAY);
export const ownTime: Step = async ({ w }) => {
  const { body } = await w.request(MONDAY, { name: EXISTING.name, email: EXISTING.email });
  expect(body).toMatchObject({ outcome: 'already_yours' });
};
const byProgram = async ({ w }: Stage, path: string, method: 'GET' | 'POST'): Promise<void> => {
  const answer = await fetch(`${w.url}/api/v1/booking-requests/${path}`, { method, headers: { authorization: `Bearer ${w.apiKey}` } });
  expect(answer.status).toBe(200);
};
export const programLooks: Step = async (stage) => { for (const id of stage.ids) await byProgram(stage, id, 'GET'); };
export const withdrawsByProgram: Step = (stage) => byProgram(stage, `${newestOf(stage)}/withdraw`, 'POST');

// What Kim decides, by the newest mail; or on the page of a request.
const decides = (form: Form, status = 200): Step => async ({ w }) => ok(await decide(w, { ...form }), status);
const onPage = (form: Readonly<Record<string, string>>, which = newestOf): Step => async (stage) => ok(await decideOnPage(stage.w, which(stage), { ...form }));
const BY_HAND = { do: 'manual', start: said(on(1, '15:00')) };
export const option1 = decides({ do: 'option1' });
export const option2 = decides({ do: 'option2' });
export const declines = decides({ do: 'decline' });
export const byHand = decides(BY_HAND);
export const option1Refused = decides({ do: 'option1' }, 409);
export const option2Refused = decides({ do: 'option2' }, 409);
export const aboutNeighbour = decides({ do: 'option2', wanted: said(NEIGHBOUR) });
export const typesAddress = decides({ do: 'option2', address: EXISTING.email, client_name: EXISTING.name });
export const newestOption1 = onPage({ do: 'option1' });
export const firstDeclined = onPage({ do: 'decline' }, ({ ids }) => ids[0] ?? '');
export const byHandOnPage = onPage(BY_HAND);
export const landsByHand = onPage({ do: 'manual', start: said(MONDAY) });
export const option2AllTicked: Step = async ({ w }) => {
  const { page } = await look(await linkTo(w, KIM.email));
  const tick = [...page.matchAll(/name="tick" value="([^"]*)"/g)].map((m) => m[1] ?? '');
  expect(tick.length).toBeGreaterThan(0);
  ok(await decide(w, { do: 'option2', tick }));
};
/** Kim has no address of the existing client: she passes the link on herself. */
export const passesOn: Step = async (stage) => {
  const about = /name="about" value="([^"]+)"/.exec((await look(await linkTo(stage.w, KIM.email))).page)?.[1] ?? '';
  const { page } = ok(await decide(stage.w, { do: 'pass-on', about, client_name: EXISTING.name }));
  stage.passedOn = /value="([^"]*\/l\/[^"]+)"/.exec(page)?.[1] ?? '';
  expect(stage.passedOn).toContain('/l/');
};

// What those who were asked say. Of the times in the mail it is the first.
const takes = (who: Marked, status = 200): Step => async ({ w }) =>
  ok(await choose(w, (await startsIn(w, who.email))[0] ?? MONDAY, who.email), status);
export const chooses = takes(EXISTING);
/** Somebody else has it by now. */
export const choosesTooLate = takes(EXISTING, 409);
export const picks = takes(INCOMING);
export const secondPicks = takes(SECOND);
export const neighbourChooses = takes(BYSTANDER);
const takesOnPage = (who: Marked): Step => async ({ w }) =>
  ok(await choose(w, startsOn((await look(await linkTo(w, who.email))).page)[0] ?? MONDAY, who.email));
export const choosesOnPage = takesOnPage(EXISTING);
export const picksOnPage = takesOnPage(INCOMING);
const says = (who: Marked, form: Form): Step => async (stage) => send(stage, await linkTo(stage.w, who.email), form);
export const keeps = says(EXISTING, { keep: '1' });
export const mutes = says(EXISTING, { keep: '1', mute: '1' });
export const noneMornings = says(EXISTING, { none: '1', facet: 'mornings' });
export const noneOthers = says(EXISTING, { none: '1', facet: ['afternoons', 'other-days'] });
export const incomingNone = says(INCOMING, { none: '1', facet: 'other-days' });
export const withdrawsOnOffer = says(INCOMING, { withdraw: '1' });
export const choosesByLink: Step = async (stage) => {
  const link = stage.passedOn ?? '';
  return send(stage, link, { start: said(startsOn((await look(link)).page)[0] ?? MONDAY) });
};
export const keepsByLink: Step = (stage) => send(stage, stage.passedOn ?? '', { keep: '1' });
export const choosesInOwnZone: Step = async ({ w }) => {
  const link = await linkTo(w, EXISTING.email), start = (await startsIn(w, EXISTING.email))[0] ?? MONDAY;
  const answer = await fetch(`${link}?zone=${encodeURIComponent(EXISTING.zone)}`, { method: 'POST', body: new URLSearchParams({ start: said(start) }) });
  ok({ status: answer.status, page: await answer.text() });
};
/** Something of Kim's comes to stand at the first of the times, and that one is clicked all the same. */
export const losesChoice: Step = async ({ w }) => {
  const start = (await startsIn(w, EXISTING.email))[0] ?? MONDAY;
  await w.addEvent({ summary: 'Haberdasher again', start, fields: { description: 'Wintergreen' } });
  ok(await choose(w, start, EXISTING.email));
};
/** Thaddeus books the first of the times, and that one is clicked all the same. */
export const losesToSecond: Step = async (stage) => {
  const start = (await startsIn(stage.w, EXISTING.email))[0] ?? MONDAY;
  await asksFor(SECOND, start)(stage);
  ok(await choose(stage.w, start, EXISTING.email), 409);
};

// The status page.
const onStatusPage = (form: Form): Step => async (stage) => send(stage, await statusPage(stage), form);
export const statusWithdraws = onStatusPage({ withdraw: '1' });
export const addsTaken = onStatusPage({ also: said(NEIGHBOUR) });
export const addsFree = onStatusPage({ also: said(on(1, '10:00')) });

// Time.
const waits = (ms: number): Step => ({ w }) => w.pass(ms);
export const halfADay = waits(DAY / 2);
export const aDay = waits(DAY);
/** Until the wanted time is over. */
export const toTheEnd: Step = ({ w }) => w.pass(MONDAY - w.now() + 2_000);

/** What a stranger tries: pages that are not there, links that are not theirs, doors of the coach. */
export const strangerTries: Step = async ({ w, ids }) => {
  const link = new URL(await linkTo(w, KIM.email)).pathname, book = `/book/${KIM.slug}`, api = `/api/v1/booking-requests/${ids[0] ?? ''}`;
  const doors = ['/pending', `/pending/${ids[0] ?? ''}`, '/overlaps', '/clients', '/history', '/rules', '/calendars', api];
  const busy = `${book}/ask?start=${encodeURIComponent(said(PRIVATE))}`;
  const wrong = ['/nowhere', '/book/nobody', `${book}/ask?start=soon`, busy, `${link.slice(0, -2)}xx`, '/l/x'];
  for (const path of [...wrong, ...doors]) await fetch(w.url + path);
};
