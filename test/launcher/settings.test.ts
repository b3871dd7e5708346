import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ENVIRONMENT, projectRoot, readDaemonSettings, readSettings, SettingsProblem } from '../../config/settings.js';

const KEY = Buffer.alloc(32, 7).toString('base64');
const REAL = {
  GOOGLE_CLIENT_ID: 'client',
  GOOGLE_CLIENT_SECRET: 'secret',
  SMTP_URL: 'smtps://user:pass@mail.example:465',
  MAIL_FROM: 'Makeway <hello@makeway.example>',
  SECRET_KEYS: `now:${KEY},before:${Buffer.alloc(32, 9).toString('base64')}`,
};

function faultsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof SettingsProblem) return error.faults;
    throw error;
  }
  throw new Error('these settings were accepted');
}

describe('settings a person gives', () => {
  test('nothing at all is the sandbox, with defaults', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ sandbox: true, google: undefined, databaseUrl: undefined, port: undefined, logLevel: 'info', leaseMs: 20_000 });
    expect(settings.dataDir).toBe(join(projectRoot(), '.makeway'));
    expect(Object.isFrozen(settings)).toBe(true);
  });

  test('empty and blank values count as not given', () => {
    expect(readSettings({ PORT: '', GOOGLE_CLIENT_ID: '  ', SMTP_URL: '', LOG_LEVEL: '' })).toEqual(readSettings({}));
  });

  test('a complete real set is no sandbox', () => {
    const settings = readSettings({ ...REAL, PUBLIC_URL: 'https://makeway.example/', PORT: '80' });
    expect(settings).toMatchObject({ sandbox: false, publicUrl: 'https://makeway.example', port: 80, google: { clientId: 'client', clientSecret: 'secret', apiRoot: undefined } });
    expect(settings.secretKeys?.map(({ id, key }) => [id, key.length])).toEqual([['now', 32], ['before', 32]]);
  });

  test('every fault is named at once, in words', () => {
    const faults = faultsOf(() => readSettings({
      DATABASE_URL: 'mysql://x', PORT: '99999', PUBLIC_URL: 'makeway', SMTP_URL: 'http://mail', MAIL_FROM: 'nobody', GOOGLE_CLIENT_ID: 'client',
      GOOGLE_API_ROOT: 'ftp://x', SECRET_KEYS: 'short:abcd', LOG_LEVEL: 'loud', MAKEWAY_LEASE_MS: '1.5',
    }));
    for (const name of ['DATABASE_URL', 'PORT', 'PUBLIC_URL', 'SMTP_URL', 'MAIL_FROM', 'GOOGLE_CLIENT_SECRET', 'GOOGLE_API_ROOT', 'SECRET_KEYS', 'LOG_LEVEL', 'MAKEWAY_LEASE_MS']) {
      expect(faults.filter((fault) => fault.startsWith(`${name} `)), name).toHaveLength(1);
    }
    expect(faults).toHaveLength(10);
    expect(faults.every((fault) => /^[A-Z_]+ .+\.$|^[A-Z_]+ .+\)\.$/.test(fault)), faults.join('\n')).toBe(true);
    expect(faults.join()).not.toContain('abcd');
  });

  test('real Google needs its secret, a mail server and keys', () => {
    expect(faultsOf(() => readSettings({ GOOGLE_CLIENT_ID: 'client' })).map((fault) => fault.split(' ')[0])).toEqual(['GOOGLE_CLIENT_SECRET', 'SMTP_URL', 'SECRET_KEYS']);
  });

  test('other Google settings without a client are a mistake, not a sandbox', () => {
    expect(faultsOf(() => readSettings({ GOOGLE_CLIENT_SECRET: 'x', GOOGLE_API_ROOT: 'http://127.0.0.1:1' }))).toHaveLength(2);
  });

  test('real mail from the sandbox needs the person to agree', () => {
    const env = { SMTP_URL: 'smtp://mail.example', MAIL_FROM: 'a@b.example' };
    expect(faultsOf(() => readSettings(env)).join()).toContain('--yes-mail');
    expect(readSettings(env, { yesMail: true })).toMatchObject({ sandbox: true, smtpUrl: 'smtp://mail.example' });
  });

  test.each([['one id twice', `a:${KEY},a:${KEY}`], ['no id', KEY], ['31 bytes', `a:${Buffer.alloc(31).toString('base64')}`], ['a comma too many', `a:${KEY},`]])('keys with %s are refused', (_case, keys) => {
    expect(faultsOf(() => readSettings({ ...REAL, SECRET_KEYS: keys }))).toHaveLength(1);
  });
});

describe('settings of the daemon', () => {
  const COMPLETE = { ...REAL, DATABASE_URL: 'postgres://u:p@db.example/makeway' };

  test('a missing part is a fault, each of them', () => {
    expect(faultsOf(() => readDaemonSettings({})).map((fault) => fault.split(' ')[0])).toEqual(['DATABASE_URL', 'GOOGLE_CLIENT_ID', 'SMTP_URL', 'SECRET_KEYS']);
  });

  test('without a public https address Google is polled only', () => {
    expect(readDaemonSettings(COMPLETE)).toMatchObject({ sandbox: false, port: 8080, portIsExact: false, publicUrl: 'http://127.0.0.1:8080', pushUrl: undefined });
    expect(readDaemonSettings({ ...COMPLETE, PUBLIC_URL: 'https://makeway.example' }).pushUrl).toBe('https://makeway.example');
  });

  test('the emulator makes the sandbox and is Google there', () => {
    const settings = readDaemonSettings({ DATABASE_URL: COMPLETE.DATABASE_URL, SMTP_URL: 'smtp://127.0.0.1:25', SECRET_KEYS: REAL.SECRET_KEYS, MAKEWAY_EMULATOR_URL: 'http://127.0.0.1:9000', PORT: '8081' });
    expect(settings).toMatchObject({ sandbox: true, emulatorUrl: 'http://127.0.0.1:9000', google: { apiRoot: 'http://127.0.0.1:9000', oauthRoot: 'http://127.0.0.1:9000' }, pushUrl: 'http://127.0.0.1:8081', portIsExact: true });
    expect(settings.secretKeys[0].id).toBe('now');
  });

  test('an emulator on another machine is refused', () => {
    expect(faultsOf(() => readDaemonSettings({ ...COMPLETE, MAKEWAY_EMULATOR_URL: 'http://calendar.example' }))).toHaveLength(1);
  });
});

describe('the signature on our mail', () => {
  const COMPLETE = { ...REAL, DATABASE_URL: 'postgres://u:p@db.example/makeway' };
  const pem = (type: 'rsa' | 'ed25519', bits = 2048): string => (type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ed25519')).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const key = pem('rsa');
  const SIGNED = { ...COMPLETE, DKIM_DOMAIN: 'makeway.example', DKIM_SELECTOR: 'makeway1' };

  test('is off unless asked for, and taken from the environment or from a file', () => {
    expect(readDaemonSettings(COMPLETE).dkim).toBeUndefined();
    expect(readDaemonSettings({ ...SIGNED, DKIM_PRIVATE_KEY: key.replaceAll('\n', '\\n') }).dkim).toMatchObject({ domain: 'makeway.example', selector: 'makeway1' });
    const folder = mkdtempSync(join(tmpdir(), 'makeway-dkim-'));
    try {
      writeFileSync(join(folder, 'dkim.pem'), key);
      const { dkim } = readDaemonSettings({ ...SIGNED, DKIM_KEY_FILE: join(folder, 'dkim.pem') });
      expect(dkim?.key.export({ type: 'pkcs8', format: 'pem' })).toBe(key);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('whatever prints the settings does not print the key', () => {
    const settings = readDaemonSettings({ ...SIGNED, DKIM_PRIVATE_KEY: key });
    const secret = key.split('\n')[3] ?? '';
    expect(secret.length).toBeGreaterThan(40);
    expect(`${JSON.stringify(settings)}${inspect(settings, { depth: 9, showHidden: true })}`).not.toContain(secret.slice(0, 20));
  });

  test.each([
    ['nothing but a domain', { DKIM_DOMAIN: 'makeway.example' }, ['DKIM_SELECTOR', 'DKIM_KEY_FILE']],
    ['nothing but a key', { DKIM_PRIVATE_KEY: key }, ['DKIM_DOMAIN', 'DKIM_SELECTOR']],
    ['two keys', { DKIM_DOMAIN: 'makeway.example', DKIM_SELECTOR: 's', DKIM_PRIVATE_KEY: key, DKIM_KEY_FILE: '/nowhere' }, ['DKIM_PRIVATE_KEY', 'DKIM_KEY_FILE']],
    ['no such file', { DKIM_DOMAIN: 'makeway.example', DKIM_SELECTOR: 's', DKIM_KEY_FILE: '/nowhere/dkim.pem' }, ['DKIM_KEY_FILE']],
    ['no key', { DKIM_DOMAIN: 'makeway.example', DKIM_SELECTOR: 's', DKIM_PRIVATE_KEY: 'geheimnis' }, ['DKIM_PRIVATE_KEY']],
    ['a key of another kind', { DKIM_DOMAIN: 'makeway.example', DKIM_SELECTOR: 's', DKIM_PRIVATE_KEY: pem('ed25519') }, ['DKIM_PRIVATE_KEY']],
    ['a short key', { DKIM_DOMAIN: 'makeway.example', DKIM_SELECTOR: 's', DKIM_PRIVATE_KEY: pem('rsa', 512) }, ['DKIM_PRIVATE_KEY']],
    ['a stranger\'s domain', { DKIM_DOMAIN: 'other.example', DKIM_SELECTOR: 's', DKIM_PRIVATE_KEY: key }, ['DKIM_DOMAIN']],
    ['a broken selector', { DKIM_DOMAIN: 'makeway.example', DKIM_SELECTOR: 'a b', DKIM_PRIVATE_KEY: key }, ['DKIM_SELECTOR']],
  ])('%s is refused, all faults at once, by the launcher as by the daemon', (_case, given, names) => {
    for (const read of [readSettings, readDaemonSettings]) {
      const faults = faultsOf(() => read({ ...COMPLETE, ...given }));
      expect(faults.map((fault) => fault.split(' ')[0])).toEqual(names);
      expect(faults.join()).not.toMatch(/PRIVATE KEY-|geheimnis/);
    }
  });
});

test('.env.example names every setting that a person may give, and sets none', () => {
  const lines = readFileSync(join(projectRoot(), '.env.example'), 'utf8').split('\n');
  const named = lines.flatMap((line) => /^#([A-Z_]+)=/.exec(line)?.[1] ?? []);
  const given = Object.entries(ENVIRONMENT.shape).filter(([, setting]) => !setting.description?.startsWith('Set by the launcher')).map(([name]) => name);
  expect(named).toEqual(given);
  expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
});
