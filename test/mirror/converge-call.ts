/** Plain JSON over HTTP: how the histories write to Google, and how their truth is read. No client library, no code of the product. */
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** Whatever JSON was answered; tests look into it, and what is not there fails them. */
export type Json = ReturnType<typeof JSON.parse>;
export interface Answer { readonly status: number; readonly body: Json }

/** One call. `as` is the account that speaks. Rejects only if there is no answer. */
export function call(url: string, method: string, path: string, { as, body }: { as?: string; body?: unknown } = {}): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(url + path, {
      method, agent,
      headers: { ...(as !== undefined && { authorization: `Bearer sandbox:${as}` }), ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }) },
    }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const said = Buffer.concat(chunks).toString();
        const isJson = (answer.headers['content-type'] ?? '').includes('json');
        resolve({ status: answer.statusCode ?? 0, body: said === '' || !isJson ? {} : JSON.parse(said) });
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

/** A call of the control API, which must not be refused. */
export async function control(url: string, method: string, path: string, body?: unknown): Promise<Json> {
  const answer = await call(url, method, `/control${path}`, { body });
  if (answer.status >= 300) throw new Error(`control ${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** All items of a list, page after page. Refusals throw. */
export async function allPages(url: string, as: string, path: string, query: Record<string, string>): Promise<{ items: Json[]; envelope: Json }> {
  const items: Json[] = [];
  for (let pageToken: string | undefined; ;) {
    const { status, body } = await call(url, 'GET', `/calendar/v3${path}?${new URLSearchParams({ maxResults: '2500', ...query, ...(pageToken !== undefined && { pageToken }) }).toString()}`, { as });
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    items.push(...body.items);
    if (body.nextPageToken === undefined) return { items, envelope: body };
    pageToken = body.nextPageToken;
  }
}
