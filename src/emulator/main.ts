import { parseArgs } from 'node:util';
import { startEmulator } from './index.js';

const USAGE = 'usage: emulator --port N [--host H] [--data DIR] [--smtp URL] [--quiet]';

function readOptions(): { port: number; host: string; dataDir: string; smtp: string | undefined; quiet: boolean } {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' }, host: { type: 'string', default: '127.0.0.1' }, data: { type: 'string', default: '.makeway/emulator' },
      smtp: { type: 'string' }, quiet: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`not a port: ${values.port}`);
  return { port, host: values.host, dataDir: values.data, smtp: values.smtp, quiet: values.quiet };
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

let options: ReturnType<typeof readOptions>;
try {
  options = readOptions();
} catch (error) {
  fail(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
}
const { port, host, dataDir, smtp, quiet } = options;
const emulator = await startEmulator({
  port, host, dataDir, ...(smtp === undefined ? {} : { smtpUrl: smtp }),
  log: quiet ? () => undefined : (line) => process.stderr.write(`${line}\n`),
}).catch((error: unknown) =>
  fail((error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? `port ${port} on ${host} is taken: choose another with --port` : `the emulator could not start: ${error instanceof Error ? error.message : String(error)}`));

process.stdout.write(`Google Calendar emulator on ${emulator.url}, state in ${dataDir}\n`);
process.send?.({ ready: true, url: emulator.url, port: emulator.port });

const stop = (): void => {
  // A connection that will not end must not keep the process: the state is safe at any moment.
  setTimeout(() => process.exit(0), 800).unref();
  void emulator.close().then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.once('disconnect', stop);
