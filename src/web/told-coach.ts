/** The lines of the history that are about no request, in sentences for the coach. Pure; names come from the caller. */
import { ROLE_IN_WORDS } from './pages/calendars.js';
import { RULES_OF } from './rules-form.js';

/** `calendar`: the title of the calendar that the line is about, `session`: whose session. Null: none, or forgotten since. */
export interface ToldOf { readonly what: string; readonly by: string; readonly facts: Readonly<Record<string, unknown>>; readonly calendar: string | null; readonly session: string | null }

const WHO: Readonly<Record<string, string>> = { coach: 'You', operator: 'An operator', google: 'Google', makeway: 'Makeway', client: 'A client' };
const RULE_WORDS: Readonly<Record<string, string>> = {
  lengthMs: 'usual length', sessionTypes: 'kinds of sessions', workingHours: 'working hours', bufferMs: 'pause around sessions', minimumNoticeMs: 'shortest notice', horizonMs: 'how far ahead', maxPerDay: 'most sessions on one day',
  maxPerWeek: 'most sessions in one week', gridMs: 'when times begin', byItself: 'what is done by itself', afterSilence: 'what follows a no', land: 'who books a freed time', choicesPerOffer: 'times in an offer', offerLifetimeMs: 'time to answer',
  reminderAt: 'reminder', freezeMs: 'too close to move', asksPerClient: 'questions to one client', settleMs: 'second look',
};
/** Rules that have no words of their own here; none, or a test fails. */
export const untoldRules = (): string[] => Object.values(RULES_OF).flat().filter((rule) => !Object.hasOwn(RULE_WORDS, rule));

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : []);
const roleWords = (role: unknown): string => (Object.entries(ROLE_IN_WORDS).find(([name]) => name === role)?.[1].name ?? 'another role');
const count = (n: unknown, one: string, many: string): string => (n === 1 ? one : typeof n === 'number' ? `${n} ${many}` : many);

type Say = (line: ToldOf, calendar: string, who: string) => string;
const SAYINGS: ReadonlyMap<string, Say> = new Map<string, Say>([
  ['rules changed', ({ facts }, _, who) => `${who} changed rules: ${texts(facts.rules).map((r) => RULE_WORDS[r] ?? r).join(', ') || 'some'}.`],
  ['details changed', ({ facts }, _, who) => `${who} changed your ${texts(facts.details).map((d) => ({ name: 'name', zone: 'time zone', slug: 'booking page’s address' })[d] ?? d).join(', ') || 'details'}.`],
  ['calendar role changed', ({ facts }, calendar, who) => `${who} changed what ${calendar} is for: from “${roleWords(facts.from)}” to “${roleWords(facts.to)}”.`],
  ['calendars read', ({ facts }) => `The list of your calendars was read: ${count(facts.calendars, 'one calendar', 'calendars')}.`],
  ['calendar appeared', ({ facts }, calendar) => `${calendar} appeared on your list. Its role is “${roleWords(facts.role)}”.`],
  ['calendar came back', (_, calendar) => `${calendar} came back, with the role that it had.`],
  ['calendar has a new id', (_, calendar) => `Your Google account has another name; ${calendar} is the same calendar.`],
  ['calendar renamed', (_, calendar) => `${calendar} was renamed in Google.`],
  ['calendar shown otherwise in Google', (_, calendar) => `${calendar} was shown or hidden in Google. That changes nothing here.`],
  ['calendar has another zone', (_, calendar) => `${calendar} has another time zone; it was read again.`],
  ['calendar access changed', (_, calendar) => `How ${calendar} is shared with you was changed.`],
  ['calendar can no longer be written', (_, calendar) => `${calendar} can no longer be written, so no session can be booked there.`],
  ['calendar can be written again', (_, calendar) => `${calendar} can be written again.`],
  ['calendar is read anew', (_, calendar) => `${calendar} was read anew, because it is shared in another way.`],
  ['calendar is on the list again', (_, calendar) => `${calendar} is on your list of calendars again.`],
  ['calendar left the list', (_, calendar) => `${calendar} left your list of calendars. It is still read.`],
  ['calendar is out of sight', (_, calendar) => `${calendar} cannot be seen at Google. Nothing is booked until it is seen again, or is sure to be gone.`],
  ['calendar is in sight again', (_, calendar) => `${calendar} can be seen again.`],
  ['calendar retired', (_, calendar) => `${calendar} is gone from Google, so it is not used any more.`],
  ['calendar cannot be watched', (_, calendar) => `Google does not tell of changes on ${calendar} by itself; it is looked at every few minutes.`],
  ['calendar frozen', (_, calendar) => `What was read on ${calendar} looked wrong or could not be read, so it is not trusted. Nothing is booked until it can be.`],
  ['cursor lost', (_, calendar) => `Google had lost count of the changes on ${calendar}; it was read from the start.`],
  ['access changed', (_, calendar) => `${calendar} is shared in another way; it was read from the start.`],
  ['to be read anew', (_, calendar, who) => `${who} had ${calendar} read from the start.`],
  ['events not understood', (_, calendar) => `Some events on ${calendar} could not be understood. They count as busy.`],
  ['many changes in Google', (_, calendar) => `Very much was changed on ${calendar} in Google at once.`],
  ['connected', () => 'You connected your Google Calendar.'], ['connected again', () => 'You connected your Google Calendar again.'],
  ['disconnected', (_line, _calendar, who) => `${who} disconnected your Google Calendar.`],
  ['permission ended', () => 'Google ended the permission. Nothing is lost; it goes on when you connect again.'],
  ['permission given back', () => 'The permission was given back to Google, and the copy of your calendar forgotten.'],
  ['forgotten here; Google could not be told', () => 'The copy of your calendar was forgotten. Google could not be told.'],
]);

/** The sentence for a line, or null if it has none here. */
export function coachSaying(line: ToldOf): string | null {
  const say = SAYINGS.get(line.what);
  const calendar = line.calendar === null || line.calendar === '' ? 'a calendar' : `“${line.calendar}”`;
  if (say) return say(line, calendar, WHO[line.by] ?? line.by);
  if (!/ in Google$|^moved (here from|to) another calendar$/.test(line.what)) return null;
  return `${line.session === null ? 'An event' : `The session of ${line.session}`}${line.calendar === null ? '' : ` on ${calendar}`} was ${line.what}.`;
}
