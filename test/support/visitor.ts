/** Words for stories about the booking page: what a visitor does there, by HTTP alone. */
import { plus, type Instant } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { linksOf, type Answered } from './story.js';
import { KIM, type World } from './world.js';

export interface Visitor { readonly name: string; readonly email: string; /** Where they come from; the address of their house. */ readonly from?: string }
const read = async (answer: Response): Promise<Answered> => ({ status: answer.status, page: await answer.text() });

/** Reads a page of Kim's booking page. */
export const visit = async (w: World, query: Record<string, string> = {}, below = ''): Promise<Answered> =>
  read(await fetch(`${w.url}/book/${KIM.slug}${below}?${new URLSearchParams(query).toString()}`));
/** The form behind a time, and the fields that it sends by itself. */
export async function openForm(w: World, start: Instant, query: Record<string, string> = {}): Promise<Answered & { readonly hidden: Record<string, string> }> {
  const form = await visit(w, { start: rfc3339(start, 'UTC'), ...query }, '/ask');
  const hidden = Object.fromEntries([...form.page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map((m) => [m[1] ?? '', m[2] ?? '']));
  return { ...form, hidden };
}
/** Sends the form as it is given. */
export const send = async (w: World, fields: Record<string, string | readonly string[]>, from = '203.0.113.7', headers: Record<string, string> = {}): Promise<Answered> => read(await fetch(`${w.url}/book/${KIM.slug}/ask`, {
  method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': from, ...headers },
  body: new URLSearchParams(Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one]))).toString(),
}));
/** Opens the form, takes the time that a person takes, and sends it. */
export async function leave(w: World, start: Instant, who: Visitor, fields: Record<string, string | readonly string[]> = {}, query: Record<string, string> = {}): Promise<Answered> {
  const { hidden } = await openForm(w, start, query);
  w.setNow(plus(w.now(), 5_000));
  return send(w, { ...hidden, name: who.name, email: who.email, ...fields }, who.from);
}
/** The link that was mailed to somebody to confirm; the newest. */
export async function confirmLink(w: World, email: string): Promise<string> {
  await w.settle();
  const mail = (await w.mailsTo(email.toLowerCase())).filter((m) => m.subject.startsWith('Please confirm your request to')).at(-1);
  const link = mail && linksOf(w, mail)[0];
  if (!link) throw new Error(`nobody asked ${email} to confirm`);
  return link;
}
/** Presses the button behind the link. Returns the path of the status page to which it leads, or what was said instead. */
export async function confirm(w: World, link: string): Promise<{ readonly status: number; readonly to: string | null; readonly page: string }> {
  const answer = await w.post(link, { confirm: '1' });
  return { status: answer.status, to: answer.headers.get('location'), page: await answer.text() };
}
/** The whole course: from the form to the status page. */
export async function ask(w: World, start: Instant, who: Visitor, fields: Record<string, string | readonly string[]> = {}): Promise<string> {
  const sent = await leave(w, start, who, fields);
  if (sent.status !== 200) throw new Error(`not taken: ${String(sent.status)} ${sent.page}`);
  const { to, page } = await confirm(w, await confirmLink(w, who.email));
  if (to === null) throw new Error(`not confirmed: ${page}`);
  await w.settle();
  return w.url + to;
}
/** What a page says, without its markup. */
export const words = (page: string): string => page.replace(/<head>[\s\S]*?<\/head>/, '').replace(/<select[\s\S]*?<\/select>/g, '').replace(/<span class="together">([^<]*)<\/span>/g, '$1').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim();
