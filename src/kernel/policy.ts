import { DAY, HOUR, MINUTE } from './interval.js';

/** A coach's rules, in real milliseconds and ISO weekdays (1 = Monday). */
export interface Policy {
  /** How many slots an offer carries: 3 to 6. */
  readonly choicesPerOffer: number;
  /** The longest life of an offer; it also ends when the freeze window begins. */
  readonly offerLifetimeMs: number;
  /** A slot starts at least this long after now. */
  readonly minimumNoticeMs: number;
  /** Nobody is asked to move a session that starts sooner than this. */
  readonly freezeMs: number;
  /** A client is asked at most `count` times in `days` days. */
  readonly asksPerClient: { readonly count: number; readonly days: number };
  /** The share of an offer's life after which its client is reminded, once; null: never. */
  readonly reminderAt: number | null;
  /** What follows when the existing client says no or nothing. */
  readonly afterSilence: 'coach' | 'option1';
  /** What is done about a taken time without asking the coach. `option2` is for known clients only; where it is not possible,
   *  the coach decides. */
  readonly byItself: 'none' | 'option1' | 'option2';
  readonly land: 'automatic' | 'manual';
  /** Wall-clock spans in the coach's zone, `[from, to)`, "HH:MM". */
  readonly workingHours: readonly { readonly weekday: number; readonly from: string; readonly to: string }[];
  readonly lengthMs: number;
  /** What can be booked on the booking page; empty: one kind, "Session", of the usual length. */
  readonly sessionTypes: readonly { readonly name: string; readonly lengthMs: number }[];
  /** Kept free before and after every session when slots are judged. */
  readonly bufferMs: number;
  readonly horizonMs: number;
  /** A vacancy that we did not cause is looked at again after this long. */
  readonly settleMs: number;
  /** Slots start on multiples of this, counted from the start of the working hours. */
  readonly gridMs: number;
  /** Most sessions on one local day or ISO week; null is no limit. */
  readonly maxPerDay: number | null;
  readonly maxPerWeek: number | null;
}

/** The defaults of a coach who only connected (design, section 9). */
export const DEFAULT_POLICY: Policy = {
  choicesPerOffer: 4,
  offerLifetimeMs: 24 * HOUR,
  minimumNoticeMs: 12 * HOUR,
  freezeMs: 24 * HOUR,
  asksPerClient: { count: 1, days: 30 },
  reminderAt: 0.5,
  afterSilence: 'coach',
  byItself: 'none',
  land: 'automatic',
  workingHours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '17:00' })),
  lengthMs: HOUR,
  sessionTypes: [],
  bufferMs: 0,
  horizonMs: 60 * DAY,
  settleMs: MINUTE,
  gridMs: 30 * MINUTE,
  maxPerDay: null,
  maxPerWeek: null,
};

/** The stored part of a policy over the defaults. Unknown keys are ignored: an older daemon may read a newer row. */
export function readPolicy(stored: unknown): Policy {
  if (typeof stored !== 'object' || stored === null) return DEFAULT_POLICY;
  const known = Object.entries(stored).filter(([key]) => Object.hasOwn(DEFAULT_POLICY, key));
  return { ...DEFAULT_POLICY, ...(Object.fromEntries(known) as Partial<Policy>) };
}
