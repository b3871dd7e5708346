import type { IncomingMessage } from 'node:http';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { LogController, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { Problem, type ProblemCode } from '../kernel/problem.js';
import { translateDatabaseError } from '../postgres/translate-error.js';
import { bookRoutes } from './book.route.js';
import { clientRoutes } from './clients.route.js';
import { calendarRoutes } from './calendars.route.js';
import { coachRoutes } from './coach.route.js';
import { connectRoutes } from './connect.route.js';
import { historyRoutes } from './history.route.js';
import { healthRoutes } from './health.route.js';
import { linkRoutes } from './link.route.js';
import { messagePage, STYLESHEET, ZONE_SCRIPT, ZONE_SCRIPT_PATH } from './pages/index.js';
import { overlapRoutes } from './overlaps.route.js';
import { pushRoutes } from './push.route.js';
import { requestRoutes } from './request.route.js';
import { rulesRoutes } from './rules.route.js';
import type { Web } from './web.port.js';

const STATUS: Partial<Record<ProblemCode, number>> = {
  REQUEST_MALFORMED: 400, REQUEST_INVALID: 422, REQUEST_TOO_LARGE: 413, API_KEY_UNKNOWN: 401, COACH_UNKNOWN: 404, REQUEST_UNKNOWN: 404, REQUEST_IN_PROGRESS: 409, PAGE_UNKNOWN: 404,
  IDEMPOTENCY_KEY_REUSED: 422, TOO_MANY_CALLS: 429, NOT_SIGNED_IN: 401, SIGN_IN_REFUSED: 403,
};
const BODY_LIMIT = 64 * 1024;
const DROP_LIMIT = 64 * 1024 * 1024;
const DROP_WITHIN_MS = 5_000;
/** What is being answered when the server closes has so long. */
const CLOSE_WITHIN_MS = 1_500;

/** The web server, not yet listening. Every page is server-rendered, needs no script, and is not framed by others. */
export async function webServer(web: Web): Promise<FastifyInstance> {
  const app = fastify({ loggerInstance: web.log, logController: new LogController({ disableRequestLogging: true }), bodyLimit: BODY_LIMIT, trustProxy: 'loopback', requestTimeout: 30_000, forceCloseConnections: 'idle', routerOptions: { maxParamLength: 200 } });
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: {
      defaultSrc: ["'none'"], styleSrc: ["'self'"], scriptSrc: ["'self'"], formAction: ["'self'"], imgSrc: ["'self'", 'data:'], baseUri: ["'none'"], frameAncestors: [web.sandbox ? "'self'" : "'none'"],
    } },
    frameguard: { action: web.sandbox ? 'sameorigin' : 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    hsts: web.shell.publicUrl.startsWith('https:'),
  });
  // The framework would take any text as a body.
  app.removeContentTypeParser('text/plain');
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: BODY_LIMIT });
  await app.register(rateLimit, {
    max: 600, timeWindow: 60_000, allowList: web.sandbox ? ['127.0.0.1', '::1'] : [],
    errorResponseBuilder: () => new Problem('TOO_MANY_CALLS', 'Too many calls. Wait a minute, then try again.'),
  });
  // A connection on which nothing was ever asked (browsers open some ahead) does not count as idle: nobody waits for it.
  app.addHook('preClose', (done) => { setTimeout(() => { app.server.closeAllConnections(); }, CLOSE_WITHIN_MS).unref(); done(); });
  app.addHook('onSend', async (_request, reply) => { if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store'); });
  app.setErrorHandler((error, request, reply) => fail(translate(error), request, reply));
  app.setNotFoundHandler((request, reply) => fail(new Problem('PAGE_UNKNOWN', 'There is no such page.'), request, reply));
  app.get('/style.css', async (_request, reply) => reply.type('text/css').header('cache-control', 'public, max-age=300').send(STYLESHEET));
  app.get(ZONE_SCRIPT_PATH, async (_request, reply) => reply.type('text/javascript').header('cache-control', 'public, max-age=300').send(ZONE_SCRIPT));

  healthRoutes(app, web);
  requestRoutes(app, web);
  linkRoutes(app, web);
  bookRoutes(app, web);
  connectRoutes(app, web);
  coachRoutes(app, web);
  overlapRoutes(app, web);
  calendarRoutes(app, web);
  historyRoutes(app, web);
  clientRoutes(app, web);
  rulesRoutes(app, web);
  pushRoutes(app, web);
  if (web.sandbox) web.sandbox(app);
  else app.get('/', async (_request, reply) => reply.type('text/html').send(messagePage({ title: 'Makeway', lines: ['Makeway settles booking conflicts in a coach\'s Google Calendar.'], tone: 'neutral', link: { href: '/pending', text: 'Coaches: sign in' } })));
  return app;
}

/** The framework's own refusals in our words; by code, never by text. */
function translate(error: unknown): unknown {
  const { code, statusCode } = (typeof error === 'object' && error !== null ? error : {}) as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Problem('REQUEST_TOO_LARGE', `The body is too large. At most ${BODY_LIMIT / 1024} KB are taken.`, {}, error);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new Problem('REQUEST_MALFORMED', 'This content type is not taken. Send application/json, or the form as it is.', {}, error);
  if (statusCode === 400) return new Problem('REQUEST_MALFORMED', 'The body is not valid JSON.', {}, error);
  return translateDatabaseError(error);
}

async function fail(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const problem = error instanceof Problem ? error : null;
  const status = problem ? (STATUS[problem.code] ?? (problem.remedy === 'wait' || problem.remedy === 'reread' ? 503 : 500)) : 500;
  if (status >= 500) request.log.error({ code: problem?.code ?? 'UNEXPECTED', route: request.routeOptions.url, stack: error instanceof Error ? error.stack : undefined }, 'a call failed');
  const message = problem && status !== 500 ? problem.message : 'Something went wrong on our side. Nothing was lost; please try again in a moment.';
  if (status === 503) reply.header('retry-after', '5');
  if (status === 413) await dropRest(request.raw);
  if (request.url.startsWith('/api/')) return reply.code(status).send({ error: { code: problem?.code ?? 'UNEXPECTED', message } });
  const title = status === 404 ? 'Not found' : status === 503 ? 'Not right now' : status === 401 || status === 403 ? 'Not signed in' : status < 500 ? 'That did not work' : 'Something went wrong';
  return reply.code(status).type('text/html').send(messagePage({ title, lines: [message], tone: status === 404 ? 'neutral' : 'bad', ...((status === 401 || status === 403) && { link: { href: '/sign-in', text: 'Sign in' } }) }));
}

/** Reads the rest of a refused body and drops it, within bounds: who is still sending would else see a broken
 *  connection, and never the answer. */
function dropRest(body: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let dropped = 0;
    const done = (): void => {
      clearTimeout(timer);
      body.off('data', count);
      resolve();
    };
    const count = (part: Buffer): void => {
      dropped += part.length;
      if (dropped > DROP_LIMIT) done();
    };
    const timer = setTimeout(done, DROP_WITHIN_MS);
    if (body.complete || body.destroyed) { done(); return; }
    body.on('data', count).once('end', done).once('close', done).resume();
  });
}
