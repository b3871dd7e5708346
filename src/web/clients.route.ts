import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { readId, type ClientId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { knownZone } from '../kernel/zone.js';
import { editClient, keepGuest, ownTitle, type TitleOwner } from '../requests/client-edit.flow.js';
import { eraseClient, whyNotErased } from '../requests/client-erase.flow.js';
import { exportClient } from '../requests/client-export.flow.js';
import { listedClient, openMattersOf } from '../requests/client-list.store.js';
import { clientsView, clientView } from './clients-view.step.js';
import { showTo } from './coach-door.step.js';
import { clientPage, clientsPage, erasePage, messagePage, NOTHING_TOLD, type ClientView, type Told } from './pages/index.js';
import { mustBe, whoIs, type SignedIn } from './signed-in.step.js';
import type { Web } from './web.port.js';

const CLEAN = /^[^\p{Cc}]*$/u;
const Email = z.email().max(254);
const Titles = z.object({ key: z.string().max(1000), who: z.enum(['client', 'nobody', 'forget']), client: z.string().max(40).optional(), name: z.string().max(400).optional(), email: z.string().max(400).optional() });
const Details = z.object({ name: z.string().max(400), email: z.string().max(400).default(''), zone: z.string().max(64).default(''), muted: z.literal('1').optional() });
const refusal = (...faults: string[]): Told => ({ done: null, faults });
const said = (done: string): Told => ({ done, faults: [] });

/** The coach's clients: who they are, whose a title is, and what is kept about one. */
export function clientRoutes(app: FastifyInstance, { shell }: Web): void {
  app.get('/clients', (request, reply) => showTo(shell, request, reply, '/clients', (who) => draw(who, NOTHING_TOLD)));

  app.post('/clients/keep', async (request, reply) => {
    const who = await mustBe(shell, request);
    const { email } = request.body as { email?: unknown };
    const id = typeof email === 'string' ? await keepGuest(shell, who.coach.id, email.toLowerCase()) : null;
    if (id === null) return reply.code(409).type('text/html').send(await draw(who, refusal('No session to come has that guest any more, or they are written down already.')));
    return reply.redirect(`/clients/${id}`, 303);
  });

  app.post('/clients/titles', async (request, reply) => {
    const who = await mustBe(shell, request);
    const form = Titles.safeParse(request.body ?? {});
    const owner = form.success ? ownerIn(form.data) : { fault: 'Say who it is, or that it is not a client.' };
    if (!form.success || 'fault' in owner) return reply.code(400).type('text/html').send(await draw(who, refusal('fault' in owner ? owner.fault : '')));
    const isDone = await ownTitle(shell, who.coach.id, form.data.key, owner);
    if (!isDone) return reply.code(409).type('text/html').send(await draw(who, refusal('That client or title is not there any more.')));
    return reply.type('text/html').send(await draw(who, said(owner.is === 'forget' ? 'Taken back. If the title stands in your calendar, you find it above.' : owner.is === 'nobody' ? 'Noted: not a client. It is plain busy time.' : 'Noted. It counts for every event with that title.')));
  });
  function ownerIn(form: z.infer<typeof Titles>): TitleOwner | { fault: string } {
    if (form.who !== 'client') return { is: form.who };
    const id = form.client ? readId<ClientId>('client', form.client) : null;
    if (id !== null) return { is: 'client', id };
    const [name, email] = [(form.name ?? '').trim(), (form.email ?? '').trim().toLowerCase()];
    if (name === '' || name.length > 200 || !CLEAN.test(name)) return { fault: 'Choose one of your clients, or write a name of at most 200 characters.' };
    return email !== '' && !Email.safeParse(email).success ? { fault: `“${email}” is not an e-mail address.` } : { is: 'new', name, email: email || null };
  }

  app.get<{ Params: { id: string } }>('/clients/:id', (request, reply) => showTo(shell, request, reply, `/clients/${request.params.id}`, (who) => drawOne(who, request.params.id, NOTHING_TOLD, null)));

  app.post<{ Params: { id: string } }>('/clients/:id', async (request, reply) => {
    const who = await mustBe(shell, request);
    const clientId = await known(who, request.params.id);
    const form = Details.safeParse(request.body ?? {});
    if (!form.success) return sendOne(reply, 400, who, clientId, refusal('A name is needed.'), null);
    const to = { name: form.data.name.trim(), email: form.data.email.trim().toLowerCase(), zone: form.data.zone, isMuted: form.data.muted === '1' };
    const faults = [
      (to.name === '' || to.name.length > 200 || !CLEAN.test(to.name)) && 'Name: it has 1 to 200 characters.',
      to.email !== '' && !Email.safeParse(to.email).success && 'E-mail address: this is none. Leave it empty if you have none.',
      to.zone !== '' && (!/^[A-Za-z]/.test(to.zone) || knownZone(to.zone) === null) && 'Time zone: choose one of these.',
    ].filter((fault) => fault !== false);
    if (faults.length > 0) return sendOne(reply, 400, who, clientId, refusal(...faults), to);
    const answer = await editClient(shell, { coachId: who.coach.id, clientId }, { ...to, email: to.email || null, zone: to.zone || null });
    if (!('refused' in answer)) return sendOne(reply, 200, who, clientId, said(answer.did === 'nothing' ? 'Nothing was different, so nothing was changed.' : 'Saved.'), null);
    if (answer.refused === 'unknown') throw new Problem('PAGE_UNKNOWN', 'There is no such client.');
    return sendOne(reply, 409, who, clientId, refusal(answer.refused === 'address-taken' ? 'E-mail address: another client of yours has it.' : 'E-mail address: they are being asked to move right now, at the address that they have. Change it when that is settled.'), to);
  });

  app.get<{ Params: { id: string } }>('/clients/:id/export', async (request, reply) => {
    const who = await whoIs(shell, request);
    if (!who) return showTo(shell, request, reply, `/clients/${request.params.id}`, () => Promise.resolve(''));
    const clientId = await known(who, request.params.id);
    return reply.type('application/json; charset=utf-8').header('content-disposition', `attachment; filename="${clientId}.json"`).send(await exportClient(shell, { coachId: who.coach.id, clientId }));
  });

  app.get<{ Params: { id: string } }>('/clients/:id/erase', (request, reply) => showTo(shell, request, reply, `/clients/${request.params.id}`, (who) => drawErase(who, request.params.id)));
  app.post<{ Params: { id: string } }>('/clients/:id/erase', async (request, reply) => {
    const who = await mustBe(shell, request);
    const clientId = await known(who, request.params.id);
    const answer = await eraseClient(shell, { coachId: who.coach.id, clientId, by: 'coach' });
    if ('refused' in answer) return reply.code(409).type('text/html').send(await drawErase(who, clientId));
    return reply.type('text/html').send(messagePage({ title: 'Erased', lines: ['Their name and address are gone. What was done stays in the history without them.', 'If they still are a guest in your calendar, Makeway finds them there again.'], tone: 'good', link: { href: '/clients', text: 'To your clients' } }));
  });

  async function known(who: SignedIn, raw: string): Promise<ClientId> {
    const id = readId<ClientId>('client', raw);
    if (id === null || !(await listedClient(shell.db, who.coach.id, id))) throw new Problem('PAGE_UNKNOWN', 'There is no such client.');
    return id;
  }
  const draw = async (who: SignedIn, told: Told): Promise<string> => clientsPage({ ...(await clientsView(shell, who.coach)), guard: who.guard, told });
  const sendOne = async (reply: FastifyReply, code: number, who: SignedIn, id: ClientId, told: Told, typed: ClientView['typed']): Promise<FastifyReply> => reply.code(code).type('text/html').send(await drawOne(who, id, told, typed));
  const drawOne = async (who: SignedIn, raw: string, told: Told, typed: ClientView['typed']): Promise<string> => clientPage({ ...(await clientView(shell, who.coach, await known(who, raw))), guard: who.guard, told, typed });
  async function drawErase(who: SignedIn, raw: string): Promise<string> {
    const id = await known(who, raw);
    const { name, toCome } = await clientView(shell, who.coach, id);
    return erasePage({ guard: who.guard, id, name, sessions: toCome.length, why: whyNotErased(await openMattersOf(shell.db, who.coach.id, id, shell.clock.now()))?.why ?? null });
  }
}
