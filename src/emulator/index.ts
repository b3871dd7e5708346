import type { AddressInfo } from 'node:net';
import type { Emulator } from './emulator.js';
import { CopyQueue } from './people/copy-queue.js';
import { GuestMail } from './people/guest-mail.js';
import { isLoopback } from './push/address.js';
import { Pushes } from './push/pushes.js';
import { Rules } from './control/rules.js';
import { Quotas } from './http/quotas.js';
import { EmulatorServer } from './http/server.js';
import { Store } from './store/store.js';
import { TokenKeys } from './oauth/token-keys.js';

export interface EmulatorOptions {
  /** TCP port; 0 or absent takes a free one. */
  readonly port?: number;
  /** A loopback address; 127.0.0.1 if absent. */
  readonly host?: string;
  /** Folder for all state; made if it does not exist. One emulator per folder. */
  readonly dataDir: string;
  /** SMTP server for mails to guests; without it none are written. */
  readonly smtpUrl?: string;
  /** OAuth clients with a fixed secret; any other client id is accepted with the secret that it first brings. */
  readonly oauthClients?: Readonly<Record<string, string>>;
  /** The two keys of id tokens on a new folder, as PEM (PKCS #8); made when first needed if absent. */
  readonly signingKeys?: readonly [string, string];
  readonly log?: (line: string) => void;
}

export interface RunningEmulator {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Starts an emulator on its data folder. Rejects if the port is taken or the host is not loopback. */
export async function startEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  const { host = '127.0.0.1', log = () => undefined } = options;
  if (!isLoopback(host)) throw new Error(`the emulator listens on loopback only, not on ${host}`);
  const store = new Store(options.dataDir);
  const pushes = new Pushes(store, log);
  const mail = new GuestMail(store, options.smtpUrl, log);
  const copies = new CopyQueue(store);
  const rules = new Rules(store);
  let url = '';
  const emulator: Emulator = { store, pushes, mail, copies, rules, quotas: new Quotas(store), keys: new TokenKeys(store, options.signingKeys), url: () => url, oauthClients: options.oauthClients ?? {} };
  store.onChange((touched) => pushes.announce(touched), () => pushes.pump());
  const { http } = new EmulatorServer(emulator, log);
  try {
    await new Promise<void>((resolve, reject) => {
      http.once('error', reject);
      http.listen(options.port ?? 0, host, () => { http.off('error', reject); resolve(); });
    });
  } catch (error) {
    await store.close();
    throw error;
  }
  const { port } = http.address() as AddressInfo;
  url = `http://${host === '::1' ? '[::1]' : host}:${port}`;
  mail.pump();
  copies.pump();
  pushes.resume();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    rules.letGo();
    const ended = new Promise((resolve) => http.close(resolve));
    setTimeout(() => http.closeAllConnections(), 200).unref();
    http.closeIdleConnections();
    await ended;
    copies.close();
    await Promise.all([pushes.close(), mail.close()]);
    await store.close();
  };
  return { url, port, close: () => (closing ??= close()) };
}
