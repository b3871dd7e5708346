import { Problem } from '../kernel/problem.js';
import { listen } from '../postgres/pool.js';
import { translateDatabaseError } from '../postgres/translate-error.js';
import { claimDue, DUE, nextDueAt, type Claim, type Queue } from '../work/due.store.js';
import { work, type Workers } from '../work/run-due.flow.js';
import type { Shell } from '../work/shell.port.js';
import type { Logger } from './logger.js';

/** Clicks and landings have slots of their own and never wait behind mail or a full sync. */
const LANES: readonly { readonly queues: readonly Queue[]; readonly slots: number }[] = [
  { queues: ['landings', 'resolutions', 'requests'], slots: 4 },
  { queues: ['outbox', 'disconnections'], slots: 2 },
  { queues: ['calendars', 'channels'], slots: 4 },
  { queues: ['calendar_lists'], slots: 2 },
];
/** Longest sleep: a notification that was lost costs no more than this. */
const LONGEST_MS = 15_000;
const AWAY_MS = 1_000;

/** Does due work until `stop` is signalled; then finishes what is under way. Wakes by notification and by the next
 *  `wake_at`. While the database is away it waits and tries again; nothing is lost, the rows are the queue. */
export async function dueLoop(shell: Shell, workers: Workers, databaseUrl: string, log: Logger, stop: AbortSignal): Promise<void> {
  const wakers = new Map<Queue, () => void>();
  const wakeAll = (): void => { for (const wake of wakers.values()) wake(); };
  stop.addEventListener('abort', wakeAll, { once: true });
  const ear = keepListening(databaseUrl, (queue) => wakers.get(queue as Queue)?.(), wakeAll, log, stop);
  await Promise.all(LANES.map((lane) => runLane(lane)));
  await ear;

  /** Keeps up to `slots` pieces of work under way; each that ends makes room, so that a slow one holds up no other. */
  async function runLane(lane: (typeof LANES)[number]): Promise<void> {
    const underWay = new Set<Promise<void>>();
    let isWoken = false;
    let wake = (): void => { isWoken = true; };
    for (const queue of lane.queues) wakers.set(queue, () => { wake(); });
    const isStopped = (): boolean => stop.aborted;

    const begin = (claim: Claim): void => {
      const piece = work(shell, workers, claim).catch(interrupted).finally(() => { underWay.delete(piece); wake(); });
      underWay.add(piece);
    };
    const interrupted = (error: unknown): void => {
      const problem = translateDatabaseError(error);
      log.error({ lane: lane.queues[0], code: problem instanceof Problem ? problem.code : 'UNEXPECTED', at: problem instanceof Error && !(problem instanceof Problem) ? problem.stack : undefined }, 'due work is interrupted');
    };

    while (!isStopped()) {
      isWoken = false;
      let pause = LONGEST_MS;
      try {
        const before = underWay.size;
        for (const queue of lane.queues) {
          const limit = lane.slots - underWay.size;
          if (limit > 0) for (const claim of await claimDue(shell.db, queue, { owner: shell.owner, now: shell.clock.now(), leaseMs: shell.leaseMs, limit })) begin(claim);
        }
        if (underWay.size > before && underWay.size < lane.slots) continue;
        // With all slots taken, the next to end wakes us.
        const next = underWay.size < lane.slots ? await nextDueAt(shell.db, lane.queues) : null;
        if (next !== null) pause = Math.min(LONGEST_MS, Math.max(20, next - shell.clock.now()));
      } catch (error) {
        interrupted(error);
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
    await Promise.all(underWay);
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
