/**
 * Every word that a mail to a client says. Names and worded times come in, plain sentences go out. A client's mail gives no
 * reason, presses for nothing and knows of nobody else; its subject names no time and no person but the coach.
 * Who adds a letter puts its words here, in the order in which they are read. A name comes in as one clean line.
 */

const footerOfSession = (coach: string): string => `You get this mail because of your session with ${coach}.`;
const footerOfRequest = (coach: string): string => `You get this mail because you asked ${coach} for a session.`;

const none = { none: 'None of these', noneEffect: 'Say what would suit you better, and see other times.' } as const;
const status = { status: 'See how your request stands' } as const;

export const ASK = {
  subject: 'Could we move your session?',
  reminderSubject: 'Re: Could we move your session?',
  preview: 'If you do nothing, nothing changes.',
  reminderPreview: 'A short reminder. If you do nothing, nothing changes.',
  heading: 'Could we move your session?',
  opening: (coach: string): string => `would another time suit you as well? ${coach} would like to move your session, if you agree.`,
  reminder: 'a short reminder: this question is still open, if you would like to answer it.',
  session: (coach: string): string => `Your session with ${coach}`,
  nothingChanges: 'If you do nothing, nothing changes: your session stays where it is.',
  slots: (until: string): string => `These times are open to you until ${until}. A click shows what will happen and asks once more:`,
  keep: 'Keep my time',
  keepEffect: (coach: string): string => `Your session stays where it is, and ${coach} knows.`,
  ...none,
  mute: 'Please don’t ask me again',
  muteEffect: 'You keep your time, and are not asked to move a session any more.',
  footer: footerOfSession,
} as const;

export const ASK_OVER = {
  subject: 'Nothing to do any more about your session',
  preview: 'The question is closed.',
  heading: 'Nothing to do any more',
  opening: (coach: string): string => `we had asked whether your session with ${coach} could move. That question is closed; you need not answer it. Thank you for your patience.`,
  session: 'The session we asked about',
  newTime: (coach: string): string => `This is its time in ${coach}’s calendar now. The entry in this mail puts yours right.`,
  gone: (coach: string): string => `It no longer stands in ${coach}’s calendar. The entry in this mail takes it out of yours.`,
  links: 'The links in our earlier mail only show how things stand; they change nothing any more.',
  footer: footerOfSession,
} as const;

export const OFFER = {
  subject: (coach: string): string => `Times for your session with ${coach}`,
  reminderSubject: (coach: string): string => `Re: Times for your session with ${coach}`,
  preview: 'Choose the one that suits you.',
  reminderPreview: 'A short reminder: the times are still open for you.',
  heading: 'Which time suits you?',
  opening: 'thank you for asking. The time you asked for is not free. Would one of these suit you?',
  reminder: 'a short reminder: these times are still open for you.',
  until: (sessionType: string, coach: string, until: string): string =>
    `These times are for ${sessionType} with ${coach}, and open until ${until}. A click shows what will happen and asks once more. If you do nothing, nothing is booked.`,
  ...none,
  ...status,
  footer: footerOfRequest,
} as const;

export const MOVED = {
  subject: 'Your session has a new time',
  heading: 'Your session has a new time',
  opening: (coach: string): string => `your session with ${coach} has moved. Thank you!`,
  newTime: 'New time',
  before: (when: string): string => `Before, it was on ${when}.`,
  entry: 'The entry for your calendar comes with this mail.',
  footer: footerOfSession,
} as const;

export const CLOSED = {
  declined: { subject: 'About your session request', opening: 'thank you for asking. There is no session to offer at the time you asked for.' },
  expired: { subject: 'Your session request has ended', opening: 'your request has ended without a booking.' },
  preview: 'Nothing is booked.',
  wanted: 'You asked for',
  orWanted: 'Or',
  nothingBooked: (coach: string): string => `Nothing is booked. You are welcome to ask ${coach} for another time.`,
  ...status,
  footer: footerOfRequest,
} as const;

/** To whoever has the address that was typed on a booking page: they may never have heard of the coach. */
export const CONFIRM = {
  subject: (coach: string): string => `Please confirm your request to ${coach}`,
  preview: 'One click, and it is on its way. Without it, nothing happens.',
  heading: 'Was it you?',
  opening: (coach: string): string => `Hello, this address was given on the booking page of ${coach}, to ask for:`,
  wanted: (sessionType: string, coach: string): string => `${sessionType} with ${coach}`,
  also: 'This would do as well',
  yes: 'Yes, that was me',
  yesEffect: (until: string): string => `The next page shows it once more and asks for one press of a button. You can do so until ${until}.`,
  ignore: 'If it was not you, just ignore this mail. Without your click nothing is booked, and nobody is told.',
  footer: (coach: string): string => `You get this mail because this address was typed on the booking page of ${coach}.`,
} as const;

/** What the session is called in a client's calendar. */
export const ENTRY_TITLE = (coach: string): string => `Session with ${coach}`;
