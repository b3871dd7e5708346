import type { LetterKind } from './facts.js';

/** What each letter is for. */
export const LETTER_IN_WORDS: Readonly<Record<LetterKind, string>> = {
  decision: 'asks to decide', ask: 'asks to move, with times to choose from', 'ask-reminder': 'reminds of the question to move', 'ask-over': 'says that there is nothing to do any more',
  offer: 'offers other times', 'offer-reminder': 'reminds of the other times', moved: 'tells of the new time', declined: 'says that it is declined', expired: 'says that the wanted time has passed',
  withdrawn: 'says that the time is no longer wanted', settled: 'says that it is settled', digest: 'tells what stands at one time', clash: 'tells of a clash', frozen: 'says that a calendar is frozen', 'calendar-gone': 'says that a calendar is gone',
  'calendar-read-only': 'says that a calendar can no longer be written', reconnect: 'asks to connect the calendar again', confirm: 'asks a visitor of the booking page to confirm',
};
