import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { appAt, SCOPE, signIn } from './sign-in.js';
import { ANA, aWorld, DANA } from './world.js';

const SCRIPT = fileURLToPath(new URL('../contracts/google/google.mjs', import.meta.url));

/** Runs the script that leads the contract suite to Google; nothing of this machine's own settings reaches it. */
async function suite(args: readonly string[], variables: Record<string, string> = {}): Promise<{ code: number; text: string }> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(GOOGLE_|CONTRACT_|VITEST|NODE_ENV)/.test(name));
  const child = spawn(process.execPath, [SCRIPT, ...args], { env: { ...Object.fromEntries(inherited), ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => { child.kill('SIGKILL'); });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => { text += part.toString(); });
  const [code] = await once(child, 'close') as [number];
  return { code, text };
}

test('it says what it would do, and does nothing without variables, without --yes, or with options it does not know', async () => {
  const set = { GOOGLE_CONTRACT_CLIENT_ID: 'a', GOOGLE_CONTRACT_CLIENT_SECRET: 'b', GOOGLE_CONTRACT_REFRESH_TOKEN: 'c', GOOGLE_CONTRACT_ROOT: 'http://127.0.0.1:1' };
  const bare = await suite(['--yes']);
  expect(bare.code).toBe(2);
  for (const words of ['throw-away account', 'makeway contract suite (may be deleted)', 'begin with "mkct"', 'Not set: GOOGLE_CONTRACT_CLIENT_ID, GOOGLE_CONTRACT_CLIENT_SECRET, GOOGLE_CONTRACT_REFRESH_TOKEN']) expect(bare.text).toContain(words);
  expect(await suite(['--yes'], { ...set, GOOGLE_CONTRACT_REFRESH_TOKEN: '' })).toMatchObject({ code: 2, text: expect.stringContaining('Not set: GOOGLE_CONTRACT_REFRESH_TOKEN') });
  expect(await suite([], set)).toMatchObject({ code: 3, text: expect.stringContaining('Nothing was done.') });
  expect(await suite(['--yes', '--all'], set)).toMatchObject({ code: 2, text: expect.stringContaining("Unknown option '--all'") });
  expect(await suite(['--yes', '--only', 'errors'], set)).toMatchObject({ code: 2, text: expect.stringContaining('--only takes the number of a section') });
  expect(await suite(['--yes'], set)).toMatchObject({ code: 4, text: expect.stringContaining('http://127.0.0.1:1/token cannot be reached') });
});

test('with an account it runs the facts through real OAuth, and leaves nothing of its own behind, and all that is not', async () => {
  const { url, ana, control } = await aWorld();
  const tokenOf = async (email: string): Promise<string> => (await signIn(appAt(url), email, { scope: ['openid', 'email', `${SCOPE}calendar`] })).refresh_token ?? '';
  const set = { GOOGLE_CONTRACT_CLIENT_ID: 'makeway', GOOGLE_CONTRACT_CLIENT_SECRET: 'a secret', GOOGLE_CONTRACT_REFRESH_TOKEN: await tokenOf(ANA), GOOGLE_CONTRACT_GUEST_REFRESH_TOKEN: await tokenOf(DANA), GOOGLE_CONTRACT_ROOT: url };
  const span = { start: { date: '2027-02-01' }, end: { date: '2027-02-02' } };
  await ana.calendars.insert({ requestBody: { summary: 'makeway contract suite (may be deleted)' } });
  const { data: own } = await ana.calendars.insert({ requestBody: { summary: 'Her own' } });
  await ana.events.insert({ calendarId: 'primary', requestBody: { id: 'mkctleft', ...span } });
  await ana.events.insert({ calendarId: 'primary', requestBody: { id: 'hersself', ...span } });

  const run = await suite(['--yes', '--only', '6', '--grep', '^6 Errors, quotas, backoff (404|409|410|412|403)'], set);
  expect(run.code, run.text).toBe(0);
  expect(run.text).toContain(`Account ${ANA} at ${url}`);
  expect(run.text).toMatch(/Tests .*\d+ passed/);
  expect(run.text).toContain('Swept: 1 calendars, 1 events.');
  const { requests } = await control('GET', '/log?clientId=makeway') as unknown as { requests: { account: string; kind: string; status: number }[] };
  expect(requests.filter((each) => each.kind === 'events.delete' && each.status === 410)).not.toEqual([]);
  expect(requests.filter((each) => each.account === DANA && each.status === 403)).not.toEqual([]);
  expect((await ana.calendarList.list()).data.items?.map((each) => each.id)).toEqual([ANA, own.id]);
  expect((await ana.events.list({ calendarId: 'primary' })).data.items?.map((each) => each.id)).toEqual(['hersself']);
  expect(await suite(['--sweep'], { ...set, GOOGLE_CONTRACT_REFRESH_TOKEN: 'wrong' })).toMatchObject({ code: 4, text: expect.stringContaining('GOOGLE_CONTRACT_REFRESH_TOKEN was refused: 400 invalid_grant') });
});
