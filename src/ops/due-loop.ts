import type { CoachId } from '../kernel/ids.js';
import type { Instant } from '../kernel/interval.js';
import { Problem } from '../kernel/problem.js';
import { listen } from '../postgres/pool.js';
import { translateDatabaseError } from '../postgres/translate-error.js';
import { claimDue, DUE, nextDueAt, type Claim, type Source } from '../work/due.store.js';
import { work, type Workers } from '../work/run-due.flow.js';
import type { Shell } from '../work/shell.port.js';
import type { Logger } from './logger.js';

/** Workers that share their slots. `onePerCoach`: Google may keep us waiting about one coach, so nobody has more than one slot. */
export interface Lane { readonly from: readonly Source[]; readonly slots: number; readonly onePerCoach?: true }
/** Clicks and landings have slots of their own and never wait behind mail or the background. */
export const LANES: readonly Lane[] = [
  { from: [{ queue: 'landings' }, { queue: 'resolutions' }, { queue: 'requests' }], slots: 4, onePerCoach: true },
  { from: [{ queue: 'outbox' }, { queue: 'disconnections' }, { queue: 'lookouts' }], slots: 2 },
  { from: [{ queue: 'inbox_events' }, { queue: 'inboxes' }], slots: 3, onePerCoach: true },
  { from: [{ queue: 'calendars', reading: 'changes' }, { queue: 'channels' }, { queue: 'calendar_lists' }], slots: 4 },
];
/** Reading a large calendar for the first time takes minutes of arithmetic: it has a thread of its own. */
export const FULL_READS: readonly Lane[] = [{ from: [{ queue: 'calendars', reading: 'full' }], slots: 2 }];

/** A source as its lane knows it: whether to ask it now, when its next row becomes due, and whether something waits there. */
interface Watched { readonly source: Source; isCalled: boolean; askedAt: number; at: Instant | null; waits: boolean }

/** Longest sleep: a notification that was lost costs no more than this. */
const LONGEST_MS = 15_000;
const AWAY_MS = 1_000;

/** Does the due work of `lanes` until `stop` is signalled; then finishes what is under way. Wakes by notification and by the next
 *  `wake_at`. While the database is away it waits and tries again; nothing is lost, the rows are the queue. */
export async function dueLoop(shell: Shell, workers: Workers, lanes: readonly Lane[], databaseUrl: string, log: Logger, stop: AbortSignal): Promise<void> {
  const wakers: { readonly queue: string; readonly wake: () => void }[] = [];
  const wakeAll = (): void => { for (const { wake } of wakers) wake(); };
  stop.addEventListener('abort', wakeAll, { once: true });
  const ear = keepListening(databaseUrl, (told) => { for (const { queue, wake } of wakers) if (queue === told) wake(); }, wakeAll, log, stop);
  await Promise.all(lanes.map((lane) => runLane(lane)));
  await ear;

  /** Keeps up to `slots` pieces of work under way; each that ends makes room, so that a slow one holds up no other. A source
   *  is asked only when it was told of, when its time has come, or when what waits there may go on. */
  async function runLane(lane: Lane): Promise<void> {
    const underWay = new Map<Promise<void>, CoachId>();
    const busy = (): CoachId[] => (lane.onePerCoach ? [...underWay.values()] : []);
    const sources = lane.from.map((source): Watched => ({ source, isCalled: true, askedAt: 0, at: null, waits: false }));
    let isWoken = false;
    let wake = (): void => { isWoken = true; };
    for (const each of sources) wakers.push({ queue: each.source.queue, wake: () => { each.isCalled = true; wake(); } });
    const isStopped = (): boolean => stop.aborted;

    const begin = (claim: Claim): void => {
      const piece = work(shell, workers, claim).catch(interrupted).finally(() => {
        underWay.delete(piece);
        for (const each of sources) each.isCalled ||= each.waits;
        wake();
      });
      underWay.set(piece, claim.coachId);
    };
    const interrupted = (error: unknown): void => {
      const problem = translateDatabaseError(error);
      log.error({ lane: lane.from[0]?.queue, code: problem instanceof Problem ? problem.code : 'UNEXPECTED', at: problem instanceof Error && !(problem instanceof Problem) ? problem.stack : undefined }, 'due work is interrupted');
    };

    while (!isStopped()) {
      isWoken = false;
      let pause = LONGEST_MS;
      try {
        const now = shell.clock.now();
        const asked: Watched[] = [];
        for (const each of sources) {
          // A notification may have been lost: after the longest sleep everything is asked.
          if ((each.at !== null && each.at <= now) || now - each.askedAt >= LONGEST_MS) each.isCalled = true;
          const limit = Math.min(lane.slots - underWay.size, lane.onePerCoach ? 1 : lane.slots);
          if (!each.isCalled || limit <= 0) continue;
          each.askedAt = now;
          each.isCalled = false; // what is told from here on counts anew
          asked.push(each);
          const { queue, ...of } = each.source;
          const claims = await claimDue(shell.db, queue, { ...of, owner: shell.owner, now, leaseMs: shell.leaseMs, limit, busy: busy() });
          claims.forEach(begin);
          if (claims.length === limit) each.isCalled = true; // there may be more
        }
        // With all slots taken, the next to end wakes us.
        if (underWay.size < lane.slots) {
          const ahead = asked.length > 0 ? await nextDueAt(shell.db, asked.map((each) => each.source), now, shell.owner, busy()) : [];
          asked.forEach((each, i) => Object.assign(each, { at: ahead[i]?.at ?? null, waits: ahead[i]?.waits ?? false }));
          if (sources.some((each) => each.isCalled)) continue;
          for (const { at } of sources) if (at !== null) pause = Math.min(pause, Math.max(20, at - shell.clock.now()));
        }
      } catch (error) {
        interrupted(error);
        for (const each of sources) each.isCalled = true;
        pause = AWAY_MS;
      }
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- a notification may have set it while the work above was awaited
      if (isWoken || isStopped()) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pause);
        wake = () => { isWoken = true; clearTimeout(timer); resolve(); };
      });
      wake = () => { isWoken = true; };
    }
    await Promise.all(underWay.keys());
  }
}

/** Keeps one listening connection open, and opens it again when it was lost; after a loss everything is looked at. */
async function keepListening(url: string, heard: (queue: string) => void, again: () => void, log: Logger, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    let lost = (): void => undefined;
    const gone = new Promise<void>((resolve) => { lost = resolve; });
    try {
      const ear = await listen(url, DUE, heard, lost);
      again();
      stop.addEventListener('abort', lost, { once: true });
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may have been signalled while the connection was made
      if (stop.aborted) lost();
      await gone;
      stop.removeEventListener('abort', lost);
      await ear.close();
    } catch (error) {
      log.warn({ code: (error as { code?: unknown }).code }, 'cannot listen to the database');
    }
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it may have been signalled meanwhile
    if (!stop.aborted) await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  }
}
