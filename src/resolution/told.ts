/** The history of a request in plain sentences, for the coach's side. The history has ids, counts and times only; the names
 *  are joined here, when it is told. */
import { EDIT_IN_WORDS } from '../calendar/edit.js';
import { instant, intervalFrom, type Instant, type Interval } from '../kernel/interval.js';
import { bareSpanInWords, momentInWords } from '../kernel/zone.js';
import { REASON_IN_WORDS } from '../requests/request.js';

/** One line of the history. */
export interface ToldLine { readonly at: Instant; readonly what: string; readonly by: string; readonly facts: Readonly<Record<string, unknown>> }
/** Who and what it is about. */
export interface Cast {
  readonly zone: string;
  readonly incoming: string;
  /** Who was asked to move or offered other times, in the attempt that the line is about. */
  readonly asked: string;
  readonly lengthMs: number;
  /** What stands behind a blocker's key. */
  readonly named: (key: string) => string;
}
/** `stands`: how matters stand from then on, where the line changes that. */
export interface Saying { readonly says: string; readonly stands: string | null }

export const slotInWords = (slot: Interval & { readonly reasons: readonly string[] }, zone: string): string =>
  `${bareSpanInWords(slot, zone)}${slot.reasons.length > 0 ? `, because: ${slot.reasons.join(', ')}` : ''}`;

/** What a line of the history says. A line that nobody here knows is told as it is written. */
export function sayingOf(line: ToldLine, cast: Cast): Saying {
  const [head = '', rest = ''] = line.what.split(/: (.*)/);
  const say = SAYINGS.get(line.what) ?? OPEN_SAYINGS.get(head);
  if (!say) return { says: isEdit(line.what) ? `In Google: ${line.what}.` : `${line.what}.`, stands: null };
  const said = say({ line, cast, rest, who: WHO[line.by] ?? line.by });
  return typeof said === 'string' ? { says: said, stands: null } : { says: said[0], stands: said[1] };
}
/** Whether the line has a sentence of its own. */
export const isTold = (what: string): boolean => SAYINGS.has(what) || OPEN_SAYINGS.has(what.split(/: (.*)/)[0] ?? '') || isEdit(what);

const WHO: Readonly<Record<string, string>> = { coach: 'The coach', operator: 'An operator, for the coach,', client: 'The client', google: 'Google', makeway: 'Makeway, by the coach\'s policy,' };
const EDITS: ReadonlySet<string> = new Set(Object.values(EDIT_IN_WORDS));
const isEdit = (what: string): boolean => EDITS.has(what) || what === 'many changes in Google';

interface Scene { readonly line: ToldLine; readonly cast: Cast; readonly rest: string; readonly who: string }
type Say = (scene: Scene) => string | [says: string, stands: string];
const at = (scene: Scene, fact: string): string => (typeof scene.line.facts[fact] === 'number' ? bareSpanInWords(intervalFrom(instant(scene.line.facts[fact]), scene.cast.lengthMs), scene.cast.zone) : 'that time');
const REASONS: ReadonlyMap<unknown, string> = new Map(Object.entries(REASON_IN_WORDS));
const reason = (raw: unknown): string => REASONS.get(raw) ?? `Reason: ${String(raw)}.`;
const someone = ({ line, cast }: Scene): string => (typeof line.facts.client === 'string' ? cast.named(line.facts.client) : 'a client');
const blockers = ({ line, cast }: Scene): string => {
  const keys = Array.isArray(line.facts.blockers) ? line.facts.blockers.filter((k) => typeof k === 'string') : [];
  return keys.length > 0 ? ` There stood: ${keys.map((k) => cast.named(k)).join(', ')}.` : '';
};
/** The times that a line tells of, listed under it. */
const slots = ({ line, cast }: Scene): string => {
  const told = Array.isArray(line.facts.slots) ? (line.facts.slots as (Interval & { reasons?: string[] })[]) : [];
  return told.map((s) => `\n    ${slotInWords({ ...s, reasons: s.reasons ?? [] }, cast.zone)}`).join('');
};

const SAYINGS: ReadonlyMap<string, Say> = new Map<string, Say>([
  ['received', ({ line, cast }) => {
    const wanted = (Array.isArray(line.facts.wanted) ? line.facts.wanted as number[] : []).map((ms) => bareSpanInWords(intervalFrom(instant(ms), cast.lengthMs), cast.zone));
    return [`${cast.incoming} asked for ${wanted.join(', else ') || 'a time'}.`, 'It had just come in.'];
  }],
  ['not free', (s) => `${at(s, 'start')} could not be booked at once. ${reason(s.line.facts.reason)}${blockers(s)}`],
  ['given to the coach', (s) => [`It became the coach's turn. ${reason(s.line.facts.reason)}${blockers(s)}`, `It waited for the coach. ${reason(s.line.facts.reason)}`]],
  ['decided: option1', ({ cast, who }) => [`${who} decided to offer ${cast.incoming} other times.`, `${cast.incoming} had been offered other times and had not picked one.`]],
  ['decided: option2', ({ cast, who }) => [`${who} decided to ask ${cast.asked} to move. Meanwhile the session stays, and its time is promised to ${cast.incoming}.`,
    `${cast.asked} had been asked to move and had not answered; the session stood where it was, its time promised to ${cast.incoming}.`]],
  ['decided: manual', ({ who }) => [`${who} booked a time by hand.`, 'The booking was on its way into Google.']],
  ['decided: decline', ({ who, cast }) => [`${who} declined what ${cast.incoming} asked for.`, 'It was declined.']],
  ['decided: not-a-client', ({ who }) => `${who} said that what stands there is no client's session.`],
  ['slot chosen', (s) => [`${s.cast.asked} chose ${at(s, 'start')}. It was held at once.`, 'The choice was held and on its way into Google.']],
  ['slot was taken, fresh slots offered', ({ cast }) => `${cast.asked} chose a time that was no longer free.`],
  ['none of these, fresh slots offered', ({ cast }) => `${cast.asked} wanted none of those times.`],
  ['slots of the new length offered', () => 'The session has another length now.'],
  ['pick undone', ({ cast }) => [`The time that ${cast.asked} had picked was taken in Google.`, `${cast.asked} had been offered other times and had not picked one.`]],
  ['offered anew', (s) => `The same link showed fresh times:${slots(s)}`],
  ['reminded', ({ cast }) => `${cast.asked} was reminded.`],
  ['moved', (s) => [`The session of ${s.cast.asked} was moved in Google to ${at(s, 'start')}.`, 'The session had been moved; whether its old time is free was being looked at.']],
  ['moved back: something slipped in', ({ cast }) => `Something new stood at the chosen time, so the session of ${cast.asked} was moved back to its own.`],
  ['session left its time in Google', ({ cast }) => [`The session of ${cast.asked} was seen to have left its time in Google, without us. It is looked at again before it is believed.`, 'The time seemed free, and was being watched before that is believed.']],
  ['session is back at its time', ({ cast }) => [`The session of ${cast.asked} was back at its time.`, `${cast.asked} had been asked to move and had not answered.`]],
  ['vacated', ({ line }) => [line.by === 'google' ? 'The original time had become free without a choice, and Google itself showed it free.' : 'After the move, Google itself showed the original time free.', 'The original time was free, and waited for the booking.']],
  ['became free', () => 'The original time was free.'],
  ['the time became free', ({ cast }) => [`What stood at the time that ${cast.incoming} wants was gone.`, 'The time was free, and the booking was on its way.']],
  ['landed', (s) => [`The session of ${s.cast.incoming} was written to Google for ${at(s, 'start')}, seen there alone, and ${s.cast.incoming} was invited.`, `It was booked for ${at(s, 'start')}.`]],
  ['declined', ({ cast }) => [`${cast.incoming} was told that it is declined.`, 'It was declined.']],
  ['expired', () => ['All the wanted times had passed.', 'It had ended: the wanted times had passed.']],
  ['withdrawn', ({ cast, line, who }) => [line.by === 'coach' ? `${who} took the request back, by deleting its event on the requests calendar.` : `${cast.incoming} withdrew the request.`, 'It was withdrawn.']],
  ['wish changed', ({ line, cast, who }) => {
    const wanted = (Array.isArray(line.facts.wanted) ? line.facts.wanted as number[] : []).map((ms) => momentInWords(instant(ms), cast.zone));
    return [`${who} changed the event on the requests calendar: it is about ${wanted.join(', else ') || 'another time'} now.`, 'It was judged anew.'];
  }],
  ['wish not changed: too late', ({ who }) => `${who} changed the event on the requests calendar, but the booking was on its way already.`],
  ['wish added', (s) => `${s.cast.incoming} said that ${at(s, 'start')} would do as well.`],
  ['requests calendar made', () => 'A calendar for requests was made in Google.'],
  ['calendar role changed', ({ who }) => `${who} changed what a calendar is for.`],
  ['looked for overlaps', () => 'The calendar was looked through for things that stand on top of each other.'],
  ['left both as they stand', ({ who }) => `${who} left two things that stand on top of each other as they are.`],
  ['both stand as before', () => 'Two things that stood on top of each other stand as they did before.'],
  ['client muted', ({ cast }) => `${cast.asked} does not want to be asked to move again.`],
  ['client kept', (s) => `${s.who} wrote down ${someone(s)}, a guest in the calendar, as a client.`],
  ['client changed', (s) => `${s.who} changed what is kept about ${someone(s)}.`],
  ['client erased', ({ who }) => `${who} erased a client: name and address are gone.`],
  ['title named', (s) => `${s.who} said whose sessions have a certain title: ${s.line.facts.client == null ? 'nobody’s' : `those of ${someone(s)}`}.`],
  ['title forgotten', ({ who }) => `${who} took back whose sessions have a certain title.`],
  ['waits: the calendar is not connected', () => ['The calendar was disconnected: nothing can be checked or written.', 'It waited until the calendar is connected again.']],
]);

const ENDS: Readonly<Record<string, (asked: string) => string>> = {
  kept: (asked) => `${asked} keeps the time. Nothing changed for ${asked}.`,
  expired: (asked) => `${asked} did not answer in time. Nothing changed for ${asked}.`,
  superseded: (asked) => `The question to ${asked} ended, because something else settled or changed it.`,
  withdrawn: (asked) => `The question to ${asked} ended, because the time is no longer wanted.`,
  undeliverable: (asked) => `The mail to ${asked} could not be delivered, so the question ended.`,
  taken: (asked) => `Something else stands there now, so the question to ${asked} ended.`,
  stuck: (asked) => `The question to ${asked} ended, because the calendar is not connected.`,
  passed: () => 'The wanted time passed before it could be booked.',
};
/** Lines whose second half varies. */
const OPEN_SAYINGS: ReadonlyMap<string, Say> = new Map<string, Say>([
  ['decided', ({ who, rest }) => `${who} decided: ${rest}.`],
  ['ask ended', ({ cast, rest }) => ENDS[rest]?.(cast.asked) ?? `The question to ${cast.asked} ended: ${rest}.`],
  ['choice undone', (s) => [`What ${s.cast.asked} had chosen could not be carried out: ${s.rest}.`, `${s.cast.asked} had been asked and had not chosen anew.`]],
  ['not landed', ({ rest }) => `Nothing was booked. ${reason(rest)}`],
  ['mail refused', ({ rest }) => `The mail server refused the address for a mail (${rest}).`],
]);

