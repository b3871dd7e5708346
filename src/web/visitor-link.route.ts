import type { FastifyReply, FastifyRequest } from 'fastify';
import { coachById } from '../coach/coach.store.js';
import { intervalFrom, MINUTE, type Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { readRfc3339 } from '../kernel/zone.js';
import { findPath, type Link, type WishLink } from '../mail/link.store.js';
import { addWish, type Added } from '../requests/add-wishes.flow.js';
import { confirmWish } from '../requests/confirm.flow.js';
import { wishById } from '../requests/wish.store.js';
import { withdraw } from '../requests/withdraw.flow.js';
import type { RequestId } from '../kernel/ids.js';
import type { Given } from './book-view.step.js';
import { textOf } from './book-view.step.js';
import type { ConfirmView, StatusView } from './pages/book-views.js';
import { bookConfirmPage, statusPage } from './pages/index.js';
import { statusView } from './status-view.step.js';
import type { Web } from './web.port.js';

/** The links of a visitor: the one that confirms a wish, and the one to the status page. GET and HEAD only show; POST acts. */
export function visitorLink(web: Web, link: Link | WishLink, request: FastifyRequest<{ Params: { token: string } }>, reply: FastifyReply): Promise<FastifyReply> {
  const about = { action: `/l/${request.params.token}`, isPost: request.method === 'POST', given: ((request.method === 'POST' ? request.body : request.query) ?? {}) as Given };
  return link.purpose === 'confirm' ? confirmation(web, link, about, reply) : status(web, link, about, reply);
}

interface Click { readonly action: string; readonly isPost: boolean; readonly given: Given }

async function confirmation(web: Web, link: WishLink, click: Click, reply: FastifyReply): Promise<FastifyReply> {
  const { shell } = web;
  const wish = await wishById(shell.db, link.coach_id, link.wish_id);
  const toStatus = async (requestId: RequestId): Promise<FastifyReply> => {
    const path = await findPath(shell.db, shell.keys, { coachId: link.coach_id, purpose: 'status', requestId, resolutionId: null });
    if (path === null) throw new Problem('IMPOSSIBLE_STATE', 'A request has no status link.', { request: requestId });
    return reply.redirect(path, 303);
  };
  if (wish.request_id !== null) return toStatus(wish.request_id);
  const coach = await coachById(shell.db, link.coach_id);
  const at = (start: Instant) => intervalFrom(start, wish.length_minutes * MINUTE);
  const page = (state: ConfirmView['state'], wanted: readonly Instant[] = wish.starts): string => bookConfirmPage({
    state, action: click.action, bookPath: `/book/${encodeURIComponent(coach.slug)}`, coachName: coach.name, coachZone: coach.zone, zone: wish.time_zone, sessionType: wish.session_type,
    wanted: wanted.map(at), email: wish.email ?? '',
  });
  const now = shell.clock.now();
  if (!click.isPost) return reply.type('text/html').send(page(now >= wish.expires_at || wish.starts.every((start) => start <= now) ? 'too-late' : 'open'));
  if (textOf(click.given, 'confirm') !== '1') return reply.code(400).type('text/html').send(page('open'));
  const confirmed = await confirmWish(shell, { coachId: link.coach_id, wishId: link.wish_id });
  switch (confirmed.is) {
    case 'taken':
      if (confirmed.landing?.claim) await web.goOn(confirmed.landing.claim);
      return toStatus(confirmed.requestId);
    case 'already-yours': return reply.type('text/html').send(page('already-yours', [confirmed.start]));
    case 'too-late': return reply.code(409).type('text/html').send(page('too-late'));
  }
}

async function status(web: Web, link: Link, click: Click, reply: FastifyReply): Promise<FastifyReply> {
  const show = async (code: number, say: StatusView['say'], note: StatusView['note']): Promise<FastifyReply> => {
    const view = await statusView(web.shell, link, { action: click.action, say, note });
    // While something is being done, the page is looked at again after a moment, also without script.
    if (view.state === 'booking') reply.header('refresh', '3');
    return reply.code(code).type('text/html').send(statusPage(view));
  };
  if (!click.isPost) return show(200, textOf(click.given, 'withdraw') === '1' ? 'withdraw' : textOf(click.given, 'others') === '1' ? 'others' : null, null);

  const about = { coachId: link.coach_id, requestId: link.request_id };
  if (textOf(click.given, 'withdraw') === '1') {
    const did = await withdraw(web.shell, about);
    return did === 'in-progress' ? show(409, null, NOT_NOW) : show(200, null, null);
  }
  const start = readRfc3339(textOf(click.given, 'also'));
  if (start === null) return show(400, null, { text: 'Please choose one of the times.', isFault: true });
  const added = await addWish(web.shell, about, start);
  if (added.did === 'booking' && added.claim) await web.goOn(added.claim);
  return show(CODES[added.did], null, NOTES[added.did]);
}

const NOT_NOW: StatusView['note'] = { text: 'That cannot be done at this very moment. Nothing has changed; please try again in a minute.', isFault: true };
const NOTES: Readonly<Record<Added['did'], StatusView['note']>> = {
  noted: { text: 'Thank you, that is noted.', isFault: false }, booking: null, 'in-progress': NOT_NOW, settled: null,
  'no-such-time': { text: 'That time can no longer be asked for. Nothing has changed.', isFault: true },
  full: { text: 'Your request names as many times as it can. Nothing has changed.', isFault: true },
};
const CODES: Readonly<Record<Added['did'], number>> = { noted: 200, booking: 200, 'in-progress': 409, settled: 409, 'no-such-time': 409, full: 409 };
