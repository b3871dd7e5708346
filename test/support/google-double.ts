/** Stands between Makeway and the emulator, and alters answers on their way: for what the emulator would never send. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked { readonly method: string; readonly path: string; readonly query: URLSearchParams }
export interface Answer { readonly status: number; readonly body: string; readonly contentType?: string }
export type GoogleDouble = Awaited<ReturnType<typeof startGoogleDouble>>;

/** A double of what runs at `behind`. Set `alter` to change an answer; by default all go through as they are. */
export async function startGoogleDouble(behind: string) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        const url = new URL(request.url ?? '/', behind);
        const method = request.method ?? 'GET';
        const { authorization, 'content-type': type, 'if-match': match } = request.headers;
        const upstream = await fetch(url, {
          method, redirect: 'manual', headers: { ...(authorization && { authorization }), ...(type && { 'content-type': type }), ...(match && { 'if-match': match }) },
          ...(method === 'GET' || method === 'HEAD' ? {} : { body: Buffer.concat(chunks) }),
        });
        const call = { method, path: decodeURIComponent(url.pathname), query: url.searchParams };
        asked.push(call);
        const answer = double.alter(call, { status: upstream.status, body: await upstream.text(), contentType: upstream.headers.get('content-type') ?? 'application/json' });
        response.writeHead(answer.status, { 'content-type': answer.contentType ?? 'application/json' }).end(answer.body);
      })();
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const double = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    alter: (_call: Asked, answer: Answer): Answer => answer,
    /** Alters the JSON of the lists of events only. */
    alterLists(change: (page: Record<string, unknown>, call: Asked) => unknown): void {
      double.alter = (call, answer) => (answer.status === 200 && call.method === 'GET' && call.path.endsWith('/events')
        ? { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as Record<string, unknown>, call)) } : answer);
    },
    async close(): Promise<void> { server.closeAllConnections(); await new Promise((resolve) => { server.close(resolve); }); },
  };
  return double;
}
