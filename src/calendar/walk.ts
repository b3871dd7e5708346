/** What walking a rule gives, and what it may cost. */

/** Starts that one rule may have in one window: more than one an hour, day and night, for all that is laid out. */
export const MOST_STARTS = 4_000;
/** Periods that one rule may be walked through: of days 270 years, some 200 ms in the worst case. */
export const MOST_PERIODS = 100_000;

/** `starts` are sorted. `outOfBudget`: there may be more of them, after the last one. */
export interface Walk { readonly starts: readonly number[]; readonly outOfBudget: boolean }
