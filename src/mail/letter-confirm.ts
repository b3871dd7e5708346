import type { ConfirmFacts } from './facts.js';
import { oneLine, say, time, type LetterPlan } from './letter-blocks.js';
import { momentInZones, spanInZones } from './letter-times.js';
import { CONFIRM } from './texts-to-clients.js';

/** To a visitor of the booking page: was it you? Nothing that the visitor has typed is in it, so that nobody can write to somebody
 *  else through it. It says that nothing happens without the click. */
export function planConfirm(facts: ConfirmFacts): LetterPlan {
  const coach = oneLine(facts.coachName);
  const [first, ...others] = facts.wanted.map((wanted) => spanInZones(wanted, facts.zone, facts.coachZone));
  return {
    subject: CONFIRM.subject(coach),
    preview: CONFIRM.preview,
    heading: CONFIRM.heading,
    blocks: [
      say(CONFIRM.opening(coach)),
      ...(first ? [time(CONFIRM.wanted(oneLine(facts.sessionType), coach), first)] : []),
      ...others.map((other) => time(CONFIRM.also, other)),
      { block: 'way', label: CONFIRM.yes, effect: CONFIRM.yesEffect(momentInZones(facts.until, facts.zone, facts.coachZone)), link: facts.link, isFirst: true },
      say(CONFIRM.ignore),
    ],
    footer: CONFIRM.footer(coach),
  };
}
