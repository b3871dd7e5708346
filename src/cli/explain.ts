/** The body of `makeway explain`: why things are, or were at a past moment, as they are, from the history. */
import { parseArgs } from 'node:util';
import { coachById, type Coach } from '../coach/coach.store.js';
import { slotFacts } from '../conflicts/standing.store.js';
import { readId, type RequestId, type ResolutionId, type SessionId } from '../kernel/ids.js';
import { instant, intervalFrom, plus, type Instant } from '../kernel/interval.js';
import { bareSpanInWords, momentInWords, readRfc3339, rfc3339, zoneInWords } from '../kernel/zone.js';
import { attemptAnywhere, choicesAt, letterAnywhere, lettersOf, namesBehind, offersOf, sessionAnywhere, type Letter, type Offered } from '../mail/explained.store.js';
import { LETTER_IN_WORDS } from '../mail/told-mail.js';
import { inReadOnly, type Reader } from '../postgres/transaction.js';
import { clientById } from '../requests/client.store.js';
import { lengthMs, type Request } from '../requests/request.js';
import { requestAnywhere, requestById } from '../requests/request.store.js';
import { offerOf, resolutionById } from '../resolution/resolution.store.js';
import { sessionById, sessionInterval } from '../resolution/session.store.js';
import { sayingOf, slotInWords, type Cast, type Saying } from '../resolution/told.js';
import { judgeSlot, WHY_NOT } from '../slots/search.js';
import { linesOf, type KeptLine } from '../work/history.store.js';
import type { Shell } from '../work/shell.port.js';

const USAGE = 'makeway explain <request rq_…|session se_…|mail: Message-ID or le_…> [--at <RFC 3339>], or makeway explain <re_…|of_…> --start <RFC 3339>';
type Answer = { lines: string[] } | { fault: string };

/** What to print, or what is wrong with the words. @throws a fault of parseArgs */
export async function explain(shell: Shell, args: string[]): Promise<Answer> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { at: { type: 'string' }, start: { type: 'string' } } });
  const [named] = positionals;
  if (named === undefined || positionals.length > 1) return { fault: USAGE };
  const [at, start] = [values.at, values.start].map((text) => (text === undefined ? null : readRfc3339(text)));
  if ((values.at !== undefined && at === null) || (values.start !== undefined && start === null)) return { fault: '--at and --start must be times in RFC 3339, such as 2026-11-30T13:00:00+01:00.' };
  const now = shell.clock.now();
  const until = at ?? now;
  return inReadOnly(shell.db, async (db): Promise<Answer> => {
    const lines = await find(db, named, { until, isPast: at !== null && at !== undefined, start: start ?? null, now });
    return lines ?? { fault: `There is nothing called ${named.slice(0, 200)}. ${USAGE}` };
  });
}

interface When { readonly until: Instant; readonly isPast: boolean; readonly start: Instant | null; readonly now: Instant }
async function find(db: Reader, named: string, when: When): Promise<Answer | null> {
  const letterId = readId('letter', named.replace(/^<|>$/g, '').split('@')[0] ?? '');
  if (letterId !== null) {
    const letter = await letterAnywhere(db, letterId);
    return letter && { lines: await aboutLetter(db, letter, when) };
  }
  if (readId<RequestId>('request', named) !== null) {
    const request = await requestAnywhere(db, named);
    return request && { lines: await aboutRequest(db, request, when) };
  }
  if (readId<SessionId>('session', named) !== null) {
    const session = await sessionAnywhere(db, named);
    return session && { lines: await aboutSession(db, await coachById(db, session.coach_id), session.id, when) };
  }
  if (readId('resolution', named) === null && readId('offer', named) === null) return null;
  const attempt = await attemptAnywhere(db, named);
  if (!attempt) return null;
  const coach = await coachById(db, attempt.coach_id);
  if (when.start !== null) return { lines: await aboutSlot(db, coach, attempt.id, when.start, when) };
  const { requestId } = await resolutionById(db, coach.id, attempt.id);
  return { lines: await aboutRequest(db, await requestById(db, coach.id, requestId), when) };
}

/** What is told of one moment goes by `order`: that of the history; times offered after what led to them; mails last. */
interface Entry { readonly at: Instant; readonly order: number; readonly saying: Saying }
const sorted = (entries: readonly Entry[]): Entry[] => [...entries].sort((a, b) => a.at - b.at || a.order - b.order);
const inOrder = (entries: readonly Entry[], zone: string): string[] =>
  sorted(entries).map((e) => `${rfc3339(e.at, zone).slice(0, 16).replace('T', ' ')}  ${e.saying.says.replaceAll('\n', `\n${' '.repeat(14)}`)}`);
const standing = (entries: readonly Entry[]): string => sorted(entries).map((e) => e.saying.stands).filter((s) => s !== null).at(-1) ?? 'Nothing had happened yet.';
const MAILS_LAST = Number.MAX_SAFE_INTEGER;

/** A landing is in the history by itself, and as the end of the attempt: it is told once. */
const once = async (lines: Promise<KeptLine[]>): Promise<KeptLine[]> => (await lines).filter((line) => line.what !== 'landed' || line.facts.fact === undefined);

async function castOf(db: Reader, coach: Coach, request: Request, lines: readonly KeptLine[], offers: readonly Offered[]): Promise<(line: KeptLine) => Cast> {
  const keys = lines.flatMap(({ facts }) => (Array.isArray(facts.blockers) ? facts.blockers.filter((k): k is string => typeof k === 'string') : []));
  const names = keys.length > 0 ? await namesBehind(db, coach.id, keys) : new Map<string, string>();
  const incoming = (await clientById(db, coach.id, request.client_id)).name;
  return (line) => {
    // A decision comes before the attempt that it begins, in the same moment
    const offer = offers.find((o) => o.resolution_id === line.resolution_id) ?? offers.find((o) => o.created_at === line.at);
    const [slot] = offer?.slots ?? [];
    const length = slot && line.resolution_id !== null && line.what !== 'landed' ? slot.end - slot.start : lengthMs(request);
    return { zone: coach.zone, incoming, asked: offer?.name ?? 'the client', lengthMs: length, named: (key) => names.get(key) ?? key };
  };
}

async function entriesOf(db: Reader, coach: Coach, request: Request, until: Instant): Promise<Entry[]> {
  const lines = await once(linesOf(db, coach.id, { requestId: request.id }, until));
  const offers = (await offersOf(db, coach.id, request.id)).filter((o) => o.created_at <= until);
  const cast = await castOf(db, coach, request, lines, offers);
  const told = lines.map((line): Entry => ({ at: line.at, order: line.id, saying: sayingOf(line, cast(line)) }));
  const offered = offers.map((o): Entry => ({ at: o.created_at, order: causeOf(o, lines) + 0.5, saying: { stands: null, says: [
    `${o.slots.length} ${o.slots.length === 1 ? 'time was' : 'times were'} offered to ${o.name}, until ${momentInWords(o.expires_at, coach.zone)}${o.round > 1 ? `; these are the ones of round ${o.round}` : ''}:`,
    ...o.slots.map((s) => `    ${slotInWords({ start: instant(s.start), end: instant(s.end), reasons: s.reasons ?? [] }, coach.zone)}`)].join('\n') } }));
  const letters: Entry[] = [];
  for (const letter of await lettersOf(db, coach.id, request.id, until)) {
    if (letter.sent_at !== null && letter.sent_at <= until) letters.push({ at: letter.sent_at, order: MAILS_LAST, saying: { says: `A mail to ${await reader(db, coach, letter)} ${LETTER_IN_WORDS[letter.letter]}: ${letter.message_id}`, stands: null } });
  }
  return [...told, ...offered, ...letters];
}
/** The line of the decision, or else the last one of that moment: its order. */
const causeOf = (o: Offered, lines: readonly KeptLine[]): number => {
  const then = lines.filter((line) => line.at === o.created_at);
  return (then.find((line) => line.what === `decided: option${o.option}`) ?? then.at(-1))?.id ?? 0;
};
const reader = async (db: Reader, coach: Coach, letter: Letter): Promise<string> => (letter.client_id === null ? coach.name : (await clientById(db, coach.id, letter.client_id)).name);

async function aboutRequest(db: Reader, request: Request, { until, isPast }: When): Promise<string[]> {
  const coach = await coachById(db, request.coach_id);
  const entries = await entriesOf(db, coach, request, until);
  const { name } = await clientById(db, coach.id, request.client_id);
  return [
    `${request.id}: ${name} and ${coach.name}, ${request.session_type}, ${request.length_minutes} minutes. All times are ${zoneInWords(coach.zone)}.`, ...inOrder(entries, coach.zone),
    `${isPast ? `So, at ${momentInWords(until, coach.zone)}` : 'So far'}: ${standing(entries)}`,
  ];
}

async function aboutSession(db: Reader, coach: Coach, id: SessionId, { until, isPast }: When): Promise<string[]> {
  const session = await sessionById(db, coach.id, id);
  const { name } = await clientById(db, coach.id, session.client_id);
  const lines = await once(linesOf(db, coach.id, { sessionId: id }, until));
  const incoming = new Map<string, string>();
  for (const requestId of new Set(lines.flatMap((line) => line.request_id ?? []))) {
    incoming.set(requestId, (await clientById(db, coach.id, (await requestById(db, coach.id, requestId)).client_id)).name);
  }
  const cast = (line: KeptLine): Cast => ({
    zone: coach.zone, incoming: (line.request_id === null ? undefined : incoming.get(line.request_id)) ?? name, asked: name,
    lengthMs: sessionInterval(session).end - sessionInterval(session).start, named: (key) => key,
  });
  const entries = lines.map((line): Entry => ({ at: line.at, order: line.id, saying: sayingOf(line, cast(line)) }));
  const asked = session.cancellation_reason === null ? '' : ` ${name} is being asked to move, for ${session.cancellation_reason.replace('pending_reschedule_for_', '')}.`;
  return [
    `${id}: ${name} and ${coach.name}. All times are ${zoneInWords(coach.zone)}.`, ...inOrder(entries, coach.zone),
    ...(isPast ? [] : [`So it is now: ${session.status}, ${bareSpanInWords(sessionInterval(session), coach.zone)}.${asked}`]),
  ];
}

async function aboutLetter(db: Reader, letter: Letter, { until }: When): Promise<string[]> {
  const coach = await coachById(db, letter.coach_id);
  const first = `${letter.message_id}: a mail to ${await reader(db, coach, letter)} that ${LETTER_IN_WORDS[letter.letter]}. All times are ${zoneInWords(coach.zone)}.`;
  const request = letter.request_id === null ? null : await requestById(db, coach.id, letter.request_id);
  const cause = request ? (await entriesOf(db, coach, request, until)).filter((e) => e.at === letter.created_at && e.order < MAILS_LAST) : [];
  const became = letter.sent_at !== null && letter.sent_at <= until ? `It was handed to the mail server on ${momentInWords(letter.sent_at, coach.zone)}.`
    : letter.sent_at !== null || letter.state === 'waiting' ? `It waits to be sent.${letter.attempts > 0 ? ` ${letter.attempts} attempts so far: ${letter.last_error ?? ''}` : ''}`
    : letter.state === 'refused' ? 'The mail server refused the address for good.' : 'It was not sent: when its turn came, there was nothing to tell any more.';
  return [first, ...(cause.length > 0 ? ['It was caused by:', ...inOrder(cause, coach.zone)] : [`It was caused on ${momentInWords(letter.created_at, coach.zone)}.`]), became, ...(request ? [`The whole story: makeway explain ${request.id}`] : [])];
}

async function aboutSlot(db: Reader, coach: Coach, id: ResolutionId, start: Instant, { now }: When): Promise<string[]> {
  const resolution = await resolutionById(db, coach.id, id);
  const offer = await offerOf(db, resolution);
  const { name } = await clientById(db, coach.id, offer.clientId);
  const slot = offer.slots.find((s) => s.start === start);
  const length = (offer.slots[0]?.end ?? resolution.interval.end) - (offer.slots[0]?.start ?? resolution.interval.start);
  const lines = [`${bareSpanInWords(slot ?? intervalFrom(start, length), coach.zone)} (${zoneInWords(coach.zone)}), for ${name}:`];
  const choices = await choicesAt(db, coach.id, id, start);
  if (slot) lines.push(slot.reasons.length > 0 ? `It is offered, because: ${slot.reasons.join(', ')}.` : 'It is offered.');
  else {
    const around = { start: plus(start, -8 * 86_400_000), end: plus(start, 8 * 86_400_000) };
    const judged = judgeSlot(await slotFacts(db, coach, now, length, [resolution.interval], around), start);
    lines.push(choices.length > 0 ? 'It was offered before; the link shows other times now.' : `It is not offered. ${judged.free ? `It is free now: the ${offer.slots.length} that are offered suit better, or it was not free then.` : `As things stand now: ${WHY_NOT[judged.reason]}.`}`);
  }
  for (const c of choices) lines.push(`${name} chose it on ${momentInWords(c.chosenAt, coach.zone)}; ${{ chosen: 'it is held, and being carried out in Google', done: 'it was carried out in Google', undone: 'it could not be carried out, and was let go' }[c.state]}.`);
  return [...lines, `The whole story: makeway explain ${resolution.requestId}`];
}
