import { Agent, type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as httpsRequest } from 'node:https';
import type { Channel, Delivery } from '../store/model.js';

/** Answers by which Google counts a message as delivered, and those after which it tries again; any other loses it (sheet 4). */
const TAKEN: ReadonlySet<number> = new Set([102, 200, 201, 202, 204]);
const RETRIED: ReadonlySet<number> = new Set([500, 502, 503, 504]);
const LONGEST_MS = 10_000;
/** What a receiver says beyond this is not listened to. */
const LONGEST_ANSWER = 65_536;
const MOST_AT_ONCE = 50;

export type Outcome = 'taken' | 'retry' | 'lost';

/** The headers of a message, in the recorded order (sheet 4). */
const headersOf = (channel: Channel, { state, messageNumber }: Delivery): Record<string, string> => ({
  'Content-Type': 'application/json; utf-8', 'Content-Length': '0',
  'User-Agent': 'APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)',
  'X-Goog-Channel-ID': channel.id, ...(channel.token === undefined ? {} : { 'X-Goog-Channel-Token': Buffer.from(channel.token).toString('latin1') }),
  'X-Goog-Channel-Expiration': new Date(channel.expirationMs).toUTCString(), 'X-Goog-Resource-ID': channel.resourceId,
  'X-Goog-Resource-URI': channel.resourceUri, 'X-Goog-Resource-State': state, 'X-Goog-Message-Number': String(messageNumber),
});

/** Sends messages, each over a connection of its own. */
export class Postbox {
  private readonly plain = new Agent({ keepAlive: false, maxSockets: MOST_AT_ONCE });
  private readonly secure = new TlsAgent({ keepAlive: false, maxSockets: MOST_AT_ONCE });

  private readonly underWay = new Set<ClientRequest>();
  private closed = false;

  /** One attempt. An address that cannot be reached counts as one that is down: the message is tried again. */
  async post(channel: Channel, delivery: Delivery): Promise<{ outcome: Outcome; why: string }> {
    try {
      const status = await this.statusOf(channel.address, { method: 'POST', headers: headersOf(channel, delivery) });
      return { outcome: TAKEN.has(status) ? 'taken' : RETRIED.has(status) ? 'retry' : 'lost', why: String(status) };
    } catch (error) {
      return { outcome: 'retry', why: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Breaks off what is under way, and begins nothing new. */
  close(): void {
    this.closed = true;
    for (const each of this.underWay) each.destroy(new Error('closed'));
    this.plain.destroy();
    this.secure.destroy();
  }

  /** The status of the answer. The whole of it, with its body, may take `LONGEST_MS`. */
  private statusOf(address: string, options: RequestOptions): Promise<number> {
    if (this.closed) return Promise.reject(new Error('closed'));
    return new Promise((resolve, reject) => {
      const asked = address.startsWith('https:') ? httpsRequest(address, { ...options, agent: this.secure }) : httpRequest(address, { ...options, agent: this.plain });
      const deadline = setTimeout(() => asked.destroy(new Error('no answer')), LONGEST_MS).unref();
      this.underWay.add(asked);
      asked.on('close', () => {
        clearTimeout(deadline);
        this.underWay.delete(asked);
      });
      asked.on('information', ({ statusCode }) => {
        if (statusCode !== 102) return;
        resolve(statusCode);
        asked.destroy();
      });
      asked.on('response', (answer) => {
        resolve(answer.statusCode ?? 0);
        let length = 0;
        answer.on('data', (part: Buffer) => { if ((length += part.length) > LONGEST_ANSWER) asked.destroy(); });
      });
      asked.on('error', reject);
      asked.end();
    });
  }
}
