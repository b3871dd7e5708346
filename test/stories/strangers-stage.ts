/** Where courses of strangers are played: what a step is given, and the words that steps share. */
import { expect } from 'vitest';
import type { RequestId } from '../../src/kernel/ids.js';
import type { Instant } from '../../src/kernel/interval.js';
import { rfc3339 } from '../../src/kernel/zone.js';
import { findPath } from '../../src/mail/link.store.js';
import type { Dropped, Inbox } from '../support/inbox.js';
import type { Answered } from '../support/story.js';
import type { Reach } from '../support/reach.js';
import type { World } from '../support/world.js';

export interface Stage {
  readonly w: World;
  readonly reach: Reach;
  /** The requests so far, oldest first. */
  readonly ids: string[];
  /** Kim's requests calendar, and what she dropped there last. */
  box?: Inbox;
  dropped?: Dropped;
  /** The link that Kim passes on herself. */
  passedOn?: string;
  /** A click whose call to Google hangs; `letGo` lets that call through. */
  clicked?: Promise<unknown>;
  letGo?: () => Promise<void>;
}
export type Step = (stage: Stage) => Promise<unknown>;
export type Form = Readonly<Record<string, string | string[]>>;

/** An instant as forms carry it. */
export const said = (start: Instant): string => rfc3339(start, 'UTC');
export function ok(answer: Answered, status = 200): Answered {
  expect(answer.status, answer.page.replace(/<option[^]*?<\/option>/g, '').slice(-1500)).toBe(status);
  return answer;
}
export async function send({ w }: Stage, link: string, form: Form, status = 200): Promise<Answered> {
  const answer = await w.post(link, { ...form });
  return ok({ status: answer.status, page: await answer.text() }, status);
}
/** The request that came last, by the rows. */
export const newestRequest = async ({ w }: Stage): Promise<string> =>
  (await w.one<{ id: string }>('select id from requests order by created_at desc, id limit 1'))?.id ?? '';
/** The newest of the requests so far. */
export const newestOf = ({ ids }: Stage): string => ids.at(-1) ?? '';
/** The status page of the newest request. */
export async function statusPage(stage: Stage): Promise<string> {
  const { w } = stage, requestId = newestOf(stage) as RequestId;
  return w.url + String(await findPath(w.shell.db, w.shell.keys, { coachId: w.coachId, purpose: 'status', requestId, resolutionId: null }));
}
