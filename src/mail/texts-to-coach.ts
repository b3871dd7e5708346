/**
 * Every word that a mail to a coach says. Names and worded times come in, plain sentences go out; nothing here decides or
 * draws. Who adds a letter puts its words here, in the order in which they are read. A name comes in as one clean line.
 */

export const COACH_FOOTER = 'You get this mail because your calendar is connected to Makeway.';
const NOTHING_LEFT = 'There is nothing left for you to do.';

export const DECISION = {
  subject: (who: string, wanted: string, isAgain: boolean): string => `${isAgain ? 'Re: ' : ''}${who} asks for ${wanted}`,
  preview: (reason: string, isAgain: boolean): string => `${reason} ${isAgain ? 'It is your turn again; nothing' : 'Nothing'} happens until you decide.`,
  heading: (who: string, isAgain: boolean): string => isAgain ? `Your turn again: ${who} asks for your time` : `${who} asks for your time`,
  whoAsks: (who: string, email: string): string => `${who}, ${email}`,
  opening: (reason: string): string => `${reason} Nothing happens until you decide, and each button first shows what it will do.`,
  standsThere: (zone: string): string => `Stands at that time (${zone})`,
  untitled: 'Busy',
  restOfDay: (day: string, zone: string): string => `Also on ${day} (${zone})`,
  alsoPossible: (who: string): string => `Also possible for ${who}`,
  askImpossible: 'Asking to move is not possible',
  ask: (name: string): string => `Ask ${name} to move`,
  askEffect: (name: string, who: string, times: string, howLong: string): string =>
    `${name} gets a mail with ${times} to choose from, open ${howLong}. The session stays until a time is chosen; then ${who} gets this one. After a no, or no answer, nothing has changed.`,
  lately: (name: string, asks: number, days: number): string => `${name} was ${asks === 0 ? 'not asked' : asks === 1 ? 'asked once' : `asked ${String(asks)} times`} in the last ${String(days)} days.`,
  addressMissing: 'Their address is missing; the page asks you for it.',
  toTick: (titles: string): string => `On the page you tick that this does not matter here: ${titles}`,
  offer: (who: string): string => `Offer ${who} other times`,
  offerEffect: (who: string, times: string, howLong: string): string => `${who} gets a mail with ${times} to choose from, open ${howLong}. Nobody else hears of it, and everything stays where it is.`,
  offerImpossible: (who: string): string => `Offering ${who} other times is not possible`,
  noOtherTime: 'No other time is free within your booking rules.',
  decline: 'Decline',
  declineEffect: (who: string): string => `${who} gets a short, friendly no. Your calendar stays as it is.`,
  fullPage: 'Open the full page',
  onFullPage: (hasOtherWishes: boolean): string =>
    hasOtherWishes ? 'It also has the other wanted times, and free times to book by hand.' : 'It also has free times to book by hand.',
} as const;

/** Why a request is with its coach again, where the sentence names who was asked. */
export const BACK_AGAIN = {
  kept: (name: string): string => `${name} keeps the time.`,
  declined: (name: string): string => `${name} has declined the session in Google. If it is off, delete it there, and the time is booked by itself; or offer other times.`,
  silent: (name: string): string => `${name} did not answer in time. Nothing has changed.`,
  undeliverable: (name: string): string => `The mail to ${name} could not be delivered.`,
} as const;

export const SETTLED = {
  subject: (who: string, when: string): string => `${who} is booked: ${when}`,
  preview: 'It is in your calendar.',
  heading: (who: string): string => `${who} is booked`,
  opening: (who: string): string => `the session with ${who} is in your calendar.`,
  movedTo: (name: string): string => `${name}, moved to`,
  before: (when: string): string => `Before: ${when}`,
  allTold: `Everybody concerned has been told. ${NOTHING_LEFT}`,
} as const;

/** Instead, where it stood there before and the other has moved. */
export const CLEARED = {
  subject: (_who: string, when: string): string => `No longer taken twice: ${when}`,
  preview: 'The other one has moved.',
  heading: (who: string): string => `${who} has the time alone`,
  opening: (who: string): string => `two things stood at one time in your calendar. The other one has moved, and ${who} has the time alone.`,
} as const;

export const WITHDRAWN = {
  subject: (who: string, when: string): string => `${who} has withdrawn: ${when}`,
  preview: 'Nothing was changed in your calendar.',
  heading: (who: string): string => `${who} has withdrawn the request`,
  opening: (who: string): string => `${who} no longer wants this time. Your calendar is as it was, and there is nothing left to decide.`,
} as const;

export const CLASH = {
  subject: (when: string): string => `An overlap in your calendar: ${when}`,
  preview: 'Nothing was changed.',
  heading: 'An overlap in your calendar',
  opening: 'two things now stand at the same time. Makeway has changed nothing about it and leaves it to you.',
  ifMoved: 'If you move or delete one of them in Google Calendar, Makeway notices by itself.',
  movedSession: (name: string): string => `${name}’s moved session`,
} as const;

export const RECONNECT = {
  subject: 'Please connect your Google Calendar again',
  preview: 'Until then nothing is moved or booked for you.',
  heading: 'Your calendar is no longer connected',
  opening: (account: string, since: string): string =>
    `Google no longer lets Makeway see the calendar of ${account}, since ${since}. That happens after a change of password or of settings, or when the permission was taken back.`,
  untilThen: (open: number): string => `Until you connect it again, no time is offered and nothing is moved or booked. ${waiting(open)}`,
  connect: 'Connect again',
  connectEffect: 'Takes a minute; sign in with the same Google account. Everything then goes on by itself.',
  onPurpose: 'If you ended it on purpose, there is nothing to do. This is the only mail about it.',
  footer: 'You get this mail because Makeway looks after your bookings.',
} as const;
function waiting(open: number): string {
  if (open === 0) return 'Nothing is lost.';
  return open === 1 ? 'One open request waits until then; nothing is lost.' : `${String(open)} open requests wait until then; nothing is lost.`;
}

export const FROZEN = {
  subject: (calendar: string): string => `Nearly everything is gone from your calendar “${calendar}”`,
  preview: 'Makeway waits until this is clear.',
  heading: 'Is your calendar really empty?',
  opening: (calendar: string, since: string): string =>
    `since ${since} Google shows most of your calendar “${calendar}” as deleted. That may be your wish, or a fault. Makeway does not believe it yet: it keeps what it knew, and offers and books nothing for you.`,
  ifNot: 'If you did not delete these events, restore them in Google Calendar (Settings, Trash). Makeway sees that by itself and goes on.',
  ifSo: 'If you deleted them on purpose, tell the person who runs Makeway for you: they can accept it.',
} as const;

const noticed = (when: string): string => `Noticed ${when}`;
const NO_TARGET = 'No other calendar of yours is set to hold sessions, so every new request waits for you on your list of requests.';

export const CALENDAR_GONE = {
  subject: (name: string): string => `A calendar is gone: ${name}`,
  preview: 'Its times are free for bookings now.',
  heading: 'A calendar is gone',
  opening: (name: string): string => `Google has told us twice that the calendar “${name}” is no longer there for you: it was deleted, or is no longer shared with you.`,
  noticed,
  effect: (heldSessions: boolean): string =>
    `Makeway no longer takes its events into account: their times can be booked.${heldSessions ? ' The sessions on it count as deleted by you.' : ''} If the calendar comes back, Makeway takes it up again by itself.`,
  previewOfHours: 'It held your working hours.',
  effectOnHours: 'Its events were your working hours. Unless another calendar holds them, the working hours of your rules count from now on. If the calendar comes back, Makeway takes it up again by itself.',
  noTarget: NO_TARGET,
} as const;

export const CALENDAR_READ_ONLY = {
  subject: (name: string): string => `Makeway can no longer write to a calendar: ${name}`,
  preview: 'Its sessions stay where they are.',
  heading: 'A calendar can no longer be written',
  opening: (name: string): string => `your right to change events on the calendar “${name}” has been taken back in Google.`,
  noticed,
  effect: 'Its events still take your time, and the sessions on it stay where they are. But nothing is booked there any more, and nobody is asked to move a session that stands there.',
  noTarget: NO_TARGET,
  comesBack: 'As soon as you may change events there again, Makeway goes on by itself.',
} as const;

export const DIGEST = {
  subject: (count: number): string => (count === 1 ? 'Two things stand at one time in your calendar' : `${String(count)} times in your calendar are taken twice`),
  preview: 'Nothing was changed. You decide whether somebody is asked to move.',
  heading: 'Taken twice',
  opening: (count: number): string => `in your calendar ${count === 1 ? 'one time is' : 'some times are'} taken twice. Makeway has changed nothing and told nobody.`,
  both: (one: string, other: string): string => `${one} and ${other}`,
  invited: (one: string, other: string): string => `${one} (an invitation that you have not answered) and ${other}`,
  choose: 'See what can be done',
  chooseEffect: 'Ask one of the two to move, or leave both as they are. What you leave is not mentioned again.',
} as const;
