import { z } from 'zod';
import type { Policy } from '../src/kernel/policy.js';

const HOUR = 3_600_000;
const CLOCK = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');
/** The rules of a coach, each with its bounds. Times are milliseconds unless the name says otherwise. */
const RULES = z.strictObject({
  choicesPerOffer: z.int().min(3).max(6),
  offerLifetimeMs: z.int().min(HOUR / 60).max(14 * 24 * HOUR),
  minimumNoticeMs: z.int().min(0).max(60 * 24 * HOUR),
  freezeMs: z.int().min(0).max(60 * 24 * HOUR),
  asksPerClient: z.strictObject({ count: z.int().min(0).max(100), days: z.int().min(1).max(365) }),
  reminderAt: z.number().min(0.1).max(0.9).nullable(),
  byItself: z.enum(['none', 'option1', 'option2']),
  afterSilence: z.enum(['coach', 'option1']),
  land: z.enum(['automatic', 'manual']),
  workingHours: z.array(z.strictObject({ weekday: z.int().min(1).max(7), from: CLOCK, to: CLOCK }).refine((h) => h.from < h.to, '"from" must be before "to"')).max(50),
  lengthMs: z.int().min(HOUR / 12).max(12 * HOUR),
  sessionTypes: z.array(z.strictObject({ name: z.string().trim().min(1).max(100), lengthMs: z.int().min(HOUR / 12).max(12 * HOUR) })).max(20),
  bufferMs: z.int().min(0).max(6 * HOUR),
  horizonMs: z.int().min(24 * HOUR).max(85 * 24 * HOUR),
  settleMs: z.int().min(0).max(HOUR),
  gridMs: z.int().min(HOUR / 12).max(6 * HOUR),
  maxPerDay: z.int().min(1).nullable(),
  maxPerWeek: z.int().min(1).nullable(),
}).partial();

/** Reads rules written as JSON; all faults are told at once. */
export function readRules(text: string): { rules: Partial<Policy> } | { fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { fault: '--policy is not valid JSON.' };
  }
  const read = RULES.safeParse(value);
  if (!read.success) return { fault: `These rules need a correction: ${read.error.issues.map((i) => `${i.path.join('.') || 'the rules'}: ${i.message}`).join('; ')}.` };
  return { rules: read.data as Partial<Policy> };
}
