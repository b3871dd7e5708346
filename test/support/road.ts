/** The road between Makeway and Google: notes each call of ours with its answer, in order, and lets something happen
 *  before a call goes on. What others do at Google does not pass here. */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../mirror/converge-call.js';

/** `came` and `went` number the arrivals and answers of all calls, one after the other. */
export interface Call {
  readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly ifMatch: string | null; readonly body: Json;
  readonly came: number; readonly cameMs: number;
  /** Null until it is answered; status 0 if the answer was cut off. */
  answer: { readonly went: number; readonly wentMs: number; readonly status: number; readonly body: Json } | null;
}
export interface Road {
  readonly url: string;
  /** All calls since `clear`, in order of their arrival. */
  readonly calls: readonly Call[];
  /** Called before the nth call (from 0, since `rewind`) goes on to Google. */
  happens: (nth: number) => Promise<void>;
  rewind(): void;
  clear(): void;
  /** What `happens` threw: faults of the test itself. */
  readonly failures: unknown[];
  /** Resolves when no call is on its way. */
  stillness(): Promise<void>;
  close(): Promise<void>;
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
const jsonOf = (text: string): Json => { try { return JSON.parse(text); } catch { return null; } };

export async function openRoad(google: string, nowMs: () => number): Promise<Road> {
  const agent = new Agent({ keepAlive: true });
  const target = new URL(google);
  const calls: Call[] = [], failures: unknown[] = [], open = new Set<Promise<void>>();
  let nth = 0, number = 0;
  const road = { happens: (_: number): Promise<void> => Promise.resolve() };

  const send = (incoming: IncomingMessage, body: string): Promise<{ status: number; headers: IncomingMessage['headers']; text: string } | null> => new Promise((resolve) => {
    const { host: _, 'content-length': __, ...headers } = incoming.headers;
    const sent = request({ host: target.hostname, port: target.port, agent, method: incoming.method, path: incoming.url, headers: { ...headers, host: target.host, 'accept-encoding': 'identity', ...(body !== '' && { 'content-length': Buffer.byteLength(body) }) } }, (answer) => {
      textOf(answer).then((text) => resolve(answer.complete ? { status: answer.statusCode ?? 502, headers: answer.headers, text } : null), () => resolve(null));
    });
    sent.on('error', () => resolve(null));
    sent.end(body);
  });
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', google), text = await textOf(incoming);
    if (url.pathname === '/token') {
      // Histories have coaches by the dozen, who cannot all walk through a consent: `refresh:` stands before the account.
      const account = new URLSearchParams(text).get('refresh_token')?.replace('refresh:', '') ?? '';
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ access_token: `sandbox:${account}`, expires_in: 3599, token_type: 'Bearer', scope: '' }));
      return;
    }
    const call: Call = {
      method: incoming.method ?? 'GET', path: decodeURIComponent(url.pathname), query: url.searchParams, ifMatch: incoming.headers['if-match'] ?? null, body: jsonOf(text),
      came: (number += 1), cameMs: nowMs(), answer: null,
    };
    calls.push(call);
    await road.happens(nth++);
    const answer = await send(incoming, text);
    call.answer = { went: (number += 1), wentMs: nowMs(), status: answer?.status ?? 0, body: jsonOf(answer?.text ?? '') };
    if (!answer) return void outgoing.destroy();
    const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...headers } = answer.headers;
    // 204 and 304 have no body, and say no length.
    outgoing.writeHead(answer.status, answer.text === '' ? headers : { ...headers, 'content-length': Buffer.byteLength(answer.text) }).end(answer.text);
  }
  const server = createServer((incoming, outgoing) => {
    const done: Promise<void> = serve(incoming, outgoing).catch((error: unknown) => { failures.push(error); outgoing.destroy(); }).finally(() => open.delete(done));
    open.add(done);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return Object.assign(road, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, failures,
    rewind: () => { nth = 0; }, clear: () => { calls.length = 0; failures.length = 0; },
    stillness: async () => { while (open.size > 0) await Promise.all(open); },
    close: () => new Promise<void>((resolve) => { agent.destroy(); server.close(() => resolve()); server.closeAllConnections(); }),
  });
}
