import { coachById } from '../coach/coach.store.js';
import { inTx } from '../postgres/transaction.js';
import { Problem } from '../kernel/problem.js';
import { lockCoach } from '../coach/coach.store.js';
import { resolutionById } from '../resolution/resolution.store.js';
import { take } from '../resolution/take.step.js';
import type { Claim } from '../work/due.store.js';
import { remember } from '../work/history.store.js';
import type { Report, Shell } from '../work/shell.port.js';
import { envelopeOf } from './envelope.js';
import { letterFacts } from './letter-facts.step.js';
import { earlierMessages, endLetter, outboxRow } from './outbox.store.js';

/** Sends one letter. Its text is written now, from the present state: one that became pointless is not sent. After a
 *  lost answer the same message goes again under the same Message-ID. */
export async function deliver(shell: Shell, claim: Claim): Promise<Report> {
  const row = await outboxRow(shell.db, claim.coachId, claim.id);
  if (!row || row.state !== 'waiting') return { outcome: 'nothing' };
  const coach = await coachById(shell.db, row.coach_id);
  const written = await letterFacts(shell, coach, row);
  if (!written) {
    await inTx(shell.db, 'commit mail-pointless', (tx) => endLetter(tx, claim, 'pointless', shell.clock.now()));
    return { outcome: 'done', did: `${row.letter}: pointless by now` };
  }
  try {
    await shell.mail.send(envelopeOf(written, {
      coach, isToCoach: row.client_id === null && row.wish_id === null, mailFrom: shell.mailFrom, messageId: row.message_id, references: await earlierMessages(shell.db, row), date: shell.clock.now(),
    }));
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'SMTP_REFUSED_ADDRESS') throw error;
    await refused(shell, claim, row.letter);
    return { outcome: 'stopped', did: `${row.letter}: the address was refused` };
  }
  await inTx(shell.db, 'commit mail-sent', (tx) => endLetter(tx, claim, 'sent', shell.clock.now()));
  return { outcome: 'done', did: row.letter };
}

/** The mail server refused the address for good. An offer that nobody can read ends, and the coach is told. */
async function refused(shell: Shell, claim: Claim, letter: string): Promise<void> {
  const now = shell.clock.now();
  await inTx(shell.db, 'commit mail-refused', async (tx) => {
    const coach = await lockCoach(tx, claim.coachId);
    await endLetter(tx, claim, 'refused', now);
    const row = await outboxRow(tx, claim.coachId, claim.id);
    if (!row?.request_id) return;
    await remember(tx, { coachId: coach.id, at: now, what: `mail refused: ${letter}`, by: 'makeway', requestId: row.request_id, resolutionId: row.resolution_id });
    if ((letter !== 'ask' && letter !== 'offer') || row.resolution_id === null) return;
    const resolution = await resolutionById(tx, coach.id, row.resolution_id, 'lock');
    if (resolution.state !== 'asked') return;
    await take(tx, shell, coach, resolution, { is: 'address refused' }, 'makeway', now);
  });
}
