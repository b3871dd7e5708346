import type { FastifyInstance, FastifyReply } from 'fastify';
import { beginOauth, finishOauth, purposeOf, TRIP_LASTS_MS, type Purpose } from '../google/connect.flow.js';
import { disconnect } from '../google/disconnect.flow.js';
import { lastDisconnection } from '../google/disconnection.store.js';
import { grantOf } from '../google/grant.store.js';
import { mayMakeCalendars } from '../google/scopes.js';
import { signOut } from '../google/sign-out.flow.js';
import type { CoachId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { hasRequestsCalendar, inboxOf } from '../requests/inbox-calendar.store.js';
import { requestsOf } from '../requests/request.store.js';
import { askForInbox } from '../requests/want-inbox.flow.js';
import { sha256 } from '../work/hash.js';
import { connectPage, messagePage, signInPage, type InboxOffer } from './pages/index.js';
import { cookieFor, mustBe, SIGN_IN_COOKIE, whoIs } from './signed-in.step.js';
import type { Connection } from './views.js';
import type { Web } from './web.port.js';

const TRIP_COOKIE = 'makeway_oauth';
const SIGN_IN_LASTS_S = 14 * 86_400;
/** Sign-in leads back to the coach's own pages only, however an address is written. */
const returnPath = (to: unknown): string => (typeof to === 'string' && /^\/(connect|overlaps|calendars|rules|history|(pending|clients)(\/[a-z0-9_]{1,40})?)$/.test(to) ? to : '/pending');
const INBOX_START = '/auth/google?connect=1&calendar=1&to=/connect';
const START = { connect: '/connect', 'sign-in': '/sign-in' } as const;

/** The way to Google and back: signing in, connecting a calendar, and leaving again. */
export function connectRoutes(app: FastifyInstance, web: Web): void {
  const { shell } = web;
  const cookie = cookieFor(shell);

  app.get('/sign-in', async (_request, reply) => reply.type('text/html').send(signInPage({ start: '/auth/google?to=/pending', note: null })));

  app.get('/connect', async (request, reply) => {
    const who = await whoIs(shell, request);
    return reply.type('text/html').send(connectPage({
      start: '/auth/google?connect=1&to=/connect', inboxStart: INBOX_START, ...(who && { inbox: await inboxOfferOf(who.coach.id) }), coach: who && { name: who.coach.name, zone: who.coach.zone, guard: who.guard }, connection: who && (await connectionOf(who.coach.id)),
    }));
  });
  async function inboxOfferOf(coachId: CoachId): Promise<InboxOffer> {
    const [inbox, grant, isThere] = await Promise.all([inboxOf(shell.db, coachId), grantOf(shell.db, coachId), hasRequestsCalendar(shell.db, coachId)]);
    if (isThere) return { is: 'there' };
    if (!grant || !mayMakeCalendars(grant.scopes)) return { is: 'ask', start: INBOX_START };
    return { is: inbox?.state === 'wanted' ? 'making' : 'can' };
  }
  app.post('/connect/calendar', async (request, reply) => {
    const who = await mustBe(shell, request);
    await askForInbox(shell, who.coach.id);
    return reply.redirect('/connect', 303);
  });
  async function connectionOf(coachId: CoachId): Promise<Connection> {
    const grant = await grantOf(shell.db, coachId);
    if (grant) return { is: grant.broken_at === null ? 'connected' : 'broken', account: grant.email, since: grant.broken_at, open: (await requestsOf(shell.db, coachId, 'open')).length };
    const last = await lastDisconnection(shell.db, coachId);
    return { is: last?.state === 'forgetting' ? 'leaving' : 'none', wasNotReached: last?.outcome === 'not-reached' };
  }

  app.get<{ Querystring: { to?: unknown; connect?: unknown; calendar?: unknown } }>('/auth/google', async (request, reply) => {
    const who = await whoIs(shell, request);
    const { url, kept } = await beginOauth(shell, web.oauth, { purpose: request.query.connect === '1' ? 'connect' : 'sign-in', returnTo: returnPath(request.query.to), coachId: who?.coach.id ?? null, wantsInbox: request.query.connect === '1' && request.query.calendar === '1' });
    return reply.setCookie(TRIP_COOKIE, kept, { ...cookie, maxAge: TRIP_LASTS_MS / 1000 }).redirect(url, 302);
  });

  app.get<{ Querystring: { code?: string; state?: string; error?: string } }>('/auth/google/callback', async (request, reply) => {
    const { code, state, error } = request.query;
    const kept = request.cookies[TRIP_COOKIE];
    const purpose = purposeOf(shell, kept);
    if (error) return notDone(reply, purpose, error === 'access_denied' ? 'You did not give the permission. Nothing has changed.' : 'Google did not let you go on. Nothing has changed; ask whoever looks after your Google account, or the operator.');
    if (!code || !state || !kept) {
      // Back with the browser's button, or a second click: what was done once is not done again.
      if (await whoIs(shell, request)) return reply.redirect('/connect', 303);
      return notDone(reply, purpose, 'This sign-in was not begun in this browser. Please begin again.');
    }
    try {
      const done = await finishOauth(shell, web.oauth, { code, state, kept });
      return await reply.clearCookie(TRIP_COOKIE, { path: '/' }).setCookie(SIGN_IN_COOKIE, done.signIn, { ...cookie, maxAge: SIGN_IN_LASTS_S }).redirect(done.returnTo, 303);
    } catch (refused) {
      if (!(refused instanceof Problem) || refused.code !== 'SIGN_IN_REFUSED') throw refused;
      return notDone(reply, purpose, refused.message);
    }
  });
  /** The trip is over, and nothing was changed: says why, and where to begin again. */
  const notDone = (reply: FastifyReply, purpose: Purpose, why: string): FastifyReply =>
    reply.code(403).clearCookie(TRIP_COOKIE, { path: '/' }).type('text/html').send(messagePage({
      title: purpose === 'connect' ? 'Not connected' : 'Not signed in', lines: [why], tone: 'bad', link: { href: START[purpose], text: 'Begin again' },
    }));

  app.post('/sign-out', async (request, reply) => {
    const who = await mustBe(shell, request);
    await signOut(shell, sha256(who.secret));
    return reply.clearCookie(SIGN_IN_COOKIE, { path: '/' }).redirect('/sign-in', 303);
  });

  app.post('/disconnect', async (request, reply) => {
    const who = await mustBe(shell, request);
    const answer = await disconnect(shell, who.coach.id, 'coach');
    if (answer.did === 'not-now') {
      return reply.code(409).type('text/html').send(messagePage({ title: 'Not this moment', lines: ['A booking of yours is being written to Google right now. Please try again in half a minute.'], tone: 'neutral', link: { href: '/connect', text: 'Back' } }));
    }
    if ('claim' in answer && answer.claim) await web.goOn(answer.claim);
    return reply.redirect('/connect', 303);
  });
}
