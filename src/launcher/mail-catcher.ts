import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { setTimeout as sleep } from 'node:timers/promises';
import { MailFolder, readMails, type CaughtMail } from './caught-mail.js';
import { isPortFree } from './ports.js';

/**
 * How the catcher refuses. `temporary` and `permanent` refuse every recipient (451, 550); `lose-answer` takes
 * the mail and breaks the connection instead of saying so.
 */
export type Refusing = 'no' | 'temporary' | 'permanent' | 'lose-answer';

export interface MailCatcher {
  /** smtp://127.0.0.1:<port> */
  readonly url: string;
  readonly port: number;
  /** All mails in the folder, in order of arrival. */
  mails(): Promise<CaughtMail[]>;
  /** The first mail, also of those already there, that fits. @throws Error after `withinMs` (5 s unless told). */
  waitForMail(fits: (mail: CaughtMail) => boolean, withinMs?: number): Promise<CaughtMail>;
  setRefusing(how: Refusing): void;
  close(): Promise<void>;
}

const LARGEST_MAIL = 30_000_000;

/**
 * An SMTP server on 127.0.0.1 that sends nothing on. It takes every mail without sign-in, writes it to `dir`, and
 * only then says 250.
 * @param port any free one unless told. @throws Error if it is taken.
 */
export async function startMailCatcher(options: { readonly dir: string; readonly port?: number }): Promise<MailCatcher> {
  const { dir, port: wanted = 0 } = options;
  if (wanted !== 0 && !(await isPortFree(wanted))) throw new Error(`Port ${String(wanted)} is taken, so the mail catcher cannot use it.`);
  const folder = new MailFolder(dir);
  let refusing: Refusing = 'no';

  const take = async (stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    if (stream.sizeExceeded) throw refusal(552, `Mail is larger than ${String(LARGEST_MAIL)} bytes`);
    await folder.keep(Buffer.concat(chunks), session.envelope.rcptTo.map(({ address }) => address), new Date());
    if (refusing === 'lose-answer') dropConnection(server, session);
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LARGEST_MAIL,
    logger: false,
    // Clients keep connections open for the next mail; they are not waited for.
    closeTimeout: 300,
    onRcptTo(_address, _session, answer) {
      if (refusing === 'temporary') answer(refusal(451, 'Try again later'));
      else if (refusing === 'permanent') answer(refusal(550, 'No such mailbox here'));
      else answer();
    },
    onData(stream, session, answer) {
      take(stream, session).then(() => { answer(); }, (error: unknown) => { answer(error instanceof Error ? error : new Error(String(error))); });
    },
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  // A client that breaks off is its own trouble; it is told here, and the server goes on.
  server.on('error', (error) => { console.error(`mail catcher: ${error.message}`); });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('The mail catcher has no port.');

  return {
    url: `smtp://127.0.0.1:${String(address.port)}`,
    port: address.port,
    mails: () => readMails(dir),
    async waitForMail(fits, withinMs = 5_000) {
      const deadline = performance.now() + withinMs;
      for (;;) {
        const mails = await readMails(dir);
        const found = mails.find(fits);
        if (found) return found;
        if (performance.now() >= deadline) {
          throw new Error(`The awaited mail did not come. Caught so far:\n${mails.map((mail) => `  ${mail.to.join(', ')}: ${mail.subject}`).join('\n')}`);
        }
        await sleep(20);
      }
    },
    setRefusing(how) { refusing = how; },
    close: () => new Promise((resolve) => { server.close(() => { resolve(); }); }),
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function dropConnection(server: SMTPServer, session: SMTPServerSession): void {
  const { connections } = server as unknown as { connections: Set<{ id: string; _socket: { destroy(): void } }> };
  for (const connection of connections) if (connection.id === session.id) connection._socket.destroy();
}
