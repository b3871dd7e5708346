import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { coachBySlug, type Coach } from '../coach/coach.store.js';
import { MINUTE } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { leaveWish } from '../requests/leave-wish.flow.js';
import { readAsk } from './book-form.js';
import { askView, bookView, frameOf, startsIn, textOf, type Given } from './book-view.step.js';
import { judgeStamp, stampForm } from './form-stamp.js';
import { bookAskPage, bookDayPage, bookMonthPage, bookSentPage } from './pages/index.js';
import type { AskView } from './pages/book-views.js';
import { isOwnForm, placeOf } from './visitor.js';
import { timesOf } from './public-times.step.js';
import type { Web } from './web.port.js';

/** Tighter than what all other calls may do; counted in each process, before anything is read. */
const POSTS_PER_MINUTE = 60;

/** A coach's booking page, for everybody: month and day, the form behind a time. What the form asks for counts after the mailed
 *  confirmation only. Nothing on these pages tells why a time is not free, or who anybody is. */
export function bookRoutes(app: FastifyInstance, web: Web): void {
  const { shell } = web;

  app.get<{ Params: { slug: string }; Querystring: Given }>('/book/:slug', async (request, reply) => {
    const view = await bookView(shell, await coachAt(request.params.slug), request.query);
    return reply.type('text/html').send('day' in view ? bookDayPage(view.day) : bookMonthPage(view.month));
  });

  app.get<{ Params: { slug: string }; Querystring: Given }>('/book/:slug/ask', async (request, reply) => {
    const coach = await coachAt(request.params.slug);
    const view = await askView(shell, coach, request.query, { faults: [], note: null, stamp: fresh(coach) });
    return reply.code(view.wanted === null ? 404 : 200).type('text/html').send(bookAskPage(view));
  });

  app.post<{ Params: { slug: string } }>('/book/:slug/ask', { config: { rateLimit: { max: POSTS_PER_MINUTE, timeWindow: MINUTE } } }, async (request, reply) => {
    const coach = await coachAt(request.params.slug);
    const given = (request.body ?? {}) as Given;
    if (!isOwnForm(request.headers, shell.publicUrl)) return again(coach, given, reply, 403, { note: NOT_FROM_HERE });
    // Who fills in what nobody sees is told what all are told.
    if (textOf(given, 'website') !== '') return sent(coach, textOf(given, 'email'), reply);
    switch (judgeStamp(shell.keys, coach.id, textOf(given, 'stamp'), shell.clock.now())) {
      case 'too-fast': return again(coach, given, reply, 422, { note: TOO_FAST, stamp: textOf(given, 'stamp') });
      case 'unknown': return again(coach, given, reply, 422, { note: TOO_OLD });
      case 'good': return take(coach, given, request, reply);
    }
  });

  async function take(coach: Coach, given: Given, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const frame = frameOf(coach, given);
    const times = await timesOf(shell.db, coach, frame.kind.lengthMs, shell.clock.now());
    const known = new Set(times.map((time) => time.start));
    const stamp = textOf(given, 'stamp');
    const view = await askView(shell, coach, given, { faults: [], note: null, stamp });
    const read = readAsk(view, startsIn(given), (start) => known.has(start));
    if ('faults' in read) return again(coach, given, reply, 422, { faults: read.faults, stamp });
    const visitor = shell.keys.sign('visitor', placeOf(request.ip));
    if (!visitor) throw new Problem('IMPOSSIBLE_STATE', 'There is no current key to sign with.');
    const did = await leaveWish(shell, coach.id, visitor.mac, {
      name: read.name, email: read.email, zone: frame.zone, sessionType: frame.kind.name, lengthMinutes: Math.round(frame.kind.lengthMs / MINUTE), starts: read.starts,
    });
    return did === 'refused' ? again(coach, given, reply, 429, { note: TOO_MANY, stamp }) : sent(coach, read.email, reply);
  }

  const fresh = (coach: Coach): string => stampForm(shell.keys, coach.id, shell.clock.now());
  async function again(coach: Coach, given: Given, reply: FastifyReply, code: number, told: Partial<Pick<AskView, 'faults' | 'note' | 'stamp'>>): Promise<FastifyReply> {
    return reply.code(code).type('text/html').send(bookAskPage(await askView(shell, coach, given, { faults: [], note: null, stamp: fresh(coach), ...told })));
  }
  const sent = (coach: Coach, email: string, reply: FastifyReply): FastifyReply =>
    reply.type('text/html').send(bookSentPage({ bookPath: frameOf(coach, {}).path, coachName: coach.name, email: email.trim().toLowerCase() }));

  async function coachAt(slug: string): Promise<Coach> {
    const coach = /^[^\p{Cc}]{1,64}$/u.test(slug) ? await coachBySlug(shell.db, slug) : null;
    if (!coach) throw new Problem('PAGE_UNKNOWN', 'There is no such booking page. Please check the address.');
    return coach;
  }
}

const NOT_FROM_HERE = 'That did not come from this page. Please look it over, and send it from here.';
const TOO_FAST = 'That was very quick. Please look it over, and press once more.';
const TOO_OLD = 'This page had been open for long. Please look it over, and press once more.';
const TOO_MANY = 'There are very many requests at the moment. Please try again in an hour; what you typed is still here.';
