/** The road between the mirror and Google. It makes pages as small as a history wants them, puts empty ones between,
 *  lets something happen before the nth read of a pull, and knows whether anything but reads went by. */
import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Gate {
  readonly url: string;
  /** Rows in a page at most, and whether each full page is followed by an empty one (sheet 0.2). */
  pages: { size: number; hasEmpty: boolean };
  /** Called before the read with this number (from 0, since `rewind`) goes on to Google. */
  happens: (nth: number) => Promise<void>;
  rewind(): void;
  /** So many reads from now on are answered by somebody else: the page of a hotel's network, with status 200. */
  strangers: number;
  /** Resolves when what happens now is over: a process that died in the middle of a pull had asked for one more page. */
  stillness(): Promise<void>;
  /** What `happens` threw: faults of the test itself. */
  failures: unknown[];
  /** How Google's token endpoint answers the next refreshes; after them, well. */
  readonly refusals: ('invalid_grant' | 'fault' | 'drop')[];
  /** Reads that went by, pages that were empty on purpose, and anything that was no read. */
  readonly seen: { reads: number; emptyPages: number; refreshes: number; writes: string[] };
  close(): Promise<void>;
}

/** Marks the token of an empty page: behind it stands the one that Google gave. */
const EMPTY = 'makewayempty.';

export async function openGate(google: string): Promise<Gate> {
  const agent = new Agent({ keepAlive: true });
  const target = new URL(google);
  let nth = 0;
  let happening = Promise.resolve();
  const seen = { reads: 0, emptyPages: 0, refreshes: 0, writes: [] as string[] };
  const refusals: ('invalid_grant' | 'fault' | 'drop')[] = [];
  const gate = { strangers: 0, pages: { size: 2500, hasEmpty: false }, happens: (_: number): Promise<void> => Promise.resolve(), failures: [] as unknown[] };

  function forward(incoming: IncomingMessage, outgoing: ServerResponse, path: string, change: (body: string) => string): void {
    const sent = request({ host: target.hostname, port: target.port, agent, method: incoming.method, path, headers: { ...incoming.headers, host: target.host, 'accept-encoding': 'identity' } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      // What Google cut in the middle is passed on cut.
      answer.on('error', () => outgoing.destroy());
      answer.on('end', () => {
        if (!answer.complete) return outgoing.destroy();
        const text = Buffer.concat(chunks).toString();
        const body = answer.statusCode === 200 ? change(text) : text;
        const { 'content-length': _, 'transfer-encoding': __, connection: ___, ...headers } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
      });
    });
    sent.on('error', () => outgoing.destroy());
    incoming.pipe(sent);
  }

  /** The token endpoint: histories have coaches by the thousand, who cannot all walk through a consent. `refresh:` stands before the account. */
  async function refresh(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    seen.refreshes++;
    const account = new URLSearchParams(text).get('refresh_token')?.replace('refresh:', '') ?? '';
    const refusal = refusals.shift();
    if (refusal === 'drop') return void outgoing.destroy();
    const { status, body } = refusal === 'fault' ? { status: 503, body: { error: 'internal_failure' } } : refusal === 'invalid_grant' ? { status: 400, body: { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' } }
      : { status: 200, body: { access_token: `sandbox:${account}`, expires_in: 3599, token_type: 'Bearer', scope: '' } };
    outgoing.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', google);
    if (url.pathname === '/token') return refresh(incoming, outgoing);
    if (incoming.method !== 'GET') seen.writes.push(`${incoming.method} ${url.pathname}`);
    if (incoming.method !== 'GET' || !/\/events$/.test(url.pathname)) return forward(incoming, outgoing, incoming.url ?? '/', (body) => body);
    seen.reads++;
    await (happening = gate.happens(nth++));
    if (gate.strangers > 0) {
      gate.strangers--;
      outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>Please sign in to the hotel</html>');
      return;
    }
    const { size, hasEmpty } = gate.pages;
    const token = url.searchParams.get('pageToken');
    if (token?.startsWith(EMPTY) === true) {
      const real = token.slice(EMPTY.length);
      url.searchParams.set('pageToken', real);
      url.searchParams.set('maxResults', '1');
      seen.emptyPages++;
      return forward(incoming, outgoing, url.pathname + url.search, (body) => {
        const { nextSyncToken: _, ...page } = JSON.parse(body) as { nextSyncToken?: string };
        return JSON.stringify({ ...page, nextPageToken: real, items: [] });
      });
    }
    url.searchParams.set('maxResults', String(size));
    forward(incoming, outgoing, url.pathname + url.search, (body) => {
      const page = JSON.parse(body) as { nextPageToken?: string };
      if (!hasEmpty || page.nextPageToken === undefined) return body;
      return JSON.stringify({ ...page, nextPageToken: EMPTY + page.nextPageToken });
    });
  }
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => { gate.failures.push(error); outgoing.destroy(); });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address() as AddressInfo;
  return Object.assign(gate, {
    url: `http://127.0.0.1:${port}`, seen, refusals, rewind: () => { nth = 0; }, stillness: () => happening,
    close: () => new Promise<void>((resolve) => { agent.destroy(); server.close(() => resolve()); server.closeAllConnections(); }),
  });
}
