import { Agent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { Channel, Delivery } from '../store/model.js';

/** Answers by which Google counts a message as delivered, and those after which it tries again; any other loses it (sheet 4). */
const TAKEN: ReadonlySet<number> = new Set([102, 200, 201, 202, 204]);
const RETRIED: ReadonlySet<number> = new Set([500, 502, 503, 504]);
const LONGEST_MS = 10_000;
const MOST_AT_ONCE = 50;

export type Outcome = 'taken' | 'retry' | 'lost';

/** The headers of a message, in the recorded order (sheet 4). */
const headersOf = (channel: Channel, { state, messageNumber }: Delivery): Record<string, string> => ({
  'Content-Type': 'application/json; utf-8', 'Content-Length': '0',
  'User-Agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
  'X-Goog-Channel-ID': channel.id, ...(channel.token === undefined ? {} : { 'X-Goog-Channel-Token': channel.token }),
  'X-Goog-Channel-Expiration': new Date(channel.expirationMs).toUTCString(), 'X-Goog-Resource-ID': channel.resourceId,
  'X-Goog-Resource-URI': channel.resourceUri, 'X-Goog-Resource-State': state, 'X-Goog-Message-Number': String(messageNumber),
});

/** Sends messages, each over a connection of its own. */
export class Postbox {
  private readonly plain = new Agent({ keepAlive: false, maxSockets: MOST_AT_ONCE });
  private readonly secure = new TlsAgent({ keepAlive: false, maxSockets: MOST_AT_ONCE });

  /** One attempt. An address that cannot be reached counts as one that is down: the message is tried again. */
  async post(channel: Channel, delivery: Delivery, signal: AbortSignal): Promise<{ outcome: Outcome; why: string }> {
    try {
      const status = await this.statusOf(channel.address, { method: 'POST', headers: headersOf(channel, delivery), signal, timeout: LONGEST_MS });
      return { outcome: TAKEN.has(status) ? 'taken' : RETRIED.has(status) ? 'retry' : 'lost', why: String(status) };
    } catch (error) {
      return { outcome: 'retry', why: error instanceof Error ? error.message : String(error) };
    }
  }

  close(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  private statusOf(address: string, options: RequestOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      const asked = address.startsWith('https:') ? httpsRequest(address, { ...options, agent: this.secure }) : httpRequest(address, { ...options, agent: this.plain });
      asked.on('information', ({ statusCode }) => {
        if (statusCode !== 102) return;
        resolve(statusCode);
        asked.destroy();
      });
      asked.on('response', (answer) => {
        resolve(answer.statusCode ?? 0);
        answer.resume();
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer')));
      asked.on('error', reject);
      asked.end();
    });
  }
}
