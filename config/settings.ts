/** Every setting of Makeway: its name in the environment, its meaning, its default, its faults. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readDkim, type DkimSettings } from './dkim.js';

type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const webAddress = 'must be a web address such as https://makeway.example';
const isAddress = (schemes: readonly string[]) => (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return schemes.includes(url.protocol) && url.hostname !== '';
};
const withoutTrailingSlash = (text: string): string => text.replace(/\/+$/, '');

const webRoot = z.string().refine(isAddress(['http:', 'https:']), webAddress).transform(withoutTrailingSlash);
const wholeNumber = (least: number, most: number, what: string) =>
  z.string().refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most, what).transform(Number);
const nonEmpty = z.string();

/** One key of SECRET_KEYS. */
export interface SecretKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

const secretKeys = z.string().transform((text, check): readonly SecretKey[] => {
  const keys: SecretKey[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [, id, encoded] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]+={0,2})$/.exec(part) ?? [];
    const key = Buffer.from(encoded ?? '', 'base64');
    if (id === undefined || key.length !== 32) {
      // The text itself is a secret, so the message does not repeat it.
      check.addIssue({ code: 'custom', message: 'must be "id:key" or several of them with commas between, each key 32 bytes in base64 (make one with: openssl rand -base64 32)' });
      return z.NEVER;
    }
    if (keys.some((known) => known.id === id)) {
      check.addIssue({ code: 'custom', message: `names the key id "${id}" twice; every key needs its own id` });
      return z.NEVER;
    }
    keys.push({ id, key });
  }
  return keys;
});

/**
 * The environment, name by name. A default stands in the description in words, because some depend on other settings.
 * An empty value counts as not given.
 */
export const ENVIRONMENT = z.object({
  DATABASE_URL: z.string()
    .refine(isAddress(['postgres:', 'postgresql:']), 'must look like postgres://user:password@host:5432/database')
    .optional().describe('Postgres 15 or newer. Default: a real Postgres of its own in the data folder.'),
  PORT: wholeNumber(1, 65_535, 'must be a port number from 1 to 65535')
    .optional().describe('Port of the web pages, exactly this one. Default: 8080 or the next free one.'),
  PUBLIC_URL: webRoot
    .optional().describe('Address under which people and Google reach Makeway. Default: http://127.0.0.1:<port>; Google is then polled only.'),
  GOOGLE_CLIENT_ID: nonEmpty
    .optional().describe('OAuth client at Google. Default: none, which means the sandbox with its Google Calendar emulator.'),
  GOOGLE_CLIENT_SECRET: nonEmpty
    .optional().describe('Secret of that OAuth client. Required with GOOGLE_CLIENT_ID.'),
  GOOGLE_API_ROOT: webRoot
    .optional().describe('Another root of the Calendar API. Default: Google.'),
  GOOGLE_OAUTH_ROOT: webRoot
    .optional().describe('Another root of the OAuth pages and of the token endpoint. Default: Google.'),
  SMTP_URL: z.string()
    .refine(isAddress(['smtp:', 'smtps:']), 'must look like smtp://user:password@host:587 or smtps://user:password@host:465')
    .optional().describe('Server that takes our mail. Default in the sandbox: a mail catcher that sends nothing on.'),
  MAIL_FROM: z.string()
    .refine((text) => /^[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>$|^[^\s<>@]+@[^\s<>@]+$/.test(text), 'must be an address such as Makeway <hello@makeway.example>')
    .optional().describe('Sender of our mail. Default in the sandbox: Makeway <makeway@makeway.example>; required with SMTP_URL.'),
  DKIM_DOMAIN: z.string()
    .regex(/^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,}$/, 'must be a domain such as makeway.example')
    .optional().describe('Domain that signs our mail (DKIM). Default: mail is not signed.'),
  DKIM_SELECTOR: z.string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/, 'must be a selector such as makeway1')
    .optional().describe('Name under which DNS has the public key: <selector>._domainkey.<domain>. Required with DKIM_DOMAIN.'),
  DKIM_KEY_FILE: nonEmpty
    .optional().describe('File with the private key that signs, RSA in PEM form. This or DKIM_PRIVATE_KEY is required with DKIM_DOMAIN.'),
  DKIM_PRIVATE_KEY: nonEmpty
    .optional().describe('The private key itself, line ends also as \\n. Instead of DKIM_KEY_FILE.'),
  SECRET_KEYS: secretKeys
    .optional().describe('Keys that encrypt grants and sign links, "id:base64 of 32 bytes", the current one first, older ones after commas. Default in the sandbox: made once and kept in the data folder; required otherwise.'),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`)
    .default('info').describe('Least level that is logged: trace, debug, info, warn, error, fatal or silent. Default: info.'),
  MAKEWAY_DATA_DIR: nonEmpty
    .optional().describe('Folder for everything that is kept outside Postgres, and for our own Postgres. Default: .makeway beside package.json.'),
  MAKEWAY_LEASE_MS: wholeNumber(100, 3_600_000, 'must be a whole number of milliseconds from 100 to 3600000')
    .default(20_000).describe('Milliseconds for which a worker owns a piece of due work. Default: 20000.'),
  MAKEWAY_GOOGLE_CALLS_PER_DAY: wholeNumber(1_000, 100_000_000, 'must be a whole number from 1000 to 100000000')
    .default(500_000).describe('How often Google may be asked in a day by this installation: calendars are read less often where it would be more. Default: 500000.'),
  MAKEWAY_LOG_FILE: nonEmpty
    .optional().describe('File for the JSON log lines. Default: standard output; the launcher sets it in the sandbox.'),
  MAKEWAY_EMULATOR_URL: webRoot
    .refine((text) => isLoopback(new URL(text).hostname), 'must be on this machine (127.0.0.1)')
    .optional().describe('Set by the launcher: the address of the emulator. The daemon is in the sandbox exactly if it is given.'),
  MAKEWAY_SANDBOX_FILE: nonEmpty
    .optional().describe('Set by the launcher: the file with what runs in the sandbox, served as /sandbox/info.json.'),
});

type Parsed = z.infer<typeof ENVIRONMENT>;
export type LogLevel = Parsed['LOG_LEVEL'];
type SettingName = keyof Parsed;

/** What a person gave. `undefined` means: not given, the launcher provides it. */
export interface Settings {
  readonly databaseUrl: string | undefined;
  readonly port: number | undefined;
  readonly publicUrl: string | undefined;
  /** `undefined` exactly in the sandbox. */
  readonly google: GoogleSettings | undefined;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly secretKeys: readonly SecretKey[] | undefined;
  readonly logLevel: LogLevel;
  readonly logFile: string | undefined;
  /** Absolute. */
  readonly dataDir: string;
  readonly leaseMs: number;
  readonly googleCallsPerDay: number;
  readonly sandbox: boolean;
}

export interface GoogleSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Without trailing slash; `undefined` = Google's own. */
  readonly apiRoot: string | undefined;
  readonly oauthRoot: string | undefined;
}

/** A complete set: nothing is left to be found. */
export interface DaemonSettings {
  readonly databaseUrl: string;
  readonly port: number;
  /** Whether the port was asked for; if not, the next free one will do as well. */
  readonly portIsExact: boolean;
  /** Without trailing slash. */
  readonly publicUrl: string;
  /** Where Google can send pushes: `publicUrl`, or `undefined` if only polling is possible. */
  readonly pushUrl: string | undefined;
  readonly google: GoogleSettings;
  readonly smtpUrl: string;
  readonly mailFrom: string;
  /** What signs our mail; `undefined`: nothing does. */
  readonly dkim: DkimSettings | undefined;
  /** At least one; the first is current, the others only open what older ones have closed. */
  readonly secretKeys: readonly [SecretKey, ...SecretKey[]];
  readonly logLevel: LogLevel;
  readonly logFile: string | undefined;
  readonly dataDir: string;
  readonly leaseMs: number;
  readonly googleCallsPerDay: number;
  readonly sandbox: boolean;
  readonly emulatorUrl: string | undefined;
  readonly sandboxFile: string | undefined;
}

/** Settings that cannot be worked with. `faults` has one plain sentence for each, all of them. */
export class SettingsProblem extends Error {
  readonly code = 'SETTINGS_INVALID';
  constructor(readonly faults: readonly string[]) {
    super(`These settings need a correction:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'SettingsProblem';
  }
}

const SANDBOX_SENDER = 'Makeway <makeway@makeway.example>';
const SANDBOX_CLIENT = { id: 'makeway-sandbox', secret: 'makeway-sandbox-secret' } as const;

/**
 * What the person gave to `npm start`.
 * @param flags `yesMail`: the person agrees that demo mail leaves through a real SMTP server.
 * @throws SettingsProblem with every fault.
 */
export function readSettings(env: Environment, flags: { readonly yesMail?: boolean } = {}): Settings {
  const given = onlyGiven(env);
  const faults = faultsOfReal(given);
  if (given.GOOGLE_CLIENT_ID === undefined) {
    for (const name of ['GOOGLE_CLIENT_SECRET', 'GOOGLE_API_ROOT', 'GOOGLE_OAUTH_ROOT'] as const) {
      if (given[name] !== undefined) faults.push(`${name} is given, but GOOGLE_CLIENT_ID is not. Give GOOGLE_CLIENT_ID too, or leave out ${name} to use the sandbox.`);
    }
    if (given.SMTP_URL !== undefined && flags.yesMail !== true) {
      faults.push('SMTP_URL is given without GOOGLE_CLIENT_ID: the demo of the sandbox would send real mail. Leave out SMTP_URL, or agree with: npm start -- --yes-mail');
    }
  } else {
    if (given.SMTP_URL === undefined) faults.push('SMTP_URL is missing. It is needed with GOOGLE_CLIENT_ID; give it such as smtp://user:password@host:587.');
    if (given.SECRET_KEYS === undefined) faults.push(MISSING_KEYS);
  }
  const parsed = parse(given, faults);
  return Object.freeze({
    databaseUrl: parsed.DATABASE_URL,
    port: parsed.PORT,
    publicUrl: parsed.PUBLIC_URL,
    google: googleOf(parsed),
    smtpUrl: parsed.SMTP_URL,
    mailFrom: parsed.MAIL_FROM ?? SANDBOX_SENDER,
    secretKeys: parsed.SECRET_KEYS,
    logLevel: parsed.LOG_LEVEL,
    logFile: parsed.MAKEWAY_LOG_FILE,
    dataDir: dataDirOf(parsed),
    leaseMs: parsed.MAKEWAY_LEASE_MS,
    googleCallsPerDay: parsed.MAKEWAY_GOOGLE_CALLS_PER_DAY,
    sandbox: parsed.GOOGLE_CLIENT_ID === undefined,
  });
}

/**
 * The complete set that the daemon, its workers and the command line work with.
 * In the sandbox (MAKEWAY_EMULATOR_URL given) Google's roots and client are the emulator's unless given.
 * @throws SettingsProblem with every fault.
 */
export function readDaemonSettings(env: Environment): DaemonSettings {
  const given = onlyGiven(env);
  const emulator = given.MAKEWAY_EMULATOR_URL;
  if (emulator !== undefined) {
    given.GOOGLE_CLIENT_ID ??= SANDBOX_CLIENT.id;
    given.GOOGLE_CLIENT_SECRET ??= SANDBOX_CLIENT.secret;
    given.GOOGLE_API_ROOT ??= emulator;
    given.GOOGLE_OAUTH_ROOT ??= emulator;
    given.MAIL_FROM ??= SANDBOX_SENDER;
  }
  const faults = faultsOfReal(given);
  if (given.DATABASE_URL === undefined) faults.push('DATABASE_URL is missing. Give it such as postgres://user:password@host:5432/database, or use npm start, which brings a Postgres.');
  if (given.GOOGLE_CLIENT_ID === undefined) faults.push('GOOGLE_CLIENT_ID is missing. Give the id of your OAuth client at Google, or use npm start, which brings a sandbox.');
  if (given.SMTP_URL === undefined) faults.push('SMTP_URL is missing. Give it such as smtp://user:password@host:587.');
  if (given.SECRET_KEYS === undefined) faults.push(MISSING_KEYS);
  const parsed = parse(given, faults);
  const port = parsed.PORT ?? DEFAULT_PORT;
  const publicUrl = parsed.PUBLIC_URL ?? `http://127.0.0.1:${String(port)}`;
  // Google itself pushes to https only; an emulator, or another root, takes any address.
  const mayPush = parsed.GOOGLE_API_ROOT !== undefined || publicUrl.startsWith('https:');
  const [current, ...older] = present(parsed.SECRET_KEYS);
  return Object.freeze({
    databaseUrl: present(parsed.DATABASE_URL),
    port,
    portIsExact: parsed.PORT !== undefined,
    publicUrl,
    pushUrl: mayPush ? publicUrl : undefined,
    google: present(googleOf(parsed)),
    smtpUrl: present(parsed.SMTP_URL),
    mailFrom: present(parsed.MAIL_FROM),
    dkim: readDkim(given).dkim,
    secretKeys: Object.freeze([present(current), ...older] as [SecretKey, ...SecretKey[]]),
    logLevel: parsed.LOG_LEVEL,
    logFile: parsed.MAKEWAY_LOG_FILE,
    dataDir: dataDirOf(parsed),
    leaseMs: parsed.MAKEWAY_LEASE_MS,
    googleCallsPerDay: parsed.MAKEWAY_GOOGLE_CALLS_PER_DAY,
    sandbox: parsed.MAKEWAY_EMULATOR_URL !== undefined,
    emulatorUrl: parsed.MAKEWAY_EMULATOR_URL,
    sandboxFile: parsed.MAKEWAY_SANDBOX_FILE,
  });
}

export const DEFAULT_PORT = 8080;

/** The folder of package.json, from the sources as well as from `dist/`. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json is not in any folder above the settings');
    folder = parent;
  }
  return folder;
}

const MISSING_KEYS = 'SECRET_KEYS is missing. Give it as "k1:" and 32 bytes in base64 (make them with: openssl rand -base64 32), and keep it safe: without it stored grants cannot be opened.';

type Given = Partial<Record<SettingName, string>>;

function onlyGiven(env: Environment): Given {
  const given: Given = {};
  for (const name of Object.keys(ENVIRONMENT.shape) as SettingName[]) {
    const text = env[name]?.trim();
    if (text !== undefined && text !== '') given[name] = text;
  }
  return given;
}

/** What real Google and a real mail server need beside themselves. */
function faultsOfReal(given: Given): string[] {
  const faults: string[] = [];
  if (given.GOOGLE_CLIENT_ID !== undefined && given.GOOGLE_CLIENT_SECRET === undefined) {
    faults.push('GOOGLE_CLIENT_SECRET is missing. It stands beside GOOGLE_CLIENT_ID in the Google Cloud console.');
  }
  if (given.SMTP_URL !== undefined && given.MAIL_FROM === undefined) {
    faults.push('MAIL_FROM is missing. It is needed with SMTP_URL; give an address that this server may send from.');
  }
  return [...faults, ...readDkim(given).faults];
}

function parse(given: Given, others: readonly string[]): Parsed {
  const result = ENVIRONMENT.safeParse(given);
  const own = result.success ? [] : result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`);
  if (!result.success || others.length > 0) throw new SettingsProblem([...own, ...others]);
  return result.data;
}

function googleOf(parsed: Parsed): GoogleSettings | undefined {
  if (parsed.GOOGLE_CLIENT_ID === undefined || parsed.GOOGLE_CLIENT_SECRET === undefined) return undefined;
  return Object.freeze({
    clientId: parsed.GOOGLE_CLIENT_ID,
    clientSecret: parsed.GOOGLE_CLIENT_SECRET,
    apiRoot: parsed.GOOGLE_API_ROOT,
    oauthRoot: parsed.GOOGLE_OAUTH_ROOT,
  });
}

function dataDirOf(parsed: Parsed): string {
  return parsed.MAKEWAY_DATA_DIR === undefined ? join(projectRoot(), '.makeway') : resolve(parsed.MAKEWAY_DATA_DIR);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** For what the checks above have already made sure of. */
function present<T>(value: T | undefined): T {
  if (value === undefined) throw new SettingsProblem(['A setting is missing that should have been reported by name.']);
  return value;
}
