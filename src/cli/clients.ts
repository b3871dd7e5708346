/** The body of `makeway client …`: what is kept about one client, and its end. */
import { coachBySlug } from '../coach/coach.store.js';
import { readId, type ClientId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { clientByEmail } from '../requests/client.store.js';
import { eraseClient } from '../requests/client-erase.flow.js';
import { exportClient } from '../requests/client-export.flow.js';
import type { Shell } from '../work/shell.port.js';

/** What to print, or null if the words make no command. A client is named by id or address. @throws Problem COACH_UNKNOWN, REQUEST_INVALID */
export async function clientCommand(shell: Shell, words: readonly string[]): Promise<{ readonly text: string; readonly isRefused: boolean } | null> {
  const [verb, slug, named] = words;
  if ((verb !== 'export' && verb !== 'erase') || !slug || !named || words.length !== 3) return null;
  const coach = await coachBySlug(shell.db, slug);
  if (!coach) throw new Problem('COACH_UNKNOWN', `There is no coach "${slug}".`);
  const clientId = readId<ClientId>('client', named) ?? (await clientByEmail(shell.db, coach.id, named))?.id;
  const unknown = new Problem('REQUEST_INVALID', `${coach.slug} has no client ${named}. Name one by id (cl_…) or e-mail address.`);
  if (clientId === undefined) throw unknown;
  if (verb === 'export') {
    const text = await exportClient(shell, { coachId: coach.id, clientId });
    if (text === null) throw unknown;
    return { text, isRefused: false };
  }
  const answer = await eraseClient(shell, { coachId: coach.id, clientId, by: 'operator' });
  if ('refused' in answer) {
    if (answer.refused === 'unknown') throw unknown;
    return { text: `Not done: ${answer.why}\n`, isRefused: true };
  }
  return { text: `${clientId} is erased. Events in Google stay as they are: whoever still is a guest there is found again.\n`, isRefused: false };
}
