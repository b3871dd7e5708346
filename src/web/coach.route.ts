import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { coachById, type Coach } from '../coach/coach.store.js';
import { beginOauth, finishOauth, TRIP_LASTS_MS } from '../google/connect.flow.js';
import { grantOf, signedInCoach } from '../google/grant.store.js';
import { signOut } from '../google/sign-out.flow.js';
import { sha256 } from '../work/hash.js';
import { readId, type RequestId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { findRequest } from '../requests/request.store.js';
import { decisionPage, pendingPage, signInPage } from './pages/index.js';
import { decisionView, pendingRows } from './decision-view.step.js';
import { readDecision } from './decision-form.js';
import { settleDecision } from './settle.route.js';
import type { Web } from './web.port.js';

const COOKIE = 'makeway_sign_in';
const STATE_COOKIE = 'makeway_oauth';
/** Sign-in leads back to the coach's own pages only, however an address is written. */
const returnPath = (to: unknown): string => (typeof to === 'string' && /^\/pending(\/[a-z0-9_]{1,40})?$/.test(to) ? to : '/pending');

/** The coach's pages behind sign-in with Google: pending requests, and the way to connect a calendar. */
export function coachRoutes(app: FastifyInstance, web: Web): void {
  const { shell } = web;
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax', secure: shell.publicUrl.startsWith('https:') } as const;

  /** Bound to the sign-in: a form of another site, or of another sign-in, cannot know it. */
  const guardOf = (secret: string): string => createHmac('sha256', secret).update('guard').digest('base64url');
  async function whoIs(request: FastifyRequest): Promise<{ coach: Coach; guard: string; secret: string } | null> {
    const secret = request.cookies[COOKIE];
    const coachId = secret ? await signedInCoach(shell.db, sha256(secret), shell.clock.now()) : null;
    return secret && coachId ? { coach: await coachById(shell.db, coachId), guard: guardOf(secret), secret } : null;
  }
  async function mustBe(request: FastifyRequest): Promise<{ coach: Coach; guard: string; secret: string }> {
    const who = await whoIs(request);
    const guard = Buffer.from(String((request.body as { guard?: unknown } | undefined)?.guard ?? ''));
    if (!who || guard.length !== who.guard.length || !timingSafeEqual(guard, Buffer.from(who.guard))) throw new Problem('NOT_SIGNED_IN', 'Your sign-in has ended. Sign in and try again.');
    return who;
  }

  app.get('/sign-in', async (_request, reply) => reply.type('text/html').send(signInPage({ start: '/auth/google?to=/pending', note: null })));

  app.get<{ Querystring: { to?: unknown; connect?: unknown } }>('/auth/google', async (request, reply) => {
    const { url, kept } = beginOauth(shell, web.oauth, request.query.connect === '1' ? 'connect' : 'sign-in', returnPath(request.query.to));
    return reply.setCookie(STATE_COOKIE, kept, { ...cookie, maxAge: TRIP_LASTS_MS / 1000 }).redirect(url, 302);
  });

  app.get<{ Querystring: { code?: string; state?: string; error?: string } }>('/auth/google/callback', async (request, reply) => {
    const { code, state, error } = request.query;
    if (error) throw new Problem('SIGN_IN_REFUSED', 'You did not give the permission. Nothing has changed.');
    const kept = request.cookies[STATE_COOKIE];
    if (!code || !state || !kept) throw new Problem('SIGN_IN_REFUSED', 'This sign-in was not begun in this browser. Please begin again.');
    const done = await finishOauth(shell, web.oauth, { code, state, kept });
    return reply.clearCookie(STATE_COOKIE, { path: '/' }).setCookie(COOKIE, done.signIn, { ...cookie, maxAge: 14 * 86_400 }).redirect(done.returnTo, 303);
  });

  app.post('/sign-out', async (request, reply) => {
    const who = await mustBe(request);
    await signOut(shell, sha256(who.secret));
    return reply.clearCookie(COOKIE, { path: '/' }).redirect('/sign-in', 303);
  });

  app.get('/pending', async (request, reply) => {
    const who = await whoIs(request);
    if (!who) return reply.code(401).type('text/html').send(signInPage({ start: '/auth/google?to=/pending', note: null }));
    const grant = await grantOf(shell.db, who.coach.id);
    return reply.type('text/html').send(pendingPage({
      coachName: who.coach.name, zone: who.coach.zone, guard: who.guard, rows: await pendingRows(shell.db, who.coach, 'open'),
      settled: await pendingRows(shell.db, who.coach, 'settled'), grantIsBroken: grant?.state !== 'active',
    }));
  });

  app.get<{ Params: { id: string } }>('/pending/:id', async (request, reply) => {
    const who = await whoIs(request);
    if (!who) return reply.code(401).type('text/html').send(signInPage({ start: `/auth/google?to=${encodeURIComponent(`/pending/${request.params.id}`)}`, note: null }));
    return reply.type('text/html').send(await show(who, request.params.id, { fault: null, isDecided: false }));
  });

  app.post<{ Params: { id: string } }>('/pending/:id', async (request, reply) => {
    const who = await mustBe(request);
    const id = readId<RequestId>('request', request.params.id);
    const found = id && await findRequest(shell.db, who.coach.id, id);
    if (!found) throw new Problem('PAGE_UNKNOWN', 'There is no such request.');
    const read = readDecision(request.body, who.coach.zone);
    if ('fault' in read) return reply.code(400).type('text/html').send(await show(who, found.id, { fault: read.fault, isDecided: false }));
    const revision = Number((request.body as { revision?: unknown }).revision);
    const answer = await settleDecision(web, { coachId: who.coach.id, requestId: found.id, revision: Number.isInteger(revision) ? revision : -1, by: 'coach' }, read.decision);
    return reply.code('refused' in answer ? 409 : 200).type('text/html').send(await show(who, found.id, 'refused' in answer ? { fault: answer.why, isDecided: false } : { fault: null, isDecided: true }));
  });

  async function show(who: { coach: Coach; guard: string }, id: string, told: { fault: string | null; isDecided: boolean }): Promise<string> {
    const known = readId<RequestId>('request', id);
    const found = known && await findRequest(shell.db, who.coach.id, known);
    if (!found) throw new Problem('PAGE_UNKNOWN', 'There is no such request.');
    return decisionPage(await decisionView(shell, who.coach, found, { action: `/pending/${found.id}`, guard: who.guard, isStale: false, prepared: null, ...told }));
  }
}
