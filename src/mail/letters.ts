import type { Interval } from '../kernel/interval.js';
import { dayInWords, momentInWords, zoneInWords } from '../kernel/zone.js';
import type { AskFacts, DecisionFacts, Letter, LetterFacts, OfferFacts } from './facts.js';
import { oneLine, type Block, type LetterPlan } from './letter-blocks.js';
import { drawHtml } from './letter-html.js';
import { drawText } from './letter-text.js';
import { groupByDay, hoursInWords, momentInZones, spanElsewhere, spanInWords, spanInZones, timesInWords } from './letter-times.js';

/**
 * Writes the letter that `facts` ask for: a subject of one line, and an HTML and a text part that say the same.
 * Pure, total over the kinds. A client's letter is written from facts about that client alone, gives no
 * reason and presses for nothing. Every time is labelled with its zone.
 */
export function writeLetter(facts: LetterFacts): Letter {
  const plan = planLetter(facts);
  return { subject: oneLine(plan.subject, 300), text: drawText(plan), html: drawHtml(plan) };
}

function planLetter(facts: LetterFacts): LetterPlan {
  switch (facts.letter) {
    case 'decision': return decision(facts);
    case 'ask': return ask(facts, 'Could we move your session?', `would another time suit you as well? ${oneLine(facts.coachName)} would like to move your session, if you agree.`);
    case 'ask-reminder': return ask(facts, 'Once more: could we move your session?', 'a short reminder: this question is still open, if you would like to answer it.');
    case 'ask-over': return askOver(facts);
    case 'offer': return offer(facts, 'Times for your session', 'the time you asked for is not available. These are, and one click away:');
    case 'offer-reminder': return offer(facts, 'Still open: times for your session', 'a short reminder: these times are still open for you.');
    case 'moved': return moved(facts);
    case 'declined': return closed(facts, 'About your session request', 'thank you for asking. There is no session to offer at the time you wished for.');
    case 'expired': return closed(facts, 'Your session request has ended', 'your request has ended without a booking.');
    case 'settled': return settled(facts);
    case 'withdrawn': return withdrawn(facts);
    case 'clash': return clash(facts);
    case 'frozen': return frozen(facts);
    case 'calendar-gone': return calendarGone(facts);
    case 'calendar-read-only': return calendarReadOnly(facts);
    case 'reconnect': return reconnect(facts);
  }
}

const hello = (name: string, rest: string): Block => ({ block: 'say', text: `Hello ${oneLine(name)}, ${rest}` });
const say = (text: string): Block => ({ block: 'say', text });
const time = (label: string, lines: readonly string[]): Block => ({ block: 'time', label, lines });

// To the coach.

const COACH_FOOTER = 'You get this mail because your calendar is connected to Makeway.';

function decision(facts: DecisionFacts): LetterPlan {
  const who = oneLine(facts.incoming.name);
  const wanted = spanInWords(facts.wanted, facts.zone);
  const day = dayInWords(facts.wanted.start, facts.zone);
  const rows = (events: DecisionFacts['blockers']) => [...events].sort((a, b) => a.interval.start - b.interval.start)
    .map((event) => ({ hours: hoursOnDay(event.interval, day, facts.zone), what: oneLine(event.title) || 'Busy' }));
  return {
    subject: `${facts.isAgain ? 'Your turn again: ' : ''}${who} asks for ${wanted}`,
    preview: `${oneLine(facts.reason, 400)} Nothing happens until you decide.`,
    heading: `${who} asks for your time`,
    blocks: [
      time(oneLine(facts.sessionType), [wanted, `${who}, ${oneLine(facts.incoming.email)}`]),
      say(`${oneLine(facts.reason, 400)} Nothing happens until you decide, and each button first shows what it will do.`),
      ...(facts.blockers.length > 0 ? [{ block: 'agenda', title: `Stands at that time (${zoneInWords(facts.zone)})`, rows: rows(facts.blockers) } as const] : []),
      ...(facts.neighbours.length > 0 ? [{ block: 'agenda', title: `Else on ${day} (${zoneInWords(facts.zone)})`, rows: rows(facts.neighbours) } as const] : []),
      ...facts.alsoWanted.map((also): Block => time(`Also possible for ${who}`, [spanInWords(also.interval, facts.zone), oneLine(also.takes, 400)])),
      ...decisionWays(facts, who),
      { block: 'link', label: 'Open the full page', link: facts.link.open, after: facts.alsoWanted.length > 0 ? 'It also has the other wanted times, and free times to book by hand.' : 'It also has free times to book by hand.' },
    ],
    footer: COACH_FOOTER,
  };
}

/** The wanted day stands in the title above the rows; what begins on another day names it. */
function hoursOnDay(interval: Interval, day: string, zone: string): string {
  const first = dayInWords(interval.start, zone);
  return first === day ? hoursInWords(interval, zone) : `${first}, ${hoursInWords(interval, zone)}`;
}

function decisionWays(facts: DecisionFacts, who: string): Block[] {
  const ways: Block[] = [];
  if ('why' in facts.ask) {
    ways.push({ block: 'way', label: 'Asking to move is not possible', effect: oneLine(facts.ask.why, 400), link: null, isFirst: false });
  } else {
    const name = oneLine(facts.ask.name);
    const missing = facts.ask.needsAddress ? ` The address of ${name} is missing; the page asks you for it.` : '';
    ways.push({ block: 'way', label: `Ask ${name} to move`, link: facts.link.option2, isFirst: true,
      effect: `${timesInWords(facts.ask.slots)} to offer; until ${momentInWords(facts.ask.until, facts.zone)}. ${name}’s session stays until ${name} has chosen; then ${who} gets this time.${missing}` });
  }
  ways.push(facts.otherSlots > 0
    ? { block: 'way', label: `Offer ${who} other times`, link: facts.link.option1, isFirst: 'why' in facts.ask,
      effect: `${timesInWords(facts.otherSlots)} to offer. ${who} picks one; everything else stays.` }
    : { block: 'way', label: `Offering ${who} other times is not possible`, effect: 'No other time is free within your booking rules.', link: null, isFirst: false });
  ways.push({ block: 'way', label: 'Decline', effect: `${who} gets a short, friendly no. Your calendar stays as it is.`, link: facts.link.decline, isFirst: false });
  return ways;
}

function reconnect(facts: Extract<LetterFacts, { letter: 'reconnect' }>): LetterPlan {
  const waiting = facts.open === 0 ? 'Nothing is lost.' : facts.open === 1 ? 'One open request waits until then; nothing is lost.' : `${String(facts.open)} open requests wait until then; nothing is lost.`;
  return {
    subject: 'Please connect your Google Calendar again',
    preview: 'Until then nothing is moved or booked for you.',
    heading: 'Your calendar is no longer connected',
    blocks: [
      hello(facts.to.name, `Google no longer lets Makeway see the calendar of ${oneLine(facts.account)}, since ${momentInWords(facts.since, facts.zone)}. That happens after a change of password or of settings, or when the permission was taken back.`),
      say(`Until you connect it again, no time is offered and nothing is moved or booked. ${waiting}`),
      { block: 'way', label: 'Connect again', effect: 'Takes a minute; sign in with the same Google account. Everything then goes on by itself.', link: facts.link, isFirst: true },
      say('If you ended it on purpose, there is nothing to do. This is the only mail about it.'),
    ],
    footer: 'You get this mail because Makeway looks after your bookings.',
  };
}

function settled(facts: Extract<LetterFacts, { letter: 'settled' }>): LetterPlan {
  const who = oneLine(facts.incomingName);
  return {
    subject: `${who} is booked: ${spanInWords(facts.booked, facts.zone)}`,
    preview: 'It is in your calendar.',
    heading: `${who} is booked`,
    blocks: [
      hello(facts.to.name, `the session with ${who} is in your calendar.`),
      time(who, [spanInWords(facts.booked, facts.zone)]),
      ...(facts.moved ? [
        time(`${oneLine(facts.moved.name)}, moved to`, [spanInWords(facts.moved.now, facts.zone), `before: ${spanInWords(facts.moved.from, facts.zone)}`]),
        say('Everybody concerned has been told. There is nothing left for you to do.'),
      ] : []),
    ],
    footer: COACH_FOOTER,
  };
}

function withdrawn(facts: Extract<LetterFacts, { letter: 'withdrawn' }>): LetterPlan {
  const who = oneLine(facts.incomingName);
  return {
    subject: `${who} has withdrawn: ${spanInWords(facts.wanted, facts.zone)}`,
    preview: 'Nothing was changed in your calendar.',
    heading: `${who} has withdrawn the request`,
    blocks: [
      hello(facts.to.name, `${who} no longer wants this time. Your calendar is as it was, and there is nothing left to decide.`),
      time(who, [spanInWords(facts.wanted, facts.zone)]),
    ],
    footer: COACH_FOOTER,
  };
}

function clash(facts: Extract<LetterFacts, { letter: 'clash' }>): LetterPlan {
  return {
    subject: `An overlap in your calendar: ${spanInWords(facts.at, facts.zone)}`,
    preview: 'Nothing was changed.',
    heading: 'An overlap in your calendar',
    blocks: [
      hello(facts.to.name, 'two things now stand at the same time. Makeway has changed nothing about it and leaves it to you.'),
      time(oneLine(facts.what), [spanInWords(facts.at, facts.zone)]),
      say('If you move or delete one of them in Google Calendar, Makeway notices by itself.'),
    ],
    footer: COACH_FOOTER,
  };
}

/** What was read of a calendar is not believed (design, invariant 8). */
function frozen(facts: Extract<LetterFacts, { letter: 'frozen' }>): LetterPlan {
  const calendar = oneLine(facts.calendar);
  return {
    subject: `Nearly everything is gone from your calendar “${calendar}”`,
    preview: 'Makeway waits until this is clear.',
    heading: 'Is your calendar really empty?',
    blocks: [
      hello(facts.to.name, `since ${momentInWords(facts.since, facts.zone)} Google shows most of your calendar “${calendar}” as deleted. That may be your wish, or a fault. Makeway does not believe it yet: it keeps what it knew, and offers and books nothing for you.`),
      say('If you did not delete these events, restore them in Google Calendar (Settings, Trash). Makeway sees that by itself and goes on.'),
      say('If you deleted them on purpose, tell the person who runs Makeway for you: they can accept it.'),
    ],
    footer: COACH_FOOTER,
  };
}

type CalendarFacts = Extract<LetterFacts, { letter: 'calendar-gone' | 'calendar-read-only' }>;

function calendarGone(facts: CalendarFacts): LetterPlan {
  const name = oneLine(facts.calendar);
  return {
    subject: `A calendar is gone: ${name}`,
    preview: 'Its times are free for bookings now.',
    heading: 'A calendar is gone',
    blocks: [
      hello(facts.to.name, `Google has told us twice that the calendar “${name}” is no longer there for you: it was deleted, or is no longer shared with you.`),
      time(name, [`noticed ${momentInWords(facts.noticedAt, facts.zone)}`]),
      say(`Makeway no longer takes its events into account: their times can be booked.${facts.heldSessions ? ' The sessions on it count as deleted by you.' : ''} If the calendar comes back, Makeway takes it up again by itself.`),
      ...(facts.heldSessions && !facts.hasTarget ? [say(NO_TARGET)] : []),
    ],
    footer: COACH_FOOTER,
  };
}

function calendarReadOnly(facts: CalendarFacts): LetterPlan {
  const name = oneLine(facts.calendar);
  return {
    subject: `Makeway can no longer write to a calendar: ${name}`,
    preview: 'Its sessions stay where they are.',
    heading: 'A calendar can no longer be written',
    blocks: [
      hello(facts.to.name, `your right to change events on the calendar “${name}” has been taken back in Google.`),
      time(name, [`noticed ${momentInWords(facts.noticedAt, facts.zone)}`]),
      say('Its events still take your time, and the sessions on it stay where they are. But nothing is booked there any more, and nobody is asked to move a session that stands there.'),
      ...(facts.hasTarget ? [] : [say(NO_TARGET)]),
      say('As soon as you may change events there again, Makeway goes on by itself.'),
    ],
    footer: COACH_FOOTER,
  };
}
const NO_TARGET = 'No other calendar of yours is set to hold sessions, so every new request waits for you on the pending list.';

// To clients.

const clientFooter = (coachName: string): string => `You get this mail because of your session with ${oneLine(coachName)}.`;

const slotsByDay = (facts: AskFacts | OfferFacts): Block => ({
  block: 'slots',
  days: groupByDay(facts.slots, (slot) => slot.interval, facts.zone).map(({ day, items }) => ({
    day: `${day} (${zoneInWords(facts.zone)})`,
    slots: items.map((slot) => ({ label: hoursInWords(slot.interval, facts.zone), elsewhere: spanElsewhere(slot.interval, facts.zone, facts.coachZone), link: slot.link })),
  })),
});

function ask(facts: AskFacts, subject: string, opening: string): LetterPlan {
  const coach = oneLine(facts.coachName);
  return {
    subject,
    preview: 'If you do nothing, nothing changes.',
    heading: 'Could we move your session?',
    blocks: [
      hello(facts.to.name, opening),
      time(`Your session with ${coach}`, spanInZones(facts.session, facts.zone, facts.coachZone)),
      say('If you do nothing, nothing changes: your session stays where it is.'),
      ...(facts.slots.length > 0 ? [say(`These times are open to you until ${momentInZones(facts.until, facts.zone, facts.coachZone)}. A click shows what will happen and asks once more:`), slotsByDay(facts)] : []),
      { block: 'way', label: 'Keep my time', effect: `Your session stays where it is, and ${coach} knows. There you can also say that you do not want to be asked again.`, link: facts.keepLink, isFirst: true },
    ],
    footer: clientFooter(facts.coachName),
  };
}

function askOver(facts: AskFacts): LetterPlan {
  return {
    subject: 'Nothing to do any more about your session',
    preview: 'The question is closed.',
    heading: 'Nothing to do any more',
    blocks: [
      hello(facts.to.name, `we had asked whether your session with ${oneLine(facts.coachName)} could move. That question is closed; you need not answer it. Thank you for your patience.`),
      time('The session we asked about', spanInZones(facts.session, facts.zone, facts.coachZone)),
      say('The links in our earlier mail only show how things stand; they change nothing any more.'),
    ],
    footer: clientFooter(facts.coachName),
  };
}

function offer(facts: OfferFacts, subject: string, opening: string): LetterPlan {
  const coach = oneLine(facts.coachName);
  return {
    subject: `${subject} with ${coach}`,
    preview: 'Choose the one that suits you.',
    heading: 'Which time suits you?',
    blocks: [
      hello(facts.to.name, opening),
      slotsByDay(facts),
      say(`${oneLine(facts.sessionType)} with ${coach}. The times are open until ${momentInZones(facts.until, facts.zone, facts.coachZone)}. Nothing is booked until you have chosen; a click shows what will happen and asks once more.`),
    ],
    footer: `You get this mail because you asked ${coach} for a session.`,
  };
}

function moved(facts: Extract<LetterFacts, { letter: 'moved' }>): LetterPlan {
  return {
    subject: 'Your session has a new time',
    preview: spanInWords(facts.now, facts.zone),
    heading: 'Your session has a new time',
    blocks: [
      hello(facts.to.name, `your session with ${oneLine(facts.coachName)} has moved. Thank you!`),
      time('New time', [spanInWords(facts.now, facts.zone)]),
      say(`Before, it was on ${spanInWords(facts.from, facts.zone)}.`),
    ],
    footer: clientFooter(facts.coachName),
  };
}

function closed(facts: Extract<LetterFacts, { letter: 'declined' | 'expired' }>, subject: string, opening: string): LetterPlan {
  const coach = oneLine(facts.coachName);
  return {
    subject,
    preview: 'Nothing is booked.',
    heading: subject,
    blocks: [
      hello(facts.to.name, opening),
      time('You asked for', facts.wanted.map((wanted) => spanInWords(wanted, facts.zone))),
      say(`Nothing is booked. You are welcome to ask ${coach} for another time.`),
    ],
    footer: `You get this mail because you asked ${coach} for a session.`,
  };
}
