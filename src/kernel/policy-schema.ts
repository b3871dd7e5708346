import { z } from 'zod';
import { HOUR } from './interval.js';
import type { Policy } from './policy.js';

const CLOCK = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be HH:MM');
const END = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be HH:MM');
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
  workingHours: z.array(z.strictObject({ weekday: z.int().min(1).max(7), from: CLOCK, to: END }).refine((h) => h.from < h.to, '"from" must be before "to"')).max(50),
  lengthMs: z.int().min(HOUR / 12).max(12 * HOUR),
  sessionTypes: z.array(z.strictObject({ name: z.string().trim().min(1).max(100), lengthMs: z.int().min(HOUR / 12).max(12 * HOUR) })).max(20),
  bufferMs: z.int().min(0).max(6 * HOUR),
  horizonMs: z.int().min(24 * HOUR).max(85 * 24 * HOUR),
  settleMs: z.int().min(0).max(HOUR),
  gridMs: z.int().min(HOUR / 12).max(6 * HOUR),
  maxPerDay: z.int().min(1).nullable(),
  maxPerWeek: z.int().min(1).nullable(),
}).partial();

/** What is wrong with one rule: where (a path with dots), and the bound that it breaks, if it is one. */
export interface RuleFault { readonly path: string; readonly message: string; readonly least: number | null; readonly most: number | null }
/** Reads rules that came from outside: a part of a policy, or all that is wrong with it. */
export function checkRules(value: unknown): { readonly rules: Partial<Policy> } | { readonly faults: readonly RuleFault[] } {
  const read = RULES.safeParse(value);
  if (read.success) return { rules: read.data as Partial<Policy> };
  return { faults: read.error.issues.map((issue) => ({
    path: issue.path.join('.'), message: issue.message,
    least: issue.code === 'too_small' ? Number(issue.minimum) : null, most: issue.code === 'too_big' ? Number(issue.maximum) : null,
  })) };
}
