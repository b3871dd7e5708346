/** The letters to a coach, as blocks: which come, in which order. Their words stand in texts-to-coach.ts. */
import type { Interval } from '../kernel/interval.js';
import { dayInWords, momentInWords, zoneInWords } from '../kernel/zone.js';
import type { Addressee, DecisionFacts, DigestFacts, LetterFacts } from './facts.js';
import { oneLine, say, time, type Block, type LetterPlan } from './letter-blocks.js';
import { answerInWords, hoursInWords, spanInWords, timesInWords } from './letter-times.js';
import { greeting } from './texts.js';
import { CALENDAR_GONE, CALENDAR_READ_ONLY, CLASH, CLEARED, COACH_FOOTER, DECISION, DIGEST, FROZEN, RECONNECT, SETTLED, WITHDRAWN } from './texts-to-coach.js';

type Facts<Kind extends LetterFacts['letter']> = Extract<LetterFacts, { letter: Kind }>;
const hello = (facts: { readonly to: Addressee }, rest: string): Block => say(greeting(oneLine(facts.to.name), rest));

/** A request waits for the coach: who, what, all that stands there, the day around it, and what each way would mean. */
export function planDecision(facts: DecisionFacts): LetterPlan {
  const who = oneLine(facts.incoming.name);
  const reason = oneLine(facts.reason, 400);
  const wanted = spanInWords(facts.wanted, facts.zone);
  const day = dayInWords(facts.wanted.start, facts.zone);
  const zone = zoneInWords(facts.zone);
  const agenda = (title: string, events: DecisionFacts['blockers']): Block[] => events.length === 0 ? [] : [{
    block: 'agenda', title, rows: [...events].sort((a, b) => a.interval.start - b.interval.start)
      .map((event) => ({ hours: hoursOnDay(event.interval, day, facts.zone), what: oneLine(event.title) || DECISION.untitled })),
  }];
  return {
    subject: DECISION.subject(who, wanted, facts.isAgain),
    preview: DECISION.preview(reason, facts.isAgain),
    heading: DECISION.heading(who, facts.isAgain),
    blocks: [
      time(oneLine(facts.sessionType), [wanted, DECISION.whoAsks(who, oneLine(facts.incoming.email))]),
      say(DECISION.opening(reason)),
      ...agenda(DECISION.standsThere(zone), facts.blockers),
      ...agenda(DECISION.restOfDay(day, zone), facts.neighbours),
      ...facts.alsoWanted.map((also) => time(DECISION.alsoPossible(who), [spanInWords(also.interval, facts.zone), oneLine(also.takes, 400)])),
      ...ways(facts, who),
      { block: 'link', label: DECISION.fullPage, link: facts.link.open, after: DECISION.onFullPage(facts.alsoWanted.length > 0) },
    ],
    footer: COACH_FOOTER,
  };
}

/** The wanted day stands in the title above the rows; what begins on another day names it. */
function hoursOnDay(interval: Interval, day: string, zone: string): string {
  const first = dayInWords(interval.start, zone);
  return first === day ? hoursInWords(interval, zone) : `${first}, ${hoursInWords(interval, zone)}`;
}

function ways(facts: DecisionFacts, who: string): Block[] {
  const { ask, other, link } = facts;
  const impossible = (label: string, effect: string, notes: readonly string[] = []): Block => ({ block: 'way', label, effect, notes, link: null, isFirst: false });
  const lately = facts.lately ? [DECISION.lately(oneLine(facts.lately.name), facts.lately.asks, facts.lately.days)] : [];
  return [
    'why' in ask ? impossible(DECISION.askImpossible, oneLine(ask.why, 400), lately) : asking(facts, ask, who, lately),
    other.slots > 0
      ? { block: 'way', label: DECISION.offer(who), effect: DECISION.offerEffect(who, timesInWords(other.slots), answerInWords(other.answer, facts.zone)), link: link.option1, isFirst: 'why' in ask }
      : impossible(DECISION.offerImpossible(who), DECISION.noOtherTime),
    { block: 'way', label: DECISION.decline, effect: DECISION.declineEffect(who), link: link.decline, isFirst: false },
  ];
}

function asking(facts: DecisionFacts, ask: Exclude<DecisionFacts['ask'], { why: string }>, who: string, lately: readonly string[]): Block {
  const name = oneLine(ask.name);
  return {
    block: 'way', label: DECISION.ask(name), effect: DECISION.askEffect(name, who, timesInWords(ask.slots), answerInWords(ask.answer, facts.zone)), link: facts.link.option2, isFirst: true,
    notes: [
      ...lately,
      ...(ask.needsAddress ? [DECISION.addressMissing] : []),
      ...(ask.toTick.length > 0 ? [DECISION.toTick(ask.toTick.map((title) => `“${oneLine(title) || DECISION.untitled}”`).join(', '))] : []),
    ],
  };
}

export function planSettled(facts: Facts<'settled'>): LetterPlan {
  const who = oneLine(facts.incomingName);
  const booked = spanInWords(facts.booked, facts.zone);
  const words = facts.stoodThere ? CLEARED : SETTLED;
  return {
    subject: words.subject(who, booked),
    preview: words.preview,
    heading: words.heading(who),
    blocks: [
      hello(facts, words.opening(who)),
      time(who, [booked]),
      ...(facts.moved ? [
        time(SETTLED.movedTo(oneLine(facts.moved.name)), [spanInWords(facts.moved.now, facts.zone), SETTLED.before(spanInWords(facts.moved.from, facts.zone))]),
        say(SETTLED.allTold),
      ] : []),
    ],
    footer: COACH_FOOTER,
  };
}

export function planWithdrawn(facts: Facts<'withdrawn'>): LetterPlan {
  const who = oneLine(facts.incomingName);
  const wanted = spanInWords(facts.wanted, facts.zone);
  return {
    subject: WITHDRAWN.subject(who, wanted),
    preview: WITHDRAWN.preview,
    heading: WITHDRAWN.heading(who),
    blocks: [hello(facts, WITHDRAWN.opening(who)), time(who, [wanted])],
    footer: COACH_FOOTER,
  };
}

export function planClash(facts: Facts<'clash'>): LetterPlan {
  const at = spanInWords(facts.at, facts.zone);
  return {
    subject: CLASH.subject(at),
    preview: CLASH.preview,
    heading: CLASH.heading,
    blocks: [hello(facts, CLASH.opening), time(oneLine(facts.what), [at]), say(CLASH.ifMoved)],
    footer: COACH_FOOTER,
  };
}

export function planReconnect(facts: Facts<'reconnect'>): LetterPlan {
  return {
    subject: RECONNECT.subject,
    preview: RECONNECT.preview,
    heading: RECONNECT.heading,
    blocks: [
      hello(facts, RECONNECT.opening(oneLine(facts.account), momentInWords(facts.since, facts.zone))),
      say(RECONNECT.untilThen(facts.open)),
      { block: 'way', label: RECONNECT.connect, effect: RECONNECT.connectEffect, link: facts.link, isFirst: true },
      say(RECONNECT.onPurpose),
    ],
    footer: RECONNECT.footer,
  };
}

/** What was read of a calendar is not believed (design, invariant 8). */
export function planFrozen(facts: Facts<'frozen'>): LetterPlan {
  const calendar = oneLine(facts.calendar);
  return {
    subject: FROZEN.subject(calendar),
    preview: FROZEN.preview,
    heading: FROZEN.heading,
    blocks: [hello(facts, FROZEN.opening(calendar, momentInWords(facts.since, facts.zone))), say(FROZEN.ifNot), say(FROZEN.ifSo)],
    footer: COACH_FOOTER,
  };
}

type CalendarFacts = Facts<'calendar-gone' | 'calendar-read-only'>;

export function planCalendarGone(facts: CalendarFacts): LetterPlan {
  const name = oneLine(facts.calendar);
  return {
    subject: CALENDAR_GONE.subject(name),
    preview: facts.heldHours ? CALENDAR_GONE.previewOfHours : CALENDAR_GONE.preview,
    heading: CALENDAR_GONE.heading,
    blocks: [
      hello(facts, CALENDAR_GONE.opening(name)),
      time(name, [CALENDAR_GONE.noticed(momentInWords(facts.noticedAt, facts.zone))]),
      say(facts.heldHours ? CALENDAR_GONE.effectOnHours : CALENDAR_GONE.effect(facts.heldSessions)),
      ...(facts.heldSessions && !facts.hasTarget ? [say(CALENDAR_GONE.noTarget)] : []),
    ],
    footer: COACH_FOOTER,
  };
}

export function planCalendarReadOnly(facts: CalendarFacts): LetterPlan {
  const name = oneLine(facts.calendar);
  return {
    subject: CALENDAR_READ_ONLY.subject(name),
    preview: CALENDAR_READ_ONLY.preview,
    heading: CALENDAR_READ_ONLY.heading,
    blocks: [
      hello(facts, CALENDAR_READ_ONLY.opening(name)),
      time(name, [CALENDAR_READ_ONLY.noticed(momentInWords(facts.noticedAt, facts.zone))]),
      say(CALENDAR_READ_ONLY.effect),
      ...(facts.hasTarget ? [] : [say(CALENDAR_READ_ONLY.noTarget)]),
      say(CALENDAR_READ_ONLY.comesBack),
    ],
    footer: COACH_FOOTER,
  };
}

/** What was found on top of each other since the last digest. */
export function planDigest(facts: DigestFacts): LetterPlan {
  const count = facts.findings.length;
  return {
    subject: DIGEST.subject(count),
    preview: DIGEST.preview,
    heading: DIGEST.heading,
    blocks: [
      hello(facts, DIGEST.opening(count)),
      ...facts.findings.map((found) => time((found.kind === 'invitation' ? DIGEST.invited : DIGEST.both)(oneLine(found.one), oneLine(found.other)),
        [spanInWords(found.interval, facts.zone), ...(found.cameBack === null ? [] : [oneLine(found.cameBack, 400)])])),
      { block: 'way', label: DIGEST.choose, effect: DIGEST.chooseEffect, link: facts.link, isFirst: true },
    ],
    footer: COACH_FOOTER,
  };
}
