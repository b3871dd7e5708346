import type { FastifyInstance } from 'fastify';
import type { Web } from './web.port.js';

/** `live`: the process answers. `ready`: the database answers and its tables are there, so requests can be taken. */
export function healthRoutes(app: FastifyInstance, web: Web): void {
  app.get('/health/live', { config: { rateLimit: false } }, async () => ({ live: true }));
  app.get('/health/ready', { config: { rateLimit: false } }, async (_request, reply) => {
    const ready = await web.isReady();
    return reply.code(ready ? 200 : 503).send({ ready });
  });
}
