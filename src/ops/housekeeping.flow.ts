import { pruneSignIns } from '../google/grant.store.js';
import { DAY, plus } from '../kernel/interval.js';
import { wakeForgottenLists } from '../mirror/calendar-list.store.js';
import { openMissingChannels } from '../mirror/channel.store.js';
import { rollOn } from '../mirror/apply.store.js';
import { calendarsToRollOn, wakeForgotten } from '../mirror/mirror.store.js';
import { inTx } from '../postgres/transaction.js';
import { pruneRuns } from '../work/job-run.store.js';
import type { Report, Shell } from '../work/shell.port.js';

const KEEP_RUNS_MS = 14 * DAY;

/** Safety net: calendars that wait for nothing are woken, and those that should have a channel get one. */
export async function sweep(shell: Shell): Promise<Report> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit sweep', async (tx): Promise<Report> => {
    const woken = await wakeForgotten(tx, now) + await wakeForgottenLists(tx, now);
    const channels = shell.pushAddress ? await openMissingChannels(tx, shell.keys, null, shell.pushAddress, now) : 0;
    return { outcome: woken + channels > 0 ? 'done' : 'nothing', counts: { woken, channels } };
  });
}

/** Rolls the horizon on: what comes into sight is laid out, what is over is dropped. */
export async function rollHorizon(shell: Shell): Promise<Report> {
  const now = shell.clock.now();
  let roots = 0;
  for (const calendar of await calendarsToRollOn(shell.db, plus(now, -DAY / 2))) roots += await inTx(shell.db, 'commit horizon', (tx) => rollOn(tx, calendar, now));
  return { outcome: roots > 0 ? 'done' : 'nothing', counts: { roots } };
}

/** Forgets what nobody needs any more. */
export async function prune(shell: Shell): Promise<Report> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit prune', async (tx): Promise<Report> => {
    const runs = await pruneRuns(tx, plus(now, -KEEP_RUNS_MS));
    const signIns = await pruneSignIns(tx, now);
    return { outcome: runs + signIns > 0 ? 'done' : 'nothing', counts: { runs, signIns } };
  });
}
