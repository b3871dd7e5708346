import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { coachById } from '../coach/coach.store.js';
import { instant, type Instant } from '../kernel/interval.js';
import { knownZone, readRfc3339 } from '../kernel/zone.js';
import { findLink, type Link } from '../mail/link.store.js';
import { requestById } from '../requests/request.store.js';
import { withdraw } from '../requests/withdraw.flow.js';
import { chooseSlot, keepTime, noneOfThese, type Answer } from '../resolution/answer.flow.js';
import { FACETS } from '../slots/facet.js';
import type { Decision } from '../resolution/decision.js';
import { decisionPage, messagePage, offerPage } from './pages/index.js';
import { decisionView } from './decision-view.step.js';
import { readDecision } from './decision-form.js';
import { settleDecision } from './settle.route.js';
import { offerView, type Saying } from './offer-view.step.js';
import { visitorLink } from './visitor-link.route.js';
import type { Web } from './web.port.js';
import type { DecisionView, OfferView } from './views.js';

const said = z.literal('1').optional().catch(undefined);
const Query = z.object({
  do: z.enum(['option1', 'option2', 'decline', 'manual']).optional().catch(undefined), start: z.string().max(40).optional().catch(undefined),
  keep: said, mute: said, withdraw: said, none: said, zone: z.string().max(80).optional().catch(undefined),
});
const AnswerForm = z.object({
  start: z.string().max(40).optional(), keep: z.literal('1').optional(), mute: z.string().max(4).optional(), none: z.literal('1').optional(), withdraw: z.literal('1').optional(),
  facet: z.preprocess((given) => (given === undefined ? [] : [given].flat()), z.array(z.enum(FACETS)).max(FACETS.length)),
});
/** The zone that the visitor's browser named, or the visitor chose; null if there is no such zone. */
const ownZone = ({ zone }: z.infer<typeof Query>): string | null => (zone === undefined || !/^[A-Z]/i.test(zone) ? null : knownZone(zone));
const sayingOf = (query: z.infer<typeof Query>): Saying => query.keep ? 'keep' : query.mute ? 'mute' : query.withdraw ? 'withdraw' : query.none ? 'none' : null;

const GONE = messagePage({ title: 'This link is not known', lines: ['It may be incomplete: please use the whole link from the mail. If it is very old, it has ended.'], tone: 'neutral' });
const startOf = (text: string | undefined): Instant | null => (text === undefined ? null : readRfc3339(text));

/** One door for every link in a mail. GET and HEAD show what is true now and change nothing; POST acts. */
export function linkRoutes(app: FastifyInstance, web: Web): void {
  const { shell } = web;

  app.get<{ Params: { token: string } }>('/l/:token', async (request, reply) => {
    const link = await findLink(shell.db, shell.keys, request.params.token, shell.clock.now());
    if (!link) return reply.code(404).type('text/html').send(GONE);
    if (link.purpose === 'confirm' || link.purpose === 'status') return visitorLink(web, link, request, reply);
    const query = Query.parse(request.query);
    const action = `/l/${request.params.token}`;
    if (link.purpose === 'decide') return reply.type('text/html').send(await showDecision(web, link, action, { prepared: query.do ?? null, fault: null, isDecided: false }));
    const view = await offerView(shell, link, { action, start: startOf(query.start), say: sayingOf(query), ownZone: ownZone(query), note: null });
    return send(reply, view);
  });

  app.post<{ Params: { token: string } }>('/l/:token', async (request, reply) => {
    const link = await findLink(shell.db, shell.keys, request.params.token, shell.clock.now());
    if (!link) return reply.code(404).type('text/html').send(GONE);
    if (link.purpose === 'confirm' || link.purpose === 'status') return visitorLink(web, link, request, reply);
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
    const zone = ownZone(Query.parse(request.query));
    const { code, note } = await answer(link, AnswerForm.safeParse(request.body ?? {}).data ?? null, zone);
    const view = await offerView(shell, link, { action, start: null, say: null, ownZone: zone, note });
    // After a click went on at once, the person is back at choosing if the slot was taken in Google.
    const isUndone = note === null && view?.state === 'open';
    return send(reply.code(code), isUndone ? { ...view, note: UNDONE } : view);
  });

  /** What a client says with an offer link: what the page then notes, besides the present truth. */
  async function answer(link: Link, form: z.infer<typeof AnswerForm> | null, zone: string | null): Promise<{ code: number; note: string | null }> {
    if (link.resolution_id === null || form === null) return { code: 400, note: 'Please choose one of the times.' };
    const about = { coachId: link.coach_id, resolutionId: link.resolution_id };
    // Who does not want to be asked again keeps their time; if the question is over already, nothing else changes.
    const isMuteAlone = form.mute === '1' && form.start === undefined && form.none === undefined;
    if ((form.keep === '1' || isMuteAlone) && link.purpose === 'choose') {
      await keepTime(shell, about, form.mute !== undefined);
      return { code: 200, note: null };
    }
    if (form.withdraw && link.purpose === 'pick') {
      const did = await withdraw(shell, { coachId: link.coach_id, requestId: link.request_id });
      return did === 'in-progress' ? { code: 409, note: 'It is being booked at this moment. You can cancel it in the invitation.' } : { code: 200, note: null };
    }
    const start = startOf(form.start);
    if (!form.none && start === null) return { code: 400, note: 'Please choose one of the times.' };
    const answered = form.none || start === null ? await noneOfThese(shell, about, form.facet, zone) : await chooseSlot(shell, about, instant(start), zone);
    if ((answered.did === 'chosen' || answered.did === 'picked') && answered.claim) await web.goOn(answered.claim);
    const note = NOTES[answered.did];
    return { code: note === undefined || answered.did === 'fresh' ? 200 : 409, note: note ?? null };
  }
}

/** While something is being done, the page is looked at again after a moment, also without script. */
const send = (reply: FastifyReply, view: OfferView | null): FastifyReply =>
  (view?.state === 'working' ? reply.header('refresh', '3') : reply).type('text/html').send(view ? offerPage(view) : GONE);

const UNDONE = 'That could not be done: the time is no longer free. Nothing has changed for you. These are free now.';
const NOTES: Readonly<Partial<Record<Answer['did'], string>>> = {
  taken: 'That time was taken a moment ago. These are free now.', 'not-now': 'This cannot be done right now. Nothing has changed. Please try again later; your choices stay.',
  'no-such-slot': 'That time is not among the choices. These are free now.', fresh: 'These are other free times.', 'none-left': 'There is no other free time like that. These are still open to you.',
};

const prepared = (decision: Decision, fault: string | null): DecisionView['prepared'] => (fault === null || decision.do === 'not-a-client' ? null : decision.do);

async function showDecision(web: Web, link: Link, action: string, told: Pick<DecisionView, 'prepared' | 'fault' | 'isDecided'>): Promise<string> {
  const coach = await coachById(web.shell.db, link.coach_id);
  const request = await requestById(web.shell.db, link.coach_id, link.request_id);
  const isSpent = request.revision !== link.revision;
  const view = await decisionView(web.shell, coach, request, { action, guard: null, ...told, isStale: isSpent, prepared: isSpent ? null : told.prepared });
  // A spent link shows the present state and acts no more: to decide anew is a new decision, on the pending page.
  return decisionPage(isSpent ? { ...view, isOpen: false } : view);
}
