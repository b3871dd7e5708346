import { z } from 'zod';
import { ok, type Control } from './route.js';

const count = z.int().min(0).optional();
const limits = z.strictObject({
  perMinutePerProject: count, perMinutePerUser: count, eventsPerDay: count, calendarsPerDay: count, invitationsPerDay: count,
  answer: z.union([z.literal(403), z.literal(429)]).optional(),
});

/** Control calls about quotas. */
export const quotaControls: readonly Control[] = [
  {
    method: 'POST', path: '/quotas',
    says: '{perMinutePerProject?, perMinutePerUser?, eventsPerDay?, calendarsPerDay?, invitationsPerDay?, answer?: 403 | 429}: limits for callers with tokens',
    answer: ({ emulator: { quotas }, body }) => {
      quotas.setLimits(Object.fromEntries(Object.entries(limits.parse(body ?? {})).filter(([, value]) => value !== undefined)));
      return ok({ ...quotas.limits() });
    },
  },
  { method: 'GET', path: '/quotas', says: '{limits, minute, day}: the limits, and what is used of them', answer: ({ emulator: { quotas } }) => ok(quotas.use()) },
  { method: 'DELETE', path: '/quotas', says: "Google's numbers again, and nothing used", answer: ({ emulator: { quotas } }) => { quotas.reset(); return { status: 204 }; } },
];
