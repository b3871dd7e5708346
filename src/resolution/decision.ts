import type { LandingId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import type { Claim } from '../work/claim.js';

/** What the coach (or an operator for the coach) wants done with a request. */
export type Decision =
  | { readonly do: 'option1' }
  | { readonly do: 'option2'; /** The blocker that the coach saw; null: whoever sits there. */ readonly about: string | null; readonly ticks: readonly string[]; readonly address: string | null; readonly clientName: string | null;
      /** Which of the times that the request names; null: the one that it is about. */ readonly wanted: Instant | null;
      /** The coach has no address of the client, and passes the link on by chat or text: no mail is sent. */ readonly passOn?: boolean }
  | { readonly do: 'decline' }
  | { readonly do: 'manual'; readonly start: Instant }
  /** The title that stands there is nobody's. */
  | { readonly do: 'not-a-client'; readonly about: string | null };

export interface RefusedDecision { readonly refused: 'settled' | 'stale' | 'in-progress' | 'not-possible'; readonly why: string }
export const refuse = (refused: RefusedDecision['refused'], why: string): RefusedDecision => ({ refused, why });
export type DecisionAnswer =
  | { readonly did: Decision['do']; readonly landing: { readonly id: LandingId; readonly claim: Claim | null } | null }
  | RefusedDecision;
