import type { Database } from 'lmdb';
import type { Channel, Delivery, WatchedKind } from './model.js';

type Key = (string | number)[];
const LAST = '\uffff';
/** Due time of a message that waits until it is released; sorts behind every real time. */
const UNTIL_RELEASED = Number.MAX_SAFE_INTEGER;

/** A message in its place: rows of one channel are sent in the order of `dueMs` (the machine's clock) and then `seq`. */
export interface Waiting { readonly channelKey: string; readonly dueMs: number; readonly seq: number; readonly delivery: Delivery }

/** Ids of channels are unique within one project of OAuth clients (sheet 4). */
export const channelKey = (project: string, id: string): string => `${project} ${id}`;

/**
 * Channels, an index from what they watch to those that still live, and the messages that wait to be sent.
 * All of its writes belong into `Store.transact`, so that a message is there exactly if its change is.
 */
export class Watches {
  constructor(
    private readonly channels: Database<Channel, string>,
    private readonly living: Database<true, Key>,
    private readonly deliveries: Database<Delivery, Key>,
  ) {}

  get(key: string): Channel | undefined {
    return this.channels.get(key);
  }

  /** Every channel with this id, in whatever project. For the control API: it reads all channels. */
  withId(id: string): Channel[] {
    return [...this.channels.getRange()].map(({ value }) => value).filter((channel) => channel.id === id);
  }

  /** The living channels on one resource. */
  of(kind: WatchedKind, of: string): Channel[] {
    return [...this.living.getKeys({ start: [kind, of, ''], end: [kind, of, LAST] })].flatMap((key) => this.get(String(key[2])) ?? []);
  }

  put(channel: Channel): void {
    const key = channelKey(channel.project, channel.id);
    this.channels.putSync(key, channel);
    this.living.putSync([channel.kind, channel.of, key], true);
  }

  /** Ends a channel: its id stays used, its waiting messages are dropped. */
  end(channel: Channel): void {
    const key = channelKey(channel.project, channel.id);
    this.channels.putSync(key, { ...channel, stopped: true });
    this.living.removeSync([channel.kind, channel.of, key]);
    for (const row of [...this.deliveries.getKeys({ start: [key, 0], end: [key, UNTIL_RELEASED, UNTIL_RELEASED] })]) this.deliveries.removeSync(row);
  }

  /** Ends every channel on a resource. */
  endAll(kind: WatchedKind, of: string): void {
    for (const channel of this.of(kind, of)) this.end(channel);
  }

  /** Queues a message, for a moment of the machine's clock or until it is released. */
  queue(key: string, dueMs: number | 'released', seq: number, delivery: Delivery): void {
    this.deliveries.putSync([key, dueMs === 'released' ? UNTIL_RELEASED : dueMs, seq], delivery);
  }

  unqueue({ channelKey: key, dueMs, seq }: Waiting): void {
    this.deliveries.removeSync([key, dueMs, seq]);
  }

  /** False for a message that has left its place. */
  isWaiting({ channelKey: key, dueMs, seq }: Waiting): boolean {
    return this.deliveries.doesExist([key, dueMs, seq]);
  }

  /** The message of a channel that is due first; one that waits for its release is none. */
  next(key: string): Waiting | undefined {
    const [first] = this.deliveries.getRange({ start: [key, 0], end: [key, UNTIL_RELEASED], limit: 1 });
    return first === undefined ? undefined : waiting(first);
  }

  /** Messages that wait for their release, of one channel or of all, in the order in which they were queued. */
  held(key?: string): Waiting[] {
    const range = key === undefined ? {} : { start: [key, UNTIL_RELEASED], end: [key, UNTIL_RELEASED, UNTIL_RELEASED] };
    return [...this.deliveries.getRange(range)].map(waiting).filter(({ dueMs }) => dueMs === UNTIL_RELEASED).sort((a, b) => a.seq - b.seq);
  }

  /** How many messages wait: all, and among them those that wait for their release. */
  count(): { waiting: number; held: number } {
    return { waiting: this.deliveries.getCount(), held: this.held().length };
  }

  /** Keys of the channels that have messages waiting. */
  busy(): Set<string> {
    return new Set([...this.deliveries.getKeys()].map((key) => String(key[0])));
  }
}

const waiting = ({ key, value }: { key: Key; value: Delivery }): Waiting =>
  ({ channelKey: String(key[0]), dueMs: Number(key[1]), seq: Number(key[2]), delivery: value });
