import type { Instant } from '../kernel/interval.js';
import { momentInWords, shortMomentInWords } from '../kernel/zone.js';
import { SYMBOLS, type Note } from './inbox-words.js';
import type { Unclear } from './read-inbox-event.js';
import { needsCoach, REASON_IN_WORDS, type PendingReason } from './request.js';

/** Why an event that can be read is not, or not any more, what its request goes by. */
export type Refused = 'already-theirs' | 'in-progress' | 'cannot-be-read' | 'past' | 'too-far';

/** How it stands with an event of the requests calendar. `until`: when the answer that is waited for is due. */
export type InboxStanding =
  | { readonly is: 'unclear'; readonly why: Unclear | Refused }
  | { readonly is: 'waits'; readonly reason: PendingReason; readonly until: Instant | null; readonly wanted: Instant; readonly refused: Unclear | Refused | null }
  | { readonly is: 'booking'; readonly refused: Unclear | Refused | null }
  | { readonly is: 'closed'; readonly as: 'declined' | 'expired' | 'withdrawn' };

/** What is told about it, in the coach's own calendar: no name, no address, and no link that lets anybody in. */
export function noteOf(standing: InboxStanding, page: { readonly zone: string; readonly link: string | null; readonly horizonDays: number }): Note {
  const at = (moment: Instant): string => momentInWords(moment, page.zone);
  const see = page.link === null ? [] : [`See it, and decide: ${page.link}`];
  switch (standing.is) {
    case 'unclear': {
      const { title, line } = UNCLEAR[standing.why](page.horizonDays);
      return { symbol: SYMBOLS.unclear, title, lines: [line, 'Until then nothing is asked or booked for this event.'] };
    }
    case 'booking': return { symbol: SYMBOLS.waits, title: 'being booked', lines: ['The booking is being written to your calendar. This event goes away when it stands there.', ...kept(standing.refused, null, page.horizonDays), ...see] };
    case 'waits': {
      const { title, symbol } = waiting(standing.reason, standing.until, page.zone);
      const until = standing.until === null ? [] : [`The answer is awaited until ${at(standing.until)}.`];
      return { symbol, title: standing.refused === null ? title : `${title}; the change does not count`, lines: [REASON_IN_WORDS[standing.reason], ...until, ...kept(standing.refused, at(standing.wanted), page.horizonDays), ...see, HOW] };
    }
    case 'closed': return { symbol: SYMBOLS.closed, title: CLOSED[standing.as].title, lines: [CLOSED[standing.as].line, 'This event is taken away after a day. If you want to keep it, move it to another calendar.', ...see] };
  }
}

const HOW = 'Move this event to ask for another time; delete it to take the request back.';

function kept(refused: Unclear | Refused | null, was: string | null, horizonDays: number): string[] {
  if (refused === null) return [];
  return [`This event was changed, and the change does not count: ${UNCLEAR[refused](horizonDays).line}${was === null ? '' : ` The request is still about ${was}.`}`];
}

function waiting(reason: PendingReason, until: Instant | null, zone: string): { title: string; symbol: string } {
  const by = until === null ? '' : `, answer until ${shortMomentInWords(until, zone)}`;
  if (reason === 'asked') return { symbol: SYMBOLS.asked, title: `asked${by}` };
  if (reason === 'offered') return { symbol: SYMBOLS.asked, title: `other times offered${by}` };
  if (reason === 'moving') return { symbol: SYMBOLS.waits, title: 'the other session is being moved' };
  if (reason === 'landing') return { symbol: SYMBOLS.waits, title: 'being booked' };
  if (reason === 'promised') return { symbol: SYMBOLS.waits, title: 'waits for its turn' };
  if (reason === 'disconnected') return { symbol: SYMBOLS.waits, title: 'waits until you connect your calendar' };
  return { symbol: SYMBOLS.waits, title: needsCoach(reason) ? 'waiting for you' : 'waiting' };
}

const CLOSED = {
  declined: { title: 'declined', line: 'You declined this request.' },
  expired: { title: 'over: the time has passed', line: 'Nothing was decided before the time passed, so the request has ended.' },
  withdrawn: { title: 'withdrawn by the client', line: 'The client has withdrawn the request.' },
} as const;

type Words = (horizonDays: number) => { readonly title: string; readonly line: string };
const say = (title: string, line: string): Words => () => ({ title, line });
const UNCLEAR: Readonly<Record<Unclear | Refused, Words>> = {
  'no-address': say('add the client’s e-mail address', 'Add the client’s e-mail address to the title or the description, so that Makeway knows whom it is for.'),
  'several-addresses': say('leave one e-mail address', 'There are several e-mail addresses here. Leave the client’s alone.'),
  'all-day': say('give it a time of day', 'An event for the whole day says no time. Give it a start and an end.'),
  recurring: say('cannot repeat', 'A repeating event cannot be a request. Make one event for each time that you want.'),
  length: say('5 minutes to 12 hours, please', 'A session lasts from 5 minutes to 12 hours, in whole minutes.'),
  'cannot-be-read': say('cannot be read', 'Makeway cannot read this event. Make a new one, with a time and the client’s e-mail address.'),
  past: say('this time has passed', 'This time has passed. Move the event to a time to come.'),
  'too-far': (days) => ({ title: 'too far ahead', line: `You take bookings up to ${days} days ahead. Move the event nearer, or wait: it is looked at again by itself when it is near enough.` }),
  'already-theirs': say('they have this time already', 'This client has a session at this time already. Delete this event, or move it.'),
  'in-progress': say('too late to change', 'The booking is on its way already, so this event cannot change it any more.'),
};
