import type { CalendarEvent } from '../calendar/event.js';
import { sessionClaim } from '../calendar/session-of.js';
import type { Coach } from '../coach/coach.store.js';
import type { Reader } from '../postgres/transaction.js';
import { namedTitles, type Client } from '../requests/client.store.js';

/** An ask is about one client's own session; edits in Google can make it something else while the answer is awaited. Whether
 *  `event` is still a session of this client alone, which we may move: not a group now, not all-day, not organised by
 *  somebody else, not under another name, and not without them. */
export async function isStillTheirs(db: Reader, coach: Coach, client: Client, event: CalendarEvent): Promise<boolean> {
  const claim = sessionClaim(event, await namedTitles(db, coach.id), new Set([coach.email]));
  return (claim.kind === 'guest' && claim.email === client.email) || (claim.kind === 'named' && claim.clientId === client.id);
}
