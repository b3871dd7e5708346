import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readId, type FindingId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { settleFinding, type FindingDecision } from '../resolution/settle-finding.flow.js';
import { overlapRows, overlapView } from './overlaps-view.step.js';
import { overlapPage, overlapsPage, signInPage } from './pages/index.js';
import { mustBe, whoIs, type SignedIn } from './signed-in.step.js';
import type { Web } from './web.port.js';

const Form = z.object({
  do: z.enum(['leave', 'stop', 'ask']), about: z.string().max(3000).default(''), address: z.string().max(320).optional(),
  tick: z.preprocess((given) => (given === undefined ? [] : [given].flat()), z.array(z.string().max(3000)).max(50)),
});

/** What stands on top of each other in the coach's calendar, and what they want done about it. */
export function overlapRoutes(app: FastifyInstance, web: Web): void {
  const { shell } = web;

  app.get('/overlaps', async (request, reply) => {
    const who = await whoIs(shell, request);
    if (!who) return reply.code(401).type('text/html').send(signInPage({ start: '/auth/google?to=/overlaps', note: null }));
    return reply.type('text/html').send(overlapsPage({ guard: who.guard, zone: who.coach.zone, rows: await overlapRows(shell.db, who.coach, shell.clock.now()) }));
  });

  app.get<{ Params: { id: string } }>('/overlaps/:id', async (request, reply) => {
    const who = await whoIs(shell, request);
    if (!who) return reply.code(401).type('text/html').send(signInPage({ start: '/auth/google?to=/overlaps', note: null }));
    return reply.type('text/html').send(await show(who, request.params.id, null));
  });

  app.post<{ Params: { id: string } }>('/overlaps/:id', async (request, reply) => {
    const who = await mustBe(shell, request);
    const form = Form.safeParse(request.body ?? {});
    if (!form.success) return reply.code(400).type('text/html').send(await show(who, request.params.id, 'Please choose one of the buttons.'));
    const { do: what, about, address, tick: ticks } = form.data;
    const decision: FindingDecision = what !== 'ask' ? { do: what } : { do: 'ask', about, ticks, address: address ?? null };
    const answer = await settleFinding(shell, { coachId: who.coach.id, findingId: idOf(request.params.id) }, decision);
    if (!('refused' in answer)) return reply.redirect(answer.did === 'leave' ? '/overlaps' : `/overlaps/${request.params.id}`, 303);
    if (answer.refused === 'settled') return reply.redirect('/overlaps', 303);
    return reply.code(409).type('text/html').send(await show(who, request.params.id, answer.why));
  });

  function idOf(raw: string): FindingId {
    const id = readId<FindingId>('finding', raw);
    if (!id) throw new Problem('PAGE_UNKNOWN', 'There is no such overlap.');
    return id;
  }
  async function show(who: SignedIn, raw: string, fault: string | null): Promise<string> {
    const view = await overlapView(shell.db, who.coach, idOf(raw), { guard: who.guard, fault }, shell.clock.now());
    return view ? overlapPage(view) : overlapsPage({ guard: who.guard, zone: who.coach.zone, rows: await overlapRows(shell.db, who.coach, shell.clock.now()) });
  }
}
