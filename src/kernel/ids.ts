/** A string or number that only one kind of place may produce. */
export type Brand<T, Name extends string> = T & { readonly __brand: Name };

export type CoachId = Brand<string, 'CoachId'>;
export type ClientId = Brand<string, 'ClientId'>;
export type CalendarKey = Brand<string, 'CalendarKey'>;
export type RequestId = Brand<string, 'RequestId'>;
export type ResolutionId = Brand<string, 'ResolutionId'>;
export type OfferId = Brand<string, 'OfferId'>;
export type ChoiceId = Brand<string, 'ChoiceId'>;
export type HoldId = Brand<string, 'HoldId'>;
export type LandingId = Brand<string, 'LandingId'>;
export type SessionId = Brand<string, 'SessionId'>;
export type GrantId = Brand<string, 'GrantId'>;
export type FindingId = Brand<string, 'FindingId'>;
export type LinkId = Brand<string, 'LinkId'>;
export type WishId = Brand<string, 'WishId'>;

/** The prefix of each kind of id: an id read in a log says what it names. */
export const ID_PREFIX = {
  coach: 'co', client: 'cl', calendar: 'ca', request: 'rq', resolution: 're', offer: 'of', choice: 'ch',
  hold: 'ho', landing: 'la', session: 'se', link: 'li', letter: 'le', write: 'gw', channel: 'wc', key: 'ak', grant: 'gr',
  disconnection: 'di', finding: 'fi', inbox: 'ib', wish: 'wi',
} as const;
export type IdKind = keyof typeof ID_PREFIX;

/** Reads an id that came from outside. Returns null when it cannot be an id of that kind. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the brand
export function readId<T extends string>(kind: IdKind, raw: string): T | null {
  return new RegExp(`^${ID_PREFIX[kind]}_[a-z0-9]{16}$`).test(raw) ? (raw as T) : null;
}
