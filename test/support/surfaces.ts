/** Where something of Makeway's can be seen, surface by surface: each is read as it is now and shown to whoever sees it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rfc3339, wallClock } from '../../src/kernel/zone.js';
import type { Foreign, Seer } from './leaks.js';
import { CLIENTS, INBOX_NAME, KIMS_NOTES } from './marked.js';
import type { LinkRow } from './reach-rows.js';
import { allMails, linksOf, MONDAY, on } from './story.js';
import { KIM, ZONE, type World } from './world.js';

export type Kind = 'mail' | 'page' | 'answer' | 'copy' | 'event' | 'public';
/** What a call to the web server was answered. */
export interface Answer { readonly path: string; readonly sent: string; readonly hasCookie: boolean; readonly text: string }
/** One look at everything. `open` calls an address as anybody could. */
export interface Looking {
  readonly w: World;
  readonly foreign: readonly Foreign[];
  readonly links: readonly LinkRow[];
  /** Those that nobody has seen; whoever sees them takes them out. */
  readonly answers: Answer[];
  /** Events that are groups: their guests know each other. */
  readonly groups: ReadonlySet<string>;
  /** Did anybody write at Google since this was asked before? */
  isGoogleNew(): Promise<boolean>;
  /** All work is done: what a click brings has come. */
  readonly isSettled: boolean;
  open(url: string, method?: 'GET' | 'HEAD'): Promise<string>;
  /** Shows a text to somebody. Returns whether they see it for the first time. */
  see(kind: Kind, what: string, text: string, seer: Seer, allowed?: readonly string[]): boolean;
  complain(what: string): void;
}

/** The one with this address; without an address, the one whose words are in the name. */
const whoIs = (email: string | null, name: string | null = null): Exclude<Seer, null> =>
  CLIENTS.find((c) => c.email === email || (email === null && name !== null && c.marks.some((mark) => name.toLowerCase().includes(mark))))
  ?? { name: name ?? '?', email: email ?? '?', marks: [] };

/** Mails, as they came and as another parser reads them: headers, parts, texts. */
async function mails({ w, see }: Looking): Promise<void> {
  for (const mail of await allMails(w)) {
    const raw = readFileSync(join(w.folder, 'mail', `${mail.id}.eml`), 'utf8');
    for (const email of mail.to.filter((one) => one !== KIM.email)) {
      for (const text of [raw, JSON.stringify(mail)]) see('mail', `the mail "${mail.subject}"`, text, whoIs(email));
    }
  }
}

/** Answers to what was clicked and sent, by whoever did it. Kim's own are left out. */
function answers({ answers: given, links, foreign, see }: Looking): Promise<void> {
  for (const { path, sent, hasCookie, text } of given.splice(0)) {
    const link = links.find(({ token }) => path === `/l/${token}`);
    const asked = path.startsWith('/api/') ? foreign.find(({ id }) => path.includes(`rq_${id}`))?.email : undefined;
    const typed = path.startsWith('/book/') ? new URLSearchParams(sent).get('email')
      : path.startsWith('/api/') && sent !== '' ? (JSON.parse(sent) as { client: { email: string } }).client.email : null;
    const email = asked ?? typed;
    const isKims = hasCookie || link?.purpose === 'decide' || /^\/(?:auth|sign-)/.test(path);
    if (isKims) continue;
    // This field is for the coach's side, as the README says; a client is never shown it.
    const shown = path.startsWith('/api/') ? text.replace(/"pending_reason":"[a-z-]+"/, '') : text;
    see('answer', `the answer of ${path}`, shown, link ? whoIs(link.email, link.name) : email === null ? null : whoIs(email));
  }
  return Promise.resolve();
}

/** What stands behind each link, as things are now: by GET, by HEAD, and the pages to which mails and pages lead from there. */
async function linkPages({ w, links, isSettled, open, see }: Looking): Promise<void> {
  const mailed = (await allMails(w)).flatMap((mail) => linksOf(w, mail));
  for (const { token, purpose, email, name } of links.filter((link) => link.purpose !== 'decide')) {
    const bare = `${w.url}/l/${token}`, seer = whoIs(email, name), what = `the ${purpose} page`;
    const page = await open(bare);
    const isNew = see('page', what, page, seer);
    if (isNew) see('page', what, await open(bare, 'HEAD'), seer);
    if (!isNew && !isSettled) continue;
    const onPage = [...page.matchAll(/(?:href|action)="([^"]+)"/g)].map(([, href = '']) => new URL(href.replaceAll('&amp;', '&'), w.url).toString());
    const further = [...new Set([...mailed, ...onPage])].filter((url) => url.startsWith(`${bare}?`));
    // The pages behind the times differ in the time alone: the first and the last of them are read.
    const starts = further.filter((url) => url.includes('start=')), others = further.filter((url) => !url.includes('start='));
    const some = new Set([...others, starts[0] ?? `${bare}?start=${encodeURIComponent(rfc3339(MONDAY, 'UTC'))}`, ...starts.slice(-1)]);
    for (const url of some) see('page', what, await open(url), seer);
  }
}

interface EventSeen {
  readonly id: string; readonly summary?: string; readonly organizer?: { readonly email: string };
  readonly attendees?: readonly { readonly email: string; readonly self?: boolean }[];
}
const eventsOf = async (w: World, account: string, calendar: string, query: string): Promise<EventSeen[]> =>
  ((await (await w.google(account, 'GET', `/calendars/${encodeURIComponent(calendar)}/events?${query}`)).json()) as { items: EventSeen[] }).items;
/** Guests of a group that Kim made know each other; and Google shows guests the name of the calendar on which Kim put an event. */
const allowedIn = (event: EventSeen, groups: ReadonlySet<string>): string[] => [
  ...(groups.has(event.id) ? (event.attendees ?? []).flatMap((a) => whoIs(a.email).marks) : []),
  ...(event.organizer?.email.endsWith('@group.calendar.google.com') === true ? [INBOX_NAME.toLowerCase()] : []),
];

/** Their own calendars in Google: the copies that guests have, once as series and once as single events. */
async function copies({ w, groups, see }: Looking): Promise<void> {
  for (const client of CLIENTS) {
    for (const query of ['singleEvents=false&showDeleted=true', `singleEvents=true&timeMax=${encodeURIComponent(rfc3339(on(15, '00:00'), 'UTC'))}`]) {
      for (const event of await eventsOf(w, client.email, client.email, query)) {
        see('copy', `the copy of "${event.summary ?? ''}"`, JSON.stringify(event), client, allowedIn(event, groups));
      }
    }
  }
}

/** In events of Kim's that have guests stands nothing of another request, and no coach's link: in no field and no property. */
async function eventsWithGuests({ w, groups, see }: Looking): Promise<void> {
  const { items: calendars } = (await (await w.google(KIM.email, 'GET', '/users/me/calendarList')).json()) as { items: { id: string }[] };
  for (const { id } of calendars) {
    for (const event of await eventsOf(w, KIM.email, id, 'showDeleted=true')) {
      const guests = (event.attendees ?? []).filter((a) => a.email !== KIM.email && a.self !== true);
      // A private property of Kim's own is shown to her alone.
      const note = KIMS_NOTES.find((own) => event.id.startsWith(own.eventId))?.note ?? '';
      const text = note === '' ? JSON.stringify(event) : JSON.stringify(event).replace(JSON.stringify(note), '""');
      for (const guest of guests) see('event', `Kim's event "${event.summary ?? ''}"`, text, whoIs(guest.email), allowedIn(event, groups));
    }
  }
}

/** What Google shows to whom. It stays as it is while nobody writes. */
async function atGoogle(looking: Looking): Promise<void> {
  if (!(await looking.isGoogleNew())) return;
  await copies(looking);
  await eventsWithGuests(looking);
}

/** A day's page without its times and the ways to other days. */
const withoutTimes = (page: string): string => page.slice(page.indexOf('<')).replace(/\s+/g, ' ')
  .replace(/<nav class="pager".*?<\/nav>|<title>.*?<\/title>|<h1>.*?<\/h1>|value="\d{4}-\d\d-\d\d"/g, '').replace(/<h2>.*?<\/ul>/g, '').replace(/ +/g, ' ');
/** How the times on it that are not free look, without the hours. */
const looksOfTaken = (page: string): Set<string> => {
  const [, list = ''] = /<h2>Ask for (?:another|a) time.*?<ul class="slots">(.*?)<\/ul>/s.exec(page) ?? [];
  return new Set(list.split('<li>').slice(1).map((entry) => entry.replace(/href="[^"]*"/, '').replace(/>[^<]*</, '><').trim()));
};
let usual: string | null = null;

/** The booking page, which everybody can open: a month, a day, and the form behind a time. Whatever takes a time, it looks the same. */
export async function publicPages({ w, open, see, complain }: Looking): Promise<void> {
  const date = wallClock(MONDAY, ZONE).date, book = `${w.url}/book/${KIM.slug}`;
  const show = async (path: string): Promise<string> => {
    const page = (await open(book + path)).replace(/name="stamp" value="[^"]*"/, '');
    see('public', 'the booking page', page, null);
    return page;
  };
  await show(`?month=${date.slice(0, 7)}`);
  await show(`/ask?start=${encodeURIComponent(rfc3339(MONDAY, 'UTC'))}`);
  const day = await show(`?day=${date}`);
  if (!day.includes('<ul class="slots">')) return;
  const looks = looksOfTaken(day), rest = withoutTimes(day);
  if (looks.size > 1) complain(`times that are not free do not look the same: ${[...looks].join(' | ')}`);
  usual ??= rest;
  if (rest !== usual) complain(`a day on the booking page does not look as ever: ${rest}`);
}

/** Every surface of persons, in the order of the story: what is sent, what is answered, what stands behind links, what Google shows. */
export const PERSONAL: readonly ((looking: Looking) => Promise<void>)[] = [mails, answers, linkPages, atGoogle];
