import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Answer } from './answer.js';

/** Answers above this size are compressed if the client takes it. */
const COMPRESSED_FROM = 1_400;

const READ = 'private, max-age=0, must-revalidate, no-transform', WRITTEN = 'no-cache, no-store, max-age=0, must-revalidate';

/** The body of an answer; JSON is indented by one space a level if `pretty`, as Google does it. */
const textOf = (answer: Answer, pretty: boolean): string | undefined =>
  answer.json === undefined ? answer.html : pretty ? `${JSON.stringify(answer.json, null, 1)}\n` : JSON.stringify(answer.json);

/**
 * Sends an answer with Google's headers (sheet 1.2). With `cut` only half of its bytes leave before the connection
 * breaks, so that the client holds a status and no whole body.
 */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer, { pretty = false, cut = false } = {}): void {
  const { origin } = request.headers;
  const body = textOf(answer, pretty);
  const headers: Record<string, string> = {
    'cache-control': request.method === 'GET' ? READ : WRITTEN,
    vary: 'Origin, X-Origin, Referer', server: 'ESF', 'x-content-type-options': 'nosniff', 'x-frame-options': 'SAMEORIGIN', 'x-xss-protection': '0',
    ...(body === undefined ? {} : { 'content-type': answer.json !== undefined ? 'application/json; charset=UTF-8' : 'text/html; charset=UTF-8' }),
    ...(origin === undefined || origin === 'null' ? {} : { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'etag' }),
    ...answer.headers,
  };
  let bytes = body === undefined ? undefined : Buffer.from(body);
  if (bytes !== undefined && bytes.length > COMPRESSED_FROM && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) {
    bytes = gzipSync(bytes, { level: 1 });
    headers['content-encoding'] = 'gzip';
  }
  if (bytes !== undefined) headers['content-length'] = String(bytes.length);
  response.writeHead(answer.status, headers);
  if (cut && bytes !== undefined) response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => { request.socket.destroy(); });
  else response.end(bytes);
}
