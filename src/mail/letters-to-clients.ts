/** The letters to a client, as blocks: which come, in which order. Their words stand in texts-to-clients.ts. */
import { zoneInWords } from '../kernel/zone.js';
import type { Addressee, AskFacts, LetterFacts, OfferFacts } from './facts.js';
import { oneLine, say, time, type Block, type LetterPlan } from './letter-blocks.js';
import { groupByDay, hoursElsewhere, hoursInWords, momentInZones, spanInWords, spanInZones } from './letter-times.js';
import { greeting } from './texts.js';
import { ASK, ASK_OVER, CLOSED, MOVED, OFFER } from './texts-to-clients.js';

type Facts<Kind extends LetterFacts['letter']> = Extract<LetterFacts, { letter: Kind }>;
const hello = (facts: { readonly to: Addressee }, rest: string): Block => say(greeting(oneLine(facts.to.name), rest));

const lesser = (label: string, link: string, after = ''): Block => ({ block: 'link', label, link, after });
const toStatus = (link: string | null, label: string): Block[] => (link === null ? [] : [lesser(label, link)]);

const slotsByDay = (facts: AskFacts | OfferFacts): Block => ({
  block: 'slots',
  days: groupByDay(facts.slots, (slot) => slot.interval, facts.zone).map(({ day, items }) => ({
    day: `${day} (${zoneInWords(facts.zone)})`,
    slots: items.map((slot) => ({ label: hoursInWords(slot.interval, facts.zone), elsewhere: hoursElsewhere(slot.interval, facts.zone, facts.coachZone), link: slot.link })),
  })),
});

/** Could we move? With the times to choose from, and the way to keep the own one. */
export function planAsk(facts: Facts<'ask' | 'ask-reminder'>): LetterPlan {
  const coach = oneLine(facts.coachName);
  const isReminder = facts.letter === 'ask-reminder';
  return {
    subject: isReminder ? ASK.reminderSubject : ASK.subject,
    preview: isReminder ? ASK.reminderPreview : ASK.preview,
    heading: ASK.heading,
    blocks: [
      hello(facts, isReminder ? ASK.reminder : ASK.opening(coach)),
      time(ASK.session(coach), spanInZones(facts.session, facts.zone, facts.coachZone)),
      say(ASK.nothingChanges),
      ...(facts.slots.length > 0 ? [say(ASK.slots(momentInZones(facts.until, facts.zone, facts.coachZone))), slotsByDay(facts)] : []),
      { block: 'way', label: ASK.keep, effect: ASK.keepEffect(coach), link: facts.keepLink, isFirst: true },
      ...(facts.slots.length > 0 ? [lesser(ASK.none, facts.noneLink, ASK.noneEffect)] : []),
      lesser(ASK.mute, facts.muteLink, ASK.muteEffect),
    ],
    footer: ASK.footer(coach),
  };
}

export function planAskOver(facts: Facts<'ask-over'>): LetterPlan {
  const coach = oneLine(facts.coachName);
  return {
    subject: ASK_OVER.subject,
    preview: ASK_OVER.preview,
    heading: ASK_OVER.heading,
    blocks: [
      hello(facts, ASK_OVER.opening(coach)),
      time(ASK_OVER.session, spanInZones(facts.session, facts.zone, facts.coachZone)),
      ...(facts.entry === null ? [] : [say(facts.entry === 'CANCEL' ? ASK_OVER.gone(coach) : ASK_OVER.newTime(coach))]),
      say(ASK_OVER.links),
    ],
    footer: ASK_OVER.footer(coach),
  };
}

export function planOffer(facts: Facts<'offer' | 'offer-reminder'>): LetterPlan {
  const coach = oneLine(facts.coachName);
  const isReminder = facts.letter === 'offer-reminder';
  return {
    subject: (isReminder ? OFFER.reminderSubject : OFFER.subject)(coach),
    preview: isReminder ? OFFER.reminderPreview : OFFER.preview,
    heading: OFFER.heading,
    blocks: [
      hello(facts, isReminder ? OFFER.reminder : OFFER.opening),
      slotsByDay(facts),
      say(OFFER.until(oneLine(facts.sessionType), coach, momentInZones(facts.until, facts.zone, facts.coachZone))),
      ...(facts.slots.length > 0 ? [lesser(OFFER.none, facts.noneLink, OFFER.noneEffect)] : []),
      ...toStatus(facts.statusLink, OFFER.status),
    ],
    footer: OFFER.footer(coach),
  };
}

export function planMoved(facts: Facts<'moved'>): LetterPlan {
  const coach = oneLine(facts.coachName);
  return {
    subject: MOVED.subject,
    preview: spanInWords(facts.now, facts.zone),
    heading: MOVED.heading,
    blocks: [
      hello(facts, MOVED.opening(coach)),
      time(MOVED.newTime, spanInZones(facts.now, facts.zone, facts.coachZone)),
      say(MOVED.before(spanInWords(facts.from, facts.zone))),
      ...(facts.entry === null ? [] : [say(MOVED.entry)]),
    ],
    footer: MOVED.footer(coach),
  };
}

export function planClosed(facts: Facts<'declined' | 'expired'>): LetterPlan {
  const coach = oneLine(facts.coachName);
  const { subject, opening } = CLOSED[facts.letter];
  return {
    subject,
    preview: CLOSED.preview,
    heading: subject,
    blocks: [
      hello(facts, opening), ...facts.wanted.map((each, i) => time(i === 0 ? CLOSED.wanted : CLOSED.orWanted, spanInZones(each, facts.zone, facts.coachZone))), say(CLOSED.nothingBooked(coach)), ...toStatus(facts.statusLink, CLOSED.status),
    ],
    footer: CLOSED.footer(coach),
  };
}
