/** Who comes to a coach, as their calendar tells it. Pure. */
import type { Blocker } from '../conflicts/blocker.js';
import type { Instant, Interval } from '../kernel/interval.js';

/** What is to come of one person or title: the next time, and how many stand in sight. */
export interface ToCome { readonly next: Interval; readonly count: number }
export interface FoundGuest extends ToCome { readonly email: string; readonly name: string }
export interface UnnamedTitle extends ToCome { readonly key: string; readonly title: string }
export interface People {
  /** By the client's id. */
  readonly toCome: ReadonlyMap<string, readonly Interval[]>;
  /** Guests of sessions whom nobody has written down as a client yet. */
  readonly found: readonly FoundGuest[];
  /** Titles of which the coach has not said whose they are. */
  readonly unnamed: readonly UnnamedTitle[];
}

/** Reads what stands on the sessions calendars from `now` on. `clients`: those who are known, with their addresses. */
export function peopleAmong(standing: readonly Blocker[], clients: readonly { readonly id: string; readonly email: string | null }[], now: Instant): People {
  const byEmail = new Map(clients.flatMap((c) => (c.email === null ? [] : [[c.email, c.id] as const])));
  const toCome = new Map<string, Interval[]>();
  const found = new Map<string, FoundGuest>();
  const unnamed = new Map<string, UnnamedTitle>();
  for (const { claim, interval } of [...standing].filter((b) => b.interval.end > now).sort((a, b) => a.interval.start - b.interval.start)) {
    if (claim.kind === 'named') add(toCome, claim.clientId, interval);
    if (claim.kind === 'guest') {
      const email = claim.email.toLowerCase();
      const known = byEmail.get(email);
      if (known !== undefined) add(toCome, known, interval);
      else found.set(email, { email, name: claim.displayName ?? email, next: found.get(email)?.next ?? interval, count: (found.get(email)?.count ?? 0) + 1 });
    }
    if (claim.kind === 'unnamed') unnamed.set(claim.key, { key: claim.key, title: unnamed.get(claim.key)?.title ?? claim.title, next: unnamed.get(claim.key)?.next ?? interval, count: (unnamed.get(claim.key)?.count ?? 0) + 1 });
  }
  return { toCome, found: [...found.values()], unnamed: [...unnamed.values()] };
}
function add(map: Map<string, Interval[]>, id: string, interval: Interval): void {
  const before = map.get(id);
  if (before) before.push(interval);
  else map.set(id, [interval]);
}
