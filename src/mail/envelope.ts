import type { Instant } from '../kernel/interval.js';
import type { Envelope } from '../work/shell.port.js';
import { calendarText, type CalendarEntry } from './calendar-entry.js';
import type { LetterFacts } from './facts.js';
import { oneLine } from './letter-blocks.js';
import { writeLetter } from './letters.js';

/** What a letter says, to whom, and the calendar entry that goes along. */
export interface Written { readonly facts: LetterFacts; readonly to: { readonly name: string; readonly address: string }; readonly entry: CalendarEntry | null }

export interface Posting {
  readonly coach: { readonly name: string; readonly email: string };
  readonly isToCoach: boolean;
  /** Our address. */
  readonly mailFrom: string;
  readonly messageId: string;
  readonly references: readonly string[];
  readonly date: Instant;
}

/** The whole mail. It comes from our own domain, since a receiver would take the coach's address for a forgery; a client reads the
 *  coach's name there, and an answer goes to the coach. */
export function envelopeOf(written: Written, { coach, isToCoach, mailFrom, messageId, references, date }: Posting): Envelope {
  const coachName = oneLine(coach.name);
  return {
    ...writeLetter(written.facts), messageId, date, references,
    from: { name: isToCoach ? 'Makeway' : `${coachName} via Makeway`, address: mailFrom },
    to: { name: oneLine(written.to.name), address: written.to.address }, replyTo: isToCoach ? null : { name: coachName, address: coach.email },
    calendar: written.entry && { method: written.entry.method, text: calendarText(written.entry) },
  };
}
