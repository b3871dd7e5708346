import { pruneSignIns } from '../google/grant.store.js';
import { DAY, MINUTE, plus } from '../kernel/interval.js';
import { wakeForgottenLists } from '../mirror/calendar-list.store.js';
import { rollOn } from '../mirror/apply.store.js';
import { markSilent, reckonCadence } from '../mirror/cadence.store.js';
import { closeUnwanted, openMissingChannels, pruneChannels, replaceDeaf } from '../mirror/channel.store.js';
import { calendarsToRollOn, wakeForgotten } from '../mirror/calendar.store.js';
import { pruneStaged } from '../mirror/staged.store.js';
import { pruneInbox } from '../requests/inbox.store.js';
import { inTx } from '../postgres/transaction.js';
import { pruneWishes } from '../requests/wish.store.js';
import { pruneRuns } from '../work/job-run.store.js';
import type { Report, Shell } from '../work/shell.port.js';

const KEEP_RUNS_MS = 14 * DAY;
const KEEP_CHANNELS_MS = 7 * DAY;
/** An event that was deleted can be brought back from Google's bin for 30 days. */
const KEEP_INBOX_MS = 31 * DAY;

/** As often as the sweep runs. */
const SWEEP_MS = 5 * MINUTE;

/** Safety net. Calendars that wait for nothing are woken; those that should have a channel get one, those that should not
 *  lose it, and a channel that does not do is replaced; what has fallen silent is told; and the pace of all reads is reckoned
 *  anew, so that they stay within the budget. */
export async function sweep(shell: Shell): Promise<Report> {
  const now = shell.clock.now();
  return inTx(shell.db, 'commit sweep', async (tx): Promise<Report> => {
    const woken = await wakeForgotten(tx, now) + await wakeForgottenLists(tx, now);
    const opening = shell.pushAddress === null ? 0 : await openMissingChannels(tx, shell.keys, null, shell.pushAddress, now);
    const closing = await closeUnwanted(tx, now);
    const replaced = shell.pushAddress === null ? 0 : await replaceDeaf(tx, now, SWEEP_MS);
    const silent = await markSilent(tx, now);
    const { calendars, calls, awaited, quiet } = await reckonCadence(tx, shell.googleCallsPerDay, now);
    const counts = { woken, channels: opening, closing, replaced, silent, calendars, calls };
    const did = [
      silent > 0 ? 'nothing changes any more where it used to' : '',
      awaited > 1 || quiet > 1 ? `reading is stretched ×${Math.max(awaited, quiet).toFixed(1)} to keep the budget` : '',
    ].filter(Boolean).join('; ');
    return { outcome: woken + opening + closing + replaced + silent > 0 ? 'done' : 'nothing', counts, ...(did && { did }) };
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
    const channels = await pruneChannels(tx, plus(now, -KEEP_CHANNELS_MS));
    const staged = await pruneStaged(tx);
    const wishes = await pruneWishes(tx, now);
    const inbox = await pruneInbox(tx, plus(now, -KEEP_INBOX_MS));
    return { outcome: runs + signIns + channels + staged + wishes + inbox > 0 ? 'done' : 'nothing', counts: { runs, signIns, channels, staged, wishes, inbox } };
  });
}
