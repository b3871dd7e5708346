import type { FastifyInstance } from 'fastify';
import { readId, type RequestId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { clientById } from '../requests/client.store.js';
import { findRequest } from '../requests/request.store.js';
import { showTo } from './coach-door.step.js';
import { historyRows } from './history-view.step.js';
import { historyPage } from './pages/index.js';
import type { Web } from './web.port.js';

/** What happened to a coach's requests and calendars; `?request=` narrows it to one, `?before=` pages on. */
export function historyRoutes(app: FastifyInstance, { shell }: Web): void {
  app.get<{ Querystring: { request?: unknown; before?: unknown } }>('/history', (request, reply) => showTo(shell, request, reply, '/history', async ({ coach, guard }) => {
    const { request: asked, before: from } = request.query;
    const id = typeof asked === 'string' ? readId<RequestId>('request', asked) : null;
    const found = id && await findRequest(shell.db, coach.id, id);
    if (asked !== undefined && !found) throw new Problem('PAGE_UNKNOWN', 'There is no such request.');
    const before = typeof from === 'string' && /^\d{1,15}$/.test(from) ? Number(from) : null;
    const about = found ? { id: found.id, name: (await clientById(shell.db, coach.id, found.client_id)).name } : null;
    return historyPage({ guard, zone: coach.zone, about, isFirst: before === null, ...(await historyRows(shell.db, coach, { before, requestId: found?.id ?? null })) });
  }));
}
