import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isApiKey } from '../coach/coach.store.js';
import { readId, type RequestId } from '../kernel/ids.js';
import { sha256 } from '../work/hash.js';
import type { Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { knownZone, readRfc3339, rfc3339 } from '../kernel/zone.js';
import { findPath } from '../mail/link.store.js';
import { receive } from '../requests/receive.flow.js';
import { withdraw } from '../requests/withdraw.flow.js';
import type { Request } from '../requests/request.js';
import { requestAnywhere } from '../requests/request.store.js';
import type { Shell } from '../work/shell.port.js';
import type { Web } from './web.port.js';

const START = z.string().transform((text, context): Instant => {
  const at = readRfc3339(text);
  if (at !== null) return at;
  context.addIssue({ code: 'custom', message: 'must be a time in RFC 3339 with an offset, such as 2026-11-30T13:00:00+01:00' });
  return z.NEVER;
});
const CLEAN = /^[^\p{Cc}]*$/u;
const NAME = z.string().trim().min(1, 'must not be empty').max(200, 'must be at most 200 characters').regex(CLEAN, 'must not contain control characters');
const Body = z.strictObject({
  coach: z.string().min(1, 'must not be empty').max(64, 'must be at most 64 characters').regex(CLEAN, 'must not contain control characters'),
  client: z.strictObject({
    name: NAME,
    email: z.email('must be an e-mail address').max(254).transform((e) => e.toLowerCase()),
    time_zone: z.string().max(64).refine((zone) => /^[A-Za-z]/.test(zone) && knownZone(zone) !== null, 'is not a time zone we know; use an IANA name such as Europe/Berlin'),
  }),
  session_type: NAME.default('Session'),
  length_minutes: z.int().min(5).max(720).optional(),
  wanted_starts: z.array(START).min(1, 'must name at least one start').max(10, 'must name at most ten starts'),
});

/** What the API tells of a request. */
export const shownRequest = (r: Request): Record<string, unknown> => ({
  id: r.id, state: r.state, pending_reason: r.pending_reason, session_type: r.session_type, length_minutes: r.length_minutes,
  wanted_starts: r.wanted_starts.map((s) => rfc3339(s, 'UTC')), wanted_start: rfc3339(r.wanted_at, 'UTC'),
  booked_start: r.booked_start === null ? null : rfc3339(r.booked_start, 'UTC'), created_at: rfc3339(r.created_at, 'UTC'),
});

/** Where the incoming client sees how it stands. */
const statusUrl = async (shell: Shell, r: Request): Promise<string | null> => {
  const path = await findPath(shell.db, shell.keys, { coachId: r.coach_id, purpose: 'status', requestId: r.id, resolutionId: null });
  return path && shell.publicUrl + path;
};

/** `POST /api/v1/booking-requests`, its `GET …/:id` and `POST …/:id/withdraw`, for programs with an API key. */
export function requestRoutes(app: FastifyInstance, web: Web): void {
  const { shell } = web;
  const authorize = async (header: string | undefined): Promise<void> => {
    const key = /^Bearer\s+(\S+)$/i.exec(header ?? '')?.[1];
    if (!key || !(await isApiKey(shell.db, sha256(key)))) {
      throw new Problem('API_KEY_UNKNOWN', 'Send a valid API key: "Authorization: Bearer <key>". The operator makes one with: makeway key create.');
    }
  };

  app.post('/api/v1/booking-requests', async (request, reply) => {
    await authorize(request.headers.authorization ?? keyHeader(request.headers['x-api-key']));
    const body = Body.safeParse(request.body);
    if (!body.success) {
      const faults = body.error.issues.map((i) => (i.code === 'unrecognized_keys' ? `${[...i.path, ...i.keys].join('.')} is not a field` : `${i.path.join('.') || 'the body'} ${i.message}`));
      throw new Problem('REQUEST_INVALID', `The request has faults: ${faults.join('; ')}.`, { faults });
    }
    const key = request.headers['idempotency-key'];
    if (key !== undefined && (typeof key !== 'string' || key.length < 1 || key.length > 200)) throw new Problem('REQUEST_INVALID', 'Idempotency-Key must be 1 to 200 characters.');
    const wish = body.data;
    const received = await receive(shell, {
      coachSlug: wish.coach, client: { name: wish.client.name, email: wish.client.email, zone: wish.client.time_zone }, sessionType: wish.session_type,
      lengthMinutes: wish.length_minutes ?? null, wantedStarts: [...new Set(wish.wanted_starts)], idempotencyKey: key ?? null,
    });
    if (received.outcome === 'already-yours') return reply.code(200).send({ outcome: 'already_yours', message: 'You already have this time.', start: rfc3339(received.start, 'UTC') });
    if (received.landing?.claim) await web.goOn(received.landing.claim);
    const now = await requestAnywhere(shell.db, received.request.id);
    return reply.code(received.isRepeat ? 200 : 201).header('location', `/api/v1/booking-requests/${received.request.id}`).send({ ...shownRequest(now ?? received.request), status_url: await statusUrl(shell, received.request) });
  });

  app.get<{ Params: { id: string } }>('/api/v1/booking-requests/:id', async (request, reply) => {
    await authorize(request.headers.authorization ?? keyHeader(request.headers['x-api-key']));
    const id = readId<RequestId>('request', request.params.id);
    const found = id && await requestAnywhere(shell.db, id);
    if (!found) throw new Problem('REQUEST_UNKNOWN', 'There is no request with this id.');
    return reply.send(shownRequest(found));
  });

  app.post<{ Params: { id: string } }>('/api/v1/booking-requests/:id/withdraw', async (request, reply) => {
    await authorize(request.headers.authorization ?? keyHeader(request.headers['x-api-key']));
    const id = readId<RequestId>('request', request.params.id);
    const found = id && await requestAnywhere(shell.db, id);
    if (!found) throw new Problem('REQUEST_UNKNOWN', 'There is no request with this id.');
    const did = await withdraw(shell, { coachId: found.coach_id, requestId: found.id });
    if (did === 'in-progress') throw new Problem('REQUEST_IN_PROGRESS', 'It is being booked at this moment. Look again in a few seconds; a booked session is cancelled in its invitation.');
    return reply.code(did === 'withdrawn' ? 200 : 409).send(shownRequest((await requestAnywhere(shell.db, found.id)) ?? found));
  });
}

const keyHeader = (value: string | string[] | undefined): string | undefined => (typeof value === 'string' ? `Bearer ${value}` : undefined);
