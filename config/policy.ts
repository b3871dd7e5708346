import type { Policy } from '../src/kernel/policy.js';
import { checkRules } from '../src/kernel/policy-schema.js';

/** Reads rules written as JSON; all faults are told at once. */
export function readRules(text: string): { rules: Partial<Policy> } | { fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: '--policy is not valid JSON.' };
  }
  const read = checkRules(value);
  return 'faults' in read ? { fault: `These rules need a correction: ${read.faults.map((f) => `${f.path || 'the rules'}: ${f.message}`).join('; ')}.` } : read;
}
