/** The invariants of the design, each judged by what Google and the mail servers saw. Each gives its breaches in words. */
import { ALL_DAY, SINGLE, WEEKLY } from './model-cast.js';
import type { Call } from '../support/road.js';
import { eventIdIn, inserts, isInvite, looksAt, meet, patches, requestIn, shownIn, spanOf, writtenSpan, type Seen, type Span, type Write } from './model-seen.js';

const LOOK_LASTS_MS = 5_000;
const at = (ms: number): string => new Date(ms).toISOString();
const toleratedBy = (s: Seen, request: string | null): string[] => (request !== null && s.tolerant.has(request) ? [ALL_DAY] : []);

/** 1 and 12: before each insert all calendars were seen free; before each invitation they were read again, and free. */
export function noEarlyLanding(s: Seen, isAtRest: boolean): string[] {
  return inserts(s).flatMap((insert) => {
    const { id } = insert.body, window = spanOf(insert.body), tolerated = toleratedBy(s, requestIn(insert.body));
    const invite = patches(s).find((c) => eventIdIn(c) === id && isInvite(c));
    const stands = s.standing.some((e) => e.id === id);
    const found = insert.body.attendees !== undefined || insert.query.get('sendUpdates') !== 'none' ? [`${id} was inserted with guests or notices`] : [];
    for (const calendar of s.calendars) {
      const look = looksAt(s, calendar, window, 0, insert.came).at(-1);
      if (!look) { found.push(`${id} was inserted at ${at(window.start)} without a look at ${calendar}`); continue; }
      if (insert.cameMs - (look.answer?.wentMs ?? 0) > LOOK_LASTS_MS) found.push(`${id} was inserted ${insert.cameMs - (look.answer?.wentMs ?? 0)} ms after the look at ${calendar}`);
      const shown = shownIn(look, window, id, tolerated);
      if (shown.length > 0 && (invite || (isAtRest && stands))) found.push(`${id} was inserted at ${at(window.start)} although ${calendar} showed ${shown.join(', ')}`);
      if (invite && !looksAt(s, calendar, window, insert.came, invite.came).some((again) => shownIn(again, window, id, tolerated).length === 0)) found.push(`${id} was given its guest, but ${calendar} was not seen free after the insert`);
    }
    if (isAtRest && stands && !invite) found.push(`${id} stands there without its guest`);
    return found;
  });
}

const guestOf = (s: Seen, eventId: string): string => {
  if (eventId.startsWith(WEEKLY)) return s.clients[0]?.email ?? '';
  if (eventId === SINGLE) return s.clients[1]?.email ?? '';
  const insert = inserts(s).find((c) => c.body.id === eventId);
  return s.clients.find((c) => String(insert?.body.summary).startsWith(c.name))?.email ?? '';
};
const ourWrites = (s: Seen): Write[] => s.writes.filter((w) => w.account === s.coach);
const moves = (s: Seen): { write: Write; from: Span; to: Span }[] => ourWrites(s).flatMap((write) => {
  if (write.kind !== 'patch' || !write.before || !write.after) return [];
  const from = writtenSpan(write.before), to = writtenSpan(write.after);
  return from.start === to.start && from.end === to.end ? [] : [{ write, from, to }];
});

/** Does a write name a version of its event that Google had shown us before? */
const hasShownEtag = (s: Seen, write: Call): boolean =>
  write.ifMatch !== null && s.calls.some((c) => c.answer !== null && c.answer.went < write.came && c.answer.body?.id === eventIdIn(write) && c.answer.body.etag === write.ifMatch);

/** 2: a session is moved by its own client's choice alone, or back; never deleted, never with another length. Landing comes
 *  after the new window was read. */
export function neverWorseOff(s: Seen): string[] {
  const found: string[] = [];
  const isOurs = (id: string): boolean => inserts(s).some((c) => c.body.id === id);
  for (const c of s.calls.filter((call) => call.method === 'DELETE')) {
    const id = eventIdIn(c);
    if (!isOurs(id) || patches(s).some((p) => eventIdIn(p) === id && isInvite(p) && p.came < c.came)) found.push(`${id} was deleted`);
    if (!hasShownEtag(s, c) || c.query.get('sendUpdates') !== 'none') found.push(`${id} was deleted without its etag, or with notices`);
  }
  for (const c of patches(s)) {
    const id = eventIdIn(c), keys = Object.keys(c.body).sort().join();
    if (!hasShownEtag(s, c)) found.push(`${id} was patched without an etag that Google had shown of it`);
    if (isInvite(c) ? keys !== 'attendees' || !isOurs(id) : keys !== 'end,start') found.push(`${id} was patched with ${keys}`);
    if (isInvite(c)) continue;
    const to = spanOf(c.body).start;
    const isChosen = s.choices.some((choice) => choice.to === guestOf(s, id) && choice.start === to && choice.came < c.came);
    const isBack = moves(s).some((m) => m.write.eventId === id && m.from.start === to);
    // A group, or somebody else's by now, is not moved at one client's word.
    const shown = s.calls.filter((g) => g.method === 'GET' && g.path === c.path && g.answer?.status === 200 && g.answer.went < c.came).at(-1)?.answer?.body;
    const guests = (shown?.attendees ?? []).filter((a: { self?: boolean }) => a.self !== true).map((a: { email: string }) => a.email);
    if (!isBack && guests.join() !== guestOf(s, id)) found.push(`${id} was moved with the guests ${guests.join()}`);
    if (!isChosen && !isBack) found.push(`${id} was moved to ${at(to)}, which ${guestOf(s, id)} had not chosen`);
  }
  for (const { write, from, to } of moves(s)) if (from.end - from.start !== to.end - to.start) found.push(`${write.eventId} was given another length`);
  for (const insert of inserts(s)) {
    const window = spanOf(insert.body);
    for (const move of patches(s).filter((c) => !isInvite(c) && c.came < insert.came)) {
      const made = moves(s).find((m) => m.write.eventId === eventIdIn(move) && m.to.start === spanOf(move.body).start);
      if (!made || !meet(made.from, window)) continue;
      for (const calendar of s.calendars) if (looksAt(s, calendar, made.to, move.came, insert.came).length === 0) found.push(`${insert.body.id} was inserted before ${calendar} was read where ${made.write.eventId} went`);
    }
  }
  return found;
}

/** 2: what slipped into the new window is answered: the session goes back while its old time is free and nobody else has moved
 *  it since; else its coach is told. */
export function slippedIn(s: Seen): string[] {
  return patches(s).filter((c) => !isInvite(c)).flatMap((move) => {
    const id = eventIdIn(move), made = moves(s).find((m) => m.write.eventId === id && m.to.start === spanOf(move.body).start);
    if (!made || !s.choices.some((c) => c.to === guestOf(s, id) && c.start === made.to.start)) return [];
    const isSlipped = s.calendars.some((calendar) => {
      const looks = looksAt(s, calendar, made.to, move.came, Infinity);
      return looks.length > 0 && looks.every((look) => shownIn(look, made.to, id, []).length > 0);
    });
    const isBack = patches(s).some((c) => c.came > move.came && eventIdIn(c) === id && spanOf(c.body).start === made.from.start);
    const isTold = s.ours.some((m) => m.to.includes(s.coach) && m.subject.startsWith('An overlap in your calendar'));
    const couldGoBack = s.calendars.every((calendar) => {
      const [first] = looksAt(s, calendar, made.from, move.came, Infinity);
      return first !== undefined && shownIn(first, made.from, id, []).length === 0;
    }) && !s.writes.some((w) => w.eventId === id && w.account !== s.coach && w.seq > made.write.seq);
    return isSlipped && !isBack && (couldGoBack || !isTold) ? [`something slipped in where ${id} went, and ${couldGoBack ? 'it was not taken back' : 'nobody was told'}`] : [];
  });
}

/** 3: what we put somewhere, and nobody touched since, never overlaps. */
export function noDoubleBooking(s: Seen): string[] {
  const last = new Map<string, Write>();
  for (const w of s.writes) last.set(w.eventId, w);
  const placed = [...last.values()].filter((w) => w.account === s.coach && w.kind !== 'delete' && w.after);
  return placed.flatMap((a, i) => placed.slice(i + 1).flatMap((b) => (a.after && b.after && meet(writtenSpan(a.after), writtenSpan(b.after)) ? [`${a.eventId} and ${b.eventId} overlap`] : [])));
}

/** 4: one event for a request, one invitation, one move for a choice; one message for a person and decision. */
export function atMostOnce(s: Seen): string[] {
  const found: string[] = [];
  const twice = (what: string, all: readonly string[], most = 1): void => {
    for (const each of new Set(all)) if (all.filter((x) => x === each).length > most) found.push(`${what}: ${each}`);
  };
  twice('events of one request', s.standing.flatMap((e) => requestIn(e) ?? []));
  const kept = ourWrites(s).filter((w) => w.kind === 'patch' && w.before?.start === w.after?.start);
  twice('written twice', kept.map((w) => w.eventId));
  const backs = (id: string): Span[] => moves(s).filter((m) => m.write.eventId === id).map((m) => m.to);
  for (const { write, to } of moves(s)) {
    const forth = s.choices.filter((c) => c.to === guestOf(s, write.eventId) && c.start === to.start).length;
    const came = moves(s).filter((m) => m.write.eventId === write.eventId && m.from.start === to.start).length;
    if (backs(write.eventId).filter((t) => t.start === to.start).length > forth + came) found.push(`${write.eventId} was moved to ${at(to.start)} more often than it was chosen`);
  }
  // A message says all about its person and decision, but for requests that are the same in all, and the ends of several questions.
  const told = new Map(s.ours.map((m) => [m.messageId, { to: m.to.join(), hasLink: m.html.includes('/l/'), says: `${m.to.join()} ${m.subject} ${m.headers['references'] ?? ''} ${m.text}` }]));
  const likeOthers = Math.max(1, ...s.requests.map((r) => s.requests.filter((other) => other.email === r.email).length));
  for (const m of told.values()) {
    const n = [...told.values()].filter((x) => x.says === m.says).length, questions = [...told.values()].filter((x) => x.to === m.to && x.hasLink).length;
    if (n > (m.hasLink ? 1 : Math.max(likeOthers, questions))) found.push(`${n} messages say the same: ${m.says.slice(0, 120)}`);
  }
  if (s.ours.length - told.size > s.mayRepeat) found.push(`${s.ours.length - told.size} messages went out again, ${s.mayRepeat} may have`);
  for (const [id] of told) if (new Set(s.ours.filter((m) => m.messageId === id).map((m) => m.to.join())).size > 1) found.push(`${id} went to several people`);
  return found;
}

/** 10: nobody reads a word of another client, or a link of the coach's. `read`: pages and copies that a client saw. */
export function strangers(s: Seen, read: ReadonlyMap<string, string>): string[] {
  const links = s.ours.filter((m) => m.to.includes(s.coach)).flatMap((m) => [...m.html.matchAll(/\/l\/([\w.-]+)/g)].map((l) => (l[1] ?? '').toLowerCase()));
  return s.clients.flatMap((client) => {
    const text = [...s.ours, ...s.googles].filter((m) => m.to.includes(client.email)).map((m) => JSON.stringify(m)).join('\n').concat(read.get(client.email) ?? '').toLowerCase();
    const marks = [...s.clients.filter((c) => c !== client).flatMap((c) => c.marks), ...links].filter((mark) => text.includes(mark));
    return marks.length > 0 ? [`${client.email} could read: ${marks.join(', ')}`] : [];
  });
}

/** 11: Google sends a notice of ours only for an invitation or a move; nobody but the coach and clients hears from us, and nobody before there is a request. */
export function inboundCannotMail(s: Seen): string[] {
  const known = [s.coach, ...s.clients.map((c) => c.email)];
  return [
    ...s.calls.filter((c) => c.method !== 'GET' && (c.query.get('sendUpdates') ?? 'none') !== 'none' && c.method !== 'PATCH').map((c) => `${c.method} ${c.path} made Google send mail`),
    ...s.ours.filter((m) => m.to.some((to) => !known.includes(to))).map((m) => `a message went to ${m.to.join()}`),
    ...(s.isAsked ? [] : s.ours.map((m) => `before anybody asked, somebody was told: ${m.subject}`)),
    ...(s.isAsked ? [] : s.calls.filter((c) => c.method !== 'GET').map((c) => `${c.method} ${c.path} before anybody asked`)),
  ];
}
