import { setTimeout as sleep } from 'node:timers/promises';
import type { Channel } from '../store/model.js';
import type { Store } from '../store/store.js';

const RETRIED: ReadonlySet<number> = new Set([500, 502, 503, 504]);
/** Waits before each retry; Google's own count and window are not published (sheet 4). */
const BACKOFF_MS = [250, 500, 1_000, 2_000, 4_000];

/** Delivers change messages to watch channels. Messages that were not delivered when the process ends are lost, as Google's may be. */
export class Pushes {
  private readonly closing = new AbortController();
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly store: Store, private readonly log: (line: string) => void) {}

  get isOn(): boolean {
    return this.store.meta.get('pushes') !== 'off';
  }

  switch(mode: 'on' | 'off'): void {
    this.store.meta.putSync('pushes', mode);
  }

  /** Tells the channels of these calendars that something changed. */
  notify(calendars: ReadonlySet<string>): void {
    for (const { value: channel } of this.store.channels.getRange()) {
      if (calendars.has(channel.calendarId)) this.send(channel, 'exists');
    }
  }

  /** Sends the first message of a new channel. It may arrive before the answer to `watch`. */
  greet(channel: Channel): void {
    this.send(channel, 'sync');
  }

  /** Resolves when every delivery under way has ended; new retries are given up. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.running);
  }

  private send(channel: Channel, state: 'sync' | 'exists'): void {
    if (channel.stopped || channel.expirationMs <= this.store.clock.now() || this.closing.signal.aborted) return;
    // Numbers rise with gaps, also while pushes are off: a receiver must not count on them.
    const messageNumber = state === 'sync' ? 1 : channel.messageNumber + 1 + (this.store.lastRevision() % 3);
    this.store.channels.putSync(channel.id, { ...channel, messageNumber });
    if (!this.isOn) return;
    const delivery = this.deliver(channel, state, messageNumber).finally(() => this.running.delete(delivery));
    this.running.add(delivery);
  }

  private isClosing(): boolean { return this.closing.signal.aborted; }

  private async deliver(channel: Channel, state: string, messageNumber: number): Promise<void> {
    const headers = {
      'content-type': 'application/json; utf-8', 'user-agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
      'x-goog-channel-id': channel.id, ...(channel.token === undefined ? {} : { 'x-goog-channel-token': channel.token }),
      'x-goog-channel-expiration': new Date(channel.expirationMs).toUTCString(), 'x-goog-resource-id': channel.resourceId,
      'x-goog-resource-uri': channel.resourceUri, 'x-goog-resource-state': state, 'x-goog-message-number': String(messageNumber),
    };
    for (let attempt = 0; !this.isClosing(); attempt++) {
      let outcome: string;
      try {
        const answer = await fetch(channel.address, { method: 'POST', headers, redirect: 'manual', signal: AbortSignal.any([this.closing.signal, AbortSignal.timeout(10_000)]) });
        await answer.body?.cancel();
        if (!RETRIED.has(answer.status)) return;
        outcome = String(answer.status);
      } catch (error) {
        outcome = error instanceof Error ? error.message : String(error);
      }
      const wait = BACKOFF_MS[attempt];
      if (wait === undefined || this.isClosing()) {
        this.log(`push to channel ${channel.id} given up: ${outcome}`);
        return;
      }
      await sleep(wait, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
  }
}
