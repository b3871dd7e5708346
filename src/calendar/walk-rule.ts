/** Walks one rule over floating wall-clock time. Zones play no part here: the caller resolves what comes out. */
import { walkAny } from './any-rule.js';
import { walkPlain } from './plain-rule.js';
import type { Rule } from './rule.js';
import type { Walk } from './walk.js';

/**
 * The floating starts of `rule`, counted from `firstMs` (DTSTART), that lie in `[fromMs, toMs]`. UNTIL is left to the
 * caller, who can compare instants; COUNT is kept here. DTSTART itself is returned only if the rule produces it.
 */
export function walkRule(rule: Rule, firstMs: number, fromMs: number, toMs: number): Walk {
  if (toMs < firstMs || toMs < fromMs) return { starts: [], outOfBudget: false };
  return walkPlain(rule, firstMs, fromMs, toMs) ?? walkAny(rule, firstMs, fromMs, toMs);
}
