import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { coachById, type Coach } from '../coach/coach.store.js';
import { signedInCoach } from '../google/grant.store.js';
import { Problem } from '../kernel/problem.js';
import { sha256 } from '../work/hash.js';
import type { Shell } from '../work/shell.port.js';

/** The cookie that holds a coach's sign-in. */
export const SIGN_IN_COOKIE = 'makeway_sign_in';
/** A coach at one browser. `guard` is bound to the sign-in: a form of another site, or of another sign-in, cannot know it. */
export interface SignedIn { readonly coach: Coach; readonly guard: string; readonly secret: string }

const guardOf = (secret: string): string => createHmac('sha256', secret).update('guard').digest('base64url');

/** Who is signed in at this browser, or null. */
export async function whoIs(shell: Shell, request: FastifyRequest): Promise<SignedIn | null> {
  const secret = request.cookies[SIGN_IN_COOKIE];
  const coachId = secret ? await signedInCoach(shell.db, sha256(secret), shell.clock.now()) : null;
  return secret && coachId ? { coach: await coachById(shell.db, coachId), guard: guardOf(secret), secret } : null;
}

/** Who posts, if the form came from a page of theirs. @throws Problem NOT_SIGNED_IN */
export async function mustBe(shell: Shell, request: FastifyRequest): Promise<SignedIn> {
  const who = await whoIs(shell, request);
  const guard = Buffer.from(String((request.body as { guard?: unknown } | undefined)?.guard ?? ''));
  if (!who || guard.length !== who.guard.length || !timingSafeEqual(guard, Buffer.from(who.guard))) throw new Problem('NOT_SIGNED_IN', 'Your sign-in has ended. Sign in and try again.');
  return who;
}

/** How the cookies of this installation are set. */
export const cookieFor = (shell: Shell) => ({ path: '/', httpOnly: true, sameSite: 'lax', secure: shell.publicUrl.startsWith('https:') }) as const;
