/** A count as it is kept: what happened in each of the last spans, the newest being number `slot` since the epoch. */
export interface KeptCount { readonly slot: number; readonly counts: readonly number[] }

/**
 * How often something happened within a sliding window, in fixed memory: one number for each of `spans` spans of
 * `spanMs`. What happened is forgotten between one span before the window's end and its end. A clock that is set back
 * empties it.
 */
export class SlidingCount {
  private slot: number;
  private readonly counts: number[];

  constructor(private readonly spanMs: number, spans: number, kept: KeptCount = { slot: 0, counts: [] }) {
    this.slot = kept.slot;
    this.counts = Array.from({ length: spans }, (_, i) => kept.counts[i] ?? 0);
  }

  add(nowMs: number, times = 1): void {
    this.turnTo(nowMs);
    const at = this.slot % this.counts.length;
    this.counts[at] = (this.counts[at] ?? 0) + times;
  }

  /** How often it happened in the window that ends now. */
  within(nowMs: number): number {
    this.turnTo(nowMs);
    return this.counts.reduce((sum, each) => sum + each, 0);
  }

  kept(): KeptCount {
    return { slot: this.slot, counts: [...this.counts] };
  }

  private turnTo(nowMs: number): void {
    const slot = Math.floor(nowMs / this.spanMs), passed = slot - this.slot;
    if (passed === 0) return;
    if (passed < 0 || passed >= this.counts.length) this.counts.fill(0);
    else for (let each = this.slot + 1; each <= slot; each++) this.counts[each % this.counts.length] = 0;
    this.slot = slot;
  }
}
