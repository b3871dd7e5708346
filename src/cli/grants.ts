/** The bodies of `makeway keys rotate` and `makeway coach disconnect`, and what `makeway status` says of a grant. */
import { coachBySlug } from '../coach/coach.store.js';
import { disconnect } from '../google/disconnect.flow.js';
import { disconnectionById, lastDisconnection } from '../google/disconnection.store.js';
import { grantOf } from '../google/grant.store.js';
import { rotateKeys, type Rotation } from '../google/rotate-keys.flow.js';
import { keyIdOf } from '../google/sealed.store.js';
import type { Instant } from '../kernel/interval.js';
import type { CoachId } from '../kernel/ids.js';
import { Problem } from '../kernel/problem.js';
import { WORKERS } from '../ops/compose.js';
import { work } from '../work/run-due.flow.js';
import type { Shell } from '../work/shell.port.js';

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
const day = (at: Instant): string => new Date(at).toISOString().slice(0, 10);

/** Seals anew, and says what each key is still needed for. The exit code is 1 if something stayed shut. */
export async function rotate(shell: Shell, isDry: boolean): Promise<{ lines: string[]; exitCode: number }> {
  const rotation = await rotateKeys(shell, isDry);
  return { lines: rotationInWords(rotation, isDry), exitCode: rotation.shut.length > 0 ? 1 : 0 };
}

/** The report of a rotation: ids of keys, slugs of coaches, counts. */
export function rotationInWords(r: Rotation, isDry: boolean): string[] {
  const lines = [`${count(r.resealed, 'secret', 'secrets')} ${isDry ? 'would be sealed' : 'sealed'} anew under the key "${r.current}".`];
  for (const s of r.shut) lines.push(`${s.slug}: a secret under the key "${s.keyId}" cannot be opened, ${s.isMissing ? 'SECRET_KEYS lacks that key. Add it and repeat' : 'the key of that name in SECRET_KEYS is another one'}; or let the coach connect again.`);
  for (const o of r.others) {
    const needs = [o.sealed > 0 && count(o.sealed, 'secret', 'secrets'), o.links > 0 && o.until !== null && `${count(o.links, 'link', 'links')} in mails, the last until ${day(o.until)}`].filter((x) => x !== false);
    if (needs.length === 0) lines.push(`The key "${o.keyId}" is no longer needed: take it out of SECRET_KEYS.`);
    else lines.push(`The key "${o.keyId}" is still needed: ${needs.join('; ')}.${o.isHere ? '' : ' SECRET_KEYS lacks it.'}`);
  }
  return lines;
}

/** Disconnects a coach, and does at once what is left to do; what Google does not take now goes on in the daemon. */
export async function leave(shell: Shell, slug: string): Promise<{ lines: string[]; exitCode: number }> {
  const coach = await coachBySlug(shell.db, slug);
  if (!coach) throw new Problem('COACH_UNKNOWN', `There is no coach "${slug}".`);
  const answer = await disconnect(shell, coach.id, 'operator');
  if (answer.did === 'nothing') return { lines: [`${slug} is not connected.`], exitCode: 0 };
  if (answer.did === 'not-now') return { lines: [`Not done: a booking of ${slug} is being written to Google right now. Try again in half a minute.`], exitCode: 1 };
  const lines = [answer.did === 'begun' ? `${slug} is disconnected.` : `${slug} is disconnected already; going on with what was left.`];
  if (answer.did === 'begun') {
    if (answer.requests > 0) lines.push(`${count(answer.requests, 'open request waits', 'open requests wait')} on the pending list; ${count(answer.asks, 'question to a client has ended', 'questions to clients have ended')}.`);
    if (answer.unclear > 0) lines.push(`${count(answer.unclear, 'change may', 'changes may')} have reached Google without an answer: look at the calendar.`);
  }
  if (answer.claim) await work(shell, WORKERS, answer.claim);
  const row = answer.claim ? await disconnectionById(shell.db, coach.id, answer.claim.id) : await lastDisconnection(shell.db, coach.id);
  lines.push(row ? OUTCOME[row.outcome ?? row.state] : '');
  return { lines: lines.filter(Boolean), exitCode: row?.outcome === 'not-reached' ? 1 : 0 };
}
const OUTCOME = {
  forgetting: 'The copy of the calendar is being forgotten; the daemon goes on with it.',
  leaving: 'The copy of the calendar is forgotten. Google could not be told yet; the daemon goes on trying for an hour.',
  done: 'All is done.',
  revoked: 'The copy of the calendar is forgotten, and the permission given back to Google.',
  dead: 'The copy of the calendar is forgotten; at Google the permission was over already.',
  'not-reached': 'The copy of the calendar is forgotten. Google could not be told: the coach can remove Makeway at https://myaccount.google.com/connections',
  superseded: 'The coach has connected again meanwhile.',
} as const;

/** How one coach is connected, in half a line. */
export async function connectionInWords(shell: Shell, coachId: CoachId): Promise<string> {
  const grant = await grantOf(shell.db, coachId);
  if (grant) {
    const lacks = [grant.refresh_token_sealed].map(keyIdOf).find((id) => !shell.keys.ids.includes(id));
    if (lacks !== undefined) return `cannot be used: sealed with the key "${lacks}", which SECRET_KEYS lacks`;
    if (grant.broken_at !== null) return `broken since ${new Date(grant.broken_at).toISOString()} (${grant.broken_reason ?? ''}), waits for the coach to connect again at ${shell.publicUrl}/connect`;
    return grant.refresh_failures === 0 ? 'connected' : `connected; Google has given no new access token ${count(grant.refresh_failures, 'time', 'times')}`;
  }
  const last = await lastDisconnection(shell.db, coachId);
  if (!last) return 'not connected';
  return last.state === 'done' ? `disconnected${last.outcome === 'not-reached' ? ', Google could not be told' : ''}` : `disconnected, ${last.state === 'forgetting' ? 'the mirror is being forgotten' : 'Google is still to be told'}`;
}
