import type { FastifyInstance } from 'fastify';
import { hearPush } from '../mirror/watch.flow.js';
import type { Web } from './web.port.js';

const header = (value: string | string[] | undefined): string => (Array.isArray(value) ? (value[0] ?? '') : (value ?? ''));

/** Where Google's pushes arrive: headers only, never data. Always answered at once; one that is not authentic changes nothing.
 *  Also to such a one the answer is 204: to Google any other status is a fault of our address, a channel that we gave up may
 *  push for days, and a stranger learns nothing about which channels exist. */
export function pushRoutes(app: FastifyInstance, web: Web): void {
  void app.register(async (scope) => {
    // Google names a JSON content type, not always well-formed, over an empty body: neither is read.
    scope.addHook('onRequest', async (request) => { delete request.raw.headers['content-type']; });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => { payload.resume(); done(null, null); });
    // All coaches' pushes come from few addresses of Google; one push is one cheap look-up.
    scope.post('/google/push', { config: { rateLimit: false } }, async (request, reply) => {
      const h = request.headers;
      await hearPush(web.shell, {
        channelId: header(h['x-goog-channel-id']), token: header(h['x-goog-channel-token']), resourceId: header(h['x-goog-resource-id']),
        state: header(h['x-goog-resource-state']), messageNumber: Number(header(h['x-goog-message-number'])) || 0,
      });
      return reply.code(204).send();
    });
  });
}
