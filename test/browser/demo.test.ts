/** The demo as a newcomer plays it: the real launcher and all its processes, a real browser, clicks only. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { isAlive } from '../../src/launcher/liveness.js';
import { freePort } from '../../src/launcher/ports.js';
import type { SandboxState } from '../../src/sandbox/facts.js';
import { scratchFolder, until } from '../launcher/scratch.js';

const CHROME = [process.env['CHROME_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']
  .find((path) => path !== undefined && existsSync(path));
if (CHROME === undefined) console.log('SKIPPED: the browser test found no Chromium. Install one, or name it in CHROME_PATH.');
const browserTest = test.skipIf(CHROME === undefined);

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const scratch = scratchFolder('makeway browser');
const started: ChildProcess[] = [];
let browser: Browser | undefined;
/** What a page complained about: script errors, refused loads, breaches of its policy. */
const complaints: string[] = [];

beforeAll(async () => {
  if (CHROME !== undefined) browser = await chromium.launch({ executablePath: CHROME, args: ['--no-sandbox'] });
});
afterAll(() => browser?.close());
afterEach(async () => {
  // The pages go first: without the demo they would complain, and rightly so.
  for (const context of browser?.contexts() ?? []) await context.close();
  for (const launcher of started.splice(0)) {
    if (launcher.exitCode !== null || launcher.signalCode !== null) continue;
    launcher.kill('SIGTERM');
    await until(() => launcher.exitCode ?? launcher.signalCode ?? undefined, 'the demo ends', 15_000);
  }
  expect(complaints.splice(0)).toEqual([]);
});

interface SandboxFile { readonly web: string; readonly emulator: string; readonly pids: Record<string, number> }
interface Shown { readonly summary?: string; readonly start: { readonly dateTime: string }; readonly attendees?: readonly { readonly email: string }[] }

/** Starts the demo on a folder of its own. Nothing of this test's surroundings reaches it. */
async function startDemo() {
  const dataDir = join(scratch, `data ${String(started.length)} ${String(process.hrtime.bigint())}`);
  const own = /^(DATABASE_URL|SMTP_URL|MAIL_FROM|PUBLIC_URL|SECRET_KEYS|GOOGLE_.*|MAKEWAY_.*|NODE_OPTIONS|VITEST.*)$/;
  const env = { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))), MAKEWAY_DATA_DIR: dataDir, PORT: String(await freePort()) };
  const launcher = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(launcher);
  let said = '';
  for (const stream of [launcher.stdout, launcher.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const file = join(dataDir, 'sandbox.json');
  const { web, emulator, pids } = await until(() => {
    if (launcher.exitCode !== null) throw new Error(`the demo ended: ${said}`);
    return said.includes('Ctrl-C') && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as SandboxFile) : undefined;
  }, 'the demo runs', 40_000);
  const state = async (): Promise<SandboxState> => (await (await fetch(`${web}/sandbox/state.json`)).json()) as SandboxState;
  // A person needs a moment to find the button; by then Kim's calendar has been read.
  await until(async () => (await state()).jobs.some((job) => job.job === 'calendars') || undefined, 'the calendar is read', 20_000);
  const { danasTime } = await state();
  return {
    launcher, web, pids, danasTime, state,
    /** The day in question, as the coach's clock has it. */
    day: danasTime.slice(0, 10),
    /** What Google shows in that week: "13:00 sam@client.example", by the coach's clock; titles where nobody comes. */
    async inGoogle(): Promise<string[]> {
      const from = Date.parse(danasTime);
      const query = new URLSearchParams({ singleEvents: 'true', orderBy: 'startTime', timeMin: new Date(from - 12 * 3_600_000).toISOString(), timeMax: new Date(from + 6 * 86_400_000).toISOString() });
      const answer = await fetch(`${emulator}/calendar/v3/calendars/kim@coach.example/events?${query.toString()}`, { headers: { authorization: 'Bearer sandbox:kim@coach.example' } });
      const clock = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
      return ((await answer.json()) as { items: Shown[] }).items.filter((event) => event.start.dateTime)
        .map((event) => `${clock.format(Date.parse(event.start.dateTime)).replace(', ', ' ')} ${event.attendees?.map(({ email }) => email).filter((email) => email !== 'kim@coach.example').join() || (event.summary ?? '')}`);
    },
  };
}

async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
  if (!browser) throw new Error('there is no browser');
  // Who sits elsewhere sees the times of there.
  const context = await browser.newContext({ timezoneId: 'Europe/Berlin', viewport: { width: 1280, height: 1100 }, ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  page.on('console', (message) => {
    const { url } = message.location();
    // The emulator's consent page is Google's part, and has no icon.
    if (['error', 'warning'].includes(message.type()) && !url.endsWith('/favicon.ico')) complaints.push(`${message.text()} (${url})`);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await context.addInitScript(`addEventListener('securitypolicyviolation', (breach) => { console.error('policy: ' + breach.violatedDirective + ' ' + breach.blockedURI); });`);
  return page;
}
const mail = (page: Page) => page.frameLocator('iframe.mail-frame');
const follow = (page: Page) => page.frameLocator('iframe.page-frame');
const stepIs = (page: Page, name: string) => page.locator('#steps .current', { hasText: name }).waitFor();

browserTest('from the button to the landed event, by clicks alone; then a drag in the week, and Ctrl-C', async () => {
  const demo = await startDemo();
  const page = await openPage();
  await page.goto(demo.web);
  const drawn = (title: string, span: string) => page.locator(`#grid .day[data-date="${demo.day}"] .event`, { hasText: title }).filter({ hasText: span });
  await drawn('Dana', '13:00–14:00').waitFor();
  await stepIs(page, 'Sam asks');

  await page.getByRole('button', { name: 'Sam asks for Dana’s time' }).click();
  await page.locator('#inbox-coach .mail', { hasText: 'Sam Ortiz asks for' }).click();
  await stepIs(page, 'Kim decides');
  await mail(page).getByRole('link', { name: /^Ask Dana .*to move$/ }).click();
  await follow(page).getByRole('button', { name: /^Ask Dana .*to move/ }).click();
  await follow(page).getByRole('heading', { name: 'That is decided' }).waitFor();
  await stepIs(page, 'Dana chooses');
  expect(await demo.inGoogle()).toContain(`${demo.day} 13:00 dana@client.example`);

  // The page itself leads on: the button below the drawer opens Dana's mail.
  await page.getByRole('button', { name: /open the new mail to Dana/ }).click();
  await mail(page).getByRole('link', { name: '14:00–15:00' }).click();
  await follow(page).getByRole('button', { name: /^Move it to .*14:00–15:00/ }).click();
  await follow(page).getByRole('heading', { name: 'Your session has moved' }).waitFor();
  await page.getByRole('button', { name: 'Done. Back to Kim’s calendar' }).click();
  await drawn('Sam', '13:00–14:00').waitFor();
  await drawn('Dana', '14:00–15:00').waitFor();
  expect(await page.locator('#steps .done').count()).toBe(4);
  await page.locator('#inbox-incoming .mail', { hasText: 'Invitation' }).waitFor();
  await page.locator('#inbox-existing .mail', { hasText: 'Updated invitation' }).waitFor();
  await page.locator('#inbox-coach .mail', { hasText: 'Sam Ortiz is booked' }).waitFor();
  await page.locator('#pending li', { hasText: 'booked' }).waitFor();
  expect((await demo.inGoogle()).filter((line) => line.startsWith(demo.day))).toEqual([
    `${demo.day} 10:00 alex@client.example`, `${demo.day} 12:00 Lunch`, `${demo.day} 13:00 sam@client.example`, `${demo.day} 14:00 dana@client.example`,
  ]);

  const alex = page.locator(`#grid .day[data-date="${demo.day}"] .event`, { hasText: 'Alex' });
  const box = await alex.boundingBox();
  if (!box) throw new Error('Alex is not drawn');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 - 20, { steps: 4 });
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2 - 2 * box.height, { steps: 4 });
  await page.mouse.up();
  await drawn('Alex', '08:00–09:00').waitFor();
  await until(async () => (await demo.inGoogle()).includes(`${demo.day} 08:00 alex@client.example`) || undefined, 'Google has the dragged event');

  await page.context().close();
  demo.launcher.kill('SIGINT');
  await until(() => demo.launcher.exitCode ?? undefined, 'the demo ends', 10_000);
  expect(demo.launcher.exitCode).toBe(0);
  expect(Object.entries(demo.pids).filter(([, pid]) => isAlive(pid))).toEqual([]);
});

browserTest('the same story without script, through the plain list of mails', async () => {
  const demo = await startDemo();
  const page = await openPage({ javaScriptEnabled: false });
  /** Opens the newest mail, once it is the expected one, and follows its link. */
  const followMail = async (subject: string, link: string): Promise<void> => {
    await until(async () => {
      await page.goto(`${demo.web}/sandbox/mail`);
      return (await page.locator('details[open] h2').first().textContent({ timeout: 1_000 }).catch(() => null))?.includes(subject) || undefined;
    }, `a mail "${subject}"`, 20_000);
    await page.locator(`details[open] a[href*="${link}"]`).first().click();
  };
  await page.goto(demo.web);
  await page.getByRole('button', { name: 'Sam asks for Dana’s time' }).click();
  await followMail('Sam Ortiz asks for', 'do=option2');
  await page.getByRole('button', { name: /^Ask Dana .*to move/ }).click();
  await page.getByRole('heading', { name: 'That is decided' }).waitFor();

  const twoOClock = new Date(Date.parse(demo.danasTime) + 3_600_000).toISOString().slice(0, 16);
  await followMail('Could we move your session?', `start=${encodeURIComponent(twoOClock)}`);
  await page.getByText('14:00–15:00 (Berlin time)').first().waitFor();
  await page.getByRole('button', { name: /^Move it to/ }).click();
  await page.getByRole('heading', { name: 'Your session has moved' }).waitFor(); // it may say "is being moved" first, and refreshes by itself
  await until(async () => (await demo.inGoogle()).includes(`${demo.day} 13:00 sam@client.example`) || undefined, 'Sam lands', 20_000);
  expect(await demo.inGoogle()).toContain(`${demo.day} 14:00 dana@client.example`);
});

browserTest('Kim signs in with Google, finds the request on the pending page, and offers Sam other times', async () => {
  const demo = await startDemo();
  const page = await openPage();
  await page.goto(demo.web);
  await page.getByRole('button', { name: 'Sam asks for Dana’s time' }).click();
  await page.locator('#pending li', { hasText: 'Sam Ortiz' }).waitFor();

  const kims = await openPage();
  await kims.goto(`${demo.web}/sign-in`);
  await kims.getByRole('link', { name: 'Sign in with Google' }).click();
  await kims.getByRole('radio', { name: /Kim Berger/ }).check();
  await kims.getByRole('button', { name: 'Allow' }).click();
  await kims.getByRole('heading', { name: 'Requests to Kim Berger' }).waitFor();
  await kims.getByRole('link', { name: /Sam Ortiz/ }).click();
  await kims.getByRole('heading', { name: 'Sam Ortiz asks for your time' }).waitFor();
  await kims.locator('summary', { hasText: 'Offer Sam Ortiz other times' }).click();
  await kims.getByRole('button', { name: /^Offer Sam Ortiz other times/ }).click();
  await kims.getByRole('heading', { name: 'That is decided' }).waitFor();

  await stepIs(page, 'Sam chooses');
  await page.locator('#inbox-incoming .mail').first().click();
  const choice = mail(page).getByRole('link', { name: /^\d\d:\d\d–\d\d:\d\d$/ }).first();
  const span = (await choice.textContent()) ?? '';
  await choice.click();
  await follow(page).getByRole('button', { name: new RegExp(`^Book .*${span}`) }).click();
  await follow(page).getByRole('heading', { name: 'Your session is booked' }).waitFor();
  await page.locator('#steps .done').nth(3).waitFor();
  const lines = await demo.inGoogle();
  expect(lines).toContain(`${demo.day} 13:00 dana@client.example`);
  expect(lines.filter((line) => line.endsWith('sam@client.example')).map((line) => line.slice(11, 16))).toEqual([span.slice(0, 5)]);

  await kims.goto(`${demo.web}/pending`);
  await kims.getByRole('heading', { name: 'Settled' }).waitFor();
  await kims.getByRole('button', { name: 'Sign out' }).click();
  await kims.getByRole('heading', { name: 'Sign in' }).waitFor();
});
