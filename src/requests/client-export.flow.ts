import { coachById } from '../coach/coach.store.js';
import type { ClientId, CoachId } from '../kernel/ids.js';
import { instant } from '../kernel/interval.js';
import { rfc3339 } from '../kernel/zone.js';
import { inReadOnly } from '../postgres/transaction.js';
import type { Shell } from '../work/shell.port.js';
import { keptAbout } from './client-export.store.js';
import { listedClient, titleRows } from './client-list.store.js';
import { peopleOf } from './people.step.js';

/** Names of columns and of JSON fields that are times, in milliseconds. */
const TIMES: ReadonlySet<string> = new Set(['created_at', 'settled_at', 'booked_start', 'scheduled_at', 'expires_at', 'reminded_at', 'closed_at', 'chosen_at', 'sent_at', 'at', 'start', 'end', 'wanted_starts']);
/** The same value with its times as RFC 3339 in UTC. */
function timesWritten(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => timesWritten(each, name));
  if (value instanceof Date) return rfc3339(instant(value.getTime()), 'UTC');
  if (typeof value === 'number' && TIMES.has(name)) return rfc3339(instant(value), 'UTC');
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, timesWritten(v, k)]));
  return value;
}

/** All that is kept about a client, as one JSON document; null: there is no such client. Read at one moment. */
export async function exportClient(shell: Shell, about: { readonly coachId: CoachId; readonly clientId: ClientId }): Promise<string | null> {
  const now = shell.clock.now();
  return inReadOnly(shell.db, async (db) => {
    const client = await listedClient(db, about.coachId, about.clientId);
    if (!client) return null;
    const coach = await coachById(db, about.coachId);
    const titles = (await titleRows(db, coach.id)).filter((t) => t.client_id === client.id).map((t) => t.key);
    const toCome = (await peopleOf(db, coach, now)).toCome.get(client.id) ?? [];
    return `${JSON.stringify(timesWritten({
      exported: rfc3339(now, 'UTC'), coach: coach.name,
      client: { id: client.id, name: client.name, email: client.email, time_zone: client.time_zone, not_to_be_asked_since: client.muted_at === null ? null : rfc3339(client.muted_at, 'UTC'), created_at: client.created_at, titles },
      calendar: toCome.map(({ start, end }) => ({ start, end })), ...(await keptAbout(db, coach.id, client.id)),
    }), null, 2)}\n`;
  });
}
