import type { Coach } from '../coach/coach.store.js';
import type { ClientId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { listClients, listedClient, requestsOfClient, titleRows } from '../requests/client-list.store.js';
import { peopleOf } from '../requests/people.step.js';
import type { Shell } from '../work/shell.port.js';
import type { ClientsView, ClientView } from './pages/index.js';

export async function clientsView({ db, clock }: Shell, coach: Coach): Promise<Omit<ClientsView, 'guard' | 'told'>> {
  const people = await peopleOf(db, coach, clock.now());
  return {
    zone: coach.zone, found: people.found, unnamed: people.unnamed,
    clients: (await listClients(db, coach.id)).map((c) => ({ id: c.id, name: c.name, email: c.email, next: people.toCome.get(c.id)?.[0] ?? null, askedAt: c.asked_at, isMuted: c.muted_at !== null, open: c.open })),
    named: (await titleRows(db, coach.id)).map((t) => ({ key: t.key, clientId: t.client_id, name: t.name })),
  };
}

/** @throws Problem PAGE_UNKNOWN */
export async function clientView({ db, clock }: Shell, coach: Coach, id: ClientId): Promise<Omit<ClientView, 'guard' | 'told' | 'typed'>> {
  const client = await listedClient(db, coach.id, id);
  if (!client) throw new Problem('PAGE_UNKNOWN', 'There is no such client.');
  return {
    zone: coach.zone, id, name: client.name, email: client.email, clientZone: client.time_zone, isMuted: client.muted_at !== null, askedAt: client.asked_at,
    toCome: (await peopleOf(db, coach, clock.now())).toCome.get(id) ?? [], titles: (await titleRows(db, coach.id)).filter((t) => t.client_id === id).map((t) => t.key),
    requests: (await requestsOfClient(db, coach.id, id)).map((r) => ({ id: r.id, sessionType: r.session_type, wantedAt: r.wanted_at, lengthMinutes: r.length_minutes, state: r.state })),
  };
}
