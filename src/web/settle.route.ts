import { decide } from '../resolution/decide.flow.js';
import type { Decision, DecisionAnswer } from '../resolution/decision.js';
import type { Web } from './web.port.js';

/** Decides, and goes on at once with a landing that this made. */
export async function settleDecision(web: Web, about: Parameters<typeof decide>[1], decision: Decision): Promise<DecisionAnswer> {
  const answer = await decide(web.shell, about, decision);
  if ('did' in answer && answer.landing?.claim) await web.goOn(answer.landing.claim);
  return answer;
}
