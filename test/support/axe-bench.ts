import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { STYLESHEET } from '../../src/web/pages/index.js';

/** Where documents are laid under the rules of accessibility. The rules are loaded once, and the documents exchanged. */
export interface AxeBench { readonly page: Page; breachesOf(html: string): Promise<string[]> }

interface Breach { readonly id: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }

/** Puts `html` in the place of the document, unfolded; of a long choice the first few will do, they are all alike. */
const exchange = (html: string): string => `(() => {
  const next = new DOMParser().parseFromString(${JSON.stringify(html)}, 'text/html');
  for (const each of next.querySelectorAll('link, script, optgroup ~ optgroup, option:nth-of-type(n + 4)')) each.remove();
  for (const each of next.querySelectorAll('details')) each.open = true;
  document.replaceChild(document.adoptNode(next.documentElement), document.documentElement);
})()`;

/** A bench of its own context, without our policy: it would forbid the rules their styles. */
export async function axeBench(browser: Browser): Promise<AxeBench> {
  const page = await (await browser.newContext({ bypassCSP: true })).newPage();
  await page.setContent('<!doctype html><html lang="en"><title>bench</title><main></main></html>');
  await page.evaluate(axe.source);
  await page.evaluate(`(() => { const sheet = new CSSStyleSheet(); sheet.replaceSync(${JSON.stringify(STYLESHEET)}); document.adoptedStyleSheets = [sheet]; })()`);
  return {
    page,
    async breachesOf(html) {
      await page.evaluate(exchange(html));
      const found: string[] = [];
      for (const [colorScheme, width, rules] of [
        ['light', 1280, `rules: { 'target-size': { enabled: true } }`], ['dark', 1280, COLOURS], ['dark', 320, COLOURS], ['light', 320, `runOnly: ['color-contrast', 'link-in-text-block', 'target-size', 'scrollable-region-focusable']`],
      ] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height: 800 });
        const { violations } = await page.evaluate<{ violations: readonly Breach[] }>(`axe.run(document, { resultTypes: ['violations'], ${rules} })`);
        found.push(...violations.flatMap((v) => v.nodes.slice(0, 3).map((node) => `${v.id} (${colorScheme}, ${width} px): ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`)));
      }
      return found;
    },
  };
}
const COLOURS = `runOnly: ['color-contrast', 'link-in-text-block']`;
