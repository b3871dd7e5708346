import { answerTime, ASK_REFUSAL_IN_WORDS } from '../conflicts/blocker.js';
import { whatItTakes } from '../conflicts/picture.js';
import { otherPictures, pictureOf, wantedBy } from '../conflicts/picture.store.js';
import type { Coach } from '../coach/coach.store.js';
import { grantOf } from '../google/grant.store.js';
import { intervalFrom, type Interval } from '../kernel/interval.js';
import { rfc3339 } from '../kernel/zone.js';
import { canWrite } from '../mirror/access-role.js';
import { knownCalendars } from '../mirror/calendar-list.store.js';
import { calendarRow, sessionCalendar } from '../mirror/calendar.store.js';
import { clientById } from '../requests/client.store.js';
import { toldAt } from '../requests/finding.store.js';
import { foundNow } from '../requests/found.step.js';
import { lengthMs, REASON_IN_WORDS, wantedInterval, type Request } from '../requests/request.js';
import { requestById, requestsOf } from '../requests/request.store.js';
import type { Resolution } from '../resolution/resolution.js';
import { choiceOf, offerOf, resolutionById } from '../resolution/resolution.store.js';
import { sessionById, sessionInterval } from '../resolution/session.store.js';
import type { Shell } from '../work/shell.port.js';
import type { CalendarEntry } from './calendar-entry.js';
import type { Written } from './envelope.js';
import type { LetterFacts } from './facts.js';
import { findPath, linkPath } from './link.store.js';
import { aboutWish } from './letter-wish.step.js';
import { reasonForCoach } from './letter-reason.step.js';
import { wasSent, type OutboxRow } from './outbox.store.js';
import { ENTRY_TITLE } from './texts-to-clients.js';
import { CLASH } from './texts-to-coach.js';

/** Gathers what a letter tells, from the state as it is now; null if there is no longer anything to tell. */
export async function letterFacts(shell: Shell, coach: Coach, row: OutboxRow): Promise<Written | null> {
  if (row.letter === 'digest') return digest(shell, coach, row);
  if (row.wish_id !== null) return aboutWish(shell, coach, row);
  if (row.request_id === null) return row.grant_id === null ? aboutCalendar(shell, coach, row) : aboutGrant(shell, coach, row);
  const request = await requestById(shell.db, coach.id, row.request_id);
  const resolution = row.resolution_id === null ? null : await resolutionById(shell.db, coach.id, row.resolution_id);
  if (row.client_id === null) {
    const facts = await toCoach(shell, coach, row, request, resolution);
    return facts && { facts, to: { name: coach.name, address: coach.email }, entry: null };
  }
  const client = await clientById(shell.db, coach.id, row.client_id);
  const facts = await toClient(shell, coach, row, request, resolution);
  if (!facts || !client.email) return null;
  const to = { name: client.name, address: client.email };
  return { facts, to, entry: entryFor(shell, coach, row, resolution, facts, to) };
}

/** A session keeps its UID for life, whatever moves it, and each letter its SEQUENCE, however often it is sent. */
function entryFor(shell: Shell, coach: Coach, row: OutboxRow, resolution: Resolution | null, facts: LetterFacts, attendee: { name: string; address: string }): CalendarEntry | null {
  if ((facts.letter !== 'moved' && facts.letter !== 'ask-over') || facts.entry === null || row.ical_sequence === null || !resolution?.sessionId) return null;
  return {
    method: facts.entry, uid: `${resolution.sessionId}@makeway`, sequence: row.ical_sequence, stamp: row.created_at, interval: facts.letter === 'moved' ? facts.now : facts.session,
    summary: ENTRY_TITLE(coach.name), organizer: { name: coach.name, address: shell.mailFrom }, attendee,
  };
}

/** Null if all that it would tell is settled by now. */
async function digest(shell: Shell, coach: Coach, row: OutboxRow): Promise<Written | null> {
  const found = await foundNow(shell.db, coach, await toldAt(shell.db, coach.id, row.created_at, shell.clock.now()));
  if (found.length === 0) return null;
  const findings = found.map(({ finding: { kind, interval, came_back: cameBack }, one, other }) =>
    ({ kind, one: one.title, other: other.title, interval, cameBack: cameBack === null ? null : REASON_IN_WORDS[cameBack] }));
  return { facts: { letter: 'digest', to: { name: coach.name }, zone: coach.zone, findings, link: `${shell.publicUrl}/overlaps` }, to: { name: coach.name, address: coach.email }, entry: null };
}

/** Null if the calendar is back, can be written again, or is believed again. */
async function aboutCalendar(shell: Shell, coach: Coach, row: OutboxRow): Promise<Written | null> {
  if (row.letter === 'frozen' && row.calendar_id !== null) {
    const frozen = await calendarRow(shell.db, coach.id, row.calendar_id);
    if (!frozen || frozen.frozen_at === null) return null;
    return { facts: { letter: 'frozen', to: { name: coach.name }, zone: coach.zone, calendar: frozen.summary, since: frozen.frozen_at }, to: { name: coach.name, address: coach.email }, entry: null };
  }
  if (row.letter !== 'calendar-gone' && row.letter !== 'calendar-read-only') return null;
  const calendar = (await knownCalendars(shell.db, coach.id)).find((k) => k.id === row.calendar_id);
  const isStillSo = row.letter === 'calendar-gone' ? calendar?.retiredRole !== null : calendar?.role === 'sessions' && !canWrite(calendar.accessRole);
  if (!calendar || !isStillSo) return null;
  const heldSessions = row.letter === 'calendar-read-only' || calendar.retiredRole === 'sessions';
  const facts: LetterFacts = { letter: row.letter, to: { name: coach.name }, zone: coach.zone, calendar: calendar.summary, noticedAt: row.created_at, hasTarget: (await sessionCalendar(shell.db, coach.id)) !== null, heldSessions, heldHours: calendar.retiredRole === 'hours' };
  return { facts, to: { name: coach.name, address: coach.email }, entry: null };
}

/** A letter about the permission at Google: only while the very grant that it is about is broken. */
async function aboutGrant(shell: Shell, coach: Coach, row: OutboxRow): Promise<Written | null> {
  const grant = await grantOf(shell.db, coach.id);
  if (row.letter !== 'reconnect' || grant?.id !== row.grant_id || grant.broken_at === null) return null;
  const facts = {
    letter: 'reconnect', to: { name: coach.name }, zone: coach.zone, since: grant.broken_at, account: grant.email,
    open: (await requestsOf(shell.db, coach.id, 'open')).length, link: `${shell.publicUrl}/connect`,
  } as const;
  return { facts, to: { name: coach.name, address: coach.email }, entry: null };
}

async function toCoach(shell: Shell, coach: Coach, row: OutboxRow, request: Request, resolution: Resolution | null): Promise<LetterFacts | null> {
  const to = { name: coach.name };
  const incoming = await clientById(shell.db, coach.id, request.client_id);
  switch (row.letter) {
    case 'decision': {
      if (request.state !== 'pending_resolution' || request.revision !== row.revision) return null;
      const picture = await pictureOf(shell.db, coach, wantedBy(request), shell.clock.now());
      const open = shell.publicUrl + await linkPath(shell.db, shell.keys, { coachId: coach.id, purpose: 'decide', requestId: request.id, resolutionId: null, revision: row.revision });
      const reason = await reasonForCoach(shell.db, request);
      const { ask, candidate } = picture;
      const { asksPerClient } = coach.policy;
      const titled = (b: { title: string; interval: Interval }): { title: string; interval: Interval } => ({ title: b.title, interval: b.interval });
      return {
        letter: 'decision', to, zone: coach.zone, incoming: { name: incoming.name, email: incoming.email ?? '' }, sessionType: request.session_type,
        wanted: picture.wanted, alsoWanted: (await otherPictures(shell.db, coach, request, shell.clock.now())).map((p) => ({ interval: p.wanted, takes: whatItTakes(p) })), reason: reason.sentence, isAgain: reason.isAgain,
        blockers: picture.blockers.map(titled), neighbours: picture.neighbours.map(titled),
        ask: typeof ask === 'string' || !candidate ? { why: ASK_REFUSAL_IN_WORDS[typeof ask === 'string' ? ask : 'no-session'] } : {
          name: candidate.name, slots: ask.slots.length, answer: ask.answer, needsAddress: candidate.email === null,
          toTick: picture.blockers.filter((b) => b.key !== candidate.blocker.key).map((b) => b.title),
        },
        lately: candidate && { name: candidate.name, asks: candidate.asksLately, days: asksPerClient.days },
        other: { slots: picture.otherSlots.length, answer: answerTime(shell.clock.now(), coach.policy, null) },
        link: { open, option1: `${open}?do=option1`, option2: `${open}?do=option2`, decline: `${open}?do=decline` },
      };
    }
    case 'settled': {
      const moved = resolution?.sessionId ? await movedFacts(shell, coach, resolution) : null;
      if (request.booked_start === null) return null;
      return { letter: 'settled', to, zone: coach.zone, incomingName: incoming.name, stoodThere: request.stands_as !== null, booked: intervalFrom(request.booked_start, lengthMs(request)), moved };
    }
    case 'withdrawn': return { letter: 'withdrawn', to, zone: coach.zone, incomingName: incoming.name, wanted: wantedInterval(request) };
    case 'clash': {
      if (!resolution?.sessionId) return null;
      const session = await sessionById(shell.db, coach.id, resolution.sessionId);
      const client = await clientById(shell.db, coach.id, session.client_id);
      return { letter: 'clash', to, zone: coach.zone, what: CLASH.movedSession(client.name), at: sessionInterval(session) };
    }
    case 'ask':
    case 'ask-reminder':
    case 'ask-over':
    case 'moved':
    case 'offer':
    case 'offer-reminder':
    case 'declined':
    case 'expired': // these go to clients
    case 'digest':
    case 'frozen':
    case 'calendar-gone':
    case 'calendar-read-only':
    case 'reconnect':
    case 'confirm': return null; // these are about no request
  }
}

const alsoWanted = (request: Request): Interval[] => request.wanted_starts.filter((s) => s !== request.wanted_at).map((s) => intervalFrom(s, lengthMs(request)));

async function movedFacts(shell: Shell, coach: Coach, resolution: Resolution): Promise<{ name: string; from: Interval; now: Interval } | null> {
  const choice = await choiceOf(shell.db, resolution, 'done');
  if (!choice || !resolution.sessionId) return null;
  const client = await clientById(shell.db, coach.id, (await sessionById(shell.db, coach.id, resolution.sessionId)).client_id);
  return { name: client.name, from: resolution.interval, now: choice.interval };
}

async function toClient(shell: Shell, coach: Coach, row: OutboxRow, request: Request, resolution: Resolution | null): Promise<LetterFacts | null> {
  if (row.client_id === null) return null;
  const client = await clientById(shell.db, coach.id, row.client_id);
  const who = { to: { name: client.name }, coachName: coach.name, zone: client.time_zone ?? coach.zone, coachZone: coach.zone };
  if (row.letter === 'declined' || row.letter === 'expired') {
    return { letter: row.letter, ...who, wanted: [wantedInterval(request), ...alsoWanted(request)], statusLink: await statusLink(shell, coach, request) };
  }
  if (!resolution) return null;
  if (row.letter === 'moved') {
    const moved = await movedFacts(shell, coach, resolution);
    return moved && { letter: 'moved', ...who, from: moved.from, now: moved.now, entry: row.ical_sequence === null ? null : 'REQUEST' };
  }
  const offer = await offerOf(shell.db, resolution);
  if (row.letter === 'ask-over') {
    // Who never got the question needs no end of it.
    if (!resolution.sessionId || !(await wasSent(shell.db, row, 'ask'))) return null;
    const session = await sessionById(shell.db, coach.id, resolution.sessionId);
    // The session as it is in Google now: the coach may have moved it since.
    return { letter: 'ask-over', ...who, session: sessionInterval(session), entry: row.ical_sequence === null ? null : session.status === 'cancelled' ? 'CANCEL' : 'REQUEST' };
  }
  if (resolution.state !== 'asked' || shell.clock.now() >= offer.expiresAt) return null;
  const purpose = resolution.option === 2 ? 'choose' : 'pick';
  const link = shell.publicUrl + await linkPath(shell.db, shell.keys, { coachId: coach.id, purpose, requestId: request.id, resolutionId: resolution.id });
  const slots = offer.slots.map((interval) => ({ interval, link: `${link}?start=${encodeURIComponent(rfc3339(interval.start, 'UTC'))}` }));
  const open = { ...who, slots, until: offer.expiresAt, noneLink: `${link}?none=1` };
  if (row.letter === 'offer' || row.letter === 'offer-reminder') return { letter: row.letter, ...open, sessionType: request.session_type, statusLink: await statusLink(shell, coach, request) };
  if ((row.letter !== 'ask' && row.letter !== 'ask-reminder') || !resolution.sessionId) return null;
  const session = sessionInterval(await sessionById(shell.db, coach.id, resolution.sessionId));
  return { letter: row.letter, ...open, session, keepLink: `${link}?keep=1`, muteLink: `${link}?mute=1` };
}

async function statusLink(shell: Shell, coach: Coach, request: Request): Promise<string | null> {
  const path = await findPath(shell.db, shell.keys, { coachId: coach.id, purpose: 'status', requestId: request.id, resolutionId: null });
  return path && shell.publicUrl + path;
}
