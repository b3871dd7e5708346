/** What would happen if somebody wanted a time, told line by line for whoever runs the house. Names and titles are in it: it is
 *  for the coach's side alone. */
import { ASK_REFUSAL_IN_WORDS, isSession, offerEnd, type Blocker } from '../conflicts/blocker.js';
import { overlaps, intervalFrom, plus, widen, type Instant, type Interval } from '../kernel/interval.js';
import type { Policy } from '../kernel/policy.js';
import { bareSpanInWords, dayInWords, momentInWords, timeInWords, timesOfDay, zoneInWords } from '../kernel/zone.js';
import type { GoodSlot, Picture } from '../conflicts/picture.js';
import { WHY_NOT, type SlotReason } from '../slots/search.js';
import { optionByItself } from './by-itself.js';
import { REASON_IN_WORDS, type PendingReason } from './request.js';

/** What is known: the picture of the wanted time, and what the judge says of it and of that day. */
export interface Rehearsal {
  readonly now: Instant;
  readonly zone: string;
  readonly policy: Policy;
  readonly coach: { readonly name: string; readonly email: string };
  /** Null: it is not said who asks. */
  readonly client: { readonly name: string; readonly email: string } | null;
  readonly wanted: Interval;
  /** The client has had a session before. */
  readonly wasKnown: boolean;
  /** Why it would not be booked at once; null: it would be. `own`: the client has this time already. */
  readonly reason: PendingReason | 'own' | null;
  readonly blockers: readonly Blocker[];
  readonly candidate: { readonly blocker: Blocker; readonly name: string; readonly email: string | null } | null;
  readonly ask: Picture['ask'];
  readonly otherSlots: readonly GoodSlot[];
  readonly isOpenByHand: boolean;
  /** The grid of that day. */
  readonly day: readonly { readonly start: Instant; readonly reason: SlotReason | null }[];
  /** The other events of that day. */
  readonly neighbours: readonly Blocker[];
}

export function rehearsed(r: Rehearsal): string[] {
  const lines = [
    `All times are ${zoneInWords(r.zone)}. Nothing was written, and nobody is told.`,
    `Wanted: ${bareSpanInWords(r.wanted, r.zone)}${r.client ? `, by ${addressed(r.client.name, r.client.email)}` : ''}.`,
    ...r.blockers.map((b) => `Stands there: ${b.title}, ${b.isAllDay ? 'all day' : timesOfDay(b.interval, r.zone)}${isSession(b) ? ', a session' : ''}.`),
  ];
  if (r.reason === 'own') return [...lines, 'At once: nothing. This client has the time already, and is told so.'];
  if (r.reason === null) lines.push(`At once: it would be booked. Google invites ${whoAsks(r)}, and ${r.coach.email} gets a mail that says so.`);
  else {
    lines.push(`At once: not booked. ${REASON_IN_WORDS[r.reason]} ${byItself(r, r.reason) ?? `${r.coach.email} gets a mail to decide.`}`);
    lines.push(...option1(r), ...option2(r), byHand(r));
  }
  return [...lines, `The starts of ${dayInWords(r.wanted.start, r.zone)}, for that length:`, ...r.day.map((at) => `    ${timeInWords(at.start, r.zone)}  ${standingOf(at, r)}`), ...(r.day.length === 0 ? ['    none: no working hours'] : [])];
}

/** The option that is taken without asking the coach, if there is one. */
function byItself(r: Rehearsal, reason: PendingReason): string | null {
  const option = optionByItself(r.policy, { reason, wasKnown: r.wasKnown }, r);
  return option && `By the coach's policy, ${option === 'option1' ? 'option 1' : 'option 2'} is taken by itself.`;
}
const addressed = (name: string, email: string): string => (name === email ? email : `${name} <${email}>`);
const whoAsks = (r: Rehearsal): string => r.client?.email ?? 'whoever asks';
const slotLines = (slots: readonly GoodSlot[], zone: string): string[] =>
  slots.map((s) => `    ${bareSpanInWords(s, zone)}: ${s.reasons.length > 0 ? s.reasons.join(', ') : 'free'} (${s.score.toFixed(0)} points)`);

function option1(r: Rehearsal): string[] {
  if (r.otherSlots.length === 0) return [r.ask === 'unchecked' ? `Option 1: refused. ${ASK_REFUSAL_IN_WORDS.unchecked}` : 'Option 1: refused. There is no other free time to offer.'];
  return [`Option 1: ${whoAsks(r)} gets a mail with other times, to pick one until ${momentInWords(plus(r.now, r.policy.offerLifetimeMs), r.zone)}:`, ...slotLines(r.otherSlots, r.zone)];
}

function option2(r: Rehearsal): string[] {
  const { ask, candidate } = r;
  if (typeof ask === 'string' || !candidate) return [`Option 2: refused. ${ASK_REFUSAL_IN_WORDS[typeof ask === 'string' ? ask : 'no-session']}`];
  const others = r.blockers.filter((b) => b.key !== candidate.blocker.key);
  const until = momentInWords(offerEnd(r.now, r.policy, candidate.blocker.interval.start), r.zone);
  return [
    candidate.email === null
      ? `Option 2: ${candidate.name} would be asked to move, until ${until}. No address is known: the coach has to give it first.`
      : `Option 2: ${addressed(candidate.name, candidate.email)} gets a mail that asks to move, until ${until}, with these times:`,
    ...slotLines(ask.slots, r.zone),
    `    Meanwhile the session stays, and ${bareSpanInWords(r.wanted, r.zone)} is promised to ${r.client?.name ?? 'whoever asks'}. After a no or silence ${r.policy.afterSilence === 'coach' ? 'the coach decides again' : 'other times are offered'}.`,
    ...others.map((b) => `    First to be ticked as not mattering here: ${b.title}  (--tick ${b.key})`),
  ];
}

const byHand = (r: Rehearsal): string => r.isOpenByHand ? 'By hand: possible at that time, and at every free one.'
  : r.ask === 'unchecked' ? `By hand: refused. ${ASK_REFUSAL_IN_WORDS.unchecked}` : 'By hand: not at that time; at every free one.';

function standingOf({ start, reason }: Rehearsal['day'][number], r: Rehearsal): string {
  if (reason === null) return r.reason !== null && r.otherSlots.some((s) => s.start === start) ? 'free: offered by option 1' : 'free';
  if (reason !== 'busy' && reason !== 'buffer') return WHY_NOT[reason];
  const slot = widen(intervalFrom(start, r.wanted.end - r.wanted.start), reason === 'buffer' ? r.policy.bufferMs : 0);
  const there = [...r.blockers, ...r.neighbours].filter((b) => overlaps(b.interval, slot)).map((b) => b.title);
  return `${WHY_NOT[reason]}: ${there.length > 0 ? [...new Set(there)].join(', ') : 'promised, or being booked'}`;
}
