import type { CalendarEvent } from '../calendar/event.js';
import { instanceId } from '../calendar/expand.js';
import type { SessionClaim } from '../calendar/session-of.js';
import { overlaps, plus, type Instant, type Interval } from '../kernel/interval.js';
import type { Policy } from '../kernel/policy.js';

/** One thing that stands where somebody wants a time. */
export interface Blocker {
  /** Names this occurrence for ever, whatever its time: `<calendar>/<root>/<original start>`. */
  readonly key: string;
  readonly calendarId: string;
  readonly rootId: string;
  readonly originalKey: string;
  readonly eventId: string;
  readonly interval: Interval;
  readonly isAllDay: boolean;
  readonly title: string;
  readonly claim: SessionClaim;
}

export const blockerKey = (calendarId: string, rootId: string, originalKey: string): string => `${calendarId}/${rootId}/${originalKey}`;
/** The same name for an event that Google answered with (`singleEvents=true`). */
export function keyOfEvent(calendarId: string, event: CalendarEvent): string {
  const original = event.recurringEventId !== null && event.originalStart ? instanceId('', event.originalStart).replace(/^_/, '') : 'single';
  return blockerKey(calendarId, event.recurringEventId ?? event.id, original);
}

/** Could this be a client's session? A `guest` or `named` one is, an `unnamed` one if the coach says so. */
export const isSession = (b: Blocker): boolean => b.claim.kind === 'guest' || b.claim.kind === 'named' || b.claim.kind === 'unnamed';

/** The one session among the blockers that can be asked to move; null if there is none, or several. */
export function candidateOf(blockers: readonly Blocker[]): Blocker | null {
  const sessions = blockers.filter(isSession);
  return sessions.length === 1 ? (sessions[0] ?? null) : null;
}

/** Why the existing client cannot be asked; told to the coach. */
export type AskRefusal = 'nothing-there' | 'several-sessions' | 'no-session' | 'group' | 'not-ours' | 'no-permission' | 'frozen' | 'asked-lately' | 'muted' | 'promised' | 'no-slot' | 'same-client' | 'unchecked';
export const ASK_REFUSAL_IN_WORDS: Readonly<Record<AskRefusal, string>> = {
  'nothing-there': 'Nobody sits there: there is no one to ask.',
  'several-sessions': 'More than one session stands there.',
  'no-session': 'What stands there is not a client\'s session.',
  group: 'A group stands there. Groups are never asked to move.',
  'not-ours': 'Somebody else organises what stands there; only they can move it.',
  'no-permission': 'Google does not let Makeway change that calendar. Move it yourself in Google, and the booking is made by itself.',
  frozen: 'The session is too soon: nobody is asked so close before.',
  'asked-lately': 'This client was asked to move lately.',
  muted: 'This client has asked not to be asked again.',
  promised: 'The time is promised to somebody else already.',
  'no-slot': 'There is no other free time to offer.',
  'same-client': 'It is the same client\'s session.',
  unchecked: 'Your calendar cannot be checked right now, so nobody is asked and nothing is offered.',
};

export interface AskFacts {
  readonly now: Instant;
  readonly policy: Policy;
  readonly blockers: readonly Blocker[];
  readonly isPromised: boolean;
  /** About the client of the candidate, if known. */
  readonly client: { readonly isMuted: boolean; readonly asksLately: number; readonly isIncoming: boolean } | null;
}

/** Whether the session that stands there may be asked to move; ticks and slots are judged apart. */
export function mayAsk(facts: AskFacts): Blocker | AskRefusal {
  if (facts.blockers.length === 0) return facts.isPromised ? 'promised' : 'nothing-there';
  if (facts.isPromised) return 'promised';
  const sessions = facts.blockers.filter(isSession);
  if (sessions.length > 1) return 'several-sessions';
  const candidate = sessions[0];
  if (!candidate) {
    if (facts.blockers.some((b) => b.claim.kind === 'group')) return 'group';
    if (facts.blockers.some((b) => b.claim.kind === 'not-ours')) return 'not-ours';
    return facts.blockers.some((b) => b.claim.kind === 'plain' && b.claim.why === 'read-only') ? 'no-permission' : 'no-session';
  }
  if (candidate.interval.start < plus(facts.now, facts.policy.freezeMs)) return 'frozen';
  if (facts.client?.isIncoming) return 'same-client';
  if (facts.client?.isMuted) return 'muted';
  if (facts.client && facts.client.asksLately >= facts.policy.asksPerClient.count) return 'asked-lately';
  return candidate;
}

/** How long a client can answer what is sent later than now: for a time from then on, but not beyond `latest`; or, where the
 *  freeze before the session is sure to come first, until that. */
export type AnswerTime = { readonly forMs: number; readonly latest: Instant | null } | { readonly until: Instant };

/** What `offerEnd` will say whenever the coach decides. */
export function answerTime(now: Instant, policy: Policy, session: Instant | null): AnswerTime {
  const latest = session === null ? null : plus(session, -policy.freezeMs);
  return latest !== null && latest <= plus(now, policy.offerLifetimeMs) ? { until: latest } : { forMs: policy.offerLifetimeMs, latest };
}

/** When an offer made now ends: its lifetime, or the freeze before the session, whichever comes first. */
export function offerEnd(now: Instant, policy: Policy, session: Instant | null): Instant {
  const answer = answerTime(now, policy, session);
  return 'until' in answer ? answer.until : plus(now, answer.forMs);
}

/** The blockers that overlap `window` and are not tolerated. */
export const standing = (blockers: readonly Blocker[], window: Interval, tolerated: ReadonlySet<string>): Blocker[] =>
  blockers.filter((b) => overlaps(b.interval, window) && !tolerated.has(b.key));
