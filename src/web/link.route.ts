import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { coachById } from '../coach/coach.store.js';
import { instant, type Instant } from '../kernel/interval.js';
import { readRfc3339 } from '../kernel/zone.js';
import { findLink, type Link } from '../mail/link.store.js';
import { requestById } from '../requests/request.store.js';
import { chooseSlot, keepTime } from '../resolution/answer.flow.js';
import type { Decision } from '../resolution/decision.js';
import { decisionPage, messagePage, offerPage } from './pages/index.js';
import { decisionView } from './decision-view.step.js';
import { readDecision } from './decision-form.js';
import { settleDecision } from './settle.route.js';
import { offerView } from './offer-view.step.js';
import type { Web } from './web.port.js';
import type { DecisionView } from './views.js';

const Query = z.object({ do: z.enum(['option1', 'option2', 'decline', 'manual']).optional().catch(undefined), start: z.string().max(40).optional().catch(undefined), keep: z.literal('1').optional().catch(undefined) });
const AnswerForm = z.object({ start: z.string().max(40).optional(), keep: z.literal('1').optional(), mute: z.string().max(4).optional() });

const GONE = messagePage({ title: 'This link is not known', lines: ['It may be incomplete: please use the whole link from the mail. If it is very old, it has ended.'], tone: 'neutral' });
const startOf = (text: string | undefined): Instant | null => (text === undefined ? null : readRfc3339(text));

/** One door for every link in a mail. GET and HEAD show what is true now and change nothing; POST acts. */
export function linkRoutes(app: FastifyInstance, web: Web): void {
  const { shell } = web;

  app.get<{ Params: { token: string } }>('/l/:token', async (request, reply) => {
    const link = await findLink(shell.db, shell.keys, request.params.token, shell.clock.now());
    if (!link) return reply.code(404).type('text/html').send(GONE);
    const query = Query.parse(request.query);
    const action = `/l/${request.params.token}`;
    if (link.purpose === 'decide') return reply.type('text/html').send(await showDecision(web, link, action, { prepared: query.do ?? null, fault: null, isDecided: false }));
    const view = await offerView(shell, link, { action, start: startOf(query.start), keep: query.keep === '1', note: null });
    return reply.type('text/html').send(view ? offerPage(view) : GONE);
  });

  app.post<{ Params: { token: string } }>('/l/:token', async (request, reply) => {
    const link = await findLink(shell.db, shell.keys, request.params.token, shell.clock.now());
    if (!link) return reply.code(404).type('text/html').send(GONE);
    const action = `/l/${request.params.token}`;
    if (link.purpose === 'decide') {
      const coach = await coachById(shell.db, link.coach_id);
      const read = readDecision(request.body, coach.zone);
      if ('fault' in read) return reply.code(400).type('text/html').send(await showDecision(web, link, action, { prepared: null, fault: read.fault, isDecided: false }));
      const answer = await settleDecision(web, { coachId: link.coach_id, requestId: link.request_id, revision: link.revision, by: 'coach' }, read.decision);
      const fault = 'refused' in answer && answer.refused !== 'stale' && answer.refused !== 'settled' ? answer.why : null;
      return reply.code(fault ? 409 : 200).type('text/html').send(await showDecision(web, link, action, { prepared: prepared(read.decision, fault), fault, isDecided: 'did' in answer }));
    }
    if (link.resolution_id === null) return reply.code(404).type('text/html').send(GONE);
    const form = AnswerForm.safeParse(request.body ?? {});
    const about = { coachId: link.coach_id, resolutionId: link.resolution_id };
    const start = form.success ? startOf(form.data.start) : null;
    if (form.success && form.data.keep === '1' && link.purpose === 'choose') await keepTime(shell, about, form.data.mute !== undefined);
    else if (start !== null) {
      const answer = await chooseSlot(shell, about, instant(start), null);
      if ((answer.did === 'chosen' || answer.did === 'picked') && answer.claim) await web.goOn(answer.claim);
      const note = answer.did === 'taken' ? 'That time was taken a moment ago. These are free now.' : answer.did === 'not-now' ? 'This cannot be done right now. Nothing has changed. Please try again later; your choices stay.' : answer.did === 'no-such-slot' ? 'That time is not among the choices. These are free now.' : null;
      const view = await offerView(shell, link, { action, start: null, keep: false, note: note ?? (await undone(web, link)) });
      return reply.code(note ? 409 : 200).type('text/html').send(view ? offerPage(view) : GONE);
    } else {
      const view = await offerView(shell, link, { action, start: null, keep: false, note: 'Please choose one of the times.' });
      return reply.code(400).type('text/html').send(view ? offerPage(view) : GONE);
    }
    const view = await offerView(shell, link, { action, start: null, keep: false, note: null });
    return reply.type('text/html').send(view ? offerPage(view) : GONE);
  });

  /** After a click went on at once: is the person back at choosing, because the slot was taken in Google? */
  async function undone(w: Web, link: Link): Promise<string | null> {
    const view = await offerView(w.shell, link, { action: '', start: null, keep: false, note: null });
    return view?.state === 'open' ? 'That could not be done: the time is no longer free. Nothing has changed for you. These are free now.' : null;
  }
}

const prepared = (decision: Decision, fault: string | null): DecisionView['prepared'] => (fault === null || decision.do === 'not-a-client' ? null : decision.do);

async function showDecision(web: Web, link: Link, action: string, told: Pick<DecisionView, 'prepared' | 'fault' | 'isDecided'>): Promise<string> {
  const coach = await coachById(web.shell.db, link.coach_id);
  const request = await requestById(web.shell.db, link.coach_id, link.request_id);
  const isSpent = request.revision !== link.revision;
  const view = await decisionView(web.shell, coach, request, { action, guard: null, ...told, isStale: isSpent, prepared: isSpent ? null : told.prepared });
  // A spent link shows the present state and acts no more: to decide anew is a new decision, on the pending page.
  return decisionPage(isSpent ? { ...view, isOpen: false } : view);
}
