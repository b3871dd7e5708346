import type { StoredEvent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { carryBack } from './carry-back.js';
import type { Contribution } from './contribution.js';
import { isOrganizerCopy, propagate, type Change } from './copies.js';

/** Something that one calendar's write means for other people's calendars. */
export type Passing =
  | { readonly to: 'guests'; readonly change: Change }
  | { readonly to: 'organizer'; readonly row: StoredEvent; readonly contribution: Contribution };

/** How long passings take: milliseconds of the machine's clock, or until they are let go. */
export type Lag = { readonly lagMs: number } | { readonly mode: 'hold' };

interface Waiting { readonly passing: Passing; readonly dueMs: number | null }

/** Given to the database as copies only: it writes into its options. */
const KEYS = { start: 'passing:', end: 'passing;' };

/** The organizer's row now: answers may have come back since the change was put to wait, and no copy must go behind them. */
function asItIs(store: Store, row: StoredEvent): StoredEvent {
  const now = store.events.get(row.calendarId, row.id);
  return now !== undefined && isOrganizerCopy(now) ? now : row;
}

/**
 * The way between calendars of different people. By default a write reaches the others in its own transaction; with a lag, or
 * while held, it waits in the store, and is applied in the order of the writes: a kill in between loses nothing.
 */
export class CopyQueue {
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly store: Store) {}

  lag(): Lag {
    return (this.store.meta.get('copyLag') as Lag | undefined) ?? { lagMs: 0 };
  }

  /** From now on passings take this long. None at all lets go what waits. */
  setLag(lag: Lag): void {
    this.store.transact(() => this.store.meta.putSync('copyLag', lag));
    if ('lagMs' in lag && lag.lagMs === 0) this.release();
  }

  /** How many passings wait. */
  waiting(): number {
    return this.store.meta.getCount({ ...KEYS });
  }

  /** Applies a passing, or puts it where it waits. Use within `transact`. */
  pass(passing: Passing): void {
    const lag = this.lag();
    if ('lagMs' in lag && lag.lagMs === 0) return this.apply(passing);
    const key = `${KEYS.start}${String(this.store.nextNumber('passing')).padStart(12, '0')}`;
    this.store.meta.putSync(key, { passing, dueMs: 'lagMs' in lag ? Date.now() + lag.lagMs : null } satisfies Waiting);
    setImmediate(() => this.pump());
  }

  /** Applies all that waits, in order. Returns how many there were. */
  release(): number {
    return this.applyWhile(() => true);
  }

  /** Applies what is due, and comes back for the rest. */
  pump(): void {
    if (this.closed) return;
    clearTimeout(this.timer);
    this.applyWhile(({ dueMs }) => dueMs !== null && dueMs <= Date.now());
    const [next] = [...this.store.meta.getRange({ ...KEYS, limit: 1 })].map(({ value }) => value as Waiting);
    if (next !== undefined && next.dueMs !== null) this.timer = setTimeout(() => this.pump(), Math.max(0, next.dueMs - Date.now()));
  }

  /** Stops; what waits goes on in the next run. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private applyWhile(isDue: (waiting: Waiting) => boolean): number {
    return this.store.transact(() => {
      let applied = 0;
      for (const { key, value } of [...this.store.meta.getRange({ ...KEYS })]) {
        const waiting = value as Waiting;
        if (!isDue(waiting)) break;
        this.store.meta.removeSync(key);
        this.apply(waiting.passing);
        applied++;
      }
      return applied;
    });
  }

  private apply(passing: Passing): void {
    if (passing.to === 'guests') propagate(this.store, { ...passing.change, after: asItIs(this.store, passing.change.after) });
    else carryBack(this.store, passing.row, passing.contribution);
  }
}
