import { type ApiError, quotaExceeded, rateLimitExceeded, userRateLimitExceeded } from './api-error.js';

/** What may be used up. Per minute: calls; per day: what one account creates (sheet 6). */
export interface QuotaLimits {
  readonly perMinutePerProject: number;
  readonly perMinutePerUser: number;
  readonly eventsPerDay: number;
  readonly calendarsPerDay: number;
  readonly invitationsPerDay: number;
  /** Status of both refusals per minute; absent: 403 for a user's limit, 429 for a project's. */
  readonly answer?: 403 | 429;
}

/** Google's numbers (sheet 6). It publishes no window for the last three: "in a short time", read-only "for hours"; a day here. */
export const GOOGLE_LIMITS: QuotaLimits = { perMinutePerProject: 10_000, perMinutePerUser: 600, eventsPerDay: 100_000, calendarsPerDay: 60, invitationsPerDay: 10_000 };

/** What an account has created within a day. */
export interface DayUse { readonly events: number; readonly calendars: number; readonly invitations: number }

/** The refusal that one more call within the minute earns, given how many there were; undefined if it may pass. */
export function minuteRefusal(limits: QuotaLimits, calls: { readonly project: number; readonly user: number }): ApiError | undefined {
  if (calls.user >= limits.perMinutePerUser) return limits.answer === 429 ? rateLimitExceeded(429) : userRateLimitExceeded();
  if (calls.project >= limits.perMinutePerProject) return rateLimitExceeded(limits.answer ?? 429);
  return undefined;
}

/** The refusal of a write that brings an account above what it may create in a day; undefined if it may pass. */
export function dayRefusal(limits: QuotaLimits, use: DayUse): ApiError | undefined {
  const over = use.events > limits.eventsPerDay || use.calendars > limits.calendarsPerDay || use.invitations > limits.invitationsPerDay;
  return over ? quotaExceeded() : undefined;
}

/** True if nothing of one kind is left: an account that went over stays read-only until a day's window has room again. */
export const isUsedUp = (limits: QuotaLimits, use: DayUse): boolean =>
  use.events >= limits.eventsPerDay || use.calendars >= limits.calendarsPerDay || use.invitations >= limits.invitationsPerDay;
