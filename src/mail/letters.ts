import type { Letter, LetterFacts } from './facts.js';
import { oneLine, type LetterPlan } from './letter-blocks.js';
import { planConfirm } from './letter-confirm.js';
import { drawHtml } from './letter-html.js';
import { drawText } from './letter-text.js';
import { planAsk, planAskOver, planClosed, planMoved, planOffer } from './letters-to-clients.js';
import { planCalendarGone, planCalendarReadOnly, planClash, planDecision, planDigest, planFrozen, planReconnect, planSettled, planWithdrawn } from './letters-to-coach.js';

/**
 * Writes the letter that `facts` ask for: a subject of one line, and an HTML and a text part that say the same.
 * Pure, total over the kinds. The words stand in the catalogue (texts-to-coach.ts, texts-to-clients.ts). A client's letter
 * is written from facts about that client alone, gives no reason and presses for nothing. Every time is labelled with its zone.
 */
export function writeLetter(facts: LetterFacts): Letter {
  const plan = planLetter(facts);
  return { subject: oneLine(plan.subject, 300), text: drawText(plan), html: drawHtml(plan) };
}

function planLetter(facts: LetterFacts): LetterPlan {
  switch (facts.letter) {
    case 'decision': return planDecision(facts);
    case 'ask':
    case 'ask-reminder': return planAsk(facts);
    case 'ask-over': return planAskOver(facts);
    case 'offer':
    case 'offer-reminder': return planOffer(facts);
    case 'moved': return planMoved(facts);
    case 'declined':
    case 'expired': return planClosed(facts);
    case 'digest': return planDigest(facts);
    case 'settled': return planSettled(facts);
    case 'withdrawn': return planWithdrawn(facts);
    case 'clash': return planClash(facts);
    case 'frozen': return planFrozen(facts);
    case 'calendar-gone': return planCalendarGone(facts);
    case 'calendar-read-only': return planCalendarReadOnly(facts);
    case 'reconnect': return planReconnect(facts);
    case 'confirm': return planConfirm(facts);
  }
}
