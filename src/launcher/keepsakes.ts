import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DEFAULT_PORT } from '../../config/settings.js';
import { readIfThere, writeWhole } from './files.js';
import { freePort, isPortFree, nextFreePort } from './ports.js';

/** SECRET_KEYS of the sandbox: made once, kept 0600. */
export function keptSecretKeys(dataDir: string): string {
  const path = join(dataDir, 'secret-keys');
  const kept = readIfThere(path)?.trim();
  if (kept !== undefined && kept !== '') return kept;
  const made = `sandbox:${randomBytes(32).toString('base64')}`;
  writeWhole(path, `${made}\n`);
  return made;
}

export interface Ports {
  readonly web: number;
  readonly emulator: number;
  readonly smtp: number;
}

/** The port that was asked for is in use. */
export class PortTaken extends Error {}

/**
 * The ports of last time where they are still free, because links in mails that were already sent name them.
 * @param exactWeb the port that the person asked for. @throws PortTaken if that one is taken.
 */
export async function choosePorts(dataDir: string, exactWeb: number | undefined): Promise<Ports> {
  if (exactWeb !== undefined && !(await isPortFree(exactWeb))) {
    throw new PortTaken(`Port ${String(exactWeb)} (PORT) is taken. Stop what runs there, give another PORT, or leave it out: then a free one is found.`);
  }
  const path = join(dataDir, 'ports.json');
  const last = JSON.parse(readIfThere(path) ?? '{}') as Partial<Ports>;
  const web = exactWeb ?? (last.web !== undefined && (await isPortFree(last.web)) ? last.web : await nextFreePort(DEFAULT_PORT));
  const ports: Ports = {
    web,
    emulator: await freePort(last.emulator),
    smtp: await freePort(last.smtp),
  };
  writeWhole(path, `${JSON.stringify(ports)}\n`);
  return ports;
}
