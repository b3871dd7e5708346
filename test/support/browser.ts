/** A real browser for pages: each check takes an address, or a document that stands there in place of what it would answer. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { STYLESHEET, ZONE_SCRIPT, ZONE_SCRIPT_PATH } from '../../src/web/pages/index.js';
import { STYLESHEET_PATH } from '../../src/web/pages/layout.js';
import { axeBench, type AxeBench } from './axe-bench.js';
import { FOCUSED, READS, REACHABLE, STICKS_OUT, UNFOLD, WATCH_KEYS } from './in-page.js';
import type { World } from './world.js';

const CHROME = [process.env['CHROME_PATH'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/usr/bin/google-chrome-stable', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']
  .find((path) => path !== undefined && existsSync(path));
if (CHROME === undefined) console.log('SKIPPED: the browser tests found no Chromium. Install one, or name it in CHROME_PATH.');
/** A test that needs a browser; skipped, and said so, where there is none. */
export const browserTest = test.skipIf(CHROME === undefined);

/** `html`: a document that is shown at `url` without any server behind it, under the policy of our own. `cookie`: of a sign-in.
 *  `to`: what is done on the page before it is looked at. */
export interface Shown { readonly url: string; readonly html?: string; readonly cookie?: string; readonly to?: (page: Page) => Promise<void> }

/** A page without a server behind it. */
export const drawn = (html: string): Shown => ({ url: 'http://page.example/l/token', html });
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";
const WIDE = { width: 1280, height: 900 };

/** One browser for a file of tests. What a page complains of, or asks of another origin, fails the test that opened it. */
export function browserBed() {
  let browser: Browser | undefined;
  let bench: AxeBench | undefined;
  const complaints: string[] = [];
  const rooms = new Map<string, Page>();

  beforeAll(async () => { if (CHROME !== undefined) browser = await chromium.launch({ executablePath: CHROME, args: ['--no-sandbox'] }); });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const kept = new Set([...rooms.values()].map((page) => page.context()));
    for (const context of browser?.contexts() ?? []) if (!kept.has(context) && context !== bench?.page.context()) await context.close();
    expect(complaints.splice(0), 'what pages complained of').toEqual([]);
  });

  async function newPage(options: BrowserContextOptions): Promise<Page> {
    if (!browser) throw new Error('there is no browser');
    const context = await browser.newContext({ viewport: WIDE, timezoneId: 'Europe/Berlin', ...options });
    context.setDefaultTimeout(15_000);
    await context.addInitScript(`addEventListener('securitypolicyviolation', (breach) => { console.error('policy: ' + breach.violatedDirective + ' ' + breach.blockedURI); });`);
    const page = await context.newPage();
    // Answers of 4xx are pages of ours, and the browser logs each.
    page.on('console', (message) => { if (['error', 'warning'].includes(message.type()) && !/responded with a status of 4\d\d/.test(message.text())) complaints.push(`${message.text()} (${message.location().url})`); });
    page.on('pageerror', (error) => complaints.push(error.message));
    return page;
  }
  /** The page that is always used for the checks of one kind: new contexts cost more than the checks. */
  async function room(name: string, options: BrowserContextOptions): Promise<Page> {
    const page = rooms.get(name) ?? await newPage(options);
    rooms.set(name, page);
    await page.setViewportSize(WIDE);
    return page;
  }
  async function show(page: Page, shown: Shown): Promise<Page> {
    const context = page.context();
    const { origin } = new URL(shown.url);
    await context.clearCookies();
    if (shown.cookie !== undefined) {
      const [name = '', value = ''] = shown.cookie.split(/=(.*)/);
      await context.addCookies([{ name, value, url: origin }]);
    }
    await context.unrouteAll();
    if (shown.html !== undefined) await serve(context, shown.html);
    context.removeAllListeners('request');
    context.on('request', (request) => {
      const to = new URL(request.url());
      if (to.protocol !== 'data:' && to.origin !== origin) complaints.push(`asks another origin: ${request.method()} ${request.url()}`);
    });
    await page.goto(shown.url);
    await shown.to?.(page);
    return page;
  }

  /** All that holds for every page: rules of accessibility in light and dark, wide and narrow; nothing sticks out; the keyboard
   *  alone suffices; without script it says and has the same; it asks nobody else, and complains of nothing. */
  async function checkPage(shown: Shown): Promise<void> {
    if (!browser) throw new Error('there is no browser');
    const plain = await show(await room('without script', { javaScriptEnabled: false }), shown);
    await plain.evaluate(UNFOLD);
    const saysPlain = await plain.evaluate(READS);

    const page = await show(await room('with script', {}), shown);
    const keys = await byKeyboard(page);
    await page.evaluate(UNFOLD);
    const says = await page.evaluate(READS);
    await page.setViewportSize({ width: 320, height: 800 });
    const sticksOut = await page.evaluate<string[]>(STICKS_OUT);
    bench ??= await axeBench(browser);
    const breaches = await bench.breachesOf(await page.content());
    expect({ keys, sticksOut, breaches, complaints: complaints.splice(0) }, `the page at ${shown.url}`).toEqual({ keys: [], sticksOut: [], breaches: [], complaints: [] });
    expect(saysPlain, 'without script').toBe(says);
  }

  return {
    checkPage,
    /** A page in a context of its own, for stories. */
    open: async (shown: Shown, options: BrowserContextOptions = {}): Promise<Page> => show(await newPage(options), shown),
    /** Looks, as a person, a mail scanner and a headless browser do, at every address, and presses nothing: no row and nothing in
     *  Google changes, no mail goes out, neither at once nor by work that this made due. */
    async looksOnly(w: World, urls: readonly string[], cookie?: string): Promise<void> {
      const before = await truth(w);
      const page = await room('looks', { timezoneId: 'Asia/Tokyo' });
      for (const url of new Set(urls)) {
        for (const method of ['GET', 'HEAD']) {
          const answer = await fetch(url, { method, redirect: 'manual', headers: cookie === undefined ? {} : { cookie } });
          expect(answer.status, `${method} ${url}`).toBeLessThan(500);
          await answer.arrayBuffer();
        }
        await show(page, { url, ...(cookie !== undefined && { cookie }), to: (here) => here.waitForLoadState('load') });
      }
      expect(await truth(w)).toEqual(before);
      await w.settle();
      expect(await truth(w), 'by work that became due').toEqual(before);
    },
  };
}

/** Answers every address with `html`, but for what all pages load. */
const serve = (context: BrowserContext, html: string): Promise<unknown> => context.route('**/*', (route) => {
  const { pathname } = new URL(route.request().url());
  if (pathname === STYLESHEET_PATH) return route.fulfill({ contentType: 'text/css', body: STYLESHEET });
  if (pathname === ZONE_SCRIPT_PATH) return route.fulfill({ contentType: 'text/javascript', body: ZONE_SCRIPT });
  return route.fulfill({ contentType: 'text/html', headers: { 'content-security-policy': POLICY }, body: html });
});

const truth = async (w: World): Promise<{ rows: string[]; writes: unknown; mails: number }> => ({ rows: (await w.fingerprint()).split('\n'), writes: await w.writes(), mails: (await w.catcher.mails()).length });

/** Goes on by Tab alone to what reads like `name`, and presses Enter there. @throws if Tab never comes to it. */
export async function pressByKey(page: Page, name: RegExp | string): Promise<void> {
  await page.waitForLoadState();
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press('Tab');
    const says = String(await page.evaluate(`(document.activeElement?.innerText ?? '').replace(/\\s+/g, ' ').trim()`));
    if (typeof name === 'string' ? says === name : name.test(says)) return page.keyboard.press('Enter');
  }
  throw new Error(`Tab never comes to ${String(name)}`);
}

interface Focused { readonly name: string; readonly kind: string; readonly isSeen: boolean; readonly isOpen: boolean | null; readonly isChecked: boolean | null; readonly pressed: number }
const MOST_STOPS = 150;

/** Walks through the page with Tab alone and presses what it comes to: what could not be reached, seen, or pressed. */
async function byKeyboard(page: Page): Promise<string[]> {
  const faults: string[] = [];
  const reached = new Set<string>();
  const focused = (): Promise<Focused | null> => page.evaluate<Focused | null>(FOCUSED);
  const press = async (key: string, here: Focused, did: (after: Focused | null) => boolean): Promise<void> => {
    await page.keyboard.press(key);
    if (!did(await focused())) faults.push(`${key} does nothing on ${here.name}`);
  };
  await page.evaluate(WATCH_KEYS);
  let last = '';
  for (let stops = 0; stops < MOST_STOPS; stops += 1) {
    await page.keyboard.press('Tab');
    const here = await focused();
    if (!here || (reached.has(here.name) && here.name !== last)) break;
    if (here.name !== last) { // a field for a date has several stops
      reached.add(here.name);
      if (!here.isSeen) faults.push(`the focus is not seen on ${here.name}`);
      if (here.kind === 'summary') {
        await press('Enter', here, (after) => after?.isOpen !== here.isOpen);
        if (here.isOpen) await page.keyboard.press('Enter');
      } else if (here.kind === 'checkbox') {
        await press(' ', here, (after) => after?.isChecked !== here.isChecked);
        await page.keyboard.press(' ');
      } else if (here.kind === 'a' || here.kind === 'button') await press('Enter', here, (after) => (after?.pressed ?? 0) > here.pressed);
    }
    last = here.name;
  }
  const missed = (await page.evaluate<string[]>(REACHABLE)).filter((name) => !reached.has(name));
  return [...faults, ...missed.map((name) => `Tab never comes to ${name}`)];
}
