import type { FastifyInstance } from 'fastify';
import type { Coach } from '../coach/coach.store.js';
import { grantOf } from '../google/grant.store.js';
import { readId, type RequestId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { findingOfRequest } from '../requests/finding.store.js';
import { findRequest } from '../requests/request.store.js';
import { decisionPage, pendingPage, signInPage } from './pages/index.js';
import { decisionView, pendingRows } from './decision-view.step.js';
import { overlapRows } from './overlaps-view.step.js';
import { readDecision } from './decision-form.js';
import { settleDecision } from './settle.route.js';
import { mustBe, whoIs } from './signed-in.step.js';
import type { Web } from './web.port.js';

/** The coach's pages behind sign-in with Google: the pending requests. */
export function coachRoutes(app: FastifyInstance, web: Web): void {
  const { shell } = web;

  app.get('/pending', async (request, reply) => {
    const who = await whoIs(shell, request);
    if (!who) return reply.code(401).type('text/html').send(signInPage({ start: '/auth/google?to=/pending', note: null }));
    const grant = await grantOf(shell.db, who.coach.id);
    return reply.type('text/html').send(pendingPage({
      overlaps: (await overlapRows(shell.db, who.coach, shell.clock.now())).filter((row) => row.standing === null).length, coachName: who.coach.name, zone: who.coach.zone, guard: who.guard, rows: await pendingRows(shell.db, who.coach, 'open'),
      settled: await pendingRows(shell.db, who.coach, 'settled'), google: grant === null ? 'none' : grant.state,
    }));
  });

  app.get<{ Params: { id: string } }>('/pending/:id', async (request, reply) => {
    const who = await whoIs(shell, request);
    if (!who) return reply.code(401).type('text/html').send(signInPage({ start: `/auth/google?to=${encodeURIComponent(`/pending/${request.params.id}`)}`, note: null }));
    const known = readId<RequestId>('request', request.params.id);
    const overlap = known && await findingOfRequest(shell.db, who.coach.id, known);
    if (overlap) return reply.redirect(`/overlaps/${overlap.id}`, 303);
    return reply.type('text/html').send(await show(who, request.params.id, { fault: null, isDecided: false }));
  });

  app.post<{ Params: { id: string } }>('/pending/:id', async (request, reply) => {
    const who = await mustBe(shell, request);
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
