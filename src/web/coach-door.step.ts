import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Shell } from '../work/shell.port.js';
import { signInPage } from './pages/index.js';
import { whoIs, type SignedIn } from './signed-in.step.js';

/** Shows a coach's page, or, to somebody who is not signed in, the way to sign in (401) that leads back to `to`. */
export async function showTo(shell: Shell, request: FastifyRequest, reply: FastifyReply, to: string, draw: (who: SignedIn) => Promise<string>): Promise<FastifyReply> {
  const who = await whoIs(shell, request);
  if (!who) return reply.code(401).type('text/html').send(signInPage({ start: `/auth/google?to=${encodeURIComponent(to)}`, note: null }));
  return reply.type('text/html').send(await draw(who));
}
