/** What the shell does about a problem. `wait`: later, with backoff. `reread`: our picture is old, look again.
 *  `reconnect`: the coach's grant is gone. `operator`: a person must look. `bug`: an invariant broke.
 *  `caller`: the one who asked must ask differently. */
export type Remedy = 'wait' | 'reread' | 'reconnect' | 'operator' | 'bug' | 'caller';

/** Every code Makeway can fail with, and its remedy. Codes are stable: they are logged, shown and tested. */
export const PROBLEMS = {
  GOOGLE_UNREACHABLE: 'wait',
  GOOGLE_QUOTA: 'wait',
  GOOGLE_QUOTA_SPENT: 'wait',
  GOOGLE_ANSWER_LOST: 'wait',
  GOOGLE_CURSOR_GONE: 'reread',
  GOOGLE_EVENT_CHANGED: 'reread',
  GOOGLE_GRANT_REVOKED: 'reconnect',
  GOOGLE_REFUSED: 'operator',
  GOOGLE_NOT_FOUND: 'operator',
  GOOGLE_DUPLICATE: 'reread',
  DATABASE_AWAY: 'wait',
  DATABASE_BUSY: 'reread',
  SMTP_UNREACHABLE: 'wait',
  SMTP_REFUSED_FOR_NOW: 'wait',
  SMTP_REFUSED_ADDRESS: 'operator',
  LEASE_LOST: 'reread',
  MIRROR_BEHIND: 'reread',
  CALENDAR_FROZEN: 'operator',
  NO_TARGET_CALENDAR: 'operator',
  SECRET_UNREADABLE: 'operator',
  CALL_INSIDE_TRANSACTION: 'bug',
  IMPOSSIBLE_STATE: 'bug',
  REQUEST_MALFORMED: 'caller',
  REQUEST_TOO_LARGE: 'caller',
  REQUEST_INVALID: 'caller',
  API_KEY_UNKNOWN: 'caller',
  COACH_UNKNOWN: 'caller',
  REQUEST_UNKNOWN: 'caller',
  REQUEST_IN_PROGRESS: 'caller',
  IDEMPOTENCY_KEY_REUSED: 'caller',
  TOO_MANY_CALLS: 'caller',
  NOT_SIGNED_IN: 'caller',
  SIGN_IN_REFUSED: 'caller',
  PAGE_UNKNOWN: 'caller',
} as const satisfies Record<string, Remedy>;

export type ProblemCode = keyof typeof PROBLEMS;

/** The only error that Makeway throws on purpose. `message` is for people; `facts` are ids and numbers, never names. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly facts: Readonly<Record<string, unknown>>;
  constructor(code: ProblemCode, message: string, facts: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Problem';
    this.code = code;
    this.facts = facts;
  }
  get remedy(): Remedy { return PROBLEMS[this.code]; }
}
