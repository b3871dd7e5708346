/**
 * Stands before the emulator, in a process of its own, and keeps the pages of full reads: a page of 2,500 events keeps the
 * emulator, which has one thread, from answering anybody else, as Google's thousands of machines would not. What is asked again
 * comes from memory, until `/forget`. Everything else passes through.
 */
import { Agent, createServer, request } from 'node:http';

const target = new URL(process.argv[2]);
const agent = new Agent({ keepAlive: true });
const kept = new Map();
const server = createServer((incoming, outgoing) => {
  if (incoming.url === '/forget') { kept.clear(); return void outgoing.end(); }
  const isPage = incoming.method === 'GET' && /\/events\?/.test(incoming.url) && incoming.url.includes('maxResults=2500') && !incoming.url.includes('syncToken');
  const key = `${incoming.headers.authorization} ${incoming.url}`;
  const known = isPage ? kept.get(key) : undefined;
  if (known) return void outgoing.writeHead(200, known.headers).end(known.body);
  incoming.pipe(request({ host: target.hostname, port: target.port, path: incoming.url, method: incoming.method, headers: incoming.headers, agent }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    if (!isPage || answer.statusCode !== 200) return void answer.pipe(outgoing);
    const parts = [];
    answer.on('data', (part) => { parts.push(part); outgoing.write(part); });
    answer.on('end', () => { kept.set(key, { headers: answer.headers, body: Buffer.concat(parts) }); outgoing.end(); });
  }));
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('SIGTERM', () => process.exit(0));
