import type { Database } from 'lmdb';

/** The emulator's notion of now: the machine's clock plus an offset that survives restarts. Ages of tokens and channels follow it. */
export class EmulatorClock {
  private offsetMs: number;

  constructor(private readonly meta: Database<unknown, string>) {
    this.offsetMs = (meta.get('clockOffsetMs') as number | undefined) ?? 0;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** Moves the clock by an offset from the machine's; it runs on from there. */
  shift(offsetMs: number): void {
    this.offsetMs = offsetMs;
    this.meta.putSync('clockOffsetMs', offsetMs);
  }

  get offset(): number {
    return this.offsetMs;
  }
}
