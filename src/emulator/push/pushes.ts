import { isAtLeast, roleOf } from '../calendars/access.js';
import type { Channel, Delivery } from '../store/model.js';
import type { Store, Touched } from '../store/store.js';
import { channelKey, type Waiting } from '../store/watches.js';
import { conditionsOf, fate, releases, setConditions, type Conditions } from './conditions.js';
import { Postbox, type Outcome } from './post.js';
import { robotsAllow } from './robots.js';

/** Waits before each retry; Google's own count and window are not published (sheet 4). */
const BACKOFF_MS = [250, 500, 1_000, 2_000, 4_000];

/** Counters, and the numbers that order waiting messages. */
const SEQUENCE = 'push', SINCE_SET = 'pushSinceSet', DELIVERED = 'pushDelivered', LOST = 'pushLost';

const keyOf = (channel: Channel): string => channelKey(channel.project, channel.id);

/**
 * Change messages to watch channels. A message is queued in the transaction of the change that it tells of, sent after
 * the commit, and leaves the queue when its fate is known: after a kill in between it goes again. Each channel's
 * messages go one after another; a message that waits for its retry lets the later ones pass.
 */
export class Pushes {
  private readonly box = new Postbox();
  private readonly closing = new AbortController();
  private readonly lanes = new Map<string, Promise<void>>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private fresh = new Set<string>();

  constructor(private readonly store: Store, private readonly log: (line: string) => void) {}

  /** Queues one message for each channel on what a transaction changed. Use within `transact`, at its end. */
  announce(touched: Iterable<Touched>): void {
    for (const { kind, of, eventTypes } of touched) {
      for (const channel of this.store.watches.of(kind, of)) {
        if (channel.expirationMs <= this.store.clock.now()) this.store.watches.end(channel);
        else if (this.hears(channel, eventTypes)) this.queue(channel, 'exists');
      }
    }
  }

  /** Queues the first message of a new channel; it may arrive before the answer to `watch`. Use within `transact`. */
  greet(channel: Channel): void {
    this.queue(channel, 'sync');
  }

  /** Queues a message that tells of nothing, as Google sometimes sends. Use within `transact`. */
  sendSpurious(channel: Channel): void {
    this.queue(channel, 'exists');
  }

  /** Sends what was queued since the last call. */
  pump(): void {
    const fresh = this.fresh;
    this.fresh = new Set();
    for (const key of fresh) this.run(key);
  }

  /** Sends what an earlier run left. */
  resume(): void {
    for (const key of this.store.watches.busy()) this.run(key);
  }

  /** Resolves when no message of the channel is due any more; those that wait for a retry, or are held, stay. */
  async quiet(channel: Channel): Promise<void> {
    await this.lanes.get(keyOf(channel));
  }

  /** Changes the conditions; messages that only waited under the old ones go on. */
  change(wanted: Parameters<typeof setConditions>[1]): void {
    const before = this.conditions;
    this.store.transact(() => {
      setConditions(this.store, wanted);
      this.store.resetNumber(SINCE_SET);
    });
    if (releases(before, this.conditions)) this.release(before.reorder);
  }

  /** Lets go every message that is held, in the order of their changes or in reverse. Returns how many. */
  release(reversed = this.conditions.reorder): number {
    const held = this.store.watches.held();
    this.store.transact(() => { for (const each of reversed ? held.reverse() : held) this.move(each, Date.now(), each.delivery); });
    for (const { channelKey: key } of held) this.run(key);
    return held.length;
  }

  get conditions(): Conditions {
    return conditionsOf(this.store);
  }

  /** `waiting` counts all that is queued, `held` those among them that wait for their release. */
  counts(): { waiting: number; held: number; delivered: number; lost: number } {
    return { ...this.store.watches.count(), delivered: this.store.lastNumber(DELIVERED), lost: this.store.lastNumber(LOST) };
  }

  /** Resolves when no attempt is under way; what waits is sent by the next run. */
  async close(): Promise<void> {
    this.closing.abort();
    this.box.close();
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.all(this.lanes.values());
  }

  private hears(channel: Channel, eventTypes: ReadonlySet<string>): boolean {
    if (channel.eventTypes !== undefined && !channel.eventTypes.some((each) => eventTypes.has(each))) return false;
    if (channel.kind !== 'events' && channel.kind !== 'acl') return true;
    const role = roleOf(this.store, channel.of, channel.account);
    return role !== undefined && (channel.kind === 'events' || isAtLeast(role, 'writer'));
  }

  private queue(channel: Channel, state: Delivery['state']): void {
    const { store } = this;
    // Numbers rise with gaps, also for messages that get lost: a receiver must not count on them.
    const messageNumber = state === 'sync' ? 1 : channel.messageNumber + 1 + (store.lastRevision() % 3);
    store.watches.put({ ...channel, messageNumber });
    const { copies, when } = fate(this.conditions, store.nextNumber(SINCE_SET));
    if (copies === 0) store.nextNumber(LOST);
    const key = keyOf(channel), now = Date.now();
    const partners = when === 'paired' ? store.watches.held(key) : [];
    const alone = when === 'released' || (when === 'paired' && partners.length === 0);
    for (let copy = 0; copy < copies; copy++) {
      store.watches.queue(key, alone ? 'released' : now + (when === 'later' ? this.conditions.delayMs : 0), store.nextNumber(SEQUENCE), { state, messageNumber, attempts: 0 });
    }
    if (copies > 0) for (const each of partners) this.move(each, now, each.delivery);
    this.fresh.add(key);
  }

  /** Gives a message another place, behind those that are due at the same moment. */
  private move(row: Waiting, dueMs: number, delivery: Delivery): void {
    this.store.watches.unqueue(row);
    this.store.watches.queue(row.channelKey, dueMs, this.store.nextNumber(SEQUENCE), delivery);
  }

  private isClosing(): boolean { return this.closing.signal.aborted; }

  /** Works through a channel's due messages, then sleeps until the next is due. */
  private run(key: string): void {
    if (this.lanes.has(key) || this.isClosing()) return;
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    const lane = this.sendDue(key).finally(() => {
      this.lanes.delete(key);
      const next = this.isClosing() ? undefined : this.store.watches.next(key);
      if (next !== undefined) this.timers.set(key, setTimeout(() => this.run(key), Math.max(0, next.dueMs - Date.now())).unref());
    });
    this.lanes.set(key, lane);
  }

  private async sendDue(key: string): Promise<void> {
    for (let row = this.store.watches.next(key); row !== undefined && row.dueMs <= Date.now() && !this.isClosing(); row = this.store.watches.next(key)) {
      const channel = this.store.watches.get(key);
      if (channel === undefined || channel.stopped || channel.expirationMs <= this.store.clock.now()) {
        this.store.watches.unqueue(row);
        continue;
      }
      const { outcome, why } = await this.attempt(channel, row.delivery);
      if (outcome === 'retry' && this.isClosing()) return;
      this.settle(channel, row, outcome, why);
    }
  }

  private async attempt(channel: Channel, delivery: Delivery): Promise<{ outcome: Outcome; why: string }> {
    const { signal } = this.closing;
    if (this.conditions.robots && !(await robotsAllow(channel.address, signal))) return { outcome: this.isClosing() ? 'retry' : 'lost', why: 'robots.txt' };
    return this.box.post(channel, delivery);
  }

  private settle(channel: Channel, row: Waiting, outcome: Outcome, why: string): void {
    const { store } = this;
    store.transact(() => {
      // The channel may have been stopped meanwhile, or all be forgotten, and its messages dropped.
      if (store.watches.get(row.channelKey)?.stopped !== false || !store.watches.isWaiting(row)) return;
      const wait = outcome === 'retry' ? BACKOFF_MS[row.delivery.attempts] : undefined;
      if (wait !== undefined) return this.move(row, Date.now() + wait, { ...row.delivery, attempts: row.delivery.attempts + 1 });
      store.watches.unqueue(row);
      store.nextNumber(outcome === 'taken' ? DELIVERED : LOST);
      if (outcome !== 'taken') this.log(`push to channel ${channel.id} lost: ${why}`);
    });
  }
}
