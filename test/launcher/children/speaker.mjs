// A small real child in place of the emulator and of the daemon: listens on the port it is told, says so, and ends
// as they do. It writes a line for each of its ends, so that a test can see their order.
import { createServer } from 'node:http';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

const at = process.argv.indexOf('--port');
const role = at < 0 ? 'daemon' : 'emulator';
const port = Number(at < 0 ? process.env.PORT : process.argv[at + 1]);
const notes = join(process.env.MAKEWAY_DATA_DIR, 'ends.txt');

if (role === 'daemon' && process.env.TEST_DAEMON_FAILS) {
  console.error('the daemon of this test cannot start');
  process.exit(1);
}

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ role, pid: process.pid, env: process.env }));
});
server.listen(port, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${port}`;
  process.send({ ready: true, url, port, ...(role === 'daemon' ? { coachSlug: 'kim', apiKey: 'key', accounts: ['kim@makeway.example'] } : {}) });
});

const end = (why) => {
  if (process.env.TEST_DAEMON_HANGS && role === 'daemon') return;
  setTimeout(() => {
    appendFileSync(notes, `${role} ${why}\n`);
    process.exit(0);
  }, role === 'daemon' ? 150 : 0);
};
process.on('SIGTERM', () => end('asked'));
process.on('disconnect', () => end('orphaned'));
