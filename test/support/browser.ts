/** A real browser for pages: each check takes an address, or a document that stands there in place of what it would answer. */
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { STYLESHEET, ZONE_SCRIPT, ZONE_SCRIPT_PATH } from '../../src/web/pages/index.js';
import { STYLESHEET_PATH } from '../../src/web/pages/layout.js';
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

/** Where documents without a server are shown. */
export const drawn = (html: string): Shown => ({ url: 'http://page.example/l/token', html });
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'";

/** One browser for a file of tests. What a page complains of, or asks of another origin, fails the test that opened it. */
export function browserBed() {
  let browser: Browser | undefined;
  const complaints: string[] = [];
  /** Answers of 4xx are pages of ours, and the browser logs each. */
  const isOfOurs = (text: string): boolean => /the server responded with a status of 4\d\d/.test(text);

  beforeAll(async () => { if (CHROME !== undefined) browser = await chromium.launch({ executablePath: CHROME, args: ['--no-sandbox'] }); });
  afterAll(() => browser?.close());
  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) await context.close();
    expect(complaints.splice(0), 'what pages complained of').toEqual([]);
  });

  async function open(shown: Shown, options: BrowserContextOptions = {}): Promise<Page> {
    if (!browser) throw new Error('there is no browser');
    const { origin } = new URL(shown.url);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, timezoneId: 'Europe/Berlin', ...options });
    context.setDefaultTimeout(15_000);
    if (shown.cookie !== undefined) {
      const [name = '', value = ''] = shown.cookie.split(/=(.*)/);
      await context.addCookies([{ name, value, url: origin }]);
    }
    if (shown.html !== undefined) {
      const { html } = shown;
      await context.route('**/*', (route) => {
        const { pathname } = new URL(route.request().url());
        if (pathname === STYLESHEET_PATH) return route.fulfill({ contentType: 'text/css', body: STYLESHEET });
        if (pathname === ZONE_SCRIPT_PATH) return route.fulfill({ contentType: 'text/javascript', body: ZONE_SCRIPT });
        return route.fulfill({ contentType: 'text/html', headers: { 'content-security-policy': POLICY }, body: html });
      });
    }
    const page = await context.newPage();
    page.on('console', (message) => { if (['error', 'warning'].includes(message.type()) && !isOfOurs(message.text())) complaints.push(`${message.text()} (${message.location().url})`); });
    page.on('pageerror', (error) => complaints.push(error.message));
    context.on('request', (request) => {
      const to = new URL(request.url());
      if (to.protocol !== 'data:' && to.origin !== origin) complaints.push(`asks another origin: ${request.method()} ${request.url()}`);
    });
    await context.addInitScript(`addEventListener('securitypolicyviolation', (breach) => { console.error('policy: ' + breach.violatedDirective + ' ' + breach.blockedURI); });`);
    await page.goto(shown.url);
    await shown.to?.(page);
    return page;
  }

  /** All that holds for every page: rules of accessibility in light and dark, wide and narrow; nothing sticks out; the keyboard
   *  alone suffices; without script it says and has the same; it asks nobody else, and complains of nothing. */
  async function checkPage(shown: Shown): Promise<void> {
    const page = await open(shown);
    const keys = await byKeyboard(page);
    await page.evaluate(UNFOLD);
    const says = await page.evaluate(READS);
    await page.evaluate(axe.source);
    const found: Record<string, unknown> = {};
    for (const [colorScheme, width] of [['light', 1280], ['dark', 1280], ['light', 320], ['dark', 320]] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const broken = await breaches(page, colorScheme === 'light' ? 'all' : 'colours');
      const out = await page.evaluate(STICKS_OUT) as string[];
      if (broken.length + out.length > 0) found[`${colorScheme}, ${width} px`] = [...broken, ...out];
    }
    await page.context().close();
    const plain = await open(shown, { javaScriptEnabled: false });
    await plain.evaluate(UNFOLD);
    const saysPlain = await plain.evaluate(READS);
    await plain.context().close();
    expect({ found, keys }, `the page at ${shown.url}`).toEqual({ found: {}, keys: [] });
    expect(saysPlain, 'without script').toBe(says);
  }

  return {
    open, checkPage,
    /** Looks, as a person, a mail scanner and a headless browser do, at every address, and presses nothing: no row and nothing in
     *  Google changes, no mail goes out, neither at once nor by work that this made due. */
    async looksOnly(w: World, urls: readonly string[], cookie?: string): Promise<void> {
      const before = await truth(w);
      const page = await open({ url: `${w.url}/sign-in`, ...(cookie !== undefined && { cookie }) });
      for (const url of new Set(urls)) {
        for (const method of ['GET', 'HEAD']) {
          const answer = await fetch(url, { method, redirect: 'manual', headers: cookie === undefined ? {} : { cookie } });
          expect(answer.status, `${method} ${url}`).toBeLessThan(500);
          await answer.arrayBuffer();
        }
        await page.goto(url, { waitUntil: 'load' });
      }
      await page.context().close();
      expect(await truth(w)).toEqual(before);
      await w.settle();
      expect(await truth(w), 'by work that became due').toEqual(before);
    },
  };
}

const truth = async (w: World): Promise<{ rows: string[]; writes: unknown; mails: number }> => ({ rows: (await w.fingerprint()).split('\n'), writes: await w.writes(), mails: (await w.catcher.mails()).length });

interface Breach { readonly id: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }
/** Rules that the page breaks, as it stands: all, or those that the colours can break. */
async function breaches(page: Page, which: 'all' | 'colours'): Promise<string[]> {
  const rules = which === 'all' ? `{ rules: { 'target-size': { enabled: true } } }` : `{ runOnly: ['color-contrast', 'link-in-text-block'] }`;
  const { violations } = await page.evaluate(`axe.run(document, { resultTypes: ['violations'], ...${rules} })`) as { violations: readonly Breach[] };
  return violations.flatMap((v) => v.nodes.slice(0, 3).map((node) => `${v.id}: ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`));
}

interface Focused { readonly name: string; readonly kind: string; readonly isSeen: boolean; readonly isOpen: boolean | null; readonly isChecked: boolean | null; readonly pressed: number }
const MOST_STOPS = 120;

/** Walks through the page with Tab alone and presses what it comes to: what could not be reached, seen, or pressed. */
async function byKeyboard(page: Page): Promise<string[]> {
  const faults: string[] = [];
  const reached = new Set<string>();
  const focused = async (): Promise<Focused | null> => await page.evaluate(FOCUSED) as Focused | null;
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
  const missed = (await page.evaluate(REACHABLE) as string[]).filter((name) => !reached.has(name));
  return [...faults, ...missed.map((name) => `Tab never comes to ${name}`)];
}
