import { join } from 'node:path';
import type { Settings } from '../../config/settings.js';
import { writeWhole } from './files.js';
import { keptSecretKeys } from './keepsakes.js';

/** What the launcher found or started for the daemon. */
export interface Found {
  readonly databaseUrl: string;
  readonly webPort: number;
  readonly smtpUrl: string;
  /** `undefined` outside of the sandbox. */
  readonly emulatorUrl: string | undefined;
  readonly logFile: string | undefined;
  readonly sandboxFile: string | undefined;
}

/** In the data folder: the part of the daemon's environment that no person gave, for the command line. */
const LAUNCHED_FILE = 'launched-environment.json';

/**
 * The complete settings, as environment names over what the person gave; `undefined` takes a name away.
 * What was not given by the person is also written down, 0600, so that the command line can use it.
 */
export function daemonEnvironment(settings: Settings, found: Found): Record<string, string | undefined> {
  const { dataDir } = settings;
  const own: Record<string, string> = {
    PORT: String(found.webPort),
    PUBLIC_URL: settings.publicUrl ?? `http://127.0.0.1:${String(found.webPort)}`,
    MAKEWAY_DATA_DIR: dataDir,
    ...(settings.databaseUrl === undefined ? { DATABASE_URL: found.databaseUrl } : {}),
    ...(settings.smtpUrl === undefined ? { SMTP_URL: found.smtpUrl, MAIL_FROM: settings.mailFrom } : {}),
    ...(settings.secretKeys === undefined ? { SECRET_KEYS: keptSecretKeys(dataDir) } : {}),
    ...(found.emulatorUrl === undefined ? {} : { MAKEWAY_EMULATOR_URL: found.emulatorUrl }),
    ...(found.sandboxFile === undefined ? {} : { MAKEWAY_SANDBOX_FILE: found.sandboxFile }),
  };
  writeWhole(join(dataDir, LAUNCHED_FILE), `${JSON.stringify(own, null, 2)}\n`);
  return {
    // Left over in the surroundings, these would make a sandbox of what is none.
    MAKEWAY_EMULATOR_URL: undefined,
    MAKEWAY_SANDBOX_FILE: undefined,
    ...own,
    ...(found.logFile === undefined ? {} : { MAKEWAY_LOG_FILE: settings.logFile ?? found.logFile }),
  };
}
